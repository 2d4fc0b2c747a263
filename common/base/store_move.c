#include "store_move.h"

#include "folder.h"
#include "pg_session.h"
#include "store_engine.h"
#include "store_inside.h"
#include "store_pg.h"

#ifdef HAVE_POSTGRESQL

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TABLES_MAX = 32, NAME_SIZE = 64, SQL_MAX = 512, PATH_SIZE = 1024, PAGE = 512, BATCH_RECORDS = 1000,
       BATCH_BYTES = 4 << 20, COMMIT_BYTES = 32 << 20, BYTEA = 17 };
#define MAP_SPARE ((size_t)64 << 20)

struct moved_table { char name[NAME_SIZE]; bool duplicates; MDB_dbi dbi; };

struct moving {
    struct str folder;
    char schema[NAME_SIZE], lmdb_folder[PATH_SIZE];
    struct pg_session *session;
    MDB_env *env;
    MDB_txn *txn;
    struct moved_table tables[TABLES_MAX];
    size_t count;
    uint32_t layout;
    uint64_t records;
    struct fault *fault;
};

static enum err lmdb_failed(const struct moving *moving, int rc)
{
    return fault_set(moving->fault, store_err_of(NULL, rc), "the store in %s cannot be moved: %s", moving->lmdb_folder,
                     mdb_strerror(rc));
}

static enum err engine_failed(const struct moving *moving)
{
    return fault_set(moving->fault, ERR_STORE_FULL, "the store %s cannot be moved: %s", moving->schema,
                     pg_link_why(moving->session->link));
}

static bool path_in(const struct moving *moving, const char *name, char path[PATH_SIZE])
{
    return snprintf(path, PATH_SIZE, STR_FMT "/%s", STR_ARG(moving->folder), name) < PATH_SIZE;
}

static bool is_in(const struct moving *moving, const char *name)
{
    char path[PATH_SIZE];

    return path_in(moving, name, path) && access(path, F_OK) == 0;
}

/* --- PostgreSQL ----------------------------------------------------------------------------------------------- */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
/* form: with the schema's name, and perhaps a table's. */
static void say(struct moving *moving, const char *form, const char *table, const struct str *args, size_t count)
{
    char sql[SQL_MAX];

    (void)snprintf(sql, sizeof sql, form, moving->schema, table);
    pg_send(moving->session->link, PG_NAMES_MAX, sql, args, count);
}
#pragma GCC diagnostic pop

static enum err committed(struct moving *moving)
{
    struct pg_link *link = moving->session->link;

    if (!pg_settle(link))
        return engine_failed(moving);
    (void)pg_link_warned(link);
    pg_send(link, PG_NAMES_MAX, "COMMIT", NULL, 0);
    if (!pg_session_as_judged(moving->session))
        return engine_failed(moving);
    return pg_link_warned(link) ? fault_set(moving->fault, ERR_STORE_FULL, "no standby confirmed what was moved: try again")
                                : ERR_OK;
}

/* ret_term: -1: there is no such store. */
static enum err term_of(struct moving *moving, int64_t *ret_term)
{
    struct str schema = str_of(moving->schema);
    struct pg_rows *rows;

    *ret_term = -1;
    pg_send(moving->session->link, PG_NAMES_MAX,
            "SELECT 1 FROM pg_tables WHERE schemaname=$1::text AND tablename='_store'", &schema, 1);
    rows = pg_answer(moving->session->link);
    if (rows && pg_rows_count(rows) == 1) {
        pg_rows_free(rows);
        say(moving, "SELECT term, layout FROM \"%s\"._store", NULL, NULL, 0);
        rows = pg_answer(moving->session->link);
        if (rows && pg_rows_count(rows) == 1) {
            *ret_term = (int64_t)pg_rows_number(rows, 0, 0);
            moving->layout = (uint32_t)pg_rows_number(rows, 0, 1);
        }
    }
    if (!rows)
        return engine_failed(moving);
    pg_rows_free(rows);
    pg_part(moving->session->link);
    return ERR_OK;
}

