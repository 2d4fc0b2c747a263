/* customer_ledger.h - the till customers of a venue's company, whom they are connected with, and PowerOffice's customers as they
 * were last read.
 *
 * Ownership  everything lives in the context's arena; the store is the ledger's.
 */
#ifndef BILAG_BILAG_READ_CUSTOMER_LEDGER_H
#define BILAG_BILAG_READ_CUSTOMER_LEDGER_H

#include "context.h"
#include "customers.h"

struct customer_ledger {
    struct context *context;             /* these two are given, all else is found */
    const struct venue *venue;
    struct refstore *store;              /* NULL: nothing was ever kept there */
    struct refdata data;
    bool has_customers;                  /* data.customers is PowerOffice's list */
    struct till_customers till;
};

/* flags: STORE_READ_ONLY, for who connects nobody. */
USED enum err customer_ledger_open(struct customer_ledger *ledger, unsigned flags);
void customer_ledger_close(struct customer_ledger *ledger);
/* PowerOffice's customers, as they are kept now. */
USED enum err customer_ledger_load(struct customer_ledger *ledger);
/* Who was seen at the company's venues, and who is connected: till. */
USED enum err customer_ledger_gather(struct customer_ledger *ledger);
/* PowerOffice has it, and not in its archive. */
bool customer_is_usable(const struct customer_ledger *ledger, int64_t number);

#endif
