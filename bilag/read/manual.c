#include "manual.h"

#include "mapper/tables.h"
#include "poweroffice/refdata.h"
#include "domain/event_books.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SUMS_MAX = 20001 };               /* kinds times the rates that there can be */

const struct manual_kind_row *manual_kind(enum manual_kind kind)
{
    static const struct manual_kind_row rows[MANUAL_KIND_COUNT] = {
        [MANUAL_INVOICE]   = { "invoice", "to invoice", "å fakturere", true },
        [MANUAL_GIFT_SOLD] = { "gift_card_sold", "gift card sold", "gavekort solgt", true },
        [MANUAL_GIFT_USED] = { "gift_card_used", "gift card used", "gavekort brukt", true },
        [MANUAL_LEFT_OUT]  = { "not_transferred", "not transferred", "ikke overført", true },
        [MANUAL_RECEIPT]   = { "receipt_left_out", "left out", "holdt utenfor", true },
        [MANUAL_MOVEMENT]   = { "cash_movement", "cash movement", "kassebevegelse", false },
        [MANUAL_NOT_BOOKED] = { "not_booked", "not booked", "ikke bokført", false },
        [MANUAL_REVERSED]   = { "reversed", "left reversed", "forblir tilbakeført", false },
    };

    return &rows[kind];
}

enum manual_kind manual_item_kind(const struct manual_item *item)
{
    if (item->movement)
        return str_equal(item->what, STR(MANUAL_NOT_BOOKED_WHAT)) ? MANUAL_NOT_BOOKED : MANUAL_MOVEMENT;
    if (item->left)
        return MANUAL_RECEIPT;
    return str_equal(item->what, STR("credit")) ? MANUAL_INVOICE : MANUAL_LEFT_OUT;
}

/* Room for one more. NULL: out of memory. */
static void *grown(struct arena *arena, void *at, size_t count, size_t *room, size_t size)
{
    size_t more = *room ? *room * 2 : 8;
    void *larger;

    if (count < *room)
        return at;
    larger = arena_array(arena, more, size);
    if (!larger)
        return NULL;
    if (count)
        memcpy(larger, at, count * size);
    *room = more;
    return larger;
}

static struct manual_entry *add_entry(struct manual_list *list)
{
    struct manual_entry *more = grown(list->arena, list->at, list->count, &list->room, sizeof *more);

    if (!more)
        return NULL;
    list->at = more;
    more[list->count] = (struct manual_entry){ .at = list->count };
    return &more[list->count++];
}

static struct manual_line *add_line(struct manual_list *list, struct manual_entry *entry)
{
    struct manual_line *more = grown(list->arena, entry->lines, entry->line_count, &entry->line_room, sizeof *more);

    if (!more)
        return NULL;
    entry->lines = more;
    more[entry->line_count] = (struct manual_line){ .rate = 0 };
    return &more[entry->line_count++];
}

/* --- from the receipts --- */

struct adding {
    struct manual_list *list;
    const struct draft *draft;
    struct str doc;
    size_t start;                        /* the voucher's first entry */
};

static enum err count_in(struct money *sum, struct money amount, bool negative)
{
    return negative ? money_subtract(*sum, amount, sum) : money_add(*sum, amount, sum);
}

static struct manual_entry *begin_entry(const struct adding *adding, enum manual_kind kind, struct str what)
{
    struct manual_entry *entry = add_entry(adding->list);

    if (!entry)
        return NULL;
    entry->kind = kind;
    entry->doc = adding->doc;
    entry->day = adding->draft->doc.day;
    entry->part = adding->draft->doc.part;
    entry->what = arena_copy(adding->list->arena, what);
    return entry;
}

static enum err invoice(const struct adding *adding, const struct sale *sale, const struct left_out *out)
{
    struct arena *arena = adding->list->arena;
    const struct event *event = sale->event;
    struct manual_entry *entry = begin_entry(adding, MANUAL_INVOICE, out->type);
    enum err err;

