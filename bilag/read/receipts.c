#include "receipts.h"

#include "mapper/tables.h"
#include "mapper/claim.h"
#include "mapper/conflict.h"
#include "mapper/removal.h"
#include "mapper/run.h"
#include "domain/event_canonical.h"

#include <stdlib.h>
#include <string.h>

enum { SALE_BYTES = 16 * 1024 * 1024 };

struct receipts { struct store *store; };

enum err receipts_open(const struct config *config, struct receipts **ret_receipts, struct fault *fault)
{
    struct receipts *receipts = calloc(1, sizeof *receipts);
    struct strbuf folder;
    enum err err;

    if (!receipts)
        return ERR_MEMORY;
    strbuf_init(&folder, 4096);
    strbuf_format(&folder, STR_FMT "/mapper", STR_ARG(config->state_dir));
    err = folder.failed ? ERR_MEMORY : store_open(strbuf_str(&folder), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT,
                                                  STORE_READ_ONLY, &receipts->store, fault);
    strbuf_free(&folder);
    if (err) {
        free(receipts);
        return err;
    }
    *ret_receipts = receipts;
    return ERR_OK;
}

void receipts_close(struct receipts *receipts)
{
    if (!receipts)
        return;
    store_close(receipts->store);
    free(receipts);
}

enum err receipts_shares(const struct event *receipt, const struct venue *venue, const struct draft *draft,
                         struct arena *arena, struct shares *ret_shares)
{
    const struct payment_entry *credit = venue_payment(venue, STR("credit"), draft->doc.day);
    struct switches switches = { venue, draft->doc.day, draft->credit_ordered || (credit && !credit->transfer) };

    return shares_of(receipt, &switches, arena, ret_shares);
}

/* What a person decided about receipts that is in the voucher; what was put back again is gone from it. */
struct out_row { struct effect effect; bool met; };

struct walking {
    struct out_row *rows; size_t row_count, row_room;
    struct arena row_arena;
    const struct venue *venue;
    const struct draft *draft;
    sale_visit visit;
    void *context;
    const enum effect_class *classes; size_t class_count;
    struct arena arena;
    uint64_t seen, trimmed;
    bool shared;                         /* what is walked has shares */
};

static enum err row_seen(struct txn *txn, uint64_t number, const struct effect *effect, void *context)
{
    struct walking *walking = context;

    (void)txn;
    (void)number;
    for (size_t i = 0; i < walking->row_count; i++)
        if (walking->rows[i].effect.by_seq == effect->by_seq && walking->rows[i].effect.negative != effect->negative &&
            str_equal(walking->rows[i].effect.by_reg, effect->by_reg)) {
            walking->rows[i] = walking->rows[--walking->row_count];
            return ERR_OK;
        }
    if (walking->row_count == walking->row_room) {
        size_t room = walking->row_room ? walking->row_room * 2 : 16;
        struct out_row *rows = arena_array(&walking->row_arena, room, sizeof *rows);

        if (!rows)
            return ERR_MEMORY;
        if (walking->row_count)
            memcpy(rows, walking->rows, walking->row_count * sizeof *rows);
        walking->rows = rows;
        walking->row_room = room;
    }
    walking->rows[walking->row_count] = (struct out_row){ *effect, false };
    walking->rows[walking->row_count].effect.reg = arena_copy(&walking->row_arena, effect->reg);
    walking->rows[walking->row_count++].effect.by_reg = arena_copy(&walking->row_arena, effect->by_reg);
    return ERR_OK;
}

static bool is_out(struct walking *walking, const struct effect *effect)
{
    for (size_t i = 0; i < walking->row_count; i++)
        if (walking->rows[i].effect.negative && walking->rows[i].effect.by_seq == effect->by_seq &&
            str_equal(walking->rows[i].effect.by_reg, effect->by_reg))
            return walking->rows[i].met = true;
    return false;
}

