/* stages.h - asks every stage of the configuration how it is, all at once and with little patience.
 *
 * Numbers of instances are those of the configuration; a stage that does not answer is down. Ownership: the arena.
 */
#ifndef BILAG_BILAG_READ_STAGES_H
#define BILAG_BILAG_READ_STAGES_H

#include "base/histogram.h"
#include "domain/config.h"

enum { STAGE_COUNTERS_MAX = 64, STAGE_TIMES_MAX = 2 };

struct stage_counter { struct str name; int64_t value; };

struct stage_state {
    const char *stage;
    int instance;
    bool up, outage;                     /* outage: a sender that cannot reach PowerOffice */
    struct str damaged_day;              /* of a mapper: a day whose record it cannot read; empty: none */
    int64_t damaged_days;                /* ... how many there are */
    struct str refused;                  /* why it kept its former configuration at a reload; empty: it did not */
    struct str untold;                   /* of the watch: whom it cannot reach, how many notices wait and since when, and why;
                                            empty: nobody */
    int64_t pid, uptime_ms;
    bool has_lag;
    int64_t lag;                         /* events or documents not yet taken */
    struct stage_counter counters[STAGE_COUNTERS_MAX];
    struct stage_times { const char *name; struct histogram histogram; } times[STAGE_TIMES_MAX];
    size_t times_count;
    size_t counter_count;
};

USED enum err stages_ask(const struct config *config, int64_t patience_ms, struct arena *arena,
                         struct stage_state **ret_stages, size_t *ret_count);

/* Who has been told; zero at first. missed: so many run and have not answered, and may not have heard it. */
enum { STAGES_TOLD_MAX = 256 };
struct stages_told { bool at[STAGES_TOLD_MAX]; size_t missed; };
/* Every stage of the configuration but the one that asks (a console: config->console.on is false then) reads its files again, if it was
 * not told yet. It is told at once and answers as it was before; what it kept instead, and why, stages_ask() says afterwards (refused). */
USED enum err stages_reload(const struct config *config, int64_t patience_ms, struct arena *arena, struct stages_told *told);

#endif
