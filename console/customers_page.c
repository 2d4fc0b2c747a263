/* customers_page.c - the till's customers, green when connected, and PowerOffice's to choose from. */
#include "routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bilag/read/customer_ledger.h"
#include "connect_page.h"

enum { TILL_SHOWN = 200, CHOICES_SHOWN = 2000 };

struct customers { struct view *view; struct customer_ledger ledger; struct str search; size_t count; };

static void search_form(const struct customers *customers)
{
    struct view *view = customers->view;

    view_search(view, view_venue_path(view, customers->ledger.venue->id, "/customers"),
                SAY(view, "Name or number", "Navn eller nummer"), "q", customers->search);
    view_button(view, "plain", SAY(view, "Find", "Finn"));
    html_end(&view->html);
}

static void standing(struct view *view, const struct customer_ledger *ledger, const struct till_customer *customer,
                     const struct ref_customer *ref)
{
    const char *word = !customer->number ? SAY(view, "not connected", "ikke koblet")
                       : ledger->has_customers && !ref ? SAY(view, "no such number", "nummeret finnes ikke")
                       : ledger->has_customers && ref->archived ? SAY(view, "archived", "arkivert") : NULL;

    html_element(&view->html, "span", word ? "state red" : "state "
                                                           "green", str_of(word ? word : SAY(view, "connected", "koblet")));
}

/* All of PowerOffice's, once, for every form of the page to search in. */
static void choices(const struct customers *customers)
{
    struct html *html = &customers->view->html;
    const struct refdata *data = &customers->ledger.data;
    char number[32];

    html_begin(html, "datalist");
    html_attr(html, "id", STR("poweroffice"));
    for (size_t i = 0, shown = 0; i < data->customer_count && shown < CHOICES_SHOWN; i++) {
        if (data->customers[i].archived)
            continue;
        shown++;
        (void)snprintf(number, sizeof number, "%" PRId64, data->customers[i].no);
        html_begin(html, "option");
        html_attr(html, "value", str_of(number));
        html_text(html, data->customers[i].name);
        html_end(html);
    }
    html_end(html);
}

static void connect_form(const struct customers *customers, const struct till_customer *customer)
{
    struct view *view = customers->view;
    struct html *html = &view->html;
    const struct ref_customer *suggested = NULL;
    struct str path = view_venue_path(view, customers->ledger.venue->id, "/customers");
    char number[32] = "";

    if (!user_may(&view->user, ACT_CONNECT))
        return;
    if (!customer->number && customers->ledger.has_customers &&
        customer_suggest(&customers->ledger.data, customer->name, &suggested) != SUGGEST_NONE)
        (void)snprintf(number, sizeof number, "%" PRId64, suggested->no);
    view_form(view, path.bytes, "row");
    view_hidden(view, "till_customer", customer->name);
    view_hidden(view, "was", arena_format(&view->arena, "%" PRId64, customer->number));
    view_hidden(view, "back", path);
    html_begin(html, "label");
    html_begin(html, "span");
    html_text(html, str_of(SAY(view, "Customer in PowerOffice", "Kunde i PowerOffice")));
    if (number[0])
        html_say(html, SAY(view, ", suggested: %.*s", ", forslag: %.*s"), TEXT(suggested->name));
    html_end(html);
    html_single(html, "input");
    html_attr(html, "name", STR("number"));
    html_attr(html, "list", STR("poweroffice"));
    html_attr(html, "inputmode", STR("numeric"));
    html_attr(html, "required", STR(""));
    html_attr(html, "value", str_of(number));
    html_end(html);
    view_button(view, customer->number ? "plain" : NULL, SAY(view, "Connect", "Koble"));
    view_form_end(view);
}

static void disconnect_form(const struct customers *customers, const struct till_customer *customer)
{
    struct view *view = customers->view;
    struct html *html = &view->html;

    html_begin(html, "details");
    html_element(html, "summary", NULL, str_of(SAY(view, "Disconnect", "Koble fra")));
    html_element(html, "p", "faint", str_of(SAY(view, "Its orders that are not sent yet are held from then on.",
                                                "Ordrene som ikke er sendt, blir da stoppet.")));
    view_form(view, view_venue_path(view, customers->ledger.venue->id, "/customers/disconnect").bytes, "row");
    view_hidden(view, "till_customer", customer->name);
    view_hidden(view, "number", arena_format(&view->arena, "%" PRId64, customer->number));
    view_hidden(view, "back", view_venue_path(view, customers->ledger.venue->id, "/customers"));
    view_reason(view);
    view_button(view, "plain", SAY(view, "Disconnect", "Koble fra"));
    view_form_end(view);
    html_end(html);
}

