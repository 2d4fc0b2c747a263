/* order_request.h - a credit sale as a sales order in PowerOffice (docs/poweroffice-api.md sections 16, 17; docs/rules.md
 * section 4).
 *
 * Request   every value that a customer or client setting could change is said: no allowance, the standard account,
 *           currency, dates, department (or none on purpose). An invoice fee cannot be said: PowerOffice adds it
 *           when it sends the invoice, if the customer has one.
 * Finding   by reference among the unsent orders, then among the invoices that they became.
 * Sending   only if the venue wants it (send_invoice) and the order came to the till's total.
 */
#ifndef BILAG_INVOICER_ORDER_REQUEST_H
#define BILAG_INVOICER_ORDER_REQUEST_H

#include "sender/sender.h"

extern const struct sender_ops order_ops;

#endif
