#include "intake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/killpoint.h"
#include "base/log.h"
#include "base/wire.h"
#include "domain/event_canonical.h"
#include "domain/event_read.h"

/* A tree of cJSON nodes takes some forty times the bytes of the smallest values: bounded, not trusted. */
enum { PARSE_BYTES = 8 * 1024 * 1024, REFUSALS_MAX = 256, MARKS_MAX = 64, MARK_BYTES_MAX = 511,
       RELAX_EVENTS = 4096, TELL_EVERY_MS = 1000 };

/* What was refused or parked since the last line about it. */
struct untold {
    uint64_t refused, trimmed, parked;
    uint64_t line;                       /* the first refused one's */
    char source[300], why[512], venue[65];
};

struct intake {
    struct eventlog *log;
    const struct config *config;
    struct arena parse;                  /* one event */
    struct arena group;                  /* what the arrays below point to */
    struct eventlog_entry *entries;
    struct delivery **owners;            /* of entries */
    int64_t *times;                      /* of entries: the till's, in seconds */
    size_t entry_count, entry_max;
    struct eventlog_refusal refusals[REFUSALS_MAX];
    struct delivery *refusal_owners[REFUSALS_MAX];
    size_t refusal_count;
    struct eventlog_mark marks[MARKS_MAX];
    size_t mark_count;
    size_t bytes, deliveries;
    size_t touched;                      /* events looked up since the store's memory was given back */
    bool told_full;
    struct untold untold;
    int64_t tell_ms;                     /* not before */
    struct intake_counts counts;
};

static void tell_untold(struct untold *untold)
{
    if (untold->refused || untold->trimmed)
        log_fact("level=warning what=refused count=%" PRIu64 " source=%s line=%" PRIu64 " why=\"%s\" older_not_kept=%" PRIu64,
                 untold->refused, untold->source, untold->line, untold->why, untold->trimmed);
    if (untold->parked)
        log_fact("level=warning what=parked count=%" PRIu64 " venue=%s do=\"set the venue up (bilag check) and reload: "
                 "they are taken in by themselves\"", untold->parked, untold->venue);
    *untold = (struct untold){ 0 };
}

void delivery_init(struct delivery *delivery, const char *kind, struct str name)
{
    *delivery = (struct delivery){ 0 };
    (void)snprintf(delivery->source, sizeof delivery->source, "%s%s" STR_FMT, kind, name.len ? "/" : "",
                   STR_ARG(name));
}

void delivery_free(struct delivery *delivery, struct intake *intake)
{
    for (size_t i = 0; delivery->waiting && i < intake->entry_count; i++)
        if (intake->owners[i] == delivery)
            intake->owners[i] = NULL;
    for (size_t i = 0; delivery->keeping && i < intake->refusal_count; i++)
        if (intake->refusal_owners[i] == delivery)
            intake->refusal_owners[i] = NULL;
    for (size_t i = 0; i < delivery->reject_count; i++)
        free(delivery->rejects[i].reason);
    free(delivery->rejects);
    *delivery = (struct delivery){ 0 };
}

enum err intake_open(struct eventlog *log, const struct config *config, struct intake **ret_intake)
{
    struct intake *intake = calloc(1, sizeof *intake);
    size_t max = (size_t)config->ingest.batch_events;

    if (!intake)
        return ERR_MEMORY;
    intake->log = log;
    intake->config = config;
    intake->entry_max = max;
    intake->entries = calloc(max, sizeof *intake->entries);
    intake->owners = calloc(max, sizeof *intake->owners);
    intake->times = calloc(max, sizeof *intake->times);
    arena_init(&intake->parse, PARSE_BYTES);
    arena_init(&intake->group, INTAKE_BYTES + 2 * (size_t)EVENT_BYTES_MAX +
                                   REFUSALS_MAX * (size_t)(EVENTLOG_REFUSED_BYTES + 1024) +
                                   max * 256);
    if (!intake->entries || !intake->owners || !intake->times) {
        intake_close(intake);
        return ERR_MEMORY;
    }
    *ret_intake = intake;
    return ERR_OK;
}

void intake_close(struct intake *intake)
{
    if (!intake)
        return;
    tell_untold(&intake->untold);
    free(intake->entries);
    free(intake->owners);
    free(intake->times);
    arena_free(&intake->parse);
    arena_free(&intake->group);
    free(intake);
}

void intake_config(struct intake *intake, const struct config *config)
{
    intake->config = config;             /* a group's size stays what it was at the start */
}

size_t intake_pending(const struct intake *intake)
{
    return intake->entry_count + intake->refusal_count + intake->mark_count;
}

size_t intake_deliveries(const struct intake *intake)
{
    return intake->deliveries;
}

