#include "token_make.h"

#include <inttypes.h>

#include "base/clock.h"
#include "decide.h"

enum { SCOPES_TOLD = 20 };

struct str door_scopes_text(struct arena *arena, const struct door_scope *scopes, size_t count)
{
    struct str text = STR("");

    for (size_t i = 0; i < count && i < SCOPES_TOLD; i++)
        text = arena_format(arena, STR_FMT "%s%s" STR_FMT, STR_ARG(text), i ? ", " : "",
                            scopes[i].company ? "company " : "", STR_ARG(scopes[i].name));
    return count > SCOPES_TOLD ? arena_format(arena, STR_FMT ", ... (%zu in all)", STR_ARG(text), count) : text;
}

static struct str subject_of(struct context *context, uint64_t number)
{
    return arena_format(context->arena, "token %" PRIu64, number);
}

enum err token_make(struct context *context, struct doors *doors, const struct door_scope *scopes, size_t count,
                    struct str about, struct str key, char ret_text[DOOR_TEXT_SIZE], uint64_t *ret_number)
{
    int64_t now_ms = clock_now_ms();
    enum err err = doors_next(doors, count, about, key, ret_number);

    if (!err)
        err = decide(context, "token-add", subject_of(context, *ret_number),
                     door_scopes_text(context->arena, scopes, count), about, NULL);
    if (!err)
        err = key.len ? doors_add_key(doors, scopes, count, about, now_ms, key, ret_number)
                      : doors_add(doors, scopes, count, about, now_ms, ret_text, ret_number);
    if (err == ERR_EXISTS)
        return fault_set(&context->fault, err, "%s", context_words(context,
                         "this key is known already, revoked perhaps; let the till make another pair",
                         "denne nøkkelen er kjent fra før, kanskje trukket tilbake; la kassen lage et annet par"));
    return err;
}

struct looking { uint64_t number; bool there, over; };

static enum err seen(const struct door_token *token, void *context)
{
    struct looking *looking = context;

    if (token->number != looking->number)
        return ERR_OK;
    looking->there = true;
    looking->over = token->revoked_ms != 0;
    return ERR_OK;
}

enum err token_revoke(struct context *context, struct doors *doors, uint64_t number, struct str reason, uint64_t *ret_decision)
{
    struct looking looking = { .number = number };
    enum err err = doors_list(doors, seen, &looking);

    *ret_decision = 0;
    if (err || !looking.there || looking.over)
        return err ? err : looking.over ? ERR_OK : ERR_NOT_FOUND;
    err = decide(context, "token-revoke", subject_of(context, number), STR_NONE, reason, ret_decision);
    if (!err)
        err = doors_revoke(doors, number, clock_now_ms());
    return err == ERR_EXISTS ? ERR_OK : err;
}