static enum err set_term(struct moving *moving, bool in_use)
{
    pg_send(moving->session->link, PG_NAMES_MAX, "BEGIN", NULL, 0);
    say(moving, in_use ? "UPDATE \"%s\"._store SET term=extract(epoch FROM now())::bigint, generation=generation+1"
                       : "UPDATE \"%s\"._store SET term=0, generation=generation+1", NULL, NULL, 0);
    return committed(moving);
}

static enum err begin_schema(struct moving *moving)
{
    char layout[SQL_MAX];

    pg_send(moving->session->link, PG_NAMES_MAX, "BEGIN", NULL, 0);
    say(moving, "DROP SCHEMA IF EXISTS \"%s\" CASCADE", NULL, NULL, 0);
    say(moving, "CREATE SCHEMA \"%s\"", NULL, NULL, 0);
    say(moving, "CREATE TABLE \"%s\"._store" STORE_ENGINE_STORE, NULL, NULL, 0);
    say(moving, "CREATE TABLE \"%s\"._writer" STORE_ENGINE_WRITER, NULL, NULL, 0);
    (void)snprintf(layout, sizeof layout, "INSERT INTO \"%s\"._store VALUES(1,%u,1,0)", moving->schema, moving->layout);
    pg_send(moving->session->link, PG_NAMES_MAX, layout, NULL, 0);
    for (size_t i = 0; i < moving->count; i++)
        say(moving, moving->tables[i].duplicates ? "CREATE TABLE \"%s\".\"%s\"" STORE_ENGINE_TABLE("k,v")
                                                 : "CREATE TABLE \"%s\".\"%s\"" STORE_ENGINE_TABLE("k"),
            moving->tables[i].name, NULL, 0);
    return committed(moving);
}

/* Arrays of bytea, as they travel: one dimension, no NULL. */
struct batch { struct strbuf keys, values; uint32_t count; };

static void add_u32(struct strbuf *to, uint32_t value)
{
    const char bytes[4] = { (char)(value >> 24), (char)(value >> 16), (char)(value >> 8), (char)value };

    strbuf_add(to, (struct str){ bytes, 4 });
}

static void begin_array(struct strbuf *array)
{
    strbuf_reset(array);
    add_u32(array, 1);
    add_u32(array, 0);
    add_u32(array, BYTEA);
    add_u32(array, 0);                    /* the count, when it is known */
    add_u32(array, 1);
}

static void add_bytes(struct strbuf *array, MDB_val bytes)
{
    add_u32(array, (uint32_t)bytes.mv_size);
    strbuf_add(array, (struct str){ bytes.mv_data, bytes.mv_size });
}

static struct str ended_array(struct strbuf *array, uint32_t count)
{
    const uint8_t bytes[4] = { (uint8_t)(count >> 24), (uint8_t)(count >> 16), (uint8_t)(count >> 8), (uint8_t)count };

    memcpy(array->bytes + 12, bytes, sizeof bytes);
    return strbuf_str(array);
}

static enum err send_batch(struct moving *moving, const struct moved_table *table, struct batch *batch)
{
    enum err err = ERR_OK;

    if (batch->keys.failed || batch->values.failed)
        return fault_set(moving->fault, ERR_MEMORY, "out of memory");
    if (batch->count > 0) {
        struct str args[] = { ended_array(&batch->keys, batch->count), ended_array(&batch->values, batch->count) };

        pg_send(moving->session->link, PG_NAMES_MAX, "BEGIN", NULL, 0);
        say(moving, "INSERT INTO \"%s\".\"%s\" SELECT * FROM unnest($1::bytea[], $2::bytea[])", table->name, args, 2);
        err = committed(moving);
    }
    batch->count = 0;
    begin_array(&batch->keys);
    begin_array(&batch->values);
    return err;
}

static enum err copy_in(struct moving *moving, const struct moved_table *table, struct batch *batch)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    enum err err = send_batch(moving, table, batch);
    int rc = mdb_cursor_open(moving->txn, table->dbi, &cursor);

    if (rc)
        return lmdb_failed(moving, rc);
    rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
    while (rc == 0 && !err) {
        add_bytes(&batch->keys, key);
        add_bytes(&batch->values, value);
        if (++batch->count == BATCH_RECORDS || batch->values.len > BATCH_BYTES)
            err = send_batch(moving, table, batch);
        rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    if (!err && rc != MDB_NOTFOUND)
        return lmdb_failed(moving, rc);
    return err ? err : send_batch(moving, table, batch);
}

