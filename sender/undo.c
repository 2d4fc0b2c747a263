/* undo.c - reverse a voucher in PowerOffice, because a person decided so. What PowerOffice answers to that is shown and
 * never judged: whether it is done says the voucher itself, which is looked at until it does. */
#include "sender_inside.h"

#include <string.h>

enum { PATH_BYTES_MAX = 512, LOOKS_AT_ONCE = 3, LOOKS_BLIND = 8, LOOKS_PATIENT = 30, ASKS_MAX = 8, SLOW_MS = 3600000 };

static void reversed(struct job *job)
{
    struct record *now = &job->now;

    now->old_ids = arena_format(&job->sender->arena, STR_FMT "%s" STR_FMT, STR_ARG(now->old_ids),
                                now->old_ids.len ? "," : "", STR_ARG(now->id));
    now->attempts = now->asks = 0;
    now->transfer = false;
    now->words = STR_NONE;
    job_no_problems(job);
    job_move(job, STEP_REVERSED, 0);
    job->detail = now->id;
    job->keep = true;
    job->sender->later_ms = 0;
    stage_counter_add(job->sender->stage, "reversed", 1);
}

static void say_not_done(struct job *job)
{
    struct problem problem = { .code = PROBLEM_REVERSAL_REFUSED, .count = 1, .arg = { job->now.words } };

    job_problem(job, &problem);
    stage_counter_add(job->sender->stage, "reversals_refused", 1);
}

static void not_reversed(struct job *job)
{
    job->now.attempts = job->now.asks = 0;
    job_move(job, STEP_KEPT, 0);
    job->detail = job->now.words;
    say_not_done(job);
}

/* As for a lost voucher (find.c): after lookup_wait_ms, then longer than the slowest replica. One that is red is looked at
 * once an hour: it may still be done, or a person decides. */
static int64_t look_wait_ms(const struct job *job)
{
    static const int64_t factors[] = { 1, 5, 10 };
    uint32_t looks = job->now.lookups;

    if (looks >= LOOKS_PATIENT)
        return SLOW_MS;
    return stage_config(job->sender->stage)->sender.lookup_wait_ms *
           factors[looks < COUNT(factors) ? looks : COUNT(factors) - 1];
}

/* Neither accepted nor refused, and not done: perhaps it never came there. It is asked for again after a wait that grows, in
 * the second lane, so that the venue's vouchers go on meanwhile; often enough is enough. */
static void ask_again(struct job *job, int64_t now_ms)
{
    struct record *now = &job->now;

    if (now->asks >= ASKS_MAX) {
        not_reversed(job);
        return;
    }
    if (now->lookups == LOOKS_AT_ONCE) {
        now->next_ms = now_ms + pace_ms(job->sender, now->asks);
        return;
    }
    job_move(job, STEP_UNDO_AGAIN, 0);
    if (now->asks > FACTS_IN_A_ROW)
        job->what = STR_NONE;
    turns_look(job->sender, now->venue);
}

/* It is not done, as far as is seen. Accepted (asked): it may take its time. Refused: seen often enough, that is the end. */
void undo_looked(struct job *job, const struct answer *answer, struct str json)
{
    struct record *now = &job->now;
    int64_t now_ms = stage_now_ms(job->sender->stage);
    enum reversal said = answer->outcome == OUTCOME_DONE ? job->sender->ops->read_reversal(now, answer->status, json)
                                                         : REVERSAL_UNSAID;

    now->attempts = 0;                    /* of looking */
    if (said == REVERSAL_DONE) {
        reversed(job);
        return;
    }
    now->lookups++;
    if (now->refusals && now->lookups >= (said == REVERSAL_NOT ? LOOKS_AT_ONCE : LOOKS_BLIND)) {
        not_reversed(job);
    } else if (!now->asked && !now->refusals && said == REVERSAL_NOT && now->lookups >= LOOKS_AT_ONCE) {
        ask_again(job, now_ms);
    } else {
        now->next_ms = now_ms + look_wait_ms(job);
        if (now->lookups == LOOKS_PATIENT) {
            job->what = STR("reversal-not-done");
            say_not_done(job);
        }
    }
}

static void ask_the_voucher(struct job *job, enum doc_step step, int64_t wait_ms)
{
    job->now.lookups = 0;
    job_move(job, step, stage_now_ms(job->sender->stage) + wait_ms);
    job->sender->later_ms = 0;
}

static bool undo_apply(struct job *job, struct slot *slot, const struct answer *answer)
{
    struct sender *sender = job->sender;
    int64_t wait = stage_config(sender->stage)->sender.lookup_wait_ms;

    (void)slot;
    job_words(job, answer);
    switch (answer->outcome) {
    case OUTCOME_DONE:
        job->now.asked = true;
        ask_the_voucher(job, STEP_UNDO_ASKED, wait);
        return true;
    case OUTCOME_REFUSED:
        job->now.refusals++;
        ask_the_voucher(job, STEP_UNDO_ASKED, wait);
        return true;
    case OUTCOME_UNKNOWN:
        ask_the_voucher(job, STEP_UNKNOWN, wait);
        if (job->now.asks > FACTS_IN_A_ROW)
            job->what = STR_NONE;
        return true;
    case OUTCOME_LOGIN:
        if (answer->closed) {             /* as everything is: it did not come there */
            job->now.asks--;
            job_move(job, STEP_NOT_PROCESSED, stage_now_ms(sender->stage) + pace_ms(sender, job->now.attempts));
            break;
        }
        if (answer->status == 403) {      /* the right to reverse lacks, which nothing else needs */
            job->now.refusals++;
            ask_the_voucher(job, STEP_UNDO_ASKED, wait);
            return true;
        }
        job->now.asks--;
        job_move(job, STEP_LOGIN, 0);
        break;
    case OUTCOME_THROTTLED:
    case OUTCOME_PASSING:
        job->now.asks--;                  /* it did not come there */
        job_move(job, STEP_NOT_PROCESSED, stage_now_ms(sender->stage) + pace_ms(sender, job->now.attempts));
        break;
    }
    if (job->now.attempts > 1)
        job->what = STR_NONE;
    return true;
}

static void undo_answered(void *slot, const struct answer *answer)
{
    job_settle(slot, answer, undo_apply);
}

enum err undo_start(struct slot *slot, struct job *job)
{
    struct sender *sender = slot->sender;
    struct strbuf path;
    enum err err;

    ensure(sender->ops->reverse_path != NULL);
    job->now.attempts++;
    job->now.asks++;
    job->now.asked = false;
    job->now.refusals = 0;
    err = job_claim(job);
    if (err)
        return err;
    strbuf_init(&path, PATH_BYTES_MAX);
    sender->ops->reverse_path(&job->task, &path);
    ensure(!path.failed);
    SENDER_POINT(sender, POINT_BEFORE_SEND);
    work_call(slot, job, CALL_POST, strbuf_str(&path), STR_NONE, undo_answered);
    SENDER_POINT(sender, POINT_AFTER_SEND);
    strbuf_free(&path);
    return ERR_OK;
}
