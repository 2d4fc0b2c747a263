/* voice.h - how it is said to a person: in which language, and with or without colours.
 *
 * The names of states, commands and settings are the same in all languages. Nothing here prints.
 */
#ifndef BILAG_BILAG_SHOW_VOICE_H
#define BILAG_BILAG_SHOW_VOICE_H

#include "domain/config.h"

struct voice {
    struct str language;
    bool colour;                         /* a terminal that knows them reads it */
    enum wording wording;
};

enum colour { PLAIN, RED, GREEN, YELLOW, BOLD, FAINT };
const char *voice_paint(const struct voice *voice, enum colour colour);  /* "" without colours */

/* One of the two, by the language. */
const char *voice_words(const struct voice *voice, const char *en, const char *nb)
    __attribute__((format_arg(2), format_arg(3)));

/* How many blanks fill a text up to a width, counted in letters as a terminal shows them. */
int columns_left(const char *text, int width);

/* Local time at the venue, with its distance from UTC: "2026-11-21 05:15 +01:00". venue NULL: UTC, "...Z". */
const char *time_text_local(const struct venue *venue, int64_t time_ms, char buffer[32]);

/* A text that may be anybody's, for "%.*s" to a person: cleaned (base/clean.h). STR_ARG leaves it as it is. */
#define TEXT(s) text_columns(s), text_shown(s)
int text_columns(struct str s);                              /* its bytes */
const char *text_shown(struct str s);                        /* lives as long as the program */

#endif
