/* run.h - which time a register counts its numbers, docs/rules.md section 8.
 *
 * A register that was reset or replaced counts anew: a person says so, and from that place in the log on its events are of
 * the next run, named "<register>~<run>" in every key, effect, document and reference. Events rest in the log as they
 * came; here they get their names. Voids and Z reports name numbers of their own run; a void of another register's
 * receipt names the run that register has at the void's own place.
 */
#ifndef BILAG_MAPPER_RUN_H
#define BILAG_MAPPER_RUN_H

#include "domain/event.h"
#include "base/store.h"

/* The run that a register has at a place: 1 unless a person said otherwise. */
USED enum err run_at(struct txn *txn, struct str venue, struct str reg, uint64_t place, uint32_t *ret_run);
/* The last run of a register and the place from which on it is in it: 1 and 0 unless a person said otherwise. */
USED enum err run_last(struct txn *txn, struct str venue, struct str reg, uint64_t *ret_place, uint32_t *ret_run);
/* Whether it can begin its next run at this place. ERR_EXISTS: said before; ERR_RANGE: a later run has begun. */
USED enum err run_may_begin(struct txn *txn, struct str venue, struct str reg, uint64_t place, uint32_t *ret_run);
/* From this place on the register is in this run; `time` is the till's, of the event there. */
USED enum err run_begin(struct txn *txn, struct str venue, struct str reg, uint64_t place, uint32_t run, int64_t time);
/* The number of the run that begins there, if it is the last one. ERR_NOT_FOUND. */
USED enum err run_last_begins(struct txn *txn, struct str venue, struct str reg, uint64_t place, uint32_t *ret_run);
USED enum err run_drop(struct txn *txn, struct str venue, struct str reg, uint64_t place);
/* The till's time of a run's first event. ERR_NOT_FOUND: no such run, or an older program kept no time. */
USED enum err run_began(struct txn *txn, struct str venue, struct str reg, uint32_t run, int64_t *ret_time);
/* Whether a person named the event at this place as the first of a run. */
USED enum err run_begins_at(struct txn *txn, struct str venue, struct str reg, uint64_t place, bool *ret_begins);
/* "K1" or "K1~2"; in the arena unless it is `reg` itself. */
struct str run_name(struct arena *arena, struct str reg, uint32_t run);
/* The name of the run before this one. Empty: it is the first. */
struct str run_before(struct arena *arena, struct str name);
/* Under this name an event rests; which run is it of? The next one, if it was sent before a person said that this had begun
 * by then: such an event keeps its name, and counts in the next run (docs/rules.md section 8). */
USED enum err run_truly(struct txn *txn, struct str venue, struct str name, uint64_t place, struct arena *arena,
                        struct str *ret_name);
/* The event as of this run of its register (a name as above), at its place. */
USED enum err run_adopt(struct txn *txn, struct event *event, struct str name, uint64_t place, struct arena *arena);

#endif
