/* store_key.h - keys of a store, built from big-endian numbers and NUL-terminated names, so that the order of their
 * bytes is ours. */
#ifndef BILAG_BASE_STORE_KEY_H
#define BILAG_BASE_STORE_KEY_H

#include "str.h"

enum { STORE_KEY_MAX = 511 };

struct key { uint8_t bytes[STORE_KEY_MAX]; size_t len; bool failed; };
void key_init(struct key *key);
void key_name(struct key *key, struct str name);     /* bytes and a NUL */
void key_u64(struct key *key, uint64_t value);
void key_u32(struct key *key, uint32_t value);
void key_day(struct key *key, int32_t day);          /* order-preserving */
struct str key_str(const struct key *key);           /* ensure()s that it did not fail */
/* Reading back, from *at on; false if the bytes are not of that form. */
bool key_take_name(struct str key, size_t *at, struct str *ret_name);
bool key_take_u64(struct str key, size_t *at, uint64_t *ret_value);
bool key_take_u32(struct str key, size_t *at, uint32_t *ret_value);
bool key_take_day(struct str key, size_t *at, int32_t *ret_day);

#endif
