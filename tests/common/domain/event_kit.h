/* event_kit.h - events of all kinds as text, in both forms, for the tests of reading, writing and judging them. */
#ifndef BILAG_TESTS_EVENT_KIT_H
#define BILAG_TESTS_EVENT_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <inttypes.h>

#include "domain/event_canonical.h"
#include "domain/event_read.h"
#include "base/foreign.h"
#include "base/wire.h"

#define HELPER static __attribute__((unused))

#define HEAD "\"v\":1,\"venue\":\"oslo-grill\",\"register\":\"K1\",\"seq\":10234,\"time\":\"2026-11-20T23:41:07+01:00\""
#define RECEIPT HEAD ",\"kind\":\"receipt\",\"payments\":[{\"type\":\"card\",\"amount\":39800}],\"lines\":"
#define LINE "\"product_type\":\"food\",\"vat\":25"
#define Z_HEAD HEAD ",\"kind\":\"z_report\",\"z\":{\"number\":412,\"business_day\":\"2026-11-20\""
#define Z_SUMS "\"sales_by_vat\":{\"25\":5550018,\"15\":1578220},\"payments\":{\"card\":1}"

static const char *const good[] = {
    "{" RECEIPT "[{" LINE ",\"gross\":39800,\"qty\":2,\"text\":\"Burger\",\"serving\":\"eat_in\"}],"
    "\"order\":\"A-5512\",\"customer\":\"kunde-77\",\"staff\":\"14\"}",
    "{" RECEIPT "[]}",
    "{" RECEIPT "[{\"product_type\":\"food\",\"vat\":11.11,\"gross\":-9007199254740991,\"qty\":0.25,\"vat_amount\":0}]}",
    "{" RECEIPT "[{" LINE ",\"gross\":1e3,\"sku\":[1,{\"b\":null,\"a\":true}]}],\"shop \\u00e6\":-0.0,\"tax\":1.5}",
    "{" HEAD ",\"kind\":\"void\",\"voids\":{\"register\":\"K1\",\"seq\":10230},\"staff\":null}",
    "{" HEAD ",\"kind\":\"cash_movement\",\"amount\":-200000,\"reason\":\"bank deposit\"}",
    "{" Z_HEAD ",\"first_seq\":10180,\"last_seq\":10300," Z_SUMS ",\"grand_total\":907403216}}",
    "{" Z_HEAD "," Z_SUMS "}}",
    "{" HEAD ",\"kind\":\"training\"}",
    "{" HEAD ",\"kind\":\"copy\",\"lines\":[{" LINE ",\"gross\":1}],\"amount\":1} \r\n",
};

static struct arena arena;

HELPER int start(void **unused)
{
    (void)unused;
    arena_init(&arena, 4 << 20);
    return 0;
}

HELPER int stop(void **unused)
{
    (void)unused;
    arena_free(&arena);
    return 0;
}

HELPER void pack(const struct foreign *value, struct strbuf *out)
{
    enum foreign_type type = foreign_type(value);
    struct foreign name, item;
    struct str text;
    size_t at = 0;
    int64_t whole;

    if (type == FOREIGN_MAP)
        wire_map(out, foreign_count(value));
    else if (type == FOREIGN_LIST)
        wire_array(out, foreign_count(value));
    else if (foreign_text(value, &arena, &text))
        wire_str(out, text);
    else if (type == FOREIGN_TRUE || type == FOREIGN_FALSE)
        wire_bool(out, type == FOREIGN_TRUE);
    else if (type == FOREIGN_NULL)
        wire_nil(out);
    else if (foreign_whole(value, &whole))
        wire_int(out, whole);
    else {
        double number = strtod(value->json.bytes, NULL);
        uint64_t bits;

        memcpy(&bits, &number, sizeof bits);
        strbuf_char(out, (char)0xcb);
        for (int shift = 56; shift >= 0; shift -= 8)
            strbuf_char(out, (char)(bits >> shift));
    }
    while (foreign_next(value, &at, &name, &item)) {
        if (foreign_text(&name, &arena, &text))
            wire_str(out, text);
        pack(&item, out);
    }
}

/* The same in msgpack. */
HELPER void to_msgpack(const char *json, struct strbuf *out)
{
    struct foreign_source source;

    assert_int_equal(foreign_from_json(str_of(json), &source, NULL), ERR_OK);
    pack(&source.value, out);
    foreign_done(&source);
}

HELPER struct str canonical(const struct event *event)
{
    struct str bytes = STR_NONE;

    assert_int_equal(event_encode(event, &arena, &bytes), ERR_OK);
    return bytes;
}

HELPER struct event from_json(const char *json)
{
    struct event event = { 0 };
    struct fault fault = { "" };

    if (event_from_json(str_of(json), &arena, &event, &fault))
        fail_msg("%s: %s", json, fault.text);
    return event;
}

#endif
