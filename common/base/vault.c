#include "vault.h"

#include <sodium.h>
#include <string.h>

/* Some thousand keys: each block costs four pages beside itself. */
enum { BLOCK_BYTES = 64 * 1024 - 64 };

struct vault_block { struct vault_block *next; size_t used; char bytes[]; };

struct str vault_copy(struct vault *vault, struct str key)
{
    size_t room = BLOCK_BYTES - sizeof(struct vault_block);
    struct vault_block *block = vault->first;
    char *to;

    if (key.len >= room || sodium_init() < 0)
        return STR_NONE;
    if (!block || room - block->used <= key.len) {
        block = sodium_malloc(BLOCK_BYTES);
        if (!block)
            return STR_NONE;
        *block = (struct vault_block){ .next = vault->first };
        vault->first = block;
    }
    to = block->bytes + block->used;
    if (key.len)
        memcpy(to, key.bytes, key.len);
    to[key.len] = '\0';
    block->used += key.len + 1;
    return (struct str){ to, key.len };
}

void vault_free(struct vault *vault)
{
    while (vault->first) {
        struct vault_block *next = vault->first->next;

        sodium_free(vault->first);       /* wipes */
        vault->first = next;
    }
}
