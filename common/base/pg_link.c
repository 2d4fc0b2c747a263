#include "pg_link.h"

#include "clock.h"

#ifdef HAVE_POSTGRESQL

#include <dlfcn.h>
#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PENDING_MAX = 256, SLICE_MS = 200, STOP_MS = 1000, NAME_WORDS = PG_NAMES_MAX / 64 };

#define FUNCTIONS(X) \
    X(PQclear) X(PQcmdTuples) X(PQconnectPoll) X(PQconnectStartParams) X(PQconsumeInput) X(PQenterPipelineMode) \
    X(PQerrorMessage) X(PQfinish) X(PQflush) X(PQgetResult) X(PQgetlength) X(PQgetvalue) X(PQisBusy) X(PQntuples) \
    X(PQpipelineSync) X(PQresultErrorField) X(PQresultErrorMessage) X(PQresultStatus) X(PQsendPrepare) \
    X(PQsendQueryParams) X(PQsendQueryPrepared) X(PQsetNoticeReceiver) X(PQsetnonblocking) X(PQsocket) X(PQstatus)

#define MEMBER(name) __typeof__(&name) name;
static struct { FUNCTIONS(MEMBER) } pq;
#undef MEMBER

struct pg_link {
    PGconn *conn;
    size_t pending;                       /* answers that have not been looked at, syncs too */
    bool failed, warned;
    bool unsynced;                        /* statements since the last sync are one implicit transaction */
    uint64_t prepared[NAME_WORDS];
    char state[6];
    struct fault why;
};

static enum err load(struct fault *fault)
{
    static const char *const names[] = {
#define NAME(name) #name,
        FUNCTIONS(NAME)
#undef NAME
    };
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    void **at = (void **)&pq;

    _Static_assert(sizeof pq == COUNT(names) * sizeof(void *), "pointers and nothing else");
    if (!library)
        return fault_set(fault, ERR_CONFIG, "PostgreSQL's library libpq.so.5 is not there: install libpq5");
    for (size_t i = 0; i < COUNT(names); i++) {
        at[i] = dlsym(library, names[i]);
        if (!at[i])
            return fault_set(fault, ERR_CONFIG, "PostgreSQL's library libpq.so.5 has no %s: install libpq5 of Debian 12",
                             names[i]);
    }
    return ERR_OK;
}

/* Called with any notice; client_min_messages leaves warnings and worse. */
static void noticed(void *context, const PGresult *result)
{
    struct pg_link *link = context;

    (void)result;
    link->warned = true;
}

static void fail(struct pg_link *link, const char *state, const char *why)
{
    size_t len;

    if (link->failed)
        return;
    link->failed = true;
    (void)str_copy(str_of(state), link->state, sizeof link->state);
    (void)snprintf(link->why.text, sizeof link->why.text, "%s", why ? why : "");
    len = strcspn(link->why.text, "\n");
    link->why.text[len] = '\0';
}

static bool hurried;

void pg_hurry(void)
{
    hurried = true;
}

bool pg_told_to_stop(void)
{
    sigset_t set;

    if (hurried)
        return true;
    return sigpending(&set) == 0 && (sigismember(&set, SIGTERM) == 1 || sigismember(&set, SIGINT) == 1);
}

/* false: nothing came until then, or within a second more after the process was told to stop. */
static bool wait_for(struct pg_link *link, short events, int64_t until_ms)
{
    for (;;) {
        struct pollfd fd = { pq.PQsocket(link->conn), events, 0 };
        int64_t now = clock_steady_ms();

        if (until_ms > now + STOP_MS && pg_told_to_stop())
            until_ms = now + STOP_MS;
        if (fd.fd < 0 || now > until_ms)
            return false;
        if (poll(&fd, 1, (int)(until_ms - now < SLICE_MS ? until_ms - now : SLICE_MS)) > 0)
            return true;
    }
}

static bool connected(struct pg_link *link)
{
    int64_t until_ms = clock_steady_ms() + PG_PATIENCE_MS;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;

    while (pq.PQstatus(link->conn) != CONNECTION_BAD && state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
        if (!wait_for(link, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until_ms)) {
            fail(link, "", "no answer");
            return false;
        }
        state = pq.PQconnectPoll(link->conn);
    }
    if (pq.PQstatus(link->conn) == CONNECTION_OK)
        return true;
    fail(link, "", pq.PQerrorMessage(link->conn));
    return false;
}

