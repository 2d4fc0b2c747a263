/* customers.h - till customers and the customers of PowerOffice: found, searched, matched, read from a file.
 *
 * Names are compared without case (Latin letters with marks included) and without anything but letters and digits;
 * organisation numbers by their digits alone ("NO 912 345 678 MVA" is 912345678).
 * Ownership   texts are copied into the arena where a function takes one, else they are views.
 */
#ifndef BILAG_BILAG_READ_CUSTOMERS_H
#define BILAG_BILAG_READ_CUSTOMERS_H

#include "domain/draft.h"
#include "poweroffice/refdata.h"

enum { CUSTOMER_FILE_MAX = 16 * 1024 * 1024, CUSTOMER_FAULTS_MAX = 20 };

/* A customer as the tills name it. */
struct till_customer {
    struct str name;
    uint64_t orders, waiting;            /* seen in; of which wait for a connection that works */
    uint64_t manual;                     /* credit sales that were to be invoiced by hand */
    int32_t last_day;
    int64_t number;                      /* connected with; 0: with nobody */
    struct str reference;                /* the buyer's, kept with the connection; empty: none */
};

/* In byte order of the name. */
struct till_customers { struct till_customer *at; size_t count, room; struct arena *arena; };

/* Found, or added with zeros; dead after the next one is added. NULL: out of memory. */
struct till_customer *till_customers_of(struct till_customers *list, struct str name);
/* What one document tells: an order's customer, and credit under manual. */
USED enum err till_customers_note(struct till_customers *list, const struct draft *draft, bool held);

/* text is part of the name, or the beginning of the number or of the organisation number. An empty text: always. */
bool customer_matches(const struct ref_customer *customer, struct str text);
bool customer_name_matches(struct str name, struct str text);

enum suggestion { SUGGEST_NONE, SUGGEST_ORG_NO, SUGGEST_NAME, SUGGEST_SEVERAL };
/* The one customer that is not archived and has the till customer's organisation number, else its name.
 * SUGGEST_SEVERAL: several have; *ret_customer is the first of them. */
enum suggestion customer_suggest(const struct refdata *data, struct str till_customer,
                                 const struct ref_customer **ret_customer);

/* A file of connections: till customer and number a line, divided by ; , or tab; texts may be quoted, further
 * columns are passed over, a first line whose second column is no number is a heading. Rows are in order of the name,
 * one a till customer. */
struct customer_row { struct str till_customer; int64_t number; uint64_t line; };
struct customer_file { struct customer_row *rows; size_t count; struct fault faults[CUSTOMER_FAULTS_MAX]; size_t fault_count; };
USED enum err customer_file_parse(struct str bytes, struct arena *arena, struct customer_file *ret_file);

/* "10001": whole and positive. */
bool customer_number_parse(struct str text, int64_t *ret_number);

#endif
