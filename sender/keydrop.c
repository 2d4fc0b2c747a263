#include "keydrop.h"

#include "base/clock.h"
#include "base/killpoint.h"
#include "base/log.h"
#include "base/wholefile.h"
#include "poweroffice/key_seal.h"
#include "poweroffice/onboarding.h"
#include "poweroffice/refbuild.h"
#include "poweroffice/right_books.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RELOAD_PATIENCE_MS = 10000, LEFT_MAX_MS = 3600000, PATH_BYTES = 1200, JUDGE_BYTES = 64 * 1024, MARK_SIZE = 17 };

enum keydrop_state { DROP_IDLE, DROP_CHANGED, DROP_ASKED, DROP_PLACED };

struct keydrop {
    struct stage *stage;
    struct poweroffice *po;
    struct refstore *store;
    enum keydrop_state state;
    struct sealed_key *sealed;            /* NULL: idle, or in its place */
    struct venue venue;                   /* as it would be with this key */
    char name[SEALED_NAME_SIZE], mark[MARK_SIZE];
    char venue_id[65];
    int64_t until_ms;                     /* PLACED: steady */
    bool all_seen;                        /* nothing is left of a former life */
    struct errand_answer said;
    keydrop_done done;                    /* NULL: who dropped it is gone */
    void *context;
};

static void forget(struct keydrop *drop)
{
    sealed_key_free(drop->sealed);
    drop->sealed = NULL;
    drop->venue = (struct venue){ .id = STR_NONE };
}

static void end(struct keydrop *drop)
{
    keydrop_done done = drop->done;

    key_seal_remove(stage_config(drop->stage)->state_dir, drop->name);
    log_fact("venue=%s client=%s what=\"a key was dropped\" outcome=%s why=\"%s\"", drop->venue_id, drop->mark,
             errand_refusal_code(drop->said.refusal), drop->said.answer.detail);
    stage_counter_add(drop->stage, drop->said.refusal == ERRAND_TAKEN ? "keys_placed" : "keys_refused", 1);
    forget(drop);
    drop->state = DROP_IDLE;
    drop->done = NULL;
    if (done)
        done(drop->context, &drop->said);
}

static void end_refused(struct keydrop *drop, enum errand_refusal why)
{
    drop->said.refusal = why;
    end(drop);
}

/* --- where it goes -------------------------------------------------------------------------------------------- */

/* Is this the mark of a key of the installation itself? */
static bool is_own(const struct config *config, struct str mark, struct arena *arena)
{
    const struct str keys[] = { config->subscription_key, config->subscription_key_secondary,
                                config->application_keys[EXTENSION_MAIN] };

    for (size_t i = 0; i < COUNT(keys); i++)
        if (keys[i].len && str_equal(keymark_of(keys[i], arena), mark))
            return true;
    return false;
}

/* A file that is in use is this company's and nobody else's; one that is not, and is there, must have the venue's name. */
static bool may_replace(struct keydrop *drop, const char *path)
{
    const struct config *config = stage_config(drop->stage);
    struct keymarks marks = config->marks;
    struct arena *arena = stage_arena(drop->stage);
    struct str mark = keymarks_find(&marks, arena_format(arena, KEYMARK_FILE "%s", path));
    bool used = false;
    struct stat st;

    if (!mark.len)
        return strcmp(drop->sealed->file, drop->sealed->venue) == 0 || lstat(path, &st) != 0;
    for (size_t i = 0; i < config->venue_count; i++)
        if (str_equal(config->venues[i].client_id, mark)) {
            used = true;
            if (!str_equal(config->venues[i].company, drop->venue.company))
                return false;
        }
    return used && !is_own(config, mark, arena);
}

static enum err place(struct keydrop *drop, struct fault *fault)
{
    struct str dir = stage_config(drop->stage)->dir;
    char path[PATH_BYTES], line[SECRET_MAX + 2];
    int len = snprintf(path, sizeof path, STR_FMT "/keys/%s", STR_ARG(dir), drop->sealed->file), line_len;
    enum err err;

