/* status_json.c - status for programs: the fields of the design, and more. Amounts in øre. */
#include "status.h"

#include "bilag/read/manual.h"

#include <inttypes.h>

/* `,"name":` or, for the first member, without the comma. */
static void member(struct strbuf *out, const char *name)
{
    if (out->len && out->bytes[out->len - 1] != '{')
        strbuf_char(out, ',');
    strbuf_format(out, "\"%s\":", name);
}

static void member_str(struct strbuf *out, const char *name, struct str value)
{
    member(out, name);
    strbuf_json(out, value);
}

static void member_int(struct strbuf *out, const char *name, int64_t value)
{
    member(out, name);
    strbuf_format(out, "%" PRId64, value);
}

static void member_bool(struct strbuf *out, const char *name, bool value)
{
    member(out, name);
    strbuf_format(out, "%s", value ? "true" : "false");
}

static void member_day(struct strbuf *out, const char *name, int32_t day)
{
    char text[16];

    member_str(out, name, str_of(day_text(day, text)));
}

static void member_time(struct strbuf *out, const char *name, int64_t time_ms)
{
    char text[32];

    if (time_ms)
        member_str(out, name, str_of(time_text_utc(time_ms, text)));
}

static void optional(struct strbuf *out, const char *name, struct str value)
{
    if (value.len)
        member_str(out, name, value);
}

static void lines(struct strbuf *out, const struct draft *draft)
{
    member(out, "lines");
    strbuf_char(out, '[');
    for (size_t i = 0; i < draft->line_count; i++) {
        const struct voucher_line *line = &draft->lines[i];

        strbuf_format(out, "%s{", i ? "," : "");
        member_int(out, "account", line->account);
        member_str(out, "vat_code", line->vat_code);
        member_str(out, "department", line->department);
        member_int(out, "amount", line->amount.ore);
        member_str(out, "side", line->sold ? STR("sold") : STR("paid"));
        member_str(out, "text", line->text);
        strbuf_char(out, '}');
    }
    for (size_t i = 0; i < draft->order_line_count; i++) {
        const struct order_line *line = &draft->order_lines[i];

        strbuf_format(out, "%s{", i ? "," : "");
        member_int(out, "account", line->account);
        member_str(out, "vat_code", line->vat_code);
        member_str(out, "department", draft->department);
        member_int(out, "amount", line->share.ore);
        member_str(out, "product", line->product);
        member_str(out, "text", line->text);
        strbuf_char(out, '}');
    }
    strbuf_char(out, ']');
}

static void problems(struct strbuf *out, const struct problems *list, struct str language)
{
    member(out, "problems");
    strbuf_char(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        struct strbuf text;

        strbuf_init(&text, PROBLEM_TEXT_MAX * 4);
        problem_write(&list->at[i], language, &text);
        strbuf_format(out, "%s{", i ? "," : "");
        member_str(out, "code", str_of(problem_code_text(list->at[i].code)));
        member_str(out, "text", strbuf_str(&text));
        optional(out, "first", list->at[i].first);
        member_int(out, "count", (int64_t)list->at[i].count);
        strbuf_char(out, '}');
        strbuf_free(&text);
    }
    strbuf_char(out, ']');
}

