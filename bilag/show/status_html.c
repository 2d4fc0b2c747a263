/* status_html.c - status as one page that needs nothing else: no script, no font, no picture. */
#include "status.h"

#include "base/clean.h"

#include <inttypes.h>

static void money(struct strbuf *out, struct money amount)
{
    char buffer[MONEY_TEXT_SIZE];

    strbuf_format(out, "<td class=n>%s", money_kroner(amount, buffer));
}

static void begin(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    char now[32];

    strbuf_format(out, "<!doctype html><html lang=\"%s\"><meta charset=utf-8><title>Bilag</title>"
                  "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">"
                  "<meta name=viewport content=\"width=device-width\"><style>"
                  "body{font:15px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}"
                  "table{border-collapse:collapse;width:100%%}td,th{text-align:left;vertical-align:top;padding:.3em .6em;"
                  "border-bottom:1px solid #ddd}.n{text-align:right;white-space:nowrap}"
                  ".held,.failed,.down{color:#b00020;font-weight:bold}.sent,.up{color:#06752f}.by_hand{color:#666}"
                  ".waiting{color:#8a5a00}p{margin:.2em 0}h2{margin:1.6em 0 .3em}small{color:#666}"
                  "</style><h1>Bilag</h1><p>%s", voice->language.len == 2 ? voice->language.bytes : "en",
                  time_text_utc(whole->now_ms, now));
}

static void say(void *out, const struct advice *advice)
{
    strbuf_format(out, "<p>");
    strbuf_clean_html(out, advice->sentence);
}

static void document(const struct voice *voice, const struct venue_status *venue, const struct book_doc *doc,
                     struct strbuf *out)
{
    const char *state = doc_state_text(doc->state);
    char when[32];

    strbuf_format(out, "<tr><td class=%s>%s<td>", book_doc_is_red(doc) ? "held" : state, state);
    strbuf_clean_html(out, doc->id);
    for (size_t i = 0; i < doc->draft.problems.count && doc->state != DOC_BY_HAND; i++) {
        struct strbuf sentence;

        strbuf_init(&sentence, 4 * PROBLEM_TEXT_MAX);
        problem_write(&doc->draft.problems.at[i], voice->language, &sentence);
        strbuf_format(out, "<p>");
        strbuf_clean_html(out, strbuf_str(&sentence));
        strbuf_free(&sentence);
    }
    if (doc->asks)
        strbuf_format(out, "<p>%s", voice_words(voice, "A decision waits until uploader and invoicer have answered.",
                                                "En beslutning venter til uploader og invoicer har svart."));
    status_advise(voice, doc, say, out);
    money(out, doc->draft.total);
    strbuf_format(out, "<td class=n>");
    if (doc->status.number)
        strbuf_format(out, "%" PRId64, doc->status.number);
    strbuf_format(out, "<td>%s", doc->status.sent_ms ? time_text_local(venue->venue, doc->status.sent_ms, when) : "");
}

/* Who cannot be reached, what is not set right, what was not taken: the same facts as in the text. */
static void venue_facts(const struct voice *voice, const struct venue_status *venue, struct strbuf *out)
{
    const struct { const char *class_, *before; struct str fact; } facts[] = {
        { "held", "", venue->fault ? str_of(venue->fault) : STR_NONE },
        { "held", "", venue->subscription_refused ? STR_NONE : venue->login_fault },
        { "waiting", voice_words(voice, "The key lacks rights: ", "Nøkkelen mangler rettigheter: "),
         venue->missing_privileges },
        { "waiting", voice_words(voice, "The set-up has faults, so no voucher and no order goes by itself: bilag check --venue "
                                 "",
                                 "Oppsettet har feil, så verken bilag eller ordre sendes automatisk: bilag check --venue "),
          venue->venue && !venue->transfer_allowed ? venue->id : STR_NONE },
        { "waiting", voice_words(voice, "Its add-on waits until QuickOrder has it; when they say so: bilag venues confirm ",
                                 "Utvidelsen venter til QuickOrder har den; når de sier fra: bilag venues confirm "),
          venue->awaits_add_on ? venue->id : STR_NONE },
        { "held", voice_words(voice, "Lines from its tills were refused: bilag refused list --venue ",
                                 "Linjer fra kassene ble avvist: bilag refused list --venue "),
          venue->refused ? venue->id : STR_NONE },
    };

    for (size_t i = 0; i < COUNT(facts); i++)
        if (facts[i].fact.len) {
            strbuf_format(out, "<p class=%s>%s", facts[i].class_, facts[i].before);
            strbuf_clean_html(out, facts[i].fact);
        }
    if (venue->refused)
        strbuf_format(out, " (%" PRIu64 ")", venue->refused);
}

