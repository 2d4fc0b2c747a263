/* Goal: what a venue says is kept whole and nothing of it stays behind where it was read; what many say alike lies there once. */
#include "domain/venue_keep.h"

#include "config_folder.h"
#include "domain/venue.h"
#include "domain/venue_file.h"

/* Says all that a venue can say in texts and lists. */
static const char says_all[] =
    "name: Oslo Grill\n"
    "project: [{valid_from: 2026-01-01, value: P1}]\n"
    "location: L1\n"
    "closed: [sunday, 2026-12-24]\n";

enum { HEAD = 32, BLOCK = 16384 };                           /* an arena's first block; some bytes of its head are nobody's */

struct read { struct arena arena; struct venue venue; };

static void read_venue(struct read *read, const char *from, const char *to)
{
    struct fault fault;
    char *text = replaced(good_venue, from, to), *dated, *whole;

    dated = replaced(text, "send_invoice: false", "send_invoice: [{valid_from: 2026-02-01, value: true}]");
    whole = replaced(dated, "name: Oslo Grill, Aker Brygge\n", says_all);
    arena_init(&read->arena, 1 << 20);
    if (venue_file_parse(str_of(whole), STR("oslo-grill"), STR("/nowhere"), &read->arena, &read->venue, &fault))
        fail_msg("%s", fault.text);
    free(text);
    free(dated);
    free(whole);
}

/* Words that point to where it was read, among these bytes. */
static size_t left_behind(const void *bytes, size_t size, const struct arena *reading)
{
    uintptr_t from = (uintptr_t)reading->first, word;
    size_t found = 0;

    assert_true(reading->used < BLOCK);
    for (size_t at = 0; at + sizeof word <= size; at += sizeof word) {
        memcpy(&word, (const char *)bytes + at, sizeof word);
        found += word >= from && word < from + HEAD + BLOCK;
    }
    return found;
}

static void nothing_stays_behind(void **unused)
{
    struct arena arena;
    struct shelf shelf = { .arena = &arena };
    struct read read;
    struct str before;

    (void)unused;
    arena_init(&arena, 1 << 20);
    read_venue(&read, "{account: 3010, product: OL, alcohol: true}",
               "{name: Øl, account: 3010, product: OL, reduced_product: OL-R, project: \"\", location: L2}");
    assert_true(left_behind(&read.venue, sizeof read.venue, &read.arena) > 10);
    assert_int_equal(venue_keep(&read.venue, &shelf), ERR_OK);
    assert_int_equal(left_behind(&read.venue, sizeof read.venue, &read.arena), 0);
    assert_true(arena.used < BLOCK);
    assert_int_equal(left_behind((const char *)arena.first + HEAD, arena.used, &read.arena), 0);
    arena_wipe(&read.arena);
    before = read.venue.mapping_hash;
    assert_int_equal(venue_fingerprint(&read.venue, false, &arena), ERR_OK);
    assert_true(str_equal(before, read.venue.mapping_hash));
    assert_true(str_equal(venue_title(&read.venue, true, STR("beer"), 30000), STR("Øl")));
    assert_true(venue_project(&read.venue, true, STR("beer"), 30000).bytes != NULL);         /* "" says none */
    assert_int_equal(venue_project(&read.venue, true, STR("beer"), 30000).len, 0);
    assert_true(str_equal(venue_project(&read.venue, true, STR("food"), 30000), STR("P1")));
    assert_true(venue_is_closed(&read.venue, 3) && !venue_is_closed(&read.venue, 4));
    shelf_free(&shelf);
    arena_free(&arena);
}

static void what_is_alike_lies_once(void **unused)
{
    struct arena arena;
    struct shelf shelf = { .arena = &arena };
    struct read first, second, other;
    size_t used;

    (void)unused;
    arena_init(&arena, 1 << 20);
    read_venue(&first, "", "");
    read_venue(&second, "", "");
    read_venue(&other, "{account: 3010,", "{account: 3011,");
    assert_int_equal(venue_keep(&first.venue, &shelf), ERR_OK);
    used = arena.used;
    assert_int_equal(venue_keep(&second.venue, &shelf), ERR_OK);
    assert_int_equal(arena.used, used);
    assert_ptr_equal(first.venue.products, second.venue.products);
    assert_int_equal(venue_keep(&other.venue, &shelf), ERR_OK);
    assert_ptr_equal(first.venue.payments, other.venue.payments);
    assert_ptr_equal(first.venue.registers, other.venue.registers);
    assert_true(first.venue.products != other.venue.products);
    assert_int_equal(venue_product(&other.venue, STR("beer"), 0)->account, 3011);
    assert_int_equal(venue_product(&first.venue, STR("beer"), 0)->account, 3010);
    shelf_free(&shelf);
    arena_free(&first.arena);
    arena_free(&second.arena);
    arena_free(&other.arena);
    arena_free(&arena);
}

/* Half a venue is none: it still points to where it was read. */
static void no_room(void **unused)
{
    (void)unused;
    for (size_t limit = 0; limit < 1600; limit += 100) {
        struct arena arena;
        struct shelf shelf = { .arena = &arena };
        struct read read;

        arena_init(&arena, limit);
        read_venue(&read, "", "");
        assert_int_equal(venue_keep(&read.venue, &shelf), ERR_MEMORY);
        shelf_free(&shelf);
        arena_free(&read.arena);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_stays_behind),
        cmocka_unit_test(what_is_alike_lies_once),
        cmocka_unit_test(no_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
