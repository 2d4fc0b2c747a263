#include "voucher.h"

#include "basis.h"
#include "completeness.h"
#include "removal.h"
#include "tally.h"
#include "trouble.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cell_order(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    int order;

    if (x->sold != y->sold)
        return x->sold - y->sold;
    order = str_compare(x->type, y->type);
    return order ? order : (x->rate > y->rate) - (x->rate < y->rate);
}

/* --- mapping: docs/rules.md section 3 --- */

static void map_paid(const struct build *build, struct cell *cell, struct problems *problems)
{
    const struct payment_entry *entry = venue_payment(build->venue, cell->type, build->day);
    struct problem problem = { PROBLEM_PAYMENT_TYPE_UNMAPPED, { cell->type, build_kroner(build->arena, cell->amount) },
                               cell->first, cell->count };

    cell->account = entry ? entry->account : 0;
    cell->vat_code = STR("0");
    if (cell->account == 0)
        problems_add(problems, &problem);
}

/* No goods: a tip is the staff's, an øre rounded is nobody's, a gift card is a debt. */
static bool is_no_goods(struct str type)
{
    return str_equal(type, STR("tip")) || str_equal(type, STR("rounding")) || str_equal(type, STR("gift_card"));
}

/* Rates that cannot be right, whatever the till says. */
static void judge_rate(const struct build *build, const struct cell *cell, const struct product_entry *entry,
                       const struct vat_entry *vat, struct problems *problems)
{
    struct str amount = build_kroner(build->arena, (struct money){ -cell->amount.ore });
    struct problem alcohol = { PROBLEM_ALCOHOL_RATE, { cell->type, build_percent(build->arena, cell->rate), amount },
                               cell->first, cell->count };
    struct problem zero = { PROBLEM_VAT_ZERO, { cell->type, amount }, cell->first, cell->count };

    if (!build->venue->vat_registered)
        return;
    if (entry && entry->alcohol && !(vat && vat->class_ == VAT_NORMAL))
        problems_add(problems, &alcohol);
    if (cell->rate == 0 && !is_no_goods(cell->type) && !(entry && entry->vat_free))
        problems_add(problems, &zero);
}

static void map_sold(const struct build *build, struct cell *cell, struct problems *problems)
{
    const struct product_entry *entry = venue_product(build->venue, cell->type, build->day);
    const struct vat_entry *vat = venue_vat(build->venue, cell->rate, build->day);
    struct money sales = { -cell->amount.ore };
    struct str rate = build_percent(build->arena, cell->rate), amount = build_kroner(build->arena, sales);
    struct problem unmapped = { PROBLEM_PRODUCT_TYPE_UNMAPPED, { cell->type, rate, amount }, cell->first, cell->count };

    cell->account = build_sold_account(build, cell->type, cell->rate);
    cell->vat_code = vat ? vat->code : STR_NONE;
    if (cell->account == 0)
        problems_add(problems, &unmapped);
    judge_rate(build, cell, entry, vat, problems);
}

/* The mend in the set-up's own words: a further class, or a class that changes on this day. */
static void vat_examples(const struct build *build, struct str rate, struct problem *problem)
{
    const struct vat_entry *reduced = venue_vat_class(build->venue, VAT_REDUCED, build->day);
    char day[16];

    problem->arg[2] = arena_format(build->arena, "rate-" STR_FMT ": {rate: " STR_FMT ", code: \"CODE\"}", STR_ARG(rate),
                                   STR_ARG(rate));
    if (reduced)
        problem->arg[3] = arena_format(build->arena, "reduced: [{rate: " STR_FMT ", code: \"" STR_FMT "\"}, {rate: " STR_FMT
                                       ", code: \"CODE\", valid_from: %s}]",
                                       STR_ARG(build_percent(build->arena, reduced->rate)), STR_ARG(reduced->code),
                                       STR_ARG(rate), day_text(build->day, day));
}

