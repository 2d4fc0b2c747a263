/* parked.h - well-formed sales of venues that are not set up, or left out because their file is wrong, and of days whose
 * record is damaged: how many, and how much money. The mapper keeps them (mapper/tables.h) and takes them in by itself when
 * the venue is there, and when the record can be read.
 *
 * Ownership  everything lives in the caller's arena.
 */
#ifndef BILAG_BILAG_READ_PARKED_H
#define BILAG_BILAG_READ_PARKED_H

#include "base/money.h"
#include "domain/config.h"

struct parked_venue {
    struct str venue;
    uint64_t events, receipts;           /* receipts: of the events */
    uint64_t seen_to;                    /* of the events: dismissed by a person, and not counted as red */
    struct money sum;                    /* lines of the receipts, including VAT */
    bool sum_known;                      /* false: it is more than an amount can be */
    int64_t first_s, last_s;             /* times of the sales, seconds since 1970 */
    uint64_t last_place;
    bool is_set_up;                      /* now: the mapper takes them in when it loads the configuration; what stays then
                                            needs a record that is damaged */
};
struct parked { struct parked_venue *at; size_t count; };

/* By venue, in byte order; none if the mapper has no store yet. */
USED enum err parked_load(const struct config *config, struct arena *arena, struct parked *ret_parked,
                          struct fault *fault);
bool parked_is_red(const struct parked_venue *parked);       /* some of it nobody has seen to */
/* The row of a venue, or NULL. */
const struct parked_venue *parked_of(const struct parked *parked, struct str venue);

/* The decision that a venue's parked sales, so far, are not to be counted as red: subject the venue, detail the last
 * place. They stay, and are taken in should the venue ever be set up. */
#define PARKED_VERB "dismiss-parked"

#endif
