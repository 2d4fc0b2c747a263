/* Goal: a call ends in the one outcome that its fault is; a write leaves at most once, whatever dies; tokens are fetched
 * once and renewed once; clients take turns; no key is ever logged. Against a server that does as its script says. */
#include "poweroffice/poweroffice.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "poweroffice/refdata.h"
#include "script_server.h"

/* --- the client ---------------------------------------------------------------------------------------------------- */

static char folder[64], api_url[64], token_url[64];
static struct venue venues[2];
static struct config config;
static struct poweroffice *po;

static void begin(struct step *steps, size_t count)
{
    server_start(steps, count);
    (void)snprintf(api_url, sizeof api_url, "http://127.0.0.1:%d/v2", server.port);
    (void)snprintf(token_url, sizeof token_url, "http://127.0.0.1:%d/OAuth/Token", server.port);
    venues[0] = (struct venue){ .id = STR("a"), .client_id = STR("client-a"), .client_key = STR("sekret-client-a"),
                                .company = STR("1") };
    venues[1] = (struct venue){ .id = STR("b"), .client_id = STR("client-b"), .client_key = STR("sekret-client-b"),
                                .company = STR("2") };
    config = (struct config){ .holds_keys = true,
                              .state_dir = str_of(folder), .run_dir = str_of(folder), .api_url = str_of(api_url),
                              .token_url = str_of(token_url), .subscription_key = STR("sekret-subscription"),
                              .application_keys = { STR("sekret-application") }, .requests_per_second = 1000,
                              .sender = { .answer_wait_ms = 400, .connect_wait_ms = 200, .in_flight_max = 8,
                                          .retry_first_ms = 10, .retry_max_ms = 40 } };
    assert_int_equal(poweroffice_open_alone(&config, &po, NULL), ERR_OK);
    for (size_t i = 0; i < COUNT(venues); i++) {             /* nothing is written into books that are not known */
        struct refdata data = { .have = REF_PRIVILEGES, .client = venues[i].client_id, .company = venues[i].company };

        assert_int_equal(refdata_put(poweroffice_refstore(po), venues[i].client_id, &data), ERR_OK);
    }
}

/* Tokens rest under the server's address, and the next server may be given the same port: nothing of this one is left. */
static void end(void)
{
    poweroffice_close(po);
    server_stop();
    (void)temporary_remove(folder);
    assert_true(temporary_folder("po", folder, sizeof folder));
}

static int make(void **unused)
{
    (void)unused;
    return temporary_folder("po", folder, sizeof folder) ? 0 : -1;
}

static int drop(void **unused)
{
    (void)unused;
    return temporary_remove(folder);
}

struct result { size_t answers; struct answer answer; char body[256], location[128]; size_t *order, place; };

static void keep(void *context, const struct answer *answer)
{
    struct result *result = context;

    result->answers++;
    result->answer = *answer;
    assert_true(str_copy(answer->body, result->body, sizeof result->body));
    assert_true(str_copy(answer->location, result->location, sizeof result->location));
    if (result->order)
        result->place = (*result->order)++;
}

static void ask(const struct venue *venue, enum call_method method, struct str path, struct result *result)
{
    struct call call = { .venue = venue, .method = method, .path = path, .doc = STR("a/2026-11-20/1"),
                         .body = method == CALL_GET ? STR_NONE : STR("{\"x\":1}") };

    assert_int_equal(poweroffice_call(po, &call, keep, result), ERR_OK);
}

static void finish(void)
{
    poweroffice_run(po, clock_steady_ms() + PATIENCE_MS);
    assert_int_equal(poweroffice_waiting(po), 0);
}

static struct result call_once(enum call_method method, struct str path)
{
    struct result result = { .answers = 0 };

    ask(&venues[0], method, path, &result);
    finish();
    assert_int_equal(result.answers, 1);
    return result;
}

#define OK_EMPTY "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
#define STATUS(code) "HTTP/1.1 " code " x\r\nContent-Length: 0\r\n\r\n"

/* --- one fault a row ------------------------------------------------------------------------------------------------ */

