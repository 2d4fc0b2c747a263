#include "lookout.h"

#include <stdlib.h>

#include "base/lease.h"
#include "base/log.h"
#include "postbox.h"
#include "saying.h"
#include "summary.h"

enum { TURN_EVERY_MS = 1000, LOOK_BUDGET_MS = 30, ALL_DAYS_EVERY_MS = 3600000, DAY_S = 86400 };

struct lookout {
    struct stage *stage;
    struct lease_thing *telling;         /* of machines that share the stores, one tells; others stand by without the rest */
    int64_t turn_ms;                     /* when it is asked for next */
    struct notices *notices;
    struct postbox *postbox;
    struct lasting *lasting;
    struct survey survey;
    bool looking;                        /* the survey is open */
    bool runs_commands;                  /* a recipient has a command: system calls are not restricted (stage.c) */
    bool blind;
    int64_t look_ms, all_days_ms;        /* steady: of the next look, and of the next at all days */
    int64_t blind_ms;                    /* wall clock: since when looks fail */
    struct postbox_counts counts;
};

static bool has_command(const struct config *config)
{
    for (size_t i = 0; i < config->watch.recipient_count; i++)
        if (config->watch.recipients[i].command.len)
            return true;
    return false;
}

static void look_end(struct lookout *lookout)
{
    if (lookout->looking)
        survey_free(&lookout->survey);
    lookout->looking = false;
}

void lookout_close(struct stage *stage, void *state)
{
    struct lookout *lookout = state;

    (void)stage;
    look_end(lookout);
    lasting_close(lookout->lasting);
    postbox_close(lookout->postbox);
    notices_close(lookout->notices);
    lease_thing_close(lookout->telling);
    free(lookout);
}

/* Who is no recipient any more gets nothing of what waits. */
static enum err keep_only(struct lookout *lookout)
{
    uint64_t dropped = 0;
    enum err err = notices_keep_only(lookout->notices, stage_config(lookout->stage), &dropped);

    if (dropped)
        log_fact("level=warning what=\"notices of recipients that are gone are dropped\" count=%llu",
                 (unsigned long long)dropped);
    return err;
}

/* What has been told is read only now: another machine may have told until just now. */
static enum err begin(struct lookout *lookout, struct fault *fault)
{
    enum err err = notices_open(stage_config(lookout->stage)->state_dir, &lookout->notices, fault);

    if (!err)
        err = keep_only(lookout);
    if (!err)
        err = lasting_open(&lookout->lasting);
    if (!err)
        err = postbox_open(lookout->notices, &lookout->postbox);
    if (!err)
        stage_set_wait(lookout->stage, courier_wait, postbox_courier(lookout->postbox));
    return err;
}

/* ret_ours: it tells. One that did not comes to it when the one that told has given up, or its lease is over. */
static enum err take_turn(struct lookout *lookout, bool *ret_ours)
{
    int64_t steady_ms = stage_steady_ms(lookout->stage);
    struct fault fault = { "" };
    enum err err;

    *ret_ours = lookout->postbox != NULL;
    if (*ret_ours || steady_ms < lookout->turn_ms)
        return ERR_OK;
    lookout->turn_ms = steady_ms + TURN_EVERY_MS;
    if (lease_win(&lookout->telling, 1) == 0)
        return ERR_OK;
    *ret_ours = true;
    err = begin(lookout, &fault);
    if (err)
        log_fact("level=error what=\"cannot tell, though it is its turn\" why=\"%s\"",
                 fault.text[0] ? fault.text : err_text(err));
    else
        log_fact("what=\"tells from now on, for all machines\"");
    return err;
}

enum err lookout_open(struct stage *stage, void **ret_state, struct fault *fault)
{
    const struct config *config = stage_config(stage);
    struct lookout *lookout;
    enum err err;

