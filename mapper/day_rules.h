/* day_rules.h - by which rule a receipt found its business day: the one that held when it was first read.
 *
 * A receipt's day follows from its time and the venue's zone, cut-offs and changes of VAT. If these are changed for days that
 * were, what was folded before keeps its days; but a store that is made again from the log would put it on others, and book it
 * twice. So the rule that goes is written into the audit trail, which outlives the store: events up to this place had it.
 * Dies here   between the trail and the store: it is written down once more, with the same place, and says the same.
 * Not known   if a store is lost and the rule is changed before the next one has begun: the former rule is written nowhere.
 */
#ifndef BILAG_MAPPER_DAY_RULES_H
#define BILAG_MAPPER_DAY_RULES_H

#include "base/store.h"
#include "domain/audit.h"
#include "domain/config.h"

struct day_rules;
USED enum err day_rules_open(struct day_rules **ret_rules);
void day_rules_close(struct day_rules *rules);               /* NULL is fine */
/* What was written down since the last call, by whichever mapper. */
USED enum err day_rules_read(struct day_rules *rules, struct audit *audit);
/* The rules of the partition's venues as they are now; where another one held until the place `folded`, that one is written
 * down first. */
USED enum err day_rules_keep(struct store *store, struct audit *audit, const struct config *config, uint32_t partition,
                             uint64_t folded, int64_t now_ms);
/* The venue with the rule for an event at this place: for venue_business_day(), and nothing else. `rules` NULL: as it is now. */
const struct venue *day_rules_at(const struct day_rules *rules, const struct venue *venue, uint64_t place);

#endif
