#include "form.h"

#include "clock.h"
#include "utf8.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum err form_load(const char *path, struct str file, struct str *ret_text, struct fault *fault)
{
    size_t len = 0;
    ssize_t got = 1;
    char *bytes = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return fault_set(fault, err_of_errno(errno, ERR_CONFIG),
                         STR_FMT ": cannot be read (%s); it must be there and be readable: %s", STR_ARG(file),
                         strerror(errno), path);
    bytes = malloc(FORM_BYTES_MAX + 1);
    if (!bytes) {
        (void)close(fd);
        return fault_set(fault, ERR_MEMORY, "no memory to read " STR_FMT, STR_ARG(file));
    }
    while (got > 0 && len <= FORM_BYTES_MAX) {
        got = read(fd, bytes + len, FORM_BYTES_MAX + 1 - len);
        if (got > 0)
            len += (size_t)got;
    }
    (void)close(fd);
    if (got < 0 || len > FORM_BYTES_MAX) {
        free(bytes);
        if (got < 0)
            return fault_set(fault, err_of_errno(errno, ERR_CONFIG), STR_FMT ": cannot be read (%s); write it as a plain file",
                             STR_ARG(file), strerror(errno));
        return fault_set(fault, ERR_CONFIG, STR_FMT ": longer than %d bytes; a configuration is shorter",
                         STR_ARG(file), FORM_BYTES_MAX);
    }
    *ret_text = (struct str){ bytes, len };
    return ERR_OK;
}

void form_free(struct str *text)
{
    free((char *)(uintptr_t)text->bytes);            /* form_load() made them: const in struct str is the view's */
    *text = STR_NONE;
}

static enum err not_yaml(const yaml_parser_t *parser, struct str file, struct fault *fault)
{
    if (parser->error == YAML_MEMORY_ERROR || !parser->problem)      /* it does not always say which */
        return fault_set(fault, ERR_MEMORY, "no memory to read " STR_FMT, STR_ARG(file));
    return fault_set(fault, ERR_CONFIG,
                     STR_FMT ":%zu: not YAML: %s; look at the indentation, colons and quotes there and just above",
                     STR_ARG(file), parser->problem_mark.line + 1, parser->problem);
}

/* One file, one document: what stands after a second "---" would be passed over in silence. */
static enum err only_document(yaml_parser_t *parser, struct str file, struct fault *fault)
{
    yaml_document_t second;
    enum err err = ERR_OK;

    if (!yaml_parser_load(parser, &second))
        return not_yaml(parser, file, fault);
    if (yaml_document_get_root_node(&second))
        err = fault_set(fault, ERR_CONFIG, STR_FMT ":%zu: a second document begins (---); keep all in one",
                        STR_ARG(file), second.start_mark.line + 1);
    yaml_document_delete(&second);
    return err;
}

enum err form_open_text(struct form *form, struct str text, struct str file, struct str dir, struct arena *arena,
                        struct fault *fault)
{
    struct form opened = { .file = file, .dir = dir, .arena = arena, .fault = fault };
    yaml_parser_t parser;
    enum err err = ERR_OK;

    if (!yaml_parser_initialize(&parser))
        return fault_set(fault, ERR_MEMORY, "no memory to read " STR_FMT, STR_ARG(file));
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.bytes, text.len);
    if (!yaml_parser_load(&parser, &opened.document)) {
        err = not_yaml(&parser, file, fault);
        goto out;
    }
    if (yaml_document_get_root_node(&opened.document))
        err = only_document(&parser, file, fault);
    if (err)
        yaml_document_delete(&opened.document);
    else
        *form = opened;
out:
    yaml_parser_delete(&parser);
    return err;
}

enum err form_open(struct form *form, const char *path, struct str file, struct str dir, struct arena *arena,
                   struct fault *fault)
{
    struct str text = STR_NONE;
    enum err err = form_load(path, file, &text, fault);

    if (err)
        return err;
    err = form_open_text(form, text, file, dir, arena, fault);
    form_free(&text);
    return err;
}

