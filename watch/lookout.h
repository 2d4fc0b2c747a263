/* lookout.h - the process: looks, settles what began and ended, and brings letters out (main.c says in which order).
 *
 * Alone       one instance watches an installation; it writes STATE_DIR/watch and no other store.
 * Blind       a look that fails is none: what was told stays, and that nothing can be seen is told when it lasts.
 */
#ifndef BILAG_WATCH_LOOKOUT_H
#define BILAG_WATCH_LOOKOUT_H

#include "stage/stage.h"

USED enum err lookout_open(struct stage *stage, void **ret_state, struct fault *fault);
void lookout_close(struct stage *stage, void *state);
USED enum err lookout_reload(struct stage *stage, void *state);
USED enum err lookout_turn(struct stage *stage, void *state);
bool lookout_busy(const void *state);
void lookout_status(struct stage *stage, void *state, struct strbuf *json);

#endif
