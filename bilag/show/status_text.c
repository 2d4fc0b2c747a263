/* status_text.c - status for a person at a terminal: red first, each with the sentence that says what to do. */
#include "status.h"

#include "bilag/read/manual.h"

#include <inttypes.h>

enum { SENT_SHOWN = 5, DAYS_SHOWN = 5, WIDTH = 104 };

/* Words wrapped under an indent. */
static void paragraph(struct strbuf *out, int indent, struct str text)
{
    int column = 0;

    for (size_t at = 0; at < text.len;) {
        size_t len = 0, width = 0;

        while (at + len < text.len && text.bytes[at + len] != ' ') {
            width += ((unsigned char)text.bytes[at + len] & 0xc0) != 0x80;       /* characters, not bytes */
            len++;
        }
        if (column == 0 || column + 1 + (int)width > WIDTH) {
            strbuf_format(out, "%s%*s", column ? "\n" : "", indent, "");
            column = indent;
        } else {
            strbuf_char(out, ' ');
            column++;
        }
        strbuf_add(out, (struct str){ text.bytes + at, len });
        column += (int)width;
        at += len + 1;
    }
    strbuf_char(out, '\n');
}

static void problems_of(const struct voice *voice, const struct book_doc *doc, struct strbuf *out)
{
    for (size_t i = 0; i < doc->draft.problems.count; i++) {
        const struct problem *problem = &doc->draft.problems.at[i];
        struct strbuf text;

        strbuf_init(&text, 4 * PROBLEM_TEXT_MAX);
        problem_write(problem, voice->language, &text);
        if (problem->count > 1)
            strbuf_format(&text, " (%" PRIu64 "×)", problem->count);
        strbuf_format(&text, " [%s]", problem_code_text(problem->code));
        paragraph(out, 10, strbuf_str(&text));
        strbuf_free(&text);
    }
}

static void say(void *out, const struct advice *advice)
{
    paragraph(out, 10, advice->sentence);
}

static void document(const struct voice *voice, const struct venue_status *venue, const struct book_doc *doc,
                     struct strbuf *out)
{
    static const enum colour colours[DOC_STATE_COUNT] = {
        [DOC_HELD] = RED, [DOC_FAILED] = RED, [DOC_SENT] = GREEN, [DOC_WAITING] = YELLOW, [DOC_BY_HAND] = FAINT,
    };
    char amount[MONEY_TEXT_SIZE], when[32];
    const struct send_status *status = &doc->status;

    strbuf_format(out, "  %s%-7s%s %-30.*s %14s", voice_paint(voice, book_doc_is_red(doc) ? RED : colours[doc->state]),
                  doc_state_text(doc->state), voice_paint(voice, PLAIN), TEXT(doc->id),
                  money_kroner(doc->draft.total, amount));
    if (status->number)
        strbuf_format(out, doc->draft.doc.kind == DOC_ORDER ? voice_words(voice, "  order %" PRId64, "  ordre %" PRId64)
                                                            : voice_words(voice, "  voucher %" PRId64, "  bilag %" PRId64),
                      status->number);
    if (status->sent_ms)
        strbuf_format(out, "  %s", time_text_local(venue->venue, status->sent_ms, when));
    else if (doc->state == DOC_SENDING || doc->state == DOC_QUEUED)
        strbuf_format(out, voice_words(voice, "  %s, try %" PRIu32 ", since %s", "  %s, forsøk %" PRIu32 ", siden %s"),
                      status->work, status->attempts + 1, time_text_local(venue->venue, status->since_ms, when));
    else if (doc->asks)
        strbuf_format(out, "  %s", voice_words(voice, "a decision waits until uploader and invoicer have answered",
                                               "en beslutning venter til uploader og invoicer har svart"));
    else if (doc->draft.phase == DRAFT_OPEN && venue->venue && doc->draft.doc.day < venue->venue->begins)
        strbuf_format(out, "  %s", voice_words(voice, "before the venue begins: only shown, never posted",
                                               "før salgsstedet begynner: bare vist, føres aldri"));
    else if (doc->draft.phase == DRAFT_OPEN && doc->state == DOC_OPEN)
        strbuf_format(out, "  %s", voice_words(voice, "the day is not closed", "dagen er ikke avsluttet"));
    if (doc->draft.doc.kind == DOC_VOUCHER && doc->draft.post_on != doc->draft.doc.day)
        strbuf_format(out, voice_words(voice, "  posted on %s", "  bokført %s"), day_text(doc->draft.post_on, when));
    if (doc->draft.doc.kind == DOC_ORDER && doc->draft.customer.len)
        strbuf_format(out, voice_words(voice, "  customer %.*s", "  kunde %.*s"), TEXT(doc->draft.customer));
    strbuf_char(out, '\n');
    if (doc->state == DOC_BY_HAND)
        return;                          /* what kept it from being sent keeps nobody any more */
    problems_of(voice, doc, out);
    status_advise(voice, doc, say, out);
}

