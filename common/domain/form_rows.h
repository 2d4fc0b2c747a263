/* form_rows.h - values that may change on a date, and mappings with free keys, as sorted arrays.
 *
 * A dated value  is a plain value ("10"), which holds always, or a list of {valid_from, value}.
 * Entries        are a mapping of names, each with one mapping or a list of mappings with valid_from.
 * Either way the result is one array in the form's arena, sorted by (name, valid_from), without two rows
 * of one name from one day. ret_rows points to a pointer to the shape's struct.
 */
#ifndef BILAG_DOMAIN_FORM_ROWS_H
#define BILAG_DOMAIN_FORM_ROWS_H

#include "base/form.h"

enum { FORM_ROWS_MAX = 1000, FORM_ROW_BYTES_MAX = 128 };

struct form_shape {
    size_t size, valid_at, name_at;      /* offsets; name_at SIZE_MAX: a dated value, which has no name */
    const struct field *fields;          /* of a dated value: valid_from, value */
    size_t field_count;
};

USED enum err form_dated(struct form *form, const yaml_node_t *node, const struct form_shape *shape,
                         void *ret_rows, size_t *ret_count);
/* Entries over those that are there already (*rows, *count; none is fine): a name that is said takes the place of all rows of
 * that name, the other names stay. */
USED enum err form_entries_over(struct form *form, const yaml_node_t *node, const struct form_shape *shape, void *rows,
                                size_t *count);
/* A list of texts (one alone need be no list), of names (str_is_name) if names; each stands there once. */
USED enum err form_texts(struct form *form, const yaml_node_t *node, bool names, struct str **ret_texts, size_t *ret_count);

#endif
