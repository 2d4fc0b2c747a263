/* month.h - a month of a venue's days: how each stands, what was sold, and by which types. */
#ifndef BILAG_CONSOLE_MONTH_H
#define BILAG_CONSOLE_MONTH_H

#include "view.h"

enum { MONTH_DAYS = 31 };

struct month_day {
    const struct book_doc *worst;        /* the one that says how the day stands; NULL: there is none */
    struct money sales;                  /* of its vouchers */
    size_t documents;
};

struct month {
    int32_t first, next;                 /* days [first, next) */
    struct book_list list;
    struct month_day days[MONTH_DAYS];
};

struct type_sum { struct str name; struct money amount; };

/* The month of that day, nothing of it gathered yet. */
void month_of(int32_t day, struct month *ret_month);
USED enum err month_gather(struct view *view, const struct venue *venue, struct month *month);
/* What was sold, by product type as people call it, most first; of types beyond the room nothing is told. */
USED enum err month_types(const struct venue *venue, const struct month *month, struct type_sum *sums, size_t room,
                          size_t *ret_count);

#endif
