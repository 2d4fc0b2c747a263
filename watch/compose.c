#include "compose.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clean.h"
#include "base/json_write.h"

enum { BODY_MAX = 3 * 1024 * 1024, BASE64_LINE = 57, WORD_BYTES = 42, SUBJECT_MAX = 200 };

static bool is_norwegian(const struct composing *composing)
{
    struct str language = composing->recipient->language.len ? composing->recipient->language : composing->config->language;

    return str_equal(language, STR("nb"));
}

__attribute__((format_arg(2), format_arg(3)))
static const char *words(const struct composing *composing, const char *en, const char *nb)
{
    return is_norwegian(composing) ? nb : en;
}

static size_t count_of(const struct composing *composing, enum notice_what what)
{
    size_t count = 0;

    for (size_t i = 0; i < composing->count; i++)
        count += composing->notices[i].what == (uint32_t)what;
    return count;
}

/* --- the text of a mail --- */

/* "2026-11-21 10:00", at the watch's zone. */
static void time_put(const struct composing *composing, int64_t time_ms, struct strbuf *out)
{
    struct civil at;

    zone_civil(composing->config->watch.zone, time_ms / 1000, &at);
    strbuf_format(out, "%04" PRId32 "-%02" PRId32 "-%02" PRId32 " %02" PRId32 ":%02" PRId32, at.year, at.month, at.day, at.hour,
                  at.minute);
}

static void lines_put(const struct composing *composing, enum notice_what what, const char *heading, struct strbuf *out)
{
    if (!count_of(composing, what))
        return;
    strbuf_format(out, "%s\r\n\r\n", heading);
    for (size_t i = 0; i < composing->count; i++) {
        const struct notice *notice = &composing->notices[i];

        if (notice->what != (uint32_t)what)
            continue;
        strbuf_format(out, "* %s: ", matter_title((enum matter_kind)notice->kind, is_norwegian(composing)));
        strbuf_clean(out, notice->text);
        strbuf_add(out, STR("\r\n  ("));
        time_put(composing, notice->since_ms, out);
        if (what == NOTICE_END) {
            strbuf_add(out, str_of(words(composing, " to ", " til ")));
            time_put(composing, notice->time_ms, out);
        }
        strbuf_add(out, STR(")\r\n\r\n"));
    }
}

/* A summary is several lines, of our own making: each of them is cleaned. */
static void summaries_put(const struct composing *composing, struct strbuf *out)
{
    for (size_t i = 0; i < composing->count; i++) {
        struct str rest = composing->notices[i].text;

        while (composing->notices[i].what == NOTICE_SUMMARY && rest.len) {
            const char *end = memchr(rest.bytes, '\n', rest.len);
            size_t len = end ? (size_t)(end - rest.bytes) : rest.len;

            strbuf_clean(out, (struct str){ rest.bytes, len });
            strbuf_add(out, STR("\r\n"));
            rest = end ? (struct str){ end + 1, rest.len - len - 1 } : STR_NONE;
        }
    }
    if (count_of(composing, NOTICE_SUMMARY))
        strbuf_add(out, STR("\r\n"));
}

static void text_put(const struct composing *composing, struct strbuf *out)
{
    lines_put(composing, NOTICE_BEGIN, words(composing, "NEW", "NYTT"), out);
    lines_put(composing, NOTICE_END, words(composing, "OVER", "OVER"), out);
    summaries_put(composing, out);
    strbuf_format(out, words(composing, "-- \r\nBilag at this server; what each message means stands in "
                                        "docs/operator.md.\r\nMessage "
                                        STR_FMT ". If it comes twice it is the same one: its receipt was lost.\r\n",
                             "-- \r\nBilag på denne serveren; hva hver melding betyr, står i docs/operator.md.\r\nMelding "
                             "" STR_FMT
                             ". Kommer den to ganger, er det den samme: kvitteringen for den gikk tapt.\r\n"),
                  STR_ARG(composing->id));
}

/* --- headers --- */

static bool is_ascii(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.bytes[i] >= 0x7f || text.bytes[i] < ' ')
            return false;
    return text.len < 60 && !(text.len > 1 && text.bytes[0] == '=' && text.bytes[1] == '?');
}

/* Encoded words of at most 75 characters, none of which divides a letter; folded lines. */
static void header_text(struct str text, struct strbuf *out)
{
    char word[BASE64_LINE * 2];

    if (is_ascii(text)) {
        strbuf_add(out, text);
        return;
    }
    for (size_t at = 0; at < text.len;) {
        size_t len = text.len - at < WORD_BYTES ? text.len - at : WORD_BYTES;

        while (at + len < text.len && len && ((unsigned char)text.bytes[at + len] & 0xc0) == 0x80)
            len--;
        (void)sodium_bin2base64(word, sizeof word, (const unsigned char *)text.bytes + at, len, sodium_base64_VARIANT_ORIGINAL);
        strbuf_format(out, "%s=?UTF-8?B?%s?=", at ? "\r\n " : "", word);
        at += len;
    }
}

