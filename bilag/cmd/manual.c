/* manual.c - what is to be invoiced and entered by hand, with all that it takes: customer, order, lines, VAT. */
#include "bilag/show/csv.h"
#include "bilag/show/manual_json.h"
#include "base/json_write.h"
#include "base/clean.h"
#include "bilag/act/tick.h"
#include "shell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_BYTES = 1 << 28 };

struct telling {
    struct shell *shell;
    const struct venue *venue;
    struct manual_list list;
    struct manual_sum *sums; size_t sum_count;
    struct strbuf out;
};

static struct money net_of(struct money gross, struct money vat)
{
    return (struct money){ gross.ore - vat.ore };            /* VAT is a part of it */
}

static struct money vat_of(struct money share, int32_t rate)
{
    return rate > 0 ? money_vat_of_gross(share, rate) : (struct money){ 0 };
}

/* --- text --- */

static void text_line(struct telling *telling, const struct manual_line *line)
{
    struct strbuf *out = &telling->out;
    char qty[MANUAL_QTY_SIZE], rate[16], amount[2][MONEY_TEXT_SIZE];

    strbuf_format(out, "    %6s  ", line->qty ? manual_qty_text(line->qty, ',', qty) : "");
    strbuf_clean(out, line->text);
    strbuf_format(out, in_words(telling->shell, "  %s %% VAT  %s", "  %s %% mva.  %s"), rate_text(line->rate, rate),
                  money_kroner(line->share, amount[0]));
    if (line->share.ore != line->gross.ore)
        strbuf_format(out, in_words(telling->shell, " of %s", " av %s"), money_kroner(line->gross, amount[1]));
    strbuf_char(out, '\n');
}

static const char *kind_text(const struct shell *shell, enum manual_kind kind)
{
    return in_words(shell, manual_kind(kind)->en, manual_kind(kind)->nb);
}

/* Whom an invoice goes to, and for which order. */
static void text_customer(struct telling *telling, const struct manual_entry *entry)
{
    const struct shell *shell = telling->shell;
    struct strbuf *out = &telling->out;

    strbuf_format(out, "  %s ", in_words(shell, "customer", "kunde"));
    strbuf_clean(out, entry->customer.len ? entry->customer
                                          : str_of(in_words(shell, "NONE on the receipt", "INGEN på bongen")));
    if (entry->customer_no)
        strbuf_format(out, in_words(shell, " (%" PRId64 " in PowerOffice)", " (%" PRId64 " i PowerOffice)"),
                      entry->customer_no);
    else if (entry->customer.len)
        strbuf_format(out, " (%s)", in_words(shell, "not connected", "ikke koblet"));
    strbuf_format(out, "  %s ", in_words(shell, "order", "ordre"));
    strbuf_clean(out, entry->order.len ? entry->order : entry->receipt);
}

static void text_entry(struct telling *telling, const struct manual_entry *entry)
{
    const struct shell *shell = telling->shell;
    struct strbuf *out = &telling->out;
    char day[16], when[32], amount[MONEY_TEXT_SIZE], name[MANUAL_NAME_SIZE];

    strbuf_format(out, "%s  %s%*s  %14s", day_text(entry->day, day), kind_text(shell, entry->kind),
                  columns_left(kind_text(shell, entry->kind), 15), "",
                  entry->unknown ? in_words(shell, "not known", "ikke kjent") : money_kroner(entry->amount, amount));
    if (entry->kind == MANUAL_INVOICE) {
        text_customer(telling, entry);
    } else {
        strbuf_format(out, "  ");
        strbuf_clean(out, entry->kind == MANUAL_LEFT_OUT ? venue_title(telling->venue, false, entry->what, entry->day)
                                                         : entry->what);
        if (entry->customer.len) {
            strbuf_format(out, "  %s ", in_words(shell, "customer", "kunde"));
            strbuf_clean(out, entry->customer);
        }
    }
    if ((entry->kind == MANUAL_GIFT_SOLD || entry->kind == MANUAL_MOVEMENT) && entry->paid_with.len) {
        strbuf_format(out, "  %s ", in_words(shell, "paid with", "betalt med"));
        strbuf_clean(out, venue_title(telling->venue, false, entry->paid_with, entry->day));
    }
    if (entry->receipt.len)
        strbuf_format(out, in_words(shell, "  receipt " STR_FMT, "  bong " STR_FMT), STR_ARG(entry->receipt));
    if (entry->time)
        strbuf_format(out, "  %s", time_text_local(telling->venue, entry->time * 1000, when));
    if (entry->by.len)
        strbuf_format(out, in_words(shell, "  taken back by " STR_FMT, "  annullert av " STR_FMT), STR_ARG(entry->by));
    strbuf_format(out, "  #%s", manual_name(entry, name));
    if (entry->done.number) {
        strbuf_format(out, "  %s ", in_words(shell, "DONE by", "GJORT av"));
        strbuf_clean(out, entry->done.who);
    }
    strbuf_char(out, '\n');
    for (size_t i = 0; i < entry->line_count; i++)
        text_line(telling, &entry->lines[i]);
    if ((entry->kind == MANUAL_INVOICE || entry->kind == MANUAL_LEFT_OUT) && !entry->line_count)
        strbuf_format(out, "            %s\n",
                      in_words(shell, "its lines cannot be shown: the receipts are no longer kept, or a switch was turned "
                               "since",
                               "linjene kan ikke vises: bongene er ikke lenger lagret, eller en bryter er endret siden"));
}