void form_close(struct form *form)
{
    yaml_document_delete(&form->document);
}

const yaml_node_t *form_root(struct form *form)
{
    return yaml_document_get_root_node(&form->document);
}

enum err form_fault(struct form *form, const yaml_node_t *node, const char *format, ...)
{
    char text[sizeof form->fault->text];
    va_list args;

    if (arena_failed(form->arena))
        return fault_set(form->fault, ERR_MEMORY, "no memory for " STR_FMT, STR_ARG(form->file));
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, fault_words(format), args);
    va_end(args);
    return fault_set(form->fault, ERR_CONFIG, STR_FMT ":%zu: %.*s%s%s", STR_ARG(form->file),
                     node ? node->start_mark.line + 1 : 1, (int)form->path_len, form->path,
                     form->path_len ? ": " : "", text);
}

/* ---- where we are ---- */

static void path_add(struct form *form, const char *format, struct str text, size_t index)
{
    size_t room = sizeof form->path - form->path_len;
    int len = text.bytes ? snprintf(form->path + form->path_len, room, format, STR_ARG(text))
                         : snprintf(form->path + form->path_len, room, "[%zu]", index);

    if (len > 0)
        form->path_len += (size_t)len < room ? (size_t)len : room - 1;
}

size_t form_push(struct form *form, struct str key)
{
    size_t before = form->path_len;

    if (key.len > 64)                    /* a fault shows enough of a long key */
        key.len = 64;
    path_add(form, before ? "." STR_FMT : STR_FMT, key, 0);
    return before;
}

size_t form_push_index(struct form *form, size_t index)
{
    size_t before = form->path_len;

    path_add(form, NULL, STR_NONE, index + 1);
    return before;
}

void form_pop(struct form *form, size_t before)
{
    form->path_len = before;
    form->path[before] = '\0';
}

/* ---- nodes ---- */

bool form_text(const yaml_node_t *node, struct str *ret_text)
{
    static const struct str nulls[] = { { "~", 1 }, { "null", 4 }, { "Null", 4 }, { "NULL", 4 } };
    struct str text;

    if (!node || node->type != YAML_SCALAR_NODE)
        return false;
    text = (struct str){ (const char *)node->data.scalar.value, node->data.scalar.length };
    for (size_t i = 0; i < COUNT(nulls) && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE; i++)
        if (str_equal(text, nulls[i]))
            text = STR("");
    *ret_text = text;
    return true;
}

size_t form_pair_count(const yaml_node_t *mapping)
{
    return mapping && mapping->type == YAML_MAPPING_NODE
               ? (size_t)(mapping->data.mapping.pairs.top - mapping->data.mapping.pairs.start) : 0;
}

enum err form_pair(struct form *form, const yaml_node_t *mapping, size_t index, struct str *ret_key,
                   const yaml_node_t **ret_value)
{
    const yaml_node_pair_t *pair = &mapping->data.mapping.pairs.start[index];
    const yaml_node_t *key = yaml_document_get_node(&form->document, pair->key);
    const yaml_node_t *value = yaml_document_get_node(&form->document, pair->value);

    if (!value || !form_text(key, ret_key) || ret_key->len == 0)
        return form_fault(form, key ? key : mapping, "a key here is no word; write one word before the colon");
    *ret_value = value;
    return ERR_OK;
}

const yaml_node_t *form_find(struct form *form, const char *key)
{
    const yaml_node_t *root = form_root(form);

    for (size_t i = 0; root && root->type == YAML_MAPPING_NODE && i < form_pair_count(root); i++) {
        const yaml_node_pair_t *pair = &root->data.mapping.pairs.start[i];
        struct str text;

        if (form_text(yaml_document_get_node(&form->document, pair->key), &text) && str_equal(text, str_of(key)))
            return yaml_document_get_node(&form->document, pair->value);
    }
    return NULL;
}

