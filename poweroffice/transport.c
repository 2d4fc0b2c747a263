#include "transport.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lease.h"

enum { AGENT_SIZE = 256, IDLE_CONNECTION_S = 30, REPLY_KEPT = 65536, WAIT_FDS_MAX = 256 };

struct transfer {
    struct transfer *next;                /* in the list of idle ones, or of those that leave */
    struct transport *transport;
    CURL *easy;
    struct curl_slist *headers;
    char *url, *body;
    size_t body_len;
    struct strbuf reply;
    bool sent;
    int64_t mark, left_us;
    transport_done done;
    void *context;
};

struct transport {
    CURLM *multi;
    struct transfer *idle, *leaving, **all;
    size_t all_count, under_way, held;    /* held: bytes of answers that are being read */
    long connect_ms, answer_ms;
    char agent[AGENT_SIZE];
    transport_left left;
    void *left_context;
};

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct transport *transport = transfer->transport;

    if (transport->held + size * count > HTTP_REPLIES_MAX)
        return 0;                             /* as one that is too long: what it was to is asked again */
    transport->held -= transfer->reply.len;
    strbuf_add(&transfer->reply, (struct str){ bytes, size * count });
    transport->held += transfer->reply.len;
    return transfer->reply.failed ? 0 : size * count;
}

static void tell_left(struct transfer *transfer)
{
    transfer->left_us = clock_steady_us();
    if (transfer->transport->left)
        transfer->transport->left(transfer->transport->left_context, transfer->mark, transfer->left_us);
}

/* Called when a connection stands and the request is about to go out. A second call means that libcurl saw a kept
 * connection die under the request and is about to send it again: never, for the first may have arrived. */
static int about_to_send(void *context, char *to_ip, char *from_ip, int to_port, int from_port)
{
    struct transfer *transfer = context;

    (void)to_ip;
    (void)from_ip;
    (void)to_port;
    (void)from_port;
    if (transfer->sent || !lease_holds())                   /* else another may be at the same by now */
        return CURL_PREREQFUNC_ABORT;
    transfer->sent = true;
    transfer->next = transfer->transport->leaving;
    transfer->transport->leaving = transfer;
    return CURL_PREREQFUNC_OK;
}

/* That one left is told after it was handed over: the machine may stand still in between. */
static void perform(struct transport *transport)
{
    struct transfer *transfer;
    int running;

    (void)curl_multi_perform(transport->multi, &running);
    while ((transfer = transport->leaving)) {
        transport->leaving = transfer->next;
        tell_left(transfer);
    }
}

enum err transport_open(struct transport **ret_transport)
{
    struct transport *transport = calloc(1, sizeof *transport);

    if (!transport)
        return ERR_MEMORY;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || !(transport->multi = curl_multi_init())) {
        free(transport);
        return ERR_SYSTEM;
    }
    (void)curl_multi_setopt(transport->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    transport_patience(transport, 5000, 15000, 64);
    transport_agent(transport, STR("Bilag/" BILAG_VERSION));
    *ret_transport = transport;
    return ERR_OK;
}

void transport_patience(struct transport *transport, int32_t connect_ms, int32_t answer_ms, int32_t connections)
{
    transport->connect_ms = connect_ms;
    transport->answer_ms = answer_ms;
    (void)curl_multi_setopt(transport->multi, CURLMOPT_MAXCONNECTS, (long)connections);
    (void)curl_multi_setopt(transport->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)connections);
}

void transport_agent(struct transport *transport, struct str agent)
{
    ensure(str_copy(agent, transport->agent, sizeof transport->agent));
}

void transport_leaving(struct transport *transport, transport_left left, void *context)
{
    transport->left = left;
    transport->left_context = context;
}

/* Headers carry keys and tokens. */
static void wipe_headers(struct curl_slist *headers)
{
    for (struct curl_slist *at = headers; at; at = at->next)
        explicit_bzero(at->data, strlen(at->data));
    curl_slist_free_all(headers);
}

static void transfer_clear(struct transfer *transfer)
{
    wipe_headers(transfer->headers);
    transfer->headers = NULL;
    free(transfer->url);
    if (transfer->body)                   /* a token that is good once, a customer's name */
        explicit_bzero(transfer->body, transfer->body_len);
    free(transfer->body);
    transfer->url = transfer->body = NULL;
    transfer->transport->held -= transfer->reply.len;
    if (transfer->reply.bytes)
        explicit_bzero(transfer->reply.bytes, transfer->reply.len);
    if (transfer->reply.cap > REPLY_KEPT)
        strbuf_free(&transfer->reply);
    strbuf_reset(&transfer->reply);
    curl_easy_reset(transfer->easy);
    transfer->next = transfer->transport->idle;
    transfer->transport->idle = transfer;
}

static struct transfer *transfer_take(struct transport *transport)
{
    struct transfer *transfer = transport->idle, **all;

    if (transfer) {
        transport->idle = transfer->next;
        return transfer;
    }
    all = reallocarray(transport->all, transport->all_count + 1, sizeof *all);
    if (!all)
        return NULL;
    transport->all = all;
    transfer = calloc(1, sizeof *transfer);
    if (!transfer)
        return NULL;
    transfer->transport = transport;
    strbuf_init(&transfer->reply, HTTP_REPLY_MAX);
    transfer->easy = curl_easy_init();
    if (!transfer->easy) {
        free(transfer);
        return NULL;
    }
    all[transport->all_count++] = transfer;
    return transfer;
}

void transport_close(struct transport *transport)
{
    if (!transport)
        return;
    for (size_t i = 0; i < transport->all_count; i++) {
        struct transfer *transfer = transport->all[i];

        (void)curl_multi_remove_handle(transport->multi, transfer->easy);
        transfer_clear(transfer);
        curl_easy_cleanup(transfer->easy);
        strbuf_free(&transfer->reply);
        free(transfer);
    }
    (void)curl_multi_cleanup(transport->multi);
    curl_global_cleanup();
    free(transport->all);
    free(transport);
}

