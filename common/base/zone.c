/* IANA zone files (TZif, RFC 8536) read by ourselves, because
 * localtime() knows one zone per process. Files may be "fat" (a table up to 2037) or "slim" (a table
 * of the past and a rule for ever in the footer): both are read, and after the table the rule counts. */
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECONDS_A_DAY = 86400, ZONE_FILE_MAX = 262144, ZONE_TIMES_MAX = 20000, OFFSET_MAX = 26 * 3600,
       SPAN_SLOTS = 64 };

#define TIME_MAX (INT64_C(1) << 46)

enum rule_form { RULE_JULIAN, RULE_DAY_OF_YEAR, RULE_WEEKDAY };

/* When the footer's clock changes: on which day of each year, at what local second. */
struct rule { enum rule_form form; int32_t month, week, day; int32_t second; };

/* Between from and to (not included) the offset does not change. */
struct segment { int64_t from, to; int32_t offset; };

/* What was asked last is mostly what is asked next: the segment, and the local times (cut-offs). */
struct zone_cache {
    struct segment segment;
    struct { int64_t local, utc; } spans[SPAN_SLOTS];
};

struct zone {
    int64_t *times;                      /* moments of change, rising */
    int32_t *offsets;                    /* offsets[i]: from times[i] on */
    size_t count;
    int32_t first_offset;                /* before times[0] */
    bool has_footer, has_summer;
    int32_t standard, summer;            /* footer: seconds east of UTC */
    struct rule summer_from, summer_to;
    struct zone_cache *cache;            /* may change though the zone is const */
};

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* ---- the footer: "CET-1CEST,M3.5.0,M10.5.0/3" ---- */

static bool footer_char(struct str *text, char c)
{
    if (text->len == 0 || text->bytes[0] != c)
        return false;
    text->bytes++;
    text->len--;
    return true;
}

static bool footer_number(struct str *text, int32_t max, int32_t *ret_number)
{
    int32_t number = 0;
    size_t digits = 0;

    while (text->len && text->bytes[0] >= '0' && text->bytes[0] <= '9' && digits < 4) {
        number = number * 10 + (text->bytes[0] - '0');
        text->bytes++;
        text->len--;
        digits++;
    }
    *ret_number = number;
    return digits > 0 && number <= max;
}

/* An abbreviation: letters, or anything between < and >. Its text is of no use to us. */
static bool footer_name(struct str *text)
{
    bool quoted = footer_char(text, '<');
    size_t len = 0;

    while (len < text->len) {
        char c = text->bytes[len];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool sign = (c >= '0' && c <= '9') || c == '+' || c == '-';

        if (!letter && !(quoted && sign))
            break;
        len++;
    }
    text->bytes += len;
    text->len -= len;
    return len > 0 && (!quoted || footer_char(text, '>'));
}

/* [+-]h[:mm[:ss]]; tzdata goes beyond a day for rules such as "the Sunday after the last Friday". */
static bool footer_time(struct str *text, int32_t *ret_seconds)
{
    int32_t sign = 1, hour, minute = 0, second = 0;

    if (footer_char(text, '-'))
        sign = -1;
    else
        (void)footer_char(text, '+');
    if (!footer_number(text, 167, &hour))
        return false;
    if (footer_char(text, ':') && !footer_number(text, 59, &minute))
        return false;
    if (footer_char(text, ':') && !footer_number(text, 59, &second))
        return false;
    *ret_seconds = sign * (hour * 3600 + minute * 60 + second);
    return true;
}

static bool footer_rule(struct str *text, struct rule *ret_rule)
{
    struct rule rule = { .form = RULE_DAY_OF_YEAR, .second = 2 * 3600 };

    if (!footer_char(text, ','))
        return false;
    if (footer_char(text, 'M')) {
        rule.form = RULE_WEEKDAY;
        if (!footer_number(text, 12, &rule.month) || !footer_char(text, '.') ||
            !footer_number(text, 5, &rule.week) || !footer_char(text, '.') ||
            !footer_number(text, 6, &rule.day) || rule.month < 1 || rule.week < 1)
            return false;
    } else {
        if (footer_char(text, 'J'))
            rule.form = RULE_JULIAN;
        if (!footer_number(text, 365, &rule.day) || (rule.form == RULE_JULIAN && rule.day < 1))
            return false;
    }
    if (footer_char(text, '/') && !footer_time(text, &rule.second))
        return false;
    *ret_rule = rule;
    return true;
}

