/* api_customers.c - the till's customers with whom they are connected, PowerOffice's to choose from; and what is to be done by hand. */
#include "api.h"
#include "api_routes.h"

#include "bilag/read/customer_ledger.h"
#include "bilag/show/manual_json.h"

enum { MANUAL_DAYS = 31 };

/* --- customers --- */

static const char *standing(const struct customer_ledger *ledger, const struct till_customer *customer,
                            const struct ref_customer *ref)
{
    return !customer->number ? "not-connected" : ledger->has_customers && !ref ? "no-such-number"
           : ledger->has_customers && ref->archived ? "archived" : "connected";
}

static void tell_suggestion(struct strbuf *out, const struct customer_ledger *ledger, const struct till_customer *customer)
{
    const struct ref_customer *suggested = NULL;

    if (customer->number || !ledger->has_customers ||
        customer_suggest(&ledger->data, customer->name, &suggested) == SUGGEST_NONE)
        return;
    json_put_int(out, "suggested", suggested->no);
    json_put_str(out, "suggested_name", suggested->name);
}

static void tell_customer(struct strbuf *out, const struct customer_ledger *ledger, const struct till_customer *customer)
{
    const struct ref_customer *ref = customer->number ? refdata_customer(&ledger->data, customer->number) : NULL;

    json_open(out, NULL, '{');
    json_put_str(out, "till_customer", customer->name);
    json_put_str(out, "stands", str_of(standing(ledger, customer, ref)));
    if (customer->number)
        json_put_int(out, "number", customer->number);
    if (ref)
        json_put_str(out, "name", ref->name);
    api_text(out, "reference", customer->reference);
    json_put_uint(out, "orders", customer->orders);
    json_put_uint(out, "waiting", customer->waiting);
    json_put_uint(out, "manual", customer->manual);
    if (customer->last_day != INT32_MIN)
        json_put_day(out, "last_day", customer->last_day);
    tell_suggestion(out, ledger, customer);
    json_close(out, '}');
}

static bool matches(const struct customer_ledger *ledger, const struct till_customer *customer, struct str search)
{
    const struct ref_customer *ref = customer->number ? refdata_customer(&ledger->data, customer->number) : NULL;

    return customer_name_matches(customer->name, search) || (ref && customer_matches(ref, search));
}

/* PowerOffice's that are not archived and match, as many as a page has. */
static void tell_choices(struct strbuf *out, const struct refdata *data, struct str search)
{
    size_t told = 0;

    json_open(out, "poweroffice", '[');
    for (size_t i = 0; i < data->customer_count && told < API_LIMIT_MAX; i++) {
        if (data->customers[i].archived || !customer_matches(&data->customers[i], search))
            continue;
        told++;
        json_open(out, NULL, '{');
        json_put_int(out, "number", data->customers[i].no);
        json_put_str(out, "name", data->customers[i].name);
        api_text(out, "organisation_number", data->customers[i].org_no);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void tell_customers(struct view *view, const struct customer_ledger *ledger, struct api_page *page)
{
    const struct till_customers *till = &ledger->till;
    struct str search = view_query(view, "q");
    struct strbuf *out = api_begin(view);

    json_put_str(out, "venue", ledger->venue->id);
    json_put_str(out, "company", ledger->venue->company);
    json_open(out, "customers", '[');
    for (int pass = 0; pass < 2; pass++)     /* who is not connected comes first */
        for (size_t i = 0; i < till->count; i++)
            if ((till->at[i].number != 0) == (pass == 1) && matches(ledger, &till->at[i], search) && api_page_has(page))
                tell_customer(out, ledger, &till->at[i]);
    json_close(out, ']');
    api_page_tell(view, page);
    if (ledger->has_customers)
        api_time(out, "read_at", ledger->data.read_ms);
    tell_choices(out, &ledger->data, search);
    api_end(view);
}

void api_customers(struct view *view)
{
    struct customer_ledger ledger = { .context = &view->context, .venue = view_venue(view) };
    struct api_page page;
    enum err err;

    if (!ledger.venue || !api_page_take(view, &page))
        return;
    err = customer_ledger_open(&ledger, STORE_READ_ONLY);
    if (!err)
        err = customer_ledger_gather(&ledger);
    if (err)
        view_fail(view, err);
    else
        tell_customers(view, &ledger, &page);
    customer_ledger_close(&ledger);
}

/* --- by hand --- */

static enum err gather(struct view *view, const struct venue *venue, int32_t from, int32_t to, struct manual_list *list)
{
    struct book_list documents;
    struct books *books;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (err)
        return err;
    err = books_venue(books, venue->id, from, to, &view->arena, &documents);
    books_close(books);
    if (!err)
        err = manual_load(&view->config, venue, &documents, list, &view->context.fault);
    return err ? err : manual_done_load(&view->config, list, &view->context.fault);
}

void api_manual(struct view *view)
{
    const struct venue *venue = view_venue(view);
    struct manual_list list = { .arena = &view->arena };
    struct manual_sum *sums;
    int32_t from, to;
    size_t count;
    enum err err;

    if (!venue || !api_period(view, venue_today(venue), MANUAL_DAYS, &from, &to))
        return;
    err = gather(view, venue, from, to, &list);
    if (!err)
        err = manual_sums(&list, &sums, &count);
    if (err) {
        view_fail(view, err);
        return;
    }
    json_put_day(api_begin(view), "from", from);
    json_put_day(&view->html.out, "to", to);
    manual_json(&view->html.out, venue, &list, sums, count);
    api_end(view);
}
