/* new_key.h - a client key is put in its place and tested at once: it is PowerOffice's, and opens the books of its company.
 *
 * A key that PowerOffice refuses, or that opens other books, never takes the place of one that works. Who gave it, and why, is in
 * the trail before it is in its place; that the venue waits until QuickOrder has its add-on is there before it as well
 * (act/add_on.h), so that nothing is sent with a key whose command died.
 */
#ifndef BILAG_BILAG_CMD_NEW_KEY_H
#define BILAG_BILAG_CMD_NEW_KEY_H

#include "shell.h"

struct new_key {
    const char *id;                      /* the venue */
    int extension;
    const char *path;                    /* of the key's file */
    struct str key, former;              /* former: empty: none, or none of use */
    const char *reason;                  /* NULL: none was given */
    bool new_client;                     /* the company's books are this client from now on, on purpose */
    bool refused, connected;             /* what came of it; neither: it is stored and not tested */
    bool unanswered;                     /* ... or nobody knows whether the uploader has kept it */
    bool in_place;                       /* ... and whether it is in its file now */
};

/* EXIT_FINE: connected, with every right. Everything else is said or complained about. */
int new_key_put(struct shell *shell, struct new_key *new_key);
/* One that the uploader has taken (act/key_drop.h): what it opens, read and shown. */
int new_key_look(struct shell *shell, struct new_key *new_key);

#endif
