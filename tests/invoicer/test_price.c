/* Goal: what PowerOffice will make of the prices is the till's gross to the øre wherever a net with that gross
 * exists; elsewhere one øre beside, and in the sum of an order at most one. An independent sum (long decimals, as
 * PowerOffice is taken to compute) is the judge. */
#include "invoicer/price.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* half away from zero, of a fraction */
static int64_t nearest(__int128 above, __int128 below)
{
    __int128 twice = above < 0 ? -2 * above + below : 2 * above + below;
    int64_t whole = (int64_t)(twice / (2 * below));

    return above < 0 ? -whole : whole;
}

static int64_t as_poweroffice(const struct price *price, int32_t rate, int decimals)
{
    __int128 one = 1;
    int64_t net;

    for (int i = 0; i < decimals + QUANTITY_DECIMALS - 2; i++)
        one *= 10;
    net = nearest((__int128)price->quantity * price->unit, one);
    return net + nearest((__int128)net * rate, 10000);
}

static bool reachable(int64_t gross, int32_t rate)
{
    int64_t size = gross < 0 ? -gross : gross, middle = size * 10000 / (10000 + rate);

    for (int64_t net = middle > 3 ? middle - 3 : 0; net <= middle + 3; net++)
        if (net + nearest((__int128)net * rate, 10000) == size)
            return true;
    return false;
}

