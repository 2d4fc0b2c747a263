#include "poweroffice_inside.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "asker.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/lease.h"
#include "base/log.h"
#include "problemdetails.h"
#include "right_books.h"

enum { PAGE_NUMBER_MAX = 1000000, STORE_AGAIN_MS = 1000, LATE_BORNE_US = 4000, LATE_MOST_US = 30000 };

const struct config *po_config(const struct poweroffice *po)
{
    return po->stage ? stage_config(po->stage) : po->alone;
}

void po_wake_at(struct poweroffice *po, int64_t steady_ms)
{
    if (po->stage)
        stage_wake_at(po->stage, steady_ms);
    else if (steady_ms < po->alone_wake_ms)
        po->alone_wake_ms = steady_ms;
}

static void po_count(struct poweroffice *po, const char *counter)
{
    if (po->stage)
        stage_counter_add(po->stage, counter, 1);
}

int64_t po_back_off_ms(const struct poweroffice *po, int tries)
{
    const struct sender_settings *sender = &po_config(po)->sender;
    int64_t wait_ms = sender->retry_first_ms;

    for (int i = 1; i < tries && wait_ms < sender->retry_max_ms; i++)
        wait_ms *= 2;
    if (wait_ms > sender->retry_max_ms)
        wait_ms = sender->retry_max_ms;
    return wait_ms + (int64_t)randombytes_uniform((uint32_t)(wait_ms / 4 + 1));
}

/* A date instead of seconds, as HTTP allows; by our own clock. 0: it is none, or has passed. */
static int64_t seconds_until(struct str date)
{
    char text[64];
    time_t then;

    if (!str_copy(date, text, sizeof text))
        return 0;
    then = curl_getdate(text, NULL);
    return then <= 0 || then <= clock_now_ms() / 1000 ? 0 : (int64_t)then - clock_now_ms() / 1000;
}

static int64_t po_asked_wait_s(const struct http_reply *reply)
{
    char title[128], detail[512];
    int64_t wait_s = 0;

    for (size_t i = 0; i < reply->retry_after.len && i < 6; i++) {
        char digit = reply->retry_after.bytes[i];

        if (digit < '0' || digit > '9')
            break;
        wait_s = 10 * wait_s + (digit - '0');
    }
    if (!wait_s)
        wait_s = seconds_until(reply->retry_after);
    if (wait_s)
        return wait_s;
    problemdetails_read(reply->body, title, detail);
    return problemdetails_seconds(detail);
}

void po_throttled(struct poweroffice *po, const struct http_reply *reply)
{
    int64_t wait_s = po_asked_wait_s(reply);
    enum err err = limiter_throttled(&po->limiter, reply->left_us, clock_steady_us(), wait_s);

    po_count(po, "throttled");
    log_fact("api=throttled wait_s=%" PRId64 "%s%s", wait_s, err ? " why=" : "", err ? err_text(err) : "");
}

struct str po_subscription_key(const struct poweroffice *po, enum subscription subscription)
{
    const struct config *config = po_config(po);

    return subscription == SUBSCRIPTION_SECOND && config->subscription_key_secondary.len ? config->subscription_key_secondary
                                                                                         : config->subscription_key;
}

bool po_other_subscription(const struct poweroffice *po, enum subscription used, enum subscription *ret_other)
{
    *ret_other = used == SUBSCRIPTION_FIRST ? SUBSCRIPTION_SECOND : SUBSCRIPTION_FIRST;
    return po_config(po)->subscription_key_secondary.len > 0;
}

void po_subscription_accepted(struct poweroffice *po, enum subscription used)
{
    if (po->subscription == used)
        return;
    po->subscription = used;
    po_count(po, "subscription_keys_changed");
    log_fact("level=warning what=\"the subscription's other key is in use, the one before was refused\" key=%s",
             used == SUBSCRIPTION_SECOND ? "subscription_key_secondary" : "subscription_key");
}

static void log_quota(enum err err)
{
    if (err)
        log_fact("level=error what=quota why=\"%s\"", err_text(err));
}

