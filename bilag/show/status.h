/* status.h - what there is to tell, gathered venue by venue, and the forms it is told in.
 *
 * A form is a row of functions; each writes to `out`, which the caller empties after every call, so that no form
 * holds more than one venue. Amounts in øre, except in the texts for people.
 */
#ifndef BILAG_BILAG_SHOW_STATUS_H
#define BILAG_BILAG_SHOW_STATUS_H

#include "bilag/read/books.h"
#include "bilag/cmd/shell.h"
#include "bilag/read/stages.h"

enum { STATUS_BYTES = 1 << 30 };

enum connected { CONNECTED_UNKNOWN, CONNECTED_NO, CONNECTED_YES };

/* One business day: Z total = lines total = voucher + orders + manual, and VAT as the till and PowerOffice count it. */
struct day_proof {
    int32_t day;
    bool has_z;                          /* the day's Z reports are there and kept */
    struct money z;
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
    enum connected connected;
    struct str login_fault, missing_privileges;
    bool transfer_allowed;
    struct book_list list;
    struct day_proof *days; size_t day_count;
    uint64_t refused;
};

struct whole_status {
    const struct config *config;
    int64_t now_ms;
    struct stage_state *stages; size_t stage_count;
    struct backlog backlog;
    bool outage;                         /* PowerOffice does not answer */
    int64_t takes_ms;                    /* to send the backlog at the full quota; 0: nothing waits */
    int64_t through_ms;                  /* when that is done; 0: nothing waits, or nobody can tell */
    bool one_venue;                      /* only one was asked for: nothing of it is left out */
    struct refused *refused; size_t refused_count;
    uint64_t refused_total;
    /* counted over the venues as they are told */
    uint64_t states[DOC_STATE_COUNT];
    uint64_t red, warned, venues, venues_out;
};

struct status_form {
    const char *name;
    void (*begin)(const struct shell *shell, const struct whole_status *whole, struct strbuf *out);
    void (*venue)(const struct shell *shell, const struct whole_status *whole, const struct venue_status *venue,
                  struct strbuf *out);
    void (*end)(const struct shell *shell, const struct whole_status *whole, struct strbuf *out);
};

extern const struct status_form status_text, status_json, status_html, status_prometheus;

/* What a person can do about the document, a sentence a call. */
enum { ADVICE_MAX = 1000 };
typedef void (*advice_say)(void *context, struct str sentence);
void status_advise(const struct shell *shell, const struct book_doc *doc, advice_say say, void *context);

/* The proof of each business day among the documents, in order. */
USED enum err status_prove(const struct book_list *list, struct arena *arena, struct day_proof **ret_days,
                           size_t *ret_count);
/* An order that PowerOffice makes an øre a line more or less: noted, in its books and not in the till's. */
bool status_has_rounding(const struct book_doc *doc);
/* What the day's Z reports say, for the proof. */
USED enum err status_z(struct books *books, struct str venue, struct day_proof *day);

#endif
