/* audit.h - what people decided: an append-only trail in STATE_DIR/audit, shared by all programs.
 *
 * `bilag` appends; the stage concerned reads on from the place it has persisted in its own store, in the
 * transaction in which it acts. So a decision is taken up exactly once, also when nothing runs as it is
 * made, and every one stays readable for good: who (system user), when, what, why.
 * Forgotten   a customer's name in a subject gives way to a pseudonym, and the number in PowerOffice that it was connected with goes;
 *             nothing else that was decided is ever changed.
 * Durability  audit_append() returning ERR_OK: on disk.
 * Order       numbers rise by one, from 1.
 */
#ifndef BILAG_DOMAIN_AUDIT_H
#define BILAG_DOMAIN_AUDIT_H

#include "base/store.h"

struct decision {
    uint64_t number;
    int64_t time_ms;
    struct str who;                       /* system user */
    struct str verb;                      /* accept resend reverse transfer post-on connect disconnect
                                             dismiss choose restarted create-products invoice-from resend-on
                                             dismiss-refused dismiss-parked by-hand venue-key manual-done
                                             token-add token-revoke user-add user-remove venue-new
                                             user-password user-token-add user-token-revoke
                                             forget; undo-<verb> takes one back */
    struct str subject;                   /* document id, receipt, "company/customer", venue: by verb */
    struct str detail;                    /* by verb: problem code, date, customer number, ... */
    struct str reason;
};

/* "undo-<verb>" has the subject of what it takes back, and the detail "<its number>", then what its detail was. */
#define UNDO_PREFIX "undo-"
/* A venue on an add-on is being connected, and waits until QuickOrder has it; it has it; its key was refused, and it waits no more
 * than before. Subject: the venue, detail: the extension. */
#define ADD_ON_ASKED "add-on-asked"
#define ADD_ON_THERE "add-on-there"
#define ADD_ON_DROPPED "add-on-dropped"
/* A person asks that the books of a venue (the subject) are read again in PowerOffice, though nothing waits for them. */
#define READ_BOOKS "read-books"
/* Whether it takes another one back, and which; *ret_detail: that one's detail. */
bool decision_undoes(const struct decision *decision, uint64_t *ret_number, struct str *ret_detail);

/* "resend-on": a voucher that PowerOffice refused is built again and posted on another day. Its detail: the day, and the
 * revision that the person saw refused. */
bool decision_resends_on(const struct decision *decision, int32_t *ret_day, uint32_t *ret_revision);

struct audit;
USED enum err audit_open(struct str state_dir, struct audit **ret_audit, struct fault *fault);
/* For who only looks, and makes no store: ERR_NOT_FOUND: nobody has decided anything yet. */
USED enum err audit_open_there(struct str state_dir, struct audit **ret_audit, struct fault *fault);
void     audit_close(struct audit *audit);
USED enum err audit_append(struct audit *audit, const struct decision *decision, uint64_t *ret_number);
/* The last number there is; 0: nobody has decided anything. */
USED enum err audit_last(struct audit *audit, uint64_t *ret_number);
/* Cheap: tells whether there may be something new since the last call. */
bool     audit_changed(struct audit *audit);
/* Decisions about exactly this subject are about that one from here on: a person's name goes (bilag forget), and which customer in
 * PowerOffice that was; the decision stays. */
USED enum err audit_rename(struct audit *audit, struct str from, struct str to, uint64_t *ret_renamed);
typedef enum err (*audit_visit)(const struct decision *decision, void *context);
/* From `from` on, in order; views are dead after visit() returns. ERR_STOP from visit() ends it well. */
USED enum err audit_read(struct audit *audit, uint64_t from, audit_visit visit, void *context);
/* Only those with one of these verbs (none: with any) and this subject (empty: any), in order; the others are not read again
 * (audit_index.h). */
struct audit_wish { const char *const *verbs; size_t verb_count; struct str subject; };
USED enum err audit_read_of(struct audit *audit, const struct audit_wish *wish, audit_visit visit, void *context);

#endif
