/* Goal: who is told is read to the letter, secrets from files of their own; every mistake is named with file, line, key and mend. */
#include "config_folder.h"

#include <inttypes.h>

static const char watch[] =
    "watch:\n"
    "  smtp: smtps://mail.example.no\n"
    "  smtp_user: bilag\n"
    "  smtp_password: {file: keys/smtp}\n"
    "  smtp_trust: mail-ca.pem\n"
    "  from: bilag@example.no\n"
    "  summary: \"06:15\"\n"
    "  recipients:\n"
    "    drift: {mail: drift@example.no, quiet: \"22:00-6:30\", summary: false}\n"
    "    kari: {mail: kari@example.no, language: nb, companies: [\"912345678\", \"922222222\"]}\n"
    "    office: {webhook: https://office.example.no/bilag/, secret: {file: keys/hook}}\n"
    "    pager: {command: bin/page}\n";

static void put(const struct folder *folder, const char *from, const char *to)
{
    char *changed = from ? replaced(watch, from, to) : strdup(watch), text[4096];

    (void)snprintf(text, sizeof text, "%s%s", good_root, changed);
    folder_write(folder, "bilag.yaml", text, strlen(text), 0644);
    free(changed);
}

static void make(struct folder *folder)
{
    folder_make(folder);
    folder_write(folder, "keys/smtp", "word\n", 5, 0600);
    folder_write(folder, "keys/hook", "0123456789abcdef\n", 17, 0600);
    folder_write(folder, "keys/short", "0123456789abcde\n", 16, 0600);
}

static void all_of_it(void **unused)
{
    struct folder folder;
    struct config *config;
    char path[128];

    (void)unused;
    make(&folder);
    put(&folder, NULL, NULL);
    config = folder_load(&folder);
    assert_true(config->watch.on);
    assert_string_equal(config->watch.smtp.bytes, "smtps://mail.example.no");
    assert_string_equal(config->watch.smtp_password.bytes, "word");
    assert_non_null(strstr(config->watch.smtp_trust.bytes, "/mail-ca.pem"));
    assert_int_equal(config->watch.summary_s, 6 * 3600 + 900);
    assert_int_equal(config->watch.look_s, 60);
    assert_non_null(config->watch.zone);
    assert_int_equal(config->watch.recipient_count, 4);
    assert_string_equal(config->watch.recipients[0].name.bytes, "drift");
    assert_int_equal(config->watch.recipients[0].quiet.from, 22 * 3600);
    assert_int_equal(config->watch.recipients[0].quiet.to, 6 * 3600 + 1800);
    assert_false(config->watch.recipients[0].summary);
    assert_true(config->watch.recipients[1].summary);
    assert_int_equal(config->watch.recipients[0].company_count, 0);
    assert_int_equal(config->watch.recipients[1].company_count, 2);
    assert_string_equal(config->watch.recipients[1].language.bytes, "nb");
    assert_int_equal(config->watch.recipients[0].language.len, 0);
    assert_string_equal(config->watch.recipients[2].webhook.bytes, "https://office.example.no/bilag");
    assert_string_equal(config->watch.recipients[2].secret.bytes, "0123456789abcdef");
    (void)snprintf(path, sizeof path, "%s/bin/page", folder.path);
    assert_string_equal(config->watch.recipients[3].command.bytes, path);
    config_free(config);
    put(&folder, "  summary: \"06:15\"\n", "  summary: \"\"\n");
    config = folder_load(&folder);
    assert_int_equal(config->watch.summary_s, -1);
    config_free(config);
    folder_root(&folder, "ingest:", "ingest:");
    config = folder_load(&folder);
    assert_false(config->watch.on);
    config_free(config);
    folder_remove(&folder);
}

