/* refused_page.c - lines that ingest did not take, and sales of venues that are not set up: what operators see to. */
#include "routes.h"

#include <inttypes.h>
#include <stdio.h>

#include "bilag/read/parked.h"
#include "bilag/read/refusals.h"

enum { REFUSALS_SHOWN = 200 };

/* What names no venue that is set up has no company: who sees all companies sees it. */
static bool sees(const struct view *view, struct str id)
{
    const struct venue *venue = config_venue(&view->config, id);

    return view->user.all_companies || (venue && user_sees(&view->user, venue->company));
}

static const char *standing(const struct view *view, const struct refusal *refusal)
{
    static const struct { const char *en, *nb; } words[REFUSAL_STATE_COUNT] = {
        [REFUSAL_NO_EVENT] = { "no event: the till must send it as it should be",
                               "ingen hendelse: kassen må sende den slik den skal være" },
        [REFUSAL_CUT] = { "too long to be kept whole", "for lang til å lagres hel" },
        [REFUSAL_NO_VENUE] = { "of a venue that is not set up", "fra et salgssted som ikke er satt opp" },
        [REFUSAL_READY] = { "can be taken in now: bilag refused retry", "kan tas inn nå: bilag refused retry" },
        [REFUSAL_TAKEN] = { "taken in since", "tatt inn siden" },
        [REFUSAL_REPLACED] = { "the receipt came since with other content", "bongen er kommet siden med annet innhold" },
        [REFUSAL_DISMISSED] = { "seen to", "sett på" },
    };

    return SAY(view, words[refusal->state].en, words[refusal->state].nb);
}

static void tell_refusals(struct view *view, const struct refusals *refusals)
{
    struct html *html = &view->html;
    size_t shown = 0;
    char when[32];

    html_element(html, "h2", NULL, str_of(SAY(view, "Refused lines", "Avviste linjer")));
    html_begin(html, "ul");
    html_class(html, "list");
    for (size_t i = refusals->count; i-- > 0 && shown < REFUSALS_SHOWN;) {
        const struct refusal *refusal = &refusals->at[i];

        if (!sees(view, refusal->venue))
            continue;
        shown++;
        html_begin(html, "li");
        html_element(html, "span", refusal_is_settled(refusal) ? "state grey" : "state red", str_of(standing(view, refusal)));
        html_say(html, " %s  %.*s  %.*s  ", time_text_utc(refusal->time_ms, when), TEXT(refusal->venue), TEXT(refusal->source));
        html_say(html, SAY(view, "line %" PRIu64 ": %.*s", "linje %" PRIu64 ": %.*s"), refusal->line, TEXT(refusal->reason));
        html_end(html);
    }
    html_end(html);
    if (!shown)
        html_element(html, "p", "notice green", str_of(SAY(view, "Nothing was refused.", "Ingenting er avvist.")));
}

static void tell_parked(struct view *view, const struct parked *parked)
{
    struct html *html = &view->html;
    char amount[MONEY_TEXT_SIZE], from[32], to[32];
    size_t shown = 0;

    html_element(html, "h2", NULL, str_of(SAY(view, "Parked sales", "Parkerte salg")));
    html_begin(html, "ul");
    html_class(html, "list");
    for (size_t i = 0; i < parked->count; i++) {
        const struct parked_venue *row = &parked->at[i];

        if (!sees(view, row->venue))
            continue;
        shown++;
        html_begin(html, "li");
        html_element(html, "span", parked_is_red(row) ? "state red" : "state grey", row->venue);
        html_say(html, SAY(view, " %" PRIu64 " receipts of %s kr, %.10s to %.10s. ",
                           " %" PRIu64 " bonger på %s kr, %.10s til %.10s. "), row->receipts,
                 row->sum_known ? money_kroner(row->sum, amount) : "?", time_text_utc(row->first_s * 1000, from),
                 time_text_utc(row->last_s * 1000, to));
        html_text(html, str_of(row->is_set_up ? SAY(view, "Set up now: taken in at the next reload. Those that stay need a "
                                                    "record that is damaged; bilag fsck says which.",
                                                    "Satt opp nå: tas inn ved neste innlesing av oppsettet. Blir noen "
                                                    "liggende, er en post som de trenger, skadet; bilag fsck sier hvilken.")
                                              : SAY(view, "They are taken in when the venue is set up.",
                                                    "De tas inn når salgsstedet er satt opp.")));
        html_end(html);
    }
    html_end(html);
    if (!shown)
        html_element(html, "p", "notice green", str_of(SAY(view, "Nothing is parked.", "Ingenting er parkert.")));
}

void page_refused(struct view *view)
{
    struct refusals refusals;
    struct parked parked;
    enum err err = refusals_load(&view->config, 0, &view->arena, &refusals, &view->context.fault);

    if (!err)
        err = parked_load(&view->config, &view->arena, &parked, &view->context.fault);
    if (err) {
        view_fail(view, err);
        return;
    }
    view_begin(view, SAY(view, "Refused and parked", "Avvist og parkert"), NULL);
    tell_refusals(view, &refusals);
    tell_parked(view, &parked);
}
