/* refstore.h - what refdata.c and customer_link.c share; nobody else includes it. */
#ifndef BILAG_POWEROFFICE_REFSTORE_H
#define BILAG_POWEROFFICE_REFSTORE_H

#include "refdata.h"

enum { TABLE_REFDATA, TABLE_LINKS, TABLE_VERSIONS };

struct refstore { struct store *store; };

/* Rises with every change of any customer link; part of every client's version. */
USED enum err links_version_get(struct txn *txn, uint64_t *ret_version);

#endif
