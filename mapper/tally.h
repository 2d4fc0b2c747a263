/* tally.h - the sums of one part of a day, divided into transferred, ordered and manual.
 *
 * Inside of voucher.h: raw sums by their own keys, before any account is known.
 */
#ifndef BILAG_MAPPER_TALLY_H
#define BILAG_MAPPER_TALLY_H

#include "build.h"

enum { TALLY_CELLS_MAX = CELLS_MAX, TALLY_LEFT_MAX = 100 };

struct tally_cell {
    bool sold;
    struct str type;
    int32_t rate;
    struct money amount;                 /* as on receipts: sales and payments positive */
    uint64_t count, with_vat;
    struct money till_vat;
    int64_t first_time;
    struct str first_reg;
    uint64_t first_seq;
    bool mapped_out;
};

struct tally_left { struct str type; struct money amount; };

struct tally {
    const struct build *build;
    struct switches switches;
    bool credit_ordered, credit_seen;
    struct tally_cell *cells;            /* of TALLY_CELLS_MAX at most: room is made as they come */
    size_t cell_count, cell_room;
    struct tally_cell no_cell;           /* takes what there is no memory for: the arena has failed then */
    struct tally_left left[TALLY_LEFT_MAX];
    size_t left_count;
    struct manual_item *manual;          /* of MANUAL_MAX at most */
    size_t manual_count, manual_room;
    uint64_t manual_more;                /* items beyond MANUAL_MAX: counted, and in the totals */
    struct order_ref *orders;            /* of ORDER_REFS_MAX; NULL before the first */
    size_t order_count;
    uint64_t orders_more;
    uint64_t receipts;
    struct money lines_total, orders_total, manual_total;
    bool too_large;                      /* a sum cannot be trusted: nothing of it is booked */
    bool moving;                         /* a receipt that a person left out or put back (removal.h) */
    bool too_many;                       /* more cells than a draft can have */
    struct problems *problems;
};

bool tally_cell_earlier(const struct tally_cell *a, const struct tally_cell *b);     /* by their first receipts */
/* Fills a zeroed tally. */
USED enum err tally_part(struct tally *tally);

#endif
