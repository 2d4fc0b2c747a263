#include "asker.h"

#include "base/clock.h"
#include "errand.h"
#include "stage/stagekeys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

enum { CALLS_MAX = 512, HELLO_MS = 5000, AGAIN_MS = 200, HANDSHAKE_MS = 5000, ANSWER_FRAMES = 2,
       ENDINGS = ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                 ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL };

static const char monitor_name[] = "inproc://uploader";
static const char no_uploader[] = "the uploader does not run, and it alone asks PowerOffice for who has no keys: start it "
                                  "(systemctl start bilag-uploader@0)";
static const char no_answer[] = "the uploader runs and does not answer; see its log";
static const char uploader_ended[] = "the uploader ended before PowerOffice had answered; try again when it runs";

struct asked {
    struct asked *next;
    int64_t number, not_before_ms;        /* number 0: not with the uploader */
    struct errand errand;
    struct errand_answer *whole;          /* where it goes as it is, whatever it says; NULL: to done() */
    bool *came;
    answered done;
    void *context;
};

struct asker {
    const struct config *config;
    void *zmq, *socket, *monitor;
    struct asked *first, **end;
    size_t count, out;                    /* out: with the uploader */
    int64_t number, hello_until_ms;
    bool greeted, same, lost;
    struct fault trouble;
};

/* --- the socket ---------------------------------------------------------------------------------------------- */

static bool set_text(void *socket, int option, const char *text)
{
    return zmq_setsockopt(socket, option, text, strlen(text)) == 0;
}

static bool set_number(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

/* Once connected, never again: whoever answers then is another uploader, which knows nothing of what was asked. */
static bool prepare(struct asker *asker, const struct stagekeys *keys)
{
    int64_t bytes_max = ERRAND_ANSWER_MAX;
    void *socket = asker->socket = zmq_socket(asker->zmq, ZMQ_DEALER);

    if (!socket || !set_number(socket, ZMQ_LINGER, 0) || !set_number(socket, ZMQ_RECONNECT_IVL, -1) ||
        !set_number(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) ||
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &bytes_max, sizeof bytes_max) != 0 ||
        !set_text(socket, ZMQ_CURVE_SERVERKEY, stagekeys_public(keys, KIND_UPLOADER)) ||
        !set_text(socket, ZMQ_CURVE_PUBLICKEY, stagekeys_public(keys, KIND_ASKER)) ||
        !set_text(socket, ZMQ_CURVE_SECRETKEY, stagekeys_secret(keys)) ||
        zmq_socket_monitor(socket, monitor_name, ENDINGS) != 0)
        return false;
    asker->monitor = zmq_socket(asker->zmq, ZMQ_PAIR);
    return asker->monitor && set_number(asker->monitor, ZMQ_LINGER, 0) && zmq_connect(asker->monitor, monitor_name) == 0;
}

static enum err connect_to(struct asker *asker, const char *where, struct fault *fault)
{
    struct stagekeys *keys = NULL;
    enum err err = stagekeys_open(asker->config->state_dir, stage_kind_text(KIND_ASKER), &keys, fault);

    if (err)
        return err;
    asker->zmq = zmq_ctx_new();
    if (!asker->zmq || !prepare(asker, keys) || zmq_connect(asker->socket, where) != 0)
        err = fault_set(fault, ERR_SYSTEM, "no socket to the uploader: %s", zmq_strerror(errno));
    stagekeys_close(keys);
    return err;
}

static void close_socket(void **socket)
{
    if (*socket)
        (void)zmq_close(*socket);
    *socket = NULL;
}

/* --- calls ---------------------------------------------------------------------------------------------------- */

static struct asked **place_of(struct asker *asker, int64_t number)
{
    struct asked **at = &asker->first;

    while (*at && (*at)->number != number)
        at = &(*at)->next;
    return at;
}

static struct asked *unlink_(struct asker *asker, struct asked **at)
{
    struct asked *asked = *at;

    *at = asked->next;
    if (!*at)
        asker->end = at;
    asker->count--;
    asker->out -= asked->number != 0;
    return asked;
}

static void end(struct asker *asker, struct asked **at, const struct answer *answer)
{
    struct asked *asked = unlink_(asker, at);

    if (asked->done)
        asked->done(asked->context, answer);
    free(asked);
}

/* Not asked, and why: for the one who waits, and kept for the program. */
static void end_unasked(struct asker *asker, struct asked **at)
{
    struct answer answer = { .outcome = OUTCOME_PASSING };

    (void)snprintf(answer.detail, sizeof answer.detail, "%s", asker->trouble.text);
    end(asker, at, &answer);
}

/* Those that done() asks for meanwhile are refused by asker_call(). */
static void lose(struct asker *asker, const char *why)
{
    asker->lost = true;
    (void)fault_set(&asker->trouble, ERR_NETWORK, "%s", fault_words(why));
    while (asker->first)
        end_unasked(asker, &asker->first);
}