    if (len < 0 || (size_t)len >= sizeof path || !may_replace(drop, path))
        return fault_set(fault, ERR_REFUSED, "keys/%s is another's", drop->sealed->file);
    line_len = snprintf(line, sizeof line, "%s\n", drop->sealed->key);
    KILLPOINT("key.before-place");
    err = wholefile_write(path, (struct str){ line, (size_t)line_len }, 0600, WHOLEFILE_REPLACE, fault);
    KILLPOINT("key.after-place");
    explicit_bzero(line, sizeof line);
    return err;
}

static void take_place(struct keydrop *drop)
{
    struct fault fault = { "" };
    enum err err = place(drop, &fault);

    if (err) {
        (void)snprintf(drop->said.answer.detail, sizeof drop->said.answer.detail, "%s", fault.text);
        end_refused(drop, err == ERR_REFUSED ? ERRAND_NO_PLACE : ERRAND_NOT_KEPT);
        return;
    }
    key_seal_remove(stage_config(drop->stage)->state_dir, drop->name);
    KILLPOINT("key.after-removal");
    (void)str_copy(str_of(drop->mark), drop->said.mark, sizeof drop->said.mark);
    forget(drop);
    drop->state = DROP_PLACED;
    drop->until_ms = stage_steady_ms(drop->stage) + RELOAD_PATIENCE_MS;
    stage_reload_soon(drop->stage);
}

/* --- whose it is ---------------------------------------------------------------------------------------------- */

static enum errand_refusal judge(struct keydrop *drop, struct str body)
{
    struct refbuild build;
    enum errand_refusal refusal = ERRAND_TAKEN;
    struct answer *said = &drop->said.answer;
    enum err err;

    refbuild_init(&build);
    err = refbuild_client(&build, body);
    if (!err)
        err = right_books_fit(drop->store, drop->venue.company, build.data.client);
    if (err)
        refusal = err == ERR_REFUSED ? ERRAND_OTHER_BOOKS : ERRAND_NOT_KEPT;
    if (err == ERR_REFUSED) {
        (void)snprintf(said->title, sizeof said->title, STR_FMT, STR_ARG(build.data.client_name));
        (void)snprintf(said->detail, sizeof said->detail, STR_FMT, STR_ARG(build.data.client));
    } else if (err) {
        (void)snprintf(said->detail, sizeof said->detail, "%s", err_text(err));
    }
    refbuild_free(&build);
    return refusal;
}

static void answered_whose(void *context, const struct answer *answer)
{
    struct keydrop *drop = context;
    enum errand_refusal refusal = ERRAND_NOT_ASKED;

    drop->said.answer = *answer;
    drop->said.answer.body = drop->said.answer.location = STR_NONE;
    if (answer->outcome == OUTCOME_DONE)
        refusal = judge(drop, answer->body);
    else if (answer->outcome == OUTCOME_LOGIN && !answer->subscription_refused && !answer->closed)
        refusal = ERRAND_KEY_REFUSED;
    if (refusal == ERRAND_TAKEN)
        take_place(drop);
    else
        end_refused(drop, refusal);
}

static bool fill_in(struct keydrop *drop)
{
    struct str key = str_of(drop->sealed->key), mark = keymark_of(key, stage_arena(drop->stage));
    bool fits = str_copy(str_of(drop->sealed->venue), drop->venue_id, sizeof drop->venue_id) &&
                str_copy(mark, drop->mark, sizeof drop->mark);

    drop->venue = (struct venue){ .id = str_of(drop->venue_id), .company = str_of(drop->sealed->company), .client_key = key,
                                  .client_id = str_of(drop->mark), .extension = drop->sealed->extension };
    return fits;
}

static enum errand_refusal ask_whose(struct keydrop *drop)
{
    struct call call = { .venue = &drop->venue, .method = CALL_GET, .path = STR("/ClientIntegrationInformation"),
                         .asked = true };

