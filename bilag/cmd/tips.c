/* tips.c - whose tips the days of a period brought, for payroll: by employee and day, and what stands on the tip account. */
#include "base/clean.h"
#include "base/json_write.h"
#include "bilag/read/tips.h"
#include "bilag/show/csv.h"
#include "shell.h"

#include <inttypes.h>

enum { OUT_BYTES = 1 << 28 };

struct telling {
    struct shell *shell;
    const struct venue *venue;
    struct tip_list list;
    struct strbuf out;
};

static struct str staff_text(const struct telling *telling, struct str staff, bool unknown)
{
    if (unknown)
        return str_of(in_words(telling->shell, "NOT KNOWN", "UKJENT"));
    if (!staff.len)
        return str_of(in_words(telling->shell, "not said by the till", "ikke oppgitt av kassen"));
    return staff;
}

static bool any_unknown(const struct telling *telling)
{
    for (size_t i = 0; i < telling->list.count; i++)
        if (telling->list.at[i].unknown)
            return true;
    return false;
}

/* All employees together; false: more than an amount holds. */
static bool in_all(const struct telling *telling, struct tip_sum *ret_all)
{
    struct tip_sum all = { .sent = { 0 } };

    for (size_t i = 0; i < telling->list.sum_count; i++) {
        const struct tip_sum *sum = &telling->list.sums[i];

        if (money_add(all.sent, sum->sent, &all.sent) || money_add(all.waiting, sum->waiting, &all.waiting) ||
            money_add(all.beside, sum->beside, &all.beside))
            return false;
    }
    *ret_all = all;
    return true;
}

static struct money together(const struct tip_sum *sum)
{
    return (struct money){ sum->sent.ore + sum->waiting.ore + sum->beside.ore };     /* each is bounded by MONEY_SUM_MAX */
}

/* --- text --- */

static void text_amounts(struct strbuf *out, const struct tip_sum *sum)
{
    char amount[4][MONEY_TEXT_SIZE];

    strbuf_format(out, " %12s %12s %12s %12s\n", money_kroner(sum->sent, amount[0]), money_kroner(sum->waiting, amount[1]),
                  money_kroner(sum->beside, amount[2]), money_kroner(together(sum), amount[3]));
}

static void text_name(struct strbuf *out, struct str name, int width)
{
    size_t begin = out->len;

    strbuf_clean(out, name);
    for (size_t i = begin; i < out->len && width > 0; i++)
        width -= ((unsigned char)out->bytes[i] & 0xc0) != 0x80;          /* characters, not bytes */
    strbuf_format(out, "%*s", width, "");
}

static void text_all(struct telling *telling)
{
    const struct shell *shell = telling->shell;
    struct strbuf *out = &telling->out;
    struct tip_sum all;
    char day[16];

    if (!telling->list.count) {
        strbuf_format(out, "%s\n", in_words(shell, "no tips in this period", "ingen tips i perioden"));
        return;
    }
    strbuf_format(out, "%-12s%-34s %12s %12s %12s %12s\n", in_words(shell, "day", "dag"), in_words(shell, "employee", "ansatt"),
                  in_words(shell, "sent", "sendt"), in_words(shell, "not sent", "ikke sendt"),
                  in_words(shell, "beside", "ved siden"), in_words(shell, "together", "i alt"));
    for (size_t i = 0; i < telling->list.count; i++) {
        const struct tip_row *row = &telling->list.at[i];
        struct tip_sum sum = { .beside = row->beside };

        tips_place(&sum, row)->ore += row->booked.ore;       /* each is bounded by MONEY_SUM_MAX */
        strbuf_format(out, "%-12s", day_text(row->day, day));
        text_name(out, staff_text(telling, row->staff, row->unknown), 34);
        text_amounts(out, &sum);
    }
    strbuf_char(out, '\n');
    for (size_t i = 0; i < telling->list.sum_count; i++) {
        const struct tip_sum *sum = &telling->list.sums[i];

        text_name(out, str_of(in_words(shell, "together", "til sammen")), 12);
        text_name(out, staff_text(telling, sum->staff, sum->unknown), 34);
        text_amounts(out, sum);
    }
    if (in_all(telling, &all)) {
        text_name(out, str_of(in_words(shell, "in all", "i alt")), 46);
        text_amounts(out, &all);
    }
    strbuf_format(out, "%s\n", in_words(shell, "sent: on the tip account in PowerOffice; not sent: in vouchers that are not "
                                        "there (yet); beside: in orders, or entered by hand",
                                        "sendt: på tipskontoen i PowerOffice; ikke sendt: i bilag som (ennå) ikke er der; "
                                        "ved siden: i ordre, eller føres manuelt"));
}

/* --- CSV, JSON --- */

