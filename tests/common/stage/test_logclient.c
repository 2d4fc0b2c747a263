#include "tests/common/domain/config_folder.h"

#include "stage/logclient.h"
#include "stage/stage.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <zmq.h>

enum { PARTITIONS = 4, WAIT_MS = 10000 };

static struct folder folder;
static int told;                             /* where the reading process writes what it got */

/* ---- the reader: a stage of its own, in a process of its own ---- */

static enum err on_batch(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    struct logclient *client = state;
    struct logbatch batch;
    char line[128];
    enum err err = logclient_take(client, link, frames, &batch);
    int len;

    (void)stage;
    if (err)
        return err == ERR_BUSY ? ERR_OK : err;
    len = snprintf(line, sizeof line, "%u %" PRIu64 " %zu %" PRIu64 " %d\n", batch.partition, batch.first,
                   batch.count, batch.end, (int)batch.last);
    if (write(told, line, (size_t)len) != len)
        return ERR_SYSTEM;
    if (batch.last)
        logclient_ask(client, batch.partition, batch.first + batch.count, 100);
    return ERR_OK;
}

static enum err reader_open(struct stage *stage, void **ret_state, struct fault *fault)
{
    struct logclient *client;
    enum err err = logclient_open(stage, 2, PARTITIONS, on_batch, &client, fault);

    if (err)
        return err;
    logclient_needs(client, 1, 7);
    logclient_ask(client, 1, 5, 100);
    *ret_state = client;
    return ERR_OK;
}

static enum err reader_turn(struct stage *stage, void *state)
{
    (void)stage;
    logclient_turn(state);
    return ERR_OK;
}

static void reader_close(struct stage *stage, void *state)
{
    (void)stage;
    logclient_close(state);
}

static int reader_main(void)
{
    static const struct stage_ops ops = { .name = "mapper", .about = "reads", .open = reader_open,
                                          .turn = reader_turn, .close = reader_close };
    char program[] = "test", option[] = "--config";
    char *argv[] = { program, option, folder.path, NULL };

    return stage_main(&ops, 3, argv);
}

/* ---- the log: two sockets in the hands of the test ---- */

static void *sockets[2];
static char peer[256];
static size_t peer_len;

/* The next ask at one instance, as "partition from credit needed". */
static void expect_ask(int instance, const char *expected)
{
    zmq_pollitem_t item = { .socket = sockets[instance], .events = ZMQ_POLLIN };
    char bytes[256], text[128];
    struct reader in;
    uint64_t partition, from, credit, needed;
    int len;

    if (zmq_poll(&item, 1, WAIT_MS) != 1)
        fail_msg("instance %d was not asked \"%s\"", instance, expected);
    peer_len = (size_t)zmq_recv(sockets[instance], peer, sizeof peer, 0);
    len = zmq_recv(sockets[instance], bytes, sizeof bytes, 0);
    assert_true(len > 0);
    reader_init(&in, (struct str){ bytes, (size_t)len });
    assert_int_equal(take_array(&in, 4), 4);
    partition = take_uint(&in);
    from = take_uint(&in);
    credit = take_uint(&in);
    needed = take_uint(&in);
    assert_int_equal(reader_done(&in), ERR_OK);
    (void)snprintf(text, sizeof text, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, partition, from, credit, needed);
    assert_string_equal(text, expected);
}

/* begin 0: not trimmed. */
static void send_answer(int instance, uint64_t first, size_t count, uint64_t end, bool last, uint64_t begin)
{
    struct strbuf header, record;

    strbuf_init(&header, 100);
    strbuf_init(&record, 1000);
    wire_array(&header, begin ? 6 : 5);
    wire_uint(&header, 1);
    wire_uint(&header, first);
    wire_uint(&header, count);
    wire_uint(&header, end);
    wire_bool(&header, last);
    if (begin)
        wire_uint(&header, begin);
    wire_array(&record, count);
    for (size_t i = 0; i < count; i++)
        wire_nil(&record);
    assert_int_equal(zmq_send(sockets[instance], peer, peer_len, ZMQ_SNDMORE), peer_len);
    assert_int_equal(zmq_send(sockets[instance], header.bytes, header.len, ZMQ_SNDMORE), header.len);
    assert_int_equal(zmq_send(sockets[instance], record.bytes, record.len, 0), record.len);
    strbuf_free(&header);
    strbuf_free(&record);
}

