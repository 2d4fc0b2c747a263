#include "post_on.h"

#include "poweroffice/refdata.h"

#include <inttypes.h>

static int32_t today(const struct config *config, const struct draft *draft)
{
    const struct venue *venue = config_venue(config, draft->doc.venue);
    struct civil now;

    if (!venue)
        return (int32_t)(clock_now_ms() / 86400000);
    zone_civil(venue->zone, clock_now_ms() / 1000, &now);
    return day_of_civil(now.year, now.month, now.day);
}

/* As the validator will judge it, by what is kept of PowerOffice; what is not known is left to it. */
static const char *is_locked(struct context *context, const struct draft *draft, int32_t day)
{
    struct fault fault = { "" };
    struct refstore *store;
    struct refdata data;
    char text[2][16];
    enum err err = refstore_open(context->config->state_dir, STORE_READ_ONLY, &store, &fault);

    if (!err) {
        err = refdata_load(store, draft->client_id, context->arena, &data);
        refstore_close(store);
    }
    if (err)
        return err == ERR_NOT_FOUND ? NULL
                                    : arena_copy(context->arena, str_of(fault.text[0] ? fault.text : err_text(err))).bytes;
    if (data.has_lock_date && day <= data.lock_date)
        return arena_format(context->arena,
                            context_words(context, "%s is locked as well: PowerOffice is locked up to %s",
                                          "%s er også låst: PowerOffice er låst til og med %s"), day_text(day, text[0]),
                            day_text(data.lock_date, text[1])).bytes;
    if (data.has_conversion_date && day < data.conversion_date)
        return arena_format(context->arena,
                            context_words(context, "%s is before the conversion date in PowerOffice, %s",
                                          "%s er før konverteringsdatoen i PowerOffice, %s"), day_text(day, text[0]),
                            day_text(data.conversion_date, text[1])).bytes;
    return NULL;
}

static const char *of_doc(struct context *context, const struct book_doc *doc)
{
    if (doc->draft.doc.kind != DOC_VOUCHER)
        return context_words(context, "only vouchers can be posted on another day", "bare bilag kan føres på en annen dag");
    if (doc->status.sealed && doc->state != DOC_FAILED)
        return arena_format(context->arena, context_words(context, STR_FMT " is sealed already: reverse it first",
                                                          STR_FMT " er alt låst for sending: reverser det først"),
                            STR_ARG(doc->id)).bytes;
    return NULL;
}

const char *post_on_objection(struct context *context, const struct book_doc *doc, int32_t day)
{
    const struct draft *draft = &doc->draft;
    bool wrong_clock = problems_have(&draft->problems, PROBLEM_DAY_NOT_COME) ||
                       problems_have(&draft->problems, PROBLEM_CLOCK_JUMP);
    const char *objection = of_doc(context, doc);
    char text[16];

    if (objection)
        return objection;
    if (day < draft->doc.day && !wrong_clock)
        return context_words(context, "a voucher is never posted before its business day", "et bilag føres aldri før "
                                                                                           "salgsdagen");
    if (doc->state == DOC_FAILED && day == draft->post_on)
        return context_words(context,
                             "it was refused on that very day: choose another one, or send it again< with bilag resend|>",
                             "det ble avvist på nettopp den dagen: velg en annen, eller send det på nytt< med bilag resend|>");
    if (doc->state != DOC_FAILED &&
        (doc->state != DOC_HELD || (!wrong_clock && !problems_have(&doc->draft.problems, PROBLEM_PERIOD_LOCKED))))
        return arena_format(context->arena,
                            context_words(context, STR_FMT " is held neither because its period is locked (period-locked) nor "
                                          "because its day is wrong (day-not-come, clock-jump): it is posted on its own day",
                                          STR_FMT " er verken stoppet fordi perioden er låst (period-locked) eller fordi "
                                                  "dagen er "
                                          "feil (day-not-come, clock-jump): det føres på sin egen "
                                          "dag"), STR_ARG(doc->id)).bytes;
    if (day > today(context->config, draft))
        return arena_format(context->arena, context_words(context, "%s is still to come: choose an open day up to today",
                                                          "%s er ikke kommet ennå: velg en åpen dag til og med i dag"),
                            day_text(day, text)).bytes;
    return is_locked(context, draft, day);
}

struct post_on post_on_decision(const struct book_doc *doc, int32_t day, struct arena *arena)
{
    char text[16];

    (void)day_text(day, text);
    if (doc->state == DOC_FAILED)
        return (struct post_on){ "resend-on", arena_format(arena, "%s %" PRIu32, text, doc->status.revision) };
    return (struct post_on){ "post-on", arena_copy(arena, str_of(text)) };
}