static void csv_all(struct telling *telling)
{
    struct strbuf *out = &telling->out;
    char day[16];

    strbuf_format(out, CSV_BEGIN "business_day;document;state;voucher_no;account;employee;employee_known;receipts;booked;"
                  "beside\n");
    for (size_t i = 0; i < telling->list.count; i++) {
        const struct tip_row *row = &telling->list.at[i];

        strbuf_format(out, "%s;", day_text(row->day, day));
        csv_text(out, row->doc, ';');
        strbuf_format(out, "%s;", doc_state_text(row->state));
        if (row->voucher_no)
            strbuf_format(out, "%" PRId64 ";", row->voucher_no);
        else
            strbuf_format(out, "none yet;");
        strbuf_format(out, "%" PRId64 ";", row->account);
        csv_text(out, row->staff, ';');
        strbuf_format(out, "%s;%" PRIu64 ";", row->unknown ? "no" : row->staff.len ? "yes" : "not said", row->receipts);
        csv_money(out, row->booked, ';');
        csv_money(out, row->beside, '\n');
    }
}

static void json_staff(struct strbuf *out, struct str staff, bool unknown)
{
    if (unknown)
        json_put_null(out, "employee");
    else
        json_put_str(out, "employee", staff);
}

static void json_sum(struct strbuf *out, const struct tip_sum *sum)
{
    json_put_int(out, "sent", sum->sent.ore);
    json_put_int(out, "not_sent", sum->waiting.ore);
    json_put_int(out, "beside", sum->beside.ore);
    json_close(out, '}');
}

static void json_all(struct telling *telling)
{
    struct strbuf *out = &telling->out;
    struct tip_sum all = { .sent = { 0 } };

    (void)in_all(telling, &all);
    json_open(out, NULL, '{');
    json_put_str(out, "venue", telling->venue->id);
    json_open(out, "rows", '[');
    for (size_t i = 0; i < telling->list.count; i++) {
        const struct tip_row *row = &telling->list.at[i];

        json_open(out, NULL, '{');
        json_put_day(out, "business_day", row->day);
        json_put_str(out, "document", row->doc);
        json_put_str(out, "state", str_of(doc_state_text(row->state)));
        json_put_int(out, "voucher_no", row->voucher_no);
        json_put_int(out, "account", row->account);
        json_staff(out, row->staff, row->unknown);
        json_put_uint(out, "receipts", row->receipts);
        json_put_int(out, "booked", row->booked.ore);
        json_put_int(out, "beside", row->beside.ore);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_open(out, "employees", '[');
    for (size_t i = 0; i < telling->list.sum_count; i++) {
        json_open(out, NULL, '{');
        json_staff(out, telling->list.sums[i].staff, telling->list.sums[i].unknown);
        json_sum(out, &telling->list.sums[i]);
    }
    json_close(out, ']');
    json_sum(out, &all);
    strbuf_char(out, '\n');
}

/* --- the command --- */

static enum err collect(struct telling *telling, int32_t from, int32_t to, struct fault *fault)
{
    struct shell *shell = telling->shell;
    struct receipts *receipts = NULL;
    struct book_list list;
    struct books *books;
    enum err err = books_open(shell->config, &books, fault);

    if (err)
        return err;
    err = books_venue(books, telling->venue->id, from, to, &shell->arena, &list);
    books_close(books);
    if (!err)
        err = receipts_open(shell->config, &receipts, fault);
    if (err == ERR_NOT_FOUND)
        err = ERR_OK;
    for (size_t i = 0; !err && i < list.count; i++)
        if (list.docs[i].draft.doc.kind == DOC_VOUCHER)
            err = tips_add(&telling->list, receipts, telling->venue, &list.docs[i]);
    receipts_close(receipts);
    return err ? err : tips_sum(&telling->list);
}

static int tips_run(struct shell *shell, const struct args *args)
{
    struct telling telling = { .shell = shell, .venue = shell_venue(shell, args_value(args, "venue")),
                               .list = { .arena = &shell->arena } };
    struct fault fault = { "" };
    int32_t from, to;
    enum err err;

    if (!telling.venue || !shell_day(shell, args, "from", INT32_MIN, &from) || !shell_day(shell, args, "to", INT32_MAX, &to))
        return EXIT_USAGE;
    if (!args_has(args, "from") || !args_has(args, "to"))
        return complain(shell, EXIT_USAGE, "--from DATE and --to DATE are needed");
    if (args_has(args, "csv") && args_has(args, "json"))
        return complain(shell, EXIT_USAGE, "one of --csv and --json at a time");
    err = collect(&telling, from, to, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    strbuf_init(&telling.out, OUT_BYTES);
    (args_has(args, "csv") ? csv_all : args_has(args, "json") ? json_all : text_all)(&telling);
    if (telling.out.failed)
        return complain_err(shell, ERR_MEMORY, NULL);
    (void)fwrite(telling.out.bytes, 1, telling.out.len, stdout);
    strbuf_free(&telling.out);
    if (any_unknown(&telling))
        return complain(shell, EXIT_RED, "whose some of the tips are is not known: their receipts are older than "
                        "retention_days, or a switch was turned since; the till's own journal has them");
    return EXIT_FINE;
}

static const struct option options[] = {
    { "venue", "VENUE", "whose" },
    { "from", "DATE", "first business day" },
    { "to", "DATE", "last business day" },
    { "csv", NULL, "for a spreadsheet: a row an employee and voucher, semicolons, decimal comma" },
    { "json", NULL, "for programs; amounts in øre" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_tips = {
    "tips", "--venue VENUE --from DATE --to DATE [--csv | --json]",
    "tips by employee and day, for payroll: to the øre what stands on the tip account", options, tips_run,
};
