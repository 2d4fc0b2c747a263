/* shared.h - which byte of fuzz_shared.c means which table of which shared store; tool_seeds.c writes them. The tables are those of the
 * stores' own files, in their order. */
#ifndef TESTS_FUZZ_SHARED_H
#define TESTS_FUZZ_SHARED_H

#include "base/store.h"

enum fuzz_shared_store { FUZZ_AUDIT, FUZZ_DOORS, FUZZ_USERS, FUZZ_PSEUDONYMS, FUZZ_SHARED_STORES };
enum { FUZZ_SHARED_TABLES = 1 + 4 + 3 + 2 };

static const struct fuzz_shared { const char *name, *tables[4]; unsigned count; } fuzz_shared[FUZZ_SHARED_STORES] = {
    [FUZZ_AUDIT] = { "audit", { "decisions" }, 1 },
    [FUZZ_DOORS] = { "doors", { "tokens", "hashes", "used", "meta" }, 4 },
    [FUZZ_USERS] = { "users", { "users", "tokens", "meta" }, 3 },
    [FUZZ_PSEUDONYMS] = { "pseudonyms", { "meta", "begun" }, 2 },
};

#endif
