/* advice.c - what a person can do about a document, command by command: made from each problem's ways on
 * (domain/problem.h), for every form of the status. */
#include "shellword.h"
#include "status.h"

#include "domain/wording.h"

#include <string.h>

#define IN(state) (1u << (state))
#define NOT_SENT (IN(DOC_OPEN) | IN(DOC_HELD) | IN(DOC_FAILED))
#define ANY (NOT_SENT | IN(DOC_SENT) | IN(DOC_SENDING) | IN(DOC_QUEUED) | IN(DOC_WAITING))

/* A way is told of documents in these states; what has no command is told by the problem's own sentence.
 *   en, nb  with the marks of domain/wording.h: who has the pages is told them alone, without the command
 *   {doc} {venue} {code}; {receipt} the one that it is about; {customer} the till's; {from} {to} business days
 * What a person fills in stands in capitals; it is DATO and so on in Norwegian (said_in()). */
static const struct way_row {
    unsigned states;
    const char *en, *nb;
    const char *command;
    const char *many;                    /* for all documents of {from} to {to} that have the problem */
} rows[WAY_COUNT] = {
    [WAY_WAIT_PLACE] = { ANY, NULL, NULL, NULL, NULL },
    [WAY_TILL_PLACE] = { ANY, NULL, NULL, NULL, NULL },
    [WAY_SETTINGS_PLACE] = { NOT_SENT,
        "<When the set-up is right (systemctl reload 'bilag-*' has it read again), see|Put the set-up right>",
        "<Når oppsettet er riktig (systemctl reload 'bilag-*' leser det på nytt), se|Rett oppsettet>",
        "bilag check --venue {venue}", "bilag check --venue {venue}" },
    [WAY_POWEROFFICE_PLACE] = { NOT_SENT,
        "<What was mended in PowerOffice is seen at once with|Put it right in PowerOffice, and have PowerOffice asked anew>",
        "<Det som er rettet i PowerOffice, blir sett med en gang med|Rett det i PowerOffice, og be om at PowerOffice blir spurt "
        "på nytt>",
        "bilag check --online --venue {venue}", "bilag check --online --venue {venue}" },
    [WAY_KEY_PLACE] = { NOT_SENT | IN(DOC_SENT), "<With|Connect with> another key", "<Med|Koble til med> en annen nøkkel",
                        "bilag venues connect {venue}", "bilag venues connect {venue}" },
    [WAY_CONNECT_PLACE] = { NOT_SENT, "<To connect|Connect> the customer", "<For å koble|Koble> kunden",
                            "bilag customers --venue {venue} connect {customer} NUMBER",
                            "bilag customers --venue {venue} suggest" },
    [WAY_PRODUCTS_PLACE] = { NOT_SENT,
                             "<To make the missing products|Make the missing products in PowerOffice>",
                             "<For å opprette produktene som mangler|Opprett produktene som mangler, i PowerOffice>",
                             "bilag products --venue {venue} create", "bilag products --venue {venue} create" },
    [WAY_ACCEPT_PLACE] = { IN(DOC_HELD) | IN(DOC_SENT), "If it is right as it is", "Hvis det er riktig som det er",
                           "bilag accept {doc} {code} --reason \"...\"",
                           "bilag accept --venue {venue} --from {from} --to {to} --problem {code} --reason \"...\"" },
    [WAY_POST_ON_PLACE] = { IN(DOC_HELD) | IN(DOC_FAILED), "<To post|Post> it on an open day",
                            "<For å føre|Før> det på en åpen dag",
                            "bilag accept {doc} --post-on DATE --reason \"...\"",
                            "bilag accept DOCUMENT --post-on DATE --reason \"...\"" },
    [WAY_LEAVE_OUT_PLACE] = { ANY, "<To leave|Leave> the receipt out, and enter it by hand",
                              "<For å holde bongen utenfor og føre|Hold bongen utenfor, og før> den manuelt",
                              "bilag leave-out {receipt} --reason \"...\"",
                              "bilag leave-out --venue {venue} --from {from} --to {to} --problem {code} --reason \"...\"" },
    [WAY_RESTARTED_PLACE] = { ANY, "If the till was reset and counts anew", "Hvis kassen er nullstilt og teller på nytt",
                              "bilag restarted {receipt} --reason \"...\"", NULL },
    [WAY_CHOOSE_PLACE] = { ANY, "If only one of the two happened", "Hvis bare den ene skjedde",
                           "bilag choose {receipt} first|second --reason \"...\"", NULL },
    [WAY_RESEND_PLACE] = { IN(DOC_FAILED) | IN(DOC_SENT), "When the cause is mended", "Når årsaken er rettet",
                           "bilag resend {doc} --reason \"...\"",
                           "bilag resend --venue {venue} --from {from} --to {to} --problem {code} --reason \"...\"" },
    [WAY_REVERSE_PLACE] = { IN(DOC_SENT), "When the cause is mended", "Når årsaken er rettet",
                            "bilag reverse {doc} --reason \"...\"",
                            "bilag reverse --venue {venue} --from {from} --to {to} --problem {code} --reason \"...\"" },
    [WAY_LEAVE_REVERSED_PLACE] = { IN(DOC_SENT), "If nothing of it shall stand in the books",
                                   "Hvis ingenting av det skal stå i regnskapet", "bilag leave-reversed {doc} --reason \"...\"",
                                   "bilag leave-reversed --venue {venue} --from {from} --to {to} --problem {code} --reason "
                                   "\"...\"" },
    [WAY_CONFIRM_PLACE] = { NOT_SENT, "When QuickOrder says that it has the add-on", "Når QuickOrder sier at de har utvidelsen",
                            "bilag venues confirm {venue}", "bilag venues confirm {venue}" },
    [WAY_BY_HAND_PLACE] = { IN(DOC_HELD) | IN(DOC_FAILED), "If you have entered or invoiced it in PowerOffice yourself",
                            "Hvis du har ført eller fakturert det i PowerOffice selv",
                            "bilag by-hand {doc} --reason \"...\"",
                            "bilag by-hand --venue {venue} --from {from} --to {to} --problem {code} --reason \"...\"" },
};

