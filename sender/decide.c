/* decide.c - what people decided about documents of this kind, taken up exactly once: the place in the audit
 * trail moves in the transaction in which a decision takes effect. */
#include "by_hand.h"
#include "sender_inside.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum { DECIDED_MAX = 64 };
static const char place_name[] = "audit";

/* The effect on the record; false: not possible now (the fact says so). */
struct effect { struct sender *sender; struct record *record; const struct decision *decision; int64_t now_ms; };

/* A sent order whose invoice was not: it may have been sent by hand since, else it is asked for again. */
static bool invoice_again(const struct effect *effect)
{
    struct record *record = effect->record;
    struct problems problems;

    record_problems(record, &problems);
    if (record->state != DOC_SENT || record->work != WORK_NONE || !problems_have(&problems, PROBLEM_INVOICE_NOT_SENT))
        return false;
    problems_remove(&problems, PROBLEM_INVOICE_NOT_SENT);
    record->problems = STR_NONE;
    record->work = WORK_INVOICED;
    record->asked = false;
    record->attempts = 0;
    record->next_ms = 0;
    return !problems.count || record_set_problems(record, &effect->sender->arena, &problems) == ERR_OK;
}

/* A PDF that was refused, or waits for a right: at once. */
static bool pdf_again(const struct effect *effect)
{
    struct record *record = effect->record;

    if (record->pdf != PDF_DUE && record->pdf != PDF_REFUSED)
        return false;
    if (record->work != WORK_NONE && record->work != WORK_PDF)
        return false;
    record->pdf = PDF_DUE;
    record->work = WORK_PDF;
    record->attempts = 0;
    record->next_ms = 0;
    return true;
}

static bool was_taken_back(const struct record *record)
{
    struct problems problems;

    record_problems(record, &problems);
    return record->state == DOC_SENT && record->work == WORK_NONE && problems_have(&problems, PROBLEM_REVERSED_ELSEWHERE);
}

/* It stands in no books any more, by a person's hand there (docs/rules.md section 8): its id is one of the former. */
static bool leave_books(const struct effect *effect, enum doc_step step)
{
    struct record *record = effect->record;

    if (record_move(record, step, effect->now_ms))
        return false;
    if (record->id.len)
        record->old_ids = arena_format(&effect->sender->arena, STR_FMT "%s" STR_FMT, STR_ARG(record->old_ids),
                                       record->old_ids.len ? "," : "", STR_ARG(record->id));
    record->id = record->words = record->problems = STR_NONE;
    record->next_ms = 0;
    record->attempts = record->lookups = 0;
    return true;
}

/* Sent anew, though transfer may be off: a person asks for it. */
static bool send_anew(const struct effect *effect)
{
    if (!leave_books(effect, STEP_RESEND))
        return false;
    effect->record->transfer = true;
    return true;
}

static bool leave_reversed(const struct effect *effect)
{
    return was_taken_back(effect->record) && leave_books(effect, STEP_LEAVE);
}

static bool resend(const struct effect *effect)
{
    struct record *record = effect->record;

    if (was_taken_back(record) || record->state == DOC_REVERSED)
        return send_anew(effect);
    if (record->state == DOC_SENT)
        return invoice_again(effect) || pdf_again(effect);
    if (record->claimed || record_move(record, STEP_RESEND, effect->now_ms))
        return false;
    record->next_ms = 0;
    record->attempts = 0;
    return true;
}

/* The mapper hears the same, and builds it for that day; what it is sent for is this. Where the books explained the refusal
 * meanwhile, it is being built again already. */
static bool resend_on(const struct effect *effect)
{
    struct record *record = effect->record;
    uint32_t revision;
    int32_t day;

    if (record->state != DOC_FAILED || !decision_resends_on(effect->decision, &day, &revision) ||
        record->revision != revision)
        return false;
    return record->work == WORK_TELL || resend(effect);
}

static bool reverse(const struct effect *effect)
{
    struct record *record = effect->record;
    struct problems problems;
    bool undoing;

    record_problems(record, &problems);
    undoing = record->work == WORK_UNDOING && !problems_have(&problems, PROBLEM_REVERSAL_REFUSED);
    if (!effect->sender->ops->reverse_path || record->claimed || !record->id.len ||
        (!undoing && record_move(record, STEP_REVERSE, effect->now_ms)))
        return false;
    record->next_ms = 0;
    if (undoing)
        return true;                      /* what is asked for already is looked at, at once */
    record->asked = false;
    record->attempts = record->lookups = record->refusals = record->asks = 0;
    problems_remove(&problems, PROBLEM_REVERSAL_REFUSED);
    record->problems = STR_NONE;
    return !problems.count || record_set_problems(record, &effect->sender->arena, &problems) == ERR_OK;
}

