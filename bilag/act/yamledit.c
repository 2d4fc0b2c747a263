#include "yamledit.h"

#include "base/form.h"

#include <stdlib.h>
#include <string.h>

enum { SCRATCH_BYTES = 4096 };

/* What is between two bytes of the text becomes `value`, after `key` if the file had none. A block is two of them: its
 * value goes beside its key, and it is cut out where it stood; comments between the two stay. */
struct splice { size_t from, to; const char *key; struct str value; };
struct splices { struct splice at[2 * YAMLEDIT_CHANGES_MAX]; size_t count; };

static void splice_add(struct splices *splices, struct splice splice)
{
    ensure(splices->count < COUNT(splices->at));
    splices->at[splices->count++] = splice;
}

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

static size_t without_blanks(struct str text, size_t from)
{
    while (from && strchr(" \t\r\n", text.bytes[from - 1]))
        from--;
    return from;
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
                         struct yamledit *change, struct splices *splices)
{
    size_t from = byte_at(text, value->start_mark.index), to = byte_at(text, value->end_mark.index);
    size_t colon = byte_at(text, key->end_mark.index);

    if (value->start_mark.index < key->end_mark.index)
        return form_fault(form, key, "an alias stands here; write the value itself");
    if (is_block(value))
        to = block_end(text, from, to);
    change->was_there = !str_equal((struct str){ text.bytes + from, to - from }, change->value);
    if (!is_block(value)) {
        splice_add(splices, (struct splice){ .from = from, .to = to, .value = change->value });
        return ERR_OK;
    }
    while (colon < from && text.bytes[colon] != ':')
        colon++;
    if (colon == from)
        return form_fault(form, key, "no colon follows; write the key as \"%s: ...\"", change->key);
    splice_add(splices, (struct splice){ .from = colon + 1, .to = colon + 1, .value = change->value });
    splice_add(splices, (struct splice){ .from = without_blanks(text, from), .to = to });
    return ERR_OK;
}

static enum err inserted(struct form *form, struct str text, const struct yamledit *change, struct splices *splices)
{
    const yaml_node_t *root = form_root(form);
    size_t at = byte_at(text, root->start_mark.index);

    if (at == text.len || strchr("&!", text.bytes[at]))
        return form_fault(form, root, "an anchor or a tag stands here; take it away");
    at += is_flow(root);
    splice_add(splices, (struct splice){ .from = at, .to = at, .key = change->key, .value = change->value });
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

static enum err splice_of(struct form *form, struct str text, struct yamledit *change, struct splices *splices)
{
    const yaml_node_t *mapping = form_root(form), *key = NULL, *value;

    ensure(!change->section || change->only_there);
    if (change->section)
        mapping = find(form, mapping, change->section, &key);
    value = find(form, mapping, change->key, &key);
    if (value)
        return replaced(form, text, key, value, change, splices);
    return change->only_there ? ERR_OK : inserted(form, text, change, splices);
}

static int by_place(const void *a, const void *b)
{
    const struct splice *left = a, *right = b;

    if (left->from != right->from)
        return left->from > right->from ? 1 : -1;
    return (left->to > right->to) - (left->to < right->to);  /* what is put in stands before what is cut out */
}

static void write_key(struct strbuf *out, const yaml_node_t *root, const struct splice *splice)
{
    strbuf_format(out, "%s: " STR_FMT "%s", splice->key, STR_ARG(splice->value), is_flow(root) ? ", " : "\n");
    for (size_t i = 0; !is_flow(root) && i < root->start_mark.column; i++)
        strbuf_char(out, ' ');
}

static void write_text(struct strbuf *out, struct str text, const yaml_node_t *root, const struct splices *splices)
{
    size_t at = 0;

    for (size_t i = 0; i < splices->count; i++) {
        const struct splice *splice = &splices->at[i];

        ensure(splice->from >= at);
        strbuf_add(out, (struct str){ text.bytes + at, splice->from - at });
        if (splice->key)
            write_key(out, root, splice);
        else if (splice->value.bytes)
            strbuf_format(out, "%s" STR_FMT, splice->from && text.bytes[splice->from - 1] == ':' ? " " : "",
                          STR_ARG(splice->value));
        at = splice->to;
    }
    strbuf_add(out, (struct str){ text.bytes + at, text.len - at });
}

static enum err edit(struct form *form, struct str text, struct yamledit *changes, size_t count, struct strbuf *out)
{
    const yaml_node_t *root = form_root(form), *key;
    struct splices splices = { .count = 0 };
    enum err err = ERR_OK;

    if (!root || root->type != YAML_MAPPING_NODE)
        return form_fault(form, root, "has no keys");
    if (find(form, root, "<<", &key))
        return form_fault(form, key, "a merge stands here; write the keys themselves");
    ensure(count <= YAMLEDIT_CHANGES_MAX);
    for (size_t i = 0; !err && i < count; i++)
        err = splice_of(form, text, &changes[i], &splices);
    if (err)
        return err;
    qsort(splices.at, splices.count, sizeof splices.at[0], by_place);
    write_text(out, text, root, &splices);
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