/* What a command is about. */
struct about {
    const struct voice *voice;
    const struct book_doc *doc;
    const struct problem *problem;       /* NULL: none; the state alone says it */
    int32_t from, to;
};

static void put_place(const struct about *about, struct str name, struct strbuf *out)
{
    const struct problem *problem = about->problem;
    char day[16];

    if (str_equal(name, STR("doc")))
        strbuf_add(out, about->doc->id);
    else if (str_equal(name, STR("venue")))
        strbuf_add(out, about->doc->draft.doc.venue);
    else if (str_equal(name, STR("from")))
        strbuf_add(out, str_of(day_text(about->from, day)));
    else if (str_equal(name, STR("to")))
        strbuf_add(out, str_of(day_text(about->to, day)));
    else if (problem && str_equal(name, STR("code")))
        strbuf_add(out, str_of(problem_code_text(problem->code)));
    else if (problem && str_equal(name, STR("customer")))
        shellword_add(out, problem->arg[0]);
    else if (problem && str_equal(name, STR("receipt")))
        strbuf_format(out, STR_FMT "/" STR_FMT, STR_ARG(about->doc->draft.doc.venue),
                      STR_ARG(problem->code == PROBLEM_RECEIPT_CONFLICT ? problem->arg[0] : problem->first));
}

/* Is it about a receipt that the problem does not name? */
static bool lacks_receipt(const struct about *about, const char *command)
{
    const struct problem *problem = about->problem;

    return strstr(command, "{receipt}") &&
           (problem->code == PROBLEM_RECEIPT_CONFLICT ? problem->arg[0] : problem->first).len == 0;
}

/* The capitals that a person fills in. */
static size_t said_in(const struct voice *voice, const char *at, struct strbuf *out)
{
    static const struct { const char *en, *nb; } words[] = {
        { "DATE", "DATO" }, { "NUMBER", "NUMMER" }, { "DOCUMENT", "DOKUMENT" },
    };

    for (size_t i = 0; i < COUNT(words); i++)
        if (strncmp(at, words[i].en, strlen(words[i].en)) == 0) {
            strbuf_add(out, str_of(voice_words(voice, words[i].en, words[i].nb)));
            return strlen(words[i].en);
        }
    return 0;
}

static void write_command(const struct about *about, const char *command, struct strbuf *out)
{
    for (const char *at = command; *at;) {
        size_t taken = said_in(about->voice, at, out);

        if (!taken && *at == '{') {
            taken = (size_t)(strchr(at, '}') - at) + 1;
            put_place(about, (struct str){ at + 1, taken - 2 }, out);
        } else if (!taken) {
            strbuf_char(out, *at);
            taken = 1;
        }
        at += taken;
    }
}

/* Each command once a document, however many problems have it: one a line. */
static bool is_said(const struct strbuf *said, struct str command)
{
    struct str left = strbuf_str(said);

    while (left.len) {
        size_t len = (size_t)((const char *)memchr(left.bytes, '\n', left.len) - left.bytes);

        if (str_equal((struct str){ left.bytes, len }, command))
            return true;
        left = (struct str){ left.bytes + len + 1, left.len - len - 1 };
    }
    return false;
}

struct advising { advice_say say; void *context; struct strbuf said; };