static bool footer_parse(struct str text, struct zone *zone)
{
    int32_t west;

    if (text.len == 0)
        return true;                     /* allowed: nothing is known after the table */
    if (!footer_name(&text) || !footer_time(&text, &west) || abs(west) > OFFSET_MAX)
        return false;
    zone->has_footer = true;
    zone->standard = -west;
    if (text.len == 0)
        return true;
    zone->has_summer = true;
    zone->summer = zone->standard + 3600;
    if (!footer_name(&text))
        return false;
    if (text.len && text.bytes[0] != ',') {
        if (!footer_time(&text, &west) || abs(west) > OFFSET_MAX)
            return false;
        zone->summer = -west;
    }
    return footer_rule(&text, &zone->summer_from) && footer_rule(&text, &zone->summer_to) && text.len == 0;
}

/* The local second, since 1970, at which the rule's change comes in that year. */
static int64_t rule_local(const struct rule *rule, int32_t year)
{
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int64_t day = day_of_civil(year, 1, 1);

    if (rule->form == RULE_JULIAN) {     /* 1-365, 29 February is never counted */
        day += rule->day - 1 + (leap && rule->day >= 60);
    } else if (rule->form == RULE_DAY_OF_YEAR) {
        day += rule->day;
    } else {
        int64_t first = day_of_civil(year, rule->month, 1);
        int64_t next = rule->month == 12 ? day_of_civil(year + 1, 1, 1)
                                         : day_of_civil(year, rule->month + 1, 1);
        int64_t weekday = ((first + 4) % 7 + 7) % 7;         /* 1970-01-01 was a Thursday */

        day = first + (rule->day - weekday + 7) % 7 + (rule->week - 1) * 7;
        while (day >= next)              /* week 5 means the last one */
            day -= 7;
    }
    return day * SECONDS_A_DAY + rule->second;
}

/* ---- the file ---- */

struct tzif_counts { uint32_t utc, standard, leap, time, type, text; };

static uint32_t big_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t big_i64(const uint8_t *at)
{
    return (int64_t)((uint64_t)big_u32(at) << 32 | big_u32(at + 4));
}

enum { TZIF_HEADER = 44 };

static bool tzif_header(const uint8_t *at, size_t len, struct tzif_counts *ret_counts)
{
    struct tzif_counts counts;

    if (len < TZIF_HEADER || memcmp(at, "TZif", 4) != 0 || at[4] < '2')
        return false;
    counts = (struct tzif_counts){ big_u32(at + 20), big_u32(at + 24), big_u32(at + 28), big_u32(at + 32),
                                   big_u32(at + 36), big_u32(at + 40) };
    /* Leap seconds ("right/..." zones) are refused: our time has none. */
    if (counts.leap || counts.time > ZONE_TIMES_MAX || counts.type < 1 || counts.type > 256 ||
        counts.utc > 256 || counts.standard > 256 || counts.text > 4096)
        return false;
    *ret_counts = counts;
    return true;
}

static size_t tzif_body(const struct tzif_counts *counts, size_t time_bytes)
{
    return counts->time * (time_bytes + 1) + counts->type * 6 + counts->text + counts->standard + counts->utc;
}

static bool tzif_table(const uint8_t *at, const struct tzif_counts *counts, struct zone *zone)
{
    const uint8_t *indexes = at + counts->time * 8, *types = indexes + counts->time;

    for (size_t i = 0; i < counts->type; i++) {
        int32_t offset = (int32_t)big_u32(types + i * 6);

        if (offset > OFFSET_MAX || offset < -OFFSET_MAX)
            return false;
    }
    zone->first_offset = (int32_t)big_u32(types);
    zone->count = counts->time;
    for (size_t i = 0; i < counts->time; i++) {
        zone->times[i] = big_i64(at + i * 8);
        if (indexes[i] >= counts->type || (i && zone->times[i] <= zone->times[i - 1]))
            return false;
        zone->offsets[i] = (int32_t)big_u32(types + indexes[i] * 6);
    }
    return true;
}

