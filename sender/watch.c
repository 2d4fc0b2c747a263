/* watch.c - what a person did in PowerOffice to what Bilag sent: read once a client and day.
 *
 * What is read says which documents may have been taken back (taken.h); each of them is then asked for itself (WORK_CHECK), and
 * is red when it says so too: nothing is believed from a list alone that may be of a replica, nor from an answer that does not
 * say it. The same lists say of which documents two stand there (twin.c).
 * When      a day after the last, but not in the rush of the morning; what changed since three days before the last, for clocks
 *           are wrong and lists are late. The first is a day after the client is first seen, and looks 35 days back.
 * Forgotten is nothing: what was found of a document at which something else is under way is read again, an hour later, and
 *           until then the place from which it is read stays.
 * Dies      when it began is kept (ten minutes are left to it, longer each time that it fails, then it is begun again); what was
 *           read is not. */
#include "docs.h"
#include "sender_inside.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS, CLAIM_MS = 600000, LOOK_MS = 1000, PATH_BYTES_MAX = 600,
       RUSH_FROM_HOUR = 4, RUSH_TO_HOUR = 9, CHECKS_MAX = 6, MARKED_MAX = 64, OVERLAP_DAYS = 3, FAILURES_MAX = 7 };

/* --- when ----------------------------------------------------------------------------------------------------- */

struct watching {
    struct watching *next;
    struct sender *sender;
    char client_id[32];
    bool denied;                          /* it may not be read: tomorrow again, from where it was */
    size_t left;                          /* documents that were found and could not be marked */
    struct taken_list taken;
};

/* Kept beside the documents: up to when all is known, and when the next look is due. */
struct due { const char *client_id; int64_t now_ms, claim_ms; bool rush, due; int64_t since_ms, next_ms; };

static void number_name(const char *what, const char *client_id, char name[64])
{
    (void)snprintf(name, 64, "watch-%s/%s", what, client_id);
}

/* A clock that was ahead has kept times that are not true: then all is read that a first look reads. */
static int64_t since_of(const struct due *due, uint64_t since, bool put_back)
{
    if (!since || put_back || (int64_t)since > due->now_ms)
        return due->now_ms - WATCH_BACK_DAYS * (int64_t)DAY_MS;
    return (int64_t)since;
}

static enum err due_work(struct txn *txn, void *context)
{
    struct due *due = context;
    uint64_t next = 0, since = 0;
    char next_name[64], since_name[64];
    bool put_back;
    enum err err;

    number_name("next", due->client_id, next_name);
    number_name("since", due->client_id, since_name);
    err = docs_number(txn, next_name, &next);
    if (!err)
        err = docs_number(txn, since_name, &since);
    due->due = false;
    due->next_ms = (int64_t)next;
    put_back = next && (int64_t)next - due->now_ms > 2 * (int64_t)DAY_MS;
    if (put_back)
        next = (uint64_t)due->now_ms;
    if (err || (next && ((int64_t)next > due->now_ms || due->rush)))
        return err;
    due->due = next != 0;
    due->next_ms = due->now_ms + (next ? due->claim_ms : (int64_t)DAY_MS);
    due->since_ms = since_of(due, since, put_back);
    err = put_back ? docs_set_number(txn, since_name, (uint64_t)due->since_ms) : ERR_OK;
    return err ? err : docs_set_number(txn, next_name, (uint64_t)due->next_ms);
}

static enum err done_work(struct txn *txn, void *context)
{
    const struct watching *watching = context;
    int64_t began_ms = watching->taken.began_ms, wait_ms = watching->left ? HOUR_MS : DAY_MS;
    char name[64];
    enum err err;

    number_name("next", watching->client_id, name);
    err = docs_set_number(txn, name, (uint64_t)(began_ms + wait_ms));
    if (watching->denied || watching->left)
        return err;
    number_name("since", watching->client_id, name);
    return err ? err : docs_set_number(txn, name, (uint64_t)(began_ms - OVERLAP_DAYS * (int64_t)DAY_MS));
}

static struct sender_client *client_of(const struct watching *watching)
{
    struct sender *sender = watching->sender;

