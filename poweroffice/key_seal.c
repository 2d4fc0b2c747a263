#include "key_seal.h"

#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

enum { PATH_BYTES = 1200, TEXT_MAX = 4096, SEALED_MAX = TEXT_MAX + crypto_box_SEALBYTES, SHARED_MODE = 01730, OWN_MODE = 0700,
       FILE_MODE = 0640 };

struct sealed_key *sealed_key_new(void)
{
    struct sealed_key *sealed = sodium_init() < 0 ? NULL : sodium_malloc(sizeof *sealed);

    if (sealed)
        sodium_memzero(sealed, sizeof *sealed);
    return sealed;
}

void sealed_key_free(struct sealed_key *sealed)
{
    sodium_free(sealed);                 /* wipes */
}

/* Our own names alone: what else lies there is not touched. */
static bool is_name(const char *name)
{
    return strlen(name) == SEALED_NAME_SIZE - 1 && strspn(name, "0123456789abcdef") == SEALED_NAME_SIZE - 1;
}

static bool path_of(struct str state_dir, const char *name, char path[PATH_BYTES])
{
    int len = snprintf(path, PATH_BYTES, STR_FMT "/drop%s%s", STR_ARG(state_dir), *name ? "/" : "", name);

    return len > 0 && len < PATH_BYTES && (!*name || is_name(name));
}

/* The mode is said once more: umask took from it. */
enum err key_seal_folder(struct str state_dir, struct fault *fault)
{
    mode_t mode = folder_shared() ? SHARED_MODE : OWN_MODE;
    char path[PATH_BYTES];
    struct stat st;

    if (!path_of(state_dir, "", path))
        return fault_set(fault, ERR_CONFIG, "state_dir has too long a name");
    if (mkdir(path, mode) != 0 && errno != EEXIST)
        return fault_set(fault, ERR_STORE_IO, "cannot make the folder %s: %s", path, strerror(errno));
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || folder_owner(st.st_uid) != OWNER_ME)
        return fault_set(fault, ERR_CONFIG, "%s is not a folder of the user that the uploader runs as; remove it", path);
    if ((st.st_mode & 07777) != mode && chmod(path, mode) != 0)
        return fault_set(fault, ERR_STORE_IO, "cannot make the folder %s: %s", path, strerror(errno));
    return ERR_OK;
}

/* Words of which none holds a blank, in one piece of memory: nothing of the key is left behind by a buffer that grew. */
static int write_text(const struct sealed_key *sealed, char text[TEXT_MAX])
{
    int len = snprintf(text, TEXT_MAX, "%s %s %s %d %s%s", sealed->venue, sealed->company, sealed->file, sealed->extension,
                       sealed->token[0] ? "token " : sealed->key, sealed->token);

    return len > 0 && len < TEXT_MAX ? len : 0;
}

_Static_assert(sizeof((struct sealed_key *)NULL)->venue == 65 && sizeof((struct sealed_key *)NULL)->company == 33 &&
               sizeof((struct sealed_key *)NULL)->file == 65 && SECRET_MAX == 512 &&
               SEALED_TOKEN_SIZE == 2049, "the widths below");

/* text ends with a NUL. */
static enum err read_text(const char *text, struct sealed_key *ret_sealed)
{
    int end = 0, token_end = 0;

    if (sscanf(text, "%64s %32s %64s %d %512s%n %2048s%n", ret_sealed->venue, ret_sealed->company, ret_sealed->file,
               &ret_sealed->extension, ret_sealed->key, &end, ret_sealed->token, &token_end) < 5)
        return ERR_FORMAT;
    if (text[token_end ? token_end : end])
        return ERR_FORMAT;
    if (token_end && strcmp(ret_sealed->key, "token") != 0)
        return ERR_FORMAT;
    if (token_end)
        ret_sealed->key[0] = '\0';
    return ret_sealed->extension >= 0 && ret_sealed->extension < EXTENSION_COUNT && str_is_name(str_of(ret_sealed->venue)) &&
           str_is_name(str_of(ret_sealed->file)) ? ERR_OK : ERR_FORMAT;
}

