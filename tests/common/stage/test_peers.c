/* Goal: on a socket that decides what is booked only those are heard whom the table names, by their key; whoever else comes, with
 * another stage's key or with none, is refused, counted, and nothing of his is read. */
#include "two_stages.h"

#include "stage/stagekeys.h"

static struct folder folder;
static struct config config;

static struct stage_ops ops_of(const char *name)
{
    return (struct stage_ops){ .name = name };
}

static int start(void **unused)
{
    (void)unused;
    assert_true(temporary_folder("peers", folder.path, sizeof folder.path));
    config = (struct config){ .run_dir = str_of(folder.path), .state_dir = str_of(folder.path) };
    heard_count = 0;
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    return temporary_remove(folder.path);
}

static void opened(struct stage *stage, const struct stage_ops *ops)
{
    struct fault fault = { "" };

    stage_begin(stage, &config, ops);
    if (peers_open(stage, &fault))
        fail_msg("%s: %s", ops->name, fault.text);
}

/* What `to` (as instance 0) hears from a stage named `from`, within some turns of both. */
static bool is_heard(const char *to, const char *from, int64_t *ret_refused)
{
    const struct stage_ops to_ops = ops_of(to), from_ops = ops_of(from);
    struct stage listener, sender;
    struct link *in, *out;
    struct fault fault = { "" };
    struct str part = STR("a draft");
    char name[32];

    heard_count = 0;
    opened(&listener, &to_ops);
    opened(&sender, &from_ops);
    (void)snprintf(name, sizeof name, "%s-0", to);
    assert_int_equal(link_listen(&listener, ZMQ_PULL, name, hear, &in, &fault), ERR_OK);
    assert_int_equal(link_push_to(&sender, to, 1, &out, &fault), ERR_OK);
    for (int i = 0; i < PATIENCE && !heard_count && !counted(&listener, "peers_refused"); i++) {
        enum err err = link_send(out, &part, 1);

        assert_true(err == ERR_OK || err == ERR_BUSY);       /* nothing goes to who does not let us in */
        assert_int_equal(stage_turn_once(&listener), ERR_OK);
    }
    for (int i = 0; i < 10; i++)
        assert_int_equal(stage_turn_once(&listener), ERR_OK);
    *ret_refused = counted(&listener, "peers_refused");
    stage_end(&sender);
    stage_end(&listener);
    return heard_count > 0;
}

static void whom_the_table_names(void **unused)
{
    static const struct { const char *to, *from; bool heard; } rows[] = {
        { "validator", "mapper", true },    { "uploader", "validator", true },  { "mapper", "uploader", true },
        { "validator", "ingest", false },   { "uploader", "mapper", false },    { "invoicer", "uploader", false },
        { "mapper", "validator", false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t refused;

        if (is_heard(rows[i].to, rows[i].from, &refused) != rows[i].heard || (refused > 0) == rows[i].heard)
            fail_msg("%s to %s: %zu heard, %d refused", rows[i].from, rows[i].to, heard_count, (int)refused);
    }
}

static void without_a_key(void **unused)
{
    const struct stage_ops ops = ops_of("mapper");
    struct stage listener;
    struct link *in;
    struct fault fault = { "" };
    char where[160];
    void *zmq = zmq_ctx_new(), *stranger = zmq_socket(zmq, ZMQ_PUSH);

    (void)unused;
    opened(&listener, &ops);
    assert_int_equal(link_listen(&listener, ZMQ_PULL, "mapper-0", hear, &in, &fault), ERR_OK);
    (void)snprintf(where, sizeof where, "ipc://%s/mapper-0.curve.ipc", folder.path);
    assert_int_equal(zmq_setsockopt(stranger, ZMQ_LINGER, &(int){ 0 }, sizeof(int)), 0);
    assert_int_equal(zmq_connect(stranger, where), 0);
    (void)zmq_send(stranger, "a seal", 6, ZMQ_DONTWAIT);
    for (int i = 0; i < PATIENCE && !counted(&listener, "peers_refused"); i++)
        assert_int_equal(stage_turn_once(&listener), ERR_OK);
    assert_true(counted(&listener, "peers_refused") > 0);
    assert_int_equal(heard_count, 0);
    (void)zmq_close(stranger);
    (void)zmq_ctx_term(zmq);
    stage_end(&listener);
}

static void sockets_without_keys(void **unused)
{
    static const struct { const char *name; bool rule; } rows[] = {
        { "mapper-0", true },        { "validator-12", true }, { "uploader-1", true }, { "invoicer-0", true },
        { "ingest-0", false },       { "status-mapper-0", false }, { "log-0", false }, { "mapper", false }, { "", false },
    };
    const struct stage_ops ops = ops_of("console");
    struct stage stage;

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if ((peers_rule(rows[i].name) != NULL) != rows[i].rule)
            fail_msg("%s", rows[i].name);
    opened(&stage, &ops);                                    /* it stands in no row, and has no key */
    assert_null(stage.peers);
    stage_end(&stage);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whom_the_table_names, start, stop),
        cmocka_unit_test_setup_teardown(without_a_key, start, stop),
        cmocka_unit_test_setup_teardown(sockets_without_keys, start, stop),
    };

    return cmocka_run_group_tests_name("peers", tests, NULL, NULL);
}
