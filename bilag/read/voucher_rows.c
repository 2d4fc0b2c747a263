#include "voucher_rows.h"

#include <inttypes.h>

enum { COUNTER_SHOWN = 3 };

/* The accounts of the other side: one, a few, or how many. */
static struct str counter_account(struct arena *arena, const struct draft *draft, bool sold)
{
    struct strbuf list;
    struct str text;
    int64_t last = -1;
    size_t count = 0;

    strbuf_init(&list, 256);
    for (size_t i = 0; i < draft->line_count; i++) {
        const struct voucher_line *line = &draft->lines[i];

        if (line->sold == sold || line->account == last)     /* lines come by account */
            continue;
        last = line->account;
        if (count++ < COUNTER_SHOWN && line->account)
            strbuf_format(&list, "%s%" PRId64, list.len ? "+" : "", line->account);
        else if (count <= COUNTER_SHOWN)
            strbuf_format(&list, "%s" VOUCHER_BLANK, list.len ? "+" : "");
    }
    text = count > COUNTER_SHOWN ? arena_format(arena, "div. (%zu)", count)
           : count               ? arena_copy(arena, strbuf_str(&list))
                                 : STR(VOUCHER_BLANK);
    strbuf_free(&list);
    return text;
}

struct voucher_row voucher_row_of(struct arena *arena, const struct book_doc *doc, size_t i)
{
    const struct voucher_line *line = &doc->draft.lines[i];
    struct voucher_row row = { .line = line, .counter = counter_account(arena, &doc->draft, line->sold),
                       .vat_code = line->vat_code.len ? line->vat_code : STR(VOUCHER_BLANK), .department = line->department };

    row.account = line->account ? arena_format(arena, "%" PRId64, line->account) : STR(VOUCHER_BLANK);
    if (line->amount.ore > 0)
        row.debit = line->amount;
    else
        row.credit = (struct money){ -line->amount.ore };    /* bounded by MONEY_SUM_MAX */
    if (line->sold)
        row.vat = money_vat_of_gross(line->amount, line->rate);
    return row;
}

bool voucher_row_is_blank(const struct voucher_row *row)
{
    return str_equal(row->account, STR(VOUCHER_BLANK)) || str_equal(row->vat_code, STR(VOUCHER_BLANK));
}

enum err voucher_sums(struct arena *arena, const struct book_doc *doc, struct money *ret_debit, struct money *ret_credit)
{
    struct money debit = { 0 }, credit = { 0 };

    for (size_t i = 0; i < doc->draft.line_count; i++) {
        struct voucher_row row = voucher_row_of(arena, doc, i);

        if (money_add(debit, row.debit, &debit) || money_add(credit, row.credit, &credit))
            return ERR_RANGE;
    }
    *ret_debit = debit;
    *ret_credit = credit;
    return ERR_OK;
}

const struct day_proof *voucher_proof(const struct book_list *list, const struct book_doc *doc, const struct day_proof *days,
                                      size_t count)
{
    for (const struct book_doc *later = doc + 1; later < list->docs + list->count; later++)
        if (later->draft.doc.kind == DOC_VOUCHER && later->draft.doc.day == doc->draft.doc.day && !book_doc_is_empty(later))
            return NULL;
    for (size_t i = 0; i < count; i++)
        if (days[i].day == doc->draft.doc.day)
            return &days[i];
    return NULL;
}
