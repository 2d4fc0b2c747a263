/* json.c - JSON with exact numbers, on top of cJSON. */
#include "json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "text.h"

#define NUMBER_MARK '\x01'

bool json_any_case;

/* One number at `at`; its length, or 0 if it is none by JSON's grammar. */
static size_t number_length(const char *at, size_t left)
{
    char text[72];
    size_t length = 0;

    while (length < left && length < sizeof text - 1 && at[length] &&
           strchr("+-.0123456789eE", at[length]))
        length++;
    memcpy(text, at, length);
    text[length] = '\0';
    return decimal_is_number(text) ? length : 0;
}

/* The text with every number as a marked string; NULL if a number is malformed. */
static char *mark_numbers(const char *text, size_t length, size_t *ret_length)
{
    char *marked = must_alloc(length * 4 + 4);
    size_t out = 0;
    bool inside = false;

    for (size_t i = 0; i < length; i++) {
        char c = text[i];

        if (inside) {
            marked[out++] = c;
            if (c == '\\' && i + 1 < length)
                marked[out++] = text[++i];
            else if (c == '"')
                inside = false;
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            size_t number = number_length(text + i, length - i);

            if (!number) {
                free(marked);
                return NULL;
            }
            marked[out++] = '"';
            marked[out++] = NUMBER_MARK;
            memcpy(marked + out, text + i, number);
            out += number;
            marked[out++] = '"';
            i += number - 1;
        } else {
            marked[out++] = c;
            inside = c == '"';
        }
    }
    *ret_length = out;
    return marked;
}

cJSON *json_parse(const char *text, size_t length)
{
    size_t marked_bytes;
    char *marked = mark_numbers(text, length, &marked_bytes);
    const char *end = NULL;
    cJSON *tree;

    if (!marked)
        return NULL;
    /* The terminating NUL is part of the length: cJSON can then insist on nothing after the value. */
    tree = cJSON_ParseWithLengthOpts(marked, marked_bytes + 1, &end, 1);
    free(marked);
    return tree;
}

const cJSON *json_member(const cJSON *object, const char *name)
{
    const cJSON *item = json_any_case ? cJSON_GetObjectItem(object, name)
                                      : cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNull(item) ? NULL : item;
}

bool json_is_number(const cJSON *item)
{
    return cJSON_IsString(item) && item->valuestring[0] == NUMBER_MARK;
}

bool json_is_text(const cJSON *item)
{
    return cJSON_IsString(item) && item->valuestring[0] != NUMBER_MARK;
}

const char *json_number_text(const cJSON *item)
{
    ensure(json_is_number(item));
    return item->valuestring + 1;
}

const char *json_text(const cJSON *object, const char *name)
{
    const cJSON *item = json_member(object, name);

    return json_is_text(item) ? item->valuestring : NULL;
}

bool json_decimal(const cJSON *object, const char *name, unsigned scale, int64_t *ret_units)
{
    const cJSON *item = json_member(object, name);

    return json_is_number(item) &&
           decimal_parse(json_number_text(item), scale, ret_units) != DECIMAL_BAD;
}

bool json_int(const cJSON *object, const char *name, int64_t *ret_value)
{
    const cJSON *item = json_member(object, name);

    return json_is_number(item) &&
           decimal_parse(json_number_text(item), 0, ret_value) == DECIMAL_EXACT;
}

bool json_bool(const cJSON *object, const char *name, bool *ret_value)
{
    const cJSON *item = json_member(object, name);

    if (!cJSON_IsBool(item))
        return false;
    *ret_value = cJSON_IsTrue(item);
    return true;
}

void json_add(cJSON *object, const char *name, cJSON *item)
{
    ensure(item && cJSON_AddItemToObject(object, name, item));
}

void json_set(cJSON *object, const char *name, cJSON *item)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    json_add(object, name, item);
}

void json_add_text(cJSON *object, const char *name, const char *text)
{
    json_add(object, name, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

void json_add_int(cJSON *object, const char *name, int64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%" PRId64, value);
    json_add(object, name, cJSON_CreateRaw(text));
}

void json_add_decimal(cJSON *object, const char *name, int64_t units, unsigned scale)
{
    char text[DECIMAL_BYTES];

    decimal_write(units, scale, scale < 2 ? scale : 2, text);
    json_add(object, name, cJSON_CreateRaw(text));
}

void json_add_bool(cJSON *object, const char *name, bool value)
{
    json_add(object, name, cJSON_CreateBool(value));
}

void json_add_null(cJSON *object, const char *name)
{
    json_add(object, name, cJSON_CreateNull());
}

cJSON *json_echo(const cJSON *item)
{
    cJSON *copy;

    if (json_is_number(item))
        return cJSON_CreateRaw(json_number_text(item));
    if (!cJSON_IsObject(item) && !cJSON_IsArray(item))
        return cJSON_Duplicate(item, 0);
    copy = cJSON_IsObject(item) ? cJSON_CreateObject() : cJSON_CreateArray();
    for (const cJSON *child = item->child; child; child = child->next) {
        if (cJSON_IsObject(item))
            json_add(copy, child->string, json_echo(child));
        else
            (void)cJSON_AddItemToArray(copy, json_echo(child));
    }
    return copy;
}

char *json_write(const cJSON *item)
{
    char *text = cJSON_PrintUnformatted(item);

    ensure(text != NULL);
    return text;
}
