/* setup_effect.h - what a changed set-up does to days that are not sent yet, before it is saved.
 *
 * What is sent, or sealed for sending, keeps the mapping that it was built with. Every other voucher is built again; the moves say
 * which sums go to another account or VAT code, from the vouchers' own evidence (their cells).
 * Ownership  the arena; views of the venues.
 */
#ifndef BILAG_BILAG_READ_SETUP_EFFECT_H
#define BILAG_BILAG_READ_SETUP_EFFECT_H

#include "due.h"

enum { SETUP_NOT_TRANSFERRED = -1, SETUP_MOVES_MAX = 200 };

/* One product type (sold) or payment type; from, to: accounts, 0 blank, SETUP_NOT_TRANSFERRED; the VAT codes of what is sold. */
struct setup_move { bool sold; struct str type; int64_t from, to; struct str from_code, to_code; struct money amount; };

struct setup_effect {
    size_t vouchers;                     /* not sent yet, with something in them */
    int32_t first, last;                 /* their business days */
    bool rebuilt;                        /* they are built again */
    struct setup_move *moves; size_t move_count;
    struct due_list due;                 /* what would go at once: due.on as the wanted switch says */
};

/* ERR_RANGE: a sum is no amount. */
USED enum err setup_effect_of(struct books *books, const struct venue *now, const struct venue *wanted, struct arena *arena,
                              struct setup_effect *ret_effect);

#endif