    if (!config->watch.on)
        return fault_set(fault, ERR_CONFIG, "bilag.yaml has no section watch: so nobody is told of anything; write who is "
                                            "(watch: {recipients: ...}), and start this again");
    lookout = calloc(1, sizeof *lookout);
    if (!lookout)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    lookout->stage = stage;
    lookout->runs_commands = has_command(config);
    err = lease_is_shared() ? lease_thing_open("", "telling", &lookout->telling, fault) : begin(lookout, fault);
    if (err) {
        lookout_close(stage, lookout);
        return err;
    }
    *ret_state = lookout;
    return ERR_OK;
}

/* What was begun is of the former configuration. A first command wants a process that may start others, and the last one's end one
 * that may not: the supervisor starts it again. */
enum err lookout_reload(struct stage *stage, void *state)
{
    struct lookout *lookout = state;
    const struct config *config = stage_config(stage);

    look_end(lookout);
    lookout->look_ms = lookout->all_days_ms = 0;
    if (!config->watch.on)
        return ERR_CONFIG;
    if (has_command(config) != lookout->runs_commands) {
        log_fact("what=\"starts again, for commands are told otherwise than at its start\"");
        return ERR_BUSY;
    }
    return lookout->postbox ? keep_only(lookout) : ERR_OK;
}

/* --- what a look found --- */

static int32_t local_day(const struct config *config, int64_t now_ms, int32_t *ret_second)
{
    struct civil at;

    zone_civil(config->watch.zone, now_ms / 1000, &at);
    *ret_second = at.hour * 3600 + at.minute * 60 + at.second;
    return day_of_civil(at.year, at.month, at.day);
}

static struct str make_summary(const struct watch_recipient *recipient, void *context)
{
    struct lookout *lookout = context;
    int32_t second, day = local_day(&lookout->survey.config, lookout->survey.now_ms, &second);

    return recipient->summary ? summary_text(&lookout->survey, recipient, day, &lookout->survey.arena) : STR_NONE;
}

static enum err want_summary(struct lookout *lookout, struct settling *settling)
{
    const struct config *config = stage_config(lookout->stage);
    int32_t last = INT32_MIN, second;
    enum err err = notices_summary_day(lookout->notices, &last);

    if (err && err != ERR_NOT_FOUND)
        return err;
    settling->summary_day = local_day(config, settling->now_ms, &second);
    settling->context = lookout;
    if (config->watch.summary_s >= 0 && second >= config->watch.summary_s && last < settling->summary_day)
        settling->summary = make_summary;
    return ERR_OK;
}

static enum err settle(struct lookout *lookout, struct settling *settling)
{
    enum err err = notices_settle(lookout->notices, settling);

    if (!err && settling->ret_began + settling->ret_ended)
        log_fact("what=looked began=%llu ended=%llu open=%llu", (unsigned long long)settling->ret_began,
                 (unsigned long long)settling->ret_ended, (unsigned long long)settling->ret_open);
    if (!err)
        stage_counter_set(lookout->stage, "matters", (int64_t)settling->ret_open);
    return err;
}

static enum err look_done(struct lookout *lookout)
{
    struct settling settling = { .config = stage_config(lookout->stage), .found = &lookout->survey.matters,
                                 .from = lookout->survey.from, .now_ms = lookout->survey.now_ms,
                                 .forget = (int32_t)(lookout->survey.now_ms / 1000 / DAY_S) - MISSED_DAYS };
    enum err err = want_summary(lookout, &settling);

    if (!err)
        err = settle(lookout, &settling);
    stage_counter_add(lookout->stage, "looks", 1);
    lookout->blind = false;
    return err;
}

/* That nothing can be seen is a matter itself, which the next look ends. */
static enum err look_failed(struct lookout *lookout, enum err why, const char *words)
{
    const struct config *config = stage_config(lookout->stage);
    int64_t now_ms = stage_now_ms(lookout->stage);
    struct matters matters = { .arena = stage_arena(lookout->stage) };
    struct settling settling = { .config = config, .found = &matters, .partial = true, .now_ms = now_ms };
    struct saying saying;
    enum err err;

