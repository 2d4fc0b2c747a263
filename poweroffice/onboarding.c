#include "onboarding.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/json_write.h"
#include "limiter.h"
#include "outcome.h"
#include "problemdetails.h"
#include "transport.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One request, waited for. */
struct asking { bool answered; long status; enum err err; struct strbuf body; struct fault *fault; struct limiter limiter; };

static void say_refused(struct asking *asking, const struct http_reply *reply)
{
    char title[128], detail[512];

    problemdetails_read(reply->body, title, detail);
    asking->err = fault_set(asking->fault, ERR_REFUSED, "PowerOffice answered %ld: %s%s%.300s", reply->status, title,
                            title[0] && detail[0] ? ": " : "", detail);
}

static void reply_came(void *context, const struct http_reply *reply)
{
    struct asking *asking = context;

    asking->answered = true;
    asking->status = reply->status;
    if (reply->curl_code)
        asking->err = fault_set(asking->fault, ERR_NETWORK, "%s", outcome_words(reply->curl_code, reply->sent));
    else if (reply->status < 200 || reply->status >= 300)
        say_refused(asking, reply);
    else
        strbuf_add(&asking->body, reply->body);
    if (!asking->err && asking->body.failed)
        asking->err = ERR_MEMORY;
}

static void left(void *context, int64_t taken_us, int64_t left_us)
{
    struct asking *asking = context;

    (void)(limiter_left(&asking->limiter, taken_us, left_us) == ERR_OK);     /* it counts from when it was taken, then */
}

/* Our turn in the quota that all processes share. */
static enum err take_turn(struct asking *asking, int64_t *ret_taken_us)
{
    int64_t at_us = 0;
    enum err err;

    while ((err = limiter_take(&asking->limiter, *ret_taken_us = clock_steady_us(), &at_us)) == ERR_BUSY)
        (void)usleep(20000);
    return err;
}

static enum err ask(struct asking *asking, const struct config *config, struct str key, const char *path, struct str body)
{
    struct transport *transport;
    char url[1200], subscription[1200], agent[200];
    struct http_request request = { .method = HTTP_POST, .body = body };
    enum err err = transport_open(&transport);

    if (err)
        return fault_set(asking->fault, err, "libcurl does not start");
    (void)snprintf(url, sizeof url, STR_FMT "%s", STR_ARG(config->api_url), path);
    (void)snprintf(subscription, sizeof subscription, "Ocp-Apim-Subscription-Key: " STR_FMT, STR_ARG(key));
    (void)snprintf(agent, sizeof agent, "Bilag/" BILAG_VERSION "%s" STR_FMT "%s", config->contact.len ? " (" : "",
                   STR_ARG(config->contact), config->contact.len ? ")" : "");
    request.url = str_of(url);
    request.headers[0] = str_of(subscription);
    request.headers[1] = STR("Accept: application/json");
    request.headers[2] = STR("Content-Type: application/json");
    transport_agent(transport, str_of(agent));
    transport_patience(transport, config->sender.connect_wait_ms, config->sender.answer_wait_ms, 1);
    transport_leaving(transport, left, asking);
    err = take_turn(asking, &request.mark);
    if (!err)
        err = transport_start(transport, &request, reply_came, asking);
    while (!err && !asking->answered) {
        (void)transport_wait(transport, NULL, 0, 100);
        transport_turn(transport);
    }
    transport_close(transport);
    explicit_bzero(subscription, sizeof subscription);
    return err ? err : asking->err;
}

static enum err ask_once(const struct config *config, const char *path, struct strbuf *body, struct strbuf *ret_answer,
                         struct fault *fault)
{
    struct asking asking = { .fault = fault };
    struct quota quota;
    enum err err;

    strbuf_init(&asking.body, 4u << 20);
    *ret_answer = asking.body;            /* empty, but the caller's to free */
    err = quota_open(config->run_dir, &quota, fault);
    if (err)
        return err;
    ensure(config->holds_keys);
    limiter_init(&asking.limiter, &quota, config->subscription_key, config->requests_per_second,
                 (int64_t)config->sender.connect_wait_ms * 1000);
    err = body->failed ? ERR_MEMORY : ask(&asking, config, config->subscription_key, path, strbuf_str(body));
    if (err == ERR_REFUSED && (asking.status == 401 || asking.status == 403) && config->subscription_key_secondary.len) {
        asking.answered = false;
        asking.err = ERR_OK;
        err = ask(&asking, config, config->subscription_key_secondary, path, strbuf_str(body));
    }
    quota_close(&quota);
    *ret_answer = asking.body;
    return err;
}

