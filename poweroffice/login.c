/* A token for a client: found in the shared store, or fetched by one process while the others wait. */
#include "poweroffice_inside.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "problemdetails.h"

enum { LEASE_NAME_SIZE = 16 + TOKEN_NAME_SIZE, KEYS_MAX = 1200, BASIC_MAX = 1800 };

static struct str lease_name(const struct client *client, char name[LEASE_NAME_SIZE])
{
    int len = snprintf(name, LEASE_NAME_SIZE, "token/%s", client->token_lock.name);

    ensure(len > 0 && len < LEASE_NAME_SIZE);
    return (struct str){ name, (size_t)len };
}

enum login login_state(struct client *client, struct token *ret_token)
{
    struct poweroffice *po = client->po;
    const struct config *config = po_config(po);
    int64_t steady_ms = clock_steady_ms(), until_ms = 0;
    int64_t lease_ms = config->sender.connect_wait_ms + config->sender.answer_wait_ms + LEASE_SPARE_MS;
    char name[LEASE_NAME_SIZE];
    enum err err;

    if (client->login_under_way)
        return LOGIN_WAIT;
    if (steady_ms < client->login_not_before_ms) {
        po_wake_at(po, client->login_not_before_ms);
        return LOGIN_WAIT;
    }
    token_lock(config->token_url, config->subscription_key, config->application_keys[client->extension], client->key,
               &client->token_lock);
    if (token_get(&po->quota, &client->token_lock, clock_now_ms(), ret_token) == ERR_OK)
        return LOGIN_READY;
    err = quota_lease_take(&po->quota, lease_name(client, name), steady_ms, lease_ms, &until_ms);
    if (!err)
        return LOGIN_DUE;
    if (err != ERR_BUSY)
        log_fact("level=error client=%s what=\"token lease\" why=\"%s\"", client->id, err_text(err));
    /* Another process is fetching it. It may die without a word: the lease then ends by itself. */
    client->login_not_before_ms = steady_ms + LEASE_LOOK_MS;
    po_wake_at(po, client->login_not_before_ms);
    return LOGIN_WAIT;
}

static void give_lease(struct client *client)
{
    char name[LEASE_NAME_SIZE];
    enum err err = quota_lease_give(&client->po->quota, lease_name(client, name));

    if (err)
        log_fact("level=error client=%s what=\"token lease not given back\" why=\"%s\"", client->id, err_text(err));
}

/* One word of printable ASCII: nothing that could begin another header. */
static bool is_word(const char *token)
{
    for (const char *c = token; *c; c++)
        if (*c <= 0x20 || *c >= 0x7f)
            return false;
    return token[0] != '\0';
}

/* {"access_token","token_type","expires_in"}. */
static enum err take_token(struct client *client, struct str body)
{
    char token[TOKEN_MAX + 2];                       /* one more than may be: what is cut is refused */
    struct str json = STR_NONE;
    int64_t seconds = 0;
    enum err err = json_check(body, &json);

    if (!err && json_member_text(json, "access_token", token, sizeof token) && json_member_int(json, "expires_in", &seconds) &&
        is_word(token) && seconds >= 1 && seconds < 1000000000)
        err = token_put(&client->po->quota, &client->token_lock, str_of(token), seconds, clock_now_ms());
    else
        err = ERR_FORMAT;
    sodium_memzero(token, sizeof token);
    return err;
}

/* Every call that waits is told. */
static void refused(struct client *client, const struct http_reply *reply)
{
    struct answer answer = { .outcome = OUTCOME_LOGIN, .status = reply->status, .closed = reply->status == 403,
                             .subscription_refused = reply->status == 401 && problemdetails_of_gateway(reply->body) };

    problemdetails_read(reply->body, answer.title, answer.detail);
    if (!answer.title[0] && !answer.detail[0])
        (void)snprintf(answer.detail, sizeof answer.detail, "the token request was answered with status %ld",
                       reply->status);
    if (!answer.closed)                  /* a token needs no right: no fault of this client's key */
        po_login_refused(client, &answer);
    client_fail_all(client, &answer);
}

/* Nothing of the calls was sent, so for them it is a passing fault. */
static void try_later(struct client *client, const struct http_reply *reply, const char *words)
{
    /* An answer, even of no use, says that PowerOffice is there: this is one client's trouble, no outage. */
    struct answer answer = { .outcome = OUTCOME_PASSING, .status = reply->status };

    client->login_tries++;
    client->login_not_before_ms = clock_steady_ms() + po_back_off_ms(client->po, client->login_tries);
    if (client->login_tries < LOGIN_TRIES) {
        po_wake_at(client->po, client->login_not_before_ms);
        return;
    }
    client->login_tries = 0;
    (void)snprintf(answer.detail, sizeof answer.detail, "no token: %s", words);
    client_fail_all(client, &answer);
}

