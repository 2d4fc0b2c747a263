/* Goal: a row says all there is to say of a member: its bytes, its bounds, what it is in bytes that are older than it,
 * and that it is copied. */
#include "base/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <string.h>

enum { ROOM = 4096, FORM = 7 };
enum colour { RED, GREEN };

struct inner { struct str name; int32_t number; };
struct outer {
    bool flag;
    int32_t i32; uint32_t u32; int64_t i64; uint64_t u64;
    struct money money;
    struct str text, bytes;
    enum colour colour;
    struct inner one, *many;
    size_t many_count;
    uint32_t undone;                      /* later: nil is read as UINT32_MAX */
    int64_t more;                         /* later: nil is 0, and is written for it */
    struct str trailing;                  /* later still: the record ends before them as long as they say nothing */
    uint32_t last;
};

static const struct field_row inner_rows[] = { FIELD_MAX(inner, name, 4), FIELD(inner, number) };
static bool inner_holds(const void *object)
{
    return ((const struct inner *)object)->number != 13;
}

static const struct fields inner_fields = FIELDS(inner, inner_rows, 2, inner_holds);
static const struct field_row outer_rows[] = {
    FIELD_IS(FORM), FIELD(outer, flag), FIELD(outer, i32), FIELD(outer, u32), FIELD(outer, i64), FIELD(outer, u64),
    FIELD(outer, money), FIELD_MAX(outer, text, 5), FIELD_BYTES(outer, bytes, 300), FIELD_MAX(outer, colour, GREEN),
    FIELD_IN(outer, one, &inner_fields), FIELD_MANY(outer, many, many_count, 3, &inner_fields), FIELD_FREE,
    FIELD_LATER(outer, undone, 0, NIL_READ, UINT32_MAX), FIELD_LATER(outer, more, 0, NIL_SAID, 0),
    FIELD_MAX(outer, trailing, 5), FIELD_LATER(outer, last, 0, NIL_REFUSED, 9),
};
static const struct fields outer_fields = FIELDS(outer, outer_rows, 15, NULL);

static struct inner three[] = { { { "a", 1 }, 1 }, { { "bcde", 4 }, -1 }, { { "", 0 }, INT32_MIN }, { { "x", 1 }, 0 } };

static struct outer sample(void)
{
    return (struct outer){ true, INT32_MIN, UINT32_MAX, INT64_MIN, UINT64_MAX, { -129 }, STR("text5"), STR("b"), GREEN,
                           { STR("in"), 5 }, three, 3, 4, 0, STR_NONE, 9 };
}

struct box { struct strbuf out; struct arena arena; };

static void box_make(struct box *box)
{
    strbuf_init(&box->out, ROOM);
    arena_init(&box->arena, ROOM);
}

static void box_free(struct box *box)
{
    strbuf_free(&box->out);
    arena_free(&box->arena);
}

static enum err through(struct box *box, const struct outer *outer, struct outer *read)
{
    strbuf_reset(&box->out);
    fields_write(&outer_fields, outer, &box->out);
    return fields_read(&outer_fields, strbuf_str(&box->out), &box->arena, read);
}

static void there_and_back(void **unused)
{
    struct outer outer = sample(), read;
    struct box box;

    (void)unused;
    box_make(&box);
    assert_int_equal(through(&box, &outer, &read), ERR_OK);
    assert_true(read.flag && read.i32 == INT32_MIN && read.u32 == UINT32_MAX && read.i64 == INT64_MIN);
    assert_true(read.u64 == UINT64_MAX && read.money.ore == -129 && read.colour == GREEN && read.many_count == 3);
    assert_true(str_equal(read.text, outer.text) && str_equal(read.bytes, outer.bytes));
    assert_true(str_equal(read.one.name, outer.one.name) && read.one.number == 5);
    assert_true(str_equal(read.many[1].name, STR("bcde")) && read.many[2].number == INT32_MIN);
    assert_true(read.undone == 4 && read.more == 0 && read.trailing.len == 0 && read.last == 9);
    box_free(&box);
}

/* What the last members do not say is not written; what they say is, and so is all before it. */
static void a_record_grows(void **unused)
{
    static const struct { const char *why; struct str trailing; uint32_t last; unsigned members; } rows[] = {
        { "as it began", { "", 0 }, 9, 15 }, { "one more", { "t", 1 }, 9, 16 }, { "the last", { "", 0 }, 0, 17 },
    };
    struct box box;

    (void)unused;
    box_make(&box);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct outer outer = sample(), read;
        struct reader in;

        outer.trailing = rows[i].trailing;
        outer.last = rows[i].last;
        assert_int_equal(through(&box, &outer, &read), ERR_OK);
        reader_init(&in, strbuf_str(&box.out));
        if (take_array(&in, 99) != rows[i].members || read.last != rows[i].last || !str_equal(read.trailing, outer.trailing))
            fail_msg("%s: %" PRIu32, rows[i].why, read.last);
    }
    box_free(&box);
}

