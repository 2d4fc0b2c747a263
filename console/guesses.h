/* guesses.h - how often a wrong password may be tried: by name, by address, and by both together.
 *
 * Each has a debt that grows by one with a wrong try and is paid with time; who is in debt waits, and is not asked anything
 * meanwhile. A name that nobody has is counted like any other, so that waiting tells nothing. A right password pays what name
 * and address owe together.
 * Addresses   of IPv6 count by their first 64 bits: who has one has all of those.
 * Memory      a fixed table; what falls together by chance shares, to the side of waiting.
 * Units       steady ms.
 */
#ifndef BILAG_CONSOLE_GUESSES_H
#define BILAG_CONSOLE_GUESSES_H

#include "base/err.h"

struct guesses;
USED enum err guesses_open(struct guesses **ret_guesses);
void guesses_close(struct guesses *guesses);                 /* NULL is fine */

/* 0: it may be tried; else in so many seconds. */
int64_t guesses_wait_s(struct guesses *guesses, struct str name, struct str address, int64_t now_ms);
void guesses_wrong(struct guesses *guesses, struct str name, struct str address, int64_t now_ms);
void guesses_right(struct guesses *guesses, struct str name, struct str address);

#endif
