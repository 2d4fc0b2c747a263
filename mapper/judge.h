/* judge.h - is the mapper's store whole? (base/storecheck.h) */
#ifndef BILAG_MAPPER_JUDGE_H
#define BILAG_MAPPER_JUDGE_H

#include "base/storecheck.h"

USED enum err mapper_judge_run(struct storecheck *check, struct fault *fault);

#endif
