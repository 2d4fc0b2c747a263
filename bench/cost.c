/* cost - what a receipt costs, for callgrind: the same calls as ingest's and mapper's turns make, without sockets and
 * clocks, so that the same program gives the same count of instructions each time (bench/check.py).
 *
 * usage: cost FOLDER GROUP      FOLDER/config; FOLDER/batches, msgpack arrays of events behind their lengths (32 bits, the
 *                               machine's order); FOLDER/lines, the same events as NDJSON. GROUP: batches to a commit.
 *
 * Each cost_ function is a stage of the way: the costs that callgrind finds in and below it belong to it. Prints the events.
 */
#include "ingest/batches.h"
#include "mapper/fold.h"
#include "mapper/offer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAGE_OF_THE_WAY static __attribute__((noinline, noclone))

enum { ARENA_BYTES = 256 * 1024 * 1024, PARTITIONS = 64, READ_EVENTS = 4096, READ_BYTES = 256 * 1024, DAYS_MAX = 4096,
       PREVIEW_EVERY = 2048 };

struct passage {
    struct config *config;
    struct eventlog *log;
    struct intake *intake;
    struct store *store;
    struct arena fold_arena, build_arena;
    struct strbuf heard[PARTITIONS];
    uint64_t next[PARTITIONS], folded, previewed;
    struct { char venue[65]; int32_t day; } touched[DAYS_MAX];
    size_t touched_count;
};

static const int64_t now_ms = INT64_C(1772470800000);        /* an evening of the business day that shapes.py deals */

static void need(enum err err, const char *what)
{
    if (err == ERR_OK)
        return;
    (void)fprintf(stderr, "cost: %s: %s\n", what, err_text(err));
    exit(1);
}

static struct str whole(const char *folder, const char *name)
{
    char path[512], *bytes;
    FILE *file;
    long size;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "re");
    ensure(file && fseek(file, 0, SEEK_END) == 0);
    size = ftell(file);
    ensure(size > 0 && fseek(file, 0, SEEK_SET) == 0);
    bytes = malloc((size_t)size);
    ensure(bytes && fread(bytes, 1, (size_t)size, file) == (size_t)size);
    (void)fclose(file);
    return (struct str){ bytes, (size_t)size };
}

STAGE_OF_THE_WAY void cost_msgpack(struct passage *way, struct delivery *delivery, struct str batch)
{
    ensure(batch_take(way->intake, delivery, batch) == NULL);
}

STAGE_OF_THE_WAY void cost_json(struct passage *way, struct delivery *delivery, struct str line)
{
    need(intake_add(way->intake, delivery, FORM_JSON, 1, line), "a line");
}

STAGE_OF_THE_WAY void cost_commit(struct passage *way)
{
    need(intake_commit(way->intake, now_ms), "the log's commit");
}

STAGE_OF_THE_WAY void cost_serve(struct passage *way, uint32_t partition, struct eventlog_piece *piece)
{
    need(eventlog_peek(way->log, partition, way->next[partition], READ_EVENTS, READ_BYTES, piece), "reading the log");
}

STAGE_OF_THE_WAY void cost_fold(struct passage *way, struct fold *folds, size_t count)
{
    need(fold_together(folds, count, way->store), "the fold");
}

static void note_touched(struct passage *way, const struct fold *fold)
{
    for (size_t i = 0; i < fold->touched_count; i++) {
        size_t at = 0;

        while (at < way->touched_count && !(way->touched[at].day == fold->touched[i].day &&
                                            str_equal(str_of(way->touched[at].venue), fold->touched[i].venue)))
            at++;
        if (at < way->touched_count)
            continue;
        ensure(at < DAYS_MAX && str_copy(fold->touched[i].venue, way->touched[at].venue, sizeof way->touched[at].venue));
        way->touched[way->touched_count++].day = fold->touched[i].day;
    }
}

/* Views of the log are dead at the next call: what was read is kept, as the mapper keeps what it heard. */
static void read_log(struct passage *way, uint32_t partition, struct fold *fold)
{
    struct eventlog_piece piece;

    cost_serve(way, partition, &piece);
    strbuf_reset(&way->heard[partition]);
    strbuf_add(&way->heard[partition], piece.record);
    reader_init(&fold->bytes, strbuf_str(&way->heard[partition]));
    ensure(take_array(&fold->bytes, piece.count) == piece.count);
    fold->first = piece.first;
    fold->count = piece.count;
}

static void fold_all(struct passage *way)
{
    struct fold folds[PARTITIONS];
    size_t count = 0;

    for (uint32_t p = 0; p < (uint32_t)way->config->partitions; p++) {
        folds[count] = (struct fold){ .config = way->config, .arena = &way->fold_arena, .now_ms = now_ms, .partition = p };
        read_log(way, p, &folds[count]);
        count += folds[count].count > 0;
    }
    cost_fold(way, folds, count);
    for (size_t i = 0; i < count; i++) {
        note_touched(way, &folds[i]);
        way->next[folds[i].partition] += folds[i].count;
        way->folded += folds[i].count;
    }
}

