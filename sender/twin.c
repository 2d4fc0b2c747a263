/* twin.c - two documents in PowerOffice under one reference: a server that does not check references, or checks a replica, took a
 * request twice whose first answer was lost for longer than anybody looked.
 *
 * Bilag never makes the choice which of them goes: the document is red (posted-twice) with both, until a person has taken the
 * other back there. Where the lists have all that stands, they are believed; else the other is asked for itself. */
#include "sender_inside.h"

#include <string.h>

enum { CHECKS_MAX = 6, HOUR_MS = 3600000 };

static void is_twice(struct job *job, struct str twin)
{
    struct arena *arena = &job->sender->arena;
    struct problem problem = { .code = PROBLEM_POSTED_TWICE, .count = 1,
                               .arg = { arena_format(arena, "%lld " STR_FMT, (long long)job->now.number, STR_ARG(job->now.id)),
                                        arena_copy(arena, twin) } };
    struct problems problems;

    record_problems(&job->now, &problems);
    if (!problems_have(&problems, PROBLEM_POSTED_TWICE)) {
        job->what = str_of(problem_code_text(PROBLEM_POSTED_TWICE));
        job->detail = problem.arg[1];
        stage_counter_add(job->sender->stage, "posted_twice", 1);
    }
    job_problem(job, &problem);
}

static void is_once(struct job *job)
{
    struct problems problems;

    record_problems(&job->now, &problems);
    if (!problems_have(&problems, PROBLEM_POSTED_TWICE))
        return;
    problems_remove(&problems, PROBLEM_POSTED_TWICE);
    if (record_set_problems(&job->now, &job->sender->arena, &problems))
        job->now.problems = STR_NONE;     /* the arena has failed; job_commit() sees it */
    job->what = STR("stands-once");
}

void twin_note(struct job *job, struct str twin)
{
    struct record *now = &job->now;

    if (job->sender->ops->watch_whole) {
        if (twin.len)
            is_twice(job, twin);
        else
            is_once(job);
        return;
    }
    now->work = WORK_TWIN;
    now->words = arena_copy(&job->sender->arena, twin);
    now->next_ms = 0;
    now->attempts = now->lookups = 0;
}

/* It stands, or is taken back, when it says so itself; nothing changes by what says neither. A 404 is said by a replica too, of
 * what it does not know yet. */
void twin_looked(struct job *job, const struct answer *answer, struct str json)
{
    struct record *now = &job->now;
    bool told = answer->outcome == OUTCOME_DONE || answer->outcome == OUTCOME_REFUSED;
    enum reversal said = told ? job->sender->ops->read_reversal(now, answer->status, json) : REVERSAL_UNSAID;

    if (said == REVERSAL_UNSAID) {
        now->work = WORK_TWIN;
        if (now->attempts >= CHECKS_MAX)
            now->next_ms = stage_now_ms(job->sender->stage) + HOUR_MS;
        return;
    }
    if (said == REVERSAL_NOT)
        is_twice(job, now->words);
    else
        is_once(job);
    now->work = WORK_NONE;
    now->attempts = now->lookups = 0;
    now->next_ms = 0;
    now->words = STR_NONE;
}
