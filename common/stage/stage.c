#include "inside.h"

#include "alive.h"
#include "peers.h"
#include "base/clock.h"
#include "base/folder.h"
#include "base/json_write.h"
#include "base/lease.h"
#include "base/log.h"
#include "base/store.h"
#include "confine.h"
#include "runas.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <zmq.h>

enum { EXIT_STOPPED = 0, EXIT_NOT_ALIVE = 1, EXIT_AS_CONFIGURED = 100, EXIT_LATER = 111, ALIVE_WAIT_MS = 5000,
       ARENA_BYTES = 48 * 1024 * 1024, IDLE_WAIT_MS = 1000 };

const struct config *stage_config(const struct stage *stage)
{
    return stage->config;
}

const char *stage_name(const struct stage *stage)
{
    return stage->ops->name;
}

int stage_instance(const struct stage *stage)
{
    return stage->instance;
}

const void *stage_context(const struct stage *stage)
{
    return stage->ops->context;
}

struct arena *stage_arena(struct stage *stage)
{
    return &stage->arena;
}

bool stage_stopping(const struct stage *stage)
{
    return stage->stopping;
}

void stage_pause(struct stage *stage, bool paused)
{
    stage->paused = paused;
}

int64_t stage_now_ms(const struct stage *stage)
{
    (void)stage;
    return clock_now_ms();
}

int64_t stage_steady_ms(const struct stage *stage)
{
    (void)stage;
    return clock_steady_ms();
}

void stage_wake_at(struct stage *stage, int64_t steady_ms)
{
    if (steady_ms < stage->wake_ms)
        stage->wake_ms = steady_ms;
}

static int64_t *counter(struct stage *stage, const char *name)
{
    for (size_t i = 0; i < stage->counter_count; i++)
        if (strcmp(stage->counters[i].name, name) == 0)
            return &stage->counters[i].value;
    ensure(stage->counter_count < COUNTERS_MAX);
    stage->counters[stage->counter_count].name = name;
    stage->counters[stage->counter_count].value = 0;
    return &stage->counters[stage->counter_count++].value;
}

void stage_counter_add(struct stage *stage, const char *name, int64_t by)
{
    *counter(stage, name) += by;
}

void stage_counter_set(struct stage *stage, const char *name, int64_t value)
{
    *counter(stage, name) = value;
}

enum err stage_watch(struct stage *stage, int fd, watch_handler handler)
{
    if (stage->watch_count == WATCHES_MAX)
        return ERR_MEMORY;
    stage->watches[stage->watch_count].fd = fd;
    stage->watches[stage->watch_count++].handler = handler;
    return ERR_OK;
}

void stage_set_wait(struct stage *stage, stage_wait wait, void *context)
{
    stage->wait = wait;
    stage->wait_context = context;
}

static void status_write(struct stage *stage, struct strbuf *out)
{
    json_open(out, NULL, '{');
    json_put_str(out, "stage", str_of(stage->ops->name));
    json_put_int(out, "instance", stage->instance);
    json_put_int(out, "pid", getpid());
    json_put_bool(out, "up", true);
    json_put_str(out, "version", str_of(BILAG_VERSION));
    json_put_int(out, "uptime_ms", clock_steady_ms() - stage->started_ms);
    json_open(out, "counters", '{');
    for (size_t i = 0; i < stage->counter_count; i++)
        json_put_int(out, stage->counters[i].name, stage->counters[i].value);
    json_close(out, '}');
    if (stage->refused.text[0])
        json_put_str(out, "configuration_refused", str_of(stage->refused.text));
    if (stage->ops->status)
        stage->ops->status(stage, stage->state, out);
    json_close(out, '}');
}

void stage_reload_soon(struct stage *stage)
{
    stage->reload_ms = clock_steady_ms();
    stage_wake_at(stage, stage->reload_ms);
}

/* Who may reach this socket is the stages' user, who may send SIGHUP as well; over it also where process numbers are others'. */
static enum err status_asked(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    struct strbuf out;
    struct str reply[2];
    enum err err;

    (void)state;
    if (frames->count == 2 && str_equal(frames->part[1], STR(STAGE_RELOAD)))
        stage_reload_soon(stage);
    strbuf_init(&out, 8u << 20);
    status_write(stage, &out);
    reply[0] = frames->part[0];
    reply[1] = strbuf_str(&out);
    err = link_send(link, reply, 2);
    strbuf_free(&out);
    return err == ERR_BUSY ? ERR_OK : err;
}

