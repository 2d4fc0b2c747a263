/* by_hand.h - whether a document that was never sealed may end as entered by a person (docs/rules.md section 8).
 *
 * Its draft is sealed as it is: what comes later is the next part. That must not come too late for what the mapper has
 * decided meanwhile about its credit.
 */
#ifndef BILAG_SENDER_BY_HAND_H
#define BILAG_SENDER_BY_HAND_H

#include "domain/draft.h"

bool by_hand_is_possible(const struct draft *draft);

#endif
