#include "settlement.h"

#include "domain/config.h"
#include "tables.h"
#include "base/wire.h"

#include <string.h>

enum { DAY_FORM = 1, DAY_BYTES_MAX = 8 * 1024 * 1024 };

static void day_key(struct key *key, struct str venue, int32_t day)
{
    key_init(key);
    key_name(key, venue);
    key_day(key, day);
}

uint32_t accept_bit(enum problem_code code)
{
    static const enum problem_code acceptable[] = { PROBLEM_SEQUENCE_GAP, PROBLEM_Z_DIFFERS, PROBLEM_Z_MISSING,
                                                    PROBLEM_GRAND_TOTAL_BROKEN, PROBLEM_TOTAL_DIFFERS };

    for (size_t i = 0; i < COUNT(acceptable); i++)
        if (acceptable[i] == code)
            return 1u << i;
    return 0;
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

static void sums_encode(const struct settlement *settlement, struct strbuf *out)
{
    wire_array(out, settlement->sum_count);
    for (size_t i = 0; i < settlement->sum_count; i++) {
        const struct settlement_sum *sum = &settlement->sums[i];

        wire_array(out, 10);
        wire_str(out, sum->paid_with);
        wire_str(out, sum->product);
        wire_int(out, sum->rate);
        wire_money(out, sum->amount);
        wire_uint(out, sum->count);
        wire_uint(out, sum->with_vat);
        wire_money(out, sum->till_vat);
        wire_int(out, sum->first_time);
        wire_str(out, sum->first_reg);
        wire_uint(out, sum->first_seq);
    }
}

static void parts_encode(const struct settlement *settlement, struct strbuf *out)
{
    wire_array(out, settlement->part_count);
    for (size_t i = 0; i < settlement->part_count; i++) {
        const struct settlement_part *part = &settlement->parts[i];

        wire_array(out, 15);
        wire_uint(out, part->from);
        wire_uint(out, part->upto);
        wire_bool(out, part->sealed);
        wire_bool(out, part->nothing);
        wire_uint(out, part->revision);
        wire_uint(out, part->content);
        wire_bool(out, part->emitted_credit_in);
        wire_uint(out, part->fate);
        wire_bool(out, part->credit_ordered);
        wire_uint(out, part->accepted);
        wire_int(out, part->post_on);
        wire_uint(out, part->orders_open);
        wire_uint(out, part->sealed_revision);
        wire_uint(out, part->undone_revision);
        wire_bool(out, part->emitted_unordered);
    }
}

static void registers_encode(const struct settlement *settlement, struct strbuf *out)
{
    wire_array(out, settlement->register_count);
    for (size_t i = 0; i < settlement->register_count; i++) {
        wire_array(out, 5);
        wire_str(out, settlement->registers[i].reg);
        wire_uint(out, settlement->registers[i].first);
        wire_uint(out, settlement->registers[i].last);
        wire_uint(out, settlement->registers[i].last_sale);
        wire_bool(out, settlement->registers[i].sold);
    }
}

enum err settlement_save(struct txn *txn, struct str venue, int32_t day, const struct settlement *state)
{
    struct strbuf out;
    struct key key;
    enum err err;

    strbuf_init(&out, DAY_BYTES_MAX);
    wire_array(&out, 12);
    wire_uint(&out, DAY_FORM);
    wire_int(&out, state->last_ms);
    wire_uint(&out, state->last_place);
    wire_uint(&out, state->receipts);
    wire_uint(&out, state->broken);
    wire_uint(&out, state->voids);
    wire_uint(&out, state->conflicts);
    wire_uint(&out, state->movements);
    wire_uint(&out, state->zs);
    sums_encode(state, &out);
    parts_encode(state, &out);
    registers_encode(state, &out);
    day_key(&key, venue, day);
    err = out.failed ? ERR_MEMORY : store_put(txn, TABLE_DAYS, key_str(&key), strbuf_str(&out));
    strbuf_free(&out);
    return err;
}

static void sums_decode(struct reader *in, struct arena *arena, struct settlement *settlement)
{
    settlement->sum_count = settlement->sum_room = take_array(in, SETTLEMENT_SUMS_MAX);
    settlement->sums = arena_array(arena, settlement->sum_count, sizeof *settlement->sums);
    for (size_t i = 0; settlement->sums && i < settlement->sum_count && !in->failed; i++) {
        struct settlement_sum *sum = &settlement->sums[i];

        in->failed |= take_array(in, 10) != 10;
        sum->paid_with = arena_copy(arena, take_str(in, 64));
        sum->product = arena_copy(arena, take_str(in, 64));
        sum->rate = (int32_t)take_int(in);
        sum->amount = take_money(in);
        sum->count = take_uint(in);
        sum->with_vat = take_uint(in);
        sum->till_vat = take_money(in);
        sum->first_time = take_int(in);
        sum->first_reg = arena_copy(arena, take_str(in, 64));
        sum->first_seq = take_uint(in);
    }
}

static void parts_decode(struct reader *in, struct arena *arena, struct settlement *settlement)
{
    settlement->part_count = settlement->part_room = take_array(in, SETTLEMENT_PARTS_MAX);
    settlement->parts = arena_array(arena, settlement->part_count, sizeof *settlement->parts);
    for (size_t i = 0; settlement->parts && i < settlement->part_count && !in->failed; i++) {
        struct settlement_part *part = &settlement->parts[i];

        in->failed |= take_array(in, 15) != 15;
        part->from = take_uint(in);
        part->upto = take_uint(in);
        part->sealed = take_bool(in);
        part->nothing = take_bool(in);
        part->revision = (uint32_t)take_uint(in);
        part->content = take_uint(in);
        part->emitted_credit_in = take_bool(in);
        part->fate = take_uint(in) == CREDIT_ORDERED ? CREDIT_ORDERED : CREDIT_FREE;
        part->credit_ordered = take_bool(in);
        part->accepted = (uint32_t)take_uint(in);
        part->post_on = (int32_t)take_int(in);
        part->orders_open = (uint32_t)take_uint(in);
        part->sealed_revision = (uint32_t)take_uint(in);
        part->undone_revision = (uint32_t)take_uint(in);
        part->emitted_unordered = take_bool(in);
    }
}

static void registers_decode(struct reader *in, struct arena *arena, struct settlement *settlement)
{
    settlement->register_count = settlement->register_room = take_array(in, SETTLEMENT_REGISTERS_MAX);
    settlement->registers = arena_array(arena, settlement->register_count, sizeof *settlement->registers);
    for (size_t i = 0; settlement->registers && i < settlement->register_count && !in->failed; i++) {
        in->failed |= take_array(in, 5) != 5;
        settlement->registers[i].reg = arena_copy(arena, take_str(in, 64));
        settlement->registers[i].first = take_uint(in);
        settlement->registers[i].last = take_uint(in);
        settlement->registers[i].last_sale = take_uint(in);
        settlement->registers[i].sold = take_bool(in);
    }
}

enum err settlement_load(struct txn *txn, struct str venue, int32_t day, struct arena *arena, struct settlement *ret_settlement)
{
    struct settlement state = { 0 };
    struct reader in;
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
    reader_init(&in, value);
    if (take_array(&in, 12) != 12 || take_uint(&in) != DAY_FORM)
        return ERR_STORE_DAMAGED;
    state.last_ms = take_int(&in);
    state.last_place = take_uint(&in);
    state.receipts = take_uint(&in);
    state.broken = take_uint(&in);
    state.voids = take_uint(&in);
    state.conflicts = take_uint(&in);
    state.movements = take_uint(&in);
    state.zs = take_uint(&in);
    sums_decode(&in, arena, &state);
    parts_decode(&in, arena, &state);
    registers_decode(&in, arena, &state);
    if (arena_failed(arena))
        return ERR_MEMORY;
    if (reader_done(&in) || state.part_count == 0)
        return ERR_STORE_DAMAGED;
    *ret_settlement = state;
    return ERR_OK;
}

struct settlement_part *settlement_last_part(struct settlement *settlement)
{
    ensure(settlement->part_count > 0);
    return &settlement->parts[settlement->part_count - 1];
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
