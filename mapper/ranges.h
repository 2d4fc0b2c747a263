/* ranges.h - numbers of a register as people write them: "3, 7-9". The text has a bound, the count has not. */
#ifndef BILAG_MAPPER_RANGES_H
#define BILAG_MAPPER_RANGES_H

#include "base/err.h"

enum { RANGES_TEXT_MAX = 200, RANGES_MAX = 100000 };

struct ranges { char text[RANGES_TEXT_MAX]; size_t len; uint64_t first, missing; size_t count; };

/* [from, to] behind those that are there; as a visitor of gaps (seen.h). ERR_STOP: enough. */
USED enum err ranges_add(uint64_t from, uint64_t to, void *context);

#endif
