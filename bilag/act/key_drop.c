#include "key_drop.h"

#include "add_on.h"
#include "base/clock.h"
#include "base/form.h"
#include "base/killpoint.h"
#include "bilag/read/connection.h"
#include "decide.h"
#include "domain/venue.h"
#include "keyfile.h"
#include "poweroffice/asker.h"
#include "poweroffice/errand.h"
#include "poweroffice/key_seal.h"
#include "venue_setup.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_MS = 1000 };

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

enum err key_errand_err(struct context *context, const struct errand_answer *said)
{
    const struct answer *answer = &said->answer;
    const char *words = fault_words(errand_refusal_words(said->refusal));
    enum err err = said->refusal == ERRAND_NOT_ASKED || said->refusal == ERRAND_NO_DROP ||
                   said->refusal == ERRAND_NO_PAGE ? ERR_NETWORK : ERR_REFUSED;

    if (said->refusal == ERRAND_TAKEN)
        return ERR_OK;
    if (said->refusal == ERRAND_OTHER_BOOKS)
        return fault_set(&context->fault, err, "%s: %s (%s)", words, answer->title, answer->detail);
    return fault_set(&context->fault, err, "%s%s%s%s%s", words, answer->title[0] || answer->detail[0] ? ": " : "",
                     answer->title, answer->title[0] && answer->detail[0] ? ": " : "", answer->detail);
}

/* Wiped as soon as it is sealed. */
static enum err seal(struct context *context, struct sealed_key *sealed, char name[SEALED_NAME_SIZE])
{
    struct stagekeys *keys = NULL;
    enum err err = stagekeys_open(context->config->state_dir, stage_kind_text(KIND_ASKER), &keys, &context->fault);

    if (!err)
        err = key_seal_put(context->config->state_dir, keys, sealed, name, &context->fault);
    stagekeys_close(keys);
    sodium_memzero(sealed->key, sizeof sealed->key);
    sodium_memzero(sealed->token, sizeof sealed->token);
    return err;
}

/* --- giving --------------------------------------------------------------------------------------------------- */

enum giving_state { GIVING_GREETS, GIVING_WAITS, GIVING_OVER };

struct key_giving {
    struct context *context;
    struct asker *asker;
    struct sealed_key *sealed;           /* with the key, until it is on its way */
    struct str mark, reason;
    enum giving_state state;
    bool asked;                          /* an add-on, of QuickOrder, for this key */
    bool by_token;
    bool came;
    struct errand_answer said;
    int64_t until_ms;
    enum err err;
};

static void end(struct key_giving *giving, enum err err)
{
    giving->state = GIVING_OVER;
    giving->err = err;
}

static enum err take_back(const struct key_giving *giving)
{
    struct context *context = giving->context;
    struct str venue = str_of(giving->sealed->venue);
    struct fault why = context->fault;
    enum err err = decide(context, "venue-key-refused", venue, giving->mark, str_of(why.text), NULL);

    if (!err && giving->asked)
        err = add_on_drop(context, venue, giving->sealed->extension);
    if (!err)
        context->fault = why;
    return err;
}

static enum err hand_over(struct key_giving *giving)
{
    struct context *context = giving->context;
    struct errand errand = { .kind = ERRAND_DROP };
    enum err err = seal(context, giving->sealed, errand.name);

    KILLPOINT("give.after-seal");
    giving->until_ms = clock_steady_ms() + KEY_DROP_WAIT_MS;
    return err ? err : asker_ask(giving->asker, &errand, &giving->said, &giving->came);
}

/* The uploader hears: who gives it is in the trail, and then it goes. */
static enum err give(struct key_giving *giving)
{
    struct context *context = giving->context;
    struct str venue = str_of(giving->sealed->venue);
    enum err err = decide(context, "venue-key", venue, giving->mark,
                          giving->reason.len ? giving->reason : STR("bilag venues connect"), NULL), told;

    KILLPOINT("give.after-trail");
    if (!err)
        err = add_on_ask(context, venue, giving->sealed->extension, &giving->asked);
    if (err)
        return err;
    err = hand_over(giving);
    told = err == ERR_REFUSED ? take_back(giving) : ERR_OK;
    return told ? told : err;
}

/* The key that came of a token has a mark now. That the key was given, by whom and why, stands in the trail already. */
static void note_mark(struct key_giving *giving)
{
    struct context *context = giving->context;

    giving->mark = arena_copy(context->arena, str_of(giving->said.mark));
    if (decide(context, "venue-key", str_of(giving->sealed->venue), giving->mark, giving->reason, NULL))
        context->fault = (struct fault){ "" };
}

/* Refused: nothing is kept. Everything else may be kept yet, by an uploader that ended in the middle. */
static enum err conclude(struct key_giving *giving)
{
    enum err err = key_errand_err(giving->context, &giving->said), told = err == ERR_REFUSED ? take_back(giving) : ERR_OK;

    if (!err && giving->by_token)
        note_mark(giving);
    return told ? told : err;
}

