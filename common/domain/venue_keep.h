/* venue_keep.h - a venue's settings as a configuration keeps them: what many venues say alike lies there once. A fleet's accounts, VAT
 * codes and payment types are mostly the same, and each process holds all of them.
 *
 * Ownership  what is kept lies in the shelf's arena, and the venue points there only; the shelf itself is needed while venues are read.
 * Errors     ERR_MEMORY; the venue is then of no use.
 */
#ifndef BILAG_DOMAIN_VENUE_KEEP_H
#define BILAG_DOMAIN_VENUE_KEEP_H

#include "base/places.h"
#include "config.h"

struct shelf { struct places places; struct arena *arena; };             /* what is kept, by its bytes */

void shelf_free(struct shelf *shelf);                        /* not what is kept */
/* Moves all that the venue says out of the arena in which it was read. A key stays where it is, in the vault. */
USED enum err venue_keep(struct venue *venue, struct shelf *shelf);

#endif