static void request_left(void *context, int64_t taken_us, int64_t left_us)
{
    struct poweroffice *po = context;

    log_quota(limiter_left(&po->limiter, taken_us, left_us));
}

/* Up to LATE_BORNE_US is within the limiter's margin. Later than LATE_MOST_US is work over there, not the way: to wait
 * for that would cost more than a 429 now and then. */
void po_answered(struct poweroffice *po, const struct http_reply *reply)
{
    int64_t quickest_us = reply->took_us, late_us;

    if (!reply->took_us)
        return;
    for (size_t i = 0; i < TOOK_MAX; i++)
        if (po->took_us[i] && po->took_us[i] < quickest_us)
            quickest_us = po->took_us[i];
    po->took_us[po->took_next++ % TOOK_MAX] = reply->took_us;
    late_us = reply->took_us - quickest_us;
    if (late_us > LATE_BORNE_US && late_us <= LATE_MOST_US)
        log_quota(limiter_came_late(&po->limiter, reply->left_us, late_us - LATE_BORNE_US));
}

/* The vendor likes to know whose requests these are. */
static void use_agent(struct poweroffice *po)
{
    struct str contact = po_config(po)->contact;
    char agent[200];

    (void)snprintf(agent, sizeof agent, "Bilag/" BILAG_VERSION "%s" STR_FMT "%s", contact.len ? " (" : "", STR_ARG(contact),
                   contact.len ? ")" : "");
    transport_agent(po->transport, str_of(agent));
}

static void use_settings(struct poweroffice *po)
{
    const struct config *config = po_config(po);

    ensure(config->holds_keys);
    use_agent(po);
    po->subscription = SUBSCRIPTION_FIRST;                   /* keys may be others by now */
    limiter_init(&po->limiter, &po->quota, config->subscription_key, config->requests_per_second,
                 (int64_t)config->sender.connect_wait_ms * 1000);
    transport_patience(po->transport, config->sender.connect_wait_ms, config->sender.answer_wait_ms,
                  config->sender.in_flight_max);
}

static enum err open_with(struct poweroffice start, struct poweroffice **ret_po, struct fault *fault)
{
    struct poweroffice *po = malloc(sizeof *po);
    const struct config *config;
    enum err err;

    if (!po || sodium_init() < 0) {
        free(po);
        return fault_set(fault, ERR_MEMORY, "out of memory");
    }
    *po = start;
    config = po_config(po);
    err = quota_open(config->run_dir, &po->quota, fault);
    if (!err)
        err = refstore_open(config->state_dir, 0, &po->refstore, fault);
    if (!err && po->stage)
        err = requests_open(config->state_dir, stage_name(po->stage), stage_instance(po->stage), config->requests_days,
                            &po->requests);
    if (!err && !po->asker && transport_open(&po->transport) != ERR_OK)
        err = fault_set(fault, ERR_SYSTEM, "libcurl does not start");
    if (err) {
        poweroffice_close(po);
        return err;
    }
    if (!po->asker) {
        use_settings(po);
        transport_leaving(po->transport, request_left, po);
    }
    if (po->stage)
        stage_set_wait(po->stage, transport_wait, po->transport);
    *ret_po = po;
    return ERR_OK;
}

enum err poweroffice_open(struct stage *stage, struct poweroffice **ret_po, struct fault *fault)
{
    return open_with((struct poweroffice){ .stage = stage }, ret_po, fault);
}

enum err poweroffice_open_alone(const struct config *config, struct poweroffice **ret_po, struct fault *fault)
{
    return open_with((struct poweroffice){ .alone = config, .alone_wake_ms = INT64_MAX }, ret_po, fault);
}

enum err poweroffice_open_asking(const struct config *config, struct asker *asker, struct poweroffice **ret_po,
                                 struct fault *fault)
{
    return open_with((struct poweroffice){ .alone = config, .alone_wake_ms = INT64_MAX, .asker = asker }, ret_po, fault);
}