static bool is_shown(const struct book_doc *doc, int pass)
{
    bool warned = doc->draft.problems.count > 0;

    if (book_doc_is_empty(doc))
        return false;
    switch (pass) {
    case 0: return book_doc_is_red(doc);
    case 1: return doc->state == DOC_OPEN && warned;
    case 2: return doc->state == DOC_WAITING || doc->state == DOC_QUEUED || doc->state == DOC_SENDING ||
                   doc->state == DOC_REVERSED;
    case 3: return doc->state == DOC_OPEN && !warned;
    default: return (doc->state == DOC_SENT && !book_doc_is_red(doc)) || doc->state == DOC_BY_HAND;
    }
}

static bool is_remarked(const struct book_doc *doc)
{
    return is_shown(doc, 4) && doc->draft.problems.count > 0 && doc->state == DOC_SENT;
}

/* --- the same problem of many days --- */

enum { GROUP_MIN = 3 };

/* It is held by one problem and nothing else: such are told together, unless each must be decided by itself. */
static bool is_alike(const struct book_doc *doc, const struct book_doc *other)
{
    enum { ONE_BY_ONE = WAY_CHOOSE | WAY_CONNECT | WAY_POST_ON };

    return doc->state == DOC_HELD && other->state == DOC_HELD && doc->draft.doc.kind == other->draft.doc.kind &&
           doc->draft.problems.count == 1 && other->draft.problems.count == 1 &&
           doc->draft.problems.at[0].code == other->draft.problems.at[0].code &&
           !(problem_ways(doc->draft.problems.at[0].code) & ONE_BY_ONE);
}

static size_t alike_before(const struct book_list *list, size_t at)
{
    size_t count = 0;

    for (size_t i = 0; i < at; i++)
        count += is_alike(&list->docs[i], &list->docs[at]);
    return count;
}

static size_t alike_all(const struct book_list *list, size_t at)
{
    return alike_before(list, list->count - 1) + is_alike(&list->docs[list->count - 1], &list->docs[at]);
}

static void group(const struct voice *voice, const struct venue_status *venue, size_t at, size_t count, struct strbuf *out)
{
    const struct book_list *list = &venue->list;
    const struct book_doc *first = &list->docs[at];
    const char *code = problem_code_text(first->draft.problems.at[0].code);
    int32_t to = first->draft.doc.day;
    struct strbuf ids;

    strbuf_init(&ids, 1 << 20);
    strbuf_format(out, "  %s%-8s%s", voice_paint(voice, RED), doc_state_text(first->state), voice_paint(voice, PLAIN));
    strbuf_format(out, voice_words(voice, "%zu documents for the same reason, [%s]; the first one says:\n",
                                   "%zu dokumenter av samme grunn, [%s]; det første sier:\n"), count, code);
    problems_of(voice, first, out);
    for (size_t i = at; i < list->count; i++)
        if (is_alike(first, &list->docs[i])) {
            strbuf_format(&ids, "%s%.*s", ids.len ? " " : "", TEXT(list->docs[i].id));
            to = list->docs[i].draft.doc.day;
        }
    paragraph(out, 10, strbuf_str(&ids));
    status_advise_many(voice, first, first->draft.doc.day, to, say, out);
    strbuf_free(&ids);
}

/* What is red, the same problem of many days in one group. */
static void red_documents(const struct voice *voice, const struct venue_status *venue, struct strbuf *out)
{
    const struct book_list *list = &venue->list;

    for (size_t i = 0; i < list->count; i++) {
        size_t alike = is_shown(&list->docs[i], 0) ? alike_all(list, i) : 0;

        if (!is_shown(&list->docs[i], 0))
            continue;
        if (alike < GROUP_MIN)
            document(voice, venue, &list->docs[i], out);
        else if (alike_before(list, i) == 0)
            group(voice, venue, i, alike, out);
    }
}

