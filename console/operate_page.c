/* operate_page.c - the processes, what waits for PowerOffice and its quota: for who operates. */
#include "routes.h"

#include <inttypes.h>
#include <stdio.h>

#include "bilag/read/overview.h"

static void counters(struct view *view, const struct stage_state *stage)
{
    struct html *html = &view->html;

    if (!stage->counter_count)
        return;
    html_begin(html, "details");
    html_element(html, "summary", NULL, str_of(SAY(view, "Counters", "Tellere")));
    html_begin(html, "ul");
    html_class(html, "list");
    for (size_t i = 0; i < stage->counter_count; i++)
        html_words(html, "li", NULL, "%.*s %" PRId64, TEXT(stage->counters[i].name), stage->counters[i].value);
    html_end(html);
    html_end(html);
}

/* The same for who does not see all companies: the texts may name a venue, a day or a file of another's. */
static void faults_for_one(struct view *view, const struct stage_state *stage)
{
    struct html *html = &view->html;

    if (stage->refused.len)
        html_element(html, "p", "fault", str_of(SAY(view, "keeps its former configuration; whoever runs Bilag sees why",
                                                    "beholder det forrige oppsettet; den som drifter Bilag, ser hvorfor")));
    if (stage->damaged_day.len)
        html_element(html, "p", "fault", str_of(SAY(view, "some days cannot be read; whoever runs Bilag mends the store",
                                                    "noen dager kan ikke leses; den som drifter Bilag, retter lageret")));
    if (stage->untold.len)
        html_element(html, "p", "fault", str_of(SAY(view, "some notices cannot be brought out; whoever runs Bilag sees why",
                                                    "noen varsler kan ikke leveres; den som drifter Bilag, ser hvorfor")));
}

/* What is wrong with one that runs. */
static void faults(struct view *view, const struct stage_state *stage)
{
    struct html *html = &view->html;

    if (stage->outage)
        html_element(html, "span", "state yellow", str_of(SAY(view, "PowerOffice does not answer", "PowerOffice svarer ikke")));
    if (!view->user.all_companies) {
        faults_for_one(view, stage);
        return;
    }
    if (stage->refused.len)
        html_words(html, "p", "fault", SAY(view, "keeps its former configuration: %.*s", "beholder det forrige oppsettet: "
                                                                                         "%.*s"),
                   TEXT(stage->refused));
    if (stage->damaged_day.len)
        html_words(html, "p", "fault", SAY(view, "%" PRId64 " days cannot be read, the first is %.*s; whoever runs Bilag mends "
                                           "the store",
                                           "%" PRId64 " dager kan ikke leses, den første er %.*s; den som drifter Bilag, retter lageret"),
                   stage->damaged_days, TEXT(stage->damaged_day));
    if (stage->untold.len)
        html_words(html, "p", "fault", "%.*s", TEXT(stage->untold));
}

static void tell_stage(struct view *view, const struct stage_state *stage)
{
    struct html *html = &view->html;

    html_begin(html, "tr");
    view_cell(view, SAY(view, "Process", "Prosess"));
    html_words(html, "b", NULL, "bilag-%s %d", stage->stage, stage->instance);
    html_end(html);
    view_cell(view, SAY(view, "Stands", "Står"));
    html_begin(html, "div");
    html_element(html, "span", stage->up ? "state green" : "state red",
                 str_of(stage->up ? SAY(view, "up", "oppe") : SAY(view, "down", "nede")));
    faults(view, stage);
    counters(view, stage);
    html_end(html);
    html_end(html);
    view_cell(view, SAY(view, "Behind", "Etter"));
    html_class(html, "n");
    if (stage->has_lag)
        html_say(html, "%" PRId64, stage->lag);
    html_end(html);
    view_cell(view, SAY(view, "Runs since, minutes", "Har gått, minutter"));
    html_class(html, "n");
    if (stage->up)
        html_say(html, "%" PRId64, stage->uptime_ms / 60000);
    html_end(html);
    html_end(html);
}

static void stages(struct view *view, const struct whole_status *whole)
{
    const char *const words[] = { SAY(view, "Process", "Prosess"), SAY(view, "Stands", "Står"), SAY(view, "Behind", "Etter"),
                                  SAY(view, "Runs since, minutes", "Har gått, minutter") };

    html_begin(&view->html, "table");
    html_class(&view->html, "stack");
    view_heads(view, words, COUNT(words), 1u << 2 | 1u << 3);
    html_begin(&view->html, "tbody");
    for (size_t i = 0; i < whole->stage_count; i++)
        tell_stage(view, &whole->stages[i]);
    html_end(&view->html);
    html_end(&view->html);
}

/* The oldest may be another company's. */
static void backlog(struct view *view, const struct backlog *backlog)
{
    struct html *html = &view->html;
    char when[32];

    if (!backlog->documents)
        html_element(html, "p", NULL, str_of(SAY(view, "Nothing waits to be sent.", "Ingenting venter på å bli sendt.")));
    else if (view->user.all_companies)
        html_words(html, "p", NULL, SAY(view, "%" PRIu64 " documents wait to be sent, the oldest (%s) since %s.",
                                        "%" PRIu64 " dokumenter venter på å bli sendt, det eldste (%s) siden %s."),
                   backlog->documents, backlog->oldest, view_time(view, backlog->oldest_ms, when));
    else
        html_words(html, "p", NULL, SAY(view, "%" PRIu64 " documents wait to be sent, the oldest since %s.",
                                        "%" PRIu64 " dokumenter venter på å bli sendt, det eldste siden %s."),
                   backlog->documents, view_time(view, backlog->oldest_ms, when));
}

static void quota(struct view *view, const struct whole_status *whole)
{
    struct html *html = &view->html;
    int64_t next_s = whole_earliest(whole, STR("next_look_at")), key_s = whole_earliest(whole, STR("next_key_at"));
    char when[32];

    html_element(html, "h2", NULL, str_of(SAY(view, "PowerOffice's quota", "Kvoten hos PowerOffice")));
    html_words(html, "p", NULL, SAY(view, "%d requests a second for the installation.", "%d forespørsler i sekundet for hele "
                                    "installasjonen."), view->config.requests_per_second);
    backlog(view, &whole->backlog);
    if (whole->through_ms && !whole->outage)
        html_words(html, "p", NULL, SAY(view, "At the full quota they are through %s.", "Med full kvote er de ferdige %s."),
                   view_time(view, whole->through_ms, when));
    if (next_s)
        html_words(html, "p", NULL, SAY(view, "What is held is looked at again %s.", "Det som er stoppet, ses på igjen %s."),
                   view_time(view, next_s * 1000, when));
    if (key_s)
        html_words(html, "p", NULL, SAY(view, "A key that PowerOffice refuses is tried again %s.",
                                        "En nøkkel som PowerOffice avviser, prøves igjen %s."), view_time(view, key_s * 1000,
                                                when));
}

void page_operate(struct view *view)
{
    struct whole_status whole = { .config = &view->config };
    enum err err = overview_whole_alone(&view->context, &whole);

    if (err) {
        view_fail(view, err);
        return;
    }
    view_begin(view, SAY(view, "Processes and quota", "Prosesser og kvote"), NULL);
    html_element(&view->html, "p", "faint", str_of(SAY(view, "The console itself is not asked: it answers you now.",
                                                       "Konsollen selv spørres ikke: den svarer deg nå.")));
    stages(view, &whole);
    quota(view, &whole);
}
