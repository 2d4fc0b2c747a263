/* asker.h - PowerOffice asked by who has no key of it: each call is an errand of the uploader (errand.h), and is answered as if this
 * program had made it.
 *
 * Waits       for a greeting of the uploader, with a bound; calls wait in asker_run() alone, which a program with a loop of its own
 *             asks again and again (asker_begin()). At most ERRANDS_EACH are with the
 *             uploader, the others wait here in their order.
 * Lost        when the uploader ends, or does not let us in, every call that waits is answered: OUTCOME_PASSING, and what happened.
 * Ownership   the configuration must outlive it.
 * Errors      ERR_NOT_FOUND: no uploader runs; ERR_REFUSED: it does not let us in; ERR_NETWORK: it does not answer; with the
 *             sentence for a person.
 */
#ifndef BILAG_POWEROFFICE_ASKER_H
#define BILAG_POWEROFFICE_ASKER_H

#include "poweroffice.h"

struct asker;

USED enum err asker_open(const struct config *config, struct asker **ret_asker, struct fault *fault);
/* The same for who cannot wait: what is asked waits for the greeting in asker_run(), and is lost without it. */
USED enum err asker_begin(const struct config *config, struct asker **ret_asker, struct fault *fault);
enum asker_state { ASKER_GREETING, ASKER_HEARD, ASKER_LOST };
enum asker_state asker_state(const struct asker *asker);     /* LOST: asker_trouble() says why */
void asker_close(struct asker *asker);                       /* calls that wait are not answered; NULL is fine */

/* The uploader has read the same files and keys as we have. */
bool asker_same_set_up(const struct asker *asker);
/* ERR_REFUSED: not one that only reads. ERR_BUSY: too much waits. */
USED enum err asker_call(struct asker *asker, const struct call *call, answered done, void *context);
/* What is no call: the word that a key was dropped, that books are read. *ret_came: the answer is there, without a body; both outlive the
 * asker. Where it is lost, none comes; what was dropped may be taken all the same, when the uploader starts again. */
struct errand;
struct errand_answer;
USED enum err asker_ask(struct asker *asker, const struct errand *errand, struct errand_answer *ret_answer, bool *ret_came);
size_t asker_waiting(const struct asker *asker);
/* Until nothing waits, or that moment; one that has passed: takes what has come, and waits for nothing. */
void asker_run(struct asker *asker, int64_t until_steady_ms);
/* Why a call that ended was not asked at all, the latest; empty: every one was. */
const char *asker_trouble(const struct asker *asker);

#endif
