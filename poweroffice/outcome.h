/* outcome.h - what an answer, or none, means for the document (docs/design.md section 5): one table, and nothing else
 * decides.
 */
#ifndef BILAG_POWEROFFICE_OUTCOME_H
#define BILAG_POWEROFFICE_OUTCOME_H

#include "poweroffice.h"

/* status: 0 if none came. curl_code: CURLE_OK (0) if the answer is whole. sent: the request, or a part of it, may
 * have left. A read has no effect, so its UNKNOWN is as good as PASSING: ask again. */
enum outcome outcome_of(long status, int curl_code, bool sent);
const char  *outcome_text(enum outcome outcome);             /* "done", "throttled", ... : for logs */
/* For people: what happened when no answer came, and what to look at. */
const char  *outcome_words(int curl_code, bool sent);

#endif
