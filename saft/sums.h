/* sums.h - signed sums by VAT rate and by payment type, as a Z report says them. Zeros are no sums. */
#ifndef BILAG_SAFT_SUMS_H
#define BILAG_SAFT_SUMS_H

#include "domain/event.h"

struct sums {
    struct z_vat_sum vat[EVENT_Z_SUMS_MAX];
    size_t vat_count;
    struct payment pay[EVENT_PAYMENTS_MAX];                  /* types are views of the codelist's words */
    size_t pay_count;
    bool failed;                                             /* too many, or out of range; stays */
};

void sums_reset(struct sums *sums);
void sums_add_vat(struct sums *sums, int32_t rate, int64_t ore);
void sums_add_pay(struct sums *sums, struct str type, int64_t ore);
/* times: 1 adds, -1 takes away. */
void sums_add_vats(struct sums *sums, const struct sums *more, int times);
void sums_add_pays(struct sums *sums, const struct sums *more, int times);
bool sums_vat_equal(const struct sums *a, const struct sums *b);
bool sums_pay_equal(const struct sums *a, const struct sums *b);
int64_t sums_vat_total(const struct sums *sums);
int64_t sums_pay_total(const struct sums *sums);

#endif
