/* orders.h - the receipts of a part that were paid with credit, each as a sales order (docs/rules.md section 4). */
#ifndef BILAG_MAPPER_ORDERS_H
#define BILAG_MAPPER_ORDERS_H

#include "build.h"

/* Visits every order of a part: one per receipt with a credit share, if credit becomes orders. A receipt and
 * its void in the same part cancel out unless `released` says that the order of one of them went out already. */
typedef bool (*order_released)(const struct build *build, struct str reg, uint64_t seq, void *context);
typedef enum err (*order_visit)(const struct build *build, struct draft *order, void *context);
USED enum err orders_build(const struct build *build, order_released released, order_visit visit, void *context);

#endif
