/* books.c - three parts: the mapper's store, the senders' stores, and the one list that is made of both. What is behind a
 * document, and whether it should be closed by now, is judged in books_late.c. */
#include "books_inside.h"

#include "base/wire.h"
#include "mapper/tables.h"
#include "poweroffice/right_books.h"

#include <stdlib.h>
#include <string.h>

enum { Z_BYTES = 16 * 1024 * 1024, FACTS_MAX = 10000 };
static const char *const sender_stages[SENDERS] = { [DOC_VOUCHER] = "uploader", [DOC_ORDER] = "invoicer" };

struct book_rows { struct book_row *at; size_t count, room, sorted; struct arena *arena; bool brief; };

static enum err open_mapper(struct books *books, struct fault *fault)
{
    struct strbuf folder;
    enum err err;

    strbuf_init(&folder, 4096);
    strbuf_format(&folder, STR_FMT "/mapper", STR_ARG(books->config->state_dir));
    err = folder.failed ? ERR_MEMORY : store_open(strbuf_str(&folder), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT,
                                                  STORE_READ_ONLY, &books->mapper, fault);
    strbuf_free(&folder);
    if (err)
        books->mapper = NULL;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err open_sender(struct books *books, size_t i, struct fault *fault)
{
    enum err err = docs_open(books->config->state_dir, sender_stages[i], STORE_READ_ONLY, &books->senders[i], fault);

    if (err)
        books->senders[i] = NULL;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err open_refs(struct books *books, struct fault *fault)
{
    enum err err = refstore_open(books->config->state_dir, STORE_READ_ONLY, &books->refs, fault);

    if (err)
        books->refs = NULL;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err books_open(const struct config *config, struct books **ret_books, struct fault *fault)
{
    struct books *books = calloc(1, sizeof *books);
    enum err err;

    if (!books)
        return ERR_MEMORY;
    books->config = config;
    err = open_mapper(books, fault);
    for (size_t i = 0; i < SENDERS && !err; i++)
        err = open_sender(books, i, fault);
    if (!err)
        err = open_refs(books, fault);
    if (err) {
        books_close(books);
        return err;
    }
    *ret_books = books;
    return ERR_OK;
}

void books_close(struct books *books)
{
    if (!books)
        return;
    store_close(books->mapper);
    for (size_t i = 0; i < SENDERS; i++)
        docs_close(books->senders[i]);
    refstore_close(books->refs);
    free(books);
}

void books_relax(struct books *books)
{
    if (books->mapper)
        store_relax_if_many(books->mapper);
    for (size_t i = 0; i < SENDERS; i++)
        if (books->senders[i])
            store_relax_if_many(docs_store(books->senders[i]));
    if (books->refs)
        refstore_relax_if_many(books->refs);
}

/* The row of a document: found among the first `sorted` (byte order), else added. NULL: out of memory. */
static struct book_row *book_row_of(struct book_rows *rows, struct str id)
{
    size_t low = 0, high = rows->sorted;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(rows->at[middle].id, id);

        if (order == 0)
            return &rows->at[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (rows->count == rows->room) {
        size_t room = rows->room ? rows->room * 2 : 64;
        struct book_row *more = arena_array(rows->arena, room, sizeof *more);

        if (!more)
            return NULL;
        if (rows->count)
            memcpy(more, rows->at, rows->count * sizeof *more);
        rows->at = more;
        rows->room = room;
    }
    rows->at[rows->count] = (struct book_row){ .id = arena_copy(rows->arena, id) };
    return rows->at[rows->count].id.bytes ? &rows->at[rows->count++] : NULL;
}

/* --- the mapper's store -------------------------------------------------------------------------------------- */

struct collecting { struct str prefix; struct book_rows *rows; };

static enum err draft_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct collecting *collecting = context;
    struct book_row *row = book_row_of(collecting->rows, key);

    (void)txn;
    if (!row)
        return ERR_MEMORY;
    row->draft = arena_copy(collecting->rows->arena, value);
    return row->draft.bytes ? ERR_OK : ERR_MEMORY;
}

static enum err collect_work(struct txn *txn, void *context)
{
    struct collecting *collecting = context;

    return store_walk(txn, TABLE_DRAFTS, collecting->prefix, collecting->prefix, draft_seen, collecting);
}

static enum err collect_drafts(struct books *books, struct str prefix, struct book_rows *rows)
{
    struct collecting collecting = { prefix, rows };

    return books->mapper ? store_read(books->mapper, collect_work, &collecting) : ERR_OK;
}

struct z_total { struct str venue; int32_t day; struct arena arena; struct money total; uint64_t count; };

static enum err z_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct z_total *sum = context;
    struct event event;
    struct known known;
    enum err err;

    (void)place;
    arena_reset(&sum->arena);
    err = known_event(txn, sum->venue, effect->reg, effect->series, effect->seq, &sum->arena, &known, &event);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    for (size_t i = 0; !err && i < event.z.sales_by_vat_count; i++)
        err = money_add(sum->total, event.z.sales_by_vat[i].amount, &sum->total);
    sum->count++;
    return err;
}

static enum err z_work(struct txn *txn, void *context)
{
    struct z_total *sum = context;

    return effect_walk(txn, sum->venue, sum->day, EFFECT_Z, 0, UINT64_MAX, z_seen, sum);
}

enum err books_z_total(struct books *books, struct str venue, int32_t day, struct money *ret_total, uint64_t *ret_count)
{
    struct z_total sum = { .venue = venue, .day = day };
    enum err err;

    arena_init(&sum.arena, Z_BYTES);
    err = books->mapper ? store_read(books->mapper, z_work, &sum) : ERR_OK;
    arena_free(&sum.arena);
    if (!err) {
        *ret_total = sum.total;
        *ret_count = sum.count;
    }
    return err;
}

/* --- the senders' stores ------------------------------------------------------------------------------------- */

struct seeing { const struct books *books; struct book_rows *rows; };

/* Whose books it is owed to, if the venue's company or key leads to others now. */
static bool owed_elsewhere(const struct books *books, struct arena *arena, const struct venue *venue,
                           const struct record *record, struct problem *ret_problem)
{
    struct opened opened;

    *ret_problem = (struct problem){ .code = PROBLEM_OTHER_COMPANY, .count = 1, .arg = { record->company, venue->company } };
    if (!str_equal(venue->company, record->company))
        return true;
    if (!books->refs || right_books_opened(books->refs, venue->client_id, arena, &opened) || !opened.client.len ||
        (str_equal(opened.company, venue->company) && (!record->books.len || str_equal(opened.client, record->books))))
        return false;
    *ret_problem = (struct problem){ .code = PROBLEM_OTHER_CLIENT, .count = 1,
                                     .arg = { opened.client, venue->company, opened.company, record->books } };
    return true;
}

/* What is owed to other books than those that the venue's key opens is not sent (sender/work.c): it is shown as held. */
static enum err judge_books(const struct books *books, struct arena *arena, struct record *record)
{
    const struct venue *venue = config_venue(books->config, record->venue);
    struct problems problems = { .count = 0 };
    struct problem problem;

    if (!venue || !record->sealed || record->work == WORK_NONE || record->work == WORK_TELL ||
        !owed_elsewhere(books, arena, venue, record, &problem))
        return ERR_OK;
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

/* Sent, and nothing is known against it: the only draft that a brief list leaves out. */
static bool is_right(const struct record *record)
{
    return record->state == DOC_SENT && record->sealed && !record->problems.len;
}

static enum err record_seen(struct str doc, const struct record *stored, void *context)
{
    struct seeing *seeing = context;
    struct book_rows *rows = seeing->rows;
    struct book_row *row = book_row_of(rows, doc);
    struct record now = *stored, *record = &now;

    if (!row || show_problems(rows->arena, record) || judge_books(seeing->books, rows->arena, record))
        return ERR_MEMORY;
    row->day = record->day;
    row->right = rows->brief && is_right(record);
    if (row->right) {
        row->status = (struct send_status){ .known = true, .state = record->state, .sealed = true,
                                            .draft = arena_copy(rows->arena, record->draft) };
        return arena_failed(rows->arena) ? ERR_MEMORY : ERR_OK;
    }
    row->status = (struct send_status){
        .known = true, .state = record->state, .sealed = record->sealed, .transfer = record->transfer,
        .has_total = record->has_total, .total = record->total, .revision = record->revision,
        .round = record->round, .attempts = record->attempts, .number = record->number,
        .pdf = (int)record->pdf, .invoice_no = record->invoice_no, .invoice_day = record->invoice_day,
        .next_ms = record->next_ms, .since_ms = record->since_ms,
        .sent_ms = record->sent_ms, .work = work_text(record->work), .id = arena_copy(rows->arena, record->id),
        .words = arena_copy(rows->arena, record->words), .accepted = arena_copy(rows->arena, record->accepted),
        .draft = arena_copy(rows->arena, record->draft), .problems = arena_copy(rows->arena, record->problems),
    };
    return arena_failed(rows->arena) ? ERR_MEMORY : ERR_OK;
}

static enum err collect_sent(struct books *books, struct str prefix, struct book_rows *rows)
{
    struct seeing seeing = { books, rows };
    enum err err = ERR_OK;

    for (size_t i = 0; i < SENDERS && !err; i++)
        if (books->senders[i])
            err = docs_walk(books->senders[i], prefix, record_seen, &seeing);
    return err;
}

enum err books_backlog(struct books *books, struct backlog *ret_backlog)
{
    struct backlog backlog = { 0 };

    for (size_t i = 0; i < SENDERS; i++) {
        struct docs_summary summary;
        enum err err;

        if (!books->senders[i])
            continue;
        err = docs_summarize(books->senders[i], &summary);
        if (err)
            return err;
        backlog.documents += summary.backlog;
        if (summary.oldest_ms && (!backlog.oldest_ms || summary.oldest_ms < backlog.oldest_ms)) {
            backlog.oldest_ms = summary.oldest_ms;
            (void)str_copy(str_of(summary.oldest), backlog.oldest, sizeof backlog.oldest);
        }
    }
    *ret_backlog = backlog;
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

enum err books_trail(struct books *books, const struct doc *doc, struct arena *arena, struct trail_fact **ret_facts,
                     size_t *ret_count)
{
    struct trailing trailing = { arena, arena_array(arena, FACTS_MAX, sizeof(struct trail_fact)), 0 };
    struct docs *docs = books->senders[doc->kind];
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

/* --- all venues ---------------------------------------------------------------------------------------------- */

struct naming { struct arena *arena; struct str *names; size_t count, room; };

/* Documents come in byte order: those of a venue stand together. */
static enum err name_seen(struct naming *naming, struct str id)
{
    const char *slash = memchr(id.bytes, '/', id.len);
    struct str name = { id.bytes, slash ? (size_t)(slash - id.bytes) : id.len };

    for (size_t i = naming->count; i-- > 0;)
        if (str_equal(naming->names[i], name))
            return ERR_OK;
    if (naming->count == naming->room) {
        size_t room = naming->room ? 2 * naming->room : 64;
        struct str *more = arena_array(naming->arena, room, sizeof *more);

        if (!more)
            return ERR_MEMORY;
        if (naming->count)
            memcpy(more, naming->names, naming->count * sizeof *more);
        naming->names = more;
        naming->room = room;
    }
    naming->names[naming->count] = arena_copy(naming->arena, name);
    return naming->names[naming->count++].bytes ? ERR_OK : ERR_MEMORY;
}

static enum err name_of_record(struct str doc, const struct record *record, void *context)
{
    (void)record;
    return name_seen(context, doc);
}

static enum err name_of_draft(struct txn *txn, struct str key, struct str value, void *context)
{
    (void)txn;
    (void)value;
    return name_seen(context, key);
}

static enum err names_work(struct txn *txn, void *context)
{
    return store_walk(txn, TABLE_DRAFTS, STR_NONE, STR_NONE, name_of_draft, context);
}

enum err books_names(struct books *books, struct arena *arena, struct str **ret_names, size_t *ret_count)
{
    struct naming naming = { .arena = arena };
    enum err err = books->mapper ? store_read(books->mapper, names_work, &naming) : ERR_OK;

    for (size_t i = 0; i < SENDERS && !err; i++)
        if (books->senders[i])
            err = docs_walk(books->senders[i], STR_NONE, name_of_record, &naming);
    if (!err) {
        *ret_names = naming.names;
        *ret_count = naming.count;
    }
    return err;
}

/* --- one list ------------------------------------------------------------------------------------------------ */

/* The senders first: a document that moves meanwhile is then found with a draft that is as new or newer. */
static enum err collect(struct books *books, struct str prefix, struct book_rows *rows)
{
    struct book_rows drafts = { .arena = rows->arena };
    enum err err = collect_sent(books, prefix, rows);

    if (err)
        return err;
    err = collect_drafts(books, prefix, &drafts);
    drafts.sorted = drafts.count;        /* the mapper's table is one walk in byte order */
    for (size_t i = 0; i < rows->count && !err; i++) {
        struct book_row *row = book_row_of(&drafts, rows->at[i].id);

        if (!row)
            return ERR_MEMORY;
        row->status = rows->at[i].status;
        row->day = rows->at[i].day;
        row->right = rows->at[i].right;
    }
    drafts.brief = rows->brief;
    *rows = drafts;
    return err;
}

/* `bilag invoicing` made orders of credit that a sealed voucher had listed under manual. */
static void credit_moved(struct draft *draft, const struct draft *latest)
{
    draft->manual = latest->manual;
    draft->manual_count = latest->manual_count;
    draft->manual_more = latest->manual_more;
    draft->manual_total = latest->manual_total;
    draft->orders_total = latest->orders_total;
    draft->credit_ordered = true;
}

static enum err doc_of(const struct book_row *row, struct arena *arena, struct book_doc *doc)
{
    const struct send_status *status = &row->status;
    struct draft latest;
    struct reader in;
    enum err err;

    *doc = (struct book_doc){ .id = row->id, .status = *status };
    if (!status->known)
        err = draft_decode(row->draft, arena, &doc->draft);
    else
        err = draft_decode(status->draft, arena, &doc->draft);
    if (err)
        return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
    if (!status->known) {
        doc->state = doc->draft.problems.count && doc->draft.phase == DRAFT_CLOSED ? DOC_HELD : DOC_OPEN;
        doc->asks = doc->draft.asks != 0;
        return ERR_OK;
    }
    doc->state = status->state;
    doc->draft.problems.count = 0;       /* the sender has them all, with what the validator found */
    if (status->problems.len) {
        reader_init(&in, status->problems);
        problems_decode(&in, &doc->draft.problems);
    }
    if (!row->draft.len || draft_decode(row->draft, arena, &latest))
        return ERR_OK;
    doc->asks = latest.asks != 0 && latest.revision >= status->revision;
    if (latest.revision > status->revision)
        doc->newer_revision = latest.revision;
    else if (latest.credit_ordered && !doc->draft.credit_ordered)
        credit_moved(&doc->draft, &latest);
    return ERR_OK;
}

/* Of a brief list: no draft, no problem. */
static enum err doc_in_brief(const struct book_row *row, struct book_doc *doc)
{
    *doc = (struct book_doc){ .id = row->id, .state = row->status.state, .status = row->status };
    if (doc_parse(row->id, &doc->draft.doc))
        return ERR_STORE_DAMAGED;
    doc->draft.doc.day = row->day;
    return ERR_OK;
}

static enum err judge(struct books *books, struct arena *arena, const struct book_row *row, struct book_doc *doc)
{
    enum err err;

    if (row->right && row->draft.len)
        return doc_in_brief(row, doc);
    err = doc_of(row, arena, doc);

    if (!err)
        err = books_judge_behind(books, arena, row, doc);
    return err ? err : books_judge_open(books, arena, doc);
}

static int by_day(const void *a, const void *b)
{
    const struct book_doc *x = a, *y = b;
    int order = (x->draft.doc.day > y->draft.doc.day) - (x->draft.doc.day < y->draft.doc.day);

    if (!order)
        order = (int)x->draft.doc.kind - (int)y->draft.doc.kind;
    if (!order)
        order = (x->draft.doc.part > y->draft.doc.part) - (x->draft.doc.part < y->draft.doc.part);
    if (!order)
        order = str_compare(x->draft.doc.reg, y->draft.doc.reg);
    return order ? order : (x->draft.doc.seq > y->draft.doc.seq) - (x->draft.doc.seq < y->draft.doc.seq);
}

static enum err list_venue(struct books *books, struct str venue, bool brief, int32_t from, int32_t to, struct arena *arena,
                           struct book_list *ret_list)
{
    struct book_rows rows = { .arena = arena, .brief = brief };
    struct book_list list = { 0 };
    struct str prefix = arena_format(arena, STR_FMT "/", STR_ARG(venue));
    enum err err = prefix.bytes ? collect(books, prefix, &rows) : ERR_MEMORY;

    if (err)
        return err;
    list.docs = arena_array(arena, rows.count ? rows.count : 1, sizeof *list.docs);
    if (!list.docs)
        return ERR_MEMORY;
    for (size_t i = 0; i < rows.count; i++) {
        struct book_doc *doc = &list.docs[list.count];

        err = judge(books, arena, &rows.at[i], doc);
        if (err)
            return err;
        if (doc->draft.doc.day >= from && doc->draft.doc.day <= to)
            list.count++;
    }
    qsort(list.docs, list.count, sizeof *list.docs, by_day);
    *ret_list = list;
    return ERR_OK;
}

enum err books_venue(struct books *books, struct str venue, int32_t from, int32_t to, struct arena *arena,
                     struct book_list *ret_list)
{
    return list_venue(books, venue, false, from, to, arena, ret_list);
}

enum err books_venue_brief(struct books *books, struct str venue, int32_t from, int32_t to, struct arena *arena,
                           struct book_list *ret_list)
{
    return list_venue(books, venue, true, from, to, arena, ret_list);
}

enum err books_doc(struct books *books, struct str id, struct arena *arena, struct book_doc *ret_doc)
{
    struct book_rows rows = { .arena = arena };
    enum err err = collect(books, id, &rows);

    if (err)
        return err;
    for (size_t i = 0; i < rows.count; i++)
        if (str_equal(rows.at[i].id, id))                    /* .../1 is also the beginning of .../10 */
            return judge(books, arena, &rows.at[i], ret_doc);
    return ERR_NOT_FOUND;
}

bool book_doc_is_red(const struct book_doc *doc)
{
    static const enum problem_code always[] = { PROBLEM_INVOICE_NOT_SENT, PROBLEM_REVERSAL_REFUSED, PROBLEM_REVERSED_ELSEWHERE,
                                                PROBLEM_NO_RECEIPTS, PROBLEM_POSTED_TWICE, PROBLEM_DAY_OPEN };

    for (size_t i = 0; i < COUNT(always); i++)
        if (problems_have(&doc->draft.problems, always[i]))
            return true;
    return doc->state == DOC_HELD || doc->state == DOC_FAILED ||
           (doc->state == DOC_SENT && (problems_have(&doc->draft.problems, PROBLEM_OTHER_CLIENT) ||
                                       problems_have(&doc->draft.problems, PROBLEM_OTHER_COMPANY) ||
                                       problems_have(&doc->draft.problems, PROBLEM_TOTAL_DIFFERS)));
}

bool book_doc_is_empty(const struct book_doc *doc)
{
    return doc->draft.line_count == 0 && doc->draft.order_line_count == 0 && doc->draft.problems.count == 0 &&
           !book_doc_is_red(doc) && !doc->status.sealed;
}

bool book_doc_is_left_reversed(const struct book_doc *doc)
{
    return doc->state == DOC_REVERSED && doc->status.known && strcmp(doc->status.work, "none") == 0;
}
