/* voucher_post.c - what makes a voucher acceptable (API description, sections 8 to 10 and 20). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/base/decimal.h"
#include "sandbox/books/document.h"
#include "sandbox/http/exchange.h"
#include "sandbox/base/json.h"
#include "sandbox/http/problem.h"
#include "sandbox/http/shape.h"
#include "sandbox/base/text.h"
#include "sandbox/books/voucher.h"

static const char title[] = "Voucher validation error(s)";

/* Everything that a rule may look at. */
struct posting {
    struct exchange *x;
    const struct books *books;
    struct problem problem;
    struct voucher *voucher;
    const cJSON *item;                                        /* the line under examination */
    struct voucher_line *line;
    const struct account *account;                            /* NULL: a customer's, or unknown */
    const struct vat_code *vat;
    size_t index;
};

#define BROKEN(p, setting, member, ...) \
    problem_add(&(p)->problem, setting_status(&(p)->x->box->settings, SET_##setting), title, member, \
                __VA_ARGS__)

static void rule_account(struct posting *p)
{
    const struct customer *customer;

    p->account = NULL;
    (void)json_int(p->item, "AccountId", &p->line->account_id);
    customer = books_subledger(p->books, p->line->account_id);
    if (customer) {
        p->line->account_no = customer->no;
        return;
    }
    p->account = books_account(p->books, p->line->account_id);
    if (!p->account) {
        problem_add(&p->problem, setting_status(&p->x->box->settings, SET_unknown_id_status),
                    problem_not_found, "AccountId", "Line %zu: no account with id = %" PRId64 ".",
                    p->index, p->line->account_id);
        return;
    }
    p->line->account_no = p->account->no;
    if (!p->account->active)
        BROKEN(p, rule_status, "AccountId", "Line %zu: account %" PRId64 " is not active.", p->index,
               p->account->no);
    if (p->account->control)
        BROKEN(p, rule_status, "AccountId",
               "Line %zu: account %" PRId64 " is a control account; post to the sub-ledger account.",
               p->index, p->account->no);
}

static void rule_vat(struct posting *p)
{
    int64_t id = 0;

    (void)json_int(p->item, "VatId", &id);
    p->vat = books_vat(p->books, id);
    if (!p->vat) {
        problem_add(&p->problem, setting_status(&p->x->box->settings, SET_unknown_id_status),
                    problem_not_found, "VatId", "Line %zu: no VAT code with id = %" PRId64 ".",
                    p->index, id);
        return;
    }
    p->line->vat_id = p->vat->id;
    p->line->rate = p->vat->rate;
    text_set(p->line->vat_code, sizeof p->line->vat_code, p->vat->code);
    if (!p->vat->active || !vat_code_valid(p->vat, p->line->posting_date))
        BROKEN(p, rule_status, "VatId", "Line %zu: VAT code %s is not valid on %s.", p->index,
               p->vat->code, p->line->posting_date);
    if (p->account && p->account->vat_locked && strcmp(p->account->vat_code, p->vat->code) != 0)
        BROKEN(p, rule_status, "VatId", "Line %zu: account %" PRId64 " is locked to VAT code %s.",
               p->index, p->account->no, p->account->vat_code);
}

static void rule_amount(struct posting *p)
{
    const cJSON *amount = json_member(p->item, "CurrencyAmount");
    enum decimal_result result = DECIMAL_EXACT;

    if (amount)
        result = decimal_parse(json_number_text(amount), 2, &p->line->amount_ore);
    if (result == DECIMAL_BAD)
        BROKEN(p, rule_status, "CurrencyAmount", "Line %zu: the amount is out of range.", p->index);
    if (result == DECIMAL_ROUNDED && exchange_is(p->x, SET_decimals_over, "refuse"))
        BROKEN(p, rule_status, "CurrencyAmount", "Line %zu: the amount has more than 2 decimals.",
               p->index);
    if (result != DECIMAL_BAD && p->line->amount_ore == 0)
        BROKEN(p, rule_status, "CurrencyAmount", "Line %zu: the amount may not be 0.", p->index);
}

static void rule_period(struct posting *p)
{
    const char *date = p->line->posting_date;

    if (voucher_in_locked_period(p->books, date))
        BROKEN(p, lock_status, "PostingDate",
               "Line %zu: posting date %s lies in a locked period (lock date %s).", p->index, date,
               p->books->lock_date);
    if (strcmp(date, p->books->conversion_date) < 0)
        BROKEN(p, lock_status, "PostingDate",
               "Line %zu: posting date %s is before the conversion date %s.", p->index, date,
               p->books->conversion_date);
}

/* An id of a dimension: 0 if not given; unknown ones are refused. */
static const struct dimension *dimension_read(struct posting *p, enum dimension_kind kind,
                                              const char *member, int64_t *ret_id)
{
    const struct dimension *dimension;

    if (!json_int(p->item, member, ret_id))
        return NULL;
    dimension = books_dimension(p->books, kind, *ret_id);
    if (!dimension)
        problem_add(&p->problem, setting_status(&p->x->box->settings, SET_unknown_id_status),
                    problem_not_found, member, "Line %zu: nothing with %s = %" PRId64 ".", p->index,
                    member, *ret_id);
    else if (!dimension->active)
        BROKEN(p, rule_status, member, "Line %zu: %s %s is not active.", p->index, member,
               dimension->code);
    return dimension;
}

static void rule_dimensions(struct posting *p)
{
    const struct dimension *department =
        dimension_read(p, DIMENSION_DEPARTMENT, "DepartmentId", &p->line->department_id);
    const struct dimension *project =
        dimension_read(p, DIMENSION_PROJECT, "ProjectId", &p->line->project_id);
    const struct dimension *location =
        dimension_read(p, DIMENSION_LOCATION, "LocationId", &p->line->location_id);

    text_set(p->line->department, sizeof p->line->department, department ? department->code : "");
    text_set(p->line->project, sizeof p->line->project, project ? project->code : "");
    text_set(p->line->location, sizeof p->line->location, location ? location->code : "");
    if (p->account && p->account->department_required && !p->line->department_id)
        BROKEN(p, rule_status, "DepartmentId", "Line %zu: account %" PRId64 " needs a department.",
               p->index, p->account->no);
    if (p->account && p->account->project_required && !p->line->project_id)
        BROKEN(p, rule_status, "ProjectId", "Line %zu: account %" PRId64 " needs a project.",
               p->index, p->account->no);
    if (p->account && p->account->location_required && !p->line->location_id)
        BROKEN(p, rule_status, "LocationId", "Line %zu: account %" PRId64 " needs a location.",
               p->index, p->account->no);
}

static void rule_product(struct posting *p)
{
    if (json_int(p->item, "ProductId", &p->line->product_id) &&
        !books_product(p->books, p->line->product_id))
        problem_add(&p->problem, setting_status(&p->x->box->settings, SET_unknown_id_status),
                    problem_not_found, "ProductId", "Line %zu: no product with id = %" PRId64 ".",
                    p->index, p->line->product_id);
}

static void rule_line_texts(struct posting *p)
{
    const char *currency = json_text(p->item, "CurrencyCode");

    if (currency && strcmp(currency, "NOK") != 0)
        BROKEN(p, rule_status, "CurrencyCode", "Line %zu: currency %s is not in use.", p->index,
               currency);
    if (!document_text_fits(p->x, json_text(p->item, "ExternalLineReference"),
                            SET_reference_chars_max))
        BROKEN(p, rule_status, "ExternalLineReference", "Line %zu: the reference is too long.",
               p->index);
    p->line->description = text_copy(json_text(p->item, "Description"));
}

/* Every rule is asked for every line, so the answer names all that is wrong at once. The account
 * comes first: the others look at what it found. */
static void (*const line_rules[])(struct posting *p) = {
    rule_account, rule_vat, rule_amount, rule_period, rule_dimensions, rule_product, rule_line_texts,
};

static void lines_read(struct posting *p, const cJSON *list)
{
    for (p->item = list ? list->child : NULL; p->item; p->item = p->item->next, p->index++) {
        struct voucher *voucher = p->voucher;

        voucher->lines = must_grow(voucher->lines,
                                   (voucher->line_count + 1) * sizeof *voucher->lines);
        p->line = &voucher->lines[voucher->line_count++];
        *p->line = (struct voucher_line){ 0 };
        (void)date_parse(json_text(p->item, "PostingDate"), p->line->posting_date);
        for (size_t i = 0; i < COUNT(line_rules); i++)
            line_rules[i](p);
    }
}

static void rule_balance(struct posting *p)
{
    const struct voucher *voucher = p->voucher;
    int64_t tolerance = exchange_number(p->x, SET_balance_tolerance_ore), sum = 0;
    bool per_date = exchange_is(p->x, SET_balance_per_date, "on");

    if (!voucher->line_count)
        BROKEN(p, rule_status, "VoucherLines", "A voucher needs lines.");
    for (size_t i = 0; i < voucher->line_count; i++) {
        int64_t of_date = 0;

        sum += voucher->lines[i].amount_ore;
        for (size_t j = 0; per_date && j < voucher->line_count; j++)
            if (strcmp(voucher->lines[j].posting_date, voucher->lines[i].posting_date) == 0)
                of_date += voucher->lines[j].amount_ore;
        if (of_date > tolerance || -of_date > tolerance) {
            BROKEN(p, rule_status, "VoucherLines", "The lines of %s do not balance.",
                   voucher->lines[i].posting_date);
            return;
        }
    }
    if (sum > tolerance || -sum > tolerance) {
        char text[DECIMAL_BYTES];

        decimal_write(sum, 2, 2, text);
        BROKEN(p, rule_status, "VoucherLines", "The voucher does not balance: the sum is %s.", text);
    }
}

static void header_read(struct posting *p, const cJSON *body)
{
    struct voucher *voucher = p->voucher;
    static const struct { const char *member; enum setting_id longest; } texts[] = {
        { "ExternalImportReference", SET_reference_chars_max },
        { "SaftBatchId", SET_saft_chars_max }, { "SaftSourceId", SET_saft_chars_max },
    };

    (void)date_parse(json_text(body, "VoucherDate"), voucher->date);
    (void)json_int(body, "ImportedVoucherNo", &voucher->imported_no);
    voucher->reference = text_copy(json_text(body, "ExternalImportReference"));
    voucher->description = text_copy(json_text(body, "Description"));
    voucher->saft_batch = text_copy(json_text(body, "SaftBatchId"));
    voucher->saft_source = text_copy(json_text(body, "SaftSourceId"));
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!document_text_fits(p->x, json_text(body, texts[i].member), texts[i].longest))
            BROKEN(p, rule_status, texts[i].member, "%s is too long.", texts[i].member);
    if (strcmp(json_text(body, "CurrencyCode"), "NOK") != 0)
        BROKEN(p, rule_status, "CurrencyCode", "Currency %s is not in use.",
               json_text(body, "CurrencyCode"));
}

