/* order_body.h - the body of POST /SalesOrders/Complete, the same bytes for the same draft and books. */
#ifndef BILAG_INVOICER_ORDER_BODY_H
#define BILAG_INVOICER_ORDER_BODY_H

#include "sender/sender.h"

USED enum err order_build(const struct task *task, struct strbuf *body);

#endif
