#include "stagekeys.h"

#include "base/folder.h"
#include "base/secret.h"
#include "base/wholefile.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

enum { PATH_BYTES = 1200, FOLDER_BYTES = 1024 };

static const char *const kinds[STAGE_KINDS] = {
    [KIND_INGEST] = "ingest",     [KIND_MAPPER] = "mapper",     [KIND_VALIDATOR] = "validator",
    [KIND_UPLOADER] = "uploader", [KIND_INVOICER] = "invoicer", [KIND_ASKER] = "asker",   [KIND_DROP] = "drop",
};

struct stagekeys {
    char secret[CURVE_TEXT_SIZE];
    char public[STAGE_KINDS][CURVE_TEXT_SIZE];
    unsigned char bytes[STAGE_KINDS][CURVE_BYTES];           /* of the public ones */
};

const char *stage_kind_text(enum stage_kind kind)
{
    ensure(kind < STAGE_KINDS);
    return kinds[kind];
}

enum stage_kind stage_kind_of(struct str name)
{
    enum stage_kind kind = 0;

    while (kind < STAGE_KINDS && !str_equal(name, str_of(kinds[kind])))
        kind++;
    return kind;
}

/* The two users' stages: each user makes and owns the keys of his. */
static bool has_powers_keys(enum stage_kind kind)
{
    return kind == KIND_UPLOADER || kind == KIND_INVOICER || kind == KIND_DROP;
}

static bool is_others(enum stage_kind kind, enum stage_kind own)
{
    return folder_shared() && has_powers_keys(kind) != has_powers_keys(own);
}

static void key_path(const char *folder, enum stage_kind kind, const char *half, char path[PATH_BYTES])
{
    (void)snprintf(path, PATH_BYTES, "%s/stage-%s.%s", folder, kinds[kind], half);
}

static enum err key_judge(const char *path, struct str text, struct fault *fault)
{
    unsigned char bytes[CURVE_BYTES];
    char key[CURVE_TEXT_SIZE];
    bool good = text.len == CURVE_TEXT_SIZE - 1 && str_copy(text, key, sizeof key) && zmq_z85_decode(bytes, key);

    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(key, sizeof key);
    return good ? ERR_OK : fault_set(fault, ERR_CONFIG, "%s holds no key; stop all stages, remove its folder and start them: "
                                     "keys are made anew", path);
}

static enum err read_secret(const char *folder, enum stage_kind kind, char ret_key[CURVE_TEXT_SIZE], struct fault *fault)
{
    char path[PATH_BYTES];
    struct arena arena;
    struct str text = STR_NONE;
    enum err err;

    key_path(folder, kind, "secret", path);
    arena_init(&arena, 4096);
    err = secret_read(path, false, &arena, &text, fault);
    if (!err)
        err = key_judge(path, text, fault);
    if (!err)
        ensure(str_copy(text, ret_key, CURVE_TEXT_SIZE));
    secret_wipe(&text);
    arena_free(&arena);
    return err;
}

/* Nobody but its owner or root may have written it: whoever could put another key here would be that stage. */
static enum err public_judge(const char *path, int fd, bool others, struct fault *fault)
{
    struct stat st;
    enum whose owner;

    if (fstat(fd, &st) != 0)
        return fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s cannot be read (%s)", path, strerror(errno));
    owner = folder_owner(st.st_uid);
    if (!S_ISREG(st.st_mode) || (owner != OWNER_ROOT && owner != (others ? OWNER_OTHER : OWNER_ME)) || (st.st_mode & 022))
        return fault_set(fault, ERR_CONFIG, "%s is of another owner (uid %u) or mode (%04o), so that it may be somebody else's "
                         "key; stop all stages, remove its folder and start them: keys are made anew", path,
                         (unsigned)st.st_uid, (unsigned)(st.st_mode & 07777));
    return ERR_OK;
}

static enum err read_public(const char *folder, enum stage_kind kind, bool others, char ret_key[CURVE_TEXT_SIZE],
                            struct fault *fault)
{
    char path[PATH_BYTES], bytes[CURVE_TEXT_SIZE + 1];
    struct str text = { bytes, 0 };
    ssize_t len;
    enum err err;
    int fd;

    key_path(folder, kind, "public", path);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT && others)
        return fault_set(fault, ERR_BUSY, "%s is not there yet: bilag-%s's user makes it when that starts; tried again", path,
                         kinds[kind]);
    if (fd < 0)
        return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : err_of_errno(errno, ERR_CONFIG), "%s cannot be read (%s)",
                         path, strerror(errno));
    err = public_judge(path, fd, others, fault);
    len = err ? 0 : read(fd, bytes, sizeof bytes);
    if (len < 0)
        err = fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s cannot be read (%s)", path, strerror(errno));
    (void)close(fd);
    if (err)
        return err;
    text.len = (size_t)len - (len && bytes[len - 1] == '\n');
    err = key_judge(path, text, fault);
    if (!err)
        ensure(str_copy(text, ret_key, CURVE_TEXT_SIZE));
    return err;
}

static enum err write_key(const char *folder, enum stage_kind kind, const char *half, const char *key, mode_t permissions,
                          enum wholefile_mode mode, struct fault *fault)
{
    char path[PATH_BYTES], line[CURVE_TEXT_SIZE + 1];
    enum err err;

