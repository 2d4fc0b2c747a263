/* connect_page.c - a venue's connection to PowerOffice: where it stands, a client key pasted, what QuickOrder must know, and what
 * PowerOffice says of the set-up when it is asked now. The console has no key: what is pasted goes to the uploader (asking.h), which
 * asks PowerOffice as well. */
#include "connect_page.h"

#include <string.h>

#include "asking.h"
#include "base/secret.h"
#include "bilag/read/connection.h"
#include "bilag/show/catalogue.h"
#include "routes.h"
#include "seen.h"

enum { WORDS_BYTES = 4096 };

static void paragraph(struct view *view, const char *class_, const char *text)
{
    html_element(&view->html, "p", class_, str_of(text));
}

static struct str in_language(struct view *view, struct str words)
{
    struct strbuf text;
    struct str copy;

    strbuf_init(&text, WORDS_BYTES);
    catalogue_said(words, &text);
    copy = arena_copy(&view->arena, strbuf_str(&text));
    strbuf_free(&text);
    return copy;
}

struct str connect_said(struct view *view, struct str words)
{
    struct str whole = in_language(view, words);

    for (size_t at = words.len; at-- > 2 && str_equal(whole, words);) {
        struct str ours = { words.bytes, at }, said;

        if (memcmp(words.bytes + at, ": ", words.len - at < 2 ? words.len - at : 2) != 0)
            continue;
        said = in_language(view, ours);
        if (!str_equal(said, ours))
            whole = arena_format(&view->arena, STR_FMT STR_FMT, STR_ARG(said), (int)(words.len - at), words.bytes + at);
    }
    whole.len -= whole.len && whole.bytes[whole.len - 1] == '.';         /* a sentence of ours ends behind it */
    return whole;
}

/* --- asking ---------------------------------------------------------------------------------------------------- */

void asking_begin(struct view *view, struct str venue)
{
    const struct asking_wish wish = { venue, view->context.who };
    struct fault fault = { "" };

    (void)!askings_read(view->console->askings, &wish, &fault);
}

static void tell_over(struct view *view, const struct asked_for *asked, const char *when)
{
    struct html *html = &view->html;

    const char *const in_vain[] = {
        [ASKING_KEY] = SAY(view, "The key that was given %s is not in use: %.*s.",
                           "Nøkkelen som ble gitt %s, er ikke i bruk: %.*s."),
        [ASKING_READ] = SAY(view, "PowerOffice was asked %s, in vain: %.*s.", "PowerOffice ble spurt %s, uten hell: %.*s."),
        [ASKING_PAGE] = SAY(view, "PowerOffice was asked for its page %s, in vain: %.*s.",
                            "PowerOffice ble spurt om siden sin %s, uten hell: %.*s."),
        [ASKING_TOKEN] = SAY(view, "You came back from PowerOffice %s, and the venue is not connected by that: %.*s.",
                             "Du kom tilbake fra PowerOffice %s, og salgsstedet ble ikke koblet til: %.*s."),
    };

    if (asked->err)
        html_words(html, "p", "notice red", in_vain[asked->kind], when,
                   TEXT(connect_said(view, str_of(asked->words))));
    else if (asked->kind != ASKING_PAGE)
        html_words(html, "p", "notice green", SAY(view, "PowerOffice was asked %s, and has answered.",
                                                  "PowerOffice ble spurt %s og har svart."), when);
}

static const char *under_way_words(struct view *view, enum asking_kind kind)
{
    const char *const rows[] = {
        [ASKING_KEY] = SAY(view, "The key was received %s, and PowerOffice is being asked whose it is.",
                           "Nøkkelen ble mottatt %s, og PowerOffice spørres om hvem den tilhører."),
        [ASKING_READ] = SAY(view, "PowerOffice is being asked, since %s.", "PowerOffice spørres, siden %s."),
        [ASKING_PAGE] = SAY(view, "PowerOffice is being asked for its page, since %s.",
                            "PowerOffice spørres om siden sin, siden %s."),
        [ASKING_TOKEN] = SAY(view, "You came back from PowerOffice %s, and its answer is being fetched.",
                             "Du kom tilbake fra PowerOffice %s, og svaret derfra hentes."),
    };

    return rows[kind];
}