/* Red, early warnings, under way, open; then what is sent: all that has a remark, and the last few of the others. */
static void documents(const struct voice *voice, const struct venue_status *venue, size_t sent_shown, struct strbuf *out)
{
    const struct book_list *list = &venue->list;
    size_t sent = 0, waiting = 0;

    red_documents(voice, venue, out);
    for (int pass = 1; pass < 4; pass++)
        for (size_t i = 0; i < list->count; i++)
            if (is_shown(&list->docs[i], pass)) {
                document(voice, venue, &list->docs[i], out);
                waiting += list->docs[i].state == DOC_WAITING;
            }
    if (waiting)
        strbuf_format(out,
                      voice_words(voice,
                                  "          Automatic transfer is off. To send: bilag export --venue %.*s --from DATE "
                                  "--to DATE --transfer\n",
                                  "          Automatisk overføring er av. Send med: bilag export --venue %.*s --from DATO "
                                  "--to DATO --transfer\n"),
                      TEXT(venue->id));
    for (size_t i = 0; i < list->count; i++) {
        if (is_remarked(&list->docs[i]))
            document(voice, venue, &list->docs[i], out);
        sent += is_shown(&list->docs[i], 4) && !is_remarked(&list->docs[i]);
    }
    if (sent > sent_shown)
        strbuf_format(out, voice_words(voice, "  %ssent%s    %zu earlier ones; --venue %.*s shows them\n",
                                       "  %ssent%s    %zu tidligere; --venue %.*s viser dem\n"), voice_paint(voice, GREEN),
                      voice_paint(voice, PLAIN), sent - sent_shown, TEXT(venue->id));
    for (size_t i = 0; i < list->count; i++)
        if (is_shown(&list->docs[i], 4) && !is_remarked(&list->docs[i]) && sent-- <= sent_shown)
            document(voice, venue, &list->docs[i], out);
}

static void proof(const struct voice *voice, const struct day_proof *day, struct strbuf *out)
{
    char when[16], text[4][MONEY_TEXT_SIZE];

    strbuf_format(out, voice_words(voice, "  %sproof%s   %s  ", "  %savstemt%s %s  "), voice_paint(voice, FAINT),
                  voice_paint(voice, PLAIN),
                  day_text(day->day, when));
    if (day->has_z && day->elsewhere.ore)
        strbuf_format(out, voice_words(voice, "Z %s less %s elsewhere = ", "Z %s minus %s annet sted = "),
                      money_kroner(day->z, text[0]), money_kroner(day->elsewhere, text[1]));
    else if (day->has_z)
        strbuf_format(out, "Z %s %s ", money_kroner(day->z, text[0]), day->z.ore == day->lines.ore ? "=" : "<>");
    strbuf_format(out, voice_words(voice, "sales %s = voucher %s + orders %s + manual %s",
                                   "salg %s = bilag %s + ordre %s + manuelt %s"), money_kroner(day->lines, text[0]),
                  money_kroner(day->voucher, text[1]), money_kroner(day->orders, text[2]),
                  money_kroner(day->manual, text[3]));
    if (day->rounding.ore)
        strbuf_format(out, voice_words(voice, "; PowerOffice's rounding of orders %s", "; PowerOffice avrunder ordre med %s"),
                      money_kroner(day->rounding, text[0]));
    if (day->difference.ore)
        strbuf_format(out, voice_words(voice, "  %sDIFFERENCE %s%s", "  %sDIFFERANSE %s%s"), voice_paint(voice, RED),
                      money_kroner(day->difference, text[0]), voice_paint(voice, PLAIN));
    if (day->has_till_vat)
        strbuf_format(out, voice_words(voice, "; VAT till %s, PowerOffice %s", "; mva. kasse %s, PowerOffice %s"),
                      money_kroner(day->till_vat, text[0]), money_kroner(day->computed_vat, text[1]));
    strbuf_char(out, '\n');
}

/* What is a payment type is called what people call it. */
static struct str what_of(const struct venue *venue, const struct draft *draft, const struct manual_item *item)
{
    return venue && !item->movement && !item->left ? venue_title(venue, false, item->what, draft->doc.day) : item->what;
}

