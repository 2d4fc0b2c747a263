/* draft.h - what a document would be if it were sent now, and what others say of it.
 *
 * draft    mapper -> validator. The whole state of a document, never a difference: lost or repeated, it
 *          does no harm. Phase OPEN is a preview of a day that goes on; CLOSED may be sent.
 * verdict  validator -> uploader or invoicer: the draft as it came, and every problem (none: ready).
 * seal     uploader or invoicer -> mapper: this revision is being sent (or was reversed and may be
 *          built again; or is known already, so that only a higher one is heard). The mapper repeats a
 *          closed draft until it hears its seal.
 * Identity venue and business day and part, or venue and register (with its run, register.h) and seq. The reference in PowerOffice is
 *          made from it (docs/rules.md section 3), never random.
 * Bytes    msgpack; decoders are bounded and give views into the bytes, arrays in the arena.
 */
#ifndef BILAG_DOMAIN_DRAFT_H
#define BILAG_DOMAIN_DRAFT_H

#include "doc.h"
#include "problem.h"

enum draft_phase { DRAFT_OPEN, DRAFT_CLOSED };

enum { VOUCHER_LINES_MAX = 2000,
       CELLS_MAX = 4000, ORDER_LINES_MAX = 2000, MANUAL_MAX = 500, BASIS_REGISTERS_MAX = 200, BASIS_ZS_MAX = 400,
       ORDER_REFS_MAX = 200, DRAFT_BYTES_MAX = 4 * 1024 * 1024,
       DRAFT_TEXT_MAX = 1024 };            /* bytes of a text in it: what is longer cannot be read */

/* One voucher line, docs/rules.md section 3. account 0 or an empty vat_code: blank, and a problem says why. */
struct voucher_line {
    bool sold;                            /* else paid */
    int64_t account;
    struct str vat_code;
    int32_t rate;                         /* the rate the receipts carried, for the check against PowerOffice */
    struct str department;                /* empty: none */
    struct money amount;                  /* debit positive */
    struct str text;
    struct str project, location;         /* empty: none */
};

/* Evidence: one raw sum and what the mapping made of it. */
struct cell {
    bool sold;
    struct str type;                      /* product type or payment type */
    int32_t rate;
    int64_t account;
    struct str vat_code;
    struct money amount;                  /* as in the voucher: debit positive */
    bool has_vat;
    struct money till_vat;                /* the till's own VAT, where the source has it */
    uint64_t count;                       /* receipt lines or payments */
    struct str first;                     /* "K1/10234" */
    struct str project, location;         /* empty: none */
};

/* `what` of a movement that is none: a receipt that is not booked, because another one of its number was chosen. */
#define MANUAL_NOT_BOOKED_WHAT "receipt-conflict"

/* What was left out of voucher and orders, or cannot be transferred at all. */
struct manual_item {
    bool movement;                        /* a cash movement; else left out by a switch */
    struct str what;                      /* payment type, or the movement's reason */
    struct money amount;                  /* movements: as on the till; left out: gross sales, positive */
    struct str receipt;                   /* "K1/12"; empty for a sum of several */
    struct str customer, order;           /* for credit that must be invoiced by hand */
    bool left;                            /* a receipt that a person left out; what: his reason */
    bool unknown;                         /* ... and nobody has said what it comes to: in no total */
    struct str paid_with;                 /* of a movement: "card", "card+cash"; empty: not said */
};

/* What a voucher rests on, for its page: of the whole business day, whichever part it is. */
struct basis_register { struct str reg; uint64_t first, last; };          /* numbers used, of receipts and the like */
struct basis_z { struct str reg; uint64_t number, first, last; };         /* last 0: it does not say its range */
/* A credit sale of this part that became an order. */
struct order_ref { struct str order, receipt, customer; struct money amount; };

/* docs/rules.md section 4. share is gross, VAT included. */
struct order_line {
    struct str product;                   /* code in PowerOffice; empty: blank */
    int64_t account;                      /* where the product's sales must go, for the check */
    struct str vat_code;
    int32_t rate;
    struct str product_type;
    struct str text;                      /* without the "(<share> of <gross>)" */
    int64_t qty;                          /* millionths */
    struct money gross, share;            /* share == gross: the whole line */
    struct str project, location;         /* empty: none */
};

