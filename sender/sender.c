/* sender.c - the stage: opens what it needs, and what it does in each turn, in order. */
#include "sender_inside.h"
#include "errands.h"

#include "base/json_write.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { STORE_WAIT_MS = 1000, WINDOW_MS = 60000 };

static void name_points(struct sender *sender)
{
    static const char *const texts[POINT_COUNT] = {
#define X(name, text) [name] = text,
        POINTS(X)
#undef X
    };

    for (size_t i = 0; i < POINT_COUNT; i++)
        (void)snprintf(sender->points[i], sizeof sender->points[i], "%s.%s", sender->ops->stage, texts[i]);
}

/* Seals go to every mapper, drafts to any validator; more of either may come with a reload. */
static enum err connect_links(struct sender *sender, struct fault *fault)
{
    const struct config *config = stage_config(sender->stage);
    char name[64];
    enum err err = ERR_OK;

    for (; !err && sender->mapper_count < config->stages.mapper; sender->mapper_count++) {
        err = link_open(sender->stage, ZMQ_PUSH, NULL, &sender->mappers[sender->mapper_count]);
        (void)snprintf(name, sizeof name, "mapper-%d", sender->mapper_count);
        if (!err)
            err = link_connect(sender->mappers[sender->mapper_count], name, fault);
    }
    for (; !err && sender->validator_count < config->stages.validator; sender->validator_count++) {
        (void)snprintf(name, sizeof name, "validator-%d", sender->validator_count);
        err = link_connect(sender->validators, name, fault);
    }
    sender->instances = sender->ops->kind == DOC_VOUCHER ? config->stages.uploader : config->stages.invoicer;
    return err;
}

static enum err open_stores(struct sender *sender, struct fault *fault)
{
    const struct config *config = stage_config(sender->stage);
    enum err err = docs_open(config->state_dir, sender->ops->stage, 0, &sender->docs, fault);

    if (!err)
        err = owners_open(config->state_dir, sender->ops->stage, stage_instance(sender->stage), &sender->owners, fault);
    if (!err)
        err = audit_open(config->state_dir, &sender->audit, fault);
    if (!err)
        err = refstore_open(config->state_dir, 0, &sender->ref, fault);
    if (!err)
        err = poweroffice_open(sender->stage, &sender->po, fault);
    if (!err)
        err = refreader_open(sender->po, &sender->reader);
    return err;
}

/* One process does what is to be done once for who has no keys. */
static bool speaks_for_others(const struct sender *sender)
{
    return sender->ops->kind == DOC_VOUCHER && stage_instance(sender->stage) == 0;
}

static enum err open_links(struct sender *sender, struct fault *fault)
{
    char name[64];
    enum err err = link_open(sender->stage, ZMQ_PUSH, NULL, &sender->validators);

    if (!err)
        err = connect_links(sender, fault);
    if (!err && speaks_for_others(sender))
        err = keydrop_open(sender->stage, sender->po, sender->ref, &sender->drop, fault);
    if (!err && speaks_for_others(sender))
        err = errands_open(sender->stage, sender->po, sender->drop, sender->reader, &sender->errands, fault);
    (void)snprintf(name, sizeof name, "%s-%d", sender->ops->stage, stage_instance(sender->stage));
    return err ? err : link_listen(sender->stage, ZMQ_PULL, name, inbox_take, &sender->in, fault);
}

static void sender_close(struct stage *stage, void *state)
{
    struct sender *sender = state;

    (void)stage;
    refreader_close(sender->reader);
    poweroffice_close(sender->po);
    errands_close(sender->errands);
    keydrop_close(sender->drop);
    watch_close(sender);
    refstore_close(sender->ref);
    audit_close(sender->audit);
    owners_close(sender->owners);
    docs_close(sender->docs);
    turns_close(sender);
    strbuf_free(&sender->inbox.bytes);
    arena_free(&sender->arena);
    free(sender);
}

/* Who may not read the keys learns from it whose books a venue's are. One writes it for all. */
static void tell_marks(const struct sender *sender)
{
    const struct config *config = stage_config(sender->stage);
    struct keymarks marks = config->marks;
    struct fault fault = { "" };

    if (!speaks_for_others(sender))
        return;
    if (keymarks_write(&marks, config->state_dir, &fault))
        log_fact("level=error what=\"programs without keys do not learn of them\" why=\"%s\"", fault.text);
}

