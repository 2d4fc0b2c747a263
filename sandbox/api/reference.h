/* reference.h - the reads that mapping checks need: accounts, VAT codes, dimensions, settings. */
#ifndef BILAG_SANDBOX_API_REFERENCE_H
#define BILAG_SANDBOX_API_REFERENCE_H

struct exchange;

void integration_get(struct exchange *x);
void accounts_get(struct exchange *x);
void vat_codes_get(struct exchange *x);
void departments_get(struct exchange *x);
void locations_get(struct exchange *x);
void projects_get(struct exchange *x);
void lock_date_get(struct exchange *x);
void financial_settings_get(struct exchange *x);

#endif
