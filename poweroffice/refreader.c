#include "refreader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/killpoint.h"
#include "base/log.h"
#include "base/places.h"
#include "poll.h"
#include "poweroffice_inside.h"
#include "refbuild.h"

enum {
    READINGS_MAX = 8,
    PAGE_SIZE = 5000,
    PAGES_MAX = 200,
    LEASE_MS = 5000,
    RENEW_MS = 1500,
    DAY_MS = 86400000,
    AGAIN_FIRST_MS = 1000,
    AGAIN_MS = 60000,
    REFUSED_AGAIN_MS = 300000,
    CONTRADICTED_AGAIN_MS = 30000,
    LEASED_AGAIN_MS = 2000,
    ACCEPTED_AGAIN_MS = 1000,
    BUSY_AGAIN_MS = 200,
    MEND_SAVED_MS = 500,
    RUSH_FROM_HOUR = 4,
    RUSH_TO_HOUR = 9
};

/* What is asked, in this order. take: what to do with the body; NULL: it is a list's page. */
static const struct source {
    unsigned bit;
    const char *path, *fields;
    enum err (*take)(struct refbuild *build, struct str body);
} sources[] = {
    { REF_PRIVILEGES,  "/ClientIntegrationInformation", NULL, refbuild_client },
    { REF_ACCOUNTS,    "/GeneralLedgerAccounts?",
      "Id,AccountNo,Name,IsActive,VatCode,IsVatCodeLocked,IsDepartmentRequired,IsProjectRequired", NULL },
    { REF_VAT_CODES,   "/VatCodes?includeExpired=true&", "Id,Code,Rate,IsActive,ValidFrom,ValidTo", NULL },
    { REF_DEPARTMENTS, "/Departments?", "Id,Code,IsActive", NULL },
    { REF_DATES,       "/LockDateSettings", NULL, refbuild_lock_date },
    { REF_DATES,       "/FinancialSettings", NULL, refbuild_conversion_date },
    { REF_PRODUCTS,    "/Products?", "Id,Code,Name,StandardSalesAccount,IsArchived", NULL },
    { REF_CUSTOMERS,   "/Customers?",
      "Id,Number,Name,FirstName,LastName,OrganizationNumber,EmailAddress,InvoiceEmailAddress,IsArchived", NULL },
    { REF_PROJECTS,    "/Projects?", "Id,Code,IsActive", NULL },
    { REF_LOCATIONS,   "/Locations?", "Id,Code,IsActive", NULL },
};

unsigned refreader_names(const struct venue *venue)
{
    return (venue_names_project(venue) ? (unsigned)REF_PROJECTS : 0) |
           (venue_names_location(venue) ? (unsigned)REF_LOCATIONS : 0);
}

struct reading;

/* One request of a reading. */
struct part { struct reading *reading; const struct source *source; int page, page_size; };

struct reading {
    struct refreader *reader;             /* NULL: nobody waits for it any more */
    struct reading *next;
    char client_id[64], venue_id[65];
    unsigned want, failed;
    int priority;
    int64_t renew_ms;                     /* its lease; it is short, so that a killed process holds nobody up */
    size_t waiting;
    bool refused, broken, closed;         /* closed: not even what any token may read is answered */
    struct refbuild build;
    struct part parts[COUNT(sources)];
    refreader_done done;
    void *context;
};

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
    unsigned denied;                      /* lists that the key may not read, and until when they are not asked for */
    int64_t denied_until_ms;
};

struct refreader {
    struct poweroffice *po;
    struct reading *readings;
    size_t under_way;
    struct tended **tended;               /* each where it is: its client's name is lent to `by_client` */
    size_t tended_count, tended_room;
    struct places by_client;
    int64_t mended_ms;                    /* looks at what documents wait for are paid for up to here */
};

enum err refreader_open(struct poweroffice *po, struct refreader **ret_reader)
{
    struct refreader *reader = calloc(1, sizeof *reader);

    if (!reader)
        return ERR_MEMORY;
    reader->po = po;
    *ret_reader = reader;
    return ERR_OK;
}

static void lease_name(const char *client_id, char name[80])
{
    (void)snprintf(name, 80, "read/%s", client_id);
}

