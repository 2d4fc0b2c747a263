#include "key_drop.h"

#include "add_on.h"
#include "base/clock.h"
#include "base/form.h"
#include "decide.h"
#include "domain/venue.h"
#include "keyfile.h"
#include "poweroffice/asker.h"
#include "poweroffice/errand.h"
#include "poweroffice/key_seal.h"
#include "venue_setup.h"

#include <sodium.h>
#include <string.h>

/* --- where it goes -------------------------------------------------------------------------------------------- */

struct reference { struct str file, credential; };

static const struct field reference_fields[] = {
    { "file", offsetof(struct reference, file), .parse = form_path, .min = 1, .max = 1024, .meaning = "" },
    { "credential", offsetof(struct reference, credential), .parse = form_name, .meaning = "" },
};

enum err key_place(struct context *context, struct str venue, struct str *ret_path)
{
    struct str file = arena_format(context->arena, "venues/" STR_FMT ".yaml", STR_ARG(venue));
    struct str path = arena_format(context->arena, STR_FMT "/" STR_FMT, STR_ARG(context->config->dir), STR_ARG(file));
    struct reference reference = { STR_NONE, STR_NONE };
    struct fault *fault = &context->fault;
    const yaml_node_t *node;
    struct form form;
    enum err err;

    if (!path.bytes)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    err = form_open(&form, path.bytes, file, context->config->dir, context->arena, fault);
    if (err)
        return err;
    node = form_find(&form, "client_key");
    if (node && node->type == YAML_MAPPING_NODE)
        err = form_mapping(&form, node, reference_fields, COUNT(reference_fields), &reference);
    form_close(&form);
    if (err)
        return err;
    if (reference.credential.len)
        return fault_set(fault, ERR_REFUSED, "%s names the systemd credential " STR_FMT ": put the key into that one",
                         path.bytes, STR_ARG(reference.credential));
    if (!reference.file.len)
        return fault_set(fault, ERR_REFUSED, "%s does not say where the key is; write client_key: {file: keys/" STR_FMT "} "
                         "into it and try again", path.bytes, STR_ARG(venue));
    *ret_path = reference.file;
    return ERR_OK;
}

/* The uploader writes in the folder keys alone. */
static enum err plain_name(struct context *context, struct str path, char *to, size_t size)
{
    struct str folder = arena_format(context->arena, STR_FMT "/keys/", STR_ARG(context->config->dir));
    struct str name = str_starts(path, folder) ? (struct str){ path.bytes + folder.len, path.len - folder.len } : STR_NONE;

    if (name.len && str_is_name(name) && str_copy(name, to, size))
        return ERR_OK;
    return fault_set(&context->fault, ERR_REFUSED, "the uploader keeps keys in " STR_FMT " alone, and the venue's file names "
                     STR_FMT ": name a file in that folder", STR_ARG(folder), STR_ARG(path));
}

/* A venue that is left out for want of its key has an extension and a company all the same. */
static enum err describe(struct context *context, struct str id, struct sealed_key *sealed)
{
    struct str path = STR_NONE, text = STR_NONE;
    struct venue venue;
    enum err err = ERR_OK;

    if (!str_is_name(id))
        err = fault_set(&context->fault, ERR_NOT_FOUND, STR_FMT " is no venue's name", STR_ARG(id));
    if (!err)
        err = key_place(context, id, &path);
    if (!err)
        err = plain_name(context, path, sealed->file, sizeof sealed->file);
    if (!err)
        err = venue_setup_read(context, id, &text, &venue);
    if (err)
        return err;
    sealed->extension = venue.extension;
    if (!venue.company.len || !str_copy(venue.company, sealed->company, sizeof sealed->company) ||
        !str_copy(id, sealed->venue, sizeof sealed->venue))
        err = fault_set(&context->fault, ERR_REFUSED, "venues/" STR_FMT ".yaml does not say which company it is of",
                        STR_ARG(id));
    form_free(&text);
    return err;
}

/* --- what came of it ------------------------------------------------------------------------------------------ */

