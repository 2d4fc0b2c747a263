#include "connect.h"

#include <inttypes.h>

#include "decide.h"
#include "domain/audit.h"

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

/* By whom the last decision was that has been read so far. */
struct latest { struct customer_ledger *ledger; struct str by; };

static enum err by_seen(const struct decision *decision, void *context)
{
    struct latest *latest = context;
    struct context *of = latest->ledger->context;

    latest->by = arena_format(of->arena, context_words(of, " by " STR_FMT " (decision %" PRIu64 ")",
                                                       " av " STR_FMT " (beslutning %" PRIu64 ")"),
                              STR_ARG(decision->who), decision->number);
    return latest->by.bytes ? ERR_OK : ERR_MEMORY;
}

/* By whom the till customer was connected or disconnected last, as a sentence goes on; nothing where the trail does not say. */
static struct str by_whom(struct customer_ledger *ledger, struct str subject)
{
    static const char *const verbs[] = { "connect", "disconnect" };
    const struct audit_wish wish = { verbs, COUNT(verbs), subject };
    struct latest latest = { .ledger = ledger };
    struct fault fault = { "" };
    struct audit *audit;

    if (audit_open_there(ledger->context->config->state_dir, &audit, &fault))
        return STR_NONE;
    if (audit_read_of(audit, &wish, by_seen, &latest))
        latest.by = STR_NONE;
    audit_close(audit);
    return latest.by;
}

/* Somebody has decided about it since it was seen. now: whom it is connected with, 0: nobody. */
static enum err refuse_unseen(struct customer_ledger *ledger, struct str till_customer, struct str subject, int64_t now)
{
    struct context *context = ledger->context;
    struct str by = by_whom(ledger, subject);

    if (!now)
        return fault_set(&context->fault, ERR_REFUSED,
                         context_words(context, STR_FMT " was disconnected" STR_FMT " since you saw it: look at it again",
                                       STR_FMT " ble koblet fra" STR_FMT " etter at du så den: se på den igjen"),
                         STR_ARG(till_customer), STR_ARG(by));
    return fault_set(&context->fault, ERR_REFUSED,
                     context_words(context, STR_FMT " was connected with %" PRId64 STR_FMT " since you saw it: look at it "
                                   "again", STR_FMT " ble koblet til %" PRId64 STR_FMT " etter at du så den: se på den igjen"),
                     STR_ARG(till_customer), now, STR_ARG(by));
}

enum err customer_connect(struct customer_ledger *ledger, struct str till_customer, int64_t number, int64_t was,
                          struct str reason, uint64_t *ret_decision)
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
    subject = arena_format(context->arena, STR_FMT "/" STR_FMT, STR_ARG(company), STR_ARG(till_customer));
    if (was != CONNECTED_ANYHOW && was != before)
        return refuse_unseen(ledger, till_customer, subject, before);
    detail = before ? arena_format(context->arena, "%" PRId64 " (was %" PRId64 ")", number, before)
                    : arena_format(context->arena, "%" PRId64, number);
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
    subject = arena_format(context->arena, STR_FMT "/" STR_FMT, STR_ARG(company), STR_ARG(till_customer));
    if (seen && seen != *ret_before)
        return refuse_unseen(ledger, till_customer, subject, *ret_before);
    err = decide(context, "disconnect", subject, arena_format(context->arena, "%" PRId64, *ret_before), reason, ret_decision);
    if (err)
        return err;
    err = customer_link_remove(ledger->store, company, till_customer);
    return err ? fault_set(&context->fault, err, context_words(context, STR_FMT " was not disconnected: %s",
                                                               STR_FMT " ble ikke koblet fra: %s"), STR_ARG(till_customer),
                           err_text(err)) : ERR_OK;
}
