/* books.h - every document there is, as one list: the mapper's drafts joined with what the senders keep.
 *
 * Reading    straight from the stores, read-only: works while stages run and while nothing runs. Each store is
 *            one consistent picture; a document that moves between two of them is shown as one of the two.
 * Which draft  that which the sender judged or sent; the mapper's own as long as no sender has heard of it.
 * Ownership  everything lives in the caller's arena.
 * Order      by business day; within it vouchers by part, then orders by register and number.
 */
#ifndef BILAG_BILAG_READ_BOOKS_H
#define BILAG_BILAG_READ_BOOKS_H

#include "domain/config.h"
#include "domain/draft.h"

/* What a sender knows of a document. */
struct send_status {
    bool known;                          /* false: no sender has heard of it, all else is zero */
    enum doc_state state;
    bool sealed, transfer;
    bool has_total;
    struct money total;                  /* orders: what PowerOffice made of it */
    uint32_t revision, round, attempts;
    int64_t number, invoice_no;          /* voucher or order number; 0: none yet */
    int32_t invoice_day;                 /* the date that its invoice was asked for with; 0: none was said */
    int64_t next_ms, since_ms, sent_ms;
    int pdf;                             /* enum pdf: is its settlement attached to it? */
    const char *work;                    /* what it does next: "send", "lookup", ...; "none" */
    struct str id, words, accepted;
    struct str draft, problems;          /* encoded */
};

struct book_doc {
    struct str id;                       /* "oslo-grill/2026-11-20/1" */
    enum doc_state state;
    struct send_status status;
    struct draft draft;                  /* draft.problems: all that is wrong, the sender's word before the mapper's */
    uint32_t newer_revision;             /* the mapper has built this one, not judged yet; 0: none */
    bool asks;                           /* a decision about its venue waits for what its sender has of it */
};

struct book_list { struct book_doc *docs; size_t count; };

/* A day that is over, quiet, and not closed so long after is told: time for a restart, and for reading a long log. */
enum { BOOKS_LATE_MS = 3600 * 1000 };

struct books;
/* Stores that are not there yet are read as empty. */
USED enum err books_open(const struct config *config, struct books **ret_books, struct fault *fault);
void books_close(struct books *books);                       /* NULL is fine */
/* Gives mapped memory back, if there is much: who looks at all needs no more than who looks at some. */
void books_relax(struct books *books);
/* The venue's documents of these business days, both included. */
USED enum err books_venue(struct books *books, struct str venue, int32_t from, int32_t to, struct arena *arena,
                          struct book_list *ret_list);
/* The same for who only counts: of what is sent and right, the draft says which document it is and no more. */
USED enum err books_venue_brief(struct books *books, struct str venue, int32_t from, int32_t to, struct arena *arena,
                                struct book_list *ret_list);
/* What the Z reports of a business day say was sold, together. *ret_count 0: none came, or none is kept. */
USED enum err books_z_total(struct books *books, struct str venue, int32_t day, struct money *ret_total,
                            uint64_t *ret_count);
/* One document by its name. ERR_NOT_FOUND. */
USED enum err books_doc(struct books *books, struct str id, struct arena *arena, struct book_doc *ret_doc);

/* The venues of which there are documents, set up or not. */
USED enum err books_names(struct books *books, struct arena *arena, struct str **ret_names, size_t *ret_count);
/* A voucher of a day of which no store has an event: neither the mapper, which has read all that the log has of the venue, nor what
 * is parked. False for days whose receipts may be gone by now (retention_days), and while the mapper reads. */
USED enum err books_nothing_behind(struct books *books, const struct draft *draft, struct arena *arena, bool *ret_nothing);

bool book_doc_is_red(const struct book_doc *doc);            /* a person is needed: held, failed, or sent and not right */
/* There is nothing in it to send: withdrawn, or a day without lines. */
bool book_doc_is_empty(const struct book_doc *doc);
/* A person reversed it in PowerOffice, and it is left so: it goes out no more (`bilag leave-reversed`). */
bool book_doc_is_left_reversed(const struct book_doc *doc);

/* What has been waiting to be sent, both senders together. */
struct backlog { uint64_t documents; int64_t oldest_ms; char oldest[DOC_ID_SIZE]; };
USED enum err books_backlog(struct books *books, struct backlog *ret_backlog);

/* The trail of one document, in order. */
struct trail_fact { int64_t time_ms; struct str what, detail; uint32_t revision; };
USED enum err books_trail(struct books *books, const struct doc *doc, struct arena *arena, struct trail_fact **ret_facts,
                          size_t *ret_count);

#endif
