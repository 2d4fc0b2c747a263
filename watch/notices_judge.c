#include "notices_judge.h"

#include "notices_inside.h"

static const char bad_key[] = "its key is not of the form it must have";
static const char bad_value[] = "it cannot be decoded";
static const char not_given[] = "it has a number that was not given yet";
static const char no_letter[] = "it is a letter without an id, notices or a text";

static const char *judge_matter(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct told told;

    (void)txn;
    if (!key.len || key.len > MATTER_ID_MAX)
        return bad_key;
    return fields_read(&notices_told_fields, value, &check->arena, &told) ? bad_value : NULL;
}

static const char *judge_notice(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct notice notice;
    struct str recipient;
    uint64_t number;
    int64_t next;

    if (!notices_key_take(key, &recipient, &number) || !str_is_name(recipient))
        return bad_key;
    if (fields_read(&notices_notice_fields, value, &check->arena, &notice))
        return bad_value;
    return notices_number(txn, STR("next"), &next) || number >= (uint64_t)next ? not_given : NULL;
}

static const char *judge_letter(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct letter letter;

    (void)txn;
    if (!str_is_name(key))
        return bad_key;
    if (fields_read(&notices_letter_fields, value, &check->arena, &letter))
        return bad_value;
    return letter.id.len != LETTER_ID_SIZE - 1 || !letter.notices || !letter.body.len ? no_letter : NULL;
}

static const char *judge_number(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    int64_t number;

    (void)check;
    (void)value;
    if (!str_equal(key, STR("next")) && !str_equal(key, STR("summary")))
        return bad_key;
    return notices_number(txn, key, &number) ? bad_value : NULL;
}

static enum err judge_all(struct txn *txn, void *context)
{
    static const storecheck_judge judges[NOTICES_TABLES] = {
        [MATTERS] = judge_matter, [NOTICES] = judge_notice, [LETTERS] = judge_letter, [NUMBERS] = judge_number,
    };
    struct storecheck *check = context;
    enum err err = ERR_OK;

    for (unsigned table = 0; !err && table < NOTICES_TABLES; table++)
        err = storecheck_walk(check, txn, table, notices_tables[table], judges[table]);
    return err;
}

enum err notices_judge(struct storecheck *check, struct fault *fault)
{
    struct str folder = arena_format(&check->arena, STR_FMT "/watch", STR_ARG(check->state_dir));
    struct store *store;
    enum err err = ERR_MEMORY;

    if (folder.bytes)
        err = store_open(folder, notices_tables, NOTICES_TABLES, NOTICES_LAYOUT, STORE_READ_ONLY, &store, fault);
    if (err)
        return err;
    err = check->open_only ? ERR_OK : store_read(store, judge_all, check);
    store_close(store);
    return err;
}