    for (size_t i = 0; i < sender->client_count; i++)
        if (strcmp(sender->clients[i].id, watching->client_id) == 0)
            return &sender->clients[i];
    return NULL;
}

/* --- what is looked for, and what was found ---------------------------------------------------------------------- */

static enum err want(struct str doc, const struct record *record, void *context)
{
    struct watching *watching = context;

    return taken_want(watching->sender->ops, doc, record, &watching->taken);
}

/* One walk over the documents of each of its venues, from `after` on where the visit stopped for want of room. */
static enum err each_venue(struct watching *watching, enum err (*walk)(struct watching *watching, struct str prefix))
{
    const struct config *config = stage_config(watching->sender->stage);
    enum err err = ERR_OK;

    for (size_t v = 0; !err && v < config->venue_count; v++) {
        char prefix[80];

        if (!str_equal(config->venues[v].client_id, str_of(watching->client_id)))
            continue;
        (void)snprintf(prefix, sizeof prefix, STR_FMT "/", STR_ARG(config->venues[v].id));
        err = walk(watching, str_of(prefix));
    }
    return err;
}

static enum err want_venue(struct watching *watching, struct str prefix)
{
    return docs_walk(watching->sender->docs, prefix, want, watching);
}

struct marking { struct watching *watching; size_t count, left; bool full; char docs[MARKED_MAX][DOC_ID_SIZE]; };

static bool is_news(const struct watching *watching, struct str doc, const struct record *record)
{
    const struct sender_ops *ops = watching->sender->ops;
    struct str twin;

    return ops->watch_by(record, &watching->taken) || taken_twin_news(ops, doc, record, &watching->taken, &twin);
}

static enum err mark_seen(struct str doc, const struct record *record, void *context)
{
    struct marking *marking = context;
    bool busy = taken_is_busy(record);

    if (!taken_can_be(&marking->watching->taken, record) || !is_news(marking->watching, doc, record))
        return ERR_OK;
    if (busy) {
        marking->left++;
        return ERR_OK;
    }
    if (marking->count == MARKED_MAX) {
        marking->full = true;
        return ERR_STOP;
    }
    return str_copy(doc, marking->docs[marking->count++], DOC_ID_SIZE) ? ERR_OK : ERR_STORE_DAMAGED;
}

/* The document is asked for itself: by whom it was taken back is kept for the sentence. Who was faster, a person or another
 * instance, may have left it as it was found. */
static enum err mark(struct watching *watching, struct str doc)
{
    struct sender *sender = watching->sender;
    const char *by;
    struct str twin;
    struct job job;
    enum err err = job_load(sender, doc, &job);

    if (err || !taken_concerns(&job.was))
        return err;
    by = sender->ops->watch_by(&job.was, &watching->taken);
    if (by) {
        job.now.work = WORK_CHECK;
        job.now.words = arena_copy(&sender->arena, str_of(by));
        job.now.next_ms = 0;
        job.now.attempts = job.now.lookups = 0;
    } else if (taken_twin_news(sender->ops, job.doc, &job.was, &watching->taken, &twin)) {
        twin_note(&job, twin);
    } else {
        return ERR_OK;
    }
    err = job_commit(&job);
    watching->left += err == ERR_BUSY;
    return err == ERR_BUSY ? ERR_OK : err;
}

/* So many at a time: those that are marked are passed over in the next walk. */
static enum err mark_venue(struct watching *watching, struct str prefix)
{
    static struct marking marking;
    enum err err;

    do {
        marking = (struct marking){ .watching = watching };
        err = docs_walk(watching->sender->docs, prefix, mark_seen, &marking);
        for (size_t i = 0; !err && i < marking.count; i++)
            err = mark(watching, str_of(marking.docs[i]));
    } while (!err && marking.full && !watching->left);
    watching->left += marking.left + marking.full;
    return err;
}

/* What failed comes again after ten minutes, twice as late each time, and at last once a day. */
static void note_failure(const struct watching *watching, enum err err)
{
    struct sender_client *client = client_of(watching);

    if (!client)
        return;
    client->watch_failures = !err ? 0 : err == ERR_TOO_LONG ? FAILURES_MAX
                                  : client->watch_failures < FAILURES_MAX ? client->watch_failures + 1 : FAILURES_MAX;
    client->watch_ms = 0;                 /* what stands in the store says when */
}

