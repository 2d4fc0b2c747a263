/* status_prometheus.c - status as figures for monitoring, in Prometheus' text form. */
#include "status.h"

#include <inttypes.h>

/* A label's value is quoted as JSON is: venue ids are names, so no other escapes can occur. */
static void begin(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    (void)voice;
    (void)whole;
    strbuf_format(out, "# HELP bilag_documents Documents by venue, kind and state; none: no row.\n"
                  "# TYPE bilag_documents gauge\n");
}

static void one_venue(const struct voice *voice, const struct whole_status *whole, const struct venue_status *venue,
                      struct strbuf *out)
{
    static const char *const kinds[] = { [DOC_VOUCHER] = "voucher", [DOC_ORDER] = "order" };

    (void)voice;
    (void)whole;
    for (size_t kind = 0; kind < COUNT(kinds); kind++)
        for (int state = 0; state < DOC_STATE_COUNT; state++)
            if (venue->kinds[kind][state])
                strbuf_format(out, "bilag_documents{venue=\"%.*s\",kind=\"%s\",state=\"%s\"} %" PRIu64 "\n",
                              TEXT(venue->id), kinds[kind], doc_state_text((enum doc_state)state), venue->kinds[kind][state]);
}

static void figure(struct strbuf *out, const char *name, const char *type, const char *help, int64_t value)
{
    strbuf_format(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", name, help, name, type, name, value);
}

static void parked(const struct whole_status *whole, struct strbuf *out)
{
    strbuf_format(out, "# HELP bilag_parked_sales Events of venues that are not set up or left out, or of damaged days, kept."
                  "\n# TYPE bilag_parked_sales gauge\n");
    for (size_t i = 0; i < whole->parked.count; i++)
        strbuf_format(out, "bilag_parked_sales{venue=\"%.*s\"} %" PRIu64 "\n", TEXT(whole->parked.at[i].venue),
                      whole->parked.at[i].events);
    strbuf_format(out, "# HELP bilag_parked_ore Their money.\n# TYPE bilag_parked_ore gauge\n");
    for (size_t i = 0; i < whole->parked.count; i++)
        if (whole->parked.at[i].sum_known)
            strbuf_format(out, "bilag_parked_ore{venue=\"%.*s\"} %" PRId64 "\n", TEXT(whole->parked.at[i].venue),
                          whole->parked.at[i].sum.ore);
}

/* --- what stages count, what they have now, and how long things took --- */

/* All else that a stage tells is counted: it only rises, and begins anew with the process. */
static bool is_level(struct str name)
{
    static const char *const levels[] = { "calls_waiting", "days_due", "decisions_waiting", "in_flight", "lag", "log_older",
                                          "matters", "next_key_at", "next_look_at", "partitions", "readers" };

    for (size_t i = 0; i < COUNT(levels); i++)
        if (str_equal(name, str_of(levels[i])))
            return true;
    return false;
}

static const struct family { const char *name, *type, *help; bool levels; } families[] = {
    { "bilag_stage_events_total", "counter", "What a stage counts since it started, by name.", false },
    { "bilag_stage_level", "gauge", "What a stage has now, by name; names that end in _at are moments, Unix seconds.", true },
};

static void family(const struct whole_status *whole, const struct family *family, struct strbuf *out)
{
    strbuf_format(out, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help, family->name, family->type);
    for (size_t i = 0; i < whole->stage_count; i++)
        for (size_t k = 0; k < whole->stages[i].counter_count; k++)
            if (is_level(whole->stages[i].counters[k].name) == family->levels)
                strbuf_format(out, "%s{stage=\"%s\",instance=\"%d\",name=\"%.*s\"} %" PRId64 "\n", family->name,
                              whole->stages[i].stage, whole->stages[i].instance, TEXT(whole->stages[i].counters[k].name),
                              whole->stages[i].counters[k].value);
}

static const struct { const char *name, *help; } times[STAGE_TIMES_MAX] = {
    { "sale_to_acknowledged", "From the till's time of an event until ingest commits it." },
    { "close_to_posted", "From a document's closing until PowerOffice has it; those that waited for a person too." },
};

static void buckets(const struct stage_state *stage, const struct stage_times *of, struct strbuf *out)
{
    uint64_t count = 0;

    for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
        int64_t ms = i < HISTOGRAM_BOUNDS ? histogram_bounds_ms[i] : 0;

        count += of->histogram.counts[i];
        strbuf_format(out, "bilag_%s_seconds_bucket{stage=\"%s\",instance=\"%d\",le=\"", of->name, stage->stage,
                      stage->instance);
        if (i == HISTOGRAM_BOUNDS)
            strbuf_format(out, "+Inf\"} %" PRIu64 "\n", count);
        else
            strbuf_format(out, "%" PRId64 ".%03" PRId64 "\"} %" PRIu64 "\n", ms / 1000, ms % 1000, count);
    }
    strbuf_format(out, "bilag_%s_seconds_sum{stage=\"%s\",instance=\"%d\"} %" PRIu64 ".%03" PRIu64 "\n", of->name,
                  stage->stage, stage->instance, of->histogram.sum_ms / 1000, of->histogram.sum_ms % 1000);
    strbuf_format(out, "bilag_%s_seconds_count{stage=\"%s\",instance=\"%d\"} %" PRIu64 "\n", of->name, stage->stage,
                  stage->instance, count);
}

