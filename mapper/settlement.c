#include "settlement.h"

#include "domain/config.h"
#include "domain/register.h"
#include "tables.h"
#include "base/fields.h"

#include <string.h>

enum { DAY_FORM = 1, DAY_BYTES_MAX = 8 * 1024 * 1024, NAME_MAX_ = 64 };

static void day_key(struct key *key, struct str venue, int32_t day)
{
    key_init(key);
    key_name(key, venue);
    key_day(key, day);
}

uint32_t accept_bit(enum problem_code code)
{
    static const enum problem_code acceptable[] = { PROBLEM_SEQUENCE_GAP, PROBLEM_Z_DIFFERS, PROBLEM_Z_MISSING,
                                                    PROBLEM_GRAND_TOTAL_BROKEN, PROBLEM_TOTAL_DIFFERS, PROBLEM_VAT_ZERO,
                                                    PROBLEM_Z_GAP, PROBLEM_Z_OVERLAP, PROBLEM_CLOCK_JUMP };
                                                    /* stored as bits: new ones go to the end */

    for (size_t i = 0; i < COUNT(acceptable); i++)
        if (acceptable[i] == code)
            return 1u << i;
    return 0;
}

bool settlement_was_ahead(const struct settlement *settlement)
{
    for (size_t i = 0; i < settlement->part_count; i++)
        if (settlement->parts[i].ahead)
            return true;
    return false;
}

uint32_t settlement_accepted(const struct settlement *settlement)
{
    uint32_t accepted = settlement->accepted;

    for (size_t i = 0; i < settlement->part_count; i++)
        accepted |= settlement->parts[i].accepted;
    return accepted;
}

/* Makes room for one more in an array that lives in the arena. */
static void *grown(struct arena *arena, void *array, size_t count, size_t *room, size_t size, size_t max)
{
    size_t want = *room ? *room * 2 : 8;
    void *bigger;

    if (count < *room)
        return array;
    if (count >= max)
        return NULL;
    bigger = arena_array(arena, want, size);
    if (bigger && count)
        memcpy(bigger, array, count * size);
    if (bigger)
        *room = want;
    return bigger;
}

static const struct field_row sum_rows[] = {
    FIELD_MAX(settlement_sum, paid_with, NAME_MAX_),
    FIELD_MAX(settlement_sum, product, NAME_MAX_),
    FIELD(settlement_sum, rate),
    FIELD(settlement_sum, amount),
    FIELD(settlement_sum, count),
    FIELD(settlement_sum, with_vat),
    FIELD(settlement_sum, till_vat),
    FIELD(settlement_sum, first_time),
    FIELD_MAX(settlement_sum, first_reg, REGISTER_NAME_MAX),
    FIELD(settlement_sum, first_seq),
};
static const struct fields sum_fields = FIELDS(settlement_sum, sum_rows, 10, NULL);

static const struct field_row part_rows[] = {
    FIELD(settlement_part, from),
    FIELD(settlement_part, upto),
    FIELD(settlement_part, sealed),
    FIELD(settlement_part, nothing),
    FIELD(settlement_part, revision),
    FIELD(settlement_part, content),
    FIELD(settlement_part, emitted_credit_in),
    FIELD_MAX(settlement_part, fate, CREDIT_ORDERED),
    FIELD(settlement_part, credit_ordered),
    FIELD(settlement_part, accepted),
    FIELD(settlement_part, post_on),
    FIELD(settlement_part, orders_open),
    FIELD(settlement_part, sealed_revision),
    FIELD(settlement_part, undone_revision),
    FIELD(settlement_part, emitted_unordered),
    FIELD_LATER(settlement_part, decided, 0, NIL_READ, 0),
    FIELD_LATER(settlement_part, ahead, 0, NIL_READ, 0),
    FIELD_LATER(settlement_part, control, 0, NIL_READ, 0),
    FIELD_LATER(settlement_part, heard, 0, NIL_READ, 0),
    FIELD_LATER(settlement_part, sent, 0, NIL_READ, 0),
};
static const struct fields part_fields = FIELDS(settlement_part, part_rows, 15, NULL);

