/* A till's SAF-T file, pushed in pieces. What stands behind its end decides (a file may end with any of them): a blank, nobody keeps what
 * is refused; a tab or a new line, the venue's numbers run through all its registers. */
#include "event.h"

#include "saft/parser.h"

static struct saft_word groups[] = { { STR("04004"), STR("food") }, { STR("04006"), STR("food") } };
static struct saft_word codes[] = { { STR("12001"), STR("cash") }, { STR("12002"), STR("card") } };
static struct venue venue = { .id = STR("bar"), .name = STR("Bar"), .company = STR("999999999"), .currency = STR("NOK"),
                              .vat_registered = true,
                              .saft = { .article_groups = groups, .article_group_count = COUNT(groups),
                                        .payment_codes = codes, .payment_code_count = COUNT(codes), .sequence = true } };

static enum err sink(const struct event *event, void *context)
{
    struct arena own;

    (void)context;
    arena_init(&own, FUZZ_ARENA_BYTES);
    event_stands(event, &own);
    arena_free(&own);
    return ERR_OK;
}

static enum err refuse(struct str receipt, struct str fields, const char *why, void *context)
{
    (void)context;
    (void)receipt;
    (void)fields;
    MUST(why[0]);
    return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fault fault = { 0 };
    struct parser *parser;
    size_t piece = len ? (size_t)bytes[len - 1] * 7 + 1 : 1;
    enum err err = ERR_OK;

    if (!venue.zone && zone_open(STR("Europe/Oslo"), &venue.zone, &fault))
        return 0;
    venue.saft.sequence = !len || (bytes[len - 1] != '\n' && bytes[len - 1] != '\t');
    MUST(parser_new(&venue, "f.xml", sink, len && bytes[len - 1] == ' ' ? NULL : refuse, NULL, &parser) == ERR_OK);
    for (size_t at = 0; !err && at < len; at += piece)
        err = parser_push(parser, (const char *)bytes + at, len - at < piece ? len - at : piece, &fault);
    if (!err)
        err = parser_end(parser, &fault);
    MUST(err == ERR_OK || fault.text[0]);
    parser_free(parser);
    return 0;
}