static const struct row {
    const char *why;
    enum call_method method;
    struct step steps[6];
    enum outcome outcome;
    size_t sent;                          /* how often the server must have seen the call */
    const char *detail;
} rows[] = {
    { "created", CALL_POST, { { "/thing", ANSWER, STATUS("201"), false } }, OUTCOME_DONE, 1, "" },
    { "no content", CALL_GET, { { "/thing", ANSWER, "HTTP/1.1 204 x\r\n\r\n", false } }, OUTCOME_DONE, 1, "" },
    { "refused", CALL_POST, { { "/thing", ANSWER, "HTTP/1.1 400 x\r\nContent-Length: 34\r\n\r\n"
                                "{\"title\":\"No\",\"detail\":\"because \"}", false } }, OUTCOME_REFUSED, 1, "because" },
    { "write, 5xx", CALL_POST, { { "/thing", ANSWER, STATUS("502"), false } }, OUTCOME_UNKNOWN, 1, "502" },
    { "read, 5xx, then well", CALL_GET, { { "/thing", ANSWER, STATUS("502"), false },
                                          { "/thing", ANSWER, OK_EMPTY, false } }, OUTCOME_DONE, 2, "" },
    { "read, 5xx for good", CALL_GET, { { "/thing", ANSWER, STATUS("500"), false },
        { "/thing", ANSWER, STATUS("500"), false }, { "/thing", ANSWER, STATUS("500"), false },
        { "/thing", ANSWER, STATUS("500"), false } }, OUTCOME_UNKNOWN, 4, "500" },
    { "write, connection closed", CALL_POST, { { "/thing", CLOSE, NULL, false } }, OUTCOME_UNKNOWN, 1, "" },
    { "write, connection reset", CALL_POST, { { "/thing", RESET, NULL, false } }, OUTCOME_UNKNOWN, 1, "" },
    { "read, connection reset, then well", CALL_GET, { { "/thing", RESET, NULL, false },
                                                       { "/thing", ANSWER, OK_EMPTY, false } }, OUTCOME_DONE, 2, "" },
    { "write, half an answer", CALL_POST,
      { { "/thing", CLOSE, "HTTP/1.1 201 x\r\nContent-Length: 100\r\n\r\n{\"Id\":", false } }, OUTCOME_UNKNOWN, 1, "broke" },
    { "write, no answer", CALL_POST, { { "/thing", SILENCE, NULL, false } }, OUTCOME_UNKNOWN, 1, "in time" },
    { "write, not HTTP", CALL_PUT, { { "/thing", CLOSE, "hello\r\n\r\n", false } }, OUTCOME_UNKNOWN, 1, "" },
    { "redirects are not followed", CALL_POST,
      { { "/thing", ANSWER, "HTTP/1.1 302 x\r\nLocation: /v2/other\r\nContent-Length: 0\r\n\r\n", false } },
      OUTCOME_UNKNOWN, 1, "302" },
    { "401, then well with a new token", CALL_POST, { { "/thing", ANSWER, STATUS("401"), false },
                                                      { "/thing", ANSWER, STATUS("201"), false } }, OUTCOME_DONE, 2, "" },
    { "401 twice", CALL_POST, { { "/thing", ANSWER, STATUS("401"), false }, { "/thing", ANSWER, STATUS("401"), false } },
      OUTCOME_LOGIN, 2, "401" },
    { "403 twice", CALL_GET, { { "/thing", ANSWER, STATUS("403"), false }, { "/thing", ANSWER, STATUS("403"), false } },
      OUTCOME_LOGIN, 2, "403" },
    { "write, throttled", CALL_POST, { { "/thing", ANSWER, STATUS("429"), false } }, OUTCOME_THROTTLED, 1, "" },
    { "read, throttled, then well", CALL_GET, { { "/thing", ANSWER, STATUS("429"), false },
                                                { "/thing", ANSWER, OK_EMPTY, false } }, OUTCOME_DONE, 2, "" },
    { "token refused", CALL_POST, { { "/OAuth/Token", ANSWER, "HTTP/1.1 400 x\r\nContent-Length: 26\r\n\r\n"
                                      "{\"error\":\"invalid_client\"}", false } }, OUTCOME_LOGIN, 0, "" },
    { "token, 5xx, then well", CALL_POST, { { "/OAuth/Token", ANSWER, STATUS("503"), false },
                                            { "/thing", ANSWER, STATUS("201"), false } }, OUTCOME_DONE, 1, "" },
    { "token without an answer for good", CALL_POST, { { "/OAuth/Token", CLOSE, NULL, false },
        { "/OAuth/Token", RESET, NULL, false }, { "/OAuth/Token", CLOSE, "HTTP/1.1 2", false } },
      OUTCOME_PASSING, 0, "no token" },
    { "token that is none", CALL_POST, { { "/OAuth/Token", ANSWER, OK_EMPTY, false },
        { "/OAuth/Token", ANSWER, OK_EMPTY, false }, { "/OAuth/Token", ANSWER, OK_EMPTY, false } },
      OUTCOME_PASSING, 0, "no token" },
#define TWO_HEADERS "HTTP/1.1 200 x\r\nContent-Length: 57\r\n\r\n{\"access_token\":\"a\\r\\nX-Evil: 1\",\"expires_in\":3600,\"x\":1}"
    { "token that would begin a header", CALL_POST, { { "/OAuth/Token", ANSWER, TWO_HEADERS, false },
        { "/OAuth/Token", ANSWER, TWO_HEADERS, false }, { "/OAuth/Token", ANSWER, TWO_HEADERS, false } },
      OUTCOME_PASSING, 0, "no token" },
};

