#include "saying.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clean.h"
#include "base/utf8.h"

enum { PART_MAX = 300 };                 /* of an id: a document's name has less; what is cut is somebody's garbage */

void saying_begin(struct saying *saying, enum matter_kind kind, struct str part)
{
    strbuf_init(&saying->id, MATTER_ID_MAX);
    strbuf_init(&saying->text[0], 4 * MATTER_TEXT_MAX);
    strbuf_init(&saying->text[1], 4 * MATTER_TEXT_MAX);
    strbuf_format(&saying->id, "%s/", matter_code(kind));
    strbuf_clean(&saying->id, (struct str){ part.bytes, part.len < PART_MAX ? part.len : PART_MAX });
}

#define SAY(which) do { \
        char text[MATTER_TEXT_MAX]; \
        va_list args; \
        va_start(args, format); \
        (void)vsnprintf(text, sizeof text, format, args); \
        va_end(args); \
        strbuf_add(&saying->text[which], str_of(text)); \
    } while (0)

void saying_en(struct saying *saying, const char *format, ...)
{
    SAY(0);
}

void saying_nb(struct saying *saying, const char *format, ...)
{
    SAY(1);
}

void saying_both(struct saying *saying, const char *format, ...)
{
    SAY(0);
    SAY(1);
}

void saying_foreign(struct saying *saying, struct str text)
{
    strbuf_clean(&saying->text[0], text);
    strbuf_clean(&saying->text[1], text);
}

/* Clean, whoever wrote it; a sentence that is too long is cut at a whole character. */
static struct str bounded(struct strbuf *text)
{
    if (text->len)
        text->len = clean_bytes(text->bytes, text->len);
    return utf8_cut(strbuf_str(text), MATTER_TEXT_MAX);
}

enum err saying_found(struct saying *saying, struct matters *matters, struct matter matter)
{
    bool failed = saying->id.failed || saying->text[0].failed || saying->text[1].failed;
    enum err err;

    matter.id = strbuf_str(&saying->id);
    if (!str_is_name(matter.venue))
        matter.venue = STR_NONE;         /* a file that is left out may have any name */
    matter.en = bounded(&saying->text[0]);
    matter.nb = bounded(&saying->text[1]);
    err = failed ? ERR_MEMORY : matters_add(matters, &matter);
    strbuf_free(&saying->id);
    strbuf_free(&saying->text[0]);
    strbuf_free(&saying->text[1]);
    return err;
}
