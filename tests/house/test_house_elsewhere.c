/* Goal: what a person does in PowerOffice to what Bilag sent (a voucher reversed, an order deleted, an invoice credited) is red within
 * a day by PowerOffice's own word, at once where it is asked online, and each way on ends it. */
#include "house_rig.h"

#define LOGIN "NGY2ZTRiNWItNDJiMy00ZmFkLWE1NmYtMjU5OWVhOGZiZDQ0OjExMTExMTExLTExMTEtNDExMS04MTExLTExMTExMTExMTExMQ=="

enum { DAYS = 5, ORDERS = 4, DAY_S = 86400 };

static char token[2048];

/* So many seconds ahead. */
static void set_clock(long ahead_s)
{
    char text[32], path[128], fresh[128];

    (void)snprintf(text, sizeof text, "%ld", ahead_s);
    house_file("clock.new", text);
    (void)snprintf(fresh, sizeof fresh, "%s/clock.new", house.folder.path);
    (void)snprintf(path, sizeof path, "%s/clock", house.folder.path);
    assert_int_equal(rename(fresh, path), 0);
}

static int start(void **unused)
{
    char path[128];

    (void)unused;
    house_make(NULL);
    set_clock(0);
    (void)snprintf(path, sizeof path, "%s/clock", house.folder.path);
    assert_int_equal(setenv("BILAG_CLOCK", path, 1), 0);
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    house_end_all();
    return unsetenv("BILAG_CLOCK");
}

static size_t times(const char *text, const char *says)
{
    size_t count = 0;

    while ((text = strstr(text, says))) {
        count++;
        text += strlen(says);
    }
    return count;
}

static bool are_within(const char *command, const char *says, size_t count, int seconds)
{
    time_t end = time(NULL) + seconds;

    while ((void)house_bilag("%s", command), times(house.out, says) != count) {
        if (time(NULL) > end)
            return false;
        house_pause();
    }
    return true;
}

static void until(const char *command, const char *says, size_t count)
{
    if (!are_within(command, says, count, HOUSE_WAIT_S))
        fail_msg("bilag %s: not %zu times \"%s\"; %s\n%s", command, count, says, house.folder.path, house.out);
}

/* --- a person with PowerOffice open --- */

static void post(const char *path, const char *headers, const char *body)
{
    char request[4096];
    int len = snprintf(request, sizeof request, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                       "Ocp-Apim-Subscription-Key: sub-key\r\n%s\r\nContent-Length: %zu\r\n\r\n%s", path, headers, strlen(body), body);

    assert_true(len > 0 && len < (int)sizeof request);
    house_ask(house.sandbox_port, request, (size_t)len, house.out, sizeof house.out);
    if (strncmp(house.out, "HTTP/1.1 20", 11) != 0)
        fail_msg("%s: %.500s", path, house.out);
}

static void log_in(void)
{
    static const char member[] = "\"access_token\":\"";
    char *at;

    post("/OAuth/Token", "Authorization: Basic " LOGIN "\r\nContent-Type: application/x-www-form-urlencoded",
         "grant_type=client_credentials");
    at = strstr(house.out, member);
    assert_non_null(at);
    at += sizeof member - 1;
    (void)str_copy((struct str){ at, strcspn(at, "\"") }, token, sizeof token);
}

/* The id of the one that says so; its number is behind its id. */
static void id_of(const char *what, const char *says, const char *number, char id[64])
{
    const char *mark, *at = NULL;

    house_sandbox(what, NULL);
    mark = strstr(house.out, says);
    assert_non_null(mark);
    for (const char *next = house.out; (next = strstr(next, number)) && next < mark; next++)
        at = next;
    assert_true(at && at > house.out + 36);
    (void)str_copy((struct str){ at - 36, 36 }, id, 64);
}

