#include "pg_session.h"

#include "clock.h"
#include "log.h"
#include "store_engine.h"

#ifdef HAVE_POSTGRESQL

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AWAY_MS = 1000, STOPPING_MS = 10000, AS_JUDGED = PG_NAMES_MAX - 1 };

static struct {
    pid_t owner;
    struct pg_session *idle;
    struct fault away;                    /* why, until then */
    int64_t away_until_ms;
    struct fault told;
} pool;

/* Said when it begins, when it is something else, and when it is over. */
static void tell(const char *why)
{
    if (strcmp(pool.told.text, why) == 0)
        return;
    (void)snprintf(pool.told.text, sizeof pool.told.text, "%s", why);
    if (why[0])
        log_fact("level=error what=\"nothing can be kept now\" why=\"%s\"", why);
    else
        log_fact("level=info what=\"PostgreSQL is back\"");
}

static enum err settle_session(struct pg_session *session, struct fault *fault)
{
    char sql[512];
    enum err err = pg_engine_ask(session->link, &session->engine, fault);

    if (err)
        return err;
    /* Tables grow behind a plan that was made for an empty one: there is one right way to each record, the index. */
    (void)snprintf(sql, sizeof sql,
                   "SELECT set_config('client_min_messages','warning',false), set_config('lock_timeout','%d',false), "
                   "set_config('plan_cache_mode','force_generic_plan',false), set_config('enable_seqscan','off',false), "
                   "set_config('enable_bitmapscan','off',false), set_config('enable_sort','off',false), "
                   "set_config('jit','off',false), set_config('tcp_keepalives_idle','5',false), "
                   "set_config('tcp_keepalives_interval','2',false), set_config('tcp_keepalives_count','3',false)", PG_LOCK_MS);
    pg_send(session->link, PG_NAMES_MAX, sql, NULL, 0);
    if (!pg_settle(session->link))
        return fault_set(fault, ERR_STORE_FULL, "PostgreSQL cannot be reached: %s", pg_link_why(session->link));
    if (pg_engine_judge(&session->engine, store_engine()->replicas, &session->refused) == ERR_OK)
        session->refused.text[0] = '\0';
    return ERR_OK;
}

static enum err open_session(struct pg_session **ret_session, struct fault *fault)
{
    struct pg_session *session = calloc(1, sizeof *session);
    enum err err;

    if (!session)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    err = pg_link_open(store_engine()->conninfo, &session->link, fault);
    if (!err)
        err = settle_session(session, fault);
    if (err) {
        pg_link_close(session->link);
        free(session);
        return err;
    }
    *ret_session = session;
    return ERR_OK;
}

static void close_session(struct pg_session *session)
{
    pg_link_close(session->link);
    free(session);
}

/* Who was told to stop waits for one that gave no answer once, and not for the next as well. */
static void close_failed(struct pg_session *session)
{
    if (pg_link_failed(session->link) && pg_told_to_stop()) {
        (void)snprintf(pool.away.text, sizeof pool.away.text, "PostgreSQL cannot be reached: %s", pg_link_why(session->link));
        pool.away_until_ms = clock_steady_ms() + STOPPING_MS;
    }
    close_session(session);
}

static struct pg_session *take_idle(bool write)
{
    if (pool.owner != getpid()) {         /* the parent's: closing them would say farewell in its name */
        pool.owner = getpid();
        pool.idle = NULL;
        pool.away_until_ms = 0;
    }
    while (pool.idle) {
        struct pg_session *session = pool.idle;

        pool.idle = session->next;
        if (pg_link_alive(session->link) && !(write && session->refused.text[0]))
            return session;
        close_failed(session);
    }
    return NULL;
}

/* As long again as it took to find out: who asks ten times in a turn waits once. Who was told to stop asks no more. */
static int64_t away_until_ms(int64_t began_ms)
{
    int64_t now = clock_steady_ms(), took = now - began_ms;

    return now + (pg_told_to_stop() ? STOPPING_MS : took > AWAY_MS ? took : AWAY_MS);
}

static enum err be_away(enum err err, struct fault *fault, const struct fault *why)
{
    tell(why->text);
    if (fault)
        *fault = *why;
    return err;
}

enum err pg_session_take(bool write, struct pg_session **ret_session, struct fault *fault)
{
    bool ended = pg_told_to_stop() && clock_steady_ms() < pool.away_until_ms;
    struct pg_session *session = ended ? NULL : take_idle(write);
    int64_t began_ms = clock_steady_ms();
    struct fault why = { "" };
    enum err err;

    if (!session && clock_steady_ms() < pool.away_until_ms)
        return be_away(ERR_STORE_FULL, fault, &pool.away);
    err = session ? ERR_OK : open_session(&session, &why);
    if (err) {
        pool.away = why;
        pool.away_until_ms = away_until_ms(began_ms);
        return be_away(err, fault, &why);
    }
    if (write && session->refused.text[0]) {
        why = session->refused;
        close_session(session);           /* the next one is judged anew */
        return be_away(ERR_STORE_FULL, fault, &why);
    }
    if (write)
        tell("");
    session->next = NULL;
    *ret_session = session;
    return ERR_OK;
}

void pg_session_give(struct pg_session *session, bool fine)
{
    pg_part(session->link);
    if (!fine || pg_link_failed(session->link)) {
        if (pg_link_failed(session->link))
            log_fact("level=warning what=\"a transaction in PostgreSQL was broken off\" state=%s why=\"%s\"",
                     pg_link_state(session->link), pg_link_why(session->link));
        close_failed(session);
        return;
    }
    session->next = pool.idle;
    pool.idle = session;
}

bool pg_session_as_judged(struct pg_session *session)
{
    const struct pg_engine *engine = &session->engine;
    struct str args[] = { str_of(engine->fsync), str_of(engine->full_pages), str_of(engine->commit), str_of(engine->standbys) };
    struct pg_rows *rows;
    bool same;

    pg_send(session->link, AS_JUDGED, "SELECT 1 WHERE " PG_AS_JUDGED("$1", "$2", "$3", "$4"), args, COUNT(args));
    rows = pg_answer(session->link);
    same = rows && pg_rows_count(rows) == 1;
    pg_rows_free(rows);
    return same;
}

void pg_session_close_idle(void)
{
    for (struct pg_session *session = take_idle(false); session; session = take_idle(false))
        close_session(session);
}

#endif
