/* privilege.c - the rights that an integration can have, as bits. */
#include "privilege.h"

#include <string.h>

#include "sandbox/base/text.h"

static const char *const names[PRIVILEGE_COUNT] = {
#define X(name) #name,
    PRIVILEGES(X)
#undef X
};

static const char *privilege_name(enum privilege privilege)
{
    return names[privilege];
}

cJSON *privilege_list(uint32_t privileges)
{
    cJSON *list = cJSON_CreateArray();

    for (unsigned i = 0; i < PRIVILEGE_COUNT; i++)
        if (privileges & (UINT32_C(1) << i))
            (void)cJSON_AddItemToArray(list, cJSON_CreateString(privilege_name((enum privilege)i)));
    return list;
}

uint32_t privilege_bit(const char *name)
{
    for (size_t i = 0; i < PRIVILEGE_COUNT; i++)
        if (text_same(names[i], name))
            return UINT32_C(1) << i;
    return 0;
}

uint32_t privileges_with_included(uint32_t granted)
{
    uint32_t all = granted;

    for (size_t i = 0; i < PRIVILEGE_COUNT; i++) {
        const char *full = strstr(names[i], "_Full");
        char plain[40];

        if (!full || !(granted & (UINT32_C(1) << i)))
            continue;
        text_set(plain, (size_t)(full - names[i]) + 1, names[i]);
        all |= privilege_bit(plain);
    }
    return all;
}
