/* books_late.c - what no till has sent, and what should be closed by now: judged of a document from the mapper's store and the log. */
#include "books_inside.h"

#include "base/clock.h"
#include "ingest/eventlog.h"
#include "mapper/fold.h"
#include "mapper/settlement.h"
#include "mapper/tables.h"

#include <inttypes.h>

struct behind { struct str venue; int32_t day; struct arena *arena; bool nothing; int64_t last_ms; };

static enum err is_parked(struct txn *txn, struct str key, struct str value, void *context)
{
    (void)txn;
    (void)key;
    (void)value;
    *(bool *)context = true;
    return ERR_STOP;
}

static enum err behind_work(struct txn *txn, void *context)
{
    struct behind *behind = context;
    struct settlement settlement;
    struct key venue;
    bool parked = false;
    enum err err = settlement_load(txn, behind->venue, behind->day, behind->arena, &settlement);

    key_init(&venue);
    key_name(&venue, behind->venue);
    if (!err)
        err = store_walk(txn, TABLE_PARKED, key_str(&venue), key_str(&venue), is_parked, &parked);
    behind->nothing = !err && !parked && !settlement.last_ms && !settlement.last_place;
    behind->last_ms = err ? 0 : settlement.last_ms;
    return err;
}

/* How much of what the log has of this venue's partition the mapper has not folded; while it reads, it knows of nothing yet. */
static enum err count_unread(struct books *books, struct str venue, struct arena *arena, uint64_t *ret_unread)
{
    struct str folder = arena_format(arena, STR_FMT "/ingest", STR_ARG(books->config->state_dir));
    uint32_t partition = venue_partition(venue, books->config->partitions);
    struct eventlog *log;
    struct fault fault;
    uint64_t end = 0, offset = 0;
    enum err err = folder.bytes ? eventlog_open(folder, books->config->partitions, STORE_READ_ONLY, &log, &fault) : ERR_MEMORY;

    if (err)
        return err;
    err = eventlog_end(log, partition, &end);
    eventlog_close(log);
    if (!err)
        err = fold_offset(books->mapper, partition, &offset);
    if (!err)
        *ret_unread = offset < end ? end - offset : 0;
    return err;
}

enum err books_nothing_behind(struct books *books, const struct draft *draft, struct arena *arena, bool *ret_nothing)
{
    struct behind behind = { draft->doc.venue, draft->doc.day, arena, false, 0 };
    int32_t today = (int32_t)(clock_now_ms() / 86400000);
    uint64_t unread = 0;
    enum err err;

    *ret_nothing = false;
    if (!books->mapper || draft->doc.kind != DOC_VOUCHER || !draft->line_count ||
        draft->doc.day < today - books->config->retention_days)
        return ERR_OK;
    err = store_read(books->mapper, behind_work, &behind);
    if (!err && behind.nothing)
        err = count_unread(books, behind.venue, arena, &unread);
    *ret_nothing = !err && behind.nothing && !unread;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* A voucher that is sent, or about to be, of a day of which the log has nothing: whoever gave it to the sender was no till's
 * mapper. Venues that are not set up are not asked about. */
enum err books_judge_behind(struct books *books, struct arena *arena, const struct book_row *row, struct book_doc *doc)
{
    struct problem problem = { .code = PROBLEM_NO_RECEIPTS, .count = 1 };
    bool nothing = false;
    enum err err;

    if (row->draft.len || !row->status.sealed ||
        (doc->state != DOC_SENT && doc->state != DOC_SENDING && doc->state != DOC_QUEUED) ||
        !config_venue(books->config, doc->draft.doc.venue))
        return ERR_OK;
    err = books_nothing_behind(books, &doc->draft, arena, &nothing);
    if (!err && nothing)
        problems_add(&doc->draft.problems, &problem);
    return err;
}

/* The moment from which its mapper should have closed it, with time for a restart and a long log. */
static int64_t late_from_ms(const struct venue *venue, int32_t day, int64_t last_ms)
{
    int64_t start, end;

    venue_day_span(venue, day, &start, &end);
    return (end * 1000 > last_ms ? end * 1000 : last_ms) + (int64_t)venue->quiet_seconds * 1000 + BOOKS_LATE_MS;
}

/* What keeps it open, as far as the stores tell. */
static enum err say_open(struct books *books, struct arena *arena, struct book_doc *doc)
{
    struct problem problem = { .code = PROBLEM_DAY_OPEN, .count = 1 };
    uint64_t unread = 0;
    char day[16];
    enum err err = count_unread(books, doc->draft.doc.venue, arena, &unread);

    problem.arg[0] = arena_copy(arena, str_of(day_text(doc->draft.doc.day, day)));
    if (!err && unread)
        problem.arg[1] = arena_format(arena, "%" PRIu64, unread);
    if (doc->asks)
        problem.arg[2] = arena_format(arena, "%" PRIu64, doc->draft.asks);
    if (doc->newer_revision)
        problem.arg[3] = arena_format(arena, "%" PRIu32, doc->newer_revision);
    if (!err)
        problems_add(&doc->draft.problems, &problem);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* A day closes by itself when it is over and quiet, whatever is missing of it (mapper/offer.c): one that is not closed long after
 * waits for a process. */
enum err books_judge_open(struct books *books, struct arena *arena, struct book_doc *doc)
{
    const struct venue *venue = config_venue(books->config, doc->draft.doc.venue);
    struct behind behind = { doc->draft.doc.venue, doc->draft.doc.day, arena, false, 0 };
    int64_t now_ms = clock_now_ms();
    enum err err;

    if (!venue || !books->mapper || doc->draft.doc.kind != DOC_VOUCHER || doc->draft.phase != DRAFT_OPEN ||
        doc->state != DOC_OPEN || book_doc_is_empty(doc) || doc->draft.doc.day < venue->begins ||
        now_ms < late_from_ms(venue, doc->draft.doc.day, 0))
        return ERR_OK;
    err = store_read(books->mapper, behind_work, &behind);
    return err || now_ms < late_from_ms(venue, doc->draft.doc.day, behind.last_ms) ? err : say_open(books, arena, doc);
}
