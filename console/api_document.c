/* api_document.c - documents: a day's with its proof, a period's vouchers and orders, and one with its history; each with what
 * this user can do about it. */
#include "api.h"
#include "api_routes.h"
#include "days.h"

#include <string.h>

#include "bilag/act/deeds.h"
#include "bilag/read/voucher_rows.h"
#include "bilag/show/status.h"
#include "domain/audit.h"

enum { PERIOD_PRESET = 31 };

/* --- one document --- */

static void text_or_null(struct strbuf *out, const char *name, struct str text)
{
    if (!text.len || str_equal(text, STR(VOUCHER_BLANK)))
        json_put_null(out, name);
    else
        json_put_str(out, name, text);
}

/* The voucher as the guide shows it; null where it says BLANK. */
static void tell_rows(struct view *view, struct strbuf *out, const struct book_doc *doc)
{
    struct money debit, credit;

    json_open(out, "rows", '[');
    for (size_t i = 0; i < doc->draft.line_count; i++) {
        struct voucher_row row = voucher_row_of(&view->arena, doc, i);

        json_open(out, NULL, '{');
        json_put_uint(out, "line", i + 1);
        text_or_null(out, "account", row.account);
        text_or_null(out, "counter_account", row.counter);
        text_or_null(out, "vat_code", row.vat_code);
        text_or_null(out, "department", row.department);
        json_put_int(out, "debit", row.debit.ore);
        json_put_int(out, "credit", row.credit.ore);
        json_put_str(out, "text", row.line->text);
        json_put_bool(out, "blank", voucher_row_is_blank(&row));
        json_close(out, '}');
    }
    json_close(out, ']');
    if (voucher_sums(&view->arena, doc, &debit, &credit))
        return;
    json_put_int(out, "debit", debit.ore);
    json_put_int(out, "credit", credit.ore);
}

/* What can be done now, whatever is wrong, and about each problem: what the pages have buttons for. */
static void tell_acts(struct view *view, struct strbuf *out, const struct book_doc *doc)
{
    static const struct deed *const deeds[] = { &deed_transfer, &deed_accept, &deed_resend, &deed_reverse,
                                                &deed_leave_reversed, &deed_by_hand };

    json_open(out, "acts", '[');
    for (size_t i = 0; i < COUNT(deeds); i++) {
        struct deed_question question = { .context = &view->context, .code = PROBLEM_COUNT };
        size_t count = deeds[i]->needs_code ? doc->draft.problems.count : 1;

        if (!user_may(&view->user, deeds[i] == &deed_transfer ? ACT_TRANSFER : ACT_DECIDE))
            continue;
        for (size_t k = 0; k < count; k++) {
            question.code = deeds[i]->needs_code ? doc->draft.problems.at[k].code : PROBLEM_COUNT;
            if (deeds[i]->objection(&question, doc))
                continue;
            json_open(out, NULL, '{');
            json_put_str(out, "act", str_of(deeds[i]->verb));
            if (deeds[i]->needs_code)
                json_put_str(out, "code", str_of(problem_code_text(question.code)));
            json_close(out, '}');
        }
    }
    json_close(out, ']');
}