static void tell(const struct customers *customers, const struct till_customer *customer)
{
    struct view *view = customers->view;
    struct html *html = &view->html;
    const struct ref_customer *ref = customer->number ? refdata_customer(&customers->ledger.data, customer->number) : NULL;
    char day[16];

    html_begin(html, "li");
    standing(view, &customers->ledger, customer, ref);
    html_words(html, "b", NULL, " %.*s", TEXT(customer->name));
    if (customer->number)
        html_say(html, " %" PRId64 " %.*s", customer->number, TEXT(ref ? ref->name : STR_NONE));
    html_begin(html, "p");
    html_class(html, "faint");
    if (customer->orders)
        html_say(html, SAY(view, "%" PRIu64 " orders, %" PRIu64 " waiting. ", "%" PRIu64 " ordre, %" PRIu64 " venter. "),
                 customer->orders, customer->waiting);
    if (customer->manual)
        html_say(html, SAY(view, "%" PRIu64 " to be invoiced by hand. ", "%" PRIu64 " faktureres manuelt. "), customer->manual);
    if (customer->last_day != INT32_MIN)
        html_say(html, SAY(view, "Last %s.", "Sist %s."), day_text(customer->last_day, day));
    html_end(html);
    if (!customer->number || (customers->ledger.has_customers && (!ref || ref->archived))) {
        connect_form(customers, customer);
    } else if (user_may(&view->user, ACT_CONNECT)) {
        html_begin(html, "details");
        html_element(html, "summary", NULL, str_of(SAY(view, "Connect with another", "Koble til en annen")));
        connect_form(customers, customer);
        html_end(html);
    }
    if (customer->number && user_may(&view->user, ACT_CONNECT))
        disconnect_form(customers, customer);
    html_end(html);
}

static bool matches(const struct customers *customers, const struct till_customer *customer)
{
    const struct ref_customer *ref = customer->number ? refdata_customer(&customers->ledger.data, customer->number) : NULL;

    return customer_name_matches(customer->name, customers->search) || (ref && customer_matches(ref, customers->search));
}

/* Who is not connected comes first. */
static void tell_all(struct customers *customers)
{
    const struct till_customers *till = &customers->ledger.till;

    html_begin(&customers->view->html, "ul");
    html_class(&customers->view->html, "list");
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < till->count; i++)
            if ((till->at[i].number != 0) == (pass == 1) && matches(customers, &till->at[i]) &&
                customers->count++ < TILL_SHOWN)
                tell(customers, &till->at[i]);
    html_end(&customers->view->html);
}

/* What of them is not there. */
static void tell_rest(const struct customers *customers)
{
    struct view *view = customers->view;

    if (customers->count > TILL_SHOWN)
        html_words(&view->html, "p", "faint", SAY(view, "and %zu more: search for a part of the name",
                                                  "og %zu til: søk etter en del av navnet"), customers->count - TILL_SHOWN);
    else if (!customers->count)
        html_element(&view->html, "p", "faint", str_of(customers->search.len
                     ? SAY(view, "No till customer has this name.", "Ingen kassekunder har dette navnet.")
                     : SAY(view, "No till customer: they come with the first credit sale.",
                           "Ingen kassekunder: de kommer med det første kredittsalget.")));
}

/* A customer that was made there a moment ago. */
static void fresh(const struct customers *customers)
{
    struct view *view = customers->view;
    struct str venue = customers->ledger.venue->id;

    if (!user_may(&view->user, ACT_CONNECT) || !customers->ledger.venue->client_id.len)
        return;
    asking_tell(view, venue, false);
    asking_button(view, venue, view_venue_path(view, venue, "/customers"));
}

void page_customers(struct view *view)
{
    struct customers customers = { .view = view, .search = view_query(view, "q"),
                                   .ledger = { .context = &view->context, .venue = view_venue(view) } };
    char when[32];
    enum err err;

    if (!customers.ledger.venue)
        return;
    err = customer_ledger_open(&customers.ledger, STORE_READ_ONLY);
    if (!err)
        err = customer_ledger_gather(&customers.ledger);
    if (err) {
        customer_ledger_close(&customers.ledger);
        view_fail(view, err);
        return;
    }
    view_begin_of(view, SAY(view, "Customers", "Kunder"), customers.ledger.venue);
    if (customers.ledger.has_customers)
        html_words(&view->html, "p", "faint", SAY(view, "PowerOffice's customers as read %s. The venues of a company share "
                                                        "them.",
                                                  "Kundene i PowerOffice slik de ble lest %s. Salgsstedene i et firma deler "
                                                  "dem."),
                   time_text_local(customers.ledger.venue, customers.ledger.data.read_ms, when));
    else
        html_element(&view->html, "p", "notice yellow",
                     str_of(SAY(view, "PowerOffice's customers were not read yet: that happens when the first order is looked "
                                      "at.",
                                "Kundene i PowerOffice er ikke lest ennå: det skjer når den første ordren behandles.")));
    fresh(&customers);
    search_form(&customers);
    if (user_may(&view->user, ACT_CONNECT))
        view_link_line(view, view_venue_path(view, customers.ledger.venue->id, "/customers/import"),
                       SAY(view, "Import connections from a list", "Importer koblinger fra en liste"));
    choices(&customers);
    tell_all(&customers);
    tell_rest(&customers);
    customer_ledger_close(&customers.ledger);
}
