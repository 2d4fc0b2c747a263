/* document.h - what vouchers and orders have in common: ids, references, and being stored first. */
#ifndef BILAG_SANDBOX_BOOKS_DOCUMENT_H
#define BILAG_SANDBOX_BOOKS_DOCUMENT_H

#include "sandbox/http/exchange.h"
#include "order.h"
#include "voucher.h"

enum document { DOCUMENT_VOUCHER, DOCUMENT_ORDER };

/* Who made it: a new id, and copies of the client's and the application's key. */
void document_stamp(const struct exchange *x, char id[static ID_BYTES], char **ret_client_key,
                    char **ret_application_key, char **ret_company);

bool document_text_fits(const struct exchange *x, const char *text, enum setting_id longest);

/* true: the reference is in use and the request has been answered. NULL is never in use. */
bool document_reference_taken(struct exchange *x, const char *reference, enum document document);

/* Into the journal and into the books, which take the document. */
void document_store_voucher(struct exchange *x, struct voucher *voucher);
void document_store_order(struct exchange *x, struct order *order);
/* A record about something that is there already; takes `record`. */
void document_store_record(struct exchange *x, const char *type, cJSON *record);

/* Reads the journal back into the books. */
bool documents_replay(struct sandbox *box);

#endif
