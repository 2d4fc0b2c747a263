/* Goal: one process holds a lease and what hangs on it, and whoever lost it writes nothing and sends nothing, whenever it wakes up.
 * Without an engine these are locks on files; with one (tests/engine.py) rows, tried by a parent and its child, who share a store. */
#include "base/clock.h"
#include "base/lease.h"
#include "base/pg_link.h"
#include "base/store_engine.h"
#include "tests/on_engine.h"
#include "tests/temporary.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[64], store_folder[80];

static int make(void **unused)
{
    (void)unused;
    if (!temporary_folder("lease", folder, sizeof folder))
        return -1;
    (void)snprintf(store_folder, sizeof store_folder, "%s/store", folder);
    return 0;
}

static int drop(void **unused)
{
    (void)unused;
    lease_close();
    return temporary_remove(folder);
}

static void one_has_a_file(void **unused)
{
    struct lease_thing *first, *second, *other;
    struct fault fault;

    (void)unused;
    SKIP_ON_ENGINE();
    assert_int_equal(lease_open(&(struct lease_asked){ str_of(folder), "mapper", 3, -1 }, &fault), ERR_OK);
    assert_false(lease_is_shared());
    assert_true(lease_holds());
    assert_int_equal(lease_number(3), 3);
    assert_int_equal(lease_keep(), ERR_OK);
    assert_int_equal(lease_thing_open(folder, "one", &first, &fault), ERR_OK);
    assert_int_equal(lease_thing_open(folder, "one", &second, &fault), ERR_OK);
    assert_int_equal(lease_thing_open(folder, "two", &other, &fault), ERR_OK);
    assert_int_equal(lease_win((struct lease_thing *[]){ first, NULL, other }, 3), 2);
    assert_int_equal(lease_win((struct lease_thing *[]){ first, second, other }, 3), 0);
    assert_false(lease_thing_held(second));
    lease_drop(first);
    assert_false(lease_thing_held(first));
    assert_int_equal(lease_win(&second, 1), 1);
    lease_thing_close(second);
    assert_int_equal(lease_win(&first, 1), 1);
    lease_thing_close(first);
    lease_thing_close(other);
    assert_int_equal(lease_alone(&fault), ERR_OK);
}

#ifdef HAVE_POSTGRESQL

static const char *const tables[] = { "things" };

static enum err put_work(struct txn *txn, void *context)
{
    return store_put(txn, 0, STR("key"), str_of(context));
}

/* With the writer's lock, once. */
static enum err stop_work(struct txn *txn, void *context)
{
    static bool stopped;
    enum err err = put_work(txn, context);

    if (!stopped) {
        stopped = true;
        (void)raise(SIGSTOP);
    }
    return err;
}

static enum err get_work(struct txn *txn, void *context)
{
    struct str value;
    enum err err = store_get(txn, 0, STR("key"), &value);

    return err ? err : str_copy(value, context, 16) ? ERR_OK : ERR_TOO_LONG;
}

static struct store *opened(void)
{
    struct fault fault = { "" };
    struct store *store = NULL;

    if (store_open(str_of(store_folder), tables, 1, 1, 0, &store, &fault) != ERR_OK)
        fail_msg("%s", fault.text);
    return store;
}

static void sql(const char *text)
{
    struct pg_link *link;

    assert_int_equal(pg_link_open(store_engine()->conninfo, &link, NULL), ERR_OK);
    pg_send(link, PG_NAMES_MAX, text, NULL, 0);
    if (!pg_settle(link))
        fail_msg("%s: %s", text, pg_link_why(link));
    pg_link_close(link);
}

static enum err open_as(const char *stage, int instance, int lock_fd, struct fault *fault)
{
    return lease_open(&(struct lease_asked){ str_of(folder), stage, instance, lock_fd }, fault);
}

/* A process of its own with instance 0 of the stage: a letter asks it, a letter is its answer. */
struct other { pid_t pid; int ask, answer; };

