/* Goal: a file of several places gives the venue what is the venue's, under names that stay apart and stay
 * the same, and nothing of the others; times are what the till meant. */
#include "kit.h"

#define REGISTER_OF(place, id, content) "<location><name>" place "</name><cashregister><registerID>" id "</registerID>" \
    content "</cashregister></location>"
#define TWO_PLACES FILE_HEAD REGISTER_OF("Bar", "K1", PIZZA_SALE("1", "1.00")) \
    REGISTER_OF("Club &amp; Scene", "K1", PIZZA_SALE("1", "2.00")) FILE_TAIL

static struct str lists[3];

static void locations(void **unused)
{
    static const struct { const char *why, *list[3], *file; enum err err; const char *registers[3], *says; } rows[] = {
        { "only one", { NULL }, ONE_REGISTER(PIZZA_SALE("1", "1.00")), ERR_OK, { "K1" }, NULL },
        { "the same one twice", { NULL }, FILE_HEAD REGISTER_OF("Bar", "K1", PIZZA_SALE("1", "1.00"))
          REGISTER_OF("Bar", "K2", PIZZA_SALE("1", "1.00")) FILE_TAIL, ERR_OK, { "K1", "K2" }, NULL },
        { "two, and no word which", { NULL }, TWO_PLACES, ERR_REFUSED, { NULL },
          "(2 in this file: 'Bar', 'Club & Scene'). Write those that are venue bar as `saft: {locations: [...]}` in "
          "bar.yaml" },
        { "two, one is ours", { "Bar" }, TWO_PLACES, ERR_OK, { "K1" }, NULL },
        { "two, both ours", { "Bar", "Club & Scene" }, TWO_PLACES, ERR_OK, { "Bar.K1", "Club___Scene-3fe4abe3.K1" }, NULL },
        { "none of ours", { "Kiosk" }, TWO_PLACES, ERR_REFUSED, { NULL }, "none of its locations" },
        { "the other's fault is not ours", { "Bar" }, FILE_HEAD REGISTER_OF("Bar", "K1", PIZZA_SALE("1", "1.00"))
          REGISTER_OF("Club", "K1", PIZZA_SALE("1", "2,00")) FILE_TAIL, ERR_OK, { "K1" }, NULL },
        { "no name", { NULL }, FILE_HEAD "<location><cashregister><registerID>K1</registerID>" PIZZA_SALE("1", "1.00")
          "</cashregister></location>" FILE_TAIL, ERR_OK, { "K1" }, NULL },
        { "no location", { "Bar" }, FILE_HEAD FILE_TAIL, ERR_OK, { NULL }, NULL },
        { "register that is no name", { NULL }, FILE_HEAD REGISTER_OF("Bar", "Kasse 1/høyre", PIZZA_SALE("1", "1.00"))
          REGISTER_OF("Bar", "Kasse 1 høyre", PIZZA_SALE("1", "1.00")) FILE_TAIL, ERR_OK, { "?", "?" }, NULL },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct saft_summary summary;
        struct fault fault;
        struct kept kept;
        enum err err;
        size_t want = 0;

        venue.saft.location_count = 0;
        venue.saft.locations = lists;
        for (size_t j = 0; j < 3 && rows[i].list[j]; j++)
            lists[venue.saft.location_count++] = str_of(rows[i].list[j]);
        kept_init(&kept);
        err = read_text(str_of(rows[i].file), &kept, &summary, &fault);
        if (err != rows[i].err || (err && !strstr(fault.text, rows[i].says)))
            fail_msg("%s: %s, says: %s", rows[i].why, err_text(err), fault.text);
        while (want < 3 && rows[i].registers[want])
            want++;
        if (kept.count != want)
            fail_msg("%s: %zu events, must be %zu", rows[i].why, kept.count, want);
        for (size_t j = 0; j < want; j++) {
            struct event event = event_at(&kept, j);

            if (!str_is_name(event.reg) ||
                (rows[i].registers[j][0] != '?' && !str_equal(event.reg, str_of(rows[i].registers[j]))))
                fail_msg("%s: register " STR_FMT ", must be %s", rows[i].why, STR_ARG(event.reg), rows[i].registers[j]);
        }
        if (want == 2)
            assert_false(str_equal(event_at(&kept, 0).reg, event_at(&kept, 1).reg));
        kept_free(&kept);
    }
    venue.saft.location_count = 0;
}

static void notes_of_places(void **unused)
{
    struct saft_summary summary;
    struct fault fault;
    struct kept kept;

    (void)unused;
    lists[0] = STR("Bar");
    venue.saft.locations = lists;
    venue.saft.location_count = 1;
    venue.company = STR("912345678");
    kept_init(&kept);
    assert_int_equal(read_text(str_of(TWO_PLACES), &kept, &summary, &fault), ERR_OK);
    assert_int_equal(summary.locations, 1);
    assert_int_equal(summary.notes[SAFT_LOCATION_LEFT_OUT].count, 1);
    assert_string_equal(summary.notes[SAFT_LOCATION_LEFT_OUT].first, "'Club & Scene'");
    assert_int_equal(summary.notes[SAFT_OTHER_COMPANY].count, 1);
    assert_string_equal(summary.company, "999999999");
    kept_free(&kept);
    venue.saft.location_count = 0;
    venue.company = STR("999999999");
}

/* Local wall clock in Oslo; summer time ended on 25 October 2026 and begins on 29 March 2026. */
static void times(void **unused)
{
    static const struct { const char *why, *date, *time; int64_t utc; int32_t offset_min; } rows[] = {
        { "winter", "2026-11-20", "12:00:00", 1795172400, 60 },
        { "summer", "2026-07-01", "12:00:00", 1782900000, 120 },
        { "twice: the first", "2026-10-25", "02:30:00", 1792888200, 120 },
        { "said: the second", "2026-10-25", "02:30:00+01:00", 1792891800, 60 },
        { "never: the first moment after", "2026-03-29", "02:30:00", 1774746000, 120 },
        { "UTC", "2026-11-20", "11:00:00Z", 1795172400, 0 },
        { "fraction", "2026-11-20", "12:00:00.999", 1795172400, 60 },
        { "no seconds", "2026-11-20", "12:00", 1795172400, 60 },
        { "midnight as the schema allows", "2026-11-20", "24:00:00", 1795215600, 60 },
        { "date with an offset", "2026-11-20+01:00", "12:00:00", 1795172400, 60 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fault fault;
        struct kept kept;
        struct event event;
        char text[4096];

        kept_init(&kept);
        (void)snprintf(text, sizeof text, "%s<cashtransaction><nr>1</nr><transAmntIn>0</transAmntIn><transDate>%s</transDate>"
                       "<transTime>%s</transTime></cashtransaction>%s", FILE_HEAD PLACE_HEAD, rows[i].date, rows[i].time,
                       PLACE_TAIL FILE_TAIL);
        if (read_text(str_of(text), &kept, NULL, &fault))
            fail_msg("%s: %s", rows[i].why, fault.text);
        event = event_at(&kept, 0);
        if (event.time != rows[i].utc || event.offset_min != rows[i].offset_min)
            fail_msg("%s: %" PRId64 " %+d", rows[i].why, event.time, event.offset_min);
        kept_free(&kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locations), cmocka_unit_test(notes_of_places), cmocka_unit_test(times),
    };

    return cmocka_run_group_tests(tests, venue_make, venue_drop);
}
