/* context.h - what reading and deciding are given by whoever asks: a command, or a web console.
 *
 * Neither prints, ends the program, or knows of arguments. What goes wrong is an error, and the sentence for a person
 * with it is in `fault`; what is handed out lives in the arena.
 */
#ifndef BILAG_BILAG_READ_CONTEXT_H
#define BILAG_BILAG_READ_CONTEXT_H

#include "domain/config.h"

struct context {
    const struct config *config;         /* its language is that of the sentences */
    struct arena *arena;
    struct fault fault;
};

#endif