static void give_lease(struct refreader *reader, const char *client_id)
{
    char name[80];
    enum err err;

    lease_name(client_id, name);
    err = lease_give(&reader->po->quota, str_of(name));
    if (err)
        log_fact("level=error client=%s what=\"lease of a reading not given back\" why=\"%s\"", client_id,
                 err_text(err));
}

static void reading_free(struct reading *reading)
{
    refbuild_free(&reading->build);
    free(reading);
}

/* The calls of a reading are dropped by poweroffice_close(), which follows, without being answered. */
void refreader_close(struct refreader *reader)
{
    if (!reader)
        return;
    while (reader->readings) {
        struct reading *reading = reader->readings;

        reader->readings = reading->next;
        give_lease(reader, reading->client_id);
        reading_free(reading);
    }
    for (size_t i = 0; i < reader->tended_count; i++)
        free(reader->tended[i]);
    free(reader->tended);
    places_free(&reader->by_client);
    free(reader);
}

size_t refreader_under_way(const struct refreader *reader)
{
    return reader->under_way;
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

static struct reading *reading_of(const struct refreader *reader, struct str client_id)
{
    for (struct reading *reading = reader->readings; reading; reading = reading->next)
        if (str_equal(str_of(reading->client_id), client_id))
            return reading;
    return NULL;
}

static void part_answered(void *context, const struct answer *answer);

/* ERR_NOT_FOUND: the venue is not configured any more. */
static enum err part_ask(struct part *part)
{
    struct reading *reading = part->reading;
    const struct venue *venue = config_venue(po_config(reading->reader->po), str_of(reading->venue_id));
    const struct source *source = part->source;
    char path[400];
    struct call call = { .venue = venue, .method = CALL_GET, .priority = reading->priority };
    int len = source->fields ? snprintf(path, sizeof path, "%sPageNumber=%d&PageSize=%d&Fields=%s", source->path,
                                        part->page, part->page_size, source->fields)
                             : snprintf(path, sizeof path, "%s", source->path);

    ensure(len > 0 && (size_t)len < sizeof path);
    if (!venue || !str_equal(venue->client_id, str_of(reading->client_id)))
        return ERR_NOT_FOUND;
    call.path = (struct str){ path, (size_t)len };
    return poweroffice_call(reading->reader->po, &call, part_answered, part);
}

/* What was refused, and at which version: another one may have other rights. */
static void note_tended(struct refreader *reader, const struct reading *reading)
{
    struct tended *tended = tended_of(reader, str_of(reading->client_id));

    if (!tended)
        return;
    tended->refused_ms = reading->refused ? clock_steady_ms() : 0;
    if (!reading->failed || reading->broken || reading->refused)
        return;
    tended->denied = reading->failed;
    tended->denied_until_ms = clock_steady_ms() + DAY_MS;
    if (refdata_version(reader->po->refstore, str_of(reading->client_id), &tended->seen_version))
        tended->seen_version = 0;
}

static unsigned bits_read(const struct reading *reading)
{
    return reading->want & ~reading->failed;
}

/* A moment after the first failure, a minute after many. */
static int64_t again_ms(struct refreader *reader, const struct reading *reading, enum err err)
{
    struct tended *tended = tended_of(reader, str_of(reading->client_id));
    int64_t wait_ms;

    if (!tended)
        return AGAIN_MS;
    wait_ms = tended->failures < 6 ? AGAIN_FIRST_MS << tended->failures : AGAIN_MS;
    tended->failures = err ? tended->failures + 1 : 0;
    return err ? wait_ms : 0;
}

static void reading_end(struct reading *reading)
{
    struct refreader *reader = reading->reader;
    const struct venue *venue = config_venue(po_config(reader->po), str_of(reading->venue_id));
    unsigned have = bits_read(reading);
    enum err err = reading->refused ? ERR_REFUSED : have ? ERR_OK : ERR_NETWORK;
    struct reading **at = &reader->readings;

    if (!err) {
        if (venue && str_equal(venue->client_id, str_of(reading->client_id)))
            reading->build.data.company = venue->company;
        KILLPOINT("poweroffice.before-books-commit");
        err = refdata_put(reader->po->refstore, str_of(reading->client_id),
                          refbuild_done(&reading->build, have, clock_now_ms()));
        KILLPOINT("poweroffice.after-books-commit");
        if (!err && reading->failed && reading->broken)
            err = ERR_NETWORK;           /* what a right lacks for is said by the list of rights */
    }
    log_fact("client=%s what=\"reference data read\" have=%u failed=%u accounts=%zu outcome=%s", reading->client_id,
             have, reading->failed, reading->build.data.account_count, err ? err_text(err) : "done");
    if (reading->refused || reading->closed)
        not_before(reader, str_of(reading->client_id), REFUSED_AGAIN_MS);
    else
        not_before(reader, str_of(reading->client_id), again_ms(reader, reading, err));
    note_tended(reader, reading);
    while (*at != reading)
        at = &(*at)->next;
    *at = reading->next;
    reader->under_way--;
    give_lease(reader, reading->client_id);
    if (reading->done)
        reading->done(reading->context, str_of(reading->client_id), err);
    reading_free(reading);
}

/* Takes the body; says whether there is another page. */
static enum err part_take(struct part *part, const struct answer *answer, bool *ret_more)
{
    struct refbuild *build = &part->reading->build;
    size_t items = 0;
    enum err err;

    *ret_more = false;
    if (part->source->take)
        return part->source->take(build, answer->body);
    err = refbuild_page(build, part->source->bit, answer->body, &items);
    *ret_more = !err && (answer->next.said || (!answer->last_page && items >= (size_t)part->page_size));
    return !err && *ret_more && part->page >= PAGES_MAX ? ERR_TOO_LONG : err;
}

/* 403 is about this list only: a right that the key lacks, which the list of rights will say. */
static void part_failed(struct part *part, const struct answer *answer, enum err err)
{
    struct reading *reading = part->reading;

    reading->failed |= part->source->bit;
    reading->closed |= answer->closed;
    if (answer->outcome == OUTCOME_LOGIN && answer->status != 403)
        reading->refused = true;
    else if (answer->outcome != OUTCOME_LOGIN)
        reading->broken = true;
    log_fact("level=error client=%s what=\"reference data not read\" path=%s status=%ld outcome=%s why=\"%s\"",
             reading->client_id, part->source->path, answer->status, outcome_text(answer->outcome),
             err ? err_text(err) : answer->title[0] ? answer->title : answer->detail);
}

static void part_answered(void *context, const struct answer *answer)
{
    struct part *part = context;
    struct reading *reading = part->reading;
    bool more = false;
    enum err err = ERR_OK;

    if (answer->outcome == OUTCOME_DONE) {
        err = part_take(part, answer, &more);
        if (!err && more) {
            part->page = answer->next.number > part->page ? answer->next.number : part->page + 1;
            if (answer->next.size)
                part->page_size = answer->next.size;
            err = part_ask(part);
            if (!err)
                return;
        }
    }
    if (err || answer->outcome != OUTCOME_DONE)
        part_failed(part, answer, err);
    if (--reading->waiting == 0)
        reading_end(reading);
}

static struct reading *reading_new(struct refreader *reader, const struct venue *venue, unsigned want, int priority)
{
    struct reading *reading = calloc(1, sizeof *reading);

    if (!reading)
        return NULL;
    if (!str_copy(venue->client_id, reading->client_id, sizeof reading->client_id) ||
        !str_copy(venue->id, reading->venue_id, sizeof reading->venue_id)) {
        free(reading);
        return NULL;
    }
    reading->reader = reader;
    reading->want = want;
    reading->priority = priority;
    refbuild_init(&reading->build);
    reading->next = reader->readings;
    reader->readings = reading;
    reader->under_way++;
    return reading;
}

/* All requests at once: the quota spaces them, and several under way use it at any latency. */
static enum err reading_start(struct reading *reading)
{
    const struct answer none = { .outcome = OUTCOME_PASSING };
    enum err err = ERR_OK;

    for (size_t i = 0; i < COUNT(sources); i++) {
        struct part *part = &reading->parts[i];

        if (!(reading->want & sources[i].bit))
            continue;
        *part = (struct part){ reading, &sources[i], 1, PAGE_SIZE };
        err = part_ask(part);
        if (err)
            part_failed(part, &none, err);
        else
            reading->waiting++;
    }
    if (reading->waiting == 0) {
        reading_end(reading);
        return err ? err : ERR_NOT_FOUND;
    }
    return ERR_OK;
}

static enum err begin(struct refreader *reader, const struct venue *venue, unsigned want, int priority,
                      refreader_done done, void *context)
{
    struct reading *reading;
    int64_t until_ms = 0;
    char name[80], client_id[64];
    enum err err;

    if (reading_of(reader, venue->client_id) || reader->under_way >= READINGS_MAX ||
        !str_copy(venue->client_id, client_id, sizeof client_id))
        return ERR_BUSY;
    lease_name(client_id, name);
    err = lease_take(&reader->po->quota, str_of(name), clock_steady_ms(), LEASE_MS, &until_ms);
    if (err)
        return err;
    reading = reading_new(reader, venue, want, priority);
    if (!reading) {
        give_lease(reader, client_id);
        return ERR_MEMORY;
    }
    reading->done = done;
    reading->context = context;
    reading->renew_ms = clock_steady_ms() + RENEW_MS;
    return reading_start(reading);
}

enum err refreader_read(struct refreader *reader, const struct venue *venue, unsigned want, refreader_done done,
                        void *context)
{
    return begin(reader, venue, want, 0, done, context);
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

static void wanted(struct refreader *reader, const struct venue *venue, unsigned want, int priority)
{
    enum err err = begin(reader, venue, want, priority, NULL, NULL);

    if (!err)
        return;
    if (err != ERR_BUSY)
        log_fact("level=error venue=" STR_FMT " what=\"reference data not asked for\" why=\"%s\"", STR_ARG(venue->id),
                 err_text(err));
    if (!reading_of(reader, venue->client_id))
        not_before(reader, venue->client_id, reader->under_way >= READINGS_MAX ? BUSY_AGAIN_MS : LEASED_AGAIN_MS);
}

/* A failure to renew is no harm: two processes then read the same. */
static void renew(struct refreader *reader, struct reading *reading)
{
    int64_t steady_ms = clock_steady_ms(), until_ms;
    char name[80];

    if (steady_ms < reading->renew_ms)
        return;
    reading->renew_ms = steady_ms + RENEW_MS;
    lease_name(reading->client_id, name);
    if (lease_take(&reader->po->quota, str_of(name), steady_ms, LEASE_MS, &until_ms))
        log_fact("client=%s what=\"lease of a reading not renewed\"", reading->client_id);
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
    struct reading *reading = reading_of(reader, venue->client_id);
    const struct tended *tended = tended_of(reader, venue->client_id);
    unsigned bits;
    int priority;

    if (reading)
        renew(reader, reading);
    if (!tended || reading ||
        (clock_steady_ms() < tended->not_before_ms && !accepted_since(reader, tended, venue)))
        return;
    bits = due(reader, tended, venue, want, &priority);
    if (bits)
        wanted(reader, venue, bits, priority);
}

void refreader_try_keys(struct refreader *reader)
{
    for (size_t i = 0; i < reader->tended_count; i++)
        if (reader->tended[i]->refused_ms)
            reader->tended[i]->not_before_ms = reader->tended[i]->refused_ms = 0;
}

bool refreader_contradicted(struct refreader *reader, const struct venue *venue, unsigned want)
{
    struct tended *tended = tended_of(reader, venue->client_id);
    int64_t steady_ms = clock_steady_ms();

    if (!tended || steady_ms < tended->not_before_ms || steady_ms < tended->contradicted_ms ||
        reading_of(reader, venue->client_id))
        return false;
    tended->contradicted_ms = steady_ms + CONTRADICTED_AGAIN_MS;
    wanted(reader, venue, want, 0);
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

void refreader_mend(struct refreader *reader, const struct venue *venue, unsigned bits)
{
    struct tended *tended = tended_of(reader, venue->client_id);
    int64_t steady_ms = clock_steady_ms();
    struct ref_summary summary;

    if (!tended || !bits) {
        if (tended)
            tended->next_look_ms = tended->mend_bits = 0;
        return;
    }
    if (steady_ms < tended->not_before_ms || steady_ms < reader->mended_ms ||
        reader->po->urgent || reading_of(reader, venue->client_id) ||
        refdata_summary(reader->po->refstore, venue->client_id, &summary) || summary.login_refused)
        return;
    bits = looks_due(reader, tended, venue, bits, &summary) & ~denied(tended, summary.version);
    if (!bits)
        return;
    reader->mended_ms = (reader->mended_ms < steady_ms - MEND_SAVED_MS ? steady_ms - MEND_SAVED_MS : reader->mended_ms) +
                        2000 / po_config(reader->po)->requests_per_second;           /* half of the quota */
    wanted(reader, venue, bits, 1);
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