/* What stands before the conninfo is said otherwise by it. */
static PGconn *begin_connecting(const char *conninfo)
{
    static const char *const names[] = { "connect_timeout", "tcp_user_timeout", "keepalives_idle", "keepalives_interval",
                                         "keepalives_count", "gssencmode", "application_name", "target_session_attrs", "dbname",
                                         NULL };
    const char *values[] = { "3", "3000", "3", "1", "3", "disable", "bilag", "any", conninfo, NULL };

    _Static_assert(COUNT(names) == COUNT(values), "a value for each name");
    return pq.PQconnectStartParams(names, values, 1);
}

enum err pg_link_open(const char *conninfo, struct pg_link **ret_link, struct fault *fault)
{
    static bool loaded;
    struct pg_link *link;
    enum err err = loaded ? ERR_OK : load(fault);

    if (err)
        return err;
    loaded = true;
    link = calloc(1, sizeof *link);
    if (!link)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    link->conn = begin_connecting(conninfo);
    if (link->conn && connected(link) && pq.PQsetnonblocking(link->conn, 1) == 0 && pq.PQenterPipelineMode(link->conn)) {
        (void)pq.PQsetNoticeReceiver(link->conn, noticed, link);
        *ret_link = link;
        return ERR_OK;
    }
    err = fault_set(fault, ERR_STORE_FULL, "PostgreSQL cannot be reached: %s", link->why.text);
    pg_link_close(link);
    return err;
}

void pg_link_close(struct pg_link *link)
{
    if (!link)
        return;
    if (link->conn)
        pq.PQfinish(link->conn);
    free(link);
}

bool pg_link_failed(const struct pg_link *link)
{
    return link->failed;
}

const char *pg_link_state(const struct pg_link *link)
{
    return link->state;
}

const char *pg_link_why(const struct pg_link *link)
{
    return link->why.text;
}

bool pg_link_warned(struct pg_link *link)
{
    bool warned = link->warned;

    link->warned = false;
    return warned;
}

/* What waits to leave leaves, and what comes meanwhile is taken in, or both ends would wait for each other. */
static bool flushed(struct pg_link *link, int64_t until_ms)
{
    int rest;

    while ((rest = pq.PQflush(link->conn)) > 0)
        if (!wait_for(link, POLLIN | POLLOUT, until_ms) || !pq.PQconsumeInput(link->conn))
            break;
    if (rest != 0)
        fail(link, "", rest < 0 ? pq.PQerrorMessage(link->conn) : "no answer");
    return rest == 0;
}

static bool arrived(struct pg_link *link, int64_t until_ms)
{
    while (pq.PQisBusy(link->conn)) {
        if (!wait_for(link, POLLIN, until_ms)) {
            fail(link, "", "no answer");
            return false;
        }
        if (!pq.PQconsumeInput(link->conn)) {
            fail(link, "", pq.PQerrorMessage(link->conn));
            return false;
        }
    }
    return true;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = pq.PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_SYNC;
}

/* The next answer; NULL: failed. A statement's is followed by a NULL, a sync's by none. */
static PGresult *next(struct pg_link *link)
{
    int64_t until_ms = clock_steady_ms() + PG_PATIENCE_MS;
    PGresult *result = arrived(link, until_ms) ? pq.PQgetResult(link->conn) : NULL, *rest;

    if (!result) {
        fail(link, "", pq.PQerrorMessage(link->conn));
        return NULL;
    }
    link->pending--;
    if (!is_good(result)) {
        fail(link, pq.PQresultErrorField(result, PG_DIAG_SQLSTATE), pq.PQresultErrorMessage(result));
        pq.PQclear(result);
        return NULL;
    }
    if (pq.PQresultStatus(result) == PGRES_PIPELINE_SYNC)
        return result;
    while (arrived(link, until_ms) && (rest = pq.PQgetResult(link->conn)))
        pq.PQclear(rest);
    if (!link->failed)
        return result;
    pq.PQclear(result);
    return NULL;
}

/* Until so many are left. */
static void drain(struct pg_link *link, size_t left)
{
    while (!link->failed && link->pending > left)
        pq.PQclear(next(link));
}

