/* journal.c - what happened to the books, in order, for good (LMDB). */
#include "journal.h"

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/base/json.h"
#include "sandbox/base/text.h"

#define EXIT_LATER 111
#define MAP_BYTES ((size_t)8 << 30)                           /* address space, not memory or disk */

struct journal {
    MDB_env *env;
    MDB_dbi  records;
    size_t   next;                                            /* key of the next record */
    MDB_txn *open;                                            /* appended, not yet committed */
};

static int last_key(struct journal *journal)
{
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, value;
    int rc = mdb_txn_begin(journal->env, NULL, 0, &txn);

    if (rc)
        return rc;
    rc = mdb_dbi_open(txn, NULL, MDB_INTEGERKEY, &journal->records);
    if (!rc)
        rc = mdb_cursor_open(txn, journal->records, &cursor);
    if (!rc) {
        rc = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
        if (!rc)
            memcpy(&journal->next, key.mv_data, sizeof journal->next);
        mdb_cursor_close(cursor);
        rc = rc == MDB_NOTFOUND ? 0 : rc;
    }
    if (rc) {
        mdb_txn_abort(txn);
        return rc;
    }
    journal->next++;
    return mdb_txn_commit(txn);
}

bool journal_open(const char *folder, struct journal **ret_journal, const char **ret_why)
{
    struct journal *journal = must_alloc(sizeof *journal);
    int rc;

    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        *ret_why = strerror(errno);
        free(journal);
        return false;
    }
    rc = mdb_env_create(&journal->env);
    if (!rc)
        rc = mdb_env_set_mapsize(journal->env, MAP_BYTES);
    if (!rc)
        rc = mdb_env_open(journal->env, folder, 0, 0600);
    if (!rc)
        rc = last_key(journal);
    if (rc) {
        *ret_why = mdb_strerror(rc);
        journal_close(journal);
        return false;
    }
    *ret_journal = journal;
    return true;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    journal_commit(journal);
    if (journal->env)
        mdb_env_close(journal->env);
    free(journal);
}

static void must(int rc)
{
    if (!rc)
        return;
    (void)fprintf(stderr, "stage=sandbox journal=failed why=\"%s\"\n", mdb_strerror(rc));
    _exit(EXIT_LATER);
}

void journal_append(struct journal *journal, const cJSON *record)
{
    char *text;
    MDB_val key, value;

    if (!journal)
        return;
    text = json_write(record);
    key = (MDB_val){ sizeof journal->next, &journal->next };
    value = (MDB_val){ strlen(text), text };
    if (!journal->open)
        must(mdb_txn_begin(journal->env, NULL, 0, &journal->open));
    must(mdb_put(journal->open, journal->records, &key, &value, MDB_APPEND));
    journal->next++;
    free(text);
}

void journal_commit(struct journal *journal)
{
    if (!journal_is_dirty(journal))
        return;
    must(mdb_txn_commit(journal->open));
    journal->open = NULL;
}

bool journal_is_dirty(const struct journal *journal)
{
    return journal && journal->open;
}

bool journal_replay(struct journal *journal, journal_record *show, void *context)
{
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, value;
    bool good = true;

    if (!journal)
        return true;
    if (mdb_txn_begin(journal->env, NULL, MDB_RDONLY, &txn) != 0)
        return false;
    if (mdb_cursor_open(txn, journal->records, &cursor) == 0) {
        while (good && mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
            cJSON *record = json_parse(value.mv_data, value.mv_size);

            good = record && show(context, record);
            cJSON_Delete(record);
        }
        mdb_cursor_close(cursor);
    } else {
        good = false;
    }
    mdb_txn_abort(txn);
    return good;
}
