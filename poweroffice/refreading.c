#include "refreading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/killpoint.h"
#include "base/log.h"
#include "poweroffice_inside.h"

enum { PAGE_SIZE = 5000, PAGES_MAX = 200, LEASE_MS = 5000, RENEW_MS = 1500 };

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

_Static_assert(COUNT(sources) <= REFREADING_PARTS, "each source has its part");

static void lease_name(const char *client_id, char name[80])
{
    (void)snprintf(name, 80, "read/%s", client_id);
}

static void give_lease(const struct refreadings *readings, const char *client_id)
{
    char name[80];
    enum err err;

    lease_name(client_id, name);
    err = quota_lease_give(&readings->po->quota, str_of(name));
    if (err)
        log_fact("level=error client=%s what=\"lease of a reading not given back\" why=\"%s\"", client_id,
                 err_text(err));
}

static void reading_free(struct refreading *reading)
{
    refbuild_free(&reading->build);
    free(reading);
}

void refreadings_close(struct refreadings *readings)
{
    while (readings->first) {
        struct refreading *reading = readings->first;

        readings->first = reading->next;
        give_lease(readings, reading->client_id);
        reading_free(reading);
    }
}

struct refreading *refreadings_of(const struct refreadings *readings, struct str client_id)
{
    for (struct refreading *reading = readings->first; reading; reading = reading->next)
        if (str_equal(str_of(reading->client_id), client_id))
            return reading;
    return NULL;
}

static void part_answered(void *context, const struct answer *answer);

/* ERR_NOT_FOUND: the venue is not configured any more. */
static enum err part_ask(struct refreading_part *part)
{
    struct refreading *reading = part->reading;
    const struct venue *venue = config_venue(po_config(reading->readings->po), str_of(reading->venue_id));
    const struct source *source = part->source;
    char path[400];
    struct call call = { .venue = venue, .method = CALL_GET, .priority = reading->priority };
    char since[32];
    int len = source->fields ? snprintf(path, sizeof path, "%s%s%s%sPageNumber=%d&PageSize=%d&Fields=%s", source->path,
                                        part->filtered ? "lastChangedDateTimeOffsetGreaterThan=" : "",
                                        part->filtered ? time_text_utc(reading->since_ms, since) : "",
                                        part->filtered ? "&" : "", part->page, part->page_size, source->fields)
                             : snprintf(path, sizeof path, "%s", source->path);

    ensure(len > 0 && (size_t)len < sizeof path);
    if (!venue || !str_equal(venue->client_id, str_of(reading->client_id)))
        return ERR_NOT_FOUND;
    call.path = (struct str){ path, (size_t)len };
    return poweroffice_call(reading->readings->po, &call, part_answered, part);
}

/* What changed, laid over what is kept: nobody else reads this client's meanwhile. */
static enum err lay_over(struct refreading *reading, unsigned have, struct arena *arena)
{
    unsigned changed = reading->changed & have;
    struct refdata kept;
    enum err err = changed ? refdata_load(reading->readings->po->refstore, str_of(reading->client_id), arena, &kept) : ERR_OK;

    for (size_t i = 0; !err && i < REFLISTS; i++)
        if (changed & reflists[i].bit)
            err = refbuild_unchanged(&reading->build, reflists[i].bit, &kept);
    return err;
}

static enum err put(struct refreading *reading, unsigned have)
{
    struct refreadings *readings = reading->readings;
    const struct venue *venue = config_venue(po_config(readings->po), str_of(reading->venue_id));
    struct arena arena;
    enum err err;

    arena_init(&arena, REFBUILD_BYTES_MAX);
    err = lay_over(reading, have, &arena);
    if (venue && str_equal(venue->client_id, str_of(reading->client_id)))
        reading->build.data.company = venue->company;
    KILLPOINT("poweroffice.before-books-commit");
    if (!err)
        err = refdata_put(readings->po->refstore, str_of(reading->client_id),
                          refbuild_done(&reading->build, have, clock_now_ms()));
    KILLPOINT("poweroffice.after-books-commit");
    arena_free(&arena);
    return err;
}

static void reading_end(struct refreading *reading)
{
    struct refreadings *readings = reading->readings;
    unsigned have = reading->want & ~reading->failed;
    enum err err = reading->refused ? ERR_REFUSED : have ? ERR_OK : ERR_NETWORK;
    struct refreading **at = &readings->first;

    if (!err) {
        err = put(reading, have);
        if (!err && reading->failed && reading->broken)
            err = ERR_NETWORK;           /* what a right lacks for is said by the list of rights */
    }
    log_fact("client=%s what=\"reference data read\" have=%u failed=%u accounts=%zu outcome=%s", reading->client_id,
             have, reading->failed, reading->build.data.account_count, err ? err_text(err) : "done");
    readings->ended(readings->owner, reading, err);
    while (*at != reading)
        at = &(*at)->next;
    *at = reading->next;
    readings->under_way--;
    give_lease(readings, reading->client_id);
    if (reading->done)
        reading->done(reading->context, str_of(reading->client_id), err);
    reading_free(reading);
}