static void text_sum(struct telling *telling, const struct manual_sum *sum)
{
    const struct shell *shell = telling->shell;
    char rate[16], amount[3][MONEY_TEXT_SIZE];

    strbuf_format(&telling->out, in_words(shell, "together  %s, VAT ", "til sammen  %s, mva. "), kind_text(shell, sum->kind));
    if (sum->rate == MANUAL_RATE_UNKNOWN)
        strbuf_format(&telling->out, in_words(shell, "not known: %s\n", "ukjent: %s\n"), money_kroner(sum->gross, amount[0]));
    else
        strbuf_format(&telling->out, in_words(shell, "%s %%: %s = net %s + VAT %s\n", "%s %%: %s = netto %s + mva. %s\n"),
                      rate_text(sum->rate, rate), money_kroner(sum->gross, amount[0]),
                      money_kroner(net_of(sum->gross, sum->vat), amount[1]), money_kroner(sum->vat, amount[2]));
}

/* What the day's equation counts, and what stands beside it, each by its name. */
enum total { TOTAL_SALES, TOTAL_MOVEMENTS, TOTAL_NOT_BOOKED, TOTAL_REVERSED, TOTAL_COUNT };

static enum total total_of(enum manual_kind kind)
{
    return kind == MANUAL_MOVEMENT     ? TOTAL_MOVEMENTS
           : kind == MANUAL_NOT_BOOKED ? TOTAL_NOT_BOOKED
           : kind == MANUAL_REVERSED   ? TOTAL_REVERSED
                                       : TOTAL_SALES;
}

static void text_total(struct telling *telling, enum total total)
{
    static const struct { const char *en, *nb; } rows[TOTAL_COUNT] = {
        [TOTAL_SALES] = { "in all    %s of the day's sales: the manual of sales = voucher + orders + manual\n",
                          "i alt     %s av dagens salg: det manuelle i salg = bilag + ordre + manuelt\n" },
        [TOTAL_MOVEMENTS] = { "beside    %s in cash movements: no sales, and not in that equation\n",
                              "ved siden %s i kassebevegelser: ikke salg, og ikke med i likningen\n" },
        [TOTAL_NOT_BOOKED] = { "beside    %s in receipts that are not booked: another one of their number is\n",
                               "ved siden %s i bonger som ikke er bokført: en annen med samme nummer er det\n" },
        [TOTAL_REVERSED] = { "beside    %s in documents left reversed: in no books from here, so manual in the proof\n",
                             "ved siden %s i dokumenter som forblir tilbakeført: ikke bokført herfra, så de er manuelle i "
                             "avstemmingen\n" },
    };
    struct money sum = { 0 };
    char amount[MONEY_TEXT_SIZE];
    size_t count = 0;

    for (size_t i = 0; i < telling->list.count; i++)
        if (total_of(telling->list.at[i].kind) == total) {
            if (money_add(sum, telling->list.at[i].amount, &sum))
                return;
            count++;
        }
    if (count)
        strbuf_format(&telling->out, in_words(telling->shell, rows[total].en, rows[total].nb), money_kroner(sum, amount));
}

