#include "lease_rows.h"

#include "clock.h"
#include "lease.h"
#include "pg_session.h"
#include "store_engine.h"

#ifdef HAVE_POSTGRESQL

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NUMBER_KEEP = PG_NAMES_MAX - 3, NUMBER_LOOK = PG_NAMES_MAX - 4, NUMBER_FREE = PG_NAMES_MAX - 5,
       NUMBER_CLOCK = PG_NAMES_MAX - 6, NUMBER_WHOLE = PG_NAMES_MAX - 7, HOST_SIZE = 65, SAMPLES = 6 };

/* One that runs out later than any that was kept just now was kept by another server's clock. */
#define LAPSED "(h.until<clock_timestamp() OR h.until>clock_timestamp()+interval '11 s')"
#define SERVER "(extract(epoch FROM pg_postmaster_start_time())*1000000)::bigint"
#define ALONE  "hashtext('bilag'),hashtext('alone')"

static const char *const made_of[] = {
    "CREATE SCHEMA IF NOT EXISTS bilag_fleet",
    "CREATE TABLE IF NOT EXISTS bilag_fleet.machine(number int PRIMARY KEY, id text NOT NULL UNIQUE, name text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS bilag_fleet.holder(stage text, number int, boot bigint NOT NULL, term bigint NOT NULL, "
    "lock bigint NOT NULL, until timestamptz NOT NULL, version text NOT NULL, PRIMARY KEY(stage, number)) WITH (fillfactor=10)",
    "CREATE TABLE IF NOT EXISTS bilag_fleet.held(name text PRIMARY KEY, stage text NOT NULL, number int NOT NULL, "
    "boot bigint NOT NULL)",
    "ALTER TABLE bilag_fleet.holder ADD COLUMN IF NOT EXISTS config text NOT NULL DEFAULT ''",
};

static void say(struct pg_session *session, const char *sql)
{
    pg_send(session->link, PG_NAMES_MAX, sql, NULL, 0);
}

static struct pg_rows *asked(struct pg_session *session, unsigned number, const char *sql, const struct str *args, size_t count)
{
    pg_send(session->link, number, sql, args, count);
    return pg_answer(session->link);
}

/* The number in the first row; -1: there is none, or no answer. */
static int64_t number_of(struct pg_session *session, const char *sql, const struct str *args, size_t count)
{
    struct pg_rows *rows = asked(session, PG_NAMES_MAX, sql, args, count);
    int64_t number = rows && pg_rows_count(rows) ? (int64_t)pg_rows_number(rows, 0, 0) : -1;

    pg_rows_free(rows);
    return number;
}

static bool committed(struct pg_session *session)
{
    (void)pg_link_warned(session->link);
    say(session, "COMMIT");
    return pg_session_as_judged(session) && !pg_link_warned(session->link);
}

/* A statement alone is committed when it is settled. */
static bool settled(struct pg_session *session)
{
    return pg_settle(session->link) && !pg_link_warned(session->link);
}

static void make_tables(struct pg_session *session)
{
    if (number_of(session, "SELECT count(*) FROM information_schema.columns WHERE table_schema='bilag_fleet' AND "
                  "table_name='holder' AND column_name='config'", NULL, 0) == 1)
        return;                          /* the youngest of all */
    for (size_t i = 0; i < COUNT(made_of); i++)
        say(session, made_of[i]);
}

/* -1: no answer. */
static int64_t machine_number(struct pg_session *session, const char *machine)
{
    char host[HOST_SIZE] = "";
    struct str args[] = { str_of(machine), STR_NONE };

    (void)gethostname(host, sizeof host - 1);
    args[1] = str_of(host);
    return number_of(session, "INSERT INTO bilag_fleet.machine AS m SELECT coalesce(max(number)+1,0),$1::text,$2::text "
                     "FROM bilag_fleet.machine ON CONFLICT(id) DO UPDATE SET name=excluded.name RETURNING m.number", args, 2);
}

