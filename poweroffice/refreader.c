#include "refreader.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/places.h"
#include "poll.h"
#include "poweroffice_inside.h"
#include "refreading.h"

enum {
    DAY_MS = 86400000,
    AGAIN_FIRST_MS = 1000,
    AGAIN_MS = 60000,
    CONTRADICTED_AGAIN_MS = 30000,
    LEASED_AGAIN_MS = 2000,
    ACCEPTED_AGAIN_MS = 1000,
    BUSY_AGAIN_MS = 200,
    MEND_SAVED_MS = 500,
    OVERLAP_DAYS = 3,
    RUSH_FROM_HOUR = 4,
    RUSH_TO_HOUR = 9
};

unsigned refreader_names(const struct venue *venue)
{
    return (venue_names_project(venue) ? (unsigned)REF_PROJECTS : 0) |
           (venue_names_location(venue) ? (unsigned)REF_LOCATIONS : 0);
}

/* When a client may be read again. mend_bits, mend_version: what its held documents waited for at the last look. */
struct tended {
    char client_id[64];
    int64_t not_before_ms, contradicted_ms;
    int64_t began_ms, next_look_ms;       /* wall clock; poll.h. next: 0: nothing is waited for */
    bool acted;
    uint64_t seen_version;                /* as it stood when a list was denied */
    unsigned failures, mend_bits;
    uint64_t mend_version;
    int64_t refused_ms;                   /* the key, at the last reading; 0: it was not */
    unsigned refusals;                    /* ... in a row */
    int64_t whole_ms[REF_BITS];           /* wall clock: when this process began to read each list whole; 0: it did not */
    bool unfiltered;                      /* a last-changed filter was refused: lists are read whole */
    unsigned denied;                      /* lists that the key may not read, and until when they are not asked for */
    int64_t denied_until_ms;
};

struct refreader {
    struct poweroffice *po;
    struct refreadings readings;
    struct tended **tended;               /* each where it is: its client's name is lent to `by_client` */
    size_t tended_count, tended_room;
    struct places by_client;
    int64_t mended_ms;                    /* looks at what documents wait for are paid for up to here */
};

/* The calls of a reading are dropped by poweroffice_close(), which follows, without being answered. */
void refreader_close(struct refreader *reader)
{
    if (!reader)
        return;
    refreadings_close(&reader->readings);
    for (size_t i = 0; i < reader->tended_count; i++)
        free(reader->tended[i]);
    free(reader->tended);
    places_free(&reader->by_client);
    free(reader);
}

size_t refreader_under_way(const struct refreader *reader)
{
    return reader->readings.under_way;
}

static bool tended_room(struct refreader *reader)
{
    struct tended **more;

    if (reader->tended_count < reader->tended_room)
        return true;
    more = reallocarray(reader->tended, reader->tended_room * 2 + 64, sizeof *more);
    if (!more)
        return false;
    reader->tended = more;
    reader->tended_room = reader->tended_room * 2 + 64;
    return true;
}

static struct tended *tended_of(struct refreader *reader, struct str client_id)
{
    struct tended *tended;
    size_t at;

    if (places_find(&reader->by_client, client_id, &at))
        return reader->tended[at];
    tended = tended_room(reader) ? calloc(1, sizeof *tended) : NULL;
    if (!tended)
        return NULL;
    if (!str_copy(client_id, tended->client_id, sizeof tended->client_id) ||
        !places_put(&reader->by_client, str_of(tended->client_id), reader->tended_count)) {
        free(tended);
        return NULL;
    }
    reader->tended[reader->tended_count++] = tended;
    return tended;
}

static void not_before(struct refreader *reader, struct str client_id, int64_t wait_ms)
{
    struct tended *tended = tended_of(reader, client_id);

    if (tended) {
        tended->not_before_ms = clock_steady_ms() + wait_ms;
        tended->refused_ms = 0;
    }
    po_wake_at(reader->po, clock_steady_ms() + wait_ms);
}

static void note_whole(struct tended *tended, const struct refreading *reading, enum err err)
{
    unsigned whole = err && err != ERR_NETWORK ? 0 : reading->want & ~reading->failed & ~reading->changed;

    for (unsigned i = 0; i < REF_BITS; i++)
        if (whole & (1u << i))
            tended->whole_ms[i] = reading->began_ms;
    tended->unfiltered |= reading->unfiltered;
}

