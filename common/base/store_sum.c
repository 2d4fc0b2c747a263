#include "store_sum.h"

#include <sodium.h>
#include <string.h>

_Static_assert(crypto_shorthash_KEYBYTES == 2 * crypto_shorthash_BYTES, "the key's hash and a fixed half");

void store_sum(struct str key, struct str value, uint8_t sum[STORE_SUM])
{
    static const uint8_t fixed[crypto_shorthash_KEYBYTES] = "bilag record sum";
    uint8_t with_key[crypto_shorthash_KEYBYTES], hash[crypto_shorthash_BYTES];

    memcpy(with_key, fixed, sizeof with_key);
    (void)crypto_shorthash(with_key, (const uint8_t *)key.bytes, key.len, fixed);
    (void)crypto_shorthash(hash, (const uint8_t *)value.bytes, value.len, with_key);
    memcpy(sum, hash, STORE_SUM);
}

enum err store_unsum(struct str key, struct str summed, struct str *ret_value)
{
    uint8_t sum[STORE_SUM];
    struct str value = { summed.bytes, summed.len - STORE_SUM };

    if (summed.len < STORE_SUM)
        return ERR_STORE_DAMAGED;
    store_sum(key, value, sum);
    if (memcmp(sum, value.bytes + value.len, STORE_SUM) != 0)
        return ERR_STORE_DAMAGED;
    *ret_value = value;
    return ERR_OK;
}
