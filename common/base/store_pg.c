#include "store_pg.h"

#include "clock.h"
#include "folder.h"
#include "lease.h"
#include "pg_session.h"
#include "store_engine.h"
#include "store_sum.h"

#ifdef HAVE_POSTGRESQL

#include <inttypes.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum op { OP_GET, OP_PUT, OP_PUT_NEW, OP_PUT_RISING, OP_REMOVE, OP_REMOVE_VALUE, OP_COUNT, OP_FROM, OP_BEHIND, OP_FLOOR,
          OP_TABLE_, OP_RAISE = OP_TABLE_, OP_MARK, OP_MARKED, OP_GENERATION, OP_TERM, OP_STORE_ };
enum { SLOTS = 64, NUMBERS_OF_SLOT = PG_NAMES_MAX / SLOTS, NAME_MAX_BYTES = 63, SQL_MAX = 640, MARK_BYTES = 16, TRIES = 4,
       LOOK_UP_MS = 8000, AGAIN_MS = 100, PAGE_FIRST = 8, PAGE_MAX = 512, NUMBER_FENCE = PG_NAMES_MAX - 2 };

struct pg_store {
    struct store store;                   /* store.place is the schema */
    unsigned slot;
    size_t count;
    char names[STORE_TABLES_MAX][NAME_MAX_BYTES + 1];
    bool duplicates[STORE_TABLES_MAX], absent[STORE_TABLES_MAX];
    char *sql[OP_STORE_ - OP_TABLE_ + OP_TABLE_ * STORE_TABLES_MAX];
    uint64_t term;
    char mark[MARK_BYTES];                /* of this opening of this process */
};

struct pg_txn {
    struct txn txn;
    struct pg_store *pg;
    struct pg_session *session;
    struct pg_rows **kept;
    size_t count, room;
    uint64_t generation;
};

/* Statements are prepared under numbers, which stay those of a store that is closed and opened again. */
static struct { uint8_t whose[16]; unsigned users; } slots[SLOTS];

/* %s: schema, table. The second column is for tables with duplicates, where it differs. */
static const struct { const char *plain, *duplicates; } forms[OP_STORE_] = {
    [OP_GET] = { "SELECT v FROM \"%s\".\"%s\" WHERE k=$1", "SELECT v FROM \"%s\".\"%s\" WHERE k=$1 ORDER BY v LIMIT 1" },
    [OP_PUT] = { "INSERT INTO \"%s\".\"%s\" VALUES($1,$2) ON CONFLICT(k) DO UPDATE SET v=excluded.v",
                 "INSERT INTO \"%s\".\"%s\" VALUES($1,$2) ON CONFLICT DO NOTHING" },
    [OP_PUT_NEW] = { "INSERT INTO \"%s\".\"%s\" VALUES($1,$2) ON CONFLICT DO NOTHING", NULL },
    [OP_PUT_RISING] = { "INSERT INTO \"%1$s\".\"%2$s\" SELECT $1::bytea,$2::bytea WHERE NOT EXISTS"
                        "(SELECT 1 FROM \"%1$s\".\"%2$s\" WHERE k>=$1)", NULL },
    [OP_REMOVE] = { "DELETE FROM \"%s\".\"%s\" WHERE k=$1", NULL },
    [OP_REMOVE_VALUE] = { "DELETE FROM \"%s\".\"%s\" WHERE k=$1 AND v=$2", NULL },
    [OP_COUNT] = { "SELECT count(*) FROM \"%s\".\"%s\"", NULL },
    [OP_FROM] = { "SELECT k,v FROM \"%s\".\"%s\" WHERE k>=$1 ORDER BY k LIMIT $2::bigint",
                  "SELECT k,v FROM \"%s\".\"%s\" WHERE k>=$1 ORDER BY k,v LIMIT $2::bigint" },
    [OP_BEHIND] = { "SELECT k,v FROM \"%s\".\"%s\" WHERE k>$1 ORDER BY k LIMIT $2::bigint",
                    "SELECT k,v FROM \"%s\".\"%s\" WHERE (k,v)>($1,$3) ORDER BY k,v LIMIT $2::bigint" },
    [OP_FLOOR] = { "SELECT k,v FROM \"%s\".\"%s\" WHERE k<=$1 ORDER BY k DESC LIMIT 1",
                   "(SELECT k,v FROM \"%1$s\".\"%2$s\" WHERE k=$1 ORDER BY v LIMIT 1) UNION ALL "
                   "(SELECT k,v FROM \"%1$s\".\"%2$s\" WHERE k<$1 ORDER BY k DESC,v DESC LIMIT 1) LIMIT 1" },
    [OP_RAISE] = { "UPDATE \"%s\"._store SET generation=generation+1 WHERE term=$1::bigint AND "
                   PG_AS_JUDGED("$2", "$3", "$4", "$5")
                   " RETURNING generation,set_config('idle_in_transaction_session_timeout','6000',true)", NULL },
    [OP_MARK] = { "INSERT INTO \"%s\"._writer VALUES($1,$2::bigint) "
                  "ON CONFLICT(id) DO UPDATE SET generation=excluded.generation,at=now()", NULL },
    [OP_MARKED] = { "SELECT 1 FROM \"%s\"._writer WHERE id=$1 AND generation=$2::bigint", NULL },
    [OP_GENERATION] = { "SELECT generation FROM \"%s\"._store", NULL },
    [OP_TERM] = { "SELECT term FROM \"%s\"._store", NULL },
};

