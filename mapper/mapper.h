/* mapper.h - one mapper process: what it holds, and its life. What it does in a turn is main.c's recipe.
 *
 * Ownership   everything in it is closed by mapper_close(). The arenas are emptied by whoever uses them.
 */
#ifndef BILAG_MAPPER_MAPPER_H
#define BILAG_MAPPER_MAPPER_H

#include "day_rules.h"
#include "partitions.h"
#include "schedule.h"
#include "trim.h"
#include "domain/audit.h"
#include "domain/pseudonym.h"
#include "stage/logclient.h"
#include "stage/stage.h"

struct mapper {
    struct store *store;
    struct audit *audit;
    struct pseudonyms *pseudonyms;       /* NULL: nobody was forgotten */
    struct logclient *log;
    struct link *validators;
    struct partitions *partitions;
    struct schedule *schedule;
    struct trim *trim;
    struct day_rules *day_rules;
    struct arena fold_arena, build_arena, sends_arena;
    bool *transfer_allowed;              /* per venue of the configuration: judged once, when it is loaded */
    int64_t audit_ms, relax_ms;
    int64_t lacks_ms;                    /* steady: when days are looked for again for which memory lacked */
    int64_t held_ms;                     /* steady: when it is said again that events wait for a damaged record */
    bool heard;                          /* something of the log came that is not folded yet */
    size_t heard_bytes;                  /* of all partitions, not folded yet */
    int64_t folded_ms;                   /* steady: the last fold's end */
};

/* stage_ops. */
USED enum err mapper_open(struct stage *stage, void **ret_state, struct fault *fault);
void mapper_close(struct stage *stage, void *state);
USED enum err mapper_reload(struct stage *stage, void *state);

#endif
