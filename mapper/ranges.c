#include "ranges.h"

#include <inttypes.h>
#include <stdio.h>

enum err ranges_add(uint64_t from, uint64_t to, void *context)
{
    struct ranges *ranges = context;
    size_t room = sizeof ranges->text - ranges->len;
    int len = from == to ? snprintf(ranges->text + ranges->len, room, "%s%" PRIu64, ranges->count ? ", " : "", from)
                         : snprintf(ranges->text + ranges->len, room, "%s%" PRIu64 "-%" PRIu64,
                                    ranges->count ? ", " : "", from, to);

    if (ranges->count == 0)
        ranges->first = from;
    ranges->count++;
    ranges->missing += to - from + 1;
    if (len > 0 && (size_t)len < room)
        ranges->len += (size_t)len;
    else
        ranges->text[ranges->len] = '\0';
    return ranges->count >= RANGES_MAX ? ERR_STOP : ERR_OK;
}