    if (!fill_in(drop) || poweroffice_call(drop->po, &call, answered_whose, drop))
        return ERRAND_BUSY;
    drop->state = DROP_ASKED;
    return ERRAND_TAKEN;
}

/* --- a token is changed for a key ----------------------------------------------------------------------------- */

/* Nobody gives this key twice: it is on disk before it is asked whose it is. */
static void seal_key(struct keydrop *drop)
{
    struct str state_dir = stage_config(drop->stage)->state_dir;
    char name[SEALED_NAME_SIZE];
    struct stagekeys *keys = NULL;
    struct fault fault = { "" };
    enum err err = stagekeys_open(state_dir, stage_kind_text(KIND_DROP), &keys, &fault);

    KILLPOINT("key.before-seal");
    if (!err)
        err = key_seal_put(state_dir, keys, drop->sealed, name, &fault);
    stagekeys_close(keys);
    KILLPOINT("key.after-seal");
    key_seal_remove(state_dir, drop->name);
    (void)str_copy(err ? STR("") : str_of(name), drop->name, sizeof drop->name);
    if (err)
        log_fact("level=error venue=%s what=\"a key is judged that is not on disk yet\" why=\"%s\"", drop->venue_id,
                 fault.text);
}

static enum err take_key_of(struct keydrop *drop, struct str body)
{
    struct onboarded onboarded = { .key = "" };
    struct str key;
    enum err err = onboarding_end_read(body, str_of(drop->sealed->company), &onboarded, NULL);

    key = str_of(onboarded.key);
    for (size_t i = 0; !err && i < key.len; i++)
        err = key.bytes[i] > 0x20 && key.bytes[i] < 0x7f ? ERR_OK : ERR_FORMAT;
    if (!err && (!key.len || !str_copy(key, drop->sealed->key, sizeof drop->sealed->key)))
        err = ERR_FORMAT;
    explicit_bzero(&onboarded, sizeof onboarded);
    return err;
}

/* What it is refused with is told in PowerOffice's words; what was not answered, or not as expected, has cost the key. */
static enum errand_refusal key_of(struct keydrop *drop, const struct answer *answer)
{
    enum err err;

    if (answer->outcome == OUTCOME_REFUSED || answer->outcome == OUTCOME_LOGIN)
        return ERRAND_SAID_NO;
    if (answer->outcome == OUTCOME_PASSING || answer->outcome == OUTCOME_THROTTLED)
        return ERRAND_NOT_ASKED;
    err = answer->outcome == OUTCOME_DONE ? take_key_of(drop, answer->body) : ERR_NETWORK;
    return err == ERR_NOT_FOUND ? ERRAND_OTHER_COMPANY : err ? ERRAND_LOST : ERRAND_TAKEN;
}

static void token_changed(void *context, const struct answer *answer)
{
    struct keydrop *drop = context;
    enum errand_refusal refusal = key_of(drop, answer);

    drop->said.answer = *answer;
    drop->said.answer.body = drop->said.answer.location = STR_NONE;
    explicit_bzero(drop->sealed->token, sizeof drop->sealed->token);
    if (refusal == ERRAND_TAKEN) {
        seal_key(drop);
        refusal = ask_whose(drop) == ERRAND_TAKEN ? ERRAND_TAKEN : ERRAND_NOT_ASKED;
    }
    if (refusal != ERRAND_TAKEN)
        end_refused(drop, refusal);
}

static enum errand_refusal change_token(struct keydrop *drop)
{
    struct strbuf body;
    enum err err;

    strbuf_init(&body, 16384);
    onboarding_end_write(&body, str_of(drop->sealed->token));
    err = body.failed || !str_copy(str_of(drop->sealed->venue), drop->venue_id, sizeof drop->venue_id)
              ? ERR_MEMORY : poweroffice_onboard(drop->po, ONBOARDING_END, strbuf_str(&body), token_changed, drop);
    strbuf_wipe(&body);
    drop->mark[0] = '\0';
    drop->state = err ? DROP_IDLE : DROP_CHANGED;
    return err ? ERRAND_BUSY : ERRAND_TAKEN;
}

