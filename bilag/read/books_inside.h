/* books_inside.h - what the parts of the list of documents share: the stores that it reads, and a document as collected. */
#ifndef BILAG_BILAG_READ_BOOKS_INSIDE_H
#define BILAG_BILAG_READ_BOOKS_INSIDE_H

#include "books.h"
#include "poweroffice/refdata.h"
#include "sender/docs.h"

enum { SENDERS = 2 };

struct books {
    const struct config *config;
    struct store *mapper;                /* NULL: not there yet */
    struct docs *senders[SENDERS];       /* likewise */
    struct refstore *refs;               /* likewise */
};

/* A document as collected: bytes and status in the arena. */
struct book_row { struct str id, draft; struct send_status status; int32_t day; bool right; };

/* Adds what is wrong with it that no stage says (books_late.c): a voucher that is sent, or about to be, of a day of which the log has
 * nothing; and a day that is over, quiet, and still open. Texts in the arena. */
USED enum err books_judge_behind(struct books *books, struct arena *arena, const struct book_row *row, struct book_doc *doc);
USED enum err books_judge_open(struct books *books, struct arena *arena, struct book_doc *doc);

#endif
