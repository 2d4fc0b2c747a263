/* refstore.h - what refdata.c, customer_link.c and right_books.c share; nobody else includes it. */
#ifndef BILAG_POWEROFFICE_REFSTORE_H
#define BILAG_POWEROFFICE_REFSTORE_H

#include "refdata.h"

enum { TABLE_REFDATA, TABLE_LINKS, TABLE_VERSIONS, TABLE_BOOKS };

struct refstore { struct store *store; };

/* Rises with every change of any customer link; part of every client's version. */
USED enum err links_version_get(struct txn *txn, uint64_t *ret_version);
USED enum err links_version_raise(struct txn *txn);
/* The company's till customers are connected to nobody any more. */
USED enum err links_forget(struct txn *txn, struct str company);
/* The company that a client is kept for, a view; empty: none. */
USED enum err books_company(struct txn *txn, struct str client, struct str *ret_company);
/* Keeps the pair if neither is kept for another. */
USED enum err books_claim(struct txn *txn, struct str company, struct str client);

#endif
