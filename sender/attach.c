/* attach.c - the settlement as a PDF on its voucher: a step of its own after the voucher is final. It is tried until it is
 * done or refused, blocks nobody, and is harmless twice: the same draft gives the same bytes, and a later PDF takes the
 * place of a former one (docs/poweroffice-api.md section 13). */
#include "sender_inside.h"

#include "base/log.h"

#include <string.h>

enum { PATH_BYTES_MAX = 512, BODY_BYTES_MAX = 8 * 1024 * 1024, TRIES_MAX = 12, RIGHT_WAIT_MS = 3600000 };
static const struct str right = { "VoucherDocumentation_Full", 25 };

void attach_rest(struct record *record)
{
    if (record->state != DOC_SENT || record->work != WORK_NONE || record->pdf != PDF_DUE)
        return;
    record->work = WORK_PDF;
    record->attempts = 0;
}

static void refused(struct job *job)
{
    job->now.pdf = PDF_REFUSED;
    job->now.work = WORK_NONE;
    job->now.attempts = 0;
    job->what = STR("pdf-refused");
    stage_counter_add(job->sender->stage, "pdfs_refused", 1);
}

static void attached(struct job *job)
{
    job->now.pdf = PDF_THERE;
    job->now.work = WORK_NONE;
    job->now.attempts = 0;
    job->now.words = STR_NONE;
    job->what = STR("pdf-attached");
    stage_counter_add(job->sender->stage, "pdfs_attached", 1);
}

/* A voucher that was posted just now may not be seen yet (404), so refusals are not believed at once. A right that
 * lacks comes back within the hour after it was granted. */
static bool attach_apply(struct job *job, struct slot *slot, const struct answer *answer)
{
    struct sender *sender = job->sender;
    int64_t now = stage_now_ms(sender->stage);

    job->now.attempts++;
    job->now.next_ms = now + back_off_ms(sender, job->now.attempts);
    if (answer->outcome == OUTCOME_DONE) {
        attached(job);
        return true;
    }
    job_words(job, answer);
    if (answer->outcome == OUTCOME_LOGIN && answer->status == 403 && !answer->closed) {
        client_contradicted(sender, slot->client);
        job->now.next_ms = now + RIGHT_WAIT_MS;
    } else if (answer->outcome == OUTCOME_REFUSED && job->now.attempts >= TRIES_MAX) {
        refused(job);
    }
    return true;
}

static void attach_answered(void *slot, const struct answer *answer)
{
    job_settle(slot, answer, attach_apply);
}

static enum err put_off(struct job *job, int64_t for_ms, struct str words)
{
    job->now.next_ms = stage_now_ms(job->sender->stage) + for_ms;
    job->now.words = arena_copy(&job->sender->arena, words);
    return job_commit(job);
}

static enum err may_attach(struct job *job, size_t client, bool *ret_may)
{
    struct sender *sender = job->sender;
    struct refdata ref;
    enum err err = refdata_load(sender->ref, str_of(sender->clients[client].id), &sender->arena, &ref);

    *ret_may = err || !list_has(ref.missing_privileges, right);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* The lease: who takes this up after our death, as soon as our own answer could not come any more, sends the same bytes. */
static enum err put(struct job *job, size_t client, const struct strbuf *path, const struct strbuf *body, struct str type)
{
    struct sender *sender = job->sender;
    struct slot *slot;
    enum err err;

    job->now.next_ms = stage_now_ms(sender->stage) + job->task.settings->answer_wait_ms + job->task.settings->connect_wait_ms;
    err = job_commit(job);
    if (err)
        return err;
    slot = slot_take(sender, job->doc, WORK_PDF, SIZE_MAX, client);
    ensure(slot != NULL);                 /* no more were collected than there were free ones */
    slot->asked = WORK_PDF;
    SENDER_POINT(sender, POINT_BEFORE_SEND);
    work_call_typed(slot, job, CALL_PUT, strbuf_str(path), strbuf_str(body), type, attach_answered);
    SENDER_POINT(sender, POINT_AFTER_SEND);
    return ERR_OK;
}

enum err attach_start(struct job *job, size_t client)
{
    struct fault fault = { "" };
    struct strbuf path, body;
    struct str type = STR_NONE;
    bool may;
    enum err err = may_attach(job, client, &may);

    if (err)
        return err;
    if (!may)
        return put_off(job, RIGHT_WAIT_MS, STR("the key lacks VoucherDocumentation_Full"));
    strbuf_init(&path, PATH_BYTES_MAX);
    strbuf_init(&body, BODY_BYTES_MAX);
    err = job->sender->ops->pdf_call(&job->task, &path, &body, &type, &fault);
    if (err) {
        log_doc(job->doc, "level=error what=\"no PDF\" why=\"%s\"", fault.text);
        err = put_off(job, RIGHT_WAIT_MS, str_of(fault.text));
    } else {
        err = put(job, client, &path, &body, type);
    }
    strbuf_free(&path);
    strbuf_free(&body);
    return err;
}