static enum err effect_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct walking *walking = context;
    struct event event;
    struct sale sale = { .event = &event, .taken_back = effect->negative, .broken = !walking->shared };
    struct known known;
    enum err err;

    (void)place;
    arena_reset(&walking->arena);
    walking->seen++;
    if (is_out(walking, effect))
        return ERR_OK;
    err = known_event(txn, walking->venue->id, effect->reg, effect->series, effect->seq, &walking->arena, &known, &event);
    if (err == ERR_NOT_FOUND) {
        walking->trimmed++;
        return ERR_OK;
    }
    if (err)
        return err;
    sale.name = receipt_text(&walking->arena, effect->reg, effect->series, effect->seq);
    sale.by = receipt_text(&walking->arena, effect->by_reg, SERIES_RECEIPTS, effect->by_seq);
    if (!sale.broken)
        err = receipts_shares(&event, walking->venue, walking->draft, &walking->arena, &sale.shares);
    sale.broken |= err == ERR_REFUSED;
    return err && err != ERR_REFUSED ? err : walking->visit(&sale, walking->context);
}

/* Those that lie in an earlier part: this one takes them back, or brings them again. */
static enum err others_seen(struct txn *txn, struct walking *walking)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < walking->row_count; i++) {
        struct effect effect = walking->rows[i].effect;
        struct removed meaning;
        struct known known;
        struct event event;

        if (walking->rows[i].met)
            continue;
        err = known_event(txn, walking->venue->id, effect.reg, effect.series, effect.seq, &walking->row_arena, &known, &event);
        if (err)
            return err == ERR_NOT_FOUND ? ERR_OK : err;
        meaning = removal_meaning(&effect, &known, &event);
        effect.negative = meaning.void_ == meaning.back;
        walking->rows[i].effect.negative = false;            /* is_out() must not find it */
        walking->shared = true;
        if (meaning.booked)
            err = effect_seen(txn, 0, &effect, walking);
    }
    return err;
}

static enum err walk_work(struct txn *txn, void *context)
{
    struct walking *walking = context;
    const struct draft *draft = walking->draft;
    bool sales = walking->classes[0] == EFFECT_PLAIN;
    enum err err = ERR_OK;

    walking->row_count = 0;
    if (sales && draft->decided)
        err = effect_walk(txn, walking->venue->id, draft->doc.day, EFFECT_REMOVED, draft->decided_from, draft->decided,
                          row_seen, walking);
    for (size_t i = 0; i < walking->class_count && !err; i++) {
        walking->shared = walking->classes[i] == EFFECT_PLAIN || walking->classes[i] == EFFECT_MIXED;
        err = effect_walk(txn, walking->venue->id, draft->doc.day, walking->classes[i], draft->from, draft->upto,
                          effect_seen, walking);
    }
    return err ? err : others_seen(txn, walking);
}

static enum err walk(struct receipts *receipts, struct walking *walking)
{
    enum err err;

    arena_init(&walking->arena, SALE_BYTES);
    arena_init(&walking->row_arena, SALE_BYTES);
    err = store_read(receipts->store, walk_work, walking);
    arena_free(&walking->arena);
    arena_free(&walking->row_arena);
    return err;
}

enum err receipts_of(struct receipts *receipts, const struct venue *venue, const struct draft *draft, sale_visit visit,
                     void *context, uint64_t *ret_trimmed)
{
    static const enum effect_class classes[] = { EFFECT_PLAIN, EFFECT_MIXED, EFFECT_BROKEN };
    struct walking walking = { .venue = venue, .draft = draft, .visit = visit, .context = context, .classes = classes,
                               .class_count = COUNT(classes) };
    enum err err = walk(receipts, &walking);

    if (!err)                            /* which receipts made up a day is trimmed with them */
        *ret_trimmed = walking.seen ? walking.trimmed : draft->receipts;
    return err;
}

enum err receipts_movements(struct receipts *receipts, const struct venue *venue, const struct draft *draft,
                            sale_visit visit, void *context, uint64_t *ret_trimmed)
{
    static const enum effect_class movements = EFFECT_MOVEMENT;
    struct walking walking = { .venue = venue, .draft = draft, .visit = visit, .context = context,
                               .classes = &movements, .class_count = 1 };
    enum err err = walk(receipts, &walking);

    if (!err)
        *ret_trimmed = walking.trimmed;
    return err;
}