static void each_fault_has_its_outcome(void **unused)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct step steps[COUNT(rows[i].steps)];
        size_t count = 0;
        struct result result;

        assert_int_equal(make(unused), 0);
        memcpy(steps, rows[i].steps, sizeof steps);
        while (count < COUNT(steps) && steps[count].match)
            count++;
        begin(steps, count);
        result = call_once(rows[i].method, STR("/thing?a=b"));
        if (result.answer.outcome != rows[i].outcome || seen("/v2/thing?a=b HTTP/1.1") != rows[i].sent ||
            !strstr(result.answer.detail, rows[i].detail))
            fail_msg("%s: outcome %d, status %ld, seen %zu times, detail %s", rows[i].why, (int)result.answer.outcome,
                     result.answer.status, seen("/v2/thing?a=b HTTP/1.1"), result.answer.detail);
        if (strcmp(rows[i].why, "token that is none") == 0)   /* PowerOffice answered: no outage for the others */
            assert_int_equal(result.answer.status, 200);
        end();
        assert_int_equal(drop(unused), 0);
    }
}

/* Whoever starts a stage from a shell with a proxy set sends no key there. */
static void no_proxy_of_the_environment(void **unused)
{
    struct step steps[] = { { "/thing", ANSWER, OK_EMPTY, false } };

    (void)unused;
    begin(steps, COUNT(steps));
    (void)setenv("http_proxy", "http://127.0.0.1:9", 1);
    (void)setenv("all_proxy", "http://127.0.0.1:9", 1);
    assert_int_equal(call_once(CALL_GET, STR("/thing")).answer.outcome, OUTCOME_DONE);
    (void)unsetenv("http_proxy");
    (void)unsetenv("all_proxy");
    end();
}

/* The case for which about_to_send() in transport.c exists: libcurl would send the POST again by itself. */
static void write_on_a_dying_kept_connection_leaves_once(void **unused)
{
    struct step steps[] = { { "/first", ANSWER, OK_EMPTY, false }, { "/thing", CLOSE, NULL, false },
                            { "/thing", ANSWER, STATUS("201"), false } };
    struct result result;

    (void)unused;
    begin(steps, COUNT(steps));
    assert_int_equal(call_once(CALL_GET, STR("/first")).answer.outcome, OUTCOME_DONE);
    result = call_once(CALL_POST, STR("/thing"));
    assert_int_equal(result.answer.outcome, OUTCOME_UNKNOWN);
    assert_int_equal(seen("POST /v2/thing"), 1);
    end();
}

