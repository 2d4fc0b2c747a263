/* options.h - the command line. */
#ifndef BILAG_SANDBOX_OPTIONS_H
#define BILAG_SANDBOX_OPTIONS_H

#include <stdint.h>

#include "setting.h"

struct options {
    const char *listen, *port_file, *ledger, *companies;      /* NULL: not given; lent from argv */
    uint64_t    seed;
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_WRONG };   /* WRONG has been explained */

enum options_result options_read(int argc, char **argv, struct options *options,
                                 struct settings *settings);

#endif