/* Written aside and renamed, so that a reader sees the old dump or the new one, never half. */
static void status_dump(struct stage *stage)
{
    char path[600], aside[620];
    struct strbuf out;
    FILE *file;
    bool written;

    (void)snprintf(path, sizeof path, STR_FMT "/%s-%d.status.json", STR_ARG(stage->config->run_dir),
                   stage->ops->name, stage->instance);
    (void)snprintf(aside, sizeof aside, "%s.new", path);
    strbuf_init(&out, 8u << 20);
    status_write(stage, &out);
    strbuf_char(&out, '\n');
    file = fopen(aside, "we");
    written = file && fwrite(out.bytes, 1, out.len, file) == out.len;
    if (file && fclose(file) != 0)
        written = false;
    if (!written || rename(aside, path) != 0)
        log_fact("level=error what=\"status dump not written\" file=%s why=\"%s\"", path, strerror(errno));
    else
        log_fact("what=\"status dump\" file=%s", path);
    strbuf_free(&out);
}

/* A typing error must not stop a venue that is served. Who asks for the status reads it, until a configuration is taken. */
static void keep_former(struct stage *stage, const struct fault *fault)
{
    stage->refused = *fault;
    log_fact("level=error what=\"configuration not taken, the former stays\" why=\"%s\"", fault->text);
}

static enum err load(const struct stage *stage, struct config **ret_config, struct fault *fault)
{
    return (stage->ops->holds_keys ? config_load : stage->ops->tells ? config_load_to_tell : config_load_without_keys)
        (str_of(stage->config_dir), ret_config, fault);
}

/* Where machines share the stores, each says what it runs with. */
static void say_config(const struct stage *stage)
{
    char mark[CONFIG_MARK_SIZE];

    if (!lease_is_shared())
        return;
    config_mark(stage->config, mark);
    lease_says(mark);
}

static enum err reload(struct stage *stage)
{
    struct config *fresh, *old = stage->config;
    struct fault fault = { "" };
    enum err err = load(stage, &fresh, &fault);

    stage->reload_ms = 0;
    if (err) {
        keep_former(stage, &fault);
        if (err == ERR_MEMORY || err == ERR_SYSTEM)
            stage->reload_ms = clock_steady_ms() + IDLE_WAIT_MS;     /* nobody says it again */
        return ERR_OK;
    }
    if (config_may_replace(old, fresh, &fault)) {
        keep_former(stage, &fault);
        config_free(fresh);
        return ERR_OK;
    }
    for (size_t i = 0; i < fresh->fault_count; i++)
        log_fact("level=error what=\"venue left out\" why=\"%s\"", fresh->faults[i].text);
    stage->refused.text[0] = '\0';
    stage->config = fresh;
    say_config(stage);
    err = stage->ops->reload ? stage->ops->reload(stage, stage->state) : ERR_OK;
    config_free(old);
    log_fact("what=\"configuration taken\" venues=%zu", fresh->venue_count);
    return err;
}

static void stop(struct stage *stage)
{
    stage->stopping = true;
    store_hurry();
}

static enum err signals(struct stage *stage)
{
    struct signalfd_siginfo info;
    enum err err = ERR_OK;

    while (!err && read(stage->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            err = reload(stage);
        else if (info.ssi_signo == SIGUSR1)
            status_dump(stage);
        else
            stop(stage);
    }
    return err;
}

static bool anything_to_read(const struct stage *stage)
{
    for (size_t i = 0; i < stage->link_count; i++)
        if (link_readable(&stage->links[i]) && !link_paused(&stage->links[i]))
            return true;
    return false;
}

static int wait_ms(const struct stage *stage)
{
    int64_t left = stage->wake_ms - clock_steady_ms();

    if (left <= 0 || anything_to_read(stage))
        return 0;
    return left > IDLE_WAIT_MS ? IDLE_WAIT_MS : (int)left;
}

static enum err wait_and_watch(struct stage *stage)
{
    struct pollfd fds[1 + LINKS_MAX + WATCHES_MAX];
    size_t count = 0, first_watch;
    int timeout = wait_ms(stage);
    enum err err = ERR_OK;

