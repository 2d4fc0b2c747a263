#include "setup_form.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/form.h"
#include "bilag/act/first_venue.h"
#include "domain/event.h"
#include "domain/venue_file.h"

enum { NEW_ROWS = 2, NAME_BYTES = 256, SUGGESTED_BYTES = 65536, LIST_MAX = 3000, MOST_LETTERS = 100 };

/* --- words --- */

/* What is no setting: a type's own name, and that it is to go. */
static const struct venue_field beside[] = {
    { NULL, "from", FIELD_DAY, .en = "Changes of types and VAT codes hold from", .nb = "Endringer av typer og mva-koder gjelder fra" },
    { SECTION_VAT, "type", FIELD_WORDS, .en = "Class", .nb = "Klasse" },
    { SECTION_PRODUCTS, "type", FIELD_WORDS, .en = "Type at the till", .nb = "Type i kassen" },
    { SECTION_PRODUCTS, "gone", FIELD_WORDS, .en = "Take away", .nb = "Fjern" },
    { SECTION_PAYMENTS, "type", FIELD_WORDS, .en = "Type at the till", .nb = "Type i kassen" },
    { SECTION_PAYMENTS, "gone", FIELD_WORDS, .en = "Take away", .nb = "Fjern" },
};

static const struct venue_field *label_of(const char *section, const char *key)
{
    const struct venue_field *known = venue_field_of(section, key);

    for (size_t i = 0; !known && i < COUNT(beside); i++)
        if (venue_same(beside[i].section, section) && venue_same(beside[i].key, key))
            known = &beside[i];
    ensure(known);                       /* every field has its words */
    return known;
}

static const char *label_words(const struct setup_form *form, const char *section, const char *key)
{
    const struct venue_field *known = label_of(section, key);

    return SAY(form->view, known->en, known->nb);
}

const char *setup_field_words(const struct setup_form *form, const struct venue_field *field)
{
    return label_words(form, field->section, field->key);
}

struct str setup_place_words(const struct setup_form *form, const struct venue_place *place)
{
    struct arena *arena = &form->view->arena;
    const struct venue *now = &form->edit->now;
    struct str title = place->section && strcmp(place->section, SECTION_VAT) != 0
                           ? venue_title(now, strcmp(place->section, SECTION_PRODUCTS) == 0, place->entry, form->edit->today)
                           : place->entry;

    if (!place->section)
        return str_of(label_words(form, NULL, place->key));
    if (!place->key)
        return title;
    return arena_format(arena, STR_FMT ": %s", STR_ARG(title), label_words(form, place->section, place->key));
}

struct str setup_value_words(const struct setup_form *form, const struct venue_place *place, struct str value)
{
    const struct venue_field *field = venue_field_of(place->section, place->key);
    const struct view *view = form->view;

    if (field && field->kind == FIELD_SWITCH)
        return str_of(str_equal(value, STR("1")) ? SAY(view, "yes", "ja") : SAY(view, "no", "nei"));
    if (field && field->kind == FIELD_CLOSE)
        return str_of(str_equal(value, STR("clock")) ? SAY(view, "by the clock", "etter klokken")
                                                      : SAY(view, "with its Z reports", "med Z-rapportene"));
    return value.len ? value : str_of(SAY(view, "blank", "tomt"));
}

/* --- what was filled in --- */

/* "s/product_types/food/account"; the entry may have slashes. */
static bool parse_name(struct str name, struct venue_said *ret_said)
{
    struct str rest = { name.bytes + 2, name.len - 2 };
    const char *first, *last;

    if (name.len < 4 || memcmp(name.bytes, "s/", 2) != 0)
        return false;
    first = memchr(rest.bytes, '/', rest.len);
    last = memrchr(rest.bytes, '/', rest.len);
    if (!first || first == last)
        return false;
    ret_said->section = (struct str){ rest.bytes, (size_t)(first - rest.bytes) };
    ret_said->entry = (struct str){ first + 1, (size_t)(last - first) - 1 };
    ret_said->key = (struct str){ last + 1, rest.len - (size_t)(last - rest.bytes) - 1 };
    return true;
}

