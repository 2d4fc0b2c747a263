/* voucher.c - posted vouchers: keeping, finding, writing down and reading back. */
#include "voucher.h"

#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "sandbox/base/json.h"
#include "sandbox/base/text.h"

#define ROWS_PER_LINE 2                                       /* an entry and its VAT entry */

static const char *const kind_names[] = { "CashJournal", "ManualJournal", "ReversalVoucher" };

const char *voucher_kind_name(enum voucher_kind kind)
{
    return kind_names[kind];
}

void voucher_new_id(char to[static ID_BYTES])
{
    uuid_t uuid;

    uuid_generate_random(uuid);
    uuid_unparse_lower(uuid, to);
}

void voucher_free(struct voucher *voucher)
{
    if (!voucher)
        return;
    for (size_t i = 0; i < voucher->line_count; i++)
        free(voucher->lines[i].description);
    free(voucher->lines);
    free(voucher->client_key);
    free(voucher->application_key);
    free(voucher->company);
    free(voucher->reference);
    free(voucher->description);
    free(voucher->saft_batch);
    free(voucher->saft_source);
    free(voucher->body);
    free(voucher);
}

struct voucher *voucher_find(const struct books *books, const char *id)
{
    char lower[ID_BYTES];
    uuid_t uuid;

    if (uuid_parse(id, uuid) != 0)
        return NULL;
    uuid_unparse_lower(uuid, lower);
    return map_find(&books->voucher_ids, lower);
}

bool voucher_in_locked_period(const struct books *books, const char *posting_date)
{
    return (books->lock_date[0] && strcmp(posting_date, books->lock_date) <= 0) ||
           (books->closed_until[0] && strcmp(posting_date, books->closed_until) <= 0);
}

void voucher_keep(struct books *books, struct voucher *voucher)
{
    struct voucher *original = voucher->reverses[0] ? voucher_find(books, voucher->reverses) : NULL;

    if (voucher->no > books->last_voucher_no)
        books->last_voucher_no = voucher->no;
    voucher->first_row_id = books->last_row_id + 1;
    books->last_row_id += (int64_t)voucher->line_count * ROWS_PER_LINE;
    books->vouchers = must_grow(books->vouchers,
                                (books->voucher_count + 1) * sizeof *books->vouchers);
    books->vouchers[books->voucher_count++] = voucher;
    map_put(&books->voucher_ids, voucher->id, voucher);
    if (voucher->reference && voucher->kind != VOUCHER_REVERSAL)
        map_put(&books->voucher_references, voucher->reference, voucher);
    if (original)
        original->reversed_ms = voucher->created_ms;         /* which may be still to come */
}

static cJSON *line_encode(const struct voucher_line *line)
{
    cJSON *item = cJSON_CreateObject();

    json_add_int(item, "account", line->account_no);
    json_add_int(item, "account_id", line->account_id);
    json_add_text(item, "vat_code", line->vat_code);
    json_add_int(item, "vat_id", line->vat_id);
    json_add_int(item, "rate", line->rate);
    json_add_text(item, "department", line->department[0] ? line->department : NULL);
    json_add_int(item, "department_id", line->department_id);
    json_add_text(item, "project", line->project[0] ? line->project : NULL);
    json_add_int(item, "project_id", line->project_id);
    json_add_text(item, "location", line->location[0] ? line->location : NULL);
    json_add_int(item, "location_id", line->location_id);
    json_add_int(item, "product_id", line->product_id);
    json_add_text(item, "posting_date", line->posting_date);
    json_add_int(item, "amount", line->amount_ore);
    json_add_text(item, "description", line->description);
    return item;
}

void voucher_document(struct voucher *voucher, int64_t bytes, int64_t print)
{
    voucher->pdf_others += voucher->pdf_bytes && voucher->pdf_print != print;
    voucher->pdf_bytes = bytes;
    voucher->pdf_print = print;
}

