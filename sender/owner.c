#include "owner.h"

#include "base/folder.h"
#include "base/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_MAX_BYTES = 4096, BOOT_DIGITS = 16 };

struct owners { char folder[PATH_MAX_BYTES]; struct owner me; int fd; };

static int open_lock(const struct owners *owners, int instance, int flags)
{
    char path[PATH_MAX_BYTES + 32];

    (void)snprintf(path, sizeof path, "%s/owner-%d.lock", owners->folder, instance);
    return open(path, flags | O_CLOEXEC, file_mode());
}

static enum err write_boot(struct owners *owners)
{
    char text[BOOT_DIGITS + 2];
    int len = snprintf(text, sizeof text, "%016" PRIx64 "\n", owners->me.boot);

    return pwrite(owners->fd, text, (size_t)len, 0) == len ? ERR_OK : ERR_SYSTEM;
}

static enum err take(struct owners *owners, struct fault *fault)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    owners->fd = open_lock(owners, owners->me.instance, O_RDWR | O_CREAT);
    if (owners->fd < 0)
        return fault_set(fault, ERR_STORE_IO, "cannot open %s/owner-%d.lock: %s", owners->folder,
                         owners->me.instance, strerror(errno));
    if (fcntl(owners->fd, F_OFD_SETLK, &lock) != 0)
        return fault_set(fault, ERR_IN_USE, "another process works as instance %d on %s: stop it, or choose another "
                         "number", owners->me.instance, owners->folder);
    if (write_boot(owners))
        return fault_set(fault, ERR_STORE_FULL, "cannot write %s/owner-%d.lock: %s", owners->folder,
                         owners->me.instance, strerror(errno));
    return ERR_OK;
}

enum err owners_open(struct str state_dir, const char *stage, int instance, struct owners **ret_owners,
                     struct fault *fault)
{
    struct owners *owners = calloc(1, sizeof *owners);
    int len;
    enum err err;

    if (!owners)
        return fault_set(fault, ERR_MEMORY, "no memory");
    owners->fd = -1;
    if (lease_is_shared()) {
        owners->me = (struct owner){ lease_number(instance), lease_boot() };
        *ret_owners = owners;
        return ERR_OK;
    }
    owners->me.instance = instance;
    randombytes_buf(&owners->me.boot, sizeof owners->me.boot);
    len = snprintf(owners->folder, sizeof owners->folder, STR_FMT "/%s", STR_ARG(state_dir), stage);
    err = len < 0 || (size_t)len >= sizeof owners->folder ? fault_set(fault, ERR_CONFIG, "state_dir is too long")
                                                          : take(owners, fault);
    if (err) {
        owners_close(owners);
        return err;
    }
    *ret_owners = owners;
    return ERR_OK;
}

void owners_close(struct owners *owners)
{
    if (!owners)
        return;
    if (owners->fd >= 0)
        (void)close(owners->fd);
    free(owners);
}

struct owner owners_me(const struct owners *owners)
{
    return owners->me;
}

static bool held(int fd)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    return fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

static uint64_t read_boot(int fd)
{
    char text[BOOT_DIGITS + 1] = "";

    return pread(fd, text, BOOT_DIGITS, 0) == BOOT_DIGITS ? strtoull(text, NULL, 16) : 0;
}

bool owners_alive(const struct owners *owners, const struct owner *owner)
{
    int fd;
    bool alive;

    if (lease_is_shared())
        return !lease_is_over(owner->instance, owner->boot);
    if (owner->instance == owners->me.instance)
        return owner->boot == owners->me.boot;
    fd = open_lock(owners, owner->instance, O_RDWR);
    if (fd < 0)
        return errno != ENOENT;           /* cannot tell: it may live */
    alive = held(fd) && read_boot(fd) == owner->boot;
    (void)close(fd);
    return alive;
}

bool owners_running(const struct owners *owners, int instance)
{
    int fd;
    bool running;

    if (lease_is_shared())
        return lease_runs(lease_number(instance));
    if (instance == owners->me.instance)
        return true;
    fd = open_lock(owners, instance, O_RDWR);
    if (fd < 0)
        return false;
    running = held(fd);
    (void)close(fd);
    return running;
}
