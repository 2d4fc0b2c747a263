#include "setup_effect.h"

static int64_t account_of(const struct venue *venue, const struct cell *cell, int32_t day)
{
    const struct payment_entry *payment = cell->sold ? NULL : venue_payment(venue, cell->type, day);
    const struct product_entry *product = cell->sold ? venue_product(venue, cell->type, day) : NULL;
    const struct vat_entry *vat = cell->sold ? venue_vat(venue, cell->rate, day) : NULL;

    if (payment)
        return payment->transfer ? payment->account : SETUP_NOT_TRANSFERRED;
    if (!product)
        return 0;
    return vat && vat->class_ == VAT_REDUCED ? product->reduced_account : product->account;
}

static struct str code_of(const struct venue *venue, const struct cell *cell, int32_t day)
{
    const struct vat_entry *vat = cell->sold ? venue_vat(venue, cell->rate, day) : NULL;

    return vat ? vat->code : STR_NONE;
}

static bool is_same(const struct setup_move *move, const struct setup_move *other)
{
    return move->sold == other->sold && move->from == other->from && move->to == other->to &&
           str_equal(move->type, other->type) && str_equal(move->from_code, other->from_code) &&
           str_equal(move->to_code, other->to_code);
}

static enum err move_add(struct setup_effect *effect, const struct cell *cell, const struct setup_move *made)
{
    struct setup_move *move = effect->moves, *end = effect->moves + effect->move_count;

    while (move < end && !is_same(move, made))
        move++;
    if (move == end && effect->move_count == SETUP_MOVES_MAX)
        return ERR_OK;                    /* more than anybody reads */
    if (move == end) {
        *move = *made;
        effect->move_count++;
    }
    return cell->sold ? money_subtract(move->amount, cell->amount, &move->amount)
                      : money_add(move->amount, cell->amount, &move->amount);
}

static bool is_touched(const struct book_doc *doc)
{
    return doc->draft.doc.kind == DOC_VOUCHER && !doc->status.sealed && !book_doc_is_empty(doc) &&
           (doc->state == DOC_OPEN || doc->state == DOC_HELD || doc->state == DOC_WAITING);
}

static enum err look(struct setup_effect *effect, const struct venue *now, const struct venue *wanted,
    const struct draft *draft)
{
    int32_t day = draft->doc.day;
    enum err err = ERR_OK;

    if (!effect->vouchers++ || day < effect->first)
        effect->first = day;
    if (effect->vouchers == 1 || day > effect->last)
        effect->last = day;
    for (size_t i = 0; !err && i < draft->cell_count; i++) {
        const struct cell *cell = &draft->cells[i];
        const struct setup_move made = { .sold = cell->sold, .type = cell->type, .from = account_of(now, cell, day),
                                         .to = account_of(wanted, cell, day), .from_code = code_of(now, cell, day),
                                         .to_code = code_of(wanted, cell, day) };

        if (made.from != made.to || !str_equal(made.from_code, made.to_code))
            err = move_add(effect, cell, &made);
    }
    return err;
}

enum err setup_effect_of(struct books *books, const struct venue *now, const struct venue *wanted, struct arena *arena,
                         struct setup_effect *ret_effect)
{
    struct setup_effect effect = { .rebuilt = !str_equal(now->mapping_hash, wanted->mapping_hash) };
    struct book_list docs;
    enum err err = books_venue(books, now->id, INT32_MIN, INT32_MAX, arena, &docs);

    effect.moves = arena_array(arena, SETUP_MOVES_MAX, sizeof *effect.moves);
    if (!err && !effect.moves)
        err = ERR_MEMORY;
    for (size_t i = 0; !err && i < docs.count; i++)
        if (is_touched(&docs.docs[i]))
            err = look(&effect, now, wanted, &docs.docs[i].draft);
    if (!err)
        err = due_of(books, wanted, arena, &effect.due);
    if (!err)
        *ret_effect = effect;
    return err;
}
