/* refused_page.c - lines that ingest did not take, and sales of venues that are not set up: what operators see to, and say that
 * they
 * have. What is dismissed is kept and listed, and no longer counted. */
#include "routes.h"

#include <inttypes.h>

#include "bilag/act/decide.h"
#include "bilag/act/retry.h"
#include "bilag/read/parked.h"
#include "bilag/show/catalogue.h"
#include "seen.h"

enum { REFUSALS_SHOWN = 200, REASON_BYTES = 4096, INGEST_PATIENCE_MS = 2000 };

/* What names no venue that is set up has no company: who sees all companies sees it. */
bool refused_is_seen(const struct view *view, struct str id)
{
    const struct venue *venue = config_venue(&view->config, id);

    return view->user.all_companies || (venue && user_sees(&view->user, venue->company));
}

bool refusal_is_seen(const struct view *view, const struct refusal *refusal)
{
    return refused_is_seen(view, refusal_venue(refusal));
}

static const char *standing(const struct view *view, const struct refusal *refusal)
{
    static const struct { const char *en, *nb; } words[REFUSAL_STATE_COUNT] = {
        [REFUSAL_NO_EVENT] = { "no event: the till must send it as it should be",
                               "ingen hendelse: kassen må sende den slik den skal være" },
        [REFUSAL_CUT] = { "too long to be kept whole", "for lang til å lagres hel" },
        [REFUSAL_NO_VENUE] = { "of a venue that is not set up: can be taken in, and waits for it",
                               "fra et salgssted som ikke er satt opp: kan tas inn, og venter på det" },
        [REFUSAL_WAITS] = { "sent with a company's token for a venue that is not set up: can be taken in once it is a venue of "
                            "that company",
                            "sendt med et selskaps token for et salgssted som ikke er satt opp: kan tas inn når det er et "
                            "salgssted i det selskapet" },
        [REFUSAL_OTHERS] = { "sent with a token that does not open this venue, and not taken in: the till must send it with "
                             "its own",
                             "sendt med et token som ikke åpner dette salgsstedet, og tas ikke inn: kassen må sende den med "
                             "sitt eget" },
        [REFUSAL_READY] = { "can be taken in now", "kan tas inn nå" },
        [REFUSAL_TAKEN] = { "taken in since", "tatt inn siden" },
        [REFUSAL_REPLACED] = { "the receipt came since with other content", "bongen er kommet siden med annet innhold" },
        [REFUSAL_DISMISSED] = { "seen to", "sett på" },
    };

    return SAY(view, words[refusal->state].en, words[refusal->state].nb);
}

/* --- seen to by a person --- */

/* what: a line, all, or the parked sales of a venue; so far: what the decision says about how far it was seen. */
static void form_begin(struct view *view, const char *action, const char *what, const struct refusal_decision *about)
{
    view_form(view, action, "row");
    view_hidden(view, "what", str_of(what));
    view_hidden(view, "subject", about->subject);
    view_hidden(view, "so_far", about->detail);
    view_hidden(view, "back", STR("/refused"));
    seen_hide(view);
}

static void dismiss_form(struct view *view, const char *what, struct str subject, struct str so_far, const char *words)
{
    struct html *html = &view->html;
    const struct refusal_decision about = { subject, so_far };

    html_begin(html, "details");
    html_element(html, "summary", NULL, str_of(words));
    form_begin(view, "/refused", what, &about);
    view_input(view, "reason", SAY(view, "Why nothing is missing without it", "Hvorfor ingenting mangler uten"), "text", true);
    view_button(view, "plain", SAY(view, "It is seen to", "Det er tatt hånd om"));
    view_form_end(view);
    html_end(html);
}

static void dismiss_line(struct view *view, const struct refusal *refusal)
{
    struct refusal_decision dismissal = refusal_dismissal(refusal, &view->arena);

    if (!refusal_is_settled(refusal))
        dismiss_form(view, "line", dismissal.subject, dismissal.detail, SAY(view, "Nothing is missing without it",
                                                                           "Ingenting mangler uten den"));
}

/* All at once is for who sees all; the lines may be of any venue. */
static void dismiss_all(struct view *view, const struct refusals *refusals)
{
    struct refusal_decision dismissal = refusals_dismissal(refusals, STR_NONE, &view->arena);
    size_t open = 0;

    for (size_t i = 0; i < refusals->count; i++)
        open += !refusal_is_settled(&refusals->at[i]);
    if (open > 1 && view->user.all_companies)
        dismiss_form(view, "all", dismissal.subject, dismissal.detail,
                     arena_format(&view->arena, SAY(view, "Nothing is missing without all %zu of them",
                                                    "Ingenting mangler uten alle %zu"), open).bytes);
}

/* --- taken in once more --- */

static void retry_form(struct view *view, const char *what, const struct refusal_decision *about, const char *words)
{
    form_begin(view, "/refused/retry", what, about);
    view_input(view, "reason", SAY(view, "What was put right", "Hva som er rettet"), "text", true);
    view_button(view, NULL, words);
    view_form_end(view);
}

