/* lease_rows.h - leases and things as rows of PostgreSQL (lease.h says what they mean; lease.c is who calls this).
 *
 * Errors      ERR_STORE_FULL: the engine is away, or no standby confirmed it: as if it had not been asked.
 */
#ifndef BILAG_BASE_LEASE_ROWS_H
#define BILAG_BASE_LEASE_ROWS_H

#include "err.h"

enum { LEASE_STAGE_SIZE = 16, LEASE_CONFIG_SIZE = 17 };

struct lease_row {
    char stage[LEASE_STAGE_SIZE];
    int32_t number;
    uint64_t boot, term;                 /* boot 0: it is over */
    uint64_t lock;                       /* which file lock of which run of which machine it was taken under */
    uint64_t server;                     /* which run of which server answered last */
    char config[LEASE_CONFIG_SIZE];      /* lease_says() */
};

/* machine: the state folder's own name. Number, term and server are set. ERR_IN_USE: with the sentence. */
USED enum err lease_rows_take(const char *machine, int instance, struct lease_row *row, struct fault *fault);
/* ERR_IN_USE: it is over. */
USED enum err lease_rows_keep(struct lease_row *row);
void lease_rows_give(const struct lease_row *row);
/* judge: one that has lapsed is ended. */
bool lease_rows_over(const struct lease_row *mine, int32_t number, uint64_t boot, bool judge);
bool lease_rows_run(const struct lease_row *mine, int32_t number);
/* names: with commas between. won: called for each. */
USED enum err lease_rows_win(const struct lease_row *mine, struct str names, bool judge,
                             void (*won)(struct str name, void *context), void *context);
/* Whether each stage has an instance that keeps its lease, on this machine, and on some other. ERR_STORE_FULL: no answer. */
USED enum err lease_rows_whole(const struct lease_row *mine, bool *ret_here, bool *ret_elsewhere);
void lease_rows_drop(const struct lease_row *mine, struct str name);
void lease_rows_fence(const struct lease_row *row, struct str args[]);

#endif
