#include "customer_ledger.h"

#include "books.h"
#include "domain/problem.h"

enum { DOCS_BYTES = 1 << 29 };

enum err customer_ledger_load(struct customer_ledger *ledger)
{
    enum err err = ERR_NOT_FOUND;

    if (ledger->store && ledger->venue->client_id.len)
        err = refdata_load(ledger->store, ledger->venue->client_id, ledger->context->arena, &ledger->data);
    ledger->has_customers = !err && (ledger->data.have & REF_CUSTOMERS);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err customer_ledger_open(struct customer_ledger *ledger, unsigned flags)
{
    struct context *context = ledger->context;
    enum err err = refstore_open(context->config->state_dir, flags, &ledger->store, &context->fault);

    if (err == ERR_NOT_FOUND && (flags & STORE_READ_ONLY)) {
        context->fault.text[0] = '\0';
        err = ERR_OK;
    } else if (err) {
        ledger->store = NULL;
    }
    if (!err)
        err = customer_ledger_load(ledger);
    ledger->till.arena = context->arena;
    return err;
}

void customer_ledger_close(struct customer_ledger *ledger)
{
    refstore_close(ledger->store);
    ledger->store = NULL;
}

static enum err note_venue(struct customer_ledger *ledger, struct books *books, struct str venue)
{
    struct book_list list;
    struct arena arena;
    enum err err;

    arena_init(&arena, DOCS_BYTES);
    err = books_venue(books, venue, INT32_MIN, INT32_MAX, &arena, &list);
    for (size_t i = 0; !err && i < list.count; i++) {
        const struct book_doc *doc = &list.docs[i];
        bool waits = doc->state == DOC_HELD && (problems_have(&doc->draft.problems, PROBLEM_CUSTOMER_UNCONNECTED) ||
                                                problems_have(&doc->draft.problems, PROBLEM_CUSTOMER_UNKNOWN));

        err = till_customers_note(&ledger->till, &doc->draft, waits);
    }
    arena_free(&arena);
    return err;
}

static enum err link_seen(struct str till_customer, int64_t number, struct str reference, void *context)
{
    struct customer_ledger *ledger = context;
    struct till_customer *customer = till_customers_of(&ledger->till, till_customer);

    if (!customer)
        return ERR_MEMORY;
    customer->number = number;
    customer->reference = arena_copy(ledger->till.arena, reference);
    return ERR_OK;
}

enum err customer_ledger_gather(struct customer_ledger *ledger)
{
    const struct config *config = ledger->context->config;
    struct books *books;
    enum err err = books_open(config, &books, &ledger->context->fault);

    if (err)
        return err;
    for (size_t i = 0; i < config->venue_count && !err; i++)
        if (str_equal(config->venues[i].company, ledger->venue->company))
            err = note_venue(ledger, books, config->venues[i].id);
    books_close(books);
    if (!err && ledger->store)
        err = customer_link_walk(ledger->store, ledger->venue->company, link_seen, ledger);
    return err;
}

bool customer_is_usable(const struct customer_ledger *ledger, int64_t number)
{
    const struct ref_customer *customer = refdata_customer(&ledger->data, number);

    return customer && !customer->archived;
}