/* Statements */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static const char *sql_of(struct pg_store *pg, enum op op, unsigned table, unsigned number)
{
    const char *form = op < OP_TABLE_ && pg->duplicates[table] && forms[op].duplicates ? forms[op].duplicates : forms[op].plain;
    char sql[SQL_MAX];

    if (!pg->sql[number]) {
        int len = op < OP_TABLE_ ? snprintf(sql, sizeof sql, form, pg->store.place, pg->names[table])
                                 : snprintf(sql, sizeof sql, form, pg->store.place);

        ensure(len > 0 && (size_t)len < sizeof sql);
        pg->sql[number] = strdup(sql);
    }
    return pg->sql[number];
}
#pragma GCC diagnostic pop

static void send(struct pg_txn *txn, enum op op, unsigned table, const struct str *args, size_t count)
{
    struct pg_store *pg = txn->pg;
    unsigned number = op < OP_TABLE_ ? table * OP_TABLE_ + op : OP_TABLE_ * STORE_TABLES_MAX + (op - OP_TABLE_);
    const char *sql = sql_of(pg, op, table, number);

    _Static_assert(OP_TABLE_ * STORE_TABLES_MAX + OP_STORE_ - OP_TABLE_ <= NUMBERS_OF_SLOT, "each statement has its number");
    if (sql)
        pg_send(txn->session->link, pg->slot * NUMBERS_OF_SLOT + number, sql, args, count);
}

/* It lives as long as the transaction. */
static struct pg_rows *kept(struct pg_txn *txn, struct pg_rows *rows)
{
    if (rows && txn->count == txn->room) {
        size_t room = txn->room ? 2 * txn->room : 16;
        struct pg_rows **more = realloc(txn->kept, room * sizeof(struct pg_rows *));

        if (!more) {
            pg_rows_free(rows);
            return NULL;
        }
        txn->kept = more;
        txn->room = room;
    }
    if (rows)
        txn->kept[txn->count++] = rows;
    return rows;
}

static struct pg_rows *asked(struct pg_txn *txn, enum op op, unsigned table, const struct str *args, size_t count)
{
    send(txn, op, table, args, count);
    return pg_answer(txn->session->link);
}

/* How many records a statement changed; false: the link failed. */
static bool changed(struct pg_txn *txn, enum op op, unsigned table, const struct str *args, size_t count, size_t *ret_changed)
{
    struct pg_rows *rows = asked(txn, op, table, args, count);

    if (rows)
        *ret_changed = pg_rows_changed(rows);
    pg_rows_free(rows);
    return rows;
}

static void forget_kept(struct pg_txn *txn)
{
    for (size_t i = 0; i < txn->count; i++)
        pg_rows_free(txn->kept[i]);
    free(txn->kept);
    txn->kept = NULL;
    txn->count = txn->room = 0;
}

/* Transactions */

/* OPEN: it is under way, or not known how it ended. */
enum ending { ENDED, ONCE_MORE, OPEN };

/* The writer's lock, or ONCE_MORE; ENDED: the store is another's now. */
static enum ending begin_write(struct pg_txn *txn)
{
    const struct pg_engine *engine = &txn->session->engine;
    struct pg_number term;
    struct str args[] = { pg_number(txn->pg->term, &term), str_of(engine->fsync), str_of(engine->full_pages),
                          str_of(engine->commit), str_of(engine->standbys) };
    struct pg_rows *rows;
    size_t count;

