/* renaming.h - one person's name at some venues, and what is to stand in its place: in events, and in documents.
 *
 * A name is what stands in the field for it (customer, staff): texts are not searched.
 * Ownership   names are lent; what is renamed points to the pseudonym.
 */
#ifndef BILAG_DOMAIN_RENAMING_H
#define BILAG_DOMAIN_RENAMING_H

#include "draft.h"
#include "pseudonym.h"

struct renaming {
    enum person person;
    struct str name, pseudonym;
    const struct str *venues;
    size_t venue_count;
};

bool renaming_concerns(const struct renaming *renaming, struct str venue);
/* Whether any of the venues' events lie in that partition. */
bool renaming_touches(const struct renaming *renaming, uint32_t partition, uint32_t partitions);
/* Whether the name can be in these bytes at all: cheap, and before anything is decoded. */
bool renaming_may_be_in(const struct renaming *renaming, struct str bytes);
/* Whether one is of a venue and named the person; then it no longer does. */
bool renaming_event(const struct renaming *renaming, struct event *event);
bool renaming_draft(const struct renaming *renaming, struct draft *draft);
bool renaming_problems(const struct renaming *renaming, struct problems *problems);

#endif
