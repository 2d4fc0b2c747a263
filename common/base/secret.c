#include "secret.h"

#include "keymarks.h"
#include "vault.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err file_judge(const char *path, const struct stat *file, bool credential, struct fault *fault)
{
    mode_t mode = file->st_mode & 07777;

    if (!S_ISREG(file->st_mode))
        return fault_set(fault, ERR_CONFIG, "%s is no plain file; put the key into one: "
                         "install -m 600 /dev/stdin %s, then the key, Enter and Ctrl-D", path, path);
    if (file->st_uid != geteuid() && file->st_uid != 0)
        return fault_set(fault, ERR_CONFIG, "%s belongs to another user (uid %u), this runs as uid %u; run it as the user that "
                         "the stages run as, and let all keys belong to that one", path, (unsigned)file->st_uid,
                         (unsigned)geteuid());
    if (mode == 0600 || mode == 0400 || (credential && mode == 0440))
        return ERR_OK;
    return fault_set(fault, ERR_CONFIG, "%s has mode %04o, a key must be for its owner only; chmod 600 %s",
                     path, (unsigned)mode, path);
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum err text_judge(const char *path, struct str *text, struct fault *fault)
{
    while (text->len && blank(text->bytes[text->len - 1]))
        text->len--;
    while (text->len && blank(text->bytes[0])) {
        text->bytes++;
        text->len--;
    }
    if (text->len == 0)
        return fault_set(fault, ERR_CONFIG, "%s is empty; write the key into it", path);
    if (text->len > SECRET_MAX)
        return fault_set(fault, ERR_CONFIG, "%s is longer than %d characters and no key; write the key alone into it",
                         path, SECRET_MAX);
    for (size_t i = 0; i < text->len; i++)
        if (text->bytes[i] <= 0x20 || text->bytes[i] >= 0x7f)
            return fault_set(fault, ERR_CONFIG, "%s holds more than one word of plain ASCII; copy the key again, "
                             "alone, without quotes or line breaks", path);
    return ERR_OK;
}

enum err secret_read(const char *path, bool credential, struct arena *arena, struct str *ret_secret,
                     struct fault *fault)
{
    char bytes[2 * SECRET_MAX];
    struct str text = { bytes, 0 };
    struct stat file;
    ssize_t len;
    enum err err;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0 && errno == ENOENT)
        return fault_set(fault, ERR_CONFIG, "%s cannot be read (%s); write the key into it: install -m 600 /dev/stdin %s, then "
                         "the key, Enter and Ctrl-D", path, strerror(errno), path);
    if (fd < 0)                          /* it is there: no advice may empty it */
        return fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s cannot be read (%s); let it belong to the user that this "
                         "runs as (uid %u)", path, strerror(errno), (unsigned)geteuid());
    if (fstat(fd, &file)) {
        err = fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s cannot be read (%s); write it as a plain file",
                        path, strerror(errno));
        goto out;
    }
    err = file_judge(path, &file, credential, fault);
    if (err)
        goto out;
    len = read(fd, bytes, sizeof bytes);
    if (len < 0) {
        err = fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s cannot be read (%s); write it as a plain file",
                        path, strerror(errno));
        goto out;
    }
    text.len = (size_t)len;
    err = text_judge(path, &text, fault);
    if (err)
        goto out;
    text = arena_copy(arena, text);
    if (!text.bytes)
        err = fault_set(fault, ERR_MEMORY, "no memory for the key in %s", path);
    else
        *ret_secret = text;
out:
    sodium_memzero(bytes, sizeof bytes);
    (void)close(fd);
    return err;
}

struct reference { struct str file, credential; };

static const struct field reference_fields[] = {
    { "file", offsetof(struct reference, file), .parse = form_path, .min = 1, .max = 1024,
      .meaning = "file that holds the key, relative to the configuration's folder" },
    { "credential", offsetof(struct reference, credential), .parse = form_name,
      .meaning = "systemd credential that holds the key" },
};

