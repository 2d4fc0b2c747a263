/* new_venue_page.c - a venue that is not there yet: who it is and whom it is like; then its set-up, and its key. */
#include "routes.h"

#include "bilag/act/venue_broken.h"
#include "bilag/act/venue_new.h"
#include "bilag/show/catalogue.h"

enum { LISTED_MAX = 300 };

/* --- what is to be filled in --- */

static void field(struct view *view, const char *name, const char *label, const char *hint, bool required)
{
    struct html *html = &view->html;

    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(label));
    html_single(html, "input");
    html_attr(html, "name", str_of(name));
    html_attr(html, "maxlength", STR("200"));
    html_attr(html, "autocomplete", STR("off"));
    if (required)
        html_attr(html, "required", STR(""));
    html_attr(html, "value", view_field(view, name));
    if (hint)
        html_element(html, "small", NULL, str_of(hint));
    html_end(html);
}

static void option(struct view *view, struct str value, struct str text)
{
    struct html *html = &view->html;

    html_begin(html, "option");
    html_attr(html, "value", value);
    if (str_equal(value, view_field(view, "like")))
        html_attr(html, "selected", STR(""));
    html_text(html, text);
    html_end(html);
}

/* A list to choose from, where it is short enough to be read. */
static void like_list(struct view *view)
{
    struct html *html = &view->html;
    const struct config *config = &view->config;

    html_begin(html, "select");
    html_attr(html, "name", STR("like"));
    option(view, STR_NONE, str_of(SAY(view, "no other: the first of its company", "ingen: det første i firmaet")));
    for (size_t i = 0; i < config->venue_count; i++)
        if (user_sees(&view->user, config->venues[i].company))
            option(view, config->venues[i].id, arena_format(&view->arena, STR_FMT ", " STR_FMT, STR_ARG(config->venues[i].name),
                                                            STR_ARG(config->venues[i].company)));
    html_end(html);
}

/* Who sees thousands says which. */
static void like_name(struct view *view)
{
    struct html *html = &view->html;

    html_single(html, "input");
    html_attr(html, "name", STR("like"));
    html_attr(html, "maxlength", STR("64"));
    html_attr(html, "autocomplete", STR("off"));
    html_attr(html, "value", view_field(view, "like"));
}

static size_t venues_seen(const struct view *view)
{
    size_t seen = 0;

    for (size_t i = 0; i < view->config.venue_count; i++)
        seen += user_sees(&view->user, view->config.venues[i].company);
    return seen;
}

static void like_field(struct view *view)
{
    struct html *html = &view->html;
    bool named = venues_seen(view) > LISTED_MAX;

    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(SAY(view, "Like", "Likt")));
    if (named)
        like_name(view);
    else
        like_list(view);
    html_element(html, "small", NULL,
                 str_of(named ? SAY(view, "the short name of a venue, or blank; its accounts, VAT codes, types and hours are "
                                          "taken over", "kortnavnet til et salgssted, eller tomt; kontoene, mva-kodene, typene og "
                                          "åpningstidene tas over")
                              : SAY(view, "its accounts, VAT codes, types and hours are taken over",
                                    "kontoene, mva-kodene, typene og åpningstidene tas over")));
    html_end(html);
}

static void form(struct view *view)
{
    view_form(view, "/new-venue", "sheet");
    field(view, "id", SAY(view, "Short name, as the tills say it", "Kortnavn, slik kassene sier det"),
          SAY(view, "letters, digits, . _ and -, such as oslo-grill; it cannot be changed later",
              "bokstaver, tall, . _ og -, som oslo-grill; det kan ikke endres senere"), true);
    field(view, "name", SAY(view, "Name, on vouchers", "Navn, på bilag"), NULL, false);
    like_field(view);
    field(view, "company", SAY(view, "Organisation number", "Organisasjonsnummer"),
          SAY(view, "blank: that of the venue it is like", "tomt: det samme som salgsstedet det er likt"), false);
    field(view, "department", SAY(view, "Department in PowerOffice", "Avdeling i PowerOffice"),
          SAY(view, "its own, where the company has another venue", "sin egen, når firmaet har flere salgssteder"), false);
    view_button(view, NULL, SAY(view, "Make it", "Opprett"));
    view_form_end(view);
}

/* --- those that wait for their set-up or their key --- */

bool venue_can_be_opened(struct view *view, struct str id, struct venue *ret_venue)
{
    struct fault unsaid = view->context.fault;
    struct venue_broken *broken;
    size_t count;
    struct str text;
    bool can = venue_broken_read(&view->context, id, &text, ret_venue, &broken, &count) == ERR_OK;

    view->context.fault = unsaid;
    return can;
}

