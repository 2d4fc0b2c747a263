/* setup_page.c - a venue's set-up: filled in, shown as what it will change, and then saved; judged as `bilag check` judges
 * it. */
#include "setup_form.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "bilag/act/add_on.h"
#include "bilag/act/decide.h"
#include "bilag/read/setup_effect.h"
#include "bilag/read/stages.h"
#include "bilag/show/catalogue.h"
#include "connect_page.h"
#include "domain/audit.h"
#include "green.h"
#include "routes.h"

enum { DUE_SHOWN = 40 };

/* --- which venue --- */

bool setup_open(struct view *view, struct venue_edit *edit)
{
    enum err err;

    fault_speak(catalogue_words);        /* its faults are read by a person, in his language */
    err = venue_edit_open(&view->context, view->parts[0], edit);
    if (!err && user_sees(&view->user, edit->now.company))
        return true;
    if (err == ERR_CONFIG && view->user.all_companies)
        view_refuse(view, MHD_HTTP_CONFLICT,
                    SAY(view, "The set-up of this venue cannot be read; whoever runs Bilag mends its file.",
                        "Oppsettet til salgsstedet kan ikke leses; den som drifter Bilag, retter filen."));
    else if (err == ERR_MEMORY || err == ERR_SYSTEM)
        view_fail(view, err);
    else
        view_no_venue(view);
    return false;
}

void setup_close(struct venue_edit *edit)
{
    venue_edit_close(edit);
    fault_speak(NULL);                   /* what is logged stays as it is */
}

/* --- how it stands --- */

static void notice(struct view *view, const char *colour, const char *text)
{
    html_element(&view->html, "p", colour, str_of(text));
}

/* A stage that keeps its former configuration has not taken up what is saved. Why may name another company's venue. */
static void tell_stages(struct view *view)
{
    struct stage_state *stages;
    size_t count;

    if (stages_ask(&view->config, view->context.patience_ms, &view->arena, &stages, &count))
        return;
    for (size_t i = 0; i < count; i++)
        if (stages[i].refused.len && view->user.all_companies)
            html_words(&view->html, "p", "notice red",
                       SAY(view, "bilag-%s %d still runs with the former set-up: %.*s",
                           "bilag-%s %d kjører fortsatt med det forrige oppsettet: %.*s"), stages[i].stage,
                               stages[i].instance,
                       TEXT(stages[i].refused));
        else if (stages[i].refused.len)
            html_words(&view->html, "p", "notice red",
                       SAY(view, "bilag-%s %d still runs with the former set-up; whoever runs Bilag sees why",
                           "bilag-%s %d kjører fortsatt med det forrige oppsettet; den som drifter Bilag, ser hvorfor"),
                       stages[i].stage, stages[i].instance);
}

static void tell_unconnected(struct view *view, const struct venue_edit *edit)
{
    notice(view, "notice yellow", SAY(view, "The venue is not connected to PowerOffice yet. Accounts can be written as "
                                            "numbers; "
                                            "once it is connected they are chosen from PowerOffice's own chart.",
                                      "Salgsstedet er ikke koblet til PowerOffice ennå. Kontoer kan skrives som numre; når det er "
                                      "koblet til, velges de fra kontoplanen i PowerOffice."));
    view_link_line(view, view_venue_path(view, edit->id, "/connect"), SAY(view, "Connect it", "Koble det til"));
}

static void tell_books(const struct setup_form *form)
{
    struct view *view = form->view;
    const struct venue_edit *edit = form->edit;
    char when[32];

    if (!edit->now.client_id.len)
        tell_unconnected(view, edit);
    else if (!form->has_books)
        notice(view, "notice yellow", SAY(view, "PowerOffice's chart of accounts was not read yet.",
                                          "Kontoplanen i PowerOffice er ikke lest ennå."));
    if (form->has_books)
        html_words(&view->html, "p", "faint", SAY(view, "Accounts and codes of %.*s, as read %s.",
                                                  "Kontoer og koder fra %.*s, slik de ble lest %s."),
                                                      TEXT(form->books.client_name),
                   time_text_local(&edit->now, form->books.read_ms, when));
    if (form->suggested.product_count || form->suggested.payment_count)
        notice(view, "notice yellow", SAY(view, "What is filled in below is suggested from these accounts, and not saved: look "
                                                "at each "
                                                "line.",
                                          "Det som er fylt ut nedenfor, er foreslått ut fra disse kontoene og ikke lagret: se på hver "
                                          "linje."));
    if (!edit->now.client_id.len)
        return;
    asking_tell(view, edit->id, false);
    asking_button(view, edit->id, view_venue_path(view, edit->id, "/setup"));
}

