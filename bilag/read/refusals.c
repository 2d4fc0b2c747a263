#include "refusals.h"

#include "takeback.h"

#include "domain/audit.h"
#include "domain/doors.h"
#include "domain/event_canonical.h"
#include "domain/event_read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LINE_WORDS " line "

enum { PARSE_BYTES = 8 * 1024 * 1024 };

struct loading {
    const struct config *config;
    struct eventlog *log;
    struct arena *arena;
    struct arena parse;                  /* one event */
    struct refusal *list;
    size_t count, room;
    struct taken_back taken_back;
    struct door_token *tokens;           /* numbers rise */
    size_t token_count, token_room;
    bool any_token;                      /* a line came with one */
};

static bool is_map(unsigned char first)
{
    return (first & 0xf0) == 0x80 || first == 0xde || first == 0xdf;
}

static bool is_array(unsigned char first)
{
    return (first & 0xf0) == 0x90 || first == 0xdc || first == 0xdd;
}

/* How it was sent is not kept, but its first byte tells: what is neither map nor array of msgpack was a line. */
static enum err event_of(struct str bytes, struct arena *arena, struct event *ret_event)
{
    unsigned char first = bytes.len ? (unsigned char)bytes.bytes[0] : 0;
    struct fault fault;
    enum err err;

    if (is_map(first))
        return event_from_msgpack(bytes, arena, ret_event, &fault);
    if (!is_array(first))
        return event_from_json(bytes, arena, ret_event, &fault);
    err = event_decode(bytes, arena, ret_event);
    return err ? err : event_check(ret_event, &fault);
}

bool refusal_is_settled(const struct refusal *refusal)
{
    return refusal->state == REFUSAL_TAKEN || refusal->state == REFUSAL_REPLACED || refusal->state == REFUSAL_DISMISSED;
}

struct str refusal_venue(const struct refusal *refusal)
{
    return refusal->operators ? STR_NONE : refusal->venue;
}

/* --- the token it came with --- */

/* From before tokens were written down: it came by a door, or says so itself. */
static bool token_is_lost(const struct refusal *refusal)
{
    static const char company[] = "this company's token";

    if (refusal->token)
        return false;
    return str_equal(refusal->source, STR("http")) || str_equal(refusal->source, STR("zmq")) ||
           (refusal->reason.len && memmem(refusal->reason.bytes, refusal->reason.len, company, sizeof company - 1));
}

static enum err token_seen(const struct door_token *token, void *context)
{
    struct loading *loading = context;
    struct door_token *copy;

    if (loading->token_count == loading->token_room)
        return ERR_STOP;                 /* made since the room was: nothing came with it yet */
    copy = &loading->tokens[loading->token_count++];
    *copy = *token;
    copy->scopes = arena_array(loading->arena, token->scope_count + 1, sizeof *copy->scopes);
    for (size_t i = 0; copy->scopes && i < token->scope_count; i++)
        copy->scopes[i] = (struct door_scope){ token->scopes[i].company, arena_copy(loading->arena, token->scopes[i].name) };
    return arena_failed(loading->arena) ? ERR_MEMORY : ERR_OK;
}

static enum err count_token(const struct door_token *token, void *context)
{
    (void)token;
    ++*(size_t *)context;
    return ERR_OK;
}

static enum err load_tokens(struct loading *loading, struct fault *fault)
{
    struct doors *doors;
    enum err err = doors_open(loading->config->state_dir, STORE_READ_ONLY, &doors, fault);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = doors_list(doors, count_token, &loading->token_room);
    loading->tokens = arena_array(loading->arena, loading->token_room + 1, sizeof *loading->tokens);
    if (!err)
        err = loading->tokens ? doors_list(doors, token_seen, loading) : ERR_MEMORY;
    doors_close(doors);
    return err == ERR_STOP ? ERR_OK : err;
}

static int by_number(const void *a, const void *b)
{
    const struct door_token *left = a, *right = b;

    return (left->number > right->number) - (left->number < right->number);
}

/* Revoked since or not: it was good when the line came. */
static bool token_opens(const struct loading *loading, const struct refusal *refusal)
{
    const struct door_token wanted = { .number = refusal->token };
    const struct door_token *token;

    if (!refusal->token)
        return !token_is_lost(refusal);
    token = loading->token_count ? bsearch(&wanted, loading->tokens, loading->token_count, sizeof wanted, by_number) : NULL;
    return token && door_names(token, loading->config, refusal->venue);
}

