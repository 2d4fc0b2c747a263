/* view_words.h - states, days and times as people say them. */
#ifndef BILAG_CONSOLE_VIEW_WORDS_H
#define BILAG_CONSOLE_VIEW_WORDS_H

#include "view.h"

/* Words and colours of states, for people. */
const char *state_words(const struct view *view, enum doc_state state);
const char *state_class(const struct book_doc *doc);         /* "red", "green", "yellow", "grey" */
void view_state(struct view *view, const struct book_doc *doc);
const char *day_words(const struct view *view, int32_t day, char buffer[64]);        /* "Friday 20 November 2026" */
/* A moment that is no venue's: by the clock of the first venue, where the installation is. */
const char *view_time(const struct view *view, int64_t time_ms, char when[32]);

/* "Today" at the venue. */
int32_t venue_today(const struct venue *venue);

#endif
