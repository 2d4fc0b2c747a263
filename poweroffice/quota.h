/* quota.h - RUN_DIR/quota-<boot>: what the sending processes of this machine share and may lose.
 *
 * Buckets, tokens and leases live here and not in STATE_DIR: times are those of the machine's steady clock and mean
 * nothing after its restart, and tokens are secrets that no backup should carry. So each boot has a store of its own
 * (older ones are removed), and its commits need not wait for the disk: a slow disk would shift the moment at
 * which a request leaves, and the quota is about moments.
 * Lease       "I am doing this": token fetches and reads of reference data are done by one process at a time.
 *             It ends by itself, so that a killed holder stops nobody.
 */
#ifndef BILAG_POWEROFFICE_QUOTA_H
#define BILAG_POWEROFFICE_QUOTA_H

#include "base/store.h"

enum { QUOTA_BUCKETS, QUOTA_TOKENS, QUOTA_LEASES };

struct quota { struct store *store; uint64_t owner; };

USED enum err quota_open(struct str run_dir, struct quota *ret_quota, struct fault *fault);
void quota_close(struct quota *quota);

/* ERR_BUSY: another process holds it, at most until ret_until_ms (steady). Taking one's own again renews it. */
USED enum err quota_lease_take(struct quota *quota, struct str name, int64_t steady_ms, int64_t for_ms, int64_t *ret_until_ms);
USED enum err quota_lease_give(struct quota *quota, struct str name);          /* nobody's or another's: fine */

#endif