static void document(struct strbuf *out, const struct book_doc *doc, struct str language)
{
    const struct draft *draft = &doc->draft;
    const struct send_status *status = &doc->status;
    bool order = draft->doc.kind == DOC_ORDER;

    strbuf_char(out, '{');
    member_str(out, "id", doc->id);
    member_str(out, "kind", order ? STR("order") : STR("voucher"));
    member_day(out, "business_day", draft->doc.day);
    member_int(out, "part", draft->doc.part);
    member_str(out, "state", str_of(doc_state_text(doc->state)));
    member_str(out, "reference", draft->reference);
    if (order) {
        optional(out, "order", draft->order_no);
        optional(out, "customer", draft->customer);
    }
    member_int(out, "total", draft->total.ore);
    lines(out, draft);
    if (status->number)
        member_int(out, order ? "order_no" : "voucher_no", status->number);
    member_time(out, "sent_at", status->sent_ms);
    member_time(out, "since", status->since_ms);
    problems(out, &draft->problems, language);
    optional(out, "words", status->words);
    optional(out, "accepted", status->accepted);
    member_int(out, "revision", draft->revision);
    if (doc->newer_revision)
        member_int(out, "newer_revision", doc->newer_revision);
    member_bool(out, "closed", draft->phase == DRAFT_CLOSED);
    member_bool(out, "automatic", draft->automatic);
    member_str(out, "mapping", draft->mapping_hash);
    member_day(out, "post_on", draft->post_on);
    if (status->has_total)
        member_int(out, "poweroffice_total", status->total.ore);
    if (status->invoice_no)
        member_int(out, "invoice_no", status->invoice_no);
    if (status->invoice_day)
        member_day(out, "invoice_date", status->invoice_day);
    if (!order) {
        member_int(out, "receipts", (int64_t)draft->receipts);
        member_int(out, "lines_total", draft->lines_total.ore);
        member_int(out, "voucher_total", draft->voucher_total.ore);
        member_int(out, "orders_total", draft->orders_total.ore);
        member_int(out, "manual_total", draft->manual_total.ore);
        if (draft->manual_more)
            member_int(out, "manual_not_listed", (int64_t)draft->manual_more);
    }
    strbuf_char(out, '}');
}

static void manual(struct strbuf *out, const struct book_list *list)
{
    bool first = true;

    member(out, "manual");
    strbuf_char(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        const struct draft *draft = &list->docs[i].draft;

        for (size_t k = 0; k < draft->manual_count; k++) {
            const struct manual_item *item = &draft->manual[k];

            strbuf_format(out, "%s{", first ? "" : ",");
            first = false;
            member_day(out, "business_day", draft->doc.day);
            member_int(out, "part", draft->doc.part);
            member_str(out, "kind", str_of(manual_kind(manual_item_kind(item))->name));
            member_str(out, item->movement || item->left ? "reason" : "payment_type", item->what);
            if (item->unknown)
                member_bool(out, "unknown", true);
            member_int(out, "amount", item->amount.ore);
            optional(out, "receipt", item->receipt);
            optional(out, "order", item->order);
            optional(out, "customer", item->customer);
            optional(out, "paid_with", item->paid_with);
            strbuf_char(out, '}');
        }
    }
    strbuf_char(out, ']');
}

static void days(struct strbuf *out, const struct venue_status *venue)
{
    member(out, "days");
    strbuf_char(out, '[');
    for (size_t i = 0; i < venue->day_count; i++) {
        const struct day_proof *proof = &venue->days[i];

        strbuf_format(out, "%s{", i ? "," : "");
        member_day(out, "business_day", proof->day);
        if (proof->has_z)
            member_int(out, "z_total", proof->z.ore);
        member_int(out, "lines_total", proof->lines.ore);
        member_int(out, "voucher_total", proof->voucher.ore);
        member_int(out, "orders_total", proof->orders.ore);
        member_int(out, "manual_total", proof->manual.ore);
        member_int(out, "difference", proof->difference.ore);
        if (proof->rounding.ore)
            member_int(out, "orders_rounding", proof->rounding.ore);
        member_int(out, "computed_vat", proof->computed_vat.ore);
        if (proof->has_till_vat) {
            member_int(out, "till_vat", proof->till_vat.ore);
            member_int(out, "vat_difference", proof->computed_vat.ore - proof->till_vat.ore);
        }
        strbuf_char(out, '}');
    }
    strbuf_char(out, ']');
}

static void begin(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    (void)voice;
    strbuf_char(out, '{');
    member_time(out, "generated", whole->now_ms);
    member(out, "venues");
    strbuf_char(out, '[');
}

static void one_venue(const struct voice *voice, const struct whole_status *whole, const struct venue_status *venue,
                      struct strbuf *out)
{
    static const char *const connected[] = { "null", "false", "true" };
    bool first = true;

