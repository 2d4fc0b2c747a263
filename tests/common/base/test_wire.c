#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <inttypes.h>
#include <msgpack.h>

#include "base/wire.h"

static struct strbuf out;

static int start(void **unused)
{
    (void)unused;
    strbuf_init(&out, 1 << 20);
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    strbuf_free(&out);
    return 0;
}

/* Goal: every number takes its shortest form, and comes back as itself and as nothing else. */
static void whole_numbers(void **unused)
{
    static const struct { int64_t value; size_t len; } rows[] = {
        { 0, 1 },           { 127, 1 },         { 128, 2 },        { 255, 2 },       { 256, 3 },
        { 65535, 3 },       { 65536, 5 },       { UINT32_MAX, 5 }, { INT64_C(1) << 32, 9 },
        { INT64_MAX, 9 },   { -1, 1 },          { -32, 1 },        { -33, 2 },       { -128, 2 },
        { -129, 3 },        { -32768, 3 },      { -32769, 5 },     { INT32_MIN, 5 }, { INT64_C(-2147483649), 9 },
        { INT64_MIN, 9 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reader in;
        int64_t back;

        strbuf_reset(&out);
        wire_int(&out, rows[i].value);
        reader_init(&in, strbuf_str(&out));
        back = take_int(&in);
        if (out.len != rows[i].len || back != rows[i].value || reader_done(&in))
            fail_msg("%" PRId64 ": %zu bytes, back as %" PRId64, rows[i].value, out.len, back);
        reader_init(&in, strbuf_str(&out));
        (void)take_uint(&in);
        assert_int_equal(in.failed, rows[i].value < 0);
    }
    strbuf_reset(&out);
    wire_uint(&out, UINT64_MAX);
    struct reader in;
    reader_init(&in, strbuf_str(&out));
    assert_true(take_uint(&in) == UINT64_MAX && !in.failed);
    reader_init(&in, strbuf_str(&out));
    assert_true(take_int(&in) == 0 && in.failed);
}

/* Goal: lengths at every change of form survive, and the bound is kept. */
static void texts_and_lists(void **unused)
{
    static const size_t lengths[] = { 0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536 };
    static char bytes[65536];
    struct reader in;

    (void)unused;
    memset(bytes, 'x', sizeof bytes);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct str text = { bytes, lengths[i] };

        strbuf_reset(&out);
        wire_str(&out, text);
        wire_bin(&out, text);
        reader_init(&in, strbuf_str(&out));
        assert_true(str_equal(take_str(&in, lengths[i]), text));
        assert_true(str_equal(take_bin(&in, lengths[i]), text));
        assert_int_equal(reader_done(&in), ERR_OK);
        if (lengths[i]) {
            reader_init(&in, strbuf_str(&out));
            assert_true(take_str(&in, lengths[i] - 1).len == 0 && in.failed);
        }
        strbuf_reset(&out);
        wire_array(&out, lengths[i]);
        wire_map(&out, 0);
        for (size_t j = 1; j < lengths[i]; j++)
            wire_nil(&out);
        reader_init(&in, strbuf_str(&out));
        assert_int_equal(take_array(&in, 70000), lengths[i]);
        assert_int_equal(take_map(&in, 0), 0);
        assert_false(in.failed);
    }
}

/* Goal: what is not of the form fails, says zeros, and stays failed. */
static void refusals(void **unused)
{
    static const struct { const char *why; struct str bytes; } rows[] = {
        { "nothing", { "", 0 } },
        { "cut-off number", { "\xcd\x01", 2 } },
        { "cut-off text", { "\xa5" "abc", 4 } },
        { "list that claims four thousand million", { "\xdd\xff\xff\xff\xff\xc0", 6 } },
        { "map without its last value", { "\x81\x01", 2 } },
        { "the byte that msgpack never uses", { "\xc1", 1 } },
        { "cut-off extension", { "\xd8\x01" "12345", 7 } },
        { "extension with a length that lies", { "\xc9\xff\xff\xff\xff\x01", 6 } },
        { "nested deeper than 16", { "\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\xc0", 18 } },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reader in;

        reader_init(&in, rows[i].bytes);
        if (take_any(&in).bytes || !in.failed || reader_done(&in) != ERR_FORMAT || take_int(&in) != 0 ||
            take_str(&in, 10).len != 0 || reader_peek(&in) != WIRE_OTHER)
            fail_msg("%s was taken", rows[i].why);
    }
}