/* Of the installation as a whole is who runs it to see to; of a type with several dates the same is said once. */
static bool is_told(const struct venue_edit *edit, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (str_equal(edit->findings[i].text, edit->findings[at].text))
            return false;
    return edit->findings[at].venue.len > 0;
}

static void tell_findings(const struct setup_form *form)
{
    struct html *html = &form->view->html;
    const struct venue_edit *edit = form->edit;
    bool any = false;

    for (size_t i = 0; i < edit->finding_count; i++) {
        const struct finding *finding = &edit->findings[i];

        if (!is_told(edit, i))
            continue;
        if (!any) {
            html_begin(html, "ul");
            html_class(html, "list");
        }
        any = true;
        html_begin(html, "li");
        html_element(html, "span", finding->severity == SEVERITY_FAULT ? "state red" : "state yellow",
                     str_of(finding->severity == SEVERITY_FAULT ? SAY(form->view, "fault", "feil")
                                                                : SAY(form->view, "note", "merk")));
        html_say(html, " %.*s", TEXT(finding->text));
        html_end(html);
    }
    if (any)
        html_end(html);
}

static void tell_refused(const struct setup_form *form)
{
    struct view *view = form->view;
    struct html *html = &view->html;
    const struct venue_edit *edit = form->edit;

    html_begin(html, "div");
    html_class(html, "notice red");
    html_attr(html, "role", STR("alert"));
    html_words(html, "p", NULL, edit->fault_count == 1
               ? SAY(view, "Nothing is saved: there is %zu fault. It stands beside its field.",
                     "Ingenting er lagret: det er %zu feil. Den står ved feltet sitt.")
               : SAY(view, "Nothing is saved: there are %zu faults. Each stands beside its field.",
                     "Ingenting er lagret: det er %zu feil. Hver står ved feltet sitt."), edit->fault_count);
    for (size_t i = 0; i < edit->fault_count; i++)
        if (!edit->faults[i].place.key)
            html_words(html, "p", NULL, "%.*s", TEXT(edit->faults[i].text));
    html_end(html);
}

/* --- the form --- */

static void form_begin(struct view *view, const struct venue_edit *edit)
{
    view_form(view, view_venue_path(view, edit->id, "/setup").bytes, "setup");
    view_hidden(view, "stamp", str_of(edit->stamp));
}

static void show_form(struct setup_form *form)
{
    struct view *view = form->view;

    view_begin_of(view, SAY(view, "Set-up", "Oppsett"), &form->edit->now);
    if (form->filled_in && form->edit->fault_count)
        tell_refused(form);
    tell_stages(view);
    if (!form->filled_in && form->edit->broken_count)
        notice(view, "notice red", SAY(view, "The venue is not in use: what stands in red below is no value. Mend it and save.",
                                       "Salgsstedet er ikke i bruk: det som står i rødt nedenfor, er ingen verdi. Rett det og "
                                       "lagre."));
    if (!form->filled_in)
        tell_findings(form);
    connect_tell_add_on(view, &form->edit->now, "/setup");
    tell_books(form);
    form_begin(view, form->edit);
    setup_form_show(form);
    view_button_of(view, NULL, "step", "look", SAY(view, "Show what changes", "Vis hva som endres"));
    view_form_end(view);
}