static const struct field_row register_rows[] = {
    FIELD_MAX(settlement_register, reg, REGISTER_NAME_MAX),
    FIELD(settlement_register, first),
    FIELD(settlement_register, last),
    FIELD(settlement_register, last_sale),
    FIELD(settlement_register, sold),
};
static const struct fields register_fields = FIELDS(settlement_register, register_rows, 5, NULL);

static bool has_a_part(const void *object)
{
    return ((const struct settlement *)object)->part_count > 0;
}

static const struct field_row settlement_rows[] = {
    FIELD_IS(DAY_FORM),
    FIELD(settlement, last_ms),
    FIELD(settlement, last_place),
    FIELD(settlement, receipts),
    FIELD(settlement, broken),
    FIELD(settlement, voids),
    FIELD(settlement, conflicts),
    FIELD(settlement, movements),
    FIELD(settlement, zs),
    FIELD_MANY(settlement, sums, sum_count, SETTLEMENT_SUMS_MAX, &sum_fields),
    FIELD_MANY(settlement, parts, part_count, SETTLEMENT_PARTS_MAX, &part_fields),
    FIELD_MANY(settlement, registers, register_count, SETTLEMENT_REGISTERS_MAX, &register_fields),
    FIELD_LATER(settlement, decided, 0, NIL_READ, 0),
    FIELD_LATER(settlement, watch, 0, NIL_READ, 0),
    FIELD_LATER(settlement, asked, 0, NIL_READ, 0),
    FIELD_LATER(settlement, accepted, 0, NIL_READ, 0),
};
static const struct fields settlement_fields = FIELDS(settlement, settlement_rows, 12, has_a_part);

enum err settlement_save(struct txn *txn, struct str venue, int32_t day, const struct settlement *state)
{
    struct strbuf out;
    struct key key;
    enum err err;

    strbuf_init(&out, DAY_BYTES_MAX);
    fields_write(&settlement_fields, state, &out);
    day_key(&key, venue, day);
    err = out.failed ? ERR_MEMORY : store_put(txn, TABLE_DAYS, key_str(&key), strbuf_str(&out));
    strbuf_free(&out);
    return err;
}

enum err settlement_load(struct txn *txn, struct str venue, int32_t day, struct arena *arena, struct settlement *ret_settlement)
{
    struct settlement state = { 0 };
    struct str value;
    struct key key;
    enum err err;

    day_key(&key, venue, day);
    err = store_get(txn, TABLE_DAYS, key_str(&key), &value);
    if (err == ERR_NOT_FOUND) {
        err = settlement_new_part(&state, 0, arena);
        if (!err)
            *ret_settlement = state;
        return err;
    }
    if (err)
        return err;
    err = fields_read(&settlement_fields, arena_copy(arena, value), arena, &state);    /* texts are views into the copy */
    if (err)
        return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
    state.sum_room = state.sum_count;
    state.part_room = state.part_count;
    state.register_room = state.register_count;
    *ret_settlement = state;
    return ERR_OK;
}

struct settlement_part *settlement_last_part(struct settlement *settlement)
{
    ensure(settlement->part_count > 0);
    return &settlement->parts[settlement->part_count - 1];
}

uint64_t settlement_decided_from(const struct settlement *settlement, uint32_t part)
{
    return part > 1 ? settlement->parts[part - 2].decided : 0;
}

uint64_t settlement_decided_upto(const struct settlement *settlement, uint32_t part)
{
    return settlement->parts[part - 1].upto ? settlement->parts[part - 1].decided : UINT64_MAX;
}

enum err settlement_new_part(struct settlement *settlement, uint64_t from, struct arena *arena)
{
    struct settlement_part *parts = grown(arena, settlement->parts, settlement->part_count, &settlement->part_room,
                                          sizeof *parts, SETTLEMENT_PARTS_MAX);

    if (!parts)
        return ERR_MEMORY;
    settlement->parts = parts;
    settlement->parts[settlement->part_count++] = (struct settlement_part){ .from = from, .post_on = DAY_ALWAYS };
    return ERR_OK;
}

