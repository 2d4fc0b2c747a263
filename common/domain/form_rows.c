#include "form_rows.h"

#include "config.h"

#include <string.h>

static int32_t row_day(const struct form_shape *shape, const char *row)
{
    int32_t day;

    memcpy(&day, row + shape->valid_at, sizeof day);
    return day;
}

static struct str row_name(const struct form_shape *shape, const char *row)
{
    struct str name = STR_NONE;

    if (shape->name_at != SIZE_MAX)
        memcpy(&name, row + shape->name_at, sizeof name);
    return name;
}

static int rows_compare(const struct form_shape *shape, const char *a, const char *b)
{
    int order = str_compare(row_name(shape, a), row_name(shape, b));

    if (order)
        return order;
    return (row_day(shape, a) > row_day(shape, b)) - (row_day(shape, a) < row_day(shape, b));
}

/* By insertion: few rows, mostly in order. Two of one name from the same day would be a toss-up. */
static enum err rows_sort(struct form *form, const yaml_node_t *node, const struct form_shape *shape, char *rows,
                          size_t count)
{
    char row[FORM_ROW_BYTES_MAX];

    for (size_t i = 1; i < count; i++) {
        size_t at = i;

        memcpy(row, rows + i * shape->size, shape->size);
        while (at > 0 && rows_compare(shape, rows + (at - 1) * shape->size, row) > 0) {
            memcpy(rows + at * shape->size, rows + (at - 1) * shape->size, shape->size);
            at--;
        }
        memcpy(rows + at * shape->size, row, shape->size);
    }
    for (size_t i = 1; i < count; i++) {
        const char *a = rows + (i - 1) * shape->size, *b = a + shape->size;

        if (rows_compare(shape, a, b) == 0)
            return form_fault(form, node, "has two entries " STR_FMT "%sfrom the same day; keep one, or give the "
                              "later one its valid_from", STR_ARG(row_name(shape, b)),
                              row_name(shape, b).len ? " " : "");
    }
    return ERR_OK;
}

static enum err row_read(struct form *form, const yaml_node_t *node, const struct form_shape *shape, struct str name,
                         char *row)
{
    int32_t always = DAY_ALWAYS;
    struct str text;

    memcpy(row + shape->valid_at, &always, sizeof always);
    if (shape->name_at != SIZE_MAX) {
        name = arena_copy(form->arena, name);
        memcpy(row + shape->name_at, &name, sizeof name);
    } else if (form_text(node, &text)) { /* a plain value holds always */
        return shape->fields[1].parse(form, node, text, &shape->fields[1], row + shape->fields[1].offset);
    }
    return form_mapping(form, node, shape->fields, shape->field_count, row);
}

static size_t form_row_count(const yaml_node_t *node)
{
    return node->type == YAML_SEQUENCE_NODE ? form_item_count(node) : 1;
}

/* One row, or a list of rows, into rows from *at on. */
static enum err rows_read(struct form *form, const yaml_node_t *node, const struct form_shape *shape, struct str name,
                          char *rows, size_t *at)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return row_read(form, node, shape, name, rows + (*at)++ * shape->size);
    for (size_t i = 0; i < form_item_count(node); i++) {
        size_t before = form_push_index(form, i);
        const yaml_node_t *item = form_item(form, node, i);
        enum err err = row_read(form, item, shape, name, rows + (*at)++ * shape->size);

        if (!err && item->type == YAML_SCALAR_NODE)
            err = form_fault(form, item, "a list holds changes; write {valid_from: 2026-12-01, %s: ...}",
                             shape->name_at == SIZE_MAX ? "value" : shape->fields[0].key);
        if (err)
            return err;
        form_pop(form, before);
    }
    return ERR_OK;
}

static enum err rows_room(struct form *form, const yaml_node_t *node, const struct form_shape *shape, size_t count,
                          char **ret_rows)
{
    if (count > FORM_ROWS_MAX)
        return form_fault(form, node, "has more than %d entries; nobody needs that many", FORM_ROWS_MAX);
    *ret_rows = arena_array(form->arena, count, shape->size);
    return *ret_rows ? ERR_OK : form_fault(form, node, "memory");
}

