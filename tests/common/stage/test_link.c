/* Goal: a link hands over message by message, never blocks where nobody listens, counts what is no message, ends the turn on what
 * must end it, and says why a socket cannot be. */
#include "two_stages.h"

static const struct stage_ops ops = { .name = "tested" };
static struct folder folder;
static char run_dir[128];
static struct config config;
static struct stage one, other;

static int start(void **unused)
{
    (void)unused;
    assert_true(temporary_folder("link", folder.path, sizeof folder.path));
    (void)snprintf(run_dir, sizeof run_dir, "%s", folder.path);
    config = (struct config){ .run_dir = str_of(run_dir), .state_dir = str_of(run_dir) };
    stage_begin(&one, &config, &ops);
    stage_begin(&other, &config, &ops);
    heard_count = 0;
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    stage_end(&other);
    stage_end(&one);
    return temporary_remove(folder.path);
}

/* Until it is taken by a peer: connecting takes a moment. */
static void send_one(struct link *link, const char *text)
{
    struct str part = str_of(text);
    int tries = 0;

    while (link_send(link, &part, 1) == ERR_BUSY && tries++ < PATIENCE)
        (void)stage_turn_once(&other);
    assert_true(tries < PATIENCE);
}

static enum err until_heard(size_t wanted)
{
    enum err err = ERR_OK;

    for (int i = 0; i < PATIENCE && heard_count < wanted && !err; i++)
        err = stage_turn_once(&one);
    return err;
}

static void message_by_message(void **unused)
{
    struct link *in, *out;
    struct fault fault = { "" };
    struct str part = STR("nobody");

    (void)unused;
    assert_int_equal(link_push_to(&other, "x", 1, &out, &fault), ERR_OK);
    assert_int_equal(link_send(out, &part, 1), ERR_BUSY);    /* nobody is there, and nobody waits */
    assert_int_equal(link_listen(&one, ZMQ_PULL, "x-0", hear, &in, &fault), ERR_OK);
    send_one(out, "first");
    send_one(out, "bad");
    send_one(out, "last");
    assert_int_equal(until_heard(3), ERR_OK);
    assert_string_equal(heard[0], "first");
    assert_string_equal(heard[2], "last");
    assert_int_equal(counted(&one, "messages_malformed"), 1);
}

static void what_ends_the_turn(void **unused)
{
    struct link *in, *out;
    struct fault fault = { "" };

    (void)unused;
    assert_int_equal(link_listen(&one, ZMQ_PULL, "x-0", hear, &in, &fault), ERR_OK);
    assert_int_equal(link_push_to(&other, "x", 1, &out, &fault), ERR_OK);
    send_one(out, "disk");
    assert_int_equal(until_heard(1), ERR_STORE_IO);
}

static void paused_it_hears_nothing(void **unused)
{
    struct link *in, *out;
    struct fault fault = { "" };

    (void)unused;
    assert_int_equal(link_open(&one, ZMQ_PULL, hear, &in), ERR_OK);
    assert_int_equal(link_bound(in, 2), ERR_OK);
    assert_int_equal(link_bind(in, "x-0", &fault), ERR_OK);
    assert_int_equal(link_push_to(&other, "x", 1, &out, &fault), ERR_OK);
    one.paused = true;
    send_one(out, "first");
    for (int i = 0; i < 20; i++)
        assert_int_equal(stage_turn_once(&one), ERR_OK);
    assert_int_equal(heard_count, 0);
    one.paused = false;
    assert_int_equal(until_heard(1), ERR_OK);
    assert_string_equal(heard[0], "first");
}

static void too_many_frames(void **unused)
{
    struct str parts[FRAMES_MAX + 2];
    struct link *in, *out;
    struct fault fault = { "" };

    (void)unused;
    for (size_t i = 0; i < COUNT(parts); i++)
        parts[i] = STR("frame");
    assert_int_equal(link_listen(&one, ZMQ_PULL, "x-0", hear, &in, &fault), ERR_OK);
    assert_int_equal(link_push_to(&other, "x", 1, &out, &fault), ERR_OK);
    send_one(out, "first");
    assert_int_equal(link_send(out, parts, COUNT(parts)), ERR_OK);
    send_one(out, "last");
    assert_int_equal(until_heard(2), ERR_OK);                /* the one between is dropped whole */
    assert_string_equal(heard[1], "last");
    assert_int_equal(counted(&one, "messages_malformed"), 1);
}

static void a_stage_that_grows(void **unused)
{
    struct link *in, *out;
    struct fault fault = { "" };

    (void)unused;
    assert_int_equal(link_push_to(&other, "x", 1, &out, &fault), ERR_OK);
    assert_int_equal(link_listen(&one, ZMQ_PULL, "x-1", hear, &in, &fault), ERR_OK);
    assert_int_equal(link_push_widen(out, "x", 2), ERR_OK);
    assert_int_equal(link_push_widen(out, "x", 1), ERR_OK);  /* fewer are no matter */
    send_one(out, "to the second");
    assert_int_equal(until_heard(1), ERR_OK);
}

static void a_socket_that_cannot_be(void **unused)
{
    static char longer[200];
    struct link *link;
    struct fault fault = { "" };

    (void)unused;
    memset(longer, 'a', sizeof longer - 1);
    config.run_dir = str_of(longer);
    assert_int_equal(link_listen(&one, ZMQ_PULL, "x-0", hear, &link, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "is too long for a socket"));
    config.run_dir = STR("/nowhere");
    assert_int_equal(link_listen(&one, ZMQ_PULL, "x-0", hear, &link, &fault), ERR_SYSTEM);
    assert_non_null(strstr(fault.text, "cannot listen on ipc:///nowhere/x-0.ipc"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(message_by_message, start, stop),
        cmocka_unit_test_setup_teardown(what_ends_the_turn, start, stop),
        cmocka_unit_test_setup_teardown(paused_it_hears_nothing, start, stop),
        cmocka_unit_test_setup_teardown(too_many_frames, start, stop),
        cmocka_unit_test_setup_teardown(a_stage_that_grows, start, stop),
        cmocka_unit_test_setup_teardown(a_socket_that_cannot_be, start, stop),
    };

    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