/* What was refused, and at which version: another one may have other rights. */
static void note_tended(struct refreader *reader, const struct refreading *reading, enum err err)
{
    struct tended *tended = tended_of(reader, str_of(reading->client_id));

    if (!tended)
        return;
    note_whole(tended, reading, err);
    tended->refused_ms = reading->refused ? clock_steady_ms() : 0;
    tended->refusals = reading->refused || reading->closed ? tended->refusals : 0;
    if (!reading->failed || reading->broken || reading->refused)
        return;
    tended->denied = reading->failed;
    tended->denied_until_ms = clock_steady_ms() + DAY_MS;
    if (refdata_version(reader->po->refstore, str_of(reading->client_id), &tended->seen_version))
        tended->seen_version = 0;
}

/* A moment after the first failure, a minute after many. */
static int64_t again_ms(struct refreader *reader, const struct refreading *reading, enum err err)
{
    struct tended *tended = tended_of(reader, str_of(reading->client_id));
    int64_t wait_ms;

    if (!tended)
        return AGAIN_MS;
    wait_ms = tended->failures < 6 ? AGAIN_FIRST_MS << tended->failures : AGAIN_MS;
    tended->failures = err ? tended->failures + 1 : 0;
    return err ? wait_ms : 0;
}

static int64_t refused_again_ms(struct refreader *reader, const struct refreading *reading)
{
    struct tended *tended = tended_of(reader, str_of(reading->client_id));

    return poll_refused_ms(tended ? ++tended->refusals : 1);
}

static void ended(void *owner, const struct refreading *reading, enum err err)
{
    struct refreader *reader = owner;

    not_before(reader, str_of(reading->client_id), reading->refused || reading->closed ? refused_again_ms(reader, reading)
                                                                                 : again_ms(reader, reading, err));
    note_tended(reader, reading, err);
}

enum err refreader_open(struct poweroffice *po, struct refreader **ret_reader)
{
    struct refreader *reader = calloc(1, sizeof *reader);

    if (!reader)
        return ERR_MEMORY;
    reader->po = po;
    reader->readings = (struct refreadings){ .po = po, .ended = ended, .owner = reader };
    *ret_reader = reader;
    return ERR_OK;
}

enum err refreader_read(struct refreader *reader, const struct venue *venue, unsigned want, refreader_done done,
                        void *context)
{
    const struct refreading_wish wish = { .want = want };

    return refreading_begin(&reader->readings, venue, &wish, done, context);
}

static bool rush_hour(const struct venue *venue)
{
    struct civil local;

    zone_civil(venue->zone, clock_now_ms() / 1000, &local);
    return local.hour >= RUSH_FROM_HOUR && local.hour < RUSH_TO_HOUR;
}

/* A right that lacks for one list must not keep the others from being read. It is asked for again when anything has
 * changed, the rights among it, when a person acts, and after a day. */
static unsigned denied(const struct tended *tended, uint64_t version)
{
    return version == tended->seen_version && clock_steady_ms() < tended->denied_until_ms ? tended->denied : 0;
}

/* Which bits to read now; 0: none. */
static unsigned due(struct refreader *reader, const struct tended *tended, const struct venue *venue, unsigned want,
                    int *ret_priority)
{
    struct ref_summary summary = { .have = 0 };
    enum err err = refdata_summary(reader->po->refstore, venue->client_id, &summary);
    int64_t age_ms = clock_now_ms() - summary.read_ms;

    *ret_priority = 0;
    want &= ~denied(tended, summary.version);
    if (err && err != ERR_NOT_FOUND)
        return 0;
    if (summary.login_refused)
        return summary.have | want;                          /* spaced by not_before() */
    if (want & ~summary.have)
        return want & ~summary.have;
    if (age_ms < DAY_MS)
        return 0;
    *ret_priority = age_ms < 2 * (int64_t)DAY_MS;
    return *ret_priority && rush_hour(venue) ? 0 : (summary.have | want) & ~denied(tended, summary.version);
}

static void wanted(struct refreader *reader, const struct venue *venue, const struct refreading_wish *wish)
{
    enum err err = refreading_begin(&reader->readings, venue, wish, NULL, NULL);

    if (!err)
        return;
    if (err != ERR_BUSY)
        log_fact("level=error venue=" STR_FMT " what=\"reference data not asked for\" why=\"%s\"", STR_ARG(venue->id),
                 err_text(err));
    if (!refreadings_of(&reader->readings, venue->client_id))
        not_before(reader, venue->client_id, reader->readings.under_way >= REFREADINGS_MAX ? BUSY_AGAIN_MS : LEASED_AGAIN_MS);
}

