#include "pg_engine.h"

#include "pg_link.h"

#ifdef HAVE_POSTGRESQL

#include <string.h>

static bool is(const char *text, const char *wanted)
{
    return strcmp(text, wanted) == 0;
}

static bool is_standby(const struct pg_engine *engine)
{
    return is(engine->standby, "t");
}

static bool is_read_only(const struct pg_engine *engine)
{
    return is(engine->read_only, "on");
}

static bool has_no_fsync(const struct pg_engine *engine)
{
    return !is(engine->fsync, "on");
}

static bool has_half_pages(const struct pg_engine *engine)
{
    return !is(engine->full_pages, "on");
}

static bool is_asynchronous(const struct pg_engine *engine)
{
    return is(engine->commit, "off");
}

static bool is_alone(const struct pg_engine *engine)
{
    return strspn(engine->standbys, " ") == strlen(engine->standbys);
}

/* local and remote_write do not wait until the standby's disk has it. */
static bool waits_too_little(const struct pg_engine *engine)
{
    return !is(engine->commit, "on") && !is(engine->commit, "remote_apply");
}

static const struct { unsigned replicas; bool (*wrong)(const struct pg_engine *engine); const char *sentence; } rules[] = {
    { 1, is_standby,       "PostgreSQL is refused: this server is a standby, which takes no writes; name the primary, or all hosts" },
    { 1, is_read_only,     "PostgreSQL is refused: this server is read-only (default_transaction_read_only)" },
    { 1, has_no_fsync,     "PostgreSQL is refused: fsync is off, and a power cut would undo what it acknowledged; set fsync = on" },
    { 1, has_half_pages,   "PostgreSQL is refused: full_page_writes is off, and a power cut may tear its pages; set it to on" },
    { 1, is_asynchronous,  "PostgreSQL is refused: synchronous_commit is off, so it acknowledges what no disk has; set it to on" },
    { 2, is_alone,         "PostgreSQL is refused: no standby is named, so it acknowledges alone; set synchronous_standby_names, or replicas: 1" },
    { 2, waits_too_little, "PostgreSQL is refused: synchronous_commit does not wait for the standby's disk; set it to on" },
};

enum err pg_engine_ask(struct pg_link *link, struct pg_engine *ret_engine, struct fault *fault)
{
    struct pg_engine engine;
    char *const at[] = { engine.standby, engine.read_only, engine.fsync, engine.full_pages, engine.commit, engine.standbys };
    const size_t sizes[] = { sizeof engine.standby, sizeof engine.read_only, sizeof engine.fsync, sizeof engine.full_pages,
                             sizeof engine.commit, sizeof engine.standbys };
    struct pg_rows *rows;

    pg_send(link, PG_NAMES_MAX,
            "SELECT CASE WHEN pg_is_in_recovery() THEN 't' ELSE 'f' END, current_setting('transaction_read_only'), "
            "current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'), "
            "current_setting('synchronous_standby_names')", NULL, 0);
    rows = pg_answer(link);
    for (size_t i = 0; rows && i < COUNT(at); i++)
        if (!str_copy(pg_rows_at(rows, 0, (int)i), at[i], sizes[i])) {
            pg_rows_free(rows);
            return fault_set(fault, ERR_STORE_FULL,
                             "PostgreSQL is refused: its synchronous_standby_names are longer than 511 characters");
        }
    if (!rows)
        return fault_set(fault, ERR_STORE_FULL, "PostgreSQL cannot be reached: %s", pg_link_why(link));
    pg_rows_free(rows);
    *ret_engine = engine;
    return ERR_OK;
}

enum err pg_engine_judge(const struct pg_engine *engine, unsigned replicas, struct fault *fault)
{
    for (size_t i = 0; i < COUNT(rules); i++)
        if (replicas >= rules[i].replicas && rules[i].wrong(engine))
            return fault_set(fault, ERR_STORE_FULL, "%s", fault_words(rules[i].sentence));
    return ERR_OK;
}

#endif
