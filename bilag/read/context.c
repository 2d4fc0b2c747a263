#include "context.h"

#include <string.h>
#include <unistd.h>

enum { PICKED_BYTES = 4096 };

const char *context_words(const struct context *context, const char *en, const char *nb)
{
    const char *text = str_equal(context->config->language, STR("nb")) ? nb : en;
    struct strbuf picked;
    struct str kept;

    if (!strchr(text, '<'))
        return text;
    strbuf_init(&picked, PICKED_BYTES);
    wording_pick(text, context->config->wording, context->config->language, &picked);
    kept = arena_copy(context->arena, strbuf_str(&picked));
    strbuf_free(&picked);
    return kept.bytes ? kept.bytes : text;
}

enum err context_keys(struct context *context, struct config **ret_config)
{
    struct str user = context->config->run_as_keys;

    if (context->config->marks.file_missed && user.len)
        return fault_set(&context->fault, ERR_CONFIG,
                         context_words(context, "this asks PowerOffice, with keys that only " STR_FMT " may read; run it as "
                                       "that user: sudo -u " STR_FMT " bilag ...",
                                       "dette spør PowerOffice, med nøkler som bare " STR_FMT " kan lese; kjør det som den "
                                       "brukeren: sudo -u " STR_FMT " bilag ..."), STR_ARG(user), STR_ARG(user));
    if (context->config->marks.file_missed)
        return fault_set(&context->fault, ERR_CONFIG,
                         context_words(context, "the keys of PowerOffice are not this user's (uid %u); run it as the user that "
                                       "uploader and invoicer run as",
                                       "nøklene til PowerOffice er ikke denne brukerens (uid %u); kjør det som den brukeren "
                                       "som uploader og invoicer kjører som"), (unsigned)geteuid());
    return config_load(context->config->dir, ret_config, &context->fault);
}
