/* api_venues.c - the venues of a user, the red ones first, and a venue's month of days: what the overview and the calendar show. */
#include "api.h"
#include "api_routes.h"

#include <stdio.h>
#include <string.h>

#include "chosen.h"
#include "month.h"

enum { TYPES_MAX = 200 };

/* --- all of them --- */

/* Red at once where that is known, grey until it was looked at. */
static const char *colour(const struct picture_row *row)
{
    static const char *const colours[] = { "red", "yellow", "green" };

    return !row->looked_ms && !picture_row_is_red(row) ? "grey" : colours[picture_row_rank(row)];
}

static void tell_venue(struct view *view, struct strbuf *out, const struct picture_row *row)
{
    static const char *const connected[] = { "null", "false", "true" };

    json_open(out, NULL, '{');
    json_put_str(out, "venue", row->id);
    json_put_str(out, "name", row->name);
    json_put_str(out, "company", row->company);
    json_put_str(out, "colour", str_of(colour(row)));
    json_put_uint(out, "red", row->red);
    api_text(out, "first_red", row->first_red);
    api_text(out, "fault", row->fault);
    if (row->unreadable)
        json_put_str(out, "unreadable", chosen_why_unreadable(view, row));
    json_put_number(out, "connected", connected[row->connected]);
    json_put_bool(out, "login_fault", row->login_fault);
    json_put_bool(out, "awaits_add_on", row->awaits_add_on);
    json_put_bool(out, "automatic", row->automatic);
    if (row->states[DOC_WAITING])
        json_put_day(out, "oldest_waiting", row->oldest_waiting);
    json_open(out, "states", '{');
    for (int i = 0; i < DOC_STATE_COUNT; i++)
        json_put_uint(out, doc_state_text((enum doc_state)i), row->states[i]);
    json_close(out, '}');
    api_time(out, "looked_at", row->looked_ms);
    json_close(out, '}');
}

/* Those of the page: [from, upto) of the rows. */
static void tell_venues(const struct chosen *chosen, const struct api_page *page, size_t from, size_t upto)
{
    struct view *view = chosen->view;
    struct strbuf *out = api_begin(view);

    json_put_uint(out, "venue_count", chosen->all_count);
    json_put_uint(out, "red", chosen->red);
    json_put_uint(out, "waiting", chosen->waiting);
    json_put_bool(out, "whole", chosen_is_whole(chosen));
    json_put_uint(out, "unreadable", chosen->unreadable);
    json_open(out, "venues", '[');
    for (size_t i = from; i < upto; i++)
        tell_venue(view, out, chosen->rows[i]);
    json_close(out, ']');
    api_page_tell(view, page);
    api_end(view);
}

void api_venues(struct view *view)
{
    struct chosen chosen;
    struct api_page page;
    bool only_red;
    size_t from = 0, upto = 0;
    enum err err;

    if (!api_page_take(view, &page) || !api_switch(view, "red", &only_red))
        return;
    err = chosen_take(view, view_query(view, "q"), only_red, &chosen);
    if (!err) {
        uint64_t before = (page.page - 1) * page.limit;

        page.total = chosen.count;
        from = before < chosen.count ? (size_t)before : chosen.count;
        upto = chosen.count - from > page.limit ? from + (size_t)page.limit : chosen.count;
        err = chosen_look(&chosen, from, upto);
    }
    if (err)
        view_fail(view, err);
    else
        tell_venues(&chosen, &page, from, upto);
}

/* --- those that wait for their set-up or their key --- */

void api_not_in_use(struct view *view)
{
    struct api_page page;
    struct strbuf *out;

    if (!api_page_take(view, &page))
        return;
    out = api_begin(view);
    json_open(out, "venues", '[');
    for (size_t i = 0; i < view->config.fault_count; i++) {
        struct venue venue;

        if (!venue_waits(view, i, &venue) || !api_page_has(&page))
            continue;
        json_open(out, NULL, '{');
        json_put_str(out, "venue", view->config.fault_venues[i]);
        json_put_str(out, "name", venue.name);
        json_put_str(out, "company", venue.company);
        if (user_may(&view->user, ACT_OPERATE))              /* it names files */
            json_put_str(out, "fault", str_of(view->config.faults[i].text));
        json_close(out, '}');
    }
    json_close(out, ']');
    api_page_tell(view, &page);
    api_end(view);
}

/* --- a month --- */

/* "2026-11"; false: answered. */
static bool take_month(struct view *view, int32_t today, struct month *month)
{
    struct str text = view_query(view, "month");
    int32_t day = today;
    char whole[16];

    if (text.len && (text.len != 7 || snprintf(whole, sizeof whole, STR_FMT "-01", STR_ARG(text)) != 10 ||
                     day_parse(str_of(whole), &day))) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "month: a month such as 2026-11", "month: en måned som 2026-11"));
        return false;
    }
    month_of(day, month);
    return true;
}

static void tell_days(struct strbuf *out, const struct month *month)
{
    json_open(out, "days", '[');
    for (int32_t i = 0; i < month->next - month->first; i++) {
        const struct month_day *day = &month->days[i];

        if (!day->worst)
            continue;
        json_open(out, NULL, '{');
        json_put_day(out, "business_day", month->first + i);
        json_put_str(out, "colour", str_of(state_class(day->worst)));
        json_put_str(out, "state", str_of(doc_state_text(day->worst->state)));
        json_put_uint(out, "documents", day->documents);
        json_put_int(out, "lines_total", day->sales.ore);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static enum err tell_types(struct view *view, struct strbuf *out, const struct venue *venue, const struct month *month)
{
    struct type_sum *sums = arena_array(&view->arena, TYPES_MAX, sizeof *sums);
    size_t count = 0;
    enum err err = sums ? month_types(venue, month, sums, TYPES_MAX, &count) : ERR_MEMORY;

    json_open(out, "sold", '[');
    for (size_t i = 0; !err && i < count; i++) {
        json_open(out, NULL, '{');
        json_put_str(out, "type", sums[i].name);
        json_put_int(out, "amount", sums[i].amount.ore);
        json_close(out, '}');
    }
    json_close(out, ']');
    return err;
}

/* How it is set up today, for who may not see the set-up itself. */
static void tell_switches(struct strbuf *out, const struct venue *venue)
{
    int32_t today = venue_today(venue);
    const struct payment_entry *gift = venue_payment(venue, STR("gift_card"), today);
    const struct payment_entry *credit = venue_payment(venue, STR("credit"), today);

    json_put_str(out, "company", venue->company);
    api_text(out, "department", venue_department(venue, today));
    json_put_bool(out, "auto_transfer", venue_switch(&venue->auto_transfer, today));
    json_put_bool(out, "auto_invoice", venue_switch(&venue->auto_invoice, today));
    if (gift)
        json_put_bool(out, "gift_cards_transferred", gift->transfer);
    if (credit)
        json_put_bool(out, "credit_transferred", credit->transfer);
}

void api_month(struct view *view)
{
    const struct venue *venue = view_venue(view);
    struct month month;
    struct strbuf *out;
    enum err err;

    if (!venue || !take_month(view, venue_today(venue), &month))
        return;
    err = month_gather(view, venue, &month);
    if (err) {
        view_fail(view, err);
        return;
    }
    out = api_begin(view);
    json_put_str(out, "venue", venue->id);
    json_put_str(out, "name", venue->name);
    json_put_day(out, "from", month.first);
    json_put_day(out, "to", month.next - 1);
    tell_days(out, &month);
    err = tell_types(view, out, venue, &month);
    tell_switches(out, venue);
    if (err)
        view_fail(view, err);
    else
        api_end(view);
}
