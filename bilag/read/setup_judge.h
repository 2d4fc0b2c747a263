/* setup_judge.h - what PowerOffice's books say of a venue's set-up, for `bilag check --online` and the console.
 *
 * The rules are those of the validator: they judge a made-up document that uses everything the set-up names, so a check and a
 * held document say the same thing in the same words. What the files say by themselves is setup_check() of domain/setup.h.
 * Ownership  texts are in the arena, the venue or the reference data.
 */
#ifndef BILAG_BILAG_READ_SETUP_JUDGE_H
#define BILAG_BILAG_READ_SETUP_JUDGE_H

#include "domain/config.h"
#include "domain/problem.h"
#include "poweroffice/refdata.h"

/* As of today at the venue. kept_client: the ClientId that is kept for its company where data is another company's (right_books.h);
 * else empty. Adds to problems; none: it is green. ERR_MEMORY. */
USED enum err setup_judge(const struct venue *venue, const struct refdata *data, struct str kept_client, struct arena *arena,
                          struct problems *problems);

#endif
