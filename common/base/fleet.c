#include "fleet.h"

#include "lease.h"
#include "pg_session.h"
#include "store_engine.h"

uint64_t fleet_lost(const struct fleet *fleet)
{
    uint64_t lost = 0;

    for (size_t i = 0; i < fleet->machine_count; i++)
        for (size_t k = 0; k < fleet->machines[i].count; k++)
            if (fleet->machines[i].instances[k].ran_out_ms) {
                lost++;
                break;
            }
    return lost;
}

uint64_t fleet_differing(const struct fleet *fleet)
{
    uint64_t differing = 0;

    for (size_t i = 0; i < fleet->machine_count; i++)
        for (size_t k = 0; k < fleet->machines[i].count; k++)
            if (fleet->machines[i].instances[k].differs) {
                differing++;
                break;
            }
    return differing;
}

#ifdef HAVE_POSTGRESQL

static struct pg_rows *asked(struct pg_session *session, const char *sql)
{
    pg_send(session->link, PG_NAMES_MAX, sql, NULL, 0);
    return pg_answer(session->link);
}

static struct str text_at(const struct pg_rows *rows, size_t row, int column, struct arena *arena)
{
    return arena_copy(arena, pg_rows_at(rows, row, column));
}

static bool look_at_server(struct pg_session *session, struct arena *arena, struct fleet *fleet)
{
    struct pg_rows *rows = asked(session,
        "SELECT (CASE WHEN pg_is_in_recovery() THEN 0 ELSE 1 END)::bigint,coalesce(host(inet_server_addr())||':'||inet_server_port(),"
        "current_setting('unix_socket_directories')),current_setting('server_version'),current_setting('synchronous_standby_names')");
    bool there = rows && pg_rows_count(rows) == 1;

    if (there) {
        fleet->primary = pg_rows_number(rows, 0, 0) == 1;
        fleet->server = text_at(rows, 0, 1, arena);
        fleet->version = text_at(rows, 0, 2, arena);
        fleet->waits_for = text_at(rows, 0, 3, arena);
    }
    pg_rows_free(rows);
    return there;
}

static bool look_at_standbys(struct pg_session *session, struct arena *arena, struct fleet *fleet)
{
    struct pg_rows *rows = asked(session,
        "SELECT coalesce(application_name,''),coalesce(sync_state,''),(CASE WHEN pg_is_in_recovery() OR flush_lsn IS NULL THEN -1 "
        "ELSE pg_wal_lsn_diff(pg_current_wal_lsn(),flush_lsn) END)::bigint,coalesce(extract(epoch FROM flush_lag)*1000,0)::bigint "
        "FROM pg_stat_replication ORDER BY 1");

    if (!rows)
        return false;
    fleet->standby_count = pg_rows_count(rows);
    fleet->standbys = arena_array(arena, fleet->standby_count + 1, sizeof *fleet->standbys);
    for (size_t i = 0; fleet->standbys && i < fleet->standby_count; i++)
        fleet->standbys[i] = (struct fleet_standby){ text_at(rows, i, 0, arena), text_at(rows, i, 1, arena),
                                                     (int64_t)pg_rows_number(rows, i, 2), (int64_t)pg_rows_number(rows, i, 3) };
    pg_rows_free(rows);
    return fleet->standbys != NULL;
}

/* Rows come by machine. */
static void take_row(const struct pg_rows *rows, size_t row, struct str here, struct arena *arena, struct fleet *fleet,
                     struct fleet_instance *instances)
{
    int32_t number = (int32_t)pg_rows_number(rows, row, 0);
    size_t last = fleet->machine_count;
    int64_t left_ms = (int64_t)pg_rows_number(rows, row, 6);

    if (last == 0 || fleet->machines[last - 1].number != number)
        fleet->machines[fleet->machine_count++] =
            (struct fleet_machine){ text_at(rows, row, 1, arena), number, str_equal(pg_rows_at(rows, row, 2), here),
                                    instances + row, 0 };
    fleet->machines[fleet->machine_count - 1].count++;
    instances[row] = (struct fleet_instance){ text_at(rows, row, 3, arena), text_at(rows, row, 5, arena),
                                              text_at(rows, row, 8, arena),
                                              (int)pg_rows_number(rows, row, 4) % LEASE_INSTANCES, left_ms < 0 ? -left_ms : 0,
                                              pg_rows_number(rows, row, 7), false };
}