/* ERR_IN_USE: another has it. */
static enum err take_row(struct pg_session *session, struct lease_row *row)
{
    struct pg_number number, boot, lock;
    struct str args[] = { str_of(row->stage), pg_number((uint64_t)row->number, &number), pg_number(row->boot, &boot),
                          pg_number(row->lock, &lock), STR(BILAG_VERSION) };
    struct pg_rows *rows = asked(session, PG_NAMES_MAX,
        "INSERT INTO bilag_fleet.holder AS h VALUES($1::text,$2::bigint,$3::bigint,1,$4::bigint,"
        "clock_timestamp()+interval '10 s',$5::text) ON CONFLICT(stage,number) DO UPDATE SET boot=excluded.boot,term=h.term+1,"
        "lock=excluded.lock,until=excluded.until,version=excluded.version WHERE h.boot=0 OR h.lock=excluded.lock OR " LAPSED
        " RETURNING term," SERVER, args, COUNT(args));
    enum err err = !rows ? ERR_STORE_FULL : pg_rows_count(rows) == 0 ? ERR_IN_USE : ERR_OK;

    if (!err) {
        row->term = pg_rows_number(rows, 0, 0);
        row->server = pg_rows_number(rows, 0, 1);
    }
    pg_rows_free(rows);
    return err;
}

static enum err take(struct pg_session *session, const char *machine, int instance, struct lease_row *row, struct fault *fault)
{
    int64_t number;
    enum err err;

    say(session, "BEGIN");
    if (number_of(session, "SELECT pg_try_advisory_xact_lock_shared(" ALONE ")", NULL, 0) == 0)
        return fault_set(fault, ERR_IN_USE, "a command has the stores for itself: the stages start when it is through");
    say(session, "SELECT pg_advisory_xact_lock(hashtext('bilag'))");
    make_tables(session);
    number = machine_number(session, machine);
    row->number = (int32_t)number * LEASE_INSTANCES + instance;
    err = number < 0 ? ERR_STORE_FULL : take_row(session, row);
    if (err == ERR_IN_USE)
        return fault_set(fault, err, "bilag-%s %d of this machine's number is held by another process: it is free ten seconds "
                         "after that one was there last; two machines must not have copies of one state folder", row->stage,
                         instance);
    if (err || !committed(session))
        return fault_set(fault, ERR_STORE_FULL, "PostgreSQL gives no lease: %s", pg_link_why(session->link));
    return ERR_OK;
}

enum err lease_rows_take(const char *machine, int instance, struct lease_row *row, struct fault *fault)
{
    struct pg_session *session;
    enum err err = pg_session_take(true, &session, fault);

    if (err)
        return err;
    err = take(session, machine, instance, row, fault);
    if (err == ERR_IN_USE)
        say(session, "ROLLBACK");
    pg_session_give(session, err != ERR_STORE_FULL);
    return err;
}

enum err lease_rows_keep(struct lease_row *row)
{
    struct pg_number number, term;
    struct str args[] = { str_of(row->stage), pg_number((uint64_t)row->number, &number), pg_number(row->term, &term),
                          str_of(row->config) };
    struct pg_session *session;
    struct pg_rows *rows;
    enum err err = pg_session_take(true, &session, NULL);

    if (err)
        return err;
    (void)pg_link_warned(session->link);
    rows = asked(session, NUMBER_KEEP, "UPDATE bilag_fleet.holder SET "
                 "until=clock_timestamp()+interval '10 s',config=$4::text WHERE "
                 "stage=$1::text AND number=$2::bigint AND term=$3::bigint RETURNING " SERVER, args, COUNT(args));
    err = !rows ? ERR_STORE_FULL : pg_rows_count(rows) == 0 ? ERR_IN_USE : ERR_OK;
    if (!err)
        row->server = pg_rows_number(rows, 0, 0);
    pg_rows_free(rows);
    if (err != ERR_STORE_FULL && !settled(session))
        err = ERR_STORE_FULL;
    pg_session_give(session, err != ERR_STORE_FULL);
    return err;
}

