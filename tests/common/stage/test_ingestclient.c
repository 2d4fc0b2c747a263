#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <pthread.h>
#include <unistd.h>
#include <zmq.h>

#include "stage/ingestclient.h"
#include "base/wire.h"

enum { PATIENCE_MS = 10000 };

static char folder[] = "/tmp/bilag-ingestclient-XXXXXX";
static void *server_zmq, *server;
static struct arena arena;

/* [line, event], [line, event], [line, bytes, reason] */
static const char sent[] = "\x93\x92\x01\x01\x92\x02\x02\x93\x04\xc4\x01{\xa7" "because";

/* What the server answers to one batch: several messages, in order. "other" goes to another batch. */
enum answer { OTHER_BATCH, FULL, NONSENSE, NOT_UNDERSTOOD, COUNTS, END };

static void write_answer(struct strbuf *out, enum answer answer)
{
    switch (answer) {
    case NONSENSE:
        wire_str(out, STR("what?"));
        return;
    case FULL:
    case NOT_UNDERSTOOD:
        wire_map(out, 2);
        wire_str(out, STR("error"));
        wire_str(out, STR("the words of ingest"));
        wire_str(out, STR("retry"));
        wire_bool(out, answer == FULL);
        return;
    case OTHER_BATCH:
    case COUNTS:
    case END:
        break;
    }
    wire_map(out, 4);
    wire_str(out, STR("accepted"));
    wire_uint(out, answer == COUNTS ? 2 : 77);
    wire_str(out, STR("duplicates"));
    wire_uint(out, 1);
    wire_str(out, STR("from-the-future"));
    wire_array(out, 0);
    wire_str(out, STR("rejected"));
    wire_array(out, 1);
    wire_map(out, 2);
    wire_str(out, STR("line"));
    wire_uint(out, 4);
    wire_str(out, STR("reason"));
    wire_str(out, STR("because"));
}

static size_t frame(char *bytes, size_t size)
{
    int len = zmq_recv(server, bytes, size, 0);

    return len < 0 ? 0 : (size_t)len;
}

/* Answers the batches that come, one by one, as the list says; NULL when it is through. */
static void *serve(void *context)
{
    const enum answer *answers = context;

    for (; *answers != END; answers++) {
        char peer[256], id[64], form[16], file[64], payload[4096];
        size_t peer_len = frame(peer, sizeof peer), id_len = frame(id, sizeof id), form_len = frame(form, sizeof form);
        size_t file_len = frame(file, sizeof file), payload_len = frame(payload, sizeof payload);
        struct strbuf body;
        bool again = *answers == OTHER_BATCH;

        if (form_len != 5 || memcmp(form, "lines", 5) != 0 || file_len != 8 || memcmp(file, "a.ndjson", 8) != 0 ||
            payload_len != sizeof sent - 1 || memcmp(payload, sent, payload_len) != 0)
            return context;
        do {
            char other[64];

            strbuf_init(&body, 1000);
            write_answer(&body, *answers);
            memcpy(other, id, id_len);
            other[0] = (char)(other[0] + (*answers == OTHER_BATCH));
            (void)zmq_send(server, peer, peer_len, ZMQ_SNDMORE);
            (void)zmq_send(server, other, id_len, ZMQ_SNDMORE);
            (void)zmq_send(server, body.bytes, body.len, 0);
            strbuf_free(&body);
            again = *answers == OTHER_BATCH && *++answers != END;
        } while (again);
    }
    return NULL;
}

static void listen_as(int instance)
{
    char where[128];
    int none = 0;

    (void)snprintf(where, sizeof where, "ipc://%s/ingest-%d.ipc", folder, instance);
    server_zmq = zmq_ctx_new();
    server = zmq_socket(server_zmq, ZMQ_ROUTER);
    assert_non_null(server);
    assert_int_equal(zmq_setsockopt(server, ZMQ_LINGER, &none, sizeof none), 0);
    assert_int_equal(zmq_bind(server, where), 0);
}

