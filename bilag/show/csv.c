#include "csv.h"

#include "base/clean.h"
#include "domain/event.h"

#include <string.h>

/* As far as the next quote. */
static size_t until_quote(struct str text)
{
    const char *quote = text.len ? memchr(text.bytes, '"', text.len) : NULL;

    return quote ? (size_t)(quote - text.bytes) : text.len;
}

void csv_text(struct strbuf *out, struct str text, char end)
{
    size_t begin = 0;

    while (begin < text.len && strchr(" \t\r\n", text.bytes[begin]))
        begin++;
    strbuf_char(out, '"');
    if (begin < text.len && strchr("=+-@", text.bytes[begin]))
        strbuf_char(out, '\'');
    for (size_t at = 0; at < text.len; at++) {
        size_t len = until_quote((struct str){ text.bytes + at, text.len - at });

        strbuf_clean(out, (struct str){ text.bytes + at, len });
        at += len;
        if (at < text.len)
            strbuf_add(out, STR("\"\""));
    }
    strbuf_char(out, '"');
    strbuf_char(out, end);
}

static void with_comma(struct strbuf *out, const char *number, char end)
{
    for (; *number; number++)
        strbuf_char(out, *number == '.' ? ',' : *number);
    strbuf_char(out, end);
}

void csv_money(struct strbuf *out, struct money amount, char end)
{
    char text[MONEY_TEXT_SIZE];

    with_comma(out, money_text(amount, text), end);
}

void csv_percent(struct strbuf *out, int32_t rate, char end)
{
    char text[16];

    with_comma(out, rate_text(rate, text), end);
}