static void request_carries_what_the_contract_says(void **unused)
{
    struct step steps[] = { { "/thing", ANSWER, "HTTP/1.1 202 x\r\nLocation: /v2/state?id=7\r\nContent-Length: 8\r\n\r\n"
                              "{\"a\":1}\n", false } };
    struct result result;

    (void)unused;
    begin(steps, COUNT(steps));
    result = call_once(CALL_POST, STR("/thing"));
    assert_int_equal(result.answer.status, 202);
    assert_string_equal(result.body, "{\"a\":1}\n");
    assert_string_equal(result.location, "/v2/state?id=7");
    assert_int_equal(seen("POST /OAuth/Token HTTP/1.1\r\n"), 1);
    assert_int_equal(seen("Authorization: Basic c2VrcmV0LWFwcGxpY2F0aW9uOnNla3JldC1jbGllbnQtYQ==\r\n"), 1);
    assert_int_equal(seen("grant_type=client_credentials"), 1);
    assert_int_equal(seen("Ocp-Apim-Subscription-Key: sekret-subscription\r\n"), 2);
    assert_int_equal(seen("Authorization: Bearer sekret-token\r\n"), 1);
    assert_int_equal(seen("Content-Type: application/json\r\n"), 1);
    assert_int_equal(seen("Accept: application/json\r\n"), 2);
    assert_int_equal(seen("User-Agent: Bilag/"), 2);
    assert_int_equal(seen("\r\n\r\n{\"x\":1}"), 1);
    end();
}

static void tokens_are_fetched_once_a_client(void **unused)
{
    struct step steps[] = { { "/n1", ANSWER, OK_EMPTY, false }, { "/n2", ANSWER, OK_EMPTY, false },
                            { "/n3", ANSWER, OK_EMPTY, false }, { "/n4", ANSWER, OK_EMPTY, false } };
    struct result results[3] = { { .answers = 0 } };

    (void)unused;
    begin(steps, COUNT(steps));
    ask(&venues[0], CALL_GET, STR("/n1"), &results[0]);
    ask(&venues[0], CALL_GET, STR("/n2"), &results[1]);
    ask(&venues[1], CALL_GET, STR("/n3"), &results[2]);
    finish();
    assert_int_equal(seen("/OAuth/Token"), 2);
    poweroffice_close(po);                                   /* another process: the token is there already */
    assert_int_equal(poweroffice_open_alone(&config, &po, NULL), ERR_OK);
    assert_int_equal(call_once(CALL_GET, STR("/n4")).answer.outcome, OUTCOME_DONE);
    assert_int_equal(seen("/OAuth/Token"), 2);
    end();
}

/* An answer that is there at once is taken at once, not at the next wake-up. */
static void fast_answers_are_not_slept_over(void **unused)
{
    struct step steps[] = { { "/n1", ANSWER, OK_EMPTY, false }, { "/n2", ANSWER, OK_EMPTY, false },
                            { "/n3", ANSWER, OK_EMPTY, false }, { "/n4", ANSWER, OK_EMPTY, false } };
    static const char *const paths[] = { "/n1", "/n2", "/n3", "/n4" };
    int64_t start_ms;

    (void)unused;
    begin(steps, COUNT(steps));
    start_ms = clock_steady_ms();
    for (size_t i = 0; i < COUNT(paths); i++)
        assert_int_equal(call_once(CALL_GET, str_of(paths[i])).answer.outcome, OUTCOME_DONE);
    assert_in_range(clock_steady_ms() - start_ms, 0, 900);
    end();
}

static void clients_take_turns_and_keep_their_order(void **unused)
{
    static const char *const paths[] = { "/a1", "/a2", "/a3", "/b1", "/b2", "/b3" };
    static const size_t places[] = { 0, 2, 4, 1, 3, 5 };
    struct step steps[COUNT(paths)];
    struct result results[COUNT(paths)];
    size_t order = 0;

    (void)unused;
    for (size_t i = 0; i < COUNT(paths); i++) {
        steps[i] = (struct step){ paths[i], ANSWER, OK_EMPTY, false };
        results[i] = (struct result){ .order = &order };
    }
    begin(steps, COUNT(steps));
    config.sender.in_flight_max = 1;
    assert_int_equal(call_once(CALL_GET, STR("/warm")).answer.status, 404);
    {
        struct result warm = { .answers = 0 };

        ask(&venues[1], CALL_GET, STR("/warm"), &warm);
        finish();
    }
    for (size_t i = 0; i < COUNT(paths); i++)
        ask(&venues[i / 3], CALL_GET, str_of(paths[i]), &results[i]);
    finish();
    for (size_t i = 0; i < COUNT(paths); i++)
        assert_int_equal(results[i].place, places[i]);
    end();
}

