#include "lease.h"

#include "clock.h"
#include "folder.h"
#include "lease_rows.h"
#include "log.h"
#include "pg_link.h"
#include "store_engine.h"
#include "wholefile.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_SIZE = 1024, THING_SIZE = 64, THINGS_MAX = 256, AGAIN_MS = 1000, GAP_MS = LEASE_LASTS_MS - LEASE_MARGIN_MS };

struct lease_thing { int fd; bool held; char name[THING_SIZE]; };

/* Of this process. Times are of kept_clock_ms(). */
static struct {
    bool shared;
    int instance;
    struct lease_row row;
    int64_t kept_ms;                     /* before it was asked for last, and given */
    int64_t since_ms;                    /* kept on end, by one server, since */
    int64_t next_ms, win_ms, look_ms;
    int64_t lacks_ms;                    /* a stage has been lacking here since; 0: none is */
    bool whole_elsewhere;
    bool told;
} mine;

/* It goes on while the machine sleeps. */
static int64_t kept_clock_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void lease_says(const char *config)
{
    if (mine.shared && strcmp(mine.row.config, config) != 0) {
        (void)snprintf(mine.row.config, sizeof mine.row.config, "%s", config);
        mine.next_ms = 0;
    }
}

bool lease_is_shared(void)
{
    return mine.shared;
}

bool lease_holds(void)
{
    return !mine.shared || kept_clock_ms() < mine.kept_ms + GAP_MS;
}

int32_t lease_number(int instance)
{
    return mine.shared ? mine.row.number - mine.instance + instance : instance;
}

uint64_t lease_boot(void)
{
    return mine.row.boot;
}

/* --- without an engine: a lock on a file --- */

enum err lease_thing_open(const char *folder, const char *name, struct lease_thing **ret_thing, struct fault *fault)
{
    struct lease_thing *thing = calloc(1, sizeof *thing);
    char path[PATH_SIZE];

    if (!thing)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    thing->fd = -1;
    (void)snprintf(path, sizeof path, "%s/%s.lock", folder, name);
    if (mine.shared)
        (void)snprintf(thing->name, sizeof thing->name, "%s/%s", mine.row.stage, name);
    else
        thing->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, file_mode());
    if (!mine.shared && thing->fd < 0) {
        free(thing);
        return fault_set(fault, ERR_STORE_IO, "cannot make %s: %s", path, strerror(errno));
    }
    *ret_thing = thing;
    return ERR_OK;
}

bool lease_thing_held(const struct lease_thing *thing)
{
    return thing->held;
}

/* --- with one --- */

#ifdef HAVE_POSTGRESQL

static bool machine_path(struct str state_dir, char path[PATH_SIZE])
{
    return snprintf(path, PATH_SIZE, STR_FMT "/machine", STR_ARG(state_dir)) < PATH_SIZE;
}

struct str lease_machine(struct str state_dir, char id[LEASE_MACHINE_SIZE])
{
    char path[PATH_SIZE];
    int fd = machine_path(state_dir, path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t got = fd < 0 ? -1 : read(fd, id, LEASE_MACHINE_SIZE - 1);

    if (fd >= 0)
        (void)close(fd);
    id[LEASE_MACHINE_SIZE - 1] = '\0';
    return got == LEASE_MACHINE_SIZE - 1 ? str_of(id) : STR_NONE;
}

static enum err draw_machine(const char *path, char id[LEASE_MACHINE_SIZE], struct fault *fault)
{
    unsigned char drawn[LEASE_MACHINE_SIZE / 2];

    randombytes_buf(drawn, sizeof drawn);
    (void)sodium_bin2hex(id, LEASE_MACHINE_SIZE, drawn, sizeof drawn);
    return wholefile_write(path, (struct str){ id, LEASE_MACHINE_SIZE - 1 }, file_mode(), WHOLEFILE_NEW, fault);
}

/* Drawn by who is there first; stages that start at once wait for that one, for they would take each other's unfinished file away. */
static enum err machine_id(struct str state_dir, char id[LEASE_MACHINE_SIZE], struct fault *fault)
{
    char path[PATH_SIZE], dir[PATH_SIZE];
    int fd, locked = -1;
    enum err err;