/* Takes the body; says whether there is another page. */
static enum err part_take(struct refreading_part *part, const struct answer *answer, bool *ret_more)
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
static void part_failed(struct refreading_part *part, const struct answer *answer, enum err err)
{
    struct refreading *reading = part->reading;

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

/* Refused in the form that is filtered: the list is asked for from its beginning, whole. */
static bool asked_whole(struct refreading_part *part, const struct answer *answer)
{
    struct refreading *reading = part->reading;

    if (!part->filtered || answer->outcome != OUTCOME_REFUSED)
        return false;
    log_fact("client=%s what=\"the last-changed filter is refused: the list is read whole\" path=%s status=%ld why=\"%s\"",
             reading->client_id, part->source->path, answer->status, answer->title[0] ? answer->title : answer->detail);
    part->filtered = false;
    part->page = 1;
    part->page_size = PAGE_SIZE;
    reading->changed &= ~part->source->bit;
    reading->unfiltered = true;
    return part_ask(part) == ERR_OK;
}

static void part_answered(void *context, const struct answer *answer)
{
    struct refreading_part *part = context;
    struct refreading *reading = part->reading;
    bool more = false;
    enum err err = ERR_OK;

    if (asked_whole(part, answer))
        return;
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

static struct refreading *reading_new(struct refreadings *readings, const struct venue *venue,
                                      const struct refreading_wish *wish)
{
    struct refreading *reading = calloc(1, sizeof *reading);

    if (!reading)
        return NULL;
    if (!str_copy(venue->client_id, reading->client_id, sizeof reading->client_id) ||
        !str_copy(venue->id, reading->venue_id, sizeof reading->venue_id)) {
        free(reading);
        return NULL;
    }
    reading->readings = readings;
    reading->want = wish->want;
    reading->changed = wish->changed & wish->want & REF_HAS_FILTER;
    reading->since_ms = wish->since_ms;
    reading->priority = wish->priority;
    reading->began_ms = clock_now_ms();
    refbuild_init(&reading->build);
    reading->next = readings->first;
    readings->first = reading;
    readings->under_way++;
    return reading;
}

/* All requests at once: the quota spaces them, and several under way use it at any latency. */
static enum err reading_start(struct refreading *reading)
{
    const struct answer none = { .outcome = OUTCOME_PASSING };
    enum err err = ERR_OK;

    for (size_t i = 0; i < COUNT(sources); i++) {
        struct refreading_part *part = &reading->parts[i];

        if (!(reading->want & sources[i].bit))
            continue;
        *part = (struct refreading_part){ reading, &sources[i], reading->changed & sources[i].bit, 1, PAGE_SIZE };
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

enum err refreading_begin(struct refreadings *readings, const struct venue *venue, const struct refreading_wish *wish,
                          refreader_done done, void *context)
{
    struct refreading *reading;
    int64_t until_ms = 0;
    char name[80], client_id[64];
    enum err err;

    if (refreadings_of(readings, venue->client_id) || readings->under_way >= REFREADINGS_MAX ||
        !str_copy(venue->client_id, client_id, sizeof client_id))
        return ERR_BUSY;
    lease_name(client_id, name);
    err = quota_lease_take(&readings->po->quota, str_of(name), clock_steady_ms(), LEASE_MS, &until_ms);
    if (err)
        return err;
    reading = reading_new(readings, venue, wish);
    if (!reading) {
        give_lease(readings, client_id);
        return ERR_MEMORY;
    }
    reading->done = done;
    reading->context = context;
    reading->renew_ms = clock_steady_ms() + RENEW_MS;
    return reading_start(reading);
}

void refreading_renew(struct refreadings *readings, struct refreading *reading)
{
    int64_t steady_ms = clock_steady_ms(), until_ms;
    char name[80];

    if (steady_ms < reading->renew_ms)
        return;
    reading->renew_ms = steady_ms + RENEW_MS;
    lease_name(reading->client_id, name);
    if (quota_lease_take(&readings->po->quota, str_of(name), steady_ms, LEASE_MS, &until_ms))
        log_fact("client=%s what=\"lease of a reading not renewed\"", reading->client_id);
}
