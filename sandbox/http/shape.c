/* shape.c - checks request bodies against their schemas. */
#include "shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/base/decimal.h"
#include "sandbox/base/json.h"
#include "problem.h"
#include "sandbox/base/text.h"

static const char *const kind_names[] = {
    [MEMBER_TEXT] = "a text",           [MEMBER_DATE] = "a date (YYYY-MM-DD)",
    [MEMBER_UUID] = "a UUID",           [MEMBER_URI] = "a URI",
    [MEMBER_INT64] = "a whole number",  [MEMBER_INT32] = "a whole number of 32 bits",
    [MEMBER_INTS] = "a list of whole numbers", [MEMBER_NUMBER] = "a number",
    [MEMBER_BOOL] = "true or false",    [MEMBER_ENUM] = "one of the words of its enumeration",
    [MEMBER_OBJECT] = "an object",      [MEMBER_LIST] = "a list",
};

static bool is_whole(const cJSON *item, int64_t limit)
{
    int64_t value;

    return json_is_number(item) &&
           decimal_parse(json_number_text(item), 0, &value) == DECIMAL_EXACT &&
           value <= limit && value >= -limit - 1;
}

static bool is_whole_list(const cJSON *item)
{
    for (const cJSON *child = item->child; child; child = child->next)
        if (!is_whole(child, INT64_MAX - 1))
            return false;
    return cJSON_IsArray(item);
}

/* Enumerations are text in exactly the schema's case. */
static bool is_word(const cJSON *item, const char *words)
{
    size_t length = strlen(item->valuestring);

    for (const char *at = words; at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL)
        if (strcspn(at, " ") == length && strncmp(at, item->valuestring, length) == 0)
            return true;
    return false;
}

static bool fits(const cJSON *item, const struct member *member)
{
    char date[DATE_BYTES];

    switch (member->kind) {
    case MEMBER_TEXT:   return json_is_text(item);
    case MEMBER_DATE:   return json_is_text(item) && date_parse(item->valuestring, date);
    case MEMBER_UUID:   return json_is_text(item) && text_is_uuid(item->valuestring);
    case MEMBER_URI:    return json_is_text(item) && strstr(item->valuestring, "://");
    case MEMBER_INT64:  return is_whole(item, INT64_MAX - 1);
    case MEMBER_INT32:  return is_whole(item, INT32_MAX);
    case MEMBER_INTS:   return is_whole_list(item);
    case MEMBER_NUMBER: return json_is_number(item);
    case MEMBER_BOOL:   return cJSON_IsBool(item);
    case MEMBER_ENUM:   return json_is_text(item) && is_word(item, member->words);
    case MEMBER_OBJECT: return cJSON_IsObject(item);
    case MEMBER_LIST:   return cJSON_IsArray(item);
    }
    return false;
}

static const char shape_title[] = "Validation error(s)";

static void object_check(struct exchange *x, const cJSON *object, const struct shape *shape,
                         const char *path, struct problem *problem);

static void member_check(struct exchange *x, const cJSON *item, const struct member *member,
                         const char *path, struct problem *problem)
{
    unsigned index = 0;

    if (!fits(item, member)) {
        problem_add(problem, 400, shape_title, path, "The member %s must be %s.", path,
                    kind_names[member->kind]);
        return;
    }
    if (member->chars_max && text_chars(item->valuestring) > member->chars_max)
        problem_add(problem, 400, shape_title, path, "The member %s may have %zu characters at most.",
                    path, member->chars_max);
    if (member->kind == MEMBER_OBJECT)
        object_check(x, item, member->shape, path, problem);
    if (member->kind != MEMBER_LIST)
        return;
    for (const cJSON *child = item->child; child; child = child->next, index++) {
        char *place = text_print("%s[%u]", path, index);

        if (cJSON_IsObject(child))
            object_check(x, child, member->shape, place, problem);
        else
            problem_add(problem, 400, shape_title, place, "The member %s must be an object.", place);
        free(place);
    }
}

static void unknown_check(const cJSON *object, const struct shape *shape, const char *path,
                          struct problem *problem)
{
    for (const cJSON *item = object->child; item; item = item->next) {
        bool known = false;

        for (size_t i = 0; i < shape->count; i++)
            known = known || strcmp(shape->members[i].name, item->string) == 0 ||
                    (json_any_case && text_same(shape->members[i].name, item->string));
        if (!known)
            problem_add(problem, 400, shape_title, item->string, "%s%s%s has no member %s.", path,
                        path[0] ? ": " : "", shape->name, item->string);
    }
}

/* A missing VatId is one of the refusals whose status nobody has seen (section 21, 1). */
static unsigned missing_status(const struct exchange *x, const struct member *member)
{
    return strcmp(member->name, "VatId") == 0
               ? setting_status(&x->box->settings, SET_rule_status) : 400;
}

static void object_check(struct exchange *x, const cJSON *object, const struct shape *shape,
                         const char *path, struct problem *problem)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct member *member = &shape->members[i];
        const cJSON *item = json_member(object, member->name);
        char *place = text_print("%s%s%s", path, path[0] ? "." : "", member->name);

        if (item)
            member_check(x, item, member, place, problem);
        else if (member->required)
            problem_add(problem, missing_status(x, member), shape_title, place, "The member %s is required.", place);
        free(place);
    }
    if (exchange_is(x, SET_unknown_body, "refuse"))
        unknown_check(object, shape, path, problem);
}

static bool media_type_accepted(const char *type)
{
    static const char *const accepted[] = { "application/json", "text/json",
                                            "application/json-patch+json" };
    char plain[80];

    text_set(plain, sizeof plain, type);
    plain[strcspn(plain, "; ")] = '\0';
    for (size_t i = 0; i < COUNT(accepted); i++)
        if (text_same(plain, accepted[i]))
            return true;
    return strncmp(plain, "application/", 12) == 0 && strlen(plain) > 17 &&
           text_same(plain + strlen(plain) - 5, "+json");
}

cJSON *shape_read(struct exchange *x, const struct shape *shape)
{
    struct problem problem = { 0 };
    cJSON *body;

    if (!media_type_accepted(x->content_type)) {
        problem_now(x, 415, "Unsupported Media Type", "Content-Type must be application/json.");
        return NULL;
    }
    body = json_parse(x->body ? x->body : "", x->body_bytes);
    if (!cJSON_IsObject(body)) {
        problem_now(x, 400, shape_title, "The body is not a JSON object.");
        cJSON_Delete(body);
        return NULL;
    }
    object_check(x, body, shape, "", &problem);
    if (!problem_any(&problem))
        return body;
    problem_answer(x, &problem);
    cJSON_Delete(body);
    return NULL;
}

cJSON *shape_echo(const cJSON *body, const struct shape *shape)
{
    cJSON *echo = cJSON_CreateObject();

    for (size_t i = 0; i < shape->count; i++) {
        const struct member *member = &shape->members[i];
        const cJSON *item = json_member(body, member->name);
        cJSON *list;

        if (!item) {
            json_add_null(echo, member->name);
        } else if (member->kind == MEMBER_OBJECT) {
            json_add(echo, member->name, shape_echo(item, member->shape));
        } else if (member->kind != MEMBER_LIST) {
            json_add(echo, member->name, json_echo(item));
        } else {
            list = cJSON_CreateArray();
            for (const cJSON *child = item->child; child; child = child->next)
                (void)cJSON_AddItemToArray(list, shape_echo(child, member->shape));
            json_add(echo, member->name, list);
        }
    }
    return echo;
}