bool venue_waits(struct view *view, size_t fault, struct venue *ret_venue)
{
    return venue_can_be_opened(view, view->config.fault_venues[fault], ret_venue) && user_sees(&view->user, ret_venue->company);
}

const char *venue_waits_words(struct view *view)
{
    return SAY(view, "its set-up or its connection is not complete", "oppsettet eller tilkoblingen er ikke ferdig");
}

static void waiting(struct view *view)
{
    struct html *html = &view->html;
    size_t shown = 0;

    for (size_t i = 0; i < view->config.fault_count; i++) {
        struct venue venue;

        if (!venue_waits(view, i, &venue))
            continue;
        if (!shown++) {
            html_element(html, "h2", NULL, str_of(SAY(view, "Not in use yet", "Ikke i bruk ennå")));
            html_begin(html, "ul");
            html_class(html, "list");
        }
        html_begin(html, "li");
        view_link(view, view_venue_path(view, view->config.fault_venues[i], "/setup"),
                  arena_copy(&view->arena, venue.name).bytes);
        html_element(html, "small", NULL, str_of(venue_waits_words(view)));
        html_end(html);
    }
    if (shown)
        html_end(html);
}

static void page(struct view *view, const char *why)
{
    view_begin(view, SAY(view, "New venue", "Nytt salgssted"), NULL);
    if (why)
        view_alert(view, why);
    html_element(&view->html, "p", NULL,
                 str_of(SAY(view, "A new venue transfers nothing by itself. After this come its set-up and its connection to "
                                  "PowerOffice; sales that came for it already are taken in then.",
                            "Et nytt salgssted overfører ingenting av seg selv. Etterpå kommer oppsettet og koblingen til "
                            "PowerOffice; salg som alt er kommet, tas inn da.")));
    form(view);
    waiting(view);
}

void page_new_venue(struct view *view)
{
    page(view, NULL);
}

/* --- made --- */

/* Its books, and those of the venue that it is like, are this person's to see; false: answered. */
static bool is_own(struct view *view, const struct venue_wish *wish)
{
    if (wish->like.len && !view_venue_of(view, wish->like))
        return false;
    if (!wish->company.len || user_sees(&view->user, wish->company))
        return true;
    view->status = MHD_HTTP_FORBIDDEN;
    page(view, SAY(view, "You have no insight into the books of this organisation number.",
                   "Du har ikke innsyn i regnskapet til dette organisasjonsnummeret."));
    return false;
}

static struct str trimmed(struct str text)
{
    while (text.len && text.bytes[0] == ' ')
        text = (struct str){ text.bytes + 1, text.len - 1 };
    while (text.len && text.bytes[text.len - 1] == ' ')
        text.len--;
    return text;
}

/* The company has others, and departments tell them apart: said in the words of this page. */
static bool lacks_department(struct view *view, const struct venue_wish *wish)
{
    const struct venue *like = wish->like.len ? config_venue(&view->config, wish->like) : NULL;

    if (!like || wish->department.len || (wish->company.len && !str_equal(wish->company, like->company)))
        return false;
    view->status = MHD_HTTP_BAD_REQUEST;
    page(view, SAY(view, "The company has another venue: say the new one's own department.",
                   "Firmaet har et annet salgssted: oppgi avdelingen til det nye."));
    return true;
}

void do_new_venue(struct view *view)
{
    const struct venue_wish wish = {
        .id = trimmed(view_field(view, "id")), .like = trimmed(view_field(view, "like")),
        .name = trimmed(view_field(view, "name")), .company = trimmed(view_field(view, "company")),
        .department = trimmed(view_field(view, "department")), .for_one = !view->user.all_companies,
    };
    uint64_t number;
    enum err err;

    if (!is_own(view, &wish) || lacks_department(view, &wish))
        return;
    fault_speak(catalogue_words);            /* why not is read by a person */
    err = venue_new(&view->context, &wish, STR("console"), &number);
    fault_speak(NULL);
    if (err == ERR_FORMAT || err == ERR_REFUSED || err == ERR_CONFIG || err == ERR_EXISTS) {
        view->status = err == ERR_FORMAT || err == ERR_CONFIG ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_CONFLICT;
        page(view, view_why(view, err));
    } else if (err) {
        view_fail(view, err);
    } else {
        reload_begin(&view->console->reload);
        view_done_on(view, view_venue_path(view, wish.id, "/setup"), number);
    }
}
