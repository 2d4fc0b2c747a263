#include "offer_inside.h"

#include "completeness.h"
#include "voucher.h"
#include "domain/event_canonical.h"

#include <string.h>

/* --- when a day closes, docs/design.md section 4 --- */

enum { AHEAD_MAX_S = 24 * 3600 };

/* Nothing is posted on a day that has not come. Up to a day ahead it goes on by itself when it has come; what was
 * further ahead waits for a person, also after that (docs/rules.md section 8). */
static bool has_not_come(struct offer *offer, struct settlement_part *part)
{
    int32_t on = part->post_on == DAY_ALWAYS ? offer->day : part->post_on;
    int64_t start, end;

    venue_day_span(offer->venue, offer->day, &start, &end);
    part->ahead |= !part->upto && start > offer->now_ms / 1000 + AHEAD_MAX_S;
    if (part->ahead && part->post_on == DAY_ALWAYS)
        return true;
    venue_day_span(offer->venue, on, &start, &end);
    if (offer->now_ms / 1000 >= start)
        return false;
    if (offer->look_at_ms > start * 1000)
        offer->look_at_ms = start * 1000;
    return true;
}

static enum err decide_phase(struct txn *txn, struct offer *offer, const struct settlement *settlement, uint32_t part,
                             enum draft_phase *ret_phase)
{
    const struct venue *venue = offer->venue;
    struct completeness completeness = { .venue = venue, .day = offer->day, .settlement = settlement, .arena = offer->arena };
    int64_t quiet_at = settlement->last_ms + (int64_t)venue->quiet_seconds * 1000, start, end, over_at;
    enum err err = completeness_check(txn, &completeness);

    *ret_phase = DRAFT_OPEN;
    if (err || offer->asks || (offer->day < venue->begins && !settlement->parts[part - 1].upto))
        return err;                      /* before the venue's begin: shown, never posted */
    venue_day_span(venue, offer->day, &start, &end);
    over_at = end * 1000 + (int64_t)venue->quiet_seconds * 1000;
    offer->awaits |= !completeness.gapless || !completeness.zs_there;
    if (settlement->parts[part - 1].upto) {                 /* reversed: it was whole before */
        *ret_phase = DRAFT_CLOSED;
        return ERR_OK;
    }
    if (over_at < quiet_at)
        over_at = quiet_at;
    if ((venue->close == CLOSE_Z_REPORT && completeness.gapless && completeness.zs_there) || settlement->parts[part - 1].ahead)
        over_at = quiet_at;
    if (offer->now_ms >= over_at && offer->caught_up)
        *ret_phase = DRAFT_CLOSED;
    else if (offer->now_ms >= over_at)
        offer->awaits_log = true;
    else if (offer->look_at_ms > over_at)
        offer->look_at_ms = over_at;
    return ERR_OK;
}

/* --- drafts --- */

enum err offer_send(struct offer *offer, struct str doc)
{
    if (offer->send_count == offer->send_room) {
        size_t room = offer->send_room ? offer->send_room * 2 : 16;
        struct str *sends = arena_array(offer->arena, room, sizeof *sends);

        if (!sends)
            return ERR_MEMORY;
        if (offer->send_count)
            memcpy(sends, offer->sends, offer->send_count * sizeof *sends);
        offer->sends = sends;
        offer->send_room = room;
    }
    offer->sends[offer->send_count] = arena_copy(offer->arena, doc);
    return offer->sends[offer->send_count++].bytes ? ERR_OK : ERR_MEMORY;
}

static uint64_t content_of(struct str bytes)
{
    struct event_hash hash;
    uint64_t content;

    event_hash(bytes, &hash);
    memcpy(&content, hash.bytes, sizeof content);
    return content;
}

enum err offer_keep(struct txn *txn, struct draft *draft, uint32_t *revision, uint64_t *content, bool *ret_changed)
{
    char id[DOC_ID_SIZE];
    struct strbuf out;
    uint64_t now;
    enum err err = ERR_OK;

    strbuf_init(&out, DRAFT_BYTES_MAX);
    draft->revision = 0;
    draft_encode(draft, &out);
    now = out.failed ? 0 : content_of(strbuf_str(&out));
    *ret_changed = !out.failed && (*revision == 0 || now != *content);
    if (*ret_changed) {
        strbuf_reset(&out);
        draft->revision = *revision + 1;
        draft_encode(draft, &out);
    }
    if (out.failed)
        err = ERR_MEMORY;
    else if (*ret_changed)
        err = store_put(txn, TABLE_DRAFTS, doc_text(&draft->doc, id), strbuf_str(&out));
    strbuf_free(&out);
    if (!err && *ret_changed) {
        *revision = draft->revision;
        *content = now;
    }
    return err;
}