/* One problem a rate, however many product types carry it. */
static void find_vat_unmapped(const struct build *build, const struct tally *tally, struct problems *problems)
{
    for (size_t i = 0; i < tally->cell_count; i++) {
        const struct tally_cell *cell = &tally->cells[i], *first = NULL;
        struct problem problem = { .code = PROBLEM_VAT_UNMAPPED };
        struct money sales = { 0 };

        if (!cell->sold || cell->amount.ore == 0 || venue_vat(build->venue, cell->rate, build->day))
            continue;
        for (size_t j = 0; j < tally->cell_count; j++) {
            const struct tally_cell *other = &tally->cells[j];

            if (!other->sold || other->amount.ore == 0 || other->rate != cell->rate)
                continue;
            if (j < i)
                break;                   /* said with that one */
            sales.ore += other->amount.ore;
            problem.count += other->count;
            if (!first || tally_cell_earlier(other, first))
                first = other;
        }
        if (!first)
            continue;
        problem.arg[0] = build_percent(build->arena, cell->rate);
        problem.arg[1] = build_kroner(build->arena, sales);
        vat_examples(build, problem.arg[0], &problem);
        problem.first = receipt_text(build->arena, first->first_reg, SERIES_RECEIPTS, first->first_seq);
        problems_add(problems, &problem);
    }
}

static enum err map_cells(const struct build *build, const struct tally *tally, struct draft *draft)
{
    draft->cells = arena_array(build->arena, tally->cell_count, sizeof *draft->cells);
    if (!draft->cells)
        return ERR_MEMORY;
    for (size_t i = 0; i < tally->cell_count; i++) {
        const struct tally_cell *from = &tally->cells[i];
        struct cell *cell = &draft->cells[draft->cell_count];

        if (from->amount.ore == 0)
            continue;
        *cell = (struct cell){
            .sold = from->sold, .type = from->type, .rate = from->rate,
            .amount = { from->sold ? -from->amount.ore : from->amount.ore },
            .has_vat = from->sold && from->with_vat == from->count, .till_vat = from->till_vat, .count = from->count,
            .first = receipt_text(build->arena, from->first_reg, SERIES_RECEIPTS, from->first_seq),
            .project = venue_project(build->venue, from->sold, from->type, build->day),
            .location = venue_location(build->venue, from->sold, from->type, build->day),
        };
        draft->cell_count++;
    }
    find_vat_unmapped(build, tally, &draft->problems);
    qsort(draft->cells, draft->cell_count, sizeof *draft->cells, cell_order);
    for (size_t i = 0; i < draft->cell_count; i++)
        (draft->cells[i].sold ? map_sold : map_paid)(build, &draft->cells[i], &draft->problems);
    return arena_failed(build->arena) ? ERR_MEMORY : ERR_OK;
}

/* --- lines --- */

static int line_order(const void *a, const void *b)
{
    const struct voucher_line *x = a, *y = b;
    int order;

    if (x->sold != y->sold)
        return x->sold - y->sold;
    if (x->account != y->account)
        return x->account < y->account ? -1 : 1;
    order = str_compare(x->vat_code, y->vat_code);
    if (order == 0)
        order = str_compare(x->project, y->project);
    if (order == 0)
        order = str_compare(x->location, y->location);
    return order ? order : str_compare(x->text, y->text);
}

static bool same_line(const struct voucher_line *a, const struct voucher_line *b)
{
    if (a->sold != b->sold || a->account != b->account || !str_equal(a->vat_code, b->vat_code) ||
        !str_equal(a->project, b->project) || !str_equal(a->location, b->location))
        return false;
    return a->account != 0 || str_equal(a->text, b->text);          /* blanks stay apart, each named */
}

/* Whether it is one of those that were joined. */
static bool has_type(struct str text, struct str type)
{
    static const struct str between = { ", ", 2 };

    for (size_t at = 0; at + type.len <= text.len; at++) {
        const struct str here = { text.bytes + at, type.len }, behind = { here.bytes + type.len, text.len - at - type.len };

        if (str_equal(here, type) && (!behind.len || str_starts(behind, between)) &&
            (!at || (at >= between.len && str_equal((struct str){ here.bytes - between.len, between.len }, between))))
            return true;
    }
    return false;
}

static struct str with_type(struct arena *arena, struct str text, struct str type)
{
    enum { LINE_TEXT_MAX = 100 };

