/* api_setup.c - a venue's set-up as values of places (bilag/act/venue_field.h): what each is, means and may be, and what is wrong. */
#include "api.h"
#include "api_routes.h"
#include "setup_form.h"

#include <string.h>

#include "base/form.h"
#include "bilag/show/catalogue.h"
#include "domain/event.h"
#include "domain/venue_file.h"

enum { CHOICES_MAX = 3000 };

/* --- a place --- */

static const char *const kinds[] = {
    [FIELD_WORDS] = "text", [FIELD_CODE] = "code", [FIELD_ACCOUNT] = "account", [FIELD_RATE] = "rate",
    [FIELD_SWITCH] = "switch", [FIELD_DAY] = "day", [FIELD_TIME] = "time", [FIELD_NAMES] = "names", [FIELD_CLOSE] = "choice",
    [FIELD_OWN_CODE] = "code",
};

static void tell_place(struct strbuf *out, const struct venue_place *place)
{
    json_put_str(out, "section", place->section ? str_of(place->section) : STR(""));
    json_put_str(out, "entry", place->entry);
    json_put_str(out, "key", str_of(place->key));
}

static void tell_value(const struct setup_form *form, struct strbuf *out, const struct venue_field *field, struct str entry)
{
    const struct venue *now = &form->edit->now;
    struct venue_place place = { field->section, entry, field->key };
    struct venue_place whole = { field->section, entry, field->section ? NULL : field->key };

    json_open(out, NULL, '{');
    tell_place(out, &place);
    json_put_str(out, "value", venue_place_text(now, &place, form->edit->today, &form->view->arena));
    json_put_bool(out, "dated", venue_place_is_dated(now, &whole));
    json_close(out, '}');
}

static void tell_entries(const struct setup_form *form, struct strbuf *out, const char *section)
{
    const struct venue *now = &form->edit->now;
    size_t count = venue_entry_count(now, section);

    for (size_t i = 0; i < count; i++) {
        struct str entry = venue_entry_name(now, section, i);

        if (i && str_equal(entry, venue_entry_name(now, section, i - 1)))
            continue;                        /* the same of another date */
        for (size_t k = 0; k < venue_fields_shown_count; k++)
            if (venue_fields_shown[k].section && strcmp(venue_fields_shown[k].section, section) == 0)
                tell_value(form, out, &venue_fields_shown[k], entry);
    }
}

static void tell_values(const struct setup_form *form, struct strbuf *out)
{
    json_open(out, "values", '[');
    for (size_t k = 0; k < venue_fields_shown_count; k++)
        if (!venue_fields_shown[k].section)
            tell_value(form, out, &venue_fields_shown[k], STR_NONE);
    tell_entries(form, out, SECTION_VAT);
    tell_entries(form, out, SECTION_PRODUCTS);
    tell_entries(form, out, SECTION_PAYMENTS);
    json_close(out, ']');
}

/* --- what a field is --- */

static void tell_field(const struct setup_form *form, struct strbuf *out, const struct venue_field *field)
{
    const struct field *row = venue_file_field(field->section, field->key);

    json_open(out, NULL, '{');
    json_put_str(out, "section", field->section ? str_of(field->section) : STR(""));
    json_put_str(out, "key", str_of(field->key));
    json_put_str(out, "kind", str_of(kinds[field->kind]));
    json_put_str(out, "label", str_of(setup_field_words(form, field)));
    if (row) {
        json_put_str(out, "meaning", str_of(catalogue_words(row->meaning)));
        api_text(out, "preset", str_of(row->preset));
        if (row->max) {
            json_put_int(out, "min", row->min);
            json_put_int(out, "max", row->max);
        }
        if (row->words) {
            json_open(out, "words", '[');
            for (size_t i = 0; row->words[i]; i++)
                json_put_str(out, NULL, str_of(row->words[i]));
            json_close(out, ']');
        }
    }
    json_close(out, '}');
}

/* --- what is wrong --- */

