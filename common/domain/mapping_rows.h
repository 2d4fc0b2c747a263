/* mapping_rows.h - the settings of a VAT class, a product type and a payment type: one row is the key in the venue's file with its
 * check, preset, bound and help, the field and its words in the browser, and what it does to the mapping's hash.
 *
 * What a row says comes from here in common/domain/venue_file.c, venue.c, bilag/act/venue_field.c, bilag/show/catalogue_settings.c
 * and console/setup_form.c. Its member stands in config.h. Rows are in the order in which the browser shows them and the console
 * writes them.
 *
 * Kind      WORDS     for people (struct str): at most so many letters       CODE      PowerOffice's (struct str): so many bytes
 *           OWN_CODE  the same, and "" says none: no length, but bytes       NAME      a name (struct str), must be said
 *           ACCOUNT   int64_t, 0 is blank     RATE   int32_t, must be said   SWITCH    bool; its preset is "true" or "false"
 * Hashed    whether it can change a voucher. AS_EVER: hash_mapping() in venue.c has it at its old place. SAID, every new one that
 *           can: behind those, where it is said (a switch: where it is not its preset), so what is unsaid keeps every hash.
 *           NEVER: it changes no voucher.
 * List      of which of PowerOffice's codes the browser chooses: "accounts", "vat-codes", "products"; or NULL
 * KEPT      no form shows it; it goes along where the console writes an entry whole. Its words are NULL.
 */
#ifndef BILAG_DOMAIN_MAPPING_ROWS_H
#define BILAG_DOMAIN_MAPPING_ROWS_H

#define SECTION_VAT "vat"
#define SECTION_PRODUCTS "product_types"
#define SECTION_PAYMENTS "payment_types"

/* What the browser calls each section, X(key, in English, in Norwegian). */
#define MAPPING_SECTIONS(X) \
    X(SECTION_VAT, "VAT codes", "Mva-koder") \
    X(SECTION_PRODUCTS, "Product types", "Varegrupper") \
    X(SECTION_PAYMENTS, "Payment types", "Betalingsmåter")

/* What the browser shows of the venue as a whole, X(key, kind, member, max, list, in English, in Norwegian); each is read from the
 * file in venue_file.c. */
#define VENUE_ROWS_SHOWN(X) \
    X("name", WORDS, name, 100, NULL, "Name, on vouchers", "Navn, på bilag") \
    X("department", CODE, departments, 0, "departments", "Department", "Avdeling") \
    X("business_day_start", TIME, cutoffs, 0, NULL, "The business day begins at", "Salgsdagen begynner kl.") \
    X("begins", DAY, begins, 0, NULL, "First business day that is posted", "Første salgsdag som føres") \
    X("close", CLOSE, close, 0, NULL, "A day ends", "En dag avsluttes") \
    X("registers", NAMES, registers, 2000, NULL, "Registers that must report every day", "Kasser som må rapportere hver dag") \
    X("auto_transfer", SWITCH, auto_transfer, 0, NULL, "Automatic transfer", "Automatisk overføring") \
    X("auto_invoice", SWITCH, auto_invoice, 0, NULL, "Automatic invoicing", "Automatisk fakturering") \
    X("send_invoice", SWITCH, send_invoice, 0, NULL, "Invoices are sent at once", "Fakturaer sendes med en gang")

/*    of, key, member, kind, max, preset, hashed, list, words in the browser in English, in Norwegian,
 *    meaning in English, in Norwegian */
#define VAT_ROWS_SHOWN(X) \
    X(vat, "rate", rate, RATE, 0, NULL, AS_EVER, NULL, "Rate, %", "Sats, %", \
      "percent as printed on the receipt, such as 25", "prosent slik den står på bongen, som 25") \
    X(vat, "code", code, NAME, 0, NULL, AS_EVER, "vat-codes", "VAT code", "Mva-kode", \
      "VAT code in PowerOffice, such as \"3\"", "mva-kode i PowerOffice, som \"3\"")

