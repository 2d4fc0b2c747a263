#include "posted.h"

#include "base/clock.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = 128, FIELDS_MAX = 200, SALES_FROM = 3000, SALES_TO = 3999, VAT_FROM = 2700, VAT_TO = 2799 };

struct posted_row {
    struct posting posting;
    struct str reference, type;
    int64_t number, department_id;       /* PowerOffice may say a department by its id alone */
    struct money vat;
    int64_t rate_ppm;                    /* VAT rate, a million is all */
    bool undone;                         /* reversed, or a reversal */
};

static struct str member_copy(struct str row, const char *name, struct arena *arena)
{
    char text[TEXT_SIZE];

    return json_member_text(row, name, text, sizeof text) ? arena_copy(arena, str_of(text)) : STR_NONE;
}

/* False: without an account, an amount or a day it is no posting. */
static bool row_read(struct str json, struct arena *arena, struct posted_row *row)
{
    char day[TEXT_SIZE];
    struct str rate;

    *row = (struct posted_row){ .number = 0 };
    if (!json_member_int(json, "AccountNo", &row->posting.account) ||
        !json_member_money(json, "Amount", &row->posting.amount) ||
        !json_member_text(json, "PostingDate", day, sizeof day) || strlen(day) < 10)
        return false;
    day[10] = '\0';                      /* a moment may follow the date */
    if (day_parse(str_of(day), &row->posting.day))
        return false;
    row->posting.vat_code = member_copy(json, "VatCode", arena);
    row->posting.department = member_copy(json, "DepartmentCode", arena);
    row->posting.voucher = member_copy(json, "VoucherId", arena);
    row->reference = member_copy(json, "ExternalImportReference", arena);
    row->type = member_copy(json, "VoucherType", arena);
    (void)json_member_int(json, "VoucherNo", &row->number);
    (void)json_member_int(json, "DepartmentId", &row->department_id);
    (void)json_member_money(json, "VatAmount", &row->vat);
    if (json_member(json, "VatRate", &rate))
        (void)json_scaled(rate, 6, &row->rate_ppm);
    row->undone = json_member_true(json, "IsReversed") || member_copy(json, "ReversedVoucherId", arena).len ||
                  str_starts(row->type, STR("Reversal"));
    if (row->rate_ppm > 1000000)         /* 25 and 0.25 are the same */
        row->rate_ppm /= 100;
    return true;
}

enum err posted_page(struct str json, struct arena *arena, struct posted_rows *rows, size_t *ret_rows)
{
    struct str value, item;
    size_t at = 0, count = 0;
    enum err err = json_check(json, &value);

    *ret_rows = 0;
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;          /* 204: there are none */
    while (json_item(value, &at, &item)) {
        if (rows->count == rows->room) {
            size_t room = rows->room ? 2 * rows->room : 256;
            struct posted_row *more = arena_array(arena, room, sizeof *more);

            if (!more)
                return ERR_MEMORY;
            if (rows->count)
                memcpy(more, rows->at, rows->count * sizeof *more);
            rows->at = more;
            rows->room = room;
        }
        count++;
        rows->count += row_read(item, arena, &rows->at[rows->count]);
    }
    *ret_rows = count;
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}

/* --- voucher by voucher --- */

static bool is_ours(const struct posted_row *row, const struct posted_filter *filter)
{
    for (size_t i = 0; i < filter->own_count; i++) {
        struct posted_own *own = &filter->own[i];

        if ((row->reference.len && str_equal(row->reference, own->reference)) ||
            (row->number && row->number == own->number && row->posting.day == own->day)) {
            own->undone |= row->undone;
            own->standing |= !row->undone;
            return true;
        }
    }
    return false;
}

static void name_department(struct posted_row *row, const struct posted_filter *filter, struct arena *arena)
{
    if (row->posting.department.len || !row->department_id)
        return;
    row->posting.department = row->department_id == filter->department_id
                                  ? filter->department : arena_format(arena, "id %" PRId64, row->department_id);
}

static bool is_sales(int64_t account, const struct posted_filter *filter)
{
    for (size_t i = 0; i < filter->sales_count; i++)
        if (account == filter->sales[i])
            return true;
    return account >= SALES_FROM && account <= SALES_TO;
}

