#include "month.h"

#include <stdlib.h>
#include <string.h>

void month_of(int32_t day, struct month *ret_month)
{
    int32_t year, month, date;

    day_to_civil(day, &year, &month, &date);
    *ret_month = (struct month){
        .first = day_of_civil(year, month, 1),
        .next = month == 12 ? day_of_civil(year + 1, 1, 1) : day_of_civil(year, month + 1, 1),
    };
}

static int severity(const struct book_doc *doc)
{
    const char *colour = state_class(doc);

    return strcmp(colour, "red") == 0 ? 3 : strcmp(colour, "yellow") == 0 ? 2 : strcmp(colour, "grey") == 0 ? 1 : 0;
}

enum err month_gather(struct view *view, const struct venue *venue, struct month *month)
{
    struct books *books;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (err)
        return err;
    err = books_venue(books, venue->id, month->first, month->next - 1, &view->arena, &month->list);
    books_close(books);
    for (size_t i = 0; !err && i < month->list.count; i++) {
        const struct book_doc *doc = &month->list.docs[i];
        struct month_day *day = &month->days[doc->draft.doc.day - month->first];

        if (book_doc_is_empty(doc))
            continue;
        day->documents++;
        if (!day->worst || severity(doc) > severity(day->worst))
            day->worst = doc;
        if (doc->draft.doc.kind == DOC_VOUCHER)
            err = money_add(day->sales, doc->draft.lines_total, &day->sales);
    }
    return err;
}

/* --- by type --- */

static int by_amount(const void *a, const void *b)
{
    int64_t x = ((const struct type_sum *)a)->amount.ore, y = ((const struct type_sum *)b)->amount.ore;

    return x < y ? 1 : x > y ? -1 : 0;
}

/* What was sold, by product type, from the vouchers' own evidence (cells). */
enum err month_types(const struct venue *venue, const struct month *month, struct type_sum *sums, size_t room,
                     size_t *ret_count)
{
    size_t count = 0;

    for (size_t i = 0; i < month->list.count; i++) {
        const struct draft *draft = &month->list.docs[i].draft;

        for (size_t k = 0; k < draft->cell_count && draft->doc.kind == DOC_VOUCHER; k++) {
            const struct cell *cell = &draft->cells[k];
            struct str name = venue_title(venue, true, cell->type, draft->doc.day);
            size_t at = 0;

            if (!cell->sold)
                continue;
            while (at < count && !str_equal(sums[at].name, name))
                at++;
            if (at == room)
                continue;
            if (at == count)
                sums[count++] = (struct type_sum){ name, { 0 } };
            if (money_subtract(sums[at].amount, cell->amount, &sums[at].amount))
                return ERR_RANGE;
        }
    }
    qsort(sums, count, sizeof *sums, by_amount);
    *ret_count = count;
    return ERR_OK;
}
