/* forget.h - one person's name gives way to a pseudonym in all that is kept (docs/privacy.md), while nothing runs.
 *
 * Who         a customer is the company's, as its connection is: all of the company's venues. An employee is the venue's.
 * Refused     while the law wants the name kept, or while something of the person's is under way (forget_judge()).
 * Again       what was begun is written down first, without the name; every step after it may be done again. Killed anywhere, the
 *             same command ends what is left, and the trail has one decision.
 * Not reached  backups, what the tills keep, PowerOffice, files that were imported, free texts.
 * Errors      ERR_REFUSED, ERR_NOT_FOUND, the stores'; the sentence is in the context's fault.
 */
#ifndef BILAG_BILAG_KEEP_FORGET_H
#define BILAG_BILAG_KEEP_FORGET_H

#include "bilag/read/context.h"
#include "domain/renaming.h"

/* Bokføringsloven section 13: what documents the books is kept for five years after the end of the business year. */
enum { FORGET_LEGAL_YEARS = 5 };

struct forget {
    struct context *context;             /* these four are given, all else is found */
    const struct venue *venue;
    enum person person;
    struct str name;
    struct renaming renaming;
    struct str scope;                    /* the company, or the venue */
    struct pseudonyms *pseudonyms;
    char pseudonym[PSEUDONYM_SIZE];
};

struct forgotten_counts { uint64_t events, contents, documents, decisions, notices; bool connection; };

/* May it be done? ERR_REFUSED: the fault says why not, and until when; ERR_NOT_FOUND: nothing that is kept names the person. */
USED enum err forget_judge(struct forget *forget);
/* Whether that person was begun to be forgotten, and not ended. */
USED enum err forget_was_begun(struct forget *forget, bool *ret_begun);
/* Written down: from here on it is ended, whatever happens. *ret_decided: the audit trail has the decision already. */
USED enum err forget_begin(struct forget *forget, bool *ret_decided);
struct str forget_subject(const struct forget *forget);      /* of the decision, in the context's arena */
USED enum err forget_do(struct forget *forget, struct forgotten_counts *ret_counts);
void forget_close(struct forget *forget);

/* A document of that day must be kept until this one, included. */
int32_t forget_kept_until(int32_t day);
/* The day whose year a document is of: a person may have said a later one than its business day. */
int32_t forget_booked_on(const struct draft *draft);

#endif