static bool add_header(struct transfer *transfer, struct str header)
{
    char *line = strndup(header.bytes ? header.bytes : "", header.len);
    struct curl_slist *more = line ? curl_slist_append(transfer->headers, line) : NULL;

    if (line)
        explicit_bzero(line, header.len);
    free(line);
    if (more)
        transfer->headers = more;
    return more != NULL;
}

static bool copy_request(struct transfer *transfer, const struct http_request *request)
{
    bool fine = add_header(transfer, STR("Expect:"));        /* else 1 MB and more waits for a 100 */

    for (size_t i = 0; i < HTTP_HEADERS_MAX && fine; i++)
        if (request->headers[i].len)
            fine = add_header(transfer, request->headers[i]);
    transfer->url = strndup(request->url.bytes, request->url.len);
    transfer->body = malloc(request->body.len + 1);
    transfer->body_len = request->body.len;
    if (!fine || !transfer->url || !transfer->body)
        return false;
    if (request->body.len)
        memcpy(transfer->body, request->body.bytes, request->body.len);
    return true;
}

/* An option that fails would leave a request that is not what was asked for: all are checked. */
static bool set_options(struct transfer *transfer, const struct http_request *request)
{
    static const char *const methods[] = { "GET", "POST", "PUT" };
    CURL *easy = transfer->easy;
    CURLcode code = CURLE_OK;

#define SET(option, value) (code = code ? code : curl_easy_setopt(easy, option, value))
    SET(CURLOPT_URL, transfer->url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, "");                                  /* no environment leads keys elsewhere */
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L);                             /* a name that is looked up in vain holds nobody up */
    SET(CURLOPT_CONNECTTIMEOUT_MS, transfer->transport->connect_ms);
    SET(CURLOPT_TIMEOUT_MS, transfer->transport->connect_ms +
                            (request->answer_ms ? (long)request->answer_ms : transfer->transport->answer_ms));
    SET(CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION_S);       /* a server that closes first costs a lookup */
    SET(CURLOPT_USERAGENT, transfer->transport->agent);
    SET(CURLOPT_ACCEPT_ENCODING, "");
    SET(CURLOPT_HTTPHEADER, transfer->headers);
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_PREREQFUNCTION, about_to_send);
    SET(CURLOPT_PREREQDATA, transfer);
    SET(CURLOPT_PRIVATE, transfer);
    if (request->method != HTTP_GET) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
        SET(CURLOPT_POSTFIELDS, transfer->body);
        SET(CURLOPT_CUSTOMREQUEST, methods[request->method]);
    }
#undef SET
    return code == CURLE_OK;
}

enum err transport_start(struct transport *transport, const struct http_request *request, transport_done done, void *context)
{
    struct transfer *transfer = transfer_take(transport);

    if (!transfer)
        return ERR_MEMORY;
    transfer->sent = false;
    transfer->left_us = 0;
    transfer->mark = request->mark;
    transfer->done = done;
    transfer->context = context;
    if (!copy_request(transfer, request) || !set_options(transfer, request) ||
        curl_multi_add_handle(transport->multi, transfer->easy) != CURLM_OK) {
        transfer_clear(transfer);
        return ERR_MEMORY;
    }
    transport->under_way++;
    perform(transport);                                           /* it leaves now, not after the next wait */
    return ERR_OK;
}

static struct str reply_header(CURL *easy, const char *name)
{
    struct curl_header *header;

    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? str_of(header->value) : STR_NONE;
}

/* From leaving to the first byte of the answer. */
static int64_t reply_took_us(CURL *easy)
{
    curl_off_t left_us = 0, answered_us = 0;

    (void)curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &left_us);
    (void)curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &answered_us);
    return answered_us > left_us ? answered_us - left_us : 0;
}

static void transfer_end(struct transport *transport, CURL *easy, CURLcode code)
{
    struct transfer *transfer = NULL;
    struct http_reply reply = { .curl_code = (int)code };

    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply.status);
    if (!transfer->sent)
        tell_left(transfer);
    reply.sent = transfer->sent;
    reply.left_us = transfer->left_us;
    reply.took_us = reply_took_us(easy);
    reply.body = strbuf_str(&transfer->reply);
    reply.location = reply_header(easy, "Location");
    reply.retry_after = reply_header(easy, "Retry-After");
    reply.pagination = reply_header(easy, "X-Pagination");
    transport->under_way--;
    (void)curl_multi_remove_handle(transport->multi, easy);
    transfer->done(transfer->context, &reply);
    transfer_clear(transfer);
}

void transport_turn(struct transport *transport)
{
    CURLMsg *message;
    int left;

    perform(transport);
    while ((message = curl_multi_info_read(transport->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            transfer_end(transport, message->easy_handle, message->data.result);
}

size_t transport_under_way(const struct transport *transport)
{
    return transport->under_way;
}

int transport_wait(void *context, struct pollfd *fds, size_t count, int timeout_ms)
{
    struct transport *transport = context;
    struct curl_waitfd waits[WAIT_FDS_MAX];
    int ready = 0;

    ensure(count <= WAIT_FDS_MAX);
    for (size_t i = 0; i < count; i++)
        waits[i] = (struct curl_waitfd){ .fd = fds[i].fd, .events = CURL_WAIT_POLLIN };
    if (curl_multi_poll(transport->multi, waits, (unsigned)count, timeout_ms, &ready) != CURLM_OK)
        return -1;
    for (size_t i = 0; i < count; i++)
        fds[i].revents = waits[i].revents ? POLLIN : 0;
    return ready;
}