/* A long queue of sales: whoever asks waits for seven of them, and gets one; what is asked in idle hours waits for all. */
static void sales_go_first_and_starve_nobody(void **unused)
{
    enum { SALES = 20, ASKED = 2, EACH = 7 };
    struct step steps[SALES + ASKED + 1];
    struct result sales[SALES], asked[ASKED], idle = { .answers = 0 };
    struct call call = { .venue = &venues[0], .method = CALL_GET, .path = STR("/idle"), .priority = 1 };
    size_t order = 0;

    (void)unused;
    for (size_t i = 0; i < COUNT(steps); i++)
        steps[i] = (struct step){ i < SALES ? "/sale" : i < SALES + ASKED ? "/asked" : "/idle", ANSWER, OK_EMPTY, false };
    begin(steps, COUNT(steps));
    config.sender.in_flight_max = 1;
    idle.order = &order;
    assert_int_equal(poweroffice_call(po, &call, keep, &idle), ERR_OK);
    call = (struct call){ .venue = &venues[0], .method = CALL_GET, .path = STR("/asked"), .asked = true };
    for (size_t i = 0; i < ASKED; i++) {
        asked[i] = (struct result){ .order = &order };
        assert_int_equal(poweroffice_call(po, &call, keep, &asked[i]), ERR_OK);
    }
    for (size_t i = 0; i < SALES; i++) {
        sales[i] = (struct result){ .order = &order };
        ask(&venues[0], CALL_GET, STR("/sale"), &sales[i]);
    }
    finish();
    assert_int_equal(asked[0].place, EACH - 1);              /* the token was the first request */
    assert_int_equal(asked[1].place, asked[0].place + EACH + 1);
    assert_int_equal(idle.place, SALES + ASKED);
    end();
}

static void idle_reads_go_last(void **unused)
{
    struct step steps[] = { { "/idle", ANSWER, OK_EMPTY, false }, { "/urgent", ANSWER, OK_EMPTY, false } };
    size_t order = 0;
    struct result idle = { .order = &order }, urgent = { .order = &order };
    struct call call = { .venue = &venues[0], .method = CALL_GET, .path = STR("/idle"), .priority = 1 };

    (void)unused;
    begin(steps, COUNT(steps));
    config.sender.in_flight_max = 1;
    assert_int_equal(poweroffice_call(po, &call, keep, &idle), ERR_OK);
    ask(&venues[1], CALL_GET, STR("/urgent"), &urgent);
    finish();
    assert_int_equal(urgent.place, 0);
    assert_int_equal(idle.place, 1);
    end();
}

static bool login_refused(void)
{
    struct ref_summary summary = { .have = 0 };
    enum err err = refdata_summary(poweroffice_refstore(po), STR("client-a"), &summary);

    assert_true(err == ERR_OK || err == ERR_NOT_FOUND);
    return summary.login_refused;
}

static void refused_key_is_remembered_until_accepted(void **unused)
{
    struct step steps[] = { { "/OAuth/Token", ANSWER, STATUS("401"), false }, { "/well", ANSWER, OK_EMPTY, false },
                            { "/no", ANSWER, STATUS("403"), false }, { "/no", ANSWER, STATUS("403"), false } };

    (void)unused;
    begin(steps, COUNT(steps));
    assert_int_equal(call_once(CALL_GET, STR("/well")).answer.outcome, OUTCOME_LOGIN);
    assert_true(login_refused());
    assert_int_equal(call_once(CALL_GET, STR("/well")).answer.outcome, OUTCOME_DONE);
    assert_false(login_refused());
    assert_int_equal(call_once(CALL_GET, STR("/no")).answer.outcome, OUTCOME_LOGIN);
    assert_false(login_refused());                           /* a right that is missing is not the key */
    end();
}

