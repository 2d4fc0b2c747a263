/* takeback.h - whether a decision can still be taken back, as the mapper will judge it; and which were. */
#ifndef BILAG_BILAG_READ_TAKEBACK_H
#define BILAG_BILAG_READ_TAKEBACK_H

#include "domain/audit.h"
#include "domain/config.h"

/* A decision about a receipt (choose, restarted, leave-out). ERR_NOT_FOUND: it had no effect, or another one came after it;
 * ERR_REFUSED: something that was sent relies on it; of leave-out: something came meanwhile, or its receipt is out as well. */
USED enum err takeback_judge(const struct config *config, const struct decision *decision, struct fault *fault);

/* Decisions with this verb that were taken back since. The numbers are in the arena. */
struct taken_back { uint64_t *numbers; size_t count, room; struct arena *arena; struct str verb; };
USED enum err taken_back_load(struct audit *audit, const char *verb, struct arena *arena, struct taken_back *ret_list);
bool taken_back_has(const struct taken_back *list, uint64_t number);

#endif
