/* lease.h - that this process is an instance of a stage, on its machine, and what it alone holds.
 *
 * Without an engine (store_engine.h) a machine has its stores alone, and locks on files say who is there, which end with their
 * process however it ends: nothing here is asked of anybody then, lease_holds() is true, and things are such locks.
 * With one, a lease is a row in it, named by the stage and a number that carries the machine.
 * Term      Each taking raises it, and every write transaction of this process in any store there asks for it (store_pg.h): whose
 *           lease is over, or another's, writes nothing, whenever it wakes up.
 * Time      A lease runs out LEASE_LASTS_MS after it was kept last, by the engine's clock, the only one that machines share. Its holder
 *           counts LEASE_MARGIN_MS less, by its own steady clock, from before it asked: lease_holds().
 * Lapsed    One that has run out is not over: who holds it may keep it again until another has ended it, and never after that.
 *           Only who was kept for LEASE_LASTS_MS on end by one server ends another's: when the engine was away, or another server took
 *           over, whatever its clock says, those that live have had the time to say so.
 * Given up  lease_close() ends it at once, and so does the same instance that starts again on the same machine, for it holds the
 *           file lock that the former held.
 * Things    ("mapper/partition-12") hang on a lease: one holds each, until it is dropped or that lease is over.
 * Whole     what the holder of a lease that is over had begun to write may still be committed in a store until somebody else has
 *           written there: whoever wins a thing does that before he reads.
 */
#ifndef BILAG_BASE_LEASE_H
#define BILAG_BASE_LEASE_H

#include "err.h"

enum { LEASE_LASTS_MS = 10000, LEASE_KEEP_MS = 2000, LEASE_MARGIN_MS = 2000, LEASE_INSTANCES = 64, LEASE_MACHINE_SIZE = 33 };

/* lock_fd: the file lock that this instance holds on its machine. ERR_IN_USE: another process has that lease, for some seconds
 * more; ERR_STORE_FULL: the engine is away. */
struct lease_asked { struct str state_dir; const char *stage; int instance, lock_fd; };
USED enum err lease_open(const struct lease_asked *asked, struct fault *fault);
void lease_close(void);                  /* gives it and all things back; none: fine */
/* What this instance runs with, in a word (of its configuration): when it is kept next, the others can compare (fleet.h). */
void lease_says(const char *config);
/* In every turn: keeps it when it is time. ERR_IN_USE: another has ended it; this process acts no more. */
USED enum err lease_keep(void);
bool lease_is_shared(void);              /* this process has one: other machines may share its stores */
/* Until then nobody else can have it; none: true. */
bool lease_holds(void);
/* This instance's number: on the machine that was first, its own. */
int32_t lease_number(int instance);
uint64_t lease_boot(void);               /* drawn when it was taken */
/* Another's, of this stage: it is over, for good. */
bool lease_is_over(int32_t number, uint64_t boot);
bool lease_runs(int32_t number);         /* somebody has it */

/* This machine has lacked a stage for LEASE_LASTS_MS, counted from when that one's lease had run out, and another machine has all:
 * what hangs on leases here is better held there. */
bool lease_lacks_stage(void);

/* Which machine a state folder is: 32 digits; empty: no stage has started there yet. */
struct str lease_machine(struct str state_dir, char id[LEASE_MACHINE_SIZE]);

struct lease_thing;
/* folder: where its file lies without an engine. */
USED enum err lease_thing_open(const char *folder, const char *name, struct lease_thing **ret_thing, struct fault *fault);
void lease_thing_close(struct lease_thing *thing);           /* with its process; NULL is fine */
/* Those of `things` that are not held and free now are held; how many. NULL ones are passed over. */
size_t lease_win(struct lease_thing *const *things, size_t count);
bool lease_thing_held(const struct lease_thing *thing);
void lease_drop(struct lease_thing *thing);

/* No instance runs on any machine, and none starts until this process ends. ERR_IN_USE: the sentence names one. */
USED enum err lease_alone(struct fault *fault);

/* How far the engine's clock is ahead of our steady one, and by how much that may be wrong. ERR_STORE_FULL: it is away. */
USED enum err lease_clock(int64_t *ret_ahead_us, int64_t *ret_unsure_us);

/* For a write transaction (store_pg.c), which fails with LEASE_STATE if the lease is not ours. */
#define LEASE_FENCE "SELECT (CASE count(*) WHEN 1 THEN '1' ELSE 'the lease has lapsed' END)::int FROM bilag_fleet.holder WHERE " \
                    "stage=$1::text AND number=$2::bigint AND term=$3::bigint AND until>clock_timestamp()"
#define LEASE_STATE "22P02"
enum { LEASE_FENCE_ARGS = 3 };
void lease_fence(struct str args[LEASE_FENCE_ARGS]);
/* After LEASE_STATE. ERR_OK: it had lapsed, and is ours again. */
USED enum err lease_keep_now(void);

#endif
