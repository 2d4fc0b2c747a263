#include "journey.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { STATE_BYTES = 32 };

struct journeys { struct journey ways[JOURNEY_MAX]; };

enum err journeys_open(struct journeys **ret_journeys)
{
    struct journeys *journeys = calloc(1, sizeof *journeys);

    if (!journeys)
        return ERR_MEMORY;
    *ret_journeys = journeys;
    return ERR_OK;
}

void journeys_close(struct journeys *journeys)
{
    if (journeys)
        sodium_memzero(journeys, sizeof *journeys);
    free(journeys);
}

/* Takes as long whatever is there. */
static bool same(const char *kept, struct str text)
{
    return kept[0] && strlen(kept) == text.len && sodium_memcmp(kept, text.bytes, text.len) == 0;
}

static bool stands(const struct journey *way, struct str session, int64_t now_ms)
{
    return same(way->session, session) && now_ms < way->until_ms;
}

/* The one before it; else, if the session has as many as it may, its oldest; else the oldest of all, of which an empty one is. */
static struct journey *room(struct journeys *journeys, struct str session, struct str venue)
{
    struct journey *oldest = &journeys->ways[0], *own = NULL;
    size_t count = 0;

    for (size_t i = 0; i < JOURNEY_MAX; i++) {
        struct journey *way = &journeys->ways[i];

        if (way->until_ms < oldest->until_ms)
            oldest = way;
        if (!same(way->session, session))
            continue;
        if (str_equal(str_of(way->venue), venue))
            return way;
        count++;
        own = !own || way->until_ms < own->until_ms ? way : own;
    }
    return count < JOURNEY_EACH ? oldest : own;
}

const char *journeys_begin(struct journeys *journeys, struct str session, struct str venue, int64_t now_ms)
{
    struct journey *way = room(journeys, session, venue);
    unsigned char random[STATE_BYTES];

    *way = (struct journey){ .until_ms = now_ms + JOURNEY_LIFE_MS };
    ensure(str_copy(session, way->session, sizeof way->session));
    ensure(str_copy(venue, way->venue, sizeof way->venue));
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2base64(way->state, sizeof way->state, random, sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return way->state;
}

void journeys_ready(struct journeys *journeys, const char *state, const char *address)
{
    for (size_t i = 0; i < JOURNEY_MAX; i++)
        if (same(journeys->ways[i].state, str_of(state)))
            ensure(str_copy(str_of(address), journeys->ways[i].address, sizeof journeys->ways[i].address));
}

const struct journey *journeys_of(const struct journeys *journeys, struct str session, struct str venue, int64_t now_ms)
{
    for (size_t i = 0; i < JOURNEY_MAX; i++) {
        const struct journey *way = &journeys->ways[i];

        if (stands(way, session, now_ms) && way->address[0] && !way->used && str_equal(str_of(way->venue), venue))
            return way;
    }
    return NULL;
}

struct journey *journeys_back(struct journeys *journeys, struct str session, struct str state, int64_t now_ms)
{
    for (size_t i = 0; i < JOURNEY_MAX; i++)
        if (stands(&journeys->ways[i], session, now_ms) && same(journeys->ways[i].state, state))
            return &journeys->ways[i];
    return NULL;
}