static bool tzif_parse(const uint8_t *bytes, size_t len, struct zone *zone)
{
    struct tzif_counts old, counts;
    const char *footer, *end;
    size_t at, body;

    if (!tzif_header(bytes, len, &old))
        return false;
    at = TZIF_HEADER + tzif_body(&old, 4);           /* the 32-bit block is for old readers */
    if (at > len || !tzif_header(bytes + at, len - at, &counts))
        return false;
    at += TZIF_HEADER;
    body = tzif_body(&counts, 8);
    if (body >= len - at)
        return false;
    zone->times = calloc(counts.time + 1, sizeof *zone->times);
    zone->offsets = calloc(counts.time + 1, sizeof *zone->offsets);
    if (!zone->times || !zone->offsets || !tzif_table(bytes + at, &counts, zone))
        return false;
    footer = (const char *)bytes + at + body;
    if (*footer != '\n')
        return false;
    footer++;
    end = memchr(footer, '\n', len - at - body - 1);
    return end && footer_parse((struct str){ footer, (size_t)(end - footer) }, zone);
}

/* Reads at most `size` bytes; -1 with errno. */
static ssize_t file_read(const char *path, uint8_t *bytes, size_t size)
{
    size_t len = 0;
    ssize_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return -1;
    while (len < size && got > 0) {
        got = read(fd, bytes + len, size - len);
        if (got > 0)
            len += (size_t)got;
    }
    (void)close(fd);
    return got < 0 ? -1 : (ssize_t)len;
}

/* Only names inside the zone folder: letters, digits, + - _ and single slashes between. */
static bool zone_name_fine(struct str name)
{
    if (name.len == 0 || name.len > 64)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.bytes[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '+' || c == '-' || c == '_';
        bool slash = c == '/' && i > 0 && i + 1 < name.len && name.bytes[i - 1] != '/';

        if (!word && !slash)
            return false;
    }
    return true;
}

static struct zone *zone_new(void)
{
    struct zone *zone = calloc(1, sizeof *zone);

    if (!zone)
        return NULL;
    zone->cache = calloc(1, sizeof *zone->cache);
    if (!zone->cache) {
        free(zone);
        return NULL;
    }
    for (size_t i = 0; i < SPAN_SLOTS; i++)
        zone->cache->spans[i].local = INT64_MIN;     /* no local time we are asked for */
    return zone;
}

enum err zone_open(struct str name, struct zone **ret_zone, struct fault *fault)
{
    const char *folder = getenv("TZDIR");            /* where tzdata is, should it be elsewhere */
    uint8_t *bytes = NULL;
    struct zone *zone = NULL;
    enum err err = ERR_OK;
    char path[4096];
    ssize_t len;

    if (!zone_name_fine(name))
        return fault_set(fault, ERR_FORMAT, "\"" STR_FMT "\" is no time zone; write one such as Europe/Oslo",
                         STR_ARG(name));
    len = snprintf(path, sizeof path, "%s/" STR_FMT, folder && *folder ? folder : "/usr/share/zoneinfo",
                   STR_ARG(name));
    if (len < 0 || (size_t)len >= sizeof path)
        return fault_set(fault, ERR_TOO_LONG, "the path of the time zone files (TZDIR) is too long");
    zone = zone_new();
    bytes = malloc(ZONE_FILE_MAX);
    if (!zone || !bytes) {
        err = fault_set(fault, ERR_MEMORY, "no memory for the time zone " STR_FMT, STR_ARG(name));
        goto out;
    }
    len = file_read(path, bytes, ZONE_FILE_MAX);
    if (len < 0)
        err = fault_set(fault, errno == ENOENT || errno == EISDIR || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_SYSTEM,
                        "the time zone " STR_FMT " cannot be read from %s (%s); write one such as "
                        "Europe/Oslo, and see that the package tzdata is installed",
                        STR_ARG(name), path, strerror(errno));
    errno = 0;
    if (!err && !tzif_parse(bytes, (size_t)len, zone))
        err = errno == ENOMEM ? fault_set(fault, ERR_MEMORY, "no memory for the time zone " STR_FMT, STR_ARG(name))
                              : fault_set(fault, ERR_FORMAT, "%s is no time zone file that can be used; install "
                                          "tzdata again", path);
out:
    free(bytes);
    if (err) {
        zone_close(zone);
        return err;
    }
    *ret_zone = zone;
    return ERR_OK;
}

void zone_close(struct zone *zone)
{
    if (!zone)
        return;
    free(zone->times);
    free(zone->offsets);
    free(zone->cache);
    free(zone);
}

