/* sandbox.h - the simulator as a whole: what every request may need. One thread, no locks. */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "fault.h"
#include "journal.h"
#include "onboarding.h"
#include "quota.h"
#include "registry.h"
#include "setting.h"
#include "stats.h"
#include "token.h"

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