static cJSON *voucher_answer(struct exchange *x, const struct voucher *voucher)
{
    cJSON *body = json_parse(voucher->body, strlen(voucher->body));
    cJSON *answer = shape_echo(body, &shape_voucher), *line;
    size_t i = 0;

    json_add_text(answer, "Id", voucher->id);
    json_add_int(answer, "VoucherNo", voucher->no);
    json_add_bool(answer, "IsReversed",
                  voucher->reversed_ms && exchange_visible(x, voucher->reversed_ms));
    answer_add_moment(x, answer, "CreatedDateTimeOffset", voucher->created_ms);
    cJSON_DeleteItemFromObjectCaseSensitive(answer, "VoucherDate");
    answer_add_date(x, answer, "VoucherDate", voucher->date);
    line = cJSON_GetObjectItemCaseSensitive(answer, "VoucherLines")->child;
    for (; line && i < voucher->line_count; line = line->next, i++) {
        cJSON_DeleteItemFromObjectCaseSensitive(line, "PostingDate");
        answer_add_date(x, line, "PostingDate", voucher->lines[i].posting_date);
        json_add_int(line, "Id", voucher->first_row_id + (int64_t)i * 2);
        answer_add_moment(x, line, "CreatedDateTimeOffset", voucher->created_ms);
    }
    cJSON_Delete(body);
    return answer;
}

