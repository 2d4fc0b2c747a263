/* fold.h - a batch of the log becomes settlements, in one transaction with the partition's offset.
 *
 * Idempotent: an event that says the same for the books under its identity again moves nothing (docs/rules.md section 8);
 * its texts are taken over, and what only one of the two says is added. Other content, or a number whose content is no
 * longer kept, is kept aside on its own business day (conflict.h). But for which of two contents came first, the
 * result for a day does not depend on the order of arrival.
 * Forgotten    what is kept under a pseudonym (rename.h) and comes again with the name is compared, and kept, under the pseudonym.
 * Damage       an event that needs a record that cannot be read (its day's, mostly) does nothing and is parked; all others go on.
 *              What mends the store reads the log again, or puts back what was; what is parked still is folded at every start.
 * Durability   of the log's events: a power cut may undo the last fold, whole and with its offset; they are folded again then.
 *              Whatever leaves the mapper (round.h, hearing.h) is committed behind it, and that makes it durable first.
 */
#ifndef BILAG_MAPPER_FOLD_H
#define BILAG_MAPPER_FOLD_H

#include "tables.h"
#include "base/wire.h"
#include "domain/pseudonym.h"

/* Days that changed, for the schedule; views into the fold's arena. */
struct touched { struct str venue; int32_t day; };

struct fold {
    const struct config *config;
    struct arena *arena;                 /* emptied at the start of every fold */
    int64_t now_ms;
    uint32_t partition;
    const struct day_rules *day_rules;   /* NULL: all have the venues' of today */
    const struct pseudonyms *pseudonyms; /* NULL: nobody was forgotten */
    uint64_t first;                      /* fold_together(): the offset of the first event */
    struct reader bytes;                 /* ... each event's canonical bytes (take_any) */
    size_t count;
    /* out */
    struct touched *touched;
    size_t touched_count, touched_room;
    uint64_t events, duplicates, conflicts, parked, damaged;
    uint64_t held;                       /* of parked: they need a record that is damaged */
};

/* Each of these partitions' events, all in one transaction; one arena for all. */
USED enum err fold_together(struct fold *folds, size_t count, struct store *store);
/* Folds `count` events from offset `first` on; `events` gives each event's canonical bytes (take_any). */
USED enum err fold_batch(struct fold *fold, struct store *store, uint64_t first, const struct reader *events,
                         size_t count);
/* The same for as many of them as there is memory for at once, at least one; `events` is moved on over these. */
USED enum err fold_some(struct fold *fold, struct store *store, uint64_t first, struct reader *events, size_t count,
                        size_t *ret_folded);
/* Folds what waited for its venue to be configured, or for a record that was damaged. */
USED enum err fold_parked(struct fold *fold, struct store *store);
/* The offset to read a partition from. */
USED enum err fold_offset(struct store *store, uint32_t partition, uint64_t *ret_offset);

#endif
