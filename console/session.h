/* session.h - who is signed in, in STATE_DIR/console: random tokens, of which only a hash rests.
 *
 * A session begins with a sign-in and with a token of its own, so that no token from before is worth anything after; it ends by
 * signing out, by its age, by not being used, and when its user is removed or made anew. The token of forms (CSRF) is made
 * from the session's own, and is told only inside its pages.
 * Durability  ERR_OK: on disk. When a session was last used is written once a minute.
 * Units       wall clock, ms.
 */
#ifndef BILAG_CONSOLE_SESSION_H
#define BILAG_CONSOLE_SESSION_H

#include "base/storecheck.h"
#include "domain/users.h"

enum { SESSION_TEXT_SIZE = 64, SESSIONS_PER_USER = 20 };

struct session { struct str user; int64_t made_ms, seen_ms; };

struct session_limits { int64_t age_ms, idle_ms; };

struct sessions;
USED enum err sessions_open(struct str state_dir, struct sessions **ret_sessions, struct fault *fault);
void sessions_close(struct sessions *sessions);              /* NULL is fine */

/* Begins one; its token goes to ret_text. Those of everybody that are over are taken away, and the user's oldest beyond
 * SESSIONS_PER_USER. */
USED enum err sessions_begin(struct sessions *sessions, struct str user, const struct session_limits *limits, int64_t now_ms,
                             char ret_text[SESSION_TEXT_SIZE]);
/* The session of a token; the user's name is in the arena. ERR_NOT_FOUND: there is none, or it is over. */
USED enum err sessions_find(struct sessions *sessions, struct str text, const struct session_limits *limits, int64_t now_ms,
                            struct arena *arena, struct session *ret_session);
USED enum err sessions_end(struct sessions *sessions, struct str text);      /* ERR_NOT_FOUND */

/* Is every record whole? (base/storecheck.h) */
USED enum err sessions_judge(struct storecheck *check, struct fault *fault);

/* What every form of the session carries. */
void session_form_token(struct str text, char ret_token[SESSION_TEXT_SIZE]);
/* Whether this is it; takes as long whatever it is. */
bool session_form_token_is(struct str text, struct str token);

#endif