const struct intake_counts *intake_counts(const struct intake *intake)
{
    return &intake->counts;
}

static void empty(struct intake *intake)
{
    intake->entry_count = 0;
    intake->refusal_count = 0;
    intake->mark_count = 0;
    intake->bytes = 0;
    intake->deliveries = 0;
    arena_reset(&intake->group);
}

static void note_parked(struct intake *intake, const struct eventlog_entry *entry, struct delivery *delivery)
{
    struct str venue;
    size_t at = 0;

    if (!entry->parked || entry->outcome == EVENTLOG_DUPLICATE)
        return;
    intake->counts.parked++;
    if (delivery)
        delivery->parked++;
    if (!intake->untold.parked++ && key_take_name(entry->identity, &at, &venue))
        (void)str_copy(venue, intake->untold.venue, sizeof intake->untold.venue);
}

bool delivery_undecided(const struct delivery *delivery)
{
    return delivery->waiting > 0 || delivery->keeping > 0;
}

static void settle_refusals(struct intake *intake, enum err err)
{
    for (size_t i = 0; i < intake->refusal_count; i++) {
        struct delivery *delivery = intake->refusal_owners[i];

        if (!delivery)
            continue;
        delivery->keeping--;
        delivery->failed |= err != ERR_OK;
    }
}

/* How long ago the till wrote it: with the clock that its commit has, not one of its own. */
static void note_age(struct intake *intake, size_t at, int64_t now_ms)
{
    if (intake->entries[at].outcome != EVENTLOG_DUPLICATE)
        histogram_add(&intake->counts.acknowledged, now_ms - intake->times[at] * 1000);
}

static void settle_deliveries(struct intake *intake, enum err err, int64_t now_ms)
{
    for (size_t i = 0; i < intake->entry_count; i++) {
        struct delivery *delivery = intake->owners[i];
        enum eventlog_outcome outcome = intake->entries[i].outcome;

        if (!err) {
            intake->counts.accepted += outcome != EVENTLOG_DUPLICATE;
            intake->counts.duplicates += outcome == EVENTLOG_DUPLICATE;
            intake->counts.conflicts += outcome == EVENTLOG_CONFLICT;
            note_parked(intake, &intake->entries[i], delivery);
            note_age(intake, i, now_ms);
            intake->counts.bytes += outcome != EVENTLOG_DUPLICATE ? intake->entries[i].canonical.len : 0;
        }
        if (!delivery)
            continue;
        delivery->waiting--;
        if (err) {
            delivery->failed = true;
            continue;
        }
        delivery->accepted += outcome != EVENTLOG_DUPLICATE;
        delivery->duplicates += outcome == EVENTLOG_DUPLICATE;
        delivery->conflicts += outcome == EVENTLOG_CONFLICT;
    }
}

static void note_refused(struct intake *intake, size_t trimmed)
{
    struct untold *untold = &intake->untold;
    const struct eventlog_refusal *first = &intake->refusals[0];

    untold->trimmed += trimmed;
    if (!intake->refusal_count)
        return;
    if (!untold->refused) {
        untold->line = first->line;
        (void)snprintf(untold->source, sizeof untold->source, STR_FMT, STR_ARG(first->source));
        (void)snprintf(untold->why, sizeof untold->why, STR_FMT, STR_ARG(first->reason));
    }
    untold->refused += intake->refusal_count;
}

int64_t intake_tell(struct intake *intake, int64_t steady_ms)
{
    const struct untold *untold = &intake->untold;

    if (!untold->refused && !untold->parked && !untold->trimmed)
        return INT64_MAX;
    if (steady_ms < intake->tell_ms)
        return intake->tell_ms;
    tell_untold(&intake->untold);
    intake->tell_ms = steady_ms + TELL_EVERY_MS;
    return INT64_MAX;
}

static void tell_full(struct intake *intake, enum err err)
{
    if (err && !intake->told_full)
        log_fact("level=error what=\"nothing can be stored; senders are told to send again\" why=\"%s\" do=\"%s\"",
                 err_text(err), err == ERR_STORE_FULL ? "free space on the disk of state_dir" : "check the disk");
    if (!err && intake->told_full)
        log_fact("what=\"storing again\"");
    intake->told_full = err != ERR_OK;
}

/* The pages of the store that were touched count as ours until they are given back. */
static void relax(struct intake *intake)
{
    intake->touched += intake->entry_count;
    if (intake->touched >= RELAX_EVENTS) {
        intake->touched = 0;
        eventlog_relax(intake->log);
    }
}

enum err intake_commit(struct intake *intake, int64_t now_ms)
{
    struct eventlog_batch batch = {
        .entries = intake->entries,   .entry_count = intake->entry_count,
        .refusals = intake->refusals, .refusal_count = intake->refusal_count,
        .marks = intake->marks,       .mark_count = intake->mark_count,
        .now_ms = now_ms,
    };
    enum err err;

