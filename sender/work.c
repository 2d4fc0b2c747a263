/* work.c - one document through one piece of work: load it, change it by what happened, commit. */
#include "sender_inside.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 700, TRIES_MAX = 5 };

enum err job_load(struct sender *sender, struct str doc, struct job *ret_job)
{
    struct job job = { .sender = sender };
    enum err err;

    arena_reset(&sender->arena);
    job.doc = arena_copy(&sender->arena, doc);
    err = docs_get(sender->docs, job.doc, &sender->arena, &job.was);
    if (!err)
        err = draft_decode(job.was.draft, &sender->arena, &job.draft);
    if (err)
        return err;
    job.now = job.was;
    *ret_job = job;
    ret_job->task = (struct task){ .doc = job.doc, .record = &ret_job->now, .draft = &ret_job->draft,
                                   .venue = config_venue(stage_config(sender->stage), job.draft.doc.venue),
                                   .settings = &stage_config(sender->stage)->sender, .arena = &sender->arena };
    return ERR_OK;
}

static enum err commit_work(struct txn *txn, void *context)
{
    struct job *job = context;
    struct record now;
    struct strbuf was;
    struct str stands;
    enum err err = store_get(txn, DOCS, job->doc, &stands);

    if (err)
        return err;
    attach_rest(&job->now);
    now = job->now;
    strbuf_init(&was, 16u << 20);
    record_encode(&job->was, &was);
    err = was.failed ? ERR_MEMORY : str_equal(strbuf_str(&was), stands) ? ERR_OK : ERR_BUSY;
    strbuf_free(&was);
    if (!err && job->what.len)
        err = docs_note(txn, job->doc, &now, stage_now_ms(job->sender->stage), job->what, job->detail, job->keep);
    if (!err)
        err = docs_save(txn, job->doc, &job->was, &now);
    if (!err)
        job->now.facts = now.facts;
    return err;
}

enum err job_commit(struct job *job)
{
    uint32_t facts = job->now.facts;
    enum err err;

    if (arena_failed(&job->sender->arena))
        return ERR_MEMORY;
    err = store_write(docs_store(job->sender->docs), commit_work, job);
    if (err)
        job->now.facts = facts;
    return err;
}

void job_move(struct job *job, enum doc_step event, int64_t next_ms)
{
    enum err err = record_move(&job->now, event, stage_now_ms(job->sender->stage));

    ensure(err == ERR_OK);                /* the caller knows the state: it loaded it */
    job->now.next_ms = next_ms;
    job->what = str_of(doc_step_text(event));
}

void job_words(struct job *job, const struct answer *answer)
{
    struct str words = arena_format(&job->sender->arena, "%s%s%s", answer->title,
                                    answer->title[0] && answer->detail[0] ? ": " : "", answer->detail);

    if (!words.len && answer->status)
        words = arena_format(&job->sender->arena, "status %ld", answer->status);
    if (words.len > WORDS_MAX)
        words.len = WORDS_MAX;
    job->now.words = words;
    job->detail = words;
}

void job_problem(struct job *job, const struct problem *problem)
{
    struct problems problems;

    record_problems(&job->now, &problems);
    problems_remove(&problems, problem->code);
    problems_add(&problems, problem);
    if (record_set_problems(&job->now, &job->sender->arena, &problems))
        job->now.problems = STR_NONE;     /* the arena has failed; job_commit() sees it */
}

void job_no_problems(struct job *job)
{
    job->now.problems = STR_NONE;
}

enum err job_claim(struct job *job)
{
    enum err err = record_move(&job->now, STEP_CLAIM, stage_now_ms(job->sender->stage));

    if (err)
        return ERR_BUSY;
    job->now.claimed = true;
    job->now.owner = owners_me(job->sender->owners);
    return job_commit(job);
}

