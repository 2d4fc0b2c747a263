#include "books_inside.h"

#include "base/wire.h"

#include <stdlib.h>
#include <string.h>

struct books { struct book_drafts *drafts; struct book_senders *senders; };

enum err books_open(const struct config *config, struct books **ret_books, struct fault *fault)
{
    struct books *books = calloc(1, sizeof *books);
    enum err err;

    if (!books)
        return ERR_MEMORY;
    err = book_drafts_open(config, &books->drafts, fault);
    if (!err)
        err = book_senders_open(config, &books->senders, fault);
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
    book_drafts_close(books->drafts);
    book_senders_close(books->senders);
    free(books);
}

enum err books_z_total(struct books *books, struct str venue, int32_t day, struct money *ret_total, uint64_t *ret_count)
{
    return book_drafts_z_total(books->drafts, venue, day, ret_total, ret_count);
}

struct book_row *book_row_of(struct book_rows *rows, struct str id)
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

/* The senders first: a document that moves meanwhile is then found with a draft that is as new or newer. */
static enum err collect(struct books *books, struct str prefix, struct book_rows *rows)
{
    struct book_rows drafts = { .arena = rows->arena };
    enum err err = book_senders_collect(books->senders, prefix, rows);

    if (err)
        return err;
    err = book_drafts_collect(books->drafts, prefix, &drafts);
    drafts.sorted = drafts.count;        /* the mapper's table is one walk in byte order */
    for (size_t i = 0; i < rows->count && !err; i++) {
        struct book_row *row = book_row_of(&drafts, rows->at[i].id);

        if (!row)
            return ERR_MEMORY;
        row->status = rows->at[i].status;
    }
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
    if (latest.revision > status->revision)
        doc->newer_revision = latest.revision;
    else if (latest.credit_ordered && !doc->draft.credit_ordered)
        credit_moved(&doc->draft, &latest);
    return ERR_OK;
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

enum err books_venue(struct books *books, struct str venue, int32_t from, int32_t to, struct arena *arena,
                     struct book_list *ret_list)
{
    struct book_rows rows = { .arena = arena };
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

        err = doc_of(&rows.at[i], arena, doc);
        if (err)
            return err;
        if (doc->draft.doc.day >= from && doc->draft.doc.day <= to)
            list.count++;
    }
    qsort(list.docs, list.count, sizeof *list.docs, by_day);
    *ret_list = list;
    return ERR_OK;
}

enum err books_doc(struct books *books, struct str id, struct arena *arena, struct book_doc *ret_doc)
{
    struct book_rows rows = { .arena = arena };
    enum err err = collect(books, id, &rows);

    if (err)
        return err;
    for (size_t i = 0; i < rows.count; i++)
        if (str_equal(rows.at[i].id, id))                    /* .../1 is also the beginning of .../10 */
            return doc_of(&rows.at[i], arena, ret_doc);
    return ERR_NOT_FOUND;
}

bool book_doc_is_red(const struct book_doc *doc)
{
    static const enum problem_code of_sent[] = { PROBLEM_INVOICE_NOT_SENT, PROBLEM_REVERSAL_REFUSED };

    for (size_t i = 0; i < COUNT(of_sent); i++)
        if (problems_have(&doc->draft.problems, of_sent[i]))
            return true;
    return doc->state == DOC_HELD || doc->state == DOC_FAILED;
}

bool book_doc_is_empty(const struct book_doc *doc)
{
    return doc->draft.line_count == 0 && doc->draft.order_line_count == 0 && doc->draft.problems.count == 0 &&
           !book_doc_is_red(doc) && !doc->status.sealed;
}

enum err books_backlog(struct books *books, struct backlog *ret_backlog)
{
    return book_senders_backlog(books->senders, ret_backlog);
}

enum err books_trail(struct books *books, const struct doc *doc, struct arena *arena, struct trail_fact **ret_facts,
                     size_t *ret_count)
{
    return book_senders_trail(books->senders, doc, arena, ret_facts, ret_count);
}
