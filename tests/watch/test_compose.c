/* Goal: a mail's headers are ASCII lines of our own, whatever the names of venues, tills and documents say; its body says all of it
 * in the recipient's language; the JSON says the same. */
#include "watch_config.h"

#include "watch/compose.h"

#include <sodium.h>

#define HOSTILE "x\r\nBcc: evil@example.no\r\n\r\n<b>\xc3\x86 \xe2\x80\xae"

static struct notice notices[LETTER_NOTICES_MAX];
static struct strbuf out;
static char text[1 << 20];

static void compose(const struct watch_recipient *recipient, size_t count)
{
    const struct composing composing = { &config, recipient, notices, count, STR("00112233445566778899aabbccddeeff"),
                                         1795248000000 };

    strbuf_reset(&out);
    compose_letter(&composing, &out);
    strbuf_char(&out, '\0');
    assert_false(out.failed);
}

/* The body of a mail, decoded. */
static void decode(void)
{
    const char *body = strstr(out.bytes, "\r\n\r\n") + 4;
    size_t len = 0;

    assert_int_equal(sodium_base642bin((unsigned char *)text, sizeof text - 1, body, strlen(body), "\r\n", &len, NULL,
                                       sodium_base64_VARIANT_ORIGINAL), 0);
    text[len] = '\0';
}

static struct notice notice(enum notice_what what, const char *words)
{
    return (struct notice){ .what = what, .kind = MATTER_RED_DOCUMENT, .day = 20777, .time_ms = 1795248000000,
                            .since_ms = 1795244400000, .matter = STR("red-document/x"), .venue = STR("oslo-grill"),
                            .company = STR("911111111"), .text = str_of(words) };
}

static void one_matter(void **unused)
{
    (void)unused;
    notices[0] = notice(NOTICE_BEGIN, "Grillen \xc3\x86 er rød");
    compose(&recipients[ANNA], 1);
    assert_non_null(strstr(out.bytes, "Date: Sat, 21 Nov 2026 08:00:00 +0000\r\nFrom: Bilag <bilag@example.no>\r\n"
                                      "To: <anna@example.no>\r\nSubject: =?UTF-8?B?"));
    assert_non_null(strstr(out.bytes, "\r\nMessage-ID: <00112233445566778899aabbccddeeff@example.no>\r\nAuto-Submitted: "
                                      "auto-generated\r\n"));
    decode();
    assert_non_null(strstr(text, "NYTT\r\n\r\n* Rødt dokument: Grillen \xc3\x86 er rød\r\n  (2026-11-21 08:00)\r\n"));
    notices[0] = notice(NOTICE_END, "it is over");
    compose(&recipients[DRIFT], 1);
    assert_non_null(strstr(out.bytes, "Subject: [Bilag] Over: Red document: oslo-grill 2026-11-20\r\n"));
    decode();
    assert_non_null(strstr(text, "OVER\r\n\r\n* Red document: it is over\r\n  (2026-11-21 08:00 to 2026-11-21 09:00)\r\n"));
}

static void several_matters(void **unused)
{
    (void)unused;
    notices[0] = notice(NOTICE_BEGIN, "a");
    notices[1] = notice(NOTICE_END, "b");
    notices[2] = (struct notice){ .what = NOTICE_SUMMARY, .day = 20778, .time_ms = 1795248000000,
                                 .text = STR("one\ntwo\r\nthree") };
    compose(&recipients[DRIFT], 3);
    assert_non_null(strstr(out.bytes, "Subject: [Bilag] 1 new, 1 over, and the daily summary\r\n"));
    decode();
    assert_non_null(strstr(text, "one\r\ntwo?\r\nthree\r\n"));
    notices[0] = notices[2];
    compose(&recipients[ANNA], 1);
    assert_non_null(strstr(out.bytes, "Subject: [Bilag] Daglig oversikt 2026-11-21\r\n"));
}

/* Headers are lines of printable ASCII, each a known name or folded; nothing of what others wrote begins one. */
static void nobody_adds_a_header(void **unused)
{
    static const char *const names[] = { "Date: ", "From: ", "To: ", "Subject: ", "Message-ID: ", "Auto-Submitted: ",
                                        "MIME-Version: ",
                                         "Content-Type: ", "Content-Transfer-Encoding: ", " =?UTF-8?B?" };
    size_t lines = 0;

    (void)unused;
    notices[0] = notice(NOTICE_BEGIN, HOSTILE);
    notices[0].venue = STR(HOSTILE HOSTILE HOSTILE);
    compose(&recipients[DRIFT], 1);
    for (const char *at = out.bytes; strncmp(at, "\r\n", 2) != 0; at = strstr(at, "\r\n") + 2) {
        size_t len = (size_t)(strstr(at, "\r\n") - at), known = 0;

        for (size_t i = 0; i < COUNT(names); i++)
            known += strncmp(at, names[i], strlen(names[i])) == 0;
        for (size_t i = 0; i < len; i++)
            assert_true(at[i] >= ' ' && at[i] < 0x7f);
        if (known != 1 || len > 998)
            fail_msg("%.*s", (int)len, at);
        lines += at[0] != ' ';
    }
    assert_int_equal(lines, COUNT(names) - 1);
    assert_null(strstr(out.bytes, "Bcc"));
    decode();
    assert_null(strstr(text, "\r\nBcc"));
    assert_null(strstr(text, "\xe2\x80\xae"));
}

static void lines_of_the_body_are_short(void **unused)
{
    const char *at;

    (void)unused;
    for (size_t i = 0; i < LETTER_NOTICES_MAX; i++)
        notices[i] = notice(NOTICE_BEGIN, ".\r\n.quit");
    compose(&recipients[DRIFT], LETTER_NOTICES_MAX);
    for (at = strstr(out.bytes, "\r\n\r\n") + 4; *at; at = strstr(at, "\r\n") + 2)
        assert_true(*at != '.' && strstr(at, "\r\n") - at <= 76);
}

static void json(void **unused)
{
    (void)unused;
    notices[0] = notice(NOTICE_BEGIN, "said \"so\"\n");
    notices[1] = (struct notice){ .what = NOTICE_END, .kind = MATTER_DISK, .day = DAY_ALWAYS, .time_ms = 1795248000000,
                                  .since_ms = 1795244400000, .matter = STR("disk/state"), .text = STR("b") };
    compose(&recipients[BO], 2);
    assert_string_equal(out.bytes,
        "{\"id\":\"00112233445566778899aabbccddeeff\",\"recipient\":\"bo\",\"made\":\"2026-11-21T08:00:00Z\",\"notices\":["
        "{\"what\":\"begin\",\"kind\":\"red-document\",\"matter\":\"red-document/x\",\"since\":\"2026-11-21T07:00:00Z\","
        "\"venue\":\"oslo-grill\",\"company\":\"911111111\",\"day\":\"2026-11-20\",\"time\":\"2026-11-21T08:00:00Z\","
        "\"text\":\"said \\\"so\\\"\\n\"},"
        "{\"what\":\"end\",\"kind\":\"disk\",\"matter\":\"disk/state\",\"since\":\"2026-11-21T07:00:00Z\","
        "\"time\":\"2026-11-21T08:00:00Z\",\"text\":\"b\"}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_matter), cmocka_unit_test(several_matters), cmocka_unit_test(nobody_adds_a_header),
        cmocka_unit_test(lines_of_the_body_are_short), cmocka_unit_test(json),
    };
    int failed;

    config_make();
    strbuf_init(&out, 1 << 24);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    strbuf_free(&out);
    zone_close(config.watch.zone);
    return failed;
}
