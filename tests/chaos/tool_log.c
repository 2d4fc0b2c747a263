/* tool_log - what stands in an event log, read as a stage would read it.
 *
 *   tool_log STATE_DIR      "VENUE REGISTER SEQ" of every event a line, partition by partition
 * Exit 1 and a sentence if the log cannot be opened, or any of it cannot be read.
 */
#include "ingest/eventlog.h"

#include "base/wire.h"
#include "domain/event_canonical.h"

#include <inttypes.h>
#include <stdio.h>

enum { PIECE_EVENTS = 4096, PIECE_BYTES = 1 << 20, ARENA_BYTES = 64 << 20 };

static enum err print_piece(const struct eventlog_piece *piece, struct arena *arena)
{
    struct reader in;

    reader_init(&in, piece->record);
    if (take_array(&in, piece->count) != piece->count)
        return ERR_STORE_DAMAGED;
    for (size_t i = 0; i < piece->count; i++) {
        struct event event;
        enum err err;

        arena_reset(arena);
        err = event_decode(take_any(&in), arena, &event);
        if (err)
            return err;
        printf(STR_FMT " " STR_FMT " %" PRIu64 "\n", STR_ARG(event.venue), STR_ARG(event.reg), event.seq);
    }
    return reader_done(&in) ? ERR_STORE_DAMAGED : ERR_OK;
}

static enum err print_partition(struct eventlog *log, uint32_t partition, struct arena *arena)
{
    struct eventlog_piece piece = { .count = 0 };
    uint64_t at = 0;
    enum err err;

    do {
        err = eventlog_peek(log, partition, at, PIECE_EVENTS, PIECE_BYTES, &piece);
        if (!err && piece.count)
            err = print_piece(&piece, arena);
        at += piece.count;
    } while (!err && piece.count);
    return err;
}

int main(int argc, char **argv)
{
    struct fault fault = { .text = "" };
    struct eventlog *log;
    struct arena arena;
    char path[4096];
    int len = argc == 2 ? snprintf(path, sizeof path, "%s/ingest", argv[1]) : -1;
    enum err err;

    if (len < 0 || (size_t)len >= sizeof path)
        return 2;
    err = eventlog_open(str_of(path), 0, STORE_READ_ONLY, &log, &fault);
    if (err) {
        (void)fprintf(stderr, "%s\n", fault.text[0] ? fault.text : err_text(err));
        return 1;
    }
    arena_init(&arena, ARENA_BYTES);
    for (uint32_t i = 0; !err && i < eventlog_partitions(log); i++)
        err = print_partition(log, i, &arena);
    arena_free(&arena);
    eventlog_close(log);
    if (err)
        (void)fprintf(stderr, "%s\n", err_text(err));
    return err ? 1 : 0;
}