    if (has_type(text, type) || text.len + type.len + 2 > LINE_TEXT_MAX)
        return text;
    return arena_format(arena, STR_FMT ", " STR_FMT, STR_ARG(text), STR_ARG(type));
}

static void cell_to_line(const struct build *build, struct draft *draft, const struct cell *cell, struct str department)
{
    struct voucher_line alone = { .sold = cell->sold, .account = cell->account, .vat_code = cell->vat_code, .rate = cell->rate,
                                  .department = department,
                                  .text = venue_title(build->venue, cell->sold, cell->type, build->day),
                                  .project = cell->project, .location = cell->location };
    struct voucher_line *line = NULL;

    for (size_t i = 0; i < draft->line_count && !line; i++)
        if (same_line(&draft->lines[i], &alone))
            line = &draft->lines[i];
    if (!line) {
        line = &draft->lines[draft->line_count++];
        *line = alone;
    } else {
        line->text = with_type(build->arena, line->text, alone.text);
    }
    ensure(!money_add(line->amount, cell->amount, &line->amount));       /* cells are far from the bounds */
}

static enum err make_lines(const struct build *build, struct draft *draft)
{
    struct str department = venue_department(build->venue, build->day);
    size_t kept = 0;

    draft->lines = arena_array(build->arena, draft->cell_count, sizeof *draft->lines);
    if (!draft->lines)
        return ERR_MEMORY;
    for (size_t i = 0; i < draft->cell_count; i++)
        cell_to_line(build, draft, &draft->cells[i], department);
    for (size_t i = 0; i < draft->line_count; i++)
        if (draft->lines[i].amount.ore != 0)
            draft->lines[kept++] = draft->lines[i];
    draft->line_count = kept;
    qsort(draft->lines, draft->line_count, sizeof *draft->lines, line_order);
    return ERR_OK;
}

static enum err find_missing(const struct build *build, struct problems *problems)
{
    struct completeness completeness = { .venue = build->venue, .day = build->day, .settlement = build->settlement,
                                 .arena = build->arena, .problems = problems };

    return build->phase == DRAFT_CLOSED ? completeness_check(build->txn, &completeness) : ERR_OK;
}

struct earliest { const struct build *build; uint64_t place; struct str receipt; };

/* In order of place: the first that nobody has left out. */
static enum err earliest_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct earliest *earliest = context;
    const struct build *build = earliest->build;
    uint64_t number;
    enum err err = removal_stands(txn, build->venue->id, effect->by_reg, SERIES_RECEIPTS, effect->by_seq, &number);

    if (err != ERR_NOT_FOUND)
        return err;
    if (place < earliest->place) {
        earliest->place = place;
        earliest->receipt = receipt_text(build->arena, effect->by_reg, SERIES_RECEIPTS, effect->by_seq);
    }
    return ERR_STOP;
}

/* With a receipt, so that it can be left out. */
static enum err say_not_come(const struct build *build, struct problems *problems)
{
    const struct settlement_part *part = &build->settlement->parts[build->part - 1];
    struct earliest earliest = { build, UINT64_MAX, STR_NONE };
    char day[16];
    struct problem problem = { PROBLEM_DAY_NOT_COME, { arena_copy(build->arena, str_of(day_text(build->day, day))) },
                               STR_NONE, 1 };
    enum err err = ERR_OK;

    for (unsigned class_ = EFFECT_PLAIN; !err && class_ <= EFFECT_VOID; class_++)
        err = effect_walk(build->txn, build->venue->id, build->day, class_, part->from, part->upto ? part->upto : UINT64_MAX,
                          earliest_seen, &earliest);
    problem.first = earliest.receipt;
    problems_add(problems, &problem);
    return err;
}

/* A person's decision lifts exactly these, docs/rules.md section 5. What was accepted before the day was sent is not told
 * again because something was found afterwards. */
static enum err lift_accepted(const struct build *build, struct problems *problems)
{
    const struct settlement_part *part = &build->settlement->parts[build->part - 1];
    uint32_t accepted = part->accepted;
    enum err err = ERR_OK;

