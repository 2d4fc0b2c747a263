/* docs_judge.h - are the senders' stores whole? (base/storecheck.h) */
#ifndef BILAG_SENDER_DOCS_JUDGE_H
#define BILAG_SENDER_DOCS_JUDGE_H

#include "base/storecheck.h"

USED enum err docs_judge_uploader(struct storecheck *check, struct fault *fault);
USED enum err docs_judge_invoicer(struct storecheck *check, struct fault *fault);

#endif