/* --- what both ways share: records of a table of PostgreSQL, in order --------------------------------------------- */

typedef enum err (*each_row)(struct moving *moving, const struct moved_table *table, MDB_val key, MDB_val value, void *context);

static MDB_val val_of(struct str bytes)
{
    return (MDB_val){ bytes.len, (void *)(uintptr_t)bytes.bytes };
}

static enum err engine_rows(struct moving *moving, const struct moved_table *table, each_row each, void *context)
{
    const char *first = table->duplicates ? "SELECT k,v FROM \"%s\".\"%s\" ORDER BY k,v LIMIT 512"
                                          : "SELECT k,v FROM \"%s\".\"%s\" ORDER BY k LIMIT 512";
    const char *next = table->duplicates ? "SELECT k,v FROM \"%s\".\"%s\" WHERE (k,v)>($1,$2) ORDER BY k,v LIMIT 512"
                                         : "SELECT k,v FROM \"%s\".\"%s\" WHERE k>$1 ORDER BY k LIMIT 512";
    struct pg_rows *rows = NULL, *former;
    struct str last[2];
    size_t got = PAGE;
    enum err err = ERR_OK;

    while (!err && got == PAGE) {
        say(moving, rows ? next : first, table->name, last, !rows ? 0 : table->duplicates ? 2 : 1);
        former = rows;
        rows = pg_answer(moving->session->link);
        pg_rows_free(former);
        if (!rows)
            return engine_failed(moving);
        got = pg_rows_count(rows);
        for (size_t i = 0; i < got && !err; i++) {
            last[0] = pg_rows_at(rows, i, 0);
            last[1] = pg_rows_at(rows, i, 1);
            err = each(moving, table, val_of(last[0]), val_of(last[1]), context);
        }
    }
    pg_rows_free(rows);
    return err;
}

struct comparing { MDB_cursor *cursor; MDB_cursor_op op; };

static bool same(MDB_val a, MDB_val b)
{
    return a.mv_size == b.mv_size && memcmp(a.mv_data, b.mv_data, a.mv_size) == 0;
}

static enum err differs(const struct moving *moving, const struct moved_table *table)
{
    return fault_set(moving->fault, ERR_STORE_DAMAGED, "what was copied of %s, table %s, is not what was there: try again",
                     moving->schema, table->name);
}

static enum err compare_row(struct moving *moving, const struct moved_table *table, MDB_val key, MDB_val value, void *context)
{
    struct comparing *comparing = context;
    MDB_val k, v;
    int rc = mdb_cursor_get(comparing->cursor, &k, &v, comparing->op);

    comparing->op = MDB_NEXT;
    if (rc && rc != MDB_NOTFOUND)
        return lmdb_failed(moving, rc);
    moving->records++;
    return rc == 0 && same(k, key) && same(v, value) ? ERR_OK : differs(moving, table);
}

static enum err compare_table(struct moving *moving, const struct moved_table *table)
{
    struct comparing comparing = { .op = MDB_FIRST };
    MDB_val key, value;
    int rc = mdb_cursor_open(moving->txn, table->dbi, &comparing.cursor);
    enum err err = rc ? lmdb_failed(moving, rc) : engine_rows(moving, table, compare_row, &comparing);

    if (rc)
        return err;
    rc = mdb_cursor_get(comparing.cursor, &key, &value, comparing.op);
    mdb_cursor_close(comparing.cursor);
    return err ? err : rc == MDB_NOTFOUND ? ERR_OK : rc ? lmdb_failed(moving, rc) : differs(moving, table);
}

static enum err compare_all(struct moving *moving)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < moving->count && !err; i++)
        err = compare_table(moving, &moving->tables[i]);
    return err;
}

/* --- LMDB ----------------------------------------------------------------------------------------------------- */

