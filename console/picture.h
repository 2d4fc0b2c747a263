/* picture.h - all venues at a glance: what of each is red, waits or is sent, kept in memory so that ten thousand are a page.
 *
 * A row is looked at anew when the page is asked for, the oldest first and as many as the time allows; while somebody looks,
 * the others follow between the requests. A page says how old its oldest row is.
 * Ownership   rows live until the next picture_take() after a reload.
 */
#ifndef BILAG_CONSOLE_PICTURE_H
#define BILAG_CONSOLE_PICTURE_H

#include "bilag/read/overview.h"

enum { PICTURE_DAYS = 35 };

struct picture_row {
    struct str id, name, company, fault;         /* fault: its file is wrong, and it is left out */
    int64_t looked_ms;                   /* wall clock; 0: never */
    uint64_t red, states[DOC_STATE_COUNT];
    int32_t oldest_waiting;              /* day of the oldest that waits for a person's transfer; 0: none */
    struct str first_red;                /* a document; empty: none */
    enum connected connected;
    bool login_fault, may_send, automatic, awaits_add_on;
};

struct picture;
USED enum err picture_open(struct picture **ret_picture);
void picture_close(struct picture *picture);                 /* NULL is fine */
/* The venues of another configuration. */
void picture_reload(struct picture *picture);

/* Rows by id, after looking for so long. ERR_MEMORY and the stores' errors. */
USED enum err picture_take(struct picture *picture, const struct config *config, int64_t budget_ms,
                           const struct picture_row **ret_rows, size_t *ret_count);
/* Between requests; says when it wants to go on (steady ms; INT64_MAX: nobody looks). */
int64_t picture_turn(struct picture *picture, const struct config *config, int64_t now_ms);

#endif