static void take_answer(struct asker *asker, const struct errand_answer *from)
{
    struct asked **at = place_of(asker, from->number);

    if (!asker->greeted && from->number == 0) {
        char own[SET_UP_SIZE] = "";
        struct arena arena;

        arena_init(&arena, 1u << 20);
        asker->greeted = true;
        asker->same = errand_set_up(asker->config, &arena, own) && strcmp(own, from->set_up) == 0;
        arena_free(&arena);
        return;
    }
    if (!*at || from->number == 0)
        return;
    if ((*at)->whole && from->refusal != ERRAND_BUSY) {
        *(*at)->whole = *from;
        (*at)->whole->answer.body = STR_NONE;                /* dead with the message */
        *(*at)->came = true;
        free(unlink_(asker, at));
        return;
    }
    if (from->refusal == ERRAND_TAKEN) {
        end(asker, at, &from->answer);
        return;
    }
    if (from->refusal == ERRAND_BUSY) {
        asker->out--;
        (*at)->number = 0;
        (*at)->not_before_ms = clock_steady_ms() + AGAIN_MS;
        return;
    }
    (void)fault_set(&asker->trouble, ERR_REFUSED, "%s", fault_words(errand_refusal_words(from->refusal)));
    end_unasked(asker, at);
}

/* --- the loop ------------------------------------------------------------------------------------------------- */

/* Frames beyond those of an answer are read and left. */
static bool receive(struct asker *asker)
{
    zmq_msg_t frames[ANSWER_FRAMES], rest;
    struct errand_answer from;
    size_t count = 0;
    bool more = true, came = true;

    for (size_t i = 0; i < ANSWER_FRAMES; i++)
        (void)zmq_msg_init(&frames[i]);
    (void)zmq_msg_init(&rest);
    while (came && more) {
        zmq_msg_t *to = count < ANSWER_FRAMES ? &frames[count] : &rest;

        came = zmq_msg_recv(to, asker->socket, ZMQ_DONTWAIT) >= 0;
        more = came && zmq_msg_more(to);
        count += came;
    }
    if (came && count == ANSWER_FRAMES &&
        errand_answer_read((struct str){ zmq_msg_data(&frames[0]), zmq_msg_size(&frames[0]) },
                           (struct str){ zmq_msg_data(&frames[1]), zmq_msg_size(&frames[1]) }, &from) == ERR_OK)
        take_answer(asker, &from);
    for (size_t i = 0; i < ANSWER_FRAMES; i++)
        (void)zmq_msg_close(&frames[i]);
    (void)zmq_msg_close(&rest);
    return came;
}

static bool send_errand(struct asker *asker, const struct errand *errand)
{
    struct strbuf text;
    bool sent;

    strbuf_init(&text, ERRAND_BYTES_MAX);
    errand_write(errand, &text);
    sent = !text.failed && zmq_send(asker->socket, text.bytes, text.len, ZMQ_DONTWAIT) >= 0;
    strbuf_free(&text);
    return sent;
}

/* When one that was put off may go again; INT64_MAX: none is. */
static int64_t send_some(struct asker *asker)
{
    int64_t now_ms = clock_steady_ms(), next_ms = INT64_MAX;

    for (struct asked *asked = asker->first; asked && asker->out < ERRANDS_EACH; asked = asked->next) {
        if (asked->number)
            continue;
        if (asked->not_before_ms > now_ms) {
            next_ms = asked->not_before_ms < next_ms ? asked->not_before_ms : next_ms;
            continue;
        }
        asked->errand.number = asker->number + 1;
        if (!send_errand(asker, &asked->errand)) {
            next_ms = now_ms + AGAIN_MS;
            break;
        }
        asked->number = ++asker->number;
        asker->out++;
    }
    return next_ms;
}

/* Answers that came before the end count; then the end does. */
static void turn(struct asker *asker, int64_t until_ms)
{
    zmq_pollitem_t items[] = { { .socket = asker->socket, .events = ZMQ_POLLIN },
                               { .socket = asker->monitor, .events = ZMQ_POLLIN } };
    int64_t next_ms = asker->greeted ? send_some(asker) : INT64_MAX, left_ms;

    until_ms = next_ms < until_ms ? next_ms : until_ms;
    left_ms = until_ms - clock_steady_ms();
    if (zmq_poll(items, COUNT(items), left_ms > 0 ? left_ms : 0) <= 0)
        return;
    while (receive(asker))
        ;
    if (items[1].revents)
        lose(asker, asker->greeted ? uploader_ended : no_uploader);
}

static enum err greet(struct asker *asker, struct fault *fault)
{
    const struct errand hello = { .kind = ERRAND_HELLO };

    asker->hello_until_ms = clock_steady_ms() + HELLO_MS;
    return send_errand(asker, &hello) ? ERR_OK
                                      : fault_set(fault, ERR_SYSTEM, "no socket to the uploader: %s", zmq_strerror(errno));
}

