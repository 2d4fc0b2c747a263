#include "storecheck.h"

#include <stdio.h>

enum { KEY_TEXT_MAX = 1024 };

/* Names stay readable, NUL becomes a slash, other bytes hex. */
static void put_key(FILE *out, struct str key)
{
    for (size_t i = 0; i < key.len && i < KEY_TEXT_MAX; i++) {
        unsigned char c = (unsigned char)key.bytes[i];

        if (c > 0x20 && c < 0x7f)
            (void)fputc(c, out);
        else if (c == 0 && i > 0 && key.bytes[i - 1] > 0x20)
            (void)fputc('/', out);
        else
            (void)fprintf(out, "%02x", c);
    }
}

void storecheck_damaged(struct storecheck *check, struct str key, const char *why)
{
    if (check->damaged++ >= STORECHECK_SHOWN_MAX)
        return;
    (void)fprintf(check->out, "%s\t", check->table ? check->table : "");
    put_key(check->out, key);
    (void)fprintf(check->out, "\t%s\n", why);
    (void)fflush(check->out);             /* the next record may be the last that is read */
}

struct walking { struct storecheck *check; storecheck_judge judge; };

static enum err walk_record(struct txn *txn, struct str key, struct str value, bool whole, void *context)
{
    struct walking *walking = context;
    const char *why = "its checksum is not the one that was stored with it";

    walking->check->records++;
    arena_reset(&walking->check->arena);
    if (whole)
        why = walking->judge(walking->check, txn, key, value);
    if (why)
        storecheck_damaged(walking->check, key, why);
    return ERR_OK;
}

enum err storecheck_walk(struct storecheck *check, struct txn *txn, unsigned table, const char *name, storecheck_judge judge)
{
    struct walking walking = { check, judge };
    enum err err;

    check->table = name;
    err = store_examine(txn, table, walk_record, &walking);
    if (err)
        storecheck_damaged(check, STR_NONE, "the table's own structure is damaged: it cannot be walked to its end");
    return ERR_OK;
}

const char *storecheck_any(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    (void)check;
    (void)txn;
    (void)key;
    (void)value;
    return NULL;
}
