/* sandbox.h - the simulator as a whole: what every request may need. One thread, no locks. */
#ifndef BILAG_SANDBOX_SANDBOX_H
#define BILAG_SANDBOX_SANDBOX_H

#include "fault.h"
#include "sandbox/books/journal.h"
#include "sandbox/api/onboarding.h"
#include "sandbox/http/quota.h"
#include "sandbox/books/registry.h"
#include "setting.h"
#include "sandbox/http/stats.h"
#include "sandbox/http/token.h"

struct sandbox {
    struct settings settings;
    struct registry registry;
    struct tokens   tokens;
    struct quotas   quotas;
    struct faults   faults;
    struct stats    stats;
    struct onboardings onboardings;
    struct journal *journal;                                  /* NULL: nothing is kept */
    unsigned        port;
};

#endif
