/* inbox.c - verdicts: kept, queued, or answered with the seal that stands. Many share one commit. */
#include "sender_inside.h"

#include "base/log.h"

#include <inttypes.h>
#include <string.h>

/* What a flush does besides the store: told and looked at only once it is committed. */
struct effects {
    struct sender *sender;
    size_t seen_count, told;
    struct { char doc[DOC_ID_SIZE]; struct record record; bool reversed, behind; uint64_t heard; } tell[INBOX_MAX];
    struct {
        size_t turn;
        unsigned mend;
        bool changed, say;                /* say: it is final, and stands otherwise than before */
        uint32_t revision;
        enum doc_state state;
        char doc[DOC_ID_SIZE], codes[PROBLEM_CODES_SIZE];
    } seen[INBOX_MAX];
};

enum err inbox_take(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    struct sender *sender = state;
    struct verdict verdict;
    struct str message = frames->part[0];

    (void)stage;
    (void)link;
    if (frames->count != 1 || message.len > INBOX_BYTES_MAX || verdict_decode(message, &verdict))
        return ERR_FORMAT;
    if (sender->inbox.count == INBOX_MAX || sender->inbox.bytes.len + message.len > INBOX_BYTES_MAX) {
        enum err err = inbox_flush(sender);

        if (err)
            return err == ERR_STORE_FULL ? ERR_OK : err;     /* said in sender_turn(); all of these come again */
    }
    strbuf_add(&sender->inbox.bytes, message);
    if (sender->inbox.bytes.failed) {
        strbuf_reset(&sender->inbox.bytes);
        sender->inbox.count = 0;
        return ERR_OK;                    /* lost: the mapper sends its drafts again */
    }
    sender->inbox.ends[sender->inbox.count++] = sender->inbox.bytes.len;
    return ERR_OK;
}

/* While a decision asks, what was held with problems stays red: it is open for a moment only. */
static enum doc_step event_of(const struct draft *draft, const struct verdict *verdict, const struct record *now)
{
    bool asks = draft->asks && now->state == DOC_HELD && verdict->problems.count;

    if (draft->phase == DRAFT_OPEN && !asks)
        return STEP_PREVIEW;
    if (verdict->problems.count)
        return STEP_PROBLEMS;
    if (!draft->line_count && !draft->order_line_count)
        return STEP_PREVIEW;             /* a day with no lines has no voucher (docs/rules.md section 3) */
    return draft->automatic || now->transfer ? STEP_READY_AUTO : STEP_READY;
}

/* A round ends: what stood in PowerOffice is undone, or was never there. */
static enum err next_round(struct txn *txn, struct str doc, struct record *now, int64_t now_ms)
{
    bool resent = now->state == DOC_FAILED || (now->state == DOC_REVERSED && now->transfer);
    enum err err = docs_note(txn, doc, now, now_ms, STR("round-ended"), now->id, true);

    now->sealed = now->has_total = now->credit_ordered = now->asked = false;
    now->invoice_day = 0;
    now->pdf = PDF_NONE;
    now->transfer = resent;
    now->id = now->body = now->words = now->accepted = now->books = STR_NONE;
    now->number = now->sealed_ms = now->sent_ms = now->invoice_no = 0;
    now->upto = now->decided = 0;
    now->attempts = now->lookups = now->refusals = now->asks = 0;
    now->round++;
    return err;
}

static enum err take_draft(struct record *now, const struct draft *draft, const struct verdict *verdict,
                           struct arena *arena)
{
    now->venue = draft->doc.venue;
    now->client_id = draft->client_id;
    now->company = draft->company;
    now->day = draft->doc.day;
    now->revision = draft->revision;
    now->draft = verdict->draft_bytes;
    now->automatic = draft->automatic;
    now->problems = STR_NONE;
    return verdict->problems.count ? record_set_problems(now, arena, &verdict->problems) : ERR_OK;
}

/* What the mapper is to be told: a seal, a reversal, or that it is behind. */
static void answer(struct effects *effects, struct str doc, const struct record *record, bool behind)
{
    if (effects->told == INBOX_MAX || !str_copy(doc, effects->tell[effects->told].doc, DOC_ID_SIZE))
        return;
    effects->tell[effects->told].record = (struct record){ .revision = record->revision, .upto = record->upto,
                                                           .decided = record->decided,
                                                           .credit_ordered = record->credit_ordered,
                                                           .day = record->day };
    effects->tell[effects->told].behind = behind;
    effects->tell[effects->told].heard = 0;
    effects->tell[effects->told++].reversed = record->work == WORK_TELL;
}

/* A higher revision is known, or this one that asked is taken. The day is the draft's: an order's number may come again with
 * a content of another day, and be the one that is right. */
static void answer_behind(struct effects *effects, struct str doc, const struct draft *draft, const struct record *known)
{
    struct record told = *known;

    told.day = draft->doc.day;
    answer(effects, doc, &told, true);
}

