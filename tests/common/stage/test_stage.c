/* Goal: the skeleton does for a stage what stage.h says: exit codes, one instance by its lock, messages one by one with what is
 * wrong with them, a pause, the status, a new configuration after SIGHUP and none after a broken one, an orderly end. The stage
 * runs in a child and tells by a pipe what happens to it. */
#include "tests/common/domain/config_folder.h"

#include "stage/link.h"
#include "stage/stage.h"

#include <signal.h>
#include <sys/wait.h>
#include <zmq.h>

enum { PATIENCE_S = 30 };

static struct folder folder;
static char run_dir[96];
static int told[2];
static pid_t child;

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *format, ...)
{
    char line[200];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    line[len] = '\n';
    if (write(told[1], line, (size_t)len + 1) < 0)
        _exit(99);
}

static enum err got(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    (void)state;
    (void)link;
    tell("got " STR_FMT, STR_ARG(frames->part[0]));
    stage_counter_add(stage, "got", 1);
    if (str_equal(frames->part[0], STR("pause")))
        stage_pause(stage, true);
    return str_equal(frames->part[0], STR("bad")) ? ERR_FORMAT : str_equal(frames->part[0], STR("unusable")) ? ERR_CONFIG
           : str_equal(frames->part[0], STR("disk")) ? ERR_STORE_IO : ERR_OK;
}

static enum err open_state(struct stage *stage, void **ret_state, struct fault *fault)
{
    static int state;
    struct link *link;
    enum err err = link_listen(stage, ZMQ_PULL, "in", got, &link, fault);

    *ret_state = &state;
    if (!err)
        tell("open %s %d", stage_name(stage), stage_instance(stage));
    return err;
}

static void close_state(struct stage *stage, void *state)
{
    (void)stage;
    (void)state;
    tell("close");
}

static enum err reload(struct stage *stage, void *state)
{
    (void)state;
    tell("reload %d", stage_config(stage)->stages.validator);
    stage_pause(stage, false);
    return ERR_OK;
}

static enum err turn(struct stage *stage, void *state)
{
    (void)stage;
    (void)state;
    return ERR_OK;
}

static void status(struct stage *stage, void *state, struct strbuf *json)
{
    (void)stage;
    (void)state;
    strbuf_add(json, STR(",\"own\":5"));
}

static const struct stage_ops ops = { .name = "tested", .about = "a stage of a test", .open = open_state, .close = close_state,
                                      .reload = reload, .turn = turn, .status = status };

/* The stage in a child of its own, with these words behind its name. */
static void begin(const char *config)
{
    char *argv[] = { "bilag-tested", "--config", (char *)(uintptr_t)config, "--instance", "0", NULL };

    assert_int_equal(pipe2(told, O_CLOEXEC), 0);
    (void)fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)alarm(PATIENCE_S);
        if (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout))
            _exit(99);
        exit(stage_main(&ops, 5, argv));
    }
    assert_int_equal(close(told[1]), 0);
}

/* What it tells next; "": it has ended. */
static const char *next(void)
{
    static char line[200];
    size_t len = 0;

    while (len < sizeof line - 1 && read(told[0], line + len, 1) == 1 && line[len] != '\n')
        len++;
    line[len] = '\0';
    return line;
}

static void ends_with(int code)
{
    int how;

    assert_string_equal(next(), "");
    assert_int_equal(close(told[0]), 0);
    assert_int_equal(waitpid(child, &how, 0), child);
    if (!WIFEXITED(how) || WEXITSTATUS(how) != code)
        fail_msg("it ended with %d, must be %d", WIFEXITED(how) ? WEXITSTATUS(how) : -1, code);
}

struct peer { void *context, *socket; };

static struct peer peer(int type, const char *name)
{
    struct peer peer = { zmq_ctx_new(), NULL };
    char address[160];

    (void)snprintf(address, sizeof address, "ipc://%s/%s.ipc", run_dir, name);
    peer.socket = zmq_socket(peer.context, type);
    assert_int_equal(zmq_setsockopt(peer.socket, ZMQ_LINGER, &(int){ 1000 }, sizeof(int)), 0);
    assert_int_equal(zmq_setsockopt(peer.socket, ZMQ_RCVTIMEO, &(int){ PATIENCE_S * 1000 }, sizeof(int)), 0);
    assert_int_equal(zmq_connect(peer.socket, address), 0);
    return peer;
}

static void peer_end(struct peer *peer)
{
    (void)zmq_close(peer->socket);
    (void)zmq_ctx_term(peer->context);
}

