/* reversal.c - POST /Vouchers/Reverse/{id} and PUT /VoucherDocumentation. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/books/document.h"
#include "sandbox/http/exchange.h"
#include "sandbox/base/json.h"
#include "sandbox/privilege.h"
#include "sandbox/http/problem.h"
#include "sandbox/base/text.h"
#include "sandbox/books/voucher.h"

static const char title[] = "Reverse voucher validation error(s)";

static struct voucher *reversal_make(struct exchange *x, const struct voucher *original)
{
    struct voucher *voucher = must_alloc(sizeof *voucher);
    char today[DATE_BYTES];
    bool at_once = exchange_is(x, SET_reversal_date, "today");

    date_of(x->arrived_ms, today);
    voucher->kind = VOUCHER_REVERSAL;
    document_stamp(x, voucher->id, &voucher->client_key, &voucher->application_key,
                   &voucher->company);
    voucher->no = x->books->last_voucher_no + 1;
    voucher->created_ms = x->arrived_ms + exchange_number(x, SET_reversal_ms);
    voucher->reverses_no = original->no;
    text_set(voucher->reverses, sizeof voucher->reverses, original->id);
    text_set(voucher->date, sizeof voucher->date, at_once ? today : original->date);
    if (exchange_is(x, SET_reversal_reference, "on"))
        voucher->reference = text_copy(original->reference);
    voucher->description = text_copy(original->description);
    voucher->lines = must_alloc(original->line_count * sizeof *voucher->lines);
    voucher->line_count = original->line_count;
    for (size_t i = 0; i < original->line_count; i++) {
        voucher->lines[i] = original->lines[i];
        voucher->lines[i].description = text_copy(original->lines[i].description);
        voucher->lines[i].amount_ore = -original->lines[i].amount_ore;
        if (at_once)
            text_set(voucher->lines[i].posting_date, DATE_BYTES, today);
    }
    return voucher;
}

static bool right_held(struct exchange *x)
{
    uint32_t either = NEEDS(ReverseVoucher_Full) | NEEDS(YearEndVoucher_Full);
    uint32_t needs = exchange_is(x, SET_reversal_privilege, "either")
                         ? either
                         : privilege_bit(setting_text(&x->box->settings, SET_reversal_privilege));

    if (needs & x->token->privileges)
        return true;
    if (exchange_is(x, SET_body_403, "problem"))
        problem_now(x, 403, "Forbidden", "The integration may not reverse vouchers.");
    else
        answer_empty(x, 403);
    return false;
}

/* Only own vouchers, once, and not into a locked period. */
static bool reversible(struct exchange *x, const struct voucher *original)
{
    if (!original || original->kind == VOUCHER_REVERSAL ||
        !text_same(original->application_key, x->token->application_key)) {
        problem_now(x, 404, problem_not_found, "No voucher with id = %s.", x->id);
        return false;
    }
    if (original->reversed_ms) {
        problem_now(x, 400, title, "The voucher with id = %s is already reversed.", x->id);
        return false;
    }
    return true;
}

void voucher_reverse(struct exchange *x)
{
    const struct voucher *original = voucher_find(x->books, x->id);
    struct voucher *reversal;

    if (!right_held(x) || !reversible(x, original))
        return;
    reversal = reversal_make(x, original);
    for (size_t i = 0; i < reversal->line_count; i++)
        if (voucher_in_locked_period(x->books, reversal->lines[i].posting_date)) {
            problem_now(x, setting_status(&x->box->settings, SET_lock_status), title,
                        "The reversal would lie in a locked period (lock date %s).",
                        x->books->lock_date);
            voucher_free(reversal);
            return;
        }
    document_store_voucher(x, reversal);
    answer_empty(x, setting_status(&x->box->settings, SET_reverse_status));
}

#define PDF_BYTES_MAX ((size_t)30 << 20)

struct pdf { const char *bytes; size_t len; };

/* The one part named "file" of a multipart body that is a PDF; of length 0 if there is none. */
static struct pdf pdf_of(const struct exchange *x)
{
    const char *boundary = x->content_type ? strstr(x->content_type, "boundary=") : NULL;
    const struct pdf none = { NULL, 0 };
    const char *start, *content, *end;
    char mark[80];

    if (!boundary || !x->body_bytes || !text_has(x->content_type, "multipart/form-data"))
        return none;
    boundary += strlen("boundary=");
    boundary += *boundary == '"';
    text_set(mark, sizeof mark - 4, boundary);
    mark[strcspn(mark, "\";, ")] = '\0';
    start = memmem(x->body, x->body_bytes, mark, strlen(mark));
    if (!mark[0] || !start)
        return none;
    content = memmem(start, x->body_bytes - (size_t)(start - x->body), "\r\n\r\n", 4);
    if (!content || !memmem(start, (size_t)(content - start), "name=\"file\"", 11))
        return none;
    content += 4;
    end = memmem(content, x->body_bytes - (size_t)(content - x->body), mark, strlen(mark));
    if (!end || (size_t)(end - content) < 5 || memcmp(content, "%PDF-", 5) != 0)
        return none;
    return (struct pdf){ content, (size_t)(end - content) };
}

/* FNV-1a, so that another PDF in its place is seen; short enough for JSON to write it without an exponent. */
static int64_t print_of(struct pdf pdf)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < pdf.len; i++)
        hash = (hash ^ (unsigned char)pdf.bytes[i]) * UINT64_C(1099511628211);
    return (int64_t)(hash >> 20);
}

void voucher_put_documentation(struct exchange *x)
{
    struct voucher *voucher = voucher_find(x->books, exchange_query(x, "id"));
    struct pdf pdf = pdf_of(x);
    cJSON *record;

    if (!voucher || !exchange_visible(x, voucher->created_ms) ||
        !text_same(voucher->application_key, x->token->application_key)) {
        problem_now(x, 404, problem_not_found, "No voucher with id = %s.", exchange_query(x, "id"));
        return;
    }
    if (!pdf.len || pdf.len > PDF_BYTES_MAX) {
        problem_now(x, 400, "Voucher documentation validation error(s)",
                    "Send multipart/form-data with one part named file, a PDF of 30 MB at most.");
        return;
    }
    record = cJSON_CreateObject();
    json_add_text(record, "id", voucher->id);
    json_add_int(record, "bytes", (int64_t)pdf.len);
    json_add_int(record, "print", print_of(pdf));
    document_store_record(x, "pdf", record);
    voucher_document(voucher, (int64_t)pdf.len, print_of(pdf));
    answer_empty(x, setting_status(&x->box->settings, SET_pdf_status));
}