static void manual(const struct voice *voice, const struct venue *venue, const struct draft *draft, struct strbuf *out)
{
    char when[16], amount[MONEY_TEXT_SIZE];

    for (size_t i = 0; i < draft->manual_count; i++) {
        const struct manual_item *item = &draft->manual[i];

        strbuf_format(out, voice_words(voice, "  %smanual%s  %s  %14s  %s: %.*s", "  %smanuelt%s %s  %14s  %s: %.*s"),
                      voice_paint(voice, FAINT), voice_paint(voice, PLAIN), day_text(draft->doc.day, when),
                      item->unknown ? voice_words(voice, "not known", "ikke kjent") : money_kroner(item->amount, amount),
                      voice_words(voice, manual_kind(manual_item_kind(item))->en, manual_kind(manual_item_kind(item))->nb),
                      TEXT(what_of(venue, draft, item)));
        if (item->receipt.len)
            strbuf_format(out, " (%.*s%s%.*s%s%.*s%s%.*s)", TEXT(item->receipt),
                          item->order.len ? voice_words(voice, ", order ", ", ordre ") : "", TEXT(item->order),
                          item->customer.len ? voice_words(voice, ", customer ", ", kunde ") : "", TEXT(item->customer),
                          item->paid_with.len ? voice_words(voice, ", paid with ", ", betalt med ") : "",
                          TEXT(item->paid_with));
        strbuf_char(out, '\n');
    }
    if (draft->manual_more)
        strbuf_format(out, voice_words(voice, "  %smanual%s  %s  %" PRIu64 " more: bilag manual --venue %.*s\n",
                                       "  %smanuelt%s %s  %" PRIu64 " til: bilag manual --venue %.*s\n"), voice_paint(voice,
                                                                                                                      FAINT),
                      voice_paint(voice, PLAIN), day_text(draft->doc.day, when), draft->manual_more, TEXT(draft->doc.venue));
}

static void begin(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    char now[32];

    strbuf_format(out, "%sBilag%s %s\n", voice_paint(voice, BOLD), voice_paint(voice, PLAIN), time_text_utc(whole->now_ms,
                                                                                                            now));
}

static void connection(const struct voice *voice, const struct venue_status *venue, struct strbuf *out)
{
    static const enum colour colours[] = { PLAIN, RED, GREEN };
    const char *const connected[] = { voice_words(voice, "not tried yet", "ikke prøvd ennå"),
                                      voice_words(voice, "NOT CONNECTED", "IKKE TILKOBLET"),
                                      voice_words(voice, "connected", "tilkoblet") };

    strbuf_format(out, "\n%s%.*s%s  %.*s  %.*s  %s%s%s\n", voice_paint(voice, BOLD), TEXT(venue->id), voice_paint(voice, PLAIN),
                  TEXT(venue->name), TEXT(venue->company), voice_paint(voice, colours[venue->connected]),
                  venue->venue ? connected[venue->connected] : "", voice_paint(voice, PLAIN));
}

/* "  left out  venues/oslo.yaml:3: ..." */
static void fact(const struct voice *voice, enum colour colour, const char *word, const char *before, struct str fact,
                 struct strbuf *out)
{
    if (fact.len)
        strbuf_format(out, "  %s%s%s%*s%s%.*s\n", voice_paint(voice, colour), word, voice_paint(voice, PLAIN),
                      columns_left(word, 8), "",
                      before, TEXT(fact));
}

/* "oslo-grill            2 held, 14 sent; 2 red". */
static void brief(const struct voice *voice, const struct venue_status *venue, struct strbuf *out)
{
    bool some = false;

    strbuf_format(out, "%s%.*s%s%*s", voice_paint(voice, venue_is_red(venue) ? RED : GREEN), TEXT(venue->id),
                  voice_paint(voice, PLAIN), (int)(venue->id.len < 22 ? 22 - venue->id.len : 1), "");
    if (venue->fault || venue->login_fault.len || venue->connected == CONNECTED_NO)
        strbuf_format(out, "%s%s%s  ", voice_paint(voice, RED),
                      venue->fault ? voice_words(voice, "left out", "utelatt")
                                   : voice_words(voice, "NOT CONNECTED", "IKKE TILKOBLET"), voice_paint(voice, PLAIN));
    for (int i = 0; i < DOC_STATE_COUNT; i++)
        if (venue->states[i]) {
            strbuf_format(out, "%s%" PRIu64 " %s", some ? ", " : "", venue->states[i], doc_state_text((enum doc_state)i));
            some = true;
        }
    if (venue->red)
        strbuf_format(out, voice_words(voice, "; %" PRIu64 " red", "; %" PRIu64 " røde"), venue->red);
    strbuf_char(out, '\n');
}