    strbuf_format(out, "%s{", whole->venues > 1 ? "," : "");
    member_str(out, "venue", venue->id);
    member_str(out, "name", venue->name);
    member_str(out, "company", venue->company);
    member(out, "connected");
    strbuf_format(out, "%s", connected[venue->connected]);
    optional(out, "fault", str_of(venue->fault));
    optional(out, "login_fault", venue->login_fault);
    optional(out, "missing_privileges", venue->missing_privileges);
    member_bool(out, "transfer_allowed", venue->transfer_allowed);
    member(out, "documents");
    strbuf_char(out, '[');
    for (size_t i = 0; i < venue->list.count; i++) {
        if (book_doc_is_empty(&venue->list.docs[i]))
            continue;
        strbuf_format(out, "%s", first ? "" : ",");
        document(out, &venue->list.docs[i], voice->language);
        first = false;
    }
    strbuf_char(out, ']');
    manual(out, &venue->list);
    days(out, venue);
    member_int(out, "refused", (int64_t)venue->refused);
    strbuf_char(out, '}');
}

static void number_or_null(struct strbuf *out, const char *name, bool there, int64_t value)
{
    if (there) {
        member_int(out, name, value);
        return;
    }
    member(out, name);
    strbuf_add(out, STR("null"));
}

static void stage(struct strbuf *out, const struct stage_state *state)
{
    strbuf_char(out, '{');
    member_str(out, "stage", str_of(state->stage));
    member_int(out, "instance", state->instance);
    number_or_null(out, "pid", state->up, state->pid);
    member_bool(out, "up", state->up);
    number_or_null(out, "lag", state->has_lag, state->lag);
    member_int(out, "uptime_ms", state->uptime_ms);
    member(out, "counters");
    strbuf_char(out, '{');
    for (size_t i = 0; i < state->counter_count; i++) {
        strbuf_format(out, "%s", i ? "," : "");
        strbuf_json(out, state->counters[i].name);
        strbuf_format(out, ":%" PRId64, state->counters[i].value);
    }
    strbuf_format(out, "}}");
}

static void parked(struct strbuf *out, const struct parked_venue *parked)
{
    strbuf_char(out, '{');
    member_str(out, "venue", parked->venue);
    member_bool(out, "set_up", parked->is_set_up);
    member_int(out, "events", (int64_t)parked->events);
    member_int(out, "receipts", (int64_t)parked->receipts);
    number_or_null(out, "amount", parked->sum_known, parked->sum.ore);
    member_time(out, "from", parked->first_s * 1000);
    member_time(out, "to", parked->last_s * 1000);
    member_int(out, "dismissed", (int64_t)parked->seen_to);
    strbuf_char(out, '}');
}

static void end(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    (void)voice;
    strbuf_format(out, "],\"stages\":[");
    for (size_t i = 0; i < whole->stage_count; i++) {
        strbuf_format(out, "%s", i ? "," : "");
        stage(out, &whole->stages[i]);
    }
    strbuf_format(out, "],\"backlog\":{\"documents\":%" PRIu64, whole->backlog.documents);
    member_time(out, "since", whole->backlog.oldest_ms);
    optional(out, "oldest", str_of(whole->backlog.oldest));
    member_time(out, "through", whole->through_ms);
    strbuf_format(out, ",\"outage\":%s", whole->outage ? "true" : "false");
    strbuf_format(out, "},\"refused\":%" PRIu64 ",\"parked\":[", whole->refused_total);
    for (size_t i = 0; i < whole->parked.count; i++) {
        strbuf_format(out, "%s", i ? "," : "");
        parked(out, &whole->parked.at[i]);
    }
    strbuf_format(out, "],\"red\":%" PRIu64 ",\"red_documents\":%" PRIu64 ",\"states\":{", whole_red(whole), whole->red);
    for (int i = 0; i < DOC_STATE_COUNT; i++)
        strbuf_format(out, "%s\"%s\":%" PRIu64, i ? "," : "", doc_state_text((enum doc_state)i), whole->states[i]);
    strbuf_format(out, "}}\n");
}

const struct status_form status_json = { "json", begin, one_venue, end };