void poweroffice_close(struct poweroffice *po)
{
    if (!po)
        return;
    if (po->stage)
        stage_set_wait(po->stage, NULL, NULL);
    transport_close(po->transport);
    keyless_free(po);
    requests_close(po->requests);
    client_free_all(po);
    refstore_close(po->refstore);
    quota_close(&po->quota);
    free(po);
}

void poweroffice_reload(struct poweroffice *po)
{
    use_settings(po);
    if (po->requests)
        requests_keep(po->requests, po_config(po)->requests_days);
}

struct refstore *poweroffice_refstore(struct poweroffice *po)
{
    return po->refstore;
}

size_t poweroffice_waiting(const struct poweroffice *po)
{
    return po->asker ? asker_waiting(po->asker) : po->waiting;
}

/* Call and strings in one piece of memory. */
static struct pending *pending_new(const struct call *call, answered done, void *context)
{
    const struct str strings[] = { call->path, call->body, call->type, call->doc };
    size_t bytes = sizeof(struct pending);
    struct pending *pending;
    struct str *to[COUNT(strings)];
    char *at;

    for (size_t i = 0; i < COUNT(strings); i++)
        bytes += strings[i].len + 1;
    pending = calloc(1, bytes);
    if (!pending)
        return NULL;
    to[0] = &pending->path;
    to[1] = &pending->body;
    to[2] = &pending->type;
    to[3] = &pending->doc;
    at = (char *)(pending + 1);
    for (size_t i = 0; i < COUNT(strings); i++) {
        if (strings[i].len)
            memcpy(at, strings[i].bytes, strings[i].len);
        *to[i] = (struct str){ at, strings[i].len };
        at += strings[i].len + 1;
    }
    pending->bytes = bytes;
    pending->method = call->method;
    pending->priority = call->asked ? PRIORITY_ASKED : call->priority > 0 ? PRIORITY_IDLE : PRIORITY_SALES;
    pending->asked_ms = clock_steady_ms();
    pending->done = done;
    pending->context = context;
    return pending;
}

enum err poweroffice_call(struct poweroffice *po, const struct call *call, answered done, void *context)
{
    struct client *client;
    struct pending *pending;

    ensure(call->path.len && call->path.bytes[0] == '/' && call->type.len <= CALL_TYPE_MAX);
    if (po->asker)
        return asker_call(po->asker, call, done, context);
    if (po_config(po)->api_url.len + call->path.len > URL_MAX)
        return ERR_TOO_LONG;                                 /* PowerOffice would answer a misleading 404 */
    if (call->method != CALL_GET && !right_books(po->refstore, call->venue->client_id, call->venue->company))
        return ERR_REFUSED;
    if (po->waiting >= CALLS_MAX || po->waiting_bytes + call->body.len > CALL_BYTES_MAX)
        return ERR_BUSY;
    client = client_of(po, call->venue);
    pending = client ? pending_new(call, done, context) : NULL;
    if (!pending) {
        if (client)
            client_leave_if_idle(client);
        return ERR_MEMORY;
    }
    pending->client = client;
    po->waiting++;
    po->urgent += pending->priority == PRIORITY_SALES;
    po->waiting_bytes += pending->bytes;
    client_enqueue(client, pending);
    po_wake_at(po, 0);
    return ERR_OK;
}

static void log_end(const struct pending *pending, const struct answer *answer)
{
    static const char *const methods[] = { "GET", "POST", "PUT" };
    struct str path = pending->path;
    const char *query = memchr(path.bytes, '?', path.len);

    if (query)
        path.len = (size_t)(query - path.bytes);
    if (pending->doc.len)
        log_doc(pending->doc, "client=%s api=%s path=" STR_FMT " status=%ld outcome=%s ms=%" PRId64,
                pending->client->id, methods[pending->method], STR_ARG(path), answer->status,
                outcome_text(answer->outcome), answer->took_ms);
    else
        log_fact("client=%s api=%s path=" STR_FMT " status=%ld outcome=%s ms=%" PRId64, pending->client->id,
                 methods[pending->method], STR_ARG(path), answer->status, outcome_text(answer->outcome),
                 answer->took_ms);
}

