/* api_receipt.c - receipts: those behind a line of a voucher, and what became of one, with what else came under its number. */
#include "api.h"
#include "api_routes.h"

#include "bilag/act/contested.h"
#include "bilag/read/arrivals.h"
#include "bilag/read/receipts.h"
#include "seen.h"

/* --- what a receipt says --- */

static void tell_lines(struct strbuf *out, const struct event *event)
{
    char rate[16];

    json_open(out, "lines", '[');
    for (size_t i = 0; i < event->line_count; i++) {
        json_open(out, NULL, '{');
        json_put_str(out, "product_type", event->lines[i].product_type);
        json_put_str(out, "text", event->lines[i].text);
        json_put_number(out, "vat", rate_text(event->lines[i].vat, rate));
        json_put_int(out, "gross", event->lines[i].gross.ore);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_open(out, "payments", '[');
    for (size_t i = 0; i < event->payment_count; i++) {
        json_open(out, NULL, '{');
        json_put_str(out, "type", event->payments[i].type);
        json_put_int(out, "amount", event->payments[i].amount.ore);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void tell_event(struct view *view, struct strbuf *out, const struct event *event, int32_t day)
{
    json_open(out, "event", '{');
    json_put_str(out, "kind", str_of(event_kind_text(event->kind)));
    json_put_time(out, "time", event->time * 1000);
    json_put_day(out, "business_day", day);
    tell_lines(out, event);
    if (event->kind == EVENT_CASH_MOVEMENT) {
        json_put_str(out, "reason", event->reason);
        json_put_int(out, "amount", event->amount.ore);
    }
    if (event->kind == EVENT_VOID)
        json_put_str(out, "takes_back", receipt_text(&view->arena, event->voids.reg, 0, event->voids.seq));
    json_close(out, '}');
}

/* --- behind a line --- */

struct behind {
    struct view *view;
    struct strbuf *out;
    const struct draft *draft;
    const struct voucher_line *line;
    struct api_page page;
    struct money sum;
};

static enum err behind_seen(const struct sale *sale, void *context)
{
    struct behind *behind = context;
    struct strbuf *out = behind->out;
    struct money amount = { 0 };
    enum err err = sale_amount(sale, behind->draft, behind->line, &amount);

    if (err || !amount.ore)
        return err;
    if (api_page_has(&behind->page)) {
        json_open(out, NULL, '{');
        json_put_str(out, "receipt", sale->name);
        json_put_time(out, "time", sale->event->time * 1000);
        json_put_int(out, "amount", amount.ore);
        if (sale->taken_back)
            json_put_str(out, "taken_back_by", sale->by);
        tell_lines(out, sale->event);
        json_close(out, '}');
    }
    return money_add(behind->sum, amount, &behind->sum);
}

static enum err tell_behind(struct behind *behind)
{
    struct view *view = behind->view;
    const struct venue *venue = config_venue(&view->config, behind->draft->doc.venue);
    struct receipts *receipts;
    uint64_t trimmed = 0;
    enum err err = receipts_open(&view->config, &receipts, &view->context.fault);

    if (err)
        return err;
    behind->out = api_begin(view);
    json_put_int(behind->out, "amount", behind->line->amount.ore);
    json_open(behind->out, "receipts", '[');
    err = receipts_of(receipts, venue, behind->draft, behind_seen, behind, &trimmed);
    receipts_close(receipts);
    json_close(behind->out, ']');
    json_put_int(behind->out, "sum", behind->sum.ore);
    json_put_uint(behind->out, "no_longer_kept", trimmed);
    api_page_tell(view, &behind->page);
    api_end(view);
    return err;
}

void api_line(struct view *view)
{
    struct book_doc doc;
    struct behind behind = { .view = view, .draft = &doc.draft };
    enum err err;

    if (!view_path_line(view, &doc, &behind.line) || !api_page_take(view, &behind.page))
        return;
    err = tell_behind(&behind);
    if (err)
        view_fail(view, err);
}

/* --- one --- */

static void tell_contents(struct view *view, struct strbuf *out, const struct contested *of)
{
    json_open(out, "contents", '[');
    for (size_t i = 0; i < of->count; i++) {
        const struct content *one = &of->contents[i];

        json_open(out, NULL, '{');
        json_put_uint(out, "which", i + 1);
        json_put_uint(out, "place", one->place);
        json_put_bool(out, "booked", one->booked);
        json_put_bool(out, "open", one->open);
        if (one->event)
            tell_event(view, out, one->event, one->day);
        json_close(out, '}');
    }
    json_close(out, ']');
}

struct moving { struct strbuf *out; const struct contested *of; const struct new_run *run; };

static enum err moved(const struct placed *placed, void *context)
{
    const struct moving *moving = context;

    json_open(moving->out, NULL, '{');
    json_put_str(moving->out, "receipt", placed->name);
    json_put_str(moving->out, "becomes", new_run_name(moving->of, moving->run, placed->name));
    json_put_int(moving->out, "amount", content_amount(placed->event).ore);
    json_close(moving->out, '}');
    return ERR_OK;
}

/* What would move if the register counts its numbers anew from here; nothing where that cannot be. */
static void tell_restart(struct view *view, struct strbuf *out, struct contested *of)
{
    struct new_run run;
    struct moving moving = { out, of, &run };
    enum err err;

    json_open(out, "restarted", '{');
    json_open(out, "moves", '[');
    err = contested_run(of, moved, &moving, &run);
    json_close(out, ']');
    if (err) {
        json_put_str(out, "refused", str_of(view_why(view, err)));
        view->context.fault.text[0] = '\0';
    } else {
        json_put_str(out, "register", run.base);
        json_put_str(out, "becomes", run.next);
        json_put_uint(out, "place", run.place);
        json_put_uint(out, "count", run.count);
        json_put_int(out, "amount", run.sum.ore);
    }
    json_close(out, '}');
}

/* Into which lines of the voucher it went, and what of it is by hand or in its order. */
static enum err tell_shares(struct view *view, struct strbuf *out, const struct venue *venue, const struct receipt_fate *fate,
                            const struct draft *draft)
{
    struct sale sale = { .event = &fate->event };
    enum err err = receipts_shares(sale.event, venue, draft, &view->arena, &sale.shares);

    if (err == ERR_REFUSED)
        return ERR_OK;
    json_open(out, "lines", '[');
    for (size_t i = 0; !err && i < draft->line_count; i++) {
        struct money amount = { 0 };

        err = sale_amount(&sale, draft, &draft->lines[i], &amount);
        if (err || !amount.ore)
            continue;
        json_open(out, NULL, '{');
        json_put_int(out, "account", draft->lines[i].account);
        json_put_str(out, "vat_code", draft->lines[i].vat_code);
        json_put_int(out, "amount", amount.ore);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_open(out, "left_out", '[');
    for (size_t i = 0; !err && i < sale.shares.left_out_count; i++) {
        const struct left_out *left = &sale.shares.left_out[i];

        if (!left->total.ore)
            continue;
        json_open(out, NULL, '{');
        json_put_str(out, "payment_type", left->type);
        json_put_bool(out, "in_order", draft->credit_ordered && str_equal(left->type, STR("credit")));
        json_put_int(out, "amount", left->total.ore);
        json_close(out, '}');
    }
    json_close(out, ']');
    return err;
}

static bool has_receipt(const struct contested *of, const struct draft *draft)
{
    const struct receipt_fate *fate = &of->fate;

    return draft->doc.kind == DOC_ORDER ? draft->doc.seq == fate->event.seq && str_equal(draft->doc.reg, of->name.reg)
                                        : fate->place > draft->from && fate->place <= draft->upto;
}

/* The documents that have it. */
static enum err tell_where(struct view *view, struct strbuf *out, const struct venue *venue, const struct contested *of)
{
    const struct receipt_fate *fate = &of->fate;
    struct book_list list = { .count = 0 };
    struct books *books;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (err)
        return err;
    err = books_venue(books, venue->id, fate->day, fate->day, &view->arena, &list);
    books_close(books);
    json_open(out, "documents", '[');
    for (size_t i = 0; !err && i < list.count; i++) {
        const struct draft *draft = &list.docs[i].draft;

        if (!has_receipt(of, draft))
            continue;
        json_open(out, NULL, '{');
        json_put_str(out, "id", list.docs[i].id);
        json_put_str(out, "state", str_of(doc_state_text(list.docs[i].state)));
        if (draft->doc.kind == DOC_VOUCHER && fate->booked && !fate->out)
            err = tell_shares(view, out, venue, fate, draft);
        json_close(out, '}');
    }
    json_close(out, ']');
    return err;
}

static void tell_arrival(struct view *view, struct strbuf *out, const struct venue *venue, uint64_t place)
{
    struct arrival arrival;

    if (!place || arrival_of(&view->config, venue->id, place, &view->arena, &arrival))
        return;
    json_put_time(out, "came_at", arrival.came.time_ms);
    json_put_str(out, "came_by", arrival.came.source);
}

static void tell_receipt(struct view *view, const struct venue *venue, struct contested *of)
{
    const struct receipt_fate *fate = &of->fate;
    struct strbuf *out = api_begin(view);
    enum err err;

    json_put_str(out, "receipt", of->text);
    tell_event(view, out, &fate->event, fate->day);
    json_put_bool(out, "booked", fate->booked);
    if (fate->out)
        json_put_uint(out, "left_out_by", fate->out);
    if (fate->voided) {
        json_put_str(out, "taken_back_by", fate->void_name);
        json_put_day(out, "taken_back_on", fate->void_day);
    }
    json_put_uint(out, "conflicts", fate->conflicts);
    tell_contents(view, out, of);
    if (fate->conflicts)
        tell_restart(view, out, of);
    tell_arrival(view, out, venue, fate->place);
    err = tell_where(view, out, venue, of);
    if (!err)
        err = api_tell_decisions(view, out, of->text);
    json_put_uint(out, "seen", seen_now(view));
    if (err)
        view_fail(view, err);
    else
        api_end(view);
}

void api_receipt(struct view *view)
{
    const struct venue *venue = view_venue(view);
    struct contested of = { .context = NULL };
    struct str name = view_query(view, "name");
    enum err err;

    if (!venue)
        return;
    err = contested_open(&view->context, arena_format(&view->arena, STR_FMT "/" STR_FMT, STR_ARG(venue->id), STR_ARG(name)),
                         &of);
    if (err == ERR_FORMAT || err == ERR_NOT_FOUND)
        view_refuse(view, err == ERR_FORMAT ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_NOT_FOUND,
                    view->context.fault.text[0] ? view_why(view, err)
                                                : SAY(view, "No receipt has come yet.", "Ingen bong er kommet ennå."));
    else if (err && err != ERR_REFUSED)      /* refused: nothing to decide, and all is known of it */
        view_fail(view, err);
    else
        tell_receipt(view, venue, &of);
    contested_close(&of);
}
