/* undo.c - reverse a voucher in PowerOffice, because a person decided so. */
#include "sender_inside.h"

#include <string.h>
#include <strings.h>

enum { PATH_BYTES_MAX = 512, NOT_VISIBLE_TRIES = 8 };

static bool says_already_reversed(const struct answer *answer)
{
    static const char words[] = "already reversed";

    for (size_t i = 0; i + sizeof words - 1 <= answer->body.len; i++)
        if (strncasecmp(answer->body.bytes + i, words, sizeof words - 1) == 0)
            return true;
    return false;
}

static void reversed(struct job *job)
{
    struct record *now = &job->now;

    now->old_ids = arena_format(&job->sender->arena, STR_FMT "%s" STR_FMT, STR_ARG(now->old_ids),
                                now->old_ids.len ? "," : "", STR_ARG(now->id));
    now->attempts = 0;
    now->words = STR_NONE;
    job_no_problems(job);
    job_move(job, STEP_REVERSED, 0);
    job->detail = now->id;
    job->keep = true;
    job->sender->later_ms = 0;
    stage_counter_add(job->sender->stage, "reversed", 1);
}

static void not_reversed(struct job *job, const struct answer *answer)
{
    struct problem problem = { .code = PROBLEM_REFUSED, .count = 1,
                               .arg = { job->now.words, str_of(answer->detail) } };

    job->now.attempts = 0;
    job_move(job, STEP_KEPT, 0);
    job_problem(job, &problem);
}

static bool undo_apply(struct job *job, struct slot *slot, const struct answer *answer)
{
    struct sender *sender = job->sender;
    int64_t now = stage_now_ms(sender->stage);
    int64_t wait = stage_config(sender->stage)->sender.lookup_wait_ms;

    (void)slot;
    job_words(job, answer);
    switch (answer->outcome) {
    case OUTCOME_DONE:
        reversed(job);
        return true;
    case OUTCOME_REFUSED:
        if (says_already_reversed(answer))
            reversed(job);
        else if (answer->status == 404 && job->now.attempts < NOT_VISIBLE_TRIES)      /* a replica lags */
            job_move(job, STEP_NOT_PROCESSED, now + back_off_ms(sender, 1));
        else
            not_reversed(job, answer);
        return true;
    case OUTCOME_UNKNOWN:
        job_move(job, STEP_UNKNOWN, now + wait);             /* once more does no harm: "already reversed" */
        break;
    case OUTCOME_LOGIN:
        job_move(job, STEP_LOGIN, 0);
        break;
    case OUTCOME_THROTTLED:
    case OUTCOME_PASSING:
        job_move(job, STEP_NOT_PROCESSED, now + pace_ms(sender, job->now.attempts));
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
    err = job_claim(job);
    if (err)
        return err;
    strbuf_init(&path, PATH_BYTES_MAX);
    sender->ops->reverse_path(&job->task, &path);
    ensure(!path.failed);
    SENDER_POINT(sender, POINT_BEFORE_SEND);
    work_call(slot, CALL_POST, strbuf_str(&path), STR_NONE, undo_answered);
    SENDER_POINT(sender, POINT_AFTER_SEND);
    strbuf_free(&path);
    return ERR_OK;
}
