/* docs_read.c - the reading half of docs.h: what `bilag` and the status ask. */
#include "docs.h"

#include <stdio.h>

struct get { struct str doc; struct arena *arena; struct record *record; };

static enum err get_work(struct txn *txn, void *context)
{
    struct get *get = context;

    return docs_load(txn, get->doc, get->arena, get->record);
}

enum err docs_get(struct docs *docs, struct str doc, struct arena *arena, struct record *ret_record)
{
    struct get get = { doc, arena, ret_record };

    return store_read(docs_store(docs), get_work, &get);
}

struct walk { struct str prefix; docs_visit visit; void *context; };

static enum err doc_row(struct txn *txn, struct str key, struct str value, void *context)
{
    struct walk *walk = context;
    struct record record;
    enum err err = record_decode(value, &record);

    (void)txn;
    return err ? err : walk->visit(key, &record, walk->context);
}

static enum err walk_work(struct txn *txn, void *context)
{
    struct walk *walk = context;

    return store_walk(txn, DOCS, walk->prefix, STR_NONE, doc_row, walk);
}

enum err docs_walk(struct docs *docs, struct str prefix, docs_visit visit, void *context)
{
    struct walk walk = { prefix, visit, context };

    return store_read(docs_store(docs), walk_work, &walk);
}

struct trail { struct str doc; fact_visit visit; void *context; };

static enum err fact_row(struct txn *txn, struct str key, struct str value, void *context)
{
    struct trail *trail = context;
    struct fact fact;
    struct str doc;
    enum err err = docs_fact_read(key, value, &doc, &fact);

    (void)txn;
    return err ? err : trail->visit(&fact, trail->context);
}

static enum err trail_work(struct txn *txn, void *context)
{
    struct trail *trail = context;
    struct key prefix;

    key_init(&prefix);
    key_name(&prefix, trail->doc);
    if (prefix.failed)
        return ERR_NOT_FOUND;
    return store_walk(txn, TRAIL, key_str(&prefix), STR_NONE, fact_row, trail);
}

enum err docs_trail(struct docs *docs, struct str doc, fact_visit visit, void *context)
{
    struct trail trail = { doc, visit, context };

    return store_read(docs_store(docs), trail_work, &trail);
}

/* From venue to venue: after the first due document of one, the walk starts again behind the venue. */
static enum err venue_first(struct txn *txn, struct str key, struct str value, void *context)
{
    struct str *venue = context;
    size_t at = 0;

    (void)txn;
    (void)value;
    return key_take_name(key, &at, venue) ? ERR_STOP : ERR_STORE_DAMAGED;
}

static enum err note_oldest(struct txn *txn, const struct doc_due *due, struct docs_summary *summary)
{
    struct record record;
    struct str value;
    enum err err = store_get(txn, DOCS, due->doc, &value);

    if (!err)
        err = record_decode(value, &record);
    if (err)
        return err;
    if (!summary->oldest_ms || record.since_ms < summary->oldest_ms) {
        summary->oldest_ms = record.since_ms;
        (void)str_copy(due->doc, summary->oldest, sizeof summary->oldest);
    }
    return ERR_OK;
}

static enum err summary_work(struct txn *txn, void *context)
{
    struct docs_summary *summary = context;
    struct str venue = STR_NONE;
    enum err err = ERR_OK;

    *summary = (struct docs_summary){ .backlog = store_count(txn, DUE) };
    for (int state = 0; !err && state < DOC_STATE_COUNT; state++) {
        char name[32];

        (void)snprintf(name, sizeof name, "count-%s", doc_state_text((enum doc_state)state));
        err = docs_number(txn, name, &summary->states[state]);
    }
    while (!err) {
        struct key from;
        struct str next = STR_NONE;
        struct doc_due due;

        key_init(&from);
        if (venue.len) {
            key_name(&from, venue);
            from.bytes[from.len - 1] = 1;                    /* behind every key of this venue */
        }
        err = store_walk(txn, DUE, STR_NONE, key_str(&from), venue_first, &next);
        if (err || !next.len)
            break;
        venue = next;
        err = docs_first_due(txn, venue, STR_NONE, STR_NONE, &due);
        if (!err)
            err = note_oldest(txn, &due, summary);
    }
    return err;
}

enum err docs_summarize(struct docs *docs, struct docs_summary *ret_summary)
{
    return store_read(docs_store(docs), summary_work, ret_summary);
}