    pg_send(txn->session->link, PG_NAMES_MAX, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", NULL, 0);
    rows = asked(txn, OP_RAISE, 0, args, COUNT(args));
    count = rows ? pg_rows_count(rows) : 0;
    if (count == 1)
        txn->generation = pg_rows_number(rows, 0, 0);
    pg_rows_free(rows);
    if (count == 1)
        return OPEN;
    rows = rows ? asked(txn, OP_TERM, 0, NULL, 0) : NULL;
    if (!rows || (pg_rows_count(rows) == 1 && pg_rows_number(rows, 0, 0) == txn->pg->term)) {
        pg_rows_free(rows);
        return ONCE_MORE;                 /* locked too long, away, or its settings have changed */
    }
    pg_rows_free(rows);
    store_break();
    return ENDED;
}

static void mark(struct pg_txn *txn)
{
    struct pg_number number;
    struct str args[] = { { txn->pg->mark, MARK_BYTES }, pg_number(txn->generation, &number) };

    send(txn, OP_MARK, 0, args, COUNT(args));
    if (txn->pg->store.flags & STORE_VOLATILE)
        pg_send(txn->session->link, PG_NAMES_MAX, "SET LOCAL synchronous_commit TO off", NULL, 0);
}

/* Behind the writer's lock, which may have been waited for. Who stands still with it has it taken away by the engine, or nobody
 * else could write. */
static void fence(struct pg_txn *txn)
{
    struct str args[LEASE_FENCE_ARGS];

    if (!lease_is_shared())
        return;
    lease_fence(args);
    pg_send(txn->session->link, NUMBER_FENCE, LEASE_FENCE, args, COUNT(args));
}

/* Nothing of it is there. The lease that has lapsed may be ours still. */
static enum ending begin_again(bool fenced, enum err *ret_err)
{
    enum err err = fenced ? lease_keep_now() : ERR_OK;

    if (!err)
        return ONCE_MORE;
    *ret_err = ERR_STORE_FULL;
    if (err == ERR_IN_USE) {
        store_break();
        *ret_err = ERR_STORE_IO;
    }
    return ENDED;
}

/* All before it is answered. true: it is where it must be; false: it may be anywhere. */
static bool commit(struct pg_txn *txn)
{
    (void)pg_link_warned(txn->session->link);
    pg_send(txn->session->link, PG_NAMES_MAX, "COMMIT", NULL, 0);
    return pg_session_as_judged(txn->session) && !pg_link_warned(txn->session->link);
}

static void roll_back(struct pg_txn *txn)
{
    pg_send(txn->session->link, PG_NAMES_MAX, "ROLLBACK", NULL, 0);
}

/* ENDED: it is there, and a commit on top of it says that it is where it must be. ONCE_MORE: nothing of it is there. */
static enum ending look_once(struct pg_store *pg, uint64_t generation)
{
    struct pg_txn txn = { .txn = { &pg->store }, .pg = pg };
    struct pg_number number;
    struct str args[] = { { pg->mark, MARK_BYTES }, pg_number(generation, &number) };
    enum ending ending = OPEN;
    struct pg_rows *rows;

    if (pg_session_take(true, &txn.session, NULL))
        return OPEN;
    rows = begin_write(&txn) == OPEN ? asked(&txn, OP_MARKED, 0, args, COUNT(args)) : NULL;
    if (rows && pg_rows_count(rows) == 0) {
        roll_back(&txn);
        ending = ONCE_MORE;
    } else if (rows && pg_settle(txn.session->link) && commit(&txn)) {
        ending = ENDED;
    }
    pg_rows_free(rows);
    pg_session_give(txn.session, ending != OPEN);
    return ending;
}

static enum ending look_up(struct pg_store *pg, uint64_t generation)
{
    int64_t until_ms = clock_steady_ms() + LOOK_UP_MS;
    enum ending ending = look_once(pg, generation);

    while (ending == OPEN && !store_broken() && !pg_told_to_stop() && clock_steady_ms() < until_ms) {
        (void)poll(NULL, 0, AGAIN_MS);
        ending = look_once(pg, generation);
    }
    if (ending == OPEN)
        store_break();
    return ending;
}

/* ret_err with ENDED. */
static enum ending end_write(struct pg_txn *txn, enum err *ret_err)
{
    struct pg_session *session = txn->session;
    bool answered = true, fenced;