static void why_answered(struct pending *asking, const struct answer *answer);

void po_end(struct pending *pending, const struct answer *answer)
{
    struct answer timed = *answer;

    timed.took_ms = clock_steady_ms() - pending->asked_ms;
    log_end(pending, &timed);
    if (pending->about)
        why_answered(pending, &timed);
    else
        pending->done(pending->context, &timed);
    pending_free(pending);
}

/* "...?PageNumber=2&PageSize=100": 0 if it does not say. */
static int number_in(const char *link, const char *name)
{
    const char *at = strcasestr(link, name);
    long number = at ? strtol(at + strlen(name), NULL, 10) : 0;

    return number > 0 && number <= PAGE_NUMBER_MAX ? (int)number : 0;
}

/* Paged lists: nothing follows 204, nor a page whose header names no next one. Without the header the caller goes
 * by the length of the page. */
static bool is_last_page(const struct http_reply *reply, struct next_page *next)
{
    char link[URL_MAX + 1];
    struct str object;

    if (json_check(reply->pagination, &object) || !json_is_object(object))
        return reply->status == 204;
    (void)json_member_text(object, "nextPageLink", link, sizeof link);
    next->said = link[0] != '\0';
    next->number = number_in(link, "PageNumber=");
    next->size = number_in(link, "PageSize=");
    return !next->said;
}

/* Once more, ahead of the client's other calls. */
static void again(struct pending *pending, int64_t wait_ms)
{
    pending->not_before_ms = wait_ms ? clock_steady_ms() + wait_ms : 0;
    client_put_back(pending->client, pending);
    po_wake_at(pending->client->po, pending->not_before_ms);
}

/* True if the call is not to end yet. */
static bool goes_again(struct pending *pending, enum outcome outcome, const struct http_reply *reply)
{
    struct poweroffice *po = pending->client->po;
    bool read = pending->method == CALL_GET;

    if (outcome == OUTCOME_THROTTLED) {
        po_throttled(po, reply);
        if (read)
            again(pending, 0);
        return read;
    }
    if (outcome == OUTCOME_LOGIN && !pending->renewed) {
        enum err err = token_drop(&po->quota, &pending->client->token_lock, pending->token);

        pending->renewed = true;
        if (!err)
            again(pending, 0);
        return !err;
    }
    if (outcome == OUTCOME_LOGIN && !pending->other_tried && po_other_subscription(po, pending->used, &pending->used)) {
        pending->other_tried = true;
        again(pending, 0);
        return true;
    }
    if (read && (outcome == OUTCOME_PASSING || outcome == OUTCOME_UNKNOWN) && ++pending->tries < CALL_TRIES) {
        again(pending, po_back_off_ms(po, pending->tries));
        return true;
    }
    return false;
}

/* The first answer that is not about the key shows that the key is accepted. */
static void key_accepted(struct client *client)
{
    enum err err;

    if (client->answered_well)
        return;
    client->answered_well = true;
    err = refdata_put_login(client->po->refstore, str_of(client->id), STR_NONE, false);
    if (err)
        log_fact("level=error client=%s what=\"login fault not lifted\" why=\"%s\"", client->id, err_text(err));
}

void po_login_refused(struct client *client, const struct answer *answer)
{
    char words[sizeof answer->title + sizeof answer->detail + 8];
    int len = snprintf(words, sizeof words, "%s%s%s", answer->title, answer->title[0] && answer->detail[0] ? ": " : "",
                       answer->detail);
    enum err err = refdata_put_login(client->po->refstore, str_of(client->id), (struct str){ words, (size_t)len },
                                     answer->subscription_refused);

    client->answered_well = false;
    if (err)
        log_fact("level=error client=%s what=\"login fault not kept\" why=\"%s\"", client->id, err_text(err));
}

