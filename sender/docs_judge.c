/* docs_judge.c - the senders' stores: every document with its draft, problems and trail, and the indexes that say
 * what is to be done. */
#include "docs_judge.h"

#include "docs.h"

static const char bad_key[] = "its key is not of the form it must have";
static const char bad_value[] = "it cannot be decoded";
static const char no_doc[] = "there is no such document";

static const char *judge_doc(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct problems problems;
    struct record record;
    struct draft draft;
    struct reader in;
    char id[DOC_ID_SIZE];

    (void)txn;
    if (record_decode(value, &record))
        return bad_value;
    if (draft_decode(record.draft, &check->arena, &draft))
        return "its draft cannot be decoded";
    if (!str_equal(doc_text(&draft.doc, id), key))
        return "it is another document than its key says";
    reader_init(&in, record.problems);
    if (record.problems.len)
        problems_decode(&in, &problems);
    return record.problems.len && reader_done(&in) ? "its problems cannot be decoded" : NULL;
}

static const char *exists(struct txn *txn, struct str doc)
{
    struct str value;

    return store_get(txn, DOCS, doc, &value) ? no_doc : NULL;
}

static const char *judge_due(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str venue, doc;
    int32_t day;
    size_t at = 0;

    (void)check;
    if (!key_take_name(key, &at, &venue) || !key_take_day(key, &at, &day) || !key_take_name(key, &at, &doc))
        return bad_key;
    return value.len ? exists(txn, doc) : bad_value;
}

static const char *judge_later(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str doc;
    uint64_t time;
    size_t at = 0;

    (void)check;
    if (!key_take_u64(key, &at, &time) || !key_take_name(key, &at, &doc))
        return bad_key;
    return value.len ? exists(txn, doc) : bad_value;
}

static const char *judge_claim(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str doc;
    size_t at = 0;

    (void)check;
    if (!key_take_name(key, &at, &doc))
        return bad_key;
    return value.len ? exists(txn, doc) : bad_value;
}

static const char *judge_held(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str client, doc;
    size_t at = 0;

    (void)check;
    (void)value;
    return key_take_name(key, &at, &client) && key_take_name(key, &at, &doc) ? exists(txn, doc) : bad_key;
}

/* A trail outlives its document: one that was withdrawn before it was sent is gone, what happened to it is not. */
static const char *judge_fact(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct fact fact;
    struct draft decoded;
    struct str doc;

    (void)txn;
    return docs_fact_read(key, value, &doc, &fact) || (fact.draft.len && draft_decode(fact.draft, &check->arena, &decoded))
               ? bad_value : NULL;
}

static const char *judge_meta(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    (void)check;
    (void)txn;
    return key.len && value.len == sizeof(uint64_t) ? NULL : bad_value;
}

static const struct { const char *name; storecheck_judge judge; } judges[DOCS_TABLE_COUNT] = {
    [DOCS] = { "documents", judge_doc }, [DUE] = { "due", judge_due },   [LATER] = { "later", judge_later },
    [CLAIMS] = { "claims", judge_claim }, [HELD] = { "held", judge_held }, [TRAIL] = { "trail", judge_fact },
    [META] = { "meta", judge_meta },
};

static enum err judge_all(struct txn *txn, void *context)
{
    enum err err = ERR_OK;

    for (unsigned table = 0; table < DOCS_TABLE_COUNT && !err; table++)
        err = storecheck_walk(context, txn, table, judges[table].name, judges[table].judge);
    return err;
}

static enum err judge_stage(struct storecheck *check, const char *stage, struct fault *fault)
{
    struct docs *docs;
    enum err err = docs_open(check->state_dir, stage, STORE_READ_ONLY, &docs, fault);

    if (err)
        return err;
    err = check->open_only ? ERR_OK : store_read(docs_store(docs), judge_all, check);
    docs_close(docs);
    return err;
}

enum err docs_judge_uploader(struct storecheck *check, struct fault *fault)
{
    return judge_stage(check, "uploader", fault);
}

enum err docs_judge_invoicer(struct storecheck *check, struct fault *fault)
{
    return judge_stage(check, "invoicer", fault);
}
