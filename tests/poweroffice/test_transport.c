/* Goal: a request is told to have left when it has, and once: the limiter goes by it. */
#include "poweroffice/transport.h"

#include "base/clock.h"
#include "script_server.h"

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

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(leaving_is_told_once_the_connection_stands) };

    return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
