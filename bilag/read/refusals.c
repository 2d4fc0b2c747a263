#include "refusals.h"

#include "takeback.h"

#include "domain/audit.h"
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

static enum err judge(struct loading *loading, struct refusal *refusal)
{
    bool whole = refusal->bytes.len > 0 && refusal->bytes.len < EVENTLOG_REFUSED_BYTES;
    struct event event;

    arena_reset(&loading->parse);
    refusal->state = whole ? REFUSAL_NO_EVENT : REFUSAL_CUT;
    if (!whole || event_of(refusal->bytes, &loading->parse, &event))
        return ERR_OK;
    refusal->state = config_venue(loading->config, event.venue) ? REFUSAL_READY : REFUSAL_NO_VENUE;
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
    refusal->state = comparing.same ? REFUSAL_TAKEN : REFUSAL_REPLACED;
    return err;
}

/* --- what people dismissed --- */

/* Its subject names one line, or a venue, or all; its detail is the time of the last refusal that it is about. */
static struct str line_subject(const struct refusal *refusal, struct arena *arena)
{
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
    for (size_t i = 0; !err && i < loading.count; i++)
        err = settle(&loading, &loading.list[i]);
    if (!err && loading.count)
        err = take_dismissals(&loading, fault);
    arena_free(&loading.parse);
    eventlog_close(loading.log);
    if (!err)
        *ret_refusals = (struct refusals){ loading.list, loading.count };
    return err;
}
