/* An event's canonical bytes, out of the log or off a socket. */
#include "event.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str text = { (const char *)bytes, len };
    struct arena arena;
    struct event event;
    struct fault fault = { 0 };

    arena_init(&arena, FUZZ_ARENA_BYTES);
    if (event_decode(text, &arena, &event) == ERR_OK && event_check(&event, &fault) == ERR_OK)
        event_stands(&event, &arena);
    arena_free(&arena);
    return 0;
}
