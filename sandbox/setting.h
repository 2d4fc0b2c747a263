/* setting.h - the switches: what the contract leaves open, and the faults, each a row.
 *
 * A row is a number with bounds, or a word out of a list. Presets are the first word of the
 * switchable column of the API description (section 20), or the best guess where it has none.
 * Errors  setting_set() explains what is wrong in ret_why (lent, static text) and changes nothing.
 */
#ifndef BILAG_SANDBOX_SETTING_H
#define BILAG_SANDBOX_SETTING_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define NUMBER_MAX INT64_C(1000000000)

/*  name                      preset         smallest largest      meaning */
#define SETTING_NUMBERS(X) \
  X(rate_limit,               10,            1, 1000000,  "requests per second and subscription key; a sliding window of 1 s over accepted requests") \
  X(token_lifetime_s,         1200,          1, 86400,    "expires_in of a new token, seconds") \
  X(read_lag_ms,              1500,          0, 600000,   "how long new vouchers and orders are invisible to GET, lists and PUT documentation") \
  X(latency_ms,               0,             0, 600000,   "every answer comes this much later; other requests are not held up") \
  X(max_url_bytes,            2000,          100, 30000,  "a longer URL gets the gateway's 404") \
  X(max_body_bytes,           4194304,       1024, 67108864, "a larger JSON body gets 413") \
  X(page_size_preset,         5000,          1, 20000,    "PageSize when the request does not say") \
  X(page_cut,                 0,             0, 20000,    "rows that a page really has, whatever PageSize asks for; 0: as many as asked for") \
  X(page_size_max,            20000,         1, 20000,    "a larger PageSize gets 400") \
  X(reference_chars_max,      50,            1, 1000,     "longest ExternalImportReference of vouchers, orders and lines") \
  X(saft_chars_max,           35,            1, 1000,     "longest SaftBatchId and SaftSourceId") \
  X(balance_tolerance_ore,    0,             0, 100,      "a voucher may be off by this many øre") \
  X(price_decimals,           4,             0, 8,        "decimals kept of ProductUnitPrice, half away from zero") \
  X(quantity_decimals,        4,             0, 8,        "decimals kept of Quantity, half away from zero") \
  X(invoice_fee_ore,          5900,          0, 1000000,  "fee without VAT added when an order is sent to a customer with UseInvoiceFee") \
  X(send_ms,                  500,           0, 600000,   "how long createAndSendInvoice takes until the invoice exists") \
  X(reversal_ms,              0,             0, 600000,   "how long after its answer a reversal is done") \
  X(onboarding_token_life_s,  900,           1, 86400,    "lifetime of an onboarding token and its address") \
  X(fault_429,                0,             0, 1000,     "per mille: 429 although the rate is kept; not processed") \
  X(fault_5xx_before,         0,             0, 1000,     "per mille: 500, 502, 503 or 504 before processing") \
  X(fault_5xx_after,          0,             0, 1000,     "per mille: the same after processing: committed, but the client sees an error") \
  X(fault_drop_before,        0,             0, 1000,     "per mille: connection closed before processing") \
  X(fault_drop_after,         0,             0, 1000,     "per mille: processed and committed, then closed without an answer") \
  X(fault_reset,              0,             0, 1000,     "per mille: TCP reset instead of an answer; processed or not by a coin") \
  X(fault_slow_permille,      0,             0, 1000,     "per mille: answer comes fault_slow_ms later; processed at once") \
  X(fault_slow_ms,            20000,         0, 600000,   "see fault_slow_permille") \
  X(fault_count,              -1,            -1, NUMBER_MAX, "faults left to inject (all kinds but slow); -1 is without end")

