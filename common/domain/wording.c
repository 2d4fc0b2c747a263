#include "wording.h"

#include "base/err.h"

#include <string.h>

#include "mapping_rows.h"

#define SECTION_OF_vat SECTION_VAT
#define SECTION_OF_product SECTION_PRODUCTS
#define SECTION_OF_payment SECTION_PAYMENTS
#define SECTION(key, en, nb) { { key, sizeof key - 1 }, en, nb },
#define TOP(key, kind, member, max, list, en, nb) { { key, sizeof key - 1 }, en, nb },
#define ENTRY(of, key, member, kind, max, preset, hashed, list, en, nb, meaning, meaning_nb) \
    { { SECTION_OF_##of "." key, sizeof SECTION_OF_##of + sizeof key - 1 }, en, nb },

static const struct { struct str key; const char *en, *nb; } labels[] = {
    MAPPING_SECTIONS(SECTION) VENUE_ROWS_SHOWN(TOP) VAT_ROWS_SHOWN(ENTRY) PRODUCT_ROWS_SHOWN(ENTRY) PAYMENT_ROWS_SHOWN(ENTRY)
};

struct str wording_label(struct str key, struct str language)
{
    for (size_t i = 0; i < COUNT(labels); i++)
        if (str_equal(labels[i].key, key))
            return str_of(str_equal(language, STR("nb")) ? labels[i].nb : labels[i].en);
    return key;
}

/* One half of a mark, or what stands outside of marks: up to `len` bytes, with the browser's words for keys. */
static void put_half(struct str half, struct str language, struct strbuf *out)
{
    for (size_t at = 0; at < half.len; at++) {
        const char *end = half.len - at > 3 && memcmp(half.bytes + at, "{=", 2) == 0 &&
                                  (half.bytes[at + 2] < '0' || half.bytes[at + 2] > '9')
                              ? memchr(half.bytes + at, '}', half.len - at) : NULL;

        if (!end) {
            strbuf_char(out, half.bytes[at]);
            continue;
        }
        strbuf_add(out, wording_label((struct str){ half.bytes + at + 2, (size_t)(end - half.bytes) - at - 2 }, language));
        at = (size_t)(end - half.bytes);
    }
}

void wording_pick(const char *text, enum wording wording, struct str language, struct strbuf *out)
{
    while (*text) {
        size_t plain = strcspn(text, "<");
        const char *bar, *end;

        put_half((struct str){ text, plain }, language, out);
        text += plain;
        if (!*text)
            return;
        bar = strchr(text, '|');
        end = strchr(text, '>');
        ensure(bar && end && bar < end);
        put_half(wording == WORDING_COMMAND ? (struct str){ text + 1, (size_t)(bar - text) - 1 }
                                            : (struct str){ bar + 1, (size_t)(end - bar) - 1 }, language, out);
        text = end + 1;
    }
}