static enum err be_greeted(struct asker *asker, struct fault *fault)
{
    while (!asker->greeted && !asker->lost && clock_steady_ms() < asker->hello_until_ms)
        turn(asker, asker->hello_until_ms);
    if (asker->greeted && !asker->lost)
        return ERR_OK;
    if (!asker->lost)
        return fault_set(fault, ERR_NETWORK, "%s", fault_words(no_answer));
    return fault_set(fault, ERR_NOT_FOUND, "%s", fault_words(no_uploader));
}

/* --- what others see ------------------------------------------------------------------------------------------ */

enum err asker_begin(const struct config *config, struct asker **ret_asker, struct fault *fault)
{
    struct asker *asker;
    char where[256];
    int len = snprintf(where, sizeof where, "ipc://" STR_FMT "/" ERRAND_SOCKET ".curve.ipc", STR_ARG(config->run_dir));
    enum err err;

    if (len < 0 || (size_t)len >= sizeof where)
        return fault_set(fault, ERR_CONFIG, "run_dir has too long a name");
    if (access(where + strlen("ipc://"), R_OK | W_OK) != 0)
        return errno == EACCES ? fault_set(fault, ERR_REFUSED, "the uploader lets only the user in whose this installation is: "
                                           "%s", strerror(errno))
                               : fault_set(fault, ERR_NOT_FOUND, "%s", fault_words(no_uploader));
    asker = calloc(1, sizeof *asker);
    if (!asker)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    asker->config = config;
    asker->end = &asker->first;
    err = connect_to(asker, where, fault);
    if (!err)
        err = greet(asker, fault);
    if (err) {
        asker_close(asker);
        return err;
    }
    *ret_asker = asker;
    return ERR_OK;
}

enum err asker_open(const struct config *config, struct asker **ret_asker, struct fault *fault)
{
    struct asker *asker = NULL;
    enum err err = asker_begin(config, &asker, fault);

    if (!err)
        err = be_greeted(asker, fault);
    if (err)
        asker_close(asker);
    else
        *ret_asker = asker;
    return err;
}

enum asker_state asker_state(const struct asker *asker)
{
    return asker->lost ? ASKER_LOST : asker->greeted ? ASKER_HEARD : ASKER_GREETING;
}

void asker_close(struct asker *asker)
{
    if (!asker)
        return;
    while (asker->first)
        free(unlink_(asker, &asker->first));
    close_socket(&asker->socket);
    close_socket(&asker->monitor);
    if (asker->zmq)
        (void)zmq_ctx_term(asker->zmq);
    free(asker);
}

bool asker_same_set_up(const struct asker *asker)
{
    return asker->same;
}

static void enqueue(struct asker *asker, struct asked *asked)
{
    *asker->end = asked;
    asker->end = &asked->next;
    asker->count++;
}

enum err asker_ask(struct asker *asker, const struct errand *errand, struct errand_answer *ret_answer, bool *ret_came)
{
    struct asked *asked = asker->lost ? NULL : calloc(1, sizeof *asked);

    *ret_came = false;
    if (!asked)
        return asker->lost ? ERR_NETWORK : ERR_MEMORY;
    asked->errand = *errand;
    asked->whole = ret_answer;
    asked->came = ret_came;
    enqueue(asker, asked);
    return ERR_OK;
}

enum err asker_call(struct asker *asker, const struct call *call, answered done, void *context)
{
    struct asked *asked;

    if (call->method != CALL_GET || !errand_reads(call->path))
        return ERR_REFUSED;
    if (asker->lost)
        return ERR_NETWORK;
    if (asker->count >= CALLS_MAX)
        return ERR_BUSY;
    asked = calloc(1, sizeof *asked);
    if (!asked)
        return ERR_MEMORY;
    if (!str_copy(call->venue->id, asked->errand.venue, sizeof asked->errand.venue) ||
        !str_copy(call->venue->client_id, asked->errand.client, sizeof asked->errand.client) ||
        !str_copy(call->path, asked->errand.path, sizeof asked->errand.path)) {
        free(asked);
        return ERR_TOO_LONG;
    }
    asked->errand.kind = ERRAND_GET;
    asked->done = done;
    asked->context = context;
    enqueue(asker, asked);
    return ERR_OK;
}

size_t asker_waiting(const struct asker *asker)
{
    return asker->count;
}

void asker_run(struct asker *asker, int64_t until_steady_ms)
{
    bool first = true;

    while (!asker->lost && (asker->count || !asker->greeted) && (first || clock_steady_ms() < until_steady_ms)) {
        turn(asker, until_steady_ms);
        first = false;
        if (!asker->greeted && !asker->lost && clock_steady_ms() >= asker->hello_until_ms)
            lose(asker, no_answer);
    }
}

const char *asker_trouble(const struct asker *asker)
{
    return asker->trouble.text;
}