void page_setup(struct view *view)
{
    struct venue_edit edit = { .context = NULL };
    struct setup_form form = { .view = view, .edit = &edit };
    enum err err;

    if (!setup_open(view, &edit)) {
        setup_close(&edit);
        return;
    }
    err = venue_edit_judge(&edit, NULL, 0);      /* what is wrong as it is */
    edit.fault_count = edit.broken_count;        /* they stand beside their fields; the others are listed */
    if (!err)
        err = setup_form_books(&form);
    if (err)
        view_fail(view, err);
    else
        show_form(&form);
    setup_close(&edit);
}

/* --- may a switch be turned on? --- */

static void refuse_switch(struct setup_form *form, const char *key, const char *text)
{
    struct venue_edit *edit = form->edit;

    if (edit->fault_count < VENUE_FAULTS_MAX)
        edit->faults[edit->fault_count++] = (struct venue_fault){ { NULL, STR_NONE, key }, str_of(text), STR_NONE };
}

/* As check --online judges it, on what PowerOffice said last; and nothing else may be wrong with the venue either. What it said is too
 * old: it is asked, and the person tries again. */
static enum err judge_switch(struct setup_form *form, const char *key)
{
    struct view *view = form->view;
    const struct venue_edit *edit = form->edit;
    struct green_wish wish = { &edit->wanted, edit->findings, edit->finding_count, &form->books,
                               .orders = strcmp(key, "auto_invoice") == 0 };
    struct green green;
    enum err err;

    if (!venue_edit_turns_on(edit, key))
        return ERR_OK;
    err = green_judge(view, &wish, &green);
    for (size_t i = 0; !err && i < green.count; i++)
        refuse_switch(form, key, green.faults[i].bytes);
    if (!err && green.old)
        asking_begin(view, edit->id);
    if (!err && green.unknown)
        refuse_switch(form, key, green.unknown);
    return err;
}

/* --- what will change --- */

/* An account has its name, and what is sold there its VAT code, as on a voucher's line. */
static struct str full_value(const struct setup_form *form, const struct venue *venue, const struct venue_place *place,
                             struct str value)
{
    const struct venue_field *field = venue_field_of(place->section, place->key);
    const struct view *view = form->view;
    struct arena *arena = &form->view->arena;
    struct str text = setup_value_words(form, place, value);
    const struct vat_entry *vat = NULL;

    if (!field || field->kind != FIELD_ACCOUNT || !value.len)
        return text;
    text = setup_account_words(form, value);
    if (strcmp(place->section, SECTION_PRODUCTS) == 0)
        vat = venue_vat_class(venue, strcmp(place->key, "account") == 0 ? VAT_NORMAL : VAT_REDUCED, form->edit->today);
    if (vat)
        text = arena_format(arena, SAY(view, "%.*s, VAT code %.*s", "%.*s, mva-kode %.*s"), TEXT(text), TEXT(vat->code));
    return text;
}

static void change_cells(const struct setup_form *form, struct str what, struct str was, struct str becomes)
{
    struct view *view = form->view;
    struct html *html = &view->html;

    html_begin(html, "tr");
    view_cell(view, SAY(view, "What", "Hva"));
    html_text(html, what);
    html_end(html);
    view_cell(view, SAY(view, "Is", "Er"));
    html_text(html, was);
    html_end(html);
    view_cell(view, SAY(view, "Becomes", "Blir"));
    html_element(html, "b", NULL, becomes);
    html_end(html);
    html_end(html);
}

/* A type that comes or goes: all that is said of it. */
static void whole_rows(const struct setup_form *form, const struct venue_change *change)
{
    const struct view *view = form->view;
    const struct venue_edit *edit = form->edit;
    const struct venue *venue = change->added ? &edit->wanted : &edit->now;
    struct str none = str_of(SAY(view, "(not there)", "(finnes ikke)")), gone = str_of(SAY(view, "taken away", "fjernet"));
    struct venue_place place = { change->place.section, change->added ? change->becomes : change->place.entry, NULL };
    struct str title = setup_place_words(form, &place);

    change_cells(form, title, change->added ? none : place.entry, change->added ? place.entry : gone);
    for (size_t i = 0; i < venue_fields_shown_count; i++) {
        const struct venue_field *field = &venue_fields_shown[i];
        struct str value, words;

        if (!field->section || strcmp(field->section, place.section) != 0)
            continue;
        place.key = field->key;
        value = venue_place_text(venue, &place, edit->today, &form->view->arena);
        words = full_value(form, venue, &place, value);
        if (field->kind == FIELD_SWITCH ? str_equal(value, STR("1")) != venue_same(field->preset, "true") : value.len > 0)
            change_cells(form, setup_place_words(form, &place), change->added ? none : words, change->added ? words : gone);
    }
}