static enum err not_booked_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct walking *walking = context;
    struct event event, identity = { .venue = walking->venue->id, .reg = effect->reg, .series = effect->series,
                                     .seq = effect->seq };
    struct sale sale = { .event = &event, .broken = true };
    struct conflict conflict;
    enum err err = conflict_by_place(txn, &identity, place, &conflict);

    if (err || conflict.state != CONFLICT_NOT_BOOKED || conflict.bytes.len == 0)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    arena_reset(&walking->arena);
    sale.name = receipt_text(&walking->arena, effect->reg, effect->series, effect->seq);
    err = event_decode(conflict.bytes, &walking->arena, &event);
    return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err ? err : walking->visit(&sale, walking->context);
}

static enum err not_booked_work(struct txn *txn, void *context)
{
    struct walking *walking = context;

    return effect_walk(txn, walking->venue->id, walking->draft->doc.day, EFFECT_CONFLICT, walking->draft->from,
                       walking->draft->upto, not_booked_seen, walking);
}

enum err receipts_not_booked(struct receipts *receipts, const struct venue *venue, const struct draft *draft,
                             sale_visit visit, void *context)
{
    struct walking walking = { .venue = venue, .draft = draft, .visit = visit, .context = context };
    enum err err;

    arena_init(&walking.arena, SALE_BYTES);
    err = store_read(receipts->store, not_booked_work, &walking);
    arena_free(&walking.arena);
    return err;
}

struct placing { struct str venue, reg; uint64_t place; placed_visit visit; void *context; struct arena arena; };

static enum err placed_seen(struct placing *placing, uint32_t series, uint64_t seq, struct placed *placed, struct str bytes)
{
    struct event event;
    enum err err;

    if (placed->place < placing->place || bytes.len == 0)
        return ERR_OK;
    arena_reset(&placing->arena);
    err = event_decode(bytes, &placing->arena, &event);
    placed->name = receipt_text(&placing->arena, placing->reg, series, seq);
    placed->event = &event;
    return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err ? err : placing->visit(placed, placing->context);
}

static enum err known_placed(struct txn *txn, struct str key, struct str value, void *context)
{
    struct placing *placing = context;
    struct placed placed = { .contested = false };
    struct known known;
    struct str venue, reg;
    uint32_t series;
    uint64_t seq;
    size_t at = 0;
    enum err err;

    (void)value;
    if (!key_take_name(key, &at, &venue) || !key_take_name(key, &at, &reg) || !key_take_u32(key, &at, &series) ||
        !key_take_u64(key, &at, &seq))
        return ERR_STORE_DAMAGED;
    err = known_get(txn, venue, reg, series, seq, &known);
    placed.day = known.day;
    placed.place = known.place;
    return err ? err : placed_seen(placing, series, seq, &placed, known.bytes);
}

static enum err conflict_placed(struct txn *txn, const struct conflict *conflict, void *context)
{
    struct placed placed = { .day = conflict->day, .place = conflict->place, .contested = true };

    (void)txn;
    return placed_seen(context, conflict->series, conflict->seq, &placed, conflict->bytes);
}

static enum err placing_work(struct txn *txn, void *context)
{
    struct placing *placing = context;
    struct key key;
    enum err err;

    key_init(&key);
    key_name(&key, placing->venue);
    key_name(&key, placing->reg);
    err = store_walk(txn, TABLE_RECEIPTS, key_str(&key), key_str(&key), known_placed, placing);
    return err ? err : conflict_walk_register(txn, placing->venue, placing->reg, conflict_placed, placing);
}

enum err receipts_from(struct receipts *receipts, struct str venue, struct str reg, uint64_t place, placed_visit visit,
                       void *context)
{
    struct placing placing = { .venue = venue, .reg = reg, .place = place, .visit = visit, .context = context };
    enum err err;

    arena_init(&placing.arena, SALE_BYTES);
    err = store_read(receipts->store, placing_work, &placing);
    arena_free(&placing.arena);
    return err;
}

struct finding { struct str venue, reg; uint32_t series; uint64_t seq; struct arena *arena; struct receipt_fate *fate; };

static enum err conflict_seen(struct txn *txn, const struct conflict *conflict, void *context)
{
    struct finding *finding = context;
    struct receipt_fate *fate = finding->fate;
    struct other_content *other = &fate->others[fate->other_count];
    enum err err = ERR_OK;

