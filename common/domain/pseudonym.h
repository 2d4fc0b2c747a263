/* pseudonym.h - what stands in the place of a person's name that was forgotten (bilag forget), and still compares equal with it.
 *
 * A keyed hash (BLAKE2b) of the name: the same name gives the same pseudonym for ever, so that a receipt which a till sends again
 * is known for what it is. The key is made with the first pseudonym and rests in STATE_DIR/pseudonyms: who has that store can
 * test a guess, and nobody else can.
 * Begun       what was begun and not ended stands in the store, without the name: a command that was killed is given again.
 * Durability  pseudonyms_begin() and pseudonyms_end() returning ERR_OK: on disk.
 * Errors      the store's.
 */
#ifndef BILAG_DOMAIN_PSEUDONYM_H
#define BILAG_DOMAIN_PSEUDONYM_H

#include "event.h"
#include "base/store.h"

enum person { PERSON_CUSTOMER, PERSON_STAFF };
const char *person_text(enum person person);         /* "customer", "staff" */

enum { PSEUDONYM_SIZE = 31 };            /* "forgotten-", 20 hexadecimal digits */

struct pseudonyms;
/* STORE_READ_ONLY: *ret_pseudonyms is NULL where nobody was ever forgotten. */
USED enum err pseudonyms_open(struct str state_dir, unsigned flags, struct pseudonyms **ret_pseudonyms, struct fault *fault);
void pseudonyms_close(struct pseudonyms *pseudonyms);        /* NULL is fine */

void pseudonym_of(const struct pseudonyms *pseudonyms, enum person person, struct str name, char ret_text[PSEUDONYM_SIZE]);
bool pseudonym_is(struct str name);                  /* whether it looks like one */
/* Another content of one identity came later: where it says a name of which `kept` has the pseudonym, it says the pseudonym from here
 * on. Whether it did. pseudonyms may be NULL. */
bool pseudonyms_settle(const struct pseudonyms *pseudonyms, const struct event *kept, struct event *later);

/* Somebody of a scope (a venue, or a company) is being forgotten; *ret_since: how far the audit trail was then (`trail`, unless it
 * was begun before). */
USED enum err pseudonyms_begin(struct pseudonyms *pseudonyms, struct str scope, struct str pseudonym, uint64_t trail,
                               uint64_t *ret_since);
USED enum err pseudonyms_end(struct pseudonyms *pseudonyms, struct str scope, struct str pseudonym);
USED enum err pseudonyms_has_begun(struct pseudonyms *pseudonyms, struct str scope, struct str pseudonym, bool *ret_begun);
/* Those that were begun and not ended; views. ERR_STOP from visit() ends it well. */
typedef enum err (*pseudonym_begun_visit)(struct str scope, struct str pseudonym, void *context);
USED enum err pseudonyms_begun(struct pseudonyms *pseudonyms, pseudonym_begun_visit visit, void *context);

/* Each table there is, in one transaction: for who judges the store. */
typedef enum err (*pseudonym_table_visit)(struct txn *txn, unsigned table, const char *name, void *context);
USED enum err pseudonyms_tables(struct pseudonyms *pseudonyms, pseudonym_table_visit visit, void *context);

#endif