/* No ask comes at once. */
static void expect_quiet(int instance)
{
    zmq_pollitem_t item = { .socket = sockets[instance], .events = ZMQ_POLLIN };

    assert_int_equal(zmq_poll(&item, 1, 300), 0);
}

static void send_batch(int instance, uint64_t first, size_t count, uint64_t end, bool last)
{
    send_answer(instance, first, count, end, last, 0);
}

static void expect_told(int fd, const char *expected)
{
    struct pollfd ready = { fd, POLLIN, 0 };
    char line[128];
    size_t len = 0;

    while (len < sizeof line - 1 && poll(&ready, 1, WAIT_MS) == 1 && read(fd, line + len, 1) == 1)
        if (line[len++] == '\n')
            break;
    line[len] = '\0';
    assert_string_equal(line, expected);
}

static void talk(int fd)
{
    expect_ask(1, "1 5 100 7");                /* partition 1 begins with instance 1 */
    send_batch(1, 0, 3, 9, true);            /* stale: from an ask before a restart */
    send_batch(1, 5, 2, 9, false);
    send_batch(1, 5, 2, 9, false);           /* repeated */
    send_batch(1, 8, 1, 9, false);           /* one was lost before this */
    send_batch(1, 7, 1, 9, true);
    expect_told(fd, "1 5 2 9 0\n");
    expect_told(fd, "1 7 1 9 1\n");
    expect_ask(1, "1 8 100 7");                /* used up: asked for more, and then silence */
    expect_ask(0, "1 8 100 7");
    send_batch(0, 8, 0, 8, false);
    expect_told(fd, "1 8 0 8 0\n");          /* nothing new, but it lives */
    assert_int_equal(zmq_send(sockets[0], peer, peer_len, ZMQ_SNDMORE), peer_len);
    assert_int_equal(zmq_send(sockets[0], "\xc1", 1, 0), 1);
    send_batch(0, 8, 100, 108, false);
    expect_told(fd, "1 8 100 108 1\n");      /* all of the credit, whether the log says so or not */
    expect_ask(0, "1 108 100 7");
    send_answer(0, 108, 0, 300, false, 200);         /* trimmed: nothing is passed over, nothing is told */
    expect_quiet(0);
    expect_ask(1, "1 108 100 7");                      /* as after silence */
    send_answer(1, 108, 0, 300, false, 200);
    expect_ask(0, "1 108 100 7");
    send_batch(0, 108, 1, 300, false);               /* an older log was put back: it goes on */
    expect_told(fd, "1 108 1 300 0\n");
}

/* Goal: every event once and in order, from whichever instance answers, whatever is lost or repeated. */
static void reads_on(void **unused)
{
    void *zmq = zmq_ctx_new();
    int none = 0, pipe_ends[2], status;
    pid_t child;

    (void)unused;
    folder_make(&folder);
    folder_root(&folder, "/run/bilag-test", folder.path);
    assert_int_equal(pipe(pipe_ends), 0);
    told = pipe_ends[1];
    child = fork();
    if (child == 0)
        exit(reader_main());
    (void)close(pipe_ends[1]);
    for (int i = 0; i < 2; i++) {
        char where[128];

        (void)snprintf(where, sizeof where, "ipc://%s/log-%d.ipc", folder.path, i);
        sockets[i] = zmq_socket(zmq, ZMQ_ROUTER);
        assert_non_null(sockets[i]);
        assert_int_equal(zmq_setsockopt(sockets[i], ZMQ_LINGER, &none, sizeof none), 0);
        assert_int_equal(zmq_bind(sockets[i], where), 0);
    }
    talk(pipe_ends[0]);
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(zmq_close(sockets[i]), 0);
    assert_int_equal(zmq_ctx_term(zmq), 0);
    (void)close(pipe_ends[0]);
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(reads_on) };

    return cmocka_run_group_tests_name("logclient", tests, NULL, NULL);
}