/* A decision waits until it is known that nothing is sealed, and that no older draft will be. */
static void answer_asked(struct effects *effects, struct str doc, const struct draft *draft, const struct record *now)
{
    size_t told = effects->told;

    if (!draft->asks || draft->phase != DRAFT_OPEN)
        return;
    answer_behind(effects, doc, draft, now);
    if (effects->told > told)
        effects->tell[told].heard = draft->asks;
}

static bool is_nothing(const struct draft *draft, const struct verdict *verdict)
{
    return draft->phase == DRAFT_CLOSED && !draft->line_count && !draft->order_line_count && !verdict->problems.count;
}

/* A closed draft without lines and problems: there is nothing to send, and the mapper needs not offer it again.
 * The record stays, so that an older draft that comes late does not bring it back. A voucher's part ends with
 * this, so it is sealed like any other; an order that was taken back may become one again. */
static void take_nothing(struct effects *effects, struct str doc, const struct draft *draft, struct record *now,
                         int64_t now_ms)
{
    struct record nothing = { .revision = draft->revision, .upto = draft->upto, .decided = draft->decided,
                              .day = draft->doc.day, .credit_ordered = draft->credit_ordered };

    answer(effects, doc, &nothing, false);
    if (draft->doc.kind == DOC_ORDER || now->sealed)
        return;
    now->sealed = true;
    now->sealed_ms = now_ms;
    now->upto = draft->upto;
    now->decided = draft->decided;
    now->credit_ordered = draft->credit_ordered;
}

static void note_venue(struct effects *effects, struct str id, const struct problems *problems)
{
    const struct config *config = stage_config(effects->sender->stage);
    const struct venue *venue = config_venue(config, id);

    effects->seen[effects->seen_count].turn = venue ? (size_t)(venue - config->venues) : SIZE_MAX;
    effects->seen[effects->seen_count].mend = refreader_bits_of(problems);
    effects->seen[effects->seen_count].say = false;
    effects->seen[effects->seen_count++].changed = false;
}

static void note_state(struct effects *effects, struct str doc, const struct record *now, const struct problems *problems)
{
    size_t last = effects->seen_count - 1;

    effects->seen[last].say = str_copy(doc, effects->seen[last].doc, DOC_ID_SIZE);
    effects->seen[last].state = now->state;
    effects->seen[last].revision = now->revision;
    (void)problems_codes(problems, effects->seen[last].codes);
}

static bool nothing_new(const struct record *was, const struct record *now)
{
    return !was->sealed && !now->sealed && was->revision == now->revision && str_equal(was->draft, now->draft) &&
           str_equal(was->problems, now->problems);
}

/* What PowerOffice refused is judged anew when its books were read again. If they say why, it is built again, and held
 * with its own problem until that is mended; what they do not explain stays refused until a person acts. */
static bool explains(const struct record *was, const struct draft *draft, const struct verdict *verdict)
{
    return was->state == DOC_FAILED && was->work == WORK_NONE && !was->id.len && draft->revision == was->revision &&
           refreader_bits_of(&verdict->problems);
}

static enum err take_explanation(struct txn *txn, struct effects *effects, struct str doc, const struct record *was,
                                 const struct verdict *verdict)
{
    struct sender *sender = effects->sender;
    int64_t now_ms = stage_now_ms(sender->stage);
    struct record now = *was;
    enum err err = record_set_problems(&now, &sender->arena, &verdict->problems);

    if (!err)
        err = record_move(&now, STEP_RESEND, now_ms);
    if (err)
        return err;
    now.next_ms = now_ms;
    now.attempts = 0;
    err = docs_note(txn, doc, &now, now_ms, STR("explained"), STR_NONE, false);
    if (!err)
        err = docs_save(txn, doc, was, &now);
    answer(effects, doc, &now, false);
    return err;
}

/* What is known of the document already stands: the draft changes nothing, and the mapper is answered. */
static bool is_past(struct txn *txn, struct effects *effects, struct str doc, const struct record *was,
                    const struct draft *draft, const struct verdict *verdict, enum err *ret_err)
{
    if (explains(was, draft, verdict))
        *ret_err = take_explanation(txn, effects, doc, was, verdict);
    else if (!record_open_for(was, draft->revision) || (was->sealed && draft->undone < was->revision))
        answer(effects, doc, was, false);
    else if (draft->revision < was->revision)
        answer_behind(effects, doc, draft, was);
    else
        return false;
    return true;
}

static void inbox_move(struct record *now, const struct draft *draft, const struct verdict *verdict, int64_t now_ms)
{
    enum err err = record_move(now, event_of(draft, verdict, now), now_ms);

    ensure(err == ERR_OK);
    now->next_ms = 0;
    if (draft->phase == DRAFT_CLOSED && !now->closed_ms)
        now->closed_ms = now_ms;
}

