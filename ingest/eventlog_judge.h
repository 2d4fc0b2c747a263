/* eventlog_judge.h - is the event log whole? (base/storecheck.h) */
#ifndef BILAG_INGEST_EVENTLOG_JUDGE_H
#define BILAG_INGEST_EVENTLOG_JUDGE_H

#include "base/storecheck.h"

USED enum err eventlog_judge_run(struct storecheck *check, struct fault *fault);

#endif