/* The key is there, and not for us: its folder or file is another user's, or it is a credential of another program's. */
static bool is_others(const char *path)
{
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
    bool others = !path || (fd < 0 && errno == EACCES);

    if (fd >= 0)
        (void)close(fd);
    return others;
}

/* Held for a moment, in memory of its own: what stays of it is a copy where keys lie, or only its mark. */
static enum err read_key(struct form *form, const char *path, bool credential, struct str place, struct str *to,
                         struct fault *fault)
{
    bool marked = form->keys == FORM_KEYS_MARKED;
    struct arena moment;
    struct str key = STR_NONE, mark, kept;
    enum err err;

    arena_init(&moment, 2 * (SECRET_MAX + 1) + 4096);
    err = secret_read(path, credential, &moment, &key, fault);
    if (!err) {
        mark = keymark_of(key, form->arena);
        kept = marked ? mark : form->vault ? vault_copy(form->vault, key) : arena_copy(form->arena, key);
        if (!mark.bytes || !kept.bytes || (!marked && form->marks && keymarks_add(form->marks, place, mark)))
            err = fault_set(fault, ERR_MEMORY, "no memory for the key in %s", path);
        else
            *to = kept;
    }
    secret_wipe(&key);
    arena_free(&moment);
    return err;
}

/* place: as the marks name it. path NULL: systemd gives this program no credentials. */
static enum err take(struct form *form, const char *path, bool credential, struct str place, struct str *to,
                     struct fault *fault)
{
    if (form->keys == FORM_KEYS_MARKED && is_others(path)) {
        *to = form->marks ? keymarks_find(form->marks, place) : STR_NONE;
        return ERR_OK;
    }
    return read_key(form, path, credential, place, to, fault);
}

enum err secret_field(struct form *form, const yaml_node_t *node, const struct field *field, void *to)
{
    struct reference reference = { STR_NONE, STR_NONE };
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    struct str path, place;
    struct fault fault;
    enum err err;

    if (!node || node->type != YAML_MAPPING_NODE)    /* perhaps the key itself: it is not shown */
        return form_fault(form, node, "keys are not written here but in a file; write %s: {file: keys/NAME}",
                          field->key);
    err = form_mapping(form, node, reference_fields, COUNT(reference_fields), &reference);
    if (err)
        return err;
    if ((reference.file.len > 0) == (reference.credential.len > 0))
        return form_fault(form, node, "say where the key is, once: {file: keys/NAME} or {credential: NAME}");
    if (form->keys == FORM_KEYS_LATER)
        return ERR_OK;
    if (folder && !*folder)
        folder = NULL;
    if (form->keys == FORM_KEYS_READ && reference.credential.len && !folder)
        return form_fault(form, node, "there are no systemd credentials here (CREDENTIALS_DIRECTORY is not set); "
                          "add LoadCredential=" STR_FMT ":... to the units of uploader and invoicer (by hand: systemd-run -p), "
                          "or write {file: keys/NAME}", STR_ARG(reference.credential));
    path = reference.file;
    place = reference.file.len ? arena_format(form->arena, KEYMARK_FILE STR_FMT, STR_ARG(path))
                               : arena_format(form->arena, "credential:" STR_FMT, STR_ARG(reference.credential));
    if (reference.credential.len)
        path = folder ? arena_format(form->arena, "%s/" STR_FMT, folder, STR_ARG(reference.credential)) : STR_NONE;
    if (arena_failed(form->arena))
        return form_fault(form, node, "memory");
    err = take(form, path.bytes, reference.credential.len > 0, place, to, &fault);
    if (err == ERR_MEMORY || err == ERR_SYSTEM)
        return fault_set(form->fault, err, "%s", fault.text);
    return err ? form_fault(form, node, "%s", fault.text) : ERR_OK;
}

void secret_wipe(struct str *secret)
{
    /* The arena's bytes are ours: const in struct str says only that a view does not write. */
    if (secret->bytes)
        sodium_memzero((char *)(uintptr_t)secret->bytes, secret->len);
    *secret = STR_NONE;
}
