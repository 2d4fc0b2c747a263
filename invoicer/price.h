/* price.h - a net unit price that comes to the till's gross again, in whole numbers only.
 *
 * PowerOffice computes, line by line (docs/poweroffice-api.md section 16 leaves the rule open; this is the one that
 * the prices aim at, and the answer's TotalAmount is compared): net = quantity x unit price, rounded to the
 * øre; VAT = net x rate, rounded to the øre; halves away from zero. The unit price keeps `decimals` decimals.
 * Reach     not every gross is a net plus its VAT (at 25 % one øre in five is not). Such a line comes out one
 *           øre beside; of two ways the one is taken that keeps the order's sum closest to the till's.
 * Split     price_split() gives two grosses in place of one that is not: with both, the order comes to the till's gross
 *           exactly, where PowerOffice rounds line by line (setting order_split).
 * Sign      a unit price is never negative; a negative line has a negative quantity.
 */
#ifndef BILAG_INVOICER_PRICE_H
#define BILAG_INVOICER_PRICE_H

#include "base/money.h"

enum { QUANTITY_DECIMALS = 4, QUANTITY_ONE = 10000, PRICE_DECIMALS_MAX = 8 };

struct price {
    int64_t quantity;                     /* ten-thousandths; negative credits */
    int64_t unit;                         /* in 10^-decimals kroner */
    bool single;                          /* quantity had to be 1: the till's cannot be expressed */
    struct money total;                   /* what the line comes to */
};

struct priced { struct money gross; int32_t rate; int64_t qty; };        /* qty: millionths, any sign; 0 is 1 */

/* One price for each line; ret_total is what the order comes to. ERR_RANGE: amounts beyond what can be computed
 * (1e12 kroner). */
USED enum err prices_find(const struct priced *lines, size_t count, int decimals, struct price *ret_prices,
                          struct money *ret_total);
/* A gross without a net in whole øre as two that have one, as even as can be, both of its sign. false: it has one itself,
 * or no two such are there, or it is beyond what can be computed. */
bool price_split(struct money gross, int32_t rate, struct money ret_parts[2]);
/* "1.5", "-2": as short as it goes. */
void quantity_text(int64_t quantity, struct strbuf *out);
/* "66.6667": all decimals but trailing zeros. */
void unit_text(int64_t unit, int decimals, struct strbuf *out);

#endif