static struct str from_day(const struct setup_form *form, struct str value)
{
    const struct view *view = form->view;
    char day[16];

    return form->edit->from == DAY_ALWAYS ? value
           : arena_format(&form->view->arena, SAY(view, "%.*s, from %s", "%.*s, fra %s"), TEXT(value),
                          day_text(form->edit->from, day));
}

static void change_row(const struct setup_form *form, const struct venue_change *change)
{
    const struct venue_edit *edit = form->edit;
    struct str becomes = full_value(form, &edit->wanted, &change->place, change->becomes);

    if (change->added || change->gone)
        whole_rows(form, change);
    else
        change_cells(form, setup_place_words(form, &change->place), full_value(form, &edit->now, &change->place, change->was),
                     change->place.section ? from_day(form, becomes) : becomes);
}

static void change_table(const struct setup_form *form)
{
    struct view *view = form->view;
    const char *const words[] = { SAY(view, "What", "Hva"), SAY(view, "Is", "Er"), SAY(view, "Becomes", "Blir") };

    html_begin(&view->html, "table");
    html_class(&view->html, "stack");
    view_heads(view, words, COUNT(words), 0);
    html_begin(&view->html, "tbody");
    for (size_t i = 0; i < form->edit->change_count; i++)
        change_row(form, &form->edit->changes[i]);
    html_end(&view->html);
    html_end(&view->html);
}

static void account_cell(const struct setup_form *form, const char *name, int64_t account, struct str code)
{
    struct view *view = form->view;

    view_cell(view, name);
    if (account == SETUP_NOT_TRANSFERRED)
        html_text(&view->html, str_of(SAY(view, "not transferred", "overføres ikke")));
    else if (account)
        html_say(&view->html, "%" PRId64, account);
    else
        html_element(&view->html, "span", "blank", str_of(SAY(view, "BLANK", "MANGLER")));
    if (code.len)
        html_say(&view->html, SAY(view, ", VAT code %.*s", ", mva-kode %.*s"), TEXT(code));
    html_end(&view->html);
}

static void moves(const struct setup_form *form, const struct setup_effect *effect)
{
    struct view *view = form->view;
    struct html *html = &view->html;
    const char *const words[] = { SAY(view, "Type", "Type"), SAY(view, "From account", "Fra konto"),
                                  SAY(view, "To account", "Til konto"), SAY(view, "Amount", "Beløp") };

    if (!effect->move_count)
        return;
    html_begin(html, "table");
    html_class(html, "stack");
    view_heads(view, words, COUNT(words), 1u << 3);
    html_begin(html, "tbody");
    for (size_t i = 0; i < effect->move_count; i++) {
        const struct setup_move *move = &effect->moves[i];
        char amount[MONEY_TEXT_SIZE];

        html_begin(html, "tr");
        view_cell(view, words[0]);
        html_text(html, venue_title(&form->edit->wanted, move->sold, move->type, form->edit->today));
        html_end(html);
        account_cell(form, words[1], move->from, move->from_code);
        account_cell(form, words[2], move->to, move->to_code);
        view_cell(view, words[3]);
        html_class(html, "n");
        html_text(html, str_of(money_kroner(move->amount, amount)));
        html_end(html);
        html_end(html);
    }
    html_end(html);
    html_end(html);
}