static void one_venue(const struct voice *voice, const struct whole_status *whole, const struct venue_status *venue,
                      struct strbuf *out)
{
    size_t first = venue->day_count > DAYS_SHOWN && !whole->one_venue ? venue->day_count - DAYS_SHOWN : 0;
    int32_t first_day = venue->day_count ? venue->days[first].day : 0;

    if (whole->brief) {
        brief(voice, venue, out);
        return;
    }
    connection(voice, venue, out);
    fact(voice, RED, voice_words(voice, "left out", "utelatt"), " ", str_of(venue->fault), out);
    fact(voice, RED, voice_words(voice, "login", "nøkkel"), "",
         venue->subscription_refused ? STR_NONE : venue->login_fault, out);
    fact(voice, YELLOW, voice_words(voice, "rights", "tilgang"), voice_words(voice, "the key lacks: ", "nøkkelen mangler: "),
         venue->missing_privileges, out);
    fact(voice, YELLOW, voice_words(voice, "set-up", "oppsett"),
         voice_words(voice, "has faults, so no voucher and no order goes by itself: bilag check --venue ",
                     "har feil, så verken bilag eller ordre sendes automatisk: bilag check --venue "),
         venue->venue && !venue->transfer_allowed ? venue->id : STR_NONE, out);
    fact(voice, YELLOW, voice_words(voice, "add-on", "utvidelse"),
         voice_words(voice, "waits until QuickOrder has it; when they say so: bilag venues confirm ",
                     "venter til QuickOrder har den; når de sier fra: bilag venues confirm "),
         venue->awaits_add_on ? venue->id : STR_NONE, out);
    if (whole->only_red) {
        red_documents(voice, venue, out);
        return;
    }
    documents(voice, venue, whole->one_venue ? SIZE_MAX : SENT_SHOWN, out);
    for (size_t i = 0; i < venue->list.count; i++)
        if (venue->list.docs[i].draft.doc.day >= first_day)
            manual(voice, venue->venue, &venue->list.docs[i].draft, out);
    for (size_t i = 0; i < venue->day_count; i++)
        if (i >= first || venue->days[i].difference.ore)
            proof(voice, &venue->days[i], out);
    if (venue->refused)
        strbuf_format(out, voice_words(voice, "  %srefused%s %" PRIu64 " lines from its tills: bilag refused list --venue "
                                       "%.*s\n",
                                       "  %savvist%s  %" PRIu64 " linjer fra kassene: bilag refused list --venue %.*s\n"),
                      voice_paint(voice, RED), voice_paint(voice, PLAIN), venue->refused, TEXT(venue->id));
    if (!venue->list.count && !venue->fault)
        strbuf_format(out, "  %s\n", voice_words(voice, "no sales yet", "ingen salg ennå"));
}

/* What is held for PowerOffice's sake: who mends it there need not wait. */
static void next_look(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    int64_t next_s = whole_earliest(whole, STR("next_look_at")), key_s = whole_earliest(whole, STR("next_key_at"));
    char when[32];

    if (key_s)
        strbuf_format(out, voice_words(voice,
                                    "a key that PowerOffice refuses is tried again at %s; at once with bilag check --online\n",
                                    "en nøkkel som PowerOffice avviser, prøves igjen %s; med en gang med bilag check --online\n"),
                      time_text_utc(key_s * 1000, when));
    if (next_s)
        strbuf_format(out, voice_words(voice,
                                    "PowerOffice is looked at again for what is held at %s; at once with bilag check --online\n",
                                    "PowerOffice ses på igjen for det som er stoppet %s; med en gang med bilag check --online\n"),
                      time_text_utc(next_s * 1000, when));
}

