#include "tally.h"

#include "conflict.h"
#include "removal.h"
#include "base/utf8.h"
#include "domain/event_books.h"
#include "domain/event_canonical.h"


#include <string.h>

static const struct str credit = { "credit", 6 }, gift_card = { "gift_card", 9 };

static void add(struct tally *tally, struct money *sum, struct money amount, bool negative)
{
    if (negative ? money_subtract(*sum, amount, sum) : money_add(*sum, amount, sum))
        tally->too_large = true;
}

static bool is_earlier(int64_t time, struct str reg, uint64_t seq, const struct tally_cell *cell)
{
    int order = str_compare(reg, cell->first_reg);

    if (cell->first_reg.len == 0 || time != cell->first_time)
        return cell->first_reg.len == 0 || time < cell->first_time;
    return order < 0 || (order == 0 && seq < cell->first_seq);
}

bool tally_cell_earlier(const struct tally_cell *a, const struct tally_cell *b)
{
    return is_earlier(a->first_time, a->first_reg, a->first_seq, b);
}

/* Room for one more, below `max`. NULL: out of memory. */
static void *room_for(struct arena *arena, void *array, size_t count, size_t *room, size_t size, size_t max)
{
    size_t want = *room ? *room * 2 : 16;
    void *bigger;

    if (count < *room)
        return array;
    want = want < max ? want : max;
    bigger = arena_array(arena, want, size);
    if (bigger && count)
        memcpy(bigger, array, count * size);
    if (bigger)
        *room = want;
    return bigger;
}

static struct tally_cell *cell_of(struct tally *tally, bool sold, struct str type, int32_t rate)
{
    struct tally_cell *cell;

    for (size_t i = 0; i < tally->cell_count; i++) {
        cell = &tally->cells[i];
        if (cell->sold == sold && cell->rate == rate && str_equal(cell->type, type))
            return cell;
    }
    if (tally->cell_count == TALLY_CELLS_MAX) {
        tally->too_many = true;
        return &tally->cells[TALLY_CELLS_MAX - 1];
    }
    cell = room_for(tally->build->arena, tally->cells, tally->cell_count, &tally->cell_room, sizeof *cell, TALLY_CELLS_MAX);
    if (!cell)
        return &tally->no_cell;
    tally->cells = cell;
    cell = &tally->cells[tally->cell_count++];
    *cell = (struct tally_cell){ .sold = sold, .type = arena_copy(tally->build->arena, type), .rate = rate };
    return cell;
}

static void cell_first(struct tally *tally, struct tally_cell *cell, int64_t time, struct str reg, uint64_t seq)
{
    if (!is_earlier(time, reg, seq, cell))
        return;
    cell->first_time = time;
    cell->first_reg = arena_copy(tally->build->arena, reg);
    cell->first_seq = seq;
}

/* NULL: no room; counted. */
static struct manual_item *manual_next(struct tally *tally)
{
    struct manual_item *manual;

    if (tally->manual_count == MANUAL_MAX) {
        tally->manual_more++;
        return NULL;
    }
    manual = room_for(tally->build->arena, tally->manual, tally->manual_count, &tally->manual_room, sizeof *manual, MANUAL_MAX);
    if (!manual)
        return NULL;                     /* the arena has failed: the draft is not made */
    tally->manual = manual;
    return &tally->manual[tally->manual_count++];
}

static void leave_out(struct tally *tally, struct str type, struct money amount, bool negative)
{
    size_t i = 0;

    add(tally, &tally->manual_total, amount, negative);
    while (i < tally->left_count && !str_equal(tally->left[i].type, type))
        i++;
    if (i == TALLY_LEFT_MAX) {
        tally->manual_more++;            /* in the total; the list has its bound */
        return;
    }
    if (i == tally->left_count)
        tally->left[tally->left_count++] = (struct tally_left){ arena_copy(tally->build->arena, type), { 0 } };
    add(tally, &tally->left[i].amount, amount, negative);
}

/* --- receipts that are only summed --- */

static struct money gift_cards_paid_with(const struct settlement *settlement, struct str paid_with, struct tally *tally)
{
    struct money sum = { 0 };

    for (size_t i = 0; i < settlement->sum_count; i++)
        if (str_equal(settlement->sums[i].product, gift_card) && str_equal(settlement->sums[i].paid_with, paid_with))
            add(tally, &sum, settlement->sums[i].amount, false);
    return sum;
}

