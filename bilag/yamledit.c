#include "yamledit.h"

#include "form.h"

#include <stdlib.h>
#include <string.h>

enum { SCRATCH_BYTES = 4096 };

/* What is between two bytes of the text becomes `value`, after `key` if the file had none. */
struct splice { size_t from, to; const char *key; struct str value; };

/* libyaml counts characters, we cut bytes. */
static size_t byte_at(struct str text, size_t character)
{
    for (size_t i = 0; i < text.len; i++) {
        bool first = ((unsigned char)text.bytes[i] & 0xc0) != 0x80;

        if (first && character-- == 0)
            return i;
    }
    return text.len;
}

/* A block's end mark is where the next key begins: the comments before that are not the block's. */
static size_t block_end(struct str text, size_t from, size_t to)
{
    size_t end = from;

    for (size_t line = from; line < to;) {
        const char *newline = memchr(text.bytes + line, '\n', to - line);
        size_t next = newline ? (size_t)(newline - text.bytes) + 1 : to, first = line;
        size_t last = newline ? next - 1 : to;

        while (first < last && strchr(" \t\r", text.bytes[first]))
            first++;
        if (first < last && text.bytes[first] != '#')
            end = last;
        line = next;
    }
    return end;
}

/* It begins on the line after its key; what takes its place stands beside the key, unless a comment is between. */
static size_t block_begin(struct str text, size_t from)
{
    size_t at = from;

    while (at && strchr(" \t\r\n", text.bytes[at - 1]))
        at--;
    return at && text.bytes[at - 1] == ':' ? at : from;
}

static bool is_flow(const yaml_node_t *node)
{
    return node->type == YAML_MAPPING_NODE ? node->data.mapping.style == YAML_FLOW_MAPPING_STYLE
                                           : node->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE;
}

static bool is_block(const yaml_node_t *node)
{
    if (node->type == YAML_SCALAR_NODE)
        return node->data.scalar.style == YAML_LITERAL_SCALAR_STYLE || node->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
    return !is_flow(node);
}

static enum err replaced(struct form *form, struct str text, const yaml_node_t *key, const yaml_node_t *value,
                         struct yamledit *change, struct splice *splice)
{
    if (value->start_mark.index < key->end_mark.index)
        return form_fault(form, key, "an alias stands here; write the value itself");
    splice->from = byte_at(text, value->start_mark.index);
    splice->to = byte_at(text, value->end_mark.index);
    if (is_block(value)) {
        splice->to = block_end(text, splice->from, splice->to);
        splice->from = block_begin(text, splice->from);
    }
    splice->value = change->value;
    change->was_there = !str_equal((struct str){ text.bytes + splice->from, splice->to - splice->from }, change->value);
    return ERR_OK;
}

static enum err inserted(struct form *form, struct str text, const struct yamledit *change, struct splice *splice)
{
    const yaml_node_t *root = form_root(form);
    size_t at = byte_at(text, root->start_mark.index);

    if (at == text.len || strchr("&!", text.bytes[at]))
        return form_fault(form, root, "an anchor or a tag stands here; take it away");
    at += is_flow(root);
    *splice = (struct splice){ .from = at, .to = at, .key = change->key, .value = change->value };
    return ERR_OK;
}

static const yaml_node_t *find(struct form *form, const yaml_node_t *mapping, const char *key,
                               const yaml_node_t **ret_key)
{
    for (size_t i = 0; mapping && mapping->type == YAML_MAPPING_NODE && i < form_pair_count(mapping); i++) {
        const yaml_node_pair_t *pair = &mapping->data.mapping.pairs.start[i];
        const yaml_node_t *at = yaml_document_get_node(&form->document, pair->key);
        struct str name;

        if (!form_text(at, &name) || !str_equal(name, str_of(key)))
            continue;
        *ret_key = at;
        return yaml_document_get_node(&form->document, pair->value);
    }
    return NULL;
}

/* *ret_is_one: there is something to splice. */
static enum err splice_of(struct form *form, struct str text, struct yamledit *change, struct splice *splice,
                          bool *ret_is_one)
{
    const yaml_node_t *mapping = form_root(form), *key = NULL, *value;

    ensure(!change->section || change->only_there);
    if (change->section)
        mapping = find(form, mapping, change->section, &key);
    value = find(form, mapping, change->key, &key);
    *ret_is_one = value || !change->only_there;
    if (!*ret_is_one)
        return ERR_OK;
    return value ? replaced(form, text, key, value, change, splice) : inserted(form, text, change, splice);
}

static int by_place(const void *a, const void *b)
{
    const struct splice *left = a, *right = b;

    return (left->from > right->from) - (left->from < right->from);
}

static void write_key(struct strbuf *out, const yaml_node_t *root, const struct splice *splice)
{
    strbuf_format(out, "%s: " STR_FMT "%s", splice->key, STR_ARG(splice->value), is_flow(root) ? ", " : "\n");
    for (size_t i = 0; !is_flow(root) && i < root->start_mark.column; i++)
        strbuf_char(out, ' ');
}

static void write_text(struct strbuf *out, struct str text, const yaml_node_t *root, const struct splice *splices,
                       size_t count)
{
    size_t at = 0;

    for (size_t i = 0; i < count; i++) {
        const struct splice *splice = &splices[i];

        ensure(splice->from >= at);
        strbuf_add(out, (struct str){ text.bytes + at, splice->from - at });
        if (splice->key)
            write_key(out, root, splice);
        else
            strbuf_format(out, "%s" STR_FMT, splice->from && text.bytes[splice->from - 1] == ':' ? " " : "",
                          STR_ARG(splice->value));
        at = splice->to;
    }
    strbuf_add(out, (struct str){ text.bytes + at, text.len - at });
}

static enum err edit(struct form *form, struct str text, struct yamledit *changes, size_t count, struct strbuf *out)
{
    struct splice splices[YAMLEDIT_CHANGES_MAX] = { { .from = 0 } };
    size_t splice_count = 0;

    if (!form_root(form) || form_root(form)->type != YAML_MAPPING_NODE)
        return form_fault(form, form_root(form), "has no keys");
    ensure(count <= COUNT(splices));
    for (size_t i = 0; i < count; i++) {
        bool is_one;
        enum err err = splice_of(form, text, &changes[i], &splices[splice_count], &is_one);

        if (err)
            return err;
        splice_count += is_one;
    }
    qsort(splices, splice_count, sizeof splices[0], by_place);
    write_text(out, text, form_root(form), splices, splice_count);
    return out->failed ? fault_set(form->fault, ERR_MEMORY, "no memory for " STR_FMT, STR_ARG(form->file)) : ERR_OK;
}

enum err yamledit(struct str text, struct str file, struct yamledit *changes, size_t count, struct strbuf *out,
                  struct fault *fault)
{
    struct arena arena;
    struct form form;
    enum err err;

    for (size_t i = 0; i < count; i++)
        changes[i].was_there = false;
    arena_init(&arena, SCRATCH_BYTES);
    err = form_open_text(&form, text, file, STR("."), &arena, fault);
    if (!err) {
        err = edit(&form, text, changes, count, out);
        form_close(&form);
    }
    arena_free(&arena);
    return err;
}