static void stages(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    strbuf_format(out, "\n%s%s%s ", voice_paint(voice, BOLD), voice_words(voice, "stages", "prosesser"), voice_paint(voice,
                                                                                                                     PLAIN));
    for (size_t i = 0; i < whole->stage_count; i++) {
        const struct stage_state *stage = &whole->stages[i];

        strbuf_format(out, " %s %d %s%s%s", stage->stage, stage->instance, voice_paint(voice, stage->up ? GREEN : RED),
                      stage->up ? voice_words(voice, "up", "oppe") : voice_words(voice, "down", "nede"), voice_paint(voice,
                                                                                                                     PLAIN));
        if (stage->has_lag && stage->lag)
            strbuf_format(out, voice_words(voice, " (%" PRId64 " behind)", " (%" PRId64 " etter)"), stage->lag);
        strbuf_format(out, "%s", i + 1 < whole->stage_count ? "," : "\n");
    }
    for (size_t i = 0; i < whole->stage_count; i++)
        if (whole->stages[i].refused.len)
            strbuf_format(out, voice_words(voice, "%sreload%s  %s %d keeps its former configuration: %.*s. When it is mended, "
                                           "reload (SIGHUP)\n", "%slasting%s %s %d beholder det forrige oppsettet: %.*s. Når det er rettet, "
                                           "last på nytt (SIGHUP)\n"), voice_paint(voice, RED), voice_paint(voice, PLAIN),
                          whole->stages[i].stage, whole->stages[i].instance, TEXT(whole->stages[i].refused));
    for (size_t i = 0; i < whole->stage_count; i++)
        if (whole->stages[i].damaged_day.len)
            strbuf_format(out, voice_words(voice, "%sdamaged%s %s %d cannot read %" PRId64 " of its days, %.*s among them: "
                                           "what is due of them waits. bilag fsck names what is damaged and says what to do\n",
                                           "%sskadet%s %s %d kan ikke lese %" PRId64 " av dagene sine, blant dem "
                                           "%.*s: det som gjenstår av dem, venter. bilag fsck nevner hva som er skadet, og "
                                           "sier hva som kan gjøres\n"), voice_paint(voice, RED),
                          voice_paint(voice, PLAIN), whole->stages[i].stage, whole->stages[i].instance,
                          whole->stages[i].damaged_days, TEXT(whole->stages[i].damaged_day));
    for (size_t i = 0; i < whole->stage_count; i++)
        if (whole->stages[i].untold.len)
            strbuf_format(out, voice_words(voice, "%suntold%s  %s cannot reach %.*s. It is tried again, and nothing is lost "
                                           "meanwhile\n",
                                           "%sufortalt%s %s når ikke %.*s. Det prøves igjen, og ingenting går tapt "
                                           "imens\n"),
                          voice_paint(voice, RED), voice_paint(voice, PLAIN), whole->stages[i].stage,
                          TEXT(whole->stages[i].untold));
    next_look(voice, whole, out);
}

static void standby(const struct voice *voice, const struct fleet_standby *standby, struct strbuf *out)
{
    bool in_step = str_equal(standby->sync, STR("sync")) || str_equal(standby->sync, STR("quorum"));

    strbuf_format(out, voice_words(voice, "; standby %.*s ", "; reserve %.*s "), TEXT(standby->name));
    if (!standby->sync.len || standby->behind < 0)
        strbuf_add(out, str_of(voice_words(voice, "(how far it is, only members of pg_monitor are told)",
                                           "(hvor langt den er kommet, får bare medlemmer av pg_monitor vite)")));
    else
        strbuf_format(out, voice_words(voice, "%s%s%s, %" PRId64 " bytes behind", "%s%s%s, %" PRId64 " byte etter"),
                      voice_paint(voice, in_step ? GREEN : YELLOW),
                      in_step ? voice_words(voice, "is waited for", "ventes på")
                              : voice_words(voice, "is not waited for", "ventes ikke på"),
                      voice_paint(voice, PLAIN), standby->behind);
}

static void machine(const struct voice *voice, const struct fleet_machine *machine, struct strbuf *out)
{
    strbuf_format(out, "%s%s%s  %.*s%s:", voice_paint(voice, BOLD), voice_words(voice, "machine", "maskin"),
                  voice_paint(voice, PLAIN), TEXT(machine->name),
                  machine->here ? voice_words(voice, " (this one)", " (denne)") : "");
    for (size_t i = 0; i < machine->count; i++) {
        const struct fleet_instance *instance = &machine->instances[i];

        strbuf_format(out, "%s %.*s %d", i ? "," : "", TEXT(instance->stage), instance->instance);
        if (instance->ran_out_ms)
            strbuf_format(out, voice_words(voice, " %saway for %" PRId64 " s%s", " %sborte i %" PRId64 " s%s"),
                          voice_paint(voice, RED), instance->ran_out_ms / 1000, voice_paint(voice, PLAIN));
        else if (instance->things)
            strbuf_format(out, voice_words(voice, " (%" PRIu64 " partitions)", " (%" PRIu64 " partisjoner)"),
                          instance->things);
        if (instance->differs)
            strbuf_format(out, voice_words(voice, " %sruns with another configuration or version%s",
                                           " %skjører med et annet oppsett eller en annen versjon%s"),
                          voice_paint(voice, RED), voice_paint(voice, PLAIN));
    }
    strbuf_char(out, '\n');
}

