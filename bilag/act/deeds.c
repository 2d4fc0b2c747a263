#include "deeds.h"

#include "bilag/read/receipts.h"
#include "sender/by_hand.h"
#include "sender/record.h"

#include <inttypes.h>
#include <string.h>

/* A sentence about a document, from one with %.*s in each language. */
static const char *about(const struct deed_question *question, const struct book_doc *doc, const char *en, const char *nb)
    __attribute__((format(printf, 3, 0), format(printf, 4, 0)));
static const char *about(const struct deed_question *question, const struct book_doc *doc, const char *en, const char *nb)
{
    const char *form = context_words(question->context, en, nb);
    struct str text = arena_format(question->context->arena, form, STR_ARG(doc->id));

    return text.bytes ? text.bytes : "?";
}

static const char *changing(const struct deed_question *question, const struct book_doc *doc)
{
    return about(question, doc, "%.*s is changing right now: look at it again in a moment",
                 "%.*s endres akkurat nå: se på det igjen om litt");
}

/* --- accept --- */

static struct str acceptable_codes(struct arena *arena)
{
    struct str list = STR_NONE;

    for (int code = 0; code < PROBLEM_COUNT; code++)
        if (problem_acceptable((enum problem_code)code))
            list = arena_format(arena, STR_FMT "%s%s", STR_ARG(list), list.len ? ", " : "",
                                problem_code_text((enum problem_code)code));
    return list;
}

static const char *accept_objection(const struct deed_question *question, const struct book_doc *doc)
{
    const char *code = problem_code_text(question->code);

    if (!problem_acceptable(question->code))
        return arena_format(question->context->arena,
                            context_words(question->context, "%s cannot be accepted away: its cause must be mended, or another "
                                          "way taken< (bilag status names them)|>. These can be accepted: %.*s",
                                          "%s kan ikke godtas bort: årsaken må rettes, eller en annen vei velges<"
                                          " (bilag status nevner dem)|>. Disse kan godtas: %.*s"), code,
                            STR_ARG(acceptable_codes(question->context->arena))).bytes;
    if (!problems_have(&doc->draft.problems, question->code) && doc->newer_revision)
        return changing(question, doc);
    if (!problems_have(&doc->draft.problems, question->code))
        return arena_format(question->context->arena, context_words(question->context, "%.*s has no problem %s at present",
                                                    "%.*s har ikke problemet %s nå"), STR_ARG(doc->id), code).bytes;
    if (doc->status.sealed && doc->state != DOC_SENT)
        return about(question, doc, "%.*s is sealed already: nothing of it can be accepted any more",
                     "%.*s er alt låst for sending: ingenting i det kan godtas lenger");
    return NULL;
}

static struct str accept_detail(const struct deed_question *question, const struct book_doc *doc)
{
    (void)doc;
    return str_of(problem_code_text(question->code));
}

const struct deed deed_accept = {
    "accept", "To be accepted as it is", "Godtas som det er", accept_objection, accept_detail, true,
};

/* --- by-hand --- */

static const char *by_hand_objection(const struct deed_question *question, const struct book_doc *doc)
{
    if (!doc->status.known || doc->newer_revision)
        return changing(question, doc);
    if (doc->state == DOC_FAILED && strcmp(doc->status.work, "none") != 0)
        return about(question, doc,
                     "%.*s is being built again, because a person had it sent again: look at it again in a moment",
                     "%.*s bygges på nytt fordi noen ba om ny sending: se på det igjen om litt");
    switch (doc->state) {
    case DOC_OPEN: case DOC_HELD: case DOC_WAITING: case DOC_FAILED:
        break;
    case DOC_SENT:
        if (problems_have(&doc->draft.problems, PROBLEM_REVERSED_ELSEWHERE))
            return NULL;
        return about(question, doc,
                     "%.*s is in PowerOffice already: reverse it first, or delete what was entered by hand there",
                     "%.*s er alt i PowerOffice: reverser det først, eller slett det som er ført manuelt der");
    case DOC_BY_HAND:
        return about(question, doc, "%.*s is by hand already", "%.*s er alt ført manuelt");
    default:
        return about(question, doc,
                     "%.*s may be on its way to PowerOffice: wait until it is sent, held or failed",
                     "%.*s kan være på vei til PowerOffice: vent til det er sendt, holdt tilbake eller avvist");
    }
    if (book_doc_is_empty(doc))
        return about(question, doc, "there is nothing in %.*s that could be entered", "det er ingenting i %.*s å føre");
    if (!doc->status.sealed && !by_hand_is_possible(&doc->draft))
        return about(question, doc, "the day of %.*s is not closed yet, and its credit sales may still become orders: wait "
                     "until it is", "dagen til %.*s er ikke avsluttet, og kredittsalgene kan fortsatt bli ordre: vent til den er "
                     "det");
    return NULL;
}

