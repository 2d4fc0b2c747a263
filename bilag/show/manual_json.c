/* manual_json.c - what is to be done by hand, for programs: `bilag manual --json`, and the console's interface. Amounts in øre. */
#include "manual_json.h"

#include "base/json_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { QTY_ONE = 1000000 };

/* "2", "0,5". */
const char *manual_qty_text(int64_t qty, char mark, char buffer[MANUAL_QTY_SIZE])
{
    int64_t part = llabs(qty % QTY_ONE);
    int len = snprintf(buffer, MANUAL_QTY_SIZE, "%s%" PRId64, qty < 0 ? "-" : "", (int64_t)llabs(qty / QTY_ONE));

    if (part) {
        len += snprintf(buffer + len, (size_t)(MANUAL_QTY_SIZE - len), "%c%06" PRId64, mark, part);
        while (buffer[len - 1] == '0')
            buffer[--len] = '\0';
    }
    return buffer;
}

static void json_some(struct strbuf *out, const char *name, struct str value)
{
    if (value.len)
        json_put_str(out, name, value);
}

static void json_line(struct strbuf *out, const struct manual_line *line)
{
    char qty[MANUAL_QTY_SIZE], rate[16];

    json_open(out, NULL, '{');
    json_put_number(out, "vat", rate_text(line->rate, rate));
    json_put_str(out, "text", line->text);
    json_put_str(out, "product_type", line->product_type);
    if (line->qty)
        json_put_number(out, "qty", manual_qty_text(line->qty, '.', qty));
    json_put_int(out, "gross", line->gross.ore);
    json_put_int(out, "amount", line->share.ore);
    json_close(out, '}');
}

static void json_entry(struct strbuf *out, const struct manual_entry *entry)
{
    bool in_sales = manual_kind(entry->kind)->in_sales;
    char name[MANUAL_NAME_SIZE];

    json_open(out, NULL, '{');
    json_put_str(out, "item", str_of(manual_name(entry, name)));
    if (entry->done.number) {
        json_put_str(out, "done_by", entry->done.who);
        json_put_time(out, "done_at", entry->done.time_ms);
    }
    json_put_str(out, "kind", str_of(manual_kind(entry->kind)->name));
    json_put_day(out, "business_day", entry->day);
    json_put_uint(out, "part", entry->part);
    json_put_int(out, "amount", entry->amount.ore);
    json_put_str(out, "document", entry->doc);
    json_put_str(out, !in_sales || entry->kind == MANUAL_RECEIPT ? "reason" : "payment_type", entry->what);
    if (entry->unknown)
        json_put_bool(out, "unknown", true);
    json_some(out, "paid_with", entry->paid_with);
    json_put_bool(out, "in_sales", in_sales);
    if (entry->time)
        json_put_time(out, "time", entry->time * 1000);
    json_some(out, "receipt", entry->receipt);
    json_some(out, "taken_back_by", entry->by);
    json_some(out, "order", entry->order);
    json_some(out, "customer", entry->customer);
    if (entry->customer_no)
        json_put_int(out, "customer_no", entry->customer_no);
    json_open(out, "lines", '[');
    for (size_t i = 0; i < entry->line_count; i++)
        json_line(out, &entry->lines[i]);
    json_close(out, ']');
    json_close(out, '}');
}

static void json_sum(struct strbuf *out, const struct manual_sum *sum)
{
    char rate[16];

    json_open(out, NULL, '{');
    json_put_str(out, "kind", str_of(manual_kind(sum->kind)->name));
    json_put_number(out, "rate", sum->rate == MANUAL_RATE_UNKNOWN ? "null" : rate_text(sum->rate, rate));
    json_put_int(out, "gross", sum->gross.ore);
    if (sum->rate != MANUAL_RATE_UNKNOWN) {
        json_put_int(out, "net", sum->gross.ore - sum->vat.ore);
        json_put_int(out, "vat", sum->vat.ore);
    }
    json_close(out, '}');
}

static void json_gap(struct strbuf *out, const struct manual_gap *gap)
{
    json_open(out, NULL, '{');
    json_put_uint(out, "items", gap->items);
    json_put_int(out, "amount", gap->amount.ore);
    json_put_str(out, "document", gap->doc);
    json_close(out, '}');
}

void manual_json(struct strbuf *out, const struct venue *venue, const struct manual_list *list, const struct manual_sum *sums,
                 size_t sum_count)
{
    json_put_str(out, "venue", venue->id);
    json_open(out, "items", '[');
    for (size_t i = 0; i < list->count; i++)
        json_entry(out, &list->at[i]);
    json_close(out, ']');
    json_open(out, "sums", '[');
    for (size_t i = 0; i < sum_count; i++)
        json_sum(out, &sums[i]);
    json_close(out, ']');
    json_open(out, "not_listed", '[');
    for (size_t i = 0; i < list->gap_count; i++)
        json_gap(out, &list->gaps[i]);
    json_close(out, ']');
}
