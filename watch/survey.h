/* survey.h - one look at all that `bilag status` looks at, a few venues at a time, and the matters that it finds.
 *
 * Read-only; between two calls no store is open. A look that meets an error is none: nothing begins or ends by it.
 * Days       all of them now and then (`whole`), else those of the last WATCH_DAYS: there may be 10,000 venues.
 * Ownership  all lives in the survey until survey_free().
 */
#ifndef BILAG_WATCH_SURVEY_H
#define BILAG_WATCH_SURVEY_H

#include "matter.h"
#include "bilag/read/overview.h"

enum { WATCH_DAYS = 45, MISSED_DAYS = 90 };

/* Of one venue, for the daily summary. */
struct survey_row { struct str id, name, company; uint64_t sent, waiting, red; };

/* How long what passes by itself has held, over the looks of a process. */
struct lasting;
USED enum err lasting_open(struct lasting **ret_lasting);
void lasting_close(struct lasting *lasting);                 /* NULL is fine */

struct survey {
    struct config config;                /* a copy, in which bilag-watch does not ask itself how it is */
    struct lasting *lasting;
    struct arena arena, venue_arena;     /* venue_arena: of one venue, emptied */
    struct matters matters;
    struct survey_row *rows; size_t row_count;
    struct whole_status whole;
    bool all_days, whole_done, done;
    size_t next;                         /* venue */
    int64_t now_ms;                      /* when it began */
    int32_t from;                        /* business days before it are not looked at */
};

/* config must outlive it. */
USED enum err survey_begin(struct survey *survey, const struct config *config, struct lasting *lasting, bool all_days,
                           int64_t now_ms);
/* Looks on for about that long; done says that all was looked at. */
USED enum err survey_on(struct survey *survey, int64_t budget_ms, struct fault *fault);
void survey_free(struct survey *survey);

/* Machines that are lost, or that run another version or configuration than this one; nothing where there is one machine. */
USED enum err survey_fleet(struct matters *matters, const struct fleet *fleet);
/* What of a venue's days is missing at a moment, and what must be posted soon; list: its documents of the days from `from` on. */
USED enum err survey_days(struct matters *matters, const struct venue *venue, const struct book_list *list, int32_t from,
                          int64_t now_ms);
/* Of the matters from the first on: a day that came late is open until its mappers have closed it, and told only when that lasts.
 * A day that most looks do not look at (WATCH_DAYS) is told at once. */
void survey_let_pass(const struct survey *survey, size_t first);
USED enum err survey_lock(struct matters *matters, const struct venue *venue, const struct book_list *list, int32_t lock_date,
                          int32_t lock_days, int64_t now_ms);
/* The last day of the VAT term of a day, and when its return is due: two months each; the tenth of the second month after it, and
 * 31 August for May and June (docs/design.md section 11). */
int32_t vat_term_end(int32_t day);
int32_t vat_term_due(int32_t term_end);

#endif