static void due(const struct setup_form *form, const struct due_list *list)
{
    struct view *view = form->view;
    struct html *html = &view->html;
    char amount[MONEY_TEXT_SIZE], day[16];
    size_t shown = 0;

    if (!venue_edit_turns_on(form->edit, "auto_transfer") || !list->each[1])
        return;
    html_words(html, "p", "notice yellow", list->each[1] == 1
               ? SAY(view, "Automatic transfer is switched on: %zu voucher, %s kr in all, goes to PowerOffice at once.",
                     "Automatisk overføring slås på: %zu bilag, i alt %s kr, går til PowerOffice med en gang.")
               : SAY(view, "Automatic transfer is switched on: %zu vouchers, %s kr in all, go to PowerOffice at once.",
                     "Automatisk overføring slås på: %zu bilag, i alt %s kr, går til PowerOffice med en gang."),
                         list->each[1],
               money_kroner(list->sum[1], amount));
    html_begin(html, "ul");
    for (size_t i = 0; i < list->count && shown < DUE_SHOWN; i++) {
        if (!list->at[i].on)
            continue;
        shown++;
        html_words(html, "li", NULL, "%s  %s kr", day_text(list->at[i].day, day), money_kroner(list->at[i].debit, amount));
    }
    html_end(html);
}

static void tell_effect(const struct setup_form *form, const struct setup_effect *effect)
{
    struct view *view = form->view;
    char first[16], last[16];

    html_element(&view->html, "h2", NULL, str_of(SAY(view, "Days that are not sent yet", "Dager som ikke er sendt ennå")));
    if (!effect->vouchers || !effect->rebuilt)
        html_element(&view->html, "p", NULL,
                     str_of(effect->vouchers ? SAY(view, "Their vouchers stay as they are.", "Bilagene deres blir som de er.")
                                             : SAY(view, "There are none.", "Det er ingen.")));
    else
        html_words(&view->html, "p", NULL, effect->vouchers == 1
                   ? SAY(view, "%zu voucher is built again, %s to %s. What is sent stays as it is.",
                         "%zu bilag bygges på nytt, %s til %s. Det som er sendt, blir som det er.")
                   : SAY(view, "%zu vouchers are built again, %s to %s. What is sent stays as it is.",
                         "%zu bilag bygges på nytt, %s til %s. Det som er sendt, blir som det er."), effect->vouchers,
                   day_text(effect->first, first), day_text(effect->last, last));
    if (effect->rebuilt)
        moves(form, effect);
    due(form, &effect->due);
}

static void notes(const struct setup_form *form)
{
    struct view *view = form->view;
    bool any = false;

    for (size_t i = 0; i < form->edit->finding_count; i++)
        any |= is_told(form->edit, i);
    if (!any)
        return;
    html_element(&view->html, "h2", NULL, str_of(SAY(view, "Worth a look", "Verdt å se på")));
    tell_findings(form);
}

static void save_form(const struct setup_form *form)
{
    struct view *view = form->view;
    struct html *html = &view->html;

    form_begin(view, form->edit);
    setup_form_hide((struct setup_form *)(uintptr_t)form);
    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(SAY(view, "Why (kept in the audit trail; may be blank)",
                                                "Hvorfor (lagres i revisjonssporet; kan være tomt)")));
    html_single(html, "input");
    html_attr(html, "name", STR("reason"));
    html_attr(html, "maxlength", STR("300"));
    html_end(html);
    html_begin(html, "p");
    html_class(html, "pages");
    view_button_of(view, NULL, "step", "save", SAY(view, "Save", "Lagre"));
    view_button_of(view, "plain", "step", "edit", SAY(view, "Back to the form", "Tilbake til skjemaet"));
    html_end(html);
    view_form_end(view);
}

static void show_changes(struct setup_form *form)
{
    struct view *view = form->view;
    struct setup_effect effect;
    struct books *books;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (!err) {
        err = setup_effect_of(books, venue_edit_before(form->edit), &form->edit->wanted, &view->arena, &effect);
        books_close(books);
    }
    if (err) {
        view_fail(view, err);
        return;
    }
    view_begin_of(view, SAY(view, "What changes", "Hva som endres"), &form->edit->now);
    if (!form->edit->change_count) {
        notice(view, "notice yellow", SAY(view, "Nothing changes: all is as it is saved.", "Ingenting endres: alt er som "
                                                            "det er "
                                          "lagret."));
        html_begin(&view->html, "p");
        html_begin(&view->html, "a");
        html_link(&view->html, "href", view_venue_path(view, form->edit->id, "/setup"));
        html_text(&view->html, str_of(SAY(view, "Back to the set-up", "Tilbake til oppsettet")));
        html_end(&view->html);
        html_end(&view->html);
        return;
    }
    change_table(form);
    tell_effect(form, &effect);
    notes(form);
    save_form(form);
}