size_t form_item_count(const yaml_node_t *sequence)
{
    return sequence && sequence->type == YAML_SEQUENCE_NODE
               ? (size_t)(sequence->data.sequence.items.top - sequence->data.sequence.items.start) : 0;
}

const yaml_node_t *form_item(struct form *form, const yaml_node_t *sequence, size_t index)
{
    return yaml_document_get_node(&form->document, sequence->data.sequence.items.start[index]);
}

static enum err check_once(struct form *form, const yaml_node_t *mapping, size_t index, struct str key, const yaml_node_t *at)
{
    for (size_t i = 0; i < index; i++) {
        struct str earlier;

        if (form_text(yaml_document_get_node(&form->document, mapping->data.mapping.pairs.start[i].key), &earlier) &&
            str_equal(earlier, key))
            return form_fault(form, at, "stands here twice; keep one (a list with valid_from says changes)");
    }
    return ERR_OK;
}

enum err form_check_key(struct form *form, const yaml_node_t *mapping, size_t index, struct str key)
{
    const yaml_node_t *at = yaml_document_get_node(&form->document, mapping->data.mapping.pairs.start[index].key);

    return str_is_name(key) ? check_once(form, mapping, index, key, at)
                            : form_fault(form, at, "is no name; write 1 to 64 of the characters A-Z a-z 0-9 . _ -");
}

enum err form_check_word(struct form *form, const yaml_node_t *mapping, size_t index, struct str key)
{
    const yaml_node_t *at = yaml_document_get_node(&form->document, mapping->data.mapping.pairs.start[index].key);

    return str_is_word(key) ? check_once(form, mapping, index, key, at)
                            : form_fault(form, at, "is no name; write 1 to 64 letters on one line, without blanks around them");
}

/* ---- mappings by their table ---- */

/* Edit distance, for short words: how many characters differ, are missing or too many. */
static size_t word_distance(struct str a, struct str b)
{
    size_t row[65];

    if (a.len > 64 || b.len > 64)
        return a.len + b.len;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = diagonal + (a.bytes[i - 1] != b.bytes[j - 1]);

            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b.len];
}

static enum err unknown_key(struct form *form, const yaml_node_t *node, struct str key,
                            const struct field *fields, size_t count)
{
    size_t nearest = 0, before = form_push(form, key);
    enum err err;

    for (size_t i = 1; i < count; i++)
        if (word_distance(key, str_of(fields[i].key)) < word_distance(key, str_of(fields[nearest].key)))
            nearest = i;
    err = form_fault(form, node, "unknown key; did you mean %s? (`bilag --help settings` lists them)",
                     fields[nearest].key);
    form_pop(form, before);
    return err;
}

static enum err mapping_read(struct form *form, const yaml_node_t *node, const struct field *fields, size_t count,
                             void *base, bool over);

static enum err value_read(struct form *form, const yaml_node_t *node, const struct field *field, void *base, bool over)
{
    void *to = (char *)base + field->offset;
    struct str text;

    if (field->fields)
        return mapping_read(form, node, field->fields, field->field_count, to, over);
    if (field->read)
        return field->read(form, node, field, to);
    if (!form_text(node, &text))
        return form_fault(form, node, "one value belongs here, not a list or further keys");
    return field->parse(form, node, text, field, to);
}

static enum err named_value_read(struct form *form, const yaml_node_t *node, const struct field *field, void *base, bool over)
{
    size_t before = form_push(form, str_of(field->key));
    enum err err = value_read(form, node, field, base, over);

    form_pop(form, before);
    return err;
}

static enum err value_preset(struct form *form, const yaml_node_t *mapping, const struct field *field, void *base)
{
    size_t before = form_push(form, str_of(field->key));
    enum err err = ERR_OK;

    if (field->required)
        err = form_fault(form, mapping, "is missing; write it: %s", fault_words(field->meaning));
    else if (field->fields)
        err = form_mapping(form, NULL, field->fields, field->field_count, (char *)base + field->offset);
    else if (field->parse && field->preset)
        err = field->parse(form, NULL, str_of(field->preset), field, (char *)base + field->offset);
    form_pop(form, before);
    return err;
}

