/* picture.h - all venues at a glance: what of each is red, waits or is sent, kept in memory so that ten thousand are a page.
 *
 * After the start, and while somebody looks, rows are looked at anew between the requests, the oldest first; when the page is asked
 * for, as many of them as the time allows. The rows that a page tells are looked at once more before it does
 * (picture_refresh()): what it says of a venue is of that moment; which venues come first is of the last round.
 * Ownership   rows live until the next picture_take() after a reload.
 */
#ifndef BILAG_CONSOLE_PICTURE_H
#define BILAG_CONSOLE_PICTURE_H

#include "bilag/read/overview.h"

enum { PICTURE_DAYS = 35 };

struct picture_row {
    struct str id, name, company, fault;         /* fault: its file is wrong, and it is left out */
    int64_t looked_ms;                   /* wall clock; 0: never */
    uint64_t red, warned, states[DOC_STATE_COUNT], kinds[DOC_KINDS][DOC_STATE_COUNT];
    int32_t oldest_waiting;              /* day of the oldest that waits for a person's transfer; 0: none */
    struct str first_red;                /* a document; empty: none */
    enum connected connected;
    bool login_fault, automatic, awaits_add_on;
};

struct picture;
USED enum err picture_open(struct picture **ret_picture);
void picture_close(struct picture *picture);                 /* NULL is fine */
/* The venues of another configuration. */
void picture_reload(struct picture *picture);

/* Rows by id, after looking for so long. ERR_MEMORY and the stores' errors. */
USED enum err picture_take(struct picture *picture, const struct config *config, int64_t budget_ms,
                           const struct picture_row **ret_rows, size_t *ret_count);
/* Not one of them waits for its first look. */
bool picture_is_whole(const struct picture *picture);
/* Those that are told: looked at now, unless they were within the second. */
USED enum err picture_refresh(struct picture *picture, const struct config *config, const struct picture_row *const *rows,
                              size_t count);
/* Between requests; says when it wants to go on (steady ms; INT64_MAX: nobody looks). */
int64_t picture_turn(struct picture *picture, const struct config *config, int64_t now_ms);

#endif
