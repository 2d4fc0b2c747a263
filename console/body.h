/* body.h - the JSON body of a request, as the fields that a page's form has: what is pressed on a page and what a program asks for
 * is done by the same function.
 *
 * Members   have a row each: its type, and the field that it becomes. One that has no row, comes twice, is of another type or longer
 *           than bounds refuses the body; so does what is no JSON in UTF-8, or no object.
 * Lists     become several fields of one name; objects in a list one field, put together as its kind says.
 * Ownership fields live in the arena.
 */
#ifndef BILAG_CONSOLE_BODY_H
#define BILAG_CONSOLE_BODY_H

#include "base/err.h"

enum { BODY_TEXT_MAX = 64 * 1024, BODY_LIST_MAX = 4000 };

struct view_field { struct str name, value; };

enum body_kind {
    BODY_TEXT,
    BODY_NUMBER,                         /* whole, not negative: its digits */
    BODY_SWITCH,                         /* true: "1"; false: as a box that is not ticked, no field */
    BODY_ORE,                            /* whole øre, as kroner are written: "12,50" */
    BODY_TEXTS,                          /* a list of texts: a field each */
    BODY_WORDS,                          /* a list of texts: one field with commas, which no text may have */
    BODY_PLACES,                         /* [{"section","entry","key","value"}]: "s/SECTION/ENTRY/KEY" = value */
    BODY_CONNECTIONS,                    /* [{"till_customer","number"}]: "NUMBER;TILL_CUSTOMER" */
};
struct body_member { const char *name; enum body_kind kind; const char *field; };

enum body_fault { BODY_FINE, BODY_NO_JSON, BODY_UNKNOWN, BODY_TWICE, BODY_WRONG, BODY_TOO_LONG, BODY_MEMORY };

struct body {
    struct arena *arena;
    const struct body_member *members; size_t member_count;
    struct view_field *fields; size_t count, room;           /* what was read; there is place for one more */
    uint64_t seen;                       /* bits of the members that were there */
    struct str wrong;                    /* the member that the fault is about */
};

/* body: arena, members and their count are given. */
USED enum body_fault body_read(struct body *body, struct str text);

#endif