/* The first, but nothing that only people read: that alone would be no use. */
static const char *example_key(const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].parse != form_title)
            return fields[i].key;
    return fields[0].key;
}

static enum err mapping_read(struct form *form, const yaml_node_t *node, const struct field *fields, size_t count,
                             void *base, bool over)
{
    bool seen[FORM_FIELDS_MAX] = { false };
    struct str nothing;

    ensure(count <= FORM_FIELDS_MAX);
    if (form_text(node, &nothing) && nothing.len == 0)
        node = NULL;                     /* "stages:" with nothing after it says nothing */
    if (node && node->type != YAML_MAPPING_NODE)
        return form_fault(form, node, "keys with values belong here; write them as \"%s: ...\"",
                          example_key(fields, count));
    for (size_t i = 0; node && i < form_pair_count(node); i++) {
        const yaml_node_t *value;
        struct str key;
        size_t at = 0;
        enum err err = form_pair(form, node, i, &key, &value);

        if (err)
            return err;
        while (at < count && !str_equal(key, str_of(fields[at].key)))
            at++;
        if (at == count)
            return unknown_key(form, value, key, fields, count);
        if (seen[at])
            return form_fault(form, value, "the key %s stands here twice; keep one", fields[at].key);
        seen[at] = true;
        err = named_value_read(form, value, &fields[at], base, over);
        if (err)
            return err;
    }
    for (size_t i = 0; i < count && !over; i++) {
        enum err err = seen[i] ? ERR_OK : value_preset(form, node, &fields[i], base);

        if (err)
            return err;
    }
    return ERR_OK;
}

enum err form_mapping(struct form *form, const yaml_node_t *node, const struct field *fields, size_t count, void *base)
{
    return mapping_read(form, node, fields, count, base, false);
}

enum err form_mapping_over(struct form *form, const yaml_node_t *node, const struct field *fields, size_t count, void *base)
{
    return mapping_read(form, node, fields, count, base, true);
}

/* ---- scalars ---- */

/* What is wrong with a value, shown short. */
static enum err bad_value(struct form *form, const yaml_node_t *node, struct str text, const char *mend)
{
    return form_fault(form, node, "\"%.*s%s\" cannot be used; %s", (int)(text.len > 40 ? 40 : text.len),
                      text.bytes ? text.bytes : "", text.len > 40 ? "..." : "", fault_words(mend));
}

static enum err copied(struct form *form, struct str text, void *to)
{
    struct str copy = arena_copy(form->arena, text);

    if (arena_failed(form->arena))
        return form_fault(form, NULL, "memory");
    *(struct str *)to = copy;
    return ERR_OK;
}

FORM_PARSE(form_number)
{
    char mend[96];
    int64_t number = 0;
    bool minus = text.len && text.bytes[0] == '-', fine = text.len > minus && text.len < 12;

    for (size_t i = minus; fine && i < text.len; i++) {
        fine = text.bytes[i] >= '0' && text.bytes[i] <= '9';
        number = number * 10 + (text.bytes[i] - '0');
    }
    if (minus)
        number = -number;
    if (!fine || number < field->min || number > field->max) {
        (void)snprintf(mend, sizeof mend, fault_words("write a whole number from %" PRId32 " to %" PRId32), field->min,
                       field->max);
        return bad_value(form, node, text, mend);
    }
    *(int32_t *)to = (int32_t)number;
    return ERR_OK;
}

