/* sale.h - one cashtransaction as it stands in the file, and the event that it becomes.
 *
 * Which reading of the amounts holds (signs left out, tips inside or outside, paid in foreign money) is
 * decided by the receipt's own equation: lines + rounding + tips = payments (docs/saft-format.md section 5, E5). A
 * receipt for which none holds keeps its plain reading and does not balance: the mapper holds it.
 * Ownership  texts of a raw sale live in the arena of its transaction, as does the event made of it.
 */
#ifndef BILAG_SAFT_SALE_H
#define BILAG_SAFT_SALE_H

#include "codelist.h"
#include "domain/event.h"
#include "saft.h"
#include "value.h"

struct raw_line {
    struct str type, group, article, text, vat_code;
    struct saft_decimal qty;
    struct saft_amount gross, net, vat;
    enum saft_side side;
    struct saft_rate rate;
    struct money tip;                    /* raises of type 10001 on this line */
};

struct raw_payment {
    struct str type, currency;
    struct saft_amount paid;
    struct saft_decimal exchange;
};

/* What the whole transaction comes to at one rate. */
struct raw_sale_vat {
    struct str code;
    struct saft_rate rate;
    struct saft_amount vat, base;
    enum saft_side side;
};
enum { RAW_SALE_VATS_MAX = 100 };

struct raw_sale {
    struct str nr, type, staff, customer, invoice, text;
    struct saft_amount gross, net;
    enum saft_side side;
    struct saft_date date;
    struct saft_time time;
    struct saft_amount rounding;
    struct money tip;                    /* raises of type 10001 on the transaction */
    bool voided, training;
    struct raw_line *lines;
    size_t line_count;
    struct raw_sale_vat *vats;           /* the transaction's own totals, the first RAW_SALE_VATS_MAX of them */
    size_t vat_count;                    /* of all */
    struct raw_payment *payments;
    size_t payment_count;
};

struct sale_maker {
    const struct venue *venue;
    struct codelist *codes;
    struct str reg;                      /* the register's name */
    struct arena *arena;
    unsigned notes;                      /* bit per enum saft_note, set by sale_to_event() */
};

/* ERR_FORMAT and others: the fault says what is wrong with this receipt (not where it stands). */
USED enum err sale_to_event(struct sale_maker *maker, const struct raw_sale *sale, struct event *ret_event,
                            struct fault *fault);

#endif
