/* begun.h - persons whose forgetting was begun and broken off (bilag forget): a name stands in some stores and a pseudonym in others until
 * the same command is given again. The name itself is kept nowhere for this.
 */
#ifndef BILAG_BILAG_READ_BEGUN_H
#define BILAG_BILAG_READ_BEGUN_H

#include "context.h"

enum { BEGUN_MAX = 20 };                 /* more are not listed */

/* scope: the venue whose employee it is, or the company (organisation number) whose customer. */
struct begun_one { struct str scope, pseudonym; };
struct begun_list { struct begun_one at[BEGUN_MAX]; size_t count; };

/* Into the context's arena; none where nobody was ever forgotten. */
USED enum err begun_load(struct context *context, struct begun_list *ret_list);

#endif
