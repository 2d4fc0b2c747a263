/* Lines out of a stream: cut anywhere, they are the same lines. */
#include "fuzz.h"

#include "base/lines.h"

#include <string.h>

enum { LONGEST = 100, SEEN_MAX = 4096 };

struct seen { uint64_t number; size_t len; uint32_t sum; bool too_long; };
struct all { struct seen rows[SEEN_MAX]; size_t count; };

static void see(struct all *all, const struct line *line)
{
    struct seen seen = { .number = line->number, .len = line->text.len, .too_long = line->too_long };

    MUST(line->text.len <= LONGEST || line->too_long);
    if (line_is_blank(line))
        MUST(line->too_long || !line->text.len || !memchr(line->text.bytes, 'x', line->text.len));
    for (size_t i = 0; i < line->text.len; i++)
        seen.sum = seen.sum * 31 + (unsigned char)line->text.bytes[i];
    if (all->count < SEEN_MAX)
        all->rows[all->count++] = seen;
}

static void read_all(struct str text, size_t piece, struct all *all)
{
    struct lines lines;
    struct line line;

    memset(all, 0, sizeof *all);
    lines_init(&lines, LONGEST);
    for (size_t at = 0; at < text.len; at += piece) {
        struct str input = { text.bytes + at, text.len - at < piece ? text.len - at : piece };

        while (lines_next(&lines, &input, &line))
            see(all, &line);
        MUST(input.len == 0);
    }
    if (lines_last(&lines, &line))
        see(all, &line);
    lines_free(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct all whole, cut;
    size_t piece = len ? (size_t)bytes[0] % 17 + 1 : 1;
    struct str text = { (const char *)bytes, len };

    read_all(text, len ? len : 1, &whole);
    read_all(text, piece, &cut);
    MUST(whole.count == cut.count);
    for (size_t i = 0; i < whole.count; i++) {
        const struct seen *a = &whole.rows[i], *b = &cut.rows[i];

        MUST(a->number == b->number && a->too_long == b->too_long);
        MUST(a->too_long || (a->len == b->len && a->sum == b->sum));
    }
    return 0;
}
