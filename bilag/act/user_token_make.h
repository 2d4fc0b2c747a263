/* user_token_make.h - bearer tokens of the console's users: made, and revoked; whoever asks, the command or the console
 * (domain/user_tokens.h).
 *
 * The trail has whose it is and what it is for, before there is a token (decide.h); its text is handed out once and kept nowhere.
 * Sentences  of what is refused are in the context's fault.
 */
#ifndef BILAG_BILAG_ACT_USER_TOKEN_MAKE_H
#define BILAG_BILAG_ACT_USER_TOKEN_MAKE_H

#include "bilag/read/context.h"
#include "domain/user_tokens.h"

/* ERR_NOT_FOUND: there is no such user; ERR_FORMAT: about is no line of text; ERR_EXISTS: he has as many as anybody may. *ret_number: the
 * decision's. */
USED enum err user_token_make(struct context *context, struct users *users, struct str user, struct str about,
                              char ret_text[USER_TOKEN_SIZE], uint64_t *ret_number);
/* Of that user; empty: whoever has it. ERR_NOT_FOUND: there is none of that number. */
USED enum err user_token_revoke(struct context *context, struct users *users, struct str user, uint64_t number,
                                struct str reason, uint64_t *ret_number);

#endif