/* Of a venue that is not set up only who was let in by its name is known. */
static void judge_token(const struct loading *loading, struct refusal *refusal)
{
    refusal->operators = !token_opens(loading, refusal);
    if (refusal->operators && refusal->state == REFUSAL_NO_VENUE)
        refusal->state = REFUSAL_WAITS;
    else if (refusal->operators && refusal->state == REFUSAL_READY && refusal->token)
        refusal->state = REFUSAL_OTHERS;
}

/* --- what it is --- */

static enum err judge(struct loading *loading, struct refusal *refusal)
{
    bool whole = refusal->bytes.len > 0 && refusal->bytes.len < EVENTLOG_REFUSED_BYTES;
    struct event event;

    arena_reset(&loading->parse);
    refusal->state = whole ? REFUSAL_NO_EVENT : REFUSAL_CUT;
    if (!whole || event_of(refusal->bytes, &loading->parse, &event))
        return ERR_OK;
    refusal->state = config_venue(loading->config, event.venue) ? REFUSAL_READY : REFUSAL_NO_VENUE;
    refusal->venue = arena_copy(loading->arena, event.venue);    /* ingest had guessed it, if it was no event then */
    return event_encode(&event, loading->arena, &refusal->canonical);
}

static enum err refusal_seen(int64_t time_ms, const struct eventlog_refusal *seen, void *context)
{
    struct loading *loading = context;
    struct refusal *refusal;

    if (loading->count == loading->room)
        return ERR_STOP;                 /* came in since the room was made: next time */
    refusal = &loading->list[loading->count++];
    refusal->time_ms = time_ms;
    refusal->line = seen->line;
    refusal->source = arena_copy(loading->arena, seen->source);
    refusal->venue = arena_copy(loading->arena, seen->venue);
    refusal->reason = arena_copy(loading->arena, seen->reason);
    refusal->bytes = arena_copy(loading->arena, seen->bytes);
    refusal->token = seen->token;
    loading->any_token |= seen->token != 0;
    return arena_failed(loading->arena) ? ERR_MEMORY : judge(loading, refusal);
}

struct comparing { struct str canonical; bool same; };

static enum err version_seen(uint32_t partition, uint64_t offset, struct str canonical, void *context)
{
    struct comparing *comparing = context;

    (void)partition;
    (void)offset;
    comparing->same = str_equal(canonical, comparing->canonical);
    return comparing->same ? ERR_STOP : ERR_OK;
}

/* After the list is read: two readers of one store at a time are one too many while its map may grow. */
static enum err settle(struct loading *loading, struct refusal *refusal)
{
    struct comparing comparing = { refusal->canonical, false };
    struct event event;
    enum err err;

    if (!refusal->canonical.len)
        return ERR_OK;
    arena_reset(&loading->parse);
    err = event_decode(refusal->canonical, &loading->parse, &event);
    if (!err)
        err = eventlog_find(loading->log, &event, version_seen, &comparing);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (comparing.same)
        refusal->state = REFUSAL_TAKEN;
    else if (refusal->state != REFUSAL_OTHERS && refusal->state != REFUSAL_WAITS)      /* the number may be another company's */
        refusal->state = REFUSAL_REPLACED;
    return err;
}

/* --- what people dismissed --- */

/* Its subject names one line, or a venue, or all; its detail is the time of the last refusal that it is about. */
static struct str line_subject(const struct refusal *refusal, struct arena *arena)
{
    if (refusal->token)                  /* lines of one moment may have one number: nobody decides about another's */
        return arena_format(arena, STR_FMT " of token %" PRIu64 LINE_WORDS "%" PRIu64, STR_ARG(refusal->source), refusal->token,
                            refusal->line);
    return arena_format(arena, STR_FMT LINE_WORDS "%" PRIu64, STR_ARG(refusal->source), refusal->line);
}

struct refusal_decision refusal_dismissal(const struct refusal *refusal, struct arena *arena)
{
    return (struct refusal_decision){ line_subject(refusal, arena), arena_format(arena, "%" PRId64, refusal->time_ms) };
}

struct refusal_decision refusals_dismissal(const struct refusals *refusals, struct str venue, struct arena *arena)
{
    int64_t last_ms = refusals->count ? refusals->at[refusals->count - 1].time_ms : 0;