    if (part->control)
        err = build_decided(build->txn, build->venue->id, build->day, build->settlement, build->arena, &accepted);
    for (int code = 0; code < PROBLEM_COUNT; code++)
        if (accepted & accept_bit((enum problem_code)code))
            problems_remove(problems, (enum problem_code)code);
    return err;
}

/* Whatever came first, a draft names its problems in the same order. */
static int problem_order(const void *a, const void *b)
{
    const struct problem *x = a, *y = b;
    int order = (x->code > y->code) - (x->code < y->code);

    for (size_t i = 0; order == 0 && i < PROBLEM_ARGS; i++)
        order = str_compare(x->arg[i], y->arg[i]);
    return order ? order : str_compare(x->first, y->first);
}

/* --- the voucher --- */

static int manual_order(const void *a, const void *b)
{
    const struct manual_item *x = a, *y = b;
    int order;

    if (x->movement != y->movement)
        return x->movement - y->movement;
    order = str_compare(x->what, y->what);
    return order ? order : str_compare(x->receipt, y->receipt);
}

static struct str voucher_text(const struct build *build)
{
    const char *word = str_equal(build->config->language, STR("nb")) ? "del" : "part";
    char day[16];

    (void)day_text(build->day, day);
    if (build->part == 1)
        return arena_format(build->arena, STR_FMT " %s", STR_ARG(build->venue->name), day);
    return arena_format(build->arena, STR_FMT " %s %s %" PRIu32, STR_ARG(build->venue->name), day, word, build->part);
}

static void totals(const struct tally *tally, struct draft *draft)
{
    struct money balance = { 0 }, proof = tally->lines_total;

    draft->lines_total = tally->lines_total;
    draft->orders_total = tally->orders_total;
    draft->manual_total = tally->manual_total;
    draft->receipts = tally->receipts;
    draft->has_till_vat = true;
    for (size_t i = 0; i < draft->line_count; i++)
        balance.ore += draft->lines[i].amount.ore;
    for (size_t i = 0; i < draft->cell_count; i++) {
        const struct cell *cell = &draft->cells[i];

        if (!cell->sold)
            continue;
        draft->voucher_total.ore -= cell->amount.ore;
        if (cell->rate == 0)
            continue;
        draft->has_till_vat &= cell->has_vat;
        draft->till_vat.ore += cell->till_vat.ore;
    }
    for (size_t i = 0; i < draft->line_count; i++)
        if (draft->lines[i].sold)
            draft->computed_vat.ore -= money_vat_of_gross(draft->lines[i].amount, draft->lines[i].rate).ore;
    draft->total = draft->voucher_total;
    proof.ore -= draft->voucher_total.ore + draft->orders_total.ore + draft->manual_total.ore;
    ensure(balance.ore == 0);                       /* promise 4: its parts balance, or we have a bug */
    ensure(proof.ore == 0);                         /* docs/rules.md section 2: in exactly one place, øre by øre */
}

/* No line of what cannot be trusted or does not fit: the day is held, and says so. */
static void hold(struct draft *draft, enum problem_code code, struct str what)
{
    struct problem problem = { code, { what }, STR_NONE, 1 };

    draft->cell_count = draft->line_count = 0;
    problems_add(&draft->problems, &problem);
}

struct kept { const struct build *build; bool any, lost; };

static enum err kept_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct kept *kept = context;
    struct known known;
    enum err err = known_get(txn, kept->build->venue->id, effect->reg, effect->series, effect->seq, &known);

    (void)place;
    kept->any = true;
    if (err != ERR_NOT_FOUND)
        return err;
    kept->lost = true;
    return ERR_STOP;
}

/* A part that was reversed may be so old that its receipts are trimmed: it had some, or it had not been sent. */
static enum err find_trimmed(const struct build *build, struct draft *draft)
{
    const struct settlement_part *part = &build->settlement->parts[build->part - 1];
    struct kept kept = { .build = build };
    enum err err = ERR_OK;

