/* err.h - what can go wrong, as one enum with one table of texts.
 *
 * enum err      Outcome of a call. ERR_OK is 0. Input is judged by an error, our own mistakes by
 *               ensure(), which stays on in production and aborts: the supervisor restarts us from
 *               what is on disk.
 * struct fault  The sentence for a person that goes with an error: what is wrong, where, what to do.
 *               Callers that need none pass NULL. Never holds a secret.
 */
#ifndef BILAG_BASE_ERR_H
#define BILAG_BASE_ERR_H

#include "str.h"

#define ERRORS(X) \
    X(ERR_OK,             "fine") \
    X(ERR_MEMORY,         "out of memory, or a bound on it was reached") \
    X(ERR_FORMAT,         "not in the form it must have") \
    X(ERR_RANGE,          "outside the range it must be in") \
    X(ERR_TOO_LONG,       "longer than allowed") \
    X(ERR_NOT_FOUND,      "not there") \
    X(ERR_EXISTS,         "there already") \
    X(ERR_CONFIG,         "the configuration is wrong") \
    X(ERR_IN_USE,         "in use by another process") \
    X(ERR_BUSY,           "not now; try again") \
    X(ERR_REFUSED,        "refused") \
    X(ERR_STORE_FULL,     "the disk or the store is full") \
    X(ERR_STORE_IO,       "the store could not be read or written") \
    X(ERR_STORE_DAMAGED,  "the store is damaged") \
    X(ERR_NETWORK,        "the network failed") \
    X(ERR_SYSTEM,         "the operating system refused") \
    X(ERR_STOP,           "told to stop")

#define X(name, text) name,
enum err { ERRORS(X) ERR_COUNT_ };
#undef X

const char *err_text(enum err err);
/* Of a call that failed with errno: ERR_SYSTEM if the machine is to blame and the next try may go well (no memory,
 * no descriptors, a disk that fails), else `otherwise`. */
enum err err_of_errno(int error, enum err otherwise);

struct fault { char text[512]; };

/* The sentences of faults and errors in another language: what fault_set() is given and err_text() gives passes through it. For a
 * program that speaks to people; stages, whose log is English, leave it. */
void fault_speak(const char *(*words)(const char *en));
/* A part of such a sentence, or itself. */
const char *fault_words(const char *en) __attribute__((format_arg(1)));

/* Writes the sentence (fault may be NULL) and hands err back, so that a return says both. */
enum err fault_set(struct fault *fault, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define ensure(cond) ((cond) ? (void)0 : ensure_failed(#cond, __FILE__, __LINE__))
_Noreturn void ensure_failed(const char *cond, const char *file, int line);

#endif
