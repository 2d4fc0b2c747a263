/* rename.h - a person's name is taken out of what the mapper keeps: contents of receipts, those that are contested, drafts.
 *
 * Only while no mapper runs. Numbers seen, effects, sums and what was sealed stay as they are: no name stands in them. Some records
 * at a time; a part of it done is no harm, and it may be done again.
 */
#ifndef BILAG_MAPPER_RENAME_H
#define BILAG_MAPPER_RENAME_H

#include "tables.h"
#include "domain/renaming.h"

/* One content that names the person, or one draft. Views. */
struct named {
    const struct event *event;           /* NULL: a draft */
    const struct draft *draft;           /* NULL: an event */
    int32_t day;
    bool due;                            /* its day is not wholly sealed */
    bool contested;                      /* nobody has said what it is */
    bool parked;
};
typedef enum err (*named_visit)(const struct named *named, void *context);
USED enum err rename_look(struct store *store, const struct renaming *renaming, struct arena *arena, named_visit visit,
                          void *context);

USED enum err rename_all(struct store *store, const struct renaming *renaming, struct arena *arena, uint64_t *ret_renamed);

#endif
