/* api_setup.c - a venue's set-up as values of places (bilag/act/venue_field.h): what each is, means and may be, and what is wrong. */
#include "api.h"
#include "api_routes.h"
#include "body.h"
#include "setup_form.h"

#include <string.h>

#include "base/form.h"
#include "bilag/read/setup_effect.h"
#include "bilag/show/catalogue.h"
#include "domain/event.h"
#include "domain/venue_file.h"

enum { CHOICES_MAX = 3000 };

/* --- a place --- */

/* Without a default: a kind that is new has a word here, or this is not built. */
static const char *kind_text(enum venue_field_kind kind)
{
    switch (kind) {
    case FIELD_CODE: case FIELD_OWN_CODE:
        return "code";
    case FIELD_ACCOUNT:
        return "account";
    case FIELD_RATE:
        return "rate";
    case FIELD_SWITCH:
        return "switch";
    case FIELD_DAY:
        return "day";
    case FIELD_TIME:
        return "time";
    case FIELD_NAMES:
        return "names";
    case FIELD_CLOSE:
        return "choice";
    case FIELD_WORDS: case FIELD_NAME:
        break;
    }
    return "text";
}

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
    const struct venue_broken *broken = venue_broken_at(form->edit->broken, form->edit->broken_count, &place);

    json_open(out, NULL, '{');
    tell_place(out, &place);
    json_put_str(out, "value", venue_edit_text(form->edit, &place));
    json_put_bool(out, "dated", venue_place_is_dated(now, &whole));
    if (broken)
        json_put_str(out, "fault", broken->why);
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
    json_put_str(out, "kind", str_of(kind_text(field->kind)));
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

/* --- changing --- */

static void tell_change(struct strbuf *out, const struct venue_change *change)
{
    json_open(out, NULL, '{');
    json_put_str(out, "section", change->place.section ? str_of(change->place.section) : STR(""));
    json_put_str(out, "entry", change->added ? change->becomes : change->place.entry);
    json_put_str(out, "key", change->added ? STR("type") : change->gone ? STR("gone") : str_of(change->place.key));
    json_put_str(out, "was", change->added ? STR_NONE : change->was);
    json_put_str(out, "becomes", change->gone ? STR_NONE : change->becomes);
    json_close(out, '}');
}

static void account(struct strbuf *out, const char *name, int64_t number)
{
    if (number == SETUP_NOT_TRANSFERRED || !number)
        json_put_null(out, name);
    else
        json_put_int(out, name, number);
}

static void tell_moves(struct strbuf *out, const struct setup_effect *effect)
{
    json_open(out, "moves", '[');
    for (size_t i = 0; effect->rebuilt && i < effect->move_count; i++) {
        json_open(out, NULL, '{');
        json_put_str(out, "type", effect->moves[i].type);
        account(out, "from", effect->moves[i].from);
        account(out, "to", effect->moves[i].to);
        if (effect->moves[i].from_code.len)
            json_put_str(out, "from_vat_code", effect->moves[i].from_code);
        if (effect->moves[i].to_code.len)
            json_put_str(out, "to_vat_code", effect->moves[i].to_code);
        json_put_int(out, "amount", effect->moves[i].amount.ore);
        json_close(out, '}');
    }
    json_close(out, ']');
}

/* Of days that are not sent yet: what is built again, and what would go to PowerOffice at once. */
static void tell_effect(const struct venue_edit *edit, struct strbuf *out, const struct setup_effect *effect)
{
    bool at_once = venue_edit_turns_on(edit, "auto_transfer");

    json_open(out, "effect", '{');
    json_put_uint(out, "vouchers", effect->vouchers);
    json_put_bool(out, "rebuilt", effect->rebuilt);
    if (effect->vouchers) {
        json_put_day(out, "first", effect->first);
        json_put_day(out, "last", effect->last);
    }
    tell_moves(out, effect);
    json_put_uint(out, "sent_at_once", at_once ? effect->due.each[1] : 0);
    json_put_int(out, "sent_at_once_amount", at_once ? effect->due.sum[1].ore : 0);
    json_close(out, '}');
}