static enum err sender_open(struct stage *stage, void **ret_state, struct fault *fault)
{
    struct sender *sender = calloc(1, sizeof *sender);
    enum err err;

    if (!sender)
        return fault_set(fault, ERR_MEMORY, "no memory");
    sender->ops = stage_context(stage);
    sender->stage = stage;
    arena_init(&sender->arena, SENDER_ARENA_BYTES);
    strbuf_init(&sender->inbox.bytes, INBOX_BYTES_MAX);
    name_points(sender);
    tell_marks(sender);
    err = open_stores(sender, fault);
    if (!err)
        err = turns_open(sender);
    if (!err)
        err = open_links(sender, fault);
    if (!err)
        err = takeover_run(sender);
    if (err) {
        sender_close(stage, sender);
        return err;
    }
    sender->window_ms = stage_steady_ms(stage);
    *ret_state = sender;
    return ERR_OK;
}

/* A person may have mended a key: those that were refused are tried at once. One that is new is tried as well, though no document
 * needs it yet: whoever connects a venue, or sets it up, wants to know what its books are. */
static void try_keys(struct sender *sender)
{
    refreader_try_keys(sender->reader);
    refreader_acted(sender->reader, STR_NONE);
    for (size_t i = 0; i < sender->client_count; i++) {
        struct ref_summary summary;
        enum err err = refdata_summary(sender->ref, str_of(sender->clients[i].id), &summary);

        if (!err && summary.login_refused)
            client_contradicted(sender, i);
        else if (err == ERR_NOT_FOUND && sender->ops->kind == DOC_VOUCHER)
            sender->clients[i].needed = true;
    }
}

/* The books of every client that has documents are kept read; the reader knows when it is time. */
static void tend(struct sender *sender)
{
    int64_t steady = stage_steady_ms(sender->stage);

    if (steady < sender->tend_ms || stage_stopping(sender->stage))
        return;
    sender->tend_ms = steady + TEND_MS;
    sender->tend_first++;                 /* each client comes first in its turn */
    for (size_t i = 0; i < sender->client_count; i++) {
        size_t index = (sender->tend_first + i) % sender->client_count;
        const struct sender_client *client = &sender->clients[index];

        if (client->contradicted)
            client_contradicted(sender, index);
        if (client->needed) {
            refreader_tend(sender->reader, client->venue, client->wants);
            refreader_mend(sender->reader, client->venue, client->mend);
        }
    }
}

static enum err sender_reload(struct stage *stage, void *state)
{
    struct sender *sender = state;
    struct fault fault = { "" };
    enum err err;

    (void)stage;
    poweroffice_reload(sender->po);
    tell_marks(sender);
    err = turns_open(sender);             /* looks at every venue anew, and at once */
    if (!err)
        err = connect_links(sender, &fault);
    rejudge_all(sender);
    try_keys(sender);
    sender->ref_seen = 0;
    sender->later_ms = 0;
    if (err)
        log_fact("level=error what=\"reload\" why=\"%s %s\"", err_text(err), fault.text);
    return err;
}

/* Other instances and `bilag` write to the same store: what they did is looked at when the store has changed. We write there
 * as well, with each document that moves, and all venues are many: the more there are, the longer one look is from the next. */
static void refresh(struct sender *sender)
{
    enum { VENUES_A_MS = 2 };
    int64_t steady = stage_steady_ms(sender->stage);
    uint64_t seen;

    if (steady < sender->refresh_ms)
        return;
    sender->refresh_ms = steady + REFRESH_MS;
    seen = store_generation(docs_store(sender->docs));
    if (seen == sender->docs_seen)
        return;
    sender->docs_seen = seen;
    if (sender->turn_count > VENUES_A_MS * REFRESH_MS)
        sender->refresh_ms = steady + (int64_t)(sender->turn_count / VENUES_A_MS);
    for (size_t i = 0; i < sender->turn_count; i++)
        if (sender->turns[i].state == TURN_IDLE)
            sender->turns[i].state = TURN_LOOK;
}

