/* contested.h - a number that came again with another content (docs/rules.md section 8): which of the contents is right, or
 * that the
 * register counts its numbers anew from there on.
 *
 * Contents   in the order in which they came, counted from 1. The first has no event when it was booked and is no longer kept.
 * Sentences  of what is refused are in the context's fault.
 * Ownership  everything lives in the context's arena until contested_close().
 */
#ifndef BILAG_BILAG_ACT_CONTESTED_H
#define BILAG_BILAG_ACT_CONTESTED_H

#include "bilag/read/context.h"
#include "bilag/read/receipts.h"
#include "mapper/tables.h"

struct content { const struct event *event; uint64_t place; int32_t day; bool booked, open; };

struct contested {
    struct context *context;
    const struct venue *venue;
    struct str text;                     /* "oslo-grill/K1/12" */
    struct receipt_name name;
    struct receipts *receipts;
    struct receipt_fate fate;
    struct content contents[RECEIPT_OTHERS_MAX + 1]; size_t count;
};

/* ERR_FORMAT: it is no receipt's name, or of no venue; ERR_NOT_FOUND: it is not known; ERR_REFUSED: nothing else came under its
 * number. To be closed whatever the answer. */
USED enum err contested_open(struct context *context, struct str text, struct contested *ret_contested);
void contested_close(struct contested *contested);
/* The money of a content; nothing if it does not add up. */
struct money content_amount(const struct event *event);

/* Whether the content of that number may be the right one. ERR_FORMAT: there is no such number; ERR_REFUSED. */
USED enum err contested_judge(struct contested *contested, size_t number);
/* Of one that was judged. */
USED enum err contested_choose(struct contested *contested, size_t number, struct str reason, uint64_t *ret_number);

/* The register that counts anew, what it is called from then on, and what of it would move. */
struct new_run { struct str base, next; uint64_t place; size_t count; struct money sum; };
/* visit is called for each content that would move. ERR_REFUSED: it is decided already, or too many would (the run is told
 * then). */
USED enum err contested_run(struct contested *contested, placed_visit visit, void *context, struct new_run *ret_run);
/* "K1/12" as it is called in the run: "K1~2/12". */
struct str new_run_name(const struct contested *contested, const struct new_run *run, struct str name);
/* Of one that was judged. */
USED enum err contested_begin(struct contested *contested, const struct new_run *run, struct str reason, uint64_t *ret_number);

#endif