static char say_err(enum err err)
{
    return err == ERR_OK ? 'y' : err == ERR_IN_USE ? 'u' : err == ERR_STORE_IO ? 'i' : err == ERR_STORE_FULL ? 'f' : 'e';
}

static char do_as_asked(char letter, struct store *store, struct lease_thing *thing)
{
    switch (letter) {
    case 'k':
        return say_err(lease_keep_now());
    case 'w':
        return say_err(store_write(store, put_work, "child"));
    case 's':
        return say_err(store_write(store, stop_work, "child"));
    case 'h':
        return lease_holds() ? 'y' : 'n';
    case 'b':
        return store_broken() ? 'y' : 'n';
    case 't':
        return lease_win(&thing, 1) ? 'y' : 'n';
    case 'd':
        lease_drop(thing);
        return 'y';
    case 'c':
        lease_close();
        return 'y';
    default:
        return 'e';
    }
}

static void serve(int in, int out)
{
    struct store *store = NULL;
    struct lease_thing *thing = NULL;
    struct fault fault;
    char letter = say_err(open_as("tried", 0, -1, &fault));

    if (letter == 'y' && (store_open(str_of(store_folder), tables, 1, 1, 0, &store, &fault) ||
                          lease_thing_open(folder, "thing", &thing, &fault)))
        letter = 'e';
    while (write(out, &letter, 1) == 1 && read(in, &letter, 1) == 1)
        letter = do_as_asked(letter, store, thing);
    _exit(0);
}

static struct other start(void)
{
    int ask[2], answer[2];
    struct other other;

    assert_true(pipe(ask) == 0 && pipe(answer) == 0);
    other = (struct other){ fork(), ask[1], answer[0] };
    assert_true(other.pid >= 0);
    if (other.pid == 0) {
        (void)close(ask[1]);
        serve(ask[0], answer[1]);
    }
    (void)close(ask[0]);
    (void)close(answer[1]);
    return other;
}

static char heard(const struct other *other)
{
    char letter = '-';

    assert_int_equal(read(other->answer, &letter, 1), 1);
    return letter;
}

static char ask(const struct other *other, char letter)
{
    assert_int_equal(write(other->ask, &letter, 1), 1);
    return heard(other);
}

static void end(struct other *other)
{
    (void)kill(other->pid, SIGKILL);
    assert_int_equal(waitpid(other->pid, NULL, 0), other->pid);
    (void)close(other->ask);
    (void)close(other->answer);
}

/* As a stage does in its turns. */
static void keep_for(int64_t ms)
{
    for (int64_t until_ms = clock_steady_ms() + ms; clock_steady_ms() < until_ms; (void)poll(NULL, 0, 100))
        assert_int_equal(lease_keep(), ERR_OK);
}

static uint64_t boot_of_other(void)
{
    struct pg_link *link;
    struct pg_rows *rows;
    uint64_t boot;

    assert_int_equal(pg_link_open(store_engine()->conninfo, &link, NULL), ERR_OK);
    pg_send(link, PG_NAMES_MAX, "SELECT boot FROM bilag_fleet.holder WHERE stage='tried' AND number%64=0 AND boot<>0", NULL, 0);
    rows = pg_answer(link);
    assert_true(rows && pg_rows_count(rows) == 1);
    boot = pg_rows_number(rows, 0, 0);
    pg_rows_free(rows);
    pg_link_close(link);
    return boot;
}

static int forget_leases(void **unused)
{
    if (getenv("BILAG_UNITS_ENGINE"))
        sql("DROP SCHEMA IF EXISTS bilag_fleet CASCADE");
    return make(unused);
}