    if (part->undone_revision == 0)
        return ERR_OK;
    for (unsigned class_ = EFFECT_PLAIN; !err && !kept.lost && class_ <= EFFECT_Z; class_++)
        err = effect_walk(build->txn, build->venue->id, build->day, class_, part->from,
                          part->upto ? part->upto : UINT64_MAX, kept_seen, &kept);
    if (!err && !kept.lost)              /* or only a decision about what was in another */
        err = effect_walk(build->txn, build->venue->id, build->day, EFFECT_REMOVED,
                          settlement_decided_from(build->settlement, build->part),
                          settlement_decided_upto(build->settlement, build->part), kept_seen, &kept);
    if (!err && (kept.lost || !kept.any))
        hold(draft, PROBLEM_RECEIPTS_TRIMMED, STR_NONE);
    return err;
}

static enum err fill_voucher(const struct build *build, struct tally *tally, struct draft *draft)
{
    struct problem double_entry = { PROBLEM_DOUBLE_ENTRY, { STR_NONE }, STR_NONE, 1 };
    enum err err = tally_part(tally);

    if (err)
        return err;
    draft->credit_ordered = tally->credit_ordered;
    if (tally->credit_seen && !tally->switches.credit_out &&
        venue_switch(&build->venue->auto_invoice, build->day))
        problems_add(&draft->problems, &double_entry);
    if (tally->manual_count)
        qsort(tally->manual, tally->manual_count, sizeof *tally->manual, manual_order);
    draft->manual = tally->manual;
    draft->manual_count = tally->manual_count;
    draft->manual_more = tally->manual_more;
    draft->orders = tally->orders;
    draft->order_count = tally->order_count;
    draft->orders_more = tally->orders_more;
    if (tally->too_large || tally->too_many) {
        hold(draft, tally->too_large ? PROBLEM_AMOUNT_RANGE : PROBLEM_DAY_TOO_LARGE, build->venue->id);
        return ERR_OK;
    }
    err = map_cells(build, tally, draft);
    if (!err)
        err = make_lines(build, draft);
    if (!err && draft->line_count > VOUCHER_LINES_MAX)
        hold(draft, PROBLEM_DAY_TOO_LARGE, arena_format(build->arena, "%zu > %d", draft->line_count, VOUCHER_LINES_MAX));
    else if (!err)
        totals(tally, draft);
    if (!err && build->part == SETTLEMENT_PARTS_MAX)
        hold(draft, PROBLEM_DAY_TOO_LARGE, arena_format(build->arena, "%d", SETTLEMENT_PARTS_MAX));
    if (!err)
        err = basis_fill(build, draft);
    return err ? err : find_trimmed(build, draft);
}

enum err voucher_build(const struct build *build, struct draft *ret_draft)
{
    struct tally *tally = arena_alloc(build->arena, sizeof *tally);
    struct draft *draft = arena_alloc(build->arena, sizeof *draft);
    char batch[BATCH_ID_SIZE];
    enum err err;

    if (!tally || !draft)
        return ERR_MEMORY;
    draft->doc = (struct doc){ .kind = DOC_VOUCHER, .venue = build->venue->id, .day = build->day,
                               .part = build->part };
    build_header(build, draft);
    doc_batch_id(&draft->doc, batch);
    draft->batch_id = arena_copy(build->arena, str_of(batch));
    draft->text = voucher_text(build);
    draft->source_id = build->venue->saft.system_id;
    draft->automatic = build->transfer_allowed && venue_switch(&build->venue->auto_transfer, build->day);
    tally->build = build;
    tally->problems = &draft->problems;
    err = fill_voucher(build, tally, draft);
    if (!err)
        err = trouble_find(build, &draft->problems);
    if (!err)
        err = find_missing(build, &draft->problems);
    if (!err)
        err = lift_accepted(build, &draft->problems);
    if (!err && build->not_come && (draft->cell_count || draft->orders_total.ore || draft->problems.count))
        err = say_not_come(build, &draft->problems); /* else a person has taken all of it out: nothing is to be posted */
    if (!err && (draft->cell_count || draft->orders_total.ore))
        build_hold_for_former(build, draft);
    if (err)
        return err;
    qsort(draft->problems.at, draft->problems.count, sizeof *draft->problems.at, problem_order);
    *ret_draft = *draft;
    return arena_failed(build->arena) ? ERR_MEMORY : ERR_OK;
}
