/* manual_page.c - what is to be invoiced and entered by hand, each item with all that it takes. */
#include "routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bilag/act/tick.h"

enum { MANUAL_DAYS = 31 };

struct by_hand { struct view *view; const struct venue *venue; int32_t from, to; struct manual_list list; };

static void lines(struct view *view, const struct manual_entry *entry)
{
    struct html *html = &view->html;
    char rate[16];

    if (!entry->line_count)
        return;
    html_begin(html, "ul");
    for (size_t i = 0; i < entry->line_count; i++) {
        const struct manual_line *line = &entry->lines[i];

        html_begin(html, "li");
        html_text(html, line->text.len ? line->text : line->product_type);
        html_text(html, STR(" "));
        html_money(html, "b", NULL, line->share);
        if (line->rate != MANUAL_RATE_UNKNOWN)
            html_say(html, SAY(view, ", VAT %s %%", ", mva. %s %%"), rate_text(line->rate, rate));
        html_end(html);
    }
    html_end(html);
}

/* Done by whom; or a form to say so. */
static void standing(const struct by_hand *by_hand, const struct manual_entry *entry)
{
    struct view *view = by_hand->view;
    struct html *html = &view->html;
    char name[MANUAL_NAME_SIZE], from[16], to[16], back[64];

    if (entry->done.number) {
        html_begin(html, "p");
        html_element(html, "span", "state green", str_of(SAY(view, "done", "gjort")));
        html_say(html, " %.*s, %.*s", TEXT(entry->done.who), TEXT(entry->done.reason));
        html_end(html);
        return;
    }
    if (!user_may(&view->user, ACT_DECIDE))
        return;
    (void)snprintf(back, sizeof back, "/manual?from=%s&to=%s", day_text(by_hand->from, from), day_text(by_hand->to, to));
    view_form(view, view_venue_path(view, by_hand->venue->id, "/manual").bytes, "row");
    view_hidden(view, "item", str_of(manual_name(entry, name)));
    view_hidden(view, "from", str_of(from));
    view_hidden(view, "to", str_of(to));
    view_hidden(view, "back", view_venue_path(view, by_hand->venue->id, back));
    view_input(view, "reason", SAY(view, "Number of the invoice or voucher", "Nummer på fakturaen eller bilaget"), "text",
               true);
    view_button(view, "plain", SAY(view, "I have done it", "Jeg har gjort det"));
    view_form_end(view);
}

static void tell(const struct by_hand *by_hand, const struct manual_entry *entry)
{
    struct view *view = by_hand->view;
    struct html *html = &view->html;
    const struct manual_kind_row *kind = manual_kind(entry->kind);
    bool left_out = entry->kind == MANUAL_LEFT_OUT;
    struct str what = left_out ? venue_title(by_hand->venue, false, entry->what, entry->day) : entry->what;
    char day[16];

    html_begin(html, "li");
    html_say(html, "%s ", day_text(entry->day, day));
    html_element(html, "span", "state yellow", str_of(SAY(view, kind->en, kind->nb)));
    html_text(html, STR(" "));
    if (entry->unknown)
        html_element(html, "b", NULL, str_of(SAY(view, "amount not known", "beløp ikke kjent")));
    else
        html_money(html, "b", NULL, entry->amount);
    if (entry->customer.len)
        html_say(html, SAY(view, ", customer %.*s", ", kunde %.*s"), TEXT(entry->customer));
    if (entry->customer_no)
        html_say(html, SAY(view, " (%" PRId64 " in PowerOffice)", " (%" PRId64 " i PowerOffice)"), entry->customer_no);
    if (entry->order.len)
        html_say(html, SAY(view, ", order %.*s", ", ordre %.*s"), TEXT(entry->order));
    if (entry->kind != MANUAL_INVOICE && entry->what.len)
        html_say(html, ", %.*s", TEXT(what));
    if (entry->receipt.len)
        html_say(html, SAY(view, ", receipt %.*s", ", bong %.*s"), TEXT(entry->receipt));
    if (entry->by.len)
        html_say(html, SAY(view, ", taken back by %.*s", ", annullert av %.*s"), TEXT(entry->by));
    lines(view, entry);
    standing(by_hand, entry);
    html_end(html);
}

