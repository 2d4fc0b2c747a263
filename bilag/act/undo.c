#include "undo.h"

#include <inttypes.h>
#include <string.h>

#include "bilag/read/manual_done.h"
#include "bilag/read/parked.h"
#include "bilag/read/receipts.h"
#include "bilag/read/refusals.h"
#include "bilag/read/takeback.h"
#include "decide.h"
#include "mapper/tables.h"

static enum err decision_seen(const struct decision *decision, void *context)
{
    struct undo *undo = context;
    struct arena *arena = undo->context->arena;
    struct str detail;
    uint64_t number;

    if (decision->number == undo->number) {
        undo->found = *decision;
        undo->found.verb = arena_copy(arena, decision->verb);
        undo->found.subject = arena_copy(arena, decision->subject);
        undo->found.detail = arena_copy(arena, decision->detail);
        undo->found.reason = arena_copy(arena, decision->reason);
    } else if (decision_undoes(decision, &number, &detail) && number == undo->number) {
        undo->undone = decision->number;
    }
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}

/* --- whether each can still be taken back: NULL, or why not --- */

static const char *of_accept(const struct undo *undo, const struct book_doc *doc)
{
    struct str left = doc->status.accepted;
    size_t len = undo->found.detail.len;

    if (!doc->status.sealed || (doc->draft.doc.kind == DOC_VOUCHER && !doc->draft.line_count))
        return NULL;                     /* nothing was sent: what was found about the day is red again */
    for (; doc->state == DOC_SENT && left.len >= len; left.bytes++, left.len--)
        if (str_starts(left, undo->found.detail))
            return NULL;                 /* of a document that is sent: it is red again */
    return context_words(undo->context, "what it let go was sent since", "det den slapp gjennom, er sendt siden");
}

static const char *of_post_on(const struct undo *undo, const struct book_doc *doc)
{
    return doc->status.sealed ? context_words(undo->context, "the voucher was sent since", "bilaget er sendt siden") : NULL;
}

/* Until what was built for that day is sealed, the document is what was refused. */
static const char *of_resend_on(const struct undo *undo, const struct book_doc *doc)
{
    uint32_t revision;
    int32_t day;

    if (decision_resends_on(&undo->found, &day, &revision) && doc->status.revision == revision && doc->state != DOC_SENT &&
        doc->state != DOC_BY_HAND)
        return NULL;
    return of_post_on(undo, doc);
}

static const char *of_by_hand(const struct undo *undo, const struct book_doc *doc)
{
    return doc->state == DOC_BY_HAND ? NULL : context_words(undo->context, "it did not become by_hand, or is no longer",
                                                       "det ble ikke by_hand, eller er det ikke lenger");
}

static const struct { const char *verb; const char *(*objection)(const struct undo *, const struct book_doc *); } undoable[] = {
    { "accept", of_accept }, { "post-on", of_post_on }, { "resend-on", of_resend_on }, { "by-hand", of_by_hand },
};

/* Of a receipt: it is still out by that decision, and can come back as the mapper will judge it. */
static const char *of_left_out(struct undo *undo)
{
    struct fault fault = { "" };
    enum err err = takeback_judge(undo->context->config, &undo->found, &fault);

    if (err == ERR_NOT_FOUND)
        return context_words(undo->context, "it did not take effect, or no longer has any",
                        "den fikk ikke virkning, eller har ingen lenger");
    if (err == ERR_REFUSED)
        return context_words(undo->context, "the receipt that it voids is left out as well: take that back first; or that "
                                            "receipt, or a "
                        "void of this one, has come since: then it stays under manual, and is entered by hand",
                        "bongen den annullerer, er også holdt utenfor: ta det tilbake først; eller den bongen, eller en "
                        "annullering av denne, har kommet siden: da blir den stående under manuelt, og føres manuelt");
    return err ? arena_copy(undo->context->arena, str_of(fault.text[0] ? fault.text : err_text(err))).bytes : NULL;
}

