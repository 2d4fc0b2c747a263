#include "due.h"

static enum err debit_of(const struct draft *draft, struct money *ret_debit)
{
    enum err err = ERR_OK;

    *ret_debit = (struct money){ 0 };
    for (size_t i = 0; !err && i < draft->line_count; i++)
        if (draft->lines[i].amount.ore > 0)
            err = money_add(*ret_debit, draft->lines[i].amount, ret_debit);
    return err;
}

enum err due_of(struct books *books, const struct venue *venue, struct arena *arena, struct due_list *ret_list)
{
    struct due_list list = { .at = NULL };
    struct book_list docs;
    enum err err = books_venue(books, venue->id, INT32_MIN, INT32_MAX, arena, &docs);

    if (!err)
        list.at = arena_array(arena, docs.count + 1, sizeof *list.at);
    if (!err && !list.at)
        err = ERR_MEMORY;
    for (size_t i = 0; !err && i < docs.count; i++) {
        const struct draft *draft = &docs.docs[i].draft;
        struct due *due = &list.at[list.count];

        if (draft->doc.kind != DOC_VOUCHER || docs.docs[i].state != DOC_WAITING || !draft->line_count)
            continue;
        *due = (struct due){ .doc = docs.docs[i].id, .day = draft->doc.day,
                             .on = venue_switch(&venue->auto_transfer, draft->doc.day) };
        err = debit_of(draft, &due->debit);
        if (!err)
            err = money_add(list.sum[due->on], due->debit, &list.sum[due->on]);
        list.each[due->on]++;
        list.count++;
    }
    if (!err)
        *ret_list = list;
    return err;
}
