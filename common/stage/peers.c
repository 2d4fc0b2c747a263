#include "peers.h"

#include "base/clock.h"
#include "base/log.h"
#include "newcomers.h"
#include "stagekeys.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define FROM(kind) (1u << KIND_##kind)

/* Every socket that decides what is booked, and the one on which PowerOffice is asked for others. Senders give the validator their own sealed drafts, to be judged again. */
static const struct peer_rule {
    const char *domain;                  /* of ZAP, and the log's word */
    const char *socket;                  /* its names are NAME-0, NAME-1 ... */
    enum stage_kind takes;               /* binds it */
    unsigned from;                       /* may send there */
} rules[] = {
    { "drafts",   "validator", KIND_VALIDATOR, FROM(MAPPER) | FROM(UPLOADER) | FROM(INVOICER) },
    { "verdicts", "uploader",  KIND_UPLOADER,  FROM(VALIDATOR) },
    { "verdicts", "invoicer",  KIND_INVOICER,  FROM(VALIDATOR) },
    { "seals",    "mapper",    KIND_MAPPER,    FROM(UPLOADER) | FROM(INVOICER) },
    { "errands",  "errands",   KIND_UPLOADER,  FROM(ASKER) },
};

static const char outside[] = "outside";             /* the domain of who is no stage */

enum { HANDSHAKE_MS = 5000, TELL_EVERY_MS = 60000, MONITOR_NAME_BYTES = 64,
       FAILURES = ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL };

struct peers {
    struct stagekeys *keys;
    struct newcomers newcomers;          /* over TCP */
    int64_t tell_ms;                     /* not before (steady) */
    uint64_t untold;
};

const struct peer_rule *peers_rule(const char *socket_name)
{
    const char *dash = strrchr(socket_name, '-');
    struct str name = { socket_name, dash ? (size_t)(dash - socket_name) : 0 };

    for (size_t i = 0; i < COUNT(rules); i++)
        if (str_equal(name, str_of(rules[i].socket)))
            return &rules[i];
    return NULL;
}

static void refused(struct stage *stage, struct str socket, const char *why)
{
    struct peers *peers = stage->peers;
    int64_t now = clock_steady_ms();

    stage_counter_add(stage, "peers_refused", 1);
    peers->untold++;
    if (now < peers->tell_ms)
        return;
    log_fact("level=warning what=\"a peer was refused, and nothing of it read\" socket=" STR_FMT " count=%" PRIu64
             " why=\"%s\"", STR_ARG(socket), peers->untold, why);
    peers->untold = 0;
    peers->tell_ms = now + TELL_EVERY_MS;
}

/* Whether a stage with this public key may send here; NULL: it may. */
static const char *judge(const struct stage *stage, struct str domain, struct str key, enum stage_kind *ret_whose)
{
    const char *why = "its key is no stage's of this installation";

    if (key.len != CURVE_BYTES)
        return "it shows no key";
    *ret_whose = stagekeys_whose(stage->peers->keys, (const unsigned char *)key.bytes);
    for (size_t i = 0; i < COUNT(rules) && *ret_whose < STAGE_KINDS; i++) {
        if (!str_equal(domain, str_of(rules[i].domain)) || strcmp(stage_kind_text(rules[i].takes), stage->ops->name) != 0)
            continue;
        if (rules[i].from & (1u << *ret_whose))
            return NULL;
        why = "its key is of a stage that may not send here";
    }
    return why;
}

/* The question of ZeroMQ, and what is answered. */
struct question {
    struct str request, domain, key;
    const char *status, *why;            /* why: not let in; NULL: let in */
    char user[CURVE_TEXT_SIZE];          /* stands with each of its messages */
};

static void judge_outside(struct stage *stage, void *state, struct question *question)
{
    question->status = "400";            /* it is told, and does not try again by itself */
    if (question->key.len != CURVE_BYTES || !stage->admit) {
        question->why = "it shows no key";
        return;
    }
    ensure(zmq_z85_encode(question->user, (const unsigned char *)question->key.bytes, CURVE_BYTES));
    question->why = stage->admit(stage, state, str_of(question->user));
}

/* 300: it may try again, for a stage whose keys are made anew is let in when all have them. */
static void judge_inside(struct stage *stage, struct question *question)
{
    enum stage_kind whose = STAGE_KINDS;

    question->status = "300";
    question->why = judge(stage, question->domain, question->key, &whose);
    if (!question->why)
        (void)snprintf(question->user, sizeof question->user, "%s", stage_kind_text(whose));
}

/* ZeroMQ's question about a peer (ZAP, RFC 27): version, request, domain, address, identity, mechanism, key. Without a
 * "yes" nothing of the peer is read. */
static enum err asked(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    enum { VERSION, REQUEST, DOMAIN, ADDRESS, IDENTITY, MECHANISM, KEY, QUESTION_FRAMES };
    struct question question = { .why = "it shows no key" };
    struct str reply[6] = { STR("1.0"), frames->count > REQUEST ? frames->part[REQUEST] : STR_NONE };

    if (frames->count == QUESTION_FRAMES && str_equal(frames->part[MECHANISM], STR("CURVE"))) {
        question.domain = frames->part[DOMAIN];
        question.key = frames->part[KEY];
        if (str_equal(question.domain, str_of(outside)))
            judge_outside(stage, state, &question);
        else
            judge_inside(stage, &question);
    }
    if (question.why)
        refused(stage, question.domain, question.why);
    reply[2] = question.why ? str_of(question.status ? question.status : "400") : STR("200");
    reply[3] = STR("");
    reply[4] = question.why ? STR("") : str_of(question.user);
    reply[5] = STR("");
    return link_send(link, reply, COUNT(reply));
}

