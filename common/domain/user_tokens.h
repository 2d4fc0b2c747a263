/* user_tokens.h - bearer tokens of the console's users, for programs that ask in a person's name: in STATE_DIR/users, beside them.
 *
 * A token is worth what its user may and sees at that moment; it goes with the user. Its text is 32 random bytes, shown once; kept
 * is a keyed hash (BLAKE2b, the key made with the first one), so that what rests in the store or a backup opens nothing.
 * Taken up    what another process made or revoked counts at the next call.
 * Durability  ERR_OK: on disk. When a token was last used is written once a minute.
 * Ownership   what is handed out lives in the arena, or as long as the visit.
 * Errors      the store's; ERR_NOT_FOUND: there is no such user or token.
 */
#ifndef BILAG_DOMAIN_USER_TOKENS_H
#define BILAG_DOMAIN_USER_TOKENS_H

#include "users.h"

enum { USER_TOKEN_SIZE = 64, USER_TOKENS_MAX = 20, USER_TOKEN_ABOUT_MAX = 64 };

struct user_token {
    uint64_t number;                      /* from 1; never given twice */
    struct str user, about;               /* about: what it is for, in a person's words */
    int64_t made_ms, used_ms;             /* wall clock; used 0: never */
};

/* The number of the token that is made next with these users, kept as given: it stands in the audit trail before there is a token.
 * Refused as user_tokens_add() is. */
USED enum err user_tokens_next(struct users *users, struct str user, struct str about, uint64_t *ret_number);
/* Makes one; its text goes to ret_text and nowhere else. ERR_EXISTS: the user has USER_TOKENS_MAX; ERR_TOO_LONG: about. */
USED enum err user_tokens_add(struct users *users, struct str user, struct str about, int64_t now_ms,
                              char ret_text[USER_TOKEN_SIZE], uint64_t *ret_number);
/* Of that user; empty: whoever has it. ERR_NOT_FOUND. */
USED enum err user_tokens_revoke(struct users *users, struct str user, uint64_t number);
/* In no order that means anything. */
typedef enum err (*user_token_visit)(const struct user_token *token, void *context);
USED enum err user_tokens_list(struct users *users, user_token_visit visit, void *context);
/* The token of that text; it counts as used now. */
USED enum err user_tokens_judge(struct users *users, struct str text, int64_t now_ms, struct arena *arena,
                                struct user_token *ret_token);

#endif
