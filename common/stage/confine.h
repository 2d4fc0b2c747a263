/* confine.h - a stage gives up what it never needs: from then on the kernel knows only the system calls of a table, for this
 * process and all its threads, for good (seccomp; docs/design.md section 10).
 *
 * What is not in the table is answered as by a kernel that does not have it (ENOSYS): no other program, no second process, no
 * tracing, mounting or name spaces. A socket of a family that the stage does not need is EAFNOSUPPORT: mapper and validator
 * have no network, unless their stores lie in PostgreSQL. Beside systemd's own filter, and without it.
 */
#ifndef BILAG_STAGE_CONFINE_H
#define BILAG_STAGE_CONFINE_H

#include "base/err.h"
#include "stagekeys.h"

/* Before the first thread. kind STAGE_KINDS: a program that is no stage of the pipeline (console, watch). ERR_SYSTEM: this kernel, or who started us, does not allow it; nothing is given up. With sanitizers,
 * which look at the process from outside, it does nothing. */
USED enum err confine_self(enum stage_kind kind, struct fault *fault);

#endif
