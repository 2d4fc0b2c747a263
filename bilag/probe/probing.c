#include "probing.h"

#include "base/json.h"
#include "base/json_write.h"
#include "poweroffice/outcome.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BODY_BYTES = 1 << 20, BASIC_SIZE = 2000, LOOKS = 40, SEARCHES = 20, THROTTLED_TRIES = 6 };

bool probing_allows(struct str url)
{
    static const struct str places[] = {
        { "https://goapi.poweroffice.net/Demo/", 37 }, { "https://goapi.poweroffice.net/demo/", 37 },
        { "http://127.0.0.1:", 17 }, { "http://localhost:", 17 }, { "http://[::1]:", 13 },
    };

    for (size_t i = 0; i < COUNT(places); i++)
        if (url.len >= strlen(places[i].bytes) && str_starts(url, str_of(places[i].bytes)))
            return !memchr(url.bytes, '@', url.len);
    return false;
}

enum err probing_open(struct context *context, const struct venue *venue, int32_t rate, const char *evidence,
                      struct probing *ret_probing)
{
    struct probing *p = ret_probing;
    enum err err;

    *p = (struct probing){ .context = context, .config = context->config, .venue = venue, .evidence = -1,
                           .left = { .fd = -1 }, .pause_us = 1000000 / rate };
    randombytes_buf(&p->run, sizeof p->run);
    p->evidence = open(evidence, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (p->evidence < 0)
        return fault_set(&context->fault, ERR_SYSTEM, "%s cannot be written: %m", evidence);
    (void)snprintf(p->subscription, sizeof p->subscription, "Ocp-Apim-Subscription-Key: " STR_FMT,
                   STR_ARG(p->config->subscription_key));
    err = left_open(p->config->state_dir, &p->left, &context->fault);
    if (!err && transport_open(&p->transport))
        err = fault_set(&context->fault, ERR_SYSTEM, "libcurl does not start");
    if (err)
        return err;
    transport_patience(p->transport, p->config->sender.connect_wait_ms, p->config->sender.answer_wait_ms, 1);
    transport_agent(p->transport, arena_format(context->arena, "Bilag/" BILAG_VERSION " probe (" STR_FMT ")",
                                               STR_ARG(p->config->contact)));
    return ERR_OK;
}

void probing_close(struct probing *p)
{
    transport_close(p->transport);
    left_close(&p->left);
    if (p->evidence >= 0)
        (void)close(p->evidence);
    explicit_bzero(p->bearer, sizeof p->bearer);
    explicit_bzero(p->subscription, sizeof p->subscription);
}

/* --- one request --- */

struct hearing { struct probing *p; bool answered; int curl_code; bool sent; struct probe_heard heard; };

static void heard(void *context, const struct http_reply *reply)
{
    struct hearing *hearing = context;
    struct arena *arena = hearing->p->context->arena;

    hearing->answered = true;
    hearing->curl_code = reply->curl_code;
    hearing->sent = reply->sent;
    hearing->heard.status = reply->curl_code ? 0 : reply->status;
    hearing->heard.body = arena_copy(arena, reply->body);
    hearing->heard.retry_after = arena_copy(arena, reply->retry_after);
    hearing->heard.pagination = arena_copy(arena, reply->pagination);
}

/* Bodies have no keys but the token's own answer, which is left out. */
static void note(struct probing *p, const char *method, struct str url, struct str body, const struct probe_heard *reply,
                 bool token)
{
    struct strbuf line;

    strbuf_init(&line, 8u << 20);
    json_open(&line, NULL, '{');
    json_put_time(&line, "time", clock_now_ms());
    json_put_str(&line, "method", str_of(method));
    json_put_str(&line, "url", url);
    json_put_str(&line, "sent", token ? STR("(keys)") : body);
    json_put_int(&line, "status", reply->status);
    json_put_int(&line, "ms", reply->ms);
    json_put_str(&line, "answered", token && reply->status < 300 ? STR("(a token)") : reply->body);
    json_put_str(&line, "retry_after", reply->retry_after);
    json_put_str(&line, "pagination", reply->pagination);
    json_close(&line, '}');
    strbuf_char(&line, '\n');
    if (!line.failed && write(p->evidence, line.bytes, line.len) < 0)
        p->evidence = p->evidence;       /* evidence only: the probe goes on */
    strbuf_free(&line);
}

static void keep_pace(struct probing *p)
{
    int64_t wait_us = p->next_us - clock_steady_us();

    if (wait_us > 0)
        (void)usleep((useconds_t)wait_us);
    p->next_us = clock_steady_us() + p->pause_us;
}

static enum err run(struct probing *p, const struct http_request *request, bool token, struct probe_heard *ret_heard)
{
    static const char *const methods[] = { "GET", "POST", "PUT" };
    struct hearing hearing = { .p = p };
    int64_t began_ms = clock_steady_ms();
    enum err err = transport_start(p->transport, request, heard, &hearing);

