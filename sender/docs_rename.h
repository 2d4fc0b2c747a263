/* docs_rename.h - a customer's name is taken out of the documents that a sender keeps, and out of the rounds in their trails.
 *
 * Only while no sender runs. What was sent stays as it is, and so does what PowerOffice has: the name stands in no request. Some
 * documents at a time; a part of it done is no harm, and it may be done again.
 */
#ifndef BILAG_SENDER_DOCS_RENAME_H
#define BILAG_SENDER_DOCS_RENAME_H

#include "docs.h"
#include "domain/renaming.h"

/* Documents that name the customer. */
typedef enum err (*docs_named_visit)(struct str doc, const struct record *record, const struct draft *draft, void *context);
USED enum err docs_named(struct docs *docs, const struct renaming *renaming, struct arena *arena, docs_named_visit visit,
                         void *context);
USED enum err docs_rename(struct docs *docs, const struct renaming *renaming, struct arena *arena, uint64_t *ret_renamed);

#endif
