/* notices.h - what was told and what is still to be told, in STATE_DIR/watch.
 *
 * A matter that began is written down together with a notice for each recipient whom it concerns, in one commit; so is its end.
 * A recipient's notices wait in order, until a letter made of the first of them was taken.
 * A letter is written down, with its id, before it is first brought out, and stays the same bytes however often it is: who gets
 * it twice (SMTP, webhooks and commands cannot say for certain that they took it) sees the same id. When it was taken, it and its
 * notices are gone in one commit.
 * Durability  ERR_OK: on disk.
 * Ownership   what is handed out lives in the arena.
 * Errors      the store's.
 */
#ifndef BILAG_WATCH_NOTICES_H
#define BILAG_WATCH_NOTICES_H

#include "matter.h"
#include "base/store.h"
#include "domain/renaming.h"

enum { NOTICE_TEXT_MAX = 20000, LETTER_ID_SIZE = 33, LETTER_NOTICES_MAX = 100, LETTER_BYTES_MAX = 4 * 1024 * 1024,
       LETTER_WORDS_MAX = 200 };

enum notice_what { NOTICE_BEGIN, NOTICE_END, NOTICE_SUMMARY, NOTICE_WHATS };

struct notice {
    uint64_t number;                     /* its place among those of its recipient */
    uint32_t what, kind;                 /* enum notice_what, enum matter_kind (of a summary: 0) */
    int32_t day;
    int64_t time_ms, since_ms;           /* when it was seen; when its matter began */
    struct str matter, venue, company, text;     /* text: in the recipient's language */
};

struct letter {
    struct str id;                       /* 32 hex */
    struct str to;                       /* the way and the address it was written for: "mail drift@example.no" */
    int64_t made_ms, next_ms;            /* next_ms: not brought out before */
    uint64_t upto, notices;              /* of notices: the last one's number; how many */
    uint32_t tries;
    struct str words;                    /* why the last try failed; empty: none did */
    struct str body;
};

struct notices;
USED enum err notices_open(struct str state_dir, struct notices **ret_notices, struct fault *fault);
void notices_close(struct notices *notices);                 /* NULL is fine */

/* What a look found. Matters of days before `from` were not looked at and stay as they are; days before `forget`, if they are of
 * kinds that are looked for day by day, are dropped without a word. */
struct settling {
    const struct config *config;
    const struct matters *found;         /* sorted */
    int32_t from, forget;
    bool partial;                        /* no look: what is found begins, and nothing ends */
    int64_t now_ms;
    /* A summary is due: its text for a recipient, into the arena; STR_NONE: this one gets none. NULL: none is due. */
    struct str (*summary)(const struct watch_recipient *recipient, void *context);
    void *context;
    int32_t summary_day;                 /* whose summary it is */
    uint64_t ret_began, ret_ended, ret_open;
};
USED enum err notices_settle(struct notices *notices, struct settling *settling);
/* The day of the last summary. ERR_NOT_FOUND: none was made. */
USED enum err notices_summary_day(struct notices *notices, int32_t *ret_day);

/* Notices and letters of recipients that are no longer there are dropped. */
USED enum err notices_keep_only(struct notices *notices, const struct config *config, uint64_t *ret_dropped);

/* A person's name, in quotes in what is told of its venues, gives way to the pseudonym: in matters that have not ended and in what waits.
 * A letter that was made of that is written anew, under another id: who took it, and died before saying so, gets it twice. Only while
 * no watch runs; it may be done again. */
USED enum err notices_rename(struct notices *notices, const struct renaming *renaming, uint64_t *ret_renamed);

/* A recipient's letter. ERR_NOT_FOUND: none is written. */
USED enum err notices_letter(struct notices *notices, struct str recipient, struct arena *arena, struct letter *ret_letter);
/* Its notices that wait, at most `max`, in order. */
USED enum err notices_waiting(struct notices *notices, struct str recipient, size_t max, struct arena *arena,
                              struct notice **ret_notices, size_t *ret_count);
/* How many wait, those in a letter included, and since when; 0: none. */
USED enum err notices_count(struct notices *notices, struct str recipient, uint64_t *ret_count, int64_t *ret_oldest_ms);
USED enum err notices_put_letter(struct notices *notices, struct str recipient, const struct letter *letter);
/* It was taken: the letter and its notices are gone. */
USED enum err notices_taken(struct notices *notices, struct str recipient, const struct letter *letter);

#endif