/* Each that left, also those that are tried again by themselves. */
static void note_request(const struct pending *pending, const struct http_reply *reply)
{
    static const char *const methods[] = { "GET", "POST", "PUT" };
    const struct config *config = po_config(pending->client->po);
    const struct exchanged exchanged = {
        .doc = pending->doc, .client = str_of(pending->client->id), .method = methods[pending->method],
        .base = config->api_url, .path = pending->path, .type = pending->type, .sent = pending->body, .answered = reply->body,
        .status = reply->curl_code ? 0 : reply->status,
        .words = reply->curl_code ? outcome_words(reply->curl_code, reply->sent) : "",
        .took_ms = (clock_steady_us() - pending->started_us) / 1000,
        .secrets = { config->subscription_key, pending->client->key, pending->token,
                     config->application_keys[pending->client->extension], config->subscription_key_secondary },
    };

    requests_note(pending->client->po->requests, clock_now_ms(), &exchanged);
}

static const char about_key[] = "/ClientIntegrationInformation";

/* What any token may read: refused as well, no right lacks. What was refused keeps its answer, and ends with it. */
static void why_answered(struct pending *asking, const struct answer *answer)
{
    struct pending *about = asking->about;
    struct client *client = about->client;

    client_ended(client, about);
    about->refused.closed = answer->outcome == OUTCOME_LOGIN && answer->status == 403;
    po_end(about, &about->refused);
}

/* A document's 403 is looked into. false: nothing could be asked, and it ends as it is. */
static bool ask_why(struct pending *pending, const struct answer *answer)
{
    struct poweroffice *po = pending->client->po;
    const struct call call = { .method = CALL_GET, .path = str_of(about_key) };
    struct pending *asking;

    if (answer->outcome != OUTCOME_LOGIN || answer->status != 403 || !pending->doc.len || po->waiting >= CALLS_MAX)
        return false;
    asking = pending_new(&call, NULL, NULL);
    if (!asking)
        return false;
    asking->client = pending->client;
    asking->about = pending;
    pending->refused = *answer;
    pending->refused.body = pending->refused.location = STR_NONE;        /* dead by then, and nobody reads those of a refusal */
    po->waiting++;
    po->urgent++;
    po->waiting_bytes += asking->bytes;
    client_started(pending->client, pending);
    client_enqueue(pending->client, asking);
    po_wake_at(po, 0);
    return true;
}

void po_tell_why(struct answer *answer, const struct http_reply *reply)
{
    if (reply->curl_code)
        (void)snprintf(answer->detail, sizeof answer->detail, "%s", outcome_words(reply->curl_code, reply->sent));
    else if (answer->outcome != OUTCOME_DONE)
        problemdetails_read(reply->body, answer->title, answer->detail);
    if (answer->outcome != OUTCOME_DONE && !answer->title[0] && !answer->detail[0])
        (void)snprintf(answer->detail, sizeof answer->detail, "status %ld without words", reply->status);
}

static void call_answered(void *context, const struct http_reply *reply)
{
    struct pending *pending = context;
    struct client *client = pending->client;
    struct answer answer = { .outcome = outcome_of(reply->status, reply->curl_code, reply->sent),
                             .status = reply->status, .body = reply->body, .location = reply->location };

    po_answered(client->po, reply);
    note_request(pending, reply);
    client_ended(client, pending);
    client->holds++;
    if (answer.outcome == OUTCOME_DONE)
        key_accepted(client);
    if (answer.outcome != OUTCOME_LOGIN && answer.status)
        po_subscription_accepted(client->po, pending->used);
    if (!goes_again(pending, answer.outcome, reply)) {
        po_tell_why(&answer, reply);
        answer.last_page = answer.outcome == OUTCOME_DONE && is_last_page(reply, &answer.next);
        if (answer.status == 401)
            po_login_refused(client, &answer);
        answer.closed = answer.status == 403 && str_equal(pending->path, str_of(about_key));
        if (!ask_why(pending, &answer))
            po_end(pending, &answer);
    }
    client->holds--;
    client_leave_if_idle(client);
}

