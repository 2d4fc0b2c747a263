/* deed.h - one decision for many documents: named one by one, or chosen by venue, days and problem.
 *
 * What it will do is shown with documents, sums and problems, and asked for when it is more than one (--yes answers).
 * A document that is named and cannot be decided about stops all of it; of those that are chosen, such are left alone.
 * Each document is a decision of its own in the audit trail.
 */
#ifndef BILAG_BILAG_CMD_DEED_H
#define BILAG_BILAG_CMD_DEED_H

#include "bilag/act/deeds.h"
#include "shell.h"

/* What is decided, and about which documents. */
struct choice {
    struct shell *shell;
    const struct args *args;
    const struct deed *deed;
    struct context context; struct deed_question question;
    bool by_name, has_code;              /* --problem, or accept's last word: question.code */
    struct book_doc *docs; size_t count, room;
};

#define DEED_OPTIONS \
    { "reason", "TEXT", "why; kept in the audit trail" }, \
    { "venue", "VENUE", "instead of documents: all of this venue for which it can be done, ..." }, \
    { "from", "DATE", "... from this business day on" }, \
    { "to", "DATE", "... to this business day" }, \
    { "problem", "CODE", "... that have this problem" }, \
    { "yes", NULL, "more than one: without asking" }

int deed_run(struct shell *shell, const struct args *args, const struct deed *deed);

/* bilag accept DOCUMENT --post-on DATE (decide.c). */
int decide_post_on(struct shell *shell, const struct args *args);

#endif