static bool look_at_machines(struct pg_session *session, struct str here, struct arena *arena, struct fleet *fleet)
{
    struct fleet_instance *instances;
    struct pg_rows *rows = asked(session,
        "SELECT m.number,m.name,m.id,h.stage,h.number,h.version,(extract(epoch FROM h.until-clock_timestamp())*1000)::bigint,"
        "(SELECT count(*) FROM bilag_fleet.held t WHERE t.stage='mapper' AND t.stage=h.stage AND t.number=h.number AND "
        "t.boot=h.boot),h.config FROM "
        "bilag_fleet.holder h JOIN bilag_fleet.machine m ON m.number=h.number/64 WHERE h.boot<>0 ORDER BY m.number,h.stage,h.number");
    size_t count = rows ? pg_rows_count(rows) : 0;

    instances = arena_array(arena, count + 1, sizeof *instances);
    fleet->machines = arena_array(arena, count + 1, sizeof *fleet->machines);
    for (size_t i = 0; instances && fleet->machines && i < count; i++)
        take_row(rows, i, here, arena, fleet, instances);
    pg_rows_free(rows);
    return rows && instances && fleet->machines;
}

/* Kept, and has said what it runs with. */
static bool is_comparable(const struct fleet_instance *instance)
{
    return !instance->ran_out_ms && instance->config.len;
}

static void compare(struct fleet *fleet)
{
    const struct fleet_instance *ours = NULL;

    for (size_t i = 0; i < fleet->machine_count; i++)
        for (size_t k = 0; fleet->machines[i].here && !ours && k < fleet->machines[i].count; k++)
            ours = is_comparable(&fleet->machines[i].instances[k]) ? &fleet->machines[i].instances[k] : NULL;
    for (size_t i = 0; ours && i < fleet->machine_count; i++)
        for (size_t k = 0; k < fleet->machines[i].count; k++) {
            struct fleet_instance *instance = &fleet->machines[i].instances[k];

            instance->differs = is_comparable(instance) && (!str_equal(instance->config, ours->config) ||
                                                            !str_equal(instance->version, ours->version));
        }
}

/* No stage has started yet: there are no leases. */
static bool has_leases(struct pg_session *session)
{
    struct pg_rows *rows = asked(session, "SELECT 1 FROM information_schema.columns WHERE table_schema='bilag_fleet' AND "
                                          "table_name='holder' AND column_name='config'");
    bool has = rows && pg_rows_count(rows) == 1;

    pg_rows_free(rows);
    return has;
}

enum err fleet_look(struct str state_dir, struct arena *arena, struct fleet *ret_fleet, struct fault *fault)
{
    struct fleet fleet = { .postgresql = store_engine() != NULL };
    struct pg_session *session;
    char here[LEASE_MACHINE_SIZE];
    bool fine;
    enum err err;

    *ret_fleet = fleet;
    if (!fleet.postgresql)
        return ERR_OK;
    err = pg_session_take(false, &session, fault);
    if (err)
        return err;
    fine = look_at_server(session, arena, &fleet) && look_at_standbys(session, arena, &fleet);
    if (fine && has_leases(session))
        fine = look_at_machines(session, lease_machine(state_dir, here), arena, &fleet);
    compare(&fleet);
    if (!fine)
        err = fault_set(fault, ERR_STORE_FULL, "PostgreSQL cannot be reached: %s", pg_link_why(session->link));
    pg_session_give(session, fine);
    if (!err)
        *ret_fleet = fleet;
    return arena_failed(arena) ? ERR_MEMORY : err;
}

#else

enum err fleet_look(struct str state_dir, struct arena *arena, struct fleet *ret_fleet, struct fault *fault)
{
    (void)state_dir;
    (void)arena;
    (void)fault;
    *ret_fleet = (struct fleet){ .postgresql = false };
    return ERR_OK;
}

#endif
