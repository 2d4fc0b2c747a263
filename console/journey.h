/* journey.h - who was sent to PowerOffice's own pages, and comes back from there with a token (docs/security.md).
 *
 * State       of a way there: a random word that goes to PowerOffice and comes back in the browser's address. It counts for the session
 *             that began it, for the venue that it was begun for, once, and for JOURNEY_LIFE_MS: an address that somebody else was sent
 *             away with connects nothing, and neither does one of one's own for another venue.
 * Remembered  in memory alone: when the console ends, whoever is there begins anew.
 * Bounds      one way of a session and venue, JOURNEY_EACH of a session, JOURNEY_MAX of all; the oldest makes room.
 * Units       steady clock, ms.
 */
#ifndef BILAG_CONSOLE_JOURNEY_H
#define BILAG_CONSOLE_JOURNEY_H

#include "base/err.h"

enum { JOURNEY_MAX = 256, JOURNEY_EACH = 8, JOURNEY_LIFE_MS = 30 * 60 * 1000, JOURNEY_STATE_SIZE = 44 };

/* Of a session nothing is kept but what its forms carry (session_form_token()). */
struct journey {
    char session[64], venue[65], state[JOURNEY_STATE_SIZE];
    char address[1024];                  /* empty: PowerOffice has not said it yet */
    int64_t until_ms;
    bool used;
};

struct journeys;
USED enum err journeys_open(struct journeys **ret_journeys);
void journeys_close(struct journeys *journeys);                       /* NULL is fine */

/* Begins a way; the one before, of this session to this venue, leads nowhere from now on. */
const char *journeys_begin(struct journeys *journeys, struct str session, struct str venue, int64_t now_ms);
/* PowerOffice has said where the browser is to go. */
void journeys_ready(struct journeys *journeys, const char *state, const char *address);
/* The session's way of this venue, if it leads somewhere and was not gone to its end; NULL: none. */
const struct journey *journeys_of(const struct journeys *journeys, struct str session, struct str venue, int64_t now_ms);
/* Whoever comes back with this state in this session; NULL: nobody was sent with it, or not in this session, or too long ago. */
struct journey *journeys_back(struct journeys *journeys, struct str session, struct str state, int64_t now_ms);

#endif