static void tell_sums(const struct by_hand *by_hand, const struct manual_sum *sums, size_t count)
{
    struct view *view = by_hand->view;
    struct html *html = &view->html;
    const char *const words[] = { SAY(view, "Kind", "Slag"), SAY(view, "VAT rate", "Mva-sats"),
                                  SAY(view, "With VAT", "Med mva."), SAY(view, "VAT", "Mva.") };
    char rate[16];

    if (!count)
        return;
    html_element(html, "h2", NULL, str_of(SAY(view, "Together", "Til sammen")));
    html_begin(html, "table");
    view_heads(view, words, COUNT(words), 1u << 1 | 1u << 2 | 1u << 3);
    html_begin(html, "tbody");
    for (size_t i = 0; i < count; i++) {
        const struct manual_kind_row *kind = manual_kind(sums[i].kind);

        html_begin(html, "tr");
        html_element(html, "td", NULL, str_of(SAY(view, kind->en, kind->nb)));
        if (sums[i].rate == MANUAL_RATE_UNKNOWN)
            html_element(html, "td", "n", str_of(SAY(view, "not known", "ukjent")));
        else
            html_words(html, "td", "n", "%s %%", rate_text(sums[i].rate, rate));
        html_money(html, "td", "n", sums[i].gross);
        html_money(html, "td", "n", sums[i].vat);
        html_end(html);
    }
    html_end(html);
    html_end(html);
}

static void gaps(const struct by_hand *by_hand)
{
    struct view *view = by_hand->view;
    char amount[MONEY_TEXT_SIZE];

    for (size_t i = 0; i < by_hand->list.gap_count; i++)
        html_words(&view->html, "p", "notice red",
                   SAY(view, "Of %.*s, %s kr more are to be done by hand but cannot be listed: the till's own journal has "
                             "them.",
                       "Av %.*s skal %s kr til føres manuelt, men de kan ikke listes: de står i kassens egen journal."),
                   TEXT(by_hand->list.gaps[i].doc), money_kroner(by_hand->list.gaps[i].amount, amount));
}

static enum err gather(struct by_hand *by_hand)
{
    struct view *view = by_hand->view;
    struct book_list list;
    struct books *books;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (err)
        return err;
    err = books_venue(books, by_hand->venue->id, by_hand->from, by_hand->to, &view->arena, &list);
    books_close(books);
    by_hand->list.arena = &view->arena;
    if (!err)
        err = manual_load(&view->config, by_hand->venue, &list, &by_hand->list, &view->context.fault);
    return err ? err : manual_done_load(&view->config, &by_hand->list, &view->context.fault);
}

static void tick(struct view *view, const struct manual_entry *entry)
{
    struct str reason = view_field(view, "reason");
    uint64_t number;
    enum err err;

    if (!reason.len || reason.len > 1000) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "Say the number of the invoice or voucher, or what was done.",
                                                    "Oppgi nummeret på fakturaen eller bilaget, eller hva som er gjort."));
        return;
    }
    err = tick_off(&view->context, entry, reason, &number);
    if (err == ERR_EXISTS)
        view_refuse(view, MHD_HTTP_CONFLICT, arena_copy(&view->arena, str_of(view->context.fault.text)).bytes);
    else if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}

void do_tick(struct view *view)
{
    struct by_hand by_hand = { .view = view, .venue = view_venue(view) };
    const struct manual_entry *entry = NULL;
    enum err err = ERR_OK;

    if (!by_hand.venue)
        return;
    if (!day_parse(view_field(view, "from"), &by_hand.from) && !day_parse(view_field(view, "to"), &by_hand.to) &&
        by_hand.to >= by_hand.from && by_hand.to - by_hand.from < VIEW_PERIOD_DAYS_MAX) {
        err = gather(&by_hand);
        entry = err ? NULL : tick_find(&by_hand.list, view_field(view, "item"));
    }
    if (err)
        view_fail(view, err);
    else if (entry)
        tick(view, entry);
    else
        view_refuse(view, MHD_HTTP_CONFLICT, SAY(view, "This is not on the list any more: look at it again.",
                                                 "Dette står ikke på listen lenger: se på den igjen."));
}

void page_manual(struct view *view)
{
    struct by_hand by_hand = { .view = view, .venue = view_venue(view) };
    struct manual_sum *sums;
    size_t count;
    enum err err;

    if (!by_hand.venue || !view_period(view, by_hand.venue, MANUAL_DAYS, &by_hand.from, &by_hand.to))
        return;
    err = gather(&by_hand);
    if (!err)
        err = manual_sums(&by_hand.list, &sums, &count);
    if (err) {
        view_fail(view, err);
        return;
    }
    view_begin_of(view, SAY(view, "By hand", "Føres manuelt"), by_hand.venue);
    view_period_form(view, by_hand.venue, "/manual", by_hand.from, by_hand.to);
    gaps(&by_hand);
    if (!by_hand.list.count)
        html_element(&view->html, "p", "notice green", str_of(SAY(view, "Nothing is to be invoiced or entered by hand.",
                                                                  "Ingenting skal faktureres eller føres manuelt.")));
    html_begin(&view->html, "ul");
    html_class(&view->html, "list");
    for (size_t i = 0; i < by_hand.list.count; i++)
        tell(&by_hand, &by_hand.list.at[i]);
    html_end(&view->html);
    tell_sums(&by_hand, sums, count);
}