    if (!machine_path(state_dir, path) || !str_copy(state_dir, dir, sizeof dir))
        return fault_set(fault, ERR_CONFIG, "state_dir has too long a name");
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && (locked = flock(fd, LOCK_EX)) != 0 && errno == EINTR)
        continue;
    if (fd < 0 || locked != 0)
        err = fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s cannot be locked: %s", dir, strerror(errno));
    else
        err = draw_machine(path, id, fault);
    if (fd >= 0)
        (void)close(fd);
    if (err != ERR_EXISTS || lease_machine(state_dir, id).len)
        return err == ERR_EXISTS ? ERR_OK : err;
    return fault_set(fault, ERR_CONFIG, "%s does not say which machine this is: 32 digits that no other machine has; they are "
                     "drawn if the file is not there", path);
}

/* The same file in the same run of the same machine: who holds its lock now knows that the former holder is gone. */
static uint64_t lock_name(int lock_fd)
{
    struct { char boot[64]; dev_t device; ino_t inode; } named;
    struct stat st;
    uint64_t name;
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    bool known = fd >= 0 && lock_fd >= 0 && fstat(lock_fd, &st) == 0;

    memset(&named, 0, sizeof named);
    known = known && read(fd, named.boot, sizeof named.boot - 1) > 0;
    if (fd >= 0)
        (void)close(fd);
    randombytes_buf(&name, sizeof name);
    if (!known)
        return name;                      /* nobody's: it waits until the former has lapsed */
    named.device = st.st_dev;
    named.inode = st.st_ino;
    (void)crypto_generichash((unsigned char *)&name, sizeof name, (const unsigned char *)&named, sizeof named, NULL, 0);
    return name;
}

enum err lease_open(const struct lease_asked *asked, struct fault *fault)
{
    struct lease_row row = { .lock = lock_name(asked->lock_fd) };
    char machine[LEASE_MACHINE_SIZE] = "";
    int64_t began_ms = kept_clock_ms();
    enum err err;

    if (!store_engine())
        return ERR_OK;
    ensure(!mine.shared && str_copy(str_of(asked->stage), row.stage, sizeof row.stage));
    while (row.boot == 0)
        randombytes_buf(&row.boot, sizeof row.boot);
    err = machine_id(asked->state_dir, machine, fault);
    if (!err)
        err = lease_rows_take(machine, asked->instance, &row, fault);
    if (err)
        return err;
    mine.row = row;
    mine.instance = asked->instance;
    mine.kept_ms = mine.since_ms = began_ms;
    mine.next_ms = began_ms + LEASE_KEEP_MS;
    mine.win_ms = mine.look_ms = mine.lacks_ms = 0;
    mine.told = false;
    mine.shared = true;
    return ERR_OK;
}

void lease_close(void)
{
    if (mine.shared)
        lease_rows_give(&mine.row);
    mine.shared = false;
}

enum err lease_keep_now(void)
{
    int64_t began_ms = kept_clock_ms();
    uint64_t server = mine.row.server;
    enum err err = lease_rows_keep(&mine.row);

    mine.next_ms = began_ms + (err ? AGAIN_MS : LEASE_KEEP_MS);
    if (err == ERR_IN_USE) {
        if (!mine.told)
            log_fact("level=error what=\"this instance's lease is over, another machine does its work: it begins anew\" "
                     "term=%llu", (unsigned long long)mine.row.term);
        mine.told = true;
        mine.kept_ms = INT64_MIN / 2;
    }
    if (err)
        return err;
    if (server != mine.row.server || began_ms - mine.kept_ms > GAP_MS)
        mine.since_ms = began_ms;
    mine.kept_ms = began_ms;
    return ERR_OK;
}

enum err lease_keep(void)
{
    enum err err = mine.shared && kept_clock_ms() >= mine.next_ms ? lease_keep_now() : ERR_OK;

    return err == ERR_IN_USE ? err : ERR_OK;
}

static bool may_judge(void)
{
    return lease_holds() && kept_clock_ms() - mine.since_ms >= LEASE_LASTS_MS;
}