static void stop_listening(void)
{
    assert_int_equal(zmq_close(server), 0);
    assert_int_equal(zmq_ctx_term(server_zmq), 0);
}

static enum err send_one(int instances, int64_t patience_ms, struct ingest_answer *ret_answer, struct fault *fault)
{
    const struct ingest_item items[] = { { 1, { "\x01", 1 }, STR_NONE }, { 2, { "\x02", 1 }, STR_NONE },
                                         { 4, { "{", 1 }, STR("because") } };
    struct ingestclient *client;
    enum err err;

    assert_int_equal(ingestclient_open(str_of(folder), instances, &client, fault), ERR_OK);
    err = ingestclient_send(client, STR("a.ndjson"), items, COUNT(items), patience_ms, &arena, ret_answer, fault);
    ingestclient_close(client);
    return err;
}

/* Goal: only the answer to this batch counts; a full disk is waited out; anything else is told. */
static void answers(void **unused)
{
    static const struct { const char *why; enum answer list[5]; enum err err; const char *says; } rows[] = {
        { "counted at once", { COUNTS, END }, ERR_OK, "" },
        { "an old answer comes first", { OTHER_BATCH, COUNTS, END }, ERR_OK, "" },
        { "full for a while", { FULL, FULL, COUNTS, END }, ERR_OK, "the words" },
        { "not understood", { NOT_UNDERSTOOD, END }, ERR_REFUSED, "the words of ingest" },
        { "nonsense", { NONSENSE, END }, ERR_SYSTEM, "no answer" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ingest_answer answer = { 0 };
        struct fault fault = { "" };
        pthread_t thread;
        void *failed;
        enum err err;

        listen_as(0);
        assert_int_equal(pthread_create(&thread, NULL, serve, (void *)(uintptr_t)rows[i].list), 0);
        err = send_one(1, PATIENCE_MS, &answer, &fault);
        assert_int_equal(pthread_join(thread, &failed), 0);
        stop_listening();
        if (err != rows[i].err || !strstr(fault.text, rows[i].says) || failed)
            fail_msg("%s: %s \"%s\"", rows[i].why, err_text(err), fault.text);
        if (!err) {
            assert_true(answer.accepted == 2 && answer.duplicates == 1 && answer.rejected == 1);
            assert_true(answer.reject_count == 1 && answer.rejects[0].line == 4);
            assert_true(str_equal(answer.rejects[0].reason, STR("because")));
        }
    }
}

/* Goal: patience ends, and the sentence says what to look at. */
static void nobody_there(void **unused)
{
    struct ingest_answer answer;
    struct fault fault = { "" };

    (void)unused;
    assert_int_equal(send_one(2, 200, &answer, &fault), ERR_NETWORK);
    assert_non_null(strstr(fault.text, "is it running?"));
}

/* Goal: a silent instance is left for the next one. */
static void other_instance(void **unused)
{
    static const enum answer list[] = { COUNTS, END };
    struct ingest_answer answer = { 0 };
    struct fault fault = { "" };
    pthread_t thread;
    void *failed;

    (void)unused;
    listen_as(1);
    assert_int_equal(pthread_create(&thread, NULL, serve, (void *)(uintptr_t)list), 0);
    assert_int_equal(send_one(2, PATIENCE_MS, &answer, &fault), ERR_OK);
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_true(answer.accepted == 2 && !failed);
    stop_listening();
}

static int start(void **unused)
{
    (void)unused;
    arena_init(&arena, 1 << 20);
    return mkdtemp(folder) ? 0 : 1;
}

static int stop(void **unused)
{
    (void)unused;
    arena_free(&arena);
    for (int i = 0; i < 2; i++) {
        char path[128];

        (void)snprintf(path, sizeof path, "%s/ingest-%d.ipc", folder, i);
        (void)unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers), cmocka_unit_test(nobody_there), cmocka_unit_test(other_instance),
    };

    return cmocka_run_group_tests_name("ingestclient", tests, start, stop);
}