static void text_all(struct telling *telling)
{
    for (size_t i = 0; i < telling->list.count; i++)
        text_entry(telling, &telling->list.at[i]);
    if (!telling->list.count)
        strbuf_format(&telling->out, "%s\n", in_words(telling->shell, "nothing is to be invoiced or entered by hand",
                                                      "ingenting skal faktureres eller føres manuelt"));
    for (size_t i = 0; i < telling->sum_count; i++)
        text_sum(telling, &telling->sums[i]);
    for (int total = 0; total < TOTAL_COUNT; total++)
        text_total(telling, (enum total)total);
}

/* --- CSV --- */

static void csv_rate(struct strbuf *out, int32_t rate)
{
    if (rate == MANUAL_RATE_UNKNOWN) {
        strbuf_format(out, "unknown;");
        return;
    }
    csv_percent(out, rate, ';');
}

static void csv_row(struct strbuf *out, const struct manual_entry *entry, const struct manual_line *line)
{
    char day[16], qty[MANUAL_QTY_SIZE], name[MANUAL_NAME_SIZE];
    struct money vat = vat_of(line->share, line->rate);

    strbuf_format(out, "%s;%s;", manual_kind(entry->kind)->name, day_text(entry->day, day));
    csv_text(out, entry->doc, ';');
    csv_text(out, entry->what, ';');
    csv_text(out, entry->paid_with.len ? entry->paid_with : STR("none"), ';');
    csv_text(out, entry->customer.len ? entry->customer : STR("none"), ';');
    if (entry->customer_no)
        strbuf_format(out, "%" PRId64 ";", entry->customer_no);
    else
        strbuf_format(out, "none;");
    csv_text(out, entry->order.len ? entry->order : STR("none"), ';');
    csv_text(out, entry->receipt.len ? entry->receipt : STR("several"), ';');
    csv_text(out, line->text, ';');
    strbuf_format(out, "%s;", line->qty ? manual_qty_text(line->qty, ',', qty) : "");
    csv_rate(out, line->rate);
    csv_money(out, line->gross, ';');
    csv_money(out, line->share, ';');
    csv_money(out, net_of(line->share, vat), ';');
    csv_money(out, vat, ';');
    strbuf_format(out, "%s;%s;", manual_kind(entry->kind)->in_sales ? "yes" : "no", manual_name(entry, name));
    csv_text(out, entry->done.number ? entry->done.who : STR("nobody"), '\n');
}

static void csv_all(struct telling *telling)
{
    struct strbuf *out = &telling->out;

    strbuf_format(out, CSV_BEGIN "kind;business_day;document;what;paid_with;customer;customer_no;order;receipt;text;quantity;"
                  "vat_rate;gross;amount;net;vat;in_sales;item;done_by\n");
    for (size_t i = 0; i < telling->list.count; i++) {
        const struct manual_entry *entry = &telling->list.at[i];
        const struct manual_line whole = {
            .text = entry->what, .rate = entry->kind == MANUAL_MOVEMENT ? 0 : MANUAL_RATE_UNKNOWN,
            .gross = entry->amount, .share = entry->amount,
        };

        for (size_t k = 0; k < entry->line_count; k++)
            csv_row(out, entry, &entry->lines[k]);
        if (!entry->line_count)
            csv_row(out, entry, &whole);
    }
}

/* --- JSON --- */

static void json_all(struct telling *telling)
{
    struct strbuf *out = &telling->out;

    json_open(out, NULL, '{');
    manual_json(out, telling->venue, &telling->list, telling->sums, telling->sum_count);
    json_close(out, '}');
    strbuf_char(out, '\n');
}

/* --- the command --- */

/* What cannot be listed is said whatever the form: on stderr, so that a file stays a table. */
static int tell_gaps(const struct telling *telling)
{
    char amount[MONEY_TEXT_SIZE];

    for (size_t i = 0; i < telling->list.gap_count; i++) {
        const struct manual_gap *gap = &telling->list.gaps[i];

        (void)complain(telling->shell, EXIT_RED, "of %.*s, %s kr more (%" PRIu64 " or more items) are to be done by hand but "
                       "cannot be listed: their receipts are older than retention_days, or a switch was turned since; "
                       "the till's own journal has them", TEXT(gap->doc), money_kroner(gap->amount, amount), gap->items);
    }
    return telling->list.gap_count ? EXIT_RED : EXIT_FINE;
}