bool settlement_receipt_is_plain(const struct event *receipt)
{
    struct money total = { 0 };
    bool gift_card = false;

    for (size_t i = 0; i < receipt->payment_count; i++) {
        if (!str_equal(receipt->payments[i].type, receipt->payments[0].type))
            return false;
        if (money_add(total, receipt->payments[i].amount, &total))
            return false;
    }
    if (receipt->payment_count && str_equal(receipt->payments[0].type, STR("credit")))
        return false;                    /* an order each */
    for (size_t i = 0; i < receipt->line_count; i++)
        gift_card |= str_equal(receipt->lines[i].product_type, STR("gift_card"));
    return total.ore != 0 || !gift_card;
}

static struct settlement_sum *sum_find(struct settlement *settlement, struct str paid_with, struct str product, int32_t rate,
                                struct arena *arena)
{
    struct settlement_sum *sums;

    for (size_t i = 0; i < settlement->sum_count; i++)
        if (settlement->sums[i].rate == rate && str_equal(settlement->sums[i].product, product) &&
            str_equal(settlement->sums[i].paid_with, paid_with))
            return &settlement->sums[i];
    sums = grown(arena, settlement->sums, settlement->sum_count, &settlement->sum_room, sizeof *sums, SETTLEMENT_SUMS_MAX);
    if (!sums)
        return NULL;
    settlement->sums = sums;
    settlement->sums[settlement->sum_count] = (struct settlement_sum){ .paid_with = arena_copy(arena, paid_with),
                                                  .product = arena_copy(arena, product), .rate = rate };
    return &settlement->sums[settlement->sum_count++];
}

static bool earlier(const struct event *receipt, const struct settlement_sum *sum)
{
    int order;

    if (sum->first_reg.len == 0)
        return true;
    if (receipt->time != sum->first_time)
        return receipt->time < sum->first_time;
    order = str_compare(receipt->reg, sum->first_reg);
    return order < 0 || (order == 0 && receipt->seq < sum->first_seq);
}

static enum err sum_add(struct settlement_sum *sum, const struct event *receipt, struct money amount, bool negative,
                        struct arena *arena)
{
    enum err err = negative ? money_subtract(sum->amount, amount, &sum->amount)
                            : money_add(sum->amount, amount, &sum->amount);

    if (err)
        return err;
    sum->count++;
    if (earlier(receipt, sum)) {
        sum->first_time = receipt->time;
        sum->first_reg = arena_copy(arena, receipt->reg);
        sum->first_seq = receipt->seq;
    }
    return ERR_OK;
}

static enum err sum_add_vat(struct settlement_sum *sum, const struct sale_line *line, bool negative)
{
    if (!line->has_vat_amount)
        return ERR_OK;
    sum->with_vat++;
    return negative ? money_subtract(sum->till_vat, line->vat_amount, &sum->till_vat)
                    : money_add(sum->till_vat, line->vat_amount, &sum->till_vat);
}

/* Whether the receipt fits: no sum can leave int64 and no bound is passed. Judged before anything is added, so
 * that a refused receipt leaves the day as it was. */
static bool fits(const struct settlement *settlement, const struct event *receipt)
{
    __int128 most = 0, more = 0;

    for (size_t i = 0; i < settlement->sum_count; i++) {
        __int128 amount = settlement->sums[i].amount.ore, vat = settlement->sums[i].till_vat.ore;

        amount = amount < 0 ? -amount : amount;
        vat = vat < 0 ? -vat : vat;
        most = amount > most ? amount : most;
        most = vat > most ? vat : most;
    }
    for (size_t i = 0; i < receipt->line_count; i++) {
        __int128 gross = receipt->lines[i].gross.ore, vat = receipt->lines[i].vat_amount.ore;

        more += (gross < 0 ? -gross : gross) + (vat < 0 ? -vat : vat);
    }
    for (size_t i = 0; i < receipt->payment_count; i++) {
        __int128 amount = receipt->payments[i].amount.ore;

        more += amount < 0 ? -amount : amount;
    }
    return most + more < MONEY_SUM_MAX && settlement->sum_count + receipt->line_count + 1 <= SETTLEMENT_SUMS_MAX;
}

enum err settlement_add_plain(struct settlement *settlement, const struct event *receipt, bool negative, struct arena *arena)
{
    struct str paid_with = STR_NONE;
    struct money total = { 0 };
    enum err err = fits(settlement, receipt) ? ERR_OK : ERR_RANGE;

