/* transaction.c - GET /AccountTransactions: the ledger entries of the vouchers. */
#include <string.h>

#include "sandbox/base/decimal.h"
#include "sandbox/http/exchange.h"
#include "sandbox/base/json.h"
#include "sandbox/http/list.h"
#include "sandbox/http/query.h"
#include "sandbox/base/text.h"
#include "sandbox/books/voucher.h"

/* Output VAT is booked here; by code would be more accounts than a test can use. */
#define VAT_ACCOUNT_NO 2700

static const char members[] =
    "AccountId AccountNo AgricultureDepartment Amount BankTransferId ContactId "
    "CorrectionOfVoucherId CorrectionOfVoucherNo CreatedDateTimeOffset CreatedFromImportJournalId "
    "CurrencyAmount CurrencyCode CustomerAccountNo DepartmentCode DepartmentId Description Dim1Code "
    "Dim1Id Dim2Code Dim2Id Dim3Code Dim3Id EmployeeAccountNo ExternalImportReference Id "
    "ImportedVoucherNo IsNoteMainEntry IsReversed LastChangedDateTimeOffset LocationCode LocationId "
    "PostingDate ProductCode ProductId ProjectCode ProjectId Quantity Quantity2 ReversedVoucherId "
    "ReversedVoucherNo SubLedgerEntryId SupplierAccountNo VatAmount VatCode VatId VatRate "
    "VatReturnSpecification VoucherDate VoucherDescription VoucherId VoucherNo VoucherType";

struct entry { int64_t id, account_no, account_id, amount_ore, vat_ore; };

static void voucher_members(struct exchange *x, const struct voucher *voucher, cJSON *row)
{
    bool reversed = voucher->reversed_ms && exchange_visible(x, voucher->reversed_ms);

    json_add_text(row, "VoucherId", voucher->id);
    json_add_int(row, "VoucherNo", voucher->no);
    json_add_text(row, "VoucherType", voucher_kind_name(voucher->kind));
    answer_add_date(x, row, "VoucherDate", voucher->date);
    json_add_text(row, "VoucherDescription", voucher->description);
    json_add_text(row, "ExternalImportReference", voucher->reference);
    if (voucher->imported_no)
        json_add_int(row, "ImportedVoucherNo", voucher->imported_no);
    else
        json_add_null(row, "ImportedVoucherNo");
    json_add_bool(row, "IsReversed", reversed);
    json_add_text(row, "ReversedVoucherId", voucher->reverses[0] ? voucher->reverses : NULL);
    if (voucher->reverses_no)
        json_add_int(row, "ReversedVoucherNo", voucher->reverses_no);
    else
        json_add_null(row, "ReversedVoucherNo");
    answer_add_moment(x, row, "CreatedDateTimeOffset", voucher->created_ms);
    answer_add_moment(x, row, "LastChangedDateTimeOffset",
                      reversed ? voucher->reversed_ms : voucher->created_ms);
}

static cJSON *row_make(struct exchange *x, const struct voucher *voucher,
                       const struct voucher_line *line, const struct entry *entry)
{
    cJSON *row = cJSON_CreateObject();

    json_add_int(row, "Id", entry->id);
    voucher_members(x, voucher, row);
    answer_add_date(x, row, "PostingDate", line->posting_date);
    json_add_int(row, "AccountId", entry->account_id);
    json_add_int(row, "AccountNo", entry->account_no);
    json_add_decimal(row, "Amount", entry->amount_ore, 2);
    json_add_decimal(row, "CurrencyAmount", entry->amount_ore, 2);
    json_add_text(row, "CurrencyCode", "NOK");
    json_add_text(row, "VatCode", line->vat_code);
    json_add_int(row, "VatId", line->vat_id);
    json_add_decimal(row, "VatRate", line->rate, 4);
    json_add_decimal(row, "VatAmount", entry->vat_ore, 2);
    if (line->department_id)
        json_add_int(row, "DepartmentId", line->department_id);
    else
        json_add_null(row, "DepartmentId");
    json_add_text(row, "DepartmentCode", line->department[0] ? line->department : NULL);
    json_add_text(row, "ProjectCode", line->project[0] ? line->project : NULL);
    json_add_text(row, "Description", line->description);
    return row;
}

static void entry_add(struct exchange *x, const struct voucher *voucher,
                      const struct voucher_line *line, const struct entry *entry, cJSON *array)
{
    if (query_number(x, "accountNos", entry->account_no))
        (void)cJSON_AddItemToArray(array, row_make(x, voucher, line, entry));
}

static void line_add(struct exchange *x, const struct voucher *voucher, size_t index, cJSON *array)
{
    const struct voucher_line *line = &voucher->lines[index];
    int64_t id = voucher->first_row_id + (int64_t)index * 2;
    int64_t vat_ore = decimal_product(line->amount_ore, line->rate, 1, 10000 + line->rate, 1);
    bool net = exchange_is(x, SET_transactions_amount, "net");
    struct entry entry = { id, line->account_no, line->account_id,
                           net ? line->amount_ore - vat_ore : line->amount_ore, vat_ore };

    if (!query_from(x, "fromDate", line->posting_date) || !query_to(x, "toDate", line->posting_date) ||
        !query_word(x, "vatCodes", line->vat_code) ||
        !query_word(x, "departmentCodes", line->department) ||
        !query_word(x, "projectCodes", line->project))
        return;
    entry_add(x, voucher, line, &entry, array);
    if (!net || !vat_ore)
        return;
    entry = (struct entry){ id + 1, VAT_ACCOUNT_NO, books_account_id(x->books, VAT_ACCOUNT_NO),
                            vat_ore, 0 };
    entry_add(x, voucher, line, &entry, array);
}

void transactions_get(struct exchange *x)
{
    cJSON *array = cJSON_CreateArray();

    for (size_t i = 0; i < x->books->voucher_count; i++) {
        const struct voucher *voucher = x->books->vouchers[i];
        bool changed = voucher->reversed_ms && exchange_visible(x, voucher->reversed_ms) &&
                       exchange_is(x, SET_reversal_changes, "on");
        int64_t changed_ms = changed ? voucher->reversed_ms : voucher->created_ms;

        if (!exchange_visible(x, voucher->created_ms) ||
            !query_word(x, "voucherTypes", voucher_kind_name(voucher->kind)) ||
            !query_number(x, "voucherNos", voucher->no) ||
            !query_later(x, "createdDateTimeOffsetGreaterThan", voucher->created_ms) ||
            !query_later(x, "lastChangedDateTimeOffsetGreaterThan", changed_ms))
            continue;
        for (size_t line = 0; line < voucher->line_count; line++)
            line_add(x, voucher, line, array);
    }
    list_answer(x, array, members);
}
