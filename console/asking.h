/* asking.h - what takes longer than a page, because the uploader asks PowerOffice for it: a client key is given (bilag/act/key_drop.h), or
 * the token of PowerOffice's own pages; its page is asked for; a venue's books are read again (poweroffice/errand.h).
 *
 * Begun from a page, taken on in every turn of the console, waited for by nobody. One at a time of a venue, ASKINGS_MAX at once.
 * Remembered  what came of the latest one of a venue, until the console ends: what must last is in the audit trail and in what is kept of
 *             the books.
 * Key         it is wiped in the caller's memory at once, and lies in locked memory until the uploader has answered at all. When it is in
 *             its place all stages read their files again, and its books are read.
 */
#ifndef BILAG_CONSOLE_ASKING_H
#define BILAG_CONSOLE_ASKING_H

#include "reload.h"
#include "stage/stage.h"

enum { ASKINGS_MAX = 8, ASKING_WORDS = 900 };

enum asking_kind { ASKING_KEY, ASKING_READ, ASKING_PAGE, ASKING_TOKEN };

struct asked_for {
    enum asking_kind kind;               /* a key that was taken, or came of a token, goes on as a reading */
    bool over;
    enum err err;                        /* of what is over: ERR_OK: done */
    int64_t began_ms, ended_ms;          /* wall clock */
    char words[ASKING_WORDS];            /* why it failed, in English (catalogue_said()) */
};

struct asking_wish { struct str venue, who; };

struct askings;
/* journeys: learn of the addresses; both outlive it. */
struct journeys;
USED enum err askings_open(struct stage *stage, struct reload *reload, struct journeys *journeys, struct askings **ret_askings);
void askings_close(struct askings *askings);                 /* NULL is fine */
/* Until when, at the latest, it is to be called again (steady); INT64_MAX: nothing is under way. */
int64_t askings_turn(struct askings *askings);

/* ERR_EXISTS: something is under way for the venue; ERR_BUSY: for too many; ERR_FORMAT, ERR_REFUSED, ERR_NOT_FOUND: the fault says why.
 * The key is wiped in any case. */
USED enum err askings_give(struct askings *askings, const struct asking_wish *wish, struct str *key, struct str reason,
                           struct fault *fault);
USED enum err askings_read(struct askings *askings, const struct asking_wish *wish, struct fault *fault);

/* PowerOffice's own pages: a way there begins for this session (journey.h), and learns of its address; then the token that the browser came
 * back with. */
USED enum err askings_page(struct askings *askings, const struct asking_wish *wish, struct str session, struct fault *fault);
USED enum err askings_token(struct askings *askings, const struct asking_wish *wish, struct str *token, struct str reason,
                            struct fault *fault);

/* The latest; NULL: none since the console began. */
const struct asked_for *askings_of(const struct askings *askings, struct str venue);

#endif
