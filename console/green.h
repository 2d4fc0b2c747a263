/* green.h - may a venue's days and orders go by themselves? What `bilag check --online` would say against it, as sentences.
 *
 * Of a venue as its file is, or as it would be: what the files say (findings), and what PowerOffice's books say (setup_judge.h) as they
 * were read last; books that are too old to tell are no answer.
 * Ownership  texts are in the view's arena.
 */
#ifndef BILAG_CONSOLE_GREEN_H
#define BILAG_CONSOLE_GREEN_H

#include "domain/setup.h"
#include "poweroffice/refdata.h"
#include "view.h"

enum { GREEN_FAULTS_MAX = 100, GREEN_AGE_MS = 3600 * 1000 };

struct green_wish {
    const struct venue *venue;
    const struct finding *findings; size_t finding_count;    /* of setup_check() */
    const struct refdata *books;         /* of the key that is in use; never read: have is 0 */
    bool orders;                         /* products count as well */
};

struct green {
    struct str faults[GREEN_FAULTS_MAX]; size_t count;
    const char *unknown;                 /* why PowerOffice's side is not known; NULL: it is */
    bool old;                            /* ... because it is to be asked again */
};

USED enum err green_judge(struct view *view, const struct green_wish *wish, struct green *ret_green);

#endif
