/* audit_index.h - which decisions of a trail have which verb and subject, remembered by the process.
 *
 * A trail only grows, and a decision stays as it was written: whoever asks for the few with a verb, or about a document, needs not
 * read all of them each time, only those that came since. One trail at a time is remembered, five bytes a decision; a trail that
 * is another one than it was (another folder, or one that was put back from a copy) is read from its beginning. What audit_rename()
 * changes it tells this process's index (audit_index_forget()); it is done while no other process that keeps one runs.
 */
#ifndef BILAG_DOMAIN_AUDIT_INDEX_H
#define BILAG_DOMAIN_AUDIT_INDEX_H

#include "audit.h"

/* Within a reading transaction of that trail: reads what is new. row() reads a decision from a record. */
typedef enum err (*audit_row)(struct str key, struct str value, struct decision *ret_decision);
USED enum err audit_index_read(struct txn *txn, unsigned table, struct str folder, audit_row row);
/* The first number from `from` on that may be one of those that are wished for; 0: none. */
uint64_t audit_index_next(uint64_t from, const struct audit_wish *wish);
/* Nothing is remembered any more. */
void audit_index_forget(void);
/* How many decisions were read for it since the process began. */
uint64_t audit_index_read_count(void);

#endif
