/* The JSON body of what a program has the console do. */
#include "fuzz.h"

#include "console/body.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const struct body_member members[] = {
        { "text", BODY_TEXT, "text" },        { "number", BODY_NUMBER, "number" }, { "on", BODY_SWITCH, "on" },
        { "ore", BODY_ORE, "ore" },           { "list", BODY_TEXTS, "list" },      { "words", BODY_WORDS, "words" },
        { "places", BODY_PLACES, NULL },      { "connections", BODY_CONNECTIONS, "row" },
    };
    struct arena arena;
    struct body body = { .arena = &arena, .members = members, .member_count = COUNT(members) };
    enum body_fault fault;

    arena_init(&arena, FUZZ_ARENA_BYTES);
    fault = body_read(&body, (struct str){ (const char *)bytes, len });
    MUST(body.count <= body.room);
    for (size_t i = 0; !fault && i < body.count; i++) {
        MUST(body.fields[i].name.len > 0);
        MUST(!body.fields[i].value.len || !memchr(body.fields[i].value.bytes, '\0', body.fields[i].value.len));
    }
    arena_free(&arena);
    return 0;
}
