#include "utf8.h"

#include <string.h>

/* One code point at `at`; 0 if it is not a legal one (overlong, surrogate, beyond 10FFFF, cut off). */
static size_t utf8_length(const unsigned char *at, size_t room)
{
    static const struct { unsigned char first, last, second_min, second_max; size_t length; } forms[] = {
        { 0x01, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
        { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
        { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };

    for (size_t i = 0; i < COUNT(forms); i++) {
        size_t length = forms[i].length;

        if (at[0] < forms[i].first || at[0] > forms[i].last)
            continue;
        if (length > room || (length > 1 && (at[1] < forms[i].second_min || at[1] > forms[i].second_max)))
            return 0;
        for (size_t j = 2; j < length; j++)
            if ((at[j] & 0xc0) != 0x80)
                return 0;
        return length;
    }
    return 0;
}

/* Eight at once, of which none is 0 or begins or continues more than one byte. */
static bool eight_plain(const unsigned char *at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
    uint64_t eight;

    memcpy(&eight, at, sizeof eight);
    return ((eight - ones) & tops) == 0 && (eight & tops) == 0;
}

/* The same of four to seven, some of them twice. */
static bool few_plain(const unsigned char *at, size_t count)
{
    unsigned char twice[8];

    memcpy(twice, at, 4);
    memcpy(twice + 4, at + count - 4, 4);
    return eight_plain(twice);
}

/* The end of a text, of which some may have been looked at. */
static bool end_plain(const unsigned char *bytes, size_t len, size_t at)
{
    return len >= 8 ? eight_plain(bytes + len - 8) : len - at >= 4 && few_plain(bytes + at, len - at);
}

bool utf8_is_valid(struct str text)
{
    const unsigned char *bytes = (const unsigned char *)text.bytes;

    for (size_t at = 0; at < text.len;) {
        size_t length;

        if (text.len - at >= 8 && eight_plain(bytes + at)) {
            at += 8;
            continue;
        }
        if (text.len - at < 8 && end_plain(bytes, text.len, at))
            return true;
        length = bytes[at] - 1u < 0x7f ? 1 : utf8_length(bytes + at, text.len - at);

        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

size_t utf8_letters(struct str text)
{
    size_t letters = 0;

    for (size_t i = 0; i < text.len; i++)
        letters += ((unsigned char)text.bytes[i] & 0xc0) != 0x80;
    return letters;
}

/* The code point of a legal form. */
static uint32_t code_at(const unsigned char *at, size_t length)
{
    uint32_t code = length == 1 ? at[0] : at[0] & (0x7fu >> length);

    for (size_t i = 1; i < length; i++)
        code = code << 6 | (at[i] & 0x3f);
    return code;
}

bool utf8_is_line(struct str text)
{
    static const struct { uint32_t first, last; } never[] = {
        { 0x00, 0x1f }, { 0x7f, 0x9f }, { 0x61c, 0x61c }, { 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 },
    };

    for (size_t at = 0, length; at < text.len; at += length) {
        const unsigned char *bytes = (const unsigned char *)text.bytes + at;
        uint32_t code;

        length = utf8_length(bytes, text.len - at);
        if (!length)
            return false;
        code = code_at(bytes, length);
        for (size_t i = 0; i < COUNT(never); i++)
            if (code >= never[i].first && code <= never[i].last)
                return false;
    }
    return true;
}

bool utf8_is_blank(struct str text)
{
    static const struct { uint32_t first, last; } blanks[] = {
        { 0x09, 0x0d }, { 0x20, 0x20 }, { 0x85, 0x85 }, { 0xa0, 0xa0 }, { 0xad, 0xad }, { 0x1680, 0x1680 }, { 0x2000, 0x200d },
        { 0x2028, 0x2029 }, { 0x202f, 0x202f }, { 0x205f, 0x2060 }, { 0x3000, 0x3000 }, { 0xfeff, 0xfeff },
    };

    for (size_t at = 0, length; at < text.len; at += length) {
        const unsigned char *bytes = (const unsigned char *)text.bytes + at;
        bool blank = false;
        uint32_t code;

        length = utf8_length(bytes, text.len - at);
        if (!length)
            return false;
        code = code_at(bytes, length);
        for (size_t i = 0; i < COUNT(blanks); i++)
            blank |= code >= blanks[i].first && code <= blanks[i].last;
        if (!blank)
            return false;
    }
    return text.len > 0;
}

struct str utf8_cut(struct str text, size_t max)
{
    if (text.len <= max)
        return text;
    text.len = max;
    while (text.len && ((unsigned char)text.bytes[text.len] & 0xc0) == 0x80)
        text.len--;
    return text;
}