enum err setup_form_take(struct setup_form *form)
{
    struct view *view = form->view;

    form->said = arena_array(&view->arena, view->field_count + 1, sizeof *form->said);
    if (!form->said)
        return ERR_MEMORY;
    for (size_t i = 0; i < view->field_count; i++)
        if (parse_name(view->fields[i].name, &form->said[form->said_count]))
            form->said[form->said_count++].value = view->fields[i].value;
    form->filled_in = true;
    return ERR_OK;
}

static bool said(const struct setup_form *form, const struct venue_place *place, struct str *ret_value)
{
    for (size_t i = form->said_count; i-- > 0;) {
        const struct venue_said *at = &form->said[i];

        if (str_equal(at->key, str_of(place->key)) && str_equal(at->entry, place->entry) &&
            str_equal(at->section, str_of(place->section))) {
            *ret_value = at->value;
            return true;
        }
    }
    return false;
}

static struct str value_of(const struct setup_form *form, const struct venue_place *place)
{
    struct str value = STR_NONE;

    if (form->filled_in)
        return said(form, place, &value) ? value : STR_NONE;
    return venue_edit_text(form->edit, place);
}

/* --- PowerOffice's books --- */

/* A venue that has no types yet: those that the books have accounts for; and the classes of VAT that restaurants have. */
static enum err suggest(struct setup_form *form)
{
    struct venue_edit *edit = form->edit;
    const struct first_wish wish = { edit->id, edit->now.name, edit->now.company, STR_NONE };
    struct fault fault = { "" };
    struct strbuf text;
    enum err err;

    if (edit->now.product_count || edit->now.payment_count || edit->now.vat_count || !form->has_books)
        return ERR_OK;
    strbuf_init(&text, SUGGESTED_BYTES);
    err = first_venue_text(&wish, &form->books, edit->today, &text);
    if (!err)
        err = venue_file_parse(strbuf_str(&text), edit->id, form->view->config.dir, &form->view->arena, &form->suggested,
            &fault);
    strbuf_free(&text);
    return err == ERR_CONFIG ? ERR_OK : err;     /* of books that fit nothing, nothing is suggested */
}

enum err setup_form_books(struct setup_form *form)
{
    struct view *view = form->view;
    struct refstore *store;
    enum err err = refstore_open(view->config.state_dir, STORE_READ_ONLY, &store, &view->context.fault);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    if (form->edit->now.client_id.len)
        err = refdata_load(store, form->edit->now.client_id, &view->arena, &form->books);
    else
        err = ERR_NOT_FOUND;
    refstore_close(store);
    form->has_books = !err && (form->books.have & REF_ACCOUNTS) && (form->books.have & REF_VAT_CODES);
    if (err && err != ERR_NOT_FOUND)
        return err;
    return suggest(form);
}

static void option(struct html *html, struct str value, struct str text)
{
    html_begin(html, "option");
    html_attr(html, "value", value);
    html_text(html, text);
    html_end(html);
}

static void list_begin(struct html *html, const char *id)
{
    html_begin(html, "datalist");
    html_attr(html, "id", str_of(id));
}

/* Once a page, for every field to search in. */
static void lists(const struct setup_form *form)
{
    const struct refdata *books = &form->books;
    struct html *html = &form->view->html;
    char text[32];

    list_begin(html, "accounts");
    for (size_t i = 0; i < books->account_count && i < LIST_MAX; i++)
        if (books->accounts[i].active && (books->accounts[i].no < 1920 || books->accounts[i].no > 1929)) {
            (void)snprintf(text, sizeof text, "%" PRId64, books->accounts[i].no);
            option(html, str_of(text), books->accounts[i].name);
        }
    html_end(html);
    list_begin(html, "vat-codes");
    for (size_t i = 0; i < books->vat_code_count && i < LIST_MAX; i++) {
        char rate[16];

        (void)snprintf(text, sizeof text, "%s %%", rate_text(books->vat_codes[i].rate, rate));
        if (books->vat_codes[i].active)
            option(html, books->vat_codes[i].code, str_of(text));
    }
    html_end(html);
    list_begin(html, "departments");
    for (size_t i = 0; i < books->department_count && i < LIST_MAX; i++)
        if (books->departments[i].active)
            option(html, books->departments[i].code, books->departments[i].code);
    html_end(html);
    list_begin(html, "products");
    for (size_t i = 0; i < books->product_count && i < LIST_MAX; i++)
        if (!books->products[i].archived)
            option(html, books->products[i].code, books->products[i].name);
    html_end(html);
}

