/* snapshot.h - a copy of all stores as they were at one moment, while the stages go on.
 *
 * One moment, and not one store after the other, because the stores speak of each other: a mapper's offset must not
 * lie beyond the copied log (events that arrive later would be taken for known ones), a seal that the mapper knows
 * must be in the sender's copy (else the document would never be sent), and a seal that the sender knows must not lie
 * ahead of what the mapper's copy has folded (what is folded later would be booked a second time). No order of
 * copying gives all three while the stages work. So every store's write lock is taken, the pictures are fixed, the
 * locks are given back - some milliseconds - and only then is copied. What comes out is what a power cut at that
 * moment would have left, and the stages are made to go on from that: a document that was being sent is looked up
 * before it is sent again, and what was sent after that moment keeps its reference, which PowerOffice refuses a
 * second time.
 *
 * Bounds      a store that cannot be locked within SNAPSHOT_PATIENCE_S ends the whole process with a sentence: a
 *             process that was stopped inside a commit would hold everybody up.
 * Durability  ERR_OK: every copy is on disk.
 */
#ifndef BILAG_BILAG_KEEP_SNAPSHOT_H
#define BILAG_BILAG_KEEP_SNAPSHOT_H

#include "base/err.h"

enum { SNAPSHOT_STORES_MAX = 12, SNAPSHOT_PATIENCE_S = 30 };

struct snapshot_part { const char *name; bool there; uint64_t records, bytes; };

/* The stores `names` of folder `from` into `to` (which is there); stores that are not there are left out. This process
 * must have none of them open. parts: as many as names. */
USED enum err snapshot_take(struct str from, struct str to, const char *const *names, size_t count,
                            struct snapshot_part *parts, struct fault *fault);

#endif
