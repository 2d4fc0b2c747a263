/* What people send and keep: forms of the console, files of connections, a venue's file whose values are replaced where they stand,
 * and the names that a browser says it came by. */
#include "fuzz.h"

#include "bilag/act/yamledit.h"
#include "bilag/read/customers.h"
#include "bilag/show/html.h"
#include "door/host.h"

#include <string.h>

/* What a form said, said again in the console's own coding, says the same. */
static void pair(struct arena *arena, struct str name, struct str value)
{
    struct strbuf again;
    struct str rest, same_name, same_value;
    bool fine = true;

    strbuf_init(&again, 1 << 20);
    url_add(&again, name);
    strbuf_add(&again, STR("="));
    url_add(&again, value);
    rest = strbuf_str(&again);
    MUST(url_pair(&rest, arena, &same_name, &same_value, &fine) && fine && rest.len == 0);
    MUST(str_equal(name, same_name) && str_equal(value, same_value));
    strbuf_free(&again);
}

static void form(struct arena *arena, struct str rest)
{
    struct str name, value;
    bool fine = true;

    while (url_pair(&rest, arena, &name, &value, &fine))
        pair(arena, name, value);
    MUST(!fine || rest.len == 0);
}

static void connections(struct arena *arena, struct str text)
{
    struct customer_file file;

    if (customer_file_parse(text, arena, &file))
        return;
    for (size_t i = 0; i < file.count; i++) {
        MUST(file.rows[i].till_customer.len > 0 && file.rows[i].number > 0);
        MUST(i == 0 || !str_equal(file.rows[i - 1].till_customer, file.rows[i].till_customer));
    }
}

static bool is_plain(struct str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.bytes[i] < 'a' || value.bytes[i] > 'z')
            return false;
    return value.len > 0;
}

static void has_it(struct str text, struct yamledit change)
{
    struct fault fault = { "" };
    struct strbuf out;

    change.was_there = false;
    strbuf_init(&out, 1 << 20);
    MUST(yamledit(text, STR("bar.yaml"), &change, 1, &out, &fault) == ERR_OK);
    MUST(!change.was_there && str_equal(text, strbuf_str(&out)));
    strbuf_free(&out);
}

/* The first line is the value; the rest is the file. A file in which it was replaced has it: replaced again, nothing changes. */
static void edit(struct str text, unsigned which)
{
    static const struct yamledit edits[] = {
        { .key = "name" }, { .section = "saft", .key = "locations", .only_there = true }, { .section = "product_types", .key = "account", .entry = { "food", 4 } },
        { .section = "payment_types", .entry = { "card", 4 } }, { .section = "payment_types", .entry = { "card", 4 }, .gone = true },
        { .key = "auto_transfer", .only_there = true },
    };
    struct yamledit change = edits[which % (sizeof edits / sizeof *edits)];
    const char *end = text.len ? memchr(text.bytes, '\n', text.len) : NULL;
    struct fault fault = { "" };
    struct strbuf out;

    if (!end)
        return;
    change.value = (struct str){ text.bytes, (size_t)(end - text.bytes) };
    text = (struct str){ end + 1, text.len - change.value.len - 1 };
    strbuf_init(&out, 1 << 20);
    if (yamledit(text, STR("bar.yaml"), &change, 1, &out, &fault))
        MUST(fault.text[0]);
    else if (!change.gone && is_plain(change.value) && !memchr(text.bytes, '&', text.len))
        has_it(strbuf_str(&out), change);
    strbuf_free(&out);
}

static void host(struct arena *arena, struct str text)
{
    static const struct str names[] = { { "bilag.example", 13 } };
    struct str value = arena_copy(arena, text);

    if (!memchr(text.bytes, '\0', text.len) && host_is_ours(value.bytes, STR("127.0.0.1:7420"), names, 1))
        MUST(text.len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    unsigned which = fuzz_choice(&bytes, &len, 9);
    struct str text = { (const char *)bytes, len };
    struct arena arena;

    arena_init(&arena, FUZZ_ARENA_BYTES);
    if (which == 0)
        form(&arena, text);
    else if (which == 1)
        connections(&arena, text);
    else if (which == 2 && len)
        host(&arena, text);
    else if (which > 2)
        edit(text, which - 3);
    arena_free(&arena);
    return 0;
}
