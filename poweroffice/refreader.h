/* refreader.h - keeps what PowerOffice says exists (refdata.h) read: once when it is lacking, daily in idle hours,
 * and at once when PowerOffice contradicts it.
 *
 * Used by the senders, who have keys and quota. Several processes share the work through the store: what one has
 * read lately no other reads again. Nothing here blocks; calls go through poweroffice_call() with priority 1, those
 * that documents wait for with priority 0.
 * Login     a refused key is written into the record (login_fault) and tried again at growing intervals, at once
 *           after refreader_reload(); a key that works again takes it away. Both raise the record's version.
 */
#ifndef BILAG_REFREADER_H
#define BILAG_REFREADER_H

#include "poweroffice.h"
#include "refdata.h"

struct refreader;
/* bits: REF_...: what this process keeps read, for every client of the configuration. */
USED enum err refreader_open(struct stage *stage, struct poweroffice *po, struct refstore *store, unsigned bits,
                             struct refreader **ret_reader, struct fault *fault);
void refreader_close(struct refreader *reader);               /* NULL is fine */
void refreader_reload(struct refreader *reader);              /* configuration has changed */
void refreader_turn(struct refreader *reader);                /* from ops.turn: ask for what is due */
/* PowerOffice answered as if the books were others than we know: read them again, at most once a minute. */
void refreader_contradicted(struct refreader *reader, const struct venue *venue);

#endif
