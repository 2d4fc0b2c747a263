/* send.c - seal a draft, post it, and read what PowerOffice says. */
#include "sender_inside.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum { UNBUILT_WAIT_MS = 5000, BODY_BYTES_MAX = 8 * 1024 * 1024 };

static void tell_mappers(struct sender *sender, struct str doc, int32_t day, struct seal *seal)
{
    struct strbuf bytes;
    struct str part;

    if (doc_parse(doc, &seal->doc))
        return;
    seal->doc.day = day;
    strbuf_init(&bytes, 4096);
    seal_encode(seal, &bytes);
    part = strbuf_str(&bytes);
    for (int i = 0; !bytes.failed && i < sender->mapper_count; i++)
        if (link_send(sender->mappers[i], &part, 1))
            stage_counter_add(sender->stage, "seals_untold", 1);     /* the mapper asks again with its draft */
    strbuf_free(&bytes);
}

void send_tell(struct sender *sender, struct str doc, const struct record *record, bool reversed)
{
    struct seal seal = { .revision = record->revision, .reversed = reversed, .upto = record->upto,
                         .decided = record->decided, .credit_ordered = record->credit_ordered,
                         .by_hand = record->state == DOC_BY_HAND };

    tell_mappers(sender, doc, record->day, &seal);
}

void send_tell_behind(struct sender *sender, struct str doc, const struct record *record, uint64_t heard)
{
    struct seal seal = { .revision = record->revision, .behind = true, .heard = heard };

    tell_mappers(sender, doc, record->day, &seal);
}

static enum err send_build(struct job *job, struct str *ret_body)
{
    struct sender *sender = job->sender;
    const struct venue *venue = config_venue(stage_config(sender->stage), job->draft.doc.venue);
    struct refdata ref;
    struct strbuf body;
    enum err err = venue ? refdata_load(sender->ref, venue->client_id, &sender->arena, &ref) : ERR_NOT_FOUND;

    if (!err && !str_equal(ref.company, venue->company))
        err = ERR_NOT_FOUND;              /* another key than the one that the verdict was about, or another's books */
    if (err)
        return err;
    job->now.books = ref.client;
    job->task.ref = &ref;
    job->task.links = sender->ref;
    strbuf_init(&body, BODY_BYTES_MAX);
    err = sender->ops->build(&job->task, &body);
    if (!err && body.failed)
        err = ERR_MEMORY;
    if (!err)
        *ret_body = arena_copy(&sender->arena, strbuf_str(&body));
    strbuf_free(&body);
    job->task.ref = NULL;
    job->task.links = NULL;
    return err;
}

/* What the validator found right cannot be built any more: let it judge by what is known now. Tried again when
 * the reference data has changed, or after a while. */
static void send_put_off(struct slot *slot, const struct job *job, enum err why)
{
    struct sender *sender = slot->sender;
    size_t turn = slot->turn;

    log_doc(job->doc, "what=\"cannot be built yet\" why=\"%s\"", err_text(why));
    rejudge_send(sender, job->was.draft);
    sender->clients[slot->client].needed = true;
    slot_free(slot);
    if (turn != SIZE_MAX) {
        sender->turns[turn].state = TURN_WAIT;
        sender->turns[turn].wait_ms = stage_now_ms(sender->stage) + UNBUILT_WAIT_MS;
    }
}

static enum err send_seal(struct slot *slot, struct job *job, bool *ret_stays)
{
    struct sender *sender = slot->sender;
    enum err err;

    SENDER_POINT(sender, POINT_BEFORE_SEAL);
    err = send_build(job, &job->now.body);
    *ret_stays = err == ERR_NOT_FOUND || err == ERR_RANGE;
    if (*ret_stays) {
        send_put_off(slot, job, err);
        return ERR_OK;
    }
    if (err)
        return err;
    job->now.sealed = true;
    job->now.sealed_ms = stage_now_ms(sender->stage);
    job->now.upto = job->draft.upto;
    job->now.decided = job->draft.decided;
    job->now.credit_ordered = job->draft.credit_ordered;
    job->what = str_of(doc_step_text(STEP_CLAIM));
    return ERR_OK;
}

/* A refusal may be of the reference, because it stands there already, and its words tell nothing: it is looked up, and is
 * red when it is not there (docs/poweroffice-api.md section 11, step 5). */
static void send_refused(struct job *job, int64_t now)
{
    job->now.refusals++;
    job->now.lookups = 0;
    job_move(job, STEP_DOUBTED, now + stage_config(job->sender->stage)->sender.lookup_wait_ms);
    job_no_problems(job);
    stage_counter_add(job->sender->stage, "refused", 1);
}

