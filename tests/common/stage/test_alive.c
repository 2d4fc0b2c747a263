/* Goal: a process that answers is alive; one that is not there, that answers nothing, or that has left its socket behind is not. */
#include "stage/alive.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

enum { LONG_MS = 20000, SHORT_MS = 50 };

static char folder[64], where[128];

static int make(void **unused)
{
    (void)unused;
    if (!temporary_folder("alive", folder, sizeof folder))
        return -1;
    (void)snprintf(where, sizeof where, "ipc://%s/status-mapper-3.ipc", folder);
    return 0;
}

static int drop(void **unused)
{
    (void)unused;
    return temporary_remove(folder);
}

/* Holds the socket, and answers if it is told to. */
static pid_t begin(bool answers)
{
    int ready[2];
    char byte;
    pid_t child;

    assert_int_equal(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        void *zmq = zmq_ctx_new(), *socket = zmq_socket(zmq, ZMQ_ROUTER);
        char who[64], text[64];
        int len;

        if (zmq_bind(socket, where) != 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;) {
            len = zmq_recv(socket, who, sizeof who, 0);
            if (!answers || zmq_recv(socket, text, sizeof text, 0) < 0)
                continue;
            (void)zmq_send(socket, who, (size_t)len, ZMQ_SNDMORE);
            (void)zmq_send(socket, "{}", 2, 0);
        }
    }
    assert_true(child > 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    (void)close(ready[1]);
    return child;
}

static void finish(pid_t child)
{
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static bool is_alive(int instance, int patience_ms)
{
    return alive_asked(str_of(folder), "mapper", instance, patience_ms);
}

static void who_answers_is(void **unused)
{
    pid_t child = begin(true);

    (void)unused;
    assert_true(is_alive(3, LONG_MS));
    assert_false(is_alive(2, LONG_MS));  /* another instance: nobody is waited for */
    finish(child);
    assert_int_equal(access(where + 6, F_OK), 0);
    assert_false(is_alive(3, SHORT_MS));
}

static void who_does_not_is_not(void **unused)
{
    pid_t child;

    (void)unused;
    assert_false(is_alive(3, LONG_MS));
    child = begin(false);
    assert_false(is_alive(3, SHORT_MS));
    finish(child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_answers_is, make, drop),
        cmocka_unit_test_setup_teardown(who_does_not_is_not, make, drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
