#include "event_kit.h"

/* Goal: times and rates are read strictly, and rates are written as people write them. */
static void times_and_rates(void **unused)
{
    static const struct { const char *text; enum err err; int64_t time; int32_t offset; } times[] = {
        { "2026-11-20T23:41:07+01:00", ERR_OK, 1795214467, 60 },
        { "2026-11-20T22:41:07Z", ERR_OK, 1795214467, 0 },
        { "2026-11-20T22:41:07.123456Z", ERR_OK, 1795214467, 0 },
        { "2026-11-20T17:11:07-05:30", ERR_OK, 1795214467, -330 },
        { "2026-11-20T22:41:07.Z", ERR_FORMAT, 0, 0 },
        { "2026-11-20T22:41:07", ERR_FORMAT, 0, 0 },
        { "2026-02-29T22:41:07Z", ERR_FORMAT, 0, 0 },
        { "2026-11-20T24:00:00Z", ERR_FORMAT, 0, 0 },
        { "2026-11-20T22:60:00Z", ERR_FORMAT, 0, 0 },
        { "2026-11-20T22:41:07+0100", ERR_FORMAT, 0, 0 },
        { "2026-11-20T22:41:07+19:00", ERR_FORMAT, 0, 0 },
        { "2026-11-20T22:41:07Zx", ERR_FORMAT, 0, 0 },
    };
    static const struct { const char *text; enum err err; int32_t rate; const char *back; } rates[] = {
        { "25", ERR_OK, 2500, "25" },      { "11.11", ERR_OK, 1111, "11.11" }, { "15.00", ERR_OK, 1500, "15" },
        { "0", ERR_OK, 0, "0" },           { "7.5", ERR_OK, 750, "7.5" },      { "0.05", ERR_OK, 5, "0.05" },
        { "100", ERR_OK, 10000, "100" },   { "100.01", ERR_RANGE, 0, NULL },   { "25%", ERR_FORMAT, 0, NULL },
        { "-25", ERR_FORMAT, 0, NULL },    { " 25", ERR_FORMAT, 0, NULL },     { "25.", ERR_FORMAT, 0, NULL },
        { "1.234", ERR_FORMAT, 0, NULL },  { "", ERR_FORMAT, 0, NULL },
    };
    char buffer[16];

    (void)unused;
    for (size_t i = 0; i < COUNT(times); i++) {
        int64_t time = 0;
        int32_t offset = 0;
        enum err err = event_time_parse(str_of(times[i].text), &time, &offset);

        if (err != times[i].err || time != times[i].time || offset != times[i].offset)
            fail_msg("%s: %s, %" PRId64 " %" PRId32, times[i].text, err_text(err), time, offset);
    }
    for (size_t i = 0; i < COUNT(rates); i++) {
        int32_t rate = 0;
        enum err err = rate_parse(str_of(rates[i].text), &rate);

        if (err != rates[i].err || rate != rates[i].rate)
            fail_msg("%s: %s, %" PRId32, rates[i].text, err_text(err), rate);
        if (!err)
            assert_string_equal(rate_text(rate, buffer), rates[i].back);
    }
}

/* Goal: a struct that an adapter built is judged as strictly as text. */
static void built_by_hand(void **unused)
{
    struct event event = from_json(good[0]);
    struct fault fault;

    (void)unused;
    event.extra = STR("{\"b\":1,\"a\":2}");
    assert_int_equal(event_check(&event, &fault), ERR_FORMAT);
    assert_non_null(strstr(fault.text, "sorted keys"));
    event.extra = STR("{\"a\":2,\"b\":1}");
    assert_int_equal(event_check(&event, &fault), ERR_OK);
    event.staff = STR("\xff");
    assert_int_equal(event_check(&event, &fault), ERR_FORMAT);
    event.staff = STR_NONE;
    event.seq = UINT64_MAX;
    assert_int_equal(event_check(&event, &fault), ERR_RANGE);
    event.seq = 1;
    event.series = SERIES_COUNT;
    assert_int_equal(event_check(&event, &fault), ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_and_rates),
        cmocka_unit_test(built_by_hand),
    };

    return cmocka_run_group_tests_name("event", tests, start, stop);
}
