/* Goal: a value from outside says the same in both forms, exactly; what is hostile asks for no memory; whatever bytes come, the
 * judgement is that of msgpack-c and of cJSON, which read them here as witnesses. */
#include "base/foreign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>


static struct arena arena;

static int start(void **unused)
{
    (void)unused;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    arena_free(&arena);
    return 0;
}

static void whole_and_scaled(void **unused)
{
    static const struct { const char *json; bool whole; int64_t number; bool fits; int64_t millionths; } rows[] = {
        { "0", true, 0, true, 0 },
        { "-0.0", true, 0, true, 0 },
        { "12500", true, 12500, true, INT64_C(12500000000) },
        { "1.25e4", true, 12500, true, INT64_C(12500000000) },
        { "12500.00000000000000000000000000000000000000000000000", true, 12500, true, INT64_C(12500000000) },
        { "12500.00000000000000000000000000000000000000000000001", false, 0, true, INT64_C(12500000000) },
        { "1e-400", false, 0, true, 0 },
        { "9007199254740991", true, INT64_C(9007199254740991), false, 0 },
        { "9007199254740992", false, 0, false, 0 },
        { "-9007199254740992", false, 0, false, 0 },
        { "1e300", false, 0, false, 0 },
        { "0.3333333", false, 0, true, 333333 },
        { "0.0000005", false, 0, true, 1 },
        { "-0.0000005", false, 0, true, -1 },
        { "\"1\"", false, 0, false, 0 },
        { "null", false, 0, false, 0 },
        { "[1]", false, 0, false, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct foreign_source source;
        int64_t number = 0, millionths = 0;

        assert_int_equal(foreign_from_json(str_of(rows[i].json), &source, NULL), ERR_OK);
        if (foreign_whole(&source.value, &number) != rows[i].whole || (rows[i].whole && number != rows[i].number) ||
            foreign_scaled(&source.value, 6, &millionths) != rows[i].fits || (rows[i].fits && millionths != rows[i].millionths))
            fail_msg("%s: %" PRId64 ", %" PRId64, rows[i].json, number, millionths);
        foreign_done(&source);
    }
}

static void packed_numbers(void **unused)
{
    static const struct { struct str bytes; bool whole; int64_t number; const char *shown; } rows[] = {
        { STR("\x07"), true, 7, "7" },
        { STR("\xff"), true, -1, "-1" },
        { STR("\xcf\x00\x1f\xff\xff\xff\xff\xff\xff"), true, INT64_C(9007199254740991), "9007199254740991" },
        { STR("\xcf\x00\x20\x00\x00\x00\x00\x00\x00"), false, 0, "9007199254740992" },
        { STR("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), false, 0, "18446744073709551615" },
        { STR("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), false, 0, "-9.2233720368547758e+18" },
        { STR("\xcb\x40\x59\x00\x00\x00\x00\x00\x00"), true, 100, "100" },
        { STR("\xcb\x40\x59\x20\x00\x00\x00\x00\x00"), false, 0, "100.5" },
        { STR("\xca\x3f\x80\x00\x00"), true, 1, "1" },
        { STR("\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00"), false, 0, "a number beyond all bounds" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct foreign_source source;
        char shown[64];
        int64_t number = 0;

        assert_int_equal(foreign_from_msgpack(rows[i].bytes, &source, NULL), ERR_OK);
        foreign_describe(&source.value, shown);
        if (foreign_whole(&source.value, &number) != rows[i].whole || (rows[i].whole && number != rows[i].number) ||
            strcmp(shown, rows[i].shown) != 0)
            fail_msg("row %zu: %" PRId64 ", %s", i, number, shown);
        foreign_done(&source);
    }
}

/* Goal: the sentence says why; a count that lies asks for nothing, however large. */
static void refused(void **unused)
{
    static const struct { bool json; struct str bytes; const char *says; } rows[] = {
        { true, STR(" "), "nothing there" },
        { true, STR("\"\xff\""), "UTF-8" },
        { true, STR("[\"\\\\\\u0000\"]"), "\\u0000" },
        { true, STR("{\"a\":1}\n[]"), "byte 9: something follows" },
        { true, STR("[1,]"), "wrong at byte 4" },
        { true, STR("{\"a\" 1}"), "wrong at byte 6" },
        { true, STR("[\"\\x\"]"), "wrong at byte 3" },
        { true, STR("[\"\\u00\x10" "9\"]"), "wrong at byte 3" },
        { true, STR("[01x]"), "wrong at byte 4" },
        { true, STR("[\"a"), "wrong at byte 4" },
        { true, STR("[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]"), "deeper than 16" },
        { false, STR(""), "cut off" },
        { false, STR("\xdd\xff\xff\xff\xff\x01"), "cut off" },
        { false, STR("\xdf\x7f\xff\xff\xff\xa1" "a\x01"), "cut off" },
        { false, STR("\xdb\xff\xff\xff\xff" "abc"), "cut off" },
        { false, STR("\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x01"), "deeper than 16" },
        { false, STR("\x81\x01\x01"), "name is not a text" },
        { false, STR("\xa1\xff"), "not UTF-8" },
        { false, STR("\x91\xc4\x01x"), "neither number" },
        { false, STR("\xd4\x01x"), "neither number" },
        { false, STR("\xc1"), "neither number" },
        { false, STR("\xca\x4b\x80\x00\x00"), "32-bit float" },
        { false, STR("\x01\x02"), "something follows" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct foreign_source source;
        struct fault fault = { "" };
        enum err err = rows[i].json ? foreign_from_json(rows[i].bytes, &source, &fault)
                                    : foreign_from_msgpack(rows[i].bytes, &source, &fault);

        if (err != ERR_FORMAT || !strstr(fault.text, rows[i].says))
            fail_msg("row %zu: %s, %s", i, err_text(err), fault.text);
        foreign_done(&source);
    }
}

static void walked(void **unused)
{
    static const char text[] = "\xef\xbb\xbf{ \"a\\u0062\" : [1,\"t\tab\",{}], "
                               "\"long\": \"0123456789012345678901234567890123456789xyz\", "
                               "\"half\":\"\\ud83d\", \"no\":null}\n";
    struct foreign_source source;
    struct foreign list, item, none;
    struct str taken;
    char shown[64];
    size_t at = 0, count = 0;

    (void)unused;
    assert_int_equal(foreign_from_json(str_of(text), &source, NULL), ERR_OK);
    assert_int_equal(foreign_type(&source.value), FOREIGN_MAP);
    assert_int_equal(foreign_count(&source.value), 4);
    assert_true(foreign_member(&source.value, "ab", &list));
    while (foreign_next(&list, &at, &none, &item))
        if (++count == 2) {
            assert_true(foreign_text(&item, &arena, &taken));
            assert_string_equal(taken.bytes, "t\tab");
            foreign_describe(&item, shown);
            assert_string_equal(shown, "\"t?ab\"");
        }
    assert_int_equal(count, 3);
    assert_true(foreign_member(&source.value, "long", &item));
    foreign_describe(&item, shown);
    assert_string_equal(shown, "\"012345678901234567890123456789012345...\"");
    assert_true(foreign_member(&source.value, "half", &item) && foreign_text(&item, &arena, &taken));
    assert_string_equal(taken.bytes, "\xef\xbf\xbd");
    assert_true(foreign_member(&source.value, "no", &item));
    assert_int_equal(foreign_type(&item), FOREIGN_NULL);
    assert_false(foreign_member(&source.value, "absent", &item));
    assert_false(foreign_member(&list, "ab", &item));
    assert_false(foreign_text(&list, &arena, &taken));
}

static void written(void **unused)
{
    static const struct { const char *json; enum err err; const char *text; } rows[] = {
        { "{\"b\":[1.5,-0.0,1e3,0.1],\"a\":{\"d\":true,\"c\":null}}", ERR_OK,
          "{\"a\":{\"c\":null,\"d\":true},\"b\":[1.5,0,1000,0.10000000000000001]}" },
        { "{\"a\":\"x\\n\\u00e6\"}", ERR_OK, "{\"a\":\"x\\n\xc3\xa6\"}" },
        { "{\"a\":1,\"a\":2}", ERR_FORMAT, "" },
        { "[1e999]", ERR_FORMAT, "" },
        { "[\"0123456789012345678901234567890123456789012345678901234567890123456789\"]", ERR_TOO_LONG, "" },
        { "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", ERR_TOO_LONG, "" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct foreign_source source;
        struct strbuf out;
        enum err err;

        strbuf_init(&out, 70);
        arena_reset(&arena);
        assert_int_equal(foreign_from_json(str_of(rows[i].json), &source, NULL), ERR_OK);
        err = foreign_write(&source.value, &arena, &out);
        if (err != rows[i].err || (!err && strcmp(out.bytes, rows[i].text) != 0))
            fail_msg("%s: %s, %s", rows[i].json, err_text(err), out.bytes);
        strbuf_free(&out);
    }
}

/* Without any bound: what msgpack-c makes of the bytes must be what foreign.h shows of them. */
static void same(const struct foreign *value, const msgpack_object *witness)
{
    struct foreign name, item;
    struct str text;
    size_t at = 0, index = 0;

    arena_reset(&arena);
    switch (witness->type) {
    case MSGPACK_OBJECT_STR:
        assert_true(foreign_text(value, &arena, &text));
        assert_true(str_equal(text, (struct str){ witness->via.str.ptr, witness->via.str.size }));
        return;
    case MSGPACK_OBJECT_ARRAY:
        assert_int_equal(foreign_count(value), witness->via.array.size);
        while (foreign_next(value, &at, &name, &item))
            same(&item, &witness->via.array.ptr[index++]);
        return;
    case MSGPACK_OBJECT_MAP:
        assert_int_equal(foreign_count(value), witness->via.map.size);
        while (foreign_next(value, &at, &name, &item)) {
            same(&name, &witness->via.map.ptr[index].key);
            same(&item, &witness->via.map.ptr[index++].val);
        }
        return;
    default:
        assert_true(foreign_type(value) <= FOREIGN_NUMBER);
    }
}

static void noise_in_msgpack(void **unused)
{
    static const unsigned char begins[] = { 0x81, 0x82, 0x91, 0x93, 0xa1, 0xa3, 0xc0, 0xc2, 0xca, 0xcb,
                                            0xcc, 0xd0, 0xd9, 0xdc, 0xde, 0x05 };
    unsigned seed = 20261128, taken = 0;

    (void)unused;
    for (int round = 0; round < 300000; round++) {
        char bytes[40];
        size_t len = (size_t)rand_r(&seed) % sizeof bytes, at = 0;
        struct foreign_source source;
        msgpack_unpacked witness;

        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)(rand_r(&seed) % 3 ? begins[(size_t)rand_r(&seed) % sizeof begins] : rand_r(&seed));
        msgpack_unpacked_init(&witness);
        if (!foreign_from_msgpack((struct str){ bytes, len }, &source, NULL)) {
            taken++;
            assert_int_equal(msgpack_unpack_next(&witness, bytes, len, &at), MSGPACK_UNPACK_SUCCESS);
            assert_int_equal(at, len);
            same(&source.value, &witness.data);
        }
        foreign_done(&source);
        msgpack_unpacked_destroy(&witness);
    }
    assert_true(taken > 3000);
}

static void alike(const struct foreign *value, const cJSON *witness)
{
    struct foreign name, item;
    const cJSON *child = witness->child;
    size_t at = 0;
    int64_t whole;
    struct str text;

    arena_reset(&arena);
    assert_int_equal(foreign_type(value) == FOREIGN_NUMBER, cJSON_IsNumber(witness));
    if (cJSON_IsString(witness)) {
        assert_true(foreign_text(value, &arena, &text));
        assert_string_equal(text.bytes, witness->valuestring);
    } else if (cJSON_IsNumber(witness) && foreign_whole(value, &whole)) {
        assert_true((double)whole == witness->valuedouble);
    }
    for (; foreign_next(value, &at, &name, &item); child = child->next) {
        assert_non_null(child);
        if (child->string) {
            assert_true(foreign_text(&name, &arena, &text));
            assert_string_equal(text.bytes, child->string);
        }
        alike(&item, child);
    }
    assert_null(child);
}

static void noise_in_json(void **unused)
{
    static const char alphabet[] = "{}[]\",:\\u0a1e-.truefalsn \xc3\xa6";
    unsigned seed = 20261128, taken = 0;

    (void)unused;
    for (int round = 0; round < 300000; round++) {
        char text[64] = "[{\"a\":\"b\\n\",\"c\":[1.5e2,null]},\"x\",12]";
        size_t len = strlen(text);
        struct foreign_source source;

        for (int edits = rand_r(&seed) % 4; edits >= 0; edits--)
            text[(size_t)rand_r(&seed) % len] = alphabet[(size_t)rand_r(&seed) % (sizeof alphabet - 1)];
        if (!foreign_from_json((struct str){ text, len }, &source, NULL)) {
            cJSON *witness = cJSON_ParseWithLength(text, len);

            if (!witness && !strstr(text, "\\u"))    /* it does not know half a pair of surrogates */
                fail_msg("%s", text);
            if (witness)
                alike(&source.value, witness);
            taken += witness != NULL;
            cJSON_Delete(witness);
        }
        foreign_done(&source);
    }
    assert_true(taken > 3000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_and_scaled), cmocka_unit_test(packed_numbers),   cmocka_unit_test(refused),
        cmocka_unit_test(walked),           cmocka_unit_test(written),          cmocka_unit_test(noise_in_msgpack),
        cmocka_unit_test(noise_in_json),
    };

    return cmocka_run_group_tests_name("foreign", tests, start, stop);
}