static enum err words_of(struct form *form, const yaml_node_t *node, struct str text, size_t length,
                         const struct field *field, void *to)
{
    if (utf8_is_blank(text))
        return form_fault(form, node, "is blanks alone; write letters, or leave it out");
    if ((int64_t)length > field->max && (int64_t)utf8_letters(text) <= field->max)
        return form_fault(form, node, "is too long; write at most %" PRId32 " characters, of which each æ, ø and å "
                          "counts as two", field->max);
    if ((int64_t)length > field->max && field->min == 0)
        return form_fault(form, node, "is too long; write at most %" PRId32 " characters", field->max);
    if ((int64_t)length < field->min || (int64_t)length > field->max)
        return form_fault(form, node, "%s; write 1 to %" PRId32 " characters",
                          fault_words(text.len ? "is too long" : "is blank"), field->max);
    if (!utf8_is_line(text))
        return form_fault(form, node, "has a line break or control character; write it on one line");
    return copied(form, text, to);
}

FORM_PARSE(form_words)
{
    return words_of(form, node, text, text.len, field, to);
}

FORM_PARSE(form_title)
{
    return words_of(form, node, text, utf8_letters(text), field, to);
}

FORM_PARSE(form_name)
{
    (void)field;
    if (!str_is_name(text))
        return bad_value(form, node, text, "write 1 to 64 of the characters A-Z a-z 0-9 . _ -");
    return copied(form, text, to);
}

FORM_PARSE(form_word)
{
    (void)field;
    if (!str_is_word(text))
        return bad_value(form, node, text, "write 1 to 64 letters (each æ, ø and å counts as two) on one line, without blanks "
                         "around them");
    return copied(form, text, to);
}

FORM_PARSE(form_bool)
{
    (void)field;
    if (!str_equal(text, STR("true")) && !str_equal(text, STR("false")))
        return bad_value(form, node, text, "write true or false");
    *(bool *)to = text.len == 4;
    return ERR_OK;
}

FORM_PARSE(form_choice)
{
    char mend[160];
    size_t len = (size_t)snprintf(mend, sizeof mend, "%s", fault_words("write one of:"));

    for (int i = 0; field->words[i]; i++) {
        int more = snprintf(mend + len, sizeof mend - len, "%s %s", i ? "," : "", field->words[i]);

        if (str_equal(text, str_of(field->words[i]))) {
            *(int *)to = i;
            return ERR_OK;
        }
        len += more > 0 && (size_t)more < sizeof mend - len ? (size_t)more : 0;
    }
    return bad_value(form, node, text, mend);
}

FORM_PARSE(form_date)
{
    (void)field;
    if (day_parse(text, (int32_t *)to))
        return bad_value(form, node, text, "write a date that exists, as 2026-12-01");
    return ERR_OK;
}

FORM_PARSE(form_cutoff)
{
    size_t hours = text.len == 5 ? 2 : 1;            /* "05:00", and "5:00" as people write it too */
    int32_t number[2] = { 0, 0 };
    bool fine = (text.len == 4 || text.len == 5) && text.bytes[hours] == ':';

    (void)field;
    for (size_t i = 0; fine && i < text.len; i++) {
        if (i == hours)
            continue;
        fine = text.bytes[i] >= '0' && text.bytes[i] <= '9';
        number[i > hours] = number[i > hours] * 10 + (text.bytes[i] - '0');
    }
    if (!fine || number[0] > 23 || number[1] > 59)
        return bad_value(form, node, text, "write a time of day from \"00:00\" to \"23:59\"");
    *(int32_t *)to = number[0] * 3600 + number[1] * 60;
    return ERR_OK;
}

FORM_PARSE(form_path)
{
    enum err err = form_words(form, node, text, field, to);
    struct str *path = to;

    if (err || path->len == 0 || path->bytes[0] == '/')
        return err;
    *path = arena_format(form->arena, STR_FMT "/" STR_FMT, STR_ARG(form->dir), STR_ARG(text));
    return arena_failed(form->arena) ? form_fault(form, node, "memory") : ERR_OK;
}