    if (!entry)
        return ERR_MEMORY;
    entry->time = event->time;
    entry->receipt = arena_copy(arena, sale->name);
    entry->by = sale->taken_back ? arena_copy(arena, sale->by) : STR_NONE;
    entry->customer = arena_copy(arena, event->customer);
    entry->paid_with = entry->what;
    entry->order = event->order.len ? arena_copy(arena, event->order)
                                    : arena_format(arena, STR_FMT "-%" PRIu64, STR_ARG(event->reg), event->seq);
    err = count_in(&entry->amount, out->total, sale->taken_back);
    for (size_t i = 0; !err && i < event->line_count; i++) {
        const struct sale_line *from = &event->lines[i];
        struct manual_line *line = out->lines[i].ore ? add_line(adding->list, entry) : NULL;

        if (out->lines[i].ore == 0)
            continue;
        if (!line)
            return ERR_MEMORY;
        line->text = arena_copy(arena, from->text.len ? from->text : from->product_type);
        line->product_type = arena_copy(arena, from->product_type);
        line->rate = from->vat;
        line->qty = sale->taken_back ? -from->qty : from->qty;
        err = count_in(&line->gross, from->gross, sale->taken_back);
        if (!err)
            err = count_in(&line->share, out->lines[i], sale->taken_back);
    }
    return err;
}

/* Of several receipts together: one line a product type and rate. */
static enum err sum_line(const struct adding *adding, struct manual_entry *entry, const struct sale_line *from,
                         struct money share, bool negative)
{
    struct manual_line *line = NULL;
    enum err err;

    for (size_t i = 0; i < entry->line_count && !line; i++)
        if (entry->lines[i].rate == from->vat && str_equal(entry->lines[i].product_type, from->product_type))
            line = &entry->lines[i];
    if (!line) {
        line = add_line(adding->list, entry);
        if (!line)
            return ERR_MEMORY;
        line->product_type = line->text = arena_copy(adding->list->arena, from->product_type);
        line->rate = from->vat;
    }
    err = count_in(&line->gross, from->gross, negative);
    return err ? err : count_in(&line->share, share, negative);
}

/* What left, of which kind, and how it was paid. */
struct leaving { enum manual_kind kind; struct str type, paid_with; };

static enum err left_out(const struct adding *adding, const struct sale *sale, struct leaving leaving, struct money total,
                         const struct money *lines)
{
    struct manual_list *list = adding->list;
    struct manual_entry *entry = NULL;
    enum err err;

    for (size_t i = adding->start; i < list->count && !entry; i++)
        if (list->at[i].kind == leaving.kind && str_equal(list->at[i].what, leaving.type) &&
            str_equal(list->at[i].paid_with, leaving.paid_with))
            entry = &list->at[i];
    if (!entry)
        entry = begin_entry(adding, leaving.kind, leaving.type);
    if (!entry)
        return ERR_MEMORY;
    entry->paid_with = arena_copy(list->arena, leaving.paid_with);
    err = count_in(&entry->amount, total, sale->taken_back);
    for (size_t i = 0; !err && i < sale->event->line_count; i++)
        if (lines[i].ore)
            err = sum_line(adding, entry, &sale->event->lines[i], lines[i], sale->taken_back);
    return err;
}

static bool is_left_out(const struct shares *shares, struct str type)
{
    for (size_t i = 0; i < shares->left_out_count; i++)
        if (str_equal(shares->left_out[i].type, type))
            return true;
    return false;
}

/* The payments that gift cards sold were taken out of (mapper/share.h); of several, "card+cash". */
static struct str paid_with(struct arena *arena, const struct sale *sale)
{
    const struct event *event = sale->event;
    struct str text = STR_NONE;

    for (size_t i = 0; i < event->payment_count; i++) {
        struct str type = event->payments[i].type;

        if (event->payments[i].amount.ore == sale->shares.payments[i].ore || is_left_out(&sale->shares, type))
            continue;
        text = text.len ? arena_format(arena, STR_FMT "+" STR_FMT, STR_ARG(text), STR_ARG(type)) : type;
    }
    return text;
}

