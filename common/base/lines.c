#include "lines.h"

#include <string.h>

enum { KEPT_OF_TOO_LONG = 16384 };

void lines_init(struct lines *lines, size_t max)
{
    *lines = (struct lines){ .max = max };
    strbuf_init(&lines->tail, max > KEPT_OF_TOO_LONG ? max : KEPT_OF_TOO_LONG);
}

void lines_free(struct lines *lines)
{
    strbuf_free(&lines->tail);
}

static void give(struct lines *lines, struct str text, uint64_t length, struct line *ret_line)
{
    bool too_long = length > lines->max;

    if (too_long && text.len > KEPT_OF_TOO_LONG)
        text.len = KEPT_OF_TOO_LONG;
    *ret_line = (struct line){ ++lines->number, text, too_long, lines->tail.failed };
}

/* Keeps a piece of a line for later; once it is too long, only its beginning. */
static void keep(struct lines *lines, struct str piece)
{
    size_t room = KEPT_OF_TOO_LONG;

    lines->length += piece.len;
    if (lines->length <= lines->max)
        room = SIZE_MAX;
    else
        room = lines->tail.len < room ? room - lines->tail.len : 0;
    strbuf_add(&lines->tail, (struct str){ piece.bytes, piece.len < room ? piece.len : room });
}

static void forget_given(struct lines *lines)
{
    if (lines->given) {
        strbuf_reset(&lines->tail);
        lines->length = 0;
        lines->given = false;
    }
}

bool lines_next(struct lines *lines, struct str *input, struct line *ret_line)
{
    const char *end = input->len ? memchr(input->bytes, '\n', input->len) : NULL;
    struct str piece = { input->bytes, end ? (size_t)(end - input->bytes) : input->len };

    forget_given(lines);
    if (!end) {
        if (piece.len)
            keep(lines, piece);
        *input = STR_NONE;
        return false;
    }
    *input = (struct str){ end + 1, input->len - piece.len - 1 };
    if (lines->length == 0) {
        give(lines, piece, piece.len, ret_line);
        return true;
    }
    keep(lines, piece);
    return lines_last(lines, ret_line);
}

bool lines_last(struct lines *lines, struct line *ret_line)
{
    forget_given(lines);
    if (lines->length == 0)
        return false;
    give(lines, (struct str){ lines->tail.bytes, lines->tail.len }, lines->length, ret_line);
    lines->given = true;
    return true;
}

bool line_is_blank(const struct line *line)
{
    for (size_t i = 0; i < line->text.len; i++)
        if (!strchr(" \t\r", line->text.bytes[i]) || line->text.bytes[i] == '\0')
            return false;
    return !line->too_long;
}