static void tally_sold_sum(struct tally *tally, const struct settlement_sum *sum, bool transferred, bool gift_out)
{
    struct tally_cell *cell;

    add(tally, &tally->lines_total, sum->amount, false);
    if (!transferred) {
        leave_out(tally, sum->paid_with, sum->amount, false);
        return;
    }
    if (gift_out && str_equal(sum->product, gift_card)) {
        leave_out(tally, gift_card, sum->amount, false);
        return;
    }
    cell = cell_of(tally, true, sum->product, sum->rate);
    add(tally, &cell->amount, sum->amount, false);
    add(tally, &cell->till_vat, sum->till_vat, false);
    cell->count += sum->count;
    cell->with_vat += sum->with_vat;
    cell_first(tally, cell, sum->first_time, sum->first_reg, sum->first_seq);
}

static void tally_paid_sum(struct tally *tally, const struct settlement *settlement, const struct settlement_sum *sum,
                           bool gift_out)
{
    struct tally_cell *cell = cell_of(tally, false, sum->paid_with, 0);

    add(tally, &cell->amount, sum->amount, false);
    if (gift_out)
        add(tally, &cell->amount, gift_cards_paid_with(settlement, sum->paid_with, tally), true);
    cell->count += sum->count;
    cell_first(tally, cell, sum->first_time, sum->first_reg, sum->first_seq);
}

static void tally_sums(struct tally *tally, const struct settlement *settlement)
{
    bool gift_out = switches_gift_cards_out(&tally->switches);

    for (size_t i = 0; i < settlement->sum_count; i++) {
        const struct settlement_sum *sum = &settlement->sums[i];
        bool transferred = sum->paid_with.len == 0 || switches_transfer(&tally->switches, sum->paid_with);

        if (sum->product.len)
            tally_sold_sum(tally, sum, transferred, gift_out);
        else if (transferred)
            tally_paid_sum(tally, settlement, sum, gift_out);
    }
}

struct rebuild { struct tally *tally; struct settlement sums; };

static enum err plain_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct rebuild *rebuild = context;
    const struct build *build = rebuild->tally->build;
    struct event receipt;
    struct known known;
    enum err err = known_event(txn, build->venue->id, effect->reg, effect->series, effect->seq, receipt_arena(), &known,
                               &receipt);

    (void)place;
    if (err == ERR_NOT_FOUND)
        return ERR_OK;                   /* trimmed: the draft says so */
    if (!err)
        err = settlement_add_plain(&rebuild->sums, &receipt, effect->negative, build->arena);
    if (err != ERR_RANGE)
        return err;
    rebuild->tally->too_large = true;
    return ERR_OK;
}

/* The open part's sums are kept; a reversed part's are added up again. */
static enum err tally_plain(struct tally *tally, const struct settlement_part *part)
{
    const struct build *build = tally->build;
    struct rebuild rebuild = { .tally = tally };
    enum err err;

    if (part->upto == 0) {
        tally_sums(tally, build->settlement);
        tally->receipts = build->settlement->receipts;
        return ERR_OK;
    }
    err = effect_walk(build->txn, build->venue->id, build->day, EFFECT_PLAIN, part->from, part->upto, plain_seen,
                      &rebuild);
    tally_sums(tally, &rebuild.sums);
    tally->receipts = rebuild.sums.receipts;
    return err;
}

/* --- receipts that the switches may divide --- */

/* The same receipt under manual, with what is now to be added to nothing: it leaves the list. */
static bool strike_out(struct tally *tally, struct str receipt, bool left, struct money amount)
{
    for (size_t i = 0; i < tally->manual_count; i++) {
        struct manual_item *item = &tally->manual[i];

        if (item->movement || item->left != left || item->amount.ore != -amount.ore || !str_equal(item->receipt, receipt))
            continue;
        memmove(item, item + 1, (--tally->manual_count - i) * sizeof *item);
        return true;
    }
    return false;
}

static void manual_credit(struct tally *tally, const struct event *receipt, struct money amount, bool negative)
{
    struct arena *arena = tally->build->arena;
    struct str name = receipt_text(arena, receipt->reg, receipt->series, receipt->seq);
    struct money signed_amount = { negative ? -amount.ore : amount.ore };
    struct manual_item *item;

    add(tally, &tally->manual_total, amount, negative);
    item = tally->moving && strike_out(tally, name, false, signed_amount) ? NULL : manual_next(tally);
    if (!item)
        return;
    *item = (struct manual_item){
        .what = credit, .receipt = name,
        .customer = arena_copy(arena, receipt->customer), .order = arena_copy(arena, receipt->order),
    };
    add(tally, &item->amount, amount, negative);
}

