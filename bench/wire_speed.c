/* wire_speed - what reading by views gains over msgpack-c's unpacker: the same bytes of a receipt and of a day's draft,
 * decoded into the structs of the product, and unpacked into msgpack-c's objects (of which no struct is filled yet).
 *
 * usage: make build/gcc/bench/wire_speed && build/gcc/bench/wire_speed      (microseconds of processor each, best of 20)
 */
#include "domain/draft.h"
#include "domain/event_canonical.h"

#include <msgpack.h>
#include <stdio.h>
#include <time.h>

enum { ROUNDS = 5000, TRIES = 20 };

static double now_us(void)
{
    struct timespec now;

    ensure(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void by_draft(struct str bytes, struct arena *arena)
{
    struct draft draft;

    ensure(draft_decode(bytes, arena, &draft) == ERR_OK);
    arena_reset(arena);
}

static void by_event(struct str bytes, struct arena *arena)
{
    struct event event;

    ensure(event_decode(bytes, arena, &event) == ERR_OK);
    arena_reset(arena);
}

static void by_msgpack_c(struct str bytes, struct arena *arena)
{
    msgpack_unpacked value;
    size_t at = 0;

    (void)arena;
    msgpack_unpacked_init(&value);
    ensure(msgpack_unpack_next(&value, bytes.bytes, bytes.len, &at) == MSGPACK_UNPACK_SUCCESS && at == bytes.len);
    msgpack_unpacked_destroy(&value);
}

/* One zone kept over all messages, as a receiver would. */
static void by_kept_zone(struct str bytes, struct arena *arena)
{
    static msgpack_zone *zone;
    msgpack_object value;
    size_t at = 0;

    (void)arena;
    if (!zone)
        zone = msgpack_zone_new(MSGPACK_ZONE_CHUNK_SIZE);
    ensure(zone && msgpack_unpack(bytes.bytes, bytes.len, &at, zone, &value) == MSGPACK_UNPACK_SUCCESS);
    msgpack_zone_clear(zone);
}

static double best_us(void (*work)(struct str bytes, struct arena *arena), struct str bytes)
{
    struct arena arena;
    double best = 0;

    arena_init(&arena, 16 << 20);
    for (int i = 0; i < TRIES; i++) {
        double from = now_us(), each;

        for (int round = 0; round < ROUNDS; round++)
            work(bytes, &arena);
        each = (now_us() - from) / ROUNDS;
        if (i == 0 || each < best)
            best = each;
    }
    arena_free(&arena);
    return best;
}

static void compare(const char *what, void (*ours)(struct str bytes, struct arena *arena), struct str bytes)
{
    printf("%-28s %6zu bytes  ours %7.2f us  msgpack-c %7.2f us, zone kept %7.2f us\n", what, bytes.len,
           best_us(ours, bytes), best_us(by_msgpack_c, bytes), best_us(by_kept_zone, bytes));
}

int main(void)
{
    static struct sale_line sold[8];
    static struct voucher_line lines[24];
    static struct cell cells[60];
    struct payment paid = { STR("card"), { 8 * 12500 } };
    struct event event = { .venue = STR("oslo-grill"), .reg = STR("K1"), .seq = 10234, .time = 1795172400, .lines = sold,
                           .line_count = COUNT(sold), .payments = &paid, .payment_count = 1, .staff = STR("Kari") };
    struct draft draft = { .doc = { DOC_VOUCHER, STR("oslo-grill"), 20777, 1, STR_NONE, 0 }, .revision = 1, .lines = lines,
                           .line_count = COUNT(lines), .cells = cells, .cell_count = COUNT(cells) };
    struct arena arena;
    struct strbuf out;
    struct str bytes;

    for (size_t i = 0; i < COUNT(sold); i++)
        sold[i] = (struct sale_line){ .product_type = STR("food"), .vat = 2500, .gross = { 12500 }, .qty = 1000000,
                                      .text = STR("Burger med ost") };
    for (size_t i = 0; i < COUNT(lines); i++)
        lines[i] = (struct voucher_line){ true, 3000, STR("3"), 2500, STR("10"), { -125000 }, STR("Mat, 25 %") };
    for (size_t i = 0; i < COUNT(cells); i++)
        cells[i] = (struct cell){ true, STR("food"), 2500, 3000, STR("3"), { -12500 }, true, { 2500 }, 17, STR("K1/10234") };
    arena_init(&arena, 1 << 20);
    strbuf_init(&out, 1 << 20);
    ensure(event_encode(&event, &arena, &bytes) == ERR_OK);
    compare("a receipt of 8 lines", by_event, bytes);
    draft_encode(&draft, &out);
    compare("a draft of 24 lines, 60 cells", by_draft, strbuf_str(&out));
    strbuf_free(&out);
    arena_free(&arena);
    return 0;
}
