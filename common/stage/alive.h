/* alive.h - whether a stage that runs answers: what a container's health check asks (--alive).
 *
 * Asks the status socket of that instance in run_dir, as `bilag status` does, and nothing else: no store is opened, nothing is written.
 * A process that holds its socket and does not turn is not alive.
 */
#ifndef BILAG_STAGE_ALIVE_H
#define BILAG_STAGE_ALIVE_H

#include "base/str.h"

bool alive_asked(struct str run_dir, const char *stage, int instance, int patience_ms);

#endif