/* --- saved --- */

static void changed_meanwhile(struct view *view)
{
    view_refuse(view, MHD_HTTP_CONFLICT, SAY(view, "Somebody else has changed the set-up of this venue since you opened "
                                                   "it. Nothing "
                                             "of yours is saved: open it again, and look at what is there now.",
                                             "Noen andre har endret oppsettet til salgsstedet etter at du åpnet det. "
                                             "Ingenting av "
                                             "ditt er lagret: åpne det på nytt, og se på det som står der nå."));
}

enum err setup_save(struct setup_form *form, uint64_t *ret_number)
{
    struct view *view = form->view;
    struct str reason = view_field(view, "reason");
    enum err err;

    if (reason.len > 1000)
        reason.len = 1000;
    err = venue_edit_save(form->edit, reason.len ? reason : STR("console"), ret_number);
    if (!err)
        reload_begin(&view->console->reload);
    if (err == ERR_BUSY)
        changed_meanwhile(view);
    return err == ERR_BUSY ? ERR_OK : err;
}

static void save(struct setup_form *form)
{
    struct view *view = form->view;
    uint64_t number = 0;
    enum err err;

    if (!form->edit->change_count) {
        show_changes(form);
        return;
    }
    err = setup_save(form, &number);
    if (err)
        view_fail(view, err);
    else if (!view->status)
        view_done_on(view, view_venue_path(view, form->edit->id, "/setup"), number);
}

static void run_step(struct setup_form *form, struct str step)
{
    if (str_equal(step, STR("edit")))
        form->edit->fault_count = 0;
    if (form->edit->fault_count)
        form->view->status = MHD_HTTP_BAD_REQUEST;
    if (form->edit->fault_count || str_equal(step, STR("edit")))
        show_form(form);
    else if (str_equal(step, STR("save")))
        save(form);
    else
        show_changes(form);
}

void do_setup(struct view *view)
{
    struct venue_edit edit = { .context = NULL };
    struct setup_form form = { .view = view, .edit = &edit };
    enum err err;

    if (!setup_open(view, &edit)) {
        setup_close(&edit);
        return;
    }
    if (!str_equal(view_field(view, "stamp"), str_of(edit.stamp))) {
        changed_meanwhile(view);
        setup_close(&edit);
        return;
    }
    err = setup_form_take(&form);
    if (!err)
        err = setup_form_books(&form);
    if (!err)
        err = venue_edit_judge(&edit, form.said, form.said_count);
    if (!err)
        err = judge_switch(&form, "auto_transfer");
    if (!err)
        err = judge_switch(&form, "auto_invoice");
    if (err)
        view_fail(view, err);
    else if (view->api)
        api_setup_judged(&form);
    else
        run_step(&form, view_field(view, "step"));
    setup_close(&edit);
}

/* The senders have keys and quota: they are asked to look, and what they read is here a moment later. */
void do_read_books(struct view *view)
{
    const struct venue *venue = view_venue(view);
    uint64_t number;
    enum err err;

    if (!venue)
        return;
    err = decide(&view->context, READ_BOOKS, venue->id, STR_NONE, STR("console"), &number);
    if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}

/* QuickOrder says that it knows which of the company's add-ons the venue is on (docs/guide.md, one key each). */
void do_confirm(struct view *view)
{
    const struct venue *venue = view_venue(view);
    uint64_t number;
    enum err err;

    if (!venue)
        return;
    err = add_on_confirm(&view->context, venue->id, venue->extension, STR("QuickOrder has it"), &number);
    if (err == ERR_NOT_FOUND)
        view_refuse(view, MHD_HTTP_CONFLICT, SAY(view, "This venue does not wait for an add-on.",
                                                 "Salgsstedet venter ikke på noen utvidelse."));
    else if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}
