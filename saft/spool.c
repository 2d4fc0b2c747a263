#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/event_canonical.h"

enum { PERMISSIONS = 0600, ARENA_BYTES = 2 * EVENT_BYTES_MAX, PATH_MAX_BYTES = 4096 };

/* A record: this, and the bytes of its parts. An event has one part, what was refused three. */
struct spool_head { uint64_t seq; uint32_t parts[3]; bool refused; };

struct spool { FILE *file; const char *folder; uint64_t count; struct arena arena; };

/* Without a name from the beginning, where the file system can do that. */
static int unnamed(const char *folder)
{
    char path[PATH_MAX_BYTES];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, PERMISSIONS);

    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
        return fd;
    (void)snprintf(path, sizeof path, "%s/saft-XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}

enum err spool_new(const char *folder, struct spool **ret_spool, struct fault *fault)
{
    struct spool *spool = calloc(1, sizeof *spool);
    int fd = spool ? unnamed(folder) : -1;

    if (!spool)
        return fault_set(fault, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    spool->folder = folder;
    spool->file = fd < 0 ? NULL : fdopen(fd, "w+");
    arena_init(&spool->arena, ARENA_BYTES);
    if (!spool->file) {
        (void)fault_set(fault, ERR_SYSTEM, "%s: %s", folder, strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        free(spool);
        return ERR_SYSTEM;
    }
    *ret_spool = spool;
    return ERR_OK;
}

void spool_free(struct spool *spool)
{
    if (!spool)
        return;
    (void)fclose(spool->file);
    arena_free(&spool->arena);
    free(spool);
}

static enum err disk_says(void)
{
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? ERR_STORE_FULL : ERR_SYSTEM;
}

static enum err put(struct spool *spool, const struct spool_head *head, const struct str parts[3])
{
    bool fine = fwrite(head, sizeof *head, 1, spool->file) == 1;

    for (size_t i = 0; i < 3 && fine; i++)
        fine = !parts[i].len || fwrite(parts[i].bytes, parts[i].len, 1, spool->file) == 1;
    spool->count += fine;
    return fine ? ERR_OK : disk_says();
}

enum err spool_event(const struct event *event, void *context)
{
    struct spool *spool = context;
    struct str parts[3] = { STR_NONE, STR_NONE, STR_NONE };
    struct spool_head head = { .seq = event->seq };
    enum err err;

    arena_reset(&spool->arena);
    err = event_encode(event, &spool->arena, &parts[0]);
    head.parts[0] = (uint32_t)parts[0].len;
    return err ? err : put(spool, &head, parts);
}

enum err spool_refused(struct str receipt, struct str fields, const char *why, void *context)
{
    const struct str parts[3] = { receipt, fields, str_of(why) };
    const struct spool_head head = { .parts = { (uint32_t)receipt.len, (uint32_t)fields.len, (uint32_t)parts[2].len },
                                     .refused = true };

    return put(context, &head, parts);
}

static enum err get(struct spool *spool, const struct spool_head *head, struct str parts[3])
{
    arena_reset(&spool->arena);
    for (size_t i = 0; i < 3; i++) {
        char *bytes = arena_alloc(&spool->arena, head->parts[i] + 1u);

        if (!bytes)
            return ERR_MEMORY;
        if (head->parts[i] && fread(bytes, head->parts[i], 1, spool->file) != 1)
            return ERR_SYSTEM;
        parts[i] = (struct str){ bytes, head->parts[i] };
    }
    return ERR_OK;
}

static enum err hand_one(const struct spool_head *head, const struct str parts[3], const char *name, saft_take take,
                         saft_refuse refuse, void *context, struct fault *fault)
{
    enum err err = head->refused ? refuse(parts[0], parts[1], parts[2].bytes, context) : take(parts[0], context);

    if (!err)
        return ERR_OK;
    if (head->refused)
        return fault_set(fault, err, "%.80s receipt %.35s: it could not be kept as refused: %s", name, parts[0].bytes,
                         err_text(err));
    return fault_set(fault, err, "%.80s receipt %" PRIu64 ": its event could not be taken in: %s", name, head->seq,
                     err_text(err));
}

enum err spool_hand_on(struct spool *spool, const char *name, saft_take take, saft_refuse refuse, void *context,
                       struct fault *fault)
{
    struct str parts[3];
    struct spool_head head;
    enum err err = fflush(spool->file) ? disk_says() : ERR_OK;

    if (!err && fseek(spool->file, 0, SEEK_SET))
        err = ERR_SYSTEM;
    if (err)
        return fault_set(fault, err, "%s: %s", spool->folder, strerror(errno));
    for (uint64_t i = 0; !err && i < spool->count; i++) {
        err = fread(&head, sizeof head, 1, spool->file) == 1 ? get(spool, &head, parts) : ERR_SYSTEM;
        err = err ? fault_set(fault, err, "%s: %s", spool->folder, err_text(err))
                  : hand_one(&head, parts, name, take, refuse, context, fault);
    }
    return err;
}
