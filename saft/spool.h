/* spool.h - what was found in a file, kept aside until all of the file is judged: then handed on in its order, or thrown away.
 *
 * Memory     one record; the rest is in a file without a name in `folder`, which only this process sees and which is gone with it.
 * Errors     ERR_SYSTEM, ERR_STORE_FULL (the disk): the fault says where. What take() or refuse() answers ends the handing on.
 */
#ifndef BILAG_SAFT_SPOOL_H
#define BILAG_SAFT_SPOOL_H

#include "saft.h"

struct spool;
/* folder is borrowed. */
USED enum err spool_new(const char *folder, struct spool **ret_spool, struct fault *fault);
void spool_free(struct spool *spool);                                    /* NULL is fine */

/* As parser_new() wants them; the context is the spool. */
USED enum err spool_event(const struct event *event, void *spool);
USED enum err spool_refused(struct str receipt, struct str fields, const char *why, void *spool);

/* Once, after the last one was put in. `name` stands in faults for the file that was read. */
USED enum err spool_hand_on(struct spool *spool, const char *name, saft_take take, saft_refuse refuse, void *context,
                            struct fault *fault);

#endif