static void reverse(const char *day)
{
    char id[64], path[128], bearer[2200], says[64];

    (void)snprintf(says, sizeof says, "\"voucher_date\":\"%s\"", day);
    id_of("vouchers", says, "\",\"voucher_no\":", id);
    (void)snprintf(path, sizeof path, "/v2/Vouchers/Reverse/%s", id);
    (void)snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", token);
    post(path, bearer, "");
}

static void hand(int total, const char *what)
{
    char id[64], body[160], says[64];

    (void)snprintf(says, sizeof says, "\"total\":%d,", total);
    id_of("orders", says, "\",\"order_no\":", id);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\",\"%s\":true}", id, what);
    house_sandbox("hand", body);
}

/* --- what Bilag makes of it --- */

static void all_are_sent(void **unused)
{
    struct strbuf body;

    (void)unused;
    assert_int_equal(house_bilag("customers --venue oslo-grill connect kunde 10001"), 0);
    house_start_all();
    strbuf_init(&body, 1 << 16);
    for (int i = 0; i < DAYS; i++) {
        char day[16];

        (void)snprintf(day, sizeof day, "2026-11-%02d", 16 + i);
        house_sale(&body, day, 1 + i, "food", 10000 + i, "card");
    }
    for (int i = 0; i < ORDERS; i++)
        house_sale(&body, "2026-11-20", 1 + DAYS + i, "food", 12500 + 125 * i, "credit");
    house_import(house_text(&body));
    strbuf_free(&body);
    until("status --json", "\"state\":\"sent\"", DAYS + ORDERS);
    assert_int_equal(house_bilag("check --online"), 0);
    log_in();
}

/* Goal: the look of the day finds what was taken back since, and nothing that stands. It is a day after a client is first seen, and
 * not in the morning's rush: noon of a day to come. */
static void seen_within_a_day(void **unused)
{
    time_t now = time(NULL);
    struct tm utc;
    bool seen = false;

    (void)unused;
    reverse("2026-11-16");
    reverse("2026-11-17");
    reverse("2026-11-18");
    hand(12500, "deleted");
    hand(12625, "sent");
    hand(12625, "credited");
    assert_non_null(gmtime_r(&now, &utc));
    for (int days = 1; days <= 6 && !seen; days++) {
        set_clock(days * (long)DAY_S + (12 - utc.tm_hour + 24) % 24 * 3600L);
        seen = are_within("status --json", "\"code\":\"reversed-elsewhere\"", 5, 10);
    }
    if (!seen)
        fail_msg("not seen; %s\n%s", house.folder.path, house.out);
    assert_int_equal(times(house.out, "\"state\":\"sent\""), DAYS + ORDERS);
}

/* Goal: sent anew, entered by hand, left reversed: each is what a person said, and ends it. */
static void ways_on(void **unused)
{
    static const struct house_row rows[] = {
        { "status --red", 1, "reversed-elsewhere" },
        { "leave-reversed oslo-grill/2026-11-19/1 --reason no", 1, "oslo-grill/2026-11-19/1" },
        { "resend oslo-grill/2026-11-16/1 --reason 'reversed by mistake'", 0, "decision" },
        { "by-hand oslo-grill/2026-11-17/1 --reason 'typed as one voucher'", 0, "decision" },
        { "leave-reversed oslo-grill/2026-11-18/1 --reason 'the day was a test'", 0, "decision" },
        { "resend oslo-grill/order/K1/6 --reason 'deleted by mistake'", 0, "decision" },
        { "leave-reversed oslo-grill/order/K1/7 --reason 'the guest paid by card'", 0, "decision" },
    }, ended[] = {
        { "status --venue oslo-grill", 0, "reversed oslo-grill/2026-11-18/1" },
        { "explain oslo-grill/2026-11-18/1", 0, "the day was a test" },
        { "explain oslo-grill/2026-11-16/1", 0, "sent" },
        { "undo @ --reason 'after all'", 1, "bilag resend" },
        { "manual --venue oslo-grill", 0, "left reversed" },
        { "manual --venue oslo-grill --csv", 0, "oslo-grill/2026-11-18/1" },
        { "resend oslo-grill/2026-11-18/1 --reason 'after all'", 0, "decision" },
    };

    (void)unused;
    house_rows(rows, COUNT(rows));
    until("status --json", "\"code\":\"reversed-elsewhere\"", 0);
    until("status --json", "\"state\":\"reversed\"", 2);
    until("status --json", "\"state\":\"sent\"", DAYS + ORDERS - 3);
    house_rows(ended, COUNT(ended));
    until("status --json", "\"state\":\"sent\"", DAYS + ORDERS - 2);
    house_sandbox("orders", NULL);
    assert_int_equal(times(house.out, "\"deleted\":true"), 1);
    assert_int_equal(times(house.out, "\",\"order_no\":"), ORDERS + 1);             /* the deleted one was sent anew, once */
}

