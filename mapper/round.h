/* round.h - takes the days whose time has come from the schedule, a few to a commit, and sends their drafts after it.
 *
 * A day that cannot be built, whatever the reason, is named in the log and tried again later; it delays no other.
 * The schedule is changed only by what was committed.
 */
#ifndef BILAG_MAPPER_ROUND_H
#define BILAG_MAPPER_ROUND_H

#include "partitions.h"
#include "schedule.h"
#include "stage/stage.h"
#include "base/store.h"

struct round {
    struct stage *stage;
    struct store *store;
    struct schedule *schedule;
    struct partitions *partitions;
    struct link *validators;
    const bool *transfer_allowed;        /* per venue of the configuration */
    struct arena *build_arena, *sends_arena;
};

/* For about ROUND_BUDGET_MS; *ret_next_ms: when there is more to do (steady). */
enum { ROUND_BUDGET_MS = 100, ROUND_FAILED_WAIT_MS = 60000 };
USED enum err round_turn(const struct round *round, int64_t *ret_next_ms);

#endif