static int open_env(struct moving *moving, size_t map_size, unsigned flags)
{
    int rc = mdb_env_create(&moving->env);

    if (rc == 0)
        rc = mdb_env_set_maxdbs(moving->env, TABLES_MAX);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(moving->env, STORE_READERS_MAX);
    if (rc == 0 && map_size)
        rc = mdb_env_set_mapsize(moving->env, map_size);
    return rc ? rc : mdb_env_open(moving->env, moving->lmdb_folder, MDB_NOTLS | MDB_NORDAHEAD | flags, file_mode());
}

/* One named table; that of the layout is read. */
static int note_table(struct moving *moving, MDB_val name)
{
    struct moved_table *table = &moving->tables[moving->count];
    MDB_val key = { 6, "layout" }, value;
    unsigned flags;
    int rc;

    if (moving->count == TABLES_MAX || !str_copy((struct str){ name.mv_data, name.mv_size }, table->name, sizeof table->name))
        return MDB_INCOMPATIBLE;
    rc = mdb_dbi_open(moving->txn, table->name, 0, &table->dbi);
    if (rc == 0)
        rc = mdb_dbi_flags(moving->txn, table->dbi, &flags);
    if (rc)
        return rc;
    table->duplicates = flags & MDB_DUPSORT;
    if (strcmp(table->name, "_layout") != 0) {
        moving->count++;
        return 0;
    }
    rc = mdb_get(moving->txn, table->dbi, &key, &value);
    if (rc == 0 && value.mv_size == sizeof moving->layout)
        memcpy(&moving->layout, value.mv_data, sizeof moving->layout);
    return rc;
}

