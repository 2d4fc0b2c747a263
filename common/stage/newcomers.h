/* newcomers.h - connections over TCP that are younger than a handshake may take, and so perhaps a stranger's: at most so many at once.
 *
 * Older ones have proved their key, or ZeroMQ has hung up on them by then. Where one more comes than there is room for, the oldest
 * makes room: who has a key needs a moment, who only holds a place has it no longer than others leave it to him.
 * Descriptors are ZeroMQ's; one is only shut if its other end is still the one that came.
 * Units       steady ms.
 */
#ifndef BILAG_STAGE_NEWCOMERS_H
#define BILAG_STAGE_NEWCOMERS_H

#include "base/err.h"

#include <sys/socket.h>

enum { NEWCOMERS_MAX = 256 };

struct newcomer { int fd; int64_t at_ms; struct sockaddr_storage from; };
struct newcomers { struct newcomer at[NEWCOMERS_MAX]; size_t count; };       /* oldest first; all zero: empty */

/* True: another one was shut for it. */
bool newcomers_came(struct newcomers *newcomers, int fd, int64_t now_ms, int64_t handshake_ms);
void newcomers_left(struct newcomers *newcomers, int fd);

#endif