/* What a person saw is what he entered: this revision, and no other (sender/decide.c). */
static struct str by_hand_detail(const struct deed_question *question, const struct book_doc *doc)
{
    return arena_format(question->context->arena, "%" PRIu32, doc->status.revision);
}

const struct deed deed_by_hand = {
    "by-hand", "Entered in PowerOffice by a person, and never sent from here",
    "Ført manuelt i PowerOffice, og sendes aldri herfra", by_hand_objection, by_hand_detail, false,
};

/* --- resend --- */

static const char *resend_objection(const struct deed_question *question, const struct book_doc *doc)
{

    if (doc->state == DOC_FAILED || doc->state == DOC_QUEUED || problems_have(&doc->draft.problems, PROBLEM_INVOICE_NOT_SENT) ||
        problems_have(&doc->draft.problems, PROBLEM_REVERSED_ELSEWHERE) || book_doc_is_left_reversed(doc) ||
        (doc->state == DOC_HELD && doc->status.known && strcmp(doc->status.work, "send") == 0) ||
        (doc->state == DOC_SENT && (doc->status.pdf == PDF_REFUSED || (doc->status.pdf == PDF_DUE && doc->status.words.len))))
        return NULL;
    if (doc->state == DOC_HELD)
        return about(question, doc, "%.*s is held: it goes on by itself when its problems are mended; sending it again would "
                     "change nothing", "%.*s er holdt tilbake: det går videre når problemene er rettet; ny sending ville ikke "
                     "endre noe");
    return arena_format(question->context->arena, context_words(question->context, "%.*s is %s: there is nothing to send again",
                                                "%.*s er %s: det er ingenting å sende på nytt"), STR_ARG(doc->id),
                        doc_state_text(doc->state)).bytes;
}

const struct deed deed_resend = {
    "resend", "To be sent again", "Sendes på nytt", resend_objection, NULL, false,
};

/* --- leave-reversed --- */

static const char *leave_reversed_objection(const struct deed_question *question, const struct book_doc *doc)
{
    return problems_have(&doc->draft.problems, PROBLEM_REVERSED_ELSEWHERE)
               ? NULL : about(question, doc, "%.*s was not taken back in PowerOffice by a person, as far as is known",
                              "%.*s er ikke tilbakeført i PowerOffice av noen, så vidt det er kjent");
}

const struct deed deed_leave_reversed = {
    "leave-reversed", "Stays taken back: in no books from here, and listed under manual",
    "Forblir tilbakeført: ikke i regnskapet herfra, og listet under manual", leave_reversed_objection, NULL, false,
};

/* --- reverse --- */

static enum err not_asked(const struct sale *sale, void *context)
{
    (void)sale;
    (void)context;
    return ERR_OK;
}

/* A voucher that could not be built again would be gone from the books for good. */
static enum err count_trimmed(const struct config *config, const struct draft *draft, uint64_t *ret_trimmed)
{
    const struct venue *venue = config_venue(config, draft->doc.venue);
    struct fault fault = { "" };
    struct receipts *receipts;
    enum err err;

    *ret_trimmed = 0;
    if (!venue)
        return ERR_OK;
    err = receipts_open(config, &receipts, &fault);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;          /* a store that is lost is built again from the log */
    err = receipts_of(receipts, venue, draft, not_asked, NULL, ret_trimmed);
    receipts_close(receipts);
    return err;
}