/* Not by wholefile.h: nobody but the uploader can open the folder, and its name is told to nobody before it is whole. */
static enum err write_file(const char *path, const unsigned char *bytes, size_t len, struct fault *fault)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    bool good = fd >= 0 && write(fd, bytes, len) == (ssize_t)len && fsync(fd) == 0;
    int error = errno;

    if (fd >= 0)
        good = close(fd) == 0 && good;
    if (good)
        return ERR_OK;
    if (fd >= 0)
        (void)unlink(path);
    return fault_set(fault, err_of_errno(error, ERR_CONFIG), "%s cannot be written: %s", path, strerror(error));
}

enum err key_seal_put(struct str state_dir, const struct stagekeys *keys, const struct sealed_key *sealed,
                      char ret_name[SEALED_NAME_SIZE], struct fault *fault)
{
    unsigned char public[CURVE_BYTES], bytes[SEALED_MAX], random[(SEALED_NAME_SIZE - 1) / 2];
    char path[PATH_BYTES], *text = sodium_malloc(TEXT_MAX);
    size_t len = text ? (size_t)write_text(sealed, text) : 0;
    enum err err = ERR_OK;

    ensure(zmq_z85_decode(public, stagekeys_public(keys, KIND_DROP)));
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(ret_name, SEALED_NAME_SIZE, random, sizeof random);
    if (!path_of(state_dir, ret_name, path))
        err = fault_set(fault, ERR_CONFIG, "state_dir has too long a name");
    else if (!len || crypto_box_seal(bytes, (const unsigned char *)text, len, public) != 0)
        err = fault_set(fault, ERR_MEMORY, "out of memory");
    sodium_free(text);
    return err ? err : write_file(path, bytes, len + crypto_box_SEALBYTES, fault);
}

static enum err unseal(const struct stagekeys *keys, const unsigned char *bytes, size_t len, struct sealed_key *ret_sealed)
{
    unsigned char public[CURVE_BYTES], secret[CURVE_BYTES];
    char *text = sodium_malloc(TEXT_MAX);
    enum err err = ERR_FORMAT;

    ensure(zmq_z85_decode(public, stagekeys_public(keys, KIND_DROP)) && zmq_z85_decode(secret, stagekeys_secret(keys)));
    if (text && len > crypto_box_SEALBYTES && len < SEALED_MAX &&
        crypto_box_seal_open((unsigned char *)text, bytes, len, public, secret) == 0) {
        text[len - crypto_box_SEALBYTES] = '\0';
        err = read_text(text, ret_sealed);
    }
    sodium_memzero(secret, sizeof secret);
    err = text ? err : ERR_MEMORY;
    sodium_free(text);
    return err;
}

enum err key_seal_open(struct str state_dir, const struct stagekeys *keys, const char *name, struct sealed_key *ret_sealed)
{
    unsigned char bytes[SEALED_MAX + 1];
    char path[PATH_BYTES];
    ssize_t len;
    int fd;

    if (!path_of(state_dir, name, path) || !*name)
        return ERR_NOT_FOUND;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return ERR_NOT_FOUND;
    len = read(fd, bytes, sizeof bytes);
    (void)close(fd);
    return len > 0 ? unseal(keys, bytes, (size_t)len, ret_sealed) : ERR_FORMAT;
}

void key_seal_remove(struct str state_dir, const char *name)
{
    char path[PATH_BYTES];

    if (*name && path_of(state_dir, name, path))
        (void)unlink(path);
}

bool key_seal_any(struct str state_dir, char ret_name[SEALED_NAME_SIZE], int64_t *ret_since_ms)
{
    char path[PATH_BYTES];
    DIR *folder = path_of(state_dir, "", path) ? opendir(path) : NULL;
    const struct dirent *entry;
    bool found = false;
    struct stat st;

    *ret_since_ms = 0;
    while (folder && !found && (entry = readdir(folder)) != NULL)
        if (is_name(entry->d_name))
            found = str_copy(str_of(entry->d_name), ret_name, SEALED_NAME_SIZE);
    if (found && fstatat(dirfd(folder), ret_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        *ret_since_ms = (int64_t)st.st_mtim.tv_sec * 1000;
    if (folder)
        (void)closedir(folder);
    return found;
}
