/* Error bodies, and short texts that people and tills write: document names, receipts, times, rates. */
#include "fuzz.h"

#include "domain/draft.h"
#include "domain/event.h"
#include "mapper/tables.h"
#include "poweroffice/problemdetails.h"

#include <string.h>

static void names(struct str text)
{
    struct receipt_name receipt;
    struct doc doc, again;
    struct arena arena;
    int64_t time;
    int32_t number;

    arena_init(&arena, FUZZ_ARENA_BYTES);
    if (doc_parse(text, &doc) == ERR_OK) {
        char written[DOC_ID_SIZE];

        MUST(doc_parse(doc_text(&doc, written), &again) == ERR_OK);
        MUST(again.kind == doc.kind && again.seq == doc.seq && str_equal(again.venue, doc.venue));
        MUST(doc.kind == DOC_ORDER || (again.day == doc.day && again.part == doc.part));
    }
    if (receipt_parse(text, &arena, &receipt) == ERR_OK)
        MUST(receipt.venue.len > 0 && receipt.reg.len > 0);
    if (event_time_parse(text, &time, &number) == ERR_OK)
        MUST(number > -24 * 60 && number < 24 * 60);
    if (rate_parse(text, &number) == ERR_OK)
        MUST(number >= 0 && number <= 10000);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str text = { (const char *)bytes, len };
    char title[128], detail[512];

    problemdetails_read(text, title, detail);
    MUST(memchr(title, '\0', sizeof title) && memchr(detail, '\0', sizeof detail));
    for (const char *c = detail; *c; c++)
        MUST((unsigned char)*c >= 0x20 && *c != 0x7f);
    (void)problemdetails_seconds(detail);
    (void)problemdetails_of_gateway(text);
    names(text);
    return 0;
}