void onboarding_begin_write(struct strbuf *out, struct str application_key, struct str company, struct str redirect)
{
    json_open(out, NULL, '{');
    json_put_str(out, "ApplicationKey", application_key);
    json_put_str(out, "RedirectUri", redirect);
    json_put_str(out, "ClientOrganizationNo", company);
    json_close(out, '}');
}

void onboarding_end_write(struct strbuf *out, struct str token)
{
    json_open(out, NULL, '{');
    json_put_str(out, "OnboardingToken", token);
    json_close(out, '}');
}

bool onboarding_is_address(struct str text)
{
    struct str here = STR("http://127.0.0.1:");
    size_t start = str_starts(text, STR("https://")) ? 8 : str_starts(text, here) ? here.len : 0, host = start;

    for (size_t i = 0; i < text.len; i++)
        if (text.bytes[i] <= 0x20 || text.bytes[i] >= 0x7f || strchr("\"'<>\\`", text.bytes[i]))
            return false;
    while (host < text.len && !strchr("/?#", text.bytes[host])) {        /* a name before an @ is no host */
        if (text.bytes[host] == '@' || (start == here.len && (text.bytes[host] < '0' || text.bytes[host] > '9')))
            return false;
        host++;
    }
    return start && host > start;
}

enum err onboarding_begin_read(struct str answer, char address[1024], struct fault *fault)
{
    struct str object;

    if (json_check(answer, &object) || !json_member_text(object, "TemporaryUrl", address, 1024) || strlen(address) == 1023 ||
        !onboarding_is_address(str_of(address)))
        return fault_set(fault, ERR_FORMAT, "PowerOffice gave no address for the browser");
    return ERR_OK;
}

enum err onboarding_begin(const struct config *config, int extension, struct str company, struct str redirect,
                          char address[1024], struct fault *fault)
{
    struct strbuf body, answer;
    enum err err;

    strbuf_init(&body, 8192);
    onboarding_begin_write(&body, config->application_keys[extension], company, redirect);
    err = ask_once(config, ONBOARDING_BEGIN, &body, &answer, fault);
    if (!err)
        err = onboarding_begin_read(strbuf_str(&answer), address, fault);
    strbuf_free(&body);
    strbuf_free(&answer);
    return err;
}

/* The person may have chosen several; ours is the company's. */
enum err onboarding_end_read(struct str answer, struct str company, struct onboarded *ret_onboarded, struct fault *fault)
{
    struct str object, list, client;
    size_t at = 0, count = 0;
    char org_no[32];

    if (json_check(answer, &object) || !json_member(object, "OnboardedClientsInformation", &list))
        return fault_set(fault, ERR_FORMAT, "PowerOffice gave no key");
    while (json_item(list, &at, &client)) {
        count++;
        if (!json_member_text(client, "ClientOrganizationNumber", org_no, sizeof org_no) || !str_equal(str_of(org_no), company))
            continue;
        if (!json_member_text(client, "ClientKey", ret_onboarded->key, sizeof ret_onboarded->key))
            return fault_set(fault, ERR_FORMAT, "PowerOffice gave no key");
        (void)json_member_text(client, "ClientName", ret_onboarded->name, sizeof ret_onboarded->name);
        return ERR_OK;
    }
    return fault_set(fault, ERR_NOT_FOUND, "none of the %zu clients chosen in PowerOffice has the organisation number " STR_FMT
                     "; choose that one, or correct company: in the venue's file", count, STR_ARG(company));
}

enum err onboarding_end(const struct config *config, struct str token, struct str company, struct onboarded *ret_onboarded,
                        struct fault *fault)
{
    struct strbuf body, answer;
    enum err err;

    strbuf_init(&body, 16384);
    onboarding_end_write(&body, token);
    err = ask_once(config, ONBOARDING_END, &body, &answer, fault);
    if (!err)
        err = onboarding_end_read(strbuf_str(&answer), company, ret_onboarded, fault);
    if (answer.bytes)
        explicit_bzero(answer.bytes, answer.len);
    if (body.bytes)
        explicit_bzero(body.bytes, body.len);
    strbuf_free(&body);
    strbuf_free(&answer);
    return err;
}