bool form_is_this_machine(struct str rest)
{
    char host[64];
    struct in_addr v4;
    size_t len = 0;

    while (len < rest.len && rest.bytes[len] != '/' && (rest.bytes[len] != ':' || rest.bytes[0] == '['))
        len++;
    if (str_starts(rest, STR("[::1]")))
        return len == 5 || rest.bytes[5] == ':';
    return str_copy((struct str){ rest.bytes, len }, host, sizeof host) &&
           (strcmp(host, "localhost") == 0 || (inet_pton(AF_INET, host, &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127));
}

FORM_PARSE(form_url)
{
    size_t start = str_starts(text, STR("https://")) ? 8 : str_starts(text, STR("http://")) ? 7 : 0;
    bool fine = start && text.len > start && text.len <= 400 && text.bytes[start] != '/';

    (void)field;
    for (size_t i = 0; fine && i < text.len; i++)
        fine = text.bytes[i] > 0x20 && text.bytes[i] < 0x7f && text.bytes[i] != '#' && text.bytes[i] != '@';
    if (!fine)
        return bad_value(form, node, text, "write an address such as https://goapi.poweroffice.net/v2");
    if (start == 7 && !form_is_this_machine((struct str){ text.bytes + start, text.len - start }))
        return form_fault(form, node, "keys and sales would travel in the open; write https:// (http:// is for this machine "
                          "alone)");
    while (text.bytes[text.len - 1] == '/')
        text.len--;
    return copied(form, text, to);
}

FORM_PARSE(form_url_or_none)
{
    if (text.len)
        return form_url(form, node, text, field, to);
    *(struct str *)to = STR_NONE;
    return ERR_OK;
}

FORM_PARSE(form_name_or_none)
{
    if (text.len)
        return form_name(form, node, text, field, to);
    *(struct str *)to = STR_NONE;
    return ERR_OK;
}

FORM_PARSE(form_mail)
{
    static const struct field words = { .max = 128 };
    const char *at = text.len ? memchr(text.bytes, '@', text.len) : NULL;
    bool fine = !text.len || (at && at > text.bytes && at + 1 < text.bytes + text.len && text.bytes[0] != '-');

    (void)field;
    for (size_t i = 0; fine && i < text.len; i++) {
        char c = text.bytes[i];

        fine = c > ' ' && c < 0x7f && !strchr("()<>[]:;,\\\"", c) && (c != '@' || text.bytes + i == at);
    }
    if (!fine)
        return form_fault(form, node, "is no e-mail address; write one, such as drift@example.no");
    return form_words(form, node, text, &words, to);
}

FORM_PARSE(form_language)
{
    static const char *const words[] = { "en", "nb", NULL };
    static const struct field languages = { .words = words };
    int which;
    enum err err = form_choice(form, node, text, &languages, &which);

    (void)field;
    if (!err)
        *(struct str *)to = str_of(words[which]);
    return err;
}

void form_help(struct strbuf *out, const char *prefix, const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct field *field = &fields[i];
        char key[128];

        (void)snprintf(key, sizeof key, "%s%s", prefix, field->key);
        if (field->fields) {
            (void)snprintf(key, sizeof key, "%s%s.", prefix, field->key);
            form_help(out, key, field->fields, field->field_count);
            continue;
        }
        strbuf_format(out, "  %-40s %s", key, fault_words(field->meaning));
        if (field->parse == form_number)
            strbuf_format(out, fault_words(" (%" PRId32 " to %" PRId32 ")"), field->min, field->max);
        else if (field->parse && field->max)
            strbuf_format(out, field->parse == form_title ? fault_words(" (at most %" PRId32 " letters)")
                                                          : fault_words(" (at most %" PRId32 " bytes)"), field->max);
        for (size_t w = 0; field->parse == form_choice && field->words[w]; w++)
            strbuf_format(out, "%s%s", w ? " | " : " (", field->words[w]);
        if (field->parse == form_choice)
            strbuf_char(out, ')');
        if (field->required)
            strbuf_add(out, str_of(fault_words(" [must be said]")));
        else if (field->preset)
            strbuf_format(out, fault_words(" [preset: %s]"), *field->preset ? field->preset : fault_words("none"));
        strbuf_char(out, '\n');
    }
}