void job_sent(struct job *job, const struct sent *sent)
{
    struct sender *sender = job->sender;
    struct problems problems = { .count = 0 };
    struct record *now = &job->now;

    now->id = arena_copy(&sender->arena, str_of(sent->id));
    now->number = sent->number;
    now->has_total = sent->has_total;
    now->total = sent->total;
    now->sent_ms = stage_now_ms(sender->stage);
    now->attempts = now->lookups = now->refusals = 0;
    now->words = STR_NONE;
    now->next_ms = 0;
    now->pdf = sender->ops->pdf_call && job->task.venue && job->task.venue->settlement_pdf ? PDF_DUE : PDF_NONE;
    now->work = sender->ops->after_sent ? sender->ops->after_sent(&job->task, sent) : WORK_NONE;
    if (now->pdf == PDF_DUE && now->work == WORK_NONE)
        now->next_ms = now->sent_ms + job->task.settings->lookup_wait_ms;    /* before, a replica would not know it */
    if (sender->ops->judge_sent)
        sender->ops->judge_sent(&job->task, sent, &problems, &sender->arena);
    job_no_problems(job);
    if (problems.count && record_set_problems(now, &sender->arena, &problems))
        now->problems = STR_NONE;
    job->detail = arena_format(&sender->arena, "no=%lld id=%s", (long long)now->number, sent->id);
    if (now->closed_ms && now->round == 1)               /* a later round waited for a person */
        histogram_add(&sender->posted, now->sent_ms - now->closed_ms);
    sender->finished++;
    sender->later_ms = 0;
}

static void log_outcome(const struct job *job, const struct slot *slot, const struct answer *answer)
{
    static const char *const outcomes[] = { "done", "throttled", "passing", "unknown", "login", "refused" };

    log_doc(job->doc, "work=%s outcome=%s status=%ld state=%s no=%lld ms=%lld why=\"" STR_FMT "\"",
            work_text(slot->work), outcomes[answer->outcome], answer->status, doc_state_text(job->now.state),
            (long long)job->now.number, (long long)answer->took_ms, STR_ARG(job->now.words));
}

/* The answer is known but cannot be stored, so it is as if it had not come: the slot keeps the document until
 * the store takes that much. */
static void answer_lost(struct slot *slot, enum err err)
{
    log_doc(str_of(slot->doc), "level=error what=\"answer not stored\" why=\"%s\"", err_text(err));
    if (err != ERR_STORE_FULL && err != ERR_MEMORY)
        slot->sender->fatal = err;
    slot->lost = true;
}

/* It may have been taken from us, or a person decided otherwise meanwhile. */
static bool still_ours(const struct job *job, const struct slot *slot)
{
    struct owner me = owners_me(slot->sender->owners);

    if (job->was.work != slot->work)
        return false;
    return work_lane(slot->work) == 2 ||
           (job->was.claimed && job->was.owner.instance == me.instance && job->was.owner.boot == me.boot);
}

/* What follows posting, and reversing, need rights of their own: without them the client's other work goes on. */
static bool lacks_a_right_of_its_own(const struct slot *slot, const struct answer *answer)
{
    return answer->status == 403 && (work_lane(slot->work) == 2 || slot->work == WORK_REVERSE);
}

void job_settle(struct slot *slot, const struct answer *answer, job_apply apply)
{
    struct sender *sender = slot->sender;
    enum err err = ERR_BUSY;
    struct job job;

    outage_note(sender, answer);
    if (answer->outcome == OUTCOME_LOGIN && !lacks_a_right_of_its_own(slot, answer))
        client_suspend(sender, slot->client);
    else if (answer->status && answer->outcome != OUTCOME_PASSING)
        client_fine(sender, slot->client);
    for (int i = 0; i < TRIES_MAX && err == ERR_BUSY; i++) {
        err = job_load(sender, str_of(slot->doc), &job);
        if (!err && !still_ours(&job, slot)) {
            slot_free(slot);
            return;
        }
        if (!err && !apply(&job, slot, answer))
            return;
        SENDER_POINT(sender, POINT_BEFORE_ANSWER);
        if (!err)
            err = job_commit(&job);
    }
    if (err) {
        answer_lost(slot, err);
        return;
    }
    SENDER_POINT(sender, POINT_AFTER_ANSWER);
    log_outcome(&job, slot, answer);
    slot_free(slot);
}

/* A venue that was given to another company keeps what was built for the books of the former: it must not be looked
 * up, or posted, in another's. What is not sealed is built anew by the mapper. */
static struct str venue_company(const struct job *job)
{
    const struct venue *venue = config_venue(stage_config(job->sender->stage), job->draft.doc.venue);

    return venue ? venue->company : STR_NONE;
}