/* All that are named are judged before one is written down. */
static int tick(struct telling *telling, const struct args *args)
{
    struct shell *shell = telling->shell;
    struct context context = shell_context(shell);
    const char *reason = args_value(args, "reason");
    size_t count = args->word_count + 1;

    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            const char *name = i ? args->words[i - 1] : args_value(args, "done");
            const struct manual_entry *entry = tick_find(&telling->list, str_of(name[0] == '#' ? name + 1 : name));
            enum err err = entry && entry->done.number ? ERR_EXISTS : ERR_OK;
            uint64_t number;

            if (!entry)
                return complain(shell, EXIT_USAGE, in_words(shell, "there is no item %s among these; bilag manual shows each "
                                                                   "with "
                                "its #name", "posten %s finnes ikke blant disse; bilag manual viser hver med sitt "
                                             "#navn"), name);
            if (pass || err)
                err = tick_off(&context, entry, str_of(reason), &number);
            if (err)
                return complain_err(shell, err, &context.fault);
            if (pass)
                (void)printf(in_words(shell, "decision %" PRIu64 ": %s is done, because %s\n",
                                      "beslutning %" PRIu64 ": %s er gjort, fordi %s\n"), number, name, reason);
        }
    return EXIT_FINE;
}

static int tell(struct telling *telling, const struct args *args)
{
    if (args_has(args, "csv"))
        csv_all(telling);
    else if (args_has(args, "json"))
        json_all(telling);
    else
        text_all(telling);
    if (telling->out.failed)
        return complain_err(telling->shell, ERR_MEMORY, NULL);
    (void)fwrite(telling->out.bytes, 1, telling->out.len, stdout);
    return tell_gaps(telling);
}

static int manual_run(struct shell *shell, const struct args *args)
{
    struct telling telling = { .shell = shell, .venue = shell_venue(shell, args_value(args, "venue")),
                               .list = { .arena = &shell->arena } };
    struct fault fault = { "" };
    struct book_list list;
    struct books *books;
    int32_t from, to;
    enum err err;
    int code;

    if (!telling.venue || !shell_day(shell, args, "from", INT32_MIN, &from) ||
        !shell_day(shell, args, "to", INT32_MAX, &to))
        return EXIT_USAGE;
    if (args_has(args, "csv") && args_has(args, "json"))
        return complain(shell, EXIT_USAGE, "one of --csv and --json at a time");
    if (args_has(args, "done") != args_has(args, "reason") || (args->word_count && !args_has(args, "done")))
        return complain(shell, EXIT_USAGE, "%s", in_words(shell, "--done ITEM and --reason TEXT belong together; further "
                                                                 "items as "
                        "words", "--done POST og --reason TEKST hører sammen; flere poster som ord"));
    err = books_open(shell->config, &books, &fault);
    if (!err) {
        err = books_venue(books, telling.venue->id, from, to, &shell->arena, &list);
        books_close(books);
    }
    if (!err)
        err = manual_load(shell->config, telling.venue, &list, &telling.list, &fault);
    if (!err)
        err = manual_done_load(shell->config, &telling.list, &fault);
    if (!err)
        err = manual_sums(&telling.list, &telling.sums, &telling.sum_count);
    if (err)
        return complain_err(shell, err, &fault);
    if (args_has(args, "done"))
        return tick(&telling, args);
    strbuf_init(&telling.out, OUT_BYTES);
    code = tell(&telling, args);
    strbuf_free(&telling.out);
    return code;
}

static const struct option options[] = {
    { "venue", "VENUE", "whose" },
    { "from", "DATE", "only business days from this one on" },
    { "to", "DATE", "only business days up to this one" },
    { "done", "ITEM", "you have done this one, and further ones as words: its #name" },
    { "reason", "TEXT", "with --done: the invoice's or voucher's number, say; kept in the audit trail" },
    { "csv", NULL, "for a spreadsheet: a row a line, semicolons, decimal comma" },
    { "json", NULL, "for programs; amounts in øre" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_manual = {
    "manual", "--venue VENUE [--from DATE] [--to DATE] [--csv | --json]\n--venue VENUE --done ITEM [ITEM ...] --reason TEXT",
    "what is to be invoiced and entered by hand: customer, order, lines, VAT", options, manual_run,
};
