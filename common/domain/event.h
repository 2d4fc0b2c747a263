/* event.h - one fact from a till: a receipt, a void, a Z report (docs/design.md section 3, docs/rules.md section 1).
 *
 * Identity    (venue, register, series, seq). Series 0 is the register's own number series, in which
 *             a gap is a problem. Sources that do not number Z reports or till movements in that
 *             series give them a series of their own (SERIES_Z, SERIES_OTHER).
 * Forms       JSON and msgpack come in (event_read.h), one canonical msgpack array travels and rests (event_canonical.h).
 * Ownership   everything a struct event points to lives in the arena or in the bytes decoded.
 * Units       money in øre, vat in hundredths of a percent, qty in millionths, time in seconds since
 *             1970 UTC with the offset the till wrote, in minutes; days in days since 1970-01-01.
 * Errors      ERR_FORMAT, ERR_RANGE, ERR_TOO_LONG, ERR_MEMORY; the fault names the field.
 */
#ifndef BILAG_DOMAIN_EVENT_H
#define BILAG_DOMAIN_EVENT_H

#include "base/err.h"
#include "base/money.h"

enum event_kind { EVENT_RECEIPT, EVENT_VOID, EVENT_CASH_MOVEMENT, EVENT_Z_REPORT, EVENT_TRAINING,
                  EVENT_COPY, EVENT_KIND_COUNT };

enum { SERIES_RECEIPTS = 0, SERIES_Z = 1, SERIES_OTHER = 2, SERIES_COUNT = 3 };

enum { EVENT_LINES_MAX = 2000, EVENT_PAYMENTS_MAX = 100, EVENT_Z_SUMS_MAX = 100,
       EVENT_TEXT_MAX = 400, EVENT_EXTRA_MAX = 16384, EVENT_BYTES_MAX = 512 * 1024 };

struct sale_line {
    struct str product_type;             /* as the till says it (str_is_word) */
    int32_t vat;                         /* 2500 is 25 % */
    struct money gross;                  /* including VAT, signed */
    bool has_vat_amount;
    struct money vat_amount;             /* how much of it the till counted as VAT */
    int64_t qty;                         /* millionths; 1000000 is one; absent on the receipt: one */
    struct str text, serving;            /* may be empty */
};

struct payment { struct str type; struct money amount; };

struct z_vat_sum { int32_t vat; struct money amount; };

struct z_report {
    uint64_t number;
    int32_t business_day;
    bool has_range;                      /* first_seq and last_seq are said */
    uint64_t first_seq, last_seq;        /* in SERIES_RECEIPTS, inclusive; last < first: no receipts */
    struct z_vat_sum *sales_by_vat;      /* sorted by vat */
    size_t sales_by_vat_count;
    struct payment *payments;            /* sorted by type */
    size_t payment_count;
    bool has_grand_total;
    struct money grand_total;            /* the register's running net total, this Z included */
};

struct event {
    struct str venue, reg;               /* register, which C keeps for itself */
    uint32_t series;
    uint64_t seq;
    enum event_kind kind;
    int64_t time;
    int32_t offset_min;
    struct str order, customer, staff;   /* empty if not said */
    struct sale_line *lines;
    size_t line_count;
    struct payment *payments;            /* in the order of the receipt: the order matters; of a movement: how it was paid */
    size_t payment_count;
    struct { struct str reg; uint64_t seq; } voids;       /* EVENT_VOID */
    struct money amount;                 /* EVENT_CASH_MOVEMENT */
    struct str reason;
    struct z_report z;                   /* EVENT_Z_REPORT */
    struct str extra;                    /* unknown fields as a JSON object with sorted keys, or empty */
};

struct event_hash { uint8_t bytes[16]; };

const char *event_kind_text(enum event_kind kind);           /* "receipt", ... */

/* The checks that both forms share, for adapters that build a struct event themselves (SAF-T):
 * names, ranges, counts, what each kind must have. Sorts z's sums. Sum of lines against sum of
 * payments is not judged here: the mapper holds such a day (docs/rules.md section 1). */
USED enum err event_check(struct event *event, struct fault *fault);
/* ... but that `extra` is the one text of an object: of what was read here, or written here. */
USED enum err event_check_fields(struct event *event, struct fault *fault);

/* "2026-11-20T23:41:07+01:00" or "...Z", seconds may have a fraction (dropped). */
USED enum err event_time_parse(struct str text, int64_t *ret_time, int32_t *ret_offset_min);
/* "25", "11.11", "15.00" -> 2500, 1111, 1500; 0 to 100, at most two significant decimals. */
USED enum err rate_parse(struct str text, int32_t *ret_rate);
const char *rate_text(int32_t rate, char buffer[16]);                    /* "25", "11.11" */

#endif
