/* status_json.c - status for programs: the fields of the design, and more. Amounts in øre. */
#include "status.h"

#include "base/json_write.h"
#include "bilag/read/manual.h"

#include <inttypes.h>

static void put_time(struct strbuf *out, const char *name, int64_t time_ms)
{
    if (time_ms)
        json_put_time(out, name, time_ms);
}

static void optional(struct strbuf *out, const char *name, struct str value)
{
    if (value.len)
        json_put_str(out, name, value);
}

static void lines(struct strbuf *out, const struct draft *draft)
{
    json_open(out, "lines", '[');
    for (size_t i = 0; i < draft->line_count; i++) {
        const struct voucher_line *line = &draft->lines[i];

        json_open(out, NULL, '{');
        json_put_int(out, "account", line->account);
        json_put_str(out, "vat_code", line->vat_code);
        json_put_str(out, "department", line->department);
        optional(out, "project", line->project);
        optional(out, "location", line->location);
        json_put_int(out, "amount", line->amount.ore);
        json_put_str(out, "side", line->sold ? STR("sold") : STR("paid"));
        json_put_str(out, "text", line->text);
        json_close(out, '}');
    }
    for (size_t i = 0; i < draft->order_line_count; i++) {
        const struct order_line *line = &draft->order_lines[i];

        json_open(out, NULL, '{');
        json_put_int(out, "account", line->account);
        json_put_str(out, "vat_code", line->vat_code);
        json_put_str(out, "department", draft->department);
        optional(out, "project", line->project);
        optional(out, "location", line->location);
        json_put_int(out, "amount", line->share.ore);
        json_put_str(out, "product", line->product);
        json_put_str(out, "text", line->text);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void problems(struct strbuf *out, const struct problems *list, const struct voice *voice)
{
    json_open(out, "problems", '[');
    for (size_t i = 0; i < list->count; i++) {
        struct strbuf text;

        strbuf_init(&text, PROBLEM_TEXT_MAX * 4);
        problem_write_for(&list->at[i], voice->language, voice->wording, &text);
        json_open(out, NULL, '{');
        json_put_str(out, "code", str_of(problem_code_text(list->at[i].code)));
        json_put_str(out, "text", strbuf_str(&text));
        optional(out, "first", list->at[i].first);
        json_put_int(out, "count", (int64_t)list->at[i].count);
        json_close(out, '}');
        strbuf_free(&text);
    }
    json_close(out, ']');
}

struct saying { struct strbuf *out; bool commands; };

/* {"way": "accept", "problem": "z-gap", "command": "bilag accept ...", "text": "If it is right as it is: ..."}; who has the console
 * has no command, and is told no command. */
static void say(void *context, const struct advice *advice)
{
    const struct saying *saying = context;
    struct strbuf *out = saying->out;

    if (!advice->command.len)
        return;                          /* PowerOffice's words are a member of their own */
    json_open(out, NULL, '{');
    json_put_str(out, "way", str_of(advice->way));
    if (advice->problem)
        json_put_str(out, "problem", str_of(problem_code_text(advice->problem->code)));
    if (saying->commands)
        json_put_str(out, "command", advice->command);
    json_put_str(out, "text", saying->commands ? advice->sentence : advice->lead);
    json_close(out, '}');
}

/* What PowerOffice made of it. */
static void accepted_as(struct strbuf *out, const struct send_status *status)
{
    if (status->has_total)
        json_put_int(out, "poweroffice_total", status->total.ore);
    if (status->invoice_no)
        json_put_int(out, "invoice_no", status->invoice_no);
    if (status->invoice_day)
        json_put_day(out, "invoice_date", status->invoice_day);
}

/* What the voucher's day comes to, and where it went. */
static void proof_totals(struct strbuf *out, const struct draft *draft)
{
    json_put_int(out, "receipts", (int64_t)draft->receipts);
    json_put_int(out, "lines_total", draft->lines_total.ore);
    json_put_int(out, "voucher_total", draft->voucher_total.ore);
    json_put_int(out, "orders_total", draft->orders_total.ore);
    json_put_int(out, "manual_total", draft->manual_total.ore);
    if (draft->manual_more)
        json_put_int(out, "manual_not_listed", (int64_t)draft->manual_more);
}

void document_json(const struct voice *voice, struct strbuf *out, const struct book_doc *doc)
{
    const struct draft *draft = &doc->draft;
    const struct send_status *status = &doc->status;
    struct saying saying = { out, voice->wording == WORDING_COMMAND };
    bool order = draft->doc.kind == DOC_ORDER;

    json_put_str(out, "id", doc->id);
    json_put_str(out, "kind", order ? STR("order") : STR("voucher"));
    json_put_day(out, "business_day", draft->doc.day);
    json_put_int(out, "part", draft->doc.part);
    json_put_str(out, "state", str_of(doc_state_text(doc->state)));
    json_put_str(out, "reference", draft->reference);
    if (order) {
        optional(out, "order", draft->order_no);
        optional(out, "customer", draft->customer);
    }
    json_put_int(out, "total", draft->total.ore);
    lines(out, draft);
    if (status->number)
        json_put_int(out, order ? "order_no" : "voucher_no", status->number);
    put_time(out, "sent_at", status->sent_ms);
    put_time(out, "since", status->since_ms);
    problems(out, &draft->problems, voice);
    json_open(out, "ways", '[');
    status_advise(voice, doc, say, &saying);
    json_close(out, ']');
    optional(out, "words", status->words);
    optional(out, "accepted", status->accepted);
    json_put_int(out, "revision", draft->revision);
    if (doc->newer_revision)
        json_put_int(out, "newer_revision", doc->newer_revision);
    json_put_bool(out, "closed", draft->phase == DRAFT_CLOSED);
    if (doc->asks)
        json_put_bool(out, "decision_waits", true);
    json_put_bool(out, "automatic", draft->automatic);
    json_put_str(out, "mapping", draft->mapping_hash);
    json_put_day(out, "post_on", draft->post_on);
    accepted_as(out, status);
    if (!order)
        proof_totals(out, draft);
}

void manual_item_json(struct strbuf *out, const struct manual_item *item)
{
    json_put_str(out, "kind", str_of(manual_kind(manual_item_kind(item))->name));
    json_put_str(out, item->movement || item->left ? "reason" : "payment_type", item->what);
    if (item->unknown)
        json_put_bool(out, "unknown", true);
    json_put_int(out, "amount", item->amount.ore);
    optional(out, "receipt", item->receipt);
    optional(out, "order", item->order);
    optional(out, "customer", item->customer);
    optional(out, "paid_with", item->paid_with);
}

static void manual(struct strbuf *out, const struct book_list *list)
{
    json_open(out, "manual", '[');
    for (size_t i = 0; i < list->count; i++) {
        const struct draft *draft = &list->docs[i].draft;

        for (size_t k = 0; k < draft->manual_count; k++) {
            json_open(out, NULL, '{');
            json_put_day(out, "business_day", draft->doc.day);
            json_put_int(out, "part", draft->doc.part);
            manual_item_json(out, &draft->manual[k]);
            json_close(out, '}');
        }
    }
    json_close(out, ']');
}

void proof_json(struct strbuf *out, const struct day_proof *proof)
{
    json_put_day(out, "business_day", proof->day);
    if (proof->has_z)
        json_put_int(out, "z_total", proof->z.ore);
    if (proof->elsewhere.ore)
        json_put_int(out, "z_elsewhere", proof->elsewhere.ore);
    json_put_int(out, "lines_total", proof->lines.ore);
    json_put_int(out, "voucher_total", proof->voucher.ore);
    json_put_int(out, "orders_total", proof->orders.ore);
    json_put_int(out, "manual_total", proof->manual.ore);
    json_put_int(out, "difference", proof->difference.ore);
    if (proof->rounding.ore)
        json_put_int(out, "orders_rounding", proof->rounding.ore);
    json_put_int(out, "computed_vat", proof->computed_vat.ore);
    if (proof->has_till_vat) {
        json_put_int(out, "till_vat", proof->till_vat.ore);
        json_put_int(out, "vat_difference", proof->computed_vat.ore - proof->till_vat.ore);
    }
}

static void days(struct strbuf *out, const struct venue_status *venue)
{
    json_open(out, "days", '[');
    for (size_t i = 0; i < venue->day_count; i++) {
        json_open(out, NULL, '{');
        proof_json(out, &venue->days[i]);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void begin(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    (void)voice;
    json_open(out, NULL, '{');
    put_time(out, "generated", whole->now_ms);
    json_open(out, "venues", '[');
}

static void one_venue(const struct voice *voice, const struct whole_status *whole, const struct venue_status *venue,
                      struct strbuf *out)
{
    static const char *const connected[] = { "null", "false", "true" };

    if (whole->venues > 1)
        strbuf_char(out, ',');
    json_open(out, NULL, '{');
    json_put_str(out, "venue", venue->id);
    json_put_str(out, "name", venue->name);
    json_put_str(out, "company", venue->company);
    json_put_number(out, "connected", connected[venue->connected]);
    optional(out, "fault", str_of(venue->fault));
    optional(out, "login_fault", venue->login_fault);
    optional(out, "missing_privileges", venue->missing_privileges);
    json_put_bool(out, "transfer_allowed", venue->transfer_allowed);
    if (venue->awaits_add_on)
        json_put_bool(out, "awaits_add_on", true);
    json_open(out, "documents", '[');
    for (size_t i = 0; i < venue->list.count; i++) {
        if (book_doc_is_empty(&venue->list.docs[i]))
            continue;
        json_open(out, NULL, '{');
        document_json(voice, out, &venue->list.docs[i]);
        json_close(out, '}');
    }
    json_close(out, ']');
    manual(out, &venue->list);
    days(out, venue);
    json_put_int(out, "refused", (int64_t)venue->refused);
    json_close(out, '}');
}

static void number_or_null(struct strbuf *out, const char *name, bool there, int64_t value)
{
    if (there)
        json_put_int(out, name, value);
    else
        json_put_null(out, name);
}

static void stage(struct strbuf *out, const struct stage_state *state)
{
    json_open(out, NULL, '{');
    json_put_str(out, "stage", str_of(state->stage));
    json_put_int(out, "instance", state->instance);
    number_or_null(out, "pid", state->up, state->pid);
    json_put_bool(out, "up", state->up);
    optional(out, "configuration_refused", state->refused);
    optional(out, "untold", state->untold);
    json_put_int(out, "damaged_days", state->damaged_days);
    optional(out, "damaged_day", state->damaged_day);
    number_or_null(out, "lag", state->has_lag, state->lag);
    json_put_int(out, "uptime_ms", state->uptime_ms);
    json_open(out, "counters", '{');
    for (size_t i = 0; i < state->counter_count; i++)
        json_put_int(out, state->counters[i].name.bytes, state->counters[i].value);
    json_close(out, '}');
    json_close(out, '}');
}

void parked_json(struct strbuf *out, const struct parked_venue *parked)
{
    json_put_str(out, "venue", parked->venue);
    json_put_bool(out, "set_up", parked->is_set_up);
    json_put_int(out, "events", (int64_t)parked->events);
    json_put_int(out, "receipts", (int64_t)parked->receipts);
    number_or_null(out, "amount", parked->sum_known, parked->sum.ore);
    put_time(out, "from", parked->first_s * 1000);
    put_time(out, "to", parked->last_s * 1000);
    json_put_int(out, "dismissed", (int64_t)parked->seen_to);
}

static void instance(struct strbuf *out, const struct fleet_instance *instance)
{
    json_open(out, NULL, '{');
    json_put_str(out, "stage", instance->stage);
    json_put_int(out, "instance", instance->instance);
    json_put_str(out, "version", instance->version);
    json_put_uint(out, "partitions", instance->things);
    json_put_bool(out, "kept", !instance->ran_out_ms);
    json_put_int(out, "ran_out_ms", instance->ran_out_ms);
    json_put_str(out, "configuration", instance->config);
    json_put_bool(out, "differs", instance->differs);
    json_close(out, '}');
}

static void machines(struct strbuf *out, const struct fleet *fleet)
{
    json_open(out, "machines", '[');
    for (size_t i = 0; i < fleet->machine_count; i++) {
        const struct fleet_machine *machine = &fleet->machines[i];

        json_open(out, NULL, '{');
        json_put_str(out, "name", machine->name);
        json_put_int(out, "number", machine->number);
        json_put_bool(out, "here", machine->here);
        json_open(out, "instances", '[');
        for (size_t k = 0; k < machine->count; k++)
            instance(out, &machine->instances[k]);
        json_close(out, ']');
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void standbys(struct strbuf *out, const struct fleet *fleet)
{
    json_open(out, "standbys", '[');
    for (size_t i = 0; i < fleet->standby_count; i++) {
        json_open(out, NULL, '{');
        json_put_str(out, "name", fleet->standbys[i].name);
        json_put_str(out, "sync", fleet->standbys[i].sync);
        number_or_null(out, "behind", fleet->standbys[i].behind >= 0, fleet->standbys[i].behind);
        json_put_int(out, "late_ms", fleet->standbys[i].late_ms);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void engine(struct strbuf *out, const struct whole_status *whole)
{
    const struct fleet *fleet = &whole->fleet;

    json_open(out, "engine", '{');
    json_put_str(out, "kind", fleet->postgresql ? STR("postgresql") : STR("lmdb"));
    if (fleet->postgresql) {
        json_put_str(out, "server", fleet->server);
        json_put_str(out, "version", fleet->version);
        json_put_bool(out, "primary", fleet->primary);
        json_put_str(out, "waits_for", fleet->waits_for);
        json_put_bool(out, "waits", whole_waits_for_standby(whole));
        standbys(out, fleet);
    }
    json_close(out, '}');
    if (fleet->postgresql)
        machines(out, fleet);
}

void whole_json(struct strbuf *out, const struct whole_status *whole)
{
    engine(out, whole);
    json_open(out, "stages", '[');
    for (size_t i = 0; i < whole->stage_count; i++)
        stage(out, &whole->stages[i]);
    json_close(out, ']');
    json_open(out, "backlog", '{');
    json_put_uint(out, "documents", whole->backlog.documents);
    put_time(out, "since", whole->backlog.oldest_ms);
    optional(out, "oldest", str_of(whole->backlog.oldest));
    put_time(out, "through", whole->through_ms);
    json_put_bool(out, "outage", whole->outage);
    json_close(out, '}');
}

static void end(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    (void)voice;
    json_close(out, ']');
    whole_json(out, whole);
    if (whole->subscription_refused) {
        json_open(out, "subscription_refused", '{');
        json_put_uint(out, "venues", whole->subscription_refused);
        json_put_str(out, "words", str_of(whole->subscription_words));
        json_close(out, '}');
    }
    json_put_uint(out, "refused", whole->refused_total);
    json_open(out, "parked", '[');
    for (size_t i = 0; i < whole->parked.count; i++) {
        json_open(out, NULL, '{');
        parked_json(out, &whole->parked.at[i]);
        json_close(out, '}');
    }
    json_close(out, ']');
    if (whole->begun.count)
        json_open(out, "forget_broken_off", '[');
    for (size_t i = 0; i < whole->begun.count; i++) {
        json_open(out, NULL, '{');
        json_put_str(out, "at", whole->begun.at[i].scope);
        json_put_str(out, "pseudonym", whole->begun.at[i].pseudonym);
        json_close(out, '}');
    }
    if (whole->begun.count)
        json_close(out, ']');
    json_put_uint(out, "red", whole_red(whole));
    json_put_uint(out, "red_documents", whole->red);
    json_open(out, "states", '{');
    for (int i = 0; i < DOC_STATE_COUNT; i++)
        json_put_uint(out, doc_state_text((enum doc_state)i), whole->states[i]);
    json_close(out, '}');
    json_close(out, '}');
    strbuf_char(out, '\n');
}

const struct status_form status_json = { "json", begin, one_venue, end };
