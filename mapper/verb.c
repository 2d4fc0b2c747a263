#include "verb.h"

#include "choice.h"
#include "conflict.h"
#include "removal.h"
#include "domain/register.h"
#include "refold.h"
#include "settlement.h"
#include "tables.h"

#include <string.h>

static enum err change_part(struct txn *txn, struct verb_work *work, const struct doc *doc,
                            bool (*change)(struct settlement_part *part, const struct decision *decision))
{
    struct settlement settlement;
    enum err err = settlement_load(txn, doc->venue, doc->day, work->arena, &settlement);

    if (err || settlement.last_place == 0 || doc->part > settlement.part_count || settlement.parts[doc->part - 1].sealed ||
        !change(&settlement.parts[doc->part - 1], work->decision))
        return err;
    work->venue = doc->venue;
    work->day = doc->day;
    err = settlement_save(txn, doc->venue, doc->day, &settlement);
    return err ? err : due_put(txn, doc->venue, doc->day);
}

static bool post_on(struct settlement_part *part, const struct decision *decision)
{
    int32_t day;

    if (day_parse(decision->detail, &day))
        return false;
    part->post_on = day;
    return true;
}

/* Of a part whose draft PowerOffice refused: it is sealed until the sender, who hears the same, has it built again, and what is
 * built then goes on that day. With another revision on its way the person saw something else. resend: the decision that said so;
 * back: it is taken back. */
static enum err decide_refused_part(struct txn *txn, struct verb_work *work, const struct decision *resend, bool back)
{
    struct settlement settlement;
    struct settlement_part *part;
    uint32_t revision;
    struct doc doc;
    int32_t day;
    enum err err;

    if (doc_parse(work->decision->subject, &doc) || doc.kind != DOC_VOUCHER ||
        venue_partition(doc.venue, work->config->partitions) != work->partition ||
        !decision_resends_on(resend, &day, &revision))
        return ERR_OK;
    err = settlement_load(txn, doc.venue, doc.day, work->arena, &settlement);
    if (err || settlement.last_place == 0 || doc.part > settlement.part_count)
        return err;
    part = &settlement.parts[doc.part - 1];
    if (part->nothing || (part->sealed && part->sealed_revision != revision))
        return ERR_OK;
    part->post_on = back ? DAY_ALWAYS : day;
    work->venue = doc.venue;
    work->day = doc.day;
    err = settlement_save(txn, doc.venue, doc.day, &settlement);
    return err ? err : due_put(txn, doc.venue, doc.day);
}

static enum err decide_resend_on(struct txn *txn, struct verb_work *work)
{
    return decide_refused_part(txn, work, work->decision, false);
}

static enum err decide_part(struct txn *txn, struct verb_work *work,
                            bool (*change)(struct settlement_part *part, const struct decision *decision))
{
    struct doc doc;

    if (doc_parse(work->decision->subject, &doc) || doc.kind != DOC_VOUCHER ||
        venue_partition(doc.venue, work->config->partitions) != work->partition)
        return ERR_OK;
    return change_part(txn, work, &doc, change);
}

static bool accept(uint32_t *accepted, const struct decision *decision)
{
    enum problem_code code;

    if (!problem_code_parse(decision->detail, &code) || accept_bit(code) == 0)
        return false;
    *accepted |= accept_bit(code);
    return true;
}

static bool undo_accept(uint32_t *accepted, const struct decision *decision)
{
    enum problem_code code;
    struct str detail;
    uint64_t number;

    if (!decision_undoes(decision, &number, &detail) || !problem_code_parse(detail, &code))
        return false;
    *accepted &= ~accept_bit(code);
    return true;
}

static bool undo_post_on(struct settlement_part *part, const struct decision *decision)
{
    (void)decision;
    part->post_on = DAY_ALWAYS;
    return true;
}

/* Of a part that has ended as well, and in a store that was made again also of one that is not there yet: what is accepted
 * for a day is not found again (offer.c), and what is not any more is looked for, and is red again. */
