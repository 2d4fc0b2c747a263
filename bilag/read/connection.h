/* connection.h - where a venue's connection to PowerOffice stands, from what is kept: the configuration, the books as they were read
 * last, and the audit trail. Nobody is asked.
 *
 * Ownership  texts are in the context's arena, or views of the venue.
 */
#ifndef BILAG_BILAG_READ_CONNECTION_H
#define BILAG_BILAG_READ_CONNECTION_H

#include "context.h"

enum connection_state {
    CONNECTION_NONE,                     /* no key is in use */
    CONNECTION_UNREAD,                   /* a key is; PowerOffice was not asked with it yet */
    CONNECTION_REFUSED,                  /* PowerOffice refuses it; why: words */
    CONNECTION_SUBSCRIPTION,             /* ... the installation's own key; why: words */
    CONNECTION_OTHER_BOOKS,              /* it opens books that are not kept for the company */
    CONNECTION_RIGHTS,                   /* rights lack: words */
    CONNECTION_ADD_ON,                   /* nothing is sent until QuickOrder has its add-on */
    CONNECTION_FINE,
};

/* The key that a person gave last: GIVEN: it is on its way, or was lost on it; USED: it is in use; TAKEN_BACK: it was refused, and why. */
enum given_state { GIVEN_NONE, GIVEN_ON_ITS_WAY, GIVEN_USED, GIVEN_TAKEN_BACK };

/* The mark of one that comes by PowerOffice's own pages, until its own is known. */
#define GIVEN_BY_PAGES "pages"

struct connection {
    enum connection_state state;
    struct str client_name, words;
    int64_t read_ms;                     /* when the books were read last; 0: never */
    bool add_on_waits;                   /* whatever the state is */
    struct { enum given_state state; struct str who, why; int64_t time_ms; } given;
};

/* venue: client_id empty where no key is in use. */
USED enum err connection_of(struct context *context, const struct venue *venue, struct connection *ret_connection);

#endif