static void retry_line(struct view *view, const struct refusal *refusal)
{
    struct refusal_decision about = refusal_dismissal(refusal, &view->arena);

    if (refusal_can_be_taken(refusal))
        retry_form(view, "line", &about, SAY(view, "Take it in", "Ta den inn"));
}

static void retry_all(struct view *view, const struct refusals *refusals)
{
    struct refusal_decision about = refusals_dismissal(refusals, STR_NONE, &view->arena);
    size_t ready = 0;

    for (size_t i = 0; i < refusals->count; i++)
        ready += refusal_can_be_taken(&refusals->at[i]);
    if (ready > 1 && view->user.all_companies)
        retry_form(view, "all", &about, arena_format(&view->arena, SAY(view, "Take in all %zu that can be",
                                                                       "Ta inn alle %zu som kan tas inn"), ready).bytes);
}

/* Ingest has filled it and kept it in English. */
static struct str reason_of(struct view *view, struct str kept)
{
    struct strbuf reason;
    struct str said;

    strbuf_init(&reason, REASON_BYTES);
    catalogue_said(kept, &reason);
    said = arena_copy(&view->arena, strbuf_str(&reason));
    strbuf_free(&reason);
    return said;
}

static void tell_refusal(struct view *view, const struct refusal *refusal)
{
    struct html *html = &view->html;
    char when[32];

    html_begin(html, "li");
    html_element(html, "span", refusal_is_settled(refusal) ? "state grey" : "state red", str_of(standing(view, refusal)));
    html_say(html, " %s  %.*s  %.*s  ", view_time(view, refusal->time_ms, when), TEXT(refusal->venue), TEXT(refusal->source));
    html_say(html, SAY(view, "line %" PRIu64 ": ", "linje %" PRIu64 ": "), refusal->line);
    html_text(html, reason_of(view, refusal->reason));
    retry_line(view, refusal);
    dismiss_line(view, refusal);
    html_end(html);
}

/* The latest first; but what needs a person before what is seen to, so that none of it is behind the end of the list. */
static void tell_refusals(struct view *view, const struct refusals *refusals)
{
    struct html *html = &view->html;
    size_t count = 0;

    html_element(html, "h2", NULL, str_of(SAY(view, "Refused lines", "Avviste linjer")));
    html_begin(html, "ul");
    html_class(html, "list");
    for (int settled = 0; settled < 2; settled++)
        for (size_t i = refusals->count; i-- > 0;)
            if (refusal_is_settled(&refusals->at[i]) == (settled == 1) && refusal_is_seen(view, &refusals->at[i]) &&
                count++ < REFUSALS_SHOWN)
                tell_refusal(view, &refusals->at[i]);
    html_end(html);
    retry_all(view, refusals);
    dismiss_all(view, refusals);
    if (count > REFUSALS_SHOWN)
        html_words(html, "p", "faint", SAY(view, "and %zu more", "og %zu til"), count - REFUSALS_SHOWN);
    if (!count)
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

        if (!refused_is_seen(view, row->venue))
            continue;
        shown++;
        html_begin(html, "li");
        html_element(html, "span", parked_is_red(row) ? "state red" : "state grey", row->venue);
        html_say(html, row->receipts == 1 ? SAY(view, " %" PRIu64 " receipt of %s kr, %.10s to %.10s. ",
                                                " %" PRIu64 " bong på %s kr, %.10s til %.10s. ")
                                          : SAY(view, " %" PRIu64 " receipts of %s kr, %.10s to %.10s. ",
                                                " %" PRIu64 " bonger på %s kr, %.10s til %.10s. "), row->receipts,
                 row->sum_known ? money_kroner(row->sum, amount) : "?", view_time(view, row->first_s * 1000, from),
                 view_time(view, row->last_s * 1000, to));
        html_text(html, str_of(row->is_set_up ? SAY(view, "Set up now: taken in at the next reload. Those that stay need a "
                                                    "record that is damaged; whoever runs Bilag finds which.",
                                                    "Satt opp nå: tas inn ved neste innlesing av oppsettet. Blir noen "
                                                    "liggende, er en post som de trenger, skadet; den som drifter Bilag, finner hvilken.")
                                              : SAY(view, "They are taken in when the venue is set up.",
                                                    "De tas inn når salgsstedet er satt opp.")));
        if (!row->is_set_up && parked_is_red(row))
            dismiss_form(view, "parked", row->venue, arena_format(&view->arena, "%" PRIu64, row->last_place),
                         SAY(view, "They are not to be posted: nothing is missing without them",
                             "De skal ikke føres: ingenting mangler uten dem"));
        else if (!row->is_set_up)
            html_element(html, "p", "faint", str_of(SAY(view, "Seen to; kept, and taken in should the venue be set up.",
                                                        "Tatt hånd om; de er lagret, og tas inn hvis salgsstedet settes "
                                                        "opp.")));
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

/* --- dismissed --- */

static uint64_t so_far(const struct view *view)
{
    return view_number(view_field(view, "so_far"));
}

static void not_there(struct view *view)
{
    view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "This is not on the list any more: look at it again.",
                                              "Dette står ikke på listen lenger: se på den igjen."));
}