void asking_tell(struct view *view, struct str venue, bool always)
{
    const struct asked_for *asked = askings_of(view->console->askings, venue);
    const struct venue *known = config_venue(&view->config, venue);
    char when[32];

    if (!asked)
        return;
    (void)time_text_local(known, asked->over ? asked->ended_ms : asked->began_ms, when);
    html_begin(&view->html, "div");
    html_attr(&view->html, "role", STR("status"));
    if (asked->over)
        tell_over(view, asked, when);
    else
        html_words(&view->html, "p", "notice yellow", under_way_words(view, asked->kind), when);
    html_end(&view->html);
    if (!asked->over && (always || str_equal(view_query(view, "asked"), STR("1"))))
        view->again = arena_format(&view->arena, "2; url=" STR_FMT "%s", STR_ARG(view->path), always ? "" : "?asked=1");
}

void asking_button(struct view *view, struct str venue, struct str back)
{
    view_form(view, view_venue_path(view, venue, "/connect/ask").bytes, "row");
    view_hidden(view, "back", back);
    view_button(view, "plain", SAY(view, "Ask PowerOffice now", "Spør PowerOffice nå"));
    view_form_end(view);
}

/* --- QuickOrder ------------------------------------------------------------------------------------------------- */

void connect_tell_add_on(struct view *view, const struct venue *venue, const char *rest)
{
    struct connection connection;

    if (venue->extension == EXTENSION_MAIN || connection_of(&view->context, venue, &connection) || !connection.add_on_waits)
        return;
    html_begin(&view->html, "div");
    html_class(&view->html, "notice yellow");
    paragraph(view, NULL, SAY(view, "The venue waits, and nothing of it is sent, until QuickOrder knows which add-on it is on. "
                                    "Send "
                                    "them this:",
                              "Salgsstedet venter, og ingenting sendes, til QuickOrder vet hvilken utvidelse det bruker. Send dem "
                              "dette:"));
    html_words(&view->html, "blockquote", NULL,
               SAY(view, "The venue \"%.*s\" (organisation number %.*s) uses %s in PowerOffice Go, application key %.*s. "
                         "Please "
                         "register that for it.",
                   "Utsalgsstedet «%.*s» (organisasjonsnummer %.*s) bruker %s i PowerOffice Go, app-nøkkel %.*s. Vennligst registrer "
                   "det."),
               TEXT(venue->name), TEXT(venue->company), extension_text(venue->extension),
               TEXT(view->config.application_keys[venue->extension]));
    view_confirm_add_on(view, venue->id, view_venue_path(view, venue->id, rest));
    html_end(&view->html);
}

/* --- where it stands --------------------------------------------------------------------------------------------- */

static void tell_given(struct view *view, const struct venue *venue, const struct connection *connection)
{
    const struct asked_for *asked = askings_of(view->console->askings, venue->id);
    bool told = asked && (asked->kind == ASKING_KEY || asked->kind == ASKING_TOKEN);
    char when[32];

    if (connection->given.state == GIVEN_NONE || connection->given.state == GIVEN_USED || told)
        return;
    (void)time_text_local(config_venue(&view->config, venue->id), connection->given.time_ms, when);
    if (connection->given.state == GIVEN_TAKEN_BACK)
        html_words(&view->html, "p", "notice yellow", SAY(view, "The key that %.*s gave %s was not kept: %.*s.",
                                                          "Nøkkelen som %.*s ga %s, ble ikke lagret: %.*s."),
                   TEXT(connection->given.who), when, TEXT(connect_said(view, connection->given.why)));
    else
        html_words(&view->html, "p", "notice yellow", SAY(view, "The key that %.*s gave %s was received and is not in use yet. "
                                                                "If that "
                                                          "lasts for more than a few minutes, paste it once more.",
                                                          "Nøkkelen som %.*s ga %s, er mottatt og ikke i bruk ennå. Varer det mer enn "
                                                          "noen minutter, lim den inn en gang til."),
                   TEXT(connection->given.who), when);
}

