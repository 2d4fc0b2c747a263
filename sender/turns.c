/* turns.c - venues take turns; within a venue, the oldest business day first, one document at a time. */
#include "sender_inside.h"

#include "base/log.h"
#include "base/places.h"
#include "poweroffice/poll.h"

#include <stdlib.h>
#include <string.h>

/* A lost answer or two is the weather; so many in a row, and from whomever, are an outage. */
enum { CLIENT_WAIT_FIRST_MS = 2000, SILENT_MAX = 5 };

int64_t back_off_ms(const struct sender *sender, uint32_t tries)
{
    const struct sender_settings *settings = &stage_config(sender->stage)->sender;
    int64_t wait = settings->retry_first_ms;

    for (uint32_t i = 1; i < tries && wait < settings->retry_max_ms; i++)
        wait *= 2;
    return wait < settings->retry_max_ms ? wait : settings->retry_max_ms;
}

/* Those that had documents before a reload have them still. */
static void clients_needed(const struct sender *sender, struct sender_client *clients, const struct places *by_id)
{
    size_t at;

    for (size_t i = 0; i < sender->client_count; i++)
        if (places_find(by_id, str_of(sender->clients[i].id), &at))
            clients[at].needed = sender->clients[i].needed;
}

/* The clients of the configuration: venues with the same key share one. */
static enum err clients_list(struct sender *sender, const struct config *config, struct sender_client *clients,
                             struct places *by_id, size_t *ret_count)
{
    size_t count = 0;

    for (size_t v = 0; v < config->venue_count; v++) {
        size_t c = count;

        if (!places_find(by_id, config->venues[v].client_id, &c)) {
            if (!str_copy(config->venues[v].client_id, clients[c].id, sizeof clients[c].id))
                return ERR_CONFIG;
            if (!places_put(by_id, str_of(clients[c].id), c))
                return ERR_MEMORY;
            clients[c].venue = &config->venues[v];
            clients[c].wants = sender->ops->ref_bits;
            count++;
        }
        clients[c].wants |= refreader_names(&config->venues[v]);
        sender->turns[v].client = c;
    }
    *ret_count = count;
    return ERR_OK;
}

static enum err clients_open(struct sender *sender, const struct config *config)
{
    struct sender_client *clients = calloc(config->venue_count + 1, sizeof *clients);
    struct places by_id = { .rows = NULL };
    size_t count = 0;
    enum err err = clients ? clients_list(sender, config, clients, &by_id, &count) : ERR_MEMORY;

    if (!err)
        clients_needed(sender, clients, &by_id);
    places_free(&by_id);
    if (err) {
        free(clients);
        return err;
    }
    free(sender->clients);
    sender->clients = clients;
    sender->client_count = count;
    return ERR_OK;
}

static size_t turn_of(const struct sender *sender, struct str venue)
{
    const struct config *config = stage_config(sender->stage);
    const struct venue *found = config_venue(config, venue);

    return found ? (size_t)(found - config->venues) : SIZE_MAX;
}

/* After a reload venues and clients have new places; what is under way keeps its own by name. */
static void replace_slots(struct sender *sender)
{
    for (size_t i = 0; i < sender->slot_count; i++) {
        struct slot *slot = &sender->slots[i];
        struct doc doc;
        size_t turn = slot->busy && !doc_parse(str_of(slot->doc), &doc) ? turn_of(sender, doc.venue) : SIZE_MAX;

        if (!slot->busy)
            continue;
        slot->client = turn == SIZE_MAX ? SIZE_MAX : sender->turns[turn].client;
        if (work_lane(slot->work) == 1)
            slot->turn = turn;
        if (slot->turn != SIZE_MAX)
            sender->turns[slot->turn].state = TURN_BUSY;
    }
}

enum err turns_open(struct sender *sender)
{
    const struct config *config = stage_config(sender->stage);
    struct turn *turns = calloc(config->venue_count + 1, sizeof *turns);
    enum err err;

    if (!turns)
        return ERR_MEMORY;
    free(sender->turns);
    sender->turns = turns;
    sender->turn_count = config->venue_count;
    sender->turn_next = 0;
    err = clients_open(sender, config);
    if (err)
        return err;
    if (!sender->slots) {
        sender->slot_count = (size_t)config->sender.in_flight_max < SLOTS_MAX ? (size_t)config->sender.in_flight_max
                                                                              : SLOTS_MAX;
        sender->slots = calloc(sender->slot_count, sizeof *sender->slots);
        if (!sender->slots)
            return ERR_MEMORY;
    }
    replace_slots(sender);
    sender->outage = (struct outage){ .on = false };
    return ERR_OK;
}

void turns_close(struct sender *sender)
{
    free(sender->turns);
    free(sender->clients);
    free(sender->slots);
}

void turns_look(struct sender *sender, struct str venue)
{
    size_t turn = turn_of(sender, venue);

    if (turn != SIZE_MAX && sender->turns[turn].state != TURN_BUSY)
        sender->turns[turn].state = TURN_LOOK;
}