enum err form_dated(struct form *form, const yaml_node_t *node, const struct form_shape *shape, void *ret_rows,
                    size_t *ret_count)
{
    size_t count = 0;
    char *rows;
    enum err err = rows_room(form, node, shape, form_row_count(node), &rows);

    if (!err)
        err = rows_read(form, node, shape, STR_NONE, rows, &count);
    if (!err)
        err = rows_sort(form, node, shape, rows, count);
    if (err)
        return err;
    memcpy(ret_rows, &rows, sizeof rows);
    *ret_count = count;
    return ERR_OK;
}

static enum err form_entries(struct form *form, const yaml_node_t *node, const struct form_shape *shape, void *ret_rows,
                      size_t *ret_count)
{
    size_t total = 0, count = 0;
    char *rows;
    enum err err;

    if (node->type != YAML_MAPPING_NODE)
        return form_fault(form, node, "entries belong here, as \"name: {%s: ...}\"", shape->fields[0].key);
    if (form_pair_count(node) > FORM_ROWS_MAX)
        return form_fault(form, node, "has more than %d entries; nobody needs that many", FORM_ROWS_MAX);
    for (size_t i = 0; i < form_pair_count(node); i++)
        total += form_row_count(yaml_document_get_node(&form->document, node->data.mapping.pairs.start[i].value));
    err = rows_room(form, node, shape, total, &rows);
    for (size_t i = 0; !err && i < form_pair_count(node); i++) {
        const yaml_node_t *value;
        struct str key;
        size_t before;

        err = form_pair(form, node, i, &key, &value);
        if (err)
            return err;
        before = form_push(form, key);
        err = form_check_word(form, node, i, key);
        if (!err)
            err = rows_read(form, value, shape, key, rows, &count);
        if (err)
            return err;
        form_pop(form, before);
    }
    if (!err)
        err = rows_sort(form, node, shape, rows, count);
    if (err)
        return err;
    memcpy(ret_rows, &rows, sizeof rows);
    *ret_count = count;
    return ERR_OK;
}

static struct str name_at(const struct form_shape *shape, const char *row)
{
    struct str name;

    memcpy(&name, row + shape->name_at, sizeof name);
    return name;
}

enum err form_entries_over(struct form *form, const yaml_node_t *node, const struct form_shape *shape, void *rows,
                           size_t *count)
{
    size_t said_count = 0, kept_count = *count, i = 0, k = 0, all = 0;
    char *said = NULL, *kept, *merged;
    enum err err = form_entries(form, node, shape, &said, &said_count);

    if (err)
        return err;
    memcpy(&kept, rows, sizeof kept);
    merged = arena_array(form->arena, said_count + kept_count + 1, shape->size);
    if (!merged)
        return form_fault(form, node, "needs more memory than there is");
    while (i < kept_count || k < said_count) {               /* both are sorted by name */
        int order = i == kept_count   ? 1
                    : k == said_count ? -1
                                      : str_compare(name_at(shape, kept + i * shape->size),
                                                    name_at(shape, said + k * shape->size));

        if (order == 0) {
            struct str name = name_at(shape, said + k * shape->size);

            while (i < kept_count && str_equal(name_at(shape, kept + i * shape->size), name))
                i++;
            continue;
        }
        memcpy(merged + all++ * shape->size, order < 0 ? kept + i++ * shape->size : said + k++ * shape->size, shape->size);
    }
    memcpy(rows, &merged, sizeof merged);
    *count = all;
    return ERR_OK;
}

enum err form_texts(struct form *form, const yaml_node_t *node, bool names, struct str **ret_texts, size_t *ret_count)
{
    static const struct field each = { .min = 1, .max = 128 };
    size_t count = form_row_count(node);
    struct str *texts;

    if (count > FORM_ROWS_MAX)
        return form_fault(form, node, "has more than %d entries; nobody needs that many", FORM_ROWS_MAX);
    texts = arena_array(form->arena, count, sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *item = node->type == YAML_SEQUENCE_NODE ? form_item(form, node, i) : node;
        size_t before = form_push_index(form, i);
        struct str text;
        enum err err;

        if (!texts || !form_text(item, &text))
            return form_fault(form, item, "a word belongs here; write the list as [K1, K2]");
        err = names ? form_name(form, item, text, &each, &texts[i]) : form_words(form, item, text, &each, &texts[i]);
        for (size_t j = 0; !err && j < i; j++)
            if (str_equal(texts[j], texts[i]))
                err = form_fault(form, item, "stands in the list twice; keep one");
        if (err)
            return err;
        form_pop(form, before);
    }
    *ret_texts = texts;
    *ret_count = count;
    return ERR_OK;
}
