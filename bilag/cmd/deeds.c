/* deeds.c - what can be decided about documents: accept, by-hand, resend, reverse (deed.h does it for many). */
#include "deed.h"

#include "bilag/read/receipts.h"
#include "sender/by_hand.h"
#include "sender/record.h"

#include <inttypes.h>
#include <string.h>

/* A sentence about a document, from one with %.*s in each language. */
static const char *about(struct choice *choice, const struct book_doc *doc, const char *en, const char *nb)
    __attribute__((format(printf, 3, 0), format(printf, 4, 0)));
static const char *about(struct choice *choice, const struct book_doc *doc, const char *en, const char *nb)
{
    const char *form = in_words(choice->shell, en, nb);
    struct str text = arena_format(&choice->shell->arena, form, TEXT(doc->id));

    return text.bytes ? text.bytes : "?";
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

static const char *accept_objection(struct choice *choice, const struct book_doc *doc)
{
    struct shell *shell = choice->shell;
    const char *code = problem_code_text(choice->code);

    if (!problem_acceptable(choice->code))
        return arena_format(&shell->arena,
                            in_words(shell, "%s cannot be accepted away: its cause must be mended, or another way taken (bilag "
                                     "status names them). These can be accepted: %.*s",
                                     "%s kan ikke godtas bort: årsaken må rettes, eller en annen vei velges (bilag status "
                                     "nevner "
                                     "dem). Disse kan godtas: %.*s"), code, TEXT(acceptable_codes(&shell->arena))).bytes;
    if (!problems_have(&doc->draft.problems, choice->code))
        return arena_format(&shell->arena, in_words(shell, "%.*s has no problem %s at present",
                                                    "%.*s har ikke problemet %s nå"), TEXT(doc->id), code).bytes;
    if (doc->status.sealed && doc->state != DOC_SENT)
        return about(choice, doc, "%.*s is sealed already: nothing of it can be accepted any more",
                     "%.*s er alt låst for sending: ingenting i det kan godtas lenger");
    return NULL;
}

static struct str accept_detail(struct choice *choice, const struct book_doc *doc)
{
    (void)doc;
    return str_of(problem_code_text(choice->code));
}

static const struct deed accept_deed = {
    "accept", "To be accepted as it is", "Godtas som det er", accept_objection, accept_detail, true,
};

static int accept_run(struct shell *shell, const struct args *args)
{
    return args_has(args, "post-on") ? decide_post_on(shell, args) : deed_run(shell, args, &accept_deed);
}

static const struct option accept_options[] = {
    DEED_OPTIONS,
    { "post-on", "DATE", "post the voucher on this day, because its own is locked" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_accept = {
    "accept", "DOCUMENT... PROBLEM --reason TEXT\n--venue VENUE --from DATE --to DATE --problem CODE --reason TEXT\n"
    "DOCUMENT --post-on DATE --reason TEXT",
    "let documents go in spite of a problem of completeness, or post one on another day", accept_options, accept_run,
};

/* --- by-hand --- */

static const char *by_hand_objection(struct choice *choice, const struct book_doc *doc)
{
    if (!doc->status.known || doc->newer_revision)
        return about(choice, doc, "%.*s is changing right now: look at it again in a moment",
                     "%.*s endres akkurat nå: se på det igjen om litt");
    if (doc->state == DOC_FAILED && strcmp(doc->status.work, "none") != 0)
        return about(choice, doc, "%.*s is being built again, because a person had it sent again: look at it again in a moment",
                     "%.*s bygges på nytt fordi noen ba om ny sending: se på det igjen om litt");
    switch (doc->state) {
    case DOC_OPEN: case DOC_HELD: case DOC_WAITING: case DOC_FAILED:
        break;
    case DOC_SENT:
        if (problems_have(&doc->draft.problems, PROBLEM_REVERSED_ELSEWHERE))
            return NULL;
        return about(choice, doc, "%.*s is in PowerOffice already: reverse it first, or delete what was entered by hand there",
                     "%.*s er alt i PowerOffice: reverser det først, eller slett det som er ført manuelt der");
    case DOC_BY_HAND:
        return about(choice, doc, "%.*s is by hand already", "%.*s er alt ført manuelt");
    default:
        return about(choice, doc, "%.*s may be on its way to PowerOffice: wait until it is sent, held or failed",
                     "%.*s kan være på vei til PowerOffice: vent til det er sendt, holdt tilbake eller avvist");
    }
    if (book_doc_is_empty(doc))
        return about(choice, doc, "there is nothing in %.*s that could be entered", "det er ingenting i %.*s å føre");
    if (!doc->status.sealed && !by_hand_is_possible(&doc->draft))
        return about(choice, doc, "the day of %.*s is not closed yet, and its credit sales may still become orders: wait until "
                     "it is", "dagen til %.*s er ikke avsluttet, og kredittsalgene kan fortsatt bli ordre: vent til den er "
                     "det");
    return NULL;
}

/* What a person saw is what he entered: this revision, and no other (sender/decide.c). */
static struct str by_hand_detail(struct choice *choice, const struct book_doc *doc)
{
    return arena_format(&choice->shell->arena, "%" PRIu32, doc->status.revision);
}

static const struct deed by_hand_deed = {
    "by-hand", "Entered in PowerOffice by a person, and never sent from here", "Ført manuelt i PowerOffice, og sendes aldri "
                                         "herfra",
    by_hand_objection, by_hand_detail, false,
};

static int by_hand_run(struct shell *shell, const struct args *args)
{
    return deed_run(shell, args, &by_hand_deed);
}

static const struct option deed_options[] = { DEED_OPTIONS, { NULL, NULL, NULL } };

const struct cmd cmd_by_hand = {
    "by-hand", "DOCUMENT... --reason TEXT\n--venue VENUE --from DATE --to DATE [--problem CODE] --reason TEXT",
    "a person has entered or invoiced it in PowerOffice: it is kept, and never sent", deed_options, by_hand_run,
};

/* --- resend --- */

static const char *resend_objection(struct choice *choice, const struct book_doc *doc)
{
    struct shell *shell = choice->shell;

    if (doc->state == DOC_FAILED || doc->state == DOC_QUEUED || problems_have(&doc->draft.problems, PROBLEM_INVOICE_NOT_SENT) ||
        problems_have(&doc->draft.problems, PROBLEM_REVERSED_ELSEWHERE) || book_doc_is_left_reversed(doc) ||
        (doc->state == DOC_HELD && doc->status.known && strcmp(doc->status.work, "send") == 0) ||
        (doc->state == DOC_SENT && (doc->status.pdf == PDF_REFUSED || (doc->status.pdf == PDF_DUE && doc->status.words.len))))
        return NULL;
    if (doc->state == DOC_HELD)
        return about(choice, doc, "%.*s is held: it goes on by itself when its problems are mended; sending it again would "
                     "change nothing", "%.*s er holdt tilbake: det går videre når problemene er rettet; ny sending ville ikke "
                     "endre noe");
    return arena_format(&shell->arena, in_words(shell, "%.*s is %s: there is nothing to send again",
                                                "%.*s er %s: det er ingenting å sende på nytt"), TEXT(doc->id),
                        doc_state_text(doc->state)).bytes;
}

static const struct deed resend_deed = {
    "resend", "To be sent again", "Sendes på nytt", resend_objection, NULL, false,
};

static int resend_run(struct shell *shell, const struct args *args)
{
    return deed_run(shell, args, &resend_deed);
}

const struct cmd cmd_resend = {
    "resend", "DOCUMENT... --reason TEXT\n--venue VENUE --from DATE --to DATE [--problem CODE] --reason TEXT",
    "send again what PowerOffice refused or a person took back there, or have an invoice or a PDF sent, when its cause is mended",
    deed_options, resend_run,
};

/* --- leave-reversed --- */

static const char *leave_reversed_objection(struct choice *choice, const struct book_doc *doc)
{
    return problems_have(&doc->draft.problems, PROBLEM_REVERSED_ELSEWHERE)
               ? NULL : about(choice, doc, "%.*s was not taken back in PowerOffice by a person, as far as is known",
                              "%.*s er ikke tilbakeført i PowerOffice av noen, så vidt det er kjent");
}

static const struct deed leave_reversed_deed = {
    "leave-reversed", "Stays taken back: in no books from here, and listed under manual",
    "Forblir tilbakeført: ikke i regnskapet herfra, og listet under manual", leave_reversed_objection, NULL, false,
};

static int leave_reversed_run(struct shell *shell, const struct args *args)
{
    return deed_run(shell, args, &leave_reversed_deed);
}

const struct cmd cmd_leave_reversed = {
    "leave-reversed", "DOCUMENT... --reason TEXT\n--venue VENUE --from DATE --to DATE [--problem CODE] --reason TEXT",
    "let stay reversed what a person reversed in PowerOffice; bilag resend takes it back", deed_options, leave_reversed_run,
};

/* --- reverse --- */

static enum err not_asked(const struct sale *sale, void *context)
{
    (void)sale;
    (void)context;
    return ERR_OK;
}

/* A voucher that could not be built again would be gone from the books for good. */
static enum err count_trimmed(const struct shell *shell, const struct draft *draft, uint64_t *ret_trimmed)
{
    const struct venue *venue = config_venue(shell->config, draft->doc.venue);
    struct fault fault = { "" };
    struct receipts *receipts;
    enum err err;

    *ret_trimmed = 0;
    if (!venue)
        return ERR_OK;
    err = receipts_open(shell->config, &receipts, &fault);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;          /* a store that is lost is built again from the log */
    err = receipts_of(receipts, venue, draft, not_asked, NULL, ret_trimmed);
    receipts_close(receipts);
    return err;
}

static const char *reverse_objection(struct choice *choice, const struct book_doc *doc)
{
    struct shell *shell = choice->shell;
    uint64_t trimmed;
    enum err err;

    if (doc->draft.doc.kind != DOC_VOUCHER)
        return in_words(shell, "an order is taken back in PowerOffice itself: make a credit note there, or delete the order if "
                        "it is not invoiced", "en ordre tas tilbake i PowerOffice selv: lag en kreditnota der, eller slett "
                        "ordren "
                        "hvis den ikke er fakturert");
    if (doc->state != DOC_SENT)
        return arena_format(&shell->arena, in_words(shell, "%.*s is %s: only what is sent can be reversed",
                                                    "%.*s er %s: bare det som er sendt, kan reverseres"), TEXT(doc->id),
                            doc_state_text(doc->state)).bytes;
    err = count_trimmed(shell, &doc->draft, &trimmed);
    if (err)
        return err_text(err);
    if (trimmed)
        return about(choice, doc, "the receipts of %.*s are older than retention_days and no longer kept: it could not be "
                     "built again. Correct it in PowerOffice by hand", "bongene til %.*s er eldre enn retention_days og ikke "
                     "lenger "
                     "lagret: det kan ikke bygges på nytt. Rett det manuelt i PowerOffice");
    return NULL;
}

static const struct deed reverse_deed = {
    "reverse", "To be reversed in PowerOffice, mapped again and sent anew", "Reverseres i PowerOffice, bygges på nytt og "
                                         "sendes "
    "igjen", reverse_objection, NULL, false,
};

static int reverse_run(struct shell *shell, const struct args *args)
{
    return deed_run(shell, args, &reverse_deed);
}

const struct cmd cmd_reverse = {
    "reverse", "DOCUMENT... --reason TEXT\n--venue VENUE --from DATE --to DATE [--problem CODE] --reason TEXT",
    "reverse vouchers in PowerOffice; their days are mapped again and sent anew", deed_options, reverse_run,
};
