/* Frames of the sockets beside drafts, verdicts and seals: what a reader asks of the log, the log's answer, a batch of events as a
 * client of ZeroMQ sends it, and ingest's answer to it. */
#include "event.h"

#include "domain/config.h"
#include "ingest/batches.h"
#include "ingest/logservice.h"
#include "stage/ingestclient.h"
#include "stage/logclient.h"
#include "tests/temporary.h"

enum { PARTITIONS = 4 };

static void ask(struct str text)
{
    struct log_ask ask;

    if (log_ask_read(text, &ask) == ERR_OK)
        MUST(ask.credit > 0 && ask.needed <= ask.from);
}

/* The first byte says how long the head is. */
static void batch(struct str text)
{
    size_t head = text.len ? (unsigned char)text.bytes[0] : 0, taken = 0;
    struct logbatch batch;
    uint64_t begin;

    if (text.len < 1 + head ||
        logbatch_read((struct str){ text.bytes + 1, head }, (struct str){ text.bytes + 1 + head, text.len - 1 - head },
                      PARTITIONS, &batch, &begin))
        return;
    MUST(batch.partition < PARTITIONS && (batch.count == 0 || batch.end - batch.first >= batch.count));
    while (taken < batch.count && !batch.events.failed) {
        struct str event = take_any(&batch.events);

        MUST(batch.events.failed || (event.bytes >= text.bytes && event.bytes + event.len <= text.bytes + text.len));
        taken++;
    }
}

static void answer(struct str text)
{
    struct ingest_answer answer;
    struct fault fault = { "" };
    struct arena arena;
    enum err err;

    arena_init(&arena, FUZZ_ARENA_BYTES);
    err = ingest_answer_read(text, &arena, &answer, &fault);
    MUST(err == ERR_OK || fault.text[0]);
    MUST(err != ERR_OK || answer.rejected >= answer.reject_count || answer.reject_count == 0 || answer.rejected > 0);
    arena_free(&arena);
}

/* Into a log of its own, which is never committed to: as after a flood that is given up. */
static void events(struct str text)
{
    static struct config config = { .partitions = PARTITIONS, .language = STR("en") };
    static struct eventlog *event_log;
    static struct intake *intake;
    struct delivery delivery;
    struct fault fault = { "" };
    char folder[40];
    const char *error;

    if (!event_log) {
        config.ingest.batch_events = 1 << 20;
        config.ingest.line_bytes_max = 1 << 20;
        MUST(temporary_folder("fuzz", folder, sizeof folder));
        MUST(eventlog_open(str_of(folder), PARTITIONS, STORE_VOLATILE, &event_log, &fault) == ERR_OK);
        MUST(intake_open(event_log, &config, &intake) == ERR_OK);
    }
    delivery_init(&delivery, "zmq", STR_NONE);
    error = batch_take(intake, &delivery, text);
    MUST(!delivery.failed && (!error || delivery.rejected == 1));
    delivery_free(&delivery, intake);
    MUST(intake_commit(intake, 1) == ERR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static void (*const readers[])(struct str) = { ask, batch, answer, events };
    unsigned which = fuzz_choice(&bytes, &len, COUNT(readers));

    readers[which]((struct str){ (const char *)bytes, len });
    return 0;
}
