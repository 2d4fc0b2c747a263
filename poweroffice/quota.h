/* quota.h - RUN_DIR/quota-<boot>: what the sending processes of this machine share and may lose.
 *
 * Buckets, tokens and leases live here and not in STATE_DIR: times are those of the machine's steady clock and mean
 * nothing after its restart, and tokens are secrets that no backup should carry. So each boot has a store of its own
 * (older ones are removed), and its commits need not wait for the disk: a slow disk would shift the moment at
 * which a request leaves, and the quota is about moments.
 * Machines    that share the stores (base/lease.h) share these as well, by the engine's clock. Of tokens each machine has a
 *             copy, so that not every request asks there for one; a backup of the engine has them as they rest (tokens.h).
 * Lease       "I am doing this": token fetches and reads of reference data are done by one process at a time, of whatever
 *             machine. It ends by itself, so that a killed holder stops nobody: another machine after 10 s at most, when this
 *             one may be lost.
 */
#ifndef BILAG_POWEROFFICE_QUOTA_H
#define BILAG_POWEROFFICE_QUOTA_H

#include "base/store.h"

enum { QUOTA_BUCKETS, QUOTA_TOKENS, QUOTA_LEASES };

/* fleet: the store of all machines; where there is one machine, its own. ahead_us, unsure_us: of the clock that it goes by,
 * to our steady one; 0 where that is it. */
struct quota {
    struct store *store, *fleet;
    uint64_t owner;
    bool shared;
    int64_t ahead_us, unsure_us, measured_us;
};

USED enum err quota_open(struct str run_dir, struct quota *ret_quota, struct fault *fault);
void quota_close(struct quota *quota);
/* Measures the other clock again when it is time; what it was stays if it cannot be asked. */
void quota_look_at_clock(struct quota *quota);

/* ERR_BUSY: another process holds it, at most until ret_until_ms (steady). Taking one's own again renews it. for_ms: the
 * same of all who take that name. */
USED enum err quota_lease_take(struct quota *quota, struct str name, int64_t steady_ms, int64_t for_ms, int64_t *ret_until_ms);
USED enum err quota_lease_give(struct quota *quota, struct str name);          /* nobody's or another's: fine */

#endif
