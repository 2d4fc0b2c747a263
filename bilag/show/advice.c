/* advice.c - what a person can do about a document, command by command, for every form of the status. */
#include "status.h"

#include <stdio.h>

static bool is_said_before(const struct problems *problems, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (problems->at[k].code == problems->at[i].code)
            return true;
    return false;
}

/* Each problem is accepted by its own code, once, and only if nothing is left that cannot be. */
static void advise_accept(const struct voice *voice, const struct book_doc *doc, advice_say say, void *context)
{
    const struct problems *problems = &doc->draft.problems;
    char text[ADVICE_MAX];
    bool all = doc->state == DOC_HELD || doc->state == DOC_SENT;

    for (size_t i = 0; i < problems->count; i++)
        all = all && problem_acceptable(problems->at[i].code);
    for (size_t i = 0; all && i < problems->count; i++) {
        if (is_said_before(problems, i))
            continue;
        (void)snprintf(text, sizeof text,
                       voice_words(voice, "If it is right as it is: bilag accept %.*s %s --reason \"...\"",
                                   "Hvis det er riktig som det er: bilag accept %.*s %s --reason \"...\""),
                       TEXT(doc->id), problem_code_text(problems->at[i].code));
        say(context, str_of(text));
    }
}

static void advise_conflict(const struct voice *voice, const struct book_doc *doc, struct str receipt, advice_say say,
                            void *context)
{
    char text[ADVICE_MAX];

    (void)snprintf(text, sizeof text,
                   voice_words(voice, "If the till was reset and counts anew: bilag restarted %.*s/%.*s --reason \"...\"",
                               "Hvis kassen er nullstilt og teller på nytt: bilag restarted %.*s/%.*s --reason \"...\""),
                   TEXT(doc->draft.doc.venue), TEXT(receipt));
    say(context, str_of(text));
    (void)snprintf(text, sizeof text,
                   voice_words(voice, "If only one of the two happened: bilag choose %.*s/%.*s first|second --reason \"...\"",
                               "Hvis bare den ene skjedde: bilag choose %.*s/%.*s first|second --reason \"...\""),
                   TEXT(doc->draft.doc.venue), TEXT(receipt));
    say(context, str_of(text));
}

void status_advise(const struct voice *voice, const struct book_doc *doc, advice_say say, void *context)
{
    const struct problems *problems = &doc->draft.problems;
    const char *resend = doc->state == DOC_FAILED ? voice_words(voice, "When the cause is mended", "Når årsaken er rettet")
                         : problems_have(problems, PROBLEM_INVOICE_NOT_SENT) ? voice_words(voice, "Then", "Deretter") : NULL;
    char text[ADVICE_MAX];

    if (doc->state == DOC_BY_HAND)
        return;
    for (size_t i = 0; i < problems->count; i++)
        if (problems->at[i].code == PROBLEM_RECEIPT_CONFLICT)
            advise_conflict(voice, doc, problems->at[i].arg[0], say, context);
    if (doc->status.words.len && (doc->state == DOC_FAILED || doc->state == DOC_SENDING)) {
        (void)snprintf(text, sizeof text, voice_words(voice, "PowerOffice said: %.*s", "PowerOffice svarte: %.*s"),
                       TEXT(doc->status.words));
        say(context, str_of(text));
    }
    if (resend) {
        (void)snprintf(text, sizeof text, "%s: bilag resend %.*s --reason \"...\"", resend, TEXT(doc->id));
        say(context, str_of(text));
    }
    advise_accept(voice, doc, say, context);
}
