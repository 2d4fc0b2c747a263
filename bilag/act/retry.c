#include "retry.h"

#include "base/killpoint.h"
#include "decide.h"
#include "stage/ingestclient.h"

enum { BATCH_EVENTS = 256 };

bool refusal_can_be_taken(const struct refusal *refusal)
{
    return refusal->state == REFUSAL_READY || refusal->state == REFUSAL_NO_VENUE;
}

static enum err hand_batch(struct context *context, struct ingestclient *client, struct retry *retry, size_t first,
                           int64_t patience_ms)
{
    size_t count = retry->count - first < BATCH_EVENTS ? retry->count - first : BATCH_EVENTS;
    struct ingest_item *items = arena_array(context->arena, count, sizeof *items);
    struct ingest_answer answer;
    enum err err;

    if (!items)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        items[i] = (struct ingest_item){ first + i + 1, retry->at[first + i]->canonical, STR_NONE };
    err = ingestclient_send(client, STR("refused retry"), items, count, patience_ms, context->arena, &answer, &context->fault);
    if (err)
        return err;
    retry->accepted += answer.accepted;
    retry->duplicates += answer.duplicates;
    retry->parked += answer.parked;
    retry->refused += answer.rejected;
    if (answer.reject_count && !retry->first_reason.len)
        retry->first_reason = answer.rejects[0].reason;
    return ERR_OK;
}

enum err retry_hand_over(struct context *context, struct retry *retry, int64_t patience_ms)
{
    struct ingestclient *client;
    enum err err = ingestclient_open(context->config->run_dir, context->config->stages.ingest, &client, &context->fault);

    if (err)
        return err;
    for (size_t first = 0; !err && first < retry->count; first += BATCH_EVENTS)
        err = hand_batch(context, client, retry, first, patience_ms);
    ingestclient_close(client);
    return err;
}

enum err retry_decided(struct context *context, struct retry *retry, const struct refusal_decision *decision, struct str reason,
                       int64_t patience_ms, uint64_t *ret_number)
{
    enum err err = decide(context, RETRY_VERB, decision->subject, decision->detail, reason, ret_number);

    if (err)
        return err;
    KILLPOINT("retry.after-trail");
    err = retry_hand_over(context, retry, patience_ms);
    if (!err)
        KILLPOINT("retry.after-hand-over");
    return err;
}