/* --- one field --- */

static struct str name_of(const struct setup_form *form, const struct venue_place *place)
{
    return arena_format(&form->view->arena, "s/%s/" STR_FMT "/%s", place->section ? place->section : "",
        STR_ARG(place->entry),
                        place->key);
}

static bool is_at(const struct venue_place *place, const struct venue_place *other)
{
    return venue_same(place->section, other->section) && venue_same(place->key, other->key) &&
           str_equal(place->entry, other->entry);
}

static size_t faults_at(const struct setup_form *form, const struct venue_place *place)
{
    size_t count = 0;

    for (size_t i = 0; i < form->edit->fault_count; i++)
        count += is_at(&form->edit->faults[i].place, place);
    return count;
}

static void tell_faults(const struct setup_form *form, const struct venue_place *place, const char *id)
{
    struct html *html = &form->view->html;

    html_begin(html, "span");
    html_class(html, "fault");
    if (id)
        html_attr(html, "id", str_of(id));
    for (size_t i = 0; i < form->edit->fault_count; i++) {
        const struct venue_fault *fault = &form->edit->faults[i];

        if (is_at(&fault->place, place))
            html_say(html, "%.*s ", TEXT(fault->text));
    }
    html_end(html);
}

/* NULL: no number, or the books do not have it. */
static const struct ref_account *account_of(const struct setup_form *form, struct str value, int64_t *ret_number)
{
    *ret_number = 0;
    for (size_t i = 0; i < value.len && i < 9; i++)
        *ret_number = value.bytes[i] >= '0' && value.bytes[i] <= '9' ? *ret_number * 10 + (value.bytes[i] - '0') : 0;
    return *ret_number ? refdata_account(&form->books, *ret_number) : NULL;
}

struct str setup_account_words(const struct setup_form *form, struct str value)
{
    int64_t number;
    const struct ref_account *account = form->has_books ? account_of(form, value, &number) : NULL;

    return account ? arena_format(&form->view->arena, "%.*s %.*s", TEXT(value), TEXT(account->name)) : value;
}

/* The account's name beside its number, or that the books do not have it. */
static void tell_account(const struct setup_form *form, struct str value)
{
    struct view *view = form->view;
    int64_t number;
    const struct ref_account *account = account_of(form, value, &number);

    if (account && account->active)
        html_element(&view->html, "small", NULL, account->name);
    else if (number)
        html_element(&view->html, "small", "fault",
                     str_of(account ? SAY(view, "not in use in PowerOffice", "ikke i bruk i PowerOffice")
                                    : SAY(view, "not in PowerOffice", "finnes ikke i PowerOffice")));
}

static void attributes(struct setup_form *form, const struct venue_place *place, const char *list, const char *fault_id)
{
    struct html *html = &form->view->html;

    html_attr(html, "name", name_of(form, place));
    if (list)
        html_attr(html, "list", str_of(list));
    if (!faults_at(form, place))
        return;
    html_attr(html, "aria-invalid", STR("true"));
    html_attr(html, "aria-describedby", str_of(fault_id));
    if (!form->faulty++)
        html_attr(html, "autofocus", STR(""));
}