bool job_right_books(const struct job *job)
{
    struct sender *sender = job->sender;
    const struct venue *venue = config_venue(stage_config(sender->stage), job->draft.doc.venue);
    struct opened opened;

    return venue && str_equal(venue->company, job->was.company) &&
           !right_books_opened(sender->ref, venue->client_id, &sender->arena, &opened) && opened.client.len &&
           str_equal(opened.company, venue->company) &&
           (!job->now.books.len || str_equal(job->now.books, opened.client));
}

bool is_owed_elsewhere(struct sender *sender, const struct record *record)
{
    const struct venue *venue = config_venue(stage_config(sender->stage), record->venue);
    struct opened opened;

    if (!venue || !record->sealed)
        return false;
    if (!str_equal(venue->company, record->company))
        return true;
    return record->books.len && !right_books_opened(sender->ref, venue->client_id, &sender->arena, &opened) &&
           str_equal(opened.company, venue->company) && !str_equal(opened.client, record->books);
}

void work_call(struct slot *slot, const struct job *job, enum call_method method, struct str path, struct str body,
               answered done)
{
    work_call_typed(slot, job, method, path, body, STR_NONE, done);
}

void work_call_typed(struct slot *slot, const struct job *job, enum call_method method, struct str path, struct str body,
                     struct str type, answered done)
{
    struct sender *sender = slot->sender;
    const struct venue *venue = config_venue(stage_config(sender->stage), job->draft.doc.venue);
    struct call call = { .venue = venue, .method = method, .path = path, .body = body, .type = type, .priority = 0,
                         .doc = str_of(slot->doc) };
    struct answer none = { .outcome = OUTCOME_THROTTLED };   /* by ourselves: no outage, and not processed */
    enum err err = venue && job_right_books(job) ? poweroffice_call(sender->po, &call, done, slot) : ERR_REFUSED;

    if (!err)
        return;
    (void)snprintf(none.title, sizeof none.title, "not sent: %s", err_text(err));
    done(slot, &none);
}

static const struct { enum work work; enum err (*start)(struct slot *slot, struct job *job); } starts[] = {
    { WORK_SEND, send_start }, { WORK_LOOKUP, find_start }, { WORK_REVERSE, undo_start },
};

/* ERR_BUSY: somebody else was faster; nothing is started. ERR_REFUSED: not with this configuration. */
enum err work_start(struct sender *sender, struct slot *slot)
{
    struct job job;
    enum err err = job_load(sender, str_of(slot->doc), &job);

    if (err)
        return err;
    if (job.was.claimed || job.was.work != slot->work)
        return ERR_BUSY;
    if (!str_equal(venue_company(&job), job.was.company))
        return ERR_REFUSED;
    if (job.was.sealed && !job_right_books(&job)) {
        sender->clients[slot->client].needed = true;         /* nobody else may have it read */
        return ERR_REFUSED;
    }
    for (size_t i = 0; i < COUNT(starts); i++)
        if (starts[i].work == slot->work)
            return starts[i].start(slot, &job);
    return ERR_BUSY;
}

static enum err store_loss(struct slot *slot)
{
    int64_t now = stage_now_ms(slot->sender->stage);
    int64_t wait = stage_config(slot->sender->stage)->sender.lookup_wait_ms;
    struct job job;
    enum err err = job_load(slot->sender, str_of(slot->doc), &job);

    if (err || !still_ours(&job, slot))
        return err;
    job_move(&job, STEP_UNKNOWN, now + wait);
    job.now.lookups = 0;
    return job_commit(&job);
}

enum err work_again(struct sender *sender)
{
    for (size_t i = 0; i < sender->slot_count; i++) {
        struct slot *slot = &sender->slots[i];
        struct job job;
        enum err err;

        if (!slot->busy || (!slot->again && !slot->lost))
            continue;
        if (slot->lost) {
            err = work_lane(slot->work) == 1 ? store_loss(slot) : ERR_OK;
            if (!err)
                slot_free(slot);
            else if (err == ERR_STORE_FULL || err == ERR_BUSY)
                continue;
        } else {
            slot->again = false;
            err = job_load(sender, str_of(slot->doc), &job);
            if (!err)
                err = find_more(slot, &job);
        }
        if (err)
            return err;
    }
    return ERR_OK;
}