/* Of one line, as it stands now; of all, those that were on the page. */
static bool may_dismiss(struct view *view, const struct refusals *refusals, struct str what, struct str subject)
{
    uint64_t last_ms = refusals->count ? (uint64_t)refusals->at[refusals->count - 1].time_ms : 0;

    if (str_equal(what, STR("all")))
        return view->user.all_companies && str_equal(subject, STR("all")) && so_far(view) && so_far(view) <= last_ms;
    for (size_t i = 0; i < refusals->count; i++) {
        struct refusal_decision dismissal = refusal_dismissal(&refusals->at[i], &view->arena);

        if (str_equal(dismissal.subject, subject) && str_equal(dismissal.detail, view_field(view, "so_far")))
            return refusal_is_seen(view, &refusals->at[i]) && !refusal_is_settled(&refusals->at[i]);
    }
    return false;
}

static bool may_dismiss_parked(struct view *view, struct str venue)
{
    struct parked parked;
    const struct parked_venue *row;
    enum err err = parked_load(&view->config, &view->arena, &parked, &view->context.fault);

    if (err) {
        view_fail(view, err);
        return false;
    }
    row = parked_of(&parked, venue);
    return row && refused_is_seen(view, venue) && !row->is_set_up && parked_is_red(row) && so_far(view) &&
           so_far(view) <= row->last_place;
}

void do_dismiss(struct view *view)
{
    struct str what = view_field(view, "what"), subject = view_field(view, "subject"), reason;
    bool parked = str_equal(what, STR("parked")), may;
    struct refusals refusals;
    uint64_t number;
    enum err err = refusals_load(&view->config, 0, &view->arena, &refusals, &view->context.fault);

    if (err) {
        view_fail(view, err);
        return;
    }
    if (!view_has_reason(view, &reason) || !seen_still(view, subject))
        return;
    may = parked ? may_dismiss_parked(view, subject) : may_dismiss(view, &refusals, what, subject);
    if (!may && !view->status)
        not_there(view);
    if (!may)
        return;
    err = decide(&view->context, parked ? PARKED_VERB : REFUSAL_VERB, subject,
                 arena_format(&view->arena, "%" PRIu64, so_far(view)), reason, &number);
    if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}

/* --- taken in once more --- */

/* Those that were on the page, are this person's to see, and can be taken. False: memory. */
static bool gather(struct view *view, const struct refusals *refusals, struct retry *retry)
{
    struct str subject = view_field(view, "subject");
    bool all = str_equal(view_field(view, "what"), STR("all")) && str_equal(subject, STR("all")) && view->user.all_companies;

    retry->at = arena_array(&view->arena, refusals->count + 1, sizeof(const struct refusal *));
    for (size_t i = 0; retry->at && i < refusals->count; i++) {
        const struct refusal *refusal = &refusals->at[i];
        struct refusal_decision about = refusal_dismissal(refusal, &view->arena);
        bool meant = all ? (uint64_t)refusal->time_ms <= so_far(view)
                         : str_equal(about.subject, subject) && str_equal(about.detail, view_field(view, "so_far"));

        if (meant && refusal_can_be_taken(refusal) && refusal_is_seen(view, refusal))
            retry->at[retry->count++] = refusal;
    }
    return retry->at != NULL;
}

static void tell_retried(struct view *view, enum err err, const struct retry *retry, uint64_t number)
{
    if (err == ERR_NETWORK || err == ERR_STORE_FULL)
        view_refuse(view, MHD_HTTP_SERVICE_UNAVAILABLE,
                    SAY(view, "The process that takes sales in does not answer, or has no room. Try again when it runs: "
                              "nothing is taken in twice.",
                        "Prosessen som tar inn salg, svarer ikke eller har ikke plass. Prøv igjen når den kjører: ingenting "
                        "tas inn to ganger."));
    else if (err)
        view_fail(view, err);
    else if (retry->refused)
        view_refuse(view, MHD_HTTP_CONFLICT,
                    arena_format(&view->arena, SAY(view, "%" PRIu64 " refused again, %" PRIu64 " taken in: %.*s",
                                                   "%" PRIu64 " avvist på nytt, %" PRIu64 " tatt inn: %.*s"), retry->refused,
                                 retry->accepted, TEXT(reason_of(view, retry->first_reason))).bytes);
    else
        view_done(view, number);
}

void do_retry(struct view *view)
{
    const struct refusal_decision about = { view_field(view, "subject"), arena_format(&view->arena, "%" PRIu64, so_far(view)) };
    struct retry retry = { .count = 0 };
    struct refusals refusals;
    struct str reason;
    uint64_t number = 0;
    enum err err = refusals_load(&view->config, 0, &view->arena, &refusals, &view->context.fault);

    if (!err && !gather(view, &refusals, &retry))
        err = ERR_MEMORY;
    if (err)
        view_fail(view, err);
    else if (!retry.count)
        not_there(view);
    else if (view_has_reason(view, &reason) && seen_still(view, about.subject)) {
        err = retry_decided(&view->context, &retry, &about, reason, INGEST_PATIENCE_MS, &number);
        tell_retried(view, err, &retry, number);
    }
}
