#include "rates.h"

#include <stdlib.h>
#include <string.h>

/* What a token has brought beyond its rate, in thousandths of an event, at the moment when it was last looked at. */
struct rate { int64_t debt_milli, at_ms; };

struct rates { struct rate *rows; size_t room; };            /* by the token's number: numbers are given one after the other */

enum err rates_open(struct rates **ret_rates)
{
    *ret_rates = calloc(1, sizeof **ret_rates);
    return *ret_rates ? ERR_OK : ERR_MEMORY;
}

void rates_close(struct rates *rates)
{
    if (!rates)
        return;
    free(rates->rows);
    free(rates);
}

/* Debt is paid at per_second events a second, which is as many thousandths a millisecond. */
static void pay(struct rate *rate, int64_t per_second, int64_t now_ms)
{
    int64_t paid_ms = now_ms - rate->at_ms;

    if (paid_ms > rate->debt_milli / per_second)
        rate->debt_milli = 0;
    else if (paid_ms > 0)
        rate->debt_milli -= paid_ms * per_second;
    rate->at_ms = now_ms;
}

int64_t rates_judge(struct rates *rates, uint64_t token, int64_t per_second, int64_t now_ms)
{
    struct rate *rate = token < rates->room ? &rates->rows[token] : NULL;
    int64_t over_milli;

    if (!rate)
        return 0;
    pay(rate, per_second, now_ms);
    over_milli = rate->debt_milli - RATES_BURST_S * per_second * 1000;
    return over_milli <= 0 ? 0 : over_milli / (per_second * 1000) + 1;
}

static struct rate *rate_of(struct rates *rates, uint64_t token)
{
    if (token >= rates->room) {
        size_t room = (size_t)token * 2 + 16;
        struct rate *rows = realloc(rates->rows, room * sizeof *rows);

        if (!rows)
            return NULL;
        memset(rows + rates->room, 0, (room - rates->room) * sizeof *rows);
        rates->rows = rows;
        rates->room = room;
    }
    return &rates->rows[token];
}

enum err rates_charge(struct rates *rates, uint64_t token, uint64_t events, int64_t per_second, int64_t now_ms)
{
    struct rate *rate = rate_of(rates, token);

    if (!rate)
        return ERR_MEMORY;
    pay(rate, per_second, now_ms);
    rate->debt_milli += ((int64_t)events + 1) * 1000;
    return ERR_OK;
}
