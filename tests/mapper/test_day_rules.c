/* Goal: an event has the rule of business days that held when it was first read, whatever the set-up says by now and however
 * often the store is made again; what nobody can read in the trail is no rule. */
#include "mapper_rig.h"

#include "mapper/day_rules.h"

static struct audit *audit_of(struct rig *rig)
{
    struct fault fault = { "" };
    struct audit *audit;
    char state[128];

    (void)snprintf(state, sizeof state, "%s/state", rig->folder.path);
    if (audit_open(str_of(state), &audit, &fault))
        fail_msg("%s", fault.text);
    return audit;
}

static void keep(struct rig *rig, struct audit *audit, uint64_t folded)
{
    NEEDED(day_rules_keep(rig->store, audit, rig->config, venue_partition(STR("v"), rig->config->partitions), folded,
                          rig->now_ms));
}

static int32_t seconds_at(struct rig *rig, const struct day_rules *rules, uint64_t place)
{
    return day_rules_at(rules, config_venue(rig->config, STR("v")), place)->cutoffs[0].seconds;
}

static void places(void **unused)
{
    struct day_rules *rules;
    struct audit *audit;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    audit = audit_of(&rig);
    keep(&rig, audit, 0);
    keep(&rig, audit, 10);                                   /* nothing has changed: nothing is written down */
    rig_config(&rig, "currency: NOK", "currency: NOK\nbusiness_day_start: \"06:00\"");
    keep(&rig, audit, 10);
    keep(&rig, audit, 11);
    rig_config(&rig, "currency: NOK", "currency: NOK\nbusiness_day_start: \"04:00\"");
    keep(&rig, audit, 20);
    NEEDED(day_rules_open(&rules));
    NEEDED(day_rules_read(rules, audit));
    for (uint64_t place = 1; place <= 21; place++)
        assert_int_equal(seconds_at(&rig, rules, place), (place <= 10 ? 5 : place <= 20 ? 6 : 4) * 3600);
    assert_int_equal(seconds_at(&rig, NULL, 1), 4 * 3600);
    rig_config(&rig, "currency: NOK", "currency: NOK\nbusiness_day_start: \"03:00\"");
    keep(&rig, audit, 5);                                    /* by a store that is being made again */
    NEEDED(day_rules_read(rules, audit));
    assert_int_equal(seconds_at(&rig, rules, 5), 5 * 3600);
    assert_int_equal(seconds_at(&rig, rules, 15), 6 * 3600);
    assert_int_equal(seconds_at(&rig, rules, 21), 3 * 3600);
    day_rules_close(rules);
    audit_close(audit);
    rig_free(&rig);
}

/* Zone, dated hours and days of VAT come back as they were. */
static void whole_rules(void **unused)
{
    static const char many[] = "currency: NOK\nbusiness_day_start:\n  - {value: \"04:30\"}\n"
                               "  - {valid_from: 2026-11-20, value: \"06:00\"}";
    const struct venue *was, *venue;
    struct day_rules *rules;
    struct audit *audit;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    audit = audit_of(&rig);
    rig_config(&rig, "currency: NOK", many);
    keep(&rig, audit, 0);
    venue = config_venue(rig.config, STR("v"));
    for (int64_t time = 1795000000; time < 1795600000; time += 1800)
        assert_int_equal(venue_business_day(day_rules_at(NULL, venue, 1), time), venue_business_day(venue, time));
    rig_config(&rig, "timezone: Europe/Oslo", "timezone: Europe/London");
    keep(&rig, audit, 7);
    NEEDED(day_rules_open(&rules));
    NEEDED(day_rules_read(rules, audit));
    was = day_rules_at(rules, config_venue(rig.config, STR("v")), 7);
    rig_config(&rig, "currency: NOK", many);
    venue = config_venue(rig.config, STR("v"));
    for (int64_t time = 1795000000; time < 1795600000; time += 1800)
        assert_int_equal(venue_business_day(was, time), venue_business_day(venue, time));
    day_rules_close(rules);
    audit_close(audit);
    rig_free(&rig);
}

static void what_is_no_rule(void **unused)
{
    static const char *const details[] = { "", "7", "7 ", "7 Europe/Oslo", "7 Europe/Oslo;", "7 Europe/Oslo;18000",
                                           "x Europe/Oslo;1;",
                                           "7 Europe/Nowhere;18000;", "7 Europe/Oslo;18000@;", "7 Europe/Oslo;99999999999;",
                                           "7 Europe/Oslo;18000; x", "7 ;;", "99999999999999999999999 Europe/Oslo;1;" };
    struct day_rules *rules;
    struct audit *audit;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    audit = audit_of(&rig);
    for (size_t i = 0; i < COUNT(details); i++) {
        struct decision decision = { .who = STR("x"), .verb = STR("business-days"), .subject = STR("v"),
                                     .detail = str_of(details[i]) };
        uint64_t number;

        NEEDED(audit_append(audit, &decision, &number));
    }
    NEEDED(day_rules_open(&rules));
    NEEDED(day_rules_read(rules, audit));
    assert_ptr_equal(day_rules_at(rules, config_venue(rig.config, STR("v")), 7), config_venue(rig.config, STR("v")));
    day_rules_close(rules);
    audit_close(audit);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(places), cmocka_unit_test(whole_rules),
                                        cmocka_unit_test(what_is_no_rule) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