/* Registers with their numbers, and Z reports: what the voucher rests on. */
static void tell_basis(struct strbuf *out, const struct draft *draft)
{
    json_open(out, "registers", '[');
    for (size_t i = 0; i < draft->register_count; i++) {
        json_open(out, NULL, '{');
        json_put_str(out, "register", draft->registers[i].reg);
        json_put_uint(out, "first", draft->registers[i].first);
        json_put_uint(out, "last", draft->registers[i].last);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_open(out, "z_reports", '[');
    for (size_t i = 0; i < draft->z_count; i++) {
        json_open(out, NULL, '{');
        json_put_str(out, "register", draft->zs[i].reg);
        json_put_uint(out, "number", draft->zs[i].number);
        json_close(out, '}');
    }
    json_close(out, ']');
}

/* Members of an open object. */
static void tell_document(struct view *view, struct strbuf *out, const struct book_doc *doc)
{
    document_json(&view->voice, out, doc);
    json_put_str(out, "colour", str_of(state_class(doc)));
    json_put_str(out, "seen", view_seen(view, doc));
    if (doc->draft.doc.kind == DOC_VOUCHER) {
        api_text(out, "description", doc->draft.text);
        tell_rows(view, out, doc);
        tell_basis(out, &doc->draft);
    }
    tell_acts(view, out, doc);
}

/* --- many --- */

struct span { int32_t from, to; };
struct wish { bool vouchers, orders, only_red; struct str customer; enum problem_code code; };

static bool is_wished(const struct wish *wish, const struct book_doc *doc)
{
    bool order = doc->draft.doc.kind == DOC_ORDER;

    return !book_doc_is_empty(doc) && (order ? wish->orders : wish->vouchers) && (!wish->only_red || book_doc_is_red(doc)) &&
           (!wish->customer.len || (order && str_equal(doc->draft.customer, wish->customer))) &&
           (wish->code == PROBLEM_COUNT || problems_have(&doc->draft.problems, wish->code));
}

/* False: answered. */
static bool take_wish(struct view *view, struct wish *wish)
{
    struct str kind = view_query(view, "kind"), problem = view_query(view, "problem");

    *wish = (struct wish){ .vouchers = !str_equal(kind, STR("order")), .orders = !str_equal(kind, STR("voucher")),
                           .customer = view_query(view, "customer"), .code = PROBLEM_COUNT };
    if ((kind.len && wish->vouchers && wish->orders) || (problem.len && !problem_code_parse(problem, &wish->code))) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "kind: voucher or order; problem: the code of a problem",
                                                    "kind: voucher eller order; problem: koden til et problem"));
        return false;
    }
    return api_switch(view, "red", &wish->only_red);
}

static void tell_list(struct view *view, struct strbuf *out, const struct book_list *list, const struct wish *wish,
                      struct api_page *page)
{
    json_open(out, "documents", '[');
    for (size_t i = 0; i < list->count; i++) {
        if (!is_wished(wish, &list->docs[i]) || !api_page_has(page))
            continue;
        json_open(out, NULL, '{');
        tell_document(view, out, &list->docs[i]);
        json_close(out, '}');
    }
    json_close(out, ']');
}

/* Which days are looked at. What is red is red however old, and whatever day the till's clock said. False: answered. */
static bool take_days(struct view *view, const struct venue *venue, const struct wish *wish, struct span *days)
{
    bool whole = wish->only_red && !view_query(view, "from").len;

    if (whole && !view_query(view, "to").len)
        *days = (struct span){ INT32_MIN, INT32_MAX };
    else if (!api_period(view, venue_today(venue), PERIOD_PRESET, &days->from, &days->to))
        return false;
    else if (whole)
        days->from = INT32_MIN;
    return true;
}

/* Of what is open at an end, the days that there are. */
static struct span days_there(const struct span *asked, const struct book_list *list, int32_t today)
{
    int32_t last = list->count ? list->docs[list->count - 1].draft.doc.day : today;
    struct span days = { asked->from, asked->to == INT32_MAX ? last > today ? last : today : asked->to };

    if (days.from == INT32_MIN)
        days.from = list->count ? list->docs[0].draft.doc.day : days.to;
    return days;
}

static enum err load_list(struct view *view, const struct venue *venue, const struct wish *wish, const struct span *days,
                          struct book_list *ret_list)
{
    struct books *books;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (err)
        return err;
    err = (wish->only_red ? books_venue_brief : books_venue)(books, venue->id, days->from, days->to, &view->arena, ret_list);
    books_close(books);
    return err;
}

void api_documents(struct view *view)
{
    const struct venue *venue = view_venue(view);
    struct book_list list;
    struct span days;
    struct api_page page;
    struct wish wish;
    struct strbuf *out;
    enum err err;

    if (!venue || !api_page_take(view, &page) || !take_wish(view, &wish) || !take_days(view, venue, &wish, &days))
        return;
    err = load_list(view, venue, &wish, &days, &list);
    if (err) {
        view_fail(view, err);
        return;
    }
    out = api_begin(view);
    days = days_there(&days, &list, venue_today(venue));
    json_put_str(out, "venue", venue->id);
    json_put_day(out, "from", days.from);
    json_put_day(out, "to", days.to);
    tell_list(view, out, &list, &wish, &page);
    api_page_tell(view, &page);
    api_end(view);
}

