/* trouble.h - the problems that single receipts cause in a part of a day: booked nowhere, a void of something unknown, two
 * contents under one number, what was left out and put back (docs/rules.md sections 3 and 8).
 *
 * What a person has left out is no problem any more. Ownership: texts live in the build's arena.
 */
#ifndef BILAG_MAPPER_TROUBLE_H
#define BILAG_MAPPER_TROUBLE_H

#include "build.h"

USED enum err trouble_find(const struct build *build, struct problems *problems);

#endif
