/* codelist.h - what the till's own codes mean.
 *
 * Codes on transactions are the vendor's; `basics` (type, id) gives them their predefined code, and the
 * official lists (or the venue's `saft:` section) give that our word. Articles lead to groups, VAT codes
 * to standard codes. Unknown codes get a word made of their id, so that the mapper names them.
 * Ownership  texts are copied; what is handed out lives as long as the codelist.
 * Bounds     24 MB or 200,000 codes: ERR_MEMORY.
 */
#ifndef BILAG_SAFT_CODELIST_H
#define BILAG_SAFT_CODELIST_H

#include "domain/config.h"

enum code_type { CODE_GROUP = 4, CODE_LINE = 5, CODE_RAISE = 10, CODE_TRANSACTION = 11, CODE_PAYMENT = 12,
                 CODE_EVENT = 13, CODE_ARTICLE = 100, CODE_VAT = 101 };

struct code {
    enum code_type type;
    struct str id;
    int32_t predefined;                  /* 4006, 12001; 0: none said */
    struct str text;                     /* basicDesc, artDesc */
    struct str group;                    /* CODE_ARTICLE: its group's id; CODE_VAT: the standard code */
    struct str word;                     /* CODE_GROUP, CODE_PAYMENT: our product or payment type */
    bool known;                          /* the word is from a list or the venue, not from the id */
};

struct codelist;
USED enum err codelist_new(const struct venue *venue, struct codelist **ret_list);
void codelist_free(struct codelist *list);                               /* NULL is fine */

/* Later entries of the same id replace earlier ones. Types that nothing asks for are not kept. */
USED enum err codelist_put_basic(struct codelist *list, struct str type, struct str id, struct str predefined,
                                 struct str text);
USED enum err codelist_put_article(struct codelist *list, struct str id, struct str group, struct str text);
USED enum err codelist_put_vat(struct codelist *list, struct str id, struct str standard);

/* Never NULL but when memory is out: an id that the file does not explain is entered as unknown. */
const struct code *codelist_find(struct codelist *list, enum code_type type, struct str id);
const struct code *codelist_article(struct codelist *list, struct str id);       /* NULL: not in the file */

/* The rate behind a VAT code on a day; ERR_NOT_FOUND: the file does not map it. */
USED enum err codelist_rate(struct codelist *list, struct str id, int32_t day, int32_t *ret_rate);

/* For lists that vendors leave without predefined codes: the id or its text says so. */
bool code_says_gift(const struct code *code);            /* NULL is fine */
bool code_is_tip(const struct code *code);

#endif
