/* Goal: a day is missed from its venue's hour on, and not before, nor when it is closed on purpose, nor while nobody uses the venue;
 * days are told before the VAT return of their term is due. */
#include "watch_config.h"

#include "watch/summary.h"

static struct arena arena;
static struct matters found;
static struct venue venue;
static struct dated_cutoff cutoff = { CUTOFF_PRESET, DAY_ALWAYS };
static struct closed_days closed = { .weekday = WEEKDAY_SUNDAY };
static struct voucher_line line;
static struct book_doc docs[8];
static struct book_list list = { .docs = docs };

static int32_t day_of(const char *text)
{
    int32_t day = 0;

    assert_int_equal(day_parse(str_of(text), &day), ERR_OK);
    return day;
}

/* Local time of the venue. */
static int64_t at(const char *day, int32_t hour, int32_t minute)
{
    return zone_utc(venue.zone, day_of(day), hour * 3600 + minute * 60) * 1000;
}

static void begin(const char *begins)
{
    arena_reset(&arena);
    found = (struct matters){ .arena = &arena };
    list.count = 0;
    venue = (struct venue){ .id = STR("grill"), .name = STR("Grill"), .company = STR("911111111"), .zone = config.watch.zone,
                            .cutoffs = &cutoff, .cutoff_count = 1, .expected_by = 36000,
                            .begins = begins ? day_of(begins) : DAY_ALWAYS, .closed = &closed, .closed_count = 1 };
}

static void add(const char *day, enum doc_state state)
{
    docs[list.count++] = (struct book_doc){ .state = state, .draft = { .doc = { .kind = DOC_VOUCHER, .day = day_of(day),
                                                                               .part = 1 },
        .phase = state == DOC_OPEN ? DRAFT_OPEN : DRAFT_CLOSED, .lines = &line, .line_count = 1 } };
}

