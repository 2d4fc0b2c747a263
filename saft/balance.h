/* balance.h - which reading of a receipt's amounts makes it balance, and the lines that follow from it. */
#ifndef BILAG_SAFT_BALANCE_H
#define BILAG_SAFT_BALANCE_H

#include "sale.h"

/* Sets the signs of the payments, adds the tip, the rounding and what a credit sale leaves unpaid. The
 * event holds the sale's lines and its payments as written, each with room for what is added. */
void balance_sale(struct sale_maker *maker, const struct raw_sale *sale, int32_t type, struct event *event);

#endif