static void asleep_longer_than_it_lasts(void **unused)
{
    char value[16] = "";
    struct lease_thing *thing;
    struct store *store;
    struct fault fault;
    struct other other;
    uint64_t boot;

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    other = start();
    assert_int_equal(heard(&other), 'y');
    assert_int_equal(ask(&other, 't'), 'y');
    assert_int_equal(ask(&other, 'w'), 'y');
    assert_int_equal(open_as("tried", 1, -1, &fault), ERR_OK);
    store = opened();
    assert_int_equal(lease_thing_open(folder, "thing", &thing, &fault), ERR_OK);
    boot = boot_of_other();
    assert_int_equal(kill(other.pid, SIGSTOP), 0);
    assert_false(lease_is_over(lease_number(0), boot));
    assert_int_equal(lease_win(&thing, 1), 0);
    keep_for(LEASE_LASTS_MS + 1500);
    assert_true(lease_is_over(lease_number(0), boot));
    assert_int_equal(lease_win(&thing, 1), 1);
    assert_int_equal(store_write(store, put_work, "parent"), ERR_OK);
    assert_int_equal(kill(other.pid, SIGCONT), 0);
    assert_int_equal(ask(&other, 'h'), 'n');
    assert_int_equal(ask(&other, 'w'), 'i');
    assert_int_equal(ask(&other, 'b'), 'y');
    assert_int_equal(ask(&other, 'k'), 'u');
    assert_int_equal(ask(&other, 't'), 'n');
    assert_int_equal(store_read(store, get_work, value), ERR_OK);
    assert_string_equal(value, "parent");
    end(&other);
    lease_thing_close(thing);
    store_close(store);
}

static void asleep_with_the_writers_lock(void **unused)
{
    int64_t began_ms = clock_steady_ms();
    struct store *store;
    struct other other;
    int status;

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    other = start();
    assert_int_equal(heard(&other), 'y');
    store = opened();
    assert_int_equal(write(other.ask, "s", 1), 1);
    assert_int_equal(waitpid(other.pid, &status, WUNTRACED), other.pid);
    assert_true(WIFSTOPPED(status));
    assert_int_equal(store_write(store, put_work, "parent"), ERR_OK);
    assert_true(clock_steady_ms() - began_ms < LEASE_LASTS_MS);
    assert_int_equal(kill(other.pid, SIGCONT), 0);
    assert_int_equal(heard(&other), 'y');
    end(&other);
    store_close(store);
}

/* It had run out, and nobody minded: it is kept again by the write itself. */
static void lapsed_is_not_over(void **unused)
{
    struct fault fault;
    struct other other;
    uint64_t boot;

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    other = start();
    assert_int_equal(heard(&other), 'y');
    boot = boot_of_other();
    sql("UPDATE bilag_fleet.holder SET until=now()-interval '1 hour'");
    assert_int_equal(open_as("tried", 1, -1, &fault), ERR_OK);
    assert_false(lease_is_over(lease_number(0), boot));         /* who has just come judges nobody */
    assert_false(lease_runs(lease_number(0)));
    assert_int_equal(ask(&other, 'w'), 'y');
    assert_true(lease_runs(lease_number(0)));
    end(&other);
}

static void given_back_at_once(void **unused)
{
    struct lease_thing *thing;
    struct fault fault;
    struct other other;
    uint64_t boot;

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    other = start();
    assert_int_equal(heard(&other), 'y');
    assert_int_equal(ask(&other, 't'), 'y');
    boot = boot_of_other();
    assert_int_equal(open_as("tried", 1, -1, &fault), ERR_OK);
    assert_int_equal(lease_thing_open(folder, "thing", &thing, &fault), ERR_OK);
    assert_int_equal(lease_win(&thing, 1), 0);
    assert_int_equal(lease_alone(&fault), ERR_IN_USE);
    assert_non_null(strstr(fault.text, "bilag-tried runs on the machine"));
    assert_int_equal(ask(&other, 'c'), 'y');
    assert_true(lease_is_over(lease_number(0), boot));
    keep_for(1100);                       /* it is asked for once a second */
    assert_int_equal(lease_win(&thing, 1), 1);
    end(&other);
    lease_thing_close(thing);
}

