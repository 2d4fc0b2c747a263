#include "json_write.h"

#include "clean.h"

#include <inttypes.h>
#include <string.h>

#include "clock.h"

enum { NO_LETTER = 0xfffd };

void json_quote(struct strbuf *out, struct str text)
{
    strbuf_char(out, '"');
    for (size_t at = 0, len; at < text.len; at += len) {
        struct str rest = { text.bytes + at, text.len - at };
        uint32_t c;
        bool fine;

        len = clean_step(rest, &fine, &c);
        if (c == '"' || c == '\\')
            strbuf_format(out, "\\%c", (char)c);
        else if (c == '\n')
            strbuf_add(out, STR("\\n"));
        else if (!fine)                  /* what could steer a terminal, which has four digits, or a byte that is no letter */
            strbuf_format(out, "\\u%04x", c < 0x80 || len > 1 ? c : NO_LETTER);
        else
            strbuf_add(out, (struct str){ rest.bytes, len });
    }
    strbuf_char(out, '"');
}

static void begin(struct strbuf *out, const char *name)
{
    char before = out->len ? out->bytes[out->len - 1] : '\n';

    if (!strchr("{[,\n", before))
        strbuf_char(out, ',');
    if (name)
        strbuf_format(out, "\"%s\":", name);
}

void json_open(struct strbuf *out, const char *name, char nest)
{
    begin(out, name);
    strbuf_char(out, nest);
}

void json_close(struct strbuf *out, char nest)
{
    strbuf_char(out, nest);
}

void json_put_str(struct strbuf *out, const char *name, struct str text)
{
    begin(out, name);
    json_quote(out, text);
}

void json_put_int(struct strbuf *out, const char *name, int64_t number)
{
    begin(out, name);
    strbuf_format(out, "%" PRId64, number);
}

void json_put_uint(struct strbuf *out, const char *name, uint64_t number)
{
    begin(out, name);
    strbuf_format(out, "%" PRIu64, number);
}

void json_put_bool(struct strbuf *out, const char *name, bool is)
{
    json_put_number(out, name, is ? "true" : "false");
}

void json_put_null(struct strbuf *out, const char *name)
{
    json_put_number(out, name, "null");
}

void json_put_number(struct strbuf *out, const char *name, const char *text)
{
    begin(out, name);
    strbuf_add(out, str_of(text));
}

void json_put_day(struct strbuf *out, const char *name, int32_t day)
{
    char text[16];

    json_put_str(out, name, str_of(day_text(day, text)));
}

void json_put_time(struct strbuf *out, const char *name, int64_t time_ms)
{
    char text[32];

    json_put_str(out, name, str_of(time_text_utc(time_ms, text)));
}
