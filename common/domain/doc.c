#include "doc.h"

#include "base/clock.h"
#include "register.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <uuid/uuid.h>

const char *doc_state_text(enum doc_state state)
{
#define X(name, text) text,
    static const char *const texts[] = { DOC_STATES(X) };
#undef X

    return (size_t)state < COUNT(texts) ? texts[state] : "unknown";
}

struct str doc_text(const struct doc *doc, char buffer[DOC_ID_SIZE])
{
    char day[16];
    int len = doc->kind == DOC_VOUCHER
        ? snprintf(buffer, DOC_ID_SIZE, STR_FMT "/%s/%" PRIu32, STR_ARG(doc->venue), day_text(doc->day, day), doc->part)
        : snprintf(buffer, DOC_ID_SIZE, STR_FMT "/order/" STR_FMT "/%" PRIu64, STR_ARG(doc->venue), STR_ARG(doc->reg),
                   doc->seq);

    ensure(len > 0 && len < DOC_ID_SIZE);
    return (struct str){ buffer, (size_t)len };
}

/* Takes what stands before the next slash. */
static bool next_part(struct str *text, struct str *ret_part)
{
    const char *slash = text->len ? memchr(text->bytes, '/', text->len) : NULL;

    if (!slash)
        return false;
    *ret_part = (struct str){ text->bytes, (size_t)(slash - text->bytes) };
    *text = (struct str){ slash + 1, text->len - ret_part->len - 1 };
    return true;
}

static bool number(struct str text, uint64_t max, uint64_t *ret_number)
{
    uint64_t value = 0;

    if (text.len == 0 || text.len > 20 || (text.len > 1 && text.bytes[0] == '0'))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.bytes[i];

        if (c < '0' || c > '9' || __builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)(c - '0'), &value))
            return false;
    }
    *ret_number = value;
    return value <= max;
}

enum err doc_parse(struct str text, struct doc *ret_doc)
{
    struct doc doc = { 0 };
    struct str second;
    uint64_t value;

    if (!next_part(&text, &doc.venue) || !str_is_name(doc.venue) || !next_part(&text, &second))
        return ERR_FORMAT;
    if (str_equal(second, STR("order"))) {
        doc.kind = DOC_ORDER;
        if (!next_part(&text, &doc.reg) || !register_is_name(doc.reg) || !number(text, UINT64_MAX, &doc.seq))
            return ERR_FORMAT;
    } else {
        if (day_parse(second, &doc.day) || !number(text, UINT32_MAX, &value) || value == 0)
            return ERR_FORMAT;
        doc.part = (uint32_t)value;
    }
    *ret_doc = doc;
    return ERR_OK;
}

void doc_reference(const struct doc *doc, struct str company, char reference[REFERENCE_SIZE])
{
    char name[DOC_ID_SIZE + 64], day[16];
    uuid_t space, id;
    int len = doc->kind == DOC_VOUCHER
        ? snprintf(name, sizeof name, STR_FMT "/" STR_FMT "/%s/voucher/%" PRIu32, STR_ARG(company), STR_ARG(doc->venue),
                   day_text(doc->day, day), doc->part)
        : snprintf(name, sizeof name, STR_FMT "/" STR_FMT "/order/" STR_FMT "/%" PRIu64, STR_ARG(company),
                   STR_ARG(doc->venue), STR_ARG(doc->reg), doc->seq);

    ensure(len > 0 && (size_t)len < sizeof name);
    uuid_generate_sha1(space, *uuid_get_template("dns"), "bilag", 5);
    uuid_generate_sha1(id, space, name, (size_t)len);
    uuid_unparse_lower(id, reference);
}

void doc_batch_id(const struct doc *doc, char batch_id[BATCH_ID_SIZE])
{
    char whole[DOC_ID_SIZE], tail[32];
    uint8_t hash[16];
    int32_t year, month, day;
    int len;

    day_to_civil(doc->day, &year, &month, &day);
    (void)snprintf(tail, sizeof tail, ":%04d%02d%02d:%" PRIu32, (int)year, (int)month, (int)day, doc->part);
    len = snprintf(whole, sizeof whole, STR_FMT "%s", STR_ARG(doc->venue), tail);
    ensure(len > 0 && (size_t)len < sizeof whole);
    if (len < BATCH_ID_SIZE) {
        memcpy(batch_id, whole, (size_t)len + 1);
        return;
    }
    /* too long: as much of the venue as fits, then 8 hex of the whole, so that two venues never meet */
    (void)crypto_generichash(hash, sizeof hash, (const uint8_t *)whole, strlen(whole), NULL, 0);
    len = BATCH_ID_SIZE - 1 - 9 - (int)strlen(tail);
    ensure(len > 0);
    (void)snprintf(batch_id, BATCH_ID_SIZE, "%.*s~%02x%02x%02x%02x%s", len, whole, hash[0], hash[1], hash[2], hash[3],
                   tail);
}
