/* rejudge.c - held documents are judged again when, and only when, something changed that they may wait for:
 * the client's reference data, its customers' connections, or the configuration. */
#include "sender_inside.h"

#include <string.h>

enum { BATCH = 64 };

void rejudge_send(struct sender *sender, struct str draft)
{
    if (link_send(sender->validators, &draft, 1))
        stage_counter_add(sender->stage, "drafts_unjudged", 1);
}

void rejudge_all(struct sender *sender)
{
    for (size_t i = 0; i < sender->client_count; i++) {
        sender->clients[i].rejudge = sender->rejudging = true;
        sender->clients[i].after[0] = '\0';
    }
}

/* Of several instances each takes its share, and that of those that do not run. */
static bool mine(const struct sender *sender, struct str doc)
{
    int instances = sender->instances, me = stage_instance(sender->stage);
    uint32_t hash = 2166136261u;
    int whose;

    for (size_t i = 0; i < doc.len; i++)
        hash = (hash ^ (unsigned char)doc.bytes[i]) * 16777619u;
    whose = instances > 0 ? (int)(hash % (uint32_t)instances) : me;
    return whose == me || !owners_running(sender->owners, whose);
}

struct round { struct sender *sender; struct sender_client *client; size_t sent; bool full, end; };

static enum err judge(struct txn *txn, const struct doc_due *due, void *context)
{
    struct round *round = context;
    struct record record;
    struct str value;
    enum err err;

    if (round->sent == BATCH) {
        round->end = false;
        return ERR_STOP;
    }
    err = store_get(txn, DOCS, due->doc, &value);
    if (!err)
        err = record_decode(value, &record);
    if (err)
        return err;
    if (mine(round->sender, due->doc) && link_send(round->sender->validators, &record.draft, 1)) {
        round->full = true;               /* no validator is up, or all are busy: from here on, later */
        round->end = false;
        return ERR_STOP;
    }
    round->sent++;
    return str_copy(due->doc, round->client->after, sizeof round->client->after) ? ERR_OK : ERR_STORE_DAMAGED;
}

static enum err judge_work(struct txn *txn, void *context)
{
    struct round *round = context;

    round->end = true;
    return docs_held(txn, str_of(round->client->id), str_of(round->client->after), judge, round);
}

static void note_versions(struct sender *sender)
{
    uint64_t generation = refstore_generation(sender->ref);

    if (generation == sender->ref_seen)
        return;
    sender->ref_seen = generation;
    for (size_t i = 0; i < sender->client_count; i++) {
        struct sender_client *client = &sender->clients[i];
        uint64_t version = 0;

        if (refdata_version(sender->ref, str_of(client->id), &version) || version == client->version)
            continue;
        client->version = version;
        client_accepted(sender, i);
        client->mend = 0;                 /* what is still held says so again */
        client->rejudge = sender->rejudging = true;
        client->after[0] = '\0';
        for (size_t t = 0; t < sender->turn_count; t++)
            if (sender->turns[t].client == i && sender->turns[t].state == TURN_WAIT)
                sender->turns[t].state = TURN_LOOK;
    }
}

enum err rejudge_run(struct sender *sender)
{
    int64_t steady = stage_steady_ms(sender->stage);
    bool still = false;

    if (steady >= sender->versions_ms) {
        note_versions(sender);
        sender->versions_ms = steady + REFRESH_MS;
    }
    if (steady < sender->again_ms || !sender->rejudging)
        return ERR_OK;
    for (size_t i = 0; i < sender->client_count; i++) {
        struct round round = { sender, &sender->clients[i], 0, false, false };
        enum err err;

        if (!sender->clients[i].rejudge)
            continue;
        err = store_read(docs_store(sender->docs), judge_work, &round);
        if (err)
            return err;
        stage_counter_add(sender->stage, "rejudged", (int64_t)round.sent);
        sender->clients[i].rejudge = !round.end;
        still |= !round.end;
        if (round.full) {
            sender->again_ms = steady + REFRESH_MS;
            return ERR_OK;
        }
    }
    sender->rejudging = still;
    return ERR_OK;
}
