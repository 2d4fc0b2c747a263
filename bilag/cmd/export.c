/* export.c - the vouchers of a period before they are sent: account and counter account, nothing left blank
 * without saying so; then, with --transfer, sends those that are ready. */
#include "bilag/act/deeds.h"
#include "base/json_write.h"
#include "bilag/read/manual.h"
#include "bilag/show/dimensions.h"
#include "compare.h"
#include "shell.h"
#include "bilag/show/status.h"
#include "bilag/show/vouchers_csv.h"

#include <inttypes.h>
#include <string.h>

enum { DAYS_MAX = 3660 };

struct export {
    struct shell *shell;
    const struct venue *venue;
    struct book_list list;
    struct day_proof *days; size_t day_count;
    struct strbuf out;
    bool first;
    struct money debit, credit;          /* of what was shown */
    size_t shown;
};

/* --- the day's proof, with its last part --- */

static void text_day(struct export *export, const struct book_doc *doc)
{
    const struct day_proof *day = voucher_proof(&export->list, doc, export->days, export->day_count);
    char amount[5][MONEY_TEXT_SIZE], less[MONEY_TEXT_SIZE + 32] = "";

    if (!day || !day->has_z)
        return;
    if (day->elsewhere.ore)
        (void)snprintf(less, sizeof less, in_words(export->shell, " less %s elsewhere", " minus %s annet sted"),
                       money_kroner(day->elsewhere, amount[0]));
    strbuf_format(&export->out,
                  in_words(export->shell,
                           "  the day: Z reports %s%s %s sales %s = vouchers %s + orders %s + manual "
                           "%s\n",
                           "  dagen: Z-rapporter %s%s %s salg %s = bilag %s + ordre %s + manuelt %s\n"),
                  money_kroner(day->z, amount[0]), less,
                  day->elsewhere.ore || day->z.ore == day->lines.ore ? "=" : "<>",
                  money_kroner(day->lines, amount[1]), money_kroner(day->voucher, amount[2]),
                  money_kroner(day->orders, amount[3]), money_kroner(day->manual, amount[4]));
}

static void json_day(struct export *export, const struct book_doc *doc)
{
    const struct day_proof *day = voucher_proof(&export->list, doc, export->days, export->day_count);

    if (!day)
        return;
    json_open(&export->out, "day", '{');
    if (day->has_z)
        json_put_int(&export->out, "z_total", day->z.ore);
    if (day->elsewhere.ore)
        json_put_int(&export->out, "z_elsewhere", day->elsewhere.ore);
    json_put_int(&export->out, "lines_total", day->lines.ore);
    json_put_int(&export->out, "voucher_total", day->voucher.ore);
    json_put_int(&export->out, "orders_total", day->orders.ore);
    json_put_int(&export->out, "manual_total", day->manual.ore);
    json_close(&export->out, '}');
}

