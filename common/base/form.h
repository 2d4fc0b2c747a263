/* form.h - a YAML file read against tables of fields, with faults that a person can act on.
 *
 * A field   is one key: how its text is read, where its value goes, its preset, bounds and meaning. The
 *           same rows read the file, refuse what is not in them and print the help.
 * Faults    "venues/oslo-grill.yaml:12: product_types.food.acount: unknown key; did you mean account?"
 *           Values are shown, except where a key (secret) may have been written by mistake.
 * Ownership texts are copied into the form's arena; nodes live until form_close().
 * libyaml's document interface is used directly: libcyaml cannot do mappings with free keys, such as
 * product_types.
 */
#ifndef BILAG_BASE_FORM_H
#define BILAG_BASE_FORM_H

#include "err.h"

#include <yaml.h>

enum { FORM_BYTES_MAX = 1048576, FORM_FIELDS_MAX = 64 };

struct keymarks;
struct vault;

/* LATER: keys need not be in place, where they will be is enough. MARKED: in a key's place comes its mark (keymarks.h). */
enum form_keys { FORM_KEYS_READ, FORM_KEYS_LATER, FORM_KEYS_MARKED };

struct form {
    yaml_document_t document;
    struct str file;                     /* as faults name it */
    struct str dir;                      /* the configuration's folder, for files that values name */
    struct arena *arena;
    struct fault *fault;
    enum form_keys keys;
    struct keymarks *marks;              /* READ: of what was read; MARKED: of what can only be read by others; may be NULL */
    struct vault *vault;                 /* READ: where keys go; NULL: into the arena */
    char path[256];                      /* where we are: "product_types.food" */
    size_t path_len;
};

struct field {
    const char *key;
    size_t offset;                       /* of the value, in the struct that the table fills */
    /* Exactly one of the three: */
    enum err (*parse)(struct form *form, const yaml_node_t *node, struct str text,
                      const struct field *field, void *to);              /* a scalar; node NULL: the preset */
    enum err (*read)(struct form *form, const yaml_node_t *node, const struct field *field, void *to);
    const struct field *fields;          /* a section: further fields, in the same struct from offset on */
    size_t field_count;
    const char *preset;                  /* as text; NULL: what is not said stays as it was */
    bool required;
    int32_t min, max;                    /* of numbers; of texts, the length: in bytes, of a form_title in letters */
    const char *const *words;            /* of a choice: the words, then NULL; the value is the index */
    const char *meaning;
};

/* Opens and parses `path`; `file` is its name in faults. On an error there is nothing to close. */
USED enum err form_open(struct form *form, const char *path, struct str file, struct str dir,
                        struct arena *arena, struct fault *fault);
/* The two halves of it, for who wants the text as well. The form keeps no view of the text. */
USED enum err form_load(const char *path, struct str file, struct str *ret_text, struct fault *fault);
void form_free(struct str *text);                            /* of form_load() */
USED enum err form_open_text(struct form *form, struct str text, struct str file, struct str dir,
                             struct arena *arena, struct fault *fault);
void form_close(struct form *form);
const yaml_node_t *form_root(struct form *form);                         /* NULL: an empty file */

/* Writes the sentence with file, line and key before it; gives ERR_CONFIG (ERR_MEMORY stays). */
USED enum err form_fault(struct form *form, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reads a mapping (NULL: nothing said, presets only) into base by the table. */
USED enum err form_mapping(struct form *form, const yaml_node_t *node, const struct field *fields,
                           size_t count, void *base);
/* The same over values that are there already: what is not said stays as it is, without presets, and nothing must be said. */
USED enum err form_mapping_over(struct form *form, const yaml_node_t *node, const struct field *fields,
                                size_t count, void *base);

/* Walking by hand. The path is pushed before and popped after reading what is inside. */
const yaml_node_t *form_find(struct form *form, const char *key);        /* of the root; NULL: not said */
size_t form_pair_count(const yaml_node_t *mapping);           /* 0: NULL, or no mapping; items likewise */
USED enum err form_pair(struct form *form, const yaml_node_t *mapping, size_t index, struct str *ret_key,
                        const yaml_node_t **ret_value);
size_t form_item_count(const yaml_node_t *sequence);
const yaml_node_t *form_item(struct form *form, const yaml_node_t *sequence, size_t index);
size_t form_push(struct form *form, struct str key);         /* gives what form_pop() wants back */
size_t form_push_index(struct form *form, size_t index);     /* "[2]", counted from 1 */
void form_pop(struct form *form, size_t before);
bool form_text(const yaml_node_t *node, struct str *ret_text);           /* false: no scalar; null gives "" */
/* For free keys: the key must be a name (str_is_name) and stand there once. */
/* The same for keys as people write them (str_is_word). */
USED enum err form_check_word(struct form *form, const yaml_node_t *mapping, size_t index, struct str key);
USED enum err form_check_key(struct form *form, const yaml_node_t *mapping, size_t index, struct str key);

/* How scalars are read: the `parse` of fields. */
#define FORM_PARSE(name) \
    enum err name(struct form *form, const yaml_node_t *node, struct str text, const struct field *field, void *to)
FORM_PARSE(form_number);                 /* int32_t, min to max */
FORM_PARSE(form_words);                  /* struct str: any text of min to max bytes, for what others bound in bytes */
FORM_PARSE(form_title);                  /* struct str: any text of min to max letters, for what people read */
FORM_PARSE(form_name);                   /* struct str: a name (str_is_name) */
FORM_PARSE(form_word);                   /* struct str: what people call something (str_is_word) */
FORM_PARSE(form_bool);                   /* bool: true or false */
FORM_PARSE(form_choice);                 /* int: index in words */
FORM_PARSE(form_date);                   /* int32_t: a day */
FORM_PARSE(form_cutoff);                 /* int32_t: "05:00" as seconds */
FORM_PARSE(form_path);                   /* struct str: relative to dir unless it begins with / */
FORM_PARSE(form_url);                    /* struct str: https://..., or http:// of this machine, without a slash at the end */
FORM_PARSE(form_url_or_none);            /* ... or nothing, which is an empty text */
FORM_PARSE(form_name_or_none);
FORM_PARSE(form_mail);                   /* struct str: one e-mail address that can stand in any header; empty: none */
FORM_PARSE(form_language);               /* struct str: en or nb */

/* The host of what follows "http://": this machine itself? Names that only begin like its own are not. */
bool form_is_this_machine(struct str rest);

/* "key   preset 5, 0 to 1000: meaning" for every field, sections with dots. */
void form_help(struct strbuf *out, const char *prefix, const struct field *fields, size_t count);

#endif
