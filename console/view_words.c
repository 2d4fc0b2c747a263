#include "view.h"

#include <inttypes.h>
#include <stdio.h>

const char *state_words(const struct view *view, enum doc_state state)
{
    static const struct { const char *en, *nb; } words[DOC_STATE_COUNT] = {
        [DOC_OPEN] = { "open", "åpen" },         [DOC_HELD] = { "held", "stoppet" },
        [DOC_WAITING] = { "waits", "venter" },   [DOC_QUEUED] = { "queued", "i kø" },
        [DOC_SENDING] = { "sending", "sendes" }, [DOC_SENT] = { "sent", "sendt" },
        [DOC_FAILED] = { "refused", "avvist" },  [DOC_REVERSED] = { "reversed", "tilbakeført" },
        [DOC_BY_HAND] = { "by hand", "manuelt" },
    };

    return SAY(view, words[state].en, words[state].nb);
}

const char *state_class(const struct book_doc *doc)
{
    if (book_doc_is_red(doc))
        return "red";
    switch (doc->state) {
    case DOC_SENT:
        return "green";
    case DOC_WAITING: case DOC_QUEUED: case DOC_SENDING: case DOC_REVERSED:
        return "yellow";
    default:
        return "grey";
    }
}

/* Sent, and PowerOffice says otherwise now: the word alone would look well. */
void view_state(struct view *view, const struct book_doc *doc)
{
    char class_[32];

    (void)snprintf(class_, sizeof class_, "state %s", state_class(doc));
    html_begin(&view->html, "span");
    html_class(&view->html, class_);
    html_text(&view->html, str_of(state_words(view, doc->state)));
    if (doc->state == DOC_SENT && book_doc_is_red(doc))
        html_text(&view->html, str_of(SAY(view, ", look at it", ", se på det")));
    html_end(&view->html);
}

const char *view_time(const struct view *view, int64_t time_ms, char when[32])
{
    return time_text_local(view->config.venue_count ? &view->config.venues[0] : NULL, time_ms, when);
}

const char *day_words(const struct view *view, int32_t day, char buffer[64])
{
    static const char *const days[2][7] = {
        { "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday" },
        { "torsdag", "fredag", "lørdag", "søndag", "mandag", "tirsdag", "onsdag" },
    };
    static const char *const months[2][12] = {
        { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December" },
        { "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
          "desember" },
    };
    bool nb = str_equal(view->config.language, STR("nb"));
    int32_t year, month, date;

    day_to_civil(day, &year, &month, &date);
    (void)snprintf(buffer, 64, nb ? "%s %" PRId32 ". %s %" PRId32 : "%s %" PRId32 " %s %" PRId32,
                   days[nb][((day % 7) + 7) % 7], date, months[nb][month - 1], year);
    return buffer;
}

int32_t venue_today(const struct venue *venue)
{
    return venue_business_day(venue, clock_now_ms() / 1000);
}