/* Refused here, and accepted since by somebody else: there is nothing to wait for. */
static bool accepted_since(struct refreader *reader, const struct tended *tended, const struct venue *venue)
{
    struct ref_summary summary;

    return tended->refused_ms && clock_steady_ms() >= tended->refused_ms + ACCEPTED_AGAIN_MS &&
           !refdata_summary(reader->po->refstore, venue->client_id, &summary) && !summary.login_refused;
}

void refreader_tend(struct refreader *reader, const struct venue *venue, unsigned want)
{
    struct refreading *reading = refreadings_of(&reader->readings, venue->client_id);
    const struct tended *tended = tended_of(reader, venue->client_id);
    unsigned bits;
    int priority;

    if (reading)
        refreading_renew(&reader->readings, reading);
    if (!tended || reading ||
        (clock_steady_ms() < tended->not_before_ms && !accepted_since(reader, tended, venue)))
        return;
    bits = due(reader, tended, venue, want, &priority);
    if (bits)
        wanted(reader, venue, &(struct refreading_wish){ .want = bits, .priority = priority });
}

void refreader_try_keys(struct refreader *reader)
{
    for (size_t i = 0; i < reader->tended_count; i++)
        if (reader->tended[i]->refused_ms)
            reader->tended[i]->not_before_ms = reader->tended[i]->refused_ms = reader->tended[i]->refusals = 0;
}

bool refreader_contradicted(struct refreader *reader, const struct venue *venue, unsigned want)
{
    struct tended *tended = tended_of(reader, venue->client_id);
    int64_t steady_ms = clock_steady_ms();

    if (!tended || steady_ms < tended->not_before_ms || steady_ms < tended->contradicted_ms ||
        refreadings_of(&reader->readings, venue->client_id))
        return false;
    tended->contradicted_ms = steady_ms + CONTRADICTED_AGAIN_MS;
    wanted(reader, venue, &(struct refreading_wish){ .want = want });
    return true;
}

void refreader_acted(struct refreader *reader, struct str client_id)
{
    for (size_t i = 0; i < reader->tended_count; i++) {
        struct tended *tended = reader->tended[i];

        if (client_id.len && !str_equal(str_of(tended->client_id), client_id))
            continue;
        tended->began_ms = clock_now_ms();
        tended->acted = true;
        tended->denied_until_ms = 0;
    }
}

/* The waiting begins with something new to wait for, and anew with every change: somebody is at work there. */
static struct poll poll_of(const struct refreader *reader, struct tended *tended, unsigned bits, uint64_t version)
{
    int64_t now_ms = clock_now_ms(), first_ms = (int64_t)po_config(reader->po)->sender.look_again_s * 1000;
    bool changed = bits & ~tended->mend_bits || version != tended->mend_version;

    if (changed && !(tended->acted && tended->mend_bits == 0 && now_ms - tended->began_ms <= first_ms)) {
        tended->began_ms = now_ms;
        tended->acted = false;
    }
    if (tended->began_ms > now_ms)        /* the clock was put back */
        tended->began_ms = now_ms;
    tended->mend_bits = bits;
    tended->mend_version = version;
    return (struct poll){ tended->began_ms, tended->acted, first_ms };
}

/* Which of them are due; perhaps another process has looked already. Notes when the next is. */
static unsigned looks_due(const struct refreader *reader, struct tended *tended, const struct venue *venue, unsigned bits,
                          const struct ref_summary *summary)
{
    struct poll poll = poll_of(reader, tended, bits, summary->version);
    unsigned now = 0;

    tended->next_look_ms = 0;
    for (unsigned i = 0; i < REF_BITS; i++) {
        int64_t next_ms = bits & (1u << i) ? poll_next_ms(&poll, summary->part_read_ms[i], venue->zone) : INT64_MAX;

        if (next_ms <= clock_now_ms())
            now |= 1u << i;
        else if (next_ms != INT64_MAX && (!tended->next_look_ms || next_ms < tended->next_look_ms))
            tended->next_look_ms = next_ms;
    }
    return now;
}

