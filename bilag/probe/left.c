#include "left.h"

#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_BYTES = 200, FILE_BYTES = LINE_BYTES * 3 * LEFT_MAX };

/* "posted 3 UUID": facts name a voucher by its place in the file, for a reference may stand twice. */
static void take_line(struct left *left, const char *line)
{
    char reference[LEFT_REFERENCE_SIZE], text[LEFT_ID_SIZE];
    struct left_voucher *voucher = &left->at[left->count < LEFT_MAX ? left->count : 0];
    size_t index;

    if (sscanf(line, "posting %63s %63s", reference, text) == 2 && left->count < LEFT_MAX) {
        *voucher = (struct left_voucher){ .gone = false };
        voucher->gone = day_parse(str_of(text), &voucher->day) != ERR_OK;
        (void)str_copy(str_of(reference), voucher->reference, sizeof voucher->reference);
        left->count++;
    } else if (sscanf(line, "posted %zu %63s", &index, text) == 2 && index < left->count) {
        (void)str_copy(str_of(text), left->at[index].id, sizeof left->at[index].id);
    } else if (sscanf(line, "gone %zu", &index) == 1 && index < left->count) {
        left->at[index].gone = true;
    }
}

/* A line that was torn ends here, so that what comes is a line of its own. */
static bool take_file(struct left *left)
{
    static char bytes[FILE_BYTES + 1];
    ssize_t len = read(left->fd, bytes, FILE_BYTES);

    if (len > 0 && bytes[len - 1] != '\n' && (len == FILE_BYTES || write(left->fd, "\n", 1) != 1))
        return false;
    bytes[len > 0 ? len : 0] = '\0';
    for (char *line = bytes, *end; *line; line = end + 1) {
        end = strchrnul(line, '\n');
        if (!*end) {
            take_line(left, line);       /* torn: it counts as far as it can be read, then and later */
            break;
        }
        *end = '\0';
        take_line(left, line);
    }
    return len >= 0;
}

enum err left_open(struct str state_dir, struct left *left, struct fault *fault)
{
    *left = (struct left){ .fd = -1 };
    if (str_copy(state_dir, left->path, sizeof left->path))
        (void)mkdir(left->path, 0700);   /* what is wrong with it, open() says */
    if (snprintf(left->path, sizeof left->path, STR_FMT "/probe-left", STR_ARG(state_dir)) >= (int)sizeof left->path)
        return fault_set(fault, ERR_TOO_LONG, "state_dir is too long");
    left->fd = open(left->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (left->fd < 0)
        return fault_set(fault, ERR_SYSTEM, "%s cannot be opened: %m", left->path);
    return take_file(left) ? ERR_OK : fault_set(fault, ERR_STORE_IO, "%s cannot be read: %m", left->path);
}

size_t left_standing(const struct left *left)
{
    size_t count = 0;

    for (size_t i = 0; i < left->count; i++)
        count += !left->at[i].gone;
    return count;
}

void left_close(struct left *left)
{
    if (left->fd < 0)
        return;
    if (left_standing(left) == 0)
        (void)unlink(left->path);
    (void)close(left->fd);
    left->fd = -1;
}

static enum err put_line(struct left *left, const char *line)
{
    size_t len = strlen(line);

    return write(left->fd, line, len) == (ssize_t)len && fdatasync(left->fd) == 0 ? ERR_OK : ERR_STORE_IO;
}

enum err left_posting(struct left *left, const char *reference, int32_t day, size_t *ret_index)
{
    char line[LINE_BYTES], text[16];
    enum err err;

    if (left->count == LEFT_MAX)
        return ERR_TOO_LONG;
    (void)snprintf(line, sizeof line, "posting %s %s\n", reference, day_text(day, text));
    err = put_line(left, line);
    if (err)
        return err;
    left->at[left->count] = (struct left_voucher){ .day = day };
    (void)str_copy(str_of(reference), left->at[left->count].reference, LEFT_REFERENCE_SIZE);
    *ret_index = left->count++;
    return ERR_OK;
}

enum err left_posted(struct left *left, size_t index, const char *id)
{
    char line[LINE_BYTES];

    (void)snprintf(line, sizeof line, "posted %zu %s\n", index, id);
    (void)str_copy(str_of(id), left->at[index].id, LEFT_ID_SIZE);
    return put_line(left, line);
}

enum err left_gone(struct left *left, size_t index)
{
    char line[LINE_BYTES];

    (void)snprintf(line, sizeof line, "gone %zu\n", index);
    left->at[index].gone = true;
    return put_line(left, line);
}