static enum err sale_seen(const struct sale *sale, void *context)
{
    const struct adding *adding = context;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && !sale->broken && i < sale->shares.left_out_count; i++) {
        const struct left_out *out = &sale->shares.left_out[i];

        if (!str_equal(out->type, STR("credit")))
            err = left_out(adding, sale, (struct leaving){ str_equal(out->type, STR("gift_card")) ? MANUAL_GIFT_USED
                                                                                                 : MANUAL_LEFT_OUT,
                                                           out->type, out->type }, out->total, out->lines);
        else if (!adding->draft->credit_ordered)
            err = invoice(adding, sale, out);
    }
    if (!err && !sale->broken && sale->shares.gift_lines)
        err = left_out(adding, sale, (struct leaving){ MANUAL_GIFT_SOLD, STR("gift_card"),
                                                       paid_with(adding->list->arena, sale) },
                       sale->shares.gift_total, sale->shares.gift_lines);
    return err;
}

static enum err movement_seen(const struct sale *sale, void *context)
{
    const struct adding *adding = context;
    struct manual_entry *entry;

    if (sale->event->kind != EVENT_CASH_MOVEMENT)
        return ERR_OK;
    entry = begin_entry(adding, MANUAL_MOVEMENT, sale->event->reason);
    if (!entry)
        return ERR_MEMORY;
    entry->time = sale->event->time;
    entry->receipt = arena_copy(adding->list->arena, sale->name);
    entry->amount = sale->event->amount;
    entry->customer = arena_copy(adding->list->arena, sale->event->customer);
    entry->paid_with = event_paid_with(sale->event, adding->list->arena);
    return ERR_OK;
}

/* --- what a person left out --- */

static enum err receipt_lines(const struct adding *adding, struct receipts *receipts, struct manual_entry *entry)
{
    struct arena *arena = adding->list->arena;
    struct str venue = adding->draft->doc.venue;
    struct receipt_fate fate;
    struct receipt_name name;
    struct str text = arena_format(arena, STR_FMT "/" STR_FMT, STR_ARG(venue), STR_ARG(entry->receipt));
    enum err err = receipt_parse(text, arena, &name);

    if (!err)
        err = receipts_find(receipts, venue, name.reg, name.series, name.seq, arena, &fate);
    if (err)
        return err == ERR_NOT_FOUND || err == ERR_FORMAT ? ERR_OK : err;
    entry->time = fate.event.time;
    for (size_t i = 0; !err && !entry->unknown && i < fate.event.line_count; i++) {
        const struct sale_line *from = &fate.event.lines[i];
        struct manual_line *line = add_line(adding->list, entry);

        if (!line)
            return ERR_MEMORY;
        line->product_type = from->product_type;
        line->text = from->text.len ? from->text : from->product_type;
        line->rate = from->vat;
        line->qty = from->qty;
        line->gross = line->share = from->gross;
    }
    return ERR_OK;
}

/* The voucher's own list has them all, but for its bound. */
static enum err add_left(const struct adding *adding, struct receipts *receipts)
{
    struct arena *arena = adding->list->arena;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < adding->draft->manual_count; i++) {
        const struct manual_item *item = &adding->draft->manual[i];
        struct manual_entry *entry = item->left ? begin_entry(adding, MANUAL_RECEIPT, item->what) : NULL;

        if (!item->left)
            continue;
        if (!entry)
            return ERR_MEMORY;
        entry->amount = item->amount;
        entry->unknown = item->unknown;
        entry->receipt = arena_copy(arena, item->receipt);
        entry->order = arena_copy(arena, item->order);
        entry->customer = arena_copy(arena, item->customer);
        if (receipts && item->amount.ore > 0)
            err = receipt_lines(adding, receipts, entry);
    }
    return err;
}

static enum err not_booked_seen(const struct sale *sale, void *context)
{
    const struct adding *adding = context;
    struct arena *arena = adding->list->arena;
    struct manual_entry *entry = begin_entry(adding, MANUAL_NOT_BOOKED, STR(MANUAL_NOT_BOOKED_WHAT));
    struct money payments;

    if (!entry)
        return ERR_MEMORY;
    entry->time = sale->event->time;
    entry->receipt = arena_copy(arena, sale->name);
    entry->customer = arena_copy(arena, sale->event->customer);
    entry->order = arena_copy(arena, sale->event->order);
    if (sale->event->kind != EVENT_RECEIPT || receipt_sums(sale->event, &entry->amount, &payments))
        entry->amount = sale->event->amount;
    return ERR_OK;
}