static void mistakes(void **unused)
{
    static const struct { const char *from, *to, *fault; } rows[] = {
        { "drift@example.no, q", "drift, q", "watch.recipients.drift.mail: is no e-mail address" },
        { "drift@example.no, q", "\"a@b\\r\\nBcc: c@d\", q", "is no e-mail address" },
        { "drift@example.no, q", "\"a@b>\", q", "is no e-mail address" },
        { "drift@example.no, q", "\"a@b@c\", q", "is no e-mail address" },
        { "drift@example.no, q", "\"-a@b\", q", "is no e-mail address" },
        { "bilag@example.no", "\"Bilag <b@c>\"", "watch.from: is no e-mail address" },
        { "smtps://mail.example.no", "mail.example.no", "is no mail server" },
        { "smtps://mail.example.no", "smtps://", "is no mail server" },
        { "smtps://mail.example.no", "smtp://u:p@mail.example.no", "is no mail server" },
        { "22:00-6:30", "22:00", "says no hours" },
        { "22:00-6:30", "22:00-6:60", "write a time of day" },
        { "06:15", "6 o'clock", "write a time of day" },
        { "mail: drift@example.no, ", "", "drift: is to be told one way" },
        { "{command: bin/page}", "{command: bin/page, mail: a@b}", "pager: is to be told one way" },
        { "{command: bin/page}", "page", "pager: is to be told one way" },
        { "{command: bin/page}", "{comand: bin/page}", "did you mean command?" },
        { "  smtp: smtps://mail.example.no\n", "", "drift: gets mail, and watch: says no smtp or no from" },
        { "  from: bilag@example.no\n", "", "drift: gets mail, and watch: says no smtp or no from" },
        { ", secret: {file: keys/hook}", "", "office: has a webhook without a secret of 16" },
        { "keys/hook", "keys/short", "office: has a webhook without a secret of 16" },
        { "{file: keys/hook}", "0123456789abcdef", "keys are not written here" },
        { "https://office", "http://office", "travel in the open" },
        { "  smtp_password: {file: keys/smtp}\n", "", "watch: smtp_user has no smtp_password" },
        { "  summary: \"06:15\"\n", "  timezone: Europe/Olso\n", "watch: timezone:" },
        { "  summary: \"06:15\"\n", "  retry_first_s: 901\n", "watch: retry_first_s is more than retry_max_s" },
        { "language: nb", "language: nn", "watch.recipients.kari.language" },
        { "kari:", "drift:", "stands here twice" },
        { "kari:", "\"k ri\":", "is no name" },
    };
    struct folder folder;
    size_t wrong = 0;

    (void)unused;
    make(&folder);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config *config = NULL;
        struct fault fault = { "" };
        enum err err;

        put(&folder, rows[i].from, rows[i].to);
        err = config_load(str_of(folder.path), &config, &fault);
        if (err == ERR_CONFIG && strstr(fault.text, rows[i].fault) && strstr(fault.text, "bilag.yaml:"))
            continue;
        print_message("%s: %s, %s\n", rows[i].to, err_text(err), fault.text);
        config_free(err ? NULL : config);
        wrong++;
    }
    assert_int_equal(wrong, 0);
    folder_remove(&folder);
}

static void nobody_to_tell(void **unused)
{
    static const char *const rows[] = {
        "watch: {}\n", "watch: {recipients: {}}\n", "watch: {recipients: [a]}\n", "watch:\n", "watch: |\n",
    };
    struct folder folder;

    (void)unused;
    make(&folder);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[4096];
        struct config *config;
        struct fault fault = { "" };

        (void)snprintf(text, sizeof text, "%s%s", good_root, rows[i]);
        folder_write(&folder, "bilag.yaml", text, strlen(text), 0644);
        assert_int_equal(config_load(str_of(folder.path), &config, &fault), ERR_CONFIG);
        if (!strstr(fault.text, "recipients"))
            fail_msg("%s: %s", rows[i], fault.text);
    }
    folder_remove(&folder);
}

static int32_t day_of(const char *text)
{
    int32_t day = 0;

    assert_int_equal(day_parse(str_of(text), &day), ERR_OK);
    return day;
}

static void closed_days(void **unused)
{
    static const struct { const char *day; bool closed; } rows[] = {
        { "2026-11-22", true }, { "2026-11-23", false }, { "2026-12-24", true }, { "2026-12-25", false },
        { "2026-06-30", false },
        { "2026-07-01", true }, { "2026-07-31", true }, { "2026-08-01", false }, { "1969-12-28", true },
        { "1969-12-29", false },
    };
    static const char *const faults[] = { "closed: [søndag]\n", "closed: [2026-13-01]\n", "closed: [2026-07-31..2026-07-01]\n",
                                          "closed: [2026-07-01...2026-07-31]\n", "closed: [\"\"]\n",
                                          "expected_by: \"24:00\"\n" };
    struct folder folder;
    struct config *config;
    char with[128];

    (void)unused;
    make(&folder);
    folder_venue(&folder, "oslo-grill", "begins: 2026-01-01\n", "closed: [sunday, 2026-12-24, 2026-07-01..2026-07-31]\n"
                 "expected_by: \"11:30\"\n");
    folder_venue(&folder, "bergen", "begins: 2026-01-01\n", "like: oslo-grill\n");
    config = folder_load(&folder);
    if (config->fault_count)
        fail_msg("%s", config->faults[0].text);
    for (size_t i = 0; i < COUNT(rows); i++)
        if (venue_is_closed(config_venue(config, STR("oslo-grill")), day_of(rows[i].day)) != rows[i].closed)
            fail_msg("%s is %sclosed", rows[i].day, rows[i].closed ? "not " : "");
    assert_int_equal(config_venue(config, STR("oslo-grill"))->expected_by, 11 * 3600 + 1800);
    assert_int_equal(config_venue(config, STR("bergen"))->closed_count, 0);  /* another's calendar is not its own */
    config_free(config);
    for (size_t i = 0; i < COUNT(faults); i++) {
        (void)snprintf(with, sizeof with, "%s", faults[i]);
        folder_venue(&folder, "oslo-grill", "begins: 2026-01-01\n", with);
        config = folder_load(&folder);
        if (!config->fault_count || !strstr(config->faults[0].text, "venues/"))
            fail_msg("%s is taken", faults[i]);
        config_free(config);
    }
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it), cmocka_unit_test(mistakes), cmocka_unit_test(nobody_to_tell),
            cmocka_unit_test(closed_days),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
