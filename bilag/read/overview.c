#include "overview.h"

#include "domain/setup.h"
#include "poweroffice/privilege.h"
#include "poweroffice/refdata.h"
#include "refusals.h"

#include <inttypes.h>
#include <stdio.h>

enum { DAYS_WITH_Z = 14, STAGE_PATIENCE_MS = 1000, VENUES_REFUSING_MAX = 1000, REFUSALS_BYTES = 512 * 1024 * 1024 };

static int by_proof_day(const struct day_proof *days, size_t count, int32_t day)
{
    for (size_t i = count; i-- > 0;)     /* documents come by day: it is the last one or new */
        if (days[i].day == day)
            return (int)i;
    return -1;
}

static enum err add(struct money *to, struct money amount)
{
    return money_add(*to, amount, to);
}

bool status_has_rounding(const struct book_doc *doc)
{
    int64_t off = doc->status.total.ore - doc->draft.total.ore, most = (int64_t)doc->draft.order_line_count;

    return doc->draft.doc.kind == DOC_ORDER && doc->status.has_total && doc->state == DOC_SENT && off && off <= most &&
           off >= -most;
}

/* One that is in no books from here is a person's; else PowerOffice's rounding of it. */
static enum err prove_order(struct day_proof *proof, const struct book_doc *doc)
{
    struct money total = doc->draft.total;
    bool left = book_doc_is_left_reversed(doc);
    enum err err = left ? money_subtract(proof->orders, total, &proof->orders) : add(&proof->rounding, doc->status.total);

    if (err)
        return err;
    return left ? add(&proof->manual, total) : money_subtract(proof->rounding, total, &proof->rounding);
}

enum err status_prove(const struct book_list *list, struct arena *arena, struct day_proof **ret_days, size_t *ret_count)
{
    struct day_proof *days = arena_array(arena, list->count ? list->count : 1, sizeof *days);
    size_t count = 0;

    if (!days)
        return ERR_MEMORY;
    for (size_t i = 0; i < list->count; i++) {
        const struct draft *draft = &list->docs[i].draft;
        struct money parts = { 0 };
        struct day_proof *proof;
        int at = by_proof_day(days, count, draft->doc.day);
        bool left = book_doc_is_left_reversed(&list->docs[i]);

        if (draft->doc.kind != DOC_VOUCHER && !left && !status_has_rounding(&list->docs[i]))
            continue;                    /* the voucher's draft counts its part's orders */
        proof = &days[at < 0 ? count++ : (size_t)at];
        if (at < 0)
            *proof = (struct day_proof){ .day = draft->doc.day };
        if (draft->doc.kind != DOC_VOUCHER) {
            if (prove_order(proof, &list->docs[i]))
                return ERR_RANGE;
            continue;
        }
        proof->red |= list->docs[i].state != DOC_SENT && book_doc_is_red(&list->docs[i]);
        proof->open |= draft->phase == DRAFT_OPEN && !book_doc_is_empty(&list->docs[i]);
        if (add(&proof->lines, draft->lines_total) ||
            add(left ? &proof->manual : &proof->voucher, draft->voucher_total) ||
            add(&proof->orders, draft->orders_total) || add(&proof->manual, draft->manual_total) ||
            add(&proof->computed_vat, draft->computed_vat) || add(&proof->till_vat, draft->till_vat) ||
            add(&parts, proof->voucher) || add(&parts, proof->orders) || add(&parts, proof->manual) ||
            money_subtract(proof->lines, parts, &proof->difference))
            return ERR_RANGE;
        proof->has_till_vat |= draft->has_till_vat;
    }
    *ret_days = days;
    *ret_count = count;
    return ERR_OK;
}

enum err status_z(struct books *books, struct str venue, struct day_proof *day)
{
    uint64_t count = 0;
    enum err err = books_z_total(books, venue, day->day, &day->z, &count);

    day->has_z = !err && count > 0 && !day->open;
    if (day->has_z && !day->red && money_subtract(day->z, day->lines, &day->elsewhere))
        return ERR_RANGE;
    return err;
}

static enum err note_refusal(struct context *context, struct whole_status *whole, const struct refusal *refusal)
{
    size_t i = 0;

    whole->refused_total++;
    while (i < whole->refused_count && !str_equal(whole->refused[i].venue, refusal_venue(refusal)))
        i++;
    if (i == VENUES_REFUSING_MAX)
        return ERR_OK;
    if (i == whole->refused_count)
        whole->refused[whole->refused_count++].venue = arena_copy(context->arena, refusal_venue(refusal));
    whole->refused[i].count++;
    whole->refused[i].last_ms = refusal->time_ms;
    whole->refused[i].last_reason = arena_copy(context->arena, refusal->reason);
    return arena_failed(context->arena) ? ERR_MEMORY : ERR_OK;
}

