#include "voice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"

enum { SHOWN_BYTES_MAX = 1 << 26 };

const char *voice_paint(const struct voice *voice, enum colour colour)
{
    static const char *const codes[] = {
        [PLAIN] = "\033[0m", [RED] = "\033[31m", [GREEN] = "\033[32m", [YELLOW] = "\033[33m", [BOLD] = "\033[1m",
        [FAINT] = "\033[2m",
    };

    return voice->colour ? codes[colour] : "";
}

const char *voice_words(const struct voice *voice, const char *en, const char *nb)
{
    return str_equal(voice->language, STR("nb")) ? nb : en;
}

int text_columns(struct str s)
{
    return (int)(clean_already(s) ? s.len : strlen(text_shown(s)));
}

/* What has to be cleaned is rare and short: its copies are kept to the end. */
const char *text_shown(struct str s)
{
    static struct arena copies = { .limit = SHOWN_BYTES_MAX };
    struct strbuf text;
    struct str copy;

    if (clean_already(s))
        return s.bytes ? s.bytes : "";
    strbuf_init(&text, s.len + 1);
    strbuf_clean(&text, s);
    copy = arena_copy(&copies, strbuf_str(&text));
    strbuf_free(&text);
    return copy.bytes ? copy.bytes : "";
}

int columns_left(const char *text, int width)
{
    for (; *text && width > 0; text++)
        width -= ((unsigned char)*text & 0xc0) != 0x80;      /* characters, not bytes */
    return width;
}

const char *time_text_local(const struct venue *venue, int64_t time_ms, char buffer[32])
{
    struct civil at;
    int32_t east;                        /* minutes */

    if (!venue) {
        (void)time_text_utc(time_ms, buffer);
        return buffer;
    }
    zone_civil(venue->zone, time_ms / 1000, &at);
    east = zone_offset(venue->zone, time_ms / 1000) / 60;
    (void)snprintf(buffer, 32, "%04" PRId32 "-%02" PRId32 "-%02" PRId32 " %02" PRId32 ":%02" PRId32 " %c%02d:%02d", at.year,
                   at.month, at.day, at.hour, at.minute, east < 0 ? '-' : '+', abs(east) / 60, abs(east) % 60);
    return buffer;
}
