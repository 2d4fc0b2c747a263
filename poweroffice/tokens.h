/* tokens.h - bearer tokens, one per client and set of keys, shared by the processes of this machine, and of all that
 * share the stores and have the same keys.
 *
 * Kept until 60 s, or a tenth of their life if that is less, before they expire. The name is a hash over
 * address and keys, so that environments never mix and a changed key never finds an old token. It rests encrypted with
 * another hash over the same: who has the store, and not the keys, has no token.
 * Secret: a struct token is wiped by whoever holds it.
 */
#ifndef BILAG_POWEROFFICE_TOKENS_H
#define BILAG_POWEROFFICE_TOKENS_H

#include "quota.h"

enum { TOKEN_MAX = 8192, TOKEN_NAME_SIZE = 65 };

struct token { char text[TOKEN_MAX]; size_t len; };

enum { TOKEN_KEY_BYTES = 32 };

struct token_lock { char name[TOKEN_NAME_SIZE]; unsigned char key[TOKEN_KEY_BYTES]; };     /* key: secret */

void token_lock(struct str token_url, struct str subscription_key, struct str application_key, struct str client_key,
                struct token_lock *ret_lock);
/* ERR_NOT_FOUND: none, too old, or not one that was put with this lock. */
USED enum err token_get(struct quota *quota, const struct token_lock *lock, int64_t now_ms, struct token *ret_token);
USED enum err token_put(struct quota *quota, const struct token_lock *lock, struct str token, int64_t life_s,
                        int64_t now_ms);
/* Forgets this very token; one that another process has fetched meanwhile stays. */
USED enum err token_drop(struct quota *quota, const struct token_lock *lock, struct str token);

#endif
