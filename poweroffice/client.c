#include "poweroffice_inside.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void queue_init(struct queue *queue)
{
    queue->first = NULL;
    queue->end = &queue->first;
}

static struct client *client_find(struct poweroffice *po, struct str id)
{
    struct client *client = po->ring;

    for (; client; client = client->next == po->ring ? NULL : client->next)
        if (str_equal(str_of(client->id), id))
            return client;
    return NULL;
}

/* The last of the ring: everybody else's turn comes first. */
static void ring_add(struct poweroffice *po, struct client *client)
{
    if (!po->ring) {
        po->ring = client->next = client->before = client;
        return;
    }
    client->next = po->ring;
    client->before = po->ring->before;
    client->before->next = client->next->before = client;
}

static void client_free(struct client *client)
{
    struct poweroffice *po = client->po;

    if (client->next == client) {
        po->ring = NULL;
    } else if (client->next) {
        client->before->next = client->next;
        client->next->before = client->before;
        if (po->ring == client)
            po->ring = client->next;
    }
    if (client->key.bytes)
        explicit_bzero((void *)(uintptr_t)client->key.bytes, client->key.len);
    sodium_memzero(&client->token_lock, sizeof client->token_lock);
    free((void *)(uintptr_t)client->key.bytes);
    free(client);
}

struct client *client_of(struct poweroffice *po, const struct venue *venue)
{
    struct client *client = client_find(po, venue->client_id);

    if (!client) {
        client = calloc(1, sizeof *client);
        if (!client)
            return NULL;
        client->po = po;
        for (size_t i = 0; i < PRIORITIES; i++)
            queue_init(&client->queues[i]);
        client->key = (struct str){ strndup(venue->client_key.bytes, venue->client_key.len), venue->client_key.len };
        if (!client->key.bytes || !str_copy(venue->client_id, client->id, sizeof client->id)) {
            client_free(client);
            return NULL;
        }
        ring_add(po, client);
    }
    client->extension = venue->extension;
    return client;
}

void client_leave_if_idle(struct client *client)
{
    for (size_t i = 0; i < PRIORITIES; i++)
        if (client->queues[i].first)
            return;
    if (!client->under_way && !client->login_under_way && !client->holds)
        client_free(client);
}

void client_enqueue(struct client *client, struct pending *pending)
{
    struct queue *queue = &client->queues[pending->priority];

    pending->next = NULL;
    *queue->end = pending;
    queue->end = &pending->next;
}

void client_put_back(struct client *client, struct pending *pending)
{
    struct queue *queue = &client->queues[pending->priority];

    pending->next = queue->first;
    queue->first = pending;
    if (!pending->next)
        queue->end = &pending->next;
}

struct pending *client_next(struct client *client, int priority, int64_t steady_ms)
{
    struct pending *pending = client->queues[priority].first;

    if (!pending || pending->not_before_ms <= steady_ms)
        return pending;
    po_wake_at(client->po, pending->not_before_ms);
    return NULL;
}

struct pending *client_take(struct client *client, int priority)
{
    struct queue *queue = &client->queues[priority];
    struct pending *pending = queue->first;

    queue->first = pending->next;
    if (!queue->first)
        queue->end = &queue->first;
    pending->next = NULL;
    return pending;
}

/* done() may ask for new calls of the same client: those are not failed. */
void client_fail_all(struct client *client, const struct answer *answer)
{
    struct queue failed[PRIORITIES];

    for (size_t i = 0; i < PRIORITIES; i++) {
        failed[i] = client->queues[i];
        queue_init(&client->queues[i]);
    }
    for (size_t i = 0; i < PRIORITIES; i++)
        for (struct pending *pending = failed[i].first, *next; pending; pending = next) {
            next = pending->next;
            po_end(pending, answer);
        }
}

void pending_free(struct pending *pending)
{
    struct poweroffice *po = pending->client->po;

    po->waiting--;
    po->urgent -= pending->priority == PRIORITY_SALES;
    po->waiting_bytes -= pending->bytes;
    if (pending->token.bytes) {
        explicit_bzero((void *)(uintptr_t)pending->token.bytes, pending->token.len);
        free((void *)(uintptr_t)pending->token.bytes);
    }
    free(pending);
}

void client_started(struct client *client, struct pending *pending)
{
    pending->next = client->under_way;
    client->under_way = pending;
}

void client_ended(struct client *client, struct pending *pending)
{
    struct pending **at = &client->under_way;

    while (*at != pending)
        at = &(*at)->next;
    *at = pending->next;
    pending->next = NULL;
}

void client_free_all(struct poweroffice *po)
{
    while (po->ring) {
        for (int i = 0; i < PRIORITIES; i++)
            /* Freeing a client moves the ring on, which the analyzer loses sight of: client->po is po.
             * NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
            while (po->ring->queues[i].first)
                pending_free(client_take(po->ring, i));
        while (po->ring->under_way) {
            struct pending *pending = po->ring->under_way;

            client_ended(po->ring, pending);
            pending_free(pending);
        }
        client_free(po->ring);
    }
}
