#include "guesses.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <stdlib.h>

enum { SLOTS = 16384, WINDOW_MS = 15 * 60 * 1000 };

/* Wrong tries at once; so many again within the window. */
static const struct { int64_t limit; } kinds[] = {
    { 5 },                               /* a name from an address */
    { 30 },                              /* a name from anywhere: nobody is shut out by one who knows the name */
    { 20 },                              /* an address, whatever the name */
};
enum { BY_BOTH, BY_NAME, BY_ADDRESS, KINDS };

struct debt { int64_t paid_by_ms; };     /* when all of it is paid */

struct guesses { struct debt slots[KINDS][SLOTS]; uint8_t key[crypto_shorthash_KEYBYTES]; };

enum err guesses_open(struct guesses **ret_guesses)
{
    struct guesses *guesses = calloc(1, sizeof *guesses);

    if (!guesses)
        return ERR_MEMORY;
    randombytes_buf(guesses->key, sizeof guesses->key);
    *ret_guesses = guesses;
    return ERR_OK;
}

void guesses_close(struct guesses *guesses)
{
    free(guesses);
}

static uint64_t hash_of(const struct guesses *guesses, struct str text)
{
    uint64_t hash = 0;

    _Static_assert(sizeof hash == crypto_shorthash_BYTES, "as many bytes as a hash has");
    (void)crypto_shorthash((unsigned char *)&hash, (const unsigned char *)(text.bytes ? text.bytes : ""), text.len,
                           guesses->key);
    return hash;
}

/* Who has IPv6 has 2^64 addresses at least: they count as one, by their first 64 bits. One of IPv4 in IPv6 is that of IPv4. */
static uint64_t hash_of_address(const struct guesses *guesses, struct str address)
{
    struct in6_addr six;
    char text[INET6_ADDRSTRLEN];

    for (size_t i = 0; i < address.len; i++)
        if (address.bytes[i] == '%')         /* a link's own: which link is told behind it */
            address.len = i;
    if (!str_copy(address, text, sizeof text) || inet_pton(AF_INET6, text, &six) != 1)
        return hash_of(guesses, address);
    if (!IN6_IS_ADDR_V4MAPPED(&six))
        return hash_of(guesses, (struct str){ (const char *)six.s6_addr, sizeof six.s6_addr / 2 });
    return hash_of(guesses, str_of(inet_ntop(AF_INET, &six.s6_addr[12], text, sizeof text)));
}

static struct debt *debt_of(struct guesses *guesses, int kind, struct str name, struct str address)
{
    uint64_t of_name = kind == BY_ADDRESS ? 0 : hash_of(guesses, name);
    uint64_t of_address = kind == BY_NAME ? 0 : hash_of_address(guesses, address);

    return &guesses->slots[kind][(of_name * 31 + of_address) % SLOTS];
}

int64_t guesses_wait_s(struct guesses *guesses, struct str name, struct str address, int64_t now_ms)
{
    int64_t most_ms = 0;

    for (int kind = 0; kind < KINDS; kind++) {
        int64_t each_ms = WINDOW_MS / kinds[kind].limit;
        int64_t over_ms = debt_of(guesses, kind, name, address)->paid_by_ms - now_ms - (WINDOW_MS - each_ms);

        most_ms = over_ms > most_ms ? over_ms : most_ms;
    }
    return (most_ms + 999) / 1000;
}

void guesses_wrong(struct guesses *guesses, struct str name, struct str address, int64_t now_ms)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct debt *debt = debt_of(guesses, kind, name, address);

        if (debt->paid_by_ms < now_ms)
            debt->paid_by_ms = now_ms;
        debt->paid_by_ms += WINDOW_MS / kinds[kind].limit;
    }
}

void guesses_right(struct guesses *guesses, struct str name, struct str address)
{
    debt_of(guesses, BY_BOTH, name, address)->paid_by_ms = 0;
}
