#include "errands.h"

#include "sender_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "poweroffice/errand.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { PEER_MAX = 16, TELL_EVERY_MS = 60000 };

/* One that PowerOffice was asked for. */
struct running { struct errands *errands; bool used; char peer[PEER_MAX]; size_t peer_len; int64_t number; };

struct errands {
    struct stage *stage;
    struct poweroffice *po;
    struct keydrop *drop;
    struct link *link;
    struct running running[ERRANDS_ALL];
    int64_t tell_ms;                      /* not before (steady) */
    uint64_t untold;
};

/* An asker that takes no answers loses them: link_send() does not wait. */
static void answer(struct errands *errands, struct str peer, const struct errand_answer *said)
{
    struct strbuf head;
    struct str part[3] = { peer };
    enum err err = ERR_MEMORY;

    strbuf_init(&head, ERRAND_BYTES_MAX);
    errand_answer_write(said, &head);
    part[1] = strbuf_str(&head);
    part[2] = said->answer.body.len ? said->answer.body : STR("");
    if (!head.failed)
        err = link_send(errands->link, part, COUNT(part));
    if (err)
        log_fact("level=warning what=\"an answer did not reach who asked\" why=\"%s\"", err_text(err));
    strbuf_free(&head);
}

static void refuse(struct errands *errands, struct str peer, int64_t number, enum errand_refusal why)
{
    const struct errand_answer said = { .number = number, .refusal = why, .answer.outcome = OUTCOME_PASSING };
    int64_t now = clock_steady_ms();

    answer(errands, peer, &said);
    if (why == ERRAND_BUSY)               /* it waits, and asks again */
        return;
    stage_counter_add(errands->stage, "errands_refused", 1);
    errands->untold++;
    if (now < errands->tell_ms)
        return;
    log_fact("level=warning what=\"PowerOffice is not asked for somebody\" count=%" PRIu64 " why=%s", errands->untold,
             errand_refusal_code(why));
    errands->untold = 0;
    errands->tell_ms = now + TELL_EVERY_MS;
}

static void errand_answered(void *context, const struct answer *from)
{
    struct running *running = context;
    struct errand_answer said = { .number = running->number, .answer = *from };
    struct str peer = { running->peer, running->peer_len };

    running->used = false;
    if (from->body.len > ERRAND_ANSWER_MAX)
        refuse(running->errands, peer, running->number, ERRAND_TOO_LARGE);
    else
        answer(running->errands, peer, &said);
}

/* NULL: too many, of this asker or of all. */
static struct running *room(struct errands *errands, struct str peer)
{
    struct running *room = NULL;
    size_t own = 0;

    for (size_t i = 0; i < COUNT(errands->running); i++) {
        struct running *running = &errands->running[i];

        if (!running->used)
            room = running;
        else
            own += str_equal((struct str){ running->peer, running->peer_len }, peer);
    }
    return own < ERRANDS_EACH ? room : NULL;
}

static enum errand_refusal ask(struct errands *errands, struct str peer, const struct errand *errand)
{
    const struct venue *venue = config_venue(stage_config(errands->stage), str_of(errand->venue));
    struct call call = { .venue = venue, .method = CALL_GET, .path = str_of(errand->path), .asked = true };
    struct running *running;

    if (!errand_reads(call.path))
        return ERRAND_NO_READ;
    if (!venue)
        return ERRAND_NO_VENUE;
    if (!venue->client_key.len || !str_equal(venue->client_id, str_of(errand->client)))
        return ERRAND_OTHER_KEY;
    running = stage_stopping(errands->stage) ? NULL : room(errands, peer);
    if (!running)
        return ERRAND_BUSY;
    *running = (struct running){ .errands = errands, .peer_len = peer.len, .number = errand->number };
    memcpy(running->peer, peer.bytes, peer.len);
    if (poweroffice_call(errands->po, &call, errand_answered, running))
        return ERRAND_BUSY;
    running->used = true;
    stage_counter_add(errands->stage, "errands", 1);
    return ERRAND_TAKEN;
}

static void drop_ended(void *context, const struct errand_answer *from)
{
    struct running *running = context;
    struct errand_answer said = *from;

    running->used = false;
    said.number = running->number;
    answer(running->errands, (struct str){ running->peer, running->peer_len }, &said);
}

static enum errand_refusal take_key(struct errands *errands, struct str peer, const struct errand *errand)
{
    struct running *running = stage_stopping(errands->stage) ? NULL : room(errands, peer);
    enum errand_refusal refusal;

    if (!running)
        return ERRAND_BUSY;
    *running = (struct running){ .errands = errands, .peer_len = peer.len, .number = errand->number };
    memcpy(running->peer, peer.bytes, peer.len);
    refusal = keydrop_take(errands->drop, errand->name, drop_ended, running);
    running->used = refusal == ERRAND_TAKEN;
    return refusal;
}

static void greet(struct errands *errands, struct str peer, int64_t number)
{
    struct errand_answer said = { .number = number };

    if (errand_set_up(stage_config(errands->stage), stage_arena(errands->stage), said.set_up))
        answer(errands, peer, &said);
    else
        refuse(errands, peer, number, ERRAND_BUSY);
}

static enum err take(struct errands *errands, const struct frames *frames)
{
    struct errand errand;
    enum errand_refusal refusal = ERRAND_MALFORMED;

    if (frames->count != 2 || frames->part[0].len > PEER_MAX)
        return ERR_FORMAT;
    if (errand_read(frames->part[1], &errand)) {
        refuse(errands, frames->part[0], errand.number, ERRAND_MALFORMED);
        return ERR_FORMAT;
    }
    if (errand.kind == ERRAND_HELLO) {
        greet(errands, frames->part[0], errand.number);
        return ERR_OK;
    }
    refusal = (errand.kind == ERRAND_DROP ? take_key : ask)(errands, frames->part[0], &errand);
    if (refusal != ERRAND_TAKEN)
        refuse(errands, frames->part[0], errand.number, refusal);
    return ERR_OK;
}

static enum err errand_came(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    (void)stage;
    (void)link;
    return take(((const struct sender *)state)->errands, frames);
}

enum err errands_open(struct stage *stage, struct poweroffice *po, struct keydrop *drop, struct errands **ret_errands,
                      struct fault *fault)
{
    struct errands *errands = calloc(1, sizeof *errands);
    enum err err;

    if (!errands)
        return fault_set(fault, ERR_MEMORY, "no memory");
    errands->stage = stage;
    errands->po = po;
    errands->drop = drop;
    err = link_open(stage, ZMQ_ROUTER, errand_came, &errands->link);
    if (!err)
        err = link_bound(errands->link, ERRANDS_ALL);
    if (!err)
        err = link_bound_bytes(errands->link, ERRAND_BYTES_MAX);
    if (!err)
        err = link_bind(errands->link, ERRAND_SOCKET, fault);
    if (err) {
        errands_close(errands);
        return err;
    }
    *ret_errands = errands;
    return ERR_OK;
}

void errands_close(struct errands *errands)
{
    free(errands);
}