static void input(struct setup_form *form, const struct venue_place *place, enum venue_field_kind kind, struct str value,
                  const char *fault_id)
{
    struct html *html = &form->view->html;
    const struct venue_field *known = label_of(place->section, place->key);
    bool codes = kind == FIELD_ACCOUNT || kind == FIELD_RATE;
    char most[16];

    html_single(html, "input");
    html_attr(html, "type", kind == FIELD_DAY ? STR("date") : kind == FIELD_TIME ? STR("time") : STR("text"));
    attributes(form, place, known->list, fault_id);
    if (codes)
        html_attr(html, "inputmode", kind == FIELD_RATE ? STR("decimal") : STR("numeric"));
    (void)snprintf(most, sizeof most, "%" PRId32, known->max ? known->max : MOST_LETTERS);
    html_attr(html, "maxlength", str_of(most));
    html_attr(html, "autocomplete", STR("off"));
    if (place->section)
        html_attr(html, "aria-label", setup_place_words(form, place));
    if (strcmp(place->key, "type") == 0)
        html_attr(html, "placeholder", str_of(SAY(form->view, "a new type", "en ny type")));
    html_attr(html, "value", value);
}

static void box(struct setup_form *form, const struct venue_place *place, struct str value, const char *fault_id)
{
    struct view *view = form->view;

    view_hidden(view, name_of(form, place).bytes, STR("0"));
    html_single(&view->html, "input");
    html_attr(&view->html, "type", STR("checkbox"));
    attributes(form, place, NULL, fault_id);
    if (place->section)
        html_attr(&view->html, "aria-label", setup_place_words(form, place));
    html_attr(&view->html, "value", STR("1"));
    if (str_equal(value, STR("1")))
        html_attr(&view->html, "checked", STR(""));
}

static void choice(struct setup_form *form, const struct venue_place *place, struct str value, const char *fault_id)
{
    static const char *const words[] = { "z_report", "clock" };
    struct html *html = &form->view->html;

    html_begin(html, "select");
    attributes(form, place, NULL, fault_id);
    for (size_t i = 0; i < COUNT(words); i++) {
        html_begin(html, "option");
        html_attr(html, "value", str_of(words[i]));
        if (str_equal(value, str_of(words[i])))
            html_attr(html, "selected", STR(""));
        html_text(html, setup_value_words(form, place, str_of(words[i])));
        html_end(html);
    }
    html_end(html);
}

/* With its value, what PowerOffice says of it, and its faults. */
static void field(struct setup_form *form, const struct venue_place *place, struct str value)
{
    const struct venue_field *known = label_of(place->section, place->key);
    enum venue_field_kind kind = known->kind;
    char id[24];

    (void)snprintf(id, sizeof id, "e%zu", ++form->shown);
    if (kind == FIELD_SWITCH || strcmp(place->key, "gone") == 0)
        box(form, place, value, id);
    else if (kind == FIELD_CLOSE)
        choice(form, place, value, id);
    else
        input(form, place, kind, value, id);
    if (kind == FIELD_ACCOUNT && form->has_books)
        tell_account(form, value);
    if (faults_at(form, place))
        tell_faults(form, place, id);
}

/* --- what is set up at the top --- */

static void dated_value(const struct setup_form *form, const struct venue_place *place)
{
    struct view *view = form->view;
    struct str value = venue_place_text(&form->edit->now, place, form->edit->today, &view->arena);

    html_element(&view->html, "b", NULL, setup_value_words(form, place, value));
    html_element(&view->html, "small", NULL, str_of(SAY(view, "has dates; changed in the file",
                                                        "har datoer; endres i filen")));
}

static void top_field(struct setup_form *form, const char *key, const char *hint)
{
    struct venue_place place = { NULL, STR_NONE, key };
    const struct venue_field *known = venue_field_of(NULL, key);
    struct html *html = &form->view->html;
    bool is_switch = known->kind == FIELD_SWITCH;

    html_begin(html, "label");
    html_class(html, is_switch ? "check wide-hint" : "wide-hint");
    if (!is_switch)
        html_element(html, "span", NULL, str_of(label_words(form, NULL, key)));
    if (venue_place_is_dated(&form->edit->now, &place))
        dated_value(form, &place);
    else
        field(form, &place, value_of(form, &place));
    if (is_switch)
        html_element(html, "span", NULL, str_of(label_words(form, NULL, key)));
    if (hint)
        html_element(html, "small", NULL, str_of(hint));
    html_end(html);
}

