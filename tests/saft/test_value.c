/* Goal: what the schema allows in a value is read exactly, what it does not allow is refused, and a name
 * can be made of anything, always the same, never two the same. */
#include "kit.h"

#include "saft/value.h"

static void amounts(void **unused)
{
    static const struct { const char *text; enum err err; int64_t ore; } rows[] = {
        { "189.50", ERR_OK, 18950 },   { "+32.8", ERR_OK, 3280 },  { " 32.80\n", ERR_OK, 3280 }, { "032.800", ERR_OK, 3280 },
        { "-0.01", ERR_OK, -1 },       { "0", ERR_OK, 0 },         { ".5", ERR_OK, 50 },         { "189,50", ERR_FORMAT, 0 },
        { "1e3", ERR_FORMAT, 0 },      { "1.005", ERR_FORMAT, 0 }, { "", ERR_FORMAT, 0 },        { "--1", ERR_FORMAT, 0 },
        { "1 000", ERR_FORMAT, 0 },    { "90071992547409.91", ERR_OK, MONEY_INPUT_MAX },
        { "90071992547409.92", ERR_RANGE, 0 }, { "99999999999999999999999999999999999999999999", ERR_RANGE, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct saft_amount amount = { 0 };
        enum err err = value_read(VALUE_AMOUNT, str_of(rows[i].text), NULL, &amount);

        if (err != rows[i].err || amount.said != !err || (!err && amount.value.ore != rows[i].ore))
            fail_msg("'%s': %s, %" PRId64, rows[i].text, err_text(err), amount.value.ore);
    }
}

static void decimals(void **unused)
{
    static const struct { const char *text; enum err err; int64_t millionths; } rows[] = {
        { "1", ERR_OK, 1000000 },     { "-0.125", ERR_OK, -125000 },      { "0.0000010", ERR_OK, 1 },
        { "0.0000001", ERR_FORMAT, 0 }, { "1,5", ERR_FORMAT, 0 },         { "", ERR_FORMAT, 0 },
        { "-", ERR_FORMAT, 0 },       { "1000000000", ERR_OK, INT64_C(1000000000000000) },
        { "1000000001", ERR_RANGE, 0 }, { "9999999999999999999999", ERR_RANGE, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct saft_decimal decimal = { 0 };
        enum err err = value_read(VALUE_DECIMAL, str_of(rows[i].text), NULL, &decimal);

        if (err != rows[i].err || (!err && decimal.millionths != rows[i].millionths))
            fail_msg("'%s': %s, %" PRId64, rows[i].text, err_text(err), decimal.millionths);
    }
}

static void others(void **unused)
{
    static const struct { enum value_kind kind; const char *text; enum err err; } rows[] = {
        { VALUE_RATE, "25.000", ERR_OK },   { VALUE_RATE, "11.11", ERR_OK },     { VALUE_RATE, "-1", ERR_RANGE },
        { VALUE_RATE, "100.01", ERR_RANGE }, { VALUE_RATE, "25 %", ERR_FORMAT }, { VALUE_DATE, "2026-11-20", ERR_OK },
        { VALUE_DATE, "2026-11-20Z", ERR_OK }, { VALUE_DATE, "20.11.2026", ERR_FORMAT }, { VALUE_DATE, "2026-13-01", ERR_RANGE },
        { VALUE_DATE, "2026-11-20+25:00", ERR_FORMAT }, { VALUE_DATE, "2026-11-2", ERR_FORMAT },
        { VALUE_TIME, "23:59:59", ERR_OK }, { VALUE_TIME, "23:60:00", ERR_RANGE }, { VALUE_TIME, "24:00:01", ERR_RANGE },
        { VALUE_TIME, "9:00", ERR_FORMAT }, { VALUE_TIME, "09:00:00.", ERR_FORMAT }, { VALUE_TIME, "09:00:00 ", ERR_OK },
        { VALUE_TIME, "09:00:00-02:00", ERR_OK }, { VALUE_TIME, "09:00:00CET", ERR_FORMAT },
        { VALUE_SIDE, "C", ERR_OK },        { VALUE_SIDE, "D", ERR_OK },         { VALUE_SIDE, "K", ERR_FORMAT },
        { VALUE_FLAG, "true", ERR_OK },     { VALUE_FLAG, "0", ERR_OK },         { VALUE_FLAG, "TRUE", ERR_FORMAT },
        { VALUE_FLAG, "", ERR_FORMAT },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        union { struct saft_rate rate; struct saft_date date; struct saft_time time; enum saft_side side; bool flag; } to;
        enum err err = value_read(rows[i].kind, str_of(rows[i].text), NULL, &to);

        if (err != rows[i].err)
            fail_msg("'%s' as %s: %s", rows[i].text, value_form(rows[i].kind), err_text(err));
    }
}

/* Never twice negative. */
static void signs(void **unused)
{
    static const struct { int64_t amount; enum saft_side side; int64_t is; } rows[] = {
        { 5, SIDE_CREDIT, 5 },  { 5, SIDE_DEBIT, -5 },  { -5, SIDE_CREDIT, -5 },
        { -5, SIDE_DEBIT, -5 }, { -5, SIDE_UNSAID, -5 }, { 5, SIDE_UNSAID, 5 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(value_signed((struct money){ rows[i].amount }, rows[i].side).ore, rows[i].is);
}

static void names(void **unused)
{
    static const char *const texts[] = {
        "K1", "11.222-33.44.567", ".hidden", "_hidden", "Kasse 1", "Kasse_1", "Kasse/1", "Øl", "Ol", "øl", "", " ", "\xc3", "日本",
        "a-name-that-is-much-too-long-for-a-name-because-it-goes-on-and-on-without-an-end",
        "a-name-that-is-much-too-long-for-a-name-because-it-goes-on-and-on-without-an-eND",
    };
    struct arena arena;
    struct str made[COUNT(texts)];

    (void)unused;
    arena_init(&arena, 65536);
    for (size_t i = 0; i < COUNT(texts); i++) {
        made[i] = value_name(str_of(texts[i]), &arena);
        if (!str_is_name(made[i]))
            fail_msg("'%s' becomes '" STR_FMT "', no name", texts[i], STR_ARG(made[i]));
        if (str_is_name(str_of(texts[i])) && !str_equal(made[i], str_of(texts[i])))
            fail_msg("'%s' is a name already", texts[i]);
        if (!str_equal(made[i], value_name(str_of(texts[i]), &arena)))
            fail_msg("'%s' does not stay the same", texts[i]);
        for (size_t j = 0; j < i; j++)
            if (str_equal(made[i], made[j]))
                fail_msg("'%s' and '%s' become the same", texts[i], texts[j]);
    }
    arena_free(&arena);
}

static void clips(void **unused)
{
    char text[EVENT_TEXT_MAX + 8], cut[] = "abc\xc3", ends[] = "ab\001c\n\x7f", whole[] = "æ";
    struct str clipped;

    (void)unused;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 ? '\xa6' : '\xc3';
    clipped = value_clip((struct str){ text, sizeof text });
    assert_int_equal(clipped.len, EVENT_TEXT_MAX);
    clipped = value_clip((struct str){ text + 1, sizeof text - 1 });
    assert_int_equal(clipped.len, EVENT_TEXT_MAX - 1);
    value_printable(cut);
    assert_string_equal(cut, "abc");
    value_printable(ends);
    assert_string_equal(ends, "ab?c??");
    value_printable(whole);
    assert_string_equal(whole, "æ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts), cmocka_unit_test(decimals), cmocka_unit_test(others),
        cmocka_unit_test(signs),   cmocka_unit_test(names),    cmocka_unit_test(clips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
