/* reload.h - the stages read their files again, since somebody has saved something.
 *
 * Each is told at once. One that is too busy to take the word at that moment is told again, a little later each time, for two minutes:
 * what was saved is taken up without a person, or the log says by how many it was not.
 */
#ifndef BILAG_CONSOLE_RELOAD_H
#define BILAG_CONSOLE_RELOAD_H

#include "bilag/read/stages.h"
#include "stage/stage.h"

struct reload { struct stage *stage; struct stages_told told; size_t tries; int64_t next_ms; };

void reload_open(struct reload *reload, struct stage *stage);
/* Tells all of them, and this one, which does it in its next turn. */
void reload_begin(struct reload *reload);
/* Tells again who is due; when it wants to be called next. */
int64_t reload_turn(struct reload *reload);

#endif
