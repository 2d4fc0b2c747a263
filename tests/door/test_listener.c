/* Goal: one address, one log; what other machines can reach is listened on only where who comes is met with TLS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "door/listener.h"

static char one[] = "/tmp/bilag-listener-one-XXXXXX", other[] = "/tmp/bilag-listener-two-XXXXXX";

static int make_folders(void **unused)
{
    (void)unused;
    return mkdtemp(one) && mkdtemp(other) ? 0 : -1;
}

static int drop_folders(void **unused)
{
    const char *folders[] = { one, other };

    (void)unused;
    for (size_t i = 0; i < COUNT(folders); i++) {
        DIR *dir = opendir(folders[i]);
        const struct dirent *entry;

        while (dir && (entry = readdir(dir)))
            if (entry->d_name[0] != '.')
                (void)unlinkat(dirfd(dir), entry->d_name, 0);
        if (!dir || closedir(dir) || rmdir(folders[i]))
            return -1;
    }
    return 0;
}

/* A port that nobody has at the moment. */
static int free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(close(fd), 0);
    return ntohs(address.sin_port);
}

static void one_address_one_log(void **unused)
{
    struct listener *first, *second, *third;
    struct fault fault = { "" };
    char address[32];
    int fds[3];

    (void)unused;
    (void)snprintf(address, sizeof address, "127.0.0.1:%d", free_port());
    assert_int_equal(listener_open("ingest", str_of(one), str_of(address), false, &first, &fds[0], &fault), ERR_OK);
    assert_true(listener_is_loopback(first));
    assert_int_equal(listener_open("ingest", str_of(one), str_of(address), false, &second, &fds[1], &fault), ERR_OK);
    assert_int_equal(listener_open("ingest", str_of(other), str_of(address), false, &third, &fds[2], &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "another program listens"));
    for (int i = 0; i < 2; i++)
        assert_int_equal(close(fds[i]), 0);
    listener_close(second);
    listener_close(first);
    assert_int_equal(listener_open("ingest", str_of(other), str_of(address), false, &third, &fds[2], &fault), ERR_OK);
    assert_int_equal(close(fds[2]), 0);
    listener_close(third);
}

static void what_others_can_reach_needs_tls(void **unused)
{
    struct listener *listener;
    struct fault fault = { "" };
    char address[32];
    int fd;

    (void)unused;
    (void)snprintf(address, sizeof address, "0.0.0.0:%d", free_port());
    assert_int_equal(listener_open("ingest", str_of(one), str_of(address), false, &listener, &fd, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "ingest.certificate"));
    assert_int_equal(listener_open("ingest", str_of(one), str_of(address), true, &listener, &fd, &fault), ERR_OK);
    assert_false(listener_is_loopback(listener));
    assert_int_equal(close(fd), 0);
    listener_close(listener);
    assert_int_equal(listener_open("ingest", str_of(one), STR("7420"), false, &listener, &fd, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "is not an address"));
    listener_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_address_one_log), cmocka_unit_test(what_others_can_reach_needs_tls),
    };

    return cmocka_run_group_tests(tests, make_folders, drop_folders);
}
