/* elements.h - which elements of the schema we read, as one table.
 *
 * A row is known by its parent and its name. Containers open a record; leaves fill a field of their
 * parent's record. What no row knows is skipped with all that is in it: the schema is large, and most
 * of it is not bookkeeping.
 */
#ifndef BILAG_SAFT_ELEMENTS_H
#define BILAG_SAFT_ELEMENTS_H

#include "till.h"

enum node {
    NODE_OUTSIDE, NODE_FILE, NODE_HEADER, NODE_COMPANY, NODE_VAT_CODES, NODE_VAT_CODE, NODE_ARTICLES,
    NODE_ARTICLE, NODE_BASICS, NODE_BASIC, NODE_LOCATION, NODE_REGISTER, NODE_EVENT, NODE_REPORT, NODE_Z_TOTAL,
    NODE_Z_PAYMENTS, NODE_Z_PAYMENT, NODE_Z_TIP, NODE_Z_VATS, NODE_Z_VAT, NODE_Z_CREDIT, NODE_Z_MEMOS,
    NODE_SALE, NODE_LINE, NODE_LINE_VAT, NODE_LINE_RAISE, NODE_LINE_DISCOUNT, NODE_SALE_VAT, NODE_RAISE,
    NODE_DISCOUNT, NODE_ROUNDING, NODE_PAYMENT, NODE_COUNT, NODE_LEAF, NODE_SKIP,
};

/* Everything that is being read at one time. Texts are in the arena of the current record. */
struct records {
    struct { struct str currency, version, system_id; } header;
    struct { struct str ident; } company;
    struct { struct str code, standard; } vat_code;
    struct { struct str id, group, text; } article;
    struct { struct str type, id, predefined, text; } basic;
    struct { struct str name; } location;
    struct { struct str id; } reg;
    struct raw_event event;
    struct raw_z_vat z_vat;
    struct raw_z_payment z_payment;
    struct { struct raw_sale sale; struct str trans_id; } sale;
    struct raw_line line;
    struct raw_sale_vat sale_vat;
    struct { struct str type; struct saft_amount amount; } raise;
    struct saft_amount unused;           /* amounts that are judged but not kept */
    struct raw_payment payment;
};

struct element {
    enum node parent;
    const char *name;
    enum node node;                      /* NODE_LEAF: a field */
    enum value_kind kind;
    size_t offset;                       /* in struct records */
};

extern const struct element elements[];
extern const size_t element_count;

#endif
