/* errands.h - the uploader asks PowerOffice for who has no keys (poweroffice/errand.h): with its own key, in its own loop, in the
 * quota that all share, sales first. One uploader does it, instance 0.
 *
 * Bounds      ERRANDS_EACH of an asker and ERRANDS_ALL at once; what is more is told so, and asked for again by its asker. A
 *             message of ERRAND_BYTES_MAX, an answer of ERRAND_ANSWER_MAX. An asker that is gone costs the requests that it
 *             asked for. Answers that it does not fetch are dropped.
 * Counters    errands, errands_refused; one log line a minute of what was refused.
 */
#ifndef BILAG_SENDER_ERRANDS_H
#define BILAG_SENDER_ERRANDS_H

#include "keydrop.h"

struct errands;

/* po and drop must outlive it; the reader is closed before it. */
struct refreader;
USED enum err errands_open(struct stage *stage, struct poweroffice *po, struct keydrop *drop, struct refreader *reader,
                           struct errands **ret_errands, struct fault *fault);
/* After poweroffice_close(), which drops what is under way. NULL is fine. */
void errands_close(struct errands *errands);

#endif
