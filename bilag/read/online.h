/* online.h - PowerOffice itself, asked by a command: one call after the other, each waited for with a bound.
 *
 * Keys        this program has none: the uploader asks for it (poweroffice/asker.h). Where no uploader runs, or it runs with other
 *             files than are here now, and the keys are this user's own to read, it asks by itself; so it does for what writes.
 * Quota, tokens and reference data are those of the stages (poweroffice.h), so that a command never takes more
 * than its share. What is read of a client's books is kept for all.
 */
#ifndef BILAG_BILAG_READ_ONLINE_H
#define BILAG_BILAG_READ_ONLINE_H

#include "poweroffice/poweroffice.h"
#include "poweroffice/refdata.h"
#include "poweroffice/refreader.h"
#include "context.h"

struct online;
enum online_use { ONLINE_READS, ONLINE_WRITES };
/* ERR_CONFIG: it wants keys that are another user's; ERR_NOT_FOUND: ... and no uploader runs, with the sentence. */
USED enum err online_open(struct context *context, enum online_use use, struct online **ret_online);
void online_close(struct online *online);                    /* NULL is fine */

/* Reads the books of these venues anew; want: REF_FOR_..., and what their settings name is read beside. result[i] is ERR_OK, ERR_REFUSED (the key: the words are
 * in refdata.login_fault) or ERR_NETWORK. Venues without a key are ERR_NOT_FOUND. */
void online_read(struct online *online, const struct venue *const *venues, size_t count, unsigned want,
                 enum err *result);
/* One call; body, title and detail of the answer are copied into the context's arena. */
struct online_answer { enum outcome outcome; long status; struct str body, words; bool last_page; struct next_page next; };
USED enum err online_call(struct online *online, const struct venue *venue, enum call_method method, struct str path,
                          struct str body, struct online_answer *ret_answer);
struct refstore *online_refstore(struct online *online);
/* Why that came of a reading or a call, for people. */
const char *online_why(const struct online *online, enum err err);

#endif
