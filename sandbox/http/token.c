/* token.c - access tokens: OAuth 2.0 client credentials (RFC 6749), JWT-shaped. */
#include "token.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exchange.h"
#include "sandbox/base/json.h"
#include "sandbox/privilege.h"
#include "sandbox/base/text.h"

_Static_assert(sizeof ((struct tokens *)0)->key == crypto_auth_hmacsha256_KEYBYTES, "key");

void tokens_open(struct tokens *tokens)
{
    *tokens = (struct tokens){ .ring = must_alloc(TOKENS_MAX * sizeof *tokens->ring) };
    crypto_auth_hmacsha256_keygen(tokens->key);
}

static void token_forget(struct tokens *tokens, struct token *token)
{
    if (!token->text)
        return;
    map_drop(&tokens->by_text, token->text);
    free(token->text);
    free(token->application_key);
    *token = (struct token){ 0 };
}

void tokens_expire_all(struct tokens *tokens)
{
    for (size_t i = 0; i < TOKENS_MAX; i++)
        token_forget(tokens, &tokens->ring[i]);
}

void tokens_close(struct tokens *tokens)
{
    tokens_expire_all(tokens);
    map_free(&tokens->by_text);
    free(tokens->ring);
}

const struct token *token_find(const struct tokens *tokens, const char *text, int64_t now_ms)
{
    const struct token *token = map_find(&tokens->by_text, text);

    return token && now_ms < token->expires_ms ? token : NULL;
}

static char *base64(const void *bytes, size_t length)
{
    size_t room = sodium_base64_ENCODED_LEN(length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = must_alloc(room);

    return sodium_bin2base64(text, room, bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* The claims that clients are known to read. The serial makes every token another. */
static char *payload(const struct client *client, int64_t expires_ms, uint64_t serial)
{
    cJSON *claims = cJSON_CreateObject();
    char *text;

    json_add_text(claims, "goClientId", client->go_id);
    json_add_text(claims, "goClientName", client->name);
    json_add(claims, "role", privilege_list(client->privileges & ~client->invalid_privileges));
    json_add(claims, "goInvalidPrivileges", privilege_list(client->invalid_privileges));
    json_add(claims, "goActiveClientSubscriptions",
             cJSON_Parse(client->subscriptions));
    json_add_text(claims, "goAllowSendInvoice", client->allow_send ? "True" : "False");
    json_add_int(claims, "exp", expires_ms / 1000);
    json_add_int(claims, "jti", (int64_t)serial);
    text = json_write(claims);
    cJSON_Delete(claims);
    return text;
}

static char *token_text(const struct tokens *tokens, const char *claims)
{
    static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    unsigned char signature[crypto_auth_hmacsha256_BYTES];
    char *head = base64(header, sizeof header - 1), *middle = base64(claims, strlen(claims));
    char *body = text_print("%s.%s", head, middle), *tail, *text;

    (void)crypto_auth_hmacsha256(signature, (const unsigned char *)body, strlen(body), tokens->key);
    tail = base64(signature, sizeof signature);
    text = text_print("%s.%s", body, tail);
    free(head);
    free(middle);
    free(body);
    free(tail);
    return text;
}

static const struct token *token_issue(struct exchange *x, struct client *client,
                                       const char *application_key)
{
    struct tokens *tokens = &x->box->tokens;
    struct token *token = &tokens->ring[tokens->count++ % TOKENS_MAX];
    char *claims;

    token_forget(tokens, token);
    token->client = client;
    token->application_key = text_copy(application_key);
    token->privileges =
        privileges_with_included(client->privileges & ~client->invalid_privileges);
    token->expires_ms = x->arrived_ms + 1000 * exchange_number(x, SET_token_lifetime_s);
    claims = payload(client, token->expires_ms, tokens->count);
    token->text = token_text(tokens, claims);
    free(claims);
    map_put(&tokens->by_text, token->text, token);
    return token;
}

static void refuse(struct exchange *x, const char *error, const char *description)
{
    cJSON *body = cJSON_CreateObject();

    json_add_text(body, "error", error);
    json_add_text(body, "error_description", description);
    answer_json(x, 400, body);
}

static bool grant_asked(const struct exchange *x)
{
    static const char wanted[] = "grant_type=client_credentials";
    const char *at = x->body;

    while (at && *at) {
        size_t length = strcspn(at, "&");

        if (length == sizeof wanted - 1 && strncmp(at, wanted, length) == 0)
            return true;
        at += length + (at[length] == '&');
    }
    return false;
}

/* "Basic base64(application:client)" taken apart; the caller frees *ret_pair. */
static bool basic_read(const char *header, char **ret_pair, char **ret_client_key)
{
    char pair[512];
    size_t length;

    if (!header || strncasecmp(header, "Basic ", 6) != 0 ||
        sodium_base642bin((unsigned char *)pair, sizeof pair - 1, header + 6, strlen(header + 6), " ",
                          &length, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    pair[length] = '\0';
    if (!strchr(pair, ':') || strlen(pair) != length)
        return false;
    *ret_pair = text_copy(pair);
    *ret_client_key = strchr(*ret_pair, ':');
    *(*ret_client_key)++ = '\0';
    return true;
}

void token_post(struct exchange *x)
{
    const struct registry *registry = &x->box->registry;
    char *application_key = NULL, *client_key = NULL;
    struct client *client = NULL;
    const struct token *token;
    cJSON *body;

    if (!text_has(x->content_type ? x->content_type : "", "application/x-www-form-urlencoded") ||
        !grant_asked(x)) {
        refuse(x, "unsupported_grant_type", "Send a form with grant_type=client_credentials.");
        return;
    }
    if (basic_read(x->authorization, &application_key, &client_key))
        client = registry_client(registry, client_key);
    if (!client || client->revoked || !registry_knows_application(registry, application_key) ||
        (client->application_key && !text_same(client->application_key, application_key))) {
        refuse(x, "invalid_client", "Application key and client key do not belong together, or the "
                                    "integration is not active.");
        free(application_key);
        return;
    }
    x->client = client;
    token = token_issue(x, client, application_key);
    free(application_key);
    body = cJSON_CreateObject();
    json_add_text(body, "access_token", token->text);
    json_add_text(body, "token_type", "bearer");
    json_add_int(body, "expires_in", exchange_number(x, SET_token_lifetime_s));
    answer_header(x, "Cache-Control", "no-store");
    x->box->stats.tokens++;
    answer_json(x, 200, body);
}
