/* start.h - what a sandbox begins with: its companies' file, the ledger that it goes on with, its listener.
 *
 * Each gives the exit code, 0: it is well; else stderr says what is wrong. A path that is NULL was not asked for.
 */
#ifndef BILAG_SANDBOX_START_H
#define BILAG_SANDBOX_START_H

#include "options.h"
#include "sandbox.h"

#define EXIT_CONFIGURATION 100                                /* do not restart as configured */
#define EXIT_LATER         111                                /* restart later */

int start_companies(struct sandbox *box, const char *path);
int start_ledger(struct sandbox *box, const char *folder);
/* Serves until it is told to stop; who waits for the port file finds the port in it. */
int start_serving(struct sandbox *box, const struct options *options);

#endif