static void housekeeping(struct sender *sender)
{
    int64_t steady = stage_steady_ms(sender->stage), passed = steady - sender->window_ms;

    stage_counter_set(sender->stage, "in_flight", (int64_t)sender->busy);
    if (steady >= sender->counted_ms) {   /* of all clients: not with every answer that comes */
        stage_counter_set(sender->stage, "next_look_at", refreader_next_look_ms(sender->reader) / 1000);
        stage_counter_set(sender->stage, "next_key_at", clients_again_ms(sender) / 1000);
        sender->counted_ms = steady + REFRESH_MS;
    }
    stage_counter_set(sender->stage, "calls_waiting", (int64_t)poweroffice_waiting(sender->po));
    if (passed >= WINDOW_MS) {
        sender->rate_milli = sender->finished * 1000000 / passed;
        sender->finished = 0;
        sender->window_ms = steady;
    }
    if (steady >= sender->relax_ms) {
        store_relax(docs_store(sender->docs));
        sender->relax_ms = steady + RELAX_MS;
    }
}

static const struct { enum err (*run)(struct sender *sender); } steps[] = {
    { inbox_flush }, { decide_run }, { takeover_run }, { rejudge_run }, { work_again }, { later_run }, { watch_run }, { turns_run },
};

/* A full disk ends nothing: nothing leaves while nothing can be written, and it goes on when there is room. */
static enum err store_waits(struct sender *sender, enum err err)
{
    if (err != ERR_STORE_FULL)
        return err;
    if (!sender->store_told)
        log_fact("level=error what=\"the disk or the store is full: nothing is sent until there is room\"");
    sender->store_told = true;
    sender->store_wait_ms = stage_steady_ms(sender->stage) + STORE_WAIT_MS;
    return ERR_OK;
}

static enum err sender_turn(struct stage *stage, void *state)
{
    struct sender *sender = state;
    enum err err = ERR_OK;

    refresh(sender);
    for (size_t i = 0; !err && i < COUNT(steps); i++)
        err = steps[i].run(sender);
    if (!err && stage_steady_ms(stage) >= sender->store_wait_ms)
        sender->store_told = false;
    err = store_waits(sender, err);
    tend(sender);
    if (sender->drop)
        keydrop_turn(sender->drop);
    poweroffice_turn(sender->po);
    housekeeping(sender);
    stage_wake_at(stage, stage_steady_ms(stage) + REFRESH_MS);
    return err ? err : sender->fatal;
}

/* When the backlog is through, by what was done in the last minute, else by what the quota allows. */
static int64_t through_ms(const struct sender *sender, uint64_t backlog)
{
    int64_t rate = sender->rate_milli;

    if (!backlog)
        return 0;
    if (sender->outage.on)
        return -1;                        /* nobody can tell */
    if (rate <= 0)
        rate = (int64_t)stage_config(sender->stage)->requests_per_second * 1000;
    return (int64_t)backlog * 1000000 / rate;
}

/* A request whose answer comes need not be looked up by who starts next. */
static bool sender_busy(const void *state)
{
    const struct sender *sender = state;

    return sender->busy > 0;
}

static void sender_status(struct stage *stage, void *state, struct strbuf *json)
{
    struct sender *sender = state;
    struct docs_summary summary;
    int64_t through;

    if (docs_summarize(sender->docs, &summary))
        return;
    json_open(json, "documents", '{');
    for (int i = 0; i < DOC_STATE_COUNT; i++)
        json_put_uint(json, doc_state_text((enum doc_state)i), summary.states[i]);
    json_close(json, '}');
    json_put_uint(json, "backlog", summary.backlog);
    histogram_json(&sender->posted, "close_to_posted", json);
    json_put_bool(json, "outage", sender->outage.on);
    if (summary.oldest_ms) {
        json_put_str(json, "oldest", str_of(summary.oldest));
        json_put_time(json, "oldest_since", summary.oldest_ms);
    }
    through = through_ms(sender, summary.backlog);
    if (through < 0)
        json_put_null(json, "through_at");
    else if (through > 0)
        json_put_time(json, "through_at", stage_now_ms(stage) + through);
}

int sender_main(const struct sender_ops *ops, int argc, char **argv)
{
    const struct stage_ops stage_ops = {
        .name = ops->stage, .about = ops->about, .context = ops, .holds_keys = true, .open = sender_open, .close = sender_close,
        .reload = sender_reload, .turn = sender_turn, .busy = sender_busy, .status = sender_status,
    };

    return stage_main(&stage_ops, argc, argv);
}
