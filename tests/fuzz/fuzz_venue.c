/* A venue's file, as an editor or a person may have left it. */
#include "fuzz.h"

#include "domain/venue_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena;
    struct venue venue = { 0 };
    struct fault fault = { 0 };

    arena_init(&arena, FUZZ_ARENA_BYTES);
    if (venue_file_parse((struct str){ (const char *)bytes, len }, STR("bar"), STR("/nowhere"), &arena, &venue, &fault))
        MUST(fault.text[0]);
    arena_free(&arena);
    return 0;
}
