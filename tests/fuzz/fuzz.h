/* fuzz.h - what the fuzz targets share. A target is one decoder that reads what strangers, disks or PowerOffice give it: it
 * must never crash, read or write beside its bytes, or run for ever, and what it accepts must say the same when it is written
 * and read again. `make fuzz MINUTES=n` runs all of them; docs/security.md has the figures. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "base/err.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { FUZZ_ARENA_BYTES = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* What must hold for every input. */
#define MUST(condition) \
    do { \
        if (!(condition)) { \
            (void)fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
            abort(); \
        } \
    } while (0)

/* The first byte chooses, the rest is read: for decoders of which there are several alike. */
static inline unsigned fuzz_choice(const uint8_t **bytes, size_t *len, unsigned count)
{
    unsigned which = *len ? **bytes % count : 0;

    *bytes += *len ? 1 : 0;
    *len -= *len ? 1 : 0;
    return which;
}

/* A row of a store: in which of `tables`, and what it says; views. false: there is none, or it has no key. */
struct fuzz_row { unsigned table; struct str key, value; };
static inline bool fuzz_row_take(const uint8_t **bytes, size_t *len, unsigned tables, struct fuzz_row *ret_row)
{
    unsigned table = fuzz_choice(bytes, len, tables), key = fuzz_choice(bytes, len, 256), high = fuzz_choice(bytes, len, 256);
    size_t value = high * 256u + fuzz_choice(bytes, len, 256);

    if (*len < key || key == 0)
        return false;
    value = value < *len - key ? value : *len - key;
    *ret_row = (struct fuzz_row){ table, { (const char *)*bytes, key }, { (const char *)*bytes + key, value } };
    *bytes += key + value;
    *len -= key + value;
    return true;
}

#endif