    while (!err && !hearing.answered) {
        transport_turn(p->transport);    /* first: a fast answer is there, and nothing would wake us for it */
        if (!hearing.answered)
            (void)transport_wait(p->transport, NULL, 0, 100);
    }
    if (err)
        return fault_set(&p->context->fault, err, "a request could not be started");
    p->requests++;
    hearing.heard.ms = clock_steady_ms() - began_ms;
    note(p, methods[request->method], request->url, request->body, &hearing.heard, token);
    *ret_heard = hearing.heard;
    if (hearing.curl_code)
        return fault_set(&p->context->fault, ERR_NETWORK, "%s", outcome_words(hearing.curl_code, hearing.sent));
    return arena_failed(p->context->arena) ? ERR_MEMORY : ERR_OK;
}

/* So much as it asks for, or a second. */
static void wait_out(const struct probe_heard *reply)
{
    unsigned wait_s = 0;

    for (size_t i = 0; i < reply->retry_after.len && i < 2 && isdigit((unsigned char)reply->retry_after.bytes[i]); i++)
        wait_s = 10 * wait_s + (unsigned)(reply->retry_after.bytes[i] - '0');
    (void)sleep(wait_s ? wait_s : 1);
}

/* In the pace; what is throttled was not processed, and is asked again. */
static enum err run_paced(struct probing *p, const struct http_request *request, bool token, struct probe_heard *ret_heard)
{
    enum err err = ERR_OK;

    for (int i = 0; i < THROTTLED_TRIES; i++) {
        keep_pace(p);
        err = run(p, request, token, ret_heard);
        if (err || ret_heard->status != 429)
            return err;
        wait_out(ret_heard);
    }
    return err;
}

enum err probing_login(struct probing *p, int64_t *ret_life_s)
{
    char keys[1200], basic[BASIC_SIZE] = "Authorization: Basic ", token[HEADER_SIZE - 100];
    struct http_request request = { .method = HTTP_POST, .url = p->config->token_url,
                                    .body = STR("grant_type=client_credentials") };
    struct str json;
    struct probe_heard reply;
    size_t len;
    enum err err;

    len = (size_t)snprintf(keys, sizeof keys, STR_FMT ":" STR_FMT, STR_ARG(p->config->application_keys[p->venue->extension]),
                           STR_ARG(p->venue->client_key));
    if (len >= sizeof keys)
        return fault_set(&p->context->fault, ERR_TOO_LONG, "the keys are too long");
    (void)sodium_bin2base64(basic + strlen(basic), sizeof basic - strlen(basic), (const unsigned char *)keys, len,
                            sodium_base64_VARIANT_ORIGINAL);
    request.headers[0] = str_of(basic);
    request.headers[1] = str_of(p->subscription);
    request.headers[2] = STR("Content-Type: application/x-www-form-urlencoded");
    err = run_paced(p, &request, true, &reply);
    explicit_bzero(keys, sizeof keys);
    explicit_bzero(basic, sizeof basic);
    if (err)
        return err;
    if (reply.status >= 300 || json_check(reply.body, &json) || !json_member_text(json, "access_token", token, sizeof token))
        return fault_set(&p->context->fault, ERR_REFUSED, "no token came (status %ld): %.300s", reply.status,
                         reply.body.len ? reply.body.bytes : "");
    (void)json_member_int(json, "expires_in", ret_life_s);
    (void)snprintf(p->bearer, sizeof p->bearer, "Authorization: Bearer %s", token);
    explicit_bzero(token, sizeof token);
    return ERR_OK;
}

static enum err ask(struct probing *p, bool paced, enum http_method method, const char *path, struct str body, const char *type,
                    const char *subscription, struct probe_heard *ret_heard)
{
    struct http_request request = { .method = method, .body = body };
    char content[200];

    (void)snprintf(content, sizeof content, "Content-Type: %s", type ? type : "application/json");
    request.url = arena_format(p->context->arena, STR_FMT "%s", STR_ARG(p->config->api_url), path);
    request.headers[0] = str_of(p->bearer);
    request.headers[1] = str_of(subscription);
    request.headers[2] = STR("Accept: application/json");
    if (method != HTTP_GET)
        request.headers[3] = str_of(content);
    return paced ? run_paced(p, &request, false, ret_heard) : run(p, &request, false, ret_heard);
}

enum err probing_ask(struct probing *p, enum http_method method, const char *path, struct str body, const char *type,
                     struct probe_heard *ret_heard)
{
    return ask(p, true, method, path, body, type, p->subscription, ret_heard);
}

enum err probing_ask_keyless(struct probing *p, const char *path, struct probe_heard *ret_heard)
{
    return ask(p, true, HTTP_GET, path, STR_NONE, NULL, "Ocp-Apim-Subscription-Key: bilag-probe-no-key", ret_heard);
}

enum err probing_ask_at_once(struct probing *p, const char *path, struct probe_heard *ret_heard)
{
    return ask(p, false, HTTP_GET, path, STR_NONE, NULL, p->subscription, ret_heard);
}

/* --- vouchers --- */

/* A member's name as it is written, or with a small letter first. */
static const char *name_of(const struct probe_posting *posting, const char *name, char buffer[40])
{
    (void)snprintf(buffer, 40, "%s", name);
    if (posting->camel)
        buffer[0] = (char)(buffer[0] + ('a' - 'A'));
    return buffer;
}

static void line_of(const struct probe_posting *posting, int64_t account, int64_t vat, int32_t day, const char *amount,
                    struct strbuf *out)
{
    char name[40];

