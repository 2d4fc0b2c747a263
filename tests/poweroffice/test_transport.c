/* Goal: a request is told to have left when it has, and once: the limiter goes by it. */
#include "poweroffice/transport.h"

#include "base/clock.h"
#include "base/lease.h"
#include "base/pg_link.h"
#include "base/store_engine.h"
#include "script_server.h"
#include "tests/on_engine.h"
#include "tests/temporary.h"

struct leaving { int64_t mark, left_ms; int left; bool done, sent; };

static void note_left(void *context, int64_t mark, int64_t left_us)
{
    struct leaving *leaving = context;

    leaving->left++;
    leaving->mark = mark;
    leaving->left_ms = left_us / 1000;
}

static void note_done(void *context, const struct http_reply *reply)
{
    struct leaving *leaving = context;

    leaving->done = true;
    leaving->sent = reply->sent;
}

/* The limiter goes by it: on a new connection a request has left when TLS stands, not when it was started, and one that
 * never leaves holds its place until that is known. */
static void leaving_is_told_once_the_connection_stands(void **unused)
{
    static const struct { const char *why, *scheme; bool sent; } cases[] = {
        { "a plain connection stands at once", "http", true }, { "the server never shakes hands", "https", false },
    };
    struct transport *transport;

    (void)unused;
    server_start(NULL, 0);
    assert_int_equal(transport_open(&transport), ERR_OK);
    transport_patience(transport, 300, 5000, 4);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct leaving leaving = { .left = 0 };
        struct http_request request = { .method = HTTP_GET, .mark = 4711 };
        int64_t started_ms = clock_steady_ms();
        char url[64];

        (void)snprintf(url, sizeof url, "%s://127.0.0.1:%d/thing", cases[i].scheme, server.port);
        request.url = str_of(url);
        transport_leaving(transport, note_left, &leaving);
        assert_int_equal(transport_start(transport, &request, note_done, &leaving), ERR_OK);
        while (!leaving.done) {
            assert_true(transport_wait(transport, NULL, 0, 100) >= 0);
            transport_turn(transport);
        }
        if (leaving.left != 1 || leaving.mark != 4711 || leaving.sent != cases[i].sent ||
            (!cases[i].sent && leaving.left_ms - started_ms < 250))
            fail_msg("%s: left %d times, after %lld ms", cases[i].why, leaving.left,
                     (long long)(leaving.left_ms - started_ms));
    }
    transport_close(transport);
    server_stop();
}

#ifdef HAVE_POSTGRESQL
static void end_leases(void)
{
    struct pg_link *link;

    assert_int_equal(pg_link_open(store_engine()->conninfo, &link, NULL), ERR_OK);
    pg_send(link, PG_NAMES_MAX, "UPDATE bilag_fleet.holder SET term=term+1", NULL, 0);
    assert_true(pg_settle(link));
    pg_link_close(link);
    assert_int_equal(lease_keep_now(), ERR_IN_USE);
}

/* Another may be at the same by then: nothing leaves, and it is known that it did not. */
static void nothing_leaves_without_the_lease(void **unused)
{
    struct http_request request = { .method = HTTP_POST, .mark = 1 };
    struct transport *transport;
    struct fault fault;
    char folder[64], url[64];

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    assert_true(temporary_folder("transport", folder, sizeof folder));
    assert_int_equal(lease_open(&(struct lease_asked){ str_of(folder), "sends", 0, -1 }, &fault), ERR_OK);
    server_start(NULL, 0);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/thing", server.port);
    request.url = str_of(url);
    assert_int_equal(transport_open(&transport), ERR_OK);
    for (int held = 1; held >= 0; held--) {
        struct leaving leaving = { .left = 0 };

        if (!held)
            end_leases();
        assert_int_equal(transport_start(transport, &request, note_done, &leaving), ERR_OK);
        while (!leaving.done) {
            assert_true(transport_wait(transport, NULL, 0, 100) >= 0);
            transport_turn(transport);
        }
        assert_int_equal(leaving.sent, held);
    }
    transport_close(transport);
    server_stop();
    lease_close();
    assert_int_equal(temporary_remove(folder), 0);
}
#endif

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaving_is_told_once_the_connection_stands),
#ifdef HAVE_POSTGRESQL
        cmocka_unit_test(nothing_leaves_without_the_lease),
#endif
    };

    return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