static void lose(struct key_giving *giving)
{
    bool heard = giving->state == GIVING_WAITS;
    const char *why = asker_trouble(giving->asker);

    end(giving, fault_set(&giving->context->fault, heard ? ERR_NETWORK : ERR_NOT_FOUND, "%s",
                          why[0] ? why : err_text(ERR_NETWORK)));
}

bool key_giving_run(struct key_giving *giving, int64_t until_steady_ms)
{
    if (giving->state != GIVING_OVER)
        asker_run(giving->asker, until_steady_ms);
    if (giving->state == GIVING_GREETS && asker_state(giving->asker) == ASKER_HEARD) {
        enum err err = give(giving);

        giving->state = GIVING_WAITS;
        if (err)
            end(giving, err);
    } else if (giving->state == GIVING_WAITS && giving->came) {
        end(giving, conclude(giving));
    } else if (giving->state != GIVING_OVER &&
               (asker_state(giving->asker) == ASKER_LOST || clock_steady_ms() >= giving->until_ms)) {
        lose(giving);
    }
    return giving->state == GIVING_OVER;
}

enum err key_giving_err(const struct key_giving *giving)
{
    ensure(giving->state == GIVING_OVER);
    return giving->err;
}

struct str key_giving_mark(const struct key_giving *giving)
{
    return giving->mark;
}

void key_giving_free(struct key_giving *giving)
{
    if (!giving)
        return;
    asker_close(giving->asker);
    sealed_key_free(giving->sealed);
    free(giving);
}

/* The key into the locked memory, and away with it where it was. */
static enum err take_key(struct key_giving *giving, struct str key)
{
    struct str word = STR_NONE;
    enum err err = keyfile_judge(key, &word, &giving->context->fault);

    if (!err) {
        ensure(str_copy(word, giving->sealed->key, sizeof giving->sealed->key));
        giving->mark = venue_client_id(word, giving->context->arena);
    }
    return err;
}

/* One word of printable ASCII. */
static enum err take_token(struct key_giving *giving, struct str token)
{
    bool word = token.len > 0 && str_copy(token, giving->sealed->token, sizeof giving->sealed->token);

    for (size_t i = 0; word && i < token.len; i++)
        word = token.bytes[i] > 0x20 && token.bytes[i] < 0x7f;
    giving->mark = STR(GIVEN_BY_PAGES);
    giving->by_token = true;
    return word ? ERR_OK : fault_set(&giving->context->fault, ERR_FORMAT, "PowerOffice sent the browser back without a token "
                                     "that can be read; begin once more");
}

typedef enum err (*taker)(struct key_giving *giving, struct str secret);

static enum err begin(struct context *context, struct str venue, struct str *secret, taker take, struct str reason,
                      struct key_giving **ret_giving)
{
    struct key_giving *giving = calloc(1, sizeof *giving);
    enum err err;

    context->fault = (struct fault){ "" };
    if (giving) {
        *giving = (struct key_giving){ .context = context, .reason = arena_copy(context->arena, reason),
                                       .sealed = sealed_key_new(), .until_ms = INT64_MAX };
    }
    err = giving && giving->sealed ? describe(context, venue, giving->sealed)
                                   : fault_set(&context->fault, ERR_MEMORY, "out of memory");
    if (!err)
        err = take(giving, *secret);
    secret_wipe(secret);
    if (!err)
        err = asker_begin(context->config, &giving->asker, &context->fault);
    if (err)
        key_giving_free(giving);
    else
        *ret_giving = giving;
    return err;
}

enum err key_giving_begin(struct context *context, struct str venue, struct str *key, struct str reason,
                          struct key_giving **ret_giving)
{
    return begin(context, venue, key, take_key, reason, ret_giving);
}

enum err key_giving_begin_token(struct context *context, struct str venue, struct str *token, struct str reason,
                                struct key_giving **ret_giving)
{
    return begin(context, venue, token, take_token, reason, ret_giving);
}

/* Whoever is sent to PowerOffice is not sent for a key that has no place here. */
enum err key_pages_errand(struct context *context, struct str venue, const char *state, struct errand *ret_errand)
{
    struct sealed_key *sealed = sealed_key_new();
    enum err err;

    context->fault = (struct fault){ "" };
    *ret_errand = (struct errand){ .kind = ERRAND_PAGES };
    err = sealed ? describe(context, venue, sealed) : fault_set(&context->fault, ERR_MEMORY, "out of memory");
    if (!err) {
        ensure(str_copy(str_of(sealed->company), ret_errand->company, sizeof ret_errand->company) &&
               str_copy(str_of(state), ret_errand->state, sizeof ret_errand->state));
        ret_errand->extension = sealed->extension;
    }
    sealed_key_free(sealed);
    return err;
}

enum err key_drop(struct context *context, struct str venue, struct str *key, struct str reason)
{
    struct key_giving *giving = NULL;
    enum err err = key_giving_begin(context, venue, key, reason, &giving);

    while (!err && !key_giving_run(giving, clock_steady_ms() + STEP_MS))
        ;
    if (!err)
        err = key_giving_err(giving);
    key_giving_free(giving);
    return err;
}
