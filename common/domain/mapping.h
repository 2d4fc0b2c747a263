/* mapping.h - what the mapping's hash has of the rows of mapping_rows.h. */
#ifndef BILAG_DOMAIN_MAPPING_H
#define BILAG_DOMAIN_MAPPING_H

#include "config.h"
#include "mapping_rows.h"

enum mapping_kind { MAPPING_WORDS, MAPPING_CODE, MAPPING_OWN_CODE, MAPPING_NAME,
    MAPPING_ACCOUNT, MAPPING_RATE, MAPPING_SWITCH };
enum mapping_hashed { MAPPING_NEVER, MAPPING_AS_EVER, MAPPING_SAID };

struct mapping_row {
    const char *key;
    size_t at;                           /* of the value, in the entry */
    enum mapping_kind kind;
    const char *preset;                  /* a switch's */
    enum mapping_hashed hashed;
};

extern const struct mapping_row mapping_vat_rows[], mapping_product_rows[], mapping_payment_rows[];
extern const size_t mapping_vat_row_count, mapping_product_row_count, mapping_payment_row_count;

/* Gives add() key and value of each row that is hashed where it is said, and is said in this entry, in the rows' order. */
void mapping_each_said(const struct mapping_row *rows, size_t count, const void *entry,
                       void (*add)(void *context, struct str key, struct str said), void *context);

#endif
