/* customers_import.c - connections from a file: pasted or uploaded, shown row by row as what they will do, and then made; and a
 * connection taken away. One wrong row, and nothing is connected. */
#include "api.h"
#include "api_routes.h"
#include "body.h"
#include "routes.h"
#include "seen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bilag/act/connect.h"
#include "bilag/show/catalogue.h"

enum { IMPORT_ROWS_MAX = 300 };

struct import { struct view *view; struct customer_ledger ledger; struct customer_file file; };

/* --- what is asked for --- */

static void ask(const struct import *import)
{
    struct view *view = import->view;
    struct html *html = &view->html;

    html_words(html, "p", NULL, SAY(view, "One customer a line: the name at the till, and the customer's number in "
                                          "PowerOffice, "
                                          "divided by semicolon, comma or tab, as a spreadsheet saves them (CSV, UTF-8). %d "
                                          "lines "
                                          "at most at once.",
                                    "Én kunde per linje: navnet i kassen og kundenummeret i PowerOffice, delt med semikolon, "
                                    "komma "
                                    "eller tabulator, slik et regneark lagrer dem (CSV, UTF-8). Høyst %d linjer om gangen."),
               IMPORT_ROWS_MAX);
    view_file_form(view, view_venue_path(view, import->ledger.venue->id, "/customers/import").bytes, "sheet");
    view_hidden(view, "step", STR("look"));
    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(SAY(view, "Lines", "Linjer")));
    html_begin(html, "textarea");
    html_attr(html, "name", STR("rows"));
    html_attr(html, "rows", STR("8"));
    html_attr(html, "cols", STR("60"));
    html_attr(html, "placeholder", STR("Hansen Catering;10001"));
    html_text(html, STR_NONE);
    html_end(html);
    html_end(html);
    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(SAY(view, "or a file", "eller en fil")));
    html_single(html, "input");
    html_attr(html, "type", STR("file"));
    html_attr(html, "name", STR("file"));
    html_attr(html, "accept", STR(".csv,.txt,text/csv"));
    html_end(html);
    view_button(view, NULL, SAY(view, "Show what it does", "Vis hva det gjør"));
    view_form_end(view);
}

static void begin(const struct import *import)
{
    view_begin_of(import->view, SAY(import->view, "Import connections", "Importer koblinger"), import->ledger.venue);
}

void page_import(struct view *view)
{
    struct import import = { .view = view, .ledger = { .context = &view->context, .venue = view_venue(view) } };

    if (!import.ledger.venue)
        return;
    begin(&import);
    ask(&import);
}

/* --- what it would do --- */

static struct str subject_of(const struct import *import, struct str till_customer)
{
    return arena_format(&import->view->arena, STR_FMT "/" STR_FMT, STR_ARG(import->ledger.venue->company),
                        STR_ARG(till_customer));
}

/* NULL: it can be connected. */
static const char *why_not(struct import *import, int64_t number)
{
    struct fault *fault = &import->view->context.fault;
    enum err err = connect_judge(&import->ledger, number);
    const char *why = err ? view_why(import->view, err) : NULL;

    fault->text[0] = '\0';
    return why;
}

static void preview_row(struct import *import, const struct customer_row *row)
{
    struct view *view = import->view;
    struct html *html = &view->html;
    const struct till_customer *known = till_customers_of(&import->ledger.till, row->till_customer);
    const struct ref_customer *ref = refdata_customer(&import->ledger.data, row->number);
    int64_t before = known ? known->number : 0;
    const char *why = why_not(import, row->number);

    html_begin(html, "tr");
    view_cell(view, SAY(view, "At the till", "I kassen"));
    html_text(html, row->till_customer);
    html_end(html);
    view_cell(view, SAY(view, "In PowerOffice", "I PowerOffice"));
    html_say(html, "%" PRId64 " %.*s", row->number, TEXT(ref ? ref->name : STR_NONE));
    html_end(html);
    view_cell(view, SAY(view, "Stands", "Står"));
    html_begin(html, "span");
    if (why)
        html_element(html, "span", "fault", str_of(why));
    else if (before == row->number)
        html_element(html, "span", "state grey", str_of(SAY(view, "connected already", "alt koblet")));
    else if (before)
        html_words(html, "span", "state yellow", SAY(view, "connected with %" PRId64 " now", "koblet til %" PRId64 " nå"),
                before);
    else
        html_element(html, "span", "state green", str_of(SAY(view, "new", "ny")));
    if (known && !known->orders && !known->manual)
        html_element(html, "small", NULL, str_of(SAY(view, "no order has had this name yet",
                                                     "ingen ordre har hatt dette navnet ennå")));
    html_end(html);
    html_end(html);
    html_end(html);
}