/* The order that takes a sale out of the voucher is named there; a void of the same part strikes it out again. */
static void order_credit(struct tally *tally, const struct event *receipt, struct money amount, bool negative)
{
    struct arena *arena = tally->build->arena;
    struct str name = receipt_text(arena, receipt->reg, receipt->series, receipt->seq);

    add(tally, &tally->orders_total, amount, negative);
    if (!tally->orders)
        tally->orders = arena_array(arena, ORDER_REFS_MAX, sizeof *tally->orders);
    if (!tally->orders)
        return;
    for (size_t i = 0; i < tally->order_count; i++) {
        if (tally->orders[i].amount.ore != (negative ? amount.ore : -amount.ore) || !str_equal(tally->orders[i].receipt, name))
            continue;
        memmove(&tally->orders[i], &tally->orders[i + 1], (--tally->order_count - i) * sizeof *tally->orders);
        return;
    }
    if (tally->order_count == ORDER_REFS_MAX) {
        tally->orders_more++;
        return;
    }
    tally->orders[tally->order_count++] = (struct order_ref){
        .order = arena_copy(arena, receipt->order), .receipt = name, .customer = arena_copy(arena, receipt->customer),
        .amount = { negative ? -amount.ore : amount.ore },
    };
}

static void tally_left_out(struct tally *tally, const struct event *receipt, const struct shares *shares,
                           bool negative)
{
    for (size_t i = 0; i < shares->left_out_count; i++) {
        const struct left_out *out = &shares->left_out[i];

        if (!str_equal(out->type, credit))
            leave_out(tally, out->type, out->total, negative);
        else if (tally->credit_ordered)
            order_credit(tally, receipt, out->total, negative);
        else
            manual_credit(tally, receipt, out->total, negative);
    }
    if (shares->gift_lines)
        leave_out(tally, gift_card, shares->gift_total, negative);
}

/* The till's VAT of a line of which only a part is transferred: the same part, to the nearest øre. */
static struct money vat_part(struct tally *tally, const struct sale_line *line, struct money transferred)
{
    __int128 exact, by, twice, rounded;

    if (line->gross.ore == 0 || transferred.ore == line->gross.ore)
        return line->vat_amount;
    exact = (__int128)line->vat_amount.ore * transferred.ore;
    by = line->gross.ore;
    twice = 2 * (exact < 0 ? -exact : exact) + (by < 0 ? -by : by);
    rounded = twice / (2 * (by < 0 ? -by : by));
    if (rounded > MONEY_INPUT_MAX) {
        tally->too_large = true;
        return (struct money){ 0 };
    }
    return (struct money){ (int64_t)((exact < 0) != (by < 0) ? -rounded : rounded) };
}

static void tally_receipt(struct tally *tally, const struct event *receipt, const struct shares *shares, bool negative)
{
    for (size_t i = 0; i < receipt->line_count; i++) {
        const struct sale_line *line = &receipt->lines[i];
        struct tally_cell *cell;

        add(tally, &tally->lines_total, line->gross, negative);
        if (shares->lines[i].ore == 0)
            continue;
        cell = cell_of(tally, true, line->product_type, line->vat);
        add(tally, &cell->amount, shares->lines[i], negative);
        if (line->has_vat_amount)
            add(tally, &cell->till_vat, vat_part(tally, line, shares->lines[i]), negative);
        cell->count++;
        cell->with_vat += line->has_vat_amount;
        cell_first(tally, cell, receipt->time, receipt->reg, receipt->seq);
    }
    for (size_t i = 0; i < receipt->payment_count; i++) {
        struct tally_cell *cell;

        tally->credit_seen |= str_equal(receipt->payments[i].type, credit);
        if (shares->payments[i].ore == 0)
            continue;
        cell = cell_of(tally, false, receipt->payments[i].type, 0);
        add(tally, &cell->amount, shares->payments[i], negative);
        cell->count++;
        cell_first(tally, cell, receipt->time, receipt->reg, receipt->seq);
    }
    tally_left_out(tally, receipt, shares, negative);
}

