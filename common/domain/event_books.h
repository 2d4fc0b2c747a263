/* event_books.h - two contents of one identity, compared as the books see them (docs/rules.md section 8). */
#ifndef BILAG_DOMAIN_EVENT_BOOKS_H
#define BILAG_DOMAIN_EVENT_BOOKS_H

#include "event.h"

/* Of two contents of one identity: whether they say the same for the books. What one of them
 * does not say (VAT amount, customer, order number) never differs; texts, quantities, staff and offsets are none. */
bool event_same_for_books(const struct event *a, const struct event *b);
/* Adds to the later one what only the earlier one says; they say the same for the books. Whether the later one says
 * a VAT amount that the earlier one did not. */
bool event_add_said(const struct event *earlier, struct event *later);
/* Its means of payment, each once: "card", "card+cash"; empty: none is said. In the arena. */
struct str event_paid_with(const struct event *event, struct arena *arena);

#endif
