#include "log.h"

#include "clock.h"

#include <stdarg.h>
#include <stdio.h>
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

static void log_write(const char *doc, size_t doc_len, const char *format, va_list args)
{
    char line[2048];
    char when[32];
    int len = 0, room = (int)sizeof line - 48;

    if (silent)
        return;
    if (doc)
        len = snprintf(line, (size_t)room, "doc=%.*s ", (int)doc_len, doc);
    if (len < room)
        len += snprintf(line + len, (size_t)(room - len), "%s ", log_stage);
    if (len < room)
        len += vsnprintf(line + len, (size_t)(room - len), format, args);
    if (len >= room)
        len = room - 1;
    for (int i = 0; i < len; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '?';
    len += snprintf(line + len, 48, " at=%s\n", time_text_utc(clock_now_ms(), when));
    if (write(STDERR_FILENO, line, (size_t)len) < 0)
        return;                          /* nobody listens: there is no one left to tell */
}

void log_fact(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_write(NULL, 0, format, args);
    va_end(args);
}

void log_doc(struct str doc, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_write(doc.bytes, doc.len, format, args);
    va_end(args);
}