    if (*ret_err && !pg_link_failed(session->link)) {
        roll_back(txn);
        pg_session_give(session, true);
        return ENDED;
    }
    answered = pg_settle(session->link);
    if (answered && commit(txn)) {
        pg_session_give(session, true);
        return ENDED;
    }
    fenced = !answered && lease_is_shared() && strcmp(pg_link_state(session->link), LEASE_STATE) == 0;
    pg_session_give(session, false);
    return answered ? look_up(txn->pg, txn->generation) : begin_again(fenced, ret_err);
}

static enum ending attempt(struct pg_store *pg, store_work work, void *context, enum err *ret_err)
{
    struct pg_txn txn = { .txn = { &pg->store }, .pg = pg };
    enum ending ending;

    *ret_err = pg_session_take(true, &txn.session, NULL);
    if (*ret_err)
        return ENDED;
    ending = begin_write(&txn);
    if (ending != OPEN) {
        *ret_err = ERR_STORE_IO;
        pg_session_give(txn.session, false);
        return ending;
    }
    fence(&txn);
    mark(&txn);
    *ret_err = work(&txn.txn, context);
    forget_kept(&txn);
    return end_write(&txn, ret_err);
}

static enum err pg_write(struct store *store, store_work work, void *context, bool again)
{
    (void)again;                          /* a fail-over is no power cut: who wrote lives on, and must not be undone */
    for (int tries = 0; tries < TRIES && !store_broken(); tries++) {
        enum err err;

        if (attempt((struct pg_store *)store, work, context, &err) == ENDED)
            return err;
        if (pg_told_to_stop())
            break;
    }
    return store_broken() ? ERR_STORE_IO : ERR_STORE_FULL;
}

static enum err pg_within(struct txn *of, store_work work, void *context)
{
    struct pg_txn *txn = (struct pg_txn *)of;
    enum err err;

    pg_send(txn->session->link, PG_NAMES_MAX, "SAVEPOINT within", NULL, 0);
    err = work(of, context);
    if (err)
        pg_send(txn->session->link, PG_NAMES_MAX, "ROLLBACK TO within", NULL, 0);
    pg_send(txn->session->link, PG_NAMES_MAX, "RELEASE within", NULL, 0);
    return pg_link_failed(txn->session->link) ? ERR_STORE_FULL : err;
}

static enum err pg_read(struct store *store, store_work work, void *context)
{
    struct pg_txn txn = { .txn = { store }, .pg = (struct pg_store *)store };
    enum err err = pg_session_take(false, &txn.session, NULL);

    if (err)
        return err;
    pg_send(txn.session->link, PG_NAMES_MAX, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, 0);
    err = work(&txn.txn, context);
    forget_kept(&txn);
    if (pg_link_failed(txn.session->link))
        err = ERR_STORE_FULL;
    pg_send(txn.session->link, PG_NAMES_MAX, "COMMIT", NULL, 0);
    pg_session_give(txn.session, true);
    return err;
}

static uint64_t pg_generation(struct store *store)
{
    struct pg_txn txn = { .txn = { store }, .pg = (struct pg_store *)store };
    struct pg_rows *rows;
    uint64_t generation = 0;

    if (pg_session_take(false, &txn.session, NULL))
        return 0;
    rows = asked(&txn, OP_GENERATION, 0, NULL, 0);
    if (rows && pg_rows_count(rows) == 1)
        generation = pg_rows_number(rows, 0, 0);
    pg_rows_free(rows);
    pg_session_give(txn.session, true);
    return generation;
}

/* Records */

static bool key_fits(struct str key)
{
    return key.len > 0 && key.len <= STORE_KEY_MAX;
}

static enum err pg_get(struct txn *of, unsigned table, struct str key, struct str *ret_value)
{
    struct pg_txn *txn = (struct pg_txn *)of;
    struct pg_rows *rows;

    if (!key_fits(key))
        return ERR_TOO_LONG;
    if (txn->pg->absent[table])
        return ERR_NOT_FOUND;
    rows = kept(txn, asked(txn, OP_GET, table, &key, 1));
    if (!rows)
        return pg_link_failed(txn->session->link) ? ERR_STORE_FULL : ERR_MEMORY;
    return pg_rows_count(rows) == 0 ? ERR_NOT_FOUND : store_unsum(key, pg_rows_at(rows, 0, 0), ret_value);
}

/* args: key, value with its sum. */
static enum err put_summed(struct pg_txn *txn, unsigned table, const struct str args[2], enum store_how how)
{
    static const enum op ops[] = { [PUT_OVER] = OP_PUT, [PUT_NEW] = OP_PUT_NEW, [PUT_RISING] = OP_PUT_RISING };
    size_t count = 1;

