#include "connect.h"

#include <inttypes.h>

#include "decide.h"

enum err connect_judge(struct customer_ledger *ledger, int64_t number)
{
    const struct ref_customer *customer = refdata_customer(&ledger->data, number);
    struct context *context = ledger->context;

    if (!ledger->has_customers || customer_is_usable(ledger, number))
        return ERR_OK;
    if (!customer)
        return fault_set(&context->fault, ERR_NOT_FOUND,
                         context_words(context, "PowerOffice has no customer %" PRId64 ": make it there first, or choose "
                                       "another<; `bilag customers list` shows them|>",
                                       "PowerOffice har ingen kunde %" PRId64 ": opprett den der først, eller velg en annen"
                                       "<; `bilag customers list` viser dem|>"), number);
    return fault_set(&context->fault, ERR_REFUSED,
                     context_words(context, "customer %" PRId64 " (" STR_FMT ") is archived in PowerOffice: take it out of the "
                                   "archive there, or choose another",
                                   "kunde %" PRId64 " (" STR_FMT ") er arkivert i PowerOffice: hent den ut av arkivet der, "
                                                                 "eller "
                                   "velg en annen"), number, STR_ARG(customer->name));
}

enum err customer_connect(struct customer_ledger *ledger, struct str till_customer, int64_t number, struct str reason,
                          uint64_t *ret_decision)
{
    struct context *context = ledger->context;
    struct str company = ledger->venue->company, subject, detail;
    int64_t before = 0;
    enum err err = customer_link_get(ledger->store, company, till_customer, &before);

    *ret_decision = 0;
    if (err && err != ERR_NOT_FOUND)
        return err;
    if (before == number)
        return ERR_OK;
    detail = before ? arena_format(context->arena, "%" PRId64 " (was %" PRId64 ")", number, before)
                    : arena_format(context->arena, "%" PRId64, number);
    subject = arena_format(context->arena, STR_FMT "/" STR_FMT, STR_ARG(company), STR_ARG(till_customer));
    err = decide(context, "connect", subject, detail, reason, ret_decision);
    if (err)
        return err;
    err = customer_link_put(ledger->store, company, till_customer, number);
    return err ? fault_set(&context->fault, err, context_words(context, STR_FMT " was not connected: %s",
                                                               STR_FMT " ble ikke koblet: %s"), STR_ARG(till_customer),
                           err_text(err)) : ERR_OK;
}

enum err customer_disconnect(struct customer_ledger *ledger, struct str till_customer, int64_t seen, struct str reason,
                             int64_t *ret_before, uint64_t *ret_decision)
{
    struct context *context = ledger->context;
    struct str company = ledger->venue->company, subject;
    enum err err = customer_link_get(ledger->store, company, till_customer, ret_before);

    if (err)
        return err == ERR_TOO_LONG ? ERR_NOT_FOUND : err;
    if (seen && seen != *ret_before)
        return fault_set(&context->fault, ERR_REFUSED,
                         context_words(context, STR_FMT " is connected with %" PRId64 " by now: look at it again",
                                       STR_FMT " er nå koblet til %" PRId64 ": se på den igjen"), STR_ARG(till_customer),
                         *ret_before);
    subject = arena_format(context->arena, STR_FMT "/" STR_FMT, STR_ARG(company), STR_ARG(till_customer));
    err = decide(context, "disconnect", subject, arena_format(context->arena, "%" PRId64, *ret_before), reason, ret_decision);
    if (err)
        return err;
    err = customer_link_remove(ledger->store, company, till_customer);
    return err ? fault_set(&context->fault, err, context_words(context, STR_FMT " was not disconnected: %s",
                                                               STR_FMT " ble ikke koblet fra: %s"), STR_ARG(till_customer),
                           err_text(err)) : ERR_OK;
}