enum err offer_draft(struct txn *txn, struct str doc, struct str *ret_bytes)
{
    return store_get(txn, TABLE_DRAFTS, doc, ret_bytes);
}

/* Whatever credit adds up to: sales behind it are in the voucher. */
static bool has_credit_in(const struct build *build)
{
    bool ordered;

    return !build_switches(build, &ordered).credit_out;
}

/* Nothing to post and nothing to say: the part is done without anybody's seal. */
static void seal_nothing(struct settlement *settlement, struct settlement_part *part, const struct draft *draft)
{
    part->sealed = part->nothing = true;
    part->credit_ordered = draft->credit_ordered;
    if (draft->credit_ordered)
        part->fate = CREDIT_ORDERED;
    if (part->upto == 0) {
        part->upto = settlement->last_place;
        part->decided = settlement->decided;
        settlement->sum_count = 0;
        settlement->receipts = 0;
    }
}

static enum err offer_voucher(struct offer *offer, const struct build *build, struct settlement *settlement,
                               struct settlement_part *part)
{
    char id[DOC_ID_SIZE];
    struct draft draft;
    bool changed, empty, closed = build->phase == DRAFT_CLOSED;
    uint32_t told = part->revision;
    enum err err = voucher_build(build, &draft);

    if (err)
        return err;
    empty = draft.line_count == 0 && draft.problems.count == 0;
    offer->awaits |= problems_have(&draft.problems, PROBLEM_Z_DIFFERS) ||
                     problems_have(&draft.problems, PROBLEM_GRAND_TOTAL_BROKEN) ||
                     problems_have(&draft.problems, PROBLEM_Z_GAP) || problems_have(&draft.problems, PROBLEM_Z_OVERLAP) ||
                     problems_have(&draft.problems, PROBLEM_CLOCK_JUMP) ||
                     problems_have(&draft.problems, PROBLEM_RECEIPT_CONFLICT);
    offer->contested = problems_have(&draft.problems, PROBLEM_RECEIPT_CONFLICT);
    err = offer_keep(build->txn, &draft, &part->revision, &part->content, &changed);
    if (err)
        return err;
    part->heard = part->heard == offer->asks ? offer->asks : 0;
    if (empty && told == 0) {
        part->heard = offer->asks;
        part->revision = 0;              /* nobody has heard of it, and nobody needs to yet */
        if (closed)
            seal_nothing(settlement, part, &draft);
        return ERR_OK;
    }
    if (closed) {
        offer->final |= changed;
        part->emitted_credit_in |= has_credit_in(build);
        part->emitted_unordered |= !draft.credit_ordered;
    }
    offer->unsealed = true;
    return changed || offer->resend ? offer_send(offer, doc_text(&draft.doc, id)) : ERR_OK;
}

/* --- the day --- */

/* A part of which nothing was ever heard but numbers: there is nothing to build yet. */
static bool has_substance(const struct settlement *settlement, uint32_t number)
{
    const struct settlement_part *part = &settlement->parts[number - 1];
    uint64_t decided = part->upto ? part->decided : settlement->decided;

    return part->control || (part->upto ? part->upto : settlement->last_place) > part->from ||
           decided > settlement_decided_from(settlement, number);
}

/* While the log is read anew (a reload, a restart), what is closed and held for people does not open again. */
static enum err was_closed(const struct build *build, bool *ret_closed)
{
    struct doc doc = { .kind = DOC_VOUCHER, .venue = build->venue->id, .day = build->day, .part = build->part };
    char id[DOC_ID_SIZE];
    struct draft draft;
    struct str bytes;
    enum err err = store_get(build->txn, TABLE_DRAFTS, doc_text(&doc, id), &bytes);

    if (!err)
        err = draft_decode(bytes, build->arena, &draft);
    *ret_closed = !err && draft.phase == DRAFT_CLOSED;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* Is the part over? It is built as closed or open; *ret_stands: as it was last built, until the log has been read to its end. */
static enum err part_decide(struct offer *offer, struct build *build, bool *ret_stands)
{
    struct settlement_part *part = &build->settlement->parts[build->part - 1];
    enum err err;

    offer->contested = false;
    build->not_come = has_not_come(offer, part);
    err = decide_phase(build->txn, offer, build->settlement, build->part, &build->phase);
    return !err && offer->awaits_log && part->revision ? was_closed(build, ret_stands) : err;
}

/* What is to be posted of a part that is not sealed, and may be no more than an open draft. */
static enum err part_offer(struct offer *offer, struct build *build, struct settlement *settlement, bool *ret_stands)
{
    enum err err = part_decide(offer, build, ret_stands);