static bool transfer(const struct effect *effect)
{
    struct record *record = effect->record;

    if (record_move(record, STEP_TRANSFER, effect->now_ms))
        return false;
    record->transfer = true;
    record->next_ms = 0;
    return true;
}

/* Of the problems that can be accepted, only those of sent documents are a sender's; the others are lifted
 * where the draft is made. */
static bool accept_problem(const struct effect *effect)
{
    struct arena *arena = &effect->sender->arena;
    struct record *record = effect->record;
    struct problems problems;
    enum problem_code code;

    record_problems(record, &problems);
    if (record->state != DOC_SENT || !problem_code_parse(effect->decision->detail, &code) ||
        !problem_acceptable(code) || !problems_have(&problems, code))
        return false;
    record->accepted = arena_format(arena, STR_FMT "%s%s", STR_ARG(record->accepted), record->accepted.len ? "," : "",
                                    problem_code_text(code));
    return true;
}

/* What is accepted stands in the record all the same. Of an older program's it does not, and stays accepted. */
static bool undo_accept(const struct effect *effect)
{
    struct arena *arena = &effect->sender->arena;
    struct record *record = effect->record;
    struct str left = record->accepted, kept = STR_NONE, code;
    enum problem_code known;
    struct problems problems;
    uint64_t number;

    if (record->state != DOC_SENT || !decision_undoes(effect->decision, &number, &code) ||
        !problem_code_parse(code, &known) || !list_has(record->accepted, code))
        return false;
    while (left.len) {
        const char *comma = memchr(left.bytes, ',', left.len);
        struct str one = { left.bytes, comma ? (size_t)(comma - left.bytes) : left.len };

        if (!str_equal(one, code))
            kept = arena_format(arena, STR_FMT "%s" STR_FMT, STR_ARG(kept), kept.len ? "," : "", STR_ARG(one));
        left.bytes += one.len + (comma ? 1 : 0);
        left.len -= one.len + (comma ? 1 : 0);
    }
    record->accepted = kept;
    record_problems(record, &problems);
    return problems_have(&problems, known);
}

/* The revision that a person saw, and no other, is what he entered: its sums are kept, and it counts as sealed. */
static bool by_hand(const struct effect *effect)
{
    struct record *record = effect->record;
    char revision[16];
    struct draft draft;
    bool tried;

    if (was_taken_back(record))
        return leave_books(effect, STEP_BY_HAND);
    if (work_lane(record->work) == 1 && record->state != DOC_SENT && is_owed_elsewhere(effect->sender, record)) {
        record->state = DOC_HELD;        /* as it is shown (bilag/read/books.c) */
        record->work = WORK_SEND;
    }
    tried = record->state == DOC_FAILED || (record->state == DOC_HELD && record->work == WORK_SEND);
    (void)snprintf(revision, sizeof revision, "%u", record->revision);
    if (record->claimed || !str_equal(effect->decision->detail, str_of(revision)) || record->sealed != tried ||
        record_move(record, STEP_BY_HAND, effect->now_ms))
        return false;
    record->next_ms = 0;
    if (record->sealed)
        return true;
    if (draft_decode(record->draft, &effect->sender->arena, &draft) || !by_hand_is_possible(&draft))
        return false;
    record->sealed = true;
    record->sealed_ms = effect->now_ms;
    record->upto = draft.upto;
    record->decided = draft.decided;
    record->credit_ordered = draft.credit_ordered;
    return true;
}

static bool undo_by_hand(const struct effect *effect)
{
    struct record *record = effect->record;

    if (record_move(record, STEP_UNDO_BY_HAND, effect->now_ms))
        return false;
    record->next_ms = 0;
    record->attempts = 0;
    return true;
}

/* `bilag check --online` saw that a person took it back there: it is asked for itself, at once. */
static bool look(const struct effect *effect)
{
    struct record *record = effect->record;

    if (!taken_concerns(record) && record->work != WORK_CHECK)
        return false;
    record->work = WORK_CHECK;
    record->words = effect->decision->detail;
    record->next_ms = 0;
    record->attempts = record->lookups = 0;
    return true;
}

/* `bilag check --online` saw that two stand there, or that it may be one again. */
static bool look_twice(const struct effect *effect)
{
    struct record *record = effect->record;
    struct job job = { .sender = effect->sender, .now = *record };

    if (!taken_concerns(record))
        return false;
    twin_note(&job, effect->decision->detail);
    *record = job.now;
    return true;
}

static const struct { const char *verb; bool (*act)(const struct effect *effect); bool silent, seals; } verbs[] = {
    { "resend", resend, false, false }, { "resend-on", resend_on, false, false }, { "reverse", reverse, false, false }, { "transfer", transfer, false, false },
    { "accept", accept_problem, true, false }, { "by-hand", by_hand, false, true },
    { "leave-reversed", leave_reversed, false, false }, { "look", look, true, false }, { "look-twice", look_twice, true, false },
    { "undo-accept", undo_accept, true, false }, { "undo-by-hand", undo_by_hand, false, false },
};