/* What was taken in since is not worth looking at. */
static enum err count_refused(struct context *context, struct whole_status *whole)
{
    struct refusals refusals;
    struct arena arena;
    enum err err;

    whole->refused = arena_array(context->arena, VENUES_REFUSING_MAX, sizeof *whole->refused);
    if (!whole->refused)
        return ERR_MEMORY;
    arena_init(&arena, REFUSALS_BYTES);
    err = refusals_load(context->config, 0, &arena, &refusals, &context->fault);
    for (size_t i = 0; !err && i < refusals.count; i++)
        if (!refusal_is_settled(&refusals.at[i]))
            err = note_refusal(context, whole, &refusals.at[i]);
    arena_free(&arena);
    return err;
}

enum err overview_whole(struct context *context, struct books *books, struct whole_status *whole)
{
    enum err err = stages_ask(context->config, context->patience_ms ? context->patience_ms : STAGE_PATIENCE_MS, context->arena,
                              &whole->stages, &whole->stage_count);

    whole->config = context->config;
    whole->now_ms = clock_now_ms();
    if (!err)
        err = books_backlog(books, &whole->backlog);
    if (!err)
        err = count_refused(context, whole);
    if (!err)
        err = parked_load(context->config, context->arena, &whole->parked, &context->fault);
    if (!err)
        err = addons_load(context, &whole->addons);
    if (!err)
        err = begun_load(context, &whole->begun);
    if (!err)
        err = fleet_look(context->config->state_dir, context->arena, &whole->fleet, &context->fault);
    for (size_t i = 0; !err && i < whole->stage_count; i++)
        whole->outage |= whole->stages[i].outage;
    if (!err && whole->backlog.documents)
        whole->takes_ms = (int64_t)whole->backlog.documents * 1000 / context->config->requests_per_second + 1000;
    if (whole->takes_ms && !whole->outage)
        whole->through_ms = whole->now_ms + whole->takes_ms;
    return err;
}

enum err overview_whole_alone(struct context *context, struct whole_status *whole)
{
    struct books *books;
    enum err err = books_open(context->config, &books, &context->fault);

    if (err)
        return err;
    err = overview_whole(context, books, whole);
    books_close(books);
    return err;
}

int64_t whole_earliest(const struct whole_status *whole, struct str name)
{
    int64_t first_s = 0;

    for (size_t i = 0; i < whole->stage_count; i++)
        for (size_t k = 0; k < whole->stages[i].counter_count; k++) {
            const struct stage_counter *counter = &whole->stages[i].counters[k];

            if (str_equal(counter->name, name) && counter->value && (!first_s || counter->value < first_s))
                first_s = counter->value;
        }
    return first_s;
}

bool whole_waits_for_standby(const struct whole_status *whole)
{
    if (!whole->fleet.postgresql || whole->config->replicas < 2)
        return false;
    for (size_t i = 0; i < whole->fleet.standby_count; i++) {
        struct str sync = whole->fleet.standbys[i].sync;

        if (!sync.len || str_equal(sync, STR("sync")) || str_equal(sync, STR("quorum")))
            return false;                /* in step, or we may not know */
    }
    return true;
}

uint64_t whole_red(const struct whole_status *whole)
{
    uint64_t red = whole->red + whole->unconnected + whole->refused_total + whole->begun.count + fleet_lost(&whole->fleet) +
                   fleet_differing(&whole->fleet) + whole_waits_for_standby(whole);

    for (size_t i = 0; i < whole->parked.count; i++)
        red += parked_is_red(&whole->parked.at[i]);
    for (size_t i = 0; i < whole->stage_count; i++)
        red += (uint64_t)whole->stages[i].damaged_days;
    return red;
}

void whole_only(struct whole_status *whole, struct str venue)
{
    const struct parked_venue *parked = parked_of(&whole->parked, venue);
    const struct venue *known = config_venue(whole->config, venue);
    size_t begun = 0;

    for (size_t i = 0; i < whole->begun.count; i++)
        if (str_equal(whole->begun.at[i].scope, venue) || (known && str_equal(whole->begun.at[i].scope, known->company)))
            whole->begun.at[begun++] = whole->begun.at[i];
    whole->begun.count = begun;
    whole->refused_total = 0;
    for (size_t i = 0; i < whole->refused_count; i++)
        if (str_equal(whole->refused[i].venue, venue))
            whole->refused_total = whole->refused[i].count;
    if (parked)
        whole->parked.at[0] = *parked;
    whole->parked.count = parked != NULL;
}

