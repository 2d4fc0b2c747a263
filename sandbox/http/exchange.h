/* exchange.h - one request and the answer that it gets.
 *
 * A handler reads the request part and gives exactly one answer, with a function below.
 * Ownership  texts of the request live as long as the exchange; answer_json() takes its tree.
 */
#ifndef BILAG_SANDBOX_HTTP_EXCHANGE_H
#define BILAG_SANDBOX_HTTP_EXCHANGE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/sandbox.h"

#define QUERY_MAX   48
#define HEADERS_MAX 4

enum fate { FATE_ANSWER, FATE_DROP, FATE_RESET };             /* what happens to the connection */

struct answer {
    unsigned status;
    char    *body;                                            /* NULL: none */
    const char *type;
    struct { const char *name; char *value; } headers[HEADERS_MAX];
    size_t   header_count;
    enum fate fate;
    int64_t  delay_ms;
};

struct exchange {
    struct sandbox *box;
    char   *method, *path;                                    /* path without base and query */
    size_t  url_bytes;
    struct { char *name, *value; } query[QUERY_MAX];
    size_t  query_count;
    char   *authorization, *subscription_key, *content_type;
    char   *body;
    size_t  body_bytes, body_room;
    bool    body_too_large, is_token_path;
    int64_t arrived_ms;

    const struct route *route;                                /* set by the gate, as it finds out */
    char    id[64];                                           /* the {id} of the path */
    struct client *client;
    struct books  *books;
    const struct token *token;
    struct answer answer;
};

void exchange_free(struct exchange *x);

const char *exchange_query(const struct exchange *x, const char *name);   /* NULL: not given */

/* Now and the switches, which handlers ask for all the time. */
bool        exchange_is(const struct exchange *x, enum setting_id id, const char *word);
int64_t     exchange_number(const struct exchange *x, enum setting_id id);
bool        exchange_may_send(const struct exchange *x);      /* invoices: client and switch allow it */
bool        exchange_visible(const struct exchange *x, int64_t since_ms);   /* read_lag_ms is over */

void answer_json(struct exchange *x, unsigned status, cJSON *tree);
void answer_empty(struct exchange *x, unsigned status);
void answer_text(struct exchange *x, unsigned status, const char *type, const char *text);
void answer_gateway(struct exchange *x, unsigned status, const char *message);
void answer_header(struct exchange *x, const char *name, const char *value);   /* copied */
void answer_drop_all(struct exchange *x);                     /* forgets what was answered */

/* Dates and moments in the output form that the switches ask for; NULL or "" becomes null. */
void answer_add_date(const struct exchange *x, cJSON *object, const char *name, const char *date);
void answer_add_moment(const struct exchange *x, cJSON *object, const char *name, int64_t ms);

#endif
