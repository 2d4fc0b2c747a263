#include "by_hand.h"

/* Credit that the draft gives to no order: while its day goes on, the mapper may still release orders of it. Once the
 * draft is closed, it has decided (mapper/offer.c). */
static bool has_credit_in_the_air(const struct draft *draft)
{
    struct str credit = STR("credit");
    bool seen = draft->manual_more > 0;

    if (draft->phase == DRAFT_CLOSED || draft->credit_ordered)
        return false;
    for (size_t i = 0; i < draft->manual_count; i++)
        seen |= !draft->manual[i].movement && !draft->manual[i].left && str_equal(draft->manual[i].what, credit);
    for (size_t i = 0; i < draft->cell_count; i++)
        seen |= !draft->cells[i].sold && str_equal(draft->cells[i].type, credit);
    return seen;
}

/* An order that is not released may still become none: its day goes on. */
bool by_hand_is_possible(const struct draft *draft)
{
    return draft->doc.kind == DOC_ORDER ? draft->phase == DRAFT_CLOSED && draft->order_line_count > 0
                                        : !has_credit_in_the_air(draft);
}