/* Other people's vouchers touch the same accounts: a bank's settlement of cards, an invoice. */
static bool counts(const struct posted_row *rows, size_t count, const struct posted_filter *filter)
{
    bool sales = false, other_department = false, our_department = false;

    for (size_t i = 0; i < count; i++) {
        const struct posting *posting = &rows[i].posting;

        if (is_ours(&rows[i], filter) || rows[i].undone || str_starts(rows[i].type, STR("Outgoing")) ||
            str_starts(rows[i].type, STR("Incoming")) || str_starts(rows[i].type, STR("Supplier")))
            return false;
        sales |= is_sales(posting->account, filter);
        our_department |= str_equal(posting->department, filter->department);
        other_department |= posting->department.len && !str_equal(posting->department, filter->department);
    }
    return sales && (our_department || !other_department || !filter->department.len);
}

/* Whether the amount leaves its VAT out: net times rate is the VAT, nearer than gross is. */
static bool is_net(const struct posted_row *row)
{
    __int128 of_net = (__int128)row->posting.amount.ore * row->rate_ppm / 1000000;
    __int128 of_gross = (__int128)row->posting.amount.ore * row->rate_ppm / (1000000 + row->rate_ppm);
    __int128 from_net = of_net - row->vat.ore, from_gross = of_gross - row->vat.ore;

    return row->vat.ore && (from_net < 0 ? -from_net : from_net) < (from_gross < 0 ? -from_gross : from_gross);
}

static enum err take(struct posted_row *rows, size_t count, struct arena *arena, struct postings *postings)
{
    bool net = false;
    enum err err = ERR_OK;

    for (size_t i = 0; i < count; i++)
        net |= is_net(&rows[i]);
    for (size_t i = 0; !err && i < count; i++) {
        struct posting *posting = &rows[i].posting;

        if (net && !rows[i].vat.ore && posting->account >= VAT_FROM && posting->account <= VAT_TO)
            continue;                    /* the VAT of the others */
        if (is_net(&rows[i]))
            err = money_add(posting->amount, rows[i].vat, &posting->amount);
        if (!posting->vat_code.len)
            posting->vat_code = STR("0");
        if (rows[i].number)              /* grouped by its id, known to people by its number */
            posting->voucher = arena_format(arena, "%" PRId64, rows[i].number);
        if (!err)
            err = postings_add(postings, arena, posting);
    }
    return err;
}

static int by_voucher(const void *a, const void *b)
{
    const struct posted_row *x = a, *y = b;

    return str_compare(x->posting.voucher, y->posting.voucher);
}

enum err posted_judge(const struct posted_rows *rows, const struct posted_filter *filter, struct arena *arena,
                      struct postings *ret_postings)
{
    enum err err = ERR_OK;
    size_t end;

    for (size_t i = 0; i < rows->count; i++)
        name_department(&rows->at[i], filter, arena);
    if (rows->count > 1)
        qsort(rows->at, rows->count, sizeof *rows->at, by_voucher);
    for (size_t at = 0; !err && at < rows->count; at = end) {
        for (end = at + 1; end < rows->count && by_voucher(&rows->at[at], &rows->at[end]) == 0; end++)
            continue;
        if (counts(&rows->at[at], end - at, filter))
            err = take(&rows->at[at], end - at, arena, ret_postings);
    }
    return err;
}

/* --- CSV --- */

enum column { COLUMN_DAY, COLUMN_ACCOUNT, COLUMN_AMOUNT, COLUMN_DEBIT, COLUMN_CREDIT, COLUMN_VAT, COLUMN_DEPARTMENT,
              COLUMN_VOUCHER, COLUMN_COUNT };

/* Earlier names go before later ones where a table has several of them. */
static const struct { enum column column; const char *name; } names[] = {
    { COLUMN_DAY, "posting_date" },    { COLUMN_DAY, "bokf\xc3\xb8ringsdato" }, { COLUMN_DAY, "bokf\xf8ringsdato" },
    { COLUMN_DAY, "posteringsdato" },  { COLUMN_DAY, "bilagsdato" },    { COLUMN_DAY, "voucher_date" },
    { COLUMN_DAY, "dato" },            { COLUMN_DAY, "date" },          { COLUMN_DAY, "business_day" },
    { COLUMN_ACCOUNT, "account" },     { COLUMN_ACCOUNT, "account_no" }, { COLUMN_ACCOUNT, "konto" },
    { COLUMN_ACCOUNT, "kontonr" },     { COLUMN_ACCOUNT, "kontonummer" }, { COLUMN_AMOUNT, "amount" },
    { COLUMN_AMOUNT, "bel\xc3\xb8p" }, { COLUMN_AMOUNT, "bel\xf8p" },   { COLUMN_DEBIT, "debit" },
    { COLUMN_DEBIT, "debet" },         { COLUMN_CREDIT, "credit" },     { COLUMN_CREDIT, "kredit" },
    { COLUMN_VAT, "vat_code" },        { COLUMN_VAT, "mva-kode" },      { COLUMN_VAT, "mvakode" },
    { COLUMN_VAT, "mva" },             { COLUMN_DEPARTMENT, "department" }, { COLUMN_DEPARTMENT, "avdeling" },
    { COLUMN_VOUCHER, "voucher_no" },  { COLUMN_VOUCHER, "bilagsnr" },  { COLUMN_VOUCHER, "bilagsnummer" },
    { COLUMN_VOUCHER, "bilag" },
};

