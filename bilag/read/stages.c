#include "stages.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "base/json.h"
#include "stage/stage.h"

struct asking { struct stage_state *stage; void *socket; bool there; };   /* there: it was, and was asked */

static void take_counter(struct stage_state *stage, struct arena *arena, struct str name, int64_t value)
{
    struct stage_counter *to = &stage->counters[stage->counter_count];

    if (stage->counter_count == STAGE_COUNTERS_MAX || name.len < 2)
        return;
    to->name = arena_copy(arena, (struct str){ name.bytes + 1, name.len - 2 });      /* the stages' own names need no escapes */
    to->value = value;
    if (to->name.bytes)
        stage->counter_count++;
}

/* How long things took, of the stages that measure it. */
static void take_times(struct stage_state *stage, struct str json)
{
    static const char *const names[STAGE_TIMES_MAX] = { "sale_to_acknowledged", "close_to_posted" };
    struct str of;

    for (size_t i = 0; i < COUNT(names); i++)
        if (json_member(json, names[i], &of) && histogram_of_json(of, &stage->times[stage->times_count].histogram))
            stage->times[stage->times_count++].name = names[i];
}

static void take_answer(struct stage_state *stage, struct arena *arena, struct str text)
{
    struct str json, counters = STR_NONE, name, value;
    char words[sizeof((struct fault *)NULL)->text];
    size_t at = 0;
    int64_t number;

    if (json_check(text, &json))
        return;
    stage->up = json_member_true(json, "up");
    stage->outage = json_member_true(json, "outage");
    if (json_member_text(json, "configuration_refused", words, sizeof words))
        stage->refused = arena_copy(arena, str_of(words));
    if (json_member_text(json, "untold", words, sizeof words))
        stage->untold = arena_copy(arena, str_of(words));
    if (json_member_int(json, "damaged_days", &stage->damaged_days) &&
        json_member_text(json, "damaged_day", words, sizeof words))
        stage->damaged_day = arena_copy(arena, str_of(words));
    (void)json_member_int(json, "pid", &stage->pid);
    (void)json_member_int(json, "uptime_ms", &stage->uptime_ms);
    take_times(stage, json);
    (void)json_member(json, "counters", &counters);
    while (json_pair(counters, &at, &name, &value))
        if (json_int(value, &number))
            take_counter(stage, arena, name, number);
    stage->has_lag = json_member_int(counters, "lag", &stage->lag) || json_member_int(json, "lag", &stage->lag);
}

/* A socket file that is not there means that nobody listens; no patience is spent on it. */
static void ask(struct asking *asking, void *zmq, struct str run_dir, struct str word)
{
    char where[300];
    int none = 0, len = snprintf(where, sizeof where, "ipc://" STR_FMT "/status-%s-%d.ipc", STR_ARG(run_dir),
                                 asking->stage->stage, asking->stage->instance);

    if (len < 0 || (size_t)len >= sizeof where || access(where + strlen("ipc://"), F_OK) != 0)
        return;
    asking->socket = zmq_socket(zmq, ZMQ_DEALER);
    if (!asking->socket)
        return;
    if (zmq_setsockopt(asking->socket, ZMQ_LINGER, &none, sizeof none) == 0 &&
        zmq_connect(asking->socket, where) == 0 && zmq_send(asking->socket, word.bytes, word.len, ZMQ_DONTWAIT) >= 0)
        return;
    (void)zmq_close(asking->socket);
    asking->socket = NULL;
}

static void hear(struct asking *asking, struct arena *arena)
{
    zmq_msg_t msg;

    (void)zmq_msg_init(&msg);
    if (zmq_msg_recv(&msg, asking->socket, ZMQ_DONTWAIT) >= 0)
        take_answer(asking->stage, arena, (struct str){ zmq_msg_data(&msg), zmq_msg_size(&msg) });
    (void)zmq_msg_close(&msg);
    (void)zmq_close(asking->socket);
    asking->socket = NULL;
}

static void hear_all(struct asking *asked, size_t count, int64_t patience_ms, struct arena *arena)
{
    int64_t until_ms = clock_steady_ms() + patience_ms;
    zmq_pollitem_t *items = arena_array(arena, count, sizeof *items);

    while (items && clock_steady_ms() < until_ms) {
        int waiting = 0;

        for (size_t i = 0; i < count; i++)
            if (asked[i].socket)
                items[waiting++] = (zmq_pollitem_t){ .socket = asked[i].socket, .events = ZMQ_POLLIN };
        if (!waiting || zmq_poll(items, waiting, until_ms - clock_steady_ms()) <= 0)
            break;
        for (size_t i = 0; i < count; i++)
            for (int k = 0; k < waiting; k++)
                if (asked[i].socket && items[k].socket == asked[i].socket && items[k].revents)
                    hear(&asked[i], arena);
    }
    for (size_t i = 0; i < count; i++)
        if (asked[i].socket)
            (void)zmq_close(asked[i].socket);
}

/* told: those that are, are not asked; NULL: all are. */
struct question { struct str word; int64_t patience_ms; struct stages_told *told; };

static void note_told(const struct asking *asked, size_t count, struct stages_told *told)
{
    told->missed = 0;
    for (size_t i = 0; i < count; i++) {
        bool heard = !asked[i].there || asked[i].stage->up;

        if (i < STAGES_TOLD_MAX)
            told->at[i] = heard;
        told->missed += !heard;
    }
}

static enum err ask_all(const struct config *config, const struct question *question, struct arena *arena,
                        struct stage_state **ret_stages, size_t *ret_count)
{
    const struct { const char *name; int32_t instances; } stages[] = {
        { "ingest", config->stages.ingest },       { "mapper", config->stages.mapper },
        { "validator", config->stages.validator }, { "uploader", config->stages.uploader },
        { "invoicer", config->stages.invoicer },   { "console", config->console.on },
        { "watch", config->watch.on },
    };
    size_t count = 0, at = 0;
    struct stage_state *states;
    struct asking *asked;
    void *zmq = zmq_ctx_new();

    for (size_t i = 0; i < COUNT(stages); i++)
        count += (size_t)stages[i].instances;
    states = arena_array(arena, count, sizeof *states);
    asked = arena_array(arena, count, sizeof *asked);
    if (!zmq || !states || !asked) {
        if (zmq)
            (void)zmq_ctx_term(zmq);
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < COUNT(stages); i++)
        for (int n = 0; n < stages[i].instances; n++, at++) {
            states[at].stage = stages[i].name;
            states[at].instance = n;
            asked[at].stage = &states[at];
            if (question->told && at < STAGES_TOLD_MAX && question->told->at[at])
                continue;
            ask(&asked[at], zmq, config->run_dir, question->word);
            asked[at].there = asked[at].socket != NULL;
        }
    hear_all(asked, count, question->patience_ms, arena);
    if (question->told)
        note_told(asked, count, question->told);
    (void)zmq_ctx_term(zmq);
    *ret_stages = states;
    *ret_count = count;
    return ERR_OK;
}

enum err stages_ask(const struct config *config, int64_t patience_ms, struct arena *arena,
                    struct stage_state **ret_stages, size_t *ret_count)
{
    return ask_all(config, &(struct question){ STR("status"), patience_ms, NULL }, arena, ret_stages, ret_count);
}

enum err stages_reload(const struct config *config, int64_t patience_ms, struct arena *arena, struct stages_told *told)
{
    struct stage_state *stages;
    size_t count;

    return ask_all(config, &(struct question){ STR(STAGE_RELOAD), patience_ms, told }, arena, &stages, &count);
}