/* Where stores lie in folders there is one machine, and nothing to tell. */
static void fleet(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    const struct fleet *fleet = &whole->fleet;

    if (!fleet->postgresql)
        return;
    strbuf_format(out, "%s%s%s   PostgreSQL %.*s, %.*s: %s%s%s", voice_paint(voice, BOLD),
                  voice_words(voice, "stores", "lagre"), voice_paint(voice, PLAIN), TEXT(fleet->version), TEXT(fleet->server),
                  voice_paint(voice, fleet->primary ? GREEN : RED),
                  fleet->primary ? voice_words(voice, "primary", "hovedtjener") : voice_words(voice, "a standby", "en reserve"),
                  voice_paint(voice, PLAIN));
    for (size_t i = 0; i < fleet->standby_count; i++)
        standby(voice, &fleet->standbys[i], out);
    strbuf_char(out, '\n');
    if (whole_waits_for_standby(whole))
        strbuf_format(out, voice_words(voice,
                                       "%sno standby%s is in step: nothing can be acknowledged until one is, and tills are told to "
                                       "send again\n",
                                       "%singen reserve%s er i takt: ingenting kan kvitteres før en er det, og kassene får beskjed "
                                       "om å sende igjen\n"),
                      voice_paint(voice, RED), voice_paint(voice, PLAIN));
    for (size_t i = 0; i < fleet->machine_count; i++)
        machine(voice, &fleet->machines[i], out);
}

static void backlog(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    char when[2][32];

    if (!whole->backlog.documents)
        return;
    strbuf_format(out, whole->backlog.documents == 1
                           ? voice_words(voice, "%sbacklog%s %" PRIu64 " document to send, since %s (%s); ",
                                         "%setterslep%s %" PRIu64 " dokument skal sendes, siden %s (%s); ")
                           : voice_words(voice, "%sbacklog%s %" PRIu64 " documents to send, the oldest since %s (%s); ",
                                         "%setterslep%s %" PRIu64 " dokumenter skal sendes, det eldste siden %s (%s); "),
                  voice_paint(voice, BOLD), voice_paint(voice, PLAIN), whole->backlog.documents,
                  time_text_utc(whole->backlog.oldest_ms, when[0]), whole->backlog.oldest);
    if (whole->outage)
        strbuf_format(out, voice_words(voice, "through about %" PRId64 " minutes after it answers\n",
                                       "ferdig omtrent %" PRId64 " minutter etter at PowerOffice svarer igjen\n"),
                      whole->takes_ms / 60000 + 1);
    else
        strbuf_format(out, voice_words(voice, "at the full quota through %s\n", "med full kvote ferdig %s\n"),
                      time_text_utc(whole->through_ms, when[1]));
}

/* "parked  new-bar  12 sales, 1 234,00, 2026-11-20 to 2026-11-24: ..." */
static void parked(const struct voice *voice, const struct parked_venue *parked, struct strbuf *out)
{
    const char *word = voice_words(voice, "parked", "parkert");
    char amount[MONEY_TEXT_SIZE], from[32], to[32];

    strbuf_format(out, "%s%s%s%*s", voice_paint(voice, parked_is_red(parked) ? RED : FAINT), word, voice_paint(voice, PLAIN),
                  columns_left(word, 8), "");
    strbuf_format(out, parked->receipts == 1 ? voice_words(voice, "%.*s: %" PRIu64 " sale, %s, of %.10s to %.10s; ",
                                                        "%.*s: %" PRIu64 " salg, %s, fra %.10s til %.10s; ")
                                          : voice_words(voice, "%.*s: %" PRIu64 " sales, %s, of %.10s to %.10s; ",
                                                        "%.*s: %" PRIu64 " salg, %s, fra %.10s til %.10s; "),
                  TEXT(parked->venue), parked->receipts,
                  parked->sum_known ? money_kroner(parked->sum, amount) : "?", time_text_utc(parked->first_s * 1000, from),
                  time_text_utc(parked->last_s * 1000, to));
    if (parked->is_set_up)
        strbuf_add(out, str_of(voice_words(voice, "taken in when bilag-mapper loads the configuration (SIGHUP); those that "
                                        "stay need a record that is damaged: bilag fsck says which, and what to do\n",
                                        "tas inn når bilag-mapper leser oppsettet på nytt (SIGHUP); blir noen liggende, er en "
                                        "post som de trenger, skadet: bilag fsck sier hvilken og hva som kan gjøres\n")));
    else if (parked_is_red(parked))
        strbuf_format(out, voice_words(voice, "the venue is not set up or its file is wrong: put venues/%.*s.yaml right (bilag "
                                    "check) and reload, then they are taken in; if no such venue is to be: bilag refused "
                                    "dismiss parked --venue %.*s --reason TEXT\n",
                                    "stedet er ikke satt opp, eller filen er feil: rett venues/%.*s.yaml (bilag check) og "
                                    "last på nytt, så tas de inn; skal stedet ikke finnes: bilag refused dismiss parked "
                                    "--venue %.*s --reason TEKST\n"), TEXT(parked->venue), TEXT(parked->venue));
    else
        strbuf_add(out, str_of(voice_words(voice, "seen to by a person; kept\n", "avklart av en person; beholdes\n")));
}

