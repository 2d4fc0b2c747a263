/* eventlog_tail.h - the identities of a partition's latest events, which LOG_SEEN does not have yet.
 *
 * An identity's row lies anywhere in its table, so that a commit which wrote one for each event would write a page for each
 * venue. So LOG_SEEN has what is below LOG_INDEXED, the events behind are known from the log itself, and some thousands of
 * them go into the table together: pages are shared, and nothing has to be durable that the log does not have.
 *
 * Truth       the log. Whatever a process remembers here it can read again, and does after a transaction that came to nothing,
 *             and where another process committed.
 * Absent      no row in LOG_INDEXED: LOG_SEEN has all there is (a log that was written before there was such a row).
 * Damaged     an event that cannot be read, and what follows it in the tail, counts as trimmed (eventlog.h).
 * Bounds      about TAIL_EVENTS of all partitions together, some 70 bytes each; no more of them go into the table with one
 *             commit than that its others notice.
 * Ownership   of the log; used within a transaction of its store only.
 * Errors      ERR_STORE_DAMAGED, ERR_MEMORY and those of the store.
 */
#ifndef BILAG_INGEST_EVENTLOG_TAIL_H
#define BILAG_INGEST_EVENTLOG_TAIL_H

#include "domain/event.h"
#include "base/store.h"

enum { TAIL_EVENTS = 32768 };

struct eventlog;
struct tails;

USED enum err tails_open(uint32_t partitions, struct tails **ret_tails);
void tails_close(struct tails *tails);               /* NULL is fine */

/* At the beginning of every write transaction's work, and behind its end: what was learned within one that was not committed is
 * forgotten. */
void tails_begin(struct tails *tails);
void tails_end(struct tails *tails, enum err err);

/* All that is remembered: the log says something else now. */
void tails_forget(struct tails *tails);

/* Learns what the log has behind LOG_INDEXED. Before anything else is asked about a partition, in every transaction. */
USED enum err tail_read(struct txn *txn, struct eventlog *log, uint32_t partition);
/* The first offset that LOG_SEEN does not have. ERR_NOT_FOUND: nothing says so. */
USED enum err tail_begin(struct txn *txn, uint32_t partition, uint64_t *ret_begin);
/* Before the first event is added in a transaction. */
USED enum err tail_note_begin(struct txn *txn, struct tails *tails, uint32_t partition);

/* Every event of an identity, oldest first. ERR_STOP ends it as ERR_OK. */
typedef enum err (*tail_visit)(const struct event_hash *hash, uint64_t offset, void *context);
USED enum err tail_find(const struct tails *tails, uint32_t partition, struct str identity, tail_visit visit, void *context);
USED enum err tail_add(struct tails *tails, uint32_t partition, struct str identity, const struct event_hash *hash,
                       uint64_t offset);
/* Is there so much that it is to go into the table now, where so many partitions' has gone already in this commit? */
bool tail_is_long(const struct tails *tails, uint32_t partition, unsigned parts_indexed);
/* All of it goes into LOG_SEEN. */
USED enum err tail_index(struct txn *txn, struct tails *tails, uint32_t partition);

#endif