static void json_manual(struct strbuf *out, const struct draft *draft)
{
    json_open(out, "manual", '[');
    for (size_t i = 0; i < draft->manual_count; i++) {
        json_open(out, NULL, '{');
        manual_item_json(out, &draft->manual[i]);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_put_uint(out, "manual_not_listed", draft->manual_more);
}

/* --- three forms --- */

static void text_head(struct export *export, const struct book_doc *doc)
{
    struct shell *shell = export->shell;
    const struct draft *draft = &doc->draft;
    struct strbuf *out = &export->out;
    char when[16];

    strbuf_format(out, "\n%s%.*s%s  %s  %.*s  %s%s%s", paint(shell, BOLD), TEXT(doc->id), paint(shell, PLAIN),
                  day_text(draft->doc.day, when), TEXT(draft->text),
                  paint(shell, book_doc_is_red(doc) ? RED : doc->state == DOC_SENT ? GREEN : YELLOW),
                  doc_state_text(doc->state), paint(shell, PLAIN));
    if (doc->status.number)
        strbuf_format(out, in_words(shell, "  voucher %" PRId64, "  bilag %" PRId64), doc->status.number);
    if (draft->post_on != draft->doc.day)
        strbuf_format(out, in_words(shell, "  posted on %s", "  bokført %s"), day_text(draft->post_on, when));
    strbuf_format(out, "\n  %8s  %-16s %-5s %-6s %14s %14s  %s\n", in_words(shell, "account", "konto"),
                  in_words(shell, "counter account", "motkonto"), in_words(shell, "VAT", "mva."),
                  in_words(shell, "dept.", "avd."), in_words(shell, "debit", "debet"), in_words(shell, "credit", "kredit"),
                  in_words(shell, "description", "beskrivelse"));
}

static void text_rows(struct export *export, const struct book_doc *doc)
{
    struct shell *shell = export->shell;
    char debit[MONEY_TEXT_SIZE], credit[MONEY_TEXT_SIZE];

    for (size_t i = 0; i < doc->draft.line_count; i++) {
        struct voucher_row row = voucher_row_of(&shell->arena, doc, i);
        struct str beside = dimensions_text(row.line, shell->config->language, &shell->arena);
        bool blank = voucher_row_is_blank(&row);

        strbuf_format(&export->out, "  %s%8.*s  %-16.*s %-5.*s %-6.*s %14s %14s  %.*s%.*s%s\n", blank ? paint(shell, RED) : "",
                      TEXT(row.account), TEXT(row.counter), TEXT(row.vat_code), TEXT(row.department),
                      row.debit.ore ? money_kroner(row.debit, debit) : "",
                      row.credit.ore ? money_kroner(row.credit, credit) : "", TEXT(row.line->text), TEXT(beside),
                      blank ? paint(shell, PLAIN) : "");
    }
    for (size_t i = 0; i < doc->draft.problems.count; i++) {
        struct strbuf text;

        strbuf_init(&text, 8 * PROBLEM_TEXT_MAX);
        problem_write(&doc->draft.problems.at[i], shell->config->language, &text);
        strbuf_format(&export->out, "  ! %.*s\n", TEXT(strbuf_str(&text)));
        strbuf_free(&text);
    }
}

static const char *kind_text(const struct shell *shell, const struct manual_item *item)
{
    const struct manual_kind_row *kind = manual_kind(manual_item_kind(item));

    return in_words(shell, kind->en, kind->nb);
}

/* Both sides together: they are equal, or the voucher is held. */
static void text_sums(struct export *export, const char *what, struct money debit, struct money credit)
{
    char amount[2][MONEY_TEXT_SIZE];

    strbuf_format(&export->out, "  %8s  %-*s %14s %14s\n", what, 29, "", money_kroner(debit, amount[0]),
                  money_kroner(credit, amount[1]));
}

/* False: more than an amount holds. */
static bool add_up(struct export *export, const struct book_doc *doc, struct money *ret_debit, struct money *ret_credit)
{
    if (voucher_sums(&export->shell->arena, doc, ret_debit, ret_credit))
        return false;
    export->shown++;
    return money_add(export->debit, *ret_debit, &export->debit) == ERR_OK &&
           money_add(export->credit, *ret_credit, &export->credit) == ERR_OK;
}

static void text_doc(struct export *export, const struct book_doc *doc)
{
    struct shell *shell = export->shell;
    const struct draft *draft = &doc->draft;
    struct strbuf *out = &export->out;
    char amount[4][MONEY_TEXT_SIZE];
    struct money debit, credit;

    text_head(export, doc);
    text_rows(export, doc);
    if (add_up(export, doc, &debit, &credit))
        text_sums(export, in_words(shell, "sum", "sum"), debit, credit);
    for (size_t i = 0; i < draft->manual_count; i++)
        strbuf_format(out, "  %s %14s  %s %.*s%s%.*s%s%.*s%s%.*s\n", in_words(shell, "by hand", "manuelt"),
                      draft->manual[i].unknown ? in_words(shell, "not known", "ikke kjent")
                                               : money_kroner(draft->manual[i].amount, amount[0]),
                      kind_text(shell, &draft->manual[i]),
                      TEXT(draft->manual[i].what),
                      draft->manual[i].order.len ? in_words(shell, "  order ", "  ordre ") : "",
                      TEXT(draft->manual[i].order),
                      draft->manual[i].receipt.len ? in_words(shell, "  receipt ", "  bong ") : "",
                      TEXT(draft->manual[i].receipt),
                      draft->manual[i].customer.len ? in_words(shell, "  customer ", "  kunde ") : "",
                      TEXT(draft->manual[i].customer));
    if (draft->manual_count)
        strbuf_format(out, in_words(shell, "  all of it, with lines and VAT: bilag manual --venue %.*s\n",
                                    "  alt, med linjer og mva.: bilag manual --venue %.*s\n"), TEXT(draft->doc.venue));
    strbuf_format(out, in_words(shell, "  sales %s = voucher %s + orders %s + manual %s\n",
                                "  salg %s = bilag %s + ordre %s + manuelt %s\n"),
                  money_kroner(draft->lines_total, amount[0]), money_kroner(draft->voucher_total, amount[1]),
                  money_kroner(draft->orders_total, amount[2]), money_kroner(draft->manual_total, amount[3]));
    text_day(export, doc);
}

/* All of the day is there, whatever else may hold it. */
static bool is_complete(const struct book_doc *doc)
{
    static const enum problem_code lacks[] = { PROBLEM_SEQUENCE_GAP, PROBLEM_Z_DIFFERS, PROBLEM_Z_MISSING,
                                               PROBLEM_GRAND_TOTAL_BROKEN };
    bool complete = doc->draft.phase == DRAFT_CLOSED;

    for (size_t i = 0; i < COUNT(lacks); i++)
        complete = complete && !problems_have(&doc->draft.problems, lacks[i]);
    return complete;
}

static void json_problems(const struct export *export, struct strbuf *out, const struct problems *problems)
{
    json_open(out, "problems", '[');
    for (size_t i = 0; i < problems->count; i++) {
        struct strbuf text;

        strbuf_init(&text, 8 * PROBLEM_TEXT_MAX);
        problem_write(&problems->at[i], export->shell->config->language, &text);
        json_open(out, NULL, '{');
        json_put_str(out, "code", str_of(problem_code_text(problems->at[i].code)));
        json_put_str(out, "text", strbuf_str(&text));
        json_close(out, '}');
        strbuf_free(&text);
    }
    json_close(out, ']');
}

static void json_row(struct strbuf *out, const struct voucher_row *row)
{
    json_open(out, NULL, '{');
    json_put_int(out, "account", row->line->account);
    json_put_str(out, "counter_account", row->counter);
    json_put_str(out, "vat_code", row->line->vat_code);
    json_put_str(out, "department", row->department);
    if (row->line->project.len)
        json_put_str(out, "project", row->line->project);
    if (row->line->location.len)
        json_put_str(out, "location", row->line->location);
    json_put_int(out, "debit", row->debit.ore);
    json_put_int(out, "credit", row->credit.ore);
    json_put_int(out, "vat", row->vat.ore);
    json_put_bool(out, "blank", voucher_row_is_blank(row));
    json_put_str(out, "description", row->line->text);
    json_close(out, '}');
}

static void json_doc(struct export *export, const struct book_doc *doc)
{
    struct strbuf *out = &export->out;

    if (!export->first)
        strbuf_char(out, ',');
    json_open(out, NULL, '{');
    json_put_str(out, "id", doc->id);
    json_put_day(out, "business_day", doc->draft.doc.day);
    json_put_day(out, "post_on", doc->draft.post_on);
    json_put_uint(out, "part", doc->draft.doc.part);
    json_put_str(out, "state", str_of(doc_state_text(doc->state)));
    json_put_int(out, "voucher_no", doc->status.number);
    json_put_bool(out, "complete", is_complete(doc));
    json_problems(export, out, &doc->draft.problems);
    json_open(out, "lines", '[');
    for (size_t i = 0; i < doc->draft.line_count; i++) {
        struct voucher_row row = voucher_row_of(&export->shell->arena, doc, i);

        json_row(out, &row);
    }
    json_close(out, ']');
    json_manual(out, &doc->draft);
    json_day(export, doc);
    json_close(out, '}');
}

static void csv_doc(struct export *export, const struct book_doc *doc)
{
    vouchers_csv_doc(&export->shell->voice, doc, voucher_proof(&export->list, doc, export->days, export->day_count),
                     &export->shell->arena, &export->out);
}

static const struct form {
    const char *option, *begin, *end;
    void (*doc)(struct export *export, const struct book_doc *doc);
} forms[] = {
    { "json", "[", "]\n", json_doc },
    { "csv", VOUCHERS_CSV_BEGIN, "", csv_doc },
    { NULL, "", "", text_doc },
};

static int show(struct export *export, const struct form *form)
{
    bool red = false;

    strbuf_add(&export->out, str_of(form->begin));
    for (size_t i = 0; i < export->list.count; i++) {
        const struct book_doc *doc = &export->list.docs[i];

        if (doc->draft.doc.kind != DOC_VOUCHER || book_doc_is_empty(doc))
            continue;
        form->doc(export, doc);
        export->first = false;
        red |= book_doc_is_red(doc);
        if (export->out.failed)
            return complain_err(export->shell, ERR_MEMORY, NULL);
        (void)fwrite(export->out.bytes, 1, export->out.len, stdout);
        strbuf_reset(&export->out);
    }
    if (!form->option && export->shown > 1)
        text_sums(export, in_words(export->shell, "\n  in all", "\n  i alt"), export->debit, export->credit);
    (void)printf(STR_FMT "%s", STR_ARG(strbuf_str(&export->out)), form->end);
    if (export->first && !form->option)
        (void)printf("%s\n", in_words(export->shell, "no vouchers in this period", "ingen bilag i perioden"));
    return red ? EXIT_RED : EXIT_FINE;
}

/* --- transfer --- */

static int transfer(struct export *export)
{
    struct context context = shell_context(export->shell);
    const struct deed_question question = { .context = &context };
    size_t sent = 0, left = 0;

    for (size_t i = 0; i < export->list.count; i++) {
        const struct book_doc *doc = &export->list.docs[i];
        const char *objection = deed_transfer.objection(&question, doc);
        int code;

        if (book_doc_is_empty(doc))
            continue;
        if (objection) {
            (void)fprintf(stderr, in_words(export->shell, "not transferred: %.*s: %s\n", "ikke overført: %.*s: %s\n"),
                          TEXT(doc->id), objection);
            left += doc->state == DOC_OPEN || book_doc_is_red(doc);
            continue;
        }
        code = shell_decide(export->shell, deed_transfer.verb, doc->id, STR_NONE, STR("bilag export --transfer"), NULL);
        if (code)
            return code;
        (void)fprintf(stderr, in_words(export->shell, "to be transferred: %.*s\n", "overføres: %.*s\n"), TEXT(doc->id));
        sent++;
    }
    (void)fprintf(stderr, in_words(export->shell, "%zu to be transferred, %zu not ready\n",
                                   "%zu overføres, %zu er ikke klare\n"), sent, left);
    return left ? EXIT_RED : EXIT_FINE;
}

static int export_run(struct shell *shell, const struct args *args)
{
    struct export export = { .shell = shell, .venue = shell_venue(shell, args_value(args, "venue")), .first = true };
    struct fault fault = { "" };
    const struct form *form = forms;
    struct books *books;
    int32_t from, to;
    enum err err;
    int code;

    if (!export.venue || !shell_day(shell, args, "from", INT32_MIN, &from) || !shell_day(shell, args, "to", INT32_MAX, &to))
        return EXIT_USAGE;
    if (!args_has(args, "from") || !args_has(args, "to"))
        return complain(shell, EXIT_USAGE, "--from DATE and --to DATE are needed");
    if (args_has(args, "compare") ? args_has(args, "transfer") : args->word_count > 0)
        return complain(shell, EXIT_USAGE, "files are for --compare, which transfers nothing");
    while (form->option && !args_has(args, form->option))
        form++;
    if (args_has(args, "compare") && (to < from || to - from > DAYS_MAX))
        return complain(shell, EXIT_USAGE, "--to must be on or after --from, and at most %d days after it", DAYS_MAX);
    if (args_has(args, "compare"))
        return compare_days(shell, args, export.venue, from, to);
    err = books_open(shell->config, &books, &fault);
    if (!err) {
        err = books_venue(books, export.venue->id, from, to, &shell->arena, &export.list);
        if (!err)
            err = status_prove(&export.list, &shell->arena, &export.days, &export.day_count);
        for (size_t i = 0; !err && i < export.day_count; i++)
            err = status_z(books, export.venue->id, &export.days[i]);
        books_close(books);
    }
    if (err)
        return complain_err(shell, err, &fault);
    strbuf_init(&export.out, 1 << 28);
    code = show(&export, form);
    strbuf_free(&export.out);
    return args_has(args, "transfer") && code <= EXIT_RED ? transfer(&export) : code;
}

static const struct option options[] = {
    { "venue", "VENUE", "whose" },
    { "from", "DATE", "first business day" },
    { "to", "DATE", "last business day" },
    { "csv", NULL, "for a spreadsheet: semicolons, amounts in kroner" },
    { "json", NULL, "for programs; amounts in øre" },
    { "compare", NULL, "beside what was posted by hand, in PowerOffice or in CSV files: every difference, with its cause" },
    { "transfer", NULL, "then send what is ready (automatic transfer is off)" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_export = {
    "export", "--venue VENUE --from DATE --to DATE [--csv | --json] [--transfer]\n"
    "--venue VENUE --from DATE --to DATE --compare [FILE.csv ...] [--csv | --json]",
    "the vouchers of a period with account and counter account, and their transfer", options, export_run,
};