static enum err decide_acceptance(struct txn *txn, struct verb_work *work,
                                  bool (*change)(uint32_t *accepted, const struct decision *decision), bool watch)
{
    struct settlement settlement;
    struct doc doc;
    enum err err;

    if (doc_parse(work->decision->subject, &doc) || doc.kind != DOC_VOUCHER ||
        venue_partition(doc.venue, work->config->partitions) != work->partition)
        return ERR_OK;
    err = settlement_load(txn, doc.venue, doc.day, work->arena, &settlement);
    if (err || settlement.last_place == 0)
        return err;
    if (!change(doc.part <= settlement.part_count ? &settlement.parts[doc.part - 1].accepted : &settlement.accepted,
                work->decision))
        return ERR_OK;
    settlement.watch |= watch;
    work->venue = doc.venue;
    work->day = doc.day;
    err = settlement_save(txn, doc.venue, doc.day, &settlement);
    return err ? err : due_put(txn, doc.venue, doc.day);
}

static enum err decide_undo_accept(struct txn *txn, struct verb_work *work)
{
    return decide_acceptance(txn, work, undo_accept, true);
}

static enum err decide_accept(struct txn *txn, struct verb_work *work)
{
    return decide_acceptance(txn, work, accept, false);
}

static enum err decide_undo_post_on(struct txn *txn, struct verb_work *work)
{
    return decide_part(txn, work, undo_post_on);
}

/* Also of the part that is sealed with what was refused, and not built again yet; not with what was built for that day. */
static enum err decide_undo_resend_on(struct txn *txn, struct verb_work *work)
{
    struct decision former = { .verb = STR("resend-on") };
    uint64_t number;

    if (!decision_undoes(work->decision, &number, &former.detail))
        return ERR_OK;
    return decide_refused_part(txn, work, &former, true);
}

static enum err decide_post_on(struct txn *txn, struct verb_work *work)
{
    return decide_part(txn, work, post_on);
}

enum { CONFLICTS_MAX = 65536 };
struct settling { struct conflict *at; size_t count, room; struct arena *arena; uint64_t decided; };

static enum err conflict_seen(struct txn *txn, const struct conflict *conflict, void *context)
{
    struct settling *settling = context;

    (void)txn;
    if (conflict->state != CONFLICT_OPEN)
        return ERR_OK;                   /* settled before */
    if (settling->count == CONFLICTS_MAX)
        return ERR_STOP;                 /* once more settles the rest */
    if (settling->count == settling->room) {
        size_t room = settling->room ? settling->room * 2 : 16;
        struct conflict *at = arena_array(settling->arena, room, sizeof *at);

        if (!at)
            return ERR_MEMORY;
        if (settling->count)
            memcpy(at, settling->at, settling->count * sizeof *at);
        settling->at = at;
        settling->room = room;
    }
    settling->at[settling->count] = *conflict;
    settling->at[settling->count].bytes = arena_copy(settling->arena, conflict->bytes);
    settling->at[settling->count].decided = settling->decided;
    settling->at[settling->count++].state = CONFLICT_NOT_BOOKED;
    return ERR_OK;
}

/* subject "oslo-grill/K1/12": the first content of that receipt stands, the others are not booked. */
static enum err decide_dismiss(struct txn *txn, struct verb_work *work)
{
    struct settling settling = { .arena = work->arena, .decided = work->decision->number };
    struct receipt_name name;
    struct event identity;
    enum err err = receipt_parse(work->decision->subject, work->arena, &name);

    if (err || venue_partition(name.venue, work->config->partitions) != work->partition)
        return err == ERR_MEMORY ? err : ERR_OK;
    identity = (struct event){ .venue = name.venue, .reg = name.reg, .series = name.series, .seq = name.seq };
    err = conflict_walk(txn, &identity, conflict_seen, &settling);
    for (size_t i = 0; !err && i < settling.count; i++) {
        struct known known = { .day = settling.at[i].day };

        if (settling.at[i].place == 0)   /* of an older program: on the first one's day */
            err = known_get(txn, name.venue, name.reg, name.series, name.seq, &known);
        if (!err)
            err = conflict_put(txn, &identity, &settling.at[i]);
        if (!err)
            err = due_put(txn, name.venue, known.day);
        work->venue = name.venue;
        work->day = i && work->day != known.day ? DAY_ALWAYS : known.day;
    }
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static bool place_of(struct str text, uint64_t *ret_place)
{
    uint64_t place = 0;

    if (text.len == 0 || text.len > 18)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return false;
        place = place * 10 + (uint64_t)(text.bytes[i] - '0');
    }
    *ret_place = place;
    return place > 0;
}