    json_open(out, NULL, '{');
    json_put_int(out, name_of(posting, "AccountId", name), account);
    json_put_int(out, name_of(posting, "VatId", name), vat);
    json_put_day(out, name_of(posting, "PostingDate", name), day);
    json_put_number(out, name_of(posting, "CurrencyAmount", name), amount);
    json_close(out, '}');
}

static void padded(char *text, size_t size, size_t len)
{
    size_t at = strlen(text);

    for (; at < len && at + 1 < size; at++)
        text[at] = 'x';
    text[at] = '\0';
}

static void body_of(struct probing *p, const struct probe_posting *posting, const char *reference, struct strbuf *out)
{
    char name[40], batch[1200] = "bilag-probe";
    int64_t account = posting->sale ? p->books.sales_account : posting->account ? posting->account : p->books.account;

    if (posting->batch_len)
        padded(batch, sizeof batch, posting->batch_len);
    json_open(out, NULL, '{');
    json_put_day(out, name_of(posting, "VoucherDate", name), posting->debit_day);
    json_put_str(out, name_of(posting, "CurrencyCode", name), STR("NOK"));
    json_put_str(out, name_of(posting, "ExternalImportReference", name), str_of(reference));
    json_put_str(out, name_of(posting, "SaftBatchId", name), str_of(batch));
    json_put_str(out, name_of(posting, "SaftSourceId", name), STR("bilag-probe"));
    json_put_str(out, name_of(posting, "Description", name), STR("bilag probe; reversed at once"));
    if (posting->stray)
        json_put_str(out, "BilagProbeStray", STR("x"));
    json_open(out, name_of(posting, "VoucherLines", name), '[');
    line_of(posting, p->books.account, p->books.vat_none, posting->debit_day, posting->debit, out);
    line_of(posting, account, posting->sale ? p->books.vat_normal : p->books.vat_none, posting->credit_day, posting->credit,
            out);
    json_close(out, ']');
    json_close(out, '}');
}

enum err probing_post(struct probing *p, const struct probe_posting *posting, struct probe_heard *ret_heard,
                      struct probe_posted *ret_posted)
{
    char reference[1200];
    struct probe_posted posted = { .stands = false };
    struct strbuf body;
    struct str json;
    enum err err;

    (void)snprintf(reference, sizeof reference, "bp-%08" PRIx32 "-%zu", p->run, ++p->references);
    if (posting->reference_len)
        padded(reference, sizeof reference, posting->reference_len);
    if (posting->reference)
        (void)snprintf(reference, sizeof reference, "%s", posting->reference);
    (void)snprintf(posted.reference, sizeof posted.reference, "%.63s", reference);
    err = left_posting(&p->left, posted.reference, posting->credit_day, &posted.index);
    if (err)
        return fault_set(&p->context->fault, err, "what is posted cannot be noted in state_dir");
    strbuf_init(&body, BODY_BYTES);
    body_of(p, posting, reference, &body);
    err = body.failed ? ERR_MEMORY : probing_ask(p, HTTP_POST, "/Vouchers/CashJournals", strbuf_str(&body), NULL, ret_heard);
    strbuf_free(&body);
    if (err)
        return err;
    if (ret_heard->status < 300 && !json_check(ret_heard->body, &json) &&
        json_member_id(json, "Id", posted.id, sizeof posted.id)) {
        posted.stands = true;
        err = left_posted(&p->left, posted.index, posted.id);
    } else if (ret_heard->status >= 400 && ret_heard->status < 500) {
        err = left_gone(&p->left, posted.index);
    }
    *ret_posted = posted;
    return err ? fault_set(&p->context->fault, err, "what was posted cannot be noted in state_dir") : ERR_OK;
}

static enum err is_reversed(struct probing *p, const char *id, bool *ret_reversed)
{
    struct probe_heard reply;
    struct str json;
    char path[120];
    enum err err;