static void send_lost(struct job *job, int64_t now)
{
    struct problem problem = { .code = PROBLEM_WAITING_ANSWER, .count = 1 };
    char text[32];

    problem.arg[0] = arena_copy(&job->sender->arena, str_of(time_text_utc(now, text)));
    job->now.lookups = 0;
    job_move(job, STEP_UNKNOWN, now + stage_config(job->sender->stage)->sender.lookup_wait_ms);
    if (job->now.attempts > FACTS_IN_A_ROW)
        job->what = STR_NONE;
    job_no_problems(job);
    job_problem(job, &problem);
}

/* A fact of its own only for the first of a row of failures: an outage of days must not fill the trail. */
static void not_processed(struct job *job, int64_t now)
{
    job_move(job, STEP_NOT_PROCESSED, now + pace_ms(job->sender, job->now.attempts));
    if (job->now.attempts > 1)
        job->what = STR_NONE;
    stage_counter_add(job->sender->stage, "not_processed", 1);
}

static void login_refused(struct job *job, const struct answer *answer)
{
    struct problem problem = { .count = 1, .code = answer->closed                 ? PROBLEM_SUBSCRIPTION
                                                   : answer->subscription_refused ? PROBLEM_SUBSCRIPTION_KEY
                                                   : answer->status == 403        ? PROBLEM_PRIVILEGE_MISSING : PROBLEM_LOGIN };

    problem.arg[0] = problem.code == PROBLEM_PRIVILEGE_MISSING && !answer->detail[0] ? str_of(job->sender->ops->send_right)
                                                                 : job->now.words;
    job_move(job, STEP_LOGIN, 0);        /* the client's suspension sets the pace */
    if (job->now.attempts > 1)
        job->what = STR_NONE;
    job_no_problems(job);
    job_problem(job, &problem);
}

static void send_done(struct job *job, const struct answer *answer, int64_t now)
{
    struct sent sent = { .number = 0 };
    struct str json;

    if (json_check(answer->body, &json) || !job->sender->ops->read_sent(&job->task, json, &sent)) {
        send_lost(job, now);
        return;
    }
    job_move(job, STEP_DONE, 0);
    job_sent(job, &sent);
    stage_counter_add(job->sender->stage, "sent", 1);
}

static bool send_apply(struct job *job, struct slot *slot, const struct answer *answer)
{
    int64_t now = stage_now_ms(job->sender->stage);

    (void)slot;
    job_words(job, answer);
    switch (answer->outcome) {
    case OUTCOME_DONE:
        send_done(job, answer, now);
        break;
    case OUTCOME_THROTTLED:
    case OUTCOME_PASSING:
        not_processed(job, now);
        break;
    case OUTCOME_UNKNOWN:
        send_lost(job, now);
        stage_counter_add(job->sender->stage, "answers_lost", 1);
        break;
    case OUTCOME_LOGIN:
        login_refused(job, answer);
        break;
    case OUTCOME_REFUSED:
        send_refused(job, now);
        break;
    }
    return true;
}

static void send_answered(void *slot, const struct answer *answer)
{
    job_settle(slot, answer, send_apply);
}

/* Not sealed yet: it is now, in memory; send_start() commits it. *ret_stays: it is not to go yet, because a person has to confirm
 * the venue's add-on first or because it cannot be built, and the slot is free again. */
static enum err send_prepare(struct slot *slot, struct job *job, bool *ret_stays)
{
    enum err err = add_on_hold(job, ret_stays);

    if (err || !*ret_stays)
        return err ? err : send_seal(slot, job, ret_stays);
    slot_free(slot);
    return ERR_OK;
}

static void tell_sealed(const struct job *job)
{
    SENDER_POINT(job->sender, POINT_BEFORE_SEAL_TOLD);
    send_tell(job->sender, job->doc, &job->now, false);
    stage_counter_add(job->sender->stage, "sealed", 1);
    log_doc(job->doc, "what=sealed revision=%u reference=" STR_FMT, job->now.revision, STR_ARG(job->draft.reference));
}

enum err send_start(struct slot *slot, struct job *job)
{
    struct sender *sender = slot->sender;
    bool again = job->was.sealed, stays = false;             /* again: not taken, or looked up and not there: the same bytes */
    enum err err = again ? ERR_OK : send_prepare(slot, job, &stays);

    if (err || stays)
        return err;
    job->now.attempts++;
    if (again)
        job_no_problems(job);
    err = job_claim(job);
    if (err)
        return err;
    SENDER_POINT(sender, POINT_AFTER_SEAL);
    if (!again)
        tell_sealed(job);
    SENDER_POINT(sender, POINT_BEFORE_SEND);
    work_call(slot, job, CALL_POST, str_of(sender->ops->post_path), job->now.body, send_answered);
    SENDER_POINT(sender, POINT_AFTER_SEND);
    return ERR_OK;
}