struct slot *slot_take(struct sender *sender, struct str doc, enum work work, size_t turn, size_t client)
{
    for (size_t i = 0; i < sender->slot_count; i++) {
        struct slot *slot = &sender->slots[i];

        if (slot->busy)
            continue;
        *slot = (struct slot){ .sender = sender, .busy = true, .work = work, .turn = turn, .client = client,
                               .since_ms = stage_steady_ms(sender->stage) };
        ensure(str_copy(doc, slot->doc, sizeof slot->doc));
        if (turn != SIZE_MAX)
            sender->turns[turn].state = TURN_BUSY;
        sender->busy++;
        return slot;
    }
    return NULL;
}

void slot_free(struct slot *slot)
{
    struct sender *sender = slot->sender;

    if (!slot->busy)
        return;
    slot->busy = slot->again = slot->lost = false;
    sender->busy--;
    if (slot->turn != SIZE_MAX)
        sender->turns[slot->turn].state = TURN_LOOK;
}

int64_t pace_ms(const struct sender *sender, uint32_t tries)
{
    return sender->outage.on ? 0 : back_off_ms(sender, tries);
}

/* PowerOffice, the network or our own line is gone: not a matter of any one document, so nobody's waiting
 * time grows; one request goes out from time to time, and when it comes through, all go on at once. */
void outage_note(struct sender *sender, const struct answer *answer)
{
    struct outage *outage = &sender->outage;
    int64_t now = stage_steady_ms(sender->stage);

    if (answer->outcome == OUTCOME_THROTTLED && !answer->status)
        return;
    outage->silent = answer->status ? 0 : outage->silent + 1;
    if (!answer->status) {
        bool gone = answer->outcome == OUTCOME_PASSING || outage->silent >= SILENT_MAX;

        if (!gone || (outage->on && now < outage->until_ms))
            return;
        if (!outage->on)
            log_fact("level=warning what=\"PowerOffice cannot be reached\" why=\"%s %s\"", answer->title,
                     answer->detail);
        outage->on = true;
        outage->tries++;
        outage->until_ms = now + back_off_ms(sender, outage->tries);
    } else if (outage->on) {
        log_fact("what=\"PowerOffice can be reached again\" tries=%u", outage->tries);
        *outage = (struct outage){ .on = false };
        for (size_t i = 0; i < sender->turn_count; i++)
            if (sender->turns[i].state == TURN_WAIT)
                sender->turns[i].state = TURN_LOOK;
    }
}

bool outage_holds(const struct sender *sender)
{
    return sender->outage.on && (stage_steady_ms(sender->stage) < sender->outage.until_ms || sender->busy);
}

/* Quickly at first, for a key may be new there, or on its way back; then as seldom as any refused key is tried. */
static int64_t login_wait_ms(const struct sender *sender, uint32_t logins)
{
    int64_t longest = stage_config(sender->stage)->sender.retry_max_ms, wait = back_off_ms(sender, logins);
    uint32_t quick = 1;

    while (quick < logins && back_off_ms(sender, quick) < longest)
        quick++;
    return wait < longest || logins <= quick ? wait : poll_refused_ms(logins - quick);
}

/* Somebody else had it accepted: what was put off for hours is put off no longer than at first. */
void client_accepted(struct sender *sender, size_t index)
{
    struct sender_client *client = &sender->clients[index];
    int64_t latest = stage_steady_ms(sender->stage) + CLIENT_WAIT_FIRST_MS;
    struct ref_summary summary;

    if (client->suspended_ms > latest && !refdata_summary(sender->ref, str_of(client->id), &summary) && !summary.login_refused)
        client->suspended_ms = latest;
}

/* When the next of those whose key is refused is tried again, by the wall clock; 0: none is. */
int64_t clients_again_ms(const struct sender *sender)
{
    int64_t steady = stage_steady_ms(sender->stage), next = 0;

    for (size_t i = 0; i < sender->client_count; i++)
        if (sender->clients[i].suspended_ms > steady && (!next || sender->clients[i].suspended_ms < next))
            next = sender->clients[i].suspended_ms;
    return next ? stage_now_ms(sender->stage) + next - steady : 0;
}

void client_suspend(struct sender *sender, size_t index)
{
    struct sender_client *client = index < sender->client_count ? &sender->clients[index] : NULL;
    int64_t now = stage_steady_ms(sender->stage);

    if (!client || now < client->suspended_ms)
        return;
    client->logins++;
    client->suspended_ms = now + CLIENT_WAIT_FIRST_MS + login_wait_ms(sender, client->logins);
    client_contradicted(sender, index);
    stage_counter_add(sender->stage, "logins_refused", 1);
}

void client_contradicted(struct sender *sender, size_t index)
{
    struct sender_client *client = index < sender->client_count ? &sender->clients[index] : NULL;

    if (client)
        client->contradicted = !refreader_contradicted(sender->reader, client->venue, client->wants);
}