static void table(void **unused)
{
    static const struct { const char *why; int64_t gross; int32_t rate; int64_t qty; const char *quantity, *unit;
                          int64_t total; } rows[] = {
        { "a burger",                        19900, 2500,  1000000, "1",    "159.2",   19900 },
        { "two of them",                     39800, 2500,  2000000, "2",    "159.2",   39800 },
        { "three for a hundred, net by the piece", 10000, 2500, 3000000, "3", "26.6667", 10000 },
        { "a refund",                       -10000, 2500,  1000000, "-1",   "80",     -10000 },
        { "a refund, quantity negative too", -10000, 2500, -1000000, "-1",  "80",     -10000 },
        { "takeaway",                         8547, 1500,  1000000, "1",    "74.3217",  8547 },
        { "no VAT",                           1700,    0,  1000000, "1",    "17",       1700 },
        { "raw fish, 11.11 %",               11112, 1111,  1000000, "1",    "100.009", 11112 },
        { "by weight",                       12345, 1500,   654300, "0.6543", "164.0651", 12345 },
        { "by weight, too fine a quantity",  12345, 1500,   654321, "1",    "107.3478", 12345 },
        { "nothing",                             0, 2500,  1000000, "1",    "0",           0 },
        { "no quantity",                     10000, 2500,        0, "1",    "80",      10000 },
        { "out of reach: 7 øre at 25 % are 6 or 8", 7, 2500, 1000000, "1",     "0.056",       8 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct priced line = { { rows[i].gross }, rows[i].rate, rows[i].qty };
        struct price price;
        struct money total;
        struct strbuf quantity, unit;

        strbuf_init(&quantity, 64);
        strbuf_init(&unit, 64);
        assert_int_equal(prices_find(&line, 1, 4, &price, &total), ERR_OK);
        quantity_text(price.quantity, &quantity);
        unit_text(price.unit, 4, &unit);
        if (!str_equal(strbuf_str(&quantity), str_of(rows[i].quantity)) ||
            !str_equal(strbuf_str(&unit), str_of(rows[i].unit)) || total.ore != rows[i].total)
            fail_msg("%s: " STR_FMT " x " STR_FMT " = %" PRId64, rows[i].why, STR_ARG(strbuf_str(&quantity)),
                     STR_ARG(strbuf_str(&unit)), total.ore);
        strbuf_free(&quantity);
        strbuf_free(&unit);
    }
}

enum { LINES_MAX = 12 };

static int32_t any_rate(unsigned *seed)
{
    static const int32_t rates[] = { 2500, 1500, 0, 1111, 1200, 600 };

    return rates[(size_t)rand_r(seed) % COUNT(rates)];
}

static struct priced any_line(unsigned *seed)
{
    static const int64_t sizes[] = { 100, 10000, 100000, 10000000, INT64_C(100000000000) };
    int64_t size = sizes[(size_t)rand_r(seed) % COUNT(sizes)];
    int64_t gross = ((int64_t)rand_r(seed) * RAND_MAX + rand_r(seed)) % size;
    int64_t qty = rand_r(seed) % 3 ? 1000000 : rand_r(seed) % 2 ? (1 + rand_r(seed) % 400) * INT64_C(1000000)
                                                                : 1 + rand_r(seed) % 5000000;

    return (struct priced){ { rand_r(seed) % 5 ? gross : -gross }, any_rate(seed), qty };
}

static void random_orders(void **unused)
{
    const char *told = getenv("SEED");
    unsigned seed = told ? (unsigned)strtoul(told, NULL, 10) : 20261123;
    uint64_t beside = 0, lines = 0, orders = 0, off = 0;

    (void)unused;
    print_message("seed %u\n", seed);
    for (int order = 0; order < 20000; order++) {
        struct priced line[LINES_MAX];
        struct price price[LINES_MAX];
        size_t count = 1 + (size_t)rand_r(&seed) % LINES_MAX;
        int decimals = 2 + rand_r(&seed) % 7;
        int64_t sum = 0, gross = 0;
        bool any_beside = false;
        struct money total;

        for (size_t i = 0; i < count; i++)
            line[i] = any_line(&seed);
        assert_int_equal(prices_find(line, count, decimals, price, &total), ERR_OK);
        for (size_t i = 0; i < count; i++) {
            int64_t made = as_poweroffice(&price[i], line[i].rate, decimals);
            int64_t away = made - line[i].gross.ore;

            if (made != price[i].total.ore || price[i].unit < 0 || away > 1 || away < -1 ||
                (away && reachable(line[i].gross.ore, line[i].rate)))
                fail_msg("order %d line %zu: %" PRId64 " for %" PRId64 " at %d", order, i, made,
                         line[i].gross.ore, line[i].rate);
            any_beside |= away != 0;
            beside += away != 0;
            sum += made;
            gross += line[i].gross.ore;
        }
        lines += count;
        orders++;
        off += sum != gross;
        if (sum != total.ore || sum - gross > 1 || gross - sum > 1 || (sum != gross && !any_beside))
            fail_msg("order %d: %" PRId64 " for %" PRId64, order, sum, gross);
    }
    print_message("%" PRIu64 " orders, %" PRIu64 " one øre off; %" PRIu64 " of %" PRIu64 " lines out of reach\n", orders,
                  off, beside, lines);
}

/* Orders as random_orders() has them, each line that has no net split: the sum is the till's, to the øre, always. */
static void split_orders_are_exact(void **unused)
{
    const char *told = getenv("SEED");
    unsigned seed = told ? (unsigned)strtoul(told, NULL, 10) : 20261128;
    uint64_t split = 0;

    (void)unused;
    print_message("seed %u\n", seed);
    for (int i = 0; i < 100000; i++) {
        struct priced line[2] = { any_line(&seed) };
        int32_t rate = line[0].rate;
        struct price price[2];
        struct money parts[2], total;
        size_t count = 1;

        if (price_split(line[0].gross, rate, parts)) {
            assert_false(reachable(line[0].gross.ore, rate));
            for (count = 0; count < 2; count++)
                line[count] = (struct priced){ parts[count], rate, 0 };
            split++;
        }
        assert_int_equal(prices_find(line, count, 4, price, &total), ERR_OK);
        if (total.ore != (count == 2 ? line[0].gross.ore + line[1].gross.ore : line[0].gross.ore) ||
            (count == 2 && (parts[0].ore < 0) != (parts[1].ore < 0)))
            fail_msg("%" PRId64 " at %d: %" PRId64, line[0].gross.ore, rate, total.ore);
    }
    print_message("%" PRIu64 " of 100000 lines split\n", split);
    assert_true(split > 1000);
}

static void too_large(void **unused)
{
    struct priced line = { { INT64_C(100000000000001) }, 2500, 1000000 };
    struct price price;
    struct money total = { 77 };

    (void)unused;
    assert_int_equal(prices_find(&line, 1, 4, &price, &total), ERR_RANGE);
    assert_int_equal(total.ore, 77);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(table), cmocka_unit_test(random_orders), cmocka_unit_test(too_large),
        cmocka_unit_test(split_orders_are_exact),
    };

    return cmocka_run_group_tests_name("price", tests, NULL, NULL);
}
