/* setup.h - is the set-up right? Every fault of a configuration that loads, each with its mend.
 *
 * Judged without PowerOffice (`bilag check`); what only its reference data can tell is a problem of the
 * document (problem.h). Dated entries are judged for every day on which one of them begins.
 * Fault or note   a fault lets the venue's vouchers and orders wait, whatever its switches say
 *                 (setup_transfer_allowed()); a note is worth a look and stops nothing.
 * Language        of text and mend: config->language.
 * Ownership       findings and their texts live in the caller's arena; venue is a view into the config.
 */
#ifndef BILAG_DOMAIN_SETUP_H
#define BILAG_DOMAIN_SETUP_H

#include "config.h"

/* X(name, code, is a fault) - the sentences stand in setup_texts.c, one row a code. */
#define FINDINGS(X) \
    X(FINDING_FILE_WRONG,              "file-wrong",              true) \
    X(FINDING_NO_VENUES,               "no-venues",               true) \
    X(FINDING_SUBSCRIPTION_KEY,        "subscription-key-missing", true) \
    X(FINDING_CLIENT_KEY,              "client-key-missing",      true) \
    X(FINDING_APPLICATION_KEY,         "application-key-missing", true) \
    X(FINDING_TYPES_MISSING,           "types-missing",           true) \
    X(FINDING_PRODUCT_ACCOUNT,         "product-account-blank",   true) \
    X(FINDING_REDUCED_ACCOUNT,         "reduced-account-blank",   false) \
    X(FINDING_PAYMENT_ACCOUNT,         "payment-account-blank",   true) \
    X(FINDING_BANK_ACCOUNT,            "bank-account",            true) \
    X(FINDING_ALCOHOL_REDUCED,         "alcohol-reduced",         true) \
    X(FINDING_VAT_FREE,                "vat-free",                false) \
    X(FINDING_DOUBLE_ENTRY,            "double-entry",            true) \
    X(FINDING_VAT_CLASS,               "vat-class-missing",       true) \
    X(FINDING_PRODUCT_CODE,            "product-code-blank",      false) \
    X(FINDING_REDUCED_PRODUCT_CODE,    "reduced-product-code-blank", false) \
    X(FINDING_CREDIT,                  "credit-missing",          false) \
    X(FINDING_GIFT_CARD_ACCOUNTS,      "gift-card-accounts",      false) \
    X(FINDING_GIFT_CARD_LIABILITY,     "gift-card-liability",     false) \
    X(FINDING_CLIENT_SHARED,           "client-shared",           true) \
    X(FINDING_CLIENT_OTHER_COMPANY,    "client-other-company",    true) \
    X(FINDING_CLIENT_OTHER_EXTENSION,  "client-other-extension",  true) \
    X(FINDING_DEPARTMENT,              "department-missing",      true) \
    X(FINDING_EXTENSION_TWICE,         "extension-twice",         true) \
    X(FINDING_EXTENSIONS_TOO_MANY,     "extensions-too-many",     true) \
    X(FINDING_BUSINESS_DAY,            "business-day",            false) \
    X(FINDING_SAFT_WORD,               "saft-word-unknown",       false) \
    X(FINDING_CONTACT,                 "contact-missing",         false) \
    X(FINDING_BEGINS,                  "begins-unsaid",           false) \
    X(FINDING_TRANSFER_REFUSED,        "transfer-refused",        true)

#define X(name, code, is_fault) name,
enum finding_code { FINDINGS(X) FINDING_COUNT };
#undef X

enum severity { SEVERITY_FAULT, SEVERITY_NOTE };

struct finding {
    enum finding_code code;
    enum severity severity;
    struct str venue;                    /* empty: bilag.yaml, or the set-up as a whole */
    struct str about;                    /* the type, class or section that it names; empty: none */
    struct str text, mend;
};

const char *finding_code_text(enum finding_code code);       /* "bank-account" */

/* Of one venue, or (empty) of all and of the set-up as a whole; by venue, faults that stop a file first. */
USED enum err setup_check(const struct config *config, struct str venue, struct arena *arena,
                          struct finding **ret_findings, size_t *ret_count);

/* False while the venue, or what it shares with all, has a fault: nothing then goes by itself, no voucher and no order. */
bool setup_transfer_allowed(const struct config *config, const struct venue *venue);

#endif
