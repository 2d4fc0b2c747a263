/* key_drop.h - a client key that a person gave goes one way: sealed for the uploader, which asks PowerOffice whose it is, keeps it, or
 * says why not (sender/keydrop.h). Who gives it keeps nothing, holds no key of PowerOffice and may run as the user without.
 *
 * For the command, and for a console: it neither prints nor asks. It waits for the uploader, KEY_DROP_WAIT_MS at most.
 * Trail       who gave the key, and why, is in the audit trail before it is on its way (context.who; key_drop() of a console names
 *             its person there); that it was not kept, after. An add-on waits for QuickOrder before (act/add_on.h).
 * Secret      the key is wiped in the caller's memory before the uploader is waited for, whatever comes of it.
 * Errors      the fault is the sentence for the person, without any part of the key, in the context's language if the program
 *             speaks it (fault_speak()):
 *             ERR_FORMAT     that is no key
 *             ERR_NOT_FOUND  no uploader runs; or there is no such venue
 *             ERR_REFUSED    PowerOffice refuses the key, it opens other books, or it has no place; nothing is kept
 *             ERR_NETWORK    nobody could say whose it is, and nothing is kept; or the uploader ended in the middle, and takes what it was
 *                            given when it starts again
 */
#ifndef BILAG_BILAG_ACT_KEY_DROP_H
#define BILAG_BILAG_ACT_KEY_DROP_H

#include "bilag/read/context.h"

enum { KEY_DROP_WAIT_MS = 120000 };

/* key: as it was pasted, in memory that may be written; wiped. reason: empty: none was given. ERR_OK: it is in its place, and the
 * uploader has taken it up; its mark is the venue's client_id from the next reading of the configuration on. */
USED enum err key_drop(struct context *context, struct str venue, struct str *key, struct str reason);

/* The same for who cannot wait: the key lies sealed away in locked memory until the uploader has answered at all. The context must
 * outlive it; what was refused at once has the fault there, and no giving. */
struct key_giving;
USED enum err key_giving_begin(struct context *context, struct str venue, struct str *key, struct str reason,
                               struct key_giving **ret_giving);
/* The same of PowerOffice's own pages: first the errand that has it make an address for a browser (no key is on its way, and nothing is
 * written down); then the token that the browser brought back, which the uploader changes for the key. Its mark in the trail is
 * GIVEN_BY_PAGES (connection.h), and the key's own as soon as that is kept. ERR_FORMAT: no token. */
struct errand;
USED enum err key_pages_errand(struct context *context, struct str venue, const char *state, struct errand *ret_errand);
USED enum err key_giving_begin_token(struct context *context, struct str venue, struct str *token, struct str reason,
                                     struct key_giving **ret_giving);
/* What came of an errand, as a sentence. */
struct errand_answer;
USED enum err key_errand_err(struct context *context, const struct errand_answer *said);
/* As far as it can go until that moment (steady); true: it is over. */
bool key_giving_run(struct key_giving *giving, int64_t until_steady_ms);
/* What came of it, once it is over; the fault is in the context. */
USED enum err key_giving_err(const struct key_giving *giving);
struct str key_giving_mark(const struct key_giving *giving);             /* of the key that was given; in the context's arena */
/* NULL is fine. One that is not over yet: what was given may be taken all the same. */
void key_giving_free(struct key_giving *giving);

/* Where the venue's file says that its key is: an absolute path, in the arena. ERR_REFUSED: it does not say, or names a credential. */
USED enum err key_place(struct context *context, struct str venue, struct str *ret_path);

#endif
