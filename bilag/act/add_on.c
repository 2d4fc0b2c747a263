#include "add_on.h"

#include "bilag/read/addons.h"
#include "decide.h"

enum err add_on_ask(struct context *context, struct str venue, int extension, bool *ret_asked)
{
    struct str name = str_of(extension_text(extension));
    struct addons addons;
    bool confirmed = false;
    enum err err;

    *ret_asked = false;
    if (extension == EXTENSION_MAIN)
        return ERR_OK;
    err = addons_confirmed(context, venue, name, &confirmed);
    if (!err)
        err = addons_load(context, &addons);
    if (err || confirmed || addons_has(&addons, venue))
        return err;
    err = decide(context, ADD_ON_ASKED, venue, name, STR("connected"), NULL);
    *ret_asked = !err;
    return err;
}

enum err add_on_drop(struct context *context, struct str venue, int extension)
{
    return decide(context, ADD_ON_DROPPED, venue, str_of(extension_text(extension)), STR("its key is not in use"), NULL);
}

enum err add_on_confirm(struct context *context, struct str venue, int extension, struct str reason, uint64_t *ret_number)
{
    struct addons addons;
    enum err err = addons_load(context, &addons);

    if (err)
        return err;
    if (!addons_has(&addons, venue))
        return ERR_NOT_FOUND;
    return decide(context, ADD_ON_THERE, venue, str_of(extension_text(extension)), reason, ret_number);
}
