/* store_move.h - a whole store carried from its folder (LMDB) into PostgreSQL or back, record by record as they lie, sums included.
 *
 * Nobody     may have the store open. Who has it open in PostgreSQL meanwhile can write no more: its term is another.
 * Two steps   store_move_copy() copies and then compares the two, each record, in order; what it came from stays the truth.
 *             store_move_end() makes the copy the truth: copy all stores first. What they came from stays, aside.
 * Again       interrupted anywhere, both may be called again in the same order, and go on or begin anew; no program opens the
 *             store meanwhile (the mark in the folder and the term in PostgreSQL say why).
 * Errors      ERR_NOT_FOUND: there is none to move, or it is there already. ERR_EXISTS: PostgreSQL has one of that name that is in use.
 *             ERR_STORE_DAMAGED: the copy is not what was copied.
 */
#ifndef BILAG_BASE_STORE_MOVE_H
#define BILAG_BASE_STORE_MOVE_H

#include "err.h"

enum store_way { STORE_TO_ENGINE, STORE_TO_FOLDER };

/* ret_records: as they were compared. */
USED enum err store_move_copy(struct str folder, enum store_way way, uint64_t *ret_records, struct fault *fault);
USED enum err store_move_end(struct str folder, enum store_way way, struct fault *fault);

#endif
