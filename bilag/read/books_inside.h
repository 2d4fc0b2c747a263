/* books_inside.h - the two halves of books.h, kept apart because the stores' own headers share words. */
#ifndef BILAG_BILAG_READ_BOOKS_INSIDE_H
#define BILAG_BILAG_READ_BOOKS_INSIDE_H

#include "books.h"
#include "base/store.h"

/* A document as collected: bytes and status in the arena. */
struct book_row { struct str id, draft; struct send_status status; };
struct book_rows { struct book_row *at; size_t count, room, sorted; struct arena *arena; };

/* The row of a document: found among the first `sorted` (byte order), else added. NULL: out of memory. */
struct book_row *book_row_of(struct book_rows *rows, struct str id);

struct book_drafts;                      /* the mapper's store */
USED enum err book_drafts_open(const struct config *config, struct book_drafts **ret_drafts, struct fault *fault);
void book_drafts_close(struct book_drafts *drafts);
USED enum err book_drafts_collect(struct book_drafts *drafts, struct str prefix, struct book_rows *rows);
USED enum err book_drafts_z_total(struct book_drafts *drafts, struct str venue, int32_t day, struct money *ret_total,
                                  uint64_t *ret_count);

struct book_senders;                     /* the uploader's and the invoicer's */
USED enum err book_senders_open(const struct config *config, struct book_senders **ret_senders, struct fault *fault);
void book_senders_close(struct book_senders *senders);
USED enum err book_senders_collect(struct book_senders *senders, struct str prefix, struct book_rows *rows);
USED enum err book_senders_backlog(struct book_senders *senders, struct backlog *backlog);
USED enum err book_senders_trail(struct book_senders *senders, const struct doc *doc, struct arena *arena,
                                 struct trail_fact **ret_facts, size_t *ret_count);

#endif
