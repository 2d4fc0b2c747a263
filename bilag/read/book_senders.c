/* book_senders.c - the half of books.h that reads the senders' stores. */
#include "books_inside.h"

#include "sender/docs.h"

#include <stdlib.h>

enum { SENDERS = 2, FACTS_MAX = 10000 };
static const char *const stages[SENDERS] = { [DOC_VOUCHER] = "uploader", [DOC_ORDER] = "invoicer" };

struct book_senders { const struct config *config; struct docs *docs[SENDERS]; };

enum err book_senders_open(const struct config *config, struct book_senders **ret_senders, struct fault *fault)
{
    struct book_senders *senders = calloc(1, sizeof *senders);
    enum err err = ERR_OK;

    if (!senders)
        return ERR_MEMORY;
    senders->config = config;
    for (size_t i = 0; i < SENDERS && !err; i++) {
        err = docs_open(config->state_dir, stages[i], STORE_READ_ONLY, &senders->docs[i], fault);
        if (err == ERR_NOT_FOUND) {
            senders->docs[i] = NULL;
            err = ERR_OK;
        }
    }
    if (err) {
        book_senders_close(senders);
        return err;
    }
    *ret_senders = senders;
    return ERR_OK;
}

void book_senders_close(struct book_senders *senders)
{
    if (!senders)
        return;
    for (size_t i = 0; i < SENDERS; i++)
        docs_close(senders->docs[i]);
    free(senders);
}

struct seeing { const struct config *config; struct book_rows *rows; };

/* What is owed to the books of another company than the venue's is not sent (sender/turns.c): it is shown as held. */
static enum err judge_company(const struct config *config, struct arena *arena, struct record *record)
{
    const struct venue *venue = config_venue(config, record->venue);
    struct problem problem = { .code = PROBLEM_OTHER_COMPANY, .count = 1 };
    struct problems problems = { .count = 0 };

    if (!venue || !record->sealed || work_lane(record->work) != 1 || str_equal(venue->company, record->company))
        return ERR_OK;
    problem.arg[0] = record->company;
    problem.arg[1] = venue->company;
    problems_add(&problems, &problem);
    if (record->state != DOC_SENT)
        record->state = DOC_HELD;
    return record_set_problems(record, arena, &problems);
}

/* What is still against it: not what a person has accepted. */
static enum err show_problems(struct arena *arena, struct record *record)
{
    struct problems problems;

    if (!record->problems.len || !record->accepted.len)
        return ERR_OK;
    record_problems(record, &problems);
    return record_set_problems(record, arena, &problems);
}

static enum err record_seen(struct str doc, const struct record *stored, void *context)
{
    struct seeing *seeing = context;
    struct book_rows *rows = seeing->rows;
    struct book_row *row = book_row_of(rows, doc);
    struct record now = *stored, *record = &now;

    if (!row || show_problems(rows->arena, record) || judge_company(seeing->config, rows->arena, record))
        return ERR_MEMORY;
    row->status = (struct send_status){
        .known = true, .state = record->state, .sealed = record->sealed, .transfer = record->transfer,
        .has_total = record->has_total, .total = record->total, .revision = record->revision,
        .round = record->round, .attempts = record->attempts, .number = record->number,
        .invoice_no = record->invoice_no, .invoice_day = record->invoice_day,
        .next_ms = record->next_ms, .since_ms = record->since_ms,
        .sent_ms = record->sent_ms, .work = work_text(record->work), .id = arena_copy(rows->arena, record->id),
        .words = arena_copy(rows->arena, record->words), .accepted = arena_copy(rows->arena, record->accepted),
        .draft = arena_copy(rows->arena, record->draft), .problems = arena_copy(rows->arena, record->problems),
    };
    return arena_failed(rows->arena) ? ERR_MEMORY : ERR_OK;
}

enum err book_senders_collect(struct book_senders *senders, struct str prefix, struct book_rows *rows)
{
    struct seeing seeing = { senders->config, rows };
    enum err err = ERR_OK;

    for (size_t i = 0; i < SENDERS && !err; i++)
        if (senders->docs[i])
            err = docs_walk(senders->docs[i], prefix, record_seen, &seeing);
    return err;
}

enum err book_senders_backlog(struct book_senders *senders, struct backlog *backlog)
{
    *backlog = (struct backlog){ 0 };
    for (size_t i = 0; i < SENDERS; i++) {
        struct docs_summary summary;
        enum err err;

        if (!senders->docs[i])
            continue;
        err = docs_summarize(senders->docs[i], &summary);
        if (err)
            return err;
        backlog->documents += summary.backlog;
        if (summary.oldest_ms && (!backlog->oldest_ms || summary.oldest_ms < backlog->oldest_ms)) {
            backlog->oldest_ms = summary.oldest_ms;
            (void)str_copy(str_of(summary.oldest), backlog->oldest, sizeof backlog->oldest);
        }
    }
    return ERR_OK;
}

struct trailing { struct arena *arena; struct trail_fact *facts; size_t count; };

static enum err fact_seen(const struct fact *fact, void *context)
{
    struct trailing *trailing = context;

    if (trailing->count == FACTS_MAX)
        return ERR_STOP;
    trailing->facts[trailing->count++] = (struct trail_fact){
        fact->time_ms, arena_copy(trailing->arena, fact->what), arena_copy(trailing->arena, fact->detail),
        fact->revision };
    return arena_failed(trailing->arena) ? ERR_MEMORY : ERR_OK;
}

enum err book_senders_trail(struct book_senders *senders, const struct doc *doc, struct arena *arena,
                            struct trail_fact **ret_facts, size_t *ret_count)
{
    struct trailing trailing = { arena, arena_array(arena, FACTS_MAX, sizeof(struct trail_fact)), 0 };
    struct docs *docs = senders->docs[doc->kind];
    char id[DOC_ID_SIZE];
    enum err err;

    if (!trailing.facts)
        return ERR_MEMORY;
    err = docs ? docs_trail(docs, doc_text(doc, id), fact_seen, &trailing) : ERR_OK;
    if (err && err != ERR_NOT_FOUND)
        return err;
    *ret_facts = trailing.facts;
    *ret_count = trailing.count;
    return ERR_OK;
}