struct decided {
    struct sender *sender;
    const struct decision *decision;
    size_t verb;
    bool applied;
    struct record sealed;                 /* what the mapper is to hear, without its texts */
};

static enum err effect_on(struct txn *txn, struct decided *decided)
{
    struct sender *sender = decided->sender;
    const struct decision *decision = decided->decision;
    int64_t now_ms = stage_now_ms(sender->stage);
    struct record was, now;
    struct effect effect = { sender, &now, decision, now_ms };
    struct str what, detail;
    enum err err = docs_load(txn, decision->subject, &sender->arena, &was);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    now = was;
    decided->applied = verbs[decided->verb].act(&effect);
    if (!decided->applied) {
        now = was;
        if (verbs[decided->verb].silent)
            return ERR_OK;
    }
    what = arena_format(&sender->arena, "%s%s", decided->applied ? "" : "not-", verbs[decided->verb].verb);
    detail = arena_format(&sender->arena, "decision=%llu who=" STR_FMT " why=" STR_FMT,
                          (unsigned long long)decision->number, STR_ARG(decision->who), STR_ARG(decision->reason));
    if (arena_failed(&sender->arena))
        return ERR_MEMORY;
    decided->sealed = (struct record){ .revision = now.revision, .upto = now.upto,
                                       .decided = now.decided, .day = now.day, .state = now.state,
                                       .credit_ordered = now.credit_ordered };
    err = docs_note(txn, decision->subject, &now, now_ms, what, detail, false);
    return err ? err : docs_save(txn, decision->subject, &was, &now);
}

static enum err decided_work(struct txn *txn, void *context)
{
    struct decided *decided = context;
    uint64_t place;
    enum err err = docs_number(txn, place_name, &place);

    arena_reset(&decided->sender->arena);
    decided->applied = false;
    if (err || decided->decision->number <= place)           /* another instance was faster */
        return err;
    if (decided->verb < COUNT(verbs))
        err = effect_on(txn, decided);
    else if (add_on_is_about(decided->decision))
        err = add_on_decided(txn, decided->decision);
    return err ? err : docs_set_number(txn, place_name, decided->decision->number);
}

static size_t verb_of(const struct sender *sender, const struct decision *decision)
{
    struct doc doc;

    if (doc_parse(decision->subject, &doc) || doc.kind != sender->ops->kind)
        return COUNT(verbs);
    for (size_t i = 0; i < COUNT(verbs); i++)
        if (str_equal(decision->verb, str_of(verbs[i].verb)))
            return i;
    return COUNT(verbs);
}

static enum err decide(const struct decision *decision, void *context)
{
    struct decided decided = { .sender = context, .decision = decision };
    struct sender *sender = context;
    struct doc doc;
    enum err err;

    decided.verb = verb_of(sender, decision);
    SENDER_POINT(sender, POINT_BEFORE_DECISION);
    err = store_write(docs_store(sender->docs), decided_work, &decided);
    SENDER_POINT(sender, POINT_AFTER_DECISION);
    if (!err && add_on_is_about(decision))
        client_acted(sender, decision->subject);
    if (!err && str_equal(decision->verb, STR(READ_BOOKS)))
        client_asked(sender, decision->subject);
    if (!err && !doc_parse(decision->subject, &doc))
        client_acted(sender, doc.venue);
    if (!err && decided.verb < COUNT(verbs) && !doc_parse(decision->subject, &doc)) {
        log_doc(decision->subject, "what=" STR_FMT " decision=%llu applied=%s", STR_ARG(decision->verb),
                (unsigned long long)decision->number, decided.applied ? "yes" : "no");
        if (decided.applied && verbs[decided.verb].seals)
            send_tell(sender, decision->subject, &decided.sealed, false);
        turns_look(sender, doc.venue);
        sender->later_ms = 0;
    }
    return err;
}

static enum err place_work(struct txn *txn, void *context)
{
    return docs_number(txn, place_name, context);
}

enum err decide_run(struct sender *sender)
{
    uint64_t place = 0;
    enum err err;

    if (stage_steady_ms(sender->stage) < sender->store_wait_ms ||
        (!sender->decide_again && !audit_changed(sender->audit)))
        return ERR_OK;
    sender->decide_again = true;          /* until it went through */
    err = store_read(docs_store(sender->docs), place_work, &place);
    if (!err)
        err = audit_read(sender->audit, place + 1, decide, sender);
    sender->decide_again = err != ERR_OK;
    return err;
}
