#include "seals.h"

#include "base/killpoint.h"
#include "order_mark.h"
#include "settlement.h"
#include "tables.h"

static uint32_t later_of(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* A sender has seen higher revisions: this store is an older copy, or a new one. */
static void catch_up(uint32_t known, uint32_t *revision, uint64_t *content)
{
    if (known <= *revision)
        return;
    *revision = known;
    *content = 0;                        /* whatever is built now is a new revision */
}

/* Drafts may have been built after the one that was sealed, so it is that one's revision which tells whether a
 * reversal was heard before. */
static enum err reopen(struct txn *txn, const struct seal *seal, struct settlement *settlement, struct arena *arena)
{
    struct settlement_part *part = &settlement->parts[seal->doc.part - 1];
    bool last = seal->doc.part == settlement->part_count;

    if (part->sealed && seal->revision < part->sealed_revision)
        return ERR_OK;                   /* heard before */
    part->undone_revision = later_of(part->undone_revision, seal->revision);
    catch_up(seal->revision, &part->revision, &part->content);
    if (!part->sealed)
        return ERR_OK;
    part->sealed = part->nothing = part->emitted_credit_in = part->emitted_unordered = false;
    part->content = 0;                   /* whatever is built now is a new revision */
    if (!last)
        return ERR_OK;
    part->upto = 0;
    return settlement_resum(txn, seal->doc.venue, seal->doc.day, settlement, part->from, arena);
}

struct moving { const struct seal *seal; struct settlement *settlement; struct arena *arena; };

/* An order that was offered with the part that has just ended before it belongs to the next one; if it may be on its
 * way, the credit of that part is with the orders, whatever the switches say by now. */
static enum err move_order(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct moving *moving = context;
    struct settlement_part *part = settlement_last_part(moving->settlement);
    struct order_mark mark;
    enum err err = order_mark_get(txn, moving->seal->doc.venue, moving->seal->doc.day, effect->by_reg, effect->by_seq, &mark);

    (void)place;
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    mark.reg = arena_copy(moving->arena, effect->by_reg);        /* the view ends with the next put */
    mark.seq = effect->by_seq;
    mark.part = (uint32_t)moving->settlement->part_count;
    if (mark.released)
        part->fate = CREDIT_ORDERED;
    return arena_failed(moving->arena) ? ERR_MEMORY
                                       : order_mark_put(txn, moving->seal->doc.venue, moving->seal->doc.day, &mark);
}

/* What came after the sealed draft was built is the next part. */
static enum err end_part(struct txn *txn, const struct seal *seal, struct settlement *settlement, struct arena *arena)
{
    enum err err;

    settlement->parts[seal->doc.part - 1].upto = seal->upto;
    settlement->parts[seal->doc.part - 1].decided =
        later(seal->decided, settlement_decided_from(settlement, seal->doc.part));
    settlement->sum_count = 0;
    settlement->receipts = 0;
    if (settlement->last_place <= seal->upto && settlement->decided <= settlement->parts[seal->doc.part - 1].decided)
        return ERR_OK;
    err = settlement_resum(txn, seal->doc.venue, seal->doc.day, settlement, seal->upto, arena);
    if (!err)
        err = settlement_new_part(settlement, seal->upto, arena);
    return err ? err : effect_walk(txn, seal->doc.venue, seal->doc.day, EFFECT_MIXED, seal->upto, UINT64_MAX, move_order,
                                   &(struct moving){ seal, settlement, arena });
}

static enum err seal_part(struct txn *txn, const struct seal *seal, struct settlement *settlement, struct arena *arena)
{
    struct settlement_part *part = &settlement->parts[seal->doc.part - 1];

    if (part->sealed || seal->revision <= part->undone_revision)
        return ERR_OK;                   /* heard before */
    part->sealed = true;
    part->sealed_revision = seal->revision;
    part->sent = !seal->by_hand;
    settlement->watch |= !seal->by_hand || seal->revision < part->revision;  /* what is sent may be an older draft than the
                                                                                last, or another store's: judged once more */
    part->revision = later_of(part->revision, seal->revision);
    part->credit_ordered = seal->credit_ordered;
    if (seal->credit_ordered)
        part->fate = CREDIT_ORDERED;
    return part->upto == 0 ? end_part(txn, seal, settlement, arena) : ERR_OK;
}

struct seal_work { const struct seal *seal; struct arena *arena; };

static enum err seal_voucher(struct txn *txn, void *context)
{
    struct seal_work *work = context;
    const struct seal *seal = work->seal;
    struct settlement settlement;
    struct settlement_part *part;
    enum err err;

    arena_reset(work->arena);
    err = settlement_load(txn, seal->doc.venue, seal->doc.day, work->arena, &settlement);
    if (err || seal->doc.part > settlement.part_count)
        return err;
    part = &settlement.parts[seal->doc.part - 1];
    if (seal->behind && !part->sealed) {
        catch_up(seal->revision, &part->revision, &part->content);
        part->heard = seal->heard ? seal->heard : part->heard;       /* an older answer, come late, takes none back */
    } else if (!seal->behind) {
        err = seal->reversed ? reopen(txn, seal, &settlement, work->arena) : seal_part(txn, seal, &settlement, work->arena);
    }
    if (!err)
        err = settlement_save(txn, seal->doc.venue, seal->doc.day, &settlement);
    KILLPOINT("mapper.before-seal-commit");
    return err ? err : due_put(txn, seal->doc.venue, seal->doc.day);
}

/* What PowerOffice refused, a person sends again: it is built anew at the next look. */
static enum err reopen_order(struct txn *txn, const struct seal *seal, struct order_mark *mark, struct arena *arena)
{
    struct settlement settlement;
    enum err err;

    catch_up(seal->revision, &mark->revision, &mark->content);
    mark->undone = later_of(mark->undone, seal->revision);
    if (!mark->sealed)
        return order_mark_put(txn, seal->doc.venue, seal->doc.day, mark);
    mark->sealed = false;
    mark->content = 0;
    arena_reset(arena);
    err = settlement_load(txn, seal->doc.venue, seal->doc.day, arena, &settlement);
    if (err || mark->part == 0 || mark->part > settlement.part_count)
        return err;
    settlement.parts[mark->part - 1].orders_open++;         /* counted at the next look */
    err = settlement_save(txn, seal->doc.venue, seal->doc.day, &settlement);
    return err ? err : order_mark_put(txn, seal->doc.venue, seal->doc.day, mark);
}

/* An order has a place in the log; the draft that takes it back has none, and its seal says only that the invoicer
 * has nothing of it (any more). */
static enum err seal_order(struct txn *txn, void *context)
{
    struct seal_work *work = context;
    const struct seal *seal = work->seal;
    struct order_mark mark;
    enum err err = order_mark_get(txn, seal->doc.venue, seal->doc.day, seal->doc.reg, seal->doc.seq, &mark);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    mark.reg = seal->doc.reg;
    if (seal->reversed) {
        err = reopen_order(txn, seal, &mark, work->arena);
        return err ? err : due_put(txn, seal->doc.venue, seal->doc.day);
    }
    if (mark.sealed || (!seal->behind && seal->revision <= mark.undone))
        return ERR_OK;                   /* heard before */
    if (seal->behind) {
        catch_up(seal->revision, &mark.revision, &mark.content);
        mark.heard = seal->heard ? seal->heard : mark.heard;
    } else if (seal->upto)
        mark.sealed = mark.released = true;
    else if (seal->revision == mark.empty && mark.empty == mark.revision)
        mark.withdrawn = true;
    else
        return ERR_OK;                   /* taken back before it became an order again */
    err = order_mark_put(txn, seal->doc.venue, seal->doc.day, &mark);
    return err ? err : due_put(txn, seal->doc.venue, seal->doc.day);
}

enum err seals_apply(struct store *store, const struct seal *seal, struct arena *arena)
{
    struct seal_work work = { seal, arena };
    enum err err = store_write(store, seal->doc.kind == DOC_ORDER ? seal_order : seal_voucher, &work);

    KILLPOINT("mapper.after-seal-commit");
    return err;
}
