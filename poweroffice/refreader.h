/* refreader.h - reads reference data from PowerOffice: when it lacks, when it is old, when it was contradicted.
 *
 * One reading per client at a time on this machine, a few clients at once (refreading.h); a reading is at least six
 * requests, one page each. It ends in one refdata_put(), so what others see is one picture. Only the first page's worth is asked for: members are named, lists are paged.
 * When        tend(): at once if something wanted was never read; after a day, between 09:00 and 04:00 of the
 *             venue's clock, with the calls of others going first (the rush after the days have closed is not
 *             disturbed); at any hour after two days. contradicted(): at once, every 30 s at most. mend(): what held
 *             documents wait for is looked at as poll.h says (at once when a person acts here, seldom else), with half of
 *             the quota at most, while this process has nothing else to send: a mend in PowerOffice releases them without
 *             a command.
 * Failing     a client that was not readable is tried again after a second, at last after a minute; after five if its key is refused or
 *             a right is missing; at once if another process finds the key accepted.
 */
#ifndef BILAG_POWEROFFICE_REFREADER_H
#define BILAG_POWEROFFICE_REFREADER_H

#include "poweroffice.h"
#include "domain/problem.h"
#include "refdata.h"

enum { REF_FOR_VOUCHERS = REF_ACCOUNTS | REF_VAT_CODES | REF_DEPARTMENTS | REF_DATES | REF_PRIVILEGES,
       REF_FOR_ORDERS = REF_FOR_VOUCHERS | REF_PRODUCTS | REF_CUSTOMERS };
/* And what else this venue's settings name: lists that most clients do without. */
unsigned refreader_names(const struct venue *venue);

struct refreader;

USED enum err refreader_open(struct poweroffice *po, struct refreader **ret_reader);
/* Before poweroffice_close(). A reading under way ends without a word. NULL is fine. */
void refreader_close(struct refreader *reader);
/* Cheap; call it whenever a document of the venue is looked at, or in every turn. want: REF_FOR_... */
void refreader_tend(struct refreader *reader, const struct venue *venue, unsigned want);
/* A person may have mended keys: those that were refused need not wait. */
void refreader_try_keys(struct refreader *reader);
/* PowerOffice refused what our picture of it allows, or an id is gone. false: it cannot be read again yet. */
bool refreader_contradicted(struct refreader *reader, const struct venue *venue, unsigned want);
/* A person acts here: what the client's held documents wait for is looked at now. No id: of all clients. */
void refreader_acted(struct refreader *reader, struct str client_id);
/* When any client is looked at again, wall clock; 0: nothing is waited for. */
int64_t refreader_next_look_ms(const struct refreader *reader);
/* bits: refreader_bits_of() the problems of the venue's held documents; 0 is fine. */
void refreader_mend(struct refreader *reader, const struct venue *venue, unsigned bits);
/* Which parts of the reference data could make these problems go away. */
unsigned refreader_bits_of(const struct problems *problems);
/* Now, whatever was read before: `bilag check --online`. ERR_BUSY: as much as can be is being read. done() may be
 * NULL; it gets ERR_OK, ERR_REFUSED (the key; words in refdata.login_fault) or ERR_NETWORK. */
typedef void (*refreader_done)(void *context, struct str client_id, enum err err);
USED enum err refreader_read(struct refreader *reader, const struct venue *venue, unsigned want, refreader_done done,
                             void *context);
size_t refreader_under_way(const struct refreader *reader);

#endif