    fds[count++] = (struct pollfd){ stage->signal_fd, POLLIN, 0 };
    for (size_t i = 0; i < stage->link_count; i++)
        fds[count++] = (struct pollfd){ link_paused(&stage->links[i]) ? -1 : stage->links[i].fd, POLLIN, 0 };
    first_watch = count;
    for (size_t i = 0; i < stage->watch_count; i++)
        fds[count++] = (struct pollfd){ stage->watches[i].fd, POLLIN, 0 };
    stage->wake_ms = INT64_MAX;
    if (stage->wait ? stage->wait(stage->wait_context, fds, count, timeout) < 0
                    : poll(fds, (nfds_t)count, timeout) < 0 && errno != EINTR)
        return ERR_SYSTEM;
    if (fds[0].revents)
        err = signals(stage);
    for (size_t i = 0; !err && i < stage->watch_count; i++)
        if (fds[first_watch + i].revents)
            err = stage->watches[i].handler(stage, stage->state, stage->watches[i].fd);
    arena_reset(&stage->arena);
    return err;
}

/* systemd asks to hear of us (WatchdogSec=): from the loop itself, so that what hangs there is found. */
static void watchdog_open(struct stage *stage)
{
    uint64_t usec = 0;

    if (sd_watchdog_enabled(0, &usec) > 0)
        stage->watchdog_ms = usec > 3000 ? (int64_t)(usec / 3000) : 1;
}

static void watchdog_turn(struct stage *stage)
{
    int64_t now = clock_steady_ms();

    if (!stage->watchdog_ms)
        return;
    if (now >= stage->alive_ms + stage->watchdog_ms) {
        (void)sd_notify(0, "WATCHDOG=1");
        stage->alive_ms = now;
    }
    stage_wake_at(stage, stage->alive_ms + stage->watchdog_ms);
}

/* The keys are another user's, and he has told others, or the first: whose books a venue's are may have changed. */
static void look_for_marks(struct stage *stage)
{
    int64_t now = clock_steady_ms();

    if (stage->reload_ms || now < stage->marks_ms)
        return;
    stage->marks_ms = now + (stage->refused.text[0] ? 60 : 1) * IDLE_WAIT_MS;
    if (config_marks_changed(stage->config))
        stage->reload_ms = now;
}

static enum err turn(struct stage *stage)
{
    enum err err = wait_and_watch(stage);

    if (!err)
        err = lease_keep();
    watchdog_turn(stage);
    look_for_marks(stage);
    if (!err && stage->reload_ms && clock_steady_ms() >= stage->reload_ms)
        err = reload(stage);
    for (size_t i = 0; !err && i < stage->link_count; i++)
        err = link_drain(stage, &stage->links[i]);
    if (!err && stage->ops->turn)
        err = stage->ops->turn(stage, stage->state);
    if (!err && store_broken())
        err = ERR_STORE_IO;
    arena_reset(&stage->arena);
    return err == ERR_FORMAT ? ERR_OK : err;
}

static enum err take_signals(struct stage *stage)
{
    sigset_t mask;

    (void)sigemptyset(&mask);
    (void)sigaddset(&mask, SIGTERM);
    (void)sigaddset(&mask, SIGINT);
    (void)sigaddset(&mask, SIGHUP);
    (void)sigaddset(&mask, SIGUSR1);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);              /* a file too large is ENOSPC's brother, not our death */
    if (sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
        return ERR_SYSTEM;
    stage->signal_fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    return stage->signal_fd < 0 ? ERR_SYSTEM : ERR_OK;
}

static enum err take_lock(struct stage *stage, struct fault *fault)
{
    char path[600];
    enum err err;

