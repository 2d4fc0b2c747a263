#include "mapping.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_SIZE = 24 };

#define ROW(of, key_, member, kind_, max, preset_, hashed_, list, en, nb, meaning, meaning_nb) \
    { .key = key_, .at = offsetof(struct of##_entry, member), .kind = MAPPING_##kind_, .preset = preset_, .hashed = MAPPING_##hashed_ },

const struct mapping_row mapping_vat_rows[] = { VAT_ROWS(ROW) };
const struct mapping_row mapping_product_rows[] = { PRODUCT_ROWS(ROW) };
const struct mapping_row mapping_payment_rows[] = { PAYMENT_ROWS(ROW) };
const size_t mapping_vat_row_count = COUNT(mapping_vat_rows), mapping_product_row_count = COUNT(mapping_product_rows),
             mapping_payment_row_count = COUNT(mapping_payment_rows);

static bool text_is_said(const struct mapping_row *row, const char *at, char number[NUMBER_SIZE], struct str *ret_said)
{
    (void)number;
    memcpy(ret_said, at, sizeof *ret_said);
    return row->kind == MAPPING_OWN_CODE ? ret_said->bytes != NULL : ret_said->len > 0;
}

static bool number_is_said(const struct mapping_row *row, const char *at, char number[NUMBER_SIZE], struct str *ret_said)
{
    int64_t account = 0;
    int32_t rate = 0;

    memcpy(row->kind == MAPPING_RATE ? (void *)&rate : &account, at, row->kind == MAPPING_RATE ? sizeof rate : sizeof account);
    (void)snprintf(number, NUMBER_SIZE, "%" PRId64, account + rate);
    *ret_said = str_of(number);
    return row->kind == MAPPING_RATE || account != 0;
}

static bool switch_is_said(const struct mapping_row *row, const char *at, char number[NUMBER_SIZE], struct str *ret_said)
{
    bool on;

    (void)number;
    memcpy(&on, at, sizeof on);
    *ret_said = on ? STR("true") : STR("false");
    return !str_equal(*ret_said, str_of(row->preset));
}

void mapping_each_said(const struct mapping_row *rows, size_t count, const void *entry,
                       void (*add)(void *context, struct str key, struct str said), void *context)
{
    static bool (*const is_said[])(const struct mapping_row *, const char *, char[NUMBER_SIZE], struct str *) = {
        [MAPPING_WORDS] = text_is_said, [MAPPING_CODE] = text_is_said, [MAPPING_OWN_CODE] = text_is_said,
        [MAPPING_NAME] = text_is_said,
        [MAPPING_ACCOUNT] = number_is_said, [MAPPING_RATE] = number_is_said, [MAPPING_SWITCH] = switch_is_said,
    };

    for (size_t i = 0; i < count; i++) {
        char number[NUMBER_SIZE];
        struct str said;

        if (rows[i].hashed == MAPPING_SAID && is_said[rows[i].kind](&rows[i], (const char *)entry + rows[i].at, number, &said))
            add(context, str_of(rows[i].key), said);
    }
}