/* Of what is sent, only what was taken back there can have been entered by a person instead. */
static bool is_told(const struct about *about, enum way_place place)
{
    if (place == WAY_BY_HAND_PLACE && about->problem && about->problem->code == PROBLEM_REVERSED_ELSEWHERE)
        return about->doc->state == DOC_SENT;
    return rows[place].states & IN(about->doc->state);
}

static void say_way(struct advising *advising, const struct about *about, enum way_place place, bool many)
{
    const struct way_row *row = &rows[place];
    const char *command = many ? row->many : row->command;
    struct advice advice = { .way = way_text(place), .problem = about->problem };
    struct strbuf out;
    size_t lead;

    if (!command || !is_told(about, place) || lacks_receipt(about, command) ||
        (place == WAY_POST_ON_PLACE && about->doc->draft.doc.kind != DOC_VOUCHER))
        return;
    strbuf_init(&out, ADVICE_MAX);
    wording_pick(voice_words(about->voice, row->en, row->nb), about->voice->wording, about->voice->language, &out);
    advice.lead.len = out.len;
    strbuf_add(&out, STR(": "));
    lead = out.len;
    write_command(about, command, &out);
    advice.sentence = strbuf_str(&out);
    advice.lead.bytes = advice.sentence.bytes;
    advice.command = (struct str){ advice.sentence.bytes + lead, advice.sentence.len - lead };
    if (!out.failed && !is_said(&advising->said, advice.command)) {
        strbuf_add(&advising->said, advice.command);
        strbuf_char(&advising->said, '\n');
        advising->say(advising->context, &advice);
    }
    strbuf_free(&out);
}

/* So many receipts that they are told, and left out, together. */
static bool is_crowd(const struct problems *problems, enum problem_code code)
{
    enum { CROWD = 4 };
    size_t count = 0;

    for (size_t i = 0; i < problems->count; i++)
        count += problems->at[i].code == code;
    return count >= CROWD;
}

/* Way by way, so that what ends the whole document comes last. */
static void say_ways(struct advising *advising, const struct about *all, bool many)
{
    const struct problems *problems = &all->doc->draft.problems;

    for (int place = 0; place < WAY_COUNT; place++)
        for (size_t i = 0; i < problems->count; i++) {
            struct about about = *all;

            about.problem = &problems->at[i];
            if (problem_ways(about.problem->code) & (1u << place))
                say_way(advising, &about, (enum way_place)place,
                        many || (place == WAY_LEAVE_OUT_PLACE && is_crowd(problems, about.problem->code)));
        }
}

static void say_words(struct advising *advising, const struct about *about)
{
    struct strbuf out;
    struct advice advice = { .way = "" };

    strbuf_init(&out, ADVICE_MAX + about->doc->status.words.len);
    strbuf_format(&out, voice_words(about->voice, "PowerOffice said: %.*s", "PowerOffice svarte: %.*s"),
                  TEXT(about->doc->status.words));
    advice.sentence = strbuf_str(&out);
    advising->say(advising->context, &advice);
    strbuf_free(&out);
}

/* Once is enough: a problem's sentence may have them. */
static bool words_said(const struct book_doc *doc)
{
    const struct problems *problems = &doc->draft.problems;

    for (size_t i = 0; i < problems->count; i++)
        for (size_t k = 0; k < PROBLEM_ARGS; k++)
            if (problems->at[i].arg[k].len && memmem(problems->at[i].arg[k].bytes, problems->at[i].arg[k].len,
                                                     doc->status.words.bytes, doc->status.words.len))
                return true;
    return false;
}

void status_advise(const struct voice *voice, const struct book_doc *doc, advice_say say, void *context)
{
    struct about about = { voice, doc, NULL, doc->draft.doc.day, doc->draft.doc.day };
    struct advising advising = { .say = say, .context = context };

    if (doc->state == DOC_BY_HAND)
        return;
    strbuf_init(&advising.said, 1 << 20);
    if (doc->status.words.len && !words_said(doc) && (doc->state == DOC_FAILED || doc->state == DOC_SENDING))
        say_words(&advising, &about);
    say_ways(&advising, &about, false);
    if (doc->state == DOC_FAILED) {      /* whatever is kept of why */
        say_way(&advising, &about, WAY_RESEND_PLACE, false);
        say_way(&advising, &about, WAY_BY_HAND_PLACE, false);
    }
    strbuf_free(&advising.said);
}

void status_advise_many(const struct voice *voice, const struct book_doc *first, int32_t from, int32_t to, advice_say say,
                        void *context)
{
    struct about about = { voice, first, NULL, from, to };
    struct advising advising = { .say = say, .context = context };

    strbuf_init(&advising.said, 1 << 20);
    say_ways(&advising, &about, true);
    strbuf_free(&advising.said);
}