    (void)snprintf(path, sizeof path, "/Vouchers/CashJournals/%s", id);
    err = probing_ask(p, HTTP_GET, path, STR_NONE, NULL, &reply);
    *ret_reversed = !err && reply.status < 300 && !json_check(reply.body, &json) && json_member_true(json, "IsReversed");
    return err;
}

static enum err take_back(struct probing *p, size_t index, bool *ret_gone)
{
    const struct left_voucher *voucher = &p->left.at[index];
    struct probe_heard reply;
    char path[120];
    enum err err;

    *ret_gone = false;
    (void)snprintf(path, sizeof path, "/Vouchers/Reverse/%s", voucher->id);
    err = probing_ask(p, HTTP_POST, path, STR_NONE, NULL, &reply);
    for (int look = 0; !err && look < LOOKS && !*ret_gone; look++)
        err = is_reversed(p, voucher->id, ret_gone);
    return !err && *ret_gone ? left_gone(&p->left, index) : err;
}

enum err probing_take_back(struct probing *p, const struct probe_posted *posted)
{
    bool gone;

    return posted->stands ? take_back(p, posted->index, &gone) : ERR_OK;
}

/* A row of this reference that is not reversed: the voucher's id. */
static enum err search(struct probing *p, struct left_voucher *voucher)
{
    char day[16], path[240], reference[LEFT_REFERENCE_SIZE];
    struct str json, row;
    struct probe_heard reply;
    size_t at = 0;
    enum err err;

    (void)day_text(voucher->day, day);
    (void)snprintf(path, sizeof path, "/AccountTransactions?fromDate=%s&toDate=%s&PageNumber=1&PageSize=5000", day, day);
    err = probing_ask(p, HTTP_GET, path, STR_NONE, NULL, &reply);
    if (err || reply.status >= 300 || json_check(reply.body, &json))
        return err;
    while (json_item(json, &at, &row))
        if (json_member_text(row, "ExternalImportReference", reference, sizeof reference) &&
            strcmp(reference, voucher->reference) == 0 && !json_member_true(row, "IsReversed"))
            (void)json_member_id(row, "VoucherId", voucher->id, sizeof voucher->id);
    return ERR_OK;
}

enum err probing_mend(struct probing *p, size_t *ret_standing)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < p->left.count && !err; i++) {
        struct left_voucher *voucher = &p->left.at[i];
        bool gone;

        if (voucher->gone)
            continue;
        for (int k = 0; k < SEARCHES && !voucher->id[0] && !err; k++)    /* a replica may lag */
            err = search(p, voucher);
        if (!err)
            err = voucher->id[0] ? take_back(p, i, &gone) : left_gone(&p->left, i);
    }
    *ret_standing = left_standing(&p->left);
    return err;
}

void probing_found(struct probing *p, const char *unknown, const char *what, const char *setting, const char *value,
                   const char *seen)
{
    struct probe_finding *finding = &p->findings[p->finding_count];

    if (p->finding_count == FINDINGS_MAX)
        return;
    p->finding_count++;
    finding->unknown = unknown;
    finding->what = what;
    finding->setting = setting;
    (void)snprintf(finding->value, sizeof finding->value, "%s", value ? value : "");
    (void)snprintf(finding->seen, sizeof finding->seen, "%s", seen);
}

void probing_found_status(struct probing *p, const char *unknown, const char *what, const char *setting,
                          const struct probe_heard *reply)
{
    char value[16], seen[120];

    (void)snprintf(value, sizeof value, "%ld", reply->status);
    (void)snprintf(seen, sizeof seen, "status %ld", reply->status);
    probing_found(p, unknown, what, setting, value, seen);
}

struct str heard_object(const struct probe_heard *reply)
{
    struct str json = STR_NONE;

    return reply->body.len && json_check(reply->body, &json) == ERR_OK ? json : STR_NONE;
}

bool heard_has(const struct probe_heard *reply, const char *text)
{
    return reply->body.len && text[0] && memmem(reply->body.bytes, reply->body.len, text, strlen(text));
}