    if (!lookout->blind)
        lookout->blind_ms = now_ms;
    lookout->blind = true;
    stage_counter_add(lookout->stage, "looks_failed", 1);
    log_fact("level=error what=\"a look failed\" why=\"%s\" words=\"%s\"", err_text(why), words);
    if (now_ms - lookout->blind_ms < (int64_t)config->watch.patience_s * 1000)
        return ERR_OK;
    saying_begin(&saying, MATTER_BLIND, STR("stores"));
    saying_en(&saying, "The stores cannot be read, so what else is wrong is not known: bilag status, bilag fsck. ");
    saying_nb(&saying, "Lagrene kan ikke leses, så det er ikke kjent hva annet som er galt: bilag status, bilag fsck. ");
    saying_foreign(&saying, str_of(words[0] ? words : err_text(why)));
    err = saying_found(&saying, &matters, (struct matter){ .kind = MATTER_BLIND, .day = DAY_ALWAYS });
    return err ? err : settle(lookout, &settling);
}

static enum err look_begin(struct lookout *lookout, int64_t steady_ms)
{
    bool all_days = steady_ms >= lookout->all_days_ms;
    enum err err = survey_begin(&lookout->survey, stage_config(lookout->stage), lookout->lasting, all_days,
                                stage_now_ms(lookout->stage));

    lookout->looking = true;
    if (all_days)
        lookout->all_days_ms = steady_ms + ALL_DAYS_EVERY_MS;
    lookout->look_ms = steady_ms + (int64_t)stage_config(lookout->stage)->watch.look_s * 1000;
    return err;
}

static enum err look_on(struct lookout *lookout)
{
    struct fault fault = { "" };
    int64_t steady_ms = stage_steady_ms(lookout->stage);
    enum err err = ERR_OK;

    if (!lookout->looking && steady_ms < lookout->look_ms)
        return ERR_OK;
    if (!lookout->looking)
        err = look_begin(lookout, steady_ms);
    if (!err)
        err = survey_on(&lookout->survey, LOOK_BUDGET_MS, &fault);
    if (err) {
        lookout->all_days_ms = lookout->survey.all_days ? 0 : lookout->all_days_ms;
        look_end(lookout);
        return look_failed(lookout, err, fault.text);
    }
    if (!lookout->survey.done)
        return ERR_OK;
    err = look_done(lookout);
    look_end(lookout);
    return err;
}

/* A full disk is told of while there is room; when there is none, nothing is forgotten, and it is tried again. */
static enum err bear(struct lookout *lookout, enum err err)
{
    if (err != ERR_STORE_FULL)
        return err;
    log_fact("level=error what=\"the disk is full: nothing new can be told\"");
    lookout->look_ms = stage_steady_ms(lookout->stage) + 10000;
    return ERR_OK;
}

enum err lookout_turn(struct stage *stage, void *state)
{
    struct lookout *lookout = state;
    int64_t steady_ms = stage_steady_ms(stage);
    bool ours;
    enum err err = take_turn(lookout, &ours);

    if (err || !ours) {
        stage_wake_at(stage, lookout->turn_ms);
        return err;
    }
    err = bear(lookout, postbox_turn(lookout->postbox, stage_config(stage), stage_now_ms(stage), &lookout->counts));

    if (!err && !stage_stopping(stage))
        err = bear(lookout, look_on(lookout));
    stage_counter_set(stage, "letters_taken", (int64_t)lookout->counts.taken);
    stage_counter_set(stage, "tries_failed", (int64_t)lookout->counts.failed);
    stage_wake_at(stage, lookout->looking ? steady_ms : postbox_wake_ms(lookout->postbox, steady_ms));
    return err;
}

bool lookout_busy(const void *state)
{
    const struct lookout *lookout = state;

    return lookout->postbox && courier_under_way(postbox_courier(lookout->postbox)) > 0;
}

void lookout_status(struct stage *stage, void *state, struct strbuf *json)
{
    struct lookout *lookout = state;

    if (lookout->postbox && postbox_status(lookout->postbox, stage_config(stage), stage_arena(stage), json))
        json->failed = true;
}