static void save_form(const struct import *import)
{
    struct view *view = import->view;

    view_form(view, view_venue_path(view, import->ledger.venue->id, "/customers/import").bytes, "row");
    view_hidden(view, "step", STR("save"));
    view_hidden(view, "back", view_venue_path(view, import->ledger.venue->id, "/customers"));
    seen_hide(view);
    for (size_t i = 0; i < import->file.count; i++)
        view_hidden(view, "row", arena_format(&view->arena, "%" PRId64 ";" STR_FMT, import->file.rows[i].number,
                                              STR_ARG(import->file.rows[i].till_customer)));
    view_reason(view);
    view_button(view, NULL, SAY(view, "Connect them", "Koble dem"));
    view_form_end(view);
}

static void preview(struct import *import)
{
    struct view *view = import->view;
    struct html *html = &view->html;
    const char *const words[] = { SAY(view, "At the till", "I kassen"), SAY(view, "In PowerOffice", "I PowerOffice"),
                                  SAY(view, "Stands", "Står") };
    size_t wrong = import->file.fault_count;

    begin(import);
    for (size_t i = 0; i < import->file.fault_count; i++)
        html_words(html, "p", "notice red", "%s", import->file.faults[i].text);
    html_begin(html, "table");
    html_class(html, "stack");
    view_heads(view, words, COUNT(words), 0);
    html_begin(html, "tbody");
    for (size_t i = 0; i < import->file.count; i++) {
        wrong += why_not(import, import->file.rows[i].number) != NULL;
        preview_row(import, &import->file.rows[i]);
    }
    html_end(html);
    html_end(html);
    if (!import->ledger.has_customers)
        html_element(html, "p", "notice yellow",
                     str_of(SAY(view, "PowerOffice's customers were not read yet: the numbers are judged before anything is "
                                      "sent.",
                                "Kundene i PowerOffice er ikke lest ennå: numrene blir kontrollert før noe sendes.")));
    if (wrong)
        view->status = MHD_HTTP_BAD_REQUEST;
    if (wrong)
        html_element(html, "p", "notice red", str_of(SAY(view, "Nothing is connected: mend the lines, and show them again.",
                                                         "Ingenting er koblet: rett linjene, og vis dem igjen.")));
    if (wrong)
        ask(import);
    else
        save_form(import);
}

static void look(struct import *import)
{
    struct view *view = import->view;
    struct str rows = view_field(view, "rows"), file = view_field(view, "file");
    enum err err;

    fault_speak(catalogue_words);            /* what is wrong with a line is read by a person */
    err = customer_file_parse(rows.len ? rows : file, &view->arena, &import->file);
    fault_speak(NULL);
    if (!err)
        err = customer_ledger_gather(&import->ledger);
    if (err)
        view_fail(view, err);
    else if (!import->file.fault_count && (!import->file.count || import->file.count > IMPORT_ROWS_MAX))
        view_refuse(view, MHD_HTTP_BAD_REQUEST, import->file.count
                    ? arena_format(&view->arena, SAY(view, "These are %zu lines: %d at most at once.",
                                                     "Dette er %zu linjer: høyst %d om gangen."), import->file.count,
                                   IMPORT_ROWS_MAX).bytes
                    : SAY(view, "There is no line with a till customer and a number.",
                          "Det er ingen linje med kassekunde og nummer."));
    else
        preview(import);
}

/* --- done --- */

/* "10001;Hansen": the lines that were shown. */
static bool take_row(struct import *import, struct str value)
{
    const char *at = value.len ? memchr(value.bytes, ';', value.len) : NULL;
    struct customer_row *row = &import->file.rows[import->file.count];

    if (!at || import->file.count == IMPORT_ROWS_MAX ||
        !customer_number_parse((struct str){ value.bytes, (size_t)(at - value.bytes) }, &row->number))
        return false;
    row->till_customer = (struct str){ at + 1, value.len - (size_t)(at + 1 - value.bytes) };
    import->file.count++;
    return row->till_customer.len > 0;
}

/* Those of the request; false: answered. */
static bool take_rows(struct import *import)
{
    struct view *view = import->view;

    import->file.rows = arena_array(&view->arena, IMPORT_ROWS_MAX, sizeof *import->file.rows);
    for (size_t i = 0; import->file.rows && i < view->field_count; i++)
        if (str_equal(view->fields[i].name, STR("row")) && !take_row(import, view->fields[i].value))
            import->file.rows = NULL;
    if (!import->file.rows || !import->file.count) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "This form cannot be read.", "Skjemaet kan ikke leses."));
        return false;
    }
    return true;
}

/* What was shown can be made, all of it; false: answered. */
static bool can_be_made(struct import *import)
{
    struct view *view = import->view;

    for (size_t i = 0; i < import->file.count; i++) {
        const char *why = why_not(import, import->file.rows[i].number);

        if (why) {
            view_refuse(view, MHD_HTTP_CONFLICT, why);
            return false;
        }
    }
    return true;
}