static void heading(const struct setup_form *form, const char *en, const char *nb)
{
    html_begin(&form->view->html, "fieldset");
    html_class(&form->view->html, "card");
    html_element(&form->view->html, "legend", NULL, str_of(SAY(form->view, en, nb)));
}

static void hint(const struct setup_form *form, const char *en, const char *nb)
{
    html_element(&form->view->html, "p", "faint", str_of(SAY(form->view, en, nb)));
}

static void basics(struct setup_form *form)
{
    struct view *view = form->view;

    heading(form, "The venue", "Salgsstedet");
    html_begin(&view->html, "div");
    html_class(&view->html, "fields");
    top_field(form, "name", NULL);
    top_field(form, "department", SAY(view, "its own, as soon as the company has another venue here",
                                      "sin egen, så snart firmaet har flere salgssteder her"));
    top_field(form, "business_day_start", SAY(view, "05:00, as in QuickOrder's own reports",
                                              "05:00, som i QuickOrders egne rapporter"));
    top_field(form, "begins", SAY(view, "earlier days are shown, and never posted",
                                  "tidligere dager vises, men føres aldri"));
    top_field(form, "close", NULL);
    top_field(form, "registers", SAY(view, "with commas, such as K1, K2; blank: none must",
                                     "med komma, som K1, K2; tomt: ingen må"));
    html_end(&view->html);
    html_end(&view->html);
}

static void switches(struct setup_form *form)
{
    struct view *view = form->view;

    heading(form, "Switches", "Brytere");
    top_field(form, "auto_transfer",
              SAY(view, "Each day goes to PowerOffice by itself when it is closed. Leave it off until the set-up is "
                        "complete and tested, and a period has been transferred by hand.",
                  "Hver dag går til PowerOffice av seg selv når den er avsluttet. La den være av til oppsettet er ferdig "
                  "og prøvd, og en periode er overført manuelt."));
    top_field(form, "auto_invoice",
              SAY(view, "Sales paid with credit become sales orders in PowerOffice, to be invoiced there. Credit must not "
                        "be transferred to an account then, or it would be booked twice.",
                  "Salg betalt med kreditt blir salgsordrer i PowerOffice og faktureres der. Kreditt må da ikke overføres "
                  "til en konto, ellers blir det ført dobbelt."));
    top_field(form, "send_invoice",
              SAY(view, "The orders are invoiced and sent at once, without anybody looking at them.",
                  "Ordrene faktureres og sendes med en gang, uten at noen ser på dem."));
    html_end(&view->html);
}

/* --- rows of types --- */

static bool is_shown(const struct venue_field *known, const char *section)
{
    return known->section && strcmp(known->section, section) == 0;
}

static bool can_go(const struct setup_form *form, const char *section)
{
    return strcmp(section, SECTION_VAT) != 0 && !form->edit->now.like.len;
}

static void heads(struct setup_form *form, const char *section)
{
    const char *words[16];
    size_t count = 0;

    words[count++] = label_words(form, section, "type");
    for (size_t i = 0; i < venue_fields_shown_count; i++)
        if (is_shown(&venue_fields_shown[i], section))
            words[count++] = label_words(form, section, venue_fields_shown[i].key);
    if (can_go(form, section))
        words[count++] = label_words(form, section, "gone");
    view_heads(form->view, words, count, 0);
}

static void dated_row(struct setup_form *form, const char *section, struct str entry)
{
    struct view *view = form->view;

    for (size_t i = 0; i < venue_fields_shown_count; i++) {
        struct venue_place place = { section, entry, venue_fields_shown[i].key };

        if (!is_shown(&venue_fields_shown[i], section))
            continue;
        view_cell(view, label_words(form, section, place.key));
        html_text(&view->html, setup_value_words(form, &place, venue_place_text(&form->edit->now, &place, form->edit->today,
                                                                               &view->arena)));
        html_end(&view->html);
    }
    if (can_go(form, section)) {
        view_cell(view, "");
        html_element(&view->html, "small", NULL, str_of(SAY(view, "has dates; changed in the file",
                                                            "har datoer; endres i filen")));
        html_end(&view->html);
    }
}

