#include "yamledit.h"

#include "base/form.h"
#include "base/json_write.h"

#include <stdlib.h>
#include <string.h>

enum { SCRATCH_BYTES = 4 * FORM_BYTES_MAX, SPLICES_EACH = 2 };

/* What is between two bytes of the text becomes `value`. A block is two of them: its value goes beside its key, and it is cut out
 * where it stood; comments between the two stay. */
struct splice { size_t from, to, order; struct str value; };
struct editing { struct form form; struct str text; struct arena arena; struct splice *at; size_t count, room; };

static void splice_add(struct editing *edit, size_t from, size_t to, struct str value)
{
    ensure(edit->count < edit->room);
    edit->at[edit->count] = (struct splice){ from, to, edit->count, value };
    edit->count++;
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

/* Named by *x: what is written stands elsewhere. */
static bool is_alias(const yaml_node_t *key, const yaml_node_t *value)
{
    return value->start_mark.index < key->end_mark.index;
}

static enum err alias_fault(struct editing *edit, const yaml_node_t *key)
{
    return form_fault(&edit->form, key, "an alias stands here; write the value itself");
}

/* Past the key's colon; 0: none follows. One in a comment is none. */
static size_t after_colon(const struct editing *edit, const yaml_node_t *key, size_t limit)
{
    struct str text = edit->text;
    size_t at = byte_at(text, key->end_mark.index);
    bool comment = false;

    for (; at < limit && (comment || text.bytes[at] != ':'); at++)
        comment = text.bytes[at] == '#' || (comment && text.bytes[at] != '\n');
    return at < limit ? at + 1 : 0;
}

/* A comment right behind what stood there ("3000"#food) would be part of what comes in its place. */
static struct str beside(struct editing *edit, size_t from, size_t to, struct str value)
{
    bool colon = from && edit->text.bytes[from - 1] == ':', comment = to < edit->text.len && edit->text.bytes[to] == '#';

    return arena_format(&edit->arena, "%s" STR_FMT "%s", colon ? " " : "", STR_ARG(value), comment ? " " : "");
}

static const char *blanks(struct editing *edit, size_t count)
{
    struct str text = arena_format(&edit->arena, "%*s", (int)count, "");

    return text.bytes ? text.bytes : "";
}

/* Whether it is part of a word: a '#' there begins no comment. */
static bool is_in_scalar(const struct editing *edit, size_t character)
{
    const yaml_document_t *document = &edit->form.document;

    for (const yaml_node_t *node = document->nodes.start; node < document->nodes.top; node++)
        if (node->type == YAML_SCALAR_NODE && node->start_mark.index <= character && character < node->end_mark.index)
            return true;
    return false;
}

/* What people wrote within a block stays when the block is written anew: a line each, below it. */
static struct str comments_in(struct editing *edit, const yaml_node_t *block, size_t from, size_t to, size_t column)
{
    struct str text = edit->text, kept = STR_NONE;
    size_t character = block->start_mark.index, behind = from;

    for (size_t at = from; at < to; at++) {
        if (at >= behind && text.bytes[at] == '#' && !is_in_scalar(edit, character)) {
            const char *newline = memchr(text.bytes + at, '\n', to - at);

            behind = newline ? (size_t)(newline - text.bytes) : to;
            kept = arena_format(&edit->arena, STR_FMT "\n%s" STR_FMT, STR_ARG(kept), blanks(edit, column),
                                (int)(without_blanks(text, behind) - at), text.bytes + at);
        }
        character += ((unsigned char)text.bytes[at] & 0xc0) != 0x80;
    }
    return kept;
}

static enum err replaced(struct editing *edit, const yaml_node_t *key, const yaml_node_t *value, struct yamledit *change)
{
    struct str text = edit->text;
    size_t from = byte_at(text, value->start_mark.index), to = byte_at(text, value->end_mark.index), colon;

    if (is_alias(key, value))
        return alias_fault(edit, key);
    if (is_block(value))
        to = block_end(text, from, to);
    change->was_there = !str_equal((struct str){ text.bytes + from, to - from }, change->value);
    colon = after_colon(edit, key, from);
    if (!colon && (is_block(value) || from == to))
        return form_fault(&edit->form, key, "no colon follows; write the key as \"%s: ...\"", change->key);
    if (!is_block(value)) {
        splice_add(edit, from, to, beside(edit, from, to, change->value));
        return ERR_OK;
    }
    splice_add(edit, colon, colon, beside(edit, colon, colon, change->value));
    splice_add(edit, without_blanks(text, from), to, comments_in(edit, value, from, to, key->start_mark.column + 2));
    return ERR_OK;
}

/* A mapping with one begins there, and not at its brace or its first key. */
static enum err without_property(struct editing *edit, const yaml_node_t *mapping)
{
    size_t at = byte_at(edit->text, mapping->start_mark.index);

    if (at == edit->text.len || strchr("&!", edit->text.bytes[at]))
        return form_fault(&edit->form, mapping, "an anchor or a tag stands here; take it away");
    return ERR_OK;
}

/* As the first of a mapping that has others, or none in braces. */
static enum err inserted(struct editing *edit, const yaml_node_t *mapping, const struct yamledit *change)
{
    struct str text = edit->text;
    size_t at = byte_at(text, mapping->start_mark.index);
    bool empty = form_pair_count(mapping) == 0;

    if (without_property(edit, mapping))
        return ERR_CONFIG;
    at += is_flow(mapping);
    if (is_flow(mapping))
        splice_add(edit, at, at, arena_format(&edit->arena, "%s: " STR_FMT "%s", change->key, STR_ARG(change->value),
                                              empty ? "" : ", "));
    else
        splice_add(edit, at, at, arena_format(&edit->arena, "%s: " STR_FMT "\n%s", change->key, STR_ARG(change->value),
                                              blanks(edit, mapping->start_mark.column)));
    return ERR_OK;
}

static const yaml_node_t *find(struct form *form, const yaml_node_t *mapping, struct str key,
                               const yaml_node_t **ret_key)
{
    for (size_t i = 0; mapping && mapping->type == YAML_MAPPING_NODE && i < form_pair_count(mapping); i++) {
        const yaml_node_pair_t *pair = &mapping->data.mapping.pairs.start[i];
        const yaml_node_t *at = yaml_document_get_node(&form->document, pair->key);
        struct str name;

        if (!form_text(at, &name) || !str_equal(name, key))
            continue;
        *ret_key = at;
        return yaml_document_get_node(&form->document, pair->value);
    }
    return NULL;
}

/* --- entries with names of their own --- */

/* As a key is written: in quotes, unless it is letters, digits and the like. */
static struct str key_text(struct editing *edit, struct str name)
{
    struct strbuf out;
    struct str copy;

    if (str_is_name(name))
        return name;
    strbuf_init(&out, FORM_BYTES_MAX);
    json_quote(&out, name);
    copy = out.failed ? STR_NONE : arena_copy(&edit->arena, strbuf_str(&out));
    strbuf_free(&out);
    return copy;
}

/* An empty section gets its entries in lines, instead of its braces. */
static enum err first_entry(struct editing *edit, const yaml_node_t *key, const yaml_node_t *section,
                            const struct yamledit *change)
{
    size_t from = byte_at(edit->text, section->start_mark.index), to = byte_at(edit->text, section->end_mark.index);
    size_t column = key->start_mark.column + 2, colon = after_colon(edit, key, edit->text.len);
    bool cut = from == to;

    if (!colon)
        return form_fault(&edit->form, key, "no colon follows");
    for (size_t i = 0; i < edit->count; i++)
        cut |= edit->at[i].from == from && edit->at[i].to == to;
    splice_add(edit, colon, colon, arena_format(&edit->arena, "\n%s" STR_FMT ": " STR_FMT, blanks(edit, column),
                                                STR_ARG(key_text(edit, change->entry)), STR_ARG(change->value)));
    if (!cut)
        splice_add(edit, without_blanks(edit->text, from), to, STR_NONE);
    return ERR_OK;
}

static enum err entry_added(struct editing *edit, const yaml_node_t *key, const yaml_node_t *section,
                            const struct yamledit *change)
{
    size_t from = byte_at(edit->text, section->start_mark.index), to = byte_at(edit->text, section->end_mark.index);
    struct str name = key_text(edit, change->entry);

    if (section->type == YAML_SEQUENCE_NODE)
        return form_fault(&edit->form, key, "has no keys of its own, or is written by dates; change it in the file");
    if (section->type != YAML_MAPPING_NODE || form_pair_count(section) == 0)
        return first_entry(edit, key, section, change);
    if (without_property(edit, section))
        return ERR_CONFIG;
    if (is_flow(section)) {
        splice_add(edit, from + 1, from + 1, arena_format(&edit->arena, STR_FMT ": " STR_FMT ", ", STR_ARG(name),
                                                          STR_ARG(change->value)));
        return ERR_OK;
    }
    to = block_end(edit->text, from, to);
    splice_add(edit, to, to, arena_format(&edit->arena, "\n%s" STR_FMT ": " STR_FMT, blanks(edit, section->start_mark.column),
                                          STR_ARG(name), STR_ARG(change->value)));
    return ERR_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One of several in braces: with the comma behind it, or, of the last, the one before it. */
static void flow_gone(struct editing *edit, size_t from, size_t to)
{
    struct str text = edit->text;
    size_t end = to;

    while (end < text.len && is_blank(text.bytes[end]))
        end++;
    if (end < text.len && text.bytes[end] == ',') {
        for (end++; end < text.len && text.bytes[end] == ' '; end++)
            continue;
        splice_add(edit, from, end, STR_NONE);
        return;
    }
    from = without_blanks(text, from);
    splice_add(edit, from && text.bytes[from - 1] == ',' ? from - 1 : from, to, STR_NONE);
}

/* Its lines, with the comments that stand on them; those above it stay. */
static void block_gone(struct editing *edit, const yaml_node_t *key, const yaml_node_t *value)
{
    struct str text = edit->text;
    size_t from = byte_at(text, key->start_mark.index), to = byte_at(text, value->end_mark.index);
    const char *newline;

    if (is_block(value) && value->type != YAML_SCALAR_NODE)
        to = block_end(text, byte_at(text, value->start_mark.index), to);
    while (from && text.bytes[from - 1] != '\n')
        from--;
    newline = to < text.len ? memchr(text.bytes + to, '\n', text.len - to) : NULL;
    splice_add(edit, from, newline ? (size_t)(newline - text.bytes) + 1 : text.len, STR_NONE);
}

static enum err entry_edited(struct editing *edit, const yaml_node_t *section, const yaml_node_t *key, const yaml_node_t *entry,
                             struct yamledit *change)
{
    const yaml_node_t *value, *value_key = NULL;

    if (is_alias(key, entry))
        return alias_fault(edit, key);
    if (change->gone && is_flow(section))
        flow_gone(edit, byte_at(edit->text, key->start_mark.index), byte_at(edit->text, entry->end_mark.index));
    else if (change->gone)
        block_gone(edit, key, entry);
    if (change->gone)
        return ERR_OK;
    if (!change->key)
        return replaced(edit, key, entry, change);
    if (entry->type != YAML_MAPPING_NODE)
        return form_fault(&edit->form, key, "has no keys of its own, or is written by dates; change it in the file");
    if (find(&edit->form, entry, STR("<<"), &value_key))
        return form_fault(&edit->form, value_key, "a merge stands here; write the keys themselves");
    value = find(&edit->form, entry, str_of(change->key), &value_key);
    if (value)
        return replaced(edit, value_key, value, change);
    return change->only_there ? ERR_OK : inserted(edit, entry, change);
}

static enum err entry_of(struct editing *edit, struct yamledit *change)
{
    const yaml_node_t *section_key = NULL, *key = NULL, *entry;
    const yaml_node_t *section = find(&edit->form, form_root(&edit->form), str_of(change->section), &section_key);

    if (!section)
        return change->gone || change->key ? ERR_OK
                                           : form_fault(&edit->form, form_root(&edit->form), "has no %s", change->section);
    if (is_alias(section_key, section))
        return alias_fault(edit, section_key);
    entry = find(&edit->form, section, change->entry, &key);
    if (entry)
        return entry_edited(edit, section, key, entry, change);
    return change->gone || change->key ? ERR_OK : entry_added(edit, section_key, section, change);
}

static enum err splice_of(struct editing *edit, struct yamledit *change)
{
    const yaml_node_t *mapping = form_root(&edit->form), *key = NULL, *value;

    if (change->entry.len)
        return entry_of(edit, change);
    ensure(!change->section || change->only_there);
    if (change->section)
        mapping = find(&edit->form, mapping, str_of(change->section), &key);
    value = find(&edit->form, mapping, str_of(change->key), &key);
    if (value)
        return replaced(edit, key, value, change);
    return change->only_there ? ERR_OK : inserted(edit, mapping, change);
}

/* What is put in stands before what is cut out; what is put in at one place, in the order in which it was said. */
static int by_place(const void *a, const void *b)
{
    const struct splice *left = a, *right = b;

    if (left->from != right->from)
        return left->from > right->from ? 1 : -1;
    if ((left->from == left->to) != (right->from == right->to))
        return left->from == left->to ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

/* Neighbours that are both taken away may share a comma. */
static void write_text(struct strbuf *out, const struct editing *edit)
{
    struct str text = edit->text;
    size_t at = 0;

    for (size_t i = 0; i < edit->count; i++) {
        const struct splice *splice = &edit->at[i];
        size_t from = splice->from < at ? at : splice->from;

        strbuf_add(out, (struct str){ text.bytes + at, from - at });
        strbuf_add(out, splice->value);
        at = splice->to < from ? from : splice->to;
    }
    strbuf_add(out, (struct str){ text.bytes + at, text.len - at });
}

static enum err edit_all(struct editing *edit, struct yamledit *changes, size_t count, struct strbuf *out)
{
    const yaml_node_t *root = form_root(&edit->form), *key;
    enum err err = ERR_OK;

    if (!root || root->type != YAML_MAPPING_NODE)
        return form_fault(&edit->form, root, "has no keys");
    if (find(&edit->form, root, STR("<<"), &key))
        return form_fault(&edit->form, key, "a merge stands here; write the keys themselves");
    edit->room = SPLICES_EACH * count;
    edit->at = arena_array(&edit->arena, edit->room + 1, sizeof *edit->at);
    if (!edit->at)
        return fault_set(edit->form.fault, ERR_MEMORY, "no memory for " STR_FMT, STR_ARG(edit->form.file));
    for (size_t i = 0; !err && i < count; i++)
        err = splice_of(edit, &changes[i]);
    if (err)
        return err;
    qsort(edit->at, edit->count, sizeof edit->at[0], by_place);
    write_text(out, edit);
    return out->failed || arena_failed(&edit->arena)
               ? fault_set(edit->form.fault, ERR_MEMORY, "no memory for " STR_FMT, STR_ARG(edit->form.file)) : ERR_OK;
}

/* YAML ends a line with CR, NEL, LS and PS alone too; we, as editors do, with LF. 0: none does. */
static size_t odd_line(struct str text)
{
    static const struct str ends[] = { { "\xc2\x85", 2 }, { "\xe2\x80\xa8", 3 }, { "\xe2\x80\xa9", 3 } };
    size_t line = 1;

    for (size_t i = 0; i < text.len; i++) {
        const struct str rest = { text.bytes + i, text.len - i };

        if (rest.bytes[0] == '\r' && !str_starts(rest, STR("\r\n")))
            return line;
        for (size_t k = 0; k < COUNT(ends); k++)
            if (str_starts(rest, ends[k]))
                return line;
        line += rest.bytes[0] == '\n';
    }
    return 0;
}

/* The first line that begins with a tab, 0: none does. YAML has it within braces, but not behind the word that may come in the place of
 * what stood before it. */
static size_t tab_line(struct str text)
{
    size_t line = 1;

    for (size_t i = 0; i < text.len; i++, line++) {
        bool tab = false;

        for (; i < text.len && (text.bytes[i] == ' ' || text.bytes[i] == '\t'); i++)
            tab |= text.bytes[i] == '\t';
        if (tab && i < text.len && text.bytes[i] != '\r' && text.bytes[i] != '\n')
            return line;
        while (i < text.len && text.bytes[i] != '\n')
            i++;
    }
    return 0;
}

enum err yamledit(struct str text, struct str file, struct yamledit *changes, size_t count, struct strbuf *out,
                  struct fault *fault)
{
    struct editing edit = { .text = text };
    size_t odd = odd_line(text), tab = tab_line(text);
    enum err err;

    for (size_t i = 0; i < count; i++)
        changes[i].was_there = false;
    if (odd)
        return fault_set(fault, ERR_CONFIG, STR_FMT ":%zu: the line ends with a character that not all programs take for an "
                         "end: save the file with ordinary line ends", STR_ARG(file), odd);
    if (tab)
        return fault_set(fault, ERR_CONFIG, STR_FMT ":%zu: the line begins with a tab: write blanks", STR_ARG(file), tab);
    arena_init(&edit.arena, SCRATCH_BYTES);
    err = form_open_text(&edit.form, text, file, STR("."), &edit.arena, fault);
    if (!err) {
        err = edit_all(&edit, changes, count, out);
        form_close(&edit.form);
    }
    arena_free(&edit.arena);
    return err;
}
