/* chosen.h - of the picture's rows (picture.h) those that a person sees and asked for, as they are told: what needs a person first, then
 * what has something to transfer, then by name; and the figures of all that the person sees.
 *
 * Ownership   the request's arena, and the picture's rows.
 */
#ifndef BILAG_CONSOLE_CHOSEN_H
#define BILAG_CONSOLE_CHOSEN_H

#include "picture.h"
#include "view.h"

struct chosen {
    struct view *view;
    const struct picture_row **rows; size_t count;           /* those that were asked for */
    const struct picture_row **all; size_t all_count;        /* those that the person sees */
    size_t red, waiting, unseen, unreadable;                 /* of all of these; after chosen_look() */
    int64_t oldest_ms;                   /* when that of them was looked at that was so longest ago */
};

/* Those whose name, id or organisation number match the search, if there is one. */
USED enum err chosen_take(struct view *view, struct str search, bool only_red, struct chosen *ret_chosen);
/* Those that are told, [from, upto) of the rows, are of this moment; then all are counted. */
USED enum err chosen_look(struct chosen *chosen, size_t from, size_t upto);
/* Each of them was looked at and could be read: the figures are of all. */
bool chosen_is_whole(const struct chosen *chosen);
/* Why nothing is told of a row that could not be read, and what to do; in the arena. */
struct str chosen_why_unreadable(struct view *view, const struct picture_row *row);

#endif