struct table { struct str rest; char between; size_t line; struct str fields[FIELDS_MAX]; size_t count; };

/* One field, quotes taken off; *ret_end: it was the row's last. */
static struct str field_next(struct table *table, struct arena *arena, bool *ret_end)
{
    struct strbuf text;
    struct str field;
    bool quoted = table->rest.len && table->rest.bytes[0] == '"', inside = quoted;
    size_t at = quoted;

    strbuf_init(&text, 1 << 20);
    for (; at < table->rest.len; at++) {
        char c = table->rest.bytes[at];

        if (inside && c == '"' && at + 1 < table->rest.len && table->rest.bytes[at + 1] == '"')
            at++;
        else if (inside && c == '"') {
            inside = false;
            continue;
        }
        if (!inside && (c == table->between || c == '\n'))
            break;
        table->line += c == '\n';
        if (c != '\r')
            strbuf_char(&text, c);
    }
    *ret_end = at >= table->rest.len || table->rest.bytes[at] == '\n';
    at += at < table->rest.len;
    table->rest = (struct str){ table->rest.bytes + at, table->rest.len - at };
    field = arena_copy(arena, strbuf_str(&text));
    strbuf_free(&text);
    return field;
}

static struct str trimmed(struct str text)
{
    while (text.len && strchr(" \t\r", text.bytes[0])) {
        text.bytes++;
        text.len--;
    }
    while (text.len && strchr(" \t\r", text.bytes[text.len - 1]))
        text.len--;
    return text;
}

static bool row_next(struct table *table, struct arena *arena)
{
    bool end = false;

    if (!table->rest.len)
        return false;
    table->line++;
    for (table->count = 0; !end && table->count < FIELDS_MAX; table->count++)
        table->fields[table->count] = trimmed(field_next(table, arena, &end));
    return true;
}

static bool same_name(struct str heading, const char *name)
{
    if (heading.len != strlen(name))
        return false;
    for (size_t i = 0; i < heading.len; i++) {
        char c = heading.bytes[i] == ' ' ? '_' : heading.bytes[i];

        if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != name[i])
            return false;
    }
    return true;
}

static enum err find_columns(const struct table *table, size_t columns[COLUMN_COUNT], struct fault *fault)
{
    for (size_t column = 0; column < COLUMN_COUNT; column++)
        columns[column] = SIZE_MAX;
    for (size_t i = 0; i < COUNT(names); i++)
        for (size_t k = 0; k < table->count; k++)
            if (columns[names[i].column] == SIZE_MAX && same_name(table->fields[k], names[i].name))
                columns[names[i].column] = k;
    if (columns[COLUMN_DAY] == SIZE_MAX || columns[COLUMN_ACCOUNT] == SIZE_MAX ||
        (columns[COLUMN_AMOUNT] == SIZE_MAX && (columns[COLUMN_DEBIT] == SIZE_MAX || columns[COLUMN_CREDIT] == SIZE_MAX)))
        return fault_set(fault, ERR_FORMAT, "line 1: the heading must name the day (dato, bilagsdato, posting_date), the "
                         "account (konto, account) and the amount (beløp, amount; or debet and kredit)");
    return ERR_OK;
}

/* "1 234,50", "-1.234,50", "1234.5": the last comma or point with at most two digits behind it is the decimal one. */
static enum err amount_parse(struct str text, struct money *ret_amount)
{
    char plain[64];
    size_t len = 0, decimal = SIZE_MAX;