    if (how == PUT_OVER)
        send(txn, ops[how], table, args, 2);
    else if (!changed(txn, ops[how], table, args, 2, &count))
        return ERR_STORE_FULL;
    return pg_link_failed(txn->session->link) ? ERR_STORE_FULL : count == 0 ? ERR_EXISTS : ERR_OK;
}

static char *with_sum(struct str key, struct str value, char *small, size_t size)
{
    char *bytes = value.len + STORE_SUM <= size ? small : malloc(value.len + STORE_SUM);

    if (!bytes)
        return NULL;
    if (value.len)
        memcpy(bytes, value.bytes, value.len);
    store_sum(key, value, (uint8_t *)bytes + value.len);
    return bytes;
}

static enum err pg_put(struct txn *of, unsigned table, struct str key, struct str value, enum store_how how)
{
    struct pg_txn *txn = (struct pg_txn *)of;
    char small[1024], *bytes;
    enum err err;

    if (!key_fits(key) || (txn->pg->duplicates[table] && value.len > STORE_KEY_MAX - STORE_SUM))
        return ERR_TOO_LONG;
    bytes = with_sum(key, value, small, sizeof small);
    if (!bytes)
        return ERR_MEMORY;
    err = put_summed(txn, table, (struct str[]){ key, { bytes, value.len + STORE_SUM } }, how);
    if (bytes != small)
        free(bytes);
    return err;
}

static enum err removed(struct pg_txn *txn, enum op op, unsigned table, const struct str *args, size_t count)
{
    size_t gone = 0;

    if (!changed(txn, op, table, args, count, &gone))
        return ERR_STORE_FULL;
    return gone ? ERR_OK : ERR_NOT_FOUND;
}

static enum err pg_remove(struct txn *of, unsigned table, struct str key)
{
    return key_fits(key) ? removed((struct pg_txn *)of, OP_REMOVE, table, &key, 1) : ERR_TOO_LONG;
}

static enum err pg_remove_value(struct txn *of, unsigned table, struct str key, struct str value)
{
    char small[STORE_KEY_MAX];

    if (!key_fits(key) || value.len > STORE_KEY_MAX - STORE_SUM)
        return ERR_NOT_FOUND;
    return removed((struct pg_txn *)of, OP_REMOVE_VALUE, table,
                   (struct str[]){ key, { with_sum(key, value, small, sizeof small), value.len + STORE_SUM } }, 2);
}

static uint64_t pg_count(struct txn *of, unsigned table)
{
    struct pg_txn *txn = (struct pg_txn *)of;
    struct pg_rows *rows = txn->pg->absent[table] ? NULL : asked(txn, OP_COUNT, table, NULL, 0);
    uint64_t count = rows ? pg_rows_number(rows, 0, 0) : 0;

    pg_rows_free(rows);
    return count;
}

/* Walks */

typedef enum err (*row_visit)(struct txn *txn, struct str key, struct str summed, void *context);
struct walking { struct str prefix; row_visit visit; store_visit each; store_examiner examine; void *context; bool keep; };

/* ERR_STOP: the last one was not of the prefix. */
static enum err visit_rows(struct pg_txn *txn, const struct pg_rows *rows, struct walking *walking)
{
    for (size_t i = 0; i < pg_rows_count(rows); i++) {
        struct str key = pg_rows_at(rows, i, 0);
        enum err err = !str_starts(key, walking->prefix) ? ERR_STOP
                     : walking->visit(&txn->txn, key, pg_rows_at(rows, i, 1), walking);

        if (err)
            return err;
    }
    return ERR_OK;
}

/* Page by page, each larger: most walks end soon. */
static enum err walk_pages(struct pg_txn *txn, unsigned table, struct str from, struct walking *walking)
{
    size_t page = PAGE_FIRST, got = page, many = 2;
    struct pg_rows *rows = NULL, *former;
    struct pg_number number;
    struct str args[3] = { from };
    enum err err = ERR_OK;

    for (enum op op = OP_FROM; !err && got == page; op = OP_BEHIND) {
        page = op == OP_FROM || page == PAGE_MAX ? page : 4 * page;
        args[1] = pg_number(page, &number);
        former = rows;
        rows = asked(txn, op, table, args, many);
        if (!walking->keep)
            pg_rows_free(former);
        if (walking->keep && rows)
            rows = kept(txn, rows);
        if (!rows)
            return pg_link_failed(txn->session->link) ? ERR_STORE_FULL : ERR_MEMORY;
        got = pg_rows_count(rows);
        err = visit_rows(txn, rows, walking);
        if (got > 0) {
            args[0] = pg_rows_at(rows, got - 1, 0);
            args[2] = pg_rows_at(rows, got - 1, 1);
        }
        many = txn->pg->duplicates[table] ? 3 : 2;
    }
    if (!walking->keep)
        pg_rows_free(rows);
    return err;
}

static enum err walk_row(struct txn *txn, struct str key, struct str summed, void *context)
{
    struct walking *walking = context;
    struct str value;
    enum err err = store_unsum(key, summed, &value);