static void known_row(struct setup_form *form, const char *section, struct str entry)
{
    struct view *view = form->view;
    struct venue_place whole = { section, entry, NULL }, gone = { section, entry, "gone" };

    html_begin(&view->html, "tr");
    view_cell(view, label_words(form, section, "type"));
    html_element(&view->html, "b", NULL, entry);
    if (faults_at(form, &whole))
        tell_faults(form, &whole, NULL);
    html_end(&view->html);
    if (venue_entry_changes_after(&form->edit->now, section, entry, form->edit->today) != DAY_ALWAYS) {
        dated_row(form, section, entry);
        html_end(&view->html);
        return;
    }
    for (size_t i = 0; i < venue_fields_shown_count; i++) {
        struct venue_place place = { section, entry, venue_fields_shown[i].key };

        if (!is_shown(&venue_fields_shown[i], section))
            continue;
        view_cell(view, label_words(form, section, place.key));
        field(form, &place, value_of(form, &place));
        html_end(&view->html);
    }
    if (can_go(form, section)) {
        view_cell(view, label_words(form, section, "gone"));
        field(form, &gone, form->filled_in ? value_of(form, &gone) : STR_NONE);
        html_end(&view->html);
    }
    html_end(&view->html);
}

/* index: of the suggested ones; behind them, blank. */
static struct str new_value(const struct setup_form *form, const struct venue_place *place, size_t index)
{
    const struct venue *from = &form->suggested;
    struct venue_place there = { place->section, STR_NONE, place->key };

    if (form->filled_in)
        return value_of(form, place);
    if (index >= venue_entry_count(from, place->section))
        return venue_same(label_of(place->section, place->key)->preset, "true") ? STR("1") : STR_NONE;
    there.entry = venue_entry_name(from, place->section, index);
    return strcmp(place->key, "type") == 0 ? there.entry
                                           : venue_place_text(from, &there, form->edit->today, &form->view->arena);
}

static void new_row(struct setup_form *form, const char *section, size_t index)
{
    struct view *view = form->view;
    struct str entry = arena_format(&view->arena, "+%zu", index);
    struct venue_place type = { section, entry, "type" };

    html_begin(&view->html, "tr");
    html_class(&view->html, "new");
    view_cell(view, label_words(form, section, "type"));
    field(form, &type, new_value(form, &type, index));
    html_end(&view->html);
    for (size_t i = 0; i < venue_fields_shown_count; i++) {
        struct venue_place place = { section, entry, venue_fields_shown[i].key };

        if (!is_shown(&venue_fields_shown[i], section))
            continue;
        view_cell(view, label_words(form, section, place.key));
        field(form, &place, new_value(form, &place, index));
        html_end(&view->html);
    }
    if (can_go(form, section))
        html_element(&view->html, "td", NULL, STR_NONE);
    html_end(&view->html);
}

/* Of a form that was filled in as many as it had; a type that was written and is wrong is among them. */
static size_t new_rows(const struct setup_form *form, const char *section)
{
    size_t count = 0;

    for (size_t i = 0; i < form->said_count; i++)
        count += str_equal(form->said[i].key, STR("type")) && str_equal(form->said[i].section, str_of(section));
    if (form->filled_in && count)
        return count;
    return venue_entry_count(&form->suggested, section) + (strcmp(section, SECTION_VAT) == 0 ? 1 : NEW_ROWS);
}

