#include "sums.h"

void sums_reset(struct sums *sums)
{
    sums->vat_count = 0;
    sums->pay_count = 0;
    sums->failed = false;
}

static void add(struct sums *sums, struct money *amount, int64_t ore)
{
    if (money_add(*amount, (struct money){ ore }, amount) || amount->ore > MONEY_INPUT_MAX ||
        amount->ore < -MONEY_INPUT_MAX)
        sums->failed = true;
}

void sums_add_vat(struct sums *sums, int32_t rate, int64_t ore)
{
    size_t i = 0;

    if (ore == 0 || sums->failed)
        return;
    while (i < sums->vat_count && sums->vat[i].vat != rate)
        i++;
    if (i == COUNT(sums->vat)) {
        sums->failed = true;
        return;
    }
    if (i == sums->vat_count)
        sums->vat[sums->vat_count++] = (struct z_vat_sum){ rate, { 0 } };
    add(sums, &sums->vat[i].amount, ore);
}

void sums_add_pay(struct sums *sums, struct str type, int64_t ore)
{
    size_t i = 0;

    if (ore == 0 || sums->failed)
        return;
    while (i < sums->pay_count && !str_equal(sums->pay[i].type, type))
        i++;
    if (i == COUNT(sums->pay)) {
        sums->failed = true;
        return;
    }
    if (i == sums->pay_count)
        sums->pay[sums->pay_count++] = (struct payment){ type, { 0 } };
    add(sums, &sums->pay[i].amount, ore);
}

void sums_add_vats(struct sums *sums, const struct sums *more, int times)
{
    for (size_t i = 0; i < more->vat_count; i++)
        sums_add_vat(sums, more->vat[i].vat, times * more->vat[i].amount.ore);
    sums->failed = sums->failed || more->failed;
}

void sums_add_pays(struct sums *sums, const struct sums *more, int times)
{
    for (size_t i = 0; i < more->pay_count; i++)
        sums_add_pay(sums, more->pay[i].type, times * more->pay[i].amount.ore);
    sums->failed = sums->failed || more->failed;
}

static bool vat_within(const struct sums *a, const struct sums *b)
{
    for (size_t i = 0; i < a->vat_count; i++) {
        int64_t ore = 0;

        for (size_t j = 0; j < b->vat_count; j++)
            if (b->vat[j].vat == a->vat[i].vat)
                ore = b->vat[j].amount.ore;
        if (ore != a->vat[i].amount.ore)
            return false;
    }
    return !a->failed;
}

static bool pay_within(const struct sums *a, const struct sums *b)
{
    for (size_t i = 0; i < a->pay_count; i++) {
        int64_t ore = 0;

        for (size_t j = 0; j < b->pay_count; j++)
            if (str_equal(b->pay[j].type, a->pay[i].type))
                ore = b->pay[j].amount.ore;
        if (ore != a->pay[i].amount.ore)
            return false;
    }
    return !a->failed;
}

bool sums_vat_equal(const struct sums *a, const struct sums *b)
{
    return vat_within(a, b) && vat_within(b, a);
}

bool sums_pay_equal(const struct sums *a, const struct sums *b)
{
    return pay_within(a, b) && pay_within(b, a);
}

int64_t sums_vat_total(const struct sums *sums)
{
    int64_t total = 0;

    for (size_t i = 0; i < sums->vat_count; i++)
        total += sums->vat[i].amount.ore;                    /* 100 sums under 2^53 */
    return total;
}

int64_t sums_pay_total(const struct sums *sums)
{
    int64_t total = 0;

    for (size_t i = 0; i < sums->pay_count; i++)
        total += sums->pay[i].amount.ore;
    return total;
}