/* *ret_err: of the look, if it failed. */
static bool is_out(struct txn *txn, const struct build *build, const struct effect *effect, enum err *ret_err)
{
    uint64_t number;
    enum err err = removal_stands(txn, build->venue->id, effect->by_reg, SERIES_RECEIPTS, effect->by_seq, &number);

    if (err == ERR_NOT_FOUND)
        return false;
    *ret_err = err;
    return true;
}

static enum err mixed_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct tally *tally = context;
    const struct build *build = tally->build;
    struct arena *arena = receipt_arena();
    struct event receipt;
    struct shares shares;
    struct known known;
    enum err err = known_event(txn, build->venue->id, effect->reg, effect->series, effect->seq, arena, &known, &receipt);

    (void)place;
    if (err == ERR_NOT_FOUND && build->settlement->parts[build->part - 1].undone_revision)
        return ERR_OK;                   /* trimmed: the draft says so */
    if (!err)
        err = shares_of(&receipt, &tally->switches, arena, &shares);
    if (err == ERR_REFUSED && is_out(txn, build, effect, &err))
        return err;
    if (err == ERR_REFUSED) {
        struct problem problem = { PROBLEM_SHARE_UNDEFINED, { STR_NONE },
                                   receipt_text(build->arena, effect->reg, effect->series, effect->seq), 1 };

        build_add_problem(tally->problems, &problem);
        return ERR_OK;
    }
    if (err == ERR_RANGE) {
        tally->too_large = true;
        return ERR_OK;
    }
    if (err)
        return err;
    if (build->settlement->parts[build->part - 1].upto)
        tally->receipts++;               /* the open part's receipts are counted as they come */
    tally_receipt(tally, &receipt, &shares, effect->negative);
    return ERR_OK;
}

/* --- receipts that a person left out, or put back --- */

static void list_removed(struct tally *tally, struct manual_item item)
{
    struct manual_item *listed;

    if (!item.unknown) {
        add(tally, &tally->lines_total, item.amount, false);
        add(tally, &tally->manual_total, item.amount, false);
    }
    listed = strike_out(tally, item.receipt, true, item.amount) ? NULL : manual_next(tally);
    if (listed)
        *listed = item;
}

/* What it comes to: its lines; where there are none, or they are beyond all bounds, what the person said. */
static void removed_amount(const struct event *content, const struct removed *meaning, const struct removal_words *words,
                           struct manual_item *item)
{
    struct money lines, payments;
    bool told = content->kind == EVENT_RECEIPT && !receipt_sums(content, &lines, &payments) &&
                lines.ore <= MONEY_SUM_MAX / 2 && lines.ore >= -MONEY_SUM_MAX / 2;

    if (!told)
        lines = words->amount;
    item->unknown = !told && !words->has_amount;
    item->amount.ore = item->unknown ? 0 : (meaning->void_ != meaning->back) ? -lines.ore : lines.ore;
}

/* Out of the voucher and of what the switches left out: the receipt's own shares, with the other sign. */
static enum err tally_moved(struct tally *tally, const struct event *content, bool negative, struct arena *arena)
{
    struct shares shares;
    enum err err = shares_of(content, &tally->switches, arena, &shares);

    tally->moving = true;
    if (!err)
        tally_receipt(tally, content, &shares, negative);
    tally->moving = false;
    tally->too_large |= err == ERR_RANGE;
    return err == ERR_REFUSED || err == ERR_RANGE ? ERR_OK : err;
}

static enum err removed_seen(struct txn *txn, uint64_t number, const struct effect *effect, void *context)
{
    struct tally *tally = context;
    const struct build *build = tally->build;
    struct arena *arena = receipt_arena();
    struct manual_item item = { .left = true };
    struct removal_words words;
    struct removed meaning;
    struct event content;
    struct known known;
    enum err err = known_event(txn, build->venue->id, effect->reg, effect->series, effect->seq, arena, &known, &content);

    if (!err)
        err = effect_removal_words(txn, build->venue->id, build->day, number, &words);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;      /* put back since, and moved or trimmed */
    meaning = removal_meaning(effect, &known, &content);
    if (meaning.booked)
        err = tally_moved(tally, &content, meaning.void_ == meaning.back, arena);
    item.what = arena_copy(build->arena, utf8_cut(words.reason, DRAFT_TEXT_MAX));     /* the trail has all of it */
    item.receipt = receipt_text(build->arena, effect->by_reg, SERIES_RECEIPTS, effect->by_seq);
    item.customer = arena_copy(build->arena, content.customer);
    item.order = arena_copy(build->arena, content.order);
    removed_amount(&content, &meaning, &words, &item);
    list_removed(tally, item);
    return err;
}

