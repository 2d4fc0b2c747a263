/* voucher.h - a settlement and the venue's mappings become a draft (RULES.md sections 2 to 4).
 *
 * The same events and the same mapping always give the same bytes. Every sum finds its account, VAT code and
 * department, or a problem says why not; the lines balance because each receipt's two sides do, and that
 * lines total = voucher + orders + manual is ensured before the draft leaves.
 */
#ifndef BILAG_MAPPER_VOUCHER_H
#define BILAG_MAPPER_VOUCHER_H

#include "settlement.h"
#include "share.h"
#include "tables.h"

struct build {
    struct txn *txn;
    const struct config *config;
    const struct venue *venue;
    int32_t number;                      /* the business day */
    const struct day *day;
    uint32_t part;                       /* from 1 */
    enum draft_phase phase;
    struct arena *arena;
    bool transfer_allowed;               /* the set-up has no fault (setup.h): vouchers and orders may go by themselves */
};

/* How the switches stand for a part: what was released or sealed is not turned again. */
struct switches build_switches(const struct build *build, bool *ret_credit_ordered);
/* The voucher of a part; revision is left 0. */
USED enum err build_voucher(const struct build *build, struct draft *ret_draft);

/* Visits every order of a part: one per receipt with a credit share, if credit becomes orders. A receipt and
 * its void in the same part cancel out unless `released` says that the order of one of them went out already. */
typedef bool (*order_released)(const struct build *build, struct str reg, uint64_t seq, void *context);
typedef enum err (*order_visit)(const struct build *build, struct draft *order, void *context);
USED enum err build_orders(const struct build *build, order_released released, order_visit visit, void *context);

#endif