/* Goal: a whole value can be stepped over, whatever it is. */
static void any_value(void **unused)
{
    static const struct str rows[] = {
        { "\xc0", 1 }, { "\xc3", 1 }, { "\x7f", 1 }, { "\xd1\xff\x00", 3 }, { "\xca....", 5 },
        { "\xcb........", 9 }, { "\xa3" "abc", 4 }, { "\xc4\x02xx", 4 }, { "\x92\x01\x81\xa1k\xc0", 6 },
        { "\xd4\x01x", 3 }, { "\xc7\x03\x01xyz", 6 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reader in;

        strbuf_reset(&out);
        strbuf_add(&out, rows[i]);
        wire_uint(&out, 7);
        reader_init(&in, strbuf_str(&out));
        if (!str_equal(take_any(&in), rows[i]) || take_uint(&in) != 7 || reader_done(&in))
            fail_msg("row %zu was not stepped over", i);
    }
}

/* Goal: no bytes at all make a read beyond the end (the sanitizers watch). */
static void random_bytes(void **unused)
{
    unsigned seed = (unsigned)time(NULL);

    (void)unused;
    printf("seed %u\n", seed);
    srandom(seed);
    for (int round = 0; round < 20000; round++) {
        size_t len = (size_t)random() % 40;
        char *bytes = malloc(len + 1);
        struct reader in;

        assert_non_null(bytes);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)random();
        reader_init(&in, (struct str){ realloc(bytes, len ? len : 1), len });
        for (int takes = 0; takes < 10; takes++) {
            switch (random() % 7) {
            case 0: (void)take_any(&in); break;
            case 1: (void)take_str(&in, 20); break;
            case 2: (void)take_array(&in, 20); break;
            case 3: (void)take_map(&in, 20); break;
            case 4: (void)take_int(&in); break;
            case 5: (void)take_bin(&in, 20); break;
            default: (void)take_nil(&in);
            }
            assert_true(in.at <= in.end);
        }
        free((void *)(uintptr_t)(in.end - len));
    }
}

/* A value of any kind, nested at most four deep, by msgpack-c. */
static void pack_random(msgpack_packer *to, unsigned depth)
{
    static char bytes[70000];
    uint64_t number = ((uint64_t)random() << 33 ^ (uint64_t)random() << 11 ^ (uint64_t)random()) >> random() % 64;
    size_t len = (size_t)random() % (random() % 50 ? 40 : sizeof bytes), count = (size_t)random() % (random() % 20 ? 5 : 40);

    switch (random() % (depth < 4 ? 10 : 8)) {
    case 0: (void)msgpack_pack_nil(to); return;
    case 1: (void)(random() % 2 ? msgpack_pack_true(to) : msgpack_pack_false(to)); return;
    case 2: (void)msgpack_pack_uint64(to, number); return;
    case 3: (void)msgpack_pack_int64(to, -(int64_t)(number >> 1) - 1); return;
    case 4: (void)(random() % 2 ? msgpack_pack_float(to, 1.5f) : msgpack_pack_double(to, 0.1)); return;
    case 5: (void)msgpack_pack_str(to, len); (void)msgpack_pack_str_body(to, bytes, len); return;
    case 6: (void)msgpack_pack_bin(to, len); (void)msgpack_pack_bin_body(to, bytes, len); return;
    case 7: (void)msgpack_pack_ext(to, len, 5); (void)msgpack_pack_ext_body(to, bytes, len); return;
    case 8: (void)msgpack_pack_array(to, count); break;
    default: (void)msgpack_pack_map(to, count); count *= 2;
    }
    for (; count > 0; count--)
        pack_random(to, depth + 1);
}

static bool same_bytes(struct str ours, const char *bytes, uint32_t len)
{
    return str_equal(ours, (struct str){ bytes, len });
}

/* Whether the reader says what msgpack-c says; it is past the value then. */
static bool same_value(struct reader *in, const msgpack_object *value)
{
    bool same = true;

    switch (value->type) {
    case MSGPACK_OBJECT_NIL: return take_nil(in);
    case MSGPACK_OBJECT_BOOLEAN: return take_bool(in) == value->via.boolean && !in->failed;
    case MSGPACK_OBJECT_POSITIVE_INTEGER: return take_uint(in) == value->via.u64 && !in->failed;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER: return take_int(in) == value->via.i64 && !in->failed;
    case MSGPACK_OBJECT_STR: return same_bytes(take_str(in, SIZE_MAX), value->via.str.ptr, value->via.str.size);
    case MSGPACK_OBJECT_BIN: return same_bytes(take_bin(in, SIZE_MAX), value->via.bin.ptr, value->via.bin.size);
    case MSGPACK_OBJECT_ARRAY:
        same = take_array(in, SIZE_MAX) == value->via.array.size;
        for (uint32_t i = 0; same && i < value->via.array.size; i++)
            same = same_value(in, &value->via.array.ptr[i]);
        return same;
    case MSGPACK_OBJECT_MAP:
        same = take_map(in, SIZE_MAX) == value->via.map.size;
        for (uint32_t i = 0; same && i < value->via.map.size; i++)
            same = same_value(in, &value->via.map.ptr[i].key) && same_value(in, &value->via.map.ptr[i].val);
        return same;
    default:
        return take_any(in).len > 0;     /* floats and extensions: stepped over */
    }
}