/* A look by itself asks for what changed: since three days before this process read the list whole, for clocks are wrong and
 * lists are late. Whole it is read where that is a day ago, as all is then; where a person acted, for he may have mended what
 * moves no date; and where the filter was refused. */
static struct refreading_wish look_wish(const struct tended *tended, unsigned bits, const struct ref_summary *summary)
{
    struct refreading_wish wish = { .want = bits, .since_ms = INT64_MAX, .priority = 1 };
    int64_t now_ms = clock_now_ms();

    for (unsigned i = 0; i < REF_BITS && !tended->unfiltered; i++) {
        int64_t whole_ms = tended->whole_ms[i];

        if (!(bits & REF_HAS_FILTER & (1u << i)) || !whole_ms || whole_ms > now_ms || now_ms - whole_ms >= DAY_MS ||
            (tended->acted && summary->part_read_ms[i] <= tended->began_ms))
            continue;
        wish.changed |= 1u << i;
        if (whole_ms - OVERLAP_DAYS * (int64_t)DAY_MS < wish.since_ms)
            wish.since_ms = whole_ms - OVERLAP_DAYS * (int64_t)DAY_MS;
    }
    return wish;
}

void refreader_mend(struct refreader *reader, const struct venue *venue, unsigned bits)
{
    struct tended *tended = tended_of(reader, venue->client_id);
    int64_t steady_ms = clock_steady_ms();
    struct refreading_wish wish;
    struct ref_summary summary;

    if (!tended || !bits) {
        if (tended)
            tended->next_look_ms = tended->mend_bits = 0;
        return;
    }
    if (steady_ms < tended->not_before_ms || steady_ms < reader->mended_ms ||
        reader->po->urgent || refreadings_of(&reader->readings, venue->client_id) ||
        refdata_summary(reader->po->refstore, venue->client_id, &summary) || summary.login_refused)
        return;
    bits = looks_due(reader, tended, venue, bits, &summary) & ~denied(tended, summary.version);
    if (!bits)
        return;
    reader->mended_ms = (reader->mended_ms < steady_ms - MEND_SAVED_MS ? steady_ms - MEND_SAVED_MS : reader->mended_ms) +
                        2000 / po_config(reader->po)->requests_per_second;           /* half of the quota */
    wish = look_wish(tended, bits, &summary);
    wanted(reader, venue, &wish);
}

int64_t refreader_next_look_ms(const struct refreader *reader)
{
    int64_t next_ms = 0;

    for (size_t i = 0; i < reader->tended_count; i++)
        if (reader->tended[i]->next_look_ms && (!next_ms || reader->tended[i]->next_look_ms < next_ms))
            next_ms = reader->tended[i]->next_look_ms;
    return next_ms;
}

unsigned refreader_bits_of(const struct problems *problems)
{
    static const struct { enum problem_code code; unsigned bits; } rows[] = {
        { PROBLEM_ACCOUNT_UNKNOWN, REF_ACCOUNTS },       { PROBLEM_ACCOUNT_INACTIVE, REF_ACCOUNTS },
        { PROBLEM_ACCOUNT_VAT_LOCKED, REF_ACCOUNTS },    { PROBLEM_DEPARTMENT_REQUIRED, REF_ACCOUNTS },
        { PROBLEM_PROJECT_REQUIRED, REF_ACCOUNTS },      { PROBLEM_PROJECT_UNKNOWN, REF_PROJECTS },
        { PROBLEM_LOCATION_UNKNOWN, REF_LOCATIONS },
        { PROBLEM_DEPARTMENT_UNKNOWN, REF_DEPARTMENTS }, { PROBLEM_VAT_CODE_UNKNOWN, REF_VAT_CODES },
        { PROBLEM_VAT_RATE_DIFFERS, REF_VAT_CODES },     { PROBLEM_PERIOD_LOCKED, REF_DATES },
        { PROBLEM_CUSTOMER_UNKNOWN, REF_CUSTOMERS },     { PROBLEM_PRODUCT_UNKNOWN, REF_PRODUCTS },
        { PROBLEM_PRODUCT_ACCOUNT, REF_PRODUCTS },       { PROBLEM_PRIVILEGE_MISSING, REF_PRIVILEGES },
        { PROBLEM_SENDING_OFF, REF_PRIVILEGES },
    };
    unsigned bits = 0;

    for (size_t i = 0; i < COUNT(rows); i++)
        if (problems_have(problems, rows[i].code))
            bits |= rows[i].bits;
    return bits;
}