    (void)snprintf(path, sizeof path, STR_FMT, STR_ARG(stage->config->run_dir));
    if (mkdir(path, folder_mode()) != 0 && errno != EEXIST)
        return fault_set(fault, err_of_errno(errno, ERR_CONFIG),
                         "cannot make run_dir %s: %s; make it, or choose another in bilag.yaml", path, strerror(errno));
    err = folder_judge(path, "run_dir", FOLDER_WRITTEN_BY_OWNER, fault);
    if (err)
        return err;
    (void)snprintf(path, sizeof path, STR_FMT "/%s-%d.lock", STR_ARG(stage->config->run_dir), stage->ops->name,
                   stage->instance);
    stage->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, file_mode());
    if (stage->lock_fd < 0)
        return fault_set(fault, err_of_errno(errno, ERR_CONFIG), "cannot write in run_dir: %s: %s", path, strerror(errno));
    if (flock(stage->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return fault_set(fault, ERR_IN_USE, "bilag-%s --instance %d is running already (it holds %s): stop it, or "
                         "choose another number", stage->ops->name, stage->instance, path);
    return ERR_OK;
}

/* Whoever could write there could be any stage, or change what was acknowledged. */
static enum err judge_state(const struct stage *stage, struct fault *fault)
{
    char path[1024];
    enum err err = folder_make(stage->config->state_dir, fault);

    if (!err && !str_copy(stage->config->state_dir, path, sizeof path))
        err = fault_set(fault, ERR_CONFIG, "state_dir has too long a name");
    return err ? err : folder_judge(path, "state_dir", FOLDER_WRITTEN_BY_OWNER, fault);
}

/* Where machines share the stores, each instance of the pipeline is known to the others, and of those that tell people, one does. */
static enum err take_lease(const struct stage *stage, struct fault *fault)
{
    const struct lease_asked asked = { stage->config->state_dir, stage->ops->name, stage->instance, stage->lock_fd };
    bool shares = stage->ops->tells || stage_kind_of(str_of(stage->ops->name)) != STAGE_KINDS;

    return shares ? lease_open(&asked, fault) : ERR_OK;
}

static bool starts_programs(const struct stage *stage)
{
    const struct watch_settings *watch = &stage->config->watch;

    for (size_t i = 0; i < watch->recipient_count; i++)
        if (watch->recipients[i].command.len)
            return true;
    return false;
}

/* Whoever takes us over finds little to do. The stages of the pipeline, the console, and the watch that starts no command need
 * nothing else; another program says so here when it does. Where the kernel has no filters (or a container forbids them) it is said, once. */
static void confine(const struct stage *stage)
{
    enum stage_kind kind = stage_kind_of(str_of(stage->ops->name));
    struct fault fault = { "" };

    if (kind == STAGE_KINDS && strcmp(stage->ops->name, "console") != 0 &&
        (strcmp(stage->ops->name, "watch") != 0 || starts_programs(stage)))
        return;
    if (confine_self(kind, &fault))
        log_fact("level=warning what=\"system calls are not restricted\" why=\"%s\"", fault.text);
}

static enum err open_sockets(struct stage *stage, struct fault *fault)
{
    struct link *status;
    char name[64];
    enum err err;

    stage->zmq = zmq_ctx_new();
    if (!stage->zmq)
        return fault_set(fault, ERR_SYSTEM, "ZeroMQ does not start: %s", zmq_strerror(errno));
    err = peers_open(stage, fault);
    (void)snprintf(name, sizeof name, "status-%s-%d", stage->ops->name, stage->instance);
    return err ? err : link_listen(stage, ZMQ_ROUTER, name, status_asked, &status, fault);
}

static enum err open_stage(struct stage *stage, struct fault *fault)
{
    struct rlimit no_core = { 0, 0 };
    enum err err;

    if (sodium_init() < 0 || setrlimit(RLIMIT_CORE, &no_core) != 0)      /* a core would hold keys */
        return fault_set(fault, ERR_SYSTEM, "the system gives no randomness, or no limit on core files");
    (void)umask(077);
    err = load(stage, &stage->config, fault);
    if (err)
        return err == ERR_MEMORY || err == ERR_SYSTEM ? err : ERR_CONFIG;
    for (size_t i = 0; i < stage->config->fault_count; i++)
        log_fact("level=error what=\"venue left out\" why=\"%s\"", stage->config->faults[i].text);
    err = runas_stage(stage->config, fault);
    if (!err)
        err = config_stores(stage->config, fault);
    if (!err)
        err = take_signals(stage);
    if (!err)
        err = take_lock(stage, fault);
    if (!err)
        err = judge_state(stage, fault);
    if (err)
        return err;
    confine(stage);
    err = take_lease(stage, fault);
    say_config(stage);
    if (!err)
        err = open_sockets(stage, fault);
    return err ? err : stage->ops->open(stage, &stage->state, fault);
}

static void close_stage(struct stage *stage)
{
    if (stage->ops->close && stage->state)
        stage->ops->close(stage, stage->state);
    lease_close();
    link_close_all(stage);
    if (stage->zmq)
        (void)zmq_ctx_term(stage->zmq);
    peers_close(stage);
    arena_free(&stage->arena);
    config_free(stage->config);
    if (stage->signal_fd >= 0)
        (void)close(stage->signal_fd);
    if (stage->lock_fd >= 0)
        (void)close(stage->lock_fd);
}

static void help(const struct stage_ops *ops)
{
    printf("bilag-%s - %s\n\n"
           "usage: bilag-%s --config DIR [--instance N] [--alive]\n"
           "       bilag-%s --help | --help-settings | --version\n\n"
           "Runs in the foreground, one line per fact to stderr. SIGHUP reads the configuration again, SIGUSR1\n"
           "writes a status dump into run_dir, SIGTERM ends it. Exit 0: told to stop; 100: cannot run as\n"
           "configured, do not restart; 111: restart later. --alive: exit 0 if the one that runs answers, 1 if\n"
           "not (a container's health check).\n", ops->name, ops->about, ops->name, ops->name);
}

static int arguments(struct stage *stage, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        char *end;

        if (strcmp(argv[i], "--help") == 0) {
            help(stage->ops);
            return EXIT_STOPPED;
        }
        if (strcmp(argv[i], "--help-settings") == 0) {
            struct strbuf out;

            strbuf_init(&out, 1u << 20);
            config_help(&out);
            (void)fwrite(out.bytes, 1, out.len, stdout);
            strbuf_free(&out);
            return EXIT_STOPPED;
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("bilag-%s %s\n", stage->ops->name, BILAG_VERSION);
            return EXIT_STOPPED;
        }
        if (strcmp(argv[i], "--config") == 0 && value && str_copy(str_of(value), stage->config_dir, 512)) {
            i++;
        } else if (strcmp(argv[i], "--instance") == 0 && value) {
            long number = strtol(value, &end, 10);

            if (*value == '\0' || *end != '\0' || number < 0 || number > 63) {
                (void)fprintf(stderr, "--instance: a number from 0 to 63, not %s\n", value);
                return EXIT_AS_CONFIGURED;
            }
            stage->instance = (int)number;
            i++;
        } else if (strcmp(argv[i], "--alive") == 0) {
            stage->ask_alive = true;
        } else {
            (void)fprintf(stderr, "bilag-%s does not know %s: see --help\n", stage->ops->name, argv[i]);
            return EXIT_AS_CONFIGURED;
        }
    }
    if (stage->config_dir[0])
        return -1;
    (void)fprintf(stderr, "bilag-%s needs --config DIR: see --help\n", stage->ops->name);
    return EXIT_AS_CONFIGURED;
}

/* Whether the one that runs answers; without keys, which a health check has no use for. */
static int ask_alive(const struct stage *stage)
{
    struct config *config;
    struct fault fault = { "" };
    bool alive;

    if (config_load_without_keys(str_of(stage->config_dir), &config, &fault)) {
        (void)fprintf(stderr, "bilag-%s: %s\n", stage->ops->name, fault.text);
        return EXIT_AS_CONFIGURED;
    }
    alive = alive_asked(config->run_dir, stage->ops->name, stage->instance, ALIVE_WAIT_MS);
    config_free(config);
    return alive ? EXIT_STOPPED : EXIT_NOT_ALIVE;
}

static int exit_code(enum err err)
{
    if (err == ERR_OK || err == ERR_STOP)
        return EXIT_STOPPED;
    return err == ERR_CONFIG ? EXIT_AS_CONFIGURED : EXIT_LATER;
}

/* Five seconds are promised: what is under way may end within them, closing takes the rest. */
static bool finishing(struct stage *stage)
{
    int64_t steady = clock_steady_ms();

    if (!stage->stop_by_ms)
        stage->stop_by_ms = steady + STOP_WAIT_MS;
    return stage->ops->busy && steady < stage->stop_by_ms && stage->ops->busy(stage->state);
}

static enum err run(struct stage *stage)
{
    struct fault fault = { "" };
    enum err err = open_stage(stage, &fault);

