#include "register.h"

#include <string.h>

struct str register_base(struct str name)
{
    const char *tilde = name.len ? memchr(name.bytes, '~', name.len) : NULL;

    return tilde ? (struct str){ name.bytes, (size_t)(tilde - name.bytes) } : name;
}

bool register_is_name(struct str name)
{
    struct str base = register_base(name);
    size_t digits = name.len - base.len;             /* and the tilde */

    if (!str_is_name(base) || digits == 0)
        return digits == 0 && str_is_name(base);
    for (size_t i = base.len + 1; i < name.len; i++)
        if (name.bytes[i] < '0' || name.bytes[i] > '9')
            return false;
    return digits > 1 && digits <= 11 && name.bytes[base.len + 1] != '0' && !(digits == 2 && name.bytes[base.len + 1] == '1');
}
