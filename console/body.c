#include "body.h"

#include "base/json.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64, MEMBERS_MAX = 64 };

/* --- one value --- */

static enum body_fault add(struct body *body, struct str name, struct str value)
{
    if (!name.bytes || !value.bytes)
        return BODY_MEMORY;
    if (body->count == body->room)
        return BODY_TOO_LONG;
    body->fields[body->count++] = (struct view_field){ name, value };
    return BODY_FINE;
}

static enum body_fault text_of(struct body *body, struct str value, struct str *ret_text)
{
    char *text;

    if (!value.len || value.bytes[0] != '"')
        return BODY_WRONG;
    if (value.len > BODY_TEXT_MAX)
        return BODY_TOO_LONG;
    text = arena_alloc(body->arena, value.len + 1);          /* unescaped it is no longer */
    if (!text)
        return BODY_MEMORY;
    if (!json_text(value, text, value.len + 1))
        return BODY_WRONG;
    *ret_text = str_of(text);
    return BODY_FINE;
}

static enum body_fault number_of(struct body *body, struct str value, struct str *ret_text)
{
    int64_t number;

    if (!json_int(value, &number) || number < 0)
        return BODY_WRONG;
    *ret_text = arena_format(body->arena, "%" PRId64, number);
    return ret_text->bytes ? BODY_FINE : BODY_MEMORY;
}

static enum body_fault ore_of(struct body *body, struct str value, struct str *ret_text)
{
    int64_t ore;

    if (!json_int(value, &ore) || ore == INT64_MIN)
        return BODY_WRONG;
    *ret_text = arena_format(body->arena, "%s%" PRId64 ",%02" PRId64, ore < 0 ? "-" : "", (int64_t)llabs(ore / 100),
                             (int64_t)llabs(ore % 100));
    return ret_text->bytes ? BODY_FINE : BODY_MEMORY;
}

static enum body_fault switch_of(struct body *body, const struct body_member *member, struct str value)
{
    if (str_equal(value, STR("false")))
        return BODY_FINE;
    return str_equal(value, STR("true")) ? add(body, str_of(member->field), STR("1")) : BODY_WRONG;
}

/* --- objects in a list --- */

enum { PARTS_MAX = 4 };
struct part { const char *name; bool number; struct str text; };

/* All of the parts, once each, and nothing else. */
static enum body_fault take_parts(struct body *body, struct str object, struct part *parts, size_t count)
{
    struct str name, value;
    size_t at = 0, found = 0;

    if (!json_is_object(object))
        return BODY_WRONG;
    while (json_pair(object, &at, &name, &value)) {
        char text[NAME_MAX_BYTES];
        enum body_fault fault;
        size_t i = 0;

        if (!json_text(name, text, sizeof text))
            return BODY_WRONG;
        while (i < count && strcmp(parts[i].name, text) != 0)
            i++;
        if (i == count || parts[i].text.bytes)
            return BODY_WRONG;
        fault = parts[i].number ? number_of(body, value, &parts[i].text) : text_of(body, value, &parts[i].text);
        if (fault)
            return fault;
        found++;
    }
    return found == count ? BODY_FINE : BODY_WRONG;
}

static bool has(struct str text, char c)
{
    return text.len && memchr(text.bytes, c, text.len);
}

/* A slash in what stands before the last part would name another place. */
static enum body_fault place_of(struct body *body, struct str object)
{
    struct part parts[] = { { .name = "section" }, { .name = "entry" }, { .name = "key" }, { .name = "value" } };
    enum body_fault fault = take_parts(body, object, parts, COUNT(parts));

    if (fault)
        return fault;
    if (has(parts[0].text, '/') || has(parts[2].text, '/'))
        return BODY_WRONG;
    return add(body, arena_format(body->arena, "s/" STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(parts[0].text),
                                  STR_ARG(parts[1].text), STR_ARG(parts[2].text)), parts[3].text);
}

static enum body_fault connection_of(struct body *body, const struct body_member *member, struct str object)
{
    struct part parts[] = { { .name = "number", .number = true }, { .name = "till_customer" } };
    enum body_fault fault = take_parts(body, object, parts, COUNT(parts));

