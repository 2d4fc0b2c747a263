/* record.h - what a sender keeps of one document, and how events move it from state to state.
 *
 * Work      what is to be done next, and in which lane. The first lane blocks its venue: one document at a
 *           time, the oldest business day first. The second lane (from WORK_TELL on) blocks nobody.
 * Sealed    the draft and body may no longer change: they may stand in PowerOffice. Only the certainty that
 *           they do not (refused, and a person's word; reversed) opens the document for a new round.
 * Moves     record_move() is a table and touches nothing but the record; what it answers with ERR_REFUSED
 *           has no place in the present state and changes nothing.
 * Times     wall clock, ms since 1970 UTC; 0: never.
 * Ownership texts are views: into the store inside a transaction, else into the arena it was copied to.
 */
#ifndef BILAG_SENDER_RECORD_H
#define BILAG_SENDER_RECORD_H

#include "domain/draft.h"

/* X(name, text, lane) */
#define WORKS(X) \
    X(WORK_NONE,     "none",     0) \
    X(WORK_SEND,     "send",     1)       /* seal it if it is not, and POST it */ \
    X(WORK_LOOKUP,   "lookup",   1)       /* it may stand in PowerOffice: find out */ \
    X(WORK_REVERSE,  "reverse",  1) \
    X(WORK_TELL,     "tell",     2)       /* it may be built again: tell the mapper until it does */ \
    X(WORK_NUMBER,   "number",   2)       /* sent, its number was not in the answer */ \
    X(WORK_INVOICE,  "invoice",  2)       /* order: ask PowerOffice to send the invoice */ \
    X(WORK_INVOICED, "invoiced", 2)       /* ... asked: has it been sent? */ \
    X(WORK_UNDOING,  "undoing",  2)       /* its reversal was asked for: has it been done? */ \
    X(WORK_PDF,      "pdf",      2)       /* voucher, sent: its settlement is to be attached to it (attach.c) */ \
    X(WORK_CHECK,    "check",    2)       /* sent; a person may have taken it back in PowerOffice: is that so? */ \
    X(WORK_TWIN,     "twin",     2)       /* sent; another may stand there under its reference: does it? (twin.c) */
#define X(name, text, lane) name,
enum work { WORKS(X) WORK_COUNT };
#undef X
const char *work_text(enum work work);
int         work_lane(enum work work);                       /* 0: nothing to do */

/* What a sender is, in this boot: claims of another boot of the same instance are dead. */
struct owner { int32_t instance; uint64_t boot; };

/* The settlement on a voucher. Refused: a person may have it tried again (resend). */
enum pdf { PDF_NONE, PDF_DUE, PDF_THERE, PDF_REFUSED };

struct record {
    enum doc_state state;
    enum work work;
    int64_t next_ms;                      /* not before */
    bool claimed;                         /* a request is under way, or was as its owner died */
    struct owner owner;

    struct str venue, client_id, company;
    int32_t day;
    uint32_t revision;                    /* of draft */
    struct str draft;                     /* sealed: the one that was sent */
    struct str problems;                  /* encoded; decode with record_problems() */
    bool sealed;
    bool automatic;                       /* as the draft says */
    bool transfer;                        /* a person had it sent */
    struct str body;                      /* the request, byte for byte; empty before it is sealed */
    uint64_t upto, decided;               /* places of the log, and decisions, that it covers (draft.h) */
    bool credit_ordered;