/* One matter is named; of several it is said how many. */
static void subject_put(const struct composing *composing, struct strbuf *out)
{
    size_t begun = count_of(composing, NOTICE_BEGIN), ended = count_of(composing, NOTICE_END);
    const struct notice *first = &composing->notices[0];
    struct strbuf subject, clean;
    char day[16];

    strbuf_init(&subject, 4096);
    strbuf_init(&clean, 4096);
    strbuf_add(&subject, STR("[Bilag] "));
    if (composing->count == 1 && first->what == NOTICE_SUMMARY) {
        strbuf_format(&subject, words(composing, "Daily summary %s", "Daglig oversikt %s"), day_text(first->day, day));
    } else if (composing->count == 1) {
        strbuf_format(&subject, "%s%s: ", first->what == NOTICE_END ? words(composing, "Over: ", "Over: ") : "",
                      matter_title((enum matter_kind)first->kind, is_norwegian(composing)));
        strbuf_add(&subject, first->venue.len ? first->venue : first->matter);
        if (first->day != DAY_ALWAYS)
            strbuf_format(&subject, " %s", day_text(first->day, day));
    } else {
        strbuf_format(&subject, words(composing, "%zu new, %zu over", "%zu nye, %zu over"), begun, ended);
        if (begun + ended < composing->count)
            strbuf_add(&subject, str_of(words(composing, ", and the daily summary", ", og daglig oversikt")));
    }
    if (subject.len > SUBJECT_MAX)
        subject.len = SUBJECT_MAX;
    strbuf_clean(&clean, strbuf_str(&subject));
    header_text(strbuf_str(&clean), out);
    out->failed |= subject.failed || clean.failed;
    strbuf_free(&subject);
    strbuf_free(&clean);
}

/* "Sat, 21 Nov 2026 09:00:00 +0000" */
static void date_put(int64_t time_ms, struct strbuf *out)
{
    static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    int32_t day = (int32_t)(time_ms / 86400000), second = (int32_t)(time_ms / 1000 % 86400), year, month, date;

    day_to_civil(day, &year, &month, &date);
    strbuf_format(out, "%s, %02" PRId32 " %s %04" PRId32 " %02" PRId32 ":%02" PRId32 ":%02" PRId32 " +0000", days[day % 7],
                  date,
                  months[month - 1], year, second / 3600, second / 60 % 60, second % 60);
}

static void base64_put(struct str text, struct strbuf *out)
{
    char line[BASE64_LINE * 2];

    for (size_t at = 0; at < text.len; at += BASE64_LINE) {
        size_t len = text.len - at < BASE64_LINE ? text.len - at : BASE64_LINE;

        (void)sodium_bin2base64(line, sizeof line, (const unsigned char *)text.bytes + at, len, sodium_base64_VARIANT_ORIGINAL);
        strbuf_format(out, "%s\r\n", line);
    }
}

static void mail_put(const struct composing *composing, struct strbuf *out)
{
    struct str from = composing->config->watch.from;
    const char *at = memchr(from.bytes, '@', from.len);
    struct str host = { at + 1, (size_t)(from.bytes + from.len - at - 1) };
    struct strbuf text;

    strbuf_init(&text, BODY_MAX);
    text_put(composing, &text);
    strbuf_add(out, STR("Date: "));
    date_put(composing->made_ms, out);
    strbuf_format(out, "\r\nFrom: Bilag <" STR_FMT ">\r\nTo: <" STR_FMT ">\r\nSubject: ", STR_ARG(from),
                  STR_ARG(composing->recipient->mail));
    subject_put(composing, out);
    strbuf_format(out, "\r\nMessage-ID: <" STR_FMT "@" STR_FMT ">\r\n", STR_ARG(composing->id), STR_ARG(host));
    strbuf_add(out, STR("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: base64\r\n\r\n"));
    base64_put(strbuf_str(&text), out);
    out->failed |= text.failed;
    strbuf_free(&text);
}

/* --- JSON --- */

static void optional(struct strbuf *out, const char *name, struct str text)
{
    if (text.len)
        json_put_str(out, name, text);
}

static void notice_json(const struct notice *notice, struct strbuf *out)
{
    static const char *const whats[NOTICE_WHATS] = { "begin", "end", "summary" };

    json_open(out, NULL, '{');
    json_put_str(out, "what", str_of(whats[notice->what]));
    if (notice->what != NOTICE_SUMMARY) {
        json_put_str(out, "kind", str_of(matter_code((enum matter_kind)notice->kind)));
        json_put_str(out, "matter", notice->matter);
        json_put_time(out, "since", notice->since_ms);
    }
    optional(out, "venue", notice->venue);
    optional(out, "company", notice->company);
    if (notice->day != DAY_ALWAYS)
        json_put_day(out, "day", notice->day);
    json_put_time(out, "time", notice->time_ms);
    json_put_str(out, "text", notice->text);
    json_close(out, '}');
}

static void json_put(const struct composing *composing, struct strbuf *out)
{
    json_open(out, NULL, '{');
    json_put_str(out, "id", composing->id);
    json_put_str(out, "recipient", composing->recipient->name);
    json_put_time(out, "made", composing->made_ms);
    json_open(out, "notices", '[');
    for (size_t i = 0; i < composing->count; i++)
        notice_json(&composing->notices[i], out);
    json_close(out, ']');
    json_close(out, '}');
}

void compose_letter(const struct composing *composing, struct strbuf *out)
{
    if (composing->recipient->mail.len)
        mail_put(composing, out);
    else
        json_put(composing, out);
}

struct str compose_address(const struct watch_recipient *recipient, struct arena *arena)
{
    if (recipient->mail.len)
        return arena_format(arena, "mail " STR_FMT, STR_ARG(recipient->mail));
    if (recipient->webhook.len)
        return arena_format(arena, "webhook " STR_FMT, STR_ARG(recipient->webhook));
    return arena_format(arena, "command " STR_FMT, STR_ARG(recipient->command));
}