    if (intake_pending(intake) == 0)
        return ERR_OK;
    KILLPOINT("ingest.before-commit");
    err = eventlog_commit(intake->log, &batch);
    KILLPOINT("ingest.after-commit");
    settle_deliveries(intake, err, now_ms);
    settle_refusals(intake, err);
    tell_full(intake, err);
    if (err) {
        intake->counts.failures++;
    } else {
        note_refused(intake, batch.trimmed);
        intake->counts.commits++;
        intake->counts.rejected += intake->refusal_count;
        intake->counts.trimmed += batch.trimmed;
    }
    relax(intake);
    empty(intake);
    return err;
}

static enum err make_room(struct intake *intake)
{
    if (intake->entry_count < intake->entry_max && intake->refusal_count < REFUSALS_MAX &&
        intake->mark_count < MARKS_MAX && intake->bytes < INTAKE_BYTES)
        return ERR_OK;
    return intake_commit(intake, clock_now_ms());
}

/* The venue's name, for the list of refusals, out of bytes that are no event: a guess that must look
 * like a name. */
static struct str venue_in(enum event_form form, struct str bytes)
{
    const char *found = bytes.len ? memmem(bytes.bytes, bytes.len, "venue", 5) : NULL;
    struct str rest, name;
    struct reader in;
    size_t at = 0;

    if (!found || form == FORM_CANONICAL)
        return STR_NONE;
    rest = (struct str){ found + 5, bytes.len - (size_t)(found + 5 - bytes.bytes) };
    if (form == FORM_MSGPACK) {
        reader_init(&in, rest);
        name = take_str(&in, 64);
        return str_is_name(name) ? name : STR_NONE;
    }
    while (at < rest.len && strchr("\": \t", rest.bytes[at]))
        at++;
    name = (struct str){ rest.bytes + at, 0 };
    while (at + name.len < rest.len && name.len < 65 && name.bytes[name.len] != '"')
        name.len++;
    return str_is_name(name) ? name : STR_NONE;
}

static void note_reject(struct delivery *delivery, uint64_t line, const char *reason, bool forbidden)
{
    size_t count = delivery->reject_count;

    delivery->rejected++;
    delivery->forbidden += forbidden;
    if (count == DELIVERY_REJECTS_MAX)
        return;
    if ((count & (count - 1)) == 0) {                /* room for 1, 2, 4, 8 ... */
        struct reject *grown = realloc(delivery->rejects, (count ? 2 * count : 1) * sizeof *grown);

        if (!grown)
            return;
        delivery->rejects = grown;
    }
    delivery->rejects[count].line = line;
    delivery->rejects[count].forbidden = forbidden;
    delivery->rejects[count].reason = strdup(reason);
    delivery->reject_count += delivery->rejects[count].reason != NULL;
}

static enum err refuse(struct intake *intake, struct delivery *delivery, uint64_t line, struct str venue,
                       struct str bytes, const char *reason)
{
    struct eventlog_refusal *refusal;
    enum err err = make_room(intake);

    if (err)
        return err;
    if (bytes.len > EVENTLOG_REFUSED_BYTES)
        bytes.len = EVENTLOG_REFUSED_BYTES;
    refusal = &intake->refusals[intake->refusal_count];
    refusal->source = arena_copy(&intake->group, str_of(delivery->source));
    refusal->line = line;
    refusal->venue = arena_copy(&intake->group, venue);
    refusal->reason = arena_copy(&intake->group, str_of(reason));
    refusal->bytes = arena_copy(&intake->group, bytes);
    refusal->token = delivery->token ? delivery->token->number : 0;
    if (arena_failed(&intake->group))
        return ERR_MEMORY;
    intake->refusal_owners[intake->refusal_count++] = delivery;
    intake->deliveries += !delivery_undecided(delivery);
    delivery->keeping++;
    note_reject(delivery, line, reason, false);
    return ERR_OK;
}

/* Kept nowhere: a stranger fills no list of the venue's. */
static enum err forbid(struct intake *intake, struct delivery *delivery, uint64_t line, struct str venue)
{
    struct fault fault;

    (void)fault_set(&fault, ERR_REFUSED, "venue: this token may not write " STR_FMT "; nothing of this line was taken",
                    STR_ARG(venue));
    note_reject(delivery, line, fault.text, true);
    intake->counts.forbidden++;
    return ERR_OK;
}

enum err intake_refuse(struct intake *intake, struct delivery *delivery, uint64_t line, struct str bytes,
                       const char *reason)
{
    return refuse(intake, delivery, line, STR_NONE, bytes, reason);
}