/* Whose key is refused is told by the form of the answer to who asks for a token, never by its words. */
static void the_subscriptions_key_is_told_apart(void **unused)
{
    static const struct { const char *why, *answer; bool subscription; } forms[] = {
        { "the gateway", "HTTP/1.1 401 x\r\nContent-Length: 34\r\n\r\n{\"statusCode\":401,\"message\":\"nei\"}", true },
        { "the gateway, as text", "HTTP/1.1 401 x\r\nContent-Length: 20\r\n\r\n{\"statusCode\":\"401\"}", true },
        { "a client's key", "HTTP/1.1 400 x\r\nContent-Length: 26\r\n\r\n{\"error\":\"invalid_client\"}", false },
        { "401 of who gives tokens", "HTTP/1.1 401 x\r\nContent-Length: 26\r\n\r\n{\"error\":\"invalid_client\"}", false },
        { "nothing said", STATUS("401"), false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct step steps[] = { { "/OAuth/Token", ANSWER, forms[i].answer, false }, { "/well", ANSWER, OK_EMPTY, false } };
        struct ref_summary summary;
        struct result result;

        begin(steps, COUNT(steps));
        result = call_once(CALL_GET, STR("/well"));
        assert_int_equal(result.answer.outcome, OUTCOME_LOGIN);
        assert_int_equal(refdata_summary(poweroffice_refstore(po), STR("client-a"), &summary), ERR_OK);
        if (!summary.login_refused || summary.subscription_refused != forms[i].subscription ||
            result.answer.subscription_refused != forms[i].subscription)
            fail_msg("%s", forms[i].why);
        assert_int_equal(call_once(CALL_GET, STR("/well")).answer.outcome, OUTCOME_DONE);
        assert_int_equal(refdata_summary(poweroffice_refstore(po), STR("client-a"), &summary), ERR_OK);
        assert_false(summary.login_refused || summary.subscription_refused);
        end();
    }
}

static void retry_after_is_obeyed(void **unused)
{
    struct step steps[] = { { "/thing", ANSWER, "HTTP/1.1 429 x\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n", false },
                            { "/thing", ANSWER, OK_EMPTY, false } };
    int64_t start_ms;

    (void)unused;
    begin(steps, COUNT(steps));
    start_ms = clock_steady_ms();
    assert_int_equal(call_once(CALL_GET, STR("/thing")).answer.outcome, OUTCOME_DONE);
    assert_in_range(clock_steady_ms() - start_ms, 2000, 3500);
    end();
}

static void retry_after_may_be_a_date(void **unused)
{
    char answer[160], date[64];
    time_t then = (time_t)(clock_now_ms() / 1000) + 3;
    struct step steps[] = { { "/thing", ANSWER, answer, false }, { "/thing", ANSWER, OK_EMPTY, false } };
    struct tm utc;
    int64_t start_ms;

    (void)unused;
    (void)strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &utc));
    (void)snprintf(answer, sizeof answer, "HTTP/1.1 429 x\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n", date);
    begin(steps, COUNT(steps));
    start_ms = clock_steady_ms();
    assert_int_equal(call_once(CALL_GET, STR("/thing")).answer.outcome, OUTCOME_DONE);
    assert_in_range(clock_steady_ms() - start_ms, 1800, 4500);         /* without it: one second */
    end();
}