    key_path(folder, kind, half, path);
    (void)snprintf(line, sizeof line, "%s\n", key);
    err = wholefile_write(path, str_of(line), permissions, mode, fault);
    sodium_memzero(line, sizeof line);
    return err == ERR_EXISTS ? ERR_OK : err;
}

static bool is_there(const char *folder, enum stage_kind kind, const char *half)
{
    char path[PATH_BYTES];
    struct stat st;

    key_path(folder, kind, half, path);
    return lstat(path, &st) == 0 || errno != ENOENT;
}

/* The secret key first: the public one can be made of it after a crash between the two. */
static enum err make_pair(const char *folder, enum stage_kind kind, struct fault *fault)
{
    char secret[CURVE_TEXT_SIZE], public[CURVE_TEXT_SIZE];
    enum err err = ERR_OK;

    if (is_there(folder, kind, "public"))
        return ERR_OK;
    if (!is_there(folder, kind, "secret")) {
        if (zmq_curve_keypair(public, secret) != 0)
            return fault_set(fault, ERR_SYSTEM, "ZeroMQ makes no CURVE keys: %s", zmq_strerror(errno));
        err = write_key(folder, kind, "secret", secret, 0600, WHOLEFILE_NEW, fault);
    }
    if (!err)
        err = read_secret(folder, kind, secret, fault);
    if (!err && zmq_curve_public(public, secret) != 0)
        err = fault_set(fault, ERR_SYSTEM, "ZeroMQ makes no CURVE keys: %s", zmq_strerror(errno));
    if (!err)
        err = write_key(folder, kind, "public", public, 0644, WHOLEFILE_REPLACE, fault);
    sodium_memzero(secret, sizeof secret);
    return err;
}

/* Stages that start at once wait for the one that makes the keys; the system takes a dead one's lock away. */
static enum err make_missing(const char *folder, enum stage_kind own, struct fault *fault)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum err err = ERR_OK;

    if (fd < 0 || flock(fd, LOCK_EX) != 0)
        err = fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s cannot be locked: %s", folder, strerror(errno));
    for (enum stage_kind kind = 0; kind < STAGE_KINDS && !err; kind++)
        if (!is_others(kind, own))
            err = make_pair(folder, kind, fault);
    if (fd >= 0)
        (void)close(fd);
    return err;
}

static enum err load(struct stagekeys *keys, const char *folder, enum stage_kind own, struct fault *fault)
{
    char public[CURVE_TEXT_SIZE];
    enum err err = read_secret(folder, own, keys->secret, fault);

    for (enum stage_kind kind = 0; kind < STAGE_KINDS && !err; kind++) {
        err = read_public(folder, kind, is_others(kind, own), keys->public[kind], fault);
        if (!err)
            ensure(zmq_z85_decode(keys->bytes[kind], keys->public[kind]));
    }
    if (!err && (zmq_curve_public(public, keys->secret) != 0 || strcmp(public, keys->public[own]) != 0))
        err = fault_set(fault, ERR_CONFIG, "%s/stage-%s.secret and .public are no pair; stop all stages, remove %s and start "
                        "them: keys are made anew", folder, kinds[own], folder);
    return err;
}

/* The folder may be made by another stage at this moment, and is judged once it is there. */
static enum err open_folder(struct str state_dir, char folder[FOLDER_BYTES], struct fault *fault)
{
    int len = snprintf(folder, FOLDER_BYTES, STR_FMT "/keys", STR_ARG(state_dir));
    enum err err;

    if (len < 0 || len >= FOLDER_BYTES)
        return fault_set(fault, ERR_CONFIG, "state_dir has too long a name");
    err = folder_make(str_of(folder), fault);
    return err ? err : folder_judge(folder, "keys of the stages", FOLDER_SEEN_BY_OWNER, fault);
}

enum err stagekeys_open(struct str state_dir, const char *own, struct stagekeys **ret_keys, struct fault *fault)
{
    enum stage_kind kind = stage_kind_of(str_of(own));
    struct stagekeys *keys = sodium_init() < 0 ? NULL : sodium_malloc(sizeof *keys);
    char folder[FOLDER_BYTES];
    enum err err;

    ensure(kind < STAGE_KINDS);
    if (!keys)
        return fault_set(fault, ERR_MEMORY, "no memory for the keys of the stages");
    sodium_memzero(keys, sizeof *keys);
    err = open_folder(state_dir, folder, fault);
    if (!err)
        err = make_missing(folder, kind, fault);
    if (!err)
        err = load(keys, folder, kind, fault);
    if (err) {
        stagekeys_close(keys);
        return err;
    }
    *ret_keys = keys;
    return ERR_OK;
}

void stagekeys_close(struct stagekeys *keys)
{
    sodium_free(keys);                   /* wipes */
}

const char *stagekeys_secret(const struct stagekeys *keys)
{
    return keys->secret;
}

const char *stagekeys_public(const struct stagekeys *keys, enum stage_kind kind)
{
    ensure(kind < STAGE_KINDS);
    return keys->public[kind];
}

enum stage_kind stagekeys_whose(const struct stagekeys *keys, const unsigned char *public)
{
    enum stage_kind kind = 0;

    while (kind < STAGE_KINDS && sodium_memcmp(keys->bytes[kind], public, CURVE_BYTES) != 0)
        kind++;
    return kind;
}
