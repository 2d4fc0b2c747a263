/* gate.h - the way of a request: gateway, login, rights, handler, and the faults around them. */
#ifndef BILAG_SANDBOX_HTTP_GATE_H
#define BILAG_SANDBOX_HTTP_GATE_H

#include "exchange.h"

/* Gives x->answer, delay and fate included, and counts the request. */
void gate_serve(struct exchange *x);

#endif
