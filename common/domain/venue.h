/* venue.h - what is worked out from a venue's settings once they are read (the questions are in config.h). */
#ifndef BILAG_DOMAIN_VENUE_H
#define BILAG_DOMAIN_VENUE_H

#include "config.h"

/* Names a PowerOffice client by its key without saying the key. Empty: no memory. */
struct str venue_client_id(struct str key, struct arena *arena);
/* Sets client_id (the client key's mark, base/keymarks.h) and mapping_hash. marked: the key's place holds its mark already. */
USED enum err venue_fingerprint(struct venue *venue, bool marked, struct arena *arena);

#endif
