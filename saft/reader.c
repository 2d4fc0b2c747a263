#include "reader.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "intake.h"

#define NAMESPACE "urn:StandardAuditFile-Taxation-CashRegister:NO"

enum { DEPTH_MAX = 32, TEXT_MAX = 16 * 1024, ROWS_MAX = 256 };

struct reader {
    xmlParserCtxtPtr xml;
    const char *name;
    struct intake *intake;
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
static void refuse(struct reader *reader, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void refuse(struct reader *reader, enum err err, const char *format, ...)
{
    struct str receipt = intake_receipt(reader->intake);
    int line = reader->xml->input ? reader->xml->input->line : 0;
    char what[400];
    va_list args;

    if (reader->err)
        return;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (receipt.len)
        reader->err = fault_set(&reader->fault, err, "%.80s line %d, receipt %.*s: %s", reader->name, line,
                                (int)(receipt.len < 35 ? receipt.len : 35), receipt.bytes, what);
    else
        reader->err = fault_set(&reader->fault, err, "%.80s line %d: %s", reader->name, line, what);
    value_printable(reader->fault.text);
    xmlStopParser(reader->xml);
}

/* For calls that set a fault of their own. */
static void judge(struct reader *reader, enum err err, const struct fault *fault)
{
    if (err)
        refuse(reader, err, "%s", fault->text[0] ? fault->text : err_text(err));
}

static const struct element *element_find(const struct reader *reader, enum node parent, const xmlChar *name)
{
    for (size_t i = reader->first_of[parent]; i < element_count && elements[i].parent == parent; i++)
        if (reader->names[i] == name)
            return &elements[i];
    return NULL;
}

static void refuse_root(struct reader *reader, const char *name, const char *uri)
{
    refuse(reader, ERR_REFUSED,
           "this is not a Norwegian SAF-T Cash Register file: it begins with <%.40s> of %s%.60s%s, not with "
           "<auditfile> of '" NAMESPACE "'. Export SAF-T Cash Register (kassasystem) from the till, not "
           "SAF-T Financial, a Danish file or a report of its own",
           name, uri ? "namespace '" : "", uri ? uri : "no namespace", uri ? "'" : "");
}

/* Elements of other namespaces are no business of ours, wherever they stand. */
static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int ns_count,
                     const xmlChar **ns, int attribute_count, int defaulted, const xmlChar **attributes)
{
    struct reader *reader = context;
    bool ours = uri && strcmp((const char *)uri, NAMESPACE) == 0;
    const struct element *element;
    struct fault fault = { "" };

    (void)prefix, (void)ns_count, (void)ns, (void)attribute_count, (void)defaulted, (void)attributes;
    if (reader->err)
        return;
    if (reader->skipped || reader->field) {
        if (++reader->skipped > DEPTH_MAX)
            refuse(reader, ERR_TOO_LONG, "elements lie deeper than %d in each other", DEPTH_MAX);
        return;
    }
    element = ours ? element_find(reader, reader->path[reader->depth], name) : NULL;
    if (!element && reader->depth == 0) {
        refuse_root(reader, (const char *)name, (const char *)uri);
    } else if (!element || intake_skips(reader->intake, element->node)) {
        reader->skipped = 1;
    } else if (element->node == NODE_LEAF) {
        reader->field = element;
        reader->text_len = 0;
    } else {
        reader->path[++reader->depth] = element->node;
        judge(reader, intake_begin(reader->intake, element->node, &fault), &fault);
    }
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct reader *reader = context;
    struct str text = { reader->text, reader->text_len };
    struct fault fault = { "" };

    (void)name, (void)prefix, (void)uri;
    if (reader->err)
        return;
    if (reader->skipped) {
        reader->skipped--;
    } else if (reader->field) {
        judge(reader, intake_field(reader->intake, reader->field, text, &fault), &fault);
        reader->field = NULL;
    } else {
        judge(reader, intake_end(reader->intake, reader->path[reader->depth], &fault), &fault);
        reader->depth--;
    }
}

static void on_text(void *context, const xmlChar *bytes, int len)
{
    struct reader *reader = context;
    size_t more = (size_t)len;

    if (reader->err || !reader->field || reader->skipped)
        return;
    if (more > TEXT_MAX - reader->text_len) {
        refuse(reader, ERR_TOO_LONG, "%s is longer than %d bytes", reader->field->name, TEXT_MAX);
        return;
    }
    memcpy(reader->text + reader->text_len, bytes, more);
    reader->text_len += more;
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
    struct reader *reader = context;
    const char *message = error->message ? error->message : "";
    size_t len = strcspn(message, "\n");

    if (error->level < XML_ERR_ERROR)
        return;
    refuse(reader, ERR_FORMAT,
           "not well-formed XML (%.*s): the file is cut off or damaged. Export or fetch it again; nothing of it was "
           "booked", (int)(len < 120 ? len : 120), message);
}

static bool names_intern(struct reader *reader)
{
    ensure(element_count <= ROWS_MAX);
    for (size_t i = 0; i < NODE_COUNT; i++)
        reader->first_of[i] = element_count;
    for (size_t i = 0; i < element_count; i++) {
        enum node parent = elements[i].parent;

        if (i == 0 || elements[i - 1].parent != parent) {
            ensure(reader->first_of[parent] == element_count);       /* rows of one parent stand together */
            reader->first_of[parent] = i;
        }
        reader->names[i] = xmlDictLookup(reader->xml->dict, (const xmlChar *)elements[i].name, -1);
        if (!reader->names[i])
            return false;
    }
    return true;
}

static bool parser_make(struct reader *reader)
{
    /* Without the callbacks that declare entities and fetch subsets there are none to expand. */
    xmlSAXHandler sax = {
        .initialized = XML_SAX2_MAGIC, .startElementNs = on_start, .endElementNs = on_end, .characters = on_text,
        .cdataBlock = on_text, .internalSubset = on_doctype, .serror = on_error,
    };

    xmlInitParser();
    reader->xml = xmlCreatePushParserCtxt(&sax, reader, NULL, 0, NULL);
    return reader->xml && xmlCtxtUseOptions(reader->xml, XML_PARSE_NONET | XML_PARSE_BIG_LINES) == 0 &&
           names_intern(reader);
}

enum err reader_new(const struct venue *venue, const char *name, saft_sink sink, void *context,
                    struct reader **ret_reader)
{
    struct reader *reader = calloc(1, sizeof *reader);
    enum err err;