void lease_rows_give(const struct lease_row *row)
{
    struct pg_number number, term;
    struct str args[] = { str_of(row->stage), pg_number((uint64_t)row->number, &number), pg_number(row->term, &term) };
    struct pg_session *session;

    if (pg_session_take(true, &session, NULL))
        return;
    pg_send(session->link, PG_NAMES_MAX, "UPDATE bilag_fleet.holder SET boot=0,term=term+1,until=clock_timestamp() WHERE "
            "stage=$1::text AND number=$2::bigint AND term=$3::bigint", args, COUNT(args));
    pg_session_give(session, settled(session));
}

/* One that has lapsed: whether it is over now. */
static bool ended(struct pg_session *session, const struct str *args, size_t count)
{
    struct pg_rows *rows;
    bool over;

    (void)pg_link_warned(session->link);
    rows = asked(session, PG_NAMES_MAX, "UPDATE bilag_fleet.holder AS h SET boot=0,term=term+1 WHERE stage=$1::text AND "
                 "number=$2::bigint AND boot=$3::bigint AND " LAPSED, args, count);
    over = rows && pg_rows_changed(rows) == 1;
    pg_rows_free(rows);
    return settled(session) && over;
}

struct looked { bool answered, there, lapsed; uint64_t boot; };

static struct looked look(struct pg_session *session, const struct str args[2])
{
    struct pg_rows *rows = asked(session, NUMBER_LOOK, "SELECT boot,(CASE WHEN " LAPSED " THEN 1 ELSE 0 END)::bigint FROM "
                                 "bilag_fleet.holder AS h WHERE stage=$1::text AND number=$2::bigint", args, 2);
    struct looked looked = { .answered = rows != NULL, .there = rows && pg_rows_count(rows) == 1 };

    if (looked.there) {
        looked.boot = pg_rows_number(rows, 0, 0);
        looked.lapsed = pg_rows_number(rows, 0, 1) != 0;
    }
    pg_rows_free(rows);
    return looked;
}

bool lease_rows_over(const struct lease_row *mine, int32_t number, uint64_t boot, bool judge)
{
    struct pg_number whose, its_boot;
    struct str args[] = { str_of(mine->stage), pg_number((uint64_t)number, &whose), pg_number(boot, &its_boot) };
    struct pg_session *session;
    struct looked looked;
    bool over;

    if (pg_session_take(true, &session, NULL))
        return false;
    looked = look(session, args);
    over = looked.answered && (!looked.there || looked.boot != boot);
    if (judge && looked.there && looked.lapsed && looked.boot == boot)
        over = ended(session, args, COUNT(args));
    pg_session_give(session, true);
    return over;
}

bool lease_rows_run(const struct lease_row *mine, int32_t number)
{
    struct pg_number whose;
    struct str args[] = { str_of(mine->stage), pg_number((uint64_t)number, &whose) };
    struct pg_session *session;
    struct looked looked;

    if (pg_session_take(true, &session, NULL))
        return true;                      /* cannot tell: it may */
    looked = look(session, args);
    pg_session_give(session, true);
    return !looked.answered || (looked.there && looked.boot != 0 && !looked.lapsed);
}

/* Who waits asks often: it costs no commit. */
static bool any_free(struct pg_session *session, const struct lease_row *mine, struct str names, bool judge)
{
    struct pg_number judges, boot;
    struct str args[] = { names, pg_number(judge, &judges), pg_number(mine->boot, &boot) };
    struct pg_rows *rows = asked(session, NUMBER_FREE,
        "SELECT 1 FROM unnest(string_to_array($1::text,',')) n LEFT JOIN bilag_fleet.held t ON t.name=n LEFT JOIN "
        "bilag_fleet.holder h ON h.stage=t.stage AND h.number=t.number AND h.boot=t.boot WHERE h.boot IS NULL OR "
        "h.boot=$3::bigint OR ($2::bigint=1 AND " LAPSED ") LIMIT 1", args, COUNT(args));
    bool free = rows && pg_rows_count(rows) > 0;

    pg_rows_free(rows);
    return free;
}