static void nobody_there_is_passing(void **unused)
{
    struct step steps[] = { { "/warm", ANSWER, "HTTP/1.1 200 x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false } };

    (void)unused;
    begin(steps, COUNT(steps));
    assert_int_equal(call_once(CALL_GET, STR("/warm")).answer.outcome, OUTCOME_DONE);
    server_stop();
    assert_int_equal(call_once(CALL_POST, STR("/thing")).answer.outcome, OUTCOME_PASSING);
    poweroffice_close(po);
}

static void pages_end(void **unused)
{
    static const struct { const char *answer; bool last; } pages[] = {
        { OK_EMPTY, false },
        { "HTTP/1.1 204 x\r\n\r\n", true },
        { "HTTP/1.1 200 x\r\nX-Pagination: {\"nextPageLink\":\"http://x\"}\r\nContent-Length: 2\r\n\r\n[]", false },
        { "HTTP/1.1 200 x\r\nX-Pagination: {\"nextPageLink\":\"\"}\r\nContent-Length: 2\r\n\r\n[]", true },
        { "HTTP/1.1 200 x\r\nX-Pagination: {\"totalPages\":1}\r\nContent-Length: 2\r\n\r\n[]", true },
        { "HTTP/1.1 200 x\r\nX-Pagination: nonsense\r\nContent-Length: 2\r\n\r\n[]", false },
    };
    struct step steps[COUNT(pages)];

    (void)unused;
    for (size_t i = 0; i < COUNT(pages); i++)
        steps[i] = (struct step){ "/page", ANSWER, pages[i].answer, false };
    begin(steps, COUNT(steps));
    for (size_t i = 0; i < COUNT(pages); i++)
        assert_int_equal(call_once(CALL_GET, STR("/page")).answer.last_page, pages[i].last);
    end();
}

/* A key that leads elsewhere may read, and nothing else. */
static void nothing_is_written_into_other_books(void **unused)
{
    static struct step steps[] = { { "/read", ANSWER, OK_EMPTY, false } };
    struct call call = { .venue = &venues[1], .method = CALL_POST, .path = STR("/x"), .body = STR("{}") };
    struct result result = { .answers = 0 };

    (void)unused;
    begin(steps, COUNT(steps));
    venues[1].company = venues[0].company;
    assert_int_equal(poweroffice_call(po, &call, keep, &result), ERR_REFUSED);
    call.method = CALL_PUT;
    assert_int_equal(poweroffice_call(po, &call, keep, &result), ERR_REFUSED);
    venues[1].client_id = STR("never read");
    assert_int_equal(poweroffice_call(po, &call, keep, &result), ERR_REFUSED);
    assert_int_equal(poweroffice_waiting(po), 0);
    ask(&venues[1], CALL_GET, STR("/read"), &result);
    finish();
    assert_int_equal(result.answers, 1);
    end();
}

static void what_is_too_much_is_refused(void **unused)
{
    static char path[2100];
    struct call call = { .venue = &venues[0], .method = CALL_GET, .path = { path, sizeof path } };
    struct result result = { .answers = 0 };
    size_t taken = 0;

    (void)unused;
    begin(NULL, 0);
    memset(path, 'x', sizeof path);
    path[0] = '/';
    assert_int_equal(poweroffice_call(po, &call, keep, &result), ERR_TOO_LONG);
    call.path = STR("/x");
    while (poweroffice_call(po, &call, keep, &result) == ERR_OK)
        taken++;
    assert_in_range(taken, 1000, 100000);
    assert_int_equal(poweroffice_waiting(po), taken);
    end();                                                   /* with calls waiting and none answered: nothing leaks */
    assert_int_equal(result.answers, 0);
}

/* All tests above logged into this file. */
static char log_name[] = "/tmp/bilag-po-log-XXXXXX";

static void no_key_is_ever_logged(void **unused)
{
    FILE *file = fopen(log_name, "r");
    char line[4096];
    size_t lines = 0;

    (void)unused;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        lines++;
        if (strstr(line, "sekret") || strstr(line, "c2Vrc") || strstr(line, "a=b"))
            fail_msg("logged: %s", line);
    }
    assert_true(lines > 50);
    (void)fclose(file);
}

/* cmocka's words of what failed went there too. */
static void show_log(void)
{
    FILE *file = fopen(log_name, "r");
    char line[4096];

    while (file && fgets(line, sizeof line, file))
        (void)fputs(line, stderr);
    if (file)
        (void)fclose(file);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_has_its_outcome),
        ROW(write_on_a_dying_kept_connection_leaves_once),
        ROW(request_carries_what_the_contract_says),
        ROW(no_proxy_of_the_environment),
        ROW(tokens_are_fetched_once_a_client),
        ROW(fast_answers_are_not_slept_over),
        ROW(clients_take_turns_and_keep_their_order),
        ROW(sales_go_first_and_starve_nobody),
        ROW(idle_reads_go_last),
        ROW(refused_key_is_remembered_until_accepted), ROW(the_subscriptions_key_is_told_apart),
        ROW(retry_after_is_obeyed),
        ROW(retry_after_may_be_a_date),
        ROW(nobody_there_is_passing),
        ROW(pages_end),
        ROW(what_is_too_much_is_refused), ROW(nothing_is_written_into_other_books),
        cmocka_unit_test(no_key_is_ever_logged),
    };
    int kept = dup(STDERR_FILENO), log = mkstemp(log_name), failed;

    if (kept < 0 || log < 0 || dup2(log, STDERR_FILENO) < 0)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)dup2(kept, STDERR_FILENO);
    if (failed)
        show_log();
    (void)unlink(log_name);
    return failed;
}
