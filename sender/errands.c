#include "errands.h"

#include "sender_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "poweroffice/errand.h"
#include "poweroffice/onboarding.h"

#include <inttypes.h>
#include <stdio.h>
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
    struct refreader *reader;
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

/* Whose key is meant; NULL: *ret_refusal says why it is not. */
static const struct venue *venue_of(struct errands *errands, const struct errand *errand, enum errand_refusal *ret_refusal)
{
    const struct venue *venue = config_venue(stage_config(errands->stage), str_of(errand->venue));

    *ret_refusal = venue ? ERRAND_OTHER_KEY : ERRAND_NO_VENUE;
    return venue && venue->client_key.len && str_equal(venue->client_id, str_of(errand->client)) ? venue : NULL;
}

/* NULL: it is to ask again. */
static struct running *begin(struct errands *errands, struct str peer, const struct errand *errand)
{
    struct running *running = stage_stopping(errands->stage) ? NULL : room(errands, peer);

    if (!running)
        return NULL;
    *running = (struct running){ .errands = errands, .peer_len = peer.len, .number = errand->number };
    memcpy(running->peer, peer.bytes, peer.len);
    return running;
}

static enum errand_refusal ask(struct errands *errands, struct str peer, const struct errand *errand)
{
    enum errand_refusal refusal;
    struct call call = { .method = CALL_GET, .path = str_of(errand->path), .asked = true };
    struct running *running;

    if (!errand_reads(call.path))
        return ERRAND_NO_READ;
    call.venue = venue_of(errands, errand, &refusal);
    if (!call.venue)
        return refusal;
    running = begin(errands, peer, errand);
    if (!running || poweroffice_call(errands->po, &call, errand_answered, running))
        return ERRAND_BUSY;
    running->used = true;
    stage_counter_add(errands->stage, "errands", 1);
    return ERRAND_TAKEN;
}

static void books_read(void *context, struct str client_id, enum err err)
{
    struct running *running = context;
    struct errand_answer said = { .number = running->number };

    (void)client_id;
    said.answer.outcome = !err ? OUTCOME_DONE : err == ERR_REFUSED ? OUTCOME_LOGIN : OUTCOME_PASSING;
    running->used = false;
    answer(running->errands, (struct str){ running->peer, running->peer_len }, &said);
}

/* What the settings of all venues with this key name. */
static unsigned names_of(const struct config *config, struct str client_id)
{
    unsigned names = 0;

    for (size_t i = 0; i < config->venue_count; i++)
        if (str_equal(config->venues[i].client_id, client_id))
            names |= refreader_names(&config->venues[i]);
    return names;
}

/* What is known of the books is kept by the reader itself, and only whether it went well is answered. */
static enum errand_refusal read_books(struct errands *errands, struct str peer, const struct errand *errand)
{
    enum errand_refusal refusal;
    const struct venue *venue = venue_of(errands, errand, &refusal);
    struct running *running;
    unsigned want;

    if (!venue)
        return refusal;
    want = REF_FOR_ORDERS | names_of(stage_config(errands->stage), venue->client_id);
    running = begin(errands, peer, errand);
    if (!running)
        return ERRAND_BUSY;
    running->used = true;
    if (!refreader_read(errands->reader, venue, want, books_read, running)) {
        stage_counter_add(errands->stage, "errands", 1);
        return ERRAND_TAKEN;
    }
    running->used = false;
    return ERRAND_BUSY;
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
    struct running *running = begin(errands, peer, errand);
    enum errand_refusal refusal;

    if (!running)
        return ERRAND_BUSY;
    refusal = keydrop_take(errands->drop, errand->name, drop_ended, running);
    running->used = refusal == ERRAND_TAKEN;
    return refusal;
}

/* What is not our console's address leads nowhere: where PowerOffice sends the browser is not the asker's to choose. */
static bool write_begin(const struct config *config, const struct errand *errand, struct strbuf *body)
{
    char redirect[512];
    int len = snprintf(redirect, sizeof redirect, STR_FMT "/connected?state=%s", STR_ARG(config->console.address),
                       errand->state);

    if (len < 0 || (size_t)len >= sizeof redirect)
        return false;
    onboarding_begin_write(body, config->application_keys[errand->extension], str_of(errand->company), str_of(redirect));
    return !body->failed;
}

static void page_answered(void *context, const struct answer *from)
{
    struct running *running = context;
    struct errand_answer said = { .number = running->number, .answer = *from };
    bool no = from->outcome == OUTCOME_REFUSED || from->outcome == OUTCOME_LOGIN;

    running->used = false;
    said.answer.body = STR_NONE;
    if (from->outcome != OUTCOME_DONE)
        said.refusal = no ? ERRAND_SAID_NO : ERRAND_NO_PAGE;
    else if (onboarding_begin_read(from->body, said.address, NULL))
        said.refusal = ERRAND_NO_PAGE;
    answer(running->errands, (struct str){ running->peer, running->peer_len }, &said);
}

/* The application key goes to PowerOffice alone, and what comes back is an address that opens nothing by itself. */
static enum errand_refusal ask_page(struct errands *errands, struct str peer, const struct errand *errand)
{
    const struct config *config = stage_config(errands->stage);
    struct running *running;
    struct strbuf body;
    enum err err = ERR_BUSY;

    if (!config->console.address.len)
        return ERRAND_NO_CONSOLE;
    running = begin(errands, peer, errand);
    if (!running)
        return ERRAND_BUSY;
    strbuf_init(&body, ERRAND_BYTES_MAX);
    if (write_begin(config, errand, &body))
        err = poweroffice_onboard(errands->po, ONBOARDING_BEGIN, strbuf_str(&body), page_answered, running);
    strbuf_wipe(&body);
    running->used = !err;
    if (!err)
        stage_counter_add(errands->stage, "errands", 1);
    return err ? ERRAND_BUSY : ERRAND_TAKEN;
}

static void greet(struct errands *errands, struct str peer, int64_t number)
{
    struct errand_answer said = { .number = number };

    if (errand_set_up(stage_config(errands->stage), stage_arena(errands->stage), said.set_up))
        answer(errands, peer, &said);
    else
        refuse(errands, peer, number, ERRAND_BUSY);
}

static enum errand_refusal (*const takers[ERRAND_KINDS])(struct errands *, struct str, const struct errand *) = {
    [ERRAND_GET] = ask, [ERRAND_DROP] = take_key, [ERRAND_READ] = read_books, [ERRAND_PAGES] = ask_page,
};

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
    refusal = takers[errand.kind](errands, frames->part[0], &errand);
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

enum err errands_open(struct stage *stage, struct poweroffice *po, struct keydrop *drop, struct refreader *reader,
                      struct errands **ret_errands, struct fault *fault)
{
    struct errands *errands = calloc(1, sizeof *errands);
    enum err err;

    if (!errands)
        return fault_set(fault, ERR_MEMORY, "no memory");
    errands->stage = stage;
    errands->po = po;
    errands->drop = drop;
    errands->reader = reader;
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