/* The token as a header, and a copy for the case that it is refused. */
static bool bearer(struct pending *pending, const struct token *token, char *header, size_t size)
{
    int len = snprintf(header, size, "Authorization: Bearer %.*s", (int)token->len, token->text);

    if (pending->token.bytes) {
        explicit_bzero((void *)(uintptr_t)pending->token.bytes, pending->token.len);
        free((void *)(uintptr_t)pending->token.bytes);
    }
    pending->token = (struct str){ strndup(token->text, token->len), token->len };
    return len > 0 && (size_t)len < size && pending->token.bytes;
}

/* Lists are asked for page by page, and take their time over there. */
static bool is_list(struct str path)
{
    return memmem(path.bytes, path.len, "PageNumber=", 11) != NULL;
}

static struct str content_type(const struct pending *pending, char *header, size_t size)
{
    int len = snprintf(header, size, "Content-Type: " STR_FMT,
                       STR_ARG(pending->type.len ? pending->type : STR("application/json")));

    ensure(len > 0 && (size_t)len < size);
    return (struct str){ header, (size_t)len };
}

static enum err call_start(struct client *client, int priority, const struct token *token)
{
    static const enum http_method methods[] = { HTTP_GET, HTTP_POST, HTTP_PUT };
    const struct config *config = po_config(client->po);
    struct pending *pending = client_take(client, priority);
    enum subscription used = pending->other_tried ? pending->used : client->po->subscription;
    struct str key = po_subscription_key(client->po, used);
    char authorization[TOKEN_MAX + 32], subscription[1200], url[URL_MAX + 1], type[CALL_TYPE_MAX + 16];
    int len = snprintf(subscription, sizeof subscription, "Ocp-Apim-Subscription-Key: " STR_FMT, STR_ARG(key));
    int url_len = snprintf(url, sizeof url, STR_FMT STR_FMT, STR_ARG(config->api_url), STR_ARG(pending->path));
    struct http_request request = { .method = methods[pending->method], .body = pending->body,
                                    .mark = client->po->taken_us };
    enum err err = ERR_TOO_LONG;

    pending->used = used;
    if (len > 0 && (size_t)len < sizeof subscription && url_len > 0 && (size_t)url_len < sizeof url &&
        bearer(pending, token, authorization, sizeof authorization)) {
        request.answer_ms = is_list(pending->path) ? config->sender.list_wait_ms : 0;
        request.url = (struct str){ url, (size_t)url_len };
        pending->started_us = clock_steady_us();
        request.headers[0] = str_of(authorization);
        request.headers[1] = (struct str){ subscription, (size_t)len };
        request.headers[2] = STR("Accept: application/json");
        if (pending->method != CALL_GET)
            request.headers[3] = content_type(pending, type, sizeof type);
        err = transport_start(client->po->transport, &request, call_answered, pending);
    }
    explicit_bzero(authorization, sizeof authorization);
    explicit_bzero(subscription, sizeof subscription);
    if (err)
        again(pending, STORE_AGAIN_MS);
    else
        client_started(client, pending);
    return err;
}

/* What would go next: the first in the ring that can, urgent calls of all before idle-hour reads of any. */
struct choice { struct client *client; int priority; enum login login; struct token token; };

static bool choose(struct poweroffice *po, struct choice *choice)
{
    static const int orders[2][PRIORITIES] = { { PRIORITY_SALES, PRIORITY_ASKED, PRIORITY_IDLE },
                                               { PRIORITY_ASKED, PRIORITY_SALES, PRIORITY_IDLE } };
    int64_t steady_ms = clock_steady_ms();

    for (size_t i = 0; i < PRIORITIES; i++) {
        struct client *client = po->ring;
        int priority = orders[po->passed_by + 1 >= ASKED_EVERY][i];

        for (; client; client = client->next == po->ring ? NULL : client->next) {
            if (!client_next(client, priority, steady_ms))
                continue;
            choice->login = login_state(client, &choice->token);
            choice->client = client;
            choice->priority = priority;
            if (choice->login != LOGIN_WAIT)
                return true;
        }
    }
    return false;
}

