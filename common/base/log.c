#include "log.h"

#include "clean.h"
#include "clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char log_stage[40] = "stage=bilag";
static bool silent;

void log_open(const char *stage, int instance)
{
    (void)snprintf(log_stage, sizeof log_stage, "stage=%s.%d", stage, instance);
}

void log_silence(void)
{
    silent = true;
}

/* A line as it is built: what the program says, and in it what others say. */
struct line { char text[2048]; size_t len; bool quoted, cut, cut_quoted; };
enum { LINE_ROOM = sizeof((struct line *)0)->text - 48 };        /* the rest is for the time */

static void put(struct line *line, const char *bytes, size_t len)
{
    if (len > LINE_ROOM - line->len) {
        line->cut_quoted = line->cut ? line->cut_quoted : line->quoted;
        line->cut = true;
        len = LINE_ROOM - line->len;
    }
    memcpy(line->text + line->len, bytes, len);
    line->len += len;
}

/* Others' words stay within their value: they end no line and no quotes, and a bare value is one word. */
static void put_words(struct line *line, const char *bytes, size_t len)
{
    size_t begin = line->len;
    bool bare = !line->quoted && begin && line->text[begin - 1] == '=';

    put(line, bytes, len);
    line->len = begin + clean_bytes(line->text + begin, line->len - begin);
    for (size_t i = begin; i < line->len; i++) {
        if (line->text[i] == '"')
            line->text[i] = '\'';
        if (bare && line->text[i] == ' ')
            line->text[i] = '_';
    }
}

/* The conversions that log lines are written with; *at stands behind the '%'. False: another one. */
static bool put_conversion(struct line *line, const char **at, va_list *args)
{
    enum kind { WORD, BOUNDED, INT, UINT, LONG, ULONG, LLONG, ULLONG, SIZE };
    static const struct { const char *name; enum kind kind; } rows[] = {
        { "s", WORD },   { ".*s", BOUNDED }, { "d", INT },      { "u", UINT },  { "ld", LONG },
        { "lu", ULONG }, { "lld", LLONG },   { "llu", ULLONG }, { "zu", SIZE },
    };
    char number[32];
    const char *word;
    size_t row = 0;
    int most;

    while (row < COUNT(rows) && strncmp(*at, rows[row].name, strlen(rows[row].name)) != 0)
        row++;
    if (row == COUNT(rows))
        return false;
    *at += strlen(rows[row].name);
    switch (rows[row].kind) {
    case WORD:    word = va_arg(*args, const char *); put_words(line, word, strlen(word)); return true;
    case BOUNDED: most = va_arg(*args, int); word = va_arg(*args, const char *);
                  put_words(line, word, strnlen(word, most > 0 ? (size_t)most : 0)); return true;
    case INT:     (void)snprintf(number, sizeof number, "%d", va_arg(*args, int)); break;
    case UINT:    (void)snprintf(number, sizeof number, "%u", va_arg(*args, unsigned)); break;
    case LONG:    (void)snprintf(number, sizeof number, "%ld", va_arg(*args, long)); break;
    case ULONG:   (void)snprintf(number, sizeof number, "%lu", va_arg(*args, unsigned long)); break;
    case LLONG:   (void)snprintf(number, sizeof number, "%lld", va_arg(*args, long long)); break;
    case ULLONG:  (void)snprintf(number, sizeof number, "%llu", va_arg(*args, unsigned long long)); break;
    case SIZE:    (void)snprintf(number, sizeof number, "%zu", va_arg(*args, size_t)); break;
    }
    put(line, number, strlen(number));
    return true;
}

static void put_format(struct line *line, const char *format, va_list *args)
{
    for (const char *at = format; *at;) {
        if (*at == '%' && at[1] != '%') {
            at++;
            if (!put_conversion(line, &at, args)) {
                put(line, "?", 1);       /* what follows cannot be told apart any more */
                return;
            }
            continue;
        }
        at += *at == '%';
        line->quoted ^= *at == '"';
        put(line, at++, 1);
    }
}

static void log_write(const char *doc, size_t doc_len, const char *format, va_list *args)
{
    struct line line = { .len = 0 };
    char when[32];

    if (silent)
        return;
    if (doc) {
        put(&line, "doc=", 4);
        put_words(&line, doc, doc_len);
        put(&line, " ", 1);
    }
    put(&line, log_stage, strlen(log_stage));
    put(&line, " ", 1);
    put_format(&line, format, args);
    if (line.cut && line.cut_quoted)
        line.text[line.len - 1] = '"';
    line.len += (size_t)snprintf(line.text + line.len, 48, " at=%s\n", time_text_utc(clock_now_ms(), when));
    if (write(STDERR_FILENO, line.text, line.len) < 0)
        return;                          /* nobody listens: there is no one left to tell */
}

void log_fact(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_write(NULL, 0, format, &args);
    va_end(args);
}

void log_doc(struct str doc, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_write(doc.bytes, doc.len, format, &args);
    va_end(args);
}