/* ---- questions ---- */

static int32_t year_of(int64_t time)
{
    int64_t day = floor_divide(time, SECONDS_A_DAY);
    int32_t year, month, of_month;

    if (day > INT32_MAX / 2 || day < INT32_MIN / 2)
        day = day > 0 ? INT32_MAX / 2 : INT32_MIN / 2;
    day_to_civil((int32_t)day, &year, &month, &of_month);
    return year;
}

/* The footer's changes of the years around `time`, in their order; where summer ends and begins at one
 * moment (a zone on summer time all year), the beginning comes last and counts. */
static struct segment segment_by_rule(const struct zone *zone, int64_t time, int64_t table_end)
{
    struct segment found = { table_end, INT64_MAX, zone->standard };
    struct { int64_t time; int32_t offset; } changes[6];
    size_t count = 0;
    int32_t year = year_of(time);

    if (!zone->has_summer)
        return found;
    for (int32_t y = year - 1; y <= year + 1; y++) {
        int64_t ends = rule_local(&zone->summer_to, y) - zone->summer;
        int64_t begins = rule_local(&zone->summer_from, y) - zone->standard;
        bool end_first = ends <= begins;

        changes[count].time = end_first ? ends : begins;
        changes[count++].offset = end_first ? zone->standard : zone->summer;
        changes[count].time = end_first ? begins : ends;
        changes[count++].offset = end_first ? zone->summer : zone->standard;
    }
    for (size_t i = 0; i < count; i++) {
        if (changes[i].time > time) {
            found.to = changes[i].time;
            break;
        }
        found.offset = changes[i].offset;
        if (changes[i].time > table_end)
            found.from = changes[i].time;
    }
    return found;
}

static struct segment segment_find(const struct zone *zone, int64_t time)
{
    size_t low = 0, high = zone->count;              /* how many changes came at or before time */

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (zone->times[middle] <= time)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->has_footer)
        return segment_by_rule(zone, time, low ? zone->times[low - 1] : INT64_MIN);
    return (struct segment){ low ? zone->times[low - 1] : INT64_MIN,
                             low < zone->count ? zone->times[low] : INT64_MAX,
                             low ? zone->offsets[low - 1] : zone->first_offset };
}

static struct segment segment_at(const struct zone *zone, int64_t time)
{
    struct segment *last = &zone->cache->segment;

    if (time < last->from || time >= last->to)
        *last = segment_find(zone, time);
    return *last;
}

int32_t zone_offset(const struct zone *zone, int64_t time)
{
    return segment_at(zone, time).offset;
}

void zone_civil(const struct zone *zone, int64_t time, struct civil *ret_local)
{
    /* Beyond some two million years a day no longer fits its type: nonsense, but never a crash. */
    int64_t bounded = time > TIME_MAX ? TIME_MAX : time < -TIME_MAX ? -TIME_MAX : time;
    int64_t local = bounded + zone_offset(zone, bounded);
    int64_t day = floor_divide(local, SECONDS_A_DAY);
    int32_t second = (int32_t)(local - day * SECONDS_A_DAY);

    day_to_civil((int32_t)day, &ret_local->year, &ret_local->month, &ret_local->day);
    ret_local->hour = second / 3600;
    ret_local->minute = second / 60 % 60;
    ret_local->second = second % 60;
}

/* The first moment at which the wall clock shows `local` or more: that one rule gives the first of two
 * and, where the clock jumped over it, the moment after the jump. */
int64_t zone_utc(const struct zone *zone, int32_t day, int32_t seconds_of_day)
{
    int64_t local = (int64_t)day * SECONDS_A_DAY + seconds_of_day;
    size_t slot = (size_t)(((uint32_t)day ^ (uint32_t)seconds_of_day / 900u) % SPAN_SLOTS);
    struct segment segment;
    int64_t utc;

    if (zone->cache->spans[slot].local == local)
        return zone->cache->spans[slot].utc;
    segment = segment_find(zone, local - OFFSET_MAX);
    for (;;) {
        utc = local - segment.offset;
        if (utc < segment.from)
            utc = segment.from;
        if (utc < segment.to)
            break;
        segment = segment_find(zone, segment.to);
    }
    zone->cache->spans[slot].local = local;
    zone->cache->spans[slot].utc = utc;
    return utc;
}
