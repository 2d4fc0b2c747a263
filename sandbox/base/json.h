/* json.h - JSON with exact numbers, on top of cJSON.
 *
 * cJSON keeps numbers as doubles. Amounts must not pass through one, so json_parse() rewrites each
 * number of the text as a marked string before cJSON sees it; the readers below know the mark.
 * Ownership  trees belong to the caller (cJSON_Delete); json_text() lends.
 */
#ifndef BILAG_SANDBOX_BASE_JSON_H
#define BILAG_SANDBOX_BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

cJSON *json_parse(const char *text, size_t length);           /* NULL: not JSON */

/* Case of names matters or not, process-wide (switch body_names). */
extern bool json_any_case;
const cJSON *json_member(const cJSON *object, const char *name);   /* NULL if absent or null */

bool json_is_number(const cJSON *item);
bool json_is_text(const cJSON *item);                         /* a string, and not a number */
const char *json_number_text(const cJSON *item);              /* of a number */

/* Readers of a member. false / NULL: absent, null or of another kind; nothing is written. */
const char *json_text(const cJSON *object, const char *name);
bool json_int(const cJSON *object, const char *name, int64_t *ret_value);
bool json_bool(const cJSON *object, const char *name, bool *ret_value);
bool json_decimal(const cJSON *object, const char *name, unsigned scale, int64_t *ret_units);

/* Builders. NULL text becomes null. */
void json_add_text(cJSON *object, const char *name, const char *text);
void json_add_int(cJSON *object, const char *name, int64_t value);
void json_add_decimal(cJSON *object, const char *name, int64_t units, unsigned scale);
void json_add_bool(cJSON *object, const char *name, bool value);
void json_add_null(cJSON *object, const char *name);
void json_add(cJSON *object, const char *name, cJSON *item);  /* takes item */
void json_set(cJSON *object, const char *name, cJSON *item);  /* takes item; replaces */

cJSON *json_echo(const cJSON *item);                          /* deep copy, numbers as they came */
char  *json_write(const cJSON *item);                         /* compact text */

#endif
