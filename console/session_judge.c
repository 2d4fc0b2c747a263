#include "session_inside.h"

static const char before_it_began[] = "it was used before it began";

static const char *judge_session(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct session session;

    (void)check;
    (void)txn;
    if (key.len != SESSION_HASH_BYTES)
        return "its key is not of the form it must have";
    if (fields_read(&session_fields, value, NULL, &session) || !str_is_name(session.user))
        return "it cannot be decoded";
    return session.made_ms <= 0 || session.seen_ms < session.made_ms ? before_it_began : NULL;
}

static enum err judge_all(struct txn *txn, void *context)
{
    return storecheck_walk(context, txn, SESSION_TABLE, session_tables[SESSION_TABLE], judge_session);
}

enum err sessions_judge(struct storecheck *check, struct fault *fault)
{
    struct str folder = arena_format(&check->arena, STR_FMT "/console", STR_ARG(check->state_dir));
    struct store *store;
    enum err err = ERR_MEMORY;

    if (folder.bytes)
        err = store_open(folder, session_tables, SESSION_TABLES, SESSION_LAYOUT, STORE_READ_ONLY, &store, fault);
    if (err)
        return err;
    err = check->open_only ? ERR_OK : store_read(store, judge_all, check);
    store_close(store);
    return err;
}