static void watching_end(struct watching *watching, enum err err)
{
    struct sender *sender = watching->sender;
    struct watching **at = &sender->watchings;

    if (!err)
        err = each_venue(watching, mark_venue);
    sender->later_ms = 0;
    note_failure(watching, watching->denied ? ERR_OK : err);
    if (!err || watching->denied) {
        enum err kept = store_write(docs_store(sender->docs), done_work, watching);

        err = err ? err : kept;
    }
    log_fact("client=%s what=\"looked for what was done in PowerOffice\" pages=%d rows=%zu left=%zu outcome=%s",
             watching->client_id, watching->taken.pages, watching->taken.row_count, watching->left,
             err ? err_text(err) : "done");
    while (*at != watching)
        at = &(*at)->next;
    *at = watching->next;
    taken_free(&watching->taken);
    free(watching);
}

static const struct venue *venue_of(const struct watching *watching)
{
    const struct config *config = stage_config(watching->sender->stage);

    for (size_t i = 0; i < config->venue_count; i++)
        if (str_equal(config->venues[i].client_id, str_of(watching->client_id)))
            return &config->venues[i];
    return NULL;
}

static enum err ask_page(struct watching *watching);

static void page_answered(void *context, const struct answer *answer)
{
    struct watching *watching = context;
    struct taken_answer taken = { answer->outcome, answer->body, answer->last_page, answer->next };
    enum err err = taken_answer(watching->sender->ops, &taken, &watching->taken);

    watching->denied = watching->taken.step == WATCH_DENIED;
    if (!err && watching->taken.step >= 0) {
        err = ask_page(watching);
        if (!err)
            return;
    }
    watching_end(watching, err);
}

static enum err ask_page(struct watching *watching)
{
    struct call call = { .venue = venue_of(watching), .method = CALL_GET, .priority = 1 };
    struct strbuf path;
    enum err err;

    if (!call.venue)
        return ERR_NOT_FOUND;
    strbuf_init(&path, PATH_BYTES_MAX);
    watching->sender->ops->watch_path(&watching->taken, &path);
    ensure(!path.failed);
    call.path = strbuf_str(&path);
    err = poweroffice_call(watching->sender->po, &call, page_answered, watching);
    strbuf_free(&path);
    return err;
}

static enum err begin(struct sender *sender, const struct sender_client *client, int64_t since_ms)
{
    struct watching *watching = calloc(1, sizeof *watching);
    struct opened opened;
    enum err err;

    if (!watching)
        return ERR_MEMORY;
    *watching = (struct watching){ .next = sender->watchings, .sender = sender };
    taken_begin(&watching->taken, since_ms, stage_now_ms(sender->stage));
    arena_reset(&sender->arena);
    if (!right_books_opened(sender->ref, str_of(client->id), &sender->arena, &opened))
        (void)str_copy(opened.client, watching->taken.books, sizeof watching->taken.books);
    ensure(str_copy(str_of(client->id), watching->client_id, sizeof watching->client_id));
    sender->watchings = watching;
    err = each_venue(watching, want_venue);
    if (!err && watching->taken.key_count)
        err = ask_page(watching);
    if (err || !watching->taken.key_count)
        watching_end(watching, err);      /* nothing of ours can have been taken back there */
    return ERR_OK;
}

static bool is_rush(const struct sender *sender, const struct venue *venue)
{
    struct civil local;

    zone_civil(venue->zone, stage_now_ms(sender->stage) / 1000, &local);
    return local.hour >= RUSH_FROM_HOUR && local.hour < RUSH_TO_HOUR;
}

/* Orders are looked for only where there may be some. */
static bool invoices(const struct sender *sender, const struct sender_client *client)
{
    const struct config *config = stage_config(sender->stage);

    for (size_t i = 0; i < config->venue_count; i++)
        for (size_t k = 0; k < config->venues[i].auto_invoice.count; k++)
            if (config->venues[i].auto_invoice.rows[k].value && str_equal(config->venues[i].client_id, str_of(client->id)))
                return true;
    return false;
}