/* What is held may wait for something else by now: it says so again. */
void client_acted(struct sender *sender, struct str venue)
{
    size_t turn = turn_of(sender, venue);
    struct sender_client *client = turn == SIZE_MAX ? NULL : &sender->clients[sender->turns[turn].client];

    if (!client)
        return;
    refreader_acted(sender->reader, str_of(client->id));
    client->mend = 0;
    client->rejudge = sender->rejudging = true;
    client->after[0] = '\0';
}

void client_asked(struct sender *sender, struct str venue)
{
    size_t turn = turn_of(sender, venue);

    if (turn != SIZE_MAX)
        client_contradicted(sender, sender->turns[turn].client);
}

void client_fine(struct sender *sender, size_t index)
{
    struct sender_client *client = index < sender->client_count ? &sender->clients[index] : NULL;

    if (!client || !client->logins)
        return;
    client->logins = 0;
    client->suspended_ms = 0;
    client_contradicted(sender, index);   /* its record says that the key is refused */
}

struct first { struct str venue, company, books; struct doc_due due; char doc[DOC_ID_SIZE]; };

static enum err first_work(struct txn *txn, void *context)
{
    struct first *first = context;
    enum err err = docs_first_due(txn, first->venue, first->company, first->books, &first->due);

    if (!err && !str_copy(first->due.doc, first->doc, sizeof first->doc))
        return ERR_STORE_DAMAGED;
    return err;
}

static enum err start(struct sender *sender, size_t index, const struct first *first)
{
    struct slot *slot = slot_take(sender, str_of(first->doc), first->due.work, index, sender->turns[index].client);
    enum err err = slot ? work_start(sender, slot) : ERR_OK;

    if (err == ERR_OK)
        return ERR_OK;
    slot_free(slot);
    if (err == ERR_BUSY)
        return ERR_OK;                    /* somebody was faster: the next look tells */
    if (err == ERR_NOT_FOUND || err == ERR_FORMAT || err == ERR_REFUSED) {
        log_doc(str_of(first->doc), "level=error what=\"cannot be worked on\" why=\"%s\"", err_text(err));
        sender->turns[index].state = TURN_WAIT;
        sender->turns[index].wait_ms = stage_now_ms(sender->stage) + back_off_ms(sender, 8);
        return ERR_OK;
    }
    return err;
}

/* The books that are the company's by a person's word, and that the key opens; empty: it opens others, or that is not known, so
 * that nothing of the venue may leave. */
static struct str books_of(struct sender *sender, const struct venue *venue)
{
    struct opened opened;

    if (right_books_opened(sender->ref, venue->client_id, &sender->arena, &opened) ||
        !str_equal(opened.company, venue->company))
        return STR_NONE;
    return opened.client;
}

static enum err look(struct sender *sender, size_t index)
{
    const struct config *config = stage_config(sender->stage);
    struct turn *turn = &sender->turns[index];
    struct first first = { .venue = config->venues[index].id, .company = config->venues[index].company };
    int64_t now = stage_now_ms(sender->stage);
    enum err err;

    arena_reset(&sender->arena);
    first.books = books_of(sender, &config->venues[index]);
    err = store_read(docs_store(sender->docs), first_work, &first);
    if (err == ERR_NOT_FOUND) {
        turn->state = TURN_IDLE;
        return ERR_OK;
    }
    if (err)
        return err;
    /* A wait beyond any that we set comes from a clock that has jumped: not obeyed. */
    if (first.due.next_ms > now && first.due.next_ms - now <= 20 * (int64_t)config->sender.retry_max_ms) {
        turn->state = TURN_WAIT;
        turn->wait_ms = first.due.next_ms;
        return ERR_OK;
    }
    if (first.due.claimed) {              /* another instance's, or a dead one's: takeover_run() sees to it */
        turn->state = TURN_IDLE;
        return ERR_OK;
    }
    return start(sender, index, &first);
}

static bool may_start(const struct sender *sender, size_t index, int64_t now, int64_t steady)
{
    const struct turn *turn = &sender->turns[index];

    if (turn->state != TURN_LOOK && (turn->state != TURN_WAIT || turn->wait_ms > now))
        return false;
    return sender->clients[turn->client].suspended_ms <= steady;
}

enum err turns_run(struct sender *sender)
{
    int64_t now = stage_now_ms(sender->stage), steady = stage_steady_ms(sender->stage);
    size_t begin = sender->turn_next;

    if (stage_stopping(sender->stage) || steady < sender->store_wait_ms)
        return ERR_OK;
    for (size_t i = 0; i < sender->turn_count && sender->busy < sender->slot_count; i++) {
        size_t index = (begin + i) % sender->turn_count;
        enum err err;

        if (outage_holds(sender))
            return ERR_OK;
        if (!may_start(sender, index, now, steady))
            continue;
        err = look(sender, index);
        if (err)
            return err;
        if (sender->turns[index].state == TURN_BUSY)
            sender->turn_next = (index + 1) % sender->turn_count;
    }
    return ERR_OK;
}