static enum err say_refusal(struct context *context, const struct errand_answer *said)
{
    const struct answer *answer = &said->answer;
    const char *words = fault_words(errand_refusal_words(said->refusal));
    enum err err = said->refusal == ERRAND_NOT_ASKED || said->refusal == ERRAND_NO_DROP ? ERR_NETWORK : ERR_REFUSED;

    if (said->refusal == ERRAND_TAKEN)
        return ERR_OK;
    if (said->refusal == ERRAND_OTHER_BOOKS)
        return fault_set(&context->fault, err, "%s: %s (%s)", words, answer->title, answer->detail);
    return fault_set(&context->fault, err, "%s%s%s%s%s", words, answer->title[0] || answer->detail[0] ? ": " : "",
                     answer->title, answer->title[0] && answer->detail[0] ? ": " : "", answer->detail);
}

/* Wiped as soon as it is sealed. */
static enum err seal(struct context *context, struct sealed_key *sealed, struct str *key, char name[SEALED_NAME_SIZE])
{
    struct stagekeys *keys = NULL;
    struct str word = STR_NONE;
    enum err err = keyfile_judge(*key, &word, &context->fault);

    if (!err)
        err = stagekeys_open(context->config->state_dir, stage_kind_text(KIND_ASKER), &keys, &context->fault);
    if (!err) {
        ensure(str_copy(word, sealed->key, sizeof sealed->key));
        err = key_seal_put(context->config->state_dir, keys, sealed, name, &context->fault);
    }
    stagekeys_close(keys);
    return err;
}

static enum err hand_over(struct context *context, struct asker *asker, struct sealed_key *sealed, struct str *key)
{
    char name[SEALED_NAME_SIZE];
    struct errand_answer said;
    enum err err = seal(context, sealed, key, name);

    secret_wipe(key);
    sodium_memzero(sealed->key, sizeof sealed->key);
    if (err)
        return err;
    err = asker_drop(asker, name, clock_steady_ms() + KEY_DROP_WAIT_MS, &said);
    if (err)
        return fault_set(&context->fault, err, "%s", asker_trouble(asker)[0] ? asker_trouble(asker) : err_text(err));
    return say_refusal(context, &said);
}

static enum err take_back(struct context *context, struct str venue, struct str mark, bool asked, int extension)
{
    struct fault why = context->fault;
    enum err err = decide(context, "venue-key-refused", venue, mark, str_of(why.text), NULL);

    if (!err && asked)
        err = add_on_drop(context, venue, extension);
    if (!err)
        context->fault = why;
    return err;
}

static enum err give(struct context *context, struct asker *asker, struct sealed_key *sealed, struct str *key,
                     struct str reason)
{
    struct str venue = str_of(sealed->venue), word = STR_NONE, mark;
    bool asked = false;
    enum err err = keyfile_judge(*key, &word, &context->fault), told;

    if (err)
        return err;
    mark = venue_client_id(word, context->arena);
    err = decide(context, "venue-key", venue, mark, reason.len ? reason : STR("bilag venues connect"), NULL);
    if (!err)
        err = add_on_ask(context, venue, sealed->extension, &asked);
    if (err)
        return err;
    err = hand_over(context, asker, sealed, key);
    if (err != ERR_REFUSED)              /* else it may be kept yet: by an uploader that ended in the middle */
        return err;
    told = take_back(context, venue, mark, asked, sealed->extension);
    return told ? told : err;
}

enum err key_drop(struct context *context, struct str venue, struct str *key, struct str reason)
{
    struct sealed_key *sealed = sealed_key_new();
    struct asker *asker = NULL;
    enum err err;

    context->fault = (struct fault){ "" };
    err = sealed ? describe(context, venue, sealed) : fault_set(&context->fault, ERR_MEMORY, "out of memory");
    if (!err)
        err = asker_open(context->config, &asker, &context->fault);
    if (!err)
        err = give(context, asker, sealed, key, reason);
    secret_wipe(key);
    asker_close(asker);
    sealed_key_free(sealed);
    return err;
}
