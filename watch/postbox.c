#include "postbox.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_write.h"
#include "base/killpoint.h"
#include "base/log.h"
#include "compose.h"

enum { COMMAND_EVERY_MS = 50, TURN_EVERY_MS = 1000 };

struct postbox {
    struct notices *notices;
    struct courier *courier;
    struct arena arena;
    const struct config *config;         /* of this turn */
    int64_t now_ms, looked_ms;           /* looked_ms: steady, when all recipients were gone through */
    struct postbox_counts *counts;
    enum err err;                        /* of what ended in this turn */
};

bool postbox_is_quiet(const struct watch_settings *watch, const struct watch_recipient *recipient, int64_t now_ms)
{
    struct civil at;
    int32_t second;

    zone_civil(watch->zone, now_ms / 1000, &at);
    second = at.hour * 3600 + at.minute * 60 + at.second;
    if (recipient->quiet.from <= recipient->quiet.to)
        return second >= recipient->quiet.from && second < recipient->quiet.to;
    return second >= recipient->quiet.from || second < recipient->quiet.to;
}

int64_t postbox_wait_ms(const struct watch_settings *watch, uint32_t tries)
{
    int64_t wait_s = watch->retry_first_s;

    for (uint32_t i = 1; i < tries && wait_s < watch->retry_max_s; i++)
        wait_s *= 2;
    return 1000 * (wait_s < watch->retry_max_s ? wait_s : watch->retry_max_s);
}

static void write_id(char id[LETTER_ID_SIZE])
{
    unsigned char random[(LETTER_ID_SIZE - 1) / 2];

    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(id, LETTER_ID_SIZE, random, sizeof random);
}

/* The first of the recipient's notices, as many as go into one letter. ERR_NOT_FOUND: there are none. */
static enum err write_letter(struct postbox *postbox, const struct watch_recipient *recipient, struct letter *letter)
{
    struct composing composing = { .config = postbox->config, .recipient = recipient, .made_ms = postbox->now_ms };
    char id[LETTER_ID_SIZE];
    struct notice *notices;
    struct strbuf body;
    enum err err = notices_waiting(postbox->notices, recipient->name, LETTER_NOTICES_MAX, &postbox->arena, &notices,
                                   &composing.count);

    if (err || !composing.count)
        return err ? err : ERR_NOT_FOUND;
    write_id(id);
    composing.notices = notices;
    composing.id = arena_copy(&postbox->arena, str_of(id));
    strbuf_init(&body, LETTER_BYTES_MAX);
    compose_letter(&composing, &body);
    *letter = (struct letter){ .id = composing.id, .to = compose_address(recipient, &postbox->arena), .made_ms = postbox->now_ms,
                               .upto = notices[composing.count - 1].number, .notices = composing.count,
                               .body = arena_copy(&postbox->arena, strbuf_str(&body)) };
    err = body.failed || arena_failed(&postbox->arena) ? ERR_MEMORY : ERR_OK;
    strbuf_free(&body);
    return err;
}

/* A clock that was put back must not keep a letter for years. */
static bool is_due(const struct postbox *postbox, const struct letter *letter)
{
    int64_t wait_ms = letter->next_ms - postbox->now_ms;

    return wait_ms <= 0 || wait_ms > (int64_t)postbox->config->watch.retry_max_s * 1000;
}

static enum err bring_out(struct postbox *postbox, const struct watch_recipient *recipient)
{
    struct letter letter;
    struct str address = compose_address(recipient, &postbox->arena);
    enum err err = notices_letter(postbox->notices, recipient->name, &postbox->arena, &letter);

    if (err == ERR_NOT_FOUND || (!err && !str_equal(letter.to, address)))
        err = write_letter(postbox, recipient, &letter);     /* none yet, or one to another address */
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    if (!is_due(postbox, &letter))
        return ERR_OK;
    letter.tries++;
    letter.next_ms = postbox->now_ms + postbox_wait_ms(&postbox->config->watch, letter.tries);
    KILLPOINT("watch.before-letter");
    err = notices_put_letter(postbox->notices, recipient->name, &letter);
    KILLPOINT("watch.letter-written");
    return err ? err : courier_start(postbox->courier, &postbox->config->watch, recipient, letter.id, letter.body);
}

static enum err note_end(struct postbox *postbox, struct str recipient, bool taken, const char *words)
{
    struct letter letter;
    enum err err = notices_letter(postbox->notices, recipient, &postbox->arena, &letter);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;          /* its recipient was taken out of the file meanwhile */
    if (taken) {
        log_fact("what=told recipient=" STR_FMT " message=" STR_FMT " notices=%llu tries=%u", STR_ARG(recipient),
                 STR_ARG(letter.id),
                 (unsigned long long)letter.notices, letter.tries);
        return notices_taken(postbox->notices, recipient, &letter);
    }
    log_fact("level=warning what=\"not told\" recipient=" STR_FMT " message=" STR_FMT " tries=%u why=\"%s\"",
             STR_ARG(recipient),
             STR_ARG(letter.id), letter.tries, words);
    letter.words = str_of(words);
    return notices_put_letter(postbox->notices, recipient, &letter);
}

