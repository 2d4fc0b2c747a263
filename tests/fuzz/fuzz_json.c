/* The reader of PowerOffice's JSON: once a text was checked, no walk over it may fail. */
#include "fuzz.h"

#include "base/json.h"

enum { DEEP = 70 };

static void walk(struct str value, int depth)
{
    char text[64];
    int64_t number;
    struct money amount;
    struct str item;
    size_t at = 0;

    (void)json_text(value, text, sizeof text);
    (void)json_int(value, &number);
    (void)json_scaled(value, 4, &number);
    (void)json_money(value, &amount);
    if (depth == DEEP)
        return;
    while (json_item(value, &at, &item)) {
        MUST(item.bytes >= value.bytes && item.bytes + item.len <= value.bytes + value.len);
        walk(item, depth + 1);
    }
    if (json_member(value, "Id", &item))
        walk(item, depth + 1);
    if (json_member(value, "value", &item))
        walk(item, depth + 1);
    (void)json_member_id(value, "Id", text, sizeof text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str value;

    if (json_check((struct str){ (const char *)bytes, len }, &value) == ERR_OK)
        walk(value, 0);
    return 0;
}