/* --- from the voucher --- */

static enum err from_draft(const struct adding *adding)
{
    const struct draft *draft = adding->draft;
    struct arena *arena = adding->list->arena;

    for (size_t i = 0; i < draft->manual_count; i++) {
        const struct manual_item *item = &draft->manual[i];
        struct manual_entry *entry = item->left ? NULL : begin_entry(adding, manual_item_kind(item), item->what);

        if (item->left)
            continue;
        if (!entry)
            return ERR_MEMORY;
        entry->amount = item->amount;
        entry->paid_with = entry->kind == MANUAL_INVOICE ? entry->what : arena_copy(arena, item->paid_with);
        entry->receipt = arena_copy(arena, item->receipt);
        entry->order = arena_copy(arena, item->order);
        entry->customer = arena_copy(arena, item->customer);
    }
    return ERR_OK;
}

/* What of the voucher's manual total the entries do not explain; movements are no part of it. */
static enum err gap_of(const struct adding *adding, struct money *ret_gap)
{
    struct money gap = adding->draft->manual_total;
    enum err err = ERR_OK;

    for (size_t i = adding->start; !err && i < adding->list->count; i++)
        if (manual_kind(adding->list->at[i].kind)->in_sales)
            err = money_subtract(gap, adding->list->at[i].amount, &gap);
    if (!err)
        *ret_gap = gap;
    return err;
}

static enum err add_gap(const struct adding *adding, uint64_t items, struct money amount)
{
    struct manual_list *list = adding->list;
    struct manual_gap *more = grown(list->arena, list->gaps, list->gap_count, &list->gap_room, sizeof *more);

    if (!more)
        return ERR_MEMORY;
    list->gaps = more;
    more[list->gap_count++] = (struct manual_gap){ adding->doc, items, amount };
    return ERR_OK;
}

