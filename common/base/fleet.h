/* fleet.h - what there is to tell of the engine that keeps the stores, and of the machines that share them (lease.h).
 *
 * Folders     an installation without an engine has one machine, and nothing is asked.
 * Rights      PostgreSQL tells of its standbys to members of pg_monitor alone: others learn their names, and nothing of how far they are.
 * Ownership   the arena.
 */
#ifndef BILAG_BASE_FLEET_H
#define BILAG_BASE_FLEET_H

#include "err.h"

/* One has `here`; ran_out_ms: since when its lease has not been kept; 0: it is kept. things: partitions that hang on it.
 * differs: it is kept, and runs another version, or with another configuration, than what runs on this machine. */
struct fleet_instance { struct str stage, version, config; int instance; int64_t ran_out_ms; uint64_t things; bool differs; };
struct fleet_machine {
    struct str name;
    int32_t number;
    bool here;
    struct fleet_instance *instances;
    size_t count;
};
/* sync: "sync", "quorum", "potential", "async"; empty: we may not know. behind: bytes that its disk does not have; -1: not known. */
struct fleet_standby { struct str name, sync; int64_t behind, late_ms; };

struct fleet {
    bool postgresql;                     /* else nothing more is set */
    bool primary;
    struct str server, version, waits_for;                   /* host and port, or its socket; synchronous_standby_names */
    struct fleet_standby *standbys;
    size_t standby_count;
    struct fleet_machine *machines;
    size_t machine_count;
};

/* ERR_STORE_FULL: the engine is away. */
USED enum err fleet_look(struct str state_dir, struct arena *arena, struct fleet *ret_fleet, struct fault *fault);
/* Machines of which an instance has not kept its lease: lost, cut off, or asleep. */
uint64_t fleet_lost(const struct fleet *fleet);
/* Those of which one differs from this. */
uint64_t fleet_differing(const struct fleet *fleet);

#endif
