/* watch.c - what a person did in PowerOffice to what Bilag sent: read once a client and day.
 *
 * What is read says which documents may have been taken back (taken.h); each of them is then asked for itself (WORK_CHECK), and
 * is red when it says so too: nothing is believed from a list alone that may be of a replica.
 * When      a day after the last, but not in the rush of the morning; what changed since an hour before the last. The first is a
 *           day after the client is first seen, and looks 35 days back.
 * Dies      when it began is kept (ten minutes are left to it, then it is begun again); what was read is not. */
#include "docs.h"
#include "sender_inside.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS, CLAIM_MS = 600000, LOOK_MS = 1000, PAGES_MAX = 200, PATH_BYTES_MAX = 600,
       RUSH_FROM_HOUR = 4, RUSH_TO_HOUR = 9, CHECKS_MAX = 6, MARKED_MAX = 64 };

/* --- when ----------------------------------------------------------------------------------------------------- */

struct watching {
    struct watching *next;
    struct sender *sender;
    char client_id[32];
    int64_t began_ms, since_ms;
    int step, page, pages;
    bool denied;                          /* it may not be read: tomorrow again, from where it was */
    struct taken_list taken;
};

/* Kept beside the documents: up to when all is known, and when the next look is due. */
struct due { const char *client_id; int64_t now_ms; bool rush, due; int64_t since_ms, next_ms; };

static void number_name(const char *what, const char *client_id, char name[64])
{
    (void)snprintf(name, 64, "watch-%s/%s", what, client_id);
}

static enum err due_work(struct txn *txn, void *context)
{
    struct due *due = context;
    uint64_t next = 0, since = 0;
    char next_name[64], since_name[64];
    enum err err;

    number_name("next", due->client_id, next_name);
    number_name("since", due->client_id, since_name);
    err = docs_number(txn, next_name, &next);
    if (!err)
        err = docs_number(txn, since_name, &since);
    due->due = false;
    due->next_ms = (int64_t)next;
    if (err || (next && (int64_t)next - due->now_ms > 2 * (int64_t)DAY_MS))
        next = (uint64_t)due->now_ms;    /* the clock was put back */
    if (err || (next && ((int64_t)next > due->now_ms || due->rush)))
        return err;
    due->due = next != 0;
    due->next_ms = due->now_ms + (next ? CLAIM_MS : (int64_t)DAY_MS);
    due->since_ms = since ? (int64_t)since : due->now_ms - WATCH_BACK_DAYS * (int64_t)DAY_MS;
    return docs_set_number(txn, next_name, (uint64_t)due->next_ms);
}

static enum err done_work(struct txn *txn, void *context)
{
    const struct watching *watching = context;
    char name[64];
    enum err err;

    number_name("next", watching->client_id, name);
    err = docs_set_number(txn, name, (uint64_t)(watching->began_ms + DAY_MS));
    if (watching->denied)
        return err;
    number_name("since", watching->client_id, name);
    return err ? err : docs_set_number(txn, name, (uint64_t)(watching->began_ms - HOUR_MS));
}

/* --- what was read -------------------------------------------------------------------------------------------- */

struct marking { const struct watching *watching; size_t count; char docs[MARKED_MAX][DOC_ID_SIZE]; };

static enum err mark_seen(struct str doc, const struct record *record, void *context)
{
    struct marking *marking = context;

    if (!taken_concerns(record) || !marking->watching->sender->ops->watch_by(record, &marking->watching->taken))
        return ERR_OK;
    if (marking->count == MARKED_MAX)
        return ERR_STOP;
    return str_copy(doc, marking->docs[marking->count++], DOC_ID_SIZE) ? ERR_OK : ERR_STORE_DAMAGED;
}

/* The document is asked for itself: by whom it was taken back is kept for the sentence. */
static enum err mark(const struct watching *watching, struct str doc)
{
    struct sender *sender = watching->sender;
    const char *by;
    struct job job;
    enum err err = job_load(sender, doc, &job);

    if (err || !taken_concerns(&job.was))
        return err;
    by = sender->ops->watch_by(&job.was, &watching->taken);
    if (!by)
        return ERR_OK;
    job.now.work = WORK_CHECK;
    job.now.words = arena_copy(&sender->arena, str_of(by));
    job.now.next_ms = 0;
    job.now.attempts = job.now.lookups = 0;
    err = job_commit(&job);
    return err == ERR_BUSY ? ERR_OK : err;       /* a person was faster; the next look tells */
}

