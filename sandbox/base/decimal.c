/* decimal.c - decimal numbers as whole numbers of a small unit. */
#include "decimal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define UNITS_MAX INT64_C(1000000000000000)

int64_t decimal_power(unsigned scale)
{
    int64_t power = 1;

    ensure(scale <= 18);
    while (scale--)
        power *= 10;
    return power;
}

struct digits {
    char     list[64];          /* significant digits, no point */
    unsigned count;
    int      point;             /* digits before the point */
    bool     negative;
};

/* JSON's number grammar: -? int frac? exp? */
static bool digits_read(const char *at, struct digits *number)
{
    bool any = false;
    long exponent = 0;

    *number = (struct digits){ .negative = *at == '-' };
    at += number->negative;
    if (at[0] == '0' && isdigit((unsigned char)at[1]))
        return false;
    for (; isdigit((unsigned char)*at); at++, number->point++, any = true)
        if (number->count < sizeof number->list)
            number->list[number->count++] = *at;
    if (!any || number->point > 32)
        return false;
    if (*at == '.') {
        if (!isdigit((unsigned char)at[1]))
            return false;
        for (at++; isdigit((unsigned char)*at); at++)
            if (number->count < sizeof number->list)
                number->list[number->count++] = *at;
    }
    if (*at == 'e' || *at == 'E') {
        char *end;

        if (isspace((unsigned char)at[1]))
            return false;
        exponent = strtol(at + 1, &end, 10);
        if (end == at + 1 || exponent > 64 || exponent < -64)
            return false;
        at = end;
    }
    number->point += (int)exponent;
    return *at == '\0';
}

bool decimal_is_number(const char *text)
{
    struct digits number;

    return digits_read(text, &number);
}

enum decimal_result decimal_parse(const char *text, unsigned scale, int64_t *ret_units)
{
    struct digits number;
    int wanted;
    int64_t units = 0;
    bool rounded = false;

    ensure(scale <= DECIMAL_SCALE_MAX);
    if (!digits_read(text, &number))
        return DECIMAL_BAD;
    wanted = number.point + (int)scale;         /* digits that belong to whole units */
    for (int i = 0; i < wanted; i++) {
        units = units * 10 + ((unsigned)i < number.count ? number.list[i] - '0' : 0);
        if (units > UNITS_MAX)
            return DECIMAL_BAD;
    }
    for (unsigned i = wanted > 0 ? (unsigned)wanted : 0; i < number.count; i++)
        rounded = rounded || number.list[i] != '0';
    if (rounded && wanted >= 0 && number.list[wanted] >= '5')
        units++;
    *ret_units = number.negative ? -units : units;
    return rounded ? DECIMAL_ROUNDED : DECIMAL_EXACT;
}

void decimal_write(int64_t units, unsigned scale, unsigned places, char to[static DECIMAL_BYTES])
{
    int64_t power = decimal_power(scale), whole = units / power, part = units % power;
    const char *sign = units < 0 ? "-" : "";

    while (scale > places && part % 10 == 0) {
        part /= 10;
        scale--;
    }
    if (whole < 0)
        whole = -whole;
    if (part < 0)
        part = -part;
    if (scale == 0)
        (void)snprintf(to, DECIMAL_BYTES, "%s%" PRId64, sign, whole);
    else
        (void)snprintf(to, DECIMAL_BYTES, "%s%" PRId64 ".%0*" PRId64, sign, whole, (int)scale, part);
}

int64_t decimal_product(int64_t a, int64_t b, int64_t c, int64_t divisor_a, int64_t divisor_b)
{
    __int128 product = (__int128)a * b * c, divisor = (__int128)divisor_a * divisor_b;
    __int128 half = divisor / 2, result;

    result = product < 0 ? -((-product + half) / divisor) : (product + half) / divisor;
    ensure(result > INT64_MIN / 2 && result < INT64_MAX / 2);
    return (int64_t)result;
}
