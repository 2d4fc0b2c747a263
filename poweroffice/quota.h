/* quota.h - RUN_DIR/quota: what the sending processes of this machine share and may lose.
 *
 * Buckets, tokens and leases live here and not in STATE_DIR: they mean nothing after a restart of the machine
 * (times are those of its steady clock, so each record names the boot that it belongs to), tokens are secrets
 * that no backup should carry, and run_dir is usually in memory, so that a slow disk does not shift the moment
 * at which a request leaves.
 * Lease       "I am doing this": token fetches and reads of reference data are done by one process at a time.
 *             It ends by itself, so that a killed holder stops nobody.
 */
#ifndef BILAG_QUOTA_H
#define BILAG_QUOTA_H

#include "store.h"

enum { QUOTA_BUCKETS, QUOTA_TOKENS, QUOTA_LEASES };

struct quota { struct store *store; uint64_t boot, owner; };

USED enum err quota_open(struct str run_dir, struct quota *ret_quota, struct fault *fault);
void quota_close(struct quota *quota);

/* ERR_BUSY: another process holds it, at most until ret_until_ms (steady). Taking one's own again renews it. */
USED enum err lease_take(struct quota *quota, struct str name, int64_t steady_ms, int64_t for_ms, int64_t *ret_until_ms);
USED enum err lease_give(struct quota *quota, struct str name);          /* nobody's or another's: fine */

#endif