static enum err movement_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct tally *tally = context;
    struct arena *arena = tally->build->arena;
    struct event movement;
    struct manual_item *item;
    struct known known;
    enum err err = known_event(txn, tally->build->venue->id, effect->reg, effect->series, effect->seq, receipt_arena(),
                               &known, &movement);

    (void)place;
    if (err || movement.kind != EVENT_CASH_MOVEMENT)
        return err;
    item = manual_next(tally);
    if (item)
        *item = (struct manual_item){
            .movement = true, .what = arena_copy(arena, movement.reason), .amount = movement.amount,
            .receipt = receipt_text(arena, movement.reg, movement.series, movement.seq),
            .customer = arena_copy(arena, movement.customer), .paid_with = event_paid_with(&movement, arena),
        };
    return ERR_OK;
}

/* The content that a person did not choose stands in no voucher: its amount is told, and is no part of the sums. */
static enum err not_booked_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct tally *tally = context;
    struct arena *arena = tally->build->arena;
    struct event identity = { .venue = tally->build->venue->id, .reg = effect->reg, .series = effect->series,
                              .seq = effect->seq };
    struct money amount, payments;
    struct manual_item *item;
    struct conflict conflict;
    struct event event;
    enum err err = conflict_by_place(txn, &identity, place, &conflict);

    if (err || conflict.state != CONFLICT_NOT_BOOKED || conflict.bytes.len == 0)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = event_decode(conflict.bytes, receipt_arena(), &event);
    item = err ? NULL : manual_next(tally);
    if (!item)
        return err;
    if (event.kind != EVENT_RECEIPT || receipt_sums(&event, &amount, &payments))
        amount = event.amount;
    *item = (struct manual_item){ .movement = true, .what = STR(MANUAL_NOT_BOOKED_WHAT), .amount = amount,
                                  .receipt = receipt_text(arena, effect->reg, effect->series, effect->seq),
                                  .customer = arena_copy(arena, event.customer), .order = arena_copy(arena, event.order) };
    return ERR_OK;
}

static bool beyond(struct money amount)
{
    return amount.ore > MONEY_SUM_MAX || amount.ore < -MONEY_SUM_MAX;
}

/* Within these bounds no sum of sums can leave an int64 either. */
static void check_sums(struct tally *tally)
{
    tally->too_large |= beyond(tally->lines_total) || beyond(tally->orders_total) || beyond(tally->manual_total);
    for (size_t i = 0; i < tally->cell_count; i++)
        tally->too_large |= beyond(tally->cells[i].amount) || beyond(tally->cells[i].till_vat);
}

enum err tally_part(struct tally *tally)
{
    const struct build *build = tally->build;
    const struct settlement_part *part = &build->settlement->parts[build->part - 1];
    uint64_t upto = part->upto ? part->upto : UINT64_MAX;
    struct str venue = build->venue->id;
    enum err err;

    tally->switches = build_switches(build, &tally->credit_ordered);
    err = tally_plain(tally, part);
    if (!err)
        err = effect_walk(build->txn, venue, build->day, EFFECT_MIXED, part->from, upto, mixed_seen, tally);
    if (!err)
        err = effect_walk(build->txn, venue, build->day, EFFECT_MOVEMENT, part->from, upto, movement_seen, tally);
    if (!err)
        err = effect_walk(build->txn, venue, build->day, EFFECT_REMOVED,
                          settlement_decided_from(build->settlement, build->part),
                          settlement_decided_upto(build->settlement, build->part), removed_seen, tally);
    if (!err)
        err = effect_walk(build->txn, venue, build->day, EFFECT_CONFLICT, part->from, upto, not_booked_seen, tally);
    check_sums(tally);
    for (size_t i = 0; i < tally->left_count; i++) {
        struct manual_item *item = tally->left[i].amount.ore != 0 ? manual_next(tally) : NULL;

        if (item)
            *item = (struct manual_item){ .what = tally->left[i].type, .amount = tally->left[i].amount };
    }
    return err;
}
