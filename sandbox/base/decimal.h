/* decimal.h - decimal numbers as whole numbers of a small unit; no floating point anywhere.
 *
 * Scale     number of decimals: 12.50 at scale 2 is 1250.
 * Rounding  half away from zero, named in each function that rounds.
 */
#ifndef BILAG_SANDBOX_BASE_DECIMAL_H
#define BILAG_SANDBOX_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECIMAL_BYTES 40
#define DECIMAL_SCALE_MAX 8

enum decimal_result { DECIMAL_EXACT, DECIMAL_ROUNDED, DECIMAL_BAD };

/* A JSON number's text. ROUNDED: it had more decimals than `scale` (half away from zero).
 * BAD: no number, or larger than 10^15 units; nothing is written. */
enum decimal_result decimal_parse(const char *text, unsigned scale, int64_t *ret_units);

bool decimal_is_number(const char *text);                     /* by JSON's grammar */

/* Shortest text: 1250 at scale 2 is "12.5"; with `places` at least that many decimals. */
void decimal_write(int64_t units, unsigned scale, unsigned places, char to[static DECIMAL_BYTES]);

int64_t decimal_power(unsigned scale);                        /* 10^scale, scale <= 18 */

/* a * b * c / divisor, half away from zero; exact in between (128 bits). */
int64_t decimal_product(int64_t a, int64_t b, int64_t c, int64_t divisor_a, int64_t divisor_b);

#endif
