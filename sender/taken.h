/* taken.h - documents that PowerOffice's lists say were taken back by somebody, and by what; and those of which they name two.
 *
 * For who reads such lists (watch.c once a client and day, `bilag check --online` at once): the paths and rows are the ops'.
 * Use       taken_begin(), taken_want() for every document that is looked for, then, until the step is below 0: ask
 *           ops->watch_path(), give the answer to taken_answer(). Rows of other documents are not kept, so a list costs
 *           16 bytes a document, however much happens in the client's books; but for rows of which another row must tell
 *           whose they are (`kept`: credit notes).
 */
#ifndef BILAG_SENDER_TAKEN_H
#define BILAG_SENDER_TAKEN_H

#include "sender.h"

enum { WATCH_BACK_DAYS = 35, TAKEN_PAGES_MAX = 2000 };

enum { WATCH_END = -1, WATCH_DENIED = -2 };

/* Its id in PowerOffice; by: for people, may be empty; stands: the row says that it is there, as it should be. amount: what
 * rows of the same id, that say the same, come to. invoice: of an order's row, the number of the invoice that it became.
 * A row about what stands may say under which reference, and what is called so there (name). The list makes a row of the
 * reference of that (named): its id is the reference, by the first name, and twin another one. */
struct taken {
    char id[64], by[64], twin[64], reference[REFERENCE_SIZE], name[64];
    bool stands, kept, named;
    struct money amount;
    int64_t invoice;
};

struct taken_key { uint64_t hash; size_t at; };              /* at: its row's place and one; 0: no row yet */

struct taken_list {
    int64_t since_ms, began_ms;           /* what changed since then is asked for; when the reading began */
    char books[64];                       /* whose lists these are; documents of others are passed over. Empty: not known */
    int32_t oldest;                       /* day of the oldest document looked for; 0: there is none */
    int step, page, page_size, pages;     /* where the reading is; page: from 1; pages: asked for until now */
    struct taken_key *keys;
    size_t key_count, key_room;
    bool sorted;
    struct taken *rows;
    size_t row_count, row_room;
};

void taken_begin(struct taken_list *list, int64_t since_ms, int64_t began_ms);
void taken_free(struct taken_list *list);
/* Whether rows can be about it: it is sent, to these books, and it is not known already that it was taken back. */
bool taken_can_be(const struct taken_list *list, const struct record *record);
/* Before the first answer. Documents that nothing can be taken back of are passed over. */
USED enum err taken_want(const struct sender_ops *ops, struct str doc, const struct record *record, struct taken_list *list);
/* Takes the answer and moves step and page; follows what its header names as the next page. ERR_FORMAT: it is no list.
 * ERR_REFUSED: it may not be read (step is WATCH_DENIED). ERR_NETWORK: it did not come. ERR_TOO_LONG: no end in sight. */
struct taken_answer { enum outcome outcome; struct str body; bool last_page; struct next_page next; };
USED enum err taken_answer(const struct sender_ops *ops, const struct taken_answer *answer, struct taken_list *list);
/* The row about the document of this id; NULL: there is none. Of several, one that says that it does not stand. */
const struct taken *taken_find(const struct taken_list *list, struct str id);

/* What stands in PowerOffice under the document's reference and is another one: its name there. NULL: nothing, as far as the lists
 * say. They are of a replica, and a round that was reversed may still be in them: record says which those were. */
const char *taken_twin(const struct sender_ops *ops, struct str doc, const struct record *record,
                       const struct taken_list *list);

/* Whether that is news to the document: a twin that it does not know, or one that it knows and that may be gone. ret_twin: the one to
 * be looked at; empty: none stands. */
bool taken_twin_news(const struct sender_ops *ops, struct str doc, const struct record *record, const struct taken_list *list,
                     struct str *ret_twin);

/* It is sent, nobody is at it, and it is not known already: what is red if it was taken back. */
bool taken_concerns(const struct record *record);
/* The same, but that something else of it is under way: it is looked for again. What is being reversed, or asked for
 * already, sees by itself that it was taken back. */
bool taken_is_busy(const struct record *record);

#endif
