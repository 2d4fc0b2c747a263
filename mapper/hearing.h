/* hearing.h - what others tell this mapper: seals of the senders, and people's decisions from the audit trail. */
#ifndef BILAG_MAPPER_HEARING_H
#define BILAG_MAPPER_HEARING_H

#include "mapper.h"

/* link_handler: a seal. Every mapper is told; the one that has the partition minds. */
USED enum err hearing_seal(struct stage *stage, void *state, struct link *link, const struct frames *frames);
/* Takes up what was decided since the last look, a few times a second. */
USED enum err hearing_decisions(struct stage *stage, struct mapper *mapper);

#endif
