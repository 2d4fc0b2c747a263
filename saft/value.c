#include "value.h"

#include "base/clean.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

#include "domain/event_canonical.h"

enum { SECONDS_A_DAY = 86400, OFFSET_MAX_MIN = 14 * 60 };

struct str value_trim(struct str text)
{
    while (text.len && (unsigned char)text.bytes[0] <= ' ')
        text = (struct str){ text.bytes + 1, text.len - 1 };
    while (text.len && (unsigned char)text.bytes[text.len - 1] <= ' ')
        text.len--;
    return text;
}

static bool take_digits(struct str *text, size_t count, int32_t *ret_value)
{
    int32_t value = 0;

    if (text->len < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (text->bytes[i] < '0' || text->bytes[i] > '9')
            return false;
        value = value * 10 + (text->bytes[i] - '0');
    }
    *text = (struct str){ text->bytes + count, text->len - count };
    *ret_value = value;
    return true;
}

static bool take_char(struct str *text, char c)
{
    if (text->len == 0 || text->bytes[0] != c)
        return false;
    *text = (struct str){ text->bytes + 1, text->len - 1 };
    return true;
}

/* "", "Z", "+01:00": what may stand after a date or a time. */
static bool take_offset(struct str *text, bool *ret_has, int32_t *ret_offset_min)
{
    int32_t hours, minutes;
    bool west;

    *ret_has = false;
    if (text->len == 0)
        return true;
    if (take_char(text, 'Z')) {
        *ret_has = true;
        *ret_offset_min = 0;
        return text->len == 0;
    }
    west = text->bytes[0] == '-';
    if ((!take_char(text, '+') && !take_char(text, '-')) || !take_digits(text, 2, &hours) ||
        !take_char(text, ':') || !take_digits(text, 2, &minutes) || minutes > 59 ||
        hours * 60 + minutes > OFFSET_MAX_MIN || text->len)
        return false;
    *ret_has = true;
    *ret_offset_min = (west ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

static enum err read_text(struct str text, struct arena *arena, void *to)
{
    struct str copy = arena_copy(arena, text);

    if (!copy.bytes)
        return ERR_MEMORY;
    *(struct str *)to = copy;
    return ERR_OK;
}

static enum err read_amount(struct str text, struct arena *arena, void *to)
{
    struct saft_amount *amount = to;
    enum err err;

    (void)arena;
    err = money_parse(text, &amount->value);
    if (err)
        return err;
    if (amount->value.ore > MONEY_INPUT_MAX || amount->value.ore < -MONEY_INPUT_MAX)
        return ERR_RANGE;
    amount->said = true;
    return ERR_OK;
}

/* Quantities and exchange rates: six decimals, up to 10^9. */
static enum err read_decimal(struct str text, struct arena *arena, void *to)
{
    struct saft_decimal *decimal = to;
    int64_t value = 0;
    size_t digits = 0, decimals = 0;
    bool minus = text.len && text.bytes[0] == '-', point = false;

    (void)arena;
    for (size_t i = minus || (text.len && text.bytes[0] == '+') ? 1 : 0; i < text.len; i++) {
        char c = text.bytes[i];

        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9' || (point && decimals == 6 && c != '0'))
            return ERR_FORMAT;
        digits++;
        if (point && decimals == 6)
            continue;
        decimals += point;
        value = value * 10 + (c - '0');
        if (value > INT64_C(1000000000000000))
            return ERR_RANGE;
    }
    if (digits == 0)
        return ERR_FORMAT;
    for (; decimals < 6; decimals++)
        if (__builtin_mul_overflow(value, 10, &value) || value > INT64_C(1000000000000000))
            return ERR_RANGE;
    *decimal = (struct saft_decimal){ true, minus ? -value : value };
    return ERR_OK;
}

static enum err read_rate(struct str text, struct arena *arena, void *to)
{
    struct saft_rate *rate = to;
    struct money hundredths;
    enum err err;

    (void)arena;
    err = money_parse(text, &hundredths);
    if (err)
        return err;
    if (hundredths.ore < 0 || hundredths.ore > 10000)
        return ERR_RANGE;
    *rate = (struct saft_rate){ true, (int32_t)hundredths.ore };
    return ERR_OK;
}

/* The offset that a date may carry says nothing that the time does not say better. */
static enum err read_date(struct str text, struct arena *arena, void *to)
{
    struct saft_date *date = to;
    int32_t offset_min = 0;
    bool has_offset;
    struct str rest;
    enum err err;

    (void)arena;
    if (text.len < 10)
        return ERR_FORMAT;
    rest = (struct str){ text.bytes + 10, text.len - 10 };
    if (!take_offset(&rest, &has_offset, &offset_min))
        return ERR_FORMAT;
    err = day_parse((struct str){ text.bytes, 10 }, &date->day);
    date->said = !err;
    return err;
}

/* hh:mm:ss, a fraction is dropped, seconds may be missing (seen), 24:00:00 is legal in the schema. */
static enum err read_time(struct str text, struct arena *arena, void *to)
{
    struct saft_time time = { .said = true };
    int32_t hour, minute, second = 0;

    (void)arena;
    if (!take_digits(&text, 2, &hour) || !take_char(&text, ':') || !take_digits(&text, 2, &minute))
        return ERR_FORMAT;
    if (take_char(&text, ':') && !take_digits(&text, 2, &second))
        return ERR_FORMAT;
    if (take_char(&text, '.')) {
        int32_t fraction;

        if (!take_digits(&text, 1, &fraction))
            return ERR_FORMAT;
        while (take_digits(&text, 1, &fraction))
            continue;
    }
    if (!take_offset(&text, &time.has_offset, &time.offset_min))
        return ERR_FORMAT;
    time.seconds = hour * 3600 + minute * 60 + second;
    if (minute > 59 || second > 59 || time.seconds > SECONDS_A_DAY)
        return ERR_RANGE;
    *(struct saft_time *)to = time;
    return ERR_OK;
}

static enum err read_side(struct str text, struct arena *arena, void *to)
{
    (void)arena;
    if (!str_equal(text, STR("C")) && !str_equal(text, STR("D")))
        return ERR_FORMAT;
    *(enum saft_side *)to = text.bytes[0] == 'D' ? SIDE_DEBIT : SIDE_CREDIT;
    return ERR_OK;
}

static enum err read_flag(struct str text, struct arena *arena, void *to)
{
    static const struct { struct str text; bool value; } flags[] = {
        { { "true", 4 }, true }, { { "false", 5 }, false }, { { "1", 1 }, true }, { { "0", 1 }, false },
    };

    (void)arena;
    for (size_t i = 0; i < COUNT(flags); i++) {
        if (str_equal(text, flags[i].text)) {
            *(bool *)to = flags[i].value;
            return ERR_OK;
        }
    }
    return ERR_FORMAT;
}

static const struct { enum err (*read)(struct str text, struct arena *arena, void *to); const char *form; }
    kinds[VALUE_KIND_COUNT] = {
        [VALUE_TEXT] = { read_text, "text" },
        [VALUE_AMOUNT] = { read_amount, "an amount with a point and at most two decimals, below 2^53 øre" },
        [VALUE_DECIMAL] = { read_decimal, "a number with a point and at most six decimals, up to 10^9" },
        [VALUE_RATE] = { read_rate, "a rate of 0 to 100 percent with at most two decimals" },
        [VALUE_DATE] = { read_date, "a date like 2026-11-20" },
        [VALUE_TIME] = { read_time, "a time like 23:41:07" },
        [VALUE_SIDE] = { read_side, "C or D" },
        [VALUE_FLAG] = { read_flag, "true or false" },
    };

const char *value_form(enum value_kind kind)
{
    return kinds[kind].form;
}

enum err value_read(enum value_kind kind, struct str text, struct arena *arena, void *to)
{
    return kinds[kind].read(value_trim(text), arena, to);
}

struct money value_signed(struct money amount, enum saft_side side)
{
    bool negative = amount.ore < 0 || side == SIDE_DEBIT;
    int64_t magnitude = amount.ore < 0 ? -amount.ore : amount.ore;

    return (struct money){ negative ? -magnitude : magnitude };
}

void value_moment(const struct zone *zone, struct saft_date date, struct saft_time time, int64_t *ret_time,
                  int32_t *ret_offset_min)
{
    int32_t day = date.day + time.seconds / SECONDS_A_DAY;
    int32_t seconds = time.seconds % SECONDS_A_DAY;

    if (time.has_offset)
        *ret_time = (int64_t)day * SECONDS_A_DAY + seconds - (int64_t)time.offset_min * 60;
    else
        *ret_time = zone_utc(zone, day, seconds);
    *ret_offset_min = time.has_offset ? time.offset_min : zone_offset(zone, *ret_time) / 60;
}

/* Norwegian letters keep their look, so that a bookkeeper recognises "Ol" in the problem's text. */
static char plain_letter(const unsigned char *at, size_t room, size_t *ret_len)
{
    static const struct { unsigned char second; char plain; } letters[] = {
        { 0x86, 'A' }, { 0x98, 'O' }, { 0x85, 'A' }, { 0xa6, 'a' }, { 0xb8, 'o' }, { 0xa5, 'a' },
    };

    *ret_len = 1;
    if (at[0] < 0x80) {
        bool fine = str_is_name((struct str){ (const char *)at, 1 }) || at[0] == '.';

        return (char)(fine ? at[0] : '_');
    }
    while (*ret_len < room && (at[*ret_len] & 0xc0) == 0x80)
        (*ret_len)++;
    for (size_t i = 0; at[0] == 0xc3 && *ret_len == 2 && i < COUNT(letters); i++)
        if (at[1] == letters[i].second)
            return letters[i].plain;
    return '_';
}

struct str value_name(struct str text, struct arena *arena)
{
    char letters[40];
    size_t len = 0, step;
    struct event_hash hash;

    if (str_is_name(text))
        return arena_copy(arena, text);
    for (size_t at = 0; at < text.len && len < sizeof letters; at += step)
        letters[len++] = plain_letter((const unsigned char *)text.bytes + at, text.len - at, &step);
    if (len && letters[0] == '.')
        letters[0] = '_';
    event_hash(text, &hash);
    return arena_format(arena, "%.*s-%02x%02x%02x%02x", (int)len, letters, hash.bytes[0], hash.bytes[1],
                        hash.bytes[2], hash.bytes[3]);
}

struct str value_clip(struct str text)
{
    return utf8_cut(text, EVENT_TEXT_MAX);
}

void value_printable(char *text)
{
    size_t len = strlen(text), start = len;

    while (start && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start && (unsigned char)text[start - 1] >= 0xc0) {
        unsigned char first = (unsigned char)text[start - 1];
        size_t whole = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;

        if (len - (start - 1) < whole)
            text[start - 1] = '\0';
    }
    clean_text(text);
}
