/* days.h - a venue's days as they are told together: their documents, and each day's proof with what its Z reports say. */
#ifndef BILAG_CONSOLE_DAYS_H
#define BILAG_CONSOLE_DAYS_H

#include "bilag/read/overview.h"
#include "view.h"

struct day_list { struct books *books; struct book_list list; struct day_proof *days; size_t count; };

/* The books are open until days_close(), whatever this answers; the rest lives in the request's arena. */
USED enum err days_load(struct view *view, const struct venue *venue, int32_t from, int32_t to, struct day_list *ret_days);
void days_close(struct day_list *days);

#endif
