/* JSON text to and from the tree of event_tree.h. cJSON is lenient where money must not be: what it
 * lets through (bytes that are not UTF-8, an escaped NUL that would cut a text short, blanks after the
 * value that are something else) is refused here. Numbers are doubles, also in unknown fields: whole
 * ones are exact below 2^53; that none was written with a fraction that a double cannot hold, the exact reader
 * (base/json.h) says from the text. */
#include <math.h>
#include <string.h>

#include "event.h"
#include "event_tree.h"
#include "base/json.h"

/* cJSON's hooks carry no context; the parse is the only thing that happens while this is set. */
static _Thread_local struct arena *parse_arena;

static void *parse_alloc(size_t size)
{
    return arena_alloc(parse_arena, size);
}

static void parse_free(void *memory)
{
    (void)memory;                                    /* the arena goes as a whole */
}

/* An escape of NUL: an odd number of backslashes before "u0000". */
static bool has_nul_escape(struct str json)
{
    const char *at = json.bytes, *end = json.bytes + json.len;

    while ((at = memmem(at, (size_t)(end - at), "\\u0000", 6))) {
        const char *first = at;

        while (first > json.bytes && first[-1] == '\\')
            first--;
        if ((at - first) % 2 == 0)
            return true;
        at += 6;
    }
    return false;
}

static bool is_too_deep(const cJSON *value, unsigned depth)
{
    if (depth > TREE_DEPTH_MAX)
        return true;
    for (const cJSON *child = value->child; child; child = child->next)
        if (is_too_deep(child, depth + 1))
            return true;
    return false;
}

/* The next number of the text from *at on; what stands in quotes is none. */
static struct str next_number(struct str json, size_t *at)
{
    for (size_t from = *at; from < json.len; from++) {
        if (json.bytes[from] == '"') {
            for (from++; from < json.len && json.bytes[from] != '"'; from++)
                from += json.bytes[from] == '\\';
        } else if (json.bytes[from] == '-' || (json.bytes[from] >= '0' && json.bytes[from] <= '9')) {
            struct str rest = { json.bytes + from, json.len - from };

            for (*at = from; *at < json.len && json.bytes[*at] && strchr("+-.0123456789Ee", json.bytes[*at]);)
                ++*at;
            rest.len = *at - from;
            return rest;
        }
    }
    *at = json.len;
    return STR_NONE;
}

/* The nodes stand in the order of the text: each number is met in its own words. */
static void mark_inexact(cJSON *value, struct str json, size_t *at)
{
    int64_t number;

    if (cJSON_IsNumber(value)) {
        struct str text = next_number(json, at);

        value->valueint = number_is_whole(value->valuedouble) && !json_int(text, &number) ? TREE_INEXACT : 0;
    }
    for (cJSON *child = value->child; child; child = child->next)
        mark_inexact(child, json, at);
}

enum err tree_from_json(struct str json, struct arena *arena, cJSON **ret_tree, struct fault *fault)
{
    cJSON_Hooks hooks = { .malloc_fn = parse_alloc, .free_fn = parse_free };
    const char *end = NULL;
    cJSON *tree;
    size_t at;

    if (json.len == 0)
        return fault_set(fault, ERR_FORMAT, "not JSON: nothing there");
    if (!utf8_is_valid(json))
        return fault_set(fault, ERR_FORMAT, "not JSON: not text in UTF-8");
    if (has_nul_escape(json))
        return fault_set(fault, ERR_FORMAT, "a text holds \\u0000, which no text may");
    parse_arena = arena;
    cJSON_InitHooks(&hooks);
    tree = cJSON_ParseWithLengthOpts(json.bytes, json.len, &end, false);
    cJSON_InitHooks(NULL);
    if (arena_failed(arena))
        return fault_set(fault, ERR_MEMORY, "more values than an event may have");
    at = end ? (size_t)(end - json.bytes) : 0;
    if (!tree)
        return fault_set(fault, ERR_FORMAT, "not JSON: wrong at byte %zu", at + 1);
    for (; at < json.len; at++)
        if (!strchr(" \t\r\n", json.bytes[at]))
            return fault_set(fault, ERR_FORMAT, "byte %zu: something follows the value", at + 1);
    if (is_too_deep(tree, 0))
        return fault_set(fault, ERR_FORMAT, "nested deeper than %d", TREE_DEPTH_MAX);
    at = 0;
    mark_inexact(tree, json, &at);
    *ret_tree = tree;
    return ERR_OK;
}

enum err event_buffer_err(const struct strbuf *out)
{
    return out->starved ? ERR_MEMORY : ERR_TOO_LONG;
}

static void write_number(double number, struct strbuf *out)
{
    if (number == 0)
        strbuf_char(out, '0');                       /* also for -0 */
    else if (number_is_whole(number))
        strbuf_format(out, "%.0f", number);
    else
        strbuf_format(out, "%.17g", number);
}

/* The child with the smallest key that is greater than `after` (NULL: the smallest of all). Objects in
 * events are small; where one is not, the bound on extra fields ends it. */
static const cJSON *next_key(const cJSON *object, const char *after)
{
    const cJSON *best = NULL;

    for (const cJSON *child = object->child; child; child = child->next)
        if ((!after || strcmp(child->string, after) > 0) && (!best || strcmp(child->string, best->string) < 0))
            best = child;
    return best;
}

static enum err write_object(const cJSON *object, struct strbuf *out)
{
    const char *after = NULL;
    size_t count = 0, written = 0;

    for (const cJSON *child = object->child; child; child = child->next)
        count++;
    if (count > out->limit / 4)                      /* cannot fit: spare the search for its order */
        return ERR_TOO_LONG;
    strbuf_char(out, '{');
    for (const cJSON *child; (child = next_key(object, after)) && !out->failed; written++) {
        enum err err;

        if (after)
            strbuf_char(out, ',');
        strbuf_json(out, str_of(child->string));
        strbuf_char(out, ':');
        err = tree_write(child, out);
        if (err)
            return err;
        after = child->string;
    }
    strbuf_char(out, '}');
    if (out->failed)
        return event_buffer_err(out);
    return written == count ? ERR_OK : ERR_FORMAT;   /* fewer: a key is there twice */
}

static enum err write_array(const cJSON *array, struct strbuf *out)
{
    strbuf_char(out, '[');
    for (const cJSON *child = array->child; child; child = child->next) {
        enum err err;

        if (child != array->child)
            strbuf_char(out, ',');
        err = tree_write(child, out);
        if (err)
            return err;
    }
    strbuf_char(out, ']');
    return ERR_OK;
}

enum err tree_write(const cJSON *value, struct strbuf *out)
{
    enum err err = ERR_OK;

    if (cJSON_IsObject(value))
        err = write_object(value, out);
    else if (cJSON_IsArray(value))
        err = write_array(value, out);
    else if (cJSON_IsString(value))
        strbuf_json(out, str_of(value->valuestring));
    else if (cJSON_IsNumber(value) && isfinite(value->valuedouble))
        write_number(value->valuedouble, out);
    else if (cJSON_IsBool(value))
        strbuf_add(out, str_of(cJSON_IsTrue(value) ? "true" : "false"));
    else if (cJSON_IsNull(value))
        strbuf_add(out, STR("null"));
    else
        err = ERR_FORMAT;
    if (!err && out->failed)
        err = event_buffer_err(out);
    return err;
}

enum err event_from_json(struct str json, struct arena *arena, struct event *ret_event, struct fault *fault)
{
    cJSON *tree;
    enum err err = tree_from_json(json, arena, &tree, fault);

    return err ? err : event_from_tree(tree, arena, ret_event, fault);
}