    struct str id;                        /* in PowerOffice (UUID); empty: not there, as far as is known */
    int64_t number;                       /* voucher or order number; 0: not known yet */
    bool has_total;
    struct money total;                   /* orders: what PowerOffice made of it */
    int64_t first_ms, since_ms;           /* first seen; in this state since */
    int64_t closed_ms;                    /* its day closed, as far as the sender heard; 0: before that was kept, or open */
    int64_t sealed_ms, sent_ms;
    uint32_t attempts, lookups, refusals; /* tries in a row; looks without a find; refusals of what is looked up */
    struct str words;                     /* PowerOffice's own, of the last answer that was not success */
    struct str accepted;                  /* problem codes, comma between */
    struct str old_ids;                   /* in PowerOffice, of rounds that were reversed; comma between */
    int64_t invoice_no;
    int32_t invoice_day;                  /* the date that the request for its invoice said; 0: none was said */
    bool asked;                           /* PowerOffice has acknowledged that it is to send the invoice, or to reverse */
    uint32_t round;                       /* 1, 2, ...: how often it was built from the start */
    uint32_t facts;                       /* in the trail */
    struct str books;                     /* PowerOffice's ClientId that it was sealed for; empty: not known */
    uint32_t asks;                        /* requests to reverse in a row that nothing came of */
    uint32_t pdf;                         /* enum pdf */
};

void record_encode(const struct record *record, struct strbuf *out);
USED enum err record_decode(struct str bytes, struct record *ret_record);     /* views into bytes */
/* Everything of it into the arena. */
USED enum err record_copy(struct arena *arena, const struct record *from, struct record *ret_record);
/* Without those that a person has accepted after it was sent: they are kept, should he take that back. */
void record_problems(const struct record *record, struct problems *ret_problems);
/* Replaces the problems; the bytes are put into the arena. */
USED enum err record_set_problems(struct record *record, struct arena *arena, const struct problems *problems);
/* Whether text is one of the comma list's. */
bool list_has(struct str list, struct str text);

/* X(name, text): the text is the fact in the trail. */
#define DOC_STEPS(X) \
    X(STEP_PREVIEW,       "preview")        /* verdicts: the day goes on, ... */ \
    X(STEP_PROBLEMS,      "held") \
    X(STEP_READY,         "ready") \
    X(STEP_READY_AUTO,    "queued") \
    X(STEP_CLAIM,         "sealed")         /* the request is about to leave */ \
    X(STEP_DONE,          "sent") \
    X(STEP_NOT_PROCESSED, "not-processed") \
    X(STEP_UNKNOWN,       "answer-lost") \
    X(STEP_LOGIN,         "login") \
    X(STEP_REFUSED,       "refused") \
    X(STEP_DOUBTED,       "refused-looked-up")  /* refused, and it may stand there all the same: look it up */ \
    X(STEP_FOUND,         "found") \
    X(STEP_DIFFERS,       "differs") \
    X(STEP_NOT_FOUND,     "not-found")      /* once more, later */ \
    X(STEP_ABSENT,        "absent")         /* not found often enough: send it again */ \
    X(STEP_TRANSFER,      "transfer")       /* decisions */ \
    X(STEP_RESEND,        "resend") \
    X(STEP_REVERSE,       "reverse") \
    X(STEP_UNDO_ASKED,    "reversal-asked") /* answered, in whatever words: the voucher says whether it is done */ \
    X(STEP_UNDO_AGAIN,    "reversal-again") /* it never came there: asked for once more */ \
    X(STEP_REVERSED,      "reversed") \
    X(STEP_KEPT,          "reversal-refused") \
    X(STEP_BY_HAND,       "by-hand")        /* a person has entered it */ \
    X(STEP_UNDO_BY_HAND,  "undo-by-hand")   /* ... and takes that back: it may be built again */ \
    X(STEP_LEAVE,         "leave-reversed") /* taken back in PowerOffice, and it is to stay so */
#define X(name, text) name,
enum doc_step { DOC_STEPS(X) DOC_STEP_COUNT };
#undef X
const char *doc_step_text(enum doc_step event);

/* Moves state and work, frees the claim (STEP_CLAIM sets none: the caller does) and since_ms. */
USED enum err record_move(struct record *record, enum doc_step event, int64_t now_ms);
/* A verdict about this document may replace its draft: nothing of it is, or may be, in PowerOffice. */
bool record_open_for(const struct record *record, uint32_t revision);

#endif