/* What to do, by where it stands. The first %.*s is the client's name or what PowerOffice said. */
static void tell_state(struct view *view, const struct connection *connection)
{
    const struct { const char *class_, *text; struct str value; } rows[] = {
        [CONNECTION_NONE] = { "notice yellow", SAY(view, "Not connected to PowerOffice%.*s. Paste the client key below.",
                                                   "Ikke koblet til PowerOffice%.*s. Lim inn klientnøkkelen nedenfor."), STR_NONE },
        [CONNECTION_UNREAD] = { "notice yellow", SAY(view, "The key is in use%.*s, and PowerOffice was not asked with it yet.",
                                                     "Nøkkelen er i bruk%.*s, og PowerOffice er ikke spurt med den ennå."), STR_NONE },
        [CONNECTION_REFUSED] = { "notice red", SAY(view, "PowerOffice refuses the key: %.*s. Make a new one there (Settings, "
                                                   "Extensions), and paste it below.",
                                                   "PowerOffice avviser nøkkelen: %.*s. Lag en ny der (Innstillinger, Utvidelser), og "
                                                   "lim den inn nedenfor."), connect_said(view, connection->words) },
        [CONNECTION_SUBSCRIPTION] = { "notice red", SAY(view, "PowerOffice refuses this installation: %.*s. Whoever runs Bilag "
                                                              "sees to "
                                                        "its subscription key.",
                                                        "PowerOffice avviser denne installasjonen: %.*s. Den som drifter Bilag, tar seg "
                                                        "av abonnementsnøkkelen."), connect_said(view, connection->words) },
        [CONNECTION_OTHER_BOOKS] = { "notice red", SAY(view, "The key opens the books of %.*s, and they are not those of the "
                                                             "company. "
                                                       "Paste the key of the company's own client. If the company has moved to these "
                                                       "books, whoever runs Bilag says so.",
                                                       "Nøkkelen åpner regnskapet til %.*s, og det er ikke firmaets. Lim inn nøkkelen "
                                                       "til firmaets egen klient. Har firmaet flyttet til dette regnskapet, sier den "
                                                       "som drifter Bilag, fra om det."),
                                       connection->client_name },
        [CONNECTION_RIGHTS] = { "notice red", SAY(view, "Rights are missing: %.*s. Grant them to the extension in PowerOffice "
                                                        "(Settings, "
                                                  "Extensions), and ask again below.",
                                                  "Rettigheter mangler: %.*s. Gi utvidelsen dem i PowerOffice (Innstillinger, "
                                                  "Utvidelser), og spør på nytt nedenfor."), connection->words },
        [CONNECTION_ADD_ON] = { "notice yellow", SAY(view, "Connected to the books of %.*s, and waits for QuickOrder.",
                                                     "Koblet til regnskapet til %.*s, og venter på QuickOrder."),
                                connection->client_name },
        [CONNECTION_FINE] = { "notice green", SAY(view, "Connected to the books of %.*s.", "Koblet til regnskapet til %.*s."),
                              connection->client_name },
    };

    if (connection->state == CONNECTION_RIGHTS)
        html_words(&view->html, "p", rows[CONNECTION_FINE].class_, rows[CONNECTION_FINE].text, TEXT(connection->client_name));
    html_words(&view->html, "p", rows[connection->state].class_, rows[connection->state].text,
               TEXT(rows[connection->state].value));
}

/* --- what PowerOffice says of the set-up --------------------------------------------------------------------------- */

static void fault_list(struct view *view, const struct green *green)
{
    struct html *html = &view->html;

    html_begin(html, "ul");
    html_class(html, "list");
    for (size_t i = 0; i < green->count; i++) {
        html_begin(html, "li");
        html_element(html, "span", "state red", str_of(SAY(view, "fault", "feil")));
        html_say(html, " %.*s", TEXT(green->faults[i]));
        html_end(html);
    }
    html_end(html);
}

