/* spool_file.h - how far one file is read, and whether it is still the file that was read.
 *
 * A file is known by its device, its inode, its first bytes and the last bytes before the position.
 */
#ifndef BILAG_INGEST_SPOOL_FILE_H
#define BILAG_INGEST_SPOOL_FILE_H

#include <sys/stat.h>

#include "domain/event.h"

enum { POSITION_PRINT_BYTES = 256, POSITION_BYTES = 80 };

struct print { uint64_t len; struct event_hash hash; };      /* of so many bytes; 0: not known */

struct position {
    uint64_t device, inode, offset, line;
    struct print head;                   /* the first bytes of what was read */
    struct print tail;                   /* the bytes before the end of the last line read */
};

enum position_verdict { POSITION_SAME, POSITION_TRUNCATED, POSITION_REPLACED, POSITION_REWRITTEN };

void print_of(struct str bytes, struct print *ret_print);    /* of at most the last POSITION_PRINT_BYTES */
void position_encode(const struct position *position, char bytes[POSITION_BYTES]);
USED enum err position_decode(struct str bytes, struct position *ret_position);
/* ERR_SYSTEM: the file cannot be read. */
USED enum err position_judge(const struct position *position, int fd, const struct stat *st,
                             enum position_verdict *ret_verdict);
/* Takes the print of the file's beginning, as far as it is read: what follows may still change. */
USED enum err position_head(struct position *position, int fd);

#endif