/* Every fault with its field, as the page has it beside the field. */
static void tell_faults(const struct setup_form *form)
{
    const struct venue_edit *edit = form->edit;
    struct view *view = form->view;
    struct strbuf *out = api_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "Nothing is saved: the set-up would be wrong.",
                                                                    "Ingenting er lagret: oppsettet ville vært feil."));

    json_open(out, "faults", '[');
    for (size_t i = 0; i < edit->fault_count; i++) {
        const struct venue_fault *fault = &edit->faults[i];

        json_open(out, NULL, '{');
        json_put_str(out, "section", fault->place.section ? str_of(fault->place.section) : STR(""));
        json_put_str(out, "entry", fault->place.entry);
        json_put_str(out, "key", fault->place.key ? str_of(fault->place.key) : STR(""));
        json_put_str(out, "text", fault->text);
        api_text(out, "mend", fault->mend);
        json_close(out, '}');
    }
    json_close(out, ']');
    api_end(view);
}

static void tell_saved(const struct setup_form *form, const struct setup_effect *effect, uint64_t number)
{
    const struct venue_edit *edit = form->edit;
    struct strbuf *out = api_begin(form->view);

    json_put_bool(out, "saved", number != 0);
    if (number)
        json_put_uint(out, "decision", number);
    if (edit->from != DAY_ALWAYS)
        json_put_day(out, "from", edit->from);
    json_open(out, "changes", '[');
    for (size_t i = 0; i < edit->change_count; i++)
        tell_change(out, &edit->changes[i]);
    json_close(out, ']');
    tell_effect(edit, out, effect);
    tell_findings(edit, out);
    api_end(form->view);
}

/* What it changes is counted before it is saved: afterwards it would be no change. */
static enum err effect_of(const struct setup_form *form, struct setup_effect *effect)
{
    struct view *view = form->view;
    struct books *books;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (err)
        return err;
    err = setup_effect_of(books, venue_edit_before(form->edit), &form->edit->wanted, &view->arena, effect);
    books_close(books);
    return err;
}

static void change(struct setup_form *form)
{
    struct view *view = form->view;
    struct setup_effect effect;
    uint64_t number = 0;
    enum err err = effect_of(form, &effect);

    if (!err && form->edit->change_count && !view_field(view, "only_judged").len)
        err = setup_save(form, &number);
    if (view->status)
        return;
    if (err)
        view_fail(view, err);
    else
        tell_saved(form, &effect, number);
}

void api_setup_judged(struct setup_form *form)
{
    if (form->edit->fault_count)
        tell_faults(form);
    else
        change(form);
}

/* A place that no form has would be passed over in silence. */
static bool are_places(struct view *view)
{
    for (size_t i = 0; i < view->field_count; i++) {
        struct str section, key, name = view->fields[i].name;
        const char *first = name.len > 2 ? memchr(name.bytes + 2, '/', name.len - 2) : NULL, *last;

        if (!str_starts(name, STR("s/")) || !first)
            continue;
        last = memrchr(name.bytes, '/', name.len);
        section = arena_copy(&view->arena, (struct str){ name.bytes + 2, (size_t)(first - name.bytes) - 2 });
        key = arena_copy(&view->arena, (struct str){ last + 1, name.len - (size_t)(last + 1 - name.bytes) });
        if (section.len ? str_equal(key, STR("type")) || str_equal(key, STR("gone")) : str_equal(key, STR("from")))
            continue;
        if (!venue_field_of(section.len ? section.bytes : NULL, key.bytes)) {
            view_refuse(view, MHD_HTTP_BAD_REQUEST, arena_format(&view->arena, "%.*s: %s", TEXT(name), SAY(view,
                        "there is no such setting here", "denne innstillingen finnes ikke her")).bytes);
            return false;
        }
    }
    return true;
}

void api_setup_change(struct view *view)
{
    static const struct body_member members[] = {
        { "stamp", BODY_TEXT, "stamp" },     { "values", BODY_PLACES, NULL },
        { "reason", BODY_TEXT, "reason" },   { "only_judged", BODY_SWITCH, "only_judged" },
        { "from", BODY_TEXT, "s///from" },
    };

    if (api_body_take(view, members, COUNT(members)) && are_places(view))
        do_setup(view);
}