static enum err inbox_apply(struct txn *txn, struct effects *effects, struct verdict *verdict)
{
    struct sender *sender = effects->sender;
    int64_t now_ms = stage_now_ms(sender->stage);
    char id[DOC_ID_SIZE];
    struct draft draft;
    struct record was, now = { .state = DOC_OPEN, .first_ms = now_ms, .since_ms = now_ms, .round = 1 };
    struct str doc;
    enum err err = draft_decode(verdict->draft_bytes, &sender->arena, &draft);
    bool known;

    if (err || draft.doc.kind != sender->ops->kind)
        return err == ERR_MEMORY ? err : ERR_OK;             /* malformed: dropped, as all such messages are */
    note_venue(effects, draft.doc.venue, &verdict->problems);
    doc = doc_text(&draft.doc, id);
    err = docs_load(txn, doc, &sender->arena, &was);
    known = err == ERR_OK;
    if (err && err != ERR_NOT_FOUND)
        return err;
    err = ERR_OK;
    if (known && is_past(txn, effects, doc, &was, &draft, verdict, &err))
        return err;
    if (known)
        now = was;
    if (draft.phase == DRAFT_CLOSED && !is_nothing(&draft, verdict))
        err = add_on_judge(txn, sender, &draft, &verdict->problems);
    if (!err && known && was.sealed)
        err = next_round(txn, doc, &now, now_ms);
    if (!err)
        err = take_draft(&now, &draft, verdict, &sender->arena);
    if (!err && is_nothing(&draft, verdict))
        take_nothing(effects, doc, &draft, &now, now_ms);
    else if (!err)
        answer_asked(effects, doc, &draft, &now);
    if (err || (known && nothing_new(&was, &now)))
        return err;
    inbox_move(&now, &draft, verdict, now_ms);
    if (!known || was.state != now.state)
        err = docs_note(txn, doc, &now, now_ms, str_of(doc_state_text(now.state)), STR_NONE, false);
    if (!err)
        err = docs_save(txn, doc, known ? &was : NULL, &now);
    effects->seen[effects->seen_count - 1].changed = true;
    if (draft.phase == DRAFT_CLOSED && (!known || was.state != now.state || !str_equal(was.problems, now.problems)))
        note_state(effects, doc, &now, &verdict->problems);
    return err;
}

static enum err flush_work(struct txn *txn, void *context)
{
    struct effects *effects = context;
    struct sender *sender = effects->sender;
    size_t from = 0;

    effects->seen_count = effects->told = 0;
    for (size_t i = 0; i < sender->inbox.count; i++) {
        struct str message = { sender->inbox.bytes.bytes + from, sender->inbox.ends[i] - from };
        struct verdict verdict;
        enum err err;

        from = sender->inbox.ends[i];
        arena_reset(&sender->arena);
        err = verdict_decode(message, &verdict);
        if (!err)
            err = inbox_apply(txn, effects, &verdict);
        if (err && err != ERR_FORMAT)
            return err;
    }
    return ERR_OK;
}

enum err inbox_flush(struct sender *sender)
{
    static struct effects effects;        /* too large for the stack */
    int64_t began = stage_steady_ms(sender->stage);
    enum err err;

    if (!sender->inbox.count)
        return ERR_OK;
    effects.sender = sender;
    SENDER_POINT(sender, POINT_BEFORE_VERDICT);
    err = store_write(docs_store(sender->docs), flush_work, &effects);
    SENDER_POINT(sender, POINT_AFTER_VERDICT);
    stage_counter_add(sender->stage, "verdicts", (int64_t)sender->inbox.count);
    strbuf_reset(&sender->inbox.bytes);
    sender->inbox.count = 0;
    if (err)
        return err == ERR_MEMORY ? ERR_OK : err;       /* they come again; a full store is said, and waited for */
    for (size_t i = 0; i < effects.seen_count; i++) {
        struct turn *turn = effects.seen[i].turn != SIZE_MAX ? &sender->turns[effects.seen[i].turn] : NULL;

        if (effects.seen[i].say)
            log_doc(str_of(effects.seen[i].doc), "what=%s revision=%" PRIu32 " problems=%s ms=%" PRId64,
                    doc_state_text(effects.seen[i].state), effects.seen[i].revision, effects.seen[i].codes,
                    stage_steady_ms(sender->stage) - began);
        if (!turn)
            continue;
        sender->clients[turn->client].needed = true;
        sender->clients[turn->client].mend |= effects.seen[i].mend;
        if (effects.seen[i].changed && turn->state != TURN_BUSY)
            turn->state = TURN_LOOK;
    }
    for (size_t i = 0; i < effects.told; i++)
        if (effects.tell[i].behind)
            send_tell_behind(sender, str_of(effects.tell[i].doc), &effects.tell[i].record, effects.tell[i].heard);
        else
            send_tell(sender, str_of(effects.tell[i].doc), &effects.tell[i].record, effects.tell[i].reversed);
    return ERR_OK;
}