/* Goal: asked online it is named at once, and red without the day's look; what is sent anew is clean again. */
static void seen_at_once(void **unused)
{
    (void)unused;
    reverse("2026-11-19");
    assert_int_equal(house_bilag("check --online"), 1);
    assert_non_null(strstr(house.out, "oslo-grill/2026-11-19/1"));
    assert_int_equal(times(house.out, "[reversed-elsewhere]"), 1);
    until("status --json", "\"code\":\"reversed-elsewhere\"", 1);
    assert_int_equal(house_bilag("resend oslo-grill/2026-11-19/1 --reason 'by mistake'"), 0);
    until("status --json", "\"code\":\"reversed-elsewhere\"", 0);
    until("status --json", "\"state\":\"sent\"", DAYS + ORDERS - 2);
    assert_int_equal(house_bilag("fsck"), 0);
    assert_int_equal(house_bilag("check --online"), 0);
}

/* The answer to what is sold now is lost, and nobody who looks sees what it made: it is sent once more. */
static void sell_twice(const char *settings, int seq, int ore, const char *payment, size_t sent)
{
    struct strbuf body;

    house_sandbox("settings", settings);
    strbuf_init(&body, 4096);
    house_sale(&body, "2026-11-21", seq, "food", ore, payment);
    house_import(house_text(&body));
    strbuf_free(&body);
    until("status --json", "\"state\":\"sent\"", sent);
}

/* Goal: two documents under one reference, where PowerOffice takes that, are red with both ids until one is taken back there. */
static void what_stands_there_twice(void **unused)
{
    (void)unused;
    sell_twice("{\"duplicate_reference\":\"accept\",\"read_lag_ms\":600000,\"fault_drop_after\":1000,"
               "\"fault_paths\":\"CashJournals\",\"fault_count\":1}", 10, 7100, "card", DAYS + ORDERS - 1);
    sell_twice("{\"fault_paths\":\"SalesOrders/Complete\",\"fault_count\":1}", 11, 7200, "credit", DAYS + ORDERS);
    assert_int_equal(times(house.out, "\"code\":\"posted-twice\""), 0);
    house_sandbox("settings", "{\"read_lag_ms\":0}");
    assert_int_equal(house_bilag("check --online"), 1);
    assert_int_equal(times(house.out, "[posted-twice]"), 2);
    until("status --json", "\"code\":\"posted-twice\"", 2);
    assert_int_equal(house_bilag("status --red"), 1);
    reverse("2026-11-21");               /* the first, whose answer was lost */
    hand(7200, "deleted");
    assert_int_equal(house_bilag("check --online"), 0);
    until("status --json", "\"code\":\"posted-twice\"", 0);
    until("status --json", "\"state\":\"sent\"", DAYS + ORDERS);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_sent), cmocka_unit_test(seen_within_a_day), cmocka_unit_test(ways_on),
        cmocka_unit_test(seen_at_once), cmocka_unit_test(what_stands_there_twice),
    };

    return cmocka_run_group_tests_name("house_elsewhere", tests, start, stop);
}