/* The first content of this number that nobody has decided about. */
static enum err first_seen(struct txn *txn, const struct conflict *conflict, void *context)
{
    uint64_t *place = context;

    (void)txn;
    if (conflict->state == CONFLICT_OPEN && conflict->place && (*place == 0 || conflict->place < *place))
        *place = conflict->place;
    return ERR_OK;
}

/* subject: the receipt whose number came again; detail: the place in the log from which on the register counts anew, so
 * that a store made again from the log divides its numbers alike. */
static enum err decide_restarted(struct txn *txn, struct verb_work *work)
{
    struct fold fold = { .config = work->config, .arena = work->arena, .partition = work->partition };
    struct receipt_name name;
    struct event identity;
    uint64_t place = 0;
    enum err err = receipt_parse(work->decision->subject, work->arena, &name);

    if (err || venue_partition(name.venue, work->config->partitions) != work->partition)
        return err == ERR_MEMORY ? err : ERR_OK;
    identity = (struct event){ .venue = name.venue, .reg = name.reg, .series = name.series, .seq = name.seq };
    if (!place_of(work->decision->detail, &place))
        err = conflict_walk(txn, &identity, first_seen, &place);
    if (err || place == 0)
        return err;
    err = refold_restarted(txn, &fold, name.venue, register_base(name.reg), place);
    if (err == ERR_EXISTS || err == ERR_RANGE || err == ERR_NOT_FOUND || err == ERR_TOO_LONG)
        return ERR_OK;
    work->venue = name.venue;
    work->day = DAY_ALWAYS;
    return err;
}

/* subject: a receipt; detail: the place of the content that is right, or empty: of the one that is booked. What something
 * sent relies on is not changed: its voucher is reversed first. */
static enum err decide_choose(struct txn *txn, struct verb_work *work)
{
    struct fold fold = { .config = work->config, .arena = work->arena, .partition = work->partition };
    struct receipt_name name;
    struct event identity;
    uint64_t place;
    enum err err = receipt_parse(work->decision->subject, work->arena, &name);

    if (err || venue_partition(name.venue, work->config->partitions) != work->partition)
        return err == ERR_MEMORY ? err : ERR_OK;
    if (!place_of(work->decision->detail, &place))
        return decide_dismiss(txn, work);
    identity = (struct event){ .venue = name.venue, .reg = name.reg, .series = name.series, .seq = name.seq };
    err = choice_take(txn, &fold, &identity, place, work->decision->number);
    if (err == ERR_REFUSED || err == ERR_NOT_FOUND)
        return ERR_OK;
    work->venue = name.venue;
    work->day = DAY_ALWAYS;
    return err;
}

static enum err decide_undo_restarted(struct txn *txn, struct verb_work *work)
{
    struct fold fold = { .config = work->config, .arena = work->arena, .partition = work->partition };
    struct receipt_name name;
    struct str detail;
    uint64_t number, place;
    enum err err = receipt_parse(work->decision->subject, work->arena, &name);

    if (err || venue_partition(name.venue, work->config->partitions) != work->partition ||
        !decision_undoes(work->decision, &number, &detail) || !place_of(detail, &place))
        return err == ERR_MEMORY ? err : ERR_OK;
    err = refold_not_restarted(txn, &fold, name.venue, register_base(name.reg), place);
    if (err == ERR_NOT_FOUND || err == ERR_REFUSED || err == ERR_TOO_LONG)
        return ERR_OK;
    work->venue = name.venue;
    work->day = DAY_ALWAYS;
    return err;
}

static enum err decide_undo_choose(struct txn *txn, struct verb_work *work)
{
    struct fold fold = { .config = work->config, .arena = work->arena, .partition = work->partition };
    struct receipt_name name;
    struct event identity;
    struct str detail;
    uint64_t number;
    enum err err = receipt_parse(work->decision->subject, work->arena, &name);

