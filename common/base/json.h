/* json.h - answers of PowerOffice as views of their own text, so that no amount passes through a double.
 *
 * json_check() looks at the whole text once (syntax, depth); after that every value is a view that the
 * functions below walk without failing in the middle. A name is compared without case (docs/poweroffice-api.md section 6).
 */
#ifndef BILAG_BASE_JSON_H
#define BILAG_BASE_JSON_H

#include "money.h"

/* The one value of a text, blanks cut. ERR_FORMAT. Empty text (204) is ERR_NOT_FOUND. */
USED enum err json_check(struct str text, struct str *ret_value);
bool json_is_object(struct str value);
bool json_is_array(struct str value);
/* false: not an object, no such member, or null. */
bool json_member(struct str object, const char *name, struct str *ret_value);
/* The next item; *at starts at 0. false: no more, or not an array. */
bool json_item(struct str array, size_t *at, struct str *ret_value);

/* A string unescaped; cut between characters if it is too long. false (and "") if it is no string. */
bool json_text(struct str value, char *to, size_t size);
bool json_int(struct str value, int64_t *ret_number);        /* whole numbers only; 12.0 is one */
bool json_true(struct str value);
/* A decimal number with so many decimals as a whole one, to the nearest if it has more (half away from zero). */
bool json_scaled(struct str value, int decimals, int64_t *ret_number);
/* ... to whole øre. */
bool json_money(struct str value, struct money *ret_amount);

/* The same in one step. Absent or of another type: false, and "" or 0. */
bool json_member_text(struct str object, const char *name, char *to, size_t size);
/* An id that goes into an address again: hexadecimal digits and dashes only, and at least one. */
bool json_member_id(struct str object, const char *name, char *to, size_t size);
bool json_member_int(struct str object, const char *name, int64_t *ret_number);
bool json_member_money(struct str object, const char *name, struct money *ret_amount);
bool json_member_true(struct str object, const char *name);

#endif
