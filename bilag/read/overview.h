/* overview.h - what there is to tell of all venues: documents, proofs, connection, what was refused, the stages.
 *
 * Read-only, from the stores and from the stages' answers; works while nothing runs. Amounts in øre.
 * Ownership  of the whole: the context's arena; of a venue: the arena that is given with it.
 */
#ifndef BILAG_BILAG_READ_OVERVIEW_H
#define BILAG_BILAG_READ_OVERVIEW_H

#include "addons.h"
#include "base/fleet.h"
#include "begun.h"
#include "bilag/read/books.h"
#include "bilag/read/context.h"
#include "bilag/read/parked.h"
#include "bilag/read/stages.h"

struct refstore;

enum connected { CONNECTED_UNKNOWN, CONNECTED_NO, CONNECTED_YES };

/* One business day: Z total = lines total = voucher + orders + manual, and VAT as the till and PowerOffice count it. */
struct day_proof {
    int32_t day;
    bool has_z;                          /* the day is closed, its Z reports are there and kept */
    struct money z;
    struct money elsewhere;              /* what they hold beside the day's sales though it is not red: sold on another business
                                            day, left out, not booked, or accepted as it is */
    bool open, red;                      /* of its vouchers: one is not closed; one is held or failed */
    struct money lines, voucher, orders, manual, difference;
    struct money rounding;               /* what PowerOffice makes of the orders, less the till's totals */
    bool has_till_vat;
    struct money till_vat, computed_vat;
};

struct refused { struct str venue; uint64_t count; struct str last_reason; int64_t last_ms; };

struct venue_status {
    struct str id, name, company;
    const struct venue *venue;           /* NULL: left out, and `fault` says why */
    const char *fault;
    bool unreadable;                     /* not everything of it can be read, and nothing of it is counted */
    enum connected connected;
    struct str login_fault, missing_privileges;
    bool subscription_refused;           /* it is the installation's key that is refused: told once, of the whole */
    bool transfer_allowed;
    bool awaits_add_on;                  /* QuickOrder has not said yet that it has its add-on (addons.h) */
    struct book_list list;
    struct day_proof *days; size_t day_count;
    uint64_t refused;
    uint64_t states[DOC_STATE_COUNT], red, warned;           /* of its documents that are not empty */
    uint64_t kinds[DOC_KINDS][DOC_STATE_COUNT];
};

struct whole_status {
    const struct config *config;
    int64_t now_ms;
    int64_t looked_ms;                   /* when that venue was looked at that was so longest ago; 0: now */
    struct stage_state *stages; size_t stage_count;
    struct backlog backlog;
    bool outage;                         /* PowerOffice does not answer */
    int64_t takes_ms;                    /* to send the backlog at the full quota; 0: nothing waits */
    int64_t through_ms;                  /* when that is done; 0: nothing waits, or nobody can tell */
    bool one_venue;                      /* only one was asked for: nothing of it is left out */
    bool only_red, brief;                /* so was only what is red; a line a venue */
    struct refused *refused; size_t refused_count;
    uint64_t refused_total;
    struct parked parked;
    struct addons addons;
    struct begun_list begun;             /* forgetting that was broken off */
    struct fleet fleet;                  /* the engine, and the machines that share it */
    /* counted over the venues as they are told */
    uint64_t states[DOC_STATE_COUNT];
    uint64_t red, warned, venues, venues_out, venues_unreadable;
    uint64_t unconnected;                /* venues without a key, or whose key is refused */
    uint64_t subscription_refused;       /* venues for which PowerOffice refuses the installation's key */
    char subscription_words[160];        /* ... as it says */
};

/* All but the venues: stages, backlog, refusals. */
USED enum err overview_whole(struct context *context, struct books *books, struct whole_status *ret_whole);
/* The same for who reads no document. */
USED enum err overview_whole_alone(struct context *context, struct whole_status *ret_whole);
/* One venue, of which id, and venue or fault, are set. refs NULL: PowerOffice was never read. */
USED enum err overview_venue(struct context *context, struct books *books, struct refstore *refs, int32_t from, int32_t to,
                             struct arena *arena, const struct whole_status *whole, struct venue_status *venue);
/* The same without its days' proofs and what was refused: its documents counted, its connection, and a brief list. */
USED enum err overview_glance(struct context *context, struct books *books, struct refstore *refs, int32_t from, int32_t to,
                              struct arena *arena, const struct whole_status *whole, struct venue_status *venue);
/* The earliest moment that a stage tells as a counter of that name, in seconds; 0: none does. */
int64_t whole_earliest(const struct whole_status *whole, struct str name);
/* Nothing can be acknowledged now: no standby is in step, and one is to be. */
bool whole_waits_for_standby(const struct whole_status *whole);
/* Documents, venues that are not connected, refused lines, venues with parked sales, persons half forgotten, machines that are
 * lost, and a lack of standbys. */
uint64_t whole_red(const struct whole_status *whole);
/* "3 venues: ..."; nothing where the installation's key is not refused. After the venues were counted. */
void whole_subscription(const struct whole_status *whole, struct strbuf *out);
/* What was refused of other venues, or is parked for them, is not asked about. */
void whole_only(struct whole_status *whole, struct str venue);
/* Something of it needs a person: a document, the connection, the set-up. */
bool venue_is_red(const struct venue_status *venue);
/* Counts it into the whole, once. */
void overview_count(struct whole_status *whole, const struct venue_status *venue);

/* The proof of each business day among the documents, in order. */
USED enum err status_prove(const struct book_list *list, struct arena *arena, struct day_proof **ret_days,
                           size_t *ret_count);
/* An order that PowerOffice makes an øre a line more or less: noted, in its books and not in the till's
 * (docs/rules.md section 4). */
bool status_has_rounding(const struct book_doc *doc);
/* What the day's Z reports say, for the proof. Z less elsewhere is the sales, unless the day is red. */
USED enum err status_z(struct books *books, struct str venue, struct day_proof *day);

#endif
