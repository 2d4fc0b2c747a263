#include "docs.h"

#include "base/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAYOUT = 1, RECORD_BYTES_MAX = 16 * 1024 * 1024, FACT_TEXT_MAX = 4096, BODY_MAX = 2 * DRAFT_BYTES_MAX };

static const char *const tables[DOCS_TABLE_COUNT] = {
    [DOCS] = "docs", [DUE] = "due", [LATER] = "later", [CLAIMS] = "claims", [HELD] = "held", [TRAIL] = "trail",
    [META] = "meta",
};

struct docs { struct store *store; };

enum err docs_open(struct str state_dir, const char *stage, unsigned flags, struct docs **ret_docs,
                   struct fault *fault)
{
    struct docs *docs = calloc(1, sizeof *docs);
    char folder[4096];
    int len = snprintf(folder, sizeof folder, STR_FMT "/%s", STR_ARG(state_dir), stage);
    enum err err;

    if (!docs)
        return fault_set(fault, ERR_MEMORY, "no memory for the send status");
    if (len < 0 || (size_t)len >= sizeof folder)
        err = fault_set(fault, ERR_CONFIG, "state_dir is too long");
    else
        err = store_open(str_of(folder), tables, COUNT(tables), LAYOUT, flags, &docs->store, fault);
    if (err) {
        free(docs);
        return err;
    }
    *ret_docs = docs;
    return ERR_OK;
}

void docs_close(struct docs *docs)
{
    if (!docs)
        return;
    store_close(docs->store);
    free(docs);
}

struct store *docs_store(struct docs *docs)
{
    return docs->store;
}

enum err docs_load(struct txn *txn, struct str doc, struct arena *arena, struct record *ret_record)
{
    struct record views;
    struct str value;
    enum err err = store_get(txn, DOCS, doc, &value);

    if (!err)
        err = record_decode(value, &views);
    return err ? err : record_copy(arena, &views, ret_record);
}

/* Indexes: each is a row that says when a record stands in the table, under which key, with what value. */
static bool in_due(const struct record *r)
{
    return work_lane(r->work) == 1;
}

static bool in_later(const struct record *r)
{
    return work_lane(r->work) == 2;
}

static bool in_claims(const struct record *r)
{
    return r->claimed;
}

/* Also what was refused and stands nowhere: a change of the books may explain it (inbox.c). */
static bool in_held(const struct record *r)
{
    return (r->state == DOC_HELD && !r->sealed) || (r->state == DOC_FAILED && r->work == WORK_NONE && !r->id.len);
}

static void due_key(const struct record *r, struct str doc, struct key *key)
{
    key_name(key, r->venue);
    key_day(key, r->day);
    key_name(key, doc);
}

static void later_key(const struct record *r, struct str doc, struct key *key)
{
    key_u64(key, (uint64_t)(r->next_ms < 0 ? 0 : r->next_ms));
    key_name(key, doc);
}

static void claim_key(const struct record *r, struct str doc, struct key *key)
{
    (void)r;
    key_name(key, doc);
}

static void held_key(const struct record *r, struct str doc, struct key *key)
{
    key_name(key, r->client_id);
    key_name(key, doc);
}

static const struct index {
    unsigned table;
    bool (*holds)(const struct record *record);
    void (*key)(const struct record *record, struct str doc, struct key *key);
} indexes[] = {
    { DUE, in_due, due_key }, { LATER, in_later, later_key }, { CLAIMS, in_claims, claim_key },
    { HELD, in_held, held_key },
};

static const struct field_row due_rows[] = {
    FIELD(doc_due, next_ms),
    FIELD(doc_due, claimed),
    FIELD(doc_due, owner.instance),
    FIELD(doc_due, owner.boot),
    FIELD_MAX(doc_due, work, WORK_COUNT - 1),
};
static const struct fields due_fields = FIELDS(doc_due, due_rows, COUNT(due_rows), NULL);

/* What the key says of it stays as it is. */
static enum err due_decode(struct str value, struct doc_due *due)
{
    struct reader in;

    reader_init(&in, value);
    fields_take(&due_fields, &in, NULL, due);
    return reader_done(&in) ? ERR_STORE_DAMAGED : ERR_OK;
}

static enum err index_drop(struct txn *txn, const struct index *index, struct str doc, const struct record *was)
{
    struct key key;
    enum err err;