struct draft {
    struct doc doc;
    enum draft_phase phase;
    uint32_t revision;                    /* rises by one whenever the content changes */
    uint32_t undone;                      /* the last revision of which the mapper heard that it was reversed: a sender
                                             that undid a later one waits until this is heard as well, so that no
                                             old seal can follow. UINT32_MAX: not said */
    struct str company, client_id;        /* organisation number; which PowerOffice client (config.h) */
    struct str reference;                 /* 36 characters */
    struct str batch_id, currency, text;
    struct str source_id;                 /* vouchers: the SystemID of the till's SAF-T; empty: not known */
    int32_t post_on;                      /* posting date: the business day, unless a person said otherwise */
    bool automatic;                       /* automatic transfer, or automatic invoicing, is on */
    bool send_invoice;
    struct str language;
    struct str mapping_hash;
    uint64_t from, upto;                  /* offsets (from, upto] of the venue's partition that it covers */
    uint64_t decided_from, decided;       /* decisions (decided_from, decided] about its receipts are in it; 0: none */
    bool credit_ordered;                  /* credit of this part goes to orders: decided with the seal */
    uint64_t asks;                        /* of an OPEN draft: a person's decision waits for an answer with this number
                                             (seal.heard), or for the seal; 0: no answer is wanted */

    struct voucher_line *lines;           /* in the order of docs/rules.md section 3 */
    size_t line_count;
    struct cell *cells;
    size_t cell_count;

    struct str department;                /* orders: of the venue; empty: none (vouchers have it on their lines) */
    struct str project, location;         /* the same; empty: not said */
    struct str customer, order_no;        /* orders: the till's customer; "order", else "<register>-<seq>" */
    struct str buyer_reference;           /* orders: the receipt's customer_reference; empty: it says none */
    struct order_line *order_lines;
    size_t order_line_count;

    struct manual_item *manual;           /* bounded; manual_total counts what did not fit as well */
    size_t manual_count;
    uint64_t manual_more;                 /* items that did not fit: `bilag manual` lists all from the receipts */
    uint64_t receipts;
    /* lines total = voucher + orders + manual, for the part: what `bilag status` shows as proof. */
    struct money lines_total, voucher_total, orders_total, manual_total;
    bool has_till_vat;
    struct money till_vat, computed_vat;  /* docs/rules.md section 3, last but one */
    struct money total;                   /* voucher: sum of sold lines, positive; order: incl. VAT */
    struct problems problems;

    struct basis_register *registers;     /* vouchers, in order of name; those of older programs say none of these */
    size_t register_count;
    struct basis_z *zs;                   /* by register and number */
    size_t z_count;
    struct order_ref *orders;             /* bounded; orders_more counts what did not fit */
    size_t order_count;
    uint64_t orders_more;
};

void draft_encode(const struct draft *draft, struct strbuf *out);
USED enum err draft_decode(struct str bytes, struct arena *arena, struct draft *ret_draft);

struct verdict { struct str draft_bytes; struct problems problems; };
void verdict_encode(const struct verdict *verdict, struct strbuf *out);
USED enum err verdict_decode(struct str bytes, struct verdict *ret_verdict);

struct seal {
    struct doc doc;
    uint32_t revision;
    bool reversed;                        /* else sealed */
    uint64_t upto;
    bool credit_ordered;
    bool behind;                          /* neither: a draft came with a lower revision than this one, which is
                                             not sealed; the mapper's store is an older copy, or a new one */
    uint64_t decided;                     /* as the draft says */
    uint64_t heard;                       /* with `behind`: the draft that asked so is taken, and nothing is sealed: no
                                             older one ever will be. 0: nobody asked */
    bool by_hand;                         /* a person has entered it, with all that was known to be wrong with it */
};
void seal_encode(const struct seal *seal, struct strbuf *out);
USED enum err seal_decode(struct str bytes, struct seal *ret_seal);

#endif