static enum err preview_work(struct txn *txn, void *context)
{
    struct passage *way = context;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < way->touched_count; i++) {
        struct offer offer = { .config = way->config, .venue = config_venue(way->config, str_of(way->touched[i].venue)),
                               .day = way->touched[i].day, .arena = &way->build_arena, .now_ms = now_ms,
                               .transfer_allowed = true, .look_at_ms = INT64_MAX };

        arena_reset(&way->build_arena);
        err = offer_day(txn, &offer);
    }
    return err;
}

STAGE_OF_THE_WAY void cost_preview(struct passage *way)
{
    need(store_write(way->store, preview_work, way), "previews");
    way->previewed += way->touched_count;
    way->touched_count = 0;
}

static void open_all(struct passage *way, const char *folder)
{
    char path[512];
    struct fault fault = { "" };
    enum err err;

    arena_init(&way->fold_arena, ARENA_BYTES);
    arena_init(&way->build_arena, ARENA_BYTES);
    for (size_t p = 0; p < PARTITIONS; p++)
        strbuf_init(&way->heard[p], ARENA_BYTES);
    (void)snprintf(path, sizeof path, "%s/config", folder);
    err = config_load(str_of(path), &way->config, &fault);
    (void)snprintf(path, sizeof path, "%s/log", folder);
    if (!err)
        err = eventlog_open(str_of(path), way->config->partitions, STORE_VOLATILE, &way->log, &fault);
    if (!err)
        err = intake_open(way->log, way->config, &way->intake);
    (void)snprintf(path, sizeof path, "%s/mapper", folder);
    if (!err)
        err = store_open(str_of(path), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, STORE_VOLATILE, &way->store, &fault);
    if (err)
        (void)fprintf(stderr, "%s\n", fault.text);
    need(err, "opening");
}

/* After every so many batches: all of it durable, folded, and now and then shown. */
static void take_batches(struct passage *way, struct str bytes, size_t group, size_t *ret_batches)
{
    size_t at = 0, count = 0;
    uint64_t previewed_at = 0;
    struct delivery delivery;

    delivery_init(&delivery, "zmq", STR_NONE);
    while (at < bytes.len) {
        uint32_t len;

        memcpy(&len, bytes.bytes + at, sizeof len);
        cost_msgpack(way, &delivery, (struct str){ bytes.bytes + at + sizeof len, len });
        at += sizeof len + len;
        if (++count % group && at < bytes.len)
            continue;
        cost_commit(way);
        fold_all(way);
        if (way->folded >= previewed_at + PREVIEW_EVERY || at >= bytes.len) {
            previewed_at = way->folded;
            cost_preview(way);
        }
    }
    ensure(delivery.accepted == way->folded);
    delivery_free(&delivery, way->intake);
    *ret_batches = count;
}

/* The same events once more, as a till sends them: all are known, so only their reading counts here. */
static void take_lines(struct passage *way, struct str bytes)
{
    struct delivery delivery;

    delivery_init(&delivery, "http", STR_NONE);
    while (bytes.len) {
        const char *end = memchr(bytes.bytes, '\n', bytes.len);
        size_t len = end ? (size_t)(end - bytes.bytes) : bytes.len;

        cost_json(way, &delivery, (struct str){ bytes.bytes, len });
        bytes = (struct str){ bytes.bytes + len + 1, bytes.len - len - 1 };
    }
    need(intake_commit(way->intake, now_ms), "the log's commit");
    ensure(delivery.duplicates == way->folded);
    delivery_free(&delivery, way->intake);
}

int main(int argc, char **argv)
{
    static struct passage way;
    struct str batches, lines;
    size_t count, group = argc == 3 ? (size_t)strtoul(argv[2], NULL, 10) : 0;

    if (group == 0) {
        (void)fprintf(stderr, "usage: cost FOLDER GROUP\n");
        return 2;
    }
    batches = whole(argv[1], "batches");
    lines = whole(argv[1], "lines");
    open_all(&way, argv[1]);
    take_batches(&way, batches, group, &count);
    take_lines(&way, lines);
    printf("{\"events\": %" PRIu64 ", \"batches\": %zu, \"previews\": %" PRIu64 "}\n", way.folded, count, way.previewed);
    store_close(way.store);
    intake_close(way.intake);
    eventlog_close(way.log);
    config_free(way.config);
    arena_free(&way.fold_arena);
    arena_free(&way.build_arena);
    for (size_t p = 0; p < PARTITIONS; p++)
        strbuf_free(&way.heard[p]);
    free((void *)(uintptr_t)batches.bytes);
    free((void *)(uintptr_t)lines.bytes);
    return 0;
}