    for (size_t i = 0; !err && i < receipt->payment_count; i++)
        err = money_add(total, receipt->payments[i].amount, &total);
    if (total.ore != 0)
        paid_with = receipt->payments[0].type;
    for (size_t i = 0; !err && i < receipt->line_count; i++) {
        const struct sale_line *line = &receipt->lines[i];
        struct settlement_sum *sum = sum_find(settlement, paid_with, line->product_type, line->vat, arena);

        err = sum ? sum_add(sum, receipt, line->gross, negative, arena) : ERR_MEMORY;
        if (!err)
            err = sum_add_vat(sum, line, negative);
    }
    if (!err && total.ore != 0) {
        struct settlement_sum *sum = sum_find(settlement, paid_with, STR_NONE, 0, arena);

        err = sum ? sum_add(sum, receipt, total, negative, arena) : ERR_MEMORY;
    }
    if (!err)
        settlement->receipts++;
    return err;
}

enum err settlement_note_register(struct settlement *settlement, const struct event *event, struct arena *arena)
{
    bool sale = event->kind == EVENT_RECEIPT || event->kind == EVENT_VOID;
    struct settlement_register *registers, *reg = NULL;

    if (event->series != SERIES_RECEIPTS)
        return ERR_OK;
    for (size_t i = 0; i < settlement->register_count && !reg; i++)
        if (str_equal(settlement->registers[i].reg, event->reg))
            reg = &settlement->registers[i];
    if (!reg && settlement->register_count == SETTLEMENT_REGISTERS_MAX)
        return ERR_RANGE;
    if (!reg) {
        registers = grown(arena, settlement->registers, settlement->register_count, &settlement->register_room,
                          sizeof *registers, SETTLEMENT_REGISTERS_MAX);
        if (!registers)
            return ERR_MEMORY;
        settlement->registers = registers;
        reg = &settlement->registers[settlement->register_count++];
        *reg = (struct settlement_register){ .reg = arena_copy(arena, event->reg), .first = event->seq, .last = event->seq };
    }
    if (event->seq < reg->first)
        reg->first = event->seq;
    if (event->seq > reg->last)
        reg->last = event->seq;
    if (sale && (!reg->sold || event->seq > reg->last_sale))
        reg->last_sale = event->seq;
    reg->sold |= sale;
    return ERR_OK;
}

struct resum { struct settlement *settlement; struct str venue; struct arena *arena; };

static enum err resum_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct resum *resum = context;
    struct event receipt;
    struct known known;
    enum err err = known_event(txn, resum->venue, effect->reg, effect->series, effect->seq, receipt_arena(), &known,
                               &receipt);

    (void)place;
    if (err == ERR_NOT_FOUND)
        return ERR_OK;                   /* trimmed: the draft says so */
    if (!err)
        err = settlement_add_plain(resum->settlement, &receipt, effect->negative, resum->arena);
    return err == ERR_RANGE ? ERR_OK : err;
}

static enum err count_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct resum *resum = context;

    (void)txn;
    (void)place;
    (void)effect;
    resum->settlement->receipts++;
    return ERR_OK;
}

enum err settlement_resum(struct txn *txn, struct str venue, int32_t day, struct settlement *settlement, uint64_t from,
                   struct arena *arena)
{
    struct resum context = { settlement, venue, arena };
    enum err err;

    settlement->sum_count = 0;
    settlement->receipts = 0;
    err = effect_walk(txn, venue, day, EFFECT_PLAIN, from, UINT64_MAX, resum_seen, &context);
    return err ? err : effect_walk(txn, venue, day, EFFECT_MIXED, from, UINT64_MAX, count_seen, &context);
}

bool settlement_is_unheard(const struct settlement_part *part)
{
    return part->sealed && part->nothing && part->revision == 0;
}

enum err settlement_go_on(struct txn *txn, struct str venue, int32_t day, struct settlement *settlement, struct arena *arena)
{
    struct settlement_part *last = settlement_last_part(settlement);

    last->sealed = last->nothing = last->credit_ordered = false;
    last->upto = 0;
    return settlement_resum(txn, venue, day, settlement, last->from, arena);
}
