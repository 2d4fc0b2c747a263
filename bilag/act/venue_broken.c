#include "venue_broken.h"

#include "base/form.h"
#include "domain/venue_file.h"
#include "yamledit.h"

#include <string.h>

enum { BROKEN_MAX = 50 };

/* What the reader takes, by kind. */
static const char *const instead[] = {
    [FIELD_WORDS] = "x",       [FIELD_CODE] = "1",          [FIELD_ACCOUNT] = "1",   [FIELD_RATE] = "90",
    [FIELD_SWITCH] = "0",      [FIELD_DAY] = "2026-01-01",  [FIELD_TIME] = "05:00",  [FIELD_NAMES] = "x",
    [FIELD_CLOSE] = "clock",   [FIELD_OWN_CODE] = "1",      [FIELD_NAME] = "x",
};
static const char *const sections[] = { SECTION_VAT, SECTION_PRODUCTS, SECTION_PAYMENTS };

struct reading {
    struct context *context;
    struct str file, text;               /* the text as it is */
    struct venue_broken *broken;
    size_t count;
};

static struct str said_instead(const struct reading *reading, const struct venue_field *field)
{
    struct arena *arena = reading->context->arena;
    struct str value = str_of(instead[field->kind]);

    if (field->kind == FIELD_RATE)           /* no two classes have one rate */
        value = arena_format(arena, "%zu.%02zu", (size_t)90, reading->count);
    return venue_field_yaml(field, value, arena);
}

/* "food.account" behind the section: names may have dots, keys have none. */
static bool entry_place(struct arena *arena, const char *section, struct str rest, struct venue_place *place)
{
    const char *dot = rest.len ? memrchr(rest.bytes, '.', rest.len) : NULL;
    struct str key = dot ? arena_copy(arena, (struct str){ dot + 1, rest.len - (size_t)(dot + 1 - rest.bytes) }) : STR_NONE;
    const struct venue_field *field = key.bytes ? venue_field_of(section, key.bytes) : NULL;

    if (!field || dot == rest.bytes || dot[-1] == ']')       /* by dates: no form changes what it was */
        return false;
    *place = (struct venue_place){ field->section, arena_copy(arena, (struct str){ rest.bytes, (size_t)(dot - rest.bytes) }),
                                   field->key };
    return true;
}

/* "venues/oslo.yaml:12: product_types.food.account: is no account, ..." */
static bool place_of(struct arena *arena, const char *sentence, struct venue_place *place, struct str *ret_why)
{
    const char *at = strstr(sentence, ": "), *end = at ? strstr(at + 2, ": ") : NULL;
    struct str path = end ? arena_copy(arena, (struct str){ at + 2, (size_t)(end - at - 2) }) : STR_NONE;
    const struct venue_field *field = path.len ? venue_field_of(NULL, path.bytes) : NULL;

    if (!path.len)
        return false;
    *ret_why = arena_copy(arena, str_of(end + 2));
    *place = (struct venue_place){ NULL, STR_NONE, field ? field->key : NULL };
    for (size_t i = 0; !field && i < COUNT(sections); i++) {
        struct str prefix = arena_format(arena, "%s.", sections[i]);

        if (str_starts(path, prefix))
            return entry_place(arena, sections[i], (struct str){ path.bytes + prefix.len, path.len - prefix.len }, place);
    }
    return field != NULL;
}

static const yaml_node_t *value_of(struct form *form, const yaml_node_t *mapping, struct str wanted)
{
    const yaml_node_t *value;
    struct str key;

    for (size_t i = 0; i < form_pair_count(mapping); i++)
        if (form_pair(form, mapping, i, &key, &value) == ERR_OK && str_equal(key, wanted))
            return value;
    return NULL;
}

/* What stands there; what is no text, or is not said, is shown as blank. */
static enum err is_now(const struct reading *reading, const struct venue_place *place, struct str *ret_is)
{
    struct context *context = reading->context;
    const yaml_node_t *node;
    struct str text;
    struct form form;
    enum err err = form_open_text(&form, reading->text, reading->file, context->config->dir, context->arena, &context->fault);