    return (struct refusal_decision){ venue.len ? arena_copy(arena, venue) : STR("all"),
                                      arena_format(arena, "%" PRId64, last_ms) };
}

/* The first that came after that time, or at it: they stand in the order in which they came. */
static size_t first_since(const struct loading *loading, int64_t time_ms)
{
    size_t low = 0, high = loading->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (loading->list[middle].time_ms < time_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* "... line 7", and no venue. */
static bool names_line(struct str subject)
{
    size_t digits = 0;

    for (; subject.len && subject.bytes[subject.len - 1] >= '0' && subject.bytes[subject.len - 1] <= '9'; subject.len--)
        digits++;
    return digits && subject.len >= strlen(LINE_WORDS) &&
           memcmp(subject.bytes + subject.len - strlen(LINE_WORDS), LINE_WORDS, strlen(LINE_WORDS)) == 0;
}

/* There are many decisions and many lines: a decision about one line looks at those of its time alone. */
static void dismiss(struct loading *loading, struct str subject, int64_t last_ms)
{
    bool all = str_equal(subject, STR("all")), one = names_line(subject);

    for (size_t i = one ? first_since(loading, last_ms) : 0; i < loading->count && loading->list[i].time_ms <= last_ms; i++) {
        struct refusal *refusal = &loading->list[i];
        bool about = one ? str_equal(subject, line_subject(refusal, &loading->parse))
                         : all || (refusal->venue.len && str_equal(subject, refusal->venue));

        if (about && !refusal_is_settled(refusal))
            refusal->state = REFUSAL_DISMISSED;
    }
}

static enum err decision_seen(const struct decision *decision, void *context)
{
    struct loading *loading = context;
    struct str detail;

    if (!str_equal(decision->verb, STR(REFUSAL_VERB)) || taken_back_has(&loading->taken_back, decision->number))
        return ERR_OK;
    arena_reset(&loading->parse);
    detail = arena_copy(&loading->parse, decision->detail);
    if (detail.bytes)
        dismiss(loading, decision->subject, strtoll(detail.bytes, NULL, 10));
    return arena_failed(&loading->parse) ? ERR_MEMORY : ERR_OK;
}

static enum err take_dismissals(struct loading *loading, struct fault *fault)
{
    static const char *const verbs[] = { REFUSAL_VERB };
    const struct audit_wish wish = { verbs, COUNT(verbs), STR_NONE };
    struct audit *audit;
    enum err err = audit_open_there(loading->config->state_dir, &audit, fault);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = taken_back_load(audit, REFUSAL_VERB, loading->arena, &loading->taken_back);
    if (!err)
        err = audit_read_of(audit, &wish, decision_seen, loading);
    audit_close(audit);
    return err;
}

enum err refusals_load(const struct config *config, int64_t from_ms, struct arena *arena,
                       struct refusals *ret_refusals, struct fault *fault)
{
    struct loading loading = { .config = config, .arena = arena, .room = EVENTLOG_REFUSED_MAX + EVENTLOG_REFUSED_SLACK };
    struct str folder = arena_format(arena, STR_FMT "/ingest", STR_ARG(config->state_dir));
    enum err err;

    loading.list = arena_array(arena, loading.room, sizeof *loading.list);
    if (!loading.list || !folder.bytes)
        return ERR_MEMORY;
    err = eventlog_open(folder, config->partitions, STORE_READ_ONLY, &loading.log, fault);
    if (err == ERR_NOT_FOUND) {
        *ret_refusals = (struct refusals){ loading.list, 0 };
        return ERR_OK;
    }
    if (err)
        return err;
    arena_init(&loading.parse, PARSE_BYTES);
    err = eventlog_refused(loading.log, from_ms, refusal_seen, &loading);
    if (!err && loading.any_token)
        err = load_tokens(&loading, fault);
    for (size_t i = 0; !err && i < loading.count; i++) {
        judge_token(&loading, &loading.list[i]);
        err = settle(&loading, &loading.list[i]);
    }
    if (!err && loading.count)
        err = take_dismissals(&loading, fault);
    arena_free(&loading.parse);
    eventlog_close(loading.log);
    if (!err)
        *ret_refusals = (struct refusals){ loading.list, loading.count };
    return err;
}
