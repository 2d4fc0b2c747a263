/* eventlog_inside.h - what the source files of eventlog.h share, for nobody else. */
#ifndef BILAG_INGEST_EVENTLOG_INSIDE_H
#define BILAG_INGEST_EVENTLOG_INSIDE_H

#include "eventlog.h"
#include "eventlog_tail.h"

enum eventlog_table { LOG_EVENTS, LOG_NEXT, LOG_SEEN, LOG_MARKS, LOG_REFUSED, LOG_FIXED,
                      LOG_DAYS, LOG_ARRIVALS, LOG_INDEXED };
enum { EVENTS_PER_RECORD_MAX = 65536, SAME_IDENTITY_MAX = 16 };   /* more conflicts of one receipt than this are not listed */

struct eventlog {
    struct store *store;
    uint32_t partitions;
    struct tails *tails;
    struct strbuf piece, record;         /* what peek lends out; one record being built */
    size_t *order;                       /* entries of a batch by partition */
    size_t order_size;
    const struct pseudonyms *pseudonyms;
    struct arena scratch, settled;       /* one event; what a batch's entries say under pseudonyms */
};

enum { EVENTLOG_SCRATCH_BYTES = 8 * 1024 * 1024, EVENTLOG_SETTLED_BYTES = 512 * 1024 * 1024 };

/* The offsets of the events of one identity; tail_read() was called. */
struct eventlog_same { uint64_t offsets[SAME_IDENTITY_MAX]; size_t count; };
USED enum err eventlog_same(struct txn *txn, const struct eventlog *log, uint32_t partition, struct str identity,
                            struct eventlog_same *ret_same);
/* The entry's identity has another content: where that one says a pseudonym for a name of the entry's, the entry says it too.
 * *ret_settled: it does now, with another hash. */
USED enum err eventlog_settle(struct txn *txn, struct eventlog *log, struct eventlog_entry *entry, bool *ret_settled);

USED enum err eventlog_next_offset(struct txn *txn, uint32_t partition, uint64_t *ret_next);
/* The value beside an identity in LOG_SEEN. */
void eventlog_seen_value(const struct event_hash *hash, uint64_t offset, struct key *ret_value);
/* Writes down that a partition's events from `first` on are of this day, unless that is known. */
USED enum err eventlog_note_day(struct txn *txn, uint32_t partition, int32_t day, uint64_t first);
/* The events from `offset` on came so. */
USED enum err eventlog_note_arrival(struct txn *txn, uint32_t partition, uint64_t offset,
                                    const struct eventlog_arrival *arrival);
/* Rows that only cover events below `begin` go. */
USED enum err eventlog_drop_arrivals(struct txn *txn, uint32_t partition, uint64_t begin);
USED enum err eventlog_arrival_decode(struct str value, struct eventlog_arrival *ret_arrival);   /* a view */

/* Texts and bytes are views. */
USED enum err eventlog_refusal_read(struct str value, struct eventlog_refusal *ret_refusal);
void eventlog_refusal_write(const struct eventlog_refusal *refusal, struct strbuf *row);
/* Every row there is, in the order in which they came; refusal is NULL where one is damaged: `bilag fsck` tells that, and it stops
 * nobody. ERR_STOP from visit() ends it well. */
enum { REFUSED_KEY_BYTES = 2 * sizeof(uint64_t) };
typedef enum err (*refused_visit)(struct str key, const struct eventlog_refusal *refusal, struct str value, void *context);
USED enum err eventlog_refused_rows(struct txn *txn, refused_visit visit, void *context);
/* Which of the batch's refusals are kept already: the same bytes at the same place of the same file, for the same reason.
 * Whoever sends them again has not refused more. One walk for the whole batch; to be freed. */
USED enum err eventlog_refused_listed(struct txn *txn, const struct eventlog_batch *batch, bool **ret_listed);
/* When too much is kept of what was refused: the sources with the most of it give up their oldest. */
USED enum err eventlog_trim_refused(struct txn *txn, size_t *ret_trimmed);

#endif
