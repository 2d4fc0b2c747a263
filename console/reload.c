#include "reload.h"

#include "base/log.h"

enum { PATIENCE_MS = 50, ARENA_BYTES = 16 * 1024 * 1024 };

static const int64_t waits_ms[] = { 200, 500, 1000, 2000, 5000, 10000, 20000, 40000, 40000 };

void reload_open(struct reload *reload, struct stage *stage)
{
    *reload = (struct reload){ .stage = stage, .next_ms = INT64_MAX };
}

static void tell(struct reload *reload)
{
    struct config config = *stage_config(reload->stage);
    struct arena arena;
    enum err err;

    config.console.on = false;           /* it does not ask itself */
    reload->next_ms = INT64_MAX;
    arena_init(&arena, ARENA_BYTES);
    err = stages_reload(&config, PATIENCE_MS, &arena, &reload->told);
    if ((err || reload->told.missed) && reload->tries < COUNT(waits_ms))
        reload->next_ms = clock_steady_ms() + waits_ms[reload->tries++];
    else if (err)
        log_fact("level=error what=\"the stages could not be told to reload\" why=\"%s\"", err_text(err));
    else if (reload->told.missed)
        log_fact("level=error what=\"not told to reload\" stages=%zu why=\"no answer\"", reload->told.missed);
    arena_free(&arena);
}

void reload_begin(struct reload *reload)
{
    reload_open(reload, reload->stage);
    tell(reload);
    stage_reload_soon(reload->stage);
}

int64_t reload_turn(struct reload *reload)
{
    if (clock_steady_ms() >= reload->next_ms)
        tell(reload);
    return reload->next_ms;
}