/* ... and nothing that has it is sealed. */
static const char *of_leave_out(struct undo *undo, struct books *books)
{
    const char *objection = of_left_out(undo);
    struct fault fault = { "" };
    struct receipts *receipts;
    struct receipt_name name;
    struct receipt_fate fate;
    struct book_list list;
    enum err err;

    if (objection)
        return objection;
    err = receipt_parse(undo->found.subject, undo->context->arena, &name);
    if (!err)
        err = receipts_open(undo->context->config, &receipts, &fault);
    if (!err) {
        err = receipts_find(receipts, name.venue, name.reg, name.series, name.seq, undo->context->arena, &fate);
        receipts_close(receipts);
    }
    if (!err)
        err = books_venue(books, name.venue, fate.day, fate.day, undo->context->arena, &list);
    if (err)
        return err_text(err);
    for (size_t i = 0; i < list.count; i++)
        if (list.docs[i].status.sealed && list.docs[i].state != DOC_OPEN && undo->number > list.docs[i].draft.decided_from &&
            undo->number <= list.docs[i].draft.decided)
            return context_words(undo->context, "the voucher without the receipt was sent since", "bilaget uten bongen er "
                                                                                                  "sendt siden");
    return NULL;
}

static const char *of_document(struct undo *undo, struct books *books, size_t verb)
{
    struct book_doc doc;
    enum err err = books_doc(books, undo->found.subject, undo->context->arena, &doc);

    return err ? err_text(err) : undoable[verb].objection(undo, &doc);
}

/* What a content or a run is: as the mapper will judge it. */
static const char *of_receipt(struct undo *undo)
{
    struct fault fault = { "" };
    enum err err = takeback_judge(undo->context->config, &undo->found, &fault);

    if (err == ERR_NOT_FOUND)
        return context_words(undo->context, "it did not take effect, or another decision came after it",
                        "den fikk ikke virkning, eller en annen beslutning kom etter den");
    if (err == ERR_REFUSED)
        return context_words(undo->context, "something that was sent relies on it, or the part of the day that lists it has "
                                            "ended: reverse "
                        "the voucher first< (bilag reverse)|>, or enter the difference by hand",
                        "noe som er sendt, bygger på den, eller delen av dagen som viser den, er avsluttet: reverser bilaget "
                        "først< (bilag reverse)|>, eller før forskjellen manuelt");
    return err ? arena_copy(undo->context->arena, str_of(fault.text[0] ? fault.text : err_text(err))).bytes : NULL;
}

/* Decisions that are not taken back, and what is done instead. */
static const struct { const char *verb, *en, *nb; } done[] = {
    { "transfer", "it is sent, or on its way: reverse the voucher (bilag reverse), or credit the order in PowerOffice",
      "det er sendt eller på vei: reverser bilaget (bilag reverse), eller krediter ordren i PowerOffice" },
    { "resend", "it was sent again: reverse the voucher (bilag reverse), or credit the order in PowerOffice",
      "det er sendt på nytt: reverser bilaget (bilag reverse), eller krediter ordren i PowerOffice" },
    { "leave-reversed", "send it anew with bilag resend: that ends it", "send det på nytt med bilag resend: det opphever den" },
    { "reverse", "PowerOffice was asked to reverse: the day goes out again by itself",
      "PowerOffice er bedt om å reversere: dagen sendes på nytt av seg selv" },
    { "connect", "connect the customer anew, or use bilag customers disconnect", "knytt kunden på nytt, eller bruk bilag "
                                                                                 "customers "
      "disconnect" },
    { "disconnect", "connect the customer again with bilag customers connect", "knytt kunden igjen med bilag customers "
                                                                               "connect" },
    { "create-products", "the products are in PowerOffice: archive there what is not wanted",
      "produktene er i PowerOffice: arkiver der det som ikke skal brukes" },
    { "invoice-from", "the orders are with the invoicer: end each with bilag by-hand, or credit it in PowerOffice",
      "ordrene er hos fakturereren: avslutt hver med bilag by-hand, eller krediter den i PowerOffice" },
};

