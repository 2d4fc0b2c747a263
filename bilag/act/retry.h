/* retry.h - lines that ingest refused are handed to it once more, when what was wrong is put right.
 *
 * One effect   ingest knows a receipt by its number: handed over twice, or killed between any two steps, it is in the log once, and a
 *              line that the log has is settled (read/refusals.h).
 * Order        retry_decided() writes the decision down before anything is handed over.
 * Errors       ERR_NETWORK: no ingest answered in time; some may be in: do it again.
 */
#ifndef BILAG_BILAG_ACT_RETRY_H
#define BILAG_BILAG_ACT_RETRY_H

#include "bilag/read/context.h"
#include "bilag/read/refusals.h"

#define RETRY_VERB "retry-refused"

struct retry {
    const struct refusal **at; size_t count;     /* what is handed over: refusal_can_be_taken() */
    uint64_t accepted, duplicates, parked, refused;
    struct str first_reason;             /* why one was refused again */
};

bool refusal_can_be_taken(const struct refusal *refusal);
/* The caller's patience with ingest. */
USED enum err retry_hand_over(struct context *context, struct retry *retry, int64_t patience_ms);
/* decision: what it is about (refusal_dismissal()). */
USED enum err retry_decided(struct context *context, struct retry *retry, const struct refusal_decision *decision,
                            struct str reason, int64_t patience_ms, uint64_t *ret_number);

#endif