static void next_steps(struct view *view, const struct venue_edit *edit, const struct green *green)
{
    if (!green->unknown && !green->count)
        paragraph(view, "notice green", SAY(view, "Nothing is wrong: automatic transfer can be switched on, and "
                                                  "automatic invoicing when its products are there.",
                                            "Alt er i orden: automatisk overføring kan slås på, og automatisk fakturering når "
                                            "produktene er der."));
    else
        paragraph(view, NULL, SAY(view, "Automatic transfer and automatic invoicing can be switched on when nothing is wrong "
                                        "here.",
                                  "Automatisk overføring og automatisk fakturering kan slås på når alt er i orden her."));
    if (edit->now.begins == DAY_ALWAYS)
        paragraph(view, NULL, SAY(view, "Which business day is posted first? Until the set-up says it, every day that comes in "
                                        "is.",
                                  "Fra hvilken salgsdag skal det føres? Til oppsettet sier det, føres hver dag som kommer inn."));
    view_link_line(view, view_venue_path(view, edit->id, "/setup"), SAY(view, "To the set-up", "Til oppsettet"));
}

enum err connect_green(struct setup_form *form, struct green *ret_green)
{
    struct venue_edit *edit = form->edit;
    struct green_wish wish = { .venue = &edit->wanted, .books = &form->books, .orders = false };
    enum err err = venue_edit_judge(edit, NULL, 0);

    if (!err)
        err = setup_form_books(form);
    wish.findings = edit->findings;
    wish.finding_count = edit->finding_count;
    return err ? err : green_judge(form->view, &wish, ret_green);
}

static void asked_card(struct view *view, const struct setup_form *form, const struct connection *connection,
                       const struct green *green)
{
    struct html *html = &view->html;
    char when[32];

    html_begin(html, "section");
    html_class(html, "card");
    html_element(html, "h2", NULL, str_of(SAY(view, "What PowerOffice says of the set-up", "Hva PowerOffice sier om "
                                                                                           "oppsettet")));
    if (connection->read_ms)
        html_words(html, "p", "faint", SAY(view, "As PowerOffice had it %s.", "Slik PowerOffice hadde det %s."),
                   time_text_local(&form->edit->now, connection->read_ms, when));
    if (green->count)
        fault_list(view, green);
    if (green->old)
        paragraph(view, NULL, SAY(view, "That is more than an hour ago, or not all was answered: ask again.",
                                  "Det er mer enn en time siden, eller ikke alt ble besvart: spør på nytt."));
    asking_button(view, form->edit->id, view_venue_path(view, form->edit->id, "/connect"));
    next_steps(view, form->edit, green);
    html_end(html);
}

/* --- the key ------------------------------------------------------------------------------------------------------- */

/* The guide's step, for the extension that the venue uses. */
static void tell_step(struct view *view, const struct venue *venue)
{
    struct html *html = &view->html;

    if (venue->extension == EXTENSION_MAIN)
        paragraph(view, NULL, SAY(view, "In PowerOffice Go: Menu, Settings, Extensions, Add extension, QuickOrder. Copy the "
                                        "client key "
                                        "that it shows, and paste it here.",
                                  "I PowerOffice Go: Meny, Innstillinger, Utvidelser, Legg til utvidelse, QuickOrder. Kopier "
                                  "klientnøkkelen som vises, og lim den inn her."));
    else
        html_words(html, "p", NULL, SAY(view, "In PowerOffice Go: Menu, Settings, Extensions, Add extension, Custom "
                                              "(\"Egendefinert\"), "
                                        "application key %.*s (%s). Copy the client key that it shows, and paste it here.",
                                        "I PowerOffice Go: Meny, Innstillinger, Utvidelser, Legg til utvidelse, Egendefinert, app-nøkkel "
                                        "%.*s (%s). Kopier klientnøkkelen som vises, og lim den inn her."),
                   TEXT(view->config.application_keys[venue->extension]), extension_text(venue->extension));
}

static void key_field(struct view *view)
{
    struct html *html = &view->html;

    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(SAY(view, "Client key", "Klientnøkkel")));
    html_single(html, "input");
    html_attr(html, "name", STR("key"));
    html_attr(html, "type", STR("password"));
    html_attr(html, "autocomplete", STR("off"));
    html_attr(html, "spellcheck", STR("false"));
    html_attr(html, "maxlength", STR("300"));
    html_attr(html, "size", STR("40"));
    html_attr(html, "required", STR(""));
    html_element(html, "small", NULL, str_of(SAY(view, "it goes to the process that sends, is kept there alone, and is shown "
                                                       "to nobody",
                                                 "den går til prosessen som sender, lagres bare der og vises ikke for noen")));
    html_end(html);
}

