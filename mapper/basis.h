/* basis.h - what a voucher rests on: the registers of its business day and their Z reports, as its page names them. */
#ifndef BILAG_MAPPER_BASIS_H
#define BILAG_MAPPER_BASIS_H

#include "build.h"

/* Fills registers and Z reports of a voucher's draft, in order; into the build's arena. */
USED enum err basis_fill(const struct build *build, struct draft *draft);

#endif