    return fault ? fault : add(body, str_of(member->field), arena_format(body->arena, STR_FMT ";" STR_FMT,
                                                                         STR_ARG(parts[0].text), STR_ARG(parts[1].text)));
}

/* --- lists --- */

/* In words: what was put together so far. */
static enum body_fault word_of(struct body *body, struct str item, struct strbuf *words)
{
    struct str text;
    enum body_fault fault = text_of(body, item, &text);

    if (fault)
        return fault;
    if (has(text, ','))
        return BODY_WRONG;
    if (words->len)
        strbuf_char(words, ',');
    strbuf_add(words, text);
    return words->starved ? BODY_MEMORY : words->failed ? BODY_WRONG : BODY_FINE;
}

static enum body_fault item_of(struct body *body, const struct body_member *member, struct str item, struct strbuf *words)
{
    struct str text;
    enum body_fault fault;

    switch (member->kind) {
    case BODY_WORDS:
        return word_of(body, item, words);
    case BODY_PLACES:
        return place_of(body, item);
    case BODY_CONNECTIONS:
        return connection_of(body, member, item);
    default:
        fault = text_of(body, item, &text);
        return fault ? fault : add(body, str_of(member->field), text);
    }
}

static enum body_fault list_of(struct body *body, const struct body_member *member, struct str value)
{
    struct str item;
    struct strbuf words;
    enum body_fault fault = BODY_FINE;
    size_t at = 0, count = 0;

    if (!json_is_array(value))
        return BODY_WRONG;
    strbuf_init(&words, BODY_TEXT_MAX);
    while (!fault && json_item(value, &at, &item))
        fault = ++count > BODY_LIST_MAX ? BODY_TOO_LONG : item_of(body, member, item, &words);
    if (!fault && member->kind == BODY_WORDS)
        fault = add(body, str_of(member->field), arena_copy(body->arena, words.len ? strbuf_str(&words) : STR("")));
    strbuf_free(&words);
    return fault;
}

/* --- the whole --- */

static enum body_fault member_of(struct body *body, const struct body_member *member, struct str value)
{
    struct str text = STR_NONE;
    enum body_fault fault;

    switch (member->kind) {
    case BODY_TEXT:
        fault = text_of(body, value, &text);
        break;
    case BODY_NUMBER:
        fault = number_of(body, value, &text);
        break;
    case BODY_ORE:
        fault = ore_of(body, value, &text);
        break;
    case BODY_SWITCH:
        return switch_of(body, member, value);
    default:
        return list_of(body, member, value);
    }
    return fault ? fault : add(body, str_of(member->field), text);
}

/* Control bytes stand in no JSON but between values. */
static bool is_text(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.bytes[i] < 0x20 && !strchr("\t\n\r", text.bytes[i]))
            return false;
    return !has(text, '\0') && utf8_is_valid(text);
}

static enum body_fault pair_of(struct body *body, struct str name, struct str value)
{
    char text[NAME_MAX_BYTES];
    size_t i = 0;

    if (!json_text(name, text, sizeof text))
        return BODY_NO_JSON;
    body->wrong = arena_copy(body->arena, str_of(text));
    while (i < body->member_count && strcmp(body->members[i].name, text) != 0)
        i++;
    if (i == body->member_count)
        return BODY_UNKNOWN;
    if (body->seen & (uint64_t)1 << i)
        return BODY_TWICE;
    body->seen |= (uint64_t)1 << i;
    return member_of(body, &body->members[i], value);
}

enum body_fault body_read(struct body *body, struct str text)
{
    enum body_fault fault = BODY_FINE;
    struct str object, name, value;
    size_t at = 0;

    ensure(body->member_count <= MEMBERS_MAX);
    body->count = 0;
    body->seen = 0;
    body->wrong = STR_NONE;
    if (!is_text(text) || json_check(text, &object) || !json_is_object(object))
        return BODY_NO_JSON;
    body->room = BODY_LIST_MAX + body->member_count + 1;
    body->fields = arena_array(body->arena, body->room + 1, sizeof *body->fields);
    if (!body->fields)
        return BODY_MEMORY;
    while (!fault && json_pair(object, &at, &name, &value))
        fault = pair_of(body, name, value);
    return fault;
}
