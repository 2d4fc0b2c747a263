#include "parser.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content.h"

#define NAMESPACE "urn:StandardAuditFile-Taxation-CashRegister:NO"

enum { DEPTH_MAX = 32, TEXT_MAX = 16 * 1024, ROWS_MAX = 256 };

struct parser {
    xmlParserCtxtPtr xml;
    const char *name;
    struct content *content;
    const xmlChar *names[ROWS_MAX];      /* of elements[], in the parser's dictionary: compared by pointer */
    size_t first_of[NODE_COUNT];         /* where the rows of each parent begin */
    enum node path[DEPTH_MAX];
    size_t depth, skipped;               /* skipped: how deep inside something that no row knows */
    const struct element *field;
    char text[TEXT_MAX];
    size_t text_len;
    enum err err;
    struct fault fault;
};

/* The first fault ends the parse. */
static void refuse(struct parser *parser, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void refuse(struct parser *parser, enum err err, const char *format, ...)
{
    struct str receipt = content_receipt(parser->content);
    int line = parser->xml->input ? parser->xml->input->line : 0;
    char what[400];
    va_list args;

    if (parser->err)
        return;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, fault_words(format), args);
    va_end(args);
    if (receipt.len)
        parser->err = fault_set(&parser->fault, err, "%.80s line %d, receipt %.*s: %s", parser->name, line,
                                (int)(receipt.len < 35 ? receipt.len : 35), receipt.bytes, what);
    else
        parser->err = fault_set(&parser->fault, err, "%.80s line %d: %s", parser->name, line, what);
    value_printable(parser->fault.text);
    xmlStopParser(parser->xml);
}

/* For calls that set a fault of their own. */
static void judge(struct parser *parser, enum err err, const struct fault *fault)
{
    if (err && !content_sets_aside(parser->content, err, fault))
        refuse(parser, err, "%s", fault->text[0] ? fault->text : err_text(err));
}

static const struct element *element_find(const struct parser *parser, enum node parent, const xmlChar *name)
{
    for (size_t i = parser->first_of[parent]; i < element_count && elements[i].parent == parent; i++)
        if (parser->names[i] == name)
            return &elements[i];
    return NULL;
}

static void refuse_root(struct parser *parser, const char *name, const char *uri)
{
    refuse(parser, ERR_REFUSED,
           "this is not a Norwegian SAF-T Cash Register file: it begins with <%.40s> of %s%.60s%s, not with "
           "<auditfile> of '%s'. Export SAF-T Cash Register (kassasystem) from the till, not "
           "SAF-T Financial, a Danish file or a report of its own",
           name, uri ? fault_words("namespace '") : "", uri ? uri : fault_words("no namespace"), uri ? "'" : "", NAMESPACE);
}

/* Elements of other namespaces are no business of ours, wherever they stand. */
static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int ns_count,
                     const xmlChar **ns, int attribute_count, int defaulted, const xmlChar **attributes)
{
    struct parser *parser = context;
    bool ours = uri && strcmp((const char *)uri, NAMESPACE) == 0;
    const struct element *element;
    struct fault fault = { "" };

    (void)prefix, (void)ns_count, (void)ns, (void)attribute_count, (void)defaulted, (void)attributes;
    if (parser->err)
        return;
    if (parser->skipped || parser->field) {
        if (++parser->skipped > DEPTH_MAX)
            refuse(parser, ERR_TOO_LONG, "elements lie deeper than %d in each other", DEPTH_MAX);
        return;
    }
    element = ours ? element_find(parser, parser->path[parser->depth], name) : NULL;
    if (!element && parser->depth == 0) {
        refuse_root(parser, (const char *)name, (const char *)uri);
    } else if (!element || content_skips(parser->content, element->node)) {
        parser->skipped = 1;
    } else if (element->node == NODE_LEAF) {
        parser->field = element;
        parser->text_len = 0;
    } else {
        parser->path[++parser->depth] = element->node;
        if (element->node == NODE_SALE)
            content_line(parser->content, parser->xml->input ? parser->xml->input->line : 0);
        judge(parser, content_begin(parser->content, element->node, &fault), &fault);
    }
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct parser *parser = context;
    struct str text = { parser->text, parser->text_len };
    struct fault fault = { "" };

    (void)name, (void)prefix, (void)uri;
    if (parser->err)
        return;
    if (parser->skipped) {
        parser->skipped--;
    } else if (parser->field) {
        judge(parser, content_field(parser->content, parser->field, text, &fault), &fault);
        parser->field = NULL;
    } else {
        judge(parser, content_end(parser->content, parser->path[parser->depth], &fault), &fault);
        parser->depth--;
    }
}