static int by_kind(const void *a, const void *b)
{
    const struct manual_entry *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* ERR_NOT_FOUND: the receipts do not tell it any more. */
static enum err from_receipts(struct adding *adding, struct receipts *receipts, const struct venue *venue)
{
    uint64_t trimmed = 0, movements_trimmed = 0;
    struct money gap = { 0 };
    enum err err;

    if (!receipts)
        return ERR_NOT_FOUND;
    err = receipts_of(receipts, venue, adding->draft, sale_seen, adding, &trimmed);
    if (!err)
        err = receipts_movements(receipts, venue, adding->draft, movement_seen, adding, &movements_trimmed);
    if (!err)
        err = add_left(adding, receipts);
    if (!err)
        err = receipts_not_booked(receipts, venue, adding->draft, not_booked_seen, adding);
    if (!err)
        err = gap_of(adding, &gap);
    if (err == ERR_RANGE)                /* such a day is held */
        return ERR_NOT_FOUND;
    return err ? err : trimmed || movements_trimmed || gap.ore ? ERR_NOT_FOUND : ERR_OK;
}

/* What the voucher left to be done by hand. receipts NULL: nothing is kept of them. */
static enum err manual_add(struct manual_list *list, struct receipts *receipts, const struct venue *venue, struct str doc,
                    const struct draft *draft)
{
    struct adding adding = { list, draft, doc, list->count };
    struct money gap = { 0 };
    enum err err;

    if (draft->manual_count == 0 && draft->manual_total.ore == 0)
        return ERR_OK;
    err = from_receipts(&adding, receipts, venue);
    if (err == ERR_NOT_FOUND) {
        list->count = adding.start;
        err = from_draft(&adding);
        if (!err)
            err = add_left(&adding, NULL);
        if (!err)
            err = gap_of(&adding, &gap);
        if (!err && (draft->manual_more || gap.ore))
            err = add_gap(&adding, draft->manual_more, gap);
    }
    if (!err && arena_failed(list->arena))
        err = ERR_MEMORY;
    if (!err && list->count > adding.start)
        qsort(list->at + adding.start, list->count - adding.start, sizeof *list->at, by_kind);
    return err;
}

/* --- all of them --- */

static enum err connect(struct manual_list *list, const struct config *config, struct str company, struct fault *fault)
{
    struct refstore *store;
    enum err err = refstore_open(config->state_dir, STORE_READ_ONLY, &store, fault);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;          /* nobody is connected yet */
    for (size_t i = 0; !err && i < list->count; i++) {
        struct manual_entry *entry = &list->at[i];

        if (entry->customer.len)
            err = customer_link_get(store, company, entry->customer, &entry->customer_no);
        if (err == ERR_NOT_FOUND)
            err = ERR_OK;
    }
    refstore_close(store);
    return err;
}

/* In no books from here any more: who left it so enters it where it belongs. */
static enum err add_reversed(struct manual_list *list, const struct book_doc *doc)
{
    struct adding adding = { list, &doc->draft, doc->id, list->count };
    struct manual_entry *entry = begin_entry(&adding, MANUAL_REVERSED, doc->draft.text.len ? doc->draft.text : doc->id);

    if (!entry)
        return ERR_MEMORY;
    entry->amount = doc->draft.total;
    entry->order = arena_copy(list->arena, doc->draft.order_no);
    entry->customer = arena_copy(list->arena, doc->draft.customer);
    return arena_failed(list->arena) ? ERR_MEMORY : ERR_OK;
}

enum err manual_load(const struct config *config, const struct venue *venue, const struct book_list *books,
                     struct manual_list *list, struct fault *fault)
{
    struct receipts *receipts = NULL;
    enum err err = receipts_open(config, &receipts, fault);

    if (err == ERR_NOT_FOUND)
        err = ERR_OK;                    /* no mapper's store: the drafts that were sent still tell */
    for (size_t i = 0; !err && i < books->count; i++) {
        if (books->docs[i].draft.doc.kind == DOC_VOUCHER)
            err = manual_add(list, receipts, venue, books->docs[i].id, &books->docs[i].draft);
        if (!err && book_doc_is_left_reversed(&books->docs[i]))
            err = add_reversed(list, &books->docs[i]);
    }
    receipts_close(receipts);
    return err ? err : connect(list, config, venue->company, fault);
}

/* --- sums --- */

static enum err sum_up(struct manual_sum *sums, size_t *count, enum manual_kind kind, int32_t rate, struct money amount)
{
    size_t i = 0;

    while (i < *count && (sums[i].kind != kind || sums[i].rate != rate))
        i++;
    if (i == SUMS_MAX)
        return ERR_RANGE;
    if (i == *count)
        sums[(*count)++] = (struct manual_sum){ .kind = kind, .rate = rate };
    return money_add(sums[i].gross, amount, &sums[i].gross);
}

static int by_rate(const void *a, const void *b)
{
    const struct manual_sum *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->rate > y->rate) - (x->rate < y->rate);
}

enum err manual_sums(const struct manual_list *list, struct manual_sum **ret_sums, size_t *ret_count)
{
    struct manual_sum *sums = arena_array(list->arena, SUMS_MAX, sizeof *sums);
    size_t count = 0;
    enum err err = sums ? ERR_OK : ERR_MEMORY;

    for (size_t i = 0; !err && i < list->count; i++) {
        const struct manual_entry *entry = &list->at[i];

        if (entry->kind != MANUAL_MOVEMENT && entry->kind != MANUAL_NOT_BOOKED && entry->kind != MANUAL_REVERSED &&
            entry->line_count == 0 && !entry->unknown)
            err = sum_up(sums, &count, entry->kind, MANUAL_RATE_UNKNOWN, entry->amount);
        for (size_t k = 0; !err && k < entry->line_count; k++)
            err = sum_up(sums, &count, entry->kind, entry->lines[k].rate, entry->lines[k].share);
    }
    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        if (sums[i].rate > 0)
            sums[i].vat = money_vat_of_gross(sums[i].gross, sums[i].rate);
    qsort(sums, count, sizeof *sums, by_rate);
    *ret_sums = sums;
    *ret_count = count;
    return ERR_OK;
}
