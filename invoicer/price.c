#include "price.h"

#include <inttypes.h>

typedef __int128 wide;

enum { RATE_ONE = 10000, SPLIT_TRIES = 1000, QTY_STEP = 100 };                   /* millionths in a ten-thousandth */
#define GROSS_MAX INT64_C(100000000000000)
#define QUANTITY_MAX INT64_C(10000000000)

static wide magnitude(wide value)
{
    return value < 0 ? -value : value;
}

static wide power(int decimals)
{
    wide value = 1;

    while (decimals-- > 0)
        value *= 10;
    return value;
}

/* All amounts below are magnitudes; half away from zero is half up. */
static wide rounded(wide value, wide by)
{
    return (2 * value + by) / (2 * by);
}

static wide gross_of(wide net, int32_t rate)
{
    return net + rounded(net * rate, RATE_ONE);
}

/* The largest net that does not come to more than gross. */
static wide net_below(wide gross, int32_t rate)
{
    wide net = gross * RATE_ONE / (RATE_ONE + rate) + 1;

    while (net > 0 && gross_of(net, rate) > gross)
        net--;
    return net;
}

/* The unit price nearest to the true one among those that round to net; false: there is none. scale: unit
 * prices and quantities in one øre. */
static bool unit_for(wide net, wide gross, int32_t rate, wide quantity, wide scale, int64_t *ret_unit)
{
    wide least = net > 0 ? ((2 * net - 1) * scale + 2 * quantity - 1) / (2 * quantity) : 0;
    wide most = ((2 * net + 1) * scale - 1) / (2 * quantity);
    wide near = rounded(gross * RATE_ONE * scale, (wide)(RATE_ONE + rate) * quantity);

    if (least > most)
        return false;
    near = near < least ? least : near > most ? most : near;
    if (near > INT64_MAX)
        return false;
    *ret_unit = (int64_t)near;
    return true;
}

/* 10^(price and quantity decimals) units make a krone, a hundredth of them an øre. */
static wide scale_of(int decimals)
{
    return power(decimals + QUANTITY_DECIMALS - 2);
}

static bool try_net(const struct priced *line, wide net, int64_t quantity, int decimals, struct price *price)
{
    wide gross = magnitude(line->gross.ore);

    if (!unit_for(net, gross, line->rate, quantity, scale_of(decimals), &price->unit))
        return false;
    price->quantity = quantity;
    price->total.ore = (int64_t)gross_of(net, line->rate);
    return true;
}

/* With the till's quantity if that gets there, else with quantity 1, which always does from two decimals on. */
static void price_net(const struct priced *line, wide net, int decimals, struct price *price)
{
    int64_t qty = (int64_t)magnitude(line->qty);
    int64_t quantity = qty / QTY_STEP;

    price->single = qty % QTY_STEP != 0 || quantity > QUANTITY_MAX;
    if (!qty)
        quantity = QUANTITY_ONE;
    if (!price->single && try_net(line, net, quantity, decimals, price))
        return;
    price->single = true;
    ensure(try_net(line, net, QUANTITY_ONE, decimals, price));
}

static bool exact(const struct priced *line, wide *ret_below)
{
    wide gross = magnitude(line->gross.ore);

    *ret_below = net_below(gross, line->rate);
    return gross_of(*ret_below, line->rate) == gross;
}

static void give_sign(const struct priced *line, struct price *price)
{
    if (line->gross.ore >= 0)
        return;
    price->quantity = -price->quantity;
    price->total.ore = -price->total.ore;
}

/* The sum so far decides between the øre below and the øre above; with no difference so far, the nearer one. */
static wide choose(const struct priced *line, wide below, int64_t over)
{
    wide gross = magnitude(line->gross.ore);
    bool negative = line->gross.ore < 0;
    wide twice = 2 * gross * RATE_ONE;

    if (over)
        return (over > 0) != negative ? below : below + 1;
    return twice - 2 * below * (RATE_ONE + line->rate) <= RATE_ONE + line->rate ? below : below + 1;
}

static bool fine(const struct priced *line)
{
    return line->rate >= 0 && line->rate <= RATE_ONE && magnitude(line->gross.ore) <= GROSS_MAX;
}

static bool has_net(wide gross, int32_t rate)
{
    return gross_of(net_below(gross, rate), rate) == gross;
}

bool price_split(struct money gross, int32_t rate, struct money ret_parts[2])
{
    struct priced line = { gross, rate, 0 };
    wide whole = magnitude(gross.ore);
    int sign = gross.ore < 0 ? -1 : 1;

    if (!fine(&line) || has_net(whole, rate))
        return false;
    for (wide less = whole / 2; less > 0 && less > whole / 2 - SPLIT_TRIES; less--) {
        if (!has_net(less, rate) || !has_net(whole - less, rate))
            continue;
        ret_parts[0].ore = sign * (int64_t)(whole - less);
        ret_parts[1].ore = sign * (int64_t)less;
        return true;
    }
    return false;
}

enum err prices_find(const struct priced *lines, size_t count, int decimals, struct price *ret_prices,
                     struct money *ret_total)
{
    struct money total = { 0 };
    int64_t over = 0;                     /* total less the till's, of the lines beside */

    ensure(decimals >= 2 && decimals <= PRICE_DECIMALS_MAX);
    for (size_t i = 0; i < count; i++) {
        wide net;

        if (!fine(&lines[i]))
            return ERR_RANGE;
        if (!exact(&lines[i], &net))
            net = choose(&lines[i], net, over);
        price_net(&lines[i], net, decimals, &ret_prices[i]);
        give_sign(&lines[i], &ret_prices[i]);
        over += ret_prices[i].total.ore - lines[i].gross.ore;
        if (money_add(total, ret_prices[i].total, &total))
            return ERR_RANGE;
    }
    *ret_total = total;
    return ERR_OK;
}

static void decimal_text(int64_t value, int decimals, struct strbuf *out)
{
    int64_t one = (int64_t)power(decimals), rest = value < 0 ? -(value % one) : value % one;

    strbuf_format(out, "%s%" PRId64, value < 0 ? "-" : "", value < 0 ? -(value / one) : value / one);
    if (!rest)
        return;
    while (rest % 10 == 0) {
        rest /= 10;
        decimals--;
    }
    strbuf_format(out, ".%0*" PRId64, decimals, rest);
}

void quantity_text(int64_t quantity, struct strbuf *out)
{
    decimal_text(quantity, QUANTITY_DECIMALS, out);
}

void unit_text(int64_t unit, int decimals, struct strbuf *out)
{
    decimal_text(unit, decimals, out);
}