/* The subscription's other key, once: true if it is to be tried. */
static bool other_key(struct client *client)
{
    if (client->login_other_tried || !po_other_subscription(client->po, client->login_used, &client->login_used))
        return false;
    client->login_other_tried = true;
    po_wake_at(client->po, 0);
    return true;
}

static void login_answered(void *context, const struct http_reply *reply)
{
    struct client *client = context;
    enum outcome outcome = outcome_of(reply->status, reply->curl_code, reply->sent);
    const char *words = reply->curl_code ? outcome_words(reply->curl_code, reply->sent) : "it is not as expected";
    enum err err = ERR_OK;

    po_answered(client->po, reply);
    client->login_under_way = false;
    client->holds++;
    if (outcome == OUTCOME_DONE)
        err = take_token(client, reply->body);
    give_lease(client);
    log_fact("client=%s api=token status=%ld outcome=%s ms=%" PRId64 "%s%s", client->id, reply->status,
             outcome_text(outcome), (clock_steady_us() - client->login_sent_us) / 1000, err ? " why=" : "",
             err ? err_text(err) : "");
    if (outcome == OUTCOME_LOGIN && other_key(client)) {
        client->holds--;                 /* its calls wait on */
        return;
    }
    if (outcome != OUTCOME_LOGIN && reply->status && !reply->curl_code)
        po_subscription_accepted(client->po, client->login_used);
    client->login_other_tried = false;
    if (outcome == OUTCOME_DONE && !err)
        client->login_tries = 0;
    else if (outcome == OUTCOME_THROTTLED)
        po_throttled(client->po, reply);
    else if (outcome == OUTCOME_LOGIN || outcome == OUTCOME_REFUSED)
        refused(client, reply);
    else
        try_later(client, reply, words);
    client->holds--;
    client_leave_if_idle(client);
}

/* "Authorization: Basic base64(application key:client key)" */
static bool basic_header(struct str application_key, struct str client_key, char *header, size_t size)
{
    static const char name[] = "Authorization: Basic ";
    char keys[KEYS_MAX];
    int len = snprintf(keys, sizeof keys, STR_FMT ":" STR_FMT, STR_ARG(application_key), STR_ARG(client_key));
    bool fits = len > 0 && (size_t)len < sizeof keys &&
                sizeof name + sodium_base64_encoded_len((size_t)len, sodium_base64_VARIANT_ORIGINAL) < size;

    if (fits) {
        memcpy(header, name, sizeof name - 1);
        (void)sodium_bin2base64(header + sizeof name - 1, size - sizeof name, (const unsigned char *)keys, (size_t)len,
                                sodium_base64_VARIANT_ORIGINAL);
    }
    sodium_memzero(keys, sizeof keys);
    return fits;
}

enum err login_start(struct client *client)
{
    const struct config *config = po_config(client->po);
    enum subscription used = client->login_other_tried ? client->login_used : client->po->subscription;
    struct str key = po_subscription_key(client->po, used);
    char basic[BASIC_MAX], subscription[KEYS_MAX];
    int len = snprintf(subscription, sizeof subscription, "Ocp-Apim-Subscription-Key: " STR_FMT, STR_ARG(key));
    struct http_request request = { .method = HTTP_POST, .url = config->token_url,
                                    .body = STR("grant_type=client_credentials"), .mark = client->po->taken_us };
    enum err err = ERR_TOO_LONG;

    client->login_used = used;
    if (len > 0 && (size_t)len < sizeof subscription &&
        basic_header(config->application_keys[client->extension], client->key, basic, sizeof basic)) {
        request.headers[0] = str_of(basic);
        request.headers[1] = str_of(subscription);
        request.headers[2] = STR("Content-Type: application/x-www-form-urlencoded");
        request.headers[3] = STR("Accept: application/json");
        client->login_sent_us = clock_steady_us();
        err = transport_start(client->po->transport, &request, login_answered, client);
    }
    sodium_memzero(basic, sizeof basic);
    sodium_memzero(subscription, sizeof subscription);
    if (err) {
        give_lease(client);
        return err;
    }
    client->login_under_way = true;
    return ERR_OK;
}
