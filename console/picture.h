/* picture.h - all venues at a glance: what of each is red, waits or is sent, kept in memory so that ten thousand are a page.
 *
 * After the start, after the configuration was read again, and while somebody looks, rows are looked at anew between the requests, in
 * turn; when the page is asked for, as many of them as the time allows. The rows that a page tells are looked at once more before it
 * does (picture_refresh()): what it says of a venue is of that moment; which venues come first is of the last round.
 * Days        all of them: what needs a person does so however old it is. What is sent and right is not decoded (books.h).
 * Unreadable  a venue of which not everything can be read is red and says so; nothing is counted of it, and the others are told.
 * Ownership   rows live until the next picture_take() after a reload.
 */
#ifndef BILAG_CONSOLE_PICTURE_H
#define BILAG_CONSOLE_PICTURE_H

#include "bilag/read/overview.h"

struct picture_row {
    struct str id, name, company, fault;         /* fault: its file is wrong, and it is left out */
    int64_t looked_ms, steady_ms;        /* when: by the wall clock, 0: never; and by the steady one */
    bool due;                            /* not looked at since the configuration was read */
    enum err unreadable;                 /* what stood in the way when it was looked at; ERR_OK: nothing */
    uint64_t red, warned, states[DOC_STATE_COUNT], kinds[DOC_KINDS][DOC_STATE_COUNT];
    int32_t oldest_waiting;              /* day of the oldest that waits for a person's transfer; 0: none */
    struct str first_red;                /* a document; empty: none */
    enum connected connected;
    bool login_fault, automatic, awaits_add_on;
};

struct picture;
USED enum err picture_open(struct picture **ret_picture);
void picture_close(struct picture *picture);                 /* NULL is fine */
/* The venues of another configuration; what is known of those that stay is kept, and all are looked at once. */
void picture_reload(struct picture *picture);

/* Rows by id, after looking for so long. ERR_MEMORY and the stores' errors. */
USED enum err picture_take(struct picture *picture, const struct config *config, int64_t budget_ms,
                           const struct picture_row **ret_rows, size_t *ret_count);
/* How many of them wait for their first look. */
size_t picture_unseen(const struct picture *picture);
/* Those that are told: looked at now, unless they were within the second. */
USED enum err picture_refresh(struct picture *picture, const struct config *config, const struct picture_row *const *rows,
                              size_t count);
/* Something of it needs a person. */
bool picture_row_is_red(const struct picture_row *row);
/* The order in which rows are told: 0 is red, 1 has something that waits for a transfer, 2 is neither. */
int picture_row_rank(const struct picture_row *row);
/* Between requests; says when it wants to go on (steady ms; INT64_MAX: nobody looks). */
int64_t picture_turn(struct picture *picture, const struct config *config, int64_t now_ms);

#endif
