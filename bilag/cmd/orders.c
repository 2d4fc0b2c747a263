/* orders.c - the order history: every order green or red, with its time and its number in PowerOffice. */
#include "bilag/show/invoice_date.h"
#include "bilag/show/status.h"
#include "shell.h"

#include <inttypes.h>

static void say(void *unused, const struct advice *advice)
{
    (void)unused;
    (void)printf("         %.*s\n", TEXT(advice->sentence));
}

static void show(const struct shell *shell, const struct venue *venue, const struct book_doc *doc)
{
    static const enum colour colours[DOC_STATE_COUNT] = { [DOC_HELD] = RED, [DOC_FAILED] = RED, [DOC_SENT] = GREEN,
                                                           [DOC_BY_HAND] = FAINT };
    char amount[MONEY_TEXT_SIZE], when[32], day[16], said[INVOICE_DATE_SAID_SIZE];

    (void)printf("%s%-8s%s %s  %-14.*s %14s  %s %.*s", paint(shell, book_doc_is_red(doc) ? RED : colours[doc->state]),
                 doc_state_text(doc->state), paint(shell, PLAIN), day_text(doc->draft.doc.day, day),
                 TEXT(doc->draft.order_no), money_kroner(doc->draft.total, amount), in_words(shell, "customer", "kunde"),
                 TEXT(doc->draft.customer.len ? doc->draft.customer : STR("-")));
    if (doc->status.number)
        (void)printf(in_words(shell, "  order %" PRId64, "  ordre %" PRId64), doc->status.number);
    if (doc->status.invoice_no)
        (void)printf(in_words(shell, "  invoice %" PRId64, "  faktura %" PRId64), doc->status.invoice_no);
    if (doc->status.sent_ms)
        (void)printf(in_words(shell, "  sent %s", "  sendt %s"), time_text_local(venue, doc->status.sent_ms, when));
    (void)printf("  %.*s\n", TEXT(doc->id));
    if (doc->state == DOC_BY_HAND)
        return;
    if (doc->status.invoice_day &&
        invoice_date_said(doc->draft.doc.day, doc->status.invoice_day, shell->config->language, said))
        (void)printf("         %s\n", said);
    if (status_has_rounding(doc)) {
        char theirs[MONEY_TEXT_SIZE];

        (void)printf(in_words(shell, "         PowerOffice makes it %s where the till took %s: its rounding, nothing to do\n",
                              "         PowerOffice kommer til %s der kassen tok %s: avrunding, ingenting å gjøre\n"),
                     money_kroner(doc->status.total, theirs), money_kroner(doc->draft.total, amount));
    }
    for (size_t i = 0; i < doc->draft.problems.count; i++) {
        struct strbuf text;

        strbuf_init(&text, 8 * PROBLEM_TEXT_MAX);
        problem_write(&doc->draft.problems.at[i], shell->config->language, &text);
        (void)printf("         %.*s\n", TEXT(strbuf_str(&text)));
        strbuf_free(&text);
    }
    status_advise(&shell->voice, doc, say, NULL);
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
        (void)printf("%s\n", args_has(args, "red") ? in_words(shell, "no red orders", "ingen røde ordre")
                                                  : in_words(shell, "no orders", "ingen ordre"));
    if (!venue_switch(&venue->auto_invoice, INT32_MAX))
        (void)printf(in_words(shell, "auto_invoice is off: credit sales are invoiced by hand; bilag manual --venue %.*s lists "
                              "them\n",
                              "auto_invoice er av: kredittsalg faktureres manuelt; bilag manual --venue %.*s viser dem\n"),
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