static void on_text(void *context, const xmlChar *bytes, int len)
{
    struct parser *parser = context;
    size_t more = (size_t)len;

    if (parser->err || !parser->field || parser->skipped)
        return;
    if (more > TEXT_MAX - parser->text_len) {
        refuse(parser, ERR_TOO_LONG, "%s is longer than %d bytes", parser->field->name, TEXT_MAX);
        return;
    }
    memcpy(parser->text + parser->text_len, bytes, more);
    parser->text_len += more;
}

static void on_doctype(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    (void)name, (void)external, (void)system;
    refuse(context, ERR_REFUSED,
           "it has a DOCTYPE. SAF-T files have none, and what a DOCTYPE can do (entities, other files) is not wanted "
           "here: export again, or ask who changed the file");
}

static void on_error(void *context, xmlErrorPtr error)
{
    struct parser *parser = context;
    const char *message = error->message ? error->message : "";
    size_t len = strcspn(message, "\n");

    if (error->level < XML_ERR_ERROR)
        return;
    refuse(parser, ERR_FORMAT,
           "not well-formed XML (%.*s): the file is cut off or damaged. Export or fetch it again; nothing of it was "
           "booked", (int)(len < 120 ? len : 120), message);
}

/* What libxml2 would print by itself; what matters of it comes to on_error() as well. */
static void say_nothing(void *context, const char *format, ...)
{
    (void)context, (void)format;
}

static bool names_intern(struct parser *parser)
{
    ensure(element_count <= ROWS_MAX);
    for (size_t i = 0; i < NODE_COUNT; i++)
        parser->first_of[i] = element_count;
    for (size_t i = 0; i < element_count; i++) {
        enum node parent = elements[i].parent;

        if (i == 0 || elements[i - 1].parent != parent) {
            ensure(parser->first_of[parent] == element_count);       /* rows of one parent stand together */
            parser->first_of[parent] = i;
        }
        parser->names[i] = xmlDictLookup(parser->xml->dict, (const xmlChar *)elements[i].name, -1);
        if (!parser->names[i])
            return false;
    }
    return true;
}

static bool parser_make(struct parser *parser)
{
    /* Without the callbacks that declare entities and fetch subsets there are none to expand. */
    xmlSAXHandler sax = {
        .initialized = XML_SAX2_MAGIC, .startElementNs = on_start, .endElementNs = on_end, .characters = on_text,
        .cdataBlock = on_text, .internalSubset = on_doctype, .serror = on_error,
    };

    xmlInitParser();
    xmlSetGenericErrorFunc(NULL, say_nothing);
    parser->xml = xmlCreatePushParserCtxt(&sax, parser, NULL, 0, NULL);
    return parser->xml && xmlCtxtUseOptions(parser->xml, XML_PARSE_NONET | XML_PARSE_BIG_LINES) == 0 &&
           names_intern(parser);
}

enum err parser_new(const struct venue *venue, const char *name, saft_sink sink, saft_refuse refuse_one, void *context,
                    struct parser **ret_parser)
{
    struct parser *parser = calloc(1, sizeof *parser);
    enum err err;

    ensure(venue->zone);
    if (!parser)
        return ERR_MEMORY;
    parser->name = name;
    err = parser_make(parser) ? content_new(venue, sink, refuse_one, context, &parser->content) : ERR_MEMORY;
    if (err) {
        parser_free(parser);
        return err;
    }
    *ret_parser = parser;
    return ERR_OK;
}

void parser_free(struct parser *parser)
{
    if (!parser)
        return;
    content_free(parser->content);
    if (parser->xml)
        xmlFreeParserCtxt(parser->xml);
    free(parser);
}

static enum err answer(const struct parser *parser, struct fault *fault)
{
    if (parser->err && fault)
        *fault = parser->fault;
    return parser->err;
}

enum err parser_push(struct parser *parser, const char *bytes, size_t len, struct fault *fault)
{
    while (len && !parser->err) {
        int piece = len > INT_MAX ? INT_MAX : (int)len;

        if (xmlParseChunk(parser->xml, bytes, piece, 0) && !parser->err)
            refuse(parser, ERR_FORMAT, "not well-formed XML; nothing of it was booked");
        bytes += piece;
        len -= (size_t)piece;
    }
    return answer(parser, fault);
}

enum err parser_end(struct parser *parser, struct fault *fault)
{
    struct fault own = { "" };

    if (!parser->err && (xmlParseChunk(parser->xml, NULL, 0, 1) || !parser->xml->wellFormed))
        refuse(parser, ERR_FORMAT, "not well-formed XML: the file is cut off; nothing of it was booked");
    if (!parser->err)
        judge(parser, content_finish(parser->content, &own), &own);
    return answer(parser, fault);
}

const struct saft_summary *parser_summary(const struct parser *parser)
{
    return content_summary(parser->content);
}
