/* refcache.h - reference data of the clients whose drafts come by, as few bytes as allowed.
 *
 * A client's data is loaded when its version in the store is not the one that is here, and the least recently
 * used clients make room: REFCACHE_BYTES_MAX in all, but for one client that is larger by itself.
 * Ownership   what refcache_get() lends is dead after the next call.
 */
#ifndef BILAG_VALIDATOR_REFCACHE_H
#define BILAG_VALIDATOR_REFCACHE_H

#include "poweroffice/refdata.h"

enum { REFCACHE_BYTES_MAX = 24 * 1024 * 1024 };

struct refcache;
USED enum err refcache_open(struct refstore *store, struct refcache **ret_cache);
void refcache_close(struct refcache *cache);                 /* NULL is fine */
/* NULL: never read. */
USED enum err refcache_get(struct refcache *cache, struct str client_id, const struct refdata **ret_data);
size_t refcache_bytes(const struct refcache *cache);

#endif
