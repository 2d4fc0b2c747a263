/* problem.h - everything that can keep a document from being sent, docs/rules.md section 5, as one table.
 *
 * A problem has a code, up to five arguments, the first receipt concerned and a count; its sentence
 * (what is wrong, and what to do) is made from the table in the bookkeeper's language when it is shown.
 * Arguments must never hold secrets.
 */
#ifndef BILAG_DOMAIN_PROBLEM_H
#define BILAG_DOMAIN_PROBLEM_H

#include "base/wire.h"

/* X(name, code, acceptable) - the sentences stand in problem.c, one row a code. The order is that of a draft's problems:
 * new codes go to the end, and none is taken away, for stored drafts carry it. "alcohol-reduced" is "alcohol-rate" now. */
#define PROBLEMS(X) \
    X(PROBLEM_PRODUCT_TYPE_UNMAPPED, "product-type-unmapped", false) \
    X(PROBLEM_PAYMENT_TYPE_UNMAPPED, "payment-type-unmapped", false) \
    X(PROBLEM_VAT_UNMAPPED,          "vat-unmapped",          false) \
    X(PROBLEM_ACCOUNT_UNKNOWN,       "account-unknown",       false) \
    X(PROBLEM_ACCOUNT_INACTIVE,      "account-inactive",      false) \
    X(PROBLEM_ACCOUNT_VAT_LOCKED,    "account-vat-locked",    false) \
    X(PROBLEM_DEPARTMENT_REQUIRED,   "department-required",   false) \
    X(PROBLEM_DEPARTMENT_UNKNOWN,    "department-unknown",    false) \
    X(PROBLEM_VAT_CODE_UNKNOWN,      "vat-code-unknown",      false) \
    X(PROBLEM_VAT_RATE_DIFFERS,      "vat-rate-differs",      false) \
    X(PROBLEM_BANK_ACCOUNT,          "bank-account",          false) \
    X(PROBLEM_ALCOHOL_REDUCED,       "alcohol-reduced",       false) \
    X(PROBLEM_DOUBLE_ENTRY,          "double-entry",          false) \
    X(PROBLEM_RECEIPT_UNBALANCED,    "receipt-unbalanced",    false) \
    X(PROBLEM_SHARE_UNDEFINED,       "share-undefined",       false) \
    X(PROBLEM_VOID_UNKNOWN,          "void-unknown",          false) \
    X(PROBLEM_RECEIPT_CONFLICT,      "receipt-conflict",      false) \
    X(PROBLEM_SEQUENCE_GAP,          "sequence-gap",          true) \
    X(PROBLEM_Z_DIFFERS,             "z-differs",             true) \
    X(PROBLEM_Z_MISSING,             "z-missing",             true) \
    X(PROBLEM_GRAND_TOTAL_BROKEN,    "grand-total-broken",    true) \
    X(PROBLEM_PERIOD_LOCKED,         "period-locked",         false) \
    X(PROBLEM_CUSTOMER_MISSING,      "customer-missing",      false) \
    X(PROBLEM_CUSTOMER_UNCONNECTED,  "customer-unconnected",  false) \
    X(PROBLEM_CUSTOMER_UNKNOWN,      "customer-unknown",      false) \
    X(PROBLEM_PRODUCT_UNMAPPED,      "product-unmapped",      false) \
    X(PROBLEM_PRODUCT_UNKNOWN,       "product-unknown",       false) \
    X(PROBLEM_PRODUCT_ACCOUNT,       "product-account",       false) \
    X(PROBLEM_TOTAL_DIFFERS,         "total-differs",         true) \
    X(PROBLEM_LOGIN,                 "login",                 false) \
    X(PROBLEM_PRIVILEGE_MISSING,     "privilege-missing",     false) \
    X(PROBLEM_AMOUNT_RANGE,          "amount-range",          false) \
    X(PROBLEM_VENUE_UNKNOWN,         "venue-unknown",         false) \
    X(PROBLEM_REFERENCE_DATA,        "reference-data",        false) \
    X(PROBLEM_REFUSED,               "refused",               false) \
    X(PROBLEM_WAITING_ANSWER,        "waiting-answer",        false) \
    X(PROBLEM_INVOICE_NOT_SENT,      "invoice-not-sent",      false) \
    X(PROBLEM_DAY_TOO_LARGE,         "day-too-large",         false) \
    X(PROBLEM_RECEIPTS_TRIMMED,      "receipts-trimmed",      false) \
    X(PROBLEM_OTHER_COMPANY,         "other-company",         false) \
    X(PROBLEM_SENDING_OFF,           "sending-off",           false) \
    X(PROBLEM_REVERSAL_REFUSED,      "reversal-refused",      false) \
    X(PROBLEM_ALCOHOL_RATE,          "alcohol-rate",          false) \
    X(PROBLEM_VAT_ZERO,              "vat-zero",              true) \
    X(PROBLEM_DAY_NOT_COME,          "day-not-come",          false) \
    X(PROBLEM_Z_GAP,                 "z-gap",                 true) \
    X(PROBLEM_Z_OVERLAP,             "z-overlap",             true) \
    X(PROBLEM_CLOCK_JUMP,            "clock-jump",            true) \
    X(PROBLEM_OTHER_CLIENT,          "other-client",          false)

#define X(name, code, acceptable) name,
enum problem_code { PROBLEMS(X) PROBLEM_COUNT };
#undef X

enum { PROBLEM_ARGS = 5, PROBLEMS_MAX = 64, PROBLEM_TEXT_MAX = 1024 };

struct problem {
    enum problem_code code;
    struct str arg[PROBLEM_ARGS];         /* see the row in problem.c; empty if unused */
    struct str first;                     /* "K1/10234": register and number; empty if none */
    uint64_t count;                       /* receipts or lines concerned; at least 1 */
};

/* Bounded: what does not fit is counted in the last one of the same code. */
struct problems { struct problem at[PROBLEMS_MAX]; size_t count; };

const char *problem_code_text(enum problem_code code);       /* "sequence-gap" */
bool        problem_code_parse(struct str text, enum problem_code *ret_code);
bool        problem_acceptable(enum problem_code code);      /* `bilag accept` can lift it */
/* Adds, or adds up with one that has the same code and the same arguments (keeping its `first`). */
void        problems_add(struct problems *problems, const struct problem *problem);
bool        problems_have(const struct problems *problems, enum problem_code code);
void        problems_remove(struct problems *problems, enum problem_code code);
/* The sentence: what is wrong and what to do; language "en" or "nb". */
void        problem_write(const struct problem *problem, struct str language, struct strbuf *out);
void        problems_encode(const struct problems *problems, struct strbuf *out);
/* Views into the reader's bytes. */
void        problems_decode(struct reader *in, struct problems *ret_problems);

#endif