static const char *instead(const struct undo *undo)
{
    if (str_starts(undo->found.verb, STR(UNDO_PREFIX)))
        return context_words(undo->context, "decide again what it took back", "ta beslutningen den tok tilbake, på nytt");
    for (size_t i = 0; i < COUNT(done); i++)
        if (str_equal(undo->found.verb, str_of(done[i].verb)))
            return context_words(undo->context, done[i].en, done[i].nb);
    return context_words(undo->context, "what it asked for was done", "det den ba om, er gjort");
}

static const char *const receipts[] = { "choose", "dismiss", "restarted" };
static const char *const free_ones[] = { PARKED_VERB, REFUSAL_VERB, MANUAL_VERB };

static bool is_one_of(struct str verb, const char *const *verbs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(verb, str_of(verbs[i])))
            return true;
    return false;
}

bool undo_is_known(struct str verb)
{
    for (size_t i = 0; i < COUNT(undoable); i++)
        if (str_equal(verb, str_of(undoable[i].verb)))
            return true;
    return is_one_of(verb, receipts, COUNT(receipts)) || is_one_of(verb, free_ones, COUNT(free_ones)) ||
           str_equal(verb, STR("leave-out"));
}

static const char *objection_to(struct undo *undo, struct books *books)
{
    for (size_t verb = 0; verb < COUNT(undoable); verb++)
        if (str_equal(undo->found.verb, str_of(undoable[verb].verb)))
            return of_document(undo, books, verb);
    if (is_one_of(undo->found.verb, receipts, COUNT(receipts)))
        return of_receipt(undo);
    if (is_one_of(undo->found.verb, free_ones, COUNT(free_ones)))
        return NULL;                     /* nothing follows from it: it is red again */
    return str_equal(undo->found.verb, STR("leave-out")) ? of_leave_out(undo, books) : instead(undo);
}

enum err undo_find(struct context *context, uint64_t number, struct undo *undo)
{
    struct audit *audit;
    enum err err;

    *undo = (struct undo){ .context = context, .number = number };
    err = audit_open_there(context->config->state_dir, &audit, &context->fault);
    if (err && err != ERR_NOT_FOUND)
        return err;
    if (!err) {
        err = audit_read(audit, number, decision_seen, undo);
        audit_close(audit);
    }
    if (err && err != ERR_NOT_FOUND)
        return err;
    if (!undo->found.number)
        return fault_set(&context->fault, ERR_NOT_FOUND,
                         context_words(context, "there is no decision %" PRIu64 "; <`bilag audit`|the audit trail> lists them",
                                       "beslutning %" PRIu64 " finnes ikke; <`bilag audit`|revisjonssporet> viser dem"), number);
    if (undo->undone)
        return fault_set(&context->fault, ERR_EXISTS,
                         context_words(context, "decision %" PRIu64 " was taken back by decision %" PRIu64,
                                       "beslutning %" PRIu64 " ble tatt tilbake av beslutning %" PRIu64), number, undo->undone);
    return ERR_OK;
}

enum err undo_judge(struct undo *undo)
{
    struct context *context = undo->context;
    struct books *books;
    const char *objection;
    enum err err = books_open(context->config, &books, &context->fault);

    if (err)
        return err;
    objection = objection_to(undo, books);
    books_close(books);
    if (!objection)
        return ERR_OK;
    return fault_set(&context->fault, ERR_REFUSED,
                     context_words(context, "decision %" PRIu64 " cannot be taken back: %s",
                                   "beslutning %" PRIu64 " kan ikke tas tilbake: %s"), undo->number, objection);
}

enum err undo_do(struct undo *undo, struct str reason, uint64_t *ret_number)
{
    struct arena *arena = undo->context->arena;
    struct str verb = arena_format(arena, UNDO_PREFIX STR_FMT, STR_ARG(undo->found.verb));
    struct str detail = arena_format(arena, "%" PRIu64 "%s" STR_FMT, undo->number, undo->found.detail.len ? " " : "",
                                     STR_ARG(undo->found.detail));

    return verb.bytes ? decide(undo->context, verb.bytes, undo->found.subject, detail, reason, ret_number) : ERR_MEMORY;
}
