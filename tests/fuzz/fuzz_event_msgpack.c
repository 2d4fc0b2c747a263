/* An element of a batch over ZeroMQ, or of a msgpack body. */
#include "event.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena;
    struct event event;
    struct fault fault = { 0 };

    arena_init(&arena, FUZZ_ARENA_BYTES);
    if (event_from_msgpack((struct str){ (const char *)bytes, len }, &arena, &event, &fault) == ERR_OK)
        event_stands(&event, &arena);
    else
        MUST(fault.text[0]);                 /* a refusal says why */
    arena_free(&arena);
    return 0;
}
