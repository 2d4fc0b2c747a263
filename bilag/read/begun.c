#include "begun.h"

#include "domain/pseudonym.h"

struct loading { struct context *context; struct begun_list *list; };

static enum err begun_seen(struct str scope, struct str pseudonym, void *context)
{
    struct loading *loading = context;
    struct arena *arena = loading->context->arena;

    if (loading->list->count == BEGUN_MAX)
        return ERR_STOP;
    loading->list->at[loading->list->count++] = (struct begun_one){ arena_copy(arena, scope), arena_copy(arena, pseudonym) };
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}

enum err begun_load(struct context *context, struct begun_list *ret_list)
{
    struct loading loading = { context, ret_list };
    struct pseudonyms *pseudonyms;
    enum err err = pseudonyms_open(context->config->state_dir, STORE_READ_ONLY, &pseudonyms, &context->fault);

    ret_list->count = 0;
    if (err || !pseudonyms)
        return err;
    err = pseudonyms_begun(pseudonyms, begun_seen, &loading);
    pseudonyms_close(pseudonyms);
    return err ? fault_set(&context->fault, err, "the pseudonyms cannot be read: %s", err_text(err)) : ERR_OK;
}