static void say(struct peer *peer, const char *word)
{
    assert_int_equal(zmq_send(peer->socket, word, strlen(word), 0), (int)strlen(word));
}

/* bilag.yaml with so many validators, as it is written there. */
static void root(const char *validators)
{
    char place[200], count[64], *text, *whole;

    (void)snprintf(place, sizeof place, "run_dir: %s\n", run_dir);
    (void)snprintf(count, sizeof count, "validator: %s", validators);
    text = replaced(good_root, "run_dir: /run/bilag-test\n", place);
    whole = replaced(text, "validator: 3", count);
    folder_write(&folder, "bilag.yaml", whole, strlen(whole), 0644);
    free(text);
    free(whole);
}

static int make(void **unused)
{
    (void)unused;
    folder_make(&folder);
    (void)snprintf(run_dir, sizeof run_dir, "%s/run", folder.path);
    root("3");
    return mkdir(run_dir, 0700);
}

static int drop(void **unused)
{
    (void)unused;
    folder_remove(&folder);
    return 0;
}

static void told_to_stop(void **unused)
{
    (void)unused;
    begin(folder.path);
    assert_string_equal(next(), "open tested 0");
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_string_equal(next(), "close");
    ends_with(0);
}

static void cannot_run_as_configured(void **unused)
{
    (void)unused;
    begin("/nowhere");
    ends_with(100);
}

static void one_instance_at_a_time(void **unused)
{
    pid_t first;
    int first_told;

    (void)unused;
    begin(folder.path);
    assert_string_equal(next(), "open tested 0");
    first = child;
    first_told = told[0];
    begin(folder.path);
    ends_with(111);
    child = first;
    told[0] = first_told;
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_string_equal(next(), "close");
    ends_with(0);
}

static void what_handlers_say_decides(void **unused)
{
    static const struct { const char *word; int code; } rows[] = { { "unusable", 100 }, { "disk", 111 } };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct peer sender;
        char line[64];

        begin(folder.path);
        assert_string_equal(next(), "open tested 0");
        sender = peer(ZMQ_PUSH, "in");
        say(&sender, "bad");                                 /* counted and dropped */
        say(&sender, rows[i].word);
        (void)snprintf(line, sizeof line, "got %s", rows[i].word);
        assert_string_equal(next(), "got bad");
        assert_string_equal(next(), line);
        assert_string_equal(next(), "close");
        ends_with(rows[i].code);
        peer_end(&sender);
    }
}

/* What the status says; static, until the next call. */
static const char *asked(const char *word)
{
    static char answer[16384];
    struct peer asker = peer(ZMQ_DEALER, "status-tested-0");
    int len;

    say(&asker, word);
    len = zmq_recv(asker.socket, answer, sizeof answer - 1, 0);
    assert_true(len > 0);
    answer[len] = '\0';
    peer_end(&asker);
    return answer;
}

static void status_and_pause_and_reload(void **unused)
{
    struct peer sender;
    const char *says;

    (void)unused;
    begin(folder.path);
    assert_string_equal(next(), "open tested 0");
    sender = peer(ZMQ_PUSH, "in");
    say(&sender, "bad");
    assert_string_equal(next(), "got bad");
    says = asked("?");
    assert_non_null(strstr(says, "\"own\":5"));
    assert_non_null(strstr(says, "\"got\":1"));
    say(&sender, "pause");
    assert_string_equal(next(), "got pause");
    say(&sender, "waits");
    assert_non_null(strstr(asked("?"), "\"got\":2"));        /* paused, and it answers */
    root("three");
    assert_int_equal(kill(child, SIGHUP), 0);
    assert_non_null(strstr(asked("?"), "\"got\":2"));        /* the broken one changed nothing */
    root("9");
    assert_int_equal(kill(child, SIGHUP), 0);
    assert_string_equal(next(), "reload 9");
    assert_string_equal(next(), "got waits");
    root("8");
    assert_non_null(strstr(asked("reload"), "\"got\":3"));   /* what SIGHUP does, and an answer */
    assert_string_equal(next(), "reload 8");
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_string_equal(next(), "close");
    ends_with(0);
    peer_end(&sender);
}

int main(void)
{
#define STAGE_TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)
    const struct CMUnitTest tests[] = {
        STAGE_TEST(told_to_stop), STAGE_TEST(cannot_run_as_configured), STAGE_TEST(one_instance_at_a_time),
        STAGE_TEST(what_handlers_say_decides), STAGE_TEST(status_and_pause_and_reload),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
