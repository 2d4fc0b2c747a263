/* json.h - JSON as views of its own text, so that no amount passes through a double: what PowerOffice answers, what tills
 * send (foreign.h), what stages say of themselves.
 *
 * json_check() looks at the whole text once (syntax, depth); after that every value is a view that the
 * functions below walk without failing in the middle. json_member() compares names without case (docs/poweroffice-api.md
 * section 6); json_pair() shows them as they are written, in quotes.
 */
#ifndef BILAG_BASE_JSON_H
#define BILAG_BASE_JSON_H

#include "money.h"

/* The one value of a text, blanks cut. ERR_FORMAT. Empty text (204) is ERR_NOT_FOUND. */
USED enum err json_check(struct str text, struct str *ret_value);
/* The same; ERR_FORMAT says where. ret_value is none, or what stands before that place if only something follows it. */
USED enum err json_check_place(struct str text, struct str *ret_value, size_t *ret_wrong);
bool json_is_object(struct str value);
bool json_is_array(struct str value);
/* A list of PowerOffice's: an array, or an object that has it as `value`. false: neither. */
bool json_list(struct str value, struct str *ret_array);
/* false: not an object, no such member, or null. */
bool json_member(struct str object, const char *name, struct str *ret_value);
/* The next member, null too; *at starts at 0. false: no more, or not an object. */
bool json_pair(struct str object, size_t *at, struct str *ret_name, struct str *ret_value);
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