    if (err || venue_partition(name.venue, work->config->partitions) != work->partition ||
        !decision_undoes(work->decision, &number, &detail))
        return err == ERR_MEMORY ? err : ERR_OK;
    identity = (struct event){ .venue = name.venue, .reg = name.reg, .series = name.series, .seq = name.seq };
    err = choice_take_back(txn, &fold, &identity, number);
    if (err == ERR_REFUSED || err == ERR_NOT_FOUND)
        return ERR_OK;
    work->venue = name.venue;
    work->day = DAY_ALWAYS;
    return err;
}

struct invoicing { struct verb_work *work; struct str venue; int32_t from; int32_t *days; size_t count, room; };

static enum err day_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct invoicing *invoicing = context;
    struct arena *arena = invoicing->work->arena;
    size_t at = invoicing->venue.len + 1;
    int32_t day;

    (void)txn;
    (void)value;
    if (!key_take_day(key, &at, &day))
        return ERR_STORE_DAMAGED;
    if (day < invoicing->from)
        return ERR_OK;
    if (invoicing->count == invoicing->room) {
        size_t room = invoicing->room ? invoicing->room * 2 : 64;
        int32_t *days = arena_array(arena, room, sizeof *days);

        if (!days)
            return ERR_MEMORY;
        if (invoicing->count)
            memcpy(days, invoicing->days, invoicing->count * sizeof *days);
        invoicing->days = days;
        invoicing->room = room;
    }
    invoicing->days[invoicing->count++] = day;
    return ERR_OK;
}

/* The voucher's draft as kept for people: its credit is no longer under manual but with the orders. */
static enum err credit_to_orders(struct txn *txn, struct verb_work *work, const struct doc *doc)
{
    char id[DOC_ID_SIZE];
    struct str name = doc_text(doc, id), bytes;
    struct strbuf out;
    struct draft draft;
    size_t kept = 0;
    enum err err = store_get(txn, TABLE_DRAFTS, name, &bytes);

    if (!err)
        err = draft_decode(bytes, work->arena, &draft);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    for (size_t i = 0; i < draft.manual_count; i++) {
        const struct manual_item *item = &draft.manual[i];

        if (item->movement || item->left || !str_equal(item->what, STR("credit"))) {
            draft.manual[kept++] = *item;
        } else {
            draft.manual_total.ore -= item->amount.ore;
            draft.orders_total.ore += item->amount.ore;
        }
    }
    draft.manual_count = kept;
    draft.credit_ordered = true;
    strbuf_init(&out, DRAFT_BYTES_MAX);
    draft_encode(&draft, &out);
    err = out.failed ? ERR_MEMORY : store_put(txn, TABLE_DRAFTS, name, strbuf_str(&out));
    strbuf_free(&out);
    return err;
}

/* Credit that was listed under manual becomes orders; what stood in a voucher never does. */
static enum err invoice_day(struct txn *txn, struct verb_work *work, struct str venue, int32_t day)
{
    struct settlement settlement;
    bool changed = false;
    enum err err = settlement_load(txn, venue, day, work->arena, &settlement);

    for (size_t i = 0; !err && i < settlement.part_count; i++) {
        struct settlement_part *part = &settlement.parts[i];

        if (!part->sealed || part->credit_ordered || part->emitted_credit_in)
            continue;
        part->credit_ordered = changed = true;
        part->fate = CREDIT_ORDERED;
        part->orders_open = 1;           /* counted at the next look */
        err = credit_to_orders(txn, work, &(struct doc){ .kind = DOC_VOUCHER, .venue = venue, .day = day,
                                                         .part = (uint32_t)i + 1 });
    }
    if (!err && changed)
        err = settlement_save(txn, venue, day, &settlement);
    return err || !changed ? err : due_put(txn, venue, day);
}

/* subject: venue; detail: the first business day. */
static enum err decide_invoice_from(struct txn *txn, struct verb_work *work)
{
    struct invoicing invoicing = { .work = work, .venue = work->decision->subject };
    struct key key;
    enum err err;