/* --- from outside --------------------------------------------------------------------------------------------- */

static enum err open_sealed(struct keydrop *drop, const char *name)
{
    const struct config *config = stage_config(drop->stage);
    struct stagekeys *keys = NULL;
    enum err err = stagekeys_open(config->state_dir, stage_kind_text(KIND_DROP), &keys, NULL);

    drop->sealed = err ? NULL : sealed_key_new();
    if (!err)
        err = drop->sealed ? key_seal_open(config->state_dir, keys, name, drop->sealed) : ERR_MEMORY;
    stagekeys_close(keys);
    return err;
}

enum errand_refusal keydrop_take(struct keydrop *drop, const char *name, keydrop_done done, void *context)
{
    enum errand_refusal refusal;
    enum err err;

    if (drop->state != DROP_IDLE)
        return ERRAND_BUSY;
    err = open_sealed(drop, name);
    if (err) {
        forget(drop);
        if (err == ERR_FORMAT)
            key_seal_remove(stage_config(drop->stage)->state_dir, name);
        return err == ERR_MEMORY ? ERRAND_BUSY : ERRAND_NO_DROP;
    }
    (void)str_copy(str_of(name), drop->name, sizeof drop->name);
    drop->said = (struct errand_answer){ .answer.outcome = OUTCOME_PASSING };
    drop->done = done;
    drop->context = context;
    refusal = drop->sealed->token[0] ? change_token(drop) : ask_whose(drop);
    if (refusal != ERRAND_TAKEN)
        forget(drop);
    return refusal;
}

/* Taken up: the configuration has the venue with this key. One that a wrong file holds up is answered all the same. */
static bool is_taken_up(const struct keydrop *drop)
{
    const struct venue *venue = config_venue(stage_config(drop->stage), str_of(drop->venue_id));

    return venue && str_equal(venue->client_id, str_of(drop->mark));
}

/* One that is too old, or does not open, is thrown away. */
static void take_left(struct keydrop *drop)
{
    struct str state_dir = stage_config(drop->stage)->state_dir;
    char name[SEALED_NAME_SIZE];
    int64_t since_ms;
    bool old;

    drop->all_seen = !key_seal_any(state_dir, name, &since_ms);
    old = !drop->all_seen && stage_now_ms(drop->stage) - since_ms > LEFT_MAX_MS;
    if (!drop->all_seen && (old || keydrop_take(drop, name, NULL, NULL) == ERRAND_NO_DROP)) {
        log_fact("level=warning what=\"a key that was left in the drop is thrown away\" why=%s", old ? "old" : "torn");
        key_seal_remove(state_dir, name);
    }
}

void keydrop_turn(struct keydrop *drop)
{
    if (drop->state == DROP_PLACED && (is_taken_up(drop) || stage_steady_ms(drop->stage) >= drop->until_ms))
        end(drop);
    if (!drop->all_seen && drop->state == DROP_IDLE && !stage_stopping(drop->stage))
        take_left(drop);
}

enum err keydrop_open(struct stage *stage, struct poweroffice *po, struct refstore *store, struct keydrop **ret_drop,
                      struct fault *fault)
{
    struct keydrop *drop;
    enum err err = key_seal_folder(stage_config(stage)->state_dir, fault);

    if (err)
        return err;
    drop = calloc(1, sizeof *drop);
    if (!drop)
        return fault_set(fault, ERR_MEMORY, "no memory");
    drop->stage = stage;
    drop->po = po;
    drop->store = store;
    *ret_drop = drop;
    return ERR_OK;
}

void keydrop_close(struct keydrop *drop)
{
    if (drop)
        forget(drop);
    free(drop);
}