    return err ? err : walking->each(txn, key, value, walking->context);
}

static enum err pg_walk(struct txn *of, unsigned table, struct str prefix, struct str from, store_visit visit, void *context)
{
    struct walking walking = { .prefix = prefix, .visit = walk_row, .each = visit, .context = context, .keep = true };
    struct pg_txn *txn = (struct pg_txn *)of;
    enum err err = ERR_OK;

    if (!txn->pg->absent[table])
        err = walk_pages(txn, table, str_compare(from, prefix) > 0 ? from : prefix, &walking);
    return err == ERR_STOP ? ERR_OK : err;
}

static enum err examine_row(struct txn *txn, struct str key, struct str summed, void *context)
{
    struct walking *walking = context;
    bool whole = store_unsum(key, summed, &summed) == ERR_OK;

    return walking->examine(txn, key, summed, whole, walking->context);
}

static enum err pg_examine(struct txn *of, unsigned table, store_examiner examine, void *context)
{
    struct walking walking = { .visit = examine_row, .examine = examine, .context = context };
    struct pg_txn *txn = (struct pg_txn *)of;

    return txn->pg->absent[table] ? ERR_OK : walk_pages(txn, table, STR_NONE, &walking);
}

static enum err pg_floor(struct txn *of, unsigned table, struct str prefix, struct str key, struct str *ret_key,
                         struct str *ret_value)
{
    struct pg_txn *txn = (struct pg_txn *)of;
    struct pg_rows *rows;
    struct str found;
    enum err err;

    if (!key_fits(key))
        return ERR_TOO_LONG;
    if (txn->pg->absent[table])
        return ERR_NOT_FOUND;
    rows = kept(txn, asked(txn, OP_FLOOR, table, &key, 1));
    if (!rows)
        return pg_link_failed(txn->session->link) ? ERR_STORE_FULL : ERR_MEMORY;
    if (pg_rows_count(rows) == 0)
        return ERR_NOT_FOUND;
    found = pg_rows_at(rows, 0, 0);
    if (!str_starts(found, prefix))
        return ERR_NOT_FOUND;
    err = store_unsum(found, pg_rows_at(rows, 0, 1), ret_value);
    if (!err)
        *ret_key = found;
    return err;
}

/* Opening */

static enum err pg_locate(const struct store_asked *asked, char **ret_place, struct fault *fault)
{
    char name[STORE_NAME_SIZE], place[NAME_MAX_BYTES + 1];

    if (!(asked->flags & STORE_READ_ONLY)) {              /* what is not a store lies there as well */
        enum err err = folder_make(asked->folder, fault);

        if (err)
            return err;
    }
    if (store_engine_judge(asked->folder, true, fault))
        return ERR_CONFIG;
    if (!store_engine_name(asked->folder, name) || snprintf(place, sizeof place, "bilag_%s", name) >= (int)sizeof place)
        return fault_set(fault, ERR_CONFIG, "the folder name " STR_FMT " is too long", STR_ARG(asked->folder));
    *ret_place = strdup(place);
    return *ret_place ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");
}

static enum err away(const struct pg_session *session, struct fault *fault)
{
    return fault_set(fault, ERR_STORE_FULL, "PostgreSQL cannot be reached: %s", pg_link_why(session->link));
}

/* Which of its tables are there. ret_there: the store itself. */
static enum err find_tables(struct pg_store *pg, struct pg_session *session, bool *ret_there, struct fault *fault)
{
    struct str schema = str_of(pg->store.place);
    struct pg_rows *rows;