/* Once for the whole installation, whatever venues it is that cannot send. */
static void subscription(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    if (!whole->subscription_refused)
        return;
    strbuf_format(out, "%s%s%s  ", voice_paint(voice, RED), voice_words(voice, "subscription key", "abonnementsnøkkel"),
                  voice_paint(voice, PLAIN));
    whole_subscription(whole, out);
    strbuf_char(out, '\n');
}

static void begun(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    for (size_t i = 0; i < whole->begun.count; i++)
        strbuf_format(out, voice_words(voice, "%sbroken off%s bilag forget at %.*s (%.*s): stop the stages and give the same "
                                       "command again\n",
                                       "%savbrutt%s bilag forget ved %.*s (%.*s): stopp prosessene og gi samme kommando igjen\n"),
                      voice_paint(voice, RED), voice_paint(voice, PLAIN), TEXT(whole->begun.at[i].scope),
                      TEXT(whole->begun.at[i].pseudonym));
}

static void end(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    stages(voice, whole, out);
    fleet(voice, whole, out);
    if (whole->outage)
        strbuf_format(out, voice_words(voice, "%sPowerOffice does not answer%s: what is due waits, and goes by itself when it "
                                       "is back\n", "%sPowerOffice svarer ikke%s: det som skal sendes, venter og sendes "
                                       "automatisk når PowerOffice svarer igjen\n"),
                      voice_paint(voice, RED), voice_paint(voice, PLAIN));
    subscription(voice, whole, out);
    backlog(voice, whole, out);
    if (whole->refused_total)
        strbuf_format(out, voice_words(voice, "%srefused%s %" PRIu64 " %s that ingest did not take: bilag refused list\n",
                                       "%savvist%s  %" PRIu64 " %s som ingest ikke tok imot: bilag refused list\n"),
                      voice_paint(voice, RED), voice_paint(voice, PLAIN), whole->refused_total,
                      whole->refused_total == 1 ? voice_words(voice, "line", "linje") : voice_words(voice, "lines", "linjer"));
    for (size_t i = 0; i < whole->parked.count; i++)
        parked(voice, &whole->parked.at[i], out);
    begun(voice, whole, out);
    strbuf_format(out, "%s%s%s  ", voice_paint(voice, BOLD), voice_words(voice, "total", "i alt"), voice_paint(voice, PLAIN));
    for (int i = 0; i < DOC_STATE_COUNT; i++)
        if (whole->states[i])
            strbuf_format(out, " %" PRIu64 " %s,", whole->states[i], doc_state_text((enum doc_state)i));
    strbuf_format(out, whole_red(whole) == 1 ? voice_words(voice, " %" PRIu64 " red", " %" PRIu64 " rød")
                                       : voice_words(voice, " %" PRIu64 " red", " %" PRIu64 " røde"), whole_red(whole));
    if (whole->warned)
        strbuf_format(out, whole->warned == 1 ? voice_words(voice, ", %" PRIu64 " open day with a warning",
                                                            ", %" PRIu64 " åpen dag med advarsel")
                                              : voice_words(voice, ", %" PRIu64 " open days with a warning",
                                                            ", %" PRIu64 " åpne dager med advarsel"), whole->warned);
    strbuf_char(out, '\n');
}

const struct status_form status_text = { "text", begin, one_venue, end };
