/* left.h - what bilag probe has posted in PowerOffice and not taken back yet, so that whatever becomes of it nothing stays.
 *
 * File        STATE_DIR/probe-left, a line a fact: "posting REFERENCE DAY" is on disk before the request leaves, "posted REFERENCE
 *             ID" after its answer, "gone REFERENCE" when it is known not to stand there. It is removed when all are gone.
 * Reading     the file of a run that died is where the next one goes on.
 */
#ifndef BILAG_BILAG_PROBE_LEFT_H
#define BILAG_BILAG_PROBE_LEFT_H

#include "base/err.h"

enum { LEFT_MAX = 400, LEFT_REFERENCE_SIZE = 64, LEFT_ID_SIZE = 64 };

struct left_voucher { char reference[LEFT_REFERENCE_SIZE], id[LEFT_ID_SIZE]; int32_t day; bool gone; };   /* id "": not known */
struct left { int fd; char path[1100]; struct left_voucher at[LEFT_MAX]; size_t count; };

USED enum err left_open(struct str state_dir, struct left *left, struct fault *fault);
void left_close(struct left *left);
size_t left_standing(const struct left *left);               /* how many are not gone */
/* Each is on disk when it returns ERR_OK. The same reference again stands beside the first. */
USED enum err left_posting(struct left *left, const char *reference, int32_t day, size_t *ret_index);
USED enum err left_posted(struct left *left, size_t index, const char *id);
USED enum err left_gone(struct left *left, size_t index);

#endif
