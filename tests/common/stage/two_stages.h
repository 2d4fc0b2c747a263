/* two_stages.h - stages of a test's own in one process, each with ZeroMQ of its own, turned by hand. */
#ifndef BILAG_TESTS_TWO_STAGES_H
#define BILAG_TESTS_TWO_STAGES_H

#include "stage/inside.h"
#include "stage/link.h"
#include "stage/peers.h"

#include "tests/common/domain/config_folder.h"

#include <time.h>
#include <zmq.h>

enum { PATIENCE = 400, PAUSE_NS = 5000000, HEARD_MAX = 4 };

static char heard[HEARD_MAX][64];
static size_t heard_count;

HELPER enum err hear(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    (void)stage;
    (void)state;
    (void)link;
    if (heard_count < HEARD_MAX)
        assert_true(str_copy(frames->part[0], heard[heard_count], sizeof heard[0]));
    heard_count++;
    return str_equal(frames->part[0], STR("bad"))    ? ERR_FORMAT
           : str_equal(frames->part[0], STR("disk")) ? ERR_STORE_IO
                                                     : ERR_OK;
}

HELPER void stage_begin(struct stage *stage, struct config *config, const struct stage_ops *ops)
{
    *stage = (struct stage){ .ops = ops, .config = config, .zmq = zmq_ctx_new() };
    assert_non_null(stage->zmq);
    arena_init(&stage->arena, 1 << 20);
}

HELPER void stage_end(struct stage *stage)
{
    link_close_all(stage);
    peers_close(stage);
    (void)zmq_ctx_term(stage->zmq);
    arena_free(&stage->arena);
}

HELPER enum err stage_turn_once(struct stage *stage)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < stage->link_count && !err; i++)
        err = link_drain(stage, &stage->links[i]);
    (void)nanosleep(&(struct timespec){ 0, PAUSE_NS }, NULL);
    return err;
}

HELPER int64_t counted(const struct stage *stage, const char *name)
{
    for (size_t i = 0; i < stage->counter_count; i++)
        if (strcmp(stage->counters[i].name, name) == 0)
            return stage->counters[i].value;
    return 0;
}

#endif