/* ERR_OK: a request of ours may leave, as of ret_now_us; ERR_BUSY: woken when one may. */
static enum err may_send(struct poweroffice *po, enum err (*ask)(struct limiter *, int64_t, int64_t *),
                         int64_t *ret_now_us)
{
    int64_t at_us = 0, left_us;
    enum err err;

    *ret_now_us = clock_steady_us();
    err = ask(&po->limiter, *ret_now_us, &at_us);
    left_us = at_us - clock_steady_us();
    if (err == ERR_BUSY && left_us < 1000) {                 /* finer than the loop can wait */
        if (left_us > 0)
            (void)usleep((useconds_t)left_us);
        *ret_now_us = clock_steady_us();
        err = ask(&po->limiter, *ret_now_us, &at_us);
    }
    if (err == ERR_BUSY) {
        po_wake_at(po, at_us / 1000);
    } else if (err) {
        log_quota(err);
        po_wake_at(po, clock_steady_ms() + STORE_AGAIN_MS);
    }
    return err;
}

static enum err start_one(struct poweroffice *po, struct choice *choice)
{
    enum err err = may_send(po, limiter_take, &po->taken_us);

    if (err)
        return err;
    po_count(po, "requests");
    po->ring = choice->client->next;
    po->passed_by = choice->priority == PRIORITY_ASKED ? 0 : po->passed_by + (choice->priority == PRIORITY_SALES);
    err = choice->login == LOGIN_DUE ? login_start(choice->client)
                                     : call_start(choice->client, choice->priority, &choice->token);
    if (err) {
        log_fact("level=error client=%s what=\"request not started\" why=\"%s\"", choice->client->id, err_text(err));
        request_left(po, po->taken_us, clock_steady_us());
        po_wake_at(po, clock_steady_ms() + STORE_AGAIN_MS);
    }
    return err;
}

static enum err start_keyless(struct poweroffice *po)
{
    enum err err = may_send(po, limiter_take, &po->taken_us);

    if (err)
        return err;
    po_count(po, "requests");
    err = keyless_start(po);
    if (err) {
        log_fact("level=error what=\"request not started\" why=\"%s\"", err_text(err));
        request_left(po, po->taken_us, clock_steady_us());
        po_wake_at(po, clock_steady_ms() + STORE_AGAIN_MS);
    }
    return err;
}

static bool start_next(struct poweroffice *po, struct choice *choice)
{
    if (keyless_is_next(po))
        return start_keyless(po) == ERR_OK;
    return po->ring && choose(po, choice) && start_one(po, choice) == ERR_OK;
}

/* Starts all that may; says whether anything was started. */
static bool start_some(struct poweroffice *po)
{
    size_t most = (size_t)po_config(po)->sender.in_flight_max;
    struct choice choice;
    bool started = false;
    int64_t now_us;

    while ((po->ring || keyless_is_next(po)) && lease_holds() && transport_under_way(po->transport) < most &&
           may_send(po, limiter_look, &now_us) == ERR_OK && start_next(po, &choice))
        started = true;
    explicit_bzero(&choice.token, sizeof choice.token);
    return started;
}

/* A fast answer is there before the request's start returns, and nothing would wake us for it: look once more. */
void poweroffice_turn(struct poweroffice *po)
{
    do {
        transport_turn(po->transport);
    } while (start_some(po));
}

void poweroffice_run(struct poweroffice *po, int64_t until_steady_ms)
{
    ensure(!po->stage);
    if (po->asker)
        asker_run(po->asker, until_steady_ms);
    while (po->waiting && clock_steady_ms() < until_steady_ms) {
        int64_t left;

        poweroffice_turn(po);
        left = (po->alone_wake_ms < until_steady_ms ? po->alone_wake_ms : until_steady_ms) - clock_steady_ms();
        po->alone_wake_ms = INT64_MAX;
        if (po->waiting && transport_wait(po->transport, NULL, 0, left < 0 ? 0 : left > 1000 ? 1000 : (int)left) < 0)
            return;
    }
}
