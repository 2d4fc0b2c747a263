/* Goal: keys stand in the store in the order of what they say, and are read back as they were; what is cut or longer is none. */
#include "base/store_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct key made(const char *name, int32_t day, uint64_t number)
{
    struct key key;

    key_init(&key);
    key_name(&key, str_of(name));
    key_day(&key, day);
    key_u64(&key, number);
    return key;
}

static void in_order(void **unused)
{
    static const struct { const char *name; int32_t day; uint64_t number; } rows[] = {
        { "a", 0, 9 },       { "bar", -20000, 5 },         { "bar", -1, 0 },          { "bar", 0, 0 },
        { "bar", 20777, 1 }, { "bar", 20777, 256 },        { "bar", 20777, UINT64_MAX }, { "bar", INT32_MAX, 0 },
        { "bar-2", 0, 0 },   { "bara", -5, 0 },
    };

    (void)unused;
    for (size_t i = 1; i < COUNT(rows); i++) {
        struct key before = made(rows[i - 1].name, rows[i - 1].day, rows[i - 1].number);
        struct key after = made(rows[i].name, rows[i].day, rows[i].number);

        if (str_compare(key_str(&before), key_str(&after)) >= 0)
            fail_msg("row %zu", i);
    }
}

static void read_back(void **unused)
{
    struct key key = made("oslo-grill", 20777, UINT64_MAX - 1);
    struct str bytes = key_str(&key), name;
    size_t at = 0;
    int32_t day;
    uint64_t number;
    uint32_t small;

    (void)unused;
    assert_true(key_take_name(bytes, &at, &name) && str_equal(name, STR("oslo-grill")));
    assert_true(key_take_day(bytes, &at, &day) && day == 20777);
    assert_true(key_take_u64(bytes, &at, &number) && number == UINT64_MAX - 1);
    assert_int_equal(at, bytes.len);
    assert_false(key_take_u32(bytes, &at, &small));
    for (size_t len = 0; len < bytes.len; len++) {
        struct str cut = { bytes.bytes, len };

        at = 0;
        assert_false(key_take_name(cut, &at, &name) && key_take_day(cut, &at, &day) && key_take_u64(cut, &at, &number));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(in_order), cmocka_unit_test(read_back) };

    return cmocka_run_group_tests_name("store_key", tests, NULL, NULL);
}