static enum err mark_all(const struct watching *watching)
{
    static struct marking marking;
    struct sender *sender = watching->sender;
    const struct config *config = stage_config(sender->stage);
    enum err err = ERR_OK;

    for (size_t v = 0; !err && v < config->venue_count; v++) {
        char prefix[80];

        if (!str_equal(config->venues[v].client_id, str_of(watching->client_id)))
            continue;
        marking = (struct marking){ .watching = watching };
        (void)snprintf(prefix, sizeof prefix, STR_FMT "/", STR_ARG(config->venues[v].id));
        err = docs_walk(sender->docs, str_of(prefix), mark_seen, &marking);
        for (size_t i = 0; !err && i < marking.count; i++)
            err = mark(watching, str_of(marking.docs[i]));
    }
    sender->later_ms = 0;
    return err;
}

static void watching_end(struct watching *watching, enum err err)
{
    struct sender *sender = watching->sender;
    struct watching **at = &sender->watchings;

    if (!err)
        err = mark_all(watching);
    if (!err || watching->denied) {
        enum err kept = store_write(docs_store(sender->docs), done_work, watching);

        err = err ? err : kept;
    }
    log_fact("client=%s what=\"looked for what was done in PowerOffice\" pages=%d rows=%zu outcome=%s",
             watching->client_id, watching->pages, watching->taken.count, err ? err_text(err) : "done");
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
    const struct sender_ops *ops = watching->sender->ops;
    bool refused = answer->outcome == OUTCOME_LOGIN || answer->outcome == OUTCOME_REFUSED;
    bool done = answer->outcome == OUTCOME_DONE;
    enum err err = done ? taken_page(ops, watching->step, answer->body, &watching->taken) : refused ? ERR_OK : ERR_NETWORK;

    if (!err && done && !answer->last_page) {
        watching->page++;
    } else {
        watching->step = ops->watch_next(watching->step, refused);
        watching->page = 1;
    }
    watching->denied = watching->step == WATCH_DENIED;
    if (!err && watching->denied)
        err = ERR_REFUSED;
    if (!err && watching->step >= 0) {
        err = ++watching->pages > PAGES_MAX ? ERR_TOO_LONG : ask_page(watching);
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
    watching->sender->ops->watch_path(watching->step, watching->since_ms, watching->page, &path);
    ensure(!path.failed);
    call.path = strbuf_str(&path);
    err = poweroffice_call(watching->sender->po, &call, page_answered, watching);
    strbuf_free(&path);
    return err;
}

static enum err begin(struct sender *sender, const struct sender_client *client, int64_t since_ms)
{
    struct watching *watching = calloc(1, sizeof *watching);
    enum err err;

    if (!watching)
        return ERR_MEMORY;
    *watching = (struct watching){ .next = sender->watchings, .sender = sender, .began_ms = stage_now_ms(sender->stage),
                                   .since_ms = since_ms, .page = 1, .pages = 1 };
    watching->taken.began_ms = watching->began_ms;
    ensure(str_copy(str_of(client->id), watching->client_id, sizeof watching->client_id));
    sender->watchings = watching;
    err = ask_page(watching);
    if (err)
        watching_end(watching, err);
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
    due = (struct due){ .client_id = client->id, .now_ms = stage_now_ms(sender->stage),
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

/* What is said of it by itself. A replica may be late, so it is asked some times before it is let go. */
void watch_looked(struct job *job, const struct answer *answer, struct str json)
{
    struct record *now = &job->now;
    bool told = answer->outcome == OUTCOME_DONE || answer->outcome == OUTCOME_REFUSED;
    enum reversal said = told ? job->sender->ops->read_reversal(now, answer->status, json) : REVERSAL_UNSAID;

    if (said == REVERSAL_DONE || (said == REVERSAL_UNSAID && now->attempts >= CHECKS_MAX)) {
        taken_back(job);
    } else if (now->attempts < CHECKS_MAX) {
        now->work = WORK_CHECK;
        return;
    }
    now->work = WORK_NONE;
    now->attempts = 0;
    now->next_ms = 0;
    now->words = STR_NONE;
}
