/* refdata.h - what PowerOffice says exists, per client, kept in STATE_DIR/poweroffice; and customer links.
 *
 * Written by the senders (they have keys and quota), read by the validator and `bilag`. A record is one
 * consistent picture of a client's books; it has a version that rises with every change, links included, so
 * that held documents can be judged again when, and only when, something changed.
 */
#ifndef BILAG_POWEROFFICE_REFDATA_H
#define BILAG_POWEROFFICE_REFDATA_H

#include "base/store.h"

enum { REF_ACCOUNTS = 1, REF_VAT_CODES = 2, REF_DEPARTMENTS = 4, REF_DATES = 8, REF_PRODUCTS = 16,
       REF_CUSTOMERS = 32, REF_PRIVILEGES = 64, REF_PROJECTS = 128, REF_LOCATIONS = 256 };

struct ref_account {
    int64_t no, id;
    bool active, vat_locked, department_required;
    struct str vat_code;
    struct str name;
    bool project_required;
};
struct ref_vat_code { struct str code; int32_t id; int32_t rate; bool active; int32_t valid_from, valid_to; };  /* rate 2500 */
struct ref_department { struct str code; int64_t id; bool active; };
struct ref_project { struct str code; int64_t id; bool active; };            /* of a sub-project: main.sub */
struct ref_location { struct str code; int64_t id; bool active; };
struct ref_product {
    struct str code;
    int64_t id, account;
    bool archived;
    struct str name;
}; /* account number; 0: inherited */
struct ref_customer { int64_t no, id; bool archived; struct str name, org_no, email; };       /* email: for invoices */

struct refdata {
    uint64_t version;
    int64_t read_ms;                      /* when it was read; 0: never */
    unsigned have;                        /* REF_ bits that were read */
    struct ref_account *accounts; size_t account_count;       /* sorted by no */
    struct ref_vat_code *vat_codes; size_t vat_code_count;     /* sorted by code */
    struct ref_department *departments; size_t department_count;
    struct ref_project *projects; size_t project_count;       /* sorted by code; read only where a venue names one */
    struct ref_location *locations; size_t location_count;
    struct ref_product *products; size_t product_count;       /* sorted by code */
    struct ref_customer *customers; size_t customer_count;     /* sorted by no */
    bool has_lock_date; int32_t lock_date;
    bool has_conversion_date; int32_t conversion_date;
    struct str client_name;
    bool accounting_ok;
    bool sending_off;                     /* the extension may not send invoices (AllowSendInvoice says false) */
    struct str missing_privileges;        /* comma list of what our calls need and the key lacks; empty: none */
    struct str login_fault;               /* why the key is refused at present; empty: it is not */
    bool subscription_refused;            /* ... and it is the installation's key, not this client's */
    struct str client;                    /* PowerOffice's ClientId: which books the key opens; empty: not known */
    struct str company;                   /* whose books those are (right_books.h); empty: nobody's that is known */
};

struct refstore;                          /* STATE_DIR/poweroffice: reference data and customer links */
USED enum err refstore_open(struct str state_dir, unsigned flags, struct refstore **ret_store, struct fault *fault);
void refstore_close(struct refstore *store);
void refstore_relax_if_many(struct refstore *store);                     /* store_relax_if_many() */
uint64_t refstore_generation(struct refstore *store);         /* changes when anything may have changed */
/* Everything in the arena. ERR_NOT_FOUND: never read. */
USED enum err refdata_load(struct refstore *store, struct str client_id, struct arena *arena, struct refdata *ret_data);
/* What is known of the client itself, without its lists: for who looks at many clients. */
USED enum err refdata_of_client(struct refstore *store, struct str client_id, struct arena *arena, struct refdata *ret_data);
/* The client's own and that of the links together. ERR_NOT_FOUND: never read. */
USED enum err refdata_version(struct refstore *store, struct str client_id, uint64_t *ret_version);
/* The same without the lists: cheap. ERR_NOT_FOUND: never read. */
enum { REF_BITS = 9 };
struct ref_summary {
    uint64_t version;
    int64_t read_ms, part_read_ms[REF_BITS];      /* by bit: when that part was read; 0: never */
    unsigned have;
    bool login_refused, subscription_refused;
    unsigned rights_lacking;              /* NEED_ bits (privilege.h) of what the key lacks */
};
USED enum err refdata_summary(struct refstore *store, struct str client_id, struct ref_summary *ret_summary);
/* Replaces what `have` names and raises the version if anything differs. REF_PRIVILEGES stands for client_name,
 * accounting_ok, sending_off, missing_privileges, login_fault and client, and keeps the client for data's company if
 * neither is another's. read_ms in what is loaded is that of the oldest part. */
USED enum err refdata_put(struct refstore *store, struct str client_id, const struct refdata *data);
/* Only login_fault, and of whose key; empty: the key is accepted again. */
USED enum err refdata_put_login(struct refstore *store, struct str client_id, struct str login_fault, bool subscription);

const struct ref_account    *refdata_account(const struct refdata *data, int64_t no);
/* A code may stand for several periods: the one of that day; NULL if none is active then. */
const struct ref_vat_code   *refdata_vat_code_on(const struct refdata *data, struct str code, int32_t day);
const struct ref_department *refdata_department(const struct refdata *data, struct str code);
const struct ref_project    *refdata_project(const struct refdata *data, struct str code);
const struct ref_location   *refdata_location(const struct refdata *data, struct str code);
const struct ref_product    *refdata_product(const struct refdata *data, struct str code);
const struct ref_customer   *refdata_customer(const struct refdata *data, int64_t no);

/* Till customer -> PowerOffice customer number, kept per company (DESIGN section 1, issue text: connections are
 * shared by the venues of a company). */
USED enum err customer_link_put(struct refstore *store, struct str company, struct str till_customer, int64_t customer_no);
/* The buyer's reference that its orders say when the receipt says none; empty takes it away. At most
 * CUSTOMER_REFERENCE_MAX bytes, else ERR_TOO_LONG; ERR_NOT_FOUND: not connected. customer_link_put() keeps it. */
enum { CUSTOMER_REFERENCE_MAX = 100 };
USED enum err customer_link_put_reference(struct refstore *store, struct str company, struct str till_customer,
                                          struct str reference);
USED enum err customer_link_remove(struct refstore *store, struct str company, struct str till_customer);
USED enum err customer_link_get(struct refstore *store, struct str company, struct str till_customer, int64_t *ret_customer_no);
/* Empty if there is none; in the arena. ERR_NOT_FOUND: not connected. */
USED enum err customer_link_get_reference(struct refstore *store, struct str company, struct str till_customer,
                                          struct arena *arena, struct str *ret_reference);
/* Views are dead when it returns. */
typedef enum err (*customer_link_visit)(struct str till_customer, int64_t customer_no, struct str reference, void *context);
USED enum err customer_link_walk(struct refstore *store, struct str company, customer_link_visit visit, void *context);

#endif