static void rows(struct setup_form *form, const char *section)
{
    const struct venue *now = &form->edit->now;
    struct venue_place whole = { section, STR_NONE, NULL };
    struct html *html = &form->view->html;
    size_t count = venue_entry_count(now, section), more = new_rows(form, section);

    if (faults_at(form, &whole))
        tell_faults(form, &whole, NULL);
    html_begin(html, "div");
    html_class(html, "scroll");
    html_begin(html, "table");
    html_class(html, "stack form");
    heads(form, section);
    html_begin(html, "tbody");
    for (size_t i = 0; i < count; i++)
        if (!i || !str_equal(venue_entry_name(now, section, i), venue_entry_name(now, section, i - 1)))
            known_row(form, section, venue_entry_name(now, section, i));
    for (size_t i = 0; i < more; i++)
        new_row(form, section, i);
    html_end(html);
    html_end(html);
    html_end(html);
}

static void types(struct setup_form *form)
{
    heading(form, "Product types", "Varegrupper");
    hint(form, "Each type that the tills use has a sales account, and one for reduced VAT (takeaway), typically in the "
               "3000 series. Alcohol never has the reduced rate. A gift card is a debt until it is used: an account in the "
               "2900 series.",
         "Hver type som kassene bruker, har en salgskonto og en for redusert mva. (ta med), vanligvis i 3000-serien. "
         "Alkohol har aldri redusert sats. Et gavekort er gjeld til det blir brukt: en konto i 2900-serien.");
    rows(form, SECTION_PRODUCTS);
    html_end(&form->view->html);
    heading(form, "VAT codes", "Mva-koder");
    hint(form, "The rate on the receipt, and its VAT code in PowerOffice. normal, reduced and none must be there.",
         "Satsen på bongen og mva-koden i PowerOffice. normal, reduced og none må være med.");
    rows(form, SECTION_VAT);
    html_end(&form->view->html);
    heading(form, "Payment types", "Betalingsmåter");
    hint(form, "Each payment has an account, never the bank's (1920-1929): cards through an auxiliary account, typically "
               "15xx; cash usually 1900. What is not transferred is left out of the voucher, and entered by hand.",
         "Hver betalingsmåte har en konto, aldri bankens (1920–1929): kort via en mellomkonto, vanligvis 15xx; kontanter "
         "som oftest 1900. Det som ikke overføres, holdes utenfor bilaget og føres manuelt.");
    hint(form, "gift_card: transferred, gift cards sold and used are both in the voucher, on the same account; not "
               "transferred, both are left out. credit: not transferred while automatic invoicing is on; without invoicing "
               "it is transferred to an account, or entered by hand.",
         "gift_card: overføres det, er både solgte og brukte gavekort med i bilaget, på samme konto; overføres det ikke, "
         "er ingen av dem med. credit: overføres ikke mens automatisk fakturering er på; uten fakturering overføres det "
         "til en konto eller føres manuelt.");
    rows(form, SECTION_PAYMENTS);
    html_end(&form->view->html);
}

/* A rate that changes at new year, an account that is another from a month on: what was stays for the days before. */
static void dates(struct setup_form *form)
{
    struct view *view = form->view;
    struct venue_place place = { NULL, STR_NONE, "from" };

    heading(form, "From when", "Fra når");
    html_begin(&view->html, "label");
    html_class(&view->html, "wide-hint");
    html_element(&view->html, "span", NULL, str_of(label_words(form, NULL, "from")));
    field(form, &place, form->filled_in ? value_of(form, &place) : STR_NONE);
    html_element(&view->html, "small", NULL,
                 str_of(SAY(view, "a business day; blank: for every day that is not sent yet. The days before keep what they "
                                  "have.",
                            "en salgsdag; tomt: for alle dager som ikke er sendt ennå. Dagene før beholder det de har.")));
    html_end(&view->html);
    html_end(&view->html);
}

void setup_form_show(struct setup_form *form)
{
    basics(form);
    types(form);
    dates(form);
    switches(form);
    lists(form);
}

void setup_form_hide(struct setup_form *form)
{
    for (size_t i = 0; i < form->said_count; i++) {
        const struct venue_said *at = &form->said[i];

        view_hidden(form->view, arena_format(&form->view->arena, "s/" STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(at->section),
                                             STR_ARG(at->entry), STR_ARG(at->key)).bytes, at->value);
    }
}