static void key_card(struct view *view, const struct venue *venue)
{
    struct html *html = &view->html;

    html_begin(html, "section");
    html_class(html, "card");
    html_element(html, "h2", NULL, str_of(venue->client_id.len ? SAY(view, "A new client key", "En ny klientnøkkel")
                                                               : SAY(view, "Client key", "Klientnøkkel")));
    tell_step(view, venue);
    view_form(view, view_venue_path(view, venue->id, "/connect").bytes, "sheet");
    seen_hide(view);
    key_field(view);
    view_button(view, NULL, SAY(view, "Connect", "Koble til"));
    view_form_end(view);
    html_end(html);
}

/* --- the page ------------------------------------------------------------------------------------------------------- */

static void show(struct setup_form *form, const char *why)
{
    struct view *view = form->view;
    const struct venue *now = &form->edit->now;
    struct connection connection;
    struct green green = { .count = 0 };
    enum err err = connection_of(&view->context, now, &connection);

    if (!err && now->client_id.len)
        err = connect_green(form, &green);
    if (err) {
        view_fail(view, err);
        return;
    }
    view_begin_of(view, "PowerOffice", now);
    if (why)
        view_alert(view, why);
    tell_state(view, &connection);
    asking_tell(view, now->id, true);
    tell_given(view, now, &connection);
    connect_tell_add_on(view, now, "/connect");
    if (now->client_id.len)
        asked_card(view, form, &connection, &green);
    journey_card(view, now);
    key_card(view, now);
}

static void page(struct view *view, const char *why)
{
    struct venue_edit edit = { .context = NULL };
    struct setup_form form = { .view = view, .edit = &edit };

    if (setup_open(view, &edit))
        show(&form, why);
    setup_close(&edit);
}

void page_connect(struct view *view)
{
    page(view, NULL);
}

bool connect_is_own(struct view *view)
{
    struct venue_edit edit = { .context = NULL };
    bool own = setup_open(view, &edit);

    setup_close(&edit);
    return own;
}

const char *connect_why_not(struct view *view, enum err err, const struct fault *fault)
{
    if (err == ERR_EXISTS)
        return SAY(view, "PowerOffice is being asked for this venue already: wait until that is answered.",
                   "PowerOffice spørres alt for dette salgsstedet: vent til det er besvart.");
    if (err == ERR_BUSY)
        return SAY(view, "PowerOffice is being asked for too many at once: try again in a moment.",
                   "PowerOffice spørres for mange på en gang: prøv igjen om et øyeblikk.");
    return fault->text[0] ? connect_said(view, str_of(fault->text)).bytes : err_text(err);
}

void connect_refuse(struct view *view, enum err err, const struct fault *fault)
{
    if (err == ERR_MEMORY || err == ERR_SYSTEM) {
        view_fail(view, err);
        return;
    }
    view->status = err == ERR_FORMAT ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_CONFLICT;
    if (view->api)
        view_refuse(view, view->status, connect_why_not(view, err, fault));
    else
        page(view, connect_why_not(view, err, fault));
}

void do_give_key(struct view *view)
{
    struct str venue = arena_copy(&view->arena, view->parts[0]), key = view_field(view, "key");
    const struct asking_wish wish = { venue, view->context.who };
    struct fault fault = { "" };
    enum err err;

    if (!connect_is_own(view) || !seen_still(view, venue)) {
        secret_wipe(&key);
        return;
    }
    err = askings_give(view->console->askings, &wish, &key, STR("console"), &fault);
    if (err)
        connect_refuse(view, err, &fault);
    else
        view_go(view, view_venue_path(view, venue, "/connect"));
}

/* Two who ask at once are told the same answer. */
void do_ask(struct view *view)
{
    struct str venue = arena_copy(&view->arena, view->parts[0]);
    const struct asking_wish wish = { venue, view->context.who };
    struct fault fault = { "" };
    enum err err;

    if (!connect_is_own(view))
        return;
    err = askings_read(view->console->askings, &wish, &fault);
    if (err && err != ERR_EXISTS)
        connect_refuse(view, err, &fault);
    else
        view_back(view, "asked=1");
}