static void accept(struct exchange *x, struct voucher *voucher)
{
    cJSON *answer;

    document_store_voucher(x, voucher);
    answer = voucher_answer(x, voucher);
    if (exchange_is(x, SET_voucher_no_in_201, "zero")) {
        cJSON_DeleteItemFromObjectCaseSensitive(answer, "VoucherNo");
        json_add_int(answer, "VoucherNo", 0);
    }
    answer_json(x, 201, answer);
}

static void vouchers_post(struct exchange *x, enum voucher_kind kind)
{
    cJSON *body = shape_read(x, &shape_voucher), *echo;
    struct posting p = { .x = x, .books = x->books };

    if (!body)
        return;
    if (document_reference_taken(x, json_text(body, "ExternalImportReference"), DOCUMENT_VOUCHER)) {
        cJSON_Delete(body);
        return;
    }
    p.voucher = must_alloc(sizeof *p.voucher);
    p.voucher->kind = kind;
    document_stamp(x, p.voucher->id, &p.voucher->client_key, &p.voucher->application_key,
                   &p.voucher->company);
    p.voucher->created_ms = x->arrived_ms;
    p.voucher->no = x->books->last_voucher_no + 1;
    header_read(&p, body);
    lines_read(&p, json_member(body, "VoucherLines"));
    rule_balance(&p);
    if (problem_any(&p.problem)) {
        problem_answer(x, &p.problem);
        voucher_free(p.voucher);
    } else {
        echo = shape_echo(body, &shape_voucher);
        p.voucher->body = json_write(echo);
        cJSON_Delete(echo);
        accept(x, p.voucher);
    }
    cJSON_Delete(body);
}

void vouchers_post_cash(struct exchange *x)
{
    vouchers_post(x, VOUCHER_CASH);
}

void vouchers_post_manual(struct exchange *x)
{
    vouchers_post(x, VOUCHER_MANUAL);
}

/* Only what this integration created, of this kind, and old enough to have reached the replica. */
static void voucher_get(struct exchange *x, enum voucher_kind kind)
{
    const struct voucher *voucher = voucher_find(x->books, x->id);

    if (!voucher || voucher->kind != kind || !exchange_visible(x, voucher->created_ms) ||
        !text_same(voucher->application_key, x->token->application_key)) {
        problem_now(x, 404, problem_not_found, "No voucher with id = %s.", x->id);
        return;
    }
    answer_json(x, 200, voucher_answer(x, voucher));
}

void voucher_get_cash(struct exchange *x)
{
    voucher_get(x, VOUCHER_CASH);
}

void voucher_get_manual(struct exchange *x)
{
    voucher_get(x, VOUCHER_MANUAL);
}
