/* problem.h - everything that can keep a document from being sent, docs/rules.md section 5, as one table.
 *
 * A problem has a code, up to five arguments, the first receipt concerned and a count; its sentence
 * (what is wrong, and what to do) is made from the table in the bookkeeper's language when it is shown.
 * Each code has its ways on: nobody is left with a red document that cannot be ended.
 * Arguments must never hold secrets.
 */
#ifndef BILAG_DOMAIN_PROBLEM_H
#define BILAG_DOMAIN_PROBLEM_H

#include "base/wire.h"
#include "wording.h"

/* The ways on: what a person can do about a problem (docs/rules.md section 8). What each does, on which documents, and its
 * command: bilag/show/advice.c, from which every page and list is told. X(name, text): one bit each. */
#define WAYS(X) \
    X(WAY_ACCEPT,      "accept")          /* bilag accept: it is right as it is */ \
    X(WAY_WAIT,        "wait")            /* nothing to do: it goes on by itself */ \
    X(WAY_TILL,        "till")            /* what is missing is sent from the till */ \
    X(WAY_SETTINGS,    "settings")        /* the venue's file is mended and loaded again */ \
    X(WAY_POWEROFFICE, "poweroffice")     /* mended in PowerOffice; seen at once with bilag check --online */ \
    X(WAY_KEY,         "key")             /* another key: bilag venues connect */ \
    X(WAY_CONNECT,     "connect")         /* bilag customers connect */ \
    X(WAY_PRODUCTS,    "products")        /* bilag products create */ \
    X(WAY_POST_ON,     "post-on")         /* bilag accept --post-on */ \
    X(WAY_LEAVE_OUT,   "leave-out") \
    X(WAY_RESTARTED,   "restarted") \
    X(WAY_CHOOSE,      "choose") \
    X(WAY_RESEND,      "resend") \
    X(WAY_REVERSE,     "reverse") \
    X(WAY_LEAVE_REVERSED, "leave-reversed")   /* bilag leave-reversed: what a person reversed there stays so */ \
    X(WAY_CONFIRM,     "confirm")         /* bilag venues confirm: QuickOrder has the venue's add-on */ \
    X(WAY_BY_HAND,     "by-hand")
#define X(name, text) name##_PLACE,
enum way_place { WAYS(X) WAY_COUNT };
#undef X
#define X(name, text) name = 1 << name##_PLACE,
enum way { WAYS(X) };
#undef X

/* X(name, code, ways) - the sentences stand in problem.c, one row a code. The order is that of a draft's problems:
 * new codes go to the end, and none is taken away, for stored drafts name it by its place. Two are raised by nothing any more
 * and keep their places, sentences and ways for drafts of older programs: "alcohol-reduced" is "alcohol-rate" now, and sales of a
 * venue that is "venue-unknown" are parked and in no document. */