    if (!str_is_name(invoicing.venue) || day_parse(work->decision->detail, &invoicing.from) ||
        venue_partition(invoicing.venue, work->config->partitions) != work->partition)
        return ERR_OK;
    key_init(&key);
    key_name(&key, invoicing.venue);
    err = store_walk(txn, TABLE_DAYS, key_str(&key), key_str(&key), day_seen, &invoicing);
    for (size_t i = 0; !err && i < invoicing.count; i++)
        err = invoice_day(txn, work, invoicing.venue, invoicing.days[i]);
    work->venue = invoicing.venue;
    work->day = DAY_ALWAYS;
    return err;
}

/* "-12500": øre. Anything else: not said. */
static bool amount_of(struct str text, struct money *ret_amount)
{
    bool negative = text.len > 1 && *text.bytes == '-';
    int64_t ore = 0;

    for (size_t i = negative; i < text.len; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9' || ore > MONEY_INPUT_MAX)
            return false;
        ore = ore * 10 + (text.bytes[i] - '0');
    }
    ret_amount->ore = negative ? -ore : ore;
    return text.len > 0 && ore <= MONEY_INPUT_MAX;
}

/* subject "oslo-grill/K1/12". */
static enum err change_day(struct txn *txn, struct verb_work *work, struct removal *removal, uint64_t before)
{
    struct settlement settlement;
    bool done = false;
    int32_t day;
    enum err err = receipt_parse(work->decision->subject, work->arena, &removal->name);

    if (err || venue_partition(removal->name.venue, work->config->partitions) != work->partition)
        return err == ERR_MEMORY ? err : ERR_OK;
    removal->number = work->decision->number;
    err = removal_day(txn, removal, &day);
    if (!err)
        err = settlement_load(txn, removal->name.venue, day, work->arena, &settlement);
    if (!err)
        err = before ? removal_put_back(txn, removal, before, &settlement, work->arena, &done)
                     : removal_take_out(txn, removal, &settlement, work->arena, &done);
    if (err || !done)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    work->venue = removal->name.venue;
    work->day = day;
    err = settlement_save(txn, work->venue, day, &settlement);
    return err ? err : due_put(txn, work->venue, day);
}

/* detail: what it comes to in øre, where the receipt does not tell. */
static enum err decide_leave_out(struct txn *txn, struct verb_work *work)
{
    struct removal removal = { .words = { .reason = work->decision->reason } };

    removal.words.has_amount = amount_of(work->decision->detail, &removal.words.amount);
    return change_day(txn, work, &removal, 0);
}

static enum err decide_undo_leave_out(struct txn *txn, struct verb_work *work)
{
    struct removal removal = { .words = { .reason = work->decision->reason } };
    struct str detail;
    uint64_t before;

    if (!decision_undoes(work->decision, &before, &detail))
        return ERR_OK;
    removal.words.has_amount = amount_of(detail, &removal.words.amount);
    return change_day(txn, work, &removal, before);
}

/* What moves money that may be sent is judged only when all seals are heard. */
static const struct verb verbs[] = {
    { "accept", decide_accept, false },
    { "post-on", decide_post_on, false },
    { "resend-on", decide_resend_on, false },
    { "undo-accept", decide_undo_accept, false },
    { "undo-post-on", decide_undo_post_on, false },
    { "undo-resend-on", decide_undo_resend_on, false },
    { "dismiss", decide_dismiss, false },
    { "choose", decide_choose, true },
    { "restarted", decide_restarted, true },
    { "undo-choose", decide_undo_choose, true },
    { "undo-dismiss", decide_undo_choose, true },
    { "undo-restarted", decide_undo_restarted, true },
    { "invoice-from", decide_invoice_from, true },
    { "leave-out", decide_leave_out, true },
    { "undo-leave-out", decide_undo_leave_out, true },
};

const struct verb *verb_of(const struct decision *decision)
{
    for (size_t i = 0; i < COUNT(verbs); i++)
        if (str_equal(str_of(verbs[i].name), decision->verb))
            return &verbs[i];
    return NULL;
}
