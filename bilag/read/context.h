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
    struct str who;                      /* the person, for the audit trail; empty: the system's user */
    int64_t patience_ms;                 /* with stages that do not answer; 0: as long as a command has */
    struct fault fault;
};

/* One of the two, in the language of the configuration and for who reads it: what it marks (domain/wording.h) is picked. */
const char *context_words(const struct context *context, const char *en, const char *nb)
    __attribute__((format_arg(2), format_arg(3)));

/* The same configuration with the keys, for who speaks to PowerOffice itself: to be freed. ERR_CONFIG: they are another user's,
 * and the fault says so. */
USED enum err context_keys(struct context *context, struct config **ret_config);

#endif
