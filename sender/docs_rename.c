#include "docs_rename.h"

#include <string.h>

enum { SLICE_ROWS = 200, PROBLEM_BYTES = 1 << 20 };

struct rename_walk {
    const struct renaming *renaming;
    struct arena *arena;
    unsigned table;                      /* DOCS, TRAIL */
    struct str venue;
    struct key keys[SLICE_ROWS], from;
    size_t count;
    bool changes;
    docs_named_visit visit;
    void *context;
    uint64_t renamed;
};

static enum err row_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct rename_walk *walk = context;
    struct key *at = &walk->keys[walk->count];

    (void)txn;
    if (!renaming_may_be_in(walk->renaming, value))
        return ERR_OK;
    key_init(at);
    memcpy(at->bytes, key.bytes, key.len);
    at->len = key.len;
    return ++walk->count == SLICE_ROWS ? ERR_STOP : ERR_OK;
}

/* Whether the draft named the customer; *bytes: as it is said then. */
static enum err rename_draft(const struct rename_walk *walk, struct str *bytes, struct draft *ret_draft, bool *ret_named)
{
    struct strbuf out;
    enum err err = draft_decode(*bytes, walk->arena, ret_draft);

    if (err)
        return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
    *ret_named = renaming_draft(walk->renaming, ret_draft);
    if (!*ret_named)
        return ERR_OK;
    strbuf_init(&out, DRAFT_BYTES_MAX);
    draft_encode(ret_draft, &out);
    *bytes = out.failed ? STR_NONE : arena_copy(walk->arena, strbuf_str(&out));
    strbuf_free(&out);
    return bytes->bytes ? ERR_OK : ERR_MEMORY;
}

static enum err rename_problems(const struct rename_walk *walk, struct record *record, bool *named)
{
    struct problems problems;
    struct reader in;

    if (!record->problems.len)
        return ERR_OK;
    reader_init(&in, record->problems);
    problems_decode(&in, &problems);
    if (reader_done(&in))
        return ERR_STORE_DAMAGED;
    if (!renaming_problems(walk->renaming, &problems))
        return ERR_OK;
    *named = true;
    return record_set_problems(record, walk->arena, &problems);
}

static enum err take_doc(struct txn *txn, struct rename_walk *walk, struct str doc)
{
    struct record was, now;
    struct draft draft;
    bool named = false;
    enum err err = docs_load(txn, doc, walk->arena, &was);

    now = was;
    if (!err)
        err = rename_draft(walk, &now.draft, &draft, &named);
    if (!err && !renaming_concerns(walk->renaming, draft.doc.venue))
        return ERR_OK;
    if (!err)
        err = rename_problems(walk, &now, &named);
    if (err || !named)
        return err;
    walk->renamed++;
    if (walk->visit)
        return walk->visit(doc, &was, &draft, walk->context);
    return walk->changes ? docs_save(txn, doc, &was, &now) : ERR_OK;
}

/* A round that was undone keeps its draft. */
static enum err take_fact(struct txn *txn, struct rename_walk *walk, struct str key, struct str value)
{
    struct draft draft;
    struct fact fact;
    struct str doc;
    bool named = false;
    enum err err = docs_fact_read(key, value, &doc, &fact);

    if (!err && fact.draft.len)
        err = rename_draft(walk, &fact.draft, &draft, &named);
    if (err || !named || !walk->changes)
        return err;
    walk->renamed++;
    return docs_fact_put(txn, doc, &fact);
}

static enum err take_row(struct txn *txn, struct rename_walk *walk, const struct key *key)
{
    struct str value;
    enum err err = store_get(txn, walk->table, key_str(key), &value);

    arena_reset(walk->arena);
    if (err)
        return err;
    if (walk->table == DOCS)
        return take_doc(txn, walk, key_str(key));
    value = arena_copy(walk->arena, value);
    return value.bytes ? take_fact(txn, walk, key_str(key), value) : ERR_MEMORY;
}

static enum err walk_work(struct txn *txn, void *context)
{
    struct rename_walk *walk = context;
    struct str prefix = arena_format(walk->arena, STR_FMT "/", STR_ARG(walk->venue));
    enum err err;

    walk->count = 0;
    walk->renamed = 0;
    if (!prefix.bytes)
        return ERR_MEMORY;
    err = store_walk(txn, walk->table, prefix, walk->from.len ? key_str(&walk->from) : prefix, row_seen, walk);
    for (size_t i = 0; i < walk->count && !err; i++)
        err = take_row(txn, walk, &walk->keys[i]);
    return err;
}

static enum err walk_venue(struct docs *docs, struct rename_walk *walk, uint64_t *renamed)
{
    enum err err;

    key_init(&walk->from);
    do {
        err = walk->changes ? store_write(docs_store(docs), walk_work, walk) : store_read(docs_store(docs), walk_work, walk);
        if (err)
            return err;
        *renamed += walk->renamed;
        if (walk->count == SLICE_ROWS) {
            walk->from = walk->keys[SLICE_ROWS - 1];
            if (walk->from.len < STORE_KEY_MAX)
                walk->from.bytes[walk->from.len++] = 0;
        }
    } while (walk->count == SLICE_ROWS);
    return ERR_OK;
}

static enum err walk_all(struct docs *docs, struct rename_walk *walk, uint64_t *ret_renamed)
{
    static const unsigned tables[] = { DOCS, TRAIL };
    const struct renaming *renaming = walk->renaming;
    enum err err = ERR_OK;

    *ret_renamed = 0;
    for (size_t t = 0; t < COUNT(tables) && !err; t++)
        for (size_t i = 0; i < renaming->venue_count && !err; i++) {
            walk->table = tables[t];
            walk->venue = renaming->venues[i];
            err = walk_venue(docs, walk, ret_renamed);
        }
    return err;
}

enum err docs_named(struct docs *docs, const struct renaming *renaming, struct arena *arena, docs_named_visit visit,
                    void *context)
{
    static struct rename_walk walk;      /* large, and one at a time */
    uint64_t named;
    enum err err;

    walk = (struct rename_walk){ .renaming = renaming, .arena = arena, .visit = visit, .context = context };
    err = walk_all(docs, &walk, &named);
    return err == ERR_STOP ? ERR_OK : err;
}

enum err docs_rename(struct docs *docs, const struct renaming *renaming, struct arena *arena, uint64_t *ret_renamed)
{
    static struct rename_walk walk;

    walk = (struct rename_walk){ .renaming = renaming, .arena = arena, .changes = true };
    return walk_all(docs, &walk, ret_renamed);
}
