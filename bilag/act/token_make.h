/* token_make.h - bearer tokens, which open venues to who sends their sales: made, and revoked (domain/doors.h).
 *
 * The trail has what was made, and of whom, before there is a token (decide.h); the token's text is handed out once and kept nowhere.
 * Sentences  of what is refused are in the context's fault.
 */
#ifndef BILAG_BILAG_ACT_TOKEN_MAKE_H
#define BILAG_BILAG_ACT_TOKEN_MAKE_H

#include "bilag/read/context.h"
#include "domain/doors.h"

/* "company 912345678, oslo": the first twenty, and how many there are. */
struct str door_scopes_text(struct arena *arena, const struct door_scope *scopes, size_t count);

/* key: a public CURVE key (Z85) in place of a bearer token; empty: a text, into ret_text. ERR_EXISTS: this key is known.
 * *ret_number: the token's. */
USED enum err token_make(struct context *context, struct doors *doors, const struct door_scope *scopes, size_t count,
                         struct str about, struct str key, char ret_text[DOOR_TEXT_SIZE], uint64_t *ret_number);
/* ERR_NOT_FOUND: there is none of that number. *ret_decision: its place in the trail; 0: it was revoked already. */
USED enum err token_revoke(struct context *context, struct doors *doors, uint64_t number, struct str reason,
                           uint64_t *ret_decision);

#endif