/* All that was asked is answered then, and a server has nothing else to say but that it ends, or that its settings are others. */
bool pg_link_alive(struct pg_link *link)
{
    struct pollfd fd = { pq.PQsocket(link->conn), POLLIN, 0 };

    drain(link, 0);
    return !link->failed && fd.fd >= 0 && poll(&fd, 1, 0) == 0;
}

static bool sent(struct pg_link *link, int done)
{
    link->unsynced = true;
    if (done)
        link->pending++;
    else
        fail(link, "", pq.PQerrorMessage(link->conn));
    return done;
}

/* With a sync, whose answer stays pending: behind one a server knows that it waits for us, and how long. */
static bool request(struct pg_link *link)
{
    if (link->failed || !sent(link, pq.PQpipelineSync(link->conn)))
        return false;
    link->unsynced = false;
    return flushed(link, clock_steady_ms() + PG_PATIENCE_MS);
}

void pg_send(struct pg_link *link, unsigned number, const char *sql, const struct str *args, size_t count)
{
    const char *values[PG_ARGS_MAX];
    int lengths[PG_ARGS_MAX], formats[PG_ARGS_MAX];
    uint64_t bit = (uint64_t)1 << (number % 64), *word = number < PG_NAMES_MAX ? &link->prepared[number / 64] : NULL;
    char name[16];

    ensure(count <= PG_ARGS_MAX);
    if (link->failed)
        return;
    for (size_t i = 0; i < count; i++) {
        values[i] = args[i].bytes ? args[i].bytes : "";
        lengths[i] = (int)args[i].len;
        formats[i] = 1;
    }
    if (!word) {
        (void)sent(link, pq.PQsendQueryParams(link->conn, sql, (int)count, NULL, values, lengths, formats, 1));
        return;
    }
    (void)snprintf(name, sizeof name, "s%u", number);
    if (!(*word & bit) && !sent(link, pq.PQsendPrepare(link->conn, name, sql, 0, NULL)))
        return;
    *word |= bit;
    (void)sent(link, pq.PQsendQueryPrepared(link->conn, name, (int)count, values, lengths, formats, 1));
    if (link->pending >= PENDING_MAX && request(link))
        drain(link, 0);
}

struct pg_rows *pg_answer(struct pg_link *link)
{
    ensure(link->failed || link->pending > 0);
    if (!request(link))
        return NULL;
    drain(link, 2);
    return link->failed ? NULL : (struct pg_rows *)next(link);
}

bool pg_settle(struct pg_link *link)
{
    pg_part(link);
    drain(link, 0);
    return !link->failed;
}

void pg_part(struct pg_link *link)
{
    if (link->failed || !link->unsynced || !sent(link, pq.PQpipelineSync(link->conn)))
        return;
    link->unsynced = false;
    (void)flushed(link, clock_steady_ms() + PG_PATIENCE_MS);
}

struct str pg_number(uint64_t value, struct pg_number *number)
{
    for (size_t i = 0; i < 8; i++)
        number->bytes[i] = (char)(uint8_t)(value >> (56 - 8 * i));
    return (struct str){ number->bytes, 8 };
}

size_t pg_rows_count(const struct pg_rows *rows)
{
    return (size_t)pq.PQntuples((const PGresult *)rows);
}

size_t pg_rows_changed(const struct pg_rows *rows)
{
    return strtoul(pq.PQcmdTuples((PGresult *)(uintptr_t)rows), NULL, 10);
}

struct str pg_rows_at(const struct pg_rows *rows, size_t row, int column)
{
    const PGresult *result = (const PGresult *)rows;

    return (struct str){ pq.PQgetvalue(result, (int)row, column), (size_t)pq.PQgetlength(result, (int)row, column) };
}

void pg_rows_free(struct pg_rows *rows)
{
    if (rows)
        pq.PQclear((PGresult *)rows);
}

uint64_t pg_rows_number(const struct pg_rows *rows, size_t row, int column)
{
    struct str bytes = pg_rows_at(rows, row, column);
    uint64_t number = 0;

    for (size_t i = 0; i < bytes.len; i++)
        number = number << 8 | (uint8_t)bytes.bytes[i];
    return number;
}

#endif