static void tell_findings(const struct venue_edit *edit, struct strbuf *out)
{
    json_open(out, "findings", '[');
    for (size_t i = 0; i < edit->finding_count; i++) {
        if (!edit->findings[i].venue.len)
            continue;                        /* of the installation: who runs it sees to it */
        json_open(out, NULL, '{');
        json_put_str(out, "severity", edit->findings[i].severity == SEVERITY_FAULT ? STR("fault") : STR("note"));
        json_put_str(out, "text", edit->findings[i].text);
        json_close(out, '}');
    }
    json_close(out, ']');
}

/* --- PowerOffice's own --- */

static void choice(struct strbuf *out, struct str value, struct str name)
{
    json_open(out, NULL, '{');
    json_put_str(out, "value", value);
    api_text(out, "name", name);
    json_close(out, '}');
}

static void tell_choices(const struct setup_form *form, struct strbuf *out)
{
    const struct refdata *books = &form->books;
    struct arena *arena = &form->view->arena;
    char rate[16];

    json_open(out, "accounts", '[');
    for (size_t i = 0; i < books->account_count && i < CHOICES_MAX; i++)
        if (books->accounts[i].active)
            choice(out, arena_format(arena, "%lld", (long long)books->accounts[i].no), books->accounts[i].name);
    json_close(out, ']');
    json_open(out, "vat_codes", '[');
    for (size_t i = 0; i < books->vat_code_count && i < CHOICES_MAX; i++)
        if (books->vat_codes[i].active)
            choice(out, books->vat_codes[i].code, arena_format(arena, "%s %%", rate_text(books->vat_codes[i].rate, rate)));
    json_close(out, ']');
    json_open(out, "departments", '[');
    for (size_t i = 0; i < books->department_count && i < CHOICES_MAX; i++)
        if (books->departments[i].active)
            choice(out, books->departments[i].code, STR_NONE);
    json_close(out, ']');
    json_open(out, "products", '[');
    for (size_t i = 0; i < books->product_count && i < CHOICES_MAX; i++)
        if (!books->products[i].archived)
            choice(out, books->products[i].code, books->products[i].name);
    json_close(out, ']');
}

static void tell_books(const struct setup_form *form, struct strbuf *out, bool choices)
{
    if (!form->has_books) {
        json_put_null(out, "poweroffice");
        return;
    }
    json_open(out, "poweroffice", '{');
    json_put_str(out, "client", form->books.client_name);
    api_time(out, "read_at", form->books.read_ms);
    if (choices)
        tell_choices(form, out);
    json_close(out, '}');
}

/* --- reading --- */

static void tell_setup(const struct setup_form *form, bool choices)
{
    const struct venue_edit *edit = form->edit;
    struct strbuf *out = api_begin(form->view);

    json_put_str(out, "venue", edit->id);
    json_put_str(out, "name", edit->now.name);
    json_put_str(out, "company", edit->now.company);
    json_put_str(out, "stamp", str_of(edit->stamp));
    json_put_bool(out, "in_use", edit->served);
    json_put_bool(out, "connected", edit->now.client_id.len > 0);
    tell_values(form, out);
    json_open(out, "fields", '[');
    for (size_t i = 0; i < venue_fields_shown_count; i++)
        tell_field(form, out, &venue_fields_shown[i]);
    json_close(out, ']');
    tell_findings(edit, out);
    tell_books(form, out, choices);
    api_end(form->view);
}

void api_setup(struct view *view)
{
    struct venue_edit edit = { .context = NULL };
    struct setup_form form = { .view = view, .edit = &edit };
    bool choices;
    enum err err;

    if (!api_switch(view, "choices", &choices))
        return;
    if (!setup_open(view, &edit)) {
        setup_close(&edit);
        return;
    }
    err = venue_edit_judge(&edit, NULL, 0);      /* what is wrong as it is */
    if (!err)
        err = setup_form_books(&form);
    if (err)
        view_fail(view, err);
    else
        tell_setup(&form, choices);
    setup_close(&edit);
}
