/* taken.h - documents that PowerOffice's lists say were taken back by somebody, and by what.
 *
 * For who reads such a list (watch.c once a client and day, `bilag check --online` at once): the rows are the ops'.
 */
#ifndef BILAG_SENDER_TAKEN_H
#define BILAG_SENDER_TAKEN_H

#include "sender.h"

enum { TAKEN_MAX = 20000, WATCH_BACK_DAYS = 35 };

enum { WATCH_END = -1, WATCH_DENIED = -2 };

/* Its id in PowerOffice; by: for people, may be empty; stands: the row says that it is there, as it should be. */
struct taken { char id[64], by[64]; bool stands; };
struct taken_list { struct taken *at; size_t count, room; int64_t began_ms; };           /* began: of reading it */
/* Adds those of a page. ERR_FORMAT: it is no list. ERR_TOO_LONG: more than anybody took back in a day. */
USED enum err taken_page(const struct sender_ops *ops, int step, struct str body, struct taken_list *list);
void taken_free(struct taken_list *list);
/* The row about the document of this id; NULL: there is none. */
const struct taken *taken_find(const struct taken_list *list, struct str id);
/* It is sent, nobody is at it, and it is not known already: what would be red if it was taken back. */
bool taken_concerns(const struct record *record);

#endif
