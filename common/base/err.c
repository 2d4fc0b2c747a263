#include "err.h"

#include "clean.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *(*spoken)(const char *en) __attribute__((format_arg(1)));

void fault_speak(const char *(*words)(const char *en))
{
    spoken = words;
}

const char *fault_words(const char *en)
{
    return spoken ? spoken(en) : en;
}

const char *err_text(enum err err)
{
#define X(name, text) text,
    static const char *const texts[] = { ERRORS(X) };
#undef X

    return (size_t)err < COUNT(texts) ? fault_words(texts[err]) : "an error without a name";
}

enum err err_of_errno(int error, enum err otherwise)
{
    static const int passing[] = { ENOMEM, EMFILE, ENFILE, EIO, EAGAIN, EINTR, ENOSPC, EDQUOT };

    for (size_t i = 0; i < COUNT(passing); i++)
        if (error == passing[i])
            return ERR_SYSTEM;
    return otherwise;
}

enum err fault_set(struct fault *fault, enum err err, const char *format, ...)
{
    va_list args;

    if (fault) {
        va_start(args, format);
        (void)vsnprintf(fault->text, sizeof fault->text, fault_words(format), args);
        clean_text(fault->text);         /* it may quote what is wrong: a file's, a till's, PowerOffice's words */
        va_end(args);
    }
    return err;
}

void ensure_failed(const char *cond, const char *file, int line)
{
    (void)fprintf(stderr, "level=abort ensure=\"%s\" at=%s:%d\n", cond, file, line);
    abort();
}