/* What the monitor says of a connection: a number, and what belongs to it (a descriptor, or why it failed). */
static uint16_t event_of(const struct frames *frames, int *ret_value)
{
    uint16_t event = 0;
    uint32_t value = 0;

    if (frames->count && frames->part[0].len == sizeof event + sizeof value) {
        memcpy(&event, frames->part[0].bytes, sizeof event);
        memcpy(&value, frames->part[0].bytes + sizeof event, sizeof value);
    }
    *ret_value = (int)value;
    return event;
}

/* What ended before a key was shown: ZeroMQ asks nobody about it. A peer that speaks without keys hangs up itself when it hears
 * that we do not, so one that only left is counted as well. */
static enum err failed(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    int fd;
    uint16_t event = event_of(frames, &fd);

    (void)state;
    if (event == ZMQ_EVENT_ACCEPTED) {
        if (newcomers_came(&stage->peers->newcomers, fd, clock_steady_ms(), HANDSHAKE_MS))
            refused(stage, str_of(link->domain), "too many came at once, and it had shown no key yet");
        return ERR_OK;
    }
    if (event == ZMQ_EVENT_DISCONNECTED) {
        newcomers_left(&stage->peers->newcomers, fd);
        return ERR_OK;
    }
    refused(stage, str_of(link->domain), "it shows no key, or none of this installation's, or left before it had");
    return ERR_OK;
}

enum err peers_open(struct stage *stage, struct fault *fault)
{
    struct peers *peers;
    struct link *zap;
    enum err err;

    if (stage_kind_of(str_of(stage->ops->name)) == STAGE_KINDS)
        return ERR_OK;
    peers = calloc(1, sizeof *peers);
    if (!peers)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    stage->peers = peers;
    err = stagekeys_open(stage->config->state_dir, stage->ops->name, &peers->keys, fault);
    if (!err)
        err = link_open(stage, ZMQ_REP, asked, &zap);
    if (!err && zmq_bind(zap->socket, "inproc://zeromq.zap.01") != 0)
        err = fault_set(fault, ERR_SYSTEM, "nobody can be asked who may come in: %s", zmq_strerror(errno));
    return err;
}

void peers_close(struct stage *stage)
{
    if (stage->peers)
        stagekeys_close(stage->peers->keys);
    free(stage->peers);
    stage->peers = NULL;
}

static bool set_text(struct link *link, int option, const char *text)
{
    return zmq_setsockopt(link->socket, option, text, strlen(text)) == 0;
}

static bool set_number(struct link *link, int option, int value)
{
    return zmq_setsockopt(link->socket, option, &value, sizeof value) == 0;
}

static enum err watch_handshakes(struct link *link, const char *domain)
{
    int events = FAILURES | (link->outside ? ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED : 0);
    char name[MONITOR_NAME_BYTES];
    struct link *monitor;
    enum err err = link_open(link->stage, ZMQ_PAIR, failed, &monitor);

    if (err)
        return err;
    monitor->domain = domain;
    (void)snprintf(name, sizeof name, "inproc://handshakes-%zu", link->stage->link_count);
    return zmq_socket_monitor(link->socket, name, events) || zmq_connect(monitor->socket, name) ? ERR_SYSTEM : ERR_OK;
}

static enum err guard(struct link *link, const char *domain)
{
    const struct peers *peers = link->stage->peers;

    ensure(peers);
    link->domain = domain;
    if (!set_number(link, ZMQ_CURVE_SERVER, 1) || !set_text(link, ZMQ_CURVE_SECRETKEY, stagekeys_secret(peers->keys)) ||
        !set_text(link, ZMQ_ZAP_DOMAIN, domain) || !set_number(link, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS))
        return ERR_SYSTEM;
    return watch_handshakes(link, domain);
}

enum err peers_guard(struct link *link, const struct peer_rule *rule)
{
    ensure(strcmp(stage_kind_text(rule->takes), link->stage->ops->name) == 0);
    return guard(link, rule->domain);
}

enum err peers_guard_outside(struct link *link)
{
    link->outside = true;
    return guard(link, outside);
}

enum err peers_show(struct link *link, const struct peer_rule *rule)
{
    const struct peers *peers = link->stage->peers;
    enum stage_kind own = stage_kind_of(str_of(link->stage->ops->name));

    ensure(peers && own < STAGE_KINDS);
    return set_text(link, ZMQ_CURVE_SERVERKEY, stagekeys_public(peers->keys, rule->takes)) &&
           set_text(link, ZMQ_CURVE_PUBLICKEY, stagekeys_public(peers->keys, own)) &&
           set_text(link, ZMQ_CURVE_SECRETKEY, stagekeys_secret(peers->keys)) &&
           set_number(link, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) ? ERR_OK : ERR_SYSTEM;
}