/* A count of 32 bits may be any size, and msgpack-c asks for the memory before it looks further. */
static bool witness_may_look(struct str bytes)
{
    return !memchr(bytes.bytes, 0xdd, bytes.len) && !memchr(bytes.bytes, 0xdf, bytes.len);
}

static void agree(struct str bytes, int round)
{
    msgpack_unpacked witness;
    msgpack_unpack_return said;
    struct reader in, steps;
    size_t at = 0;

    reader_init(&in, bytes);
    reader_init(&steps, bytes);
    (void)take_any(&steps);
    if (steps.failed && !witness_may_look(bytes))
        return;
    msgpack_unpacked_init(&witness);
    said = msgpack_unpack_next(&witness, bytes.bytes, bytes.len, &at);
    if (steps.failed != (said != MSGPACK_UNPACK_SUCCESS))
        fail_msg("round %d: %s, msgpack-c says %d", round, steps.failed ? "refused" : "taken", said);
    if (!steps.failed && ((size_t)((const char *)steps.at - bytes.bytes) != at || !same_value(&in, &witness.data) ||
                          in.at != steps.at))
        fail_msg("round %d: another value, or %zu bytes of it", round, at);
    msgpack_unpacked_destroy(&witness);
}

/* Goal: our reader and msgpack-c's unpacker see the same values in the same bytes, and refuse the same. */
static void msgpack_c_is_the_witness(void **unused)
{
    unsigned seed = (unsigned)time(NULL);

    (void)unused;
    printf("seed %u\n", seed);
    srandom(seed);
    for (int round = 0; round < 100000; round++) {
        msgpack_sbuffer bytes;
        msgpack_packer to;
        struct str all;

        msgpack_sbuffer_init(&bytes);
        msgpack_packer_init(&to, &bytes, msgpack_sbuffer_write);
        pack_random(&to, 0);
        all = (struct str){ bytes.data, bytes.size };
        agree(all, round);
        all.len = (size_t)random() % (all.len + 1);
        if (all.len) {
            agree(all, round);
            bytes.data[(size_t)random() % all.len] = (char)random();
            agree(all, round);
        }
        msgpack_sbuffer_destroy(&bytes);
    }
}

/* Goal: what is written is what msgpack-c reads. */
static void written_is_read_by_msgpack_c(void **unused)
{
    static const char text[300];
    static const size_t lengths[] = { 0, 31, 32, 255, 256, 300 };
    msgpack_unpacked witness;
    size_t at = 0;

    (void)unused;
    strbuf_reset(&out);
    wire_array(&out, 1 + 2 * COUNT(lengths));
    wire_bool(&out, true);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        wire_str(&out, (struct str){ text, lengths[i] });
        wire_bin(&out, (struct str){ text, lengths[i] });
    }
    msgpack_unpacked_init(&witness);
    assert_int_equal(msgpack_unpack_next(&witness, out.bytes, out.len, &at), MSGPACK_UNPACK_SUCCESS);
    assert_true(at == out.len && witness.data.type == MSGPACK_OBJECT_ARRAY && witness.data.via.array.ptr[0].via.boolean);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        assert_int_equal(witness.data.via.array.ptr[1 + 2 * i].via.str.size, lengths[i]);
        assert_int_equal(witness.data.via.array.ptr[2 + 2 * i].via.bin.size, lengths[i]);
    }
    msgpack_unpacked_destroy(&witness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers), cmocka_unit_test(texts_and_lists), cmocka_unit_test(refusals),
        cmocka_unit_test(any_value),     cmocka_unit_test(random_bytes),
        cmocka_unit_test(msgpack_c_is_the_witness), cmocka_unit_test(written_is_read_by_msgpack_c),
    };

    return cmocka_run_group_tests_name("wire", tests, start, stop);
}