enum err intake_refuse_for(struct intake *intake, struct delivery *delivery, uint64_t line, struct str bytes,
                           struct str reason)
{
    arena_reset(&intake->parse);
    reason = arena_copy(&intake->parse, reason);             /* ended by a 0 */
    return reason.bytes ? refuse(intake, delivery, line, venue_in(FORM_JSON, bytes), bytes, reason.bytes) : ERR_MEMORY;
}

/* A company's token cannot tell whether a venue that is not set up is the company's: its line is kept and red, for the till
 * may go by the answer's status alone. */
static enum err shut_out(struct intake *intake, struct delivery *delivery, uint64_t line, struct str venue, struct str bytes)
{
    struct fault fault;

    if (!delivery->token || config_venue(intake->config, venue) || !door_by_company(delivery->token))
        return forbid(intake, delivery, line, venue);
    (void)fault_set(&fault, ERR_REFUSED, "venue: " STR_FMT " is not set up here, or its file is wrong, so that nobody can say "
                    "whether this company's token opens it; put that right, then bilag refused retry", STR_ARG(venue));
    return refuse(intake, delivery, line, venue, bytes, fault.text);
}

static enum err decode(struct intake *intake, enum event_form form, struct str bytes, struct event *ret_event,
                       struct fault *fault)
{
    enum err err;

    switch (form) {
    case FORM_JSON:
        return event_lent_from_json(bytes, &intake->parse, ret_event, fault);
    case FORM_MSGPACK:
        return event_lent_from_msgpack(bytes, &intake->parse, ret_event, fault);
    case FORM_CANONICAL:
        break;
    }
    err = event_decode(bytes, &intake->parse, ret_event);
    if (err)
        return fault_set(fault, err, "not an event in canonical form, or beyond its bounds");
    return event_check(ret_event, fault);
}

static enum err take(struct intake *intake, struct delivery *delivery, const struct event *event)
{
    struct eventlog_entry *entry = &intake->entries[intake->entry_count];
    struct key identity;
    enum err err;

    eventlog_identity(event, &identity);
    entry->partition = venue_partition(event->venue, (int32_t)eventlog_partitions(intake->log));
    entry->identity = arena_copy(&intake->group, key_str(&identity));
    entry->source = arena_copy(&intake->group, str_of(delivery->source));
    entry->token = delivery->token ? delivery->token->number : 0;
    err = event_encode(event, &intake->group, &entry->canonical);
    if (err)
        return err;
    if (arena_failed(&intake->group))
        return ERR_MEMORY;
    event_hash(entry->canonical, &entry->hash);
    entry->parked = !config_venue(intake->config, event->venue);
    intake->times[intake->entry_count] = event->time;
    intake->owners[intake->entry_count++] = delivery;
    intake->bytes += entry->canonical.len;
    intake->deliveries += !delivery_undecided(delivery);
    delivery->waiting++;
    return ERR_OK;
}

enum err intake_add(struct intake *intake, struct delivery *delivery, enum event_form form, uint64_t line,
                    struct str bytes)
{
    struct event event;
    struct fault fault = { "" };
    enum err err = make_room(intake);

    if (err)
        return err;
    arena_reset(&intake->parse);
    err = decode(intake, form, bytes, &event, &fault);
    if (err == ERR_MEMORY && (!arena_failed(&intake->parse) || intake->parse.starved))
        return err;                      /* nothing is wrong with the event; else it has more values than it may */
    if (err)
        return refuse(intake, delivery, line, venue_in(form, bytes), bytes,
                      fault.text[0] ? fault.text : err_text(err));
    if (delivery->guarded && !(delivery->token && door_opens(delivery->token, intake->config, event.venue)))
        return shut_out(intake, delivery, line, event.venue, bytes);
    err = take(intake, delivery, &event);
    if (err == ERR_TOO_LONG)
        return refuse(intake, delivery, line, event.venue, bytes, "an event may be 524288 bytes at most");
    return err;
}

enum err intake_mark(struct intake *intake, struct str key, struct str value)
{
    struct eventlog_mark *last = intake->mark_count ? &intake->marks[intake->mark_count - 1] : NULL;
    enum err err;

    ensure(key.len <= STORE_KEY_MAX && value.len <= MARK_BYTES_MAX);
    if (last && str_equal(last->key, key) && last->value.len == value.len && value.len) {
        memcpy((void *)(uintptr_t)last->value.bytes, value.bytes, value.len);
        return ERR_OK;
    }
    err = make_room(intake);
    if (err)
        return err;
    last = &intake->marks[intake->mark_count];
    last->key = arena_copy(&intake->group, key);
    last->value = arena_copy(&intake->group, value);
    if (arena_failed(&intake->group))
        return ERR_MEMORY;
    intake->mark_count++;
    return ERR_OK;
}