    key_init(&key);
    index->key(was, doc, &key);
    if (key.failed)
        return ERR_TOO_LONG;
    err = store_delete(txn, index->table, key_str(&key));
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err index_put(struct txn *txn, const struct index *index, struct str doc, const struct record *now)
{
    struct key key;
    struct strbuf value;
    enum err err;

    key_init(&key);
    index->key(now, doc, &key);
    if (key.failed)
        return ERR_TOO_LONG;
    strbuf_init(&value, 128);
    fields_write(&due_fields, &(struct doc_due){ .next_ms = now->next_ms, .claimed = now->claimed, .owner = now->owner,
                                                 .work = now->work }, &value);
    err = value.failed ? ERR_MEMORY : store_put(txn, index->table, key_str(&key), strbuf_str(&value));
    strbuf_free(&value);
    return err;
}

static enum err keep_indexes(struct txn *txn, struct str doc, const struct record *was, const struct record *now)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && was && i < COUNT(indexes); i++)
        if (indexes[i].holds(was))
            err = index_drop(txn, &indexes[i], doc, was);
    for (size_t i = 0; !err && i < COUNT(indexes); i++)
        if (indexes[i].holds(now))
            err = index_put(txn, &indexes[i], doc, now);
    return err;
}

static enum err count(struct txn *txn, enum doc_state state, int by)
{
    char name[32];
    uint64_t value;
    enum err err;

    (void)snprintf(name, sizeof name, "count-%s", doc_state_text(state));
    err = docs_number(txn, name, &value);
    return err ? err : docs_set_number(txn, name, by < 0 ? value - 1 : value + 1);
}

static enum err keep_counts(struct txn *txn, const struct record *was, const struct record *now)
{
    enum err err = ERR_OK;

    if (was && was->state == now->state)
        return ERR_OK;
    if (was)
        err = count(txn, was->state, -1);
    return err ? err : count(txn, now->state, 1);
}

enum err docs_save(struct txn *txn, struct str doc, const struct record *was, const struct record *now)
{
    struct strbuf bytes;
    enum err err;

    strbuf_init(&bytes, RECORD_BYTES_MAX);
    record_encode(now, &bytes);
    err = bytes.failed ? ERR_MEMORY : store_put(txn, DOCS, doc, strbuf_str(&bytes));
    strbuf_free(&bytes);
    if (!err)
        err = keep_indexes(txn, doc, was, now);
    return err ? err : keep_counts(txn, was, now);
}

static const struct field_row fact_rows[] = {
    FIELD(fact, time_ms),
    FIELD_MAX(fact, what, FACT_TEXT_MAX),
    FIELD_MAX(fact, detail, FACT_TEXT_MAX),
    FIELD(fact, revision),
    FIELD_BYTES(fact, draft, DRAFT_BYTES_MAX),
    FIELD_BYTES(fact, body, BODY_MAX),
};
static const struct fields fact_fields = FIELDS(fact, fact_rows, COUNT(fact_rows), NULL);

enum err docs_fact_read(struct str key, struct str value, struct str *ret_doc, struct fact *ret_fact)
{
    size_t at = 0;

    return fields_read(&fact_fields, value, NULL, ret_fact) || !key_take_name(key, &at, ret_doc) ||
           !key_take_u32(key, &at, &ret_fact->number) ? ERR_STORE_DAMAGED : ERR_OK;
}

static struct str cut(struct str s, size_t max)
{
    return s.len <= max ? s : (struct str){ s.bytes, max };
}

enum err docs_fact_put(struct txn *txn, struct str doc, const struct fact *fact)
{
    struct strbuf bytes;
    struct key key;
    enum err err;

    key_init(&key);
    key_name(&key, doc);
    key_u32(&key, fact->number);
    if (key.failed)
        return ERR_TOO_LONG;
    strbuf_init(&bytes, RECORD_BYTES_MAX);
    fields_write(&fact_fields, fact, &bytes);
    err = bytes.failed ? ERR_MEMORY : store_put(txn, TRAIL, key_str(&key), strbuf_str(&bytes));
    strbuf_free(&bytes);
    return err;
}

enum err docs_note(struct txn *txn, struct str doc, struct record *record, int64_t now_ms, struct str what,
                   struct str detail, bool keep)
{
    const struct fact fact = { record->facts + 1, now_ms, what, cut(detail, FACT_TEXT_MAX), record->revision,
                               keep ? record->draft : STR_NONE, keep ? record->body : STR_NONE };
    enum err err = docs_fact_put(txn, doc, &fact);

    if (!err)
        record->facts++;
    return err;
}

enum err docs_number(struct txn *txn, const char *name, uint64_t *ret_value)
{
    struct str value;
    size_t at = 0;
    enum err err = store_get(txn, META, str_of(name), &value);

    if (err == ERR_NOT_FOUND) {
        *ret_value = 0;
        return ERR_OK;
    }
    if (!err && !key_take_u64(value, &at, ret_value))
        return ERR_STORE_DAMAGED;
    return err;
}