cJSON *voucher_encode(const struct voucher *voucher)
{
    cJSON *item = cJSON_CreateObject(), *lines = cJSON_CreateArray();
    char created[MOMENT_BYTES];

    moment_write(voucher->created_ms, "Z", created);
    json_add_text(item, "id", voucher->id);
    json_add_int(item, "voucher_no", voucher->no);
    json_add_text(item, "kind", kind_names[voucher->kind]);
    json_add_text(item, "client_key", voucher->client_key);
    json_add_text(item, "application_key", voucher->application_key);
    json_add_text(item, "company", voucher->company);
    json_add_text(item, "reference", voucher->reference);
    json_add_text(item, "voucher_date", voucher->date);
    json_add_text(item, "description", voucher->description);
    json_add_text(item, "saft_batch_id", voucher->saft_batch);
    json_add_text(item, "saft_source_id", voucher->saft_source);
    json_add_int(item, "imported_no", voucher->imported_no);
    json_add_bool(item, "reversed", voucher->reversed_ms != 0);
    json_add_text(item, "reverses", voucher->reverses[0] ? voucher->reverses : NULL);
    json_add_int(item, "reverses_no", voucher->reverses_no);
    json_add_text(item, "created_at", created);
    json_add_int(item, "created_ms", voucher->created_ms);
    json_add_int(item, "pdf_bytes", voucher->pdf_bytes);
    json_add_int(item, "pdf_others", voucher->pdf_others);
    for (size_t i = 0; i < voucher->line_count; i++)
        (void)cJSON_AddItemToArray(lines, line_encode(&voucher->lines[i]));
    json_add(item, "lines", lines);
    return item;
}

static bool line_decode(const cJSON *item, struct voucher_line *line)
{
    int64_t vat_id, rate;

    if (!json_int(item, "account", &line->account_no) ||
        !json_int(item, "account_id", &line->account_id) || !json_int(item, "vat_id", &vat_id) ||
        !json_int(item, "rate", &rate) || !json_int(item, "department_id", &line->department_id) ||
        !json_int(item, "project_id", &line->project_id) ||
        !json_int(item, "location_id", &line->location_id) ||
        !json_int(item, "product_id", &line->product_id) ||
        !json_int(item, "amount", &line->amount_ore) || !json_text(item, "posting_date"))
        return false;
    line->vat_id = (int32_t)vat_id;
    line->rate = (int32_t)rate;
    text_set(line->vat_code, sizeof line->vat_code, json_text(item, "vat_code"));
    text_set(line->department, sizeof line->department, json_text(item, "department"));
    text_set(line->project, sizeof line->project, json_text(item, "project"));
    text_set(line->location, sizeof line->location, json_text(item, "location"));
    text_set(line->posting_date, sizeof line->posting_date, json_text(item, "posting_date"));
    line->description = text_copy(json_text(item, "description"));
    return true;
}

static bool header_decode(const cJSON *record, struct voucher *voucher)
{
    int kind = text_choice("CashJournal|ManualJournal|ReversalVoucher", '|',
                           json_text(record, "kind") ? json_text(record, "kind") : "");

    if (kind < 0 || !json_int(record, "voucher_no", &voucher->no) ||
        !json_int(record, "reverses_no", &voucher->reverses_no) ||
        !json_int(record, "imported_no", &voucher->imported_no) ||
        !json_int(record, "created_ms", &voucher->created_ms) ||
        !json_int(record, "pdf_bytes", &voucher->pdf_bytes))
        return false;
    voucher->kind = (enum voucher_kind)kind;
    text_set(voucher->id, sizeof voucher->id, json_text(record, "id"));
    text_set(voucher->reverses, sizeof voucher->reverses, json_text(record, "reverses"));
    text_set(voucher->date, sizeof voucher->date, json_text(record, "voucher_date"));
    voucher->client_key = text_copy(json_text(record, "client_key"));
    voucher->application_key = text_copy(json_text(record, "application_key"));
    voucher->company = text_copy(json_text(record, "company"));
    voucher->reference = text_copy(json_text(record, "reference"));
    voucher->description = text_copy(json_text(record, "description"));
    voucher->saft_batch = text_copy(json_text(record, "saft_batch_id"));
    voucher->saft_source = text_copy(json_text(record, "saft_source_id"));
    return voucher->client_key && voucher->application_key && text_is_uuid(voucher->id);
}

struct voucher *voucher_decode(const cJSON *record)
{
    struct voucher *voucher = must_alloc(sizeof *voucher);
    const cJSON *lines = json_member(record, "lines"), *body = json_member(record, "body");
    bool good = header_decode(record, voucher) && cJSON_IsArray(lines);

    for (const cJSON *item = good ? lines->child : NULL; item && good; item = item->next) {
        voucher->lines = must_grow(voucher->lines,
                                   (voucher->line_count + 1) * sizeof *voucher->lines);
        voucher->lines[voucher->line_count] = (struct voucher_line){ 0 };
        good = line_decode(item, &voucher->lines[voucher->line_count++]);
    }
    if (!good) {
        voucher_free(voucher);
        return NULL;
    }
    if (body) {
        cJSON *echo = json_echo(body);

        voucher->body = json_write(echo);
        cJSON_Delete(echo);
    }
    return voucher;
}
