/* event.h - what an event that was let in must stand: canonical bytes that are read back to the same bytes. */
#ifndef TESTS_FUZZ_EVENT_H
#define TESTS_FUZZ_EVENT_H

#include "fuzz.h"

#include "domain/event_books.h"
#include "domain/event_canonical.h"
#include "domain/event_read.h"

static inline void event_stands(const struct event *event, struct arena *arena)
{
    struct event again, third;
    struct str bytes, bytes_again;
    struct event_hash hash;

    MUST(event_encode(event, arena, &bytes) == ERR_OK);
    MUST(event_decode(bytes, arena, &again) == ERR_OK);
    MUST(event_encode(&again, arena, &bytes_again) == ERR_OK);
    MUST(str_equal(bytes, bytes_again));
    MUST(event_same_for_books(event, &again));
    event_hash(bytes, &hash);
    MUST(event_decode(bytes_again, arena, &third) == ERR_OK);
    (void)event_add_said(&again, &third);
}

#endif
