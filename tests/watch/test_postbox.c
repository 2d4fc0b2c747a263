/* Goal: quiet hours and waits are what the settings say; a letter is on disk before it leaves, keeps its id and its bytes however
 * often it is tried, and is gone when it was taken; a signature is HMAC-SHA256. */
#include "watch_config.h"

#include "base/clock.h"
#include "watch/postbox.h"

#include <fcntl.h>
#include <sys/stat.h>

static struct notices *notices;
static struct postbox *postbox;
static struct postbox_counts counts;
static struct arena arena;
static char folder[64], command[96], taken[96];

static void quiet(void **unused)
{
    static const struct { int32_t from, to, hour, minute; bool quiet; } rows[] = {
        { 22, 6, 21, 59, false }, { 22, 6, 22, 0, true },  { 22, 6, 0, 0, true },   { 22, 6, 5, 59, true }, { 22, 6, 6, 0,
                                                                                                             false },
        { 1, 6, 0, 59, false },   { 1, 6, 1, 0, true },    { 1, 6, 6, 0, false },   { 0, 0, 0, 0, false },  { 7, 7, 7, 0,
                                                                                                             false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct watch_recipient one = { .quiet = { rows[i].from * 3600, rows[i].to * 3600 } };
        int64_t now_ms = zone_utc(config.watch.zone, 20778, rows[i].hour * 3600 + rows[i].minute * 60) * 1000;

        if (postbox_is_quiet(&config.watch, &one, now_ms) != rows[i].quiet)
            fail_msg("row %zu", i);
    }
}

static void waits(void **unused)
{
    static const struct { uint32_t tries; int64_t wait_ms; } rows[] = {
        { 1, 5000 }, { 2, 10000 }, { 3, 20000 }, { 8, 640000 }, { 9, 900000 }, { 10, 900000 }, { UINT32_MAX, 900000 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(postbox_wait_ms(&config.watch, rows[i].tries), rows[i].wait_ms);
}

/* RFC 4231, test case 2, and one key that is longer than a block (case 6). */
static void signature(void **unused)
{
    char text[COURIER_SIGNATURE_SIZE], key[131];

    (void)unused;
    courier_sign(STR("Jefe"), STR("what do ya want for nothing?"), text);
    assert_string_equal(text, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    courier_sign((struct str){ key, sizeof key }, STR("Test Using Larger Than Block-Size Key - Hash Key First"), text);
    assert_string_equal(text, "sha256=60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* --- a command as the recipient --- */

static void file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

    assert_true(fd >= 0 && fchmod(fd, mode) == 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}

/* What it got, all times together. */
static const char *got(void)
{
    static char text[65536];
    FILE *in = fopen(taken, "re");
    size_t len = in ? fread(text, 1, sizeof text - 1, in) : 0;

    text[len] = '\0';
    if (in)
        (void)fclose(in);
    return text;
}

/* Until so many tries ended. */
static void until(uint64_t ended, int64_t now_ms)
{
    int64_t end_ms = clock_steady_ms() + 60000;

    do {
        NEEDED(postbox_turn(postbox, &config, now_ms, &counts));
        (void)courier_wait(postbox_courier(postbox), NULL, 0, 5);
        assert_true(clock_steady_ms() < end_ms);
    } while (counts.taken + counts.failed < ended);
}

static void open_again(void)
{
    struct fault fault = { "" };

    postbox_close(postbox);
    notices_close(notices);
    NEEDED(notices_open(str_of(folder), &notices, &fault));
    NEEDED(postbox_open(notices, &postbox));
}

static void a_command(void **unused)
{
    static char script[512];
    struct watch_recipient pager = { .name = STR("pager"), .command = str_of(command) };
    struct matters found = { .arena = &arena };
    const struct matter matter = { .id = STR("disk/state"), .kind = MATTER_DISK, .day = DAY_ALWAYS, .en = STR("full"),
                                   .nb = STR("full") };
    struct settling settling = { .config = &config, .found = &found, .from = INT32_MIN, .now_ms = 1000 };
    struct letter letter;
    struct strbuf json;
    char id[LETTER_ID_SIZE], first[65536];

    (void)unused;
    assert_true(temporary_folder("postbox", folder, sizeof folder));
    (void)snprintf(command, sizeof command, "%s/page", folder);
    (void)snprintf(taken, sizeof taken, "%s/taken", folder);
    pager.command = str_of(command);
    config.watch.recipients = &pager;
    config.watch.recipient_count = 1;
    open_again();
    NEEDED(matters_add(&found, &matter));
    NEEDED(notices_settle(notices, &settling));

    until(1, 1000);                      /* it is not there */
    assert_int_equal(counts.failed, 1);
    NEEDED(notices_letter(notices, STR("pager"), &arena, &letter));
    assert_true(str_starts(letter.words, STR("it cannot be started")) || str_starts(letter.words, STR("it exited with 127")));
    assert_int_equal(letter.next_ms, 6000);
    assert_true(str_copy(letter.id, id, sizeof id));

    (void)snprintf(script, sizeof script, "#!/bin/sh\n[ $# = 0 ] && [ \"$BILAG_MESSAGE\" = %s ] && [ -z \"$HOME\" ] && cat "
                                          ">>%s\nexit 3\n",
                   id, taken);
    file(command, script, 0700);
    NEEDED(postbox_turn(postbox, &config, 5999, &counts));
    assert_int_equal(courier_under_way(postbox_courier(postbox)), 0);        /* not yet */
    open_again();
    until(2, 6000);
    NEEDED(notices_letter(notices, STR("pager"), &arena, &letter));
    assert_true(str_equal(letter.words, STR("it exited with 3")) && letter.tries == 2 && letter.next_ms == 16000);
    (void)snprintf(first, sizeof first, "%s", got());
    assert_non_null(strstr(first, "\"text\":\"full\""));
    strbuf_init(&json, 65536);
    NEEDED(postbox_status(postbox, &config, &arena, &json));
    strbuf_char(&json, '\0');
    assert_non_null(strstr(json.bytes, "\"name\":\"pager\",\"waiting\":1,"));
    assert_non_null(strstr(json.bytes, "\"untold\":\"pager (1, 1970-01-01T00:00): it exited with 3\""));
    strbuf_free(&json);

    *strstr(script, "exit 3") = '\0';
    file(command, script, 0700);
    until(3, 16000);
    assert_int_equal(counts.taken, 1);
    assert_int_equal(notices_letter(notices, STR("pager"), &arena, &letter), ERR_NOT_FOUND);
    assert_int_equal(strlen(got()), 2 * strlen(first));
    assert_true(strncmp(got(), first, strlen(first)) == 0 && strcmp(got() + strlen(first),
                                                                    first) == 0);     /* the same bytes */
    NEEDED(postbox_turn(postbox, &config, 99000, &counts));
    assert_int_equal(courier_under_way(postbox_courier(postbox)), 0);
    postbox_close(postbox);
    notices_close(notices);
    config.watch.recipients = recipients;
    config.watch.recipient_count = RECIPIENTS;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet), cmocka_unit_test(waits), cmocka_unit_test(signature), cmocka_unit_test(a_command),
    };
    int failed;

    config_make();
    arena_init(&arena, 1 << 24);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    zone_close(config.watch.zone);
    return failed;
}
