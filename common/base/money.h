/* money.h - whole øre in an int64; checked, and nothing else.
 *
 * Sign       debit positive, credit negative, in lines of a voucher; on a receipt, sales and payments
 *            are positive and refunds negative.
 * Arithmetic money_add() and the others answer ERR_RANGE rather than wrap; ret_ is then untouched.
 * Rounding   every division names its rule: money_share() is docs/rules.md section 2 (largest remainder).
 */
#ifndef BILAG_BASE_MONEY_H
#define BILAG_BASE_MONEY_H

#include "err.h"

struct money { int64_t ore; };

/* Amounts on receipts beyond this are refused at the door: sums of 10^6 of them still fit. */
#define MONEY_INPUT_MAX INT64_C(9007199254740991)            /* 2^53 - 1, what JSON can carry */

/* No sum of a day grows beyond this (11 thousand milliard kroner): 4,000 of them still fit in an int64. A day
 * that would is held with amount-range. */
#define MONEY_SUM_MAX (INT64_C(1) << 50)

enum { MONEY_TEXT_SIZE = 32 };

USED enum err money_add(struct money a, struct money b, struct money *ret_sum);
USED enum err money_subtract(struct money a, struct money b, struct money *ret_difference);
USED enum err money_negate(struct money a, struct money *ret_negated);

/* Largest remainder, docs/rules.md section 2: part[i] = of[i] * amount / total cut toward zero; the øre
 * that are then missing go one each to the largest absolute remainders, the first one winning a tie.
 * total must be the sum of `of` and not 0; the sum of part is then exactly amount.
 * ERR_RANGE; ERR_MEMORY. */
USED enum err money_share(const struct money *of, size_t count, struct money total,
                          struct money amount, struct money *ret_part);

/* What of a gross amount is VAT at rate (hundredths of a percent), to the nearest øre, halves away
 * from zero: gross * rate / (10000 + rate). */
struct money money_vat_of_gross(struct money gross, int32_t rate);

/* "1234.50" / "-0.05": exact decimal text, two decimals; for APIs. */
const char *money_text(struct money amount, char buffer[MONEY_TEXT_SIZE]);
/* "1 234,50" with a no-break-free plain space: for people. */
const char *money_kroner(struct money amount, char buffer[MONEY_TEXT_SIZE]);
/* Exact decimal text to øre: optional sign, digits, at most two significant decimals (further zeros
 * are fine), blanks around it. No comma, no exponent. ERR_FORMAT, ERR_RANGE. */
USED enum err money_parse(struct str text, struct money *ret_amount);

#endif
