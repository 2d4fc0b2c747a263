/* query.c - the query members of a request. */
#include "query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "problem.h"
#include "sandbox/base/text.h"

static const char paging_members[] =
    "PageNumber:i PageSize:i Fields:w OrderBy:w UseDatabaseValidation:b";

/* "3000", "3000-3999" or "9000-" at *at; moves on past the comma. */
static bool range_next(const char **at, int64_t *low, int64_t *high)
{
    char *end;

    errno = 0;
    while (**at == ' ')
        (*at)++;
    if (**at < '0' || **at > '9')
        return false;
    *low = *high = strtoimax(*at, &end, 10);
    if (*end == '-') {
        *high = INT64_MAX;
        if (end[1] >= '0' && end[1] <= '9')
            *high = strtoimax(end + 1, &end, 10);
        else
            end++;
    }
    while (*end == ' ')
        end++;
    if (errno || (*end && *end != ','))
        return false;
    *at = *end ? end + 1 : end;
    return true;
}

static bool numbers_fit(const char *value)
{
    int64_t low, high;

    if (!*value)
        return false;
    while (*value)
        if (!range_next(&value, &low, &high))
            return false;
    return true;
}

static bool uuids_fit(const char *value)
{
    while (*value) {
        size_t length = strcspn(value, ",");
        char one[64];

        text_set(one, length + 1 < sizeof one ? length + 1 : sizeof one, value);
        if (!text_is_uuid(one))
            return false;
        value += length + (value[length] == ',');
    }
    return true;
}

static bool value_fits(char kind, const char *value)
{
    char date[DATE_BYTES], *end;
    int64_t ms;

    switch (kind) {
    case 'n': return numbers_fit(value);
    case 'm': return moment_parse(value, &ms);
    case 'd': return date_parse(value, date);
    case 'b': return text_same(value, "true") || text_same(value, "false");
    case 'u': return uuids_fit(value);
    case 'i': return *value >= '1' && *value <= '9' && strtol(value, &end, 10) < 1000000000 && !*end;
    default:  return true;
    }
}

/* The kind of a member in a route's list, 0 if the route has no such member. */
static char kind_of(const char *members, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = members; *at; at += strcspn(at, " "), at += *at == ' ')
        if (strncasecmp(at, name, length) == 0 && at[length] == ':')
            return at[length + 1];
    return '\0';
}

static bool required_given(struct exchange *x, const char *members)
{
    for (const char *at = members; *at; at += strcspn(at, " "), at += *at == ' ') {
        char name[64];
        const char *colon = strchr(at, ':');

        if (!colon || colon[2] != '!')
            continue;
        text_set(name, (size_t)(colon - at) + 1, at);
        if (!exchange_query(x, name)) {
            problem_now(x, 400, "Validation error(s)", "The query member %s is required.", name);
            return false;
        }
    }
    return true;
}

bool query_check(struct exchange *x, const char *members, bool paging)
{
    for (size_t i = 0; i < x->query_count; i++) {
        const char *name = x->query[i].name, *value = x->query[i].value ? x->query[i].value : "";
        char kind = kind_of(members, name), page = paging ? kind_of(paging_members, name) : '\0';

        if (!kind && !page) {
            if (exchange_is(x, SET_unknown_query, "ignore"))
                continue;
            problem_now(x, 400, "Validation error(s)", "There is no query member %s here.", name);
            return false;
        }
        if (value_fits(kind ? kind : page, value))
            continue;
        problem_now(x, 400, page ? problem_parameter : problem_cast,
                    "The value of %s cannot be read: %s", name, value);
        return false;
    }
    return required_given(x, members);
}

bool query_number(const struct exchange *x, const char *name, int64_t value)
{
    const char *at = exchange_query(x, name);
    int64_t low, high;

    if (!at)
        return true;
    while (*at && range_next(&at, &low, &high))
        if (low <= value && value <= high)
            return true;
    return false;
}

bool query_word(const struct exchange *x, const char *name, const char *value)
{
    const char *at = exchange_query(x, name);
    size_t length = strlen(value);

    if (!at)
        return true;
    for (;;) {
        size_t here;

        at += strspn(at, " ");
        here = strcspn(at, ",");
        while (here && at[here - 1] == ' ')
            here--;
        if (here == length && strncasecmp(at, value, length) == 0)
            return true;
        at = strchr(at, ',');
        if (!at)
            return false;
        at++;
    }
}

bool query_later(const struct exchange *x, const char *name, int64_t moment_ms)
{
    const char *given = exchange_query(x, name);
    int64_t limit;

    return !given || !moment_parse(given, &limit) || moment_ms > limit;
}

bool query_flag(const struct exchange *x, const char *name, bool preset)
{
    const char *given = exchange_query(x, name);

    return given ? text_same(given, "true") : preset;
}

bool query_from(const struct exchange *x, const char *name, const char *date)
{
    const char *given = exchange_query(x, name);

    return !given || strncmp(date, given, 10) >= 0;
}

bool query_to(const struct exchange *x, const char *name, const char *date)
{
    const char *given = exchange_query(x, name);

    return !given || strncmp(date, given, 10) <= 0;
}