    if (err) {
        log_fact("level=error what=\"cannot start\" why=\"%s\"", fault.text[0] ? fault.text : err_text(err));
        return err;
    }
    log_fact("what=ready pid=%d venues=%zu", (int)getpid(), stage->config->venue_count);
    (void)sd_notify(0, "READY=1");
    watchdog_open(stage);
    while (!err && (!stage->stopping || finishing(stage)))
        err = turn(stage);
    (void)sd_notify(0, "STOPPING=1");
    if (err && err != ERR_STOP)
        log_fact("level=error what=\"cannot go on\" why=\"%s\"", err_text(err));
    else
        log_fact("what=stopped");
    return err;
}

int stage_main(const struct stage_ops *ops, int argc, char **argv)
{
    static struct stage stage;
    int code;
    enum err err;

    stage = (struct stage){ .ops = ops, .lock_fd = -1, .signal_fd = -1, .started_ms = clock_steady_ms() };
    arena_init(&stage.arena, ARENA_BYTES);
    code = arguments(&stage, argc, argv);
    if (code < 0 && stage.ask_alive)
        code = ask_alive(&stage);
    if (code >= 0)
        return code;
    log_open(ops->name, stage.instance);
    err = run(&stage);
    close_stage(&stage);
    return exit_code(err);
}
