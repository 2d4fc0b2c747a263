#include "problemdetails.h"

#include <string.h>

#include "base/clean.h"
#include "base/json.h"

enum { TITLE_SIZE = 128, DETAIL_SIZE = 512, SECONDS_MAX = 3600 };

/* Appends, on one line, cut between characters. */
static void add_text(char *to, size_t size, const char *separator, const char *text)
{
    size_t len = strlen(to);
    const char *parts[] = { len ? separator : "", text };

    for (size_t i = 0; i < COUNT(parts); i++)
        for (const char *at = parts[i]; *at && len + 1 < size; at++)
            to[len++] = strchr("\t\r\n", *at) ? ' ' : *at;
    if (len + 1 == size)
        while (len && ((unsigned char)to[len - 1] & 0xc0) == 0x80)
            len--;
    if (len && ((unsigned char)to[len - 1] & 0xc0) == 0xc0)
        len--;
    to[clean_bytes(to, len)] = '\0';
}

/* {"field": ["text", ...] or "text", ...}, or a list of them. What the detail says already is not said again. */
static void add_errors(struct str errors, char *detail)
{
    struct str name, field, item;
    char text[DETAIL_SIZE], said[DETAIL_SIZE];
    size_t at = 0, within;

    memcpy(said, detail, sizeof said);
    while (json_pair(errors, &at, &name, &field) || json_item(errors, &at, &field)) {
        if (json_text(field, text, sizeof text) && !strstr(said, text))
            add_text(detail, DETAIL_SIZE, " ", text);
        for (within = 0; json_item(field, &within, &item);)
            if (json_text(item, text, sizeof text) && !strstr(said, text))
                add_text(detail, DETAIL_SIZE, " ", text);
    }
}

void problemdetails_read(struct str body, char title[TITLE_SIZE], char detail[DETAIL_SIZE])
{
    static const struct { const char *name; bool is_title; } forms[] = {
        { "title", true }, { "detail", false }, { "message", false }, { "error", true },
        { "error_description", false },
    };
    char text[DETAIL_SIZE];
    struct str json, errors;

    title[0] = detail[0] = '\0';
    if (json_check(body, &json))
        return;
    for (size_t i = 0; i < COUNT(forms); i++)
        if (json_member_text(json, forms[i].name, text, sizeof text))
            add_text(forms[i].is_title ? title : detail, forms[i].is_title ? TITLE_SIZE : DETAIL_SIZE, " ", text);
    if (json_member(json, "errors", &errors))
        add_errors(errors, detail);
}

bool problemdetails_of_gateway(struct str body)
{
    struct str json, code;

    return !json_check(body, &json) && json_is_object(json) && json_member(json, "statusCode", &code);
}

int64_t problemdetails_seconds(const char *text)
{
    for (const char *at = text; *at; at++) {
        int64_t number = 0;

        if (*at < '0' || *at > '9')
            continue;
        for (; *at >= '0' && *at <= '9'; at++)
            number = number > SECONDS_MAX ? number : 10 * number + (*at - '0');
        if (strncmp(at, " second", 7) == 0)
            return number > SECONDS_MAX ? SECONDS_MAX : number;
        if (!*at)
            break;
    }
    return 0;
}
