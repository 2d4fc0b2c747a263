/* deeds.h - what a person can decide about a document: accept, resend, reverse, ... and what stands against each now.
 *
 * An objection is asked before a deed is written down, so that nothing is that can have no effect; the stages judge again when
 * they take it up. Whoever asks, a command or the console, asks here.
 * Ownership  sentences live in the context's arena.
 */
#ifndef BILAG_BILAG_ACT_DEEDS_H
#define BILAG_BILAG_ACT_DEEDS_H

#include "bilag/read/books.h"
#include "decide.h"

struct deed_question {
    struct context *context;             /* its language is that of the objection */
    enum problem_code code;              /* of those that are about a problem */
};

struct deed {
    const char *verb;                    /* in the audit trail */
    const char *en, *nb;                 /* what it does */
    /* Why not, in a sentence; NULL: it can be done. */
    const char *(*objection)(const struct deed_question *question, const struct book_doc *doc);
    struct str (*detail)(const struct deed_question *question, const struct book_doc *doc);     /* in the trail; NULL: none */
    bool needs_code;
};

extern const struct deed deed_transfer, deed_accept, deed_resend, deed_reverse, deed_leave_reversed, deed_by_hand;
const struct deed *deed_of(struct str verb);                 /* NULL: there is none of that name */

/* Writes it down for one document, of which the objection was asked. decide() of decide.h. */
USED enum err deed_do(const struct deed_question *question, const struct deed *deed, const struct book_doc *doc,
                      struct str reason, uint64_t *ret_number);

#endif
