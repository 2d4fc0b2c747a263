/* later.c - the second lane: what is done after a document is sent, or between two rounds; it blocks nobody. */
#include "sender_inside.h"

#include "base/lease.h"
#include "base/log.h"

#include <string.h>

enum { BATCH = 32, TELL_FIRST_MS = 2000, TELL_MAX_MS = 60000, TELL_TURN_MS = 90000, PUT_OFF_MS = 5000, PATH_BYTES_MAX = 512,
       UNSAID_PACE = 7 };                      /* the pace of the seventh try, for what is asked again without an end */

struct batch { const struct sender *sender; size_t count; char docs[BATCH][DOC_ID_SIZE]; size_t max; int64_t until_ms; };

/* Where machines share the stores, the mapper that is meant runs on one of them, and senders hear and tell those of their own: who
 * told last leaves what it wrote to another machine, by its own steady clock, for as long as that one's clock may be behind. */
static bool is_others_turn(const struct sender *sender, const struct doc_due *due)
{
    for (size_t i = 0; i < SENDER_TOLD_MAX; i++) {
        const struct seal_told *told = &sender->told[i];

        if (told->until_ms > stage_steady_ms(sender->stage) && told->next_ms == due->next_ms &&
            str_equal(str_of(told->doc), due->doc))
            return true;
    }
    return false;
}

static void leave_to_others(const struct job *job, int64_t wait_ms)
{
    struct sender *sender = job->sender;
    struct seal_told *told = &sender->told[sender->told_count++ % SENDER_TOLD_MAX];

    told->until_ms = 0;
    if (!lease_is_shared() || !str_copy(job->doc, told->doc, sizeof told->doc))
        return;
    told->next_ms = job->now.next_ms;
    told->until_ms = stage_steady_ms(sender->stage) + wait_ms + TELL_TURN_MS;
}

static enum err collect(struct txn *txn, const struct doc_due *due, void *context)
{
    struct batch *batch = context;

    (void)txn;
    if (is_others_turn(batch->sender, due))
        return ERR_OK;
    if (batch->count == batch->max)
        return ERR_STOP;
    return str_copy(due->doc, batch->docs[batch->count++], DOC_ID_SIZE) ? ERR_OK : ERR_STORE_DAMAGED;
}

static enum err collect_work(struct txn *txn, void *context)
{
    struct batch *batch = context;

    batch->count = 0;
    return docs_later(txn, batch->until_ms, collect, batch);
}

/* The lease: nobody else takes it up for so long, and when we die, somebody does after it. */
static enum err lease(struct job *job, int64_t for_ms)
{
    job->now.next_ms = stage_now_ms(job->sender->stage) + for_ms;
    return job_commit(job);
}

/* Until the mapper sends a higher revision, which ends this work (inbox.c). */
static enum err tell_again(struct job *job)
{
    uint32_t tries = job->now.attempts < 5 ? job->now.attempts : 5;
    int64_t wait = (int64_t)TELL_FIRST_MS << tries;
    enum err err;

    job->now.attempts++;
    wait = wait < TELL_MAX_MS ? wait : TELL_MAX_MS;
    err = lease(job, wait);
    SENDER_POINT(job->sender, POINT_BEFORE_SEAL_TOLD);
    if (err)
        return err;
    send_tell(job->sender, job->doc, &job->now, true);
    leave_to_others(job, wait);
    return ERR_OK;
}

static bool is_processed(const struct slot *slot, const struct answer *answer)
{
    switch (answer->outcome) {
    case OUTCOME_THROTTLED: case OUTCOME_PASSING:
        return false;
    case OUTCOME_LOGIN:
        return answer->status == 403 && !answer->closed;
    case OUTCOME_UNKNOWN:
        return slot->asked != WORK_INVOICED;                 /* only a look: an answer that was lost says nothing */
    default:
        return true;
    }
}

static bool later_apply(struct job *job, struct slot *slot, const struct answer *answer)
{
    struct sender *sender = job->sender;
    int64_t now = stage_now_ms(sender->stage);
    struct str json = STR_NONE;
    char day[16];

    job->now.attempts++;
    job->now.next_ms = now + back_off_ms(sender, job->now.attempts);
    if (!is_processed(slot, answer)) {
        job->now.work = slot->asked;
        if (slot->asked == WORK_INVOICE || slot->asked == WORK_INVOICED) {
            job->now.attempts--;          /* they are counted, and PowerOffice has said nothing of the invoice */
            job->now.next_ms = now + back_off_ms(sender, UNSAID_PACE);
        }
        return true;
    }
    if (json_check(answer->body, &json))
        json = STR_NONE;
    if (slot->asked == WORK_UNDOING) {
        undo_looked(job, answer, json);
        return true;
    }
    if (slot->asked == WORK_CHECK) {
        watch_looked(job, answer, json);
        return true;
    }
    if (slot->asked == WORK_TWIN) {
        twin_looked(job, answer, json);
        return true;
    }
    job_words(job, answer);
    sender->ops->later_read(&job->task, slot->asked, answer, json, now, &job->now);
    if (job->now.work == WORK_NONE) {
        job->now.attempts = 0;
        if (answer->outcome == OUTCOME_DONE)
            job->now.words = STR_NONE;
        job->what = STR("completed");
        job->detail = arena_format(&sender->arena, "no=%lld invoice=%lld%s%s", (long long)job->now.number,
                                   (long long)job->now.invoice_no, job->now.invoice_day ? " date=" : "",
                                   job->now.invoice_day ? day_text(job->now.invoice_day, day) : "");
    }
    return true;
}

