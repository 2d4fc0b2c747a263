/* journey_page.c - a venue is connected by PowerOffice's own pages: the way there, and the page at which the browser comes back.
 *
 * What PowerOffice wants of the browser is a link, which the person presses: the policy lets no form lead elsewhere. Back comes a GET, which
 * changes nothing, as no GET of ours does: its page has a form with what it brought, and the session's token. The session's cookie stays
 * away from what another site sends here (SameSite=Strict), so the page is asked for once more, by itself. */
#include "journey.h"

#include <string.h>

#include "asking.h"
#include "base/clock.h"
#include "base/secret.h"
#include "bilag/show/ending.h"
#include "connect_page.h"
#include "routes.h"
#include "seen.h"

/* --- the way there ------------------------------------------------------------------------------------------------ */

static void way_there(struct view *view, const struct journey *way)
{
    struct html *html = &view->html;

    html_element(html, "p", NULL, str_of(SAY(view, "PowerOffice has its page ready. Sign in there as an administrator of "
                                                   "the company, and say yes to the extension. You come back here by "
                                                   "yourself; the page is there for about a quarter of an hour.",
                                             "PowerOffice har siden sin klar. Logg inn der som administrator for "
                                             "firmaet, og si ja til utvidelsen. Du kommer tilbake hit av deg selv; siden "
                                             "er der i omtrent et kvarter.")));
    html_begin(html, "p");
    html_begin(html, "a");
    html_class(html, "button");
    html_elsewhere(html, str_of(way->address));
    html_text(html, str_of(SAY(view, "Go to PowerOffice", "Gå til PowerOffice")));
    html_end(html);
    html_end(html);
}

static void button(struct view *view, const struct venue *venue, bool again)
{
    view_form(view, view_venue_path(view, venue->id, "/connect/pages").bytes, "row");
    view_button(view, again ? "plain" : NULL, again ? SAY(view, "Ask for a new page", "Be om en ny side")
                                                    : SAY(view, "Connect in PowerOffice", "Koble til i PowerOffice"));
    view_form_end(view);
}

void journey_card(struct view *view, const struct venue *venue)
{
    const struct journey *way = journeys_of(view->console->journeys, str_of(view->form_token), venue->id, clock_steady_ms());
    struct html *html = &view->html;

    html_begin(html, "section");
    html_class(html, "card");
    html_element(html, "h2", NULL, str_of(SAY(view, "PowerOffice's own page", "PowerOffices egen side")));
    if (!view->config.console.address.len)
        html_element(html, "p", "faint", str_of(SAY(view, "It is not set up here: to say yes on PowerOffice's own page "
                                                          "instead of pasting a key, ask whoever runs Bilag. Until then "
                                                          "paste the client key below.",
                                                    "Den er ikke satt opp her: Vil du heller si ja på PowerOffices egen "
                                                    "side enn å lime inn en nøkkel, spør den som drifter Bilag. Inntil "
                                                    "da limer du inn klientnøkkelen nedenfor.")));
    else if (way)
        way_there(view, way);
    else
        html_element(html, "p", NULL, str_of(SAY(view, "Instead of pasting a key you can say yes on PowerOffice's own "
                                                       "page, as an administrator of the company there.",
                                                 "I stedet for å lime inn en nøkkel kan du si ja på PowerOffices egen "
                                                 "side, som administrator for firmaet der.")));
    if (view->config.console.address.len)
        button(view, venue, way != NULL);
    html_end(html);
}

void do_pages(struct view *view)
{
    struct str venue = arena_copy(&view->arena, view->parts[0]);
    const struct asking_wish wish = { venue, view->context.who };
    struct fault fault = { "" };
    enum err err;

    if (!connect_is_own(view))
        return;
    if (!view->config.console.address.len)
        err = fault_set(&fault, ERR_REFUSED, "PowerOffice's own page is not set up here; paste a client key");
    else
        err = askings_page(view->console->askings, &wish, str_of(view->form_token), &fault);
    if (err)
        connect_refuse(view, err, &fault);
    else
        view_go(view, view_venue_path(view, venue, "/connect"));
}

/* --- the way back ------------------------------------------------------------------------------------------------- */

static struct str token_of(struct view *view)
{
    struct str token = view_query(view, "token");

    return token.len ? token : view_query(view, "onboarding_token");
}

static void add_member(struct strbuf *url, const char *name, struct str value)
{
    if (!value.len)
        return;
    strbuf_format(url, "&%s=", name);
    url_add(url, value);
}

/* Asked for by a page of ours, and with the cookie; whose browser does not by itself presses the link. */
static void ask_again(struct view *view)
{
    struct strbuf url;
    struct str path;

    strbuf_init(&url, 16384);
    strbuf_add(&url, STR("/connected?here=1"));
    add_member(&url, "state", view_query(view, "state"));
    add_member(&url, "token", token_of(view));
    add_member(&url, "status", view_query(view, "status"));
    path = arena_copy(&view->arena, strbuf_str(&url));
    strbuf_free(&url);
    view->again = arena_format(&view->arena, "0; url=" STR_FMT, STR_ARG(path));
    view_begin(view, "PowerOffice", NULL);
    view_link_line(view, path, SAY(view, "Go on", "Gå videre"));
}