static const char *reverse_objection(const struct deed_question *question, const struct book_doc *doc)
{
    uint64_t trimmed;
    enum err err;

    if (doc->draft.doc.kind != DOC_VOUCHER)
        return context_words(question->context, "an order is taken back in PowerOffice itself: make a credit note there, or "
                             "delete the order if it is not invoiced", "en ordre tas tilbake i PowerOffice selv: lag en "
                             "kreditnota der, eller slett ordren hvis den ikke er fakturert");
    if (doc->state != DOC_SENT)
        return arena_format(question->context->arena,
                            context_words(question->context, "%.*s is %s: only what is sent can be reversed",
                                          "%.*s er %s: bare det som er sendt, kan reverseres"), STR_ARG(doc->id),
                            doc_state_text(doc->state)).bytes;
    if (problems_have(&doc->draft.problems, PROBLEM_NO_RECEIPTS))
        return NULL;                     /* nothing is to be built again */
    err = count_trimmed(question->context->config, &doc->draft, &trimmed);
    if (err)
        return err_text(err);
    if (trimmed)
        return about(question, doc, "the receipts of %.*s are older than retention_days and no longer kept: it could not be "
                     "built again. Correct it in PowerOffice by hand", "bongene til %.*s er eldre enn retention_days og ikke "
                     "lenger "
                     "lagret: det kan ikke bygges på nytt. Rett det manuelt i PowerOffice");
    return NULL;
}

const struct deed deed_reverse = {
    "reverse", "To be reversed in PowerOffice, mapped again and sent anew",
    "Reverseres i PowerOffice, bygges på nytt og sendes igjen", reverse_objection, NULL, false,
};

/* --- transfer --- */

static const char *transfer_objection(const struct deed_question *question, const struct book_doc *doc)
{
    const struct context *context = question->context;

    if (book_doc_is_left_reversed(doc))
        return context_words(context,
                             "it is reversed in PowerOffice and left so: <bilag resend sends it anew|it can be sent anew>",
                             "det er tilbakeført i PowerOffice og forblir det: <bilag resend sender det|det kan sendes> på nytt");
    if (book_doc_is_empty(doc))
        return context_words(context, "there is nothing in it", "det er tomt");
    switch (doc->state) {
    case DOC_WAITING:
        return NULL;
    case DOC_OPEN:
        return context_words(context, "the day is not complete yet", "dagen er ikke fullstendig ennå");
    case DOC_HELD:
        return context_words(context, "it is held; its problems stand above", "det er holdt tilbake; årsakene står over");
    case DOC_FAILED:
        return context_words(context,
                             "PowerOffice refused it: <bilag resend sends it again|send it again> when the cause is mended",
                             "PowerOffice avviste det: <bilag resend sender det|send det> på nytt når årsaken er rettet");
    case DOC_BY_HAND:
        return context_words(context, "a person has entered it by hand", "det er ført manuelt");
    case DOC_SENT:
        return context_words(context, "it is sent already", "det er alt sendt");
    default:
        return context_words(context, "it is on its way already", "det er alt under sending");
    }
}

const struct deed deed_transfer = {
    "transfer", "To be transferred to PowerOffice", "Overføres til PowerOffice", transfer_objection, NULL, false,
};

/* --- all of them --- */

static const struct deed *const deeds[] = {
    &deed_transfer, &deed_accept, &deed_resend, &deed_reverse, &deed_leave_reversed, &deed_by_hand,
};

const struct deed *deed_of(struct str verb)
{
    for (size_t i = 0; i < COUNT(deeds); i++)
        if (str_equal(str_of(deeds[i]->verb), verb))
            return deeds[i];
    return NULL;
}

enum err deed_do(const struct deed_question *question, const struct deed *deed, const struct book_doc *doc, struct str reason,
                 uint64_t *ret_number)
{
    struct str detail = deed->detail ? deed->detail(question, doc) : STR_NONE;

    return decide(question->context, deed->verb, doc->id, detail, reason, ret_number);
}