static void on_end(void *context, struct str recipient, bool taken, const char *words)
{
    struct postbox *postbox = context;
    enum err err;

    KILLPOINT("watch.brought-out");
    err = note_end(postbox, recipient, taken, words);
    postbox->counts->taken += taken;
    postbox->counts->failed += !taken;
    if (err && !postbox->err)
        postbox->err = err;
    postbox->looked_ms = 0;
}

enum err postbox_open(struct notices *notices, struct postbox **ret_postbox)
{
    struct postbox *postbox = calloc(1, sizeof *postbox);
    enum err err;

    if (!postbox)
        return ERR_MEMORY;
    postbox->notices = notices;
    arena_init(&postbox->arena, (size_t)64 << 20);
    err = courier_open(on_end, postbox, &postbox->courier);
    if (err) {
        postbox_close(postbox);
        return err;
    }
    *ret_postbox = postbox;
    return ERR_OK;
}

void postbox_close(struct postbox *postbox)
{
    if (!postbox)
        return;
    courier_close(postbox->courier);
    arena_free(&postbox->arena);
    free(postbox);
}

struct courier *postbox_courier(struct postbox *postbox)
{
    return postbox->courier;
}

enum err postbox_turn(struct postbox *postbox, const struct config *config, int64_t now_ms, struct postbox_counts *counts)
{
    int64_t steady_ms = clock_steady_ms();
    enum err err;

    postbox->config = config;
    postbox->now_ms = now_ms;
    postbox->counts = counts;
    postbox->err = ERR_OK;
    arena_reset(&postbox->arena);
    courier_turn(postbox->courier);
    err = postbox->err;
    if (postbox->looked_ms && steady_ms - postbox->looked_ms < TURN_EVERY_MS)
        return err;
    for (size_t i = 0; i < config->watch.recipient_count && !err; i++) {
        const struct watch_recipient *recipient = &config->watch.recipients[i];

        if (courier_under_way(postbox->courier) == COURIER_UNDER_WAY_MAX)
            break;
        arena_reset(&postbox->arena);
        if (!courier_has(postbox->courier, recipient->name) && !postbox_is_quiet(&config->watch, recipient, now_ms))
            err = bring_out(postbox, recipient);
    }
    postbox->looked_ms = steady_ms;
    return err;
}

int64_t postbox_wake_ms(const struct postbox *postbox, int64_t steady_ms)
{
    return steady_ms + (courier_runs_commands(postbox->courier) ? COMMAND_EVERY_MS : TURN_EVERY_MS);
}

static enum err recipient_status(struct postbox *postbox, const struct watch_recipient *recipient, struct arena *arena,
                                 struct strbuf *json, struct str *untold)
{
    struct letter letter = { .tries = 0 };
    uint64_t waiting = 0;
    int64_t oldest_ms = 0;
    char when[32];
    enum err err = notices_count(postbox->notices, recipient->name, &waiting, &oldest_ms);

    arena_reset(&postbox->arena);            /* a letter's body is large, and there may be many */
    if (!err)
        err = notices_letter(postbox->notices, recipient->name, &postbox->arena, &letter);
    if (err && err != ERR_NOT_FOUND)
        return err;
    json_open(json, NULL, '{');
    json_put_str(json, "name", recipient->name);
    json_put_uint(json, "waiting", waiting);
    if (waiting)
        json_put_time(json, "since", oldest_ms);
    json_put_uint(json, "tries", letter.tries);
    if (letter.words.len)
        json_put_str(json, "words", letter.words);
    json_close(json, '}');
    if (letter.words.len && !untold->len)
        *untold = arena_format(arena, STR_FMT " (%" PRIu64 ", %.16s): " STR_FMT, STR_ARG(recipient->name), waiting,
                               time_text_utc(oldest_ms, when), STR_ARG(letter.words));
    return ERR_OK;
}

enum err postbox_status(struct postbox *postbox, const struct config *config, struct arena *arena, struct strbuf *json)
{
    struct str untold = STR_NONE;
    enum err err = ERR_OK;

    json_open(json, "recipients", '[');
    for (size_t i = 0; i < config->watch.recipient_count && !err; i++)
        err = recipient_status(postbox, &config->watch.recipients[i], arena, json, &untold);
    json_close(json, ']');
    if (untold.len)
        json_put_str(json, "untold", untold);
    return err;
}