/* --- a day --- */

static void tell_day(struct view *view, const struct venue *venue, int32_t day, const struct book_list *list,
                     const struct day_proof *proof)
{
    const struct wish all = { .vouchers = true, .orders = true, .code = PROBLEM_COUNT };
    struct api_page page = { .page = 1, .limit = UINT64_MAX };
    struct strbuf *out = api_begin(view);

    json_put_str(out, "venue", venue->id);
    json_put_day(out, "business_day", day);
    tell_list(view, out, list, &all, &page);
    if (proof) {
        json_open(out, "proof", '{');
        proof_json(out, proof);
        json_close(out, '}');
    } else {
        json_put_null(out, "proof");
    }
    api_end(view);
}

void api_day_documents(struct view *view)
{
    const struct venue *venue = view_venue(view);
    struct day_list days;
    int32_t day;
    enum err err;

    if (!venue || !view_path_day(view, &day))
        return;
    err = days_load(view, venue, day, day, &days);
    days_close(&days);
    if (err)
        view_fail(view, err);
    else
        tell_day(view, venue, day, &days.list, days.count ? &days.days[0] : NULL);
}

/* --- one, with its history --- */

static enum err decided(const struct decision *decision, void *context)
{
    struct strbuf *out = context;

    json_open(out, NULL, '{');
    json_put_uint(out, "decision", decision->number);
    json_put_time(out, "at", decision->time_ms);
    json_put_str(out, "act", decision->verb);
    json_put_str(out, "detail", decision->detail);
    json_put_str(out, "by", decision->who);
    json_put_str(out, "reason", decision->reason);
    json_close(out, '}');
    return ERR_OK;
}

enum err api_tell_decisions(struct view *view, struct strbuf *out, struct str subject)
{
    const struct audit_wish wish = { NULL, 0, subject };
    struct audit *audit;
    enum err err = audit_open_there(view->config.state_dir, &audit, &view->context.fault);

    json_open(out, "decisions", '[');
    if (!err) {
        err = audit_read_of(audit, &wish, decided, out);
        audit_close(audit);
    }
    json_close(out, ']');
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err tell_trail(struct view *view, struct strbuf *out, const struct book_doc *doc)
{
    struct trail_fact *facts;
    struct books *books;
    size_t count = 0;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (err)
        return err;
    err = books_trail(books, &doc->draft.doc, &view->arena, &facts, &count);
    books_close(books);
    json_open(out, "history", '[');
    for (size_t i = 0; !err && i < count; i++) {
        json_open(out, NULL, '{');
        json_put_time(out, "at", facts[i].time_ms);
        json_put_str(out, "what", facts[i].what);
        json_put_str(out, "detail", facts[i].detail);
        json_put_uint(out, "revision", facts[i].revision);
        json_close(out, '}');
    }
    json_close(out, ']');
    return err;
}

bool api_asked_doc(struct view *view, const char *name, struct book_doc *ret_doc)
{
    const struct venue *venue = view_venue(view);

    if (!venue || !view_doc(view, view_query(view, name), ret_doc))
        return false;
    if (str_equal(ret_doc->draft.doc.venue, venue->id))
        return true;
    view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "There is no such document.", "Dokumentet finnes ikke."));
    return false;
}

void api_document(struct view *view)
{
    struct book_doc doc;
    struct strbuf *out;
    enum err err;

    if (!api_asked_doc(view, "id", &doc))
        return;
    out = api_begin(view);
    json_open(out, "document", '{');
    tell_document(view, out, &doc);
    json_close(out, '}');
    err = tell_trail(view, out, &doc);
    if (!err)
        err = api_tell_decisions(view, out, doc.id);
    if (err)
        view_fail(view, err);
    else
        api_end(view);
}