/* Nobody was sent away with it in this session: a stranger's, or one's own that is over. */
static void not_ours(struct view *view)
{
    view_refuse(view, MHD_HTTP_CONFLICT,
                SAY(view, "Nothing was connected: this way back from PowerOffice does not belong to this sign-in, or was "
                          "begun more than half an hour ago. Begin once more, on the venue's page PowerOffice.",
                    "Ingenting ble koblet til: Denne veien tilbake fra PowerOffice hører ikke til innloggingen din, "
                    "eller ble begynt for mer enn en halv time siden. Begynn på nytt på siden PowerOffice til "
                    "salgsstedet."));
}

static struct journey *way_back(struct view *view, struct str state)
{
    struct journey *way = journeys_back(view->console->journeys, str_of(view->form_token), state, clock_steady_ms());

    if (way)
        view->parts[0] = arena_copy(&view->arena, str_of(way->venue));
    else
        not_ours(view);
    return way;
}

static void to_the_venue(struct view *view)
{
    view_link_line(view, view_venue_path(view, view->parts[0], "/connect"), SAY(view, "To the venue's connection",
                                                                                "Til tilkoblingen av salgsstedet"));
}

static void ended_without(struct view *view, struct str status)
{
    const struct ending *ending = ending_of(status.len ? status.bytes : "");

    html_begin(&view->html, "p");
    html_class(&view->html, "notice red");
    html_attr(&view->html, "role", STR("alert"));
    if (ending)
        html_say(&view->html, SAY(view, "Nothing was connected: %s. Begin once more when that is in order.",
                                  "Ingenting ble koblet til: %s. Begynn på nytt når det er i orden."),
                 SAY(view, ending->en, ending->nb));
    else
        html_say(&view->html, SAY(view, "Nothing was connected: PowerOffice sent you back without its token (%.*s). "
                                        "Begin once more.",
                                  "Ingenting ble koblet til: PowerOffice sendte deg tilbake uten tokenet sitt (%.*s). "
                                  "Begynn på nytt."),
                 TEXT(status.len ? status : STR("?")));
    html_end(&view->html);
}

static void ask_whether(struct view *view, const struct journey *way, const struct venue *venue, struct str token)
{
    html_words(&view->html, "p", NULL, SAY(view, "PowerOffice has said yes. Connect %.*s, of the company with "
                                                 "organisation number %.*s, to the books that were chosen there?",
                                           "PowerOffice har sagt ja. Koble %.*s, som hører til firmaet med "
                                           "organisasjonsnummer %.*s, til regnskapet som ble valgt der?"),
               TEXT(venue->name), TEXT(venue->company));
    view_form(view, "/connected", "row");
    seen_hide(view);
    view_hidden(view, "state", str_of(way->state));
    view_hidden(view, "given", token);
    view_button(view, NULL, SAY(view, "Connect", "Koble til"));
    view_form_end(view);
}

static void came_back(struct view *view, const struct journey *way)
{
    struct str token = token_of(view), status = view_query(view, "status");
    struct venue_edit edit = { .context = NULL };

    if (setup_open(view, &edit)) {
        view_begin_of(view, "PowerOffice", &edit.now);
        if (way->used)
            html_element(&view->html, "p", "notice yellow",
                         str_of(SAY(view, "This was handed on already.", "Dette er alt gitt videre.")));
        else if (!token.len || (status.len && !str_equal(status, STR("Success"))))
            ended_without(view, status);
        else
            ask_whether(view, way, &edit.now, token);
        to_the_venue(view);
    }
    setup_close(&edit);
}

void page_connected(struct view *view)
{
    const struct journey *way;

    if (!view->signed_in && !view_query(view, "here").len) {
        ask_again(view);
    } else if (!view->signed_in) {
        view_refuse(view, MHD_HTTP_FORBIDDEN,
                    SAY(view, "Nothing was connected: you are signed out. Sign in, and begin once more on the venue's "
                              "page PowerOffice.",
                        "Ingenting ble koblet til: Du er logget ut. Logg inn og begynn på nytt på siden PowerOffice til "
                        "salgsstedet."));
    } else if (!user_may(&view->user, ACT_SET_UP)) {
        not_ours(view);
    } else {
        way = way_back(view, view_query(view, "state"));
        if (way)
            came_back(view, way);
    }
}

static void begin_or_say(struct view *view, struct journey *way, struct str *token)
{
    const struct asking_wish wish = { view->parts[0], view->context.who };
    struct fault fault = { "" };
    enum err err = askings_token(view->console->askings, &wish, token, STR("PowerOffice's own page"), &fault);

    way->used = !err || err == ERR_FORMAT;
    if (err)
        view_refuse(view, err == ERR_FORMAT ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_CONFLICT, connect_why_not(view, err, &fault));
    else
        view_go(view, view_venue_path(view, view->parts[0], "/connect"));
}

void do_connected(struct view *view)
{
    struct str token = view_field(view, "given");
    struct journey *way = way_back(view, view_field(view, "state"));

    if (way && connect_is_own(view) && seen_still(view, view->parts[0])) {
        if (way->used)
            view_refuse(view, MHD_HTTP_CONFLICT, SAY(view, "This was handed on already: look at the venue's page PowerOffice.",
                                                     "Dette er alt gitt videre: se på siden PowerOffice til salgsstedet."));
        else
            begin_or_say(view, way, &token);
    }
    secret_wipe(&token);
}
