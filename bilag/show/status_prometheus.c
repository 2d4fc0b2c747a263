/* status_prometheus.c - status as figures for monitoring, in Prometheus' text form. */
#include "status.h"

#include <inttypes.h>

/* A label's value is quoted as JSON is: venue ids are names, so no other escapes can occur. */
static void begin(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    (void)voice;
    (void)whole;
    strbuf_format(out, "# HELP bilag_documents Documents by venue, kind and state.\n# TYPE bilag_documents gauge\n");
}

static void one_venue(const struct voice *voice, const struct whole_status *whole, const struct venue_status *venue,
                      struct strbuf *out)
{
    static const char *const kinds[] = { [DOC_VOUCHER] = "voucher", [DOC_ORDER] = "order" };
    uint64_t counts[COUNT(kinds)][DOC_STATE_COUNT] = { 0 };

    (void)voice;
    (void)whole;
    for (size_t i = 0; i < venue->list.count; i++)
        if (!book_doc_is_empty(&venue->list.docs[i]))
            counts[venue->list.docs[i].draft.doc.kind][venue->list.docs[i].state]++;
    for (size_t kind = 0; kind < COUNT(kinds); kind++)
        for (int state = 0; state < DOC_STATE_COUNT; state++)
            strbuf_format(out, "bilag_documents{venue=\"%.*s\",kind=\"%s\",state=\"%s\"} %" PRIu64 "\n",
                          TEXT(venue->id), kinds[kind], doc_state_text((enum doc_state)state), counts[kind][state]);
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

static void end(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    int64_t oldest_s = whole->backlog.oldest_ms ? (whole->now_ms - whole->backlog.oldest_ms) / 1000 : 0;

    (void)voice;
    figure(out, "bilag_red_documents", "gauge", "Documents that are held or failed.", (int64_t)whole->red);
    figure(out, "bilag_red", "gauge", "All that is red: documents, refused lines, venues with parked sales.",
           (int64_t)whole_red(whole));
    figure(out, "bilag_warned_settlements", "gauge", "Open settlements with a warning.", (int64_t)whole->warned);
    figure(out, "bilag_venues", "gauge", "Venues of the configuration.", (int64_t)whole->venues);
    figure(out, "bilag_venues_left_out", "gauge", "Venues whose file cannot be used.", (int64_t)whole->venues_out);
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
    strbuf_format(out, "# HELP bilag_stage_value What a stage counts, and what it has now.\n"
                  "# TYPE bilag_stage_value untyped\n");
    for (size_t i = 0; i < whole->stage_count; i++)
        for (size_t k = 0; k < whole->stages[i].counter_count; k++)
            strbuf_format(out, "bilag_stage_value{stage=\"%s\",instance=\"%d\",name=\"%.*s\"} %" PRId64 "\n",
                          whole->stages[i].stage, whole->stages[i].instance,
                          TEXT(whole->stages[i].counters[k].name), whole->stages[i].counters[k].value);
}

const struct status_form status_prometheus = { "prometheus", begin, one_venue, end };