static bool is_of_row(const struct decision *decision, void *context)
{
    const struct import *import = context;

    for (size_t i = 0; i < import->file.count; i++)
        if (str_equal(decision->subject, subject_of(import, import->file.rows[i].till_customer)))
            return true;
    return false;
}

static void save(struct import *import)
{
    struct view *view = import->view;
    struct str reason;
    uint64_t number = 0, last = 0;
    enum err err = ERR_OK;

    if (!view_has_reason(view, &reason) || !take_rows(import) || !can_be_made(import) ||
        !seen_still_of(view, is_of_row, import))
        return;
    for (size_t i = 0; !err && i < import->file.count; i++) {
        err = customer_connect(&import->ledger, import->file.rows[i].till_customer, import->file.rows[i].number,
                               CONNECTED_ANYHOW, reason, &number);
        last = number ? number : last;
    }
    if (err == ERR_TOO_LONG)
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "The name of a till customer is too long.",
                                                    "Navnet på en kassekunde er for langt."));
    else if (err)
        view_fail(view, err);
    else
        view_done(view, last);
}

void do_import(struct view *view)
{
    struct import import = { .view = view, .ledger = { .context = &view->context, .venue = view_venue(view) } };
    enum err err;

    if (!import.ledger.venue)
        return;
    err = customer_ledger_open(&import.ledger, 0);
    if (err)
        view_fail(view, err);
    else if (str_equal(view_field(view, "step"), STR("save")))
        save(&import);
    else
        look(&import);
    customer_ledger_close(&import.ledger);
}

/* --- what it would do, for a program --- */

static void tell_row(struct import *import, const struct customer_row *row, struct strbuf *out)
{
    const struct till_customer *known = till_customers_of(&import->ledger.till, row->till_customer);
    const struct ref_customer *ref = refdata_customer(&import->ledger.data, row->number);
    int64_t before = known ? known->number : 0;
    const char *why = why_not(import, row->number);

    json_open(out, NULL, '{');
    json_put_str(out, "till_customer", row->till_customer);
    json_put_int(out, "number", row->number);
    if (ref)
        json_put_str(out, "name", ref->name);
    json_put_str(out, "stands", str_of(why ? "refused" : before == row->number ? "connected" : before ? "changes" : "new"));
    if (before && before != row->number)
        json_put_int(out, "connected_with", before);
    if (why)
        json_put_str(out, "why", str_of(why));
    json_put_bool(out, "known_at_the_till", known && (known->orders || known->manual));
    json_close(out, '}');
}

static void tell_look(struct import *import)
{
    struct view *view = import->view;
    struct strbuf *out = api_begin(view);

    json_open(out, "rows", '[');
    for (size_t i = 0; i < import->file.count; i++)
        tell_row(import, &import->file.rows[i], out);
    json_close(out, ']');
    json_put_bool(out, "customers_read", import->ledger.has_customers);
    json_put_uint(out, "seen", seen_now(view));
    api_end(view);
}

void api_import_look(struct view *view)
{
    static const struct body_member taken[] = { { "connections", BODY_CONNECTIONS, "row" } };
    struct import import = { .view = view, .ledger = { .context = &view->context, .venue = view_venue(view) } };
    enum err err;

    if (!import.ledger.venue || !api_body_take(view, taken, COUNT(taken)) || !take_rows(&import))
        return;
    err = customer_ledger_open(&import.ledger, 0);
    if (!err)
        err = customer_ledger_gather(&import.ledger);
    if (err)
        view_fail(view, err);
    else
        tell_look(&import);
    customer_ledger_close(&import.ledger);
}

void do_disconnect(struct view *view)
{
    struct customer_ledger ledger = { .context = &view->context, .venue = view_venue(view) };
    struct str till_customer = view_field(view, "till_customer"), reason;
    int64_t seen, before;
    uint64_t number;
    enum err err;

    if (!ledger.venue || !view_has_reason(view, &reason))
        return;
    if (!till_customer.len || !customer_number_parse(view_field(view, "number"), &seen)) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "This form cannot be read.", "Skjemaet kan ikke leses."));
        return;
    }
    err = customer_ledger_open(&ledger, 0);
    if (!err)
        err = customer_disconnect(&ledger, till_customer, seen, reason, &before, &number);
    if (err == ERR_NOT_FOUND)
        view_refuse(view, MHD_HTTP_CONFLICT, SAY(view, "It is not connected any more.", "Den er ikke koblet lenger."));
    else if (err == ERR_REFUSED)
        view_refuse(view, MHD_HTTP_CONFLICT, view_why(view, err));
    else if (err)
        view_fail(view, err);
    else
        view_done(view, number);
    customer_ledger_close(&ledger);
}
