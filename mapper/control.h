/* control.h - a Z report's sums against the receipts of its numbers, wherever those of its run rest (docs/rules.md section 5).
 *
 * What differs is said to completeness, with both amounts. Ownership: all lives in completeness' arena.
 */
#ifndef BILAG_MAPPER_CONTROL_H
#define BILAG_MAPPER_CONTROL_H

#include "completeness.h"
#include "domain/event.h"

/* truly: the run that the report is of (run.h). budget: how many receipts may still be added up; at 0 the day is too large,
 * and that is said. */
USED enum err control_z(struct txn *txn, struct completeness *completeness, size_t *budget, const struct event *z,
                        struct str truly);

#endif
