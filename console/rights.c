#include "rights.h"

static const uint32_t opened_by[ACT_COUNT] = {
#define X(name, roles) [name] = (roles),
    CONSOLE_ACTS(X)
#undef X
};

bool user_may(const struct user *user, enum console_act act)
{
    return act == ACT_NONE || (user->roles & opened_by[act]) != 0;
}