/* Goal: stages that start at once on a new machine are of one machine, which is the one that its state folder names. */
static void many_start_at_once(void **unused)
{
    enum { ROUNDS = 12, MANY = 5 };
    char path[128];

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    (void)snprintf(path, sizeof path, "%s/machine", folder);
    for (int round = 0; round < ROUNDS; round++) {
        pid_t children[MANY];
        int go[2], machine = -1;

        assert_int_equal(pipe(go), 0);
        for (int i = 0; i < MANY; i++) {
            children[i] = fork();
            if (children[i] == 0) {
                struct fault fault;
                char byte;

                (void)close(go[1]);
                (void)!read(go[0], &byte, 1);            /* until all are there */
                _exit(open_as("tried", i, -1, &fault) ? 255 : lease_number(0) / LEASE_INSTANCES);
            }
        }
        (void)close(go[0]);
        (void)close(go[1]);
        for (int i = 0, status; i < MANY; i++) {
            assert_int_equal(waitpid(children[i], &status, 0), children[i]);
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 255);
            assert_true(machine < 0 || machine == WEXITSTATUS(status));
            machine = WEXITSTATUS(status);
        }
        assert_int_equal(unlink(path), 0);
    }
}

/* Goal: a fleet whose tables a former program made is gone on with: its leases are kept. */
static void tables_of_a_former_version(void **unused)
{
    struct fault fault;

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    assert_int_equal(open_as("tried", 0, -1, &fault), ERR_OK);
    lease_close();
    sql("ALTER TABLE bilag_fleet.holder DROP COLUMN config");
    assert_int_equal(open_as("tried", 0, -1, &fault), ERR_OK);
    lease_says("0123456789abcdef");
    assert_int_equal(lease_keep(), ERR_OK);
    assert_int_equal(lease_keep_now(), ERR_OK);
}

/* The same instance again: at once under the same file lock, which the former held; else when its time has run out. */
static void the_same_instance_again(void **unused)
{
    char path[96];
    struct fault fault;
    struct other other;
    int lock_fd;

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    (void)snprintf(path, sizeof path, "%s/lock", folder);
    lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(lock_fd >= 0);
    other = start();
    assert_int_equal(heard(&other), 'y');
    end(&other);
    assert_int_equal(open_as("tried", 0, lock_fd, &fault), ERR_IN_USE);
    assert_non_null(strstr(fault.text, "ten seconds"));
    sql("UPDATE bilag_fleet.holder SET until=now()+interval '1 minute'");    /* by the clock of a server that was before */
    assert_int_equal(open_as("tried", 0, lock_fd, &fault), ERR_OK);
    (void)close(lock_fd);
    lease_close();
    sql("UPDATE bilag_fleet.holder SET boot=1,until=now()+interval '9 s'");  /* as if it had been killed */
    lock_fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(open_as("tried", 0, -1, &fault), ERR_IN_USE);
    assert_int_equal(open_as("tried", 0, lock_fd, &fault), ERR_OK);
    (void)close(lock_fd);
}

#endif

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_has_a_file, make, drop),
#ifdef HAVE_POSTGRESQL
        cmocka_unit_test_setup_teardown(asleep_longer_than_it_lasts, forget_leases, drop),
        cmocka_unit_test_setup_teardown(asleep_with_the_writers_lock, forget_leases, drop),
        cmocka_unit_test_setup_teardown(lapsed_is_not_over, forget_leases, drop),
        cmocka_unit_test_setup_teardown(given_back_at_once, forget_leases, drop),
        cmocka_unit_test_setup_teardown(many_start_at_once, forget_leases, drop),
        cmocka_unit_test_setup_teardown(tables_of_a_former_version, forget_leases, drop),
        cmocka_unit_test_setup_teardown(the_same_instance_again, forget_leases, drop),
#endif
    };

    return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
