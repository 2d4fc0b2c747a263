#include "build.h"

#include <stdio.h>
#include <string.h>

struct switches build_switches(const struct build *build, bool *ret_credit_ordered)
{
    const struct settlement_part *part = &build->settlement->parts[build->part - 1];
    const struct payment_entry *entry = venue_payment(build->venue, STR("credit"), build->day);
    struct switches switches = { build->venue, build->day, false };

    switches.credit_out = part->fate == CREDIT_ORDERED || (entry && !entry->transfer);
    *ret_credit_ordered = part->fate == CREDIT_ORDERED ||
                          (!part->sealed && switches.credit_out &&
                           venue_switch(&build->venue->auto_invoice, build->day));
    return switches;
}

struct str build_kroner(struct arena *arena, struct money amount)
{
    char buffer[MONEY_TEXT_SIZE];

    return arena_copy(arena, str_of(money_kroner(amount, buffer)));
}

struct str build_percent(struct arena *arena, int32_t rate)
{
    char buffer[16];

    return arena_copy(arena, str_of(rate_text(rate, buffer)));
}

/* A sold type's account depends on its rate: the reduced account for the reduced class, else the account. */
int64_t build_sold_account(const struct build *build, struct str type, int32_t rate)
{
    const struct product_entry *entry = venue_product(build->venue, type, build->day);
    const struct vat_entry *vat = venue_vat(build->venue, rate, build->day);

    if (!entry)
        return 0;
    return vat && vat->class_ == VAT_REDUCED ? entry->reduced_account : entry->account;
}

void build_add_problem(struct problems *problems, const struct problem *problem)
{
    problems_add(problems, problem);
    for (size_t i = 0; i < problems->count; i++) {
        struct problem *at = &problems->at[i];
        bool same = at->code == problem->code;

        for (size_t j = 0; same && j < PROBLEM_ARGS; j++)
            same = str_equal(at->arg[j], problem->arg[j]);
        if (same && str_compare(problem->first, at->first) < 0)
            at->first = problem->first;
    }
}

/* Sealed with a problem: a person has entered it by hand, with the problem before his eyes. (What is sent has none: then the
 * draft at hand is another one with the same revision, of a store that was made again.) */
static enum err sealed_with(struct txn *txn, struct doc *doc, const struct settlement_part *part, struct arena *arena,
                            uint32_t *decided)
{
    struct draft *draft = arena_alloc(arena, sizeof *draft);
    char id[DOC_ID_SIZE];
    struct str bytes;
    enum err err = draft ? store_get(txn, TABLE_DRAFTS, doc_text(doc, id), &bytes) : ERR_MEMORY;

    if (!err)
        err = draft_decode(bytes, arena, draft);
    for (size_t i = 0; !err && draft->revision == part->sealed_revision && i < draft->problems.count; i++)
        *decided |= accept_bit(draft->problems.at[i].code);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err build_decided(struct txn *txn, struct str venue, int32_t day, const struct settlement *settlement,
                       struct arena *arena, uint32_t *ret_decided)
{
    uint32_t decided = settlement_accepted(settlement);
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < settlement->part_count; i++) {
        struct doc doc = { .kind = DOC_VOUCHER, .venue = venue, .day = day, .part = (uint32_t)i + 1 };

        if (settlement->parts[i].sealed && !settlement->parts[i].nothing && !settlement->parts[i].sent)
            err = sealed_with(txn, &doc, &settlement->parts[i], arena, &decided);
    }
    if (!err)
        *ret_decided = decided;
    return err;
}

/* What is built of such a day afterwards (a late receipt, an order, what was reversed) is the former company's as well: it is held,
 * and gone on with when that company is put back. Of a day of which nothing was ever sealed nobody knows. */
enum err build_company(struct build *build)
{
    struct doc doc = { .kind = DOC_VOUCHER, .venue = build->venue->id, .day = build->day, .part = build->part };
    char id[DOC_ID_SIZE];
    struct draft *draft;
    struct str bytes;
    enum err err;

    build->company = build->venue->company;
    while (doc.part && (!build->settlement->parts[doc.part - 1].upto || build->settlement->parts[doc.part - 1].nothing))
        doc.part--;
    if (!doc.part)
        return ERR_OK;
    draft = arena_alloc(build->arena, sizeof *draft);
    err = draft ? store_get(build->txn, TABLE_DRAFTS, doc_text(&doc, id), &bytes) : ERR_MEMORY;
    if (!err)
        err = draft_decode(bytes, build->arena, draft);
    if (!err)
        build->company = arena_copy(build->arena, draft->company);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

void build_header(const struct build *build, struct draft *draft)
{
    const struct settlement_part *part = &build->settlement->parts[build->part - 1];
    const struct venue *venue = build->venue;
    char reference[REFERENCE_SIZE];

    draft->phase = build->phase;
    draft->asks = build->asks;
    draft->company = build->company;
    draft->client_id = venue->client_id;
    draft->currency = venue->currency;
    draft->language = build->config->language;
    draft->mapping_hash = venue->mapping_hash;
    draft->undone = draft->doc.kind == DOC_VOUCHER ? part->undone_revision : 0;
    draft->from = part->from;
    draft->upto = part->upto ? part->upto : build->settlement->last_place;
    draft->decided_from = settlement_decided_from(build->settlement, build->part);
    draft->decided = part->upto ? part->decided : build->settlement->decided;
    if (draft->decided <= draft->decided_from)
        draft->decided_from = draft->decided = 0;            /* none: the bytes of before */
    draft->post_on = part->post_on == DAY_ALWAYS ? build->day : part->post_on;
    doc_reference(&draft->doc, build->company, reference);
    draft->reference = arena_copy(build->arena, str_of(reference));
}

void build_hold_for_former(const struct build *build, struct draft *draft)
{
    const struct problem problem = { .code = PROBLEM_OTHER_COMPANY, .count = 1,
                                     .arg = { build->company, build->venue->company } };

    if (!str_equal(build->company, build->venue->company))
        build_add_problem(&draft->problems, &problem);
}
