#include "user_token_make.h"

#include <inttypes.h>

#include "base/clock.h"
#include "decide.h"

static struct str detail_of(struct context *context, uint64_t number)
{
    return arena_format(context->arena, "token %" PRIu64, number);
}

static enum err refused(struct context *context, enum err err)
{
    if (err == ERR_NOT_FOUND)
        return fault_set(&context->fault, err, "%s", context_words(context, "there is no such user", "brukeren finnes ikke"));
    if (err == ERR_EXISTS)
        return fault_set(&context->fault, err, context_words(context, "a user has %d tokens at most: revoke one first",
                         "en bruker har høyst %d tokener: trekk et tilbake først"), USER_TOKENS_MAX);
    return err;
}

enum err user_token_make(struct context *context, struct users *users, struct str user, struct str about,
                         char ret_text[USER_TOKEN_SIZE], uint64_t *ret_number)
{
    uint64_t token;
    enum err err;

    if (!str_is_word(about) || about.len > USER_TOKEN_ABOUT_MAX)
        return fault_set(&context->fault, ERR_FORMAT, "%s", context_words(context,
                         "say what the token is for, in a line of text", "si hva tokenet er til, i en linje tekst"));
    err = user_tokens_next(users, user, about, &token);
    if (err)
        return refused(context, err);
    err = decide(context, "user-token-add", user, detail_of(context, token), about, ret_number);
    return err ? err : refused(context, user_tokens_add(users, user, about, clock_now_ms(), ret_text, &token));
}

struct looking_token { struct str user; uint64_t number; struct arena *arena; bool there; };

static enum err seen(const struct user_token *token, void *context)
{
    struct looking_token *looking = context;

    if (token->number != looking->number || (looking->user.len && !str_equal(token->user, looking->user)))
        return ERR_OK;
    looking->there = true;
    looking->user = arena_copy(looking->arena, token->user);
    return looking->user.bytes ? ERR_OK : ERR_MEMORY;
}

enum err user_token_revoke(struct context *context, struct users *users, struct str user, uint64_t number, struct str reason,
                           uint64_t *ret_number)
{
    struct looking_token looking = { .user = user, .number = number, .arena = context->arena };
    enum err err = user_tokens_list(users, seen, &looking);

    if (!err && !looking.there)
        return fault_set(&context->fault, ERR_NOT_FOUND, "%s", context_words(context, "there is no such token",
                                                                             "tokenet finnes ikke"));
    if (!err)
        err = decide(context, "user-token-revoke", looking.user, detail_of(context, number), reason, ret_number);
    if (!err)
        err = user_tokens_revoke(users, looking.user, number);
    return err == ERR_NOT_FOUND ? ERR_OK : err;              /* gone meanwhile */
}