    pg_send(session->link, PG_NAMES_MAX, "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace "
            "WHERE n.nspname=$1::text::name AND c.relkind='r'", &schema, 1);
    rows = pg_answer(session->link);
    if (!rows)
        return away(session, fault);
    *ret_there = false;
    for (size_t i = 0; i < pg->count; i++)
        pg->absent[i] = true;
    for (size_t row = 0; row < pg_rows_count(rows); row++) {
        struct str name = pg_rows_at(rows, row, 0);

        *ret_there |= str_equal(name, STR("_store"));
        for (size_t i = 0; i < pg->count; i++)
            if (str_equal(name, str_of(pg->names[i])))
                pg->absent[i] = false;
    }
    pg_rows_free(rows);
    return ERR_OK;
}

static void make_table(struct pg_store *pg, struct pg_session *session, size_t i)
{
    char sql[SQL_MAX];

    (void)snprintf(sql, sizeof sql, pg->duplicates[i] ? "CREATE TABLE IF NOT EXISTS \"%s\".\"%s\"" STORE_ENGINE_TABLE("k,v")
                                                      : "CREATE TABLE IF NOT EXISTS \"%s\".\"%s\"" STORE_ENGINE_TABLE("k"),
                   pg->store.place, pg->names[i]);
    pg_send(session->link, PG_NAMES_MAX, sql, NULL, 0);
}

/* One at a time: two that make the same at once would fail. */
static enum err make_tables(struct pg_store *pg, struct pg_session *session, uint32_t layout, struct fault *fault)
{
    static const char *const forms_of_store[] = {
        "CREATE SCHEMA IF NOT EXISTS \"%s\"",
        "CREATE TABLE IF NOT EXISTS \"%s\"._store" STORE_ENGINE_STORE,
        "CREATE TABLE IF NOT EXISTS \"%s\"._writer" STORE_ENGINE_WRITER,
    };
    const char *place = pg->store.place;
    char sql[SQL_MAX];

    pg_send(session->link, PG_NAMES_MAX, "BEGIN", NULL, 0);
    pg_send(session->link, PG_NAMES_MAX, "SELECT pg_advisory_xact_lock(hashtext('bilag'))", NULL, 0);
    for (size_t i = 0; i < COUNT(forms_of_store); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)snprintf(sql, sizeof sql, forms_of_store[i], place);
#pragma GCC diagnostic pop
        pg_send(session->link, PG_NAMES_MAX, sql, NULL, 0);
    }
    for (size_t i = 0; i < pg->count; i++)
        if (pg->absent[i])
            make_table(pg, session, i);
    (void)snprintf(sql, sizeof sql, "INSERT INTO \"%s\"._store VALUES(1,%u,1,1) ON CONFLICT DO NOTHING", place, layout);
    pg_send(session->link, PG_NAMES_MAX, sql, NULL, 0);
    pg_send(session->link, PG_NAMES_MAX, "COMMIT", NULL, 0);
    if (!pg_settle(session->link))
        return fault_set(fault, ERR_STORE_FULL, "the tables of the store %s cannot be made in PostgreSQL: %s", place,
                         pg_link_why(session->link));
    memset(pg->absent, 0, sizeof pg->absent);
    return ERR_OK;
}

static enum err read_layout(struct pg_store *pg, struct pg_session *session, uint32_t wanted, struct fault *fault)
{
    char sql[SQL_MAX];
    struct pg_rows *rows;
    uint64_t layout = 0;

    (void)snprintf(sql, sizeof sql, "SELECT layout, term FROM \"%s\"._store", pg->store.place);
    pg_send(session->link, PG_NAMES_MAX, sql, NULL, 0);
    rows = pg_answer(session->link);
    if (!rows)
        return away(session, fault);
    if (pg_rows_count(rows) == 1) {
        layout = pg_rows_number(rows, 0, 0);
        pg->term = pg_rows_number(rows, 0, 1);
    }
    pg_rows_free(rows);
    if (pg->term == 0)
        return fault_set(fault, ERR_CONFIG, "the store %s of PostgreSQL is being moved, or was moved back: give the same bilag "
                         "move again, or take state: postgresql: out of bilag.yaml", pg->store.place);
    if (layout == wanted)
        return ERR_OK;
    return fault_set(fault, ERR_CONFIG, "the store in %s has layout %u, this program has %u: use the version of "
                     "the program that wrote it", pg->store.place, (unsigned)layout, wanted);
}

/* An opener waits until what the last writer began has ended: what it reads then is the truth. Marks that nobody looks for any more
 * are taken away. */
static enum err first_write(struct txn *of, void *context)
{
    struct pg_txn *txn = (struct pg_txn *)of;
    char sql[SQL_MAX];

    (void)context;
    (void)snprintf(sql, sizeof sql, "DELETE FROM \"%s\"._writer WHERE at < now() - interval '1 day'", txn->pg->store.place);
    pg_send(txn->session->link, PG_NAMES_MAX, sql, NULL, 0);
    return ERR_OK;
}