static struct pg_rows *win(struct pg_session *session, const struct lease_row *mine, struct str names, bool judge)
{
    struct pg_number number, boot;
    struct str args[] = { names, str_of(mine->stage), pg_number((uint64_t)mine->number, &number),
                          pg_number(mine->boot, &boot) };
    struct str fence[LEASE_FENCE_ARGS];

    say(session, "BEGIN");
    if (judge)
        pg_send(session->link, PG_NAMES_MAX, "UPDATE bilag_fleet.holder AS h SET boot=0,term=h.term+1 FROM bilag_fleet.held t "
                "WHERE t.name=ANY(string_to_array($1::text,',')) AND h.stage=t.stage AND h.number=t.number AND h.boot=t.boot AND "
                LAPSED, args, 1);
    lease_fence(fence);
    pg_send(session->link, PG_NAMES_MAX, LEASE_FENCE, fence, COUNT(fence));
    return asked(session, PG_NAMES_MAX,
                 "INSERT INTO bilag_fleet.held AS t SELECT n,$2::text,$3::bigint,$4::bigint FROM "
                 "unnest(string_to_array($1::text,',')) n ON CONFLICT(name) DO UPDATE SET stage=excluded.stage,"
                 "number=excluded.number,boot=excluded.boot WHERE NOT EXISTS(SELECT 1 FROM bilag_fleet.holder h WHERE "
                 "h.stage=t.stage AND h.number=t.number AND h.boot=t.boot AND h.boot<>excluded.boot) RETURNING name", args, COUNT(args));
}

enum err lease_rows_win(const struct lease_row *mine, struct str names, bool judge,
                        void (*won)(struct str name, void *context), void *context)
{
    struct pg_rows *rows = NULL;
    struct pg_session *session;
    enum err err = pg_session_take(true, &session, NULL);

    if (err)
        return err;
    if (any_free(session, mine, names, judge)) {
        rows = win(session, mine, names, judge);
        err = rows && committed(session) ? ERR_OK : ERR_STORE_FULL;
    }
    for (size_t i = 0; !err && rows && i < pg_rows_count(rows); i++)
        won(pg_rows_at(rows, i, 0), context);
    pg_rows_free(rows);
    pg_session_give(session, !err);
    return err;
}

enum err lease_rows_whole(const struct lease_row *mine, bool *ret_here, bool *ret_elsewhere)
{
    struct pg_number machine;
    struct str args[] = { pg_number((uint64_t)(mine->number / LEASE_INSTANCES), &machine) };
    struct pg_session *session;
    struct pg_rows *rows;
    enum err err = pg_session_take(true, &session, NULL);

    if (err)
        return err;
    rows = asked(session, NUMBER_WHOLE,
        "SELECT (CASE WHEN number/64=$1::bigint THEN 1 ELSE 0 END)::bigint FROM bilag_fleet.holder WHERE boot<>0 AND "
        "until>clock_timestamp() AND stage IN ('ingest','mapper','validator','uploader','invoicer') GROUP BY number/64 "
        "HAVING count(DISTINCT stage)=5", args, COUNT(args));
    err = rows ? ERR_OK : ERR_STORE_FULL;
    *ret_here = *ret_elsewhere = false;
    for (size_t i = 0; rows && i < pg_rows_count(rows); i++)
        *(pg_rows_number(rows, i, 0) ? ret_here : ret_elsewhere) = true;
    pg_rows_free(rows);
    pg_session_give(session, !err);
    return err;
}

void lease_rows_drop(const struct lease_row *mine, struct str name)
{
    struct pg_number boot;
    struct str args[] = { name, pg_number(mine->boot, &boot) };
    struct pg_session *session;

    if (pg_session_take(true, &session, NULL))
        return;                           /* it is over with the lease */
    pg_send(session->link, PG_NAMES_MAX, "DELETE FROM bilag_fleet.held WHERE name=$1::text AND boot=$2::bigint", args,
            COUNT(args));
    pg_session_give(session, settled(session));
}

