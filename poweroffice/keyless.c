/* keyless.c - the call that is no client's: onboarding takes the subscription key alone. One at a time, sent once with each of the
 * subscription's keys; who asks waits, for nobody can say what a second one does. */
#include "poweroffice_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

enum { KEYLESS_PATIENCE_MS = 1000, SUBSCRIPTION_HEADER_MAX = 1200 };

static void keyless_end(struct poweroffice *po, struct answer *answer)
{
    struct keyless *keyless = &po->keyless;
    answered done = keyless->done;

    answer->took_ms = clock_steady_ms() - keyless->asked_ms;
    log_fact("api=POST path=%s status=%ld outcome=%s ms=%" PRId64, keyless->path, answer->status, outcome_text(answer->outcome),
             answer->took_ms);
    strbuf_wipe(&keyless->body);
    keyless->done = NULL;
    done(keyless->context, answer);
}

static void keyless_answered(void *context, const struct http_reply *reply)
{
    struct poweroffice *po = context;
    struct keyless *keyless = &po->keyless;
    struct answer answer = { .outcome = outcome_of(reply->status, reply->curl_code, reply->sent), .status = reply->status,
                             .body = reply->body };

    po_answered(po, reply);
    keyless->under_way = false;
    if (answer.outcome == OUTCOME_THROTTLED)
        po_throttled(po, reply);
    if (answer.outcome == OUTCOME_LOGIN && !keyless->other_tried && po_other_subscription(po, keyless->used, &keyless->used)) {
        keyless->other_tried = true;
        po_wake_at(po, 0);
        return;
    }
    if (answer.outcome != OUTCOME_LOGIN && answer.status)
        po_subscription_accepted(po, keyless->used);
    po_tell_why(&answer, reply);
    keyless_end(po, &answer);
}

enum err poweroffice_onboard(struct poweroffice *po, const char *path, struct str body, answered done, void *context)
{
    struct keyless *keyless = &po->keyless;

    ensure(!po->asker);
    if (keyless->done)
        return ERR_BUSY;
    strbuf_init(&keyless->body, KEYLESS_BODY_MAX);
    strbuf_add(&keyless->body, body);
    if (keyless->body.failed) {
        strbuf_wipe(&keyless->body);
        return ERR_MEMORY;
    }
    *keyless = (struct keyless){ .path = path, .body = keyless->body, .done = done, .context = context,
                                 .asked_ms = clock_steady_ms() };
    po_wake_at(po, 0);
    return ERR_OK;
}

bool keyless_is_next(struct poweroffice *po)
{
    const struct keyless *keyless = &po->keyless;
    int64_t due_ms = keyless->asked_ms + KEYLESS_PATIENCE_MS;

    if (!keyless->done || keyless->under_way)
        return false;
    if (!po->urgent || clock_steady_ms() >= due_ms)
        return true;
    po_wake_at(po, due_ms);
    return false;
}

enum err keyless_start(struct poweroffice *po)
{
    const struct config *config = po_config(po);
    struct keyless *keyless = &po->keyless;
    char subscription[SUBSCRIPTION_HEADER_MAX], url[URL_MAX + 1];
    struct http_request request = { .method = HTTP_POST, .body = strbuf_str(&keyless->body), .mark = po->taken_us };
    struct str key;
    int len, url_len = snprintf(url, sizeof url, STR_FMT "%s", STR_ARG(config->api_url), keyless->path);
    enum err err = ERR_TOO_LONG;

    keyless->used = keyless->other_tried ? keyless->used : po->subscription;
    key = po_subscription_key(po, keyless->used);
    len = snprintf(subscription, sizeof subscription, "Ocp-Apim-Subscription-Key: " STR_FMT, STR_ARG(key));
    if (len > 0 && (size_t)len < sizeof subscription && url_len > 0 && (size_t)url_len < sizeof url) {
        request.url = (struct str){ url, (size_t)url_len };
        request.headers[0] = (struct str){ subscription, (size_t)len };
        request.headers[1] = STR("Accept: application/json");
        request.headers[2] = STR("Content-Type: application/json");
        err = transport_start(po->transport, &request, keyless_answered, po);
    }
    explicit_bzero(subscription, sizeof subscription);
    keyless->under_way = !err;
    return err;
}

void keyless_free(struct poweroffice *po)
{
    strbuf_wipe(&po->keyless.body);
    po->keyless.done = NULL;
}
