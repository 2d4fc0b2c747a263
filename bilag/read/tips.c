#include "tips.h"

#include "mapper/tables.h"

#include <stdlib.h>
#include <string.h>

static bool is_tip(struct str product_type)
{
    return str_equal(product_type, STR("tip"));
}

static struct tip_row *row_add(struct tip_list *list)
{
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 32;
        struct tip_row *more = arena_array(list->arena, room, sizeof *more);

        if (!more)
            return NULL;
        if (list->count)
            memcpy(more, list->at, list->count * sizeof *more);
        list->at = more;
        list->room = room;
    }
    list->at[list->count] = (struct tip_row){ .booked = { 0 } };
    return &list->at[list->count++];
}

struct adding { struct tip_list *list; const struct book_doc *doc; size_t start; };

/* The employee's row of this voucher. NULL: out of memory. */
static struct tip_row *row_of(const struct adding *adding, struct str staff, bool unknown)
{
    struct tip_list *list = adding->list;
    struct tip_row *row;

    for (size_t i = adding->start; i < list->count; i++)
        if (list->at[i].unknown == unknown && str_equal(list->at[i].staff, staff))
            return &list->at[i];
    row = row_add(list);
    if (!row)
        return NULL;
    row->doc = adding->doc->id;
    row->day = adding->doc->draft.doc.day;
    row->state = adding->doc->state;
    row->voucher_no = adding->doc->status.number;
    row->staff = arena_copy(list->arena, staff);
    row->unknown = unknown;
    row->by_person = row->state == DOC_BY_HAND || book_doc_is_left_reversed(adding->doc);
    return row;
}

static enum err sale_seen(const struct sale *sale, void *context)
{
    const struct event *event = sale->event;
    struct money booked = { 0 }, all = { 0 }, beside;
    struct tip_row *row;
    bool any = false;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < event->line_count; i++) {
        if (!is_tip(event->lines[i].product_type))
            continue;
        any = true;
        err = money_add(all, event->lines[i].gross, &all);
        if (!err && !sale->broken)
            err = money_add(booked, sale->shares.lines[i], &booked);
    }
    if (err || !any)
        return err;
    row = row_of(context, event->staff, false);
    if (!row)
        return ERR_MEMORY;
    row->receipts++;
    err = money_subtract(all, booked, &beside);
    if (!err && sale->taken_back)
        return money_subtract(row->booked, booked, &row->booked) ? ERR_RANGE
                                                                 : money_subtract(row->beside, beside, &row->beside);
    if (!err)
        err = money_add(row->booked, booked, &row->booked);
    return err ? err : money_add(row->beside, beside, &row->beside);
}

/* The content that leaves with a receipt: its own; of a void, that which it takes back. ERR_NOT_FOUND: none. */
static enum err content_of(struct receipts *receipts, struct str venue, struct str receipt, struct arena *arena,
                           struct event *ret_content)
{
    struct receipt_name name;
    struct receipt_fate fate, target;
    struct str text = arena_format(arena, STR_FMT "/" STR_FMT, STR_ARG(venue), STR_ARG(receipt));
    enum err err = receipt_parse(text, arena, &name);

    if (!err)
        err = receipts_find(receipts, venue, name.reg, name.series, name.seq, arena, &fate);
    if (err)
        return err == ERR_FORMAT ? ERR_NOT_FOUND : err;
    *ret_content = fate.event;
    if (fate.event.kind != EVENT_VOID)
        return ERR_OK;
    err = receipts_find(receipts, venue, fate.event.voids.reg, SERIES_RECEIPTS, fate.event.voids.seq, arena, &target);
    if (err)
        return err;
    *ret_content = target.event;
    return target.voided && str_equal(target.void_name, receipt) ? ERR_OK : ERR_NOT_FOUND;
}

/* A receipt that a person left out leaves its tip to be paid all the same. What is listed with the other sign than the
 * content has is taken back by a void, or put back. */
static enum err left_out(const struct adding *adding, struct receipts *receipts, const struct manual_item *item)
{
    struct event content;
    struct tip_row *row;
    struct money sum = { 0 }, lines = { 0 }, payments;
    enum err err = content_of(receipts, adding->doc->draft.doc.venue, item->receipt, adding->list->arena, &content);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    for (size_t i = 0; !err && i < content.line_count; i++)
        if (is_tip(content.lines[i].product_type))
            err = money_add(sum, content.lines[i].gross, &sum);
    if (err || sum.ore == 0)
        return err;
    if (receipt_sums(&content, &lines, &payments))
        lines = item->amount;            /* beyond all bounds: the person said it, as it is on the till */
    row = row_of(adding, content.staff, false);
    if (!row)
        return ERR_MEMORY;
    row->receipts++;
    return (item->amount.ore < 0) != (lines.ore < 0) ? money_subtract(row->beside, sum, &row->beside)
                                                     : money_add(row->beside, sum, &row->beside);
}

