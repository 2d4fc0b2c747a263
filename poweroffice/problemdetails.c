#include "problemdetails.h"

#include <cjson/cJSON.h>
#include <string.h>

enum { TITLE_SIZE = 128, DETAIL_SIZE = 512, SECONDS_MAX = 3600 };

/* Appends, on one line, cut between characters. */
static void add_text(char *to, size_t size, const char *separator, const char *text)
{
    size_t len = strlen(to);
    const char *parts[] = { len ? separator : "", text };

    for (size_t i = 0; i < COUNT(parts); i++)
        for (const char *at = parts[i]; *at && len + 1 < size; at++)
            to[len++] = (unsigned char)*at < ' ' || *at == 0x7f ? ' ' : *at;
    if (len + 1 == size)
        while (len && ((unsigned char)to[len - 1] & 0xc0) == 0x80)
            len--;
    if (len && ((unsigned char)to[len - 1] & 0xc0) == 0xc0)
        len--;
    to[len] = '\0';
}

static const char *member(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, name));          /* without case */
}

static void add_errors(const cJSON *errors, char *detail)
{
    const cJSON *field, *text;

    cJSON_ArrayForEach(field, errors) {
        const char *only = cJSON_GetStringValue(field);

        if (only)
            add_text(detail, DETAIL_SIZE, " ", only);
        else
            cJSON_ArrayForEach(text, field)
                if (cJSON_GetStringValue(text))
                    add_text(detail, DETAIL_SIZE, " ", cJSON_GetStringValue(text));
    }
}

void problemdetails_read(struct str body, char title[TITLE_SIZE], char detail[DETAIL_SIZE])
{
    static const struct { const char *name; bool is_title; } forms[] = {
        { "title", true }, { "detail", false }, { "message", false }, { "error", true },
        { "error_description", false },
    };
    cJSON *json = body.len ? cJSON_ParseWithLength(body.bytes, body.len) : NULL;

    title[0] = detail[0] = '\0';
    if (cJSON_IsObject(json)) {
        for (size_t i = 0; i < COUNT(forms); i++) {
            const char *text = member(json, forms[i].name);

            if (text && forms[i].is_title)
                add_text(title, TITLE_SIZE, " ", text);
            else if (text)
                add_text(detail, DETAIL_SIZE, " ", text);
        }
        add_errors(cJSON_GetObjectItem(json, "errors"), detail);
    }
    cJSON_Delete(json);
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