static bool may_look(const struct sender *sender, const struct sender_client *client)
{
    struct ref_summary summary;

    return (sender->ops->kind == DOC_VOUCHER || invoices(sender, client)) &&
           client->suspended_ms <= stage_steady_ms(sender->stage) &&
           !refdata_summary(sender->ref, str_of(client->id), &summary) && !summary.login_refused &&
           right_books(sender->ref, str_of(client->id), client->venue->company);
}

/* A wait beyond any that we set comes from a clock that has jumped. */
static bool waits(const struct sender_client *client, int64_t now_ms)
{
    return client->watch_ms > now_ms && client->watch_ms - now_ms <= 2 * (int64_t)DAY_MS;
}

static int64_t claim_ms(const struct sender_client *client)
{
    return client->watch_failures >= FAILURES_MAX ? DAY_MS : (int64_t)CLAIM_MS << client->watch_failures;
}

/* One client a turn: those after it have their turn in the next. */
enum err watch_run(struct sender *sender)
{
    int64_t steady = stage_steady_ms(sender->stage);
    struct sender_client *client;
    struct due due;
    enum err err;

    if (!sender->ops->watch_path || !sender->client_count || steady < sender->watch_ms || steady < sender->store_wait_ms ||
        stage_stopping(sender->stage) || sender->outage.on)
        return ERR_OK;
    client = &sender->clients[sender->watch_first++ % sender->client_count];
    if (sender->watch_first % sender->client_count == 0)
        sender->watch_ms = steady + LOOK_MS;
    if (waits(client, stage_now_ms(sender->stage)) || !may_look(sender, client))
        return ERR_OK;
    due = (struct due){ .client_id = client->id, .now_ms = stage_now_ms(sender->stage), .claim_ms = claim_ms(client),
                        .rush = is_rush(sender, client->venue) };
    err = store_write(docs_store(sender->docs), due_work, &due);
    if (!err && !due.rush)
        client->watch_ms = due.next_ms;
    return err || !due.due ? err : begin(sender, client, due.since_ms);
}

void watch_close(struct sender *sender)
{
    while (sender->watchings) {
        struct watching *watching = sender->watchings;

        sender->watchings = watching->next;
        taken_free(&watching->taken);
        free(watching);
    }
}

/* --- one document --------------------------------------------------------------------------------------------- */

static void taken_back(struct job *job)
{
    struct problem problem = { .code = PROBLEM_REVERSED_ELSEWHERE, .count = 1,
                               .arg = { arena_format(&job->sender->arena, "%lld", (long long)job->now.number),
                                        job->now.words } };

    job->now.pdf = PDF_NONE;              /* there is nothing left that it belongs to */
    job_problem(job, &problem);
    job->what = str_of(problem_code_text(PROBLEM_REVERSED_ELSEWHERE));
    job->detail = job->now.words;
    stage_counter_add(job->sender->stage, "taken_back", 1);
}

/* It is red when it says so itself, and never before: a person's way on would post it once more. A no is asked for some times,
 * for a replica may be late. Whatever says neither is no answer: it is asked again, in the end every hour. */
void watch_looked(struct job *job, const struct answer *answer, struct str json)
{
    struct record *now = &job->now;
    bool told = answer->outcome == OUTCOME_DONE || answer->outcome == OUTCOME_REFUSED;
    enum reversal said = told ? job->sender->ops->read_reversal(now, answer->status, json) : REVERSAL_UNSAID;

    now->lookups += said == REVERSAL_NOT;
    if (said == REVERSAL_DONE) {
        taken_back(job);
    } else if (said == REVERSAL_UNSAID || now->lookups < CHECKS_MAX) {
        now->work = WORK_CHECK;
        if (now->attempts >= CHECKS_MAX && said == REVERSAL_UNSAID)
            now->next_ms = stage_now_ms(job->sender->stage) + HOUR_MS;
        return;
    }
    now->work = WORK_NONE;
    now->attempts = now->lookups = 0;
    now->next_ms = 0;
    now->words = STR_NONE;
}