/*  name                      words, the preset first            meaning */
#define SETTING_WORDS(X) \
  X(duplicate_reference,      "400|409|accept",                  "a reference that is in use: refused with this status, or silently accepted") \
  X(duplicate_names_id,       "off|on",                          "the refusal of a duplicate names the id that holds the reference") \
  X(duplicate_check,          "immediate|replica",               "uniqueness sees every document, or only those that reads can see") \
  X(rule_status,              "400|404|409|422",                 "zero amount, missing VatId, imbalance and other broken rules of a voucher or order") \
  X(lock_status,              "400|403|404|409|422",             "posting on or before the lock date, or before the conversion date") \
  X(unknown_id_status,        "400|404",                         "unknown account, VAT, department, customer, product or project in a POST") \
  X(product_status,           "201|200",                         "success of POST /Products") \
  X(reverse_status,           "202|200",                         "success of POST /Vouchers/Reverse") \
  X(pdf_status,               "204|202",                         "success of PUT /VoucherDocumentation") \
  X(unknown_query,            "refuse|ignore",                   "query members that the endpoint does not have") \
  X(unknown_body,             "ignore|refuse",                   "body members that the schema does not have") \
  X(body_names,               "exact|any",                       "case of member names in bodies; with exact a camelCase name is an unknown member") \
  X(empty_list,               "204|200",                         "an empty list: 204 without body, or 200 and []") \
  X(retry_after,              "on|off",                          "Retry-After on 429") \
  X(gateway_status_code,      "number|text",                     "form of statusCode in the gateway's error bodies") \
  X(problem_names,            "lower|pascal",                    "member names of problem bodies") \
  X(problem_errors,           "on|off",                          "errors member in problem bodies") \
  X(subscription_quota,       "there|used_up",                   "used_up: 403 of the gateway for everything, as when the subscription's quota is gone") \
  X(body_403,                 "empty|problem",                   "body of a 403") \
  X(voucher_no_in_201,        "real|zero",                       "VoucherNo in the answer to a POST") \
  X(dates,                    "date|datetime",                   "output form of dates") \
  X(timestamps,               "z|offset|bare",                   "tail of timestamps in answers") \
  X(sent_state,               "array|object",                    "shape of GET /SalesOrders/sentState") \
  X(pagination,               "full|next|absent",                "X-Pagination: all members, only nextPageLink, or no header") \
  X(decimals_over,            "refuse|round",                    "a CurrencyAmount with more than 2 decimals") \
  X(balance_per_date,         "off|on",                          "lines must balance for every posting date by itself") \
  X(order_status,             "Draft|Confirmed",                 "SalesOrderStatus when the request does not say") \
  X(order_dates_required,     "off|on",                          "GET /SalesOrders demands fromDate and toDate") \
  X(vat_rounding,             "line|order",                      "VAT of an order rounded per line, or per VAT code over the order") \
  X(send_again,               "accept|refuse",                   "second createAndSendInvoice: 202 without effect, or 400") \
  X(allow_send_invoice,       "client|off",                      "the right to send invoices: as the client has it, or off for all, as demo clients come") \
  X(allow_send_said,          "yes|no",                          "whether ClientIntegrationInformation has AllowSendInvoice") \
  X(send_result,              "sent|failed",                     "how sending an invoice ends") \
  X(transactions_amount,      "net|gross",                       "AccountTransactions: net rows and VAT rows of their own, or gross rows") \
  X(reversal_privilege,       "ReverseVoucher_Full|YearEndVoucher_Full|either", "right needed for POST /Vouchers/Reverse") \
  X(reversal_date,            "original|today",                  "posting date of a reversal; original obeys the lock date") \
  X(reversal_reference,       "off|on",                          "rows of a reversal repeat ExternalImportReference") \
  X(reversal_frees,           "at_once|done",                    "the reference is free when the reversal is answered, or when it is done") \
  X(reversal_changes,         "on|off",                          "rows of a voucher that was reversed count as changed then") \
  X(credit_marks,             "both|invoice|note",               "an invoice that a person credited: IsReversed, a credit note with RelatedInvoiceNo, or both") \
  X(words,                    "english|norwegian|other|none",    "title and detail of refusals: as observed, in another language, other words, or none") \
  X(reference_scope,          "type|shared",                     "vouchers and orders have references of their own, or share them") \
  X(revoked_tokens,           "refuse|live",                     "tokens of a client key that was revoked after they were issued") \
  X(onboarding_parameter,     "token|onboarding_token",          "name of the query member that the browser brings back") \
  X(onboarding_answer,        "Success|Canceled|NoClientAccess|IntegrationBlocked|ClientNotFound", "what the person at the onboarding page does") \
  X(down,                     "off|close|503",                   "everything but /_sandbox: connection closed at once, or 503") \
  X(expire_tokens,            "no|now",                          "action: now (or true) makes every token invalid; reads as no")

/*  name                      preset                             meaning */
#define SETTING_TEXTS(X) \
  X(fault_paths,              "",                                "faults touch paths that contain one of these parts (comma between); empty: all but the token") \
  X(refused_key,              "",                                "a subscription key that is not valid any more: 401 of the gateway") \
  X(api_root,                 "",                                "prefix of the paths in X-Pagination and Location, for a proxy in front")

enum setting_id {
#define X(name, ...) SET_##name,
    SETTING_NUMBERS(X) SETTING_WORDS(X) SETTING_TEXTS(X)
#undef X
    SETTING_COUNT
};

struct settings { struct { int64_t number; char text[200]; } value[SETTING_COUNT]; };

void settings_preset(struct settings *settings);
bool setting_set(struct settings *settings, const char *name, const char *value,
                 enum setting_id *ret_id, const char **ret_why);
bool setting_set_json(struct settings *settings, const cJSON *item, enum setting_id *ret_id,
                      const char **ret_why);

int64_t     setting_number(const struct settings *settings, enum setting_id id);
const char *setting_text(const struct settings *settings, enum setting_id id);
bool        setting_is(const struct settings *settings, enum setting_id id, const char *word);
unsigned    setting_status(const struct settings *settings, enum setting_id id);   /* word as status */

cJSON *settings_list(const struct settings *settings);        /* name, value, preset, meaning */
void   settings_help(FILE *to);                               /* a table, also in README.md */

#endif