bool lease_is_over(int32_t number, uint64_t boot)
{
    return number == mine.row.number ? boot != mine.row.boot : lease_rows_over(&mine.row, number, boot, may_judge());
}

bool lease_runs(int32_t number)
{
    return number == mine.row.number || lease_rows_run(&mine.row, number);
}

bool lease_lacks_stage(void)
{
    int64_t now_ms = kept_clock_ms();
    bool here;

    if (!mine.shared)
        return false;
    if (now_ms >= mine.look_ms) {
        mine.look_ms = now_ms + LEASE_KEEP_MS;
        if (lease_rows_whole(&mine.row, &here, &mine.whole_elsewhere))
            mine.lacks_ms = 0;            /* nobody can tell */
        else
            mine.lacks_ms = here ? 0 : mine.lacks_ms ? mine.lacks_ms : now_ms;
    }
    return mine.lacks_ms && mine.whole_elsewhere && now_ms - mine.lacks_ms >= LEASE_LASTS_MS;
}

struct winning { struct lease_thing *const *things; size_t count, won; };

static void won(struct str name, void *context)
{
    struct winning *winning = context;

    for (size_t i = 0; i < winning->count; i++)
        if (winning->things[i] && str_equal(str_of(winning->things[i]->name), name)) {
            winning->things[i]->held = true;
            winning->won++;
        }
}

static size_t win_rows(struct lease_thing *const *things, size_t count)
{
    struct winning winning = { things, count, 0 };
    struct strbuf names;
    int64_t now_ms = kept_clock_ms();

    if (now_ms < mine.win_ms || !lease_holds())
        return 0;
    mine.win_ms = now_ms + AGAIN_MS;
    strbuf_init(&names, THINGS_MAX * THING_SIZE);
    for (size_t i = 0; i < count; i++)
        if (things[i] && !things[i]->held)
            strbuf_format(&names, "%s%s", names.len ? "," : "", things[i]->name);
    if (names.len && !names.failed && lease_rows_win(&mine.row, strbuf_str(&names), may_judge(), won, &winning))
        winning.won = 0;
    strbuf_free(&names);
    return winning.won;
}

static void drop_row(struct lease_thing *thing)
{
    if (thing->held)
        lease_rows_drop(&mine.row, str_of(thing->name));
}

void lease_fence(struct str args[LEASE_FENCE_ARGS])
{
    lease_rows_fence(&mine.row, args);
}

#else

enum err lease_open(const struct lease_asked *asked, struct fault *fault)
{
    (void)asked;
    (void)fault;
    return ERR_OK;
}

void lease_close(void)
{
}

enum err lease_keep(void)
{
    return ERR_OK;
}

bool lease_is_over(int32_t number, uint64_t boot)
{
    (void)number;
    return boot != mine.row.boot;
}

bool lease_runs(int32_t number)
{
    return number == mine.row.number;
}

bool lease_lacks_stage(void)
{
    return false;
}

static size_t win_rows(struct lease_thing *const *things, size_t count)
{
    (void)things;
    (void)count;
    return 0;
}

static void drop_row(struct lease_thing *thing)
{
    thing->held = false;
}

#endif

static size_t win_locks(struct lease_thing *const *things, size_t count)
{
    size_t got = 0;

    for (size_t i = 0; i < count; i++)
        if (things[i] && !things[i]->held && flock(things[i]->fd, LOCK_EX | LOCK_NB) == 0) {
            things[i]->held = true;
            got++;
        }
    return got;
}

size_t lease_win(struct lease_thing *const *things, size_t count)
{
    return mine.shared ? win_rows(things, count) : win_locks(things, count);
}

void lease_drop(struct lease_thing *thing)
{
    if (thing->fd < 0)
        drop_row(thing);
    else if (thing->held)
        (void)flock(thing->fd, LOCK_UN);
    thing->held = false;
}

void lease_thing_close(struct lease_thing *thing)
{
    if (!thing)
        return;
    if (thing->fd >= 0)
        (void)close(thing->fd);           /* and a row ends with the lease */
    free(thing);
}