static int note_tables(struct moving *moving)
{
    MDB_cursor *cursor;
    MDB_val name, value;
    MDB_dbi all;
    int rc = mdb_dbi_open(moving->txn, NULL, 0, &all);

    moving->count = 0;
    if (rc == 0)
        rc = mdb_cursor_open(moving->txn, all, &cursor);
    if (rc)
        return rc;
    rc = mdb_cursor_get(cursor, &name, &value, MDB_FIRST);
    while (rc == 0) {
        rc = note_table(moving, name);
        if (rc == 0)
            rc = mdb_cursor_get(cursor, &name, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int begin_writing(struct moving *moving)
{
    return mdb_txn_begin(moving->env, NULL, 0, &moving->txn);
}

static int end_writing(struct moving *moving)
{
    int rc = mdb_txn_commit(moving->txn);

    moving->txn = NULL;
    return rc;
}

static enum err put_row(struct moving *moving, const struct moved_table *table, MDB_val key, MDB_val value, void *context)
{
    size_t *pending = context;
    int rc = mdb_put(moving->txn, table->dbi, &key, &value, table->duplicates ? (unsigned)MDB_APPENDDUP : (unsigned)MDB_APPEND);

    *pending += key.mv_size + value.mv_size;
    if (rc == 0 && *pending > COMMIT_BYTES) {
        *pending = 0;
        rc = end_writing(moving);
        if (rc == 0)
            rc = begin_writing(moving);
    }
    return rc ? lmdb_failed(moving, rc) : ERR_OK;
}

static enum err copy_out(struct moving *moving)
{
    MDB_val key = { 6, "layout" }, sums = { 4, "sums" }, value = { sizeof moving->layout, &moving->layout };
    size_t pending = 0;
    enum err err = ERR_OK;
    MDB_dbi meta;
    int rc = begin_writing(moving);

    if (rc == 0)
        rc = mdb_dbi_open(moving->txn, "_layout", MDB_CREATE, &meta);
    if (rc == 0)
        rc = mdb_put(moving->txn, meta, &key, &value, 0);
    if (rc == 0)
        rc = mdb_put(moving->txn, meta, &sums, &value, 0);
    for (size_t i = 0; i < moving->count && rc == 0 && !err; i++) {
        struct moved_table *table = &moving->tables[i];

        rc = mdb_dbi_open(moving->txn, table->name, MDB_CREATE | (table->duplicates ? (unsigned)MDB_DUPSORT : 0), &table->dbi);
        if (rc == 0)
            err = engine_rows(moving, table, put_row, &pending);
    }
    if (rc == 0 && !err)
        rc = end_writing(moving);
    if (rc == 0 && !err)
        rc = mdb_env_sync(moving->env, 1);
    return err ? err : rc ? lmdb_failed(moving, rc) : ERR_OK;
}

static enum err note_engine_tables(struct moving *moving, size_t *ret_bytes)
{
    struct str schema = str_of(moving->schema);
    struct pg_rows *rows;

    pg_send(moving->session->link, PG_NAMES_MAX,
            "SELECT c.relname::text, i.indnatts::int, pg_total_relation_size(c.oid) FROM pg_class c "
            "JOIN pg_namespace n ON n.oid=c.relnamespace JOIN pg_index i ON i.indrelid=c.oid AND i.indisprimary "
            "WHERE n.nspname=$1::text::name AND c.relkind='r' AND c.relname NOT IN ('_store','_writer') ORDER BY 1", &schema, 1);
    rows = pg_answer(moving->session->link);
    if (!rows)
        return engine_failed(moving);
    moving->count = 0;
    *ret_bytes = 0;
    for (size_t i = 0; i < pg_rows_count(rows) && moving->count < TABLES_MAX; i++) {
        struct moved_table *table = &moving->tables[moving->count++];

        ensure(str_copy(pg_rows_at(rows, i, 0), table->name, sizeof table->name));
        table->duplicates = pg_rows_number(rows, i, 1) == 2;
        *ret_bytes += pg_rows_number(rows, i, 2);
    }
    pg_rows_free(rows);
    return ERR_OK;
}

/* --- the two ways --------------------------------------------------------------------------------------------- */

static enum err to_engine(struct moving *moving)
{
    struct batch batch = { .count = 0 };
    enum err err;
    int rc;

    (void)str_copy(moving->folder, moving->lmdb_folder, sizeof moving->lmdb_folder);
    rc = open_env(moving, 0, MDB_RDONLY);
    if (rc == 0)
        rc = mdb_txn_begin(moving->env, NULL, MDB_RDONLY, &moving->txn);
    if (rc == 0)
        rc = note_tables(moving);
    if (rc)
        return lmdb_failed(moving, rc);
    strbuf_init(&batch.keys, (size_t)1 << 30);
    strbuf_init(&batch.values, (size_t)1 << 30);
    err = begin_schema(moving);
    for (size_t i = 0; i < moving->count && !err; i++)
        err = copy_in(moving, &moving->tables[i], &batch);
    strbuf_free(&batch.keys);
    strbuf_free(&batch.values);
    return err ? err : compare_all(moving);
}

static void remove_copy(const struct moving *moving)
{
    static const char *const names[] = { "moving/data.mdb", "moving/lock.mdb", "moving" };
    char path[PATH_SIZE];

    for (size_t i = 0; i < COUNT(names); i++)
        if (path_in(moving, names[i], path))
            (void)remove(path);
}

static enum err to_folder(struct moving *moving)
{
    enum err err = folder_make(moving->folder, moving->fault);
    size_t bytes = 0;
    int rc;

    remove_copy(moving);
    if (!err && (!path_in(moving, "moving", moving->lmdb_folder) || mkdir(moving->lmdb_folder, folder_mode()) != 0))
        err = fault_set(moving->fault, ERR_STORE_IO, "cannot make the folder %s: %s", moving->lmdb_folder, strerror(errno));
    if (!err)
        err = note_engine_tables(moving, &bytes);
    if (err)
        return err;
    rc = open_env(moving, 4 * bytes + MAP_SPARE, MDB_NOSYNC);
    err = rc ? lmdb_failed(moving, rc) : copy_out(moving);
    if (err)
        return err;
    rc = mdb_txn_begin(moving->env, NULL, MDB_RDONLY, &moving->txn);
    return rc ? lmdb_failed(moving, rc) : compare_all(moving);
}

static enum err begin(struct moving *moving, struct str folder, struct fault *fault)
{
    char name[STORE_NAME_SIZE];

    *moving = (struct moving){ .folder = folder, .fault = fault };
    if (!store_engine_name(folder, name) || snprintf(moving->schema, sizeof moving->schema, "bilag_%s", name) >= NAME_SIZE)
        return fault_set(fault, ERR_CONFIG, "the folder name " STR_FMT " is too long", STR_ARG(folder));
    return pg_session_take(true, &moving->session, fault);
}

static void end(struct moving *moving, enum err err)
{
    if (moving->txn)
        mdb_txn_abort(moving->txn);
    if (moving->env)
        mdb_env_close(moving->env);
    if (moving->session)
        pg_session_give(moving->session, err == ERR_OK);
}

enum err store_move_copy(struct str folder, enum store_way way, uint64_t *ret_records, struct fault *fault)
{
    struct moving moving;
    int64_t term = -1;
    enum err err = begin(&moving, folder, fault);

    if (!err)
        err = term_of(&moving, &term);
    if (!err && way == STORE_TO_ENGINE && is_in(&moving, "data.mdb"))
        err = term > 0 ? fault_set(fault, ERR_EXISTS, "PostgreSQL has a store %s that is in use, perhaps another "
                                   "installation's: name another database", moving.schema) : to_engine(&moving);
    else if (!err && way == STORE_TO_FOLDER && term >= 0 && !is_in(&moving, "data.mdb") &&
             !(term == 0 && is_in(&moving, "moving/data.mdb")))
        err = to_folder(&moving);
    else if (!err)
        err = ERR_NOT_FOUND;
    end(&moving, err);
    if (!err)
        *ret_records = moving.records;
    return err;
}

static enum err put_aside(struct moving *moving, const char *from, const char *to)
{
    char old[PATH_SIZE], fresh[PATH_SIZE], path[PATH_SIZE];
    int fd;

    if (!path_in(moving, from, old) || !path_in(moving, to, fresh) || !path_in(moving, "", path) || rename(old, fresh) != 0)
        return fault_set(moving->fault, ERR_STORE_IO, "%s cannot be renamed: %s", from, strerror(errno));
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0 || close(fd) != 0)
        return fault_set(moving->fault, ERR_STORE_IO, "%s cannot be renamed: %s", from, strerror(errno));
    return ERR_OK;
}

static enum err end_in_engine(struct moving *moving, int64_t term)
{
    enum err err = store_engine_mark(moving->folder, moving->fault);

    if (!err && is_in(moving, "data.mdb"))
        err = put_aside(moving, "data.mdb", "data.mdb.moved");
    if (!err && term == 0)
        err = set_term(moving, true);
    if (!err)
        remove_copy(moving);
    return err;
}

static enum err end_in_folder(struct moving *moving, int64_t term)
{
    char path[PATH_SIZE];
    enum err err = ERR_OK;

    if (term > 0 && !is_in(moving, "moving/data.mdb"))
        return ERR_OK;                    /* it lies in the folder, and PostgreSQL's of that name is another's */
    if (term > 0)
        err = set_term(moving, false);
    if (!err && is_in(moving, "moving/data.mdb"))
        err = put_aside(moving, "moving/data.mdb", "data.mdb");
    if (!err && is_in(moving, "data.mdb") && path_in(moving, STORE_ENGINE_MARK, path))
        (void)unlink(path);
    if (!err)
        remove_copy(moving);
    return err;
}

enum err store_move_end(struct str folder, enum store_way way, struct fault *fault)
{
    struct moving moving;
    int64_t term = -1;
    enum err err = begin(&moving, folder, fault);

    if (!err)
        err = term_of(&moving, &term);
    if (!err && term >= 0)
        err = way == STORE_TO_ENGINE ? end_in_engine(&moving, term) : end_in_folder(&moving, term);
    end(&moving, err);
    return err;
}

#else

enum err store_move_copy(struct str folder, enum store_way way, uint64_t *ret_records, struct fault *fault)
{
    (void)folder;
    (void)way;
    (void)ret_records;
    return fault_set(fault, ERR_CONFIG, "this program was built without PostgreSQL: build it with libpq-dev installed");
}

enum err store_move_end(struct str folder, enum store_way way, struct fault *fault)
{
    (void)folder;
    (void)way;
    return fault_set(fault, ERR_CONFIG, "this program was built without PostgreSQL: build it with libpq-dev installed");
}

#endif
