/* setting.c - the switches: what the contract leaves open, and the faults, each a row. */
#include "setting.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/base/json.h"
#include "sandbox/base/text.h"

enum kind { KIND_NUMBER, KIND_WORD, KIND_TEXT };

static const struct row {
    const char *name;
    enum kind   kind;
    int64_t     preset, min, max;
    const char *text;               /* words, or the preset of a text */
    const char *meaning;
} rows[SETTING_COUNT] = {
#define X(name, preset, min, max, meaning) { #name, KIND_NUMBER, preset, min, max, "", meaning },
    SETTING_NUMBERS(X)
#undef X
#define X(name, words, meaning) { #name, KIND_WORD, 0, 0, 0, words, meaning },
    SETTING_WORDS(X)
#undef X
#define X(name, preset, meaning) { #name, KIND_TEXT, 0, 0, 0, preset, meaning },
    SETTING_TEXTS(X)
#undef X
};

static void word_at(const char *words, int64_t index, char *to, size_t to_bytes)
{
    size_t length;

    while (index--)
        words = strchr(words, '|') + 1;
    length = strcspn(words, "|");
    ensure(length < to_bytes);
    memcpy(to, words, length);
    to[length] = '\0';
}

static void preset_text(const struct row *row, char *to, size_t to_bytes)
{
    if (row->kind == KIND_NUMBER)
        (void)snprintf(to, to_bytes, "%" PRId64, row->preset);
    else if (row->kind == KIND_WORD)
        word_at(row->text, 0, to, to_bytes);
    else
        text_set(to, to_bytes, row->text);
}

void settings_preset(struct settings *settings)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        settings->value[i].number = rows[i].preset;
        preset_text(&rows[i], settings->value[i].text, sizeof settings->value[i].text);
    }
}

/* true and false stand for on and off, or for the second and the first word. */
static int word_index(const struct row *row, const char *value)
{
    int index = text_choice(row->text, '|', value);

    if (index >= 0 || (!text_same(value, "true") && !text_same(value, "false")))
        return index;
    index = text_choice(row->text, '|', text_same(value, "true") ? "on" : "off");
    return index >= 0 ? index : text_same(value, "true");
}

static bool number_set(const struct row *row, const char *value, int64_t *ret_number)
{
    char *end;
    intmax_t number;

    errno = 0;
    number = strtoimax(value, &end, 10);
    if (errno || end == value || *end || number < row->min || number > row->max)
        return false;
    *ret_number = number;
    return true;
}

bool setting_set(struct settings *settings, const char *name, const char *value,
                 enum setting_id *ret_id, const char **ret_why)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const struct row *row = &rows[i];
        int index = 0;

        if (strcmp(row->name, name) != 0)
            continue;
        *ret_why = row->kind == KIND_WORD ? row->text : "not a whole number within its bounds";
        if (row->kind == KIND_NUMBER && !number_set(row, value, &settings->value[i].number))
            return false;
        if (row->kind == KIND_WORD && (index = word_index(row, value)) < 0)
            return false;
        if (row->kind == KIND_WORD)
            word_at(row->text, index, settings->value[i].text, sizeof settings->value[i].text);
        else
            text_set(settings->value[i].text, sizeof settings->value[i].text, value);
        *ret_id = (enum setting_id)i;
        return true;
    }
    *ret_why = "no such setting; GET /_sandbox/settings lists them";
    return false;
}

bool setting_set_json(struct settings *settings, const cJSON *item, enum setting_id *ret_id,
                      const char **ret_why)
{
    const char *value = json_is_number(item) ? json_number_text(item)
                        : cJSON_IsBool(item) ? (cJSON_IsTrue(item) ? "true" : "false")
                        : json_is_text(item) ? item->valuestring
                                             : NULL;

    if (!value) {
        *ret_why = "neither number, text, true nor false";
        return false;
    }
    return setting_set(settings, item->string, value, ret_id, ret_why);
}

int64_t setting_number(const struct settings *settings, enum setting_id id)
{
    ensure(rows[id].kind == KIND_NUMBER);
    return settings->value[id].number;
}

const char *setting_text(const struct settings *settings, enum setting_id id)
{
    return settings->value[id].text;
}

bool setting_is(const struct settings *settings, enum setting_id id, const char *word)
{
    ensure(rows[id].kind == KIND_WORD && text_choice(rows[id].text, '|', word) >= 0);
    return strcmp(settings->value[id].text, word) == 0;
}

unsigned setting_status(const struct settings *settings, enum setting_id id)
{
    unsigned long status = strtoul(settings->value[id].text, NULL, 10);

    ensure(status >= 200 && status < 600);
    return (unsigned)status;
}

cJSON *settings_list(const struct settings *settings)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < SETTING_COUNT; i++) {
        char preset[200];
        cJSON *item = cJSON_CreateObject();

        preset_text(&rows[i], preset, sizeof preset);
        json_add_text(item, "name", rows[i].name);
        if (rows[i].kind == KIND_NUMBER) {
            json_add_int(item, "value", settings->value[i].number);
            json_add_int(item, "preset", rows[i].preset);
        } else {
            json_add_text(item, "value", settings->value[i].text);
            json_add_text(item, "preset", preset);
        }
        if (rows[i].kind == KIND_WORD)
            json_add_text(item, "words", rows[i].text);
        json_add_text(item, "meaning", rows[i].meaning);
        (void)cJSON_AddItemToArray(list, item);
    }
    return list;
}

void settings_help(FILE *to)
{
    (void)fprintf(to, "| name | preset | values | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const struct row *row = &rows[i];
        char preset[200], values[200];

        preset_text(row, preset, sizeof preset);
        if (row->kind == KIND_NUMBER) {
            (void)snprintf(values, sizeof values, "%" PRId64 " .. %" PRId64, row->min, row->max);
        } else {
            size_t length = 0;

            for (const char *at = row->kind == KIND_WORD ? row->text : "text"; *at; at++)
                length += (size_t)snprintf(values + length, sizeof values - length, "%s%c",
                                           *at == '|' ? " /" : "", *at == '|' ? ' ' : *at);
        }
        (void)fprintf(to, "| %s | %s | %s | %s |\n", row->name, preset, values, row->meaning);
    }
}
