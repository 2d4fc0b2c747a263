/* keydrop.h - the uploader takes a client key that somebody dropped (poweroffice/key_seal.h): asks PowerOffice whose it is, judges, keeps.
 *
 * Token       of PowerOffice's own pages is changed for a key first (onboarding.h), the company's own of those that the person chose. The
 *             key is sealed into the drop before anything else happens, in the token's place, and is judged as one that was pasted. A
 *             token works once: where its answer is lost, so is the key, and the person begins anew.
 * Judged      PowerOffice accepts it, and it opens the books that are kept for the company, which are no other company's
 *             (right_books.h). Whoever is refused is told why, and nothing is kept; nor where PowerOffice cannot be asked.
 * Kept        in the file keys/NAME of the configuration, durable before it is answered; never over another company's key, nor over one
 *             of the installation's own. The configuration is read again then, and who dropped it is answered when it was.
 * Crash       the drop is removed after the key is in its place: what is left of a former life is done again at the start, and ends
 *             the same; but one of more than an hour ago is thrown away, for another may have been given since. There is always the old
 *             key or the new one.
 * One at a time; the others are told that it is busy, and ask again.
 */
#ifndef BILAG_SENDER_KEYDROP_H
#define BILAG_SENDER_KEYDROP_H

#include "poweroffice/errand.h"

struct keydrop;
struct refstore;

/* po and refstore must outlive it. */
USED enum err keydrop_open(struct stage *stage, struct poweroffice *po, struct refstore *store, struct keydrop **ret_drop,
                           struct fault *fault);
void keydrop_close(struct keydrop *drop);                    /* after poweroffice_close(); NULL is fine */

/* The answer, whose number is not set; exactly one for each that was taken. */
typedef void (*keydrop_done)(void *context, const struct errand_answer *said);
/* ERRAND_TAKEN: done is called later. Everything else: it is not, and never is. */
enum errand_refusal keydrop_take(struct keydrop *drop, const char *name, keydrop_done done, void *context);
void keydrop_turn(struct keydrop *drop);                     /* in every turn */

#endif