static void later_answered(void *slot, const struct answer *answer)
{
    job_settle(slot, answer, later_apply);
}

/* What we leave behind is taken up after our own answer could not come any more; at once then if looking is all there is. An
 * invoice that may have been asked for is given time. */
static int64_t lease_ms(const struct sender *sender, enum work asked)
{
    const struct sender_settings *settings = &stage_config(sender->stage)->sender;

    int64_t patience_ms = (int64_t)settings->answer_wait_ms + settings->connect_wait_ms;

    return asked != WORK_INVOICE || patience_ms > LEASE_MS ? patience_ms : LEASE_MS;
}

/* To have an invoice sent is no harmless question, so it counts as asked before it is: who takes this up after
 * our death looks how it stands. */
static enum err ask(struct job *job, size_t client)
{
    struct sender *sender = job->sender;
    enum work asked = job->now.work;
    enum call_method method = CALL_GET;
    struct strbuf path, body;
    struct slot *slot;
    enum err err;

    if (sender->ops->later_prepare)
        sender->ops->later_prepare(&job->task, asked, stage_now_ms(sender->stage), &job->now);
    if (asked == WORK_INVOICE)
        job->now.work = WORK_INVOICED;
    err = lease(job, lease_ms(sender, asked));
    if (err)
        return err;
    slot = slot_take(sender, job->doc, job->now.work, SIZE_MAX, client);
    ensure(slot != NULL);                 /* no more were collected than there were free ones */
    slot->asked = asked;
    strbuf_init(&path, PATH_BYTES_MAX);
    strbuf_init(&body, 4096);
    sender->ops->later_call(&job->task, asked, &method, &path, &body);
    ensure(!path.failed && !body.failed);
    SENDER_POINT(sender, POINT_BEFORE_SEND);
    work_call(slot, job, method, strbuf_str(&path), strbuf_str(&body), later_answered);
    SENDER_POINT(sender, POINT_AFTER_SEND);
    strbuf_free(&path);
    strbuf_free(&body);
    return ERR_OK;
}

/* What the books say (the customer's address, the lock date) goes into the request for an invoice. */
static enum err call(struct job *job, size_t client)
{
    struct sender *sender = job->sender;
    struct refdata ref;
    enum err err = job->now.work == WORK_INVOICE
                       ? refdata_load(sender->ref, str_of(sender->clients[client].id), &sender->arena, &ref)
                       : ERR_NOT_FOUND;

    if (err && err != ERR_NOT_FOUND)
        return err;
    job->task.ref = err ? NULL : &ref;
    err = ask(job, client);
    job->task.ref = NULL;
    return err;
}

/* The books that it stands in are the company's no more: what would only be looked at, or be added to it, ends. What a person
 * asked for (its invoice, its reversal) waits for the former key, and says so (bilag/read/books.c). */
static enum err not_in_these_books(struct job *job)
{
    enum work work = job->now.work;

    if (!is_owed_elsewhere(job->sender, &job->now) ||
        (work != WORK_PDF && work != WORK_NUMBER && work != WORK_CHECK && work != WORK_TWIN))
        return lease(job, PUT_OFF_MS);
    job->now.work = WORK_NONE;
    job->now.attempts = job->now.lookups = 0;
    job->now.next_ms = 0;
    job->now.words = STR_NONE;
    if (job->now.pdf == PDF_DUE)
        job->now.pdf = PDF_REFUSED;
    job->what = STR("former-books");
    job->detail = str_of(work_text(work));
    return job_commit(job);
}

static enum err one(struct sender *sender, struct str doc)
{
    const struct config *config = stage_config(sender->stage);
    const struct venue *venue;
    struct job job;
    size_t client;
    enum err err = job_load(sender, doc, &job);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    if (work_lane(job.was.work) != 2)
        return ERR_OK;
    if (job.was.work == WORK_TELL)
        return tell_again(&job);
    venue = config_venue(config, job.draft.doc.venue);
    if (!venue)
        return lease(&job, PUT_OFF_MS);
    client = sender->turns[venue - config->venues].client;
    if (!job_right_books(&job)) {
        sender->clients[client].needed = true;
        return not_in_these_books(&job);
    }
    if (sender->clients[client].suspended_ms > stage_steady_ms(sender->stage))
        return lease(&job, PUT_OFF_MS);
    return job.was.work == WORK_PDF ? attach_start(&job, client) : call(&job, client);
}

enum err later_run(struct sender *sender)
{
    static struct batch batch;
    int64_t steady = stage_steady_ms(sender->stage);
    enum err err;

    if (steady < sender->later_ms || steady < sender->store_wait_ms || stage_stopping(sender->stage) || outage_holds(sender))
        return ERR_OK;
    batch.sender = sender;
    batch.max = sender->slot_count - sender->busy < BATCH ? sender->slot_count - sender->busy : BATCH;
    batch.until_ms = stage_now_ms(sender->stage);
    err = store_read(docs_store(sender->docs), collect_work, &batch);
    for (size_t i = 0; !err && i < batch.count && !outage_holds(sender); i++) {
        err = one(sender, str_of(batch.docs[i]));
        if (err == ERR_BUSY)
            err = ERR_OK;
    }
    sender->later_ms = batch.count == BATCH ? steady : steady + REFRESH_MS;
    return err;
}
