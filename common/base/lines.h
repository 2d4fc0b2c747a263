/* lines.h - NDJSON out of pieces of bytes, as they arrive.
 *
 * Memory   a line that lies whole in the input is a view into it; only one that is cut by the end of the
 *          input is kept, up to `max` bytes. Of a longer one the first bytes are kept and the rest is
 *          passed over.
 * Views    are dead after the next call.
 */
#ifndef BILAG_BASE_LINES_H
#define BILAG_BASE_LINES_H

#include "str.h"

struct lines {
    struct strbuf tail;                  /* the beginning of a line whose end has not come */
    size_t max;
    uint64_t number;                     /* of the last line given */
    uint64_t length;                     /* of the line in tail, with what of it was passed over */
    bool given;                          /* tail was lent out as a line */
};

struct line { uint64_t number; struct str text; bool too_long, lost; };     /* lost: memory was out; to be read again */

void lines_init(struct lines *lines, size_t max);
void lines_free(struct lines *lines);
/* The next whole line, without its \n (a \r before it stays: JSON passes over it); *input moves behind it. False: all of the input is used. */
bool lines_next(struct lines *lines, struct str *input, struct line *ret_line);
/* What is left when nothing more will come. False: nothing. */
bool lines_last(struct lines *lines, struct line *ret_line);
bool line_is_blank(const struct line *line);

#endif