static void nil_for_what_came_later(void **unused)
{
    struct outer outer = sample(), read;
    struct box box;

    (void)unused;
    box_make(&box);
    assert_int_equal(through(&box, &outer, &read), ERR_OK);
    assert_memory_equal(box.out.bytes + box.out.len - 3, "\xc0\x04\xc0", 3);        /* free, undone, more */
    box.out.bytes[box.out.len - 2] = (char)0xc0;
    assert_int_equal(fields_read(&outer_fields, strbuf_str(&box.out), &box.arena, &read), ERR_OK);
    assert_true(read.undone == UINT32_MAX && read.more == 0);
    box.out.bytes[1] = (char)0xc0;                                                  /* the form is not one of them */
    box.out.bytes[2] = (char)0xc0;
    assert_int_equal(fields_read(&outer_fields, strbuf_str(&box.out), &box.arena, &read), ERR_FORMAT);
    box_free(&box);
}

static void long_text(struct outer *outer) { outer->text = STR("text 6"); }
static void long_bytes(struct outer *outer) { static char bytes[301]; outer->bytes = (struct str){ bytes, sizeof bytes }; }
static void other_colour(struct outer *outer) { outer->colour = (enum colour)2; }
static void four(struct outer *outer) { outer->many_count = 4; }
static void does_not_hold(struct outer *outer) { outer->one.number = 13; }

static void bounds(void **unused)
{
    static const struct { const char *why; void (*make)(struct outer *outer); } rows[] = {
        { "a text too long", long_text }, { "bytes too long", long_bytes }, { "no such enum", other_colour },
        { "too many items", four },       { "not what must hold", does_not_hold },
    };
    struct box box;

    (void)unused;
    box_make(&box);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct outer outer = sample(), read;

        rows[i].make(&outer);
        if (through(&box, &outer, &read) != ERR_FORMAT)
            fail_msg("%s is read", rows[i].why);
    }
    box_free(&box);
}

/* Numbers that do not fit their member, a member that is of another type, one too few, one too many. */
static void widths(void **unused)
{
    static const struct field_row row32[] = { FIELD(outer, i32), FIELD(outer, u32) };
    static const struct fields fields32 = FIELDS(outer, row32, 2, NULL);
    static const struct { const char *why; struct str bytes; enum err err; } rows[] = {
        { "fits", { "\x92\x00\x00", 3 }, ERR_OK },
        { "2^31", { "\x92\xce\x80\x00\x00\x00\x00", 7 }, ERR_FORMAT },
        { "-2^31 - 1", { "\x92\xd3\xff\xff\xff\xff\x7f\xff\xff\xff\x00", 11 }, ERR_FORMAT },
        { "2^32", { "\x92\x00\xcf\x00\x00\x00\x01\x00\x00\x00\x00", 11 }, ERR_FORMAT },
        { "minus", { "\x92\x00\xff", 3 }, ERR_FORMAT },
        { "a text", { "\x92\x00\xa0", 3 }, ERR_FORMAT },
        { "one member", { "\x91\x00", 2 }, ERR_FORMAT },
        { "three members", { "\x93\x00\x00\x00", 4 }, ERR_FORMAT },
        { "a byte behind", { "\x92\x00\x00\x00", 4 }, ERR_FORMAT },
        { "no array", { "\x00", 1 }, ERR_FORMAT },
        { "nothing", { "", 0 }, ERR_FORMAT },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct outer read;

        if (fields_read(&fields32, rows[i].bytes, NULL, &read) != rows[i].err)
            fail_msg("%s", rows[i].why);
    }
}

/* After it is kept, the bytes that it was read from may go. */
static void kept(void **unused)
{
    struct outer outer = sample(), read;
    struct box box;

    (void)unused;
    box_make(&box);
    assert_int_equal(through(&box, &outer, &read), ERR_OK);
    fields_copy(&outer_fields, &box.arena, &read);
    assert_false(arena_failed(&box.arena));
    memset(box.out.bytes, 'z', box.out.len);
    assert_true(str_equal(read.text, STR("text5")) && str_equal(read.bytes, STR("b")) && read.u64 == UINT64_MAX);
    assert_true(str_equal(read.one.name, STR("in")) && str_equal(read.many[1].name, STR("bcde")));
    box_free(&box);
}

static void no_memory(void **unused)
{
    struct outer outer = sample(), read;
    struct box box;

    (void)unused;
    box_make(&box);
    arena_free(&box.arena);
    arena_init(&box.arena, 16);
    assert_int_equal(through(&box, &outer, &read), ERR_MEMORY);
    box_free(&box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back), cmocka_unit_test(a_record_grows), cmocka_unit_test(nil_for_what_came_later),
        cmocka_unit_test(bounds),         cmocka_unit_test(widths),         cmocka_unit_test(kept),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
