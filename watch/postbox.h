/* postbox.h - each recipient's notices on their way: written into a letter, brought out, tried again with longer and longer waits,
 * kept while it is quiet, and forgotten when they were taken.
 *
 * State before act: a letter and each try of it are on disk before it leaves. Errors: the store's.
 */
#ifndef BILAG_WATCH_POSTBOX_H
#define BILAG_WATCH_POSTBOX_H

#include "courier.h"
#include "notices.h"

struct postbox;
USED enum err postbox_open(struct notices *notices, struct postbox **ret_postbox);
void postbox_close(struct postbox *postbox);                 /* NULL is fine */
struct courier *postbox_courier(struct postbox *postbox);

/* Ends what has ended, and brings out what is due. counts: +1 for each letter taken, and for each try that failed. */
struct postbox_counts { uint64_t taken, failed; };
USED enum err postbox_turn(struct postbox *postbox, const struct config *config, int64_t now_ms, struct postbox_counts *counts);
/* Steady time until which nothing is to do but by what is under way. */
int64_t postbox_wake_ms(const struct postbox *postbox, int64_t steady_ms);
/* `,"recipients":[...]`, and `,"untold":"..."` if somebody cannot be reached. */
USED enum err postbox_status(struct postbox *postbox, const struct config *config, struct arena *arena, struct strbuf *json);

/* Is it quiet for the recipient at that moment, in the watch's zone? */
bool postbox_is_quiet(const struct watch_settings *watch, const struct watch_recipient *recipient, int64_t now_ms);
/* The wait after that many tries. */
int64_t postbox_wait_ms(const struct watch_settings *watch, uint32_t tries);

#endif
