/* cmd_orders.c - the order history: every order green or red, with its time and its number in PowerOffice. */
#include "books.h"
#include "shell.h"

#include <inttypes.h>

static void show(const struct shell *shell, const struct venue *venue, const struct book_doc *doc)
{
    static const enum colour colours[DOC_STATE_COUNT] = { [DOC_HELD] = RED, [DOC_FAILED] = RED, [DOC_SENT] = GREEN };
    char amount[MONEY_TEXT_SIZE], when[32], day[16];

    (void)printf("%s%-8s%s %s  %-14.*s %14s  customer %.*s", paint(shell, book_doc_is_red(doc) ? RED : colours[doc->state]),
                 doc_state_text(doc->state), paint(shell, PLAIN), day_text(doc->draft.doc.day, day),
                 TEXT(doc->draft.order_no), money_kroner(doc->draft.total, amount),
                 TEXT(doc->draft.customer.len ? doc->draft.customer : STR("-")));
    if (doc->status.number)
        (void)printf("  order %" PRId64, doc->status.number);
    if (doc->status.invoice_no)
        (void)printf("  invoice %" PRId64, doc->status.invoice_no);
    if (doc->status.sent_ms)
        (void)printf("  sent %s", time_text_local(venue, doc->status.sent_ms, when));
    (void)printf("  %.*s\n", TEXT(doc->id));
    for (size_t i = 0; i < doc->draft.problems.count; i++) {
        struct strbuf text;

        strbuf_init(&text, 8 * PROBLEM_TEXT_MAX);
        problem_write(&doc->draft.problems.at[i], shell->config->language, &text);
        (void)printf("         %.*s\n", TEXT(strbuf_str(&text)));
        strbuf_free(&text);
    }
    if (doc->state == DOC_FAILED)
        (void)printf("         PowerOffice said: %.*s\n         When the cause is mended: bilag resend %.*s --reason "
                     "\"...\"\n", TEXT(doc->status.words), TEXT(doc->id));
    else if (problems_have(&doc->draft.problems, PROBLEM_INVOICE_NOT_SENT))
        (void)printf("         Then: bilag resend %.*s --reason \"...\"\n", TEXT(doc->id));
}

static int orders_run(struct shell *shell, const struct args *args)
{
    const struct venue *venue = shell_venue(shell, args_value(args, "venue"));
    const char *customer = args_value(args, "customer");
    struct fault fault = { "" };
    struct book_list list;
    struct books *books;
    size_t shown = 0, red = 0;
    int32_t from, to;
    enum err err;

    if (!venue || !shell_day(shell, args, "from", INT32_MIN, &from) || !shell_day(shell, args, "to", INT32_MAX, &to))
        return EXIT_USAGE;
    err = books_open(shell->config, &books, &fault);
    if (!err) {
        err = books_venue(books, venue->id, from, to, &shell->arena, &list);
        books_close(books);
    }
    if (err)
        return complain_err(shell, err, &fault);
    for (size_t i = 0; i < list.count; i++) {
        const struct book_doc *doc = &list.docs[i];

        if (doc->draft.doc.kind != DOC_ORDER || book_doc_is_empty(doc) ||
            (customer && !str_equal(doc->draft.customer, str_of(customer))) ||
            (args_has(args, "red") && !book_doc_is_red(doc)))
            continue;
        show(shell, venue, doc);
        shown++;
        red += book_doc_is_red(doc);
    }
    if (!shown)
        (void)printf("no%s orders\n", args_has(args, "red") ? " red" : "");
    if (!venue_switch(&venue->auto_invoice, INT32_MAX))
        (void)printf("auto_invoice is off: credit sales are invoiced by hand; bilag manual --venue %.*s lists them\n",
                     TEXT(venue->id));
    return red ? EXIT_RED : EXIT_FINE;
}

static const struct option options[] = {
    { "venue", "VENUE", "whose" },
    { "customer", "CUSTOMER", "only of this till customer" },
    { "red", NULL, "only what needs a person" },
    { "from", "DATE", "only business days from this one on" },
    { "to", "DATE", "only business days up to this one" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_orders = {
    "orders", "--venue VENUE [--customer CUSTOMER] [--red] [--from DATE] [--to DATE]",
    "the order history: sent or not, when, and the number in PowerOffice", options, orders_run,
};