    if (err)
        return err;
    node = form_find(&form, place->section ? place->section : place->key);
    if (place->section)
        node = value_of(&form, node, place->entry);
    if (place->section)
        node = value_of(&form, node, str_of(place->key));
    *ret_is = node && form_text(node, &text) ? arena_copy(context->arena, text) : STR_NONE;
    form_close(&form);
    return ERR_OK;
}

const struct venue_broken *venue_broken_at(const struct venue_broken *broken, size_t count, const struct venue_place *place)
{
    for (size_t i = 0; i < count; i++)
        if (venue_same(broken[i].place.section, place->section) && venue_same(broken[i].place.key, place->key) &&
            str_equal(broken[i].place.entry, place->entry))
            return &broken[i];
    return NULL;
}

/* The value that the reader's fault is about; false: it is in no form, or was replaced already. */
static bool note(struct reading *reading)
{
    struct context *context = reading->context;
    struct venue_broken *broken = &reading->broken[reading->count];

    if (reading->count == BROKEN_MAX || !place_of(context->arena, context->fault.text, &broken->place, &broken->why) ||
        venue_broken_at(reading->broken, reading->count, &broken->place) ||
        is_now(reading, &broken->place, &broken->is))
        return false;
    broken->instead = said_instead(reading, venue_field_of(broken->place.section, broken->place.key));
    reading->count++;
    return true;
}

/* The text with others in their place. */
static enum err replaced(const struct reading *reading, struct str *ret_text)
{
    struct arena *arena = reading->context->arena;
    struct yamledit *edits = arena_array(arena, reading->count, sizeof *edits);
    struct strbuf out;
    enum err err;

    for (size_t i = 0; edits && i < reading->count; i++)
        edits[i] = (struct yamledit){ .section = reading->broken[i].place.section, .entry = reading->broken[i].place.entry,
                                      .key = reading->broken[i].place.key, .value = reading->broken[i].instead };
    strbuf_init(&out, FORM_BYTES_MAX);
    err = edits ? yamledit(reading->text, reading->file, edits, reading->count, &out, &reading->context->fault) : ERR_MEMORY;
    if (!err)
        *ret_text = arena_copy(arena, strbuf_str(&out));
    strbuf_free(&out);
    return !err && !ret_text->bytes ? ERR_MEMORY : err;
}

/* Until the reader takes it; the first fault is the one that is told if it never does. */
static enum err read_over(struct reading *reading, struct str id, struct venue *ret_venue)
{
    struct context *context = reading->context;
    struct str text = reading->text;
    struct fault first;
    enum err err = venue_file_parse(text, id, context->config->dir, context->arena, ret_venue, &context->fault);

    first = context->fault;
    while (err == ERR_CONFIG && note(reading)) {
        err = replaced(reading, &text);
        if (!err)
            err = venue_file_parse(text, id, context->config->dir, context->arena, ret_venue, &context->fault);
    }
    context->fault = err ? first : (struct fault){ "" };
    return err;
}

enum err venue_broken_read(struct context *context, struct str id, struct str *ret_text, struct venue *ret_venue,
                           struct venue_broken **ret_broken, size_t *ret_count)
{
    struct arena *arena = context->arena;
    struct str path = arena_format(arena, STR_FMT "/venues/" STR_FMT ".yaml", STR_ARG(context->config->dir), STR_ARG(id));
    struct reading reading = { .context = context, .file = arena_format(arena, "venues/" STR_FMT ".yaml", STR_ARG(id)),
                               .broken = arena_array(arena, BROKEN_MAX, sizeof *reading.broken) };
    struct str text;
    enum err err = arena_failed(arena) ? ERR_MEMORY : form_load(path.bytes, reading.file, &text, &context->fault);

    if (err)
        return err;
    reading.text = arena_copy(arena, text);
    form_free(&text);
    err = reading.text.bytes ? read_over(&reading, id, ret_venue) : ERR_MEMORY;
    if (err)
        return err;
    *ret_text = reading.text;
    *ret_broken = reading.broken;
    *ret_count = reading.count;
    return ERR_OK;
}