/* What PowerOffice last said of the venue's key. */
static enum err connection(struct refstore *refs, struct arena *arena, struct venue_status *status)
{
    struct refdata data;
    enum err err;

    status->connected = status->venue->client_key.len ? CONNECTED_UNKNOWN : CONNECTED_NO;
    if (!refs || status->connected == CONNECTED_NO)
        return ERR_OK;
    err = refdata_of_client(refs, status->venue->client_id, arena, &data);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    status->login_fault = data.login_fault;
    status->subscription_refused = data.subscription_refused;
    status->missing_privileges = privileges_text(data.missing_privileges, status->venue, arena);
    if (data.login_fault.len)
        status->connected = CONNECTED_NO;
    else if (data.have & REF_PRIVILEGES)
        status->connected = CONNECTED_YES;
    return ERR_OK;
}

static void count_docs(struct venue_status *status)
{
    for (size_t i = 0; i < status->list.count; i++) {
        const struct book_doc *doc = &status->list.docs[i];

        if (book_doc_is_empty(doc))
            continue;
        status->states[doc->state]++;
        status->kinds[doc->draft.doc.kind][doc->state]++;
        status->red += book_doc_is_red(doc);
        status->warned += doc->state == DOC_OPEN && doc->draft.problems.count > 0;
    }
}

static bool is_unconnected(const struct venue_status *venue)
{
    return venue->login_fault.len || venue->connected == CONNECTED_NO;
}

bool venue_is_red(const struct venue_status *venue)
{
    return venue->red || venue->fault || is_unconnected(venue);
}

void overview_count(struct whole_status *whole, const struct venue_status *venue)
{
    whole->venues++;
    whole->venues_out += venue->venue == NULL;
    whole->venues_unreadable += venue->unreadable;
    whole->unconnected += is_unconnected(venue);
    for (int state = 0; state < DOC_STATE_COUNT; state++)
        whole->states[state] += venue->states[state];
    whole->subscription_refused += venue->subscription_refused;
    if (venue->subscription_refused)
        (void)snprintf(whole->subscription_words, sizeof whole->subscription_words, STR_FMT, STR_ARG(venue->login_fault));
    whole->red += venue->red;
    whole->warned += venue->warned;
}

void whole_subscription(const struct whole_status *whole, struct strbuf *out)
{
    struct problem problem = { .code = PROBLEM_SUBSCRIPTION_KEY, .count = 1, .arg = { str_of(whole->subscription_words) } };
    bool norwegian = str_equal(whole->config->language, STR("nb"));

    if (!whole->subscription_refused)
        return;
    if (norwegian)
        strbuf_format(out, "%" PRIu64 " %s: ", whole->subscription_refused,
                      whole->subscription_refused == 1 ? "salgssted" : "salgssteder");
    else
        strbuf_format(out, "%" PRIu64 " %s: ", whole->subscription_refused,
                      whole->subscription_refused == 1 ? "venue" : "venues");
    problem_write_for(&problem, whole->config->language, whole->config->wording, out);
}

static enum err who_it_is(struct context *context, struct refstore *refs, struct arena *arena, struct venue_status *status)
{
    if (!status->venue)
        return ERR_OK;
    status->name = status->venue->name;
    status->company = status->venue->company;
    status->transfer_allowed = setup_transfer_allowed(context->config, status->venue);
    return connection(refs, arena, status);
}

enum err overview_glance(struct context *context, struct books *books, struct refstore *refs, int32_t from, int32_t to,
                         struct arena *arena, const struct whole_status *whole, struct venue_status *status)
{
    enum err err = who_it_is(context, refs, arena, status);

    if (!err)
        err = books_venue_brief(books, status->id, from, to, arena, &status->list);
    if (err)
        return err;
    status->awaits_add_on = addons_has(&whole->addons, status->id);
    count_docs(status);
    return ERR_OK;
}

enum err overview_venue(struct context *context, struct books *books, struct refstore *refs, int32_t from, int32_t to,
                        struct arena *arena, const struct whole_status *whole, struct venue_status *status)
{
    enum err err = who_it_is(context, refs, arena, status);

    if (!err)
        err = books_venue(books, status->id, from, to, arena, &status->list);
    if (!err)
        err = status_prove(&status->list, arena, &status->days, &status->day_count);
    for (size_t i = status->day_count; !err && i-- > 0 && (whole->one_venue || status->day_count - i <= DAYS_WITH_Z);)
        err = status_z(books, status->id, &status->days[i]);
    if (err)
        return err;
    for (size_t i = 0; i < whole->refused_count; i++)
        if (str_equal(whole->refused[i].venue, status->id))
            status->refused = whole->refused[i].count;
    status->awaits_add_on = addons_has(&whole->addons, status->id);
    count_docs(status);
    return ERR_OK;
}
