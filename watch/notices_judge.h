/* notices_judge.h - is what the watch told, and is still to tell, whole? (base/storecheck.h) */
#ifndef BILAG_WATCH_NOTICES_JUDGE_H
#define BILAG_WATCH_NOTICES_JUDGE_H

#include "base/storecheck.h"

USED enum err notices_judge(struct storecheck *check, struct fault *fault);

#endif
