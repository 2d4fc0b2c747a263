/* document.c - what vouchers and orders have in common. */
#include "document.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/api/customer.h"
#include "sandbox/base/json.h"
#include "sandbox/http/problem.h"
#include "sandbox/api/product.h"
#include "sandbox/base/text.h"

void document_stamp(const struct exchange *x, char id[static ID_BYTES], char **ret_client_key,
                    char **ret_application_key, char **ret_company)
{
    voucher_new_id(id);
    *ret_client_key = text_copy(x->client->key);
    *ret_application_key = text_copy(x->token->application_key);
    *ret_company = text_copy(x->client->org_no);
}

bool document_text_fits(const struct exchange *x, const char *text, enum setting_id longest)
{
    return !text || (int64_t)text_chars(text) <= exchange_number(x, longest);
}

/* The id of the document that holds the reference, NULL if it is free. */
static const char *holder(const struct exchange *x, const char *reference, enum document document)
{
    bool shared = exchange_is(x, SET_reference_scope, "shared");
    bool frees_at_once = exchange_is(x, SET_reversal_frees, "at_once");
    bool replica = exchange_is(x, SET_duplicate_check, "replica");
    const struct voucher *voucher = document == DOCUMENT_VOUCHER || shared
                                        ? map_find(&x->books->voucher_references, reference) : NULL;
    const struct order *order = document == DOCUMENT_ORDER || shared
                                    ? map_find(&x->books->order_references, reference) : NULL;

    if (voucher && voucher->reversed_ms && (frees_at_once || voucher->reversed_ms <= x->arrived_ms))
        voucher = NULL;
    if (voucher && !(replica && !exchange_visible(x, voucher->created_ms)))
        return voucher->id;
    if (order && (order->deleted || order->credited))
        order = NULL;
    return order && !(replica && !exchange_visible(x, order->created_ms)) ? order->id : NULL;
}

bool document_reference_taken(struct exchange *x, const char *reference, enum document document)
{
    const char *id;

    if (!reference || exchange_is(x, SET_duplicate_reference, "accept"))
        return false;
    id = holder(x, reference, document);
    if (!id)
        return false;
    problem_now(x, setting_status(&x->box->settings, SET_duplicate_reference),
                document == DOCUMENT_VOUCHER ? "Voucher validation error(s)"
                                             : "Sales order validation error(s)",
                "ExternalImportReference %s is already in use%s%s.", reference,
                exchange_is(x, SET_duplicate_names_id, "on") ? " by id = " : "",
                exchange_is(x, SET_duplicate_names_id, "on") ? id : "");
    return true;
}

void document_store_record(struct exchange *x, const char *type, cJSON *record)
{
    json_add_text(record, "type", type);
    if (x->books)
        json_add_text(record, "books", x->books->id);
    journal_append(x->box->journal, record);
    cJSON_Delete(record);
}

static void body_add(cJSON *record, const char *body)
{
    if (body)
        json_add(record, "body", cJSON_CreateRaw(body));
}

void document_store_voucher(struct exchange *x, struct voucher *voucher)
{
    cJSON *record = voucher_encode(voucher);

    body_add(record, voucher->body);
    document_store_record(x, "voucher", record);
    voucher_keep(x->books, voucher);
    x->box->stats.vouchers += voucher->kind != VOUCHER_REVERSAL;
}

void document_store_order(struct exchange *x, struct order *order)
{
    cJSON *record = order_encode(order, x->arrived_ms);

    body_add(record, order->body);
    document_store_record(x, "order", record);
    order_keep(x->books, order);
    x->box->stats.orders++;
}

static bool replay_voucher(struct books *books, const cJSON *record)
{
    struct voucher *voucher = voucher_decode(record);

    if (voucher)
        voucher_keep(books, voucher);
    return voucher != NULL;
}

static bool replay_order(struct books *books, const cJSON *record)
{
    struct order *order = order_decode(record);

    if (order)
        order_keep(books, order);
    return order != NULL;
}

static bool replay_pdf(struct books *books, const cJSON *record)
{
    struct voucher *voucher = voucher_find(books, json_text(record, "id"));

    int64_t bytes, print;

    if (!voucher || !json_int(record, "bytes", &bytes) || !json_int(record, "print", &print))
        return false;
    voucher_document(voucher, bytes, print);
    return true;
}

static const struct {
    const char *type;
    bool      (*replay)(struct books *books, const cJSON *record);
} types[] = {
    { "voucher",  replay_voucher   }, { "order",   replay_order   }, { "pdf",  replay_pdf },
    { "customer", customer_replay  }, { "product", product_replay }, { "sent", order_replay_sent },
    { "hand", order_replay_hand },
};

static bool replay(void *context, const cJSON *record)
{
    struct sandbox *box = context;
    const char *type = json_text(record, "type"), *id = json_text(record, "books");
    struct books *books = id ? registry_books(&box->registry, id) : NULL;
    char *why = NULL;

    if (!type)
        return false;
    if (strcmp(type, "client") == 0) {
        bool good = registry_apply(&box->registry, json_member(record, "given"), &why);

        free(why);
        return good;
    }
    if (strcmp(type, "reset") == 0) {
        for (size_t i = 0; i < box->registry.books_count; i++)
            books_empty(box->registry.books[i]);
        return true;
    }
    for (size_t i = 0; i < COUNT(types); i++)
        if (strcmp(types[i].type, type) == 0)
            /* Books that the companies file no longer has stay in the journal, unseen. */
            return !books || types[i].replay(books, record);
    return false;
}

bool documents_replay(struct sandbox *box)
{
    return journal_replay(box->journal, replay, box);
}