    (void)txn;
    fate->conflicts += conflict->state == CONFLICT_OPEN;
    if (conflict->bytes.len == 0 || fate->other_count == RECEIPT_OTHERS_MAX)
        return ERR_OK;
    *other = (struct other_content){ .day = conflict->day, .place = conflict->place,
                                     .open = conflict->state == CONFLICT_OPEN };
    err = event_decode(arena_copy(finding->arena, conflict->bytes), finding->arena, &other->event);
    fate->other_count += !err;
    return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
}

static int by_place(const void *a, const void *b)
{
    const struct other_content *x = a, *y = b;

    return x->place < y->place ? -1 : x->place > y->place;
}

static enum err find_work(struct txn *txn, void *context)
{
    struct finding *finding = context;
    struct receipt_fate *fate = finding->fate;
    struct known known;
    struct claim claim;
    struct event identity = { .venue = finding->venue, .reg = finding->reg, .series = finding->series,
                              .seq = finding->seq };
    enum err err = known_get(txn, finding->venue, finding->reg, finding->series, finding->seq, &known);

    if (err == ERR_NOT_FOUND) {          /* trimmed, but what came again under its number is kept */
        err = conflict_walk(txn, &identity, conflict_seen, finding);
        return err ? err : ERR_NOT_FOUND;
    }
    if (err)
        return err;
    err = event_decode(arena_copy(finding->arena, known.bytes), finding->arena, &fate->event);
    if (!err)
        err = run_adopt(txn, &fate->event, finding->reg, known.place, finding->arena);
    fate->day = known.day;
    fate->place = known.place;
    fate->booked = known.booked;
    if (err)
        return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
    err = finding->series == SERIES_RECEIPTS
              ? claim_effective(txn, finding->venue, finding->reg, finding->seq, &claim) : ERR_NOT_FOUND;
    if (!err) {
        fate->voided = true;
        fate->void_name = receipt_text(finding->arena, claim.reg, SERIES_RECEIPTS, claim.seq);
        fate->void_day = claim.day;
    } else if (err != ERR_NOT_FOUND) {
        return err;
    }
    err = removal_stands(txn, finding->venue, finding->reg, finding->series, finding->seq, &fate->out);
    if (err && err != ERR_NOT_FOUND)
        return err;
    err = conflict_walk(txn, &identity, conflict_seen, finding);
    qsort(fate->others, fate->other_count, sizeof *fate->others, by_place);
    return err;
}

enum err receipts_find(struct receipts *receipts, struct str venue, struct str reg, uint32_t series, uint64_t seq,
                       struct arena *arena, struct receipt_fate *ret_fate)
{
    struct finding finding = { venue, reg, series, seq, arena, ret_fate };

    *ret_fate = (struct receipt_fate){ .day = 0 };
    return store_read(receipts->store, find_work, &finding);
}

/* Which of the draft's raw sums went into this line. */
static bool went_into(const struct draft *draft, const struct voucher_line *line, struct str type, int32_t rate)
{
    for (size_t i = 0; i < draft->cell_count; i++) {
        const struct cell *cell = &draft->cells[i];

        if (cell->sold == line->sold && cell->rate == rate && str_equal(cell->type, type))
            return cell->account == line->account && str_equal(cell->vat_code, line->vat_code) &&
                   str_equal(cell->project, line->project) && str_equal(cell->location, line->location);
    }
    return false;
}

enum err sale_amount(const struct sale *sale, const struct draft *draft, const struct voucher_line *line,
                     struct money *ret_amount)
{
    const struct event *event = sale->event;
    struct money sum = { 0 };
    enum err err = ERR_OK;

    for (size_t i = 0; line->sold && !sale->broken && i < event->line_count && !err; i++)
        if (went_into(draft, line, event->lines[i].product_type, event->lines[i].vat))
            err = money_subtract(sum, sale->shares.lines[i], &sum);
    for (size_t i = 0; !line->sold && !sale->broken && i < event->payment_count && !err; i++)
        if (went_into(draft, line, event->payments[i].type, 0))
            err = money_add(sum, sale->shares.payments[i], &sum);
    if (!err && sale->taken_back)
        err = money_negate(sum, &sum);
    if (!err)
        *ret_amount = sum;
    return err;
}