/* How much is left to be done by hand, and where it is listed. */
static void manual(const struct voice *voice, const struct venue_status *venue, struct strbuf *out)
{
    struct money sum = { 0 };
    uint64_t items = 0;
    char buffer[MONEY_TEXT_SIZE];
    bool known = true;

    for (size_t i = 0; i < venue->list.count; i++) {
        const struct draft *draft = &venue->list.docs[i].draft;

        if (draft->doc.kind != DOC_VOUCHER)
            continue;
        items += draft->manual_count + draft->manual_more;
        known = known && money_add(sum, draft->manual_total, &sum) == ERR_OK;
    }
    if (!items)
        return;
    strbuf_format(out, items == 1 ? voice_words(voice, "<p>To be done by hand: %" PRIu64 " item",
                                                "<p>Føres manuelt: %" PRIu64 " post")
                                  : voice_words(voice, "<p>To be done by hand: %" PRIu64 " items",
                                                "<p>Føres manuelt: %" PRIu64 " poster"), items);
    if (known)
        strbuf_format(out, voice_words(voice, ", of them sales of %s", ", herav salg for %s"), money_kroner(sum, buffer));
    strbuf_format(out, ": bilag manual --venue ");
    strbuf_clean_html(out, venue->id);
}

static void proofs(const struct voice *voice, const struct venue_status *venue, struct strbuf *out)
{
    char when[16], buffer[MONEY_TEXT_SIZE];

    strbuf_format(out, "<table><tr>%s",
                  voice_words(voice, "<th>Business day<th class=n>Z reports<th class=n>Sales<th class=n>Voucher<th "
                              "class=n>Orders"
                              "<th class=n>Manual<th class=n>Difference",
                              "<th>Dag<th class=n>Z-rapporter<th class=n>Salg<th class=n>Bilag<th class=n>Ordre"
                              "<th class=n>Manuelt<th class=n>Differanse"));
    for (size_t i = venue->day_count; i-- > 0;) {
        const struct day_proof *day = &venue->days[i];

        strbuf_format(out, "<tr><td>%s<td class=\"n%s\">%s", day_text(day->day, when),
                      day->has_z && !day->elsewhere.ore && day->z.ore != day->lines.ore ? " held" : "",
                      day->has_z ? money_kroner(day->z, buffer) : "");
        money(out, day->lines);
        money(out, day->voucher);
        money(out, day->orders);
        if (day->rounding.ore)
            strbuf_format(out, voice_words(voice, "<br>PowerOffice's rounding %s", "<br>PowerOffice avrunder med %s"),
                          money_kroner(day->rounding, buffer));
        money(out, day->manual);
        strbuf_format(out, "<td class=\"n held\">%s", day->difference.ore ? money_kroner(day->difference, buffer) : "");
    }
    strbuf_format(out, "</table>");
}

static const char *connected_text(const struct voice *voice, enum connected connected)
{
    switch (connected) {
    case CONNECTED_NO:
        return voice_words(voice, "<span class=held>not connected</span>", "<span class=held>ikke tilkoblet</span>");
    case CONNECTED_YES:
        return voice_words(voice, "<span class=sent>connected</span>", "<span class=sent>tilkoblet</span>");
    default:
        return "";
    }
}

static void one_venue(const struct voice *voice, const struct whole_status *whole, const struct venue_status *venue,
                      struct strbuf *out)
{
    const struct book_list *list = &venue->list;

    (void)whole;
    strbuf_format(out, "<h2>");
    strbuf_clean_html(out, venue->name);
    strbuf_format(out, "</h2><p><small>");
    strbuf_clean_html(out, venue->id);
    strbuf_format(out, "</small> %s", connected_text(voice, venue->connected));
    venue_facts(voice, venue, out);
    manual(voice, venue, out);
    strbuf_format(out, "<table><tr>%s",
                  voice_words(voice, "<th>State<th>Document<th class=n>Total<th class=n>No.<th>Sent",
                              "<th>Tilstand<th>Dokument<th class=n>Sum<th class=n>Nr.<th>Sendt"));
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = list->count; i-- > 0;)               /* red first, then the latest first */
            if (!book_doc_is_empty(&list->docs[i]) && book_doc_is_red(&list->docs[i]) == (pass == 0))
                document(voice, venue, &list->docs[i], out);
    strbuf_format(out, "</table>");
    proofs(voice, venue, out);
}