    if (!err && !*ret_stands)
        err = offer_voucher(offer, build, settlement, &settlement->parts[build->part - 1]);
    if (!*ret_stands)                    /* it was looked at: an older draft's seal says so (seals.c) */
        settlement->watch &= build->part != settlement->part_count;
    return err;
}

/* A part of the day: what was open when the one before it was sealed, and came since. */
static enum err offer_part(struct txn *txn, struct offer *offer, struct settlement *settlement, uint32_t number)
{
    struct settlement_part *part = &settlement->parts[number - 1];
    struct build build = { .txn = txn, .config = offer->config, .venue = offer->venue, .day = offer->day,
                           .settlement = settlement, .part = number, .phase = DRAFT_CLOSED, .arena = offer->arena,
                           .transfer_allowed = offer->transfer_allowed, .asks = offer->asks };
    enum credit_fate before = part->fate;
    bool stands = false;
    enum err err;

    if (!has_substance(settlement, number)) {
        part->heard = part->sealed ? part->heard : offer->asks;      /* nobody has a draft of it: that is the answer */
        return ERR_OK;
    }
    if (part->sealed && part->orders_open == 0)
        return ERR_OK;
    err = build_company(&build);
    if (!err && !part->sealed)
        err = part_offer(offer, &build, settlement, &stands);
    if (!err && !stands)
        err = offer_orders(offer, &build, part);
    if (part->sealed && part->nothing && part->orders_open == 0)
        part->fate = before;             /* no order either: if the part goes on, nothing was decided */
    offer->done &= part->sealed && part->orders_open == 0;
    return err;
}

/* A day that was sent is looked at again when something came that tells about it: a Z report of another day, a receipt
 * in the range of its own. What is found, and was not accepted before, is a part of its own: red until it is accepted. */
static enum err watch_sealed(struct txn *txn, struct offer *offer, struct settlement *settlement)
{
    struct problems *problems = arena_alloc(offer->arena, sizeof *problems);
    struct completeness completeness = { .venue = offer->venue, .day = offer->day, .settlement = settlement,
                                         .arena = offer->arena, .problems = problems };
    const struct settlement_part *last = settlement_last_part(settlement);
    uint32_t decided = 0;
    enum err err;

    if (!problems)
        return ERR_MEMORY;
    if (!last->sealed && (settlement->part_count == 1 || has_substance(settlement, (uint32_t)settlement->part_count)))
        return ERR_OK;                   /* its open part is built anew, if it is not sealed before */
    settlement->watch = false;
    if (offer->day < offer->venue->begins)
        return ERR_OK;
    err = completeness_check(txn, &completeness);
    if (!err)
        err = build_decided(txn, offer->venue->id, offer->day, settlement, offer->arena, &decided);
    for (int code = 0; code < PROBLEM_COUNT; code++)
        if (decided & accept_bit((enum problem_code)code))
            problems_remove(problems, (enum problem_code)code);
    if (err || problems->count == 0)
        return err;
    if (settlement_is_unheard(last))
        return settlement_go_on(txn, offer->venue->id, offer->day, settlement, offer->arena);
    if (last->sealed)
        err = settlement_new_part(settlement, last->upto, offer->arena);
    if (!err)
        settlement_last_part(settlement)->control = true;
    return err;
}

enum err offer_day(struct txn *txn, struct offer *offer)
{
    struct key key;
    struct settlement settlement;
    enum err err = settlement_load(txn, offer->venue->id, offer->day, offer->arena, &settlement);

    offer->done = true;
    offer->awaits = offer->awaits_log = offer->unsealed = offer->final = false;
    offer->look_at_ms = INT64_MAX;
    if (!err && settlement.last_ms > offer->now_ms)
        settlement.last_ms = offer->now_ms;    /* the clock was ahead, and was set right */
    offer->send_count = offer->send_room = 0;
    offer->sends = NULL;
    settlement.asked = offer->asks;
    if (!err && settlement.watch)
        err = watch_sealed(txn, offer, &settlement);
    for (uint32_t part = 1; !err && part <= settlement.part_count; part++)
        err = offer_part(txn, offer, &settlement, part);
    if (!err)
        err = settlement_save(txn, offer->venue->id, offer->day, &settlement);
    if (err || !offer->done)
        return err;
    key_init(&key);
    key_name(&key, offer->venue->id);
    key_day(&key, offer->day);
    err = store_delete(txn, TABLE_DUE, key_str(&key));
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}
