/* zreport.h - a Z report as the till prints it, and the native Z report that it becomes.
 *
 * The native one is the signed sum of all receipts from its first to its last number. A till's Z keeps
 * tips, rounding, gift cards sold and credit sales in or out of its totals as its vendor likes (docs/saft-format.md
 * section 7), so those four, and nothing else, are added from the receipts: of the known readings the
 * one that is what the receipts are, else the usual one. A difference of sales stays a difference, and
 * so does one between the Z's total and its own VAT rates (it is put on rate 0).
 */
#ifndef BILAG_SAFT_ZREPORT_H
#define BILAG_SAFT_ZREPORT_H

#include "sums.h"
#include "value.h"

struct raw_z_vat { struct str code; struct saft_rate rate; struct saft_amount net, vat; enum saft_side side; };
struct raw_z_payment { struct str type; struct saft_amount amount; };

/* As in the file; the rows are in the order of the file. */
struct raw_z {
    struct saft_amount total, tips, credit_sales, credit_memos, returns, grand_sales, grand_returns, grand_net;
    struct raw_z_vat *vats;
    size_t vat_count;
    struct raw_z_payment *payments;
    size_t payment_count;
};

/* One register's Z, kept until its receipts have come. `net` is cashSaleAmnt, whatever the till means. */
struct zreport {
    int64_t time;
    int32_t offset_min;
    uint64_t number;
    struct str staff;
    struct { int32_t rate; int64_t net, vat; } *vats;
    size_t vat_count;
    struct payment *payments;            /* in our words */
    size_t payment_count;
    struct saft_amount total, tips, credit_sales, credit_memos, returns, grand_sales, grand_returns, grand_net;
};

/* What a Z may keep in or out. */
enum part { PART_TIP, PART_ROUNDING, PART_GIFT, PART_CREDIT, PART_COUNT };

/* The receipts of one Z, summed as they are handed out. */
struct period {
    bool any, any_receipt;
    uint64_t first_seq, last_seq;
    int64_t first_time;                  /* of the first receipt, else of the first number of any kind */
    struct sums all, parts[PART_COUNT], returns;
};

void period_reset(struct period *period);
/* ERR_MEMORY, ERR_RANGE. */
USED enum err period_add(struct period *period, const struct event *event, struct arena *arena);

/* Sums, range and grand total of the native Z (not its day), in the arena; *ret_fits: they are those of
 * the receipts. */
USED enum err zreport_settle(const struct zreport *z, const struct period *period, struct arena *arena,
                             struct z_report *ret_z, bool *ret_fits);
/* The till's own figures, for event.extra. */
struct str zreport_figures(const struct zreport *z, struct arena *arena);

#endif