static enum err open_layout(struct pg_store *pg, const struct store_asked *asked, struct fault *fault)
{
    bool write = !(asked->flags & STORE_READ_ONLY), there = false, lacks = false;
    struct pg_session *session;
    enum err err = pg_session_take(write, &session, fault);

    if (err)
        return err;
    err = find_tables(pg, session, &there, fault);
    for (size_t i = 0; i < pg->count; i++)
        lacks |= pg->absent[i];
    if (!err && !there && !write)
        err = fault_set(fault, ERR_NOT_FOUND, "there is no store %s in PostgreSQL", pg->store.place);
    if (!err && write && (!there || lacks))
        err = make_tables(pg, session, asked->layout_version, fault);
    if (!err)
        err = read_layout(pg, session, asked->layout_version, fault);
    pg_session_give(session, true);
    if (err || !write)
        return err;
    err = pg_write(&pg->store, first_write, NULL, false);
    return err ? fault_set(fault, err, "the store %s cannot be written in PostgreSQL now: another writes it, or no standby "
                           "answers", pg->store.place) : ERR_OK;
}

static void pg_close(struct store *store)
{
    struct pg_store *pg = (struct pg_store *)store;

    for (size_t i = 0; i < COUNT(pg->sql); i++)
        free(pg->sql[i]);
    slots[pg->slot].users--;
    free(store->place);
    free(pg);
}

/* The same store with the same tables. */
static void name_slot(const struct pg_store *pg, uint8_t whose[16])
{
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, NULL, 0, 16);
    (void)crypto_generichash_update(&state, (const uint8_t *)pg->store.place, strlen(pg->store.place) + 1);
    for (size_t i = 0; i < pg->count; i++)
        (void)crypto_generichash_update(&state, (const uint8_t *)pg->names[i], sizeof pg->names[i]);
    (void)crypto_generichash_final(&state, whose, 16);
}

static bool take_slot(struct pg_store *pg)
{
    static const uint8_t nobody[16];
    unsigned at = SLOTS;
    uint8_t whose[16];

    name_slot(pg, whose);
    for (unsigned i = 0; i < SLOTS; i++) {
        bool mine = memcmp(slots[i].whose, whose, sizeof whose) == 0;

        if (mine || (at == SLOTS && slots[i].users == 0 && memcmp(slots[i].whose, nobody, sizeof nobody) == 0))
            at = i;
        if (mine)
            break;
    }
    for (unsigned i = 0; at == SLOTS && i < SLOTS; i++)
        if (slots[i].users == 0) {
            at = i;
            pg_session_close_idle();      /* in which its numbers are another's statements */
        }
    if (at == SLOTS)
        return false;
    memcpy(slots[at].whose, whose, sizeof whose);
    slots[at].users++;
    pg->slot = at;
    return true;
}

static enum err pg_open(const struct store_asked *asked, char *place, struct store **ret_store, struct fault *fault)
{
    struct pg_store *pg = calloc(1, sizeof *pg);
    enum err err;

    if (!pg)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    pg->store = (struct store){ .base = &store_pg, .place = place, .flags = asked->flags };
    pg->count = asked->table_count;
    randombytes_buf(pg->mark, sizeof pg->mark);
    for (size_t i = 0; i < pg->count; i++) {
        pg->duplicates[i] = asked->tables[i][0] == '+';
        ensure(str_copy(str_of(asked->tables[i] + (pg->duplicates[i] ? 1 : 0)), pg->names[i], sizeof pg->names[i]));
    }
    if (!take_slot(pg)) {
        free(pg);
        return fault_set(fault, ERR_MEMORY, "out of memory");
    }
    err = open_layout(pg, asked, fault);
    if (err) {
        pg->store.place = NULL;           /* the caller's */
        pg_close(&pg->store);
        return err;
    }
    if (!(asked->flags & STORE_READ_ONLY))
        err = store_engine_mark(asked->folder, fault);
    if (err) {
        pg->store.place = NULL;
        pg_close(&pg->store);
        return err;
    }
    *ret_store = &pg->store;
    return ERR_OK;
}

static void pg_relax(struct store *store)
{
    (void)store;                          /* nothing of it is mapped */
}

const struct store_base store_pg = {
    .locate = pg_locate, .open = pg_open, .close = pg_close, .generation = pg_generation, .write = pg_write,
    .within = pg_within, .read = pg_read, .get = pg_get, .put = pg_put, .remove = pg_remove, .remove_value = pg_remove_value,
    .count = pg_count, .walk = pg_walk, .examine = pg_examine, .floor = pg_floor, .relax = pg_relax,
};

#endif
