#include "money.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum err money_add(struct money a, struct money b, struct money *ret_sum)
{
    int64_t sum;

    if (__builtin_add_overflow(a.ore, b.ore, &sum))
        return ERR_RANGE;
    ret_sum->ore = sum;
    return ERR_OK;
}

enum err money_subtract(struct money a, struct money b, struct money *ret_difference)
{
    int64_t difference;

    if (__builtin_sub_overflow(a.ore, b.ore, &difference))
        return ERR_RANGE;
    ret_difference->ore = difference;
    return ERR_OK;
}

enum err money_negate(struct money a, struct money *ret_negated)
{
    return money_subtract((struct money){ 0 }, a, ret_negated);
}

static __int128 absolute(__int128 value)
{
    return value < 0 ? -value : value;
}

/* What the cut left of a share: it decides who gets the missing øre. INT64_MIN of 128 bits cannot occur because
 * |of * amount| < 2^126; what is left is less than |total|. */
struct remainder { uint64_t left; size_t at; };

static int larger_first(const void *a, const void *b)
{
    const struct remainder *x = a, *y = b;

    if (x->left != y->left)
        return x->left > y->left ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

/* Sorted once: a receipt of 2,000 lines may miss nearly as many øre. */
static enum err give_missing(const struct money *of, size_t count, struct money total, struct money amount,
                             int64_t missing, struct money *part)
{
    uint64_t lucky = missing < 0 ? (uint64_t)-missing : (uint64_t)missing;
    struct remainder few[32], *rows = count <= COUNT(few) ? few : malloc(count * sizeof *rows);

    if (!rows)
        return ERR_MEMORY;
    ensure(lucky < count);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct remainder){ (uint64_t)absolute((__int128)of[i].ore * amount.ore % total.ore), i };
    qsort(rows, count, sizeof *rows, larger_first);
    for (size_t i = 0; i < lucky; i++)
        part[rows[i].at].ore += missing < 0 ? -1 : 1;
    if (rows != few)
        free(rows);
    return ERR_OK;
}

enum err money_share(const struct money *of, size_t count, struct money total, struct money amount,
                     struct money *ret_part)
{
    int64_t missing = amount.ore;

    if (total.ore == 0 || count == 0)
        return ERR_RANGE;
    for (size_t i = 0; i < count; i++) {
        __int128 cut = (__int128)of[i].ore * amount.ore / total.ore;

        if (cut > INT64_MAX || cut < INT64_MIN)
            return ERR_RANGE;
        if (__builtin_sub_overflow(missing, (int64_t)cut, &missing))
            return ERR_RANGE;
    }
    for (size_t i = 0; i < count; i++)
        ret_part[i].ore = (int64_t)((__int128)of[i].ore * amount.ore / total.ore);
    return missing ? give_missing(of, count, total, amount, missing, ret_part) : ERR_OK;
}

struct money money_vat_of_gross(struct money gross, int32_t rate)
{
    __int128 exact = (__int128)gross.ore * rate;
    __int128 by = 10000 + (__int128)rate;
    __int128 twice = 2 * absolute(exact) + by;
    __int128 rounded = twice / (2 * by);

    return (struct money){ (int64_t)(exact < 0 ? -rounded : rounded) };
}

static uint64_t magnitude(int64_t ore)
{
    return ore < 0 ? ~(uint64_t)ore + 1 : (uint64_t)ore;
}

const char *money_text(struct money amount, char buffer[MONEY_TEXT_SIZE])
{
    uint64_t ore = magnitude(amount.ore);

    (void)snprintf(buffer, MONEY_TEXT_SIZE, "%s%" PRIu64 ".%02" PRIu64, amount.ore < 0 ? "-" : "",
                   ore / 100, ore % 100);
    return buffer;
}

const char *money_kroner(struct money amount, char buffer[MONEY_TEXT_SIZE])
{
    uint64_t ore = magnitude(amount.ore);
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, ore / 100);
    size_t at = 0;

    if (amount.ore < 0)
        buffer[at++] = '-';
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buffer[at++] = ' ';
        buffer[at++] = digits[i];
    }
    (void)snprintf(buffer + at, MONEY_TEXT_SIZE - at, ",%02" PRIu64, ore % 100);
    return buffer;
}

static struct str trimmed(struct str text)
{
    while (text.len && (unsigned char)text.bytes[0] <= ' ')
        text = (struct str){ text.bytes + 1, text.len - 1 };
    while (text.len && (unsigned char)text.bytes[text.len - 1] <= ' ')
        text.len--;
    return text;
}

enum err money_parse(struct str text, struct money *ret_amount)
{
    __int128 ore = 0;
    size_t at = 0, digits = 0, decimals = 0;
    bool minus, point = false;

    text = trimmed(text);
    minus = text.len && text.bytes[0] == '-';
    if (text.len && (text.bytes[0] == '-' || text.bytes[0] == '+'))
        at = 1;
    for (; at < text.len; at++) {
        char c = text.bytes[at];

        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9')
            return ERR_FORMAT;
        digits++;
        if (point && ++decimals > 2) {
            if (c != '0')
                return ERR_FORMAT;
            continue;
        }
        ore = ore * 10 + (c - '0');
        if (ore > INT64_MAX)
            return ERR_RANGE;
    }
    if (digits == 0)
        return ERR_FORMAT;
    for (; decimals < 2; decimals++)
        ore *= 10;
    if (ore > INT64_MAX)
        return ERR_RANGE;
    ret_amount->ore = (int64_t)(minus ? -ore : ore);
    return ERR_OK;
}
