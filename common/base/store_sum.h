/* store_sum.h - the checksum that rests behind every record: store.c adds it, checks it and takes it away.
 *
 * LMDB keeps none, so a flipped bit would be read as an amount. The sum is made over key and value (so a value under a
 * wrong key is damage, too); it guards against faults, not against people.
 */
#ifndef BILAG_BASE_STORE_SUM_H
#define BILAG_BASE_STORE_SUM_H

#include "err.h"

enum { STORE_SUM = 4 };

void store_sum(struct str key, struct str value, uint8_t sum[STORE_SUM]);
/* Takes the sum off. ERR_STORE_DAMAGED: it is not the one of this key and value. */
USED enum err store_unsum(struct str key, struct str summed, struct str *ret_value);

#endif