    *ret_amount = (struct money){ 0 };
    if (!text.len)
        return ERR_OK;
    for (size_t i = text.len; i > 0 && decimal == SIZE_MAX && text.len - i < 3; i--)
        if (text.bytes[i - 1] == ',' || text.bytes[i - 1] == '.')
            decimal = i - 1;
    for (size_t i = 0; i < text.len && len < sizeof plain - 1; i++) {
        char c = text.bytes[i];

        if (i == decimal)
            plain[len++] = '.';
        else if (!strchr(" ,.'\xc2\xa0", c))
            plain[len++] = c;
    }
    return money_parse((struct str){ plain, len }, ret_amount);
}

/* 2026-11-20 or 20.11.2026. */
static enum err date_parse(struct str text, int32_t *ret_day)
{
    char turned[11];

    if (text.len != 10 || text.bytes[2] != '.' || text.bytes[5] != '.')
        return day_parse(text, ret_day);
    (void)memcpy(turned, text.bytes + 6, 4);
    turned[4] = turned[7] = '-';
    (void)memcpy(turned + 5, text.bytes + 3, 2);
    (void)memcpy(turned + 8, text.bytes, 2);
    return day_parse((struct str){ turned, 10 }, ret_day);
}

static struct str field_at(const struct table *table, size_t column)
{
    return column < table->count ? table->fields[column] : STR_NONE;
}

static enum err csv_row(const struct table *table, const size_t columns[COLUMN_COUNT], struct posted_row *row,
                        struct fault *fault)
{
    struct posting *posting = &row->posting;
    struct str account = field_at(table, columns[COLUMN_ACCOUNT]);
    struct money credit;

    *row = (struct posted_row){ .posting = { .vat_code = field_at(table, columns[COLUMN_VAT]),
                                             .department = field_at(table, columns[COLUMN_DEPARTMENT]),
                                             .voucher = field_at(table, columns[COLUMN_VOUCHER]) } };
    if (date_parse(field_at(table, columns[COLUMN_DAY]), &posting->day))
        return fault_set(fault, ERR_FORMAT, "line %zu: the day must be like 2026-11-20 or 20.11.2026", table->line);
    if (!json_int(account, &posting->account))
        return fault_set(fault, ERR_FORMAT, "line %zu: the account must be a number", table->line);
    if (columns[COLUMN_AMOUNT] != SIZE_MAX ? amount_parse(field_at(table, columns[COLUMN_AMOUNT]), &posting->amount)
                                           : amount_parse(field_at(table, columns[COLUMN_DEBIT]), &posting->amount) ||
                                                 amount_parse(field_at(table, columns[COLUMN_CREDIT]), &credit) ||
                                                 money_subtract(posting->amount, credit, &posting->amount))
        return fault_set(fault, ERR_FORMAT, "line %zu: the amount must be like 1234,50 or -1 234.50", table->line);
    if (!json_int(field_at(table, columns[COLUMN_VOUCHER]), &row->number))
        row->number = 0;
    if (!posting->vat_code.len)
        posting->vat_code = STR("0");
    if (str_equal(posting->department, STR("none")))         /* as bilag export --csv writes it */
        posting->department = STR_NONE;
    return ERR_OK;
}

static bool row_is_blank(const struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->fields[i].len)
            return false;
    return true;
}

enum err posted_csv(struct str bytes, const struct posted_filter *filter, struct arena *arena,
                    struct postings *ret_postings, struct fault *fault)
{
    struct table table = { .rest = bytes };
    size_t columns[COLUMN_COUNT], separators[3] = { 0 };
    enum err err;

    if (str_starts(bytes, STR("\xef\xbb\xbf")))
        table.rest = (struct str){ bytes.bytes + 3, bytes.len - 3 };
    for (size_t i = 0; i < table.rest.len && table.rest.bytes[i] != '\n'; i++)
        for (size_t k = 0; k < COUNT(separators); k++)
            separators[k] += table.rest.bytes[i] == ";\t,"[k];
    table.between = separators[0] ? ';' : separators[1] ? '\t' : ',';
    if (!row_next(&table, arena))
        return fault_set(fault, ERR_FORMAT, "line 1: it is empty");
    err = find_columns(&table, columns, fault);
    while (!err && row_next(&table, arena)) {
        struct posted_row row;

        if (row_is_blank(&table))
            continue;
        err = csv_row(&table, columns, &row, fault);
        if (!err && !is_ours(&row, filter))
            err = postings_add(ret_postings, arena, &row.posting);
    }
    return err ? err : arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}