    ensure(venue->zone);
    if (!reader)
        return ERR_MEMORY;
    reader->name = name;
    err = parser_make(reader) ? intake_new(venue, sink, context, &reader->intake) : ERR_MEMORY;
    if (err) {
        reader_free(reader);
        return err;
    }
    *ret_reader = reader;
    return ERR_OK;
}

void reader_free(struct reader *reader)
{
    if (!reader)
        return;
    intake_free(reader->intake);
    if (reader->xml)
        xmlFreeParserCtxt(reader->xml);
    free(reader);
}

static enum err answer(const struct reader *reader, struct fault *fault)
{
    if (reader->err && fault)
        *fault = reader->fault;
    return reader->err;
}

enum err reader_push(struct reader *reader, const char *bytes, size_t len, struct fault *fault)
{
    while (len && !reader->err) {
        int piece = len > INT_MAX ? INT_MAX : (int)len;

        if (xmlParseChunk(reader->xml, bytes, piece, 0) && !reader->err)
            refuse(reader, ERR_FORMAT, "not well-formed XML; nothing of it was booked");
        bytes += piece;
        len -= (size_t)piece;
    }
    return answer(reader, fault);
}

enum err reader_end(struct reader *reader, struct fault *fault)
{
    struct fault own = { "" };

    if (!reader->err && (xmlParseChunk(reader->xml, NULL, 0, 1) || !reader->xml->wellFormed))
        refuse(reader, ERR_FORMAT, "not well-formed XML: the file is cut off; nothing of it was booked");
    if (!reader->err)
        judge(reader, intake_finish(reader->intake, &own), &own);
    return answer(reader, fault);
}

const struct saft_summary *reader_summary(const struct reader *reader)
{
    return intake_summary(reader->intake);
}