#define PROBLEMS(X) \
    X(PROBLEM_PRODUCT_TYPE_UNMAPPED,  "product-type-unmapped", WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_PAYMENT_TYPE_UNMAPPED,  "payment-type-unmapped", WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_VAT_UNMAPPED,           "vat-unmapped",          WAY_TILL | WAY_SETTINGS | WAY_LEAVE_OUT | WAY_BY_HAND) \
    X(PROBLEM_ACCOUNT_UNKNOWN,        "account-unknown",       WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_ACCOUNT_INACTIVE,       "account-inactive",      WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_ACCOUNT_VAT_LOCKED,     "account-vat-locked",    WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_DEPARTMENT_REQUIRED,    "department-required",   WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_DEPARTMENT_UNKNOWN,     "department-unknown",    WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_VAT_CODE_UNKNOWN,       "vat-code-unknown",      WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_VAT_RATE_DIFFERS,       "vat-rate-differs",      WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_BANK_ACCOUNT,           "bank-account",          WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_ALCOHOL_REDUCED,        "alcohol-reduced",       WAY_SETTINGS | WAY_LEAVE_OUT | WAY_BY_HAND) \
    X(PROBLEM_DOUBLE_ENTRY,           "double-entry",          WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_RECEIPT_UNBALANCED,     "receipt-unbalanced",    WAY_LEAVE_OUT | WAY_BY_HAND) \
    X(PROBLEM_SHARE_UNDEFINED,        "share-undefined",       WAY_SETTINGS | WAY_LEAVE_OUT | WAY_BY_HAND) \
    X(PROBLEM_VOID_UNKNOWN,           "void-unknown",          WAY_TILL | WAY_LEAVE_OUT | WAY_BY_HAND) \
    X(PROBLEM_RECEIPT_CONFLICT,       "receipt-conflict",      WAY_RESTARTED | WAY_CHOOSE) \
    X(PROBLEM_SEQUENCE_GAP,           "sequence-gap",          WAY_TILL | WAY_ACCEPT | WAY_BY_HAND) \
    X(PROBLEM_Z_DIFFERS,              "z-differs",             WAY_TILL | WAY_ACCEPT | WAY_BY_HAND) \
    X(PROBLEM_Z_MISSING,              "z-missing",             WAY_TILL | WAY_ACCEPT | WAY_BY_HAND) \
    X(PROBLEM_GRAND_TOTAL_BROKEN,     "grand-total-broken",    WAY_TILL | WAY_ACCEPT | WAY_BY_HAND) \
    X(PROBLEM_PERIOD_LOCKED,          "period-locked",         WAY_POWEROFFICE | WAY_POST_ON | WAY_BY_HAND) \
    X(PROBLEM_CUSTOMER_MISSING,       "customer-missing",      WAY_TILL | WAY_BY_HAND) \
    X(PROBLEM_CUSTOMER_UNCONNECTED,   "customer-unconnected",  WAY_CONNECT | WAY_BY_HAND) \
    X(PROBLEM_CUSTOMER_UNKNOWN,       "customer-unknown",      WAY_POWEROFFICE | WAY_CONNECT | WAY_BY_HAND) \
    X(PROBLEM_PRODUCT_UNMAPPED,       "product-unmapped",      WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_PRODUCT_UNKNOWN,        "product-unknown",       WAY_PRODUCTS | WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_PRODUCT_ACCOUNT,        "product-account",       WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_TOTAL_DIFFERS,          "total-differs",         WAY_ACCEPT) \
    X(PROBLEM_LOGIN,                  "login",                 WAY_KEY | WAY_POWEROFFICE | WAY_BY_HAND) \
    X(PROBLEM_PRIVILEGE_MISSING,      "privilege-missing",     WAY_POWEROFFICE | WAY_BY_HAND) \
    X(PROBLEM_AMOUNT_RANGE,           "amount-range",          WAY_LEAVE_OUT | WAY_BY_HAND) \
    X(PROBLEM_VENUE_UNKNOWN,          "venue-unknown",         WAY_SETTINGS) \
    X(PROBLEM_REFERENCE_DATA,         "reference-data",        WAY_WAIT | WAY_POWEROFFICE | WAY_BY_HAND) \
    X(PROBLEM_REFUSED,                "refused",               WAY_POST_ON | WAY_RESEND | WAY_BY_HAND) \
    X(PROBLEM_WAITING_ANSWER,         "waiting-answer",        WAY_WAIT) \
    X(PROBLEM_INVOICE_NOT_SENT,       "invoice-not-sent",      WAY_RESEND) \
    X(PROBLEM_DAY_TOO_LARGE,          "day-too-large",         WAY_LEAVE_OUT | WAY_BY_HAND) \
    X(PROBLEM_RECEIPTS_TRIMMED,       "receipts-trimmed",      WAY_BY_HAND) \
    X(PROBLEM_OTHER_COMPANY,          "other-company",         WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_SENDING_OFF,            "sending-off",           WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_REVERSAL_REFUSED,       "reversal-refused",      WAY_REVERSE) \
    X(PROBLEM_ALCOHOL_RATE,           "alcohol-rate",          WAY_TILL | WAY_SETTINGS | WAY_LEAVE_OUT | WAY_BY_HAND) \
    X(PROBLEM_VAT_ZERO,               "vat-zero",       WAY_TILL | WAY_SETTINGS | WAY_ACCEPT | WAY_LEAVE_OUT | WAY_BY_HAND) \
    X(PROBLEM_DAY_NOT_COME,           "day-not-come",          WAY_WAIT | WAY_POST_ON | WAY_LEAVE_OUT | WAY_BY_HAND) \
    X(PROBLEM_Z_GAP,                  "z-gap",                 WAY_TILL | WAY_ACCEPT | WAY_BY_HAND) \
    X(PROBLEM_Z_OVERLAP,              "z-overlap",             WAY_ACCEPT | WAY_BY_HAND) \
    X(PROBLEM_CLOCK_JUMP,             "clock-jump",            WAY_ACCEPT | WAY_POST_ON | WAY_LEAVE_OUT | WAY_BY_HAND) \
    X(PROBLEM_OTHER_CLIENT,           "other-client",          WAY_KEY | WAY_BY_HAND) \
    X(PROBLEM_REVERSED_ELSEWHERE,     "reversed-elsewhere",    WAY_RESEND | WAY_LEAVE_REVERSED | WAY_BY_HAND) \
    X(PROBLEM_PROJECT_REQUIRED,       "project-required",      WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_PROJECT_UNKNOWN,        "project-unknown",       WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_LOCATION_UNKNOWN,       "location-unknown",      WAY_POWEROFFICE | WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_SUBSCRIPTION,           "subscription",          WAY_WAIT | WAY_BY_HAND) \
    X(PROBLEM_ADD_ON_AWAITED,         "add-on-awaited",        WAY_CONFIRM | WAY_BY_HAND) \
    X(PROBLEM_NO_RECEIPTS,            "no-receipts",           WAY_REVERSE) \
    X(PROBLEM_SUBSCRIPTION_KEY,       "subscription-key",      WAY_SETTINGS | WAY_BY_HAND) \
    X(PROBLEM_POSTED_TWICE,           "posted-twice",          WAY_POWEROFFICE) \
    X(PROBLEM_DAY_OPEN,               "day-open",              WAY_WAIT)

#define X(name, code, ways) name,
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
unsigned    problem_ways(enum problem_code code);            /* bits of enum way; never none */
bool        problem_acceptable(enum problem_code code);      /* `bilag accept` can lift it */
const char *way_text(enum way_place place);                  /* "leave-out" */
/* Adds, or adds up with one that has the same code and the same arguments (keeping its `first`). */
void        problems_add(struct problems *problems, const struct problem *problem);
bool        problems_have(const struct problems *problems, enum problem_code code);
void        problems_remove(struct problems *problems, enum problem_code code);
/* "z-gap,vat-zero", each code once, for a log's line: cut at whole codes to what fits. */
enum { PROBLEM_CODES_SIZE = 200 };
const char *problems_codes(const struct problems *problems, char buffer[PROBLEM_CODES_SIZE]);
/* The sentence: what is wrong and what to do; language "en" or "nb". _for(): as that reader can do it (wording.h). */
void        problem_write(const struct problem *problem, struct str language, struct strbuf *out);
void        problem_write_for(const struct problem *problem, struct str language, enum wording wording, struct strbuf *out);
void        problems_encode(const struct problems *problems, struct strbuf *out);
/* Views into the reader's bytes. */
void        problems_decode(struct reader *in, struct problems *ret_problems);

#endif
