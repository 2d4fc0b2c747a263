/* find.c - after a lost answer: does it stand in PowerOffice? (docs/poweroffice-api.md section 11) */
#include "sender_inside.h"

#include <stdio.h>

enum { LOOKS_BEFORE_AGAIN = 2, LOOKS_IN_DOUBT = 3, REFUSALS_MAX = 3, PATH_BYTES_MAX = 1900 };

/* Refused, and something of it may be there: a try without an answer, or a round that was reversed and whose reference may
 * not be free yet. */
static bool in_doubt(const struct record *record)
{
    return record->refusals && (record->attempts > 1 || record->old_ids.len);
}

/* The first look after lookup_wait_ms, the next five times as late, then ten times; longer still if there is doubt. */
static int64_t look_wait_ms(const struct job *job)
{
    static const int64_t factors[] = { 1, 5, 10 };
    uint32_t looks = job->now.lookups;
    int64_t wait = stage_config(job->sender->stage)->sender.lookup_wait_ms;

    return wait * factors[looks < COUNT(factors) ? looks : COUNT(factors) - 1] *
           (INT64_C(1) << (in_doubt(&job->now) ? job->now.refusals : 0));
}

static void refused_for_good(struct job *job, const struct slot *slot)
{
    struct problem problem = { .code = PROBLEM_REFUSED, .count = 1, .arg = { job->now.words } };

    job_move(job, STEP_REFUSED, 0);
    job->detail = job->now.words;
    job_no_problems(job);
    job_problem(job, &problem);
    rejudge_send(job->sender, job->now.draft);               /* by what is known now, and again when it was read */
    client_contradicted(job->sender, slot->client);
}

static void absent(struct job *job, const struct slot *slot, int64_t now)
{
    uint32_t enough = in_doubt(&job->now) ? LOOKS_IN_DOUBT : LOOKS_BEFORE_AGAIN;

    job->now.lookups++;
    stage_counter_add(job->sender->stage, "lookups", 1);
    if (job->now.lookups < enough) {
        job_move(job, STEP_NOT_FOUND, now + look_wait_ms(job));
        if (job->now.attempts > FACTS_IN_A_ROW)
            job->what = STR_NONE;
        return;
    }
    if (job->now.refusals && (!job->now.old_ids.len || job->now.refusals >= REFUSALS_MAX)) {
        refused_for_good(job, slot);
        return;
    }
    job->now.lookups = 0;
    job_move(job, STEP_ABSENT, now + (job->now.attempts > 1 ? pace_ms(job->sender, job->now.attempts - 1) : 0));
    if (job->now.attempts > FACTS_IN_A_ROW)
        job->what = STR_NONE;
    job_no_problems(job);
}

static void differs(struct job *job, const struct lookup *lookup)
{
    struct problem problem = { .code = PROBLEM_REFUSED, .count = 1, .arg = { str_of(lookup->note) } };

    job->now.id = arena_copy(&job->sender->arena, str_of(lookup->found.id));
    job->now.number = lookup->found.number;
    job->now.words = arena_copy(&job->sender->arena, str_of(lookup->note));
    job_move(job, STEP_DIFFERS, 0);
    job->detail = job->now.words;
    job_no_problems(job);
    job_problem(job, &problem);
}

static void ask_later(struct job *job, int64_t now)
{
    job->now.attempts++;
    job_move(job, STEP_NOT_PROCESSED, now + pace_ms(job->sender, job->now.attempts));
    job->what = STR_NONE;
}

enum look lookup_turn(struct lookup *lookup, bool last_page, size_t rows)
{
    if (!lookup->next.said && (last_page || !rows))
        return LOOK_ABSENT;
    if (lookup->page >= LOOK_PAGES_MAX)
        return LOOK_LATER;
    lookup->page = lookup->next.number > lookup->page ? lookup->next.number : lookup->page + 1;
    if (lookup->next.size)
        lookup->page_size = lookup->next.size;
    return LOOK_MORE;
}

static bool looked(struct job *job, struct slot *slot, const struct answer *answer, int64_t now)
{
    struct lookup *lookup = &slot->lookup;
    struct str json = STR_NONE;
    enum err err = json_check(answer->body, &json);

    if (err == ERR_FORMAT) {
        ask_later(job, now);
        return true;
    }
    lookup->next = answer->next;
    switch (job->sender->ops->lookup_read(&job->task, lookup, answer->status, json, answer->last_page)) {
    case LOOK_MORE:
        slot->again = true;
        return false;
    case LOOK_FOUND:
        job_move(job, STEP_FOUND, 0);
        job_sent(job, &lookup->found);
        stage_counter_add(job->sender->stage, "found", 1);
        return true;
    case LOOK_DIFFERS:
        differs(job, lookup);
        return true;
    case LOOK_ABSENT:
        absent(job, slot, now);
        return true;
    case LOOK_LATER:
        ask_later(job, now);
        if (answer->outcome == OUTCOME_REFUSED && !job->now.refusals)
            job_words(job, answer);      /* nobody else would say why it takes so long */
        return true;
    }
    return true;
}

static bool find_apply(struct job *job, struct slot *slot, const struct answer *answer)
{
    struct sender *sender = job->sender;
    int64_t now = stage_now_ms(sender->stage);

    switch (answer->outcome) {
    case OUTCOME_DONE:
    case OUTCOME_REFUSED:
        return looked(job, slot, answer, now);
    case OUTCOME_LOGIN:
        client_contradicted(sender, slot->client);
        job_words(job, answer);
        job_move(job, STEP_LOGIN, 0);
        job->what = STR_NONE;
        return true;
    case OUTCOME_THROTTLED:
    case OUTCOME_PASSING:
    case OUTCOME_UNKNOWN:
        ask_later(job, now);
        return true;
    }
    return true;
}

static void find_answered(void *slot, const struct answer *answer)
{
    job_settle(slot, answer, find_apply);
}

enum err find_more(struct slot *slot, struct job *job)
{
    struct strbuf path;

    strbuf_init(&path, PATH_BYTES_MAX);
    slot->sender->ops->lookup_path(&job->task, &slot->lookup, &path);
    ensure(!path.failed);
    work_call(slot, job, CALL_GET, strbuf_str(&path), STR_NONE, find_answered);
    strbuf_free(&path);
    return ERR_OK;
}

/* Without the right to look, only PowerOffice's own check of the reference is left (docs/poweroffice-api.md section 11). */
static bool may_look(struct job *job, struct lookup *lookup)
{
    struct sender *sender = job->sender;
    const struct venue *venue = config_venue(stage_config(sender->stage), job->draft.doc.venue);
    struct refdata ref;

    if (!sender->ops->lookup_right.len || !venue ||
        refdata_of_client(sender->ref, venue->client_id, &sender->arena, &ref))
        return true;
    (void)str_copy(ref.missing_privileges, lookup->missing, sizeof lookup->missing);
    return !list_has(ref.missing_privileges, sender->ops->lookup_right);
}

enum err find_start(struct slot *slot, struct job *job)
{
    enum err err;

    slot->lookup = (struct lookup){ .step = 0, .page = 1, .page_size = LOOK_PAGE_SIZE };
    if (!may_look(job, &slot->lookup)) {
        err = job_claim(job);
        if (!err) {
            job->was = job->now;
            absent(job, slot, stage_now_ms(job->sender->stage));
            err = job_commit(job);
        }
        slot_free(slot);
        return err;
    }
    err = job_claim(job);
    return err ? err : find_more(slot, job);
}