static void timed(const struct whole_status *whole, size_t which, struct strbuf *out)
{
    strbuf_format(out, "# HELP bilag_%s_seconds %s\n# TYPE bilag_%s_seconds histogram\n", times[which].name, times[which].help,
                  times[which].name);
    for (size_t i = 0; i < whole->stage_count; i++)
        for (size_t k = 0; k < whole->stages[i].times_count; k++)
            if (str_equal(str_of(whole->stages[i].times[k].name), str_of(times[which].name)))
                buckets(&whole->stages[i], &whole->stages[i].times[k], out);
}

static void end(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    int64_t oldest_s = whole->backlog.oldest_ms ? (whole->now_ms - whole->backlog.oldest_ms) / 1000 : 0;

    (void)voice;
    figure(out, "bilag_oldest_look_timestamp_seconds", "gauge",
           "When the venue that was looked at longest ago was, Unix seconds: these figures are at least as true as that.",
           (whole->looked_ms ? whole->looked_ms : whole->now_ms) / 1000);
    figure(out, "bilag_red_documents", "gauge", "Documents that are held or failed.", (int64_t)whole->red);
    figure(out, "bilag_red", "gauge",
           "All that is red: documents, venues that are not connected, refused lines, venues with parked sales.",
           (int64_t)whole_red(whole));
    figure(out, "bilag_warned_settlements", "gauge", "Open settlements with a warning.", (int64_t)whole->warned);
    figure(out, "bilag_venues", "gauge", "Venues of the configuration.", (int64_t)whole->venues);
    figure(out, "bilag_venues_left_out", "gauge", "Venues whose file cannot be used.", (int64_t)whole->venues_out);
    figure(out, "bilag_venues_unreadable", "gauge", "Venues of which not all can be read: their documents are in no figure.",
           (int64_t)whole->venues_unreadable);
    figure(out, "bilag_backlog_documents", "gauge", "Documents due to be sent.", (int64_t)whole->backlog.documents);
    figure(out, "bilag_backlog_oldest_seconds", "gauge", "How long the oldest of them has waited.", oldest_s);
    figure(out, "bilag_outage", "gauge", "1 while PowerOffice does not answer.", whole->outage);
    figure(out, "bilag_refused_lines", "gauge", "Lines kept that ingest refused.", (int64_t)whole->refused_total);
    parked(whole, out);
    strbuf_format(out, "# HELP bilag_up Whether a stage answers.\n# TYPE bilag_up gauge\n");
    for (size_t i = 0; i < whole->stage_count; i++)
        strbuf_format(out, "bilag_up{stage=\"%s\",instance=\"%d\"} %d\n", whole->stages[i].stage,
                      whole->stages[i].instance, whole->stages[i].up);
    strbuf_format(out, "# HELP bilag_configuration_refused 1 while a stage keeps its former configuration.\n"
                  "# TYPE bilag_configuration_refused gauge\n");
    for (size_t i = 0; i < whole->stage_count; i++)
        strbuf_format(out, "bilag_configuration_refused{stage=\"%s\",instance=\"%d\"} %d\n", whole->stages[i].stage,
                      whole->stages[i].instance, whole->stages[i].refused.len > 0);
    for (size_t i = 0; i < COUNT(families); i++)
        family(whole, &families[i], out);
    for (size_t i = 0; i < COUNT(times); i++)
        timed(whole, i, out);
}

const struct status_form status_prometheus = { "prometheus", begin, one_venue, end };
