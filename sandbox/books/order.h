/* order.h - sales orders and the invoices that they become.
 *
 * Sums       a line's net is quantity x unit price x (100 - allowance) %, rounded to the ore; its
 *            VAT is net x rate, rounded to the ore; half away from zero both times. The unit price
 *            keeps price_decimals, the quantity quantity_decimals. Negative totals are credit notes.
 * Sending    sent_ms is when the invoice exists: in the future while it is being processed, 0 while
 *            nobody has asked for it.
 */
#ifndef BILAG_SANDBOX_BOOKS_ORDER_H
#define BILAG_SANDBOX_BOOKS_ORDER_H

#include <cjson/cJSON.h>

#include "books.h"

struct order_line {
    char    id[ID_BYTES], vat_code[CODE_BYTES], quantity[44], unit_price[44], allowance[44];
    char   *product, *description;                            /* NULL on text lines */
    int64_t account_no, product_id, department_id, project_id, location_id, net_ore, vat_ore, total_ore;
    int32_t vat_id, rate;
    bool    standard;
};

struct order {
    char    id[ID_BYTES], date[DATE_BYTES], status[12], department[CODE_BYTES];
    int64_t no, imported_no, customer_no, department_id, project_id, location_id, net_ore, total_ore, created_ms;
    char   *client_key, *application_key, *company, *reference, *body;
    struct order_line *lines;
    size_t  line_count;

    bool    deleted, credited, sent_by_hand;                  /* by a person: the order, or its invoice */
    int64_t credit_no, credit_ms;                             /* the credit note's */
    int64_t send_asked_ms, sent_ms, invoice_no, voucher_no, fee_ore;
    char    invoice_date[DATE_BYTES], due_date[DATE_BYTES], delivery[24];
    char   *send_error;                                       /* NULL: it went well */
    char   *send_email;                                       /* what the request said; NULL: nothing */
};

void order_free(struct order *order);
void order_keep(struct books *books, struct order *order);
struct order *order_find(const struct books *books, const char *id);
bool order_is_sent(const struct order *order, int64_t now_ms);

cJSON *order_encode(const struct order *order, int64_t now_ms);
struct order *order_decode(const cJSON *record);
bool order_replay_sent(struct books *books, const cJSON *record);
bool order_replay_hand(struct books *books, const cJSON *record);

struct exchange;
cJSON *order_answer(struct exchange *x, const struct order *order, bool with_lines);
void orders_post(struct exchange *x);
void orders_get(struct exchange *x);
void order_get(struct exchange *x);
void order_send(struct exchange *x);
void order_sent_state(struct exchange *x);
void invoices_get(struct exchange *x);

#endif