static void parked(const struct voice *voice, const struct parked_venue *parked, struct strbuf *out)
{
    char amount[MONEY_TEXT_SIZE];

    strbuf_format(out, voice_words(voice, "<p class=%s>Parked: %" PRIu64 ", %s, of ",
                                   "<p class=%s>Parkert: %" PRIu64 ", %s, fra "),
                  parked_is_red(parked) ? "held" : "waiting", parked->receipts,
                  parked->sum_known ? money_kroner(parked->sum, amount) : "?");
    strbuf_clean_html(out, parked->venue);
    if (parked->is_set_up)
        strbuf_add(out, str_of(voice_words(voice, ": until the mapper loads the set-up, or a damaged record is mended (bilag "
                                           "fsck)", ": til mapper leser oppsettet, eller til en skadet post er i orden (bilag fsck)")));
    else
        strbuf_add(out, str_of(voice_words(voice, ": the venue is not set up, or is left out",
                                           ": stedet er ikke satt opp, eller er utelatt")));
}

/* What a process cannot do: load its files, read a day, or tell people. */
static void stage_facts(const struct voice *voice, const struct stage_state *stage, struct strbuf *out)
{
    if (stage->refused.len) {
        strbuf_format(out, voice_words(voice, "<p class=held>%s %d keeps its former configuration: ",
                                       "<p class=held>%s %d beholder det forrige oppsettet: "), stage->stage, stage->instance);
        strbuf_clean_html(out, stage->refused);
    }
    if (stage->damaged_day.len) {
        strbuf_format(out, voice_words(voice, "<p class=held>%s %d cannot read %" PRId64 " of its days; what is due of them "
                                       "waits. bilag fsck says what is damaged and what to do. One of them: ",
                                       "<p class=held>%s %d kan ikke lese %" PRId64 " av dagene sine; det som gjenstår av dem, "
                                       "venter. bilag fsck sier hva som er skadet og hva som kan gjøres. En av dem: "),
                      stage->stage, stage->instance, stage->damaged_days);
        strbuf_clean_html(out, stage->damaged_day);
    }
    if (stage->untold.len) {
        strbuf_format(out, voice_words(voice, "<p class=held>%s cannot reach ", "<p class=held>%s når ikke "), stage->stage);
        strbuf_clean_html(out, stage->untold);
    }
}

static void end(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    char since[32];

    strbuf_format(out, "<h2>%s</h2><p>", voice_words(voice, "Stages", "Prosesser"));
    for (size_t i = 0; i < whole->stage_count; i++)
        strbuf_format(out, "%s %d <span class=%s>%s</span> ", whole->stages[i].stage, whole->stages[i].instance,
                      whole->stages[i].up ? "up" : "down",
                      whole->stages[i].up ? voice_words(voice, "up", "oppe") : voice_words(voice, "down", "nede"));
    for (size_t i = 0; i < whole->stage_count; i++)
        stage_facts(voice, &whole->stages[i], out);
    if (whole->outage)
        strbuf_format(out, "<p class=down>%s",
                      voice_words(voice, "PowerOffice does not answer: what is due waits, and goes by itself when it is back.",
                                  "PowerOffice svarer ikke: det som skal sendes, venter og sendes automatisk når PowerOffice "
                                  "svarer igjen."));
    if (whole->subscription_refused) {
        strbuf_format(out, "<p class=held>");
        whole_subscription(whole, out);
    }
    if (whole->refused_total)
        strbuf_format(out, "<p class=held>%" PRIu64 " %s: bilag refused list", whole->refused_total,
                      whole->refused_total == 1
                          ? voice_words(voice, "line was refused by ingest", "linje ble avvist av ingest")
                          : voice_words(voice, "lines were refused by ingest", "linjer ble avvist av ingest"));
    for (size_t i = 0; i < whole->parked.count; i++)
        parked(voice, &whole->parked.at[i], out);
    if (whole->backlog.documents)
        strbuf_format(out, whole->backlog.documents == 1
                               ? voice_words(voice, "<p>%" PRIu64 " document waits to be sent, since %s.",
                                             "<p>%" PRIu64 " dokument venter på å bli sendt, siden %s.")
                               : voice_words(voice, "<p>%" PRIu64 " documents wait to be sent, the oldest since %s.",
                                             "<p>%" PRIu64 " dokumenter venter på å bli sendt, det eldste siden %s."),
                      whole->backlog.documents, time_text_utc(whole->backlog.oldest_ms, since));
    strbuf_format(out, "</html>\n");
}

const struct status_form status_html = { "html", begin, one_venue, end };
