#include "csv.h"

#include "domain/event.h"

#include <string.h>

void csv_text(struct strbuf *out, struct str text, char end)
{
    strbuf_char(out, '"');
    if (text.len && strchr("=+-@\t\r", text.bytes[0]))
        strbuf_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.bytes[i] == '"')
            strbuf_char(out, '"');
        strbuf_char(out, text.bytes[i]);
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