/* What the voucher has for tips, credit positive, and where. */
static enum err tips_of(const struct draft *draft, struct money *ret_sum, int64_t *ret_account)
{
    struct money sum = { 0 };
    enum err err = ERR_OK;

    *ret_account = 0;
    for (size_t i = 0; !err && i < draft->cell_count; i++)
        if (draft->cells[i].sold && is_tip(draft->cells[i].type)) {
            err = money_subtract(sum, draft->cells[i].amount, &sum);
            *ret_account = draft->cells[i].account;
        }
    *ret_sum = sum;
    return err;
}

/* What of the voucher's sum the receipts do not tell any more is nobody's. */
static enum err add_unknown(const struct adding *adding)
{
    struct tip_list *list = adding->list;
    struct money rest;
    int64_t account;
    enum err err = tips_of(&adding->doc->draft, &rest, &account);

    for (size_t i = adding->start; !err && i < list->count; i++)
        err = money_subtract(rest, list->at[i].booked, &rest);
    if (!err && rest.ore) {
        struct tip_row *row = row_of(adding, STR_NONE, true);

        if (!row)
            return ERR_MEMORY;
        row->booked = rest;
    }
    for (size_t i = adding->start; !err && i < list->count; i++)
        list->at[i].account = account;
    return err;
}

static int by_staff(const void *a, const void *b)
{
    const struct tip_row *x = a, *y = b;

    return x->unknown != y->unknown ? x->unknown - y->unknown : str_compare(x->staff, y->staff);
}

enum err tips_add(struct tip_list *list, struct receipts *receipts, const struct venue *venue, const struct book_doc *doc)
{
    struct adding adding = { list, doc, list->count };
    uint64_t trimmed;
    enum err err = ERR_OK;

    if (receipts)
        err = receipts_of(receipts, venue, &doc->draft, sale_seen, &adding, &trimmed);
    for (size_t i = 0; receipts && !err && i < doc->draft.manual_count; i++)
        if (doc->draft.manual[i].left && !doc->draft.manual[i].unknown)
            err = left_out(&adding, receipts, &doc->draft.manual[i]);
    if (!err)
        err = add_unknown(&adding);
    if (!err && list->count - adding.start > 1)
        qsort(&list->at[adding.start], list->count - adding.start, sizeof *list->at, by_staff);
    return err;
}

struct money *tips_place(struct tip_sum *sum, const struct tip_row *row)
{
    return row->state == DOC_SENT ? &sum->sent : row->by_person ? &sum->beside : &sum->waiting;
}

static struct tip_sum *sum_of(struct tip_list *list, const struct tip_row *row)
{
    for (size_t i = 0; i < list->sum_count; i++)
        if (list->sums[i].unknown == row->unknown && str_equal(list->sums[i].staff, row->staff))
            return &list->sums[i];
    list->sums[list->sum_count] = (struct tip_sum){ .staff = row->staff, .unknown = row->unknown };
    return &list->sums[list->sum_count++];
}

static int sum_by_staff(const void *a, const void *b)
{
    const struct tip_sum *x = a, *y = b;

    return x->unknown != y->unknown ? x->unknown - y->unknown : str_compare(x->staff, y->staff);
}

enum err tips_sum(struct tip_list *list)
{
    list->sums = list->count ? arena_array(list->arena, list->count, sizeof *list->sums) : NULL;
    list->sum_count = 0;
    if (list->count && !list->sums)
        return ERR_MEMORY;
    for (size_t i = 0; i < list->count; i++) {
        struct tip_sum *sum = sum_of(list, &list->at[i]);
        struct money *to = tips_place(sum, &list->at[i]);

        if (money_add(*to, list->at[i].booked, to) || money_add(sum->beside, list->at[i].beside, &sum->beside))
            return ERR_RANGE;
    }
    if (list->sum_count > 1)
        qsort(list->sums, list->sum_count, sizeof *list->sums, sum_by_staff);
    return ERR_OK;
}