#define PRODUCT_ROWS_SHOWN(X) \
    X(product, "name", title, WORDS, 60, NULL, AS_EVER, NULL, "Called", "Kalles", \
      "what people call it, on vouchers, orders and lists; unsaid: the type itself", \
      "hva folk kaller den, på bilag, ordrer og lister; ellers typen selv") \
    X(product, "account", account, ACCOUNT, 0, NULL, AS_EVER, "accounts", "Sales account", "Salgskonto", \
      "sales account", "salgskonto") \
    X(product, "reduced_account", reduced_account, ACCOUNT, 0, NULL, AS_EVER, "accounts", "Account, reduced VAT", \
      "Konto, redusert mva.", "sales account at the reduced VAT rate", "salgskonto ved redusert mva-sats") \
    X(product, "product", product, CODE, 64, NULL, AS_EVER, "products", "Product for orders", "Produkt til ordre", \
      "product code in PowerOffice, for orders", "produktkode i PowerOffice, for ordrer") \
    X(product, "reduced_product", reduced_product, CODE, 64, NULL, AS_EVER, "products", "Product, reduced VAT", \
      "Produkt, redusert mva.", "product code at the reduced VAT rate", "produktkode ved redusert mva-sats") \
    X(product, "alcohol", alcohol, SWITCH, 0, "false", AS_EVER, NULL, "Alcohol", "Alkohol", \
      "always at the normal rate", "alltid med vanlig sats") \
    X(product, "vat_free", vat_free, SWITCH, 0, "false", AS_EVER, NULL, "Without VAT", "Uten mva.", \
      "by law without VAT: may be sold at 0 %", "etter loven uten mva.: kan selges med 0 %")

#define PRODUCT_ROWS_KEPT(X) \
    X(product, "project", project, OWN_CODE, 64, NULL, AS_EVER, NULL, NULL, NULL, \
      "project's code in PowerOffice; \"\" for none; unsaid: the venue's", \
      "prosjektets kode i PowerOffice; \"\" for ingen; ellers salgsstedets") \
    X(product, "location", location, OWN_CODE, 64, NULL, AS_EVER, NULL, NULL, NULL, \
      "location's code in PowerOffice; \"\" for none; unsaid: the venue's", \
      "lokasjonens kode i PowerOffice; \"\" for ingen; ellers salgsstedets")

#define PAYMENT_ROWS_SHOWN(X) \
    X(payment, "name", title, WORDS, 60, NULL, AS_EVER, NULL, "Called", "Kalles", \
      "what people call it, on vouchers and lists; unsaid: the type itself", \
      "hva folk kaller den, på bilag og lister; ellers typen selv") \
    X(payment, "account", account, ACCOUNT, 0, NULL, AS_EVER, "accounts", "Account", "Konto", \
      "account the payment is posted to; never the bank", "kontoen betalingen føres på; aldri banken") \
    X(payment, "transfer", transfer, SWITCH, 0, "true", AS_EVER, NULL, "Transferred", "Overføres", \
      "false takes what was paid this way out of the voucher", "false holder det som er betalt slik, utenfor bilaget")

#define PAYMENT_ROWS_KEPT(X) \
    X(payment, "project", project, OWN_CODE, 64, NULL, AS_EVER, NULL, NULL, NULL, \
      "project's code in PowerOffice; \"\" for none; unsaid: the venue's", \
      "prosjektets kode i PowerOffice; \"\" for ingen; ellers salgsstedets") \
    X(payment, "location", location, OWN_CODE, 64, NULL, AS_EVER, NULL, NULL, NULL, \
      "location's code in PowerOffice; \"\" for none; unsaid: the venue's", \
      "lokasjonens kode i PowerOffice; \"\" for ingen; ellers salgsstedets")

#define VAT_ROWS(X) VAT_ROWS_SHOWN(X)
#define PRODUCT_ROWS(X) PRODUCT_ROWS_SHOWN(X) PRODUCT_ROWS_KEPT(X)
#define PAYMENT_ROWS(X) PAYMENT_ROWS_SHOWN(X) PAYMENT_ROWS_KEPT(X)

#endif
