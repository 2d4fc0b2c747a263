/* token.h - access tokens: JWT-shaped, signed, kept in memory until they expire.
 *
 * A token carries the rights that its client had when it was issued; later changes need a new one.
 * Tokens do not survive a restart: the client sees 401 and asks again.
 */
#ifndef BILAG_SANDBOX_HTTP_TOKEN_H
#define BILAG_SANDBOX_HTTP_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "sandbox/base/map.h"

#define TOKENS_MAX 16384                                      /* the oldest make room */

struct client;
struct exchange;

struct token {
    char          *text, *application_key;
    struct client *client;
    uint32_t       privileges;
    int64_t        expires_ms;
};

struct tokens {
    struct token *ring;
    uint64_t      count;
    struct map    by_text;
    unsigned char key[32];
};

void tokens_open(struct tokens *tokens);
void tokens_close(struct tokens *tokens);
void tokens_expire_all(struct tokens *tokens);
const struct token *token_find(const struct tokens *tokens, const char *text, int64_t now_ms);

void token_post(struct exchange *x);                          /* POST /OAuth/Token */

#endif
