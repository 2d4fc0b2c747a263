/* batches.h - events over ZeroMQ: a ROUTER on RUN_DIR/ingest-N.ipc, and one on tcp://INGEST.ZEROMQ if that is set.
 *
 * Request  [batch id, form, events]: the id is any bytes up to 255 and comes back with the answer; form is
 *          "map" (msgpack array of native events as maps). Without the form frame it is "map".
 * Lines    [batch id, "lines", file, array] is what `bilag import` sends: each element is [line, event], the
 *          event being canonical (event_encode()), or [line, bytes, reason] of what is no event and is kept
 *          with what was refused.
 * Answer   [batch id, msgpack map]: {"accepted","duplicates","rejected":[{"line","reason"}]} once all is
 *          durable, line being the place in the array from 1, or the line that was said; rejected lines that
 *          are not named make "rejected_total". {"error": text, "retry": true} when nothing can be stored: send the same
 *          batch again. {"error": text, "retry": false} when it is no batch.
 *
 * Outside  over TCP only who proves a CURVE key that opens venues (domain/doors.h) is heard, and only "map": a line of another
 *          venue is rejected with "status": 403; a key that was revoked meanwhile, or brings more than its rate, gets an error,
 *          with "retry_after_s" where it helps to wait; nothing of such a batch is taken.
 * Ahead    at most BATCHES_AHEAD batches of a sender are taken in before they are handled, the others wait with the
 *          sender: what is resident does not depend on how much one pushes without waiting for answers.
 */
#ifndef BILAG_INGEST_BATCHES_H
#define BILAG_INGEST_BATCHES_H

#include "intake.h"
#include "stage/stage.h"

enum { BATCH_EVENTS_MAX = 65536, BATCH_ID_MAX = 255, BATCHES_AHEAD = 4,
       BATCH_BYTES_MAX = 8 * 1024 * 1024 + 16 };     /* the array's own head beside 8 MB of events */

struct batches;

/* handler and admit are the stage's own, which call batches_take() and batches_admit(). doors may be NULL without an address. */
USED enum err batches_open(struct stage *stage, struct intake *intake, struct doors *doors, link_handler handler,
                           link_admit admit, struct batches **ret_batches, struct fault *fault);
void batches_close(struct batches *batches);         /* NULL is fine */
USED enum err batches_take(struct batches *batches, struct link *link, const struct frames *frames);
/* Whether who proves this public key may come in over TCP: NULL, or why not. */
const char *batches_admit(struct batches *batches, struct str key);
/* An array of native events as maps, which came another way. NULL, or why it is none: it is kept among what was refused. */
const char *batch_take(struct intake *intake, struct delivery *delivery, struct str bytes);
/* After a commit: answers what is decided. */
void batches_answer(struct batches *batches);

#endif
