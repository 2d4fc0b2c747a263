/* receipts.h - which receipts make up a document, and what became of one receipt: the mapper's store, read-only.
 *
 * Shares are worked out again by the rule that the mapper uses (mapper/share.h), with the switches as they are
 * configured now for that day; after a switch was turned, what a sealed document took may differ, and whoever shows
 * it compares the sum with the document's own line.
 * Ownership  everything lives in the caller's arena; what a visit is given is dead after it.
 */
#ifndef BILAG_BILAG_READ_RECEIPTS_H
#define BILAG_BILAG_READ_RECEIPTS_H

#include "domain/draft.h"
#include "domain/event.h"
#include "mapper/share.h"
#include "base/store.h"

struct receipts;
/* ERR_NOT_FOUND: there is no mapper's store yet. */
USED enum err receipts_open(const struct config *config, struct receipts **ret_receipts, struct fault *fault);
void receipts_close(struct receipts *receipts);              /* NULL is fine */

struct sale {
    struct str name;                     /* "K1/12" */
    const struct event *event;           /* the receipt */
    struct shares shares;                /* what of it is transferred, and what is left out */
    bool broken;                         /* it does not add up, so it is booked nowhere; shares are empty */
    bool taken_back;                     /* by the void `by`: everything counts with the other sign */
    struct str by;
};
typedef enum err (*sale_visit)(const struct sale *sale, void *context);
/* The receipts of a voucher, in the order in which they came; none that a person left out of it (but those that an
 * earlier part has, with the other sign). *ret_trimmed: how many are no longer kept. */
USED enum err receipts_of(struct receipts *receipts, const struct venue *venue, const struct draft *draft,
                          sale_visit visit, void *context, uint64_t *ret_trimmed);
/* Its cash movements, likewise; they have no shares. */
USED enum err receipts_movements(struct receipts *receipts, const struct venue *venue, const struct draft *draft,
                                 sale_visit visit, void *context, uint64_t *ret_trimmed);

/* The contents that people decided are not booked, on the voucher's part of its day; they have no shares. */
USED enum err receipts_not_booked(struct receipts *receipts, const struct venue *venue, const struct draft *draft,
                                  sale_visit visit, void *context);

/* Another content that came under a receipt's number, in the order in which they came. */
enum { RECEIPT_OTHERS_MAX = 20 };
struct other_content { struct event event; int32_t day; uint64_t place; bool open; };
/* Every content of one register (named with its run) from a place in the log on, booked or not, in no order that means
 * anything: what a new run would have. */
struct placed { struct str name; const struct event *event; int32_t day; uint64_t place; bool contested; };
typedef enum err (*placed_visit)(const struct placed *placed, void *context);
USED enum err receipts_from(struct receipts *receipts, struct str venue, struct str reg, uint64_t place, placed_visit visit,
                            void *context);

/* One receipt. ERR_NOT_FOUND: never seen, or no longer kept. */
struct receipt_fate {
    struct event event;
    int32_t day;
    uint64_t place;                      /* parts cover (from, upto] of these */
    bool booked, voided;
    uint64_t out;                        /* the decision by which a person has left it out; 0: it is not */
    struct str void_name;                /* "K1/15", and the day it books on */
    int32_t void_day;
    uint64_t conflicts;                  /* other contents under its number of which nobody has said what they are */
    struct other_content others[RECEIPT_OTHERS_MAX];     /* those of which the content is kept */
    size_t other_count;
};
USED enum err receipts_find(struct receipts *receipts, struct str venue, struct str reg, uint32_t series,
                            uint64_t seq, struct arena *arena, struct receipt_fate *ret_fate);
/* Its shares under the switches of that draft. ERR_REFUSED: share-undefined. */
USED enum err receipts_shares(const struct event *receipt, const struct venue *venue, const struct draft *draft,
                              struct arena *arena, struct shares *ret_shares);

/* What a receipt gives to a line of the voucher, debit positive. */
USED enum err sale_amount(const struct sale *sale, const struct draft *draft, const struct voucher_line *line,
                          struct money *ret_amount);

#endif
