/* fault.h - which requests go wrong, drawn from a seeded sequence: the same seed and the same
 * requests give the same faults. */
#ifndef BILAG_SANDBOX_FAULT_H
#define BILAG_SANDBOX_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "setting.h"

struct faults { uint64_t state; };

enum fault {
    FAULT_NONE, FAULT_429, FAULT_5XX_BEFORE, FAULT_DROP_BEFORE, FAULT_RESET_BEFORE,
    FAULT_5XX_AFTER, FAULT_DROP_AFTER, FAULT_RESET_AFTER
};

void     faults_seed(struct faults *faults, uint64_t seed);
bool     fault_touches(const struct settings *settings, const char *path, bool is_token);
/* One draw for a request; counts fault_count down when it hits. */
enum fault fault_draw(struct faults *faults, struct settings *settings);
int64_t  fault_slow_ms(struct faults *faults, const struct settings *settings);   /* 0: not slow */
unsigned fault_status(struct faults *faults);                 /* 500, 502, 503 or 504 */

#endif
