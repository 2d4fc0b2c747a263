/* takeover.c - claims whose owner is dead: a request may have left, so it is looked up before anything else. */
#include "sender_inside.h"

#include "base/log.h"

#include <string.h>

enum { BATCH = 64 };

struct dead { const struct sender *sender; size_t count; char docs[BATCH][DOC_ID_SIZE]; };

static enum err collect(struct txn *txn, const struct doc_due *due, void *context)
{
    struct dead *dead = context;

    (void)txn;
    if (dead->count == BATCH)
        return ERR_STOP;
    if (owners_alive(dead->sender->owners, &due->owner))
        return ERR_OK;
    return str_copy(due->doc, dead->docs[dead->count++], DOC_ID_SIZE) ? ERR_OK : ERR_STORE_DAMAGED;
}

static enum err collect_work(struct txn *txn, void *context)
{
    struct dead *dead = context;

    dead->count = 0;
    return docs_claims(txn, collect, dead);
}

static enum err take_over(struct sender *sender, struct str doc)
{
    int64_t now = stage_now_ms(sender->stage);
    int64_t wait = stage_config(sender->stage)->sender.lookup_wait_ms;
    struct job job;
    enum err err = job_load(sender, doc, &job);

    if (err)
        return err;
    if (!job.was.claimed || owners_alive(sender->owners, &job.was.owner))
        return ERR_OK;
    if (job.was.work == WORK_LOOKUP) {    /* a search leaves no trace: from the start */
        job_move(&job, STEP_NOT_PROCESSED, now);
        job.what = STR_NONE;
    } else {
        job.now.lookups = 0;
        job_move(&job, STEP_UNKNOWN, now + wait);
        job.what = STR("taken-over");
    }
    SENDER_POINT(sender, POINT_BEFORE_TAKEOVER);
    err = job_commit(&job);
    SENDER_POINT(sender, POINT_AFTER_TAKEOVER);
    if (err)
        return err == ERR_BUSY ? ERR_OK : err;               /* another instance took it */
    log_doc(job.doc, "what=\"taken over\" work=%s of=%d", work_text(job.was.work), job.was.owner.instance);
    stage_counter_add(sender->stage, "taken_over", 1);
    turns_look(sender, job.now.venue);
    return ERR_OK;
}

enum err takeover_run(struct sender *sender)
{
    static struct dead dead;
    int64_t steady = stage_steady_ms(sender->stage);
    enum err err;

    if (steady < sender->takeover_ms || steady < sender->store_wait_ms)
        return ERR_OK;
    sender->takeover_ms = steady + TAKEOVER_MS;
    dead.sender = sender;
    err = store_read(docs_store(sender->docs), collect_work, &dead);
    for (size_t i = 0; !err && i < dead.count; i++)
        err = take_over(sender, str_of(dead.docs[i]));
    return err;
}
