#include "store_key.h"

#include "err.h"

#include <string.h>

void key_init(struct key *key)
{
    key->len = 0;
    key->failed = false;
}

static void key_bytes(struct key *key, const void *bytes, size_t len)
{
    if (key->failed || len > sizeof key->bytes - key->len) {
        key->failed = true;
        return;
    }
    if (len)
        memcpy(key->bytes + key->len, bytes, len);
    key->len += len;
}

void key_name(struct key *key, struct str name)
{
    if (name.len && memchr(name.bytes, '\0', name.len))
        key->failed = true;
    key_bytes(key, name.bytes, name.len);
    key_bytes(key, "", 1);
}

void key_u64(struct key *key, uint64_t value)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (56 - 8 * i));
    key_bytes(key, bytes, sizeof bytes);
}

void key_u32(struct key *key, uint32_t value)
{
    uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                         (uint8_t)value };

    key_bytes(key, bytes, sizeof bytes);
}

void key_day(struct key *key, int32_t day)
{
    key_u32(key, (uint32_t)day ^ 0x80000000u);
}

struct str key_str(const struct key *key)
{
    ensure(!key->failed);
    return (struct str){ (const char *)key->bytes, key->len };
}

bool key_take_name(struct str key, size_t *at, struct str *ret_name)
{
    const char *nul = *at < key.len ? memchr(key.bytes + *at, '\0', key.len - *at) : NULL;

    if (!nul)
        return false;
    *ret_name = (struct str){ key.bytes + *at, (size_t)(nul - (key.bytes + *at)) };
    *at += ret_name->len + 1;
    return true;
}

bool key_take_u64(struct str key, size_t *at, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (key.len < 8 || *at > key.len - 8)
        return false;
    for (size_t i = 0; i < 8; i++)
        value = value << 8 | (uint8_t)key.bytes[*at + i];
    *at += 8;
    *ret_value = value;
    return true;
}

bool key_take_u32(struct str key, size_t *at, uint32_t *ret_value)
{
    uint32_t value = 0;

    if (key.len < 4 || *at > key.len - 4)
        return false;
    for (size_t i = 0; i < 4; i++)
        value = value << 8 | (uint8_t)key.bytes[*at + i];
    *at += 4;
    *ret_value = value;
    return true;
}

bool key_take_day(struct str key, size_t *at, int32_t *ret_day)
{
    uint32_t raw;

    if (!key_take_u32(key, at, &raw))
        return false;
    *ret_day = (int32_t)(raw ^ 0x80000000u);
    return true;
}