enum err docs_set_number(struct txn *txn, const char *name, uint64_t number)
{
    struct key value;

    key_init(&value);
    key_u64(&value, number);
    return store_put(txn, META, str_of(name), key_str(&value));
}

/* Walking the indexes. */
struct due_walk { due_visit visit; void *context; int64_t until_ms; struct str after; };

static enum err take_due(struct str key, struct str value, struct doc_due *due)
{
    size_t at = 0;

    *due = (struct doc_due){ .day = 0 };
    if (!key_take_name(key, &at, &due->venue) || !key_take_day(key, &at, &due->day) ||
        !key_take_name(key, &at, &due->doc))
        return ERR_STORE_DAMAGED;
    return due_decode(value, due);
}

struct first_due { struct str company, books; struct doc_due due; };

/* What another company's books are owed, or the company's former ones, holds nobody else up. */
static enum err first_due_row(struct txn *txn, struct str key, struct str value, void *context)
{
    struct first_due *first = context;
    struct record record;
    struct str bytes;
    struct doc_due due;
    enum err err = take_due(key, value, &due);

    if (!err && (first->company.len || first->books.len)) {
        err = store_get(txn, DOCS, due.doc, &bytes);
        if (!err)
            err = record_decode(bytes, &record);
        if (err)
            return err == ERR_NOT_FOUND ? ERR_STORE_DAMAGED : err;
        if ((first->company.len && !str_equal(record.company, first->company)) ||
            (first->books.len && record.books.len && !str_equal(record.books, first->books)))
            return ERR_OK;
    }
    if (err)
        return err;
    first->due = due;
    return ERR_STOP;
}

enum err docs_first_due(struct txn *txn, struct str venue, struct str company, struct str books, struct doc_due *ret_due)
{
    struct first_due first = { .company = company, .books = books };
    struct key prefix;
    enum err err;

    key_init(&prefix);
    key_name(&prefix, venue);
    err = store_walk(txn, DUE, key_str(&prefix), STR_NONE, first_due_row, &first);
    if (!err && !first.due.doc.len)
        return ERR_NOT_FOUND;
    if (!err)
        *ret_due = first.due;
    return err;
}

static enum err claim_row(struct txn *txn, struct str key, struct str value, void *context)
{
    struct due_walk *walk = context;
    struct doc_due due = { .day = 0 };
    size_t at = 0;
    enum err err;

    if (!key_take_name(key, &at, &due.doc))
        return ERR_STORE_DAMAGED;
    err = due_decode(value, &due);
    return err ? err : walk->visit(txn, &due, walk->context);
}

enum err docs_claims(struct txn *txn, due_visit visit, void *context)
{
    struct due_walk walk = { visit, context, 0, STR_NONE };

    return store_walk(txn, CLAIMS, STR_NONE, STR_NONE, claim_row, &walk);
}

static enum err later_row(struct txn *txn, struct str key, struct str value, void *context)
{
    struct due_walk *walk = context;
    struct doc_due due = { .day = 0 };
    uint64_t time;
    size_t at = 0;
    enum err err;

    if (!key_take_u64(key, &at, &time) || !key_take_name(key, &at, &due.doc))
        return ERR_STORE_DAMAGED;
    if ((int64_t)time > walk->until_ms)
        return ERR_STOP;
    err = due_decode(value, &due);
    return err ? err : walk->visit(txn, &due, walk->context);
}

enum err docs_later(struct txn *txn, int64_t until_ms, due_visit visit, void *context)
{
    struct due_walk walk = { visit, context, until_ms, STR_NONE };

    return store_walk(txn, LATER, STR_NONE, STR_NONE, later_row, &walk);
}

static enum err held_row(struct txn *txn, struct str key, struct str value, void *context)
{
    struct due_walk *walk = context;
    struct doc_due due = { .day = 0 };
    struct str client;
    size_t at = 0;

    (void)value;
    if (!key_take_name(key, &at, &client) || !key_take_name(key, &at, &due.doc))
        return ERR_STORE_DAMAGED;
    return str_equal(due.doc, walk->after) ? ERR_OK : walk->visit(txn, &due, walk->context);
}

enum err docs_held(struct txn *txn, struct str client_id, struct str after, due_visit visit, void *context)
{
    struct due_walk walk = { visit, context, 0, after };
    struct key prefix, from;

    key_init(&prefix);
    key_name(&prefix, client_id);
    from = prefix;
    if (after.len)
        key_name(&from, after);
    return store_walk(txn, HELD, key_str(&prefix), key_str(&from), held_row, &walk);
}
