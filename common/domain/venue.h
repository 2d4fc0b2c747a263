/* venue.h - what is worked out from a venue's settings once they are read (the questions are in config.h). */
#ifndef BILAG_DOMAIN_VENUE_H
#define BILAG_DOMAIN_VENUE_H

#include "config.h"

/* Names a PowerOffice client by its key without saying the key. Empty: no memory. */
struct str venue_client_id(struct str key, struct arena *arena);
/* Sets client_id (the first 16 hex digits of the 32-byte BLAKE2b of the client key) and mapping_hash. */
USED enum err venue_fingerprint(struct venue *venue, struct arena *arena);

#endif