/* "missing-day/grill/2026-11-20 ..." */
static const char *ids(void)
{
    static char text[4096];
    size_t len = 0;

    matters_sort(&found);
    text[0] = '\0';
    for (size_t i = 0; i < found.count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s" STR_FMT, i ? " " : "", STR_ARG(found.at[i].id));
    return text;
}

static const char *missed(int64_t now_ms)
{
    found.count = 0;
    NEEDED(survey_days(&found, &venue, &list, INT32_MIN, now_ms));
    return ids();
}

static void at_the_hour(void **unused)
{
    (void)unused;
    begin("2026-11-20");                 /* a Friday */
    assert_string_equal(missed(at("2026-11-20", 23, 0)), "");
    assert_string_equal(missed(at("2026-11-21", 9, 59)), "");
    assert_string_equal(missed(at("2026-11-21", 10, 0)), "missing-day/grill/2026-11-20");
    assert_true(strstr(found.at[0].en.bytes, "Grill, 2026-11-20: nothing has come") && strstr(found.at[0].nb.bytes,
                                                                                              "ingenting har"));
    assert_string_equal(missed(at("2026-11-22", 4, 0)), "missing-day/grill/2026-11-20");     /* Saturday goes on until five */
    assert_string_equal(missed(at("2026-11-22", 10, 0)), "missing-day/grill/2026-11-20 missing-day/grill/2026-11-21");
    add("2026-11-20", DOC_SENT);
    assert_string_equal(missed(at("2026-11-24", 9, 59)), "missing-day/grill/2026-11-21");    /* closed on Sunday */
    venue.closed_count = 0;
    assert_string_equal(missed(at("2026-11-24", 9, 59)), "missing-day/grill/2026-11-21 missing-day/grill/2026-11-22");
    venue.expected_by = 3 * 3600;        /* before the day is over nobody can miss it */
    assert_string_equal(missed(at("2026-11-23", 4, 59)), "missing-day/grill/2026-11-21");
    assert_string_equal(missed(at("2026-11-23", 5, 0)), "missing-day/grill/2026-11-21 missing-day/grill/2026-11-22");
}

static void not_in_use_yet(void **unused)
{
    (void)unused;
    begin(NULL);
    assert_string_equal(missed(at("2026-11-24", 12, 0)), "");
    add("2026-11-23", DOC_HELD);
    assert_string_equal(missed(at("2026-11-24", 12, 0)), "");
    assert_string_equal(missed(at("2026-11-25", 12, 0)), "missing-day/grill/2026-11-24");
    begin("2020-01-01");                 /* not for ever */
    (void)missed(at("2026-11-24", 12, 0));
    assert_in_range(found.count, 70, MISSED_DAYS);
}

static void an_open_day(void **unused)
{
    (void)unused;
    begin("2026-11-20");
    add("2026-11-20", DOC_OPEN);
    assert_string_equal(missed(at("2026-11-21", 9, 0)), "");
    assert_string_equal(missed(at("2026-11-21", 11, 0)), "open-day/grill/2026-11-20");
    begin("2026-11-22");
    add("2026-11-22", DOC_OPEN);         /* a closed Sunday on which something was sold all the same */
    assert_string_equal(missed(at("2026-11-23", 11, 0)), "open-day/grill/2026-11-22");
}

static bool is_young(struct survey *survey, int64_t now_ms)
{
    survey->now_ms = now_ms;
    (void)missed(now_ms);
    survey->matters = found;
    survey_let_pass(survey, 0);
    assert_int_equal(found.count, 1);
    return found.at[0].young;
}

/* What comes late is open for a moment: that is no matter, until it lasts. */
static void an_open_day_that_passes(void **unused)
{
    struct survey survey = { .config = config };

    (void)unused;
    NEEDED(lasting_open(&survey.lasting));
    survey.config.watch.patience_s = 300;
    begin("2026-11-20");
    add("2026-11-20", DOC_OPEN);
    assert_true(is_young(&survey, at("2026-11-21", 11, 0)));
    assert_true(is_young(&survey, at("2026-11-21", 11, 4)));
    assert_false(is_young(&survey, at("2026-11-21", 11, 5)));
    lasting_close(survey.lasting);
}

static void terms(void **unused)
{
    static const struct { const char *day, *end, *due; } rows[] = {
        { "2026-01-01", "2026-02-28", "2026-04-10" }, { "2028-02-29", "2028-02-29", "2028-04-10" },
        { "2026-04-30", "2026-04-30", "2026-06-10" }, { "2026-05-01", "2026-06-30", "2026-08-31" },
        { "2026-08-31", "2026-08-31", "2026-10-10" }, { "2026-10-31", "2026-10-31", "2026-12-10" },
        { "2026-11-01", "2026-12-31", "2027-02-10" }, { "2026-12-31", "2026-12-31", "2027-02-10" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(vat_term_end(day_of(rows[i].day)), day_of(rows[i].end));
        assert_int_equal(vat_term_due(vat_term_end(day_of(rows[i].day))), day_of(rows[i].due));
    }
}

static const char *locked(const char *lock, const char *day)
{
    found.count = 0;
    NEEDED(survey_lock(&found, &venue, &list, lock ? day_of(lock) : DAY_ALWAYS, 5, at(day, 12, 0)));
    return ids();
}

static void before_the_return(void **unused)
{
    (void)unused;
    begin("2026-10-01");
    add("2026-09-30", DOC_WAITING);      /* before the venue begins */
    add("2026-10-30", DOC_WAITING);
    add("2026-11-02", DOC_HELD);
    assert_string_equal(locked(NULL, "2026-12-04"), "");
    assert_string_equal(locked(NULL, "2026-12-05"), "lock-date/grill/2026-10-31");
    assert_string_equal(locked(NULL, "2026-12-20"), "lock-date/grill/2026-10-31");
    assert_true(strstr(found.at[0].en.bytes, "days from 2026-10-30") && strstr(found.at[0].en.bytes, "due on 2026-12-10"));
    assert_string_equal(locked("2026-10-31", "2026-12-20"), "");             /* it is shut already, and red */
    assert_string_equal(locked("2026-10-31", "2027-02-06"), "lock-date/grill/2026-12-31");
    docs[1].state = DOC_SENT;
    docs[2].state = DOC_BY_HAND;
    assert_string_equal(locked(NULL, "2027-02-06"), "");
}

/* Of several machines: each that is lost, with what of it is away, and each that runs something else. */
static void machines(void **unused)
{
    struct fleet_instance of_one[] = { { .stage = STR("mapper") }, { .stage = STR("uploader"), .instance = 1 } };
    struct fleet_instance of_two[] = { { .stage = STR("mapper"), .ran_out_ms = 12000 },
                                       { .stage = STR("ingest"), .ran_out_ms = 1 },
                                       { .stage = STR("invoicer"), .differs = true } };
    struct fleet_machine both[] = { { .name = STR("a"), .here = true, .instances = of_one, .count = COUNT(of_one) },
                                    { .name = STR("b"), .number = 2, .instances = of_two, .count = COUNT(of_two) } };
    const struct fleet fleet = { .postgresql = true, .machines = both, .machine_count = COUNT(both) };

    (void)unused;
    begin(NULL);
    NEEDED(survey_fleet(&found, &(struct fleet){ .postgresql = false }));
    assert_string_equal(ids(), "");
    NEEDED(survey_fleet(&found, &fleet));
    assert_string_equal(ids(), "machine-away/b/2 machine-differs/b/2");
    assert_true(str_starts(found.at[0].en, STR("The machine b (bilag-mapper 0, bilag-ingest 0): it is lost")));
    assert_true(str_starts(found.at[1].nb, STR("Maskinen b (bilag-invoicer 0): den kjører en annen versjon")));
}

static void the_summary(void **unused)
{
    struct survey_row rows[] = { { STR("grill"), STR("Grill"), anna_company, 3, 1, 2 }, { STR("bar"), STR("Bar"), bo_company,
                                                                                         5, 0, 0 } };
    struct survey survey = { .config = config, .rows = rows, .row_count = 2 };
    struct str text;

    (void)unused;
    begin("2026-11-20");
    (void)missed(at("2026-11-21", 12, 0));
    survey.matters = found;
    text = summary_text(&survey, &recipients[ANNA], day_of("2026-11-22"), &arena);
    assert_string_equal(text.bytes, "Bilag 2026-11-22\n\nSalgssteder: 1\nSendt det siste døgnet: 3\nVenter på at noen "
                                    "overfører: 1\n"
                        "Røde dokumenter: 2\n\nIkke over (1):\n* Manglende dag: Grill, 2026-11-20: ingenting har kommet for "
                        "denne dagen. Var "
                        "det åpent, må kassen sende. Var det stengt med vilje: skriv dagen under closed: i "
                        "venues/grill.yaml og last på "
                        "nytt.\n");
    text = summary_text(&survey, &recipients[BO], day_of("2026-11-22"), &arena);
    assert_string_equal(text.bytes, "Bilag 2026-11-22\n\nVenues: 1\nSent in the last 24 hours: 5\nWaiting for someone to "
                                    "transfer: 0\n"
                        "Red documents: 0\n\nNothing is wrong.\n");
    venue.closed_count = 0;
    (void)missed(at("2027-01-21", 12, 0));
    survey.matters = found;
    text = summary_text(&survey, &recipients[DRIFT], day_of("2026-11-22"), &arena);
    assert_true(strstr(text.bytes, "Not over (62)") && strstr(text.bytes, " more: bilag status\n") &&
                text.len < NOTICE_TEXT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_the_hour), cmocka_unit_test(not_in_use_yet), cmocka_unit_test(an_open_day),
        cmocka_unit_test(an_open_day_that_passes), cmocka_unit_test(terms),
        cmocka_unit_test(before_the_return), cmocka_unit_test(the_summary), cmocka_unit_test(machines),
    };
    int failed;

    config_make();
    arena_init(&arena, 1 << 24);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    zone_close(config.watch.zone);
    return failed;
}