void lease_rows_fence(const struct lease_row *row, struct str args[])
{
    static struct pg_number number, term;

    args[0] = str_of(row->stage);
    args[1] = pg_number((uint64_t)row->number, &number);
    args[2] = pg_number(row->term, &term);
}

/* Who sleeps with a lease that has lapsed is not waited for, and wakes without it. */
static enum err nobody_runs(struct pg_session *session, struct fault *fault)
{
    struct pg_rows *rows;
    enum err err = ERR_OK;

    if (number_of(session, "SELECT count(*) FROM pg_tables WHERE schemaname='bilag_fleet' AND tablename='held'", NULL, 0) == 0)
        return ERR_OK;
    say(session, "UPDATE bilag_fleet.holder AS h SET boot=0,term=term+1 WHERE boot<>0 AND " LAPSED);
    rows = asked(session, PG_NAMES_MAX, "SELECT h.stage,m.name FROM bilag_fleet.holder h JOIN bilag_fleet.machine m ON "
                 "m.number=h.number/64 WHERE h.boot<>0 ORDER BY 2,1 LIMIT 1", NULL, 0);
    if (rows && pg_rows_count(rows) == 1)
        err = fault_set(fault, ERR_IN_USE, "bilag-" STR_FMT " runs on the machine " STR_FMT ": stop all stages on all machines "
                        "first; one that was killed counts as running for ten seconds", STR_ARG(pg_rows_at(rows, 0, 0)),
                        STR_ARG(pg_rows_at(rows, 0, 1)));
    else if (!rows || !settled(session))
        err = fault_set(fault, ERR_STORE_FULL, "PostgreSQL cannot be reached: %s", pg_link_why(session->link));
    pg_rows_free(rows);
    return err;
}

enum err lease_alone(struct fault *fault)
{
    struct pg_session *session;
    enum err err;

    if (!store_engine())
        return ERR_OK;
    err = pg_session_take(true, &session, fault);
    if (err)
        return err;
    if (number_of(session, "SELECT pg_try_advisory_lock(" ALONE ")", NULL, 0) != 1)
        err = fault_set(fault, ERR_IN_USE, "another command has the stores for itself, or a stage is just starting: try again");
    if (!err)
        err = nobody_runs(session, fault);
    if (err)
        pg_session_give(session, false);
    return err;                           /* the lock lives as long as the connection, which is nobody else's */
}

/* The quickest of some answers knows best: the moment that it tells lies somewhere in the time that it took. */
enum err lease_clock(int64_t *ret_ahead_us, int64_t *ret_unsure_us)
{
    int64_t quickest_us = INT64_MAX;
    struct pg_session *session;
    enum err err = pg_session_take(true, &session, NULL);

    if (err)
        return err;
    for (int i = 0; i < SAMPLES && !err; i++) {
        int64_t asked_us = clock_steady_us(), took_us;
        struct pg_rows *rows = asked(session, NUMBER_CLOCK, "SELECT (extract(epoch FROM clock_timestamp())*1000000)::bigint",
                                     NULL, 0);

        took_us = clock_steady_us() - asked_us;
        if (!rows)
            err = ERR_STORE_FULL;
        if (rows && took_us < quickest_us) {
            quickest_us = took_us;
            *ret_ahead_us = (int64_t)pg_rows_number(rows, 0, 0) - asked_us - took_us / 2;
            *ret_unsure_us = took_us / 2 + 1;
        }
        pg_rows_free(rows);
    }
    pg_session_give(session, !err);
    return err;
}

#else

enum err lease_clock(int64_t *ret_ahead_us, int64_t *ret_unsure_us)
{
    *ret_ahead_us = *ret_unsure_us = 0;
    return ERR_OK;
}

enum err lease_alone(struct fault *fault)
{
    (void)fault;
    return ERR_OK;
}

#endif
