/* manual.h - what a person must invoice or enter by hand, each item whole.
 *
 * A voucher's draft keeps a short, bounded list (draft.h). Here the items are made again from the receipts, by the
 * rule that the mapper uses, with all that an invoice needs: customer, order, lines with text, quantity, gross and
 * VAT rate, and what of each line is to be invoiced. Where the receipts are no longer kept, or a switch was turned
 * since, the draft's own list stands, without lines; what it left out is told as a gap, never passed over.
 * Kinds      credit sales one by one; gift cards sold, one sum for each way that they were paid; gift cards used, and other
 *            payment types, as one sum a type; receipts that a person left out, cash movements, and receipts that are
 *            not booked because another one of their number was chosen, one by one; documents that a person reversed in
 *            PowerOffice and that are left so, whole. One table names them, in every form.
 * Ownership  everything lives in the caller's arena.
 * Order      as the drafts are added; within one credit sales, sums, movements, each as they came.
 */
#ifndef BILAG_BILAG_READ_MANUAL_H
#define BILAG_BILAG_READ_MANUAL_H

#include "books.h"
#include "receipts.h"

enum manual_kind { MANUAL_INVOICE, MANUAL_GIFT_SOLD, MANUAL_GIFT_USED, MANUAL_LEFT_OUT, MANUAL_RECEIPT,
                   MANUAL_MOVEMENT, MANUAL_NOT_BOOKED, MANUAL_REVERSED, MANUAL_KIND_COUNT };
struct manual_kind_row {
    const char *name;                    /* in CSV and JSON */
    const char *en, *nb;                 /* for people */
    bool in_sales;                       /* inside the day's equation: sales = voucher + orders + manual */
};
const struct manual_kind_row *manual_kind(enum manual_kind kind);
/* Of an item that a voucher's draft lists. Gift cards sold and used are one sum there, and "not_transferred". */
enum manual_kind manual_item_kind(const struct manual_item *item);

enum { MANUAL_RATE_UNKNOWN = -1 };

struct manual_line {
    struct str text, product_type;
    int32_t rate;
    int64_t qty;                         /* millionths; 0: several receipts together */
    struct money gross, share;           /* of the line on the receipt; what of it is to be invoiced or entered */
};

struct manual_done { uint64_t number; int64_t time_ms; struct str who, reason; };    /* number 0: not done (manual_done.h) */

struct manual_entry {
    enum manual_kind kind;
    struct str doc;                      /* the voucher that left it out */
    int32_t day;
    uint32_t part;
    struct str what;                     /* payment type, or the reason of a movement or of who left it out */
    struct str paid_with;                /* the means of payment: "card", "card+cash"; empty: not known */
    int64_t time;                        /* of the receipt, seconds; 0: several, or not known */
    struct str receipt, by;              /* "K1/12"; the void that takes it back, else empty */
    struct str order, customer;          /* the till's; order "K1-12" where the receipt had none */
    int64_t customer_no;                 /* connected with; 0: with nobody (manual_load) */
    struct money amount;
    bool unknown;                        /* nobody has said what it comes to; in no total */
    struct manual_line *lines;           /* none: not known any more */
    size_t line_count, line_room, at;
    struct manual_done done;
};

/* Of this voucher the list lacks so much. items 0: how many is not known. */
struct manual_gap { struct str doc; uint64_t items; struct money amount; };

struct manual_list {
    struct manual_entry *at; size_t count, room;
    struct manual_gap *gaps; size_t gap_count, gap_room;
    struct arena *arena;
};

/* What all these vouchers left, with the customers' connections: opens what it needs, read-only. */
USED enum err manual_load(const struct config *config, const struct venue *venue, const struct book_list *books,
                          struct manual_list *list, struct fault *fault);

/* Per kind and VAT rate, in that order: what is to be invoiced or entered, and the VAT in it. Movements have none. */
struct manual_sum { enum manual_kind kind; int32_t rate; struct money gross, vat; };
USED enum err manual_sums(const struct manual_list *list, struct manual_sum **ret_sums, size_t *ret_count);

#endif
