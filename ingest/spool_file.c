#include "spool_file.h"

#include <string.h>
#include <unistd.h>

#include "base/store.h"
#include "domain/event_canonical.h"

void print_of(struct str bytes, struct print *ret_print)
{
    if (bytes.len > POSITION_PRINT_BYTES)
        bytes = (struct str){ bytes.bytes + bytes.len - POSITION_PRINT_BYTES, POSITION_PRINT_BYTES };
    ret_print->len = bytes.len;
    event_hash(bytes, &ret_print->hash);
}

static void put(char **at, const void *bytes, size_t len)
{
    memcpy(*at, bytes, len);
    *at += len;
}

void position_encode(const struct position *position, char bytes[POSITION_BYTES])
{
    const uint64_t numbers[] = { position->device, position->inode,    position->offset,
                                 position->line,   position->head.len, position->tail.len };
    struct key key;
    char *at = bytes;

    _Static_assert(POSITION_BYTES == 6 * 8 + 2 * sizeof(struct event_hash), "nothing else is in it");
    key_init(&key);
    for (size_t i = 0; i < COUNT(numbers); i++)
        key_u64(&key, numbers[i]);
    put(&at, key_str(&key).bytes, key.len);
    put(&at, &position->head.hash, sizeof position->head.hash);
    put(&at, &position->tail.hash, sizeof position->tail.hash);
}

enum err position_decode(struct str bytes, struct position *ret_position)
{
    struct position position;
    size_t at = 0;

    if (bytes.len != POSITION_BYTES || !key_take_u64(bytes, &at, &position.device) ||
        !key_take_u64(bytes, &at, &position.inode) || !key_take_u64(bytes, &at, &position.offset) ||
        !key_take_u64(bytes, &at, &position.line) || !key_take_u64(bytes, &at, &position.head.len) ||
        !key_take_u64(bytes, &at, &position.tail.len))
        return ERR_STORE_DAMAGED;
    memcpy(&position.head.hash, bytes.bytes + at, sizeof position.head.hash);
    memcpy(&position.tail.hash, bytes.bytes + at + sizeof position.head.hash, sizeof position.tail.hash);
    *ret_position = position;
    return ERR_OK;
}

/* ERR_NOT_FOUND: other bytes are there. */
static enum err compare(const struct print *print, int fd, uint64_t from)
{
    char bytes[POSITION_PRINT_BYTES];
    struct print found;
    ssize_t got;

    if (print->len == 0)
        return ERR_OK;
    if (print->len > sizeof bytes)
        return ERR_STORE_DAMAGED;
    got = pread(fd, bytes, (size_t)print->len, (off_t)from);
    if (got < 0)
        return ERR_SYSTEM;
    print_of((struct str){ bytes, (size_t)got }, &found);
    return found.len == print->len && memcmp(&found.hash, &print->hash, sizeof found.hash) == 0 ? ERR_OK
                                                                                               : ERR_NOT_FOUND;
}

enum err position_judge(const struct position *position, int fd, const struct stat *st,
                        enum position_verdict *ret_verdict)
{
    enum err err;

    *ret_verdict = POSITION_SAME;
    if (position->offset == 0)
        return ERR_OK;
    if (position->device != (uint64_t)st->st_dev || position->inode != (uint64_t)st->st_ino) {
        *ret_verdict = POSITION_REPLACED;
        return ERR_OK;
    }
    if ((uint64_t)st->st_size < position->offset) {
        *ret_verdict = POSITION_TRUNCATED;
        return ERR_OK;
    }
    err = compare(&position->head, fd, 0);
    if (!err)
        err = compare(&position->tail, fd, position->offset - 1 - position->tail.len);
    if (err == ERR_NOT_FOUND) {
        *ret_verdict = POSITION_REWRITTEN;
        err = ERR_OK;
    }
    return err;
}

enum err position_head(struct position *position, int fd)
{
    char bytes[POSITION_PRINT_BYTES];
    size_t wanted = position->offset < sizeof bytes ? (size_t)position->offset : sizeof bytes;
    ssize_t got;

    if (position->head.len == wanted)
        return ERR_OK;
    got = pread(fd, bytes, wanted, 0);
    if (got < 0)
        return ERR_SYSTEM;
    print_of((struct str){ bytes, (size_t)got }, &position->head);
    return ERR_OK;
}
