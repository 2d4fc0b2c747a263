/* Goal: the watch, with its own main function, tells a recipient's command what is missing, red, parked, refused and down, in one
 * letter each time something begins or ends, and status says whom it cannot reach. */
#include "house_rig.h"

#define main watch_main
#include "watch/main.c"
#undef main

static pid_t watch;
static char told[HOUSE_TEXT];

static void start_watch(void)
{
    (void)fflush(NULL);
    watch = fork();
    if (watch == 0) {
        char config[64];
        char *argv[] = { (char *)(uintptr_t)"watch", (char *)(uintptr_t)"--config", config, NULL };

        (void)str_copy(str_of(house.folder.path), config, sizeof config);
        house_into("watch.log", STDERR_FILENO);
        house_into("none", STDOUT_FILENO);
        exit(watch_main(3, argv));
    }
    assert_true(watch > 0);
}

static int stop_watch(void)
{
    int how = 0;

    if (watch > 0 && (kill(watch, SIGTERM) || waitpid(watch, &how, 0) != watch))
        return -1;
    watch = 0;
    return WIFEXITED(how) && WEXITSTATUS(how) == 0 ? 0 : -1;
}

static void until_told(const char *says)
{
    time_t end = house_end();

    while ((void)house_read("told", told, sizeof told), !strstr(told, says)) {
        if (time(NULL) > end)
            fail_msg("nobody is told \"%s\"; %s\n%s", says, house.folder.path, told);
        house_pause();
    }
}

/* The end of one matter: its notice says so in one line of JSON. */
static void until_over(const char *kind)
{
    char says[80];

    (void)snprintf(says, sizeof says, "{\"what\":\"end\",\"kind\":\"%s\"", kind);
    until_told(says);
}

static void until_begun(const char *kind)
{
    char says[80];

    (void)snprintf(says, sizeof says, "{\"what\":\"begin\",\"kind\":\"%s\"", kind);
    until_told(says);
}

static int start(void **unused)
{
    static const char script[] = "#!/bin/sh\ncat >>%s/told; echo >>%s/told\n";
    static const char settings[] = "watch: {recipients: {page: {command: %s/page}, gone: {command: %s/none-such}}, look_s: 1, "
                                   "patience_s: 0, retry_first_s: 1, retry_max_s: 2, disk_free_percent: 1, summary: \"00:00\"}\n";
    const char *path = house.folder.path;
    char text[4096], page[128];
    size_t len;

    (void)unused;
    house_make(NULL);
    (void)snprintf(text, sizeof text, script, path, path);
    house_file("page", text);
    (void)snprintf(page, sizeof page, "%s/page", path);
    assert_int_equal(chmod(page, 0700), 0);
    len = house_read("bilag.yaml", text, sizeof text);
    (void)snprintf(text + len, sizeof text - len, settings, path, path);
    house_file("bilag.yaml", text);
    return 0;
}

static int stop(void **unused)
{
    int rc = stop_watch();

    (void)unused;
    house_end_all();
    return rc;
}

static void what_begins_is_told(void **unused)
{
    struct strbuf body;

    (void)unused;
    house_start_all();
    strbuf_init(&body, 1 << 16);
    house_sale(&body, "2026-11-16", 1, "nobody-mapped-it", 10000, "card");       /* held: red */
    house_import(house_text(&body));
    strbuf_free(&body);
    house_until("status --json", "\"state\":\"held\"");
    start_watch();
    until_begun("red-document");
    until_told("\"matter\":\"red-document/oslo-grill/2026-11-16/1\"");
    until_begun("missing-day");
    until_told("\"what\":\"summary\"");
    house_until("status --json", "\"untold\":\"gone (");
    house_until("status", "untold");
}

/* Parked, refused and a process that is down, each until it is over. */
static void what_ends_is_told(void **unused)
{
    char lines[512];

    (void)unused;
    (void)snprintf(lines, sizeof lines, "{\"v\":1,\"venue\":\"nobody\",\"register\":\"K1\",\"seq\":1,\"kind\":\"receipt\","
                   "\"time\":\"2026-11-16T18:00:00+01:00\",\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":100}],\"payments\":"
                   "[{\"type\":\"card\",\"amount\":100}]}\n{\"v\":1,\"venue\":\"oslo-grill\"}\n");
    (void)house_bilag_from(lines, "import -");
    until_begun("parked");
    until_begun("refused");
    house_stop(2);
    until_begun("stage-down");
    until_told("validator 0 does not answer");
    house_start(2);
    until_over("stage-down");
    assert_int_equal(house_bilag("refused dismiss parked --venue nobody --reason 'a test of the till'"), 0);
    until_over("parked");
    assert_int_equal(house_bilag("by-hand oslo-grill/2026-11-16/1 --reason 'typed in'"), 0);
    until_over("red-document");
}

/* What was told is told once, though the process is killed; a reload takes up what the files say. */
static void killed_and_reloaded(void **unused)
{
    const char *mark = "{\"what\":\"begin\",\"kind\":\"red-document\"", *at;

    (void)unused;
    assert_true(watch > 0);
    assert_int_equal(kill(watch, SIGKILL), 0);
    assert_int_equal(waitpid(watch, NULL, 0), watch);
    start_watch();
    house_until("status", "watch 0 up");
    assert_int_equal(kill(watch, SIGHUP), 0);
    house_until("status", "watch 0 up");
    (void)house_read("told", told, sizeof told);
    at = strstr(told, mark);
    assert_non_null(at);
    assert_null(strstr(at + 1, mark));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_begins_is_told), cmocka_unit_test(what_ends_is_told), cmocka_unit_test(killed_and_reloaded),
    };

    return cmocka_run_group_tests_name("house_watch", tests, start, stop);
}
