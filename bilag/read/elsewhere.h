/* elsewhere.h - which of a venue's sent documents a person has taken back in PowerOffice, and of which two stand there: asked now, for `check --online`.
 *
 * Vouchers: what changed in the last 35 days is read, a request for most clients; orders: their two lists; the stages look once a day (sender/watch.c).
 */
#ifndef BILAG_BILAG_READ_ELSEWHERE_H
#define BILAG_BILAG_READ_ELSEWHERE_H

#include "online.h"
#include "sender/taken.h"

/* The list of the venue's client; free it with taken_free(). ERR_REFUSED: it may not be read; ERR_NETWORK. */
USED enum err elsewhere_read(struct context *context, struct online *online, const struct sender_ops *ops,
                             const struct venue *venue, struct taken_list *ret_list);
/* twice: by stands there as well, under its reference. again: it is known to stand there twice, and not seen any more: to be looked
 * at. */
struct elsewhere { struct str doc, number, by; bool twice, again; };
/* The venue's documents among them, in the arena. No store yet: none. */
USED enum err elsewhere_find(struct context *context, const struct sender_ops *ops, const struct venue *venue,
                             const struct taken_list *list, struct elsewhere **ret_found, size_t *ret_count);

#endif
