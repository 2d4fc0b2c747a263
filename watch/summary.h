/* summary.h - the daily summary for one recipient: what was sent, what waits, what is red, and what is not over.
 *
 * Ownership  the text lives in the arena; STR_NONE: no memory.
 */
#ifndef BILAG_WATCH_SUMMARY_H
#define BILAG_WATCH_SUMMARY_H

#include "survey.h"

struct str summary_text(const struct survey *survey, const struct watch_recipient *recipient, int32_t day, struct arena *arena);

#endif
