/* Goal: there are never more newcomers than there is room for: the oldest makes room, and no descriptor that became another's is
 * touched. */
#include "stage/newcomers.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

enum { HANDSHAKE = 5000 };

static int listener;
static struct sockaddr_in address;

static int socket_to(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

struct pair { int mine, theirs; };

static struct pair come(void)
{
    int mine = socket_to(), theirs = accept(listener, NULL, NULL);

    assert_true(theirs >= 0);
    return (struct pair){ mine, theirs };
}

static void end(struct pair pair)
{
    (void)close(pair.mine);
    (void)close(pair.theirs);
}

static bool is_shut(struct pair pair)
{
    char byte;

    return recv(pair.mine, &byte, 1, MSG_DONTWAIT) == 0;
}

static int set_up(void **unused)
{
    socklen_t len = sizeof address;

    (void)unused;
    address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return listener < 0 || bind(listener, (struct sockaddr *)&address, len) || listen(listener, 16) ||
           getsockname(listener, (struct sockaddr *)&address, &len);
}

static void the_oldest_makes_room(void **unused)
{
    static struct newcomers newcomers;
    static struct pair pairs[NEWCOMERS_MAX + 3];

    (void)unused;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        pairs[i] = come();
        assert_int_equal(newcomers_came(&newcomers, pairs[i].theirs, (int64_t)i, HANDSHAKE), i >= NEWCOMERS_MAX);
        assert_true(newcomers.count <= NEWCOMERS_MAX);
    }
    for (size_t i = 0; i < COUNT(pairs); i++) {
        assert_int_equal(is_shut(pairs[i]), i < 3);
        end(pairs[i]);
    }
}

static void who_left_or_had_his_time_takes_no_place(void **unused)
{
    static struct newcomers newcomers;
    static struct pair pairs[NEWCOMERS_MAX];
    struct pair one, another;

    (void)unused;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        pairs[i] = come();
        assert_false(newcomers_came(&newcomers, pairs[i].theirs, 0, HANDSHAKE));
    }
    newcomers_left(&newcomers, pairs[7].theirs);
    newcomers_left(&newcomers, -5);
    one = come();
    assert_false(newcomers_came(&newcomers, one.theirs, HANDSHAKE - 1, HANDSHAKE));
    another = come();
    assert_false(newcomers_came(&newcomers, another.theirs, HANDSHAKE, HANDSHAKE));      /* those of 0 have proved themselves */
    for (size_t i = 0; i < COUNT(pairs); i++) {
        assert_false(is_shut(pairs[i]));
        end(pairs[i]);
    }
    end(one);
    end(another);
}

static void a_number_that_is_anothers_by_now(void **unused)
{
    static struct newcomers newcomers;
    struct pair first = come(), second, last = { -1, -1 };

    (void)unused;
    assert_false(newcomers_came(&newcomers, first.theirs, 0, HANDSHAKE));
    (void)close(first.mine);
    second = come();
    assert_true(dup2(second.theirs, first.theirs) == first.theirs);
    for (int i = 1; i <= NEWCOMERS_MAX; i++) {               /* one real one stands for the others */
        if (i == 1)
            last = come();
        assert_int_equal(newcomers_came(&newcomers, last.theirs, i, HANDSHAKE), i == NEWCOMERS_MAX);
    }
    assert_false(is_shut(second));
    assert_false(newcomers_came(&newcomers, -1, 0, HANDSHAKE));
    (void)close(first.theirs);
    end(second);
    end(last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_makes_room),
        cmocka_unit_test(who_left_or_had_his_time_takes_no_place),
        cmocka_unit_test(a_number_that_is_anothers_by_now),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
