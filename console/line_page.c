/* line_page.c - the receipts behind one line of a voucher, each with what it gives to the line. */
#include "routes.h"

#include <inttypes.h>

#include "bilag/read/receipts.h"

enum { RECEIPTS_SHOWN = 2000 };

struct behind {
    struct view *view;
    const struct venue *venue;
    const struct draft *draft;
    const struct voucher_line *line;
    struct money sum;
    size_t count;
};

/* As it is read: what was sold stands as credit, and is no minus. */
static struct money shown(const struct behind *behind, struct money amount)
{
    if (behind->line->sold)
        amount.ore = -amount.ore;            /* bounded by MONEY_SUM_MAX */
    return amount;
}

/* Receipt, time and amount; and what was sold, a click away. */
static void tell(const struct behind *behind, const struct sale *sale, struct money amount)
{
    struct view *view = behind->view;
    struct html *html = &view->html;
    char when[32], text[MONEY_TEXT_SIZE];

    html_begin(html, "tr");
    view_cell(view, SAY(view, "Receipt", "Bong"));
    html_begin(html, "details");
    html_begin(html, "summary");
    html_text(html, sale->name);
    if (sale->taken_back)
        html_say(html, SAY(view, ", taken back by %.*s", ", annullert av %.*s"), TEXT(sale->by));
    html_end(html);
    view_link(view, view_receipt_path(view, behind->venue->id, sale->name),
              SAY(view, "What became of it", "Hva som ble av den"));
    html_begin(html, "ul");
    for (size_t i = 0; i < sale->event->line_count; i++) {
        const struct sale_line *line = &sale->event->lines[i];

        html_words(html, "li", NULL, "%.*s %s", TEXT(line->text.len ? line->text : line->product_type),
                   money_kroner(line->gross, text));
    }
    html_end(html);
    html_end(html);
    html_end(html);
    view_cell(view, SAY(view, "Time", "Tid"));
    html_text(html, str_of(time_text_local(behind->venue, sale->event->time * 1000, when)));
    html_end(html);
    view_cell(view, SAY(view, "In this line", "I denne linjen"));
    html_class(html, "n");
    html_money(html, "span", NULL, shown(behind, amount));
    html_end(html);
    html_end(html);
}

static enum err seen(const struct sale *sale, void *context)
{
    struct behind *behind = context;
    struct money amount = { 0 };
    enum err err = sale_amount(sale, behind->draft, behind->line, &amount);

    if (err || !amount.ore)
        return err;
    if (behind->count++ < RECEIPTS_SHOWN)
        tell(behind, sale, amount);
    return money_add(behind->sum, amount, &behind->sum);
}

static void rests(const struct behind *behind, uint64_t trimmed)
{
    struct view *view = behind->view;
    char sum[MONEY_TEXT_SIZE], line[MONEY_TEXT_SIZE];

    html_words(&view->html, "p", NULL, SAY(view, "Together %s kr, the line is %s kr.", "Til sammen %s kr, linjen er %s kr."),
               money_kroner(shown(behind, behind->sum), sum), money_kroner(shown(behind, behind->line->amount), line));
    if (behind->count > RECEIPTS_SHOWN)
        html_words(&view->html, "p", "faint", SAY(view, "%zu receipts more are not shown.",
                                                  "%zu bonger til er ikke vist."),
                   behind->count - RECEIPTS_SHOWN);
    if (trimmed)
        html_words(&view->html, "p", "notice yellow",
                   SAY(view, "%" PRIu64 " receipts are no longer kept.", "%" PRIu64 " bonger er ikke lenger lagret."), trimmed);
    else if (behind->sum.ore != behind->line->amount.ore)
        html_element(&view->html, "p", "notice yellow",
                     str_of(SAY(view, "They differ: a switch or an account was changed since the voucher was made.",
                                "De er ulike: en bryter eller konto er endret siden bilaget ble laget.")));
}

static enum err list(struct behind *behind)
{
    struct view *view = behind->view;
    const char *const words[] = { SAY(view, "Receipt", "Bong"), SAY(view, "Time", "Tid"),
                                  SAY(view, "In this line", "I denne linjen") };
    struct receipts *receipts;
    uint64_t trimmed = 0;
    enum err err = receipts_open(&view->config, &receipts, &view->context.fault);

    if (err)
        return err;
    html_begin(&view->html, "table");
    html_class(&view->html, "stack");
    view_heads(view, words, COUNT(words), 1u << 2);
    html_begin(&view->html, "tbody");
    err = receipts_of(receipts, behind->venue, behind->draft, seen, behind, &trimmed);
    receipts_close(receipts);
    html_end(&view->html);
    html_end(&view->html);
    if (!err)
        rests(behind, trimmed);
    return err;
}

void page_line(struct view *view)
{
    struct book_doc doc;
    struct behind behind = { .view = view, .draft = &doc.draft };
    enum err err;

    if (!view_path_line(view, &doc, &behind.line))
        return;
    behind.venue = config_venue(&view->config, doc.draft.doc.venue);
    view_begin_of(view, arena_format(&view->arena, SAY(view, "Account %" PRId64 ", VAT code %.*s", "Konto %" PRId64
                                                       ", mva-kode %.*s"), behind.line->account,
                                     TEXT(behind.line->vat_code)).bytes, behind.venue);
    html_begin(&view->html, "p");
    html_begin(&view->html, "a");
    html_link(&view->html, "href", view_day_path(view, &doc));
    html_text(&view->html, str_of(SAY(view, "Back to the voucher", "Tilbake til bilaget")));
    html_end(&view->html);
    html_say(&view->html, " %.*s", TEXT(behind.line->text));
    html_end(&view->html);
    err = list(&behind);
    if (err)
        view_fail(view, err);
}
