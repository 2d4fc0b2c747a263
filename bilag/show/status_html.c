/* status_html.c - status as pages that need no server: one file with all of it, or a folder with an overview and a page a venue.
 * They are written by the console's writer and look as its pages do. */
#include "status.h"

#include "html.h"
#include "style.h"

#include <inttypes.h>
#include <stdio.h>

enum { HEAD_TEXT = 512 };

/* Old after a quarter of an hour (the sheet says so too, to browsers without script, of a page that stays open). */
static const char stamp_script[] =
    "addEventListener(\"DOMContentLoaded\",function(){var t=document.querySelector(\"time.stamp\");function f(){"
    "t.classList.toggle(\"old\",Date.now()-Date.parse(t.dateTime)>900000)}f();setInterval(f,10000)})";

/* What every page has open while its parts are written. */
static const char *const opened[] = { "html", "body", "main" };

struct page { const struct voice *voice; struct html html; };

#define WORDS(page, en, nb) voice_words((page)->voice, en, nb)
#define TOLD(page, en, nb) str_of(WORDS(page, en, nb))

static struct page go_on(const struct voice *voice, struct strbuf *out)
{
    struct page page = { .voice = voice };

    html_take(&page.html, out, opened, COUNT(opened));
    return page;
}

static void leave(struct page *page, struct strbuf *out)
{
    html_give(&page->html, out);
}

/* --- head and end of a page --- */

/* One file has its sheet in itself; pages of a folder share one, and may show the stamp that lies beside them. */
static void policy(struct html *html, bool alone, bool stamped)
{
    char sheet[HTML_HASH_SIZE], script[HTML_HASH_SIZE], text[HEAD_TEXT];

    (void)snprintf(text, sizeof text, "default-src 'none'; style-src %s; %s%s; base-uri 'none'; form-action 'none'",
                   alone ? html_hash(page_sheet, sheet) : "'self' file:", stamped ? "script-src " : "frame-src ",
                   stamped ? html_hash(stamp_script, script) : "'self' file:");
    html_single(html, "meta");
    html_attr(html, "http-equiv", STR("Content-Security-Policy"));
    html_attr(html, "content", str_of(text));
}

static void meta(struct html *html, const char *name, const char *content)
{
    html_single(html, "meta");
    html_attr(html, "name", str_of(name));
    html_attr(html, "content", str_of(content));
}

static void sheet(struct html *html, bool alone)
{
    if (alone) {
        html_sheet(html, page_sheet);
        return;
    }
    html_single(html, "link");
    html_attr(html, "rel", STR("stylesheet"));
    html_file(html, "href", STR(STATUS_PAGES_SHEET));
}

static void head(struct page *page, struct strbuf *out, struct str title, bool alone, bool stamped)
{
    struct html *html = &page->html;

    strbuf_add(out, STR("<!doctype html>\n"));
    html_take(html, out, NULL, 0);
    html_begin(html, "html");
    html_attr(html, "lang", page->voice->language.len == 2 ? page->voice->language : STR("en"));
    html_begin(html, "head");
    html_single(html, "meta");
    html_attr(html, "charset", STR("utf-8"));
    html_element(html, "title", NULL, title);
    policy(html, alone, stamped);
    meta(html, "viewport", "width=device-width,initial-scale=1");
    meta(html, "referrer", "no-referrer");
    if (stamped)
        html_script(html, stamp_script);
    sheet(html, alone);
    html_end(html);
    html_begin(html, "body");
    html_begin(html, "main");
}

/* When all of it was looked at: what of it is old turns red by itself. */
static void stamp(struct page *page, const struct whole_status *whole)
{
    struct html *html = &page->html;
    char now[32];

    html_begin(html, "p");
    html_text(html, TOLD(page, "Looked at ", "Sett på "));
    html_begin(html, "time");
    html_class(html, "stamp");
    html_attr(html, "datetime", str_of(time_text_utc(whole->now_ms, now)));
    html_text(html, str_of(now));
    html_end(html);
    html_text(html, TOLD(page, "; red: more than a quarter of an hour ago, and true no longer.",
                         "; rødt: for mer enn et kvarter siden, og ikke lenger sant."));
    html_end(html);
}

static void begin(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    struct page page = { .voice = voice };

    head(&page, out, STR("Bilag"), true, true);
    html_element(&page.html, "h1", NULL, STR("Bilag"));
    stamp(&page, whole);
    leave(&page, out);
}

/* --- tables --- */

static void heads(struct page *page, const char *const *words, size_t count, unsigned numbers)
{
    html_begin(&page->html, "thead");
    html_begin(&page->html, "tr");
    for (size_t i = 0; i < count; i++)
        html_element(&page->html, "th", numbers & 1u << i ? "n" : NULL, str_of(words[i]));
    html_end(&page->html);
    html_end(&page->html);
    html_begin(&page->html, "tbody");
}

/* Where there is no room for columns, its name stands beside it. */
static void cell(struct page *page, const char *name, bool number)
{
    html_begin(&page->html, "td");
    if (number)
        html_class(&page->html, "n");
    html_attr(&page->html, "data-label", str_of(name));
}

static void money_cell(struct page *page, const char *name, struct money amount, bool red)
{
    cell(page, name, true);
    html_money(&page->html, "span", red ? "red" : NULL, amount);
    html_end(&page->html);
}

/* --- a document --- */

static const char *class_of(const struct book_doc *doc)
{
    if (book_doc_is_red(doc))
        return "state red";
    return doc->state == DOC_SENT ? "state green" : doc->state == DOC_WAITING ? "state yellow" : "state grey";
}

static void advise(void *context, const struct advice *advice)
{
    html_element(context, "p", NULL, advice->sentence);
}

static void problems(struct page *page, const struct book_doc *doc)
{
    for (size_t i = 0; i < doc->draft.problems.count && doc->state != DOC_BY_HAND; i++) {
        struct strbuf sentence;

        strbuf_init(&sentence, 4 * PROBLEM_TEXT_MAX);
        problem_write(&doc->draft.problems.at[i], page->voice->language, &sentence);
        html_element(&page->html, "p", NULL, strbuf_str(&sentence));
        strbuf_free(&sentence);
    }
    if (doc->asks)
        html_element(&page->html, "p", NULL, TOLD(page, "A decision waits until uploader and invoicer have answered.",
                                                  "En beslutning venter til uploader og invoicer har svart."));
    status_advise(page->voice, doc, advise, &page->html);
}

static void document(struct page *page, const struct venue_status *venue, const struct book_doc *doc, const char *const *words)
{
    struct html *html = &page->html;
    char when[32];

    html_begin(html, "tr");
    cell(page, words[0], false);
    html_element(html, "span", class_of(doc), str_of(doc_state_text(doc->state)));
    html_end(html);
    cell(page, words[1], false);
    html_begin(html, "div");
    html_text(html, doc->id);
    problems(page, doc);
    html_end(html);
    html_end(html);
    money_cell(page, words[2], doc->draft.total, false);
    cell(page, words[3], true);
    if (doc->status.number)
        html_say(html, "%" PRId64, doc->status.number);
    html_end(html);
    cell(page, words[4], false);
    if (doc->status.sent_ms)
        html_text(html, str_of(time_text_local(venue->venue, doc->status.sent_ms, when)));
    html_end(html);
    html_end(html);
}

/* Red first, then the latest first. */
static void documents(struct page *page, const struct venue_status *venue)
{
    const char *const words[] = { WORDS(page, "State", "Tilstand"), WORDS(page, "Document", "Dokument"),
                                  WORDS(page, "Total", "Sum"), WORDS(page, "No.", "Nr."), WORDS(page, "Sent", "Sendt") };
    const struct book_list *list = &venue->list;

    html_begin(&page->html, "table");
    html_class(&page->html, "stack");
    heads(page, words, COUNT(words), 1u << 2 | 1u << 3);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = list->count; i-- > 0;)
            if (!book_doc_is_empty(&list->docs[i]) && book_doc_is_red(&list->docs[i]) == (pass == 0))
                document(page, venue, &list->docs[i], words);
    html_end(&page->html);
    html_end(&page->html);
}

/* --- a venue --- */

/* Who cannot be reached, what is not set right, what was not taken: the same facts as in the text. */
static void venue_facts(struct page *page, const struct venue_status *venue)
{
    char refused[32] = "";
    const struct { const char *class_, *before; struct str fact; const char *behind; } facts[] = {
        { "red", "", venue->fault ? str_of(venue->fault) : STR_NONE, "" },
        { "red", "", venue->subscription_refused ? STR_NONE : venue->login_fault, "" },
        { "yellow", WORDS(page, "The key lacks rights: ", "Nøkkelen mangler rettigheter: "), venue->missing_privileges, "" },
        { "yellow", WORDS(page, "The set-up has faults, so no voucher and no order goes by itself: bilag check --venue ",
                          "Oppsettet har feil, så verken bilag eller ordre sendes automatisk: bilag check --venue "),
          venue->venue && !venue->transfer_allowed ? venue->id : STR_NONE, "" },
        { "yellow", WORDS(page, "Its add-on waits until QuickOrder has it; when they say so: bilag venues confirm ",
                          "Utvidelsen venter til QuickOrder har den; når de sier fra: bilag venues confirm "),
          venue->awaits_add_on ? venue->id : STR_NONE, "" },
        { "red", WORDS(page, "Lines from its tills were refused: bilag refused list --venue ",
                       "Linjer fra kassene ble avvist: bilag refused list --venue "),
          venue->refused ? venue->id : STR_NONE, refused },
    };

    (void)snprintf(refused, sizeof refused, " (%" PRIu64 ")", venue->refused);
    for (size_t i = 0; i < COUNT(facts); i++)
        if (facts[i].fact.len) {
            html_begin(&page->html, "p");
            html_class(&page->html, facts[i].class_);
            html_text(&page->html, str_of(facts[i].before));
            html_text(&page->html, facts[i].fact);
            html_text(&page->html, str_of(facts[i].behind));
            html_end(&page->html);
        }
}

/* How much is left to be done by hand, and where it is listed. */
static void manual(struct page *page, const struct venue_status *venue)
{
    struct html *html = &page->html;
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
    html_begin(html, "p");
    html_say(html, items == 1
             ? WORDS(page, "To be done by hand: %" PRIu64 " item", "Føres manuelt: %" PRIu64 " post")
             : WORDS(page, "To be done by hand: %" PRIu64 " items", "Føres manuelt: %" PRIu64 " poster"), items);
    if (known)
        html_say(html, WORDS(page, ", of them sales of %s", ", herav salg for %s"), money_kroner(sum, buffer));
    html_say(html, ": bilag manual --venue %.*s", TEXT(venue->id));
    html_end(html);
}

static void proof(struct page *page, const struct day_proof *day, const char *const *words)
{
    struct html *html = &page->html;
    char when[16], buffer[MONEY_TEXT_SIZE];

    html_begin(html, "tr");
    cell(page, words[0], false);
    html_text(html, str_of(day_text(day->day, when)));
    html_end(html);
    cell(page, words[1], true);
    if (day->has_z)
        html_money(html, "span", !day->elsewhere.ore && day->z.ore != day->lines.ore ? "red" : NULL, day->z);
    html_end(html);
    money_cell(page, words[2], day->lines, false);
    money_cell(page, words[3], day->voucher, false);
    cell(page, words[4], true);
    html_money(html, "span", NULL, day->orders);
    if (day->rounding.ore) {
        html_single(html, "br");
        html_say(html, WORDS(page, "PowerOffice's rounding %s", "PowerOffice avrunder med %s"),
                 money_kroner(day->rounding, buffer));
    }
    html_end(html);
    money_cell(page, words[5], day->manual, false);
    cell(page, words[6], true);
    if (day->difference.ore)
        html_money(html, "span", "red", day->difference);
    html_end(html);
    html_end(html);
}

static void proofs(struct page *page, const struct venue_status *venue)
{
    const char *const words[] = { WORDS(page, "Business day", "Dag"), WORDS(page, "Z reports", "Z-rapporter"),
                                  WORDS(page, "Sales", "Salg"), WORDS(page, "Voucher", "Bilag"), WORDS(page, "Orders", "Ordre"),
                                  WORDS(page, "Manual", "Manuelt"), WORDS(page, "Difference", "Differanse") };

    html_begin(&page->html, "table");
    html_class(&page->html, "stack");
    heads(page, words, COUNT(words), ~1u);
    for (size_t i = venue->day_count; i-- > 0;)
        proof(page, &venue->days[i], words);
    html_end(&page->html);
    html_end(&page->html);
}

static void connected(struct page *page, const struct venue_status *venue)
{
    if (venue->connected == CONNECTED_NO)
        html_element(&page->html, "span", "state red", TOLD(page, "not connected", "ikke tilkoblet"));
    if (venue->connected == CONNECTED_YES)
        html_element(&page->html, "span", "state green", TOLD(page, "connected", "tilkoblet"));
}

static void tell_venue(struct page *page, const struct venue_status *venue, const char *heading)
{
    struct html *html = &page->html;

    html_element(html, heading, NULL, venue->name);
    html_begin(html, "p");
    html_element(html, "small", NULL, venue->id);
    html_text(html, STR(" "));
    connected(page, venue);
    html_end(html);
    venue_facts(page, venue);
    manual(page, venue);
    documents(page, venue);
    proofs(page, venue);
}

static void one_venue(const struct voice *voice, const struct whole_status *whole, const struct venue_status *venue,
                      struct strbuf *out)
{
    struct page page = go_on(voice, out);

    (void)whole;
    tell_venue(&page, venue, "h2");
    leave(&page, out);
}

/* --- all of it --- */

static void parked(struct page *page, const struct parked_venue *parked)
{
    struct html *html = &page->html;
    char amount[MONEY_TEXT_SIZE];

    html_begin(html, "p");
    html_class(html, parked_is_red(parked) ? "red" : "yellow");
    html_say(html, WORDS(page, "Parked: %" PRIu64 ", %s, of %.*s", "Parkert: %" PRIu64 ", %s, fra %.*s"), parked->receipts,
             parked->sum_known ? money_kroner(parked->sum, amount) : "?", TEXT(parked->venue));
    html_text(html, parked->is_set_up
                  ? TOLD(page, ": until the mapper loads the set-up, or a damaged record is mended (bilag fsck)",
                         ": til mapper leser oppsettet, eller til en skadet post er i orden (bilag fsck)")
                  : TOLD(page, ": the venue is not set up, or is left out", ": stedet er ikke satt opp, eller er utelatt"));
    html_end(html);
}

/* What a process cannot do: load its files, read a day, or tell people. */
static void stage_facts(struct page *page, const struct stage_state *stage)
{
    struct html *html = &page->html;

    if (stage->refused.len)
        html_words(html, "p", "red", WORDS(page, "%s %d keeps its former configuration: %.*s",
                                           "%s %d beholder det forrige oppsettet: %.*s"), stage->stage, stage->instance,
                   TEXT(stage->refused));
    if (stage->damaged_day.len)
        html_words(html, "p", "red",
                   WORDS(page, "%s %d cannot read %" PRId64 " of its days; what is due of them waits. bilag fsck says what is "
                         "damaged and what to do. One of them: %.*s",
                         "%s %d kan ikke lese %" PRId64 " av dagene sine; det som gjenstår av dem, venter. bilag fsck sier hva "
                         "som er skadet og hva som kan gjøres. En av dem: %.*s"), stage->stage, stage->instance,
                   stage->damaged_days, TEXT(stage->damaged_day));
    if (stage->untold.len)
        html_words(html, "p", "red", WORDS(page, "%s cannot reach %.*s", "%s når ikke %.*s"), stage->stage,
                   TEXT(stage->untold));
}

static void stages(struct page *page, const struct whole_status *whole)
{
    struct html *html = &page->html;

    html_element(html, "h2", NULL, TOLD(page, "Stages", "Prosesser"));
    html_begin(html, "p");
    for (size_t i = 0; i < whole->stage_count; i++) {
        const struct stage_state *stage = &whole->stages[i];

        html_say(html, "%s %d ", stage->stage, stage->instance);
        html_element(html, "span", stage->up ? "state green" : "state red",
                     stage->up ? TOLD(page, "up", "oppe") : TOLD(page, "down", "nede"));
        html_text(html, STR(" "));
    }
    html_end(html);
    for (size_t i = 0; i < whole->stage_count; i++)
        stage_facts(page, &whole->stages[i]);
}

static void machine(struct page *page, const struct fleet_machine *machine)
{
    struct html *html = &page->html;

    html_begin(html, "p");
    html_say(html, WORDS(page, "Machine %.*s%s: ", "Maskinen %.*s%s: "), TEXT(machine->name),
             machine->here ? WORDS(page, " (this one)", " (denne)") : "");
    for (size_t i = 0; i < machine->count; i++) {
        const struct fleet_instance *instance = &machine->instances[i];

        html_say(html, "%.*s %d ", TEXT(instance->stage), instance->instance);
        html_element(html, "span", instance->ran_out_ms || instance->differs ? "state red" : "state green",
                     instance->ran_out_ms ? TOLD(page, "away", "borte")
                     : !instance->differs
                         ? TOLD(page, "up", "oppe")
                         : TOLD(page, "another configuration or version", "et annet oppsett eller en annen versjon"));
        html_text(html, STR(" "));
    }
    html_end(html);
}

static void fleet(struct page *page, const struct whole_status *whole)
{
    const struct fleet *fleet = &whole->fleet;
    struct html *html = &page->html;

    if (!fleet->postgresql)
        return;
    html_words(html, "p", fleet->primary ? NULL : "red",
               WORDS(page, "Stores: PostgreSQL %.*s, %.*s, %s", "Lagre: PostgreSQL %.*s, %.*s, %s"), TEXT(fleet->version),
               TEXT(fleet->server),
               fleet->primary ? WORDS(page, "primary", "hovedtjener") : WORDS(page, "a standby", "en reserve"));
    for (size_t i = 0; i < fleet->standby_count; i++)
        html_words(html, "p", NULL, WORDS(page, "Standby %.*s: %.*s, %" PRId64 " bytes behind",
                                          "Reserve %.*s: %.*s, %" PRId64 " byte etter"), TEXT(fleet->standbys[i].name),
                   TEXT(fleet->standbys[i].sync.len ? fleet->standbys[i].sync : STR("?")), fleet->standbys[i].behind);
    if (whole_waits_for_standby(whole))
        html_words(html, "p", "red", "%s", WORDS(page, "No standby is in step: nothing can be acknowledged until one is.",
                                                 "Ingen reserve er i takt: ingenting kan kvitteres før en er det."));
    for (size_t i = 0; i < fleet->machine_count; i++)
        machine(page, &fleet->machines[i]);
}

static void backlog(struct page *page, const struct whole_status *whole)
{
    char since[32];

    if (whole->backlog.documents)
        html_words(&page->html, "p", NULL, whole->backlog.documents == 1
                   ? WORDS(page, "%" PRIu64 " document waits to be sent, since %s.",
                           "%" PRIu64 " dokument venter på å bli sendt, siden %s.")
                   : WORDS(page, "%" PRIu64 " documents wait to be sent, the oldest since %s.",
                           "%" PRIu64 " dokumenter venter på å bli sendt, det eldste siden %s."),
                   whole->backlog.documents, time_text_utc(whole->backlog.oldest_ms, since));
}

static void whole_facts(struct page *page, const struct whole_status *whole)
{
    struct html *html = &page->html;

    if (whole->outage)
        html_element(html, "p", "red",
                     TOLD(page, "PowerOffice does not answer: what is due waits, and goes by itself when it is back.",
                          "PowerOffice svarer ikke: det som skal sendes, venter og sendes automatisk når PowerOffice svarer "
                          "igjen."));
    if (whole->subscription_refused) {
        struct strbuf words;

        strbuf_init(&words, 4 * PROBLEM_TEXT_MAX);
        whole_subscription(whole, &words);
        html_element(html, "p", "red", strbuf_str(&words));
        strbuf_free(&words);
    }
    if (whole->refused_total)
        html_words(html, "p", "red", "%" PRIu64 " %s: bilag refused list", whole->refused_total,
                   whole->refused_total == 1 ? WORDS(page, "line was refused by ingest", "linje ble avvist av ingest")
                                             : WORDS(page, "lines were refused by ingest", "linjer ble avvist av ingest"));
    for (size_t i = 0; i < whole->parked.count; i++)
        parked(page, &whole->parked.at[i]);
    for (size_t i = 0; i < whole->begun.count; i++)
        html_words(html, "p", "red",
                   WORDS(page, "bilag forget at %.*s (%.*s) was broken off: stop the stages and give the same command again",
                         "bilag forget ved %.*s (%.*s) ble avbrutt: stopp prosessene og gi samme kommando igjen"),
                   TEXT(whole->begun.at[i].scope), TEXT(whole->begun.at[i].pseudonym));
    backlog(page, whole);
}

static void close_page(struct page *page, struct strbuf *out)
{
    html_end_to(&page->html, 0);
    leave(page, out);
    strbuf_char(out, '\n');
}

static void end(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    struct page page = go_on(voice, out);

    stages(&page, whole);
    fleet(&page, whole);
    whole_facts(&page, whole);
    close_page(&page, out);
}

const struct status_form status_html = { "html", begin, one_venue, end };

/* --- a folder of pages --- */

/* Of a venue all of it, but when it was looked at: that lies beside it, so that a page changes when its venue does. */
void status_page_venue(const struct voice *voice, const struct venue_status *venue, struct strbuf *out)
{
    struct page page = { .voice = voice };
    struct html *html = &page.html;

    head(&page, out, venue->name, false, false);
    html_begin(html, "p");
    html_begin(html, "a");
    html_file(html, "href", STR(STATUS_PAGES_INDEX));
    html_text(html, TOLD(&page, "All venues", "Alle salgssteder"));
    html_end(html);
    html_end(html);
    tell_venue(&page, venue, "h1");
    html_begin(html, "iframe");
    html_file(html, "src", STR(STATUS_PAGES_STAMP));
    html_attr(html, "title", TOLD(&page, "When it was looked at", "Når det ble sett på"));
    html_end(html);
    close_page(&page, out);
}

void status_page_stamp(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    struct page page = { .voice = voice };

    head(&page, out, STR("Bilag"), false, true);
    stamp(&page, whole);
    close_page(&page, out);
}

static const char *const table_open[] = { "html", "body", "main", "table", "tbody" };

static void index_begin(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    struct page page = { .voice = voice };
    const char *const words[] = { WORDS(&page, "Venue", "Salgssted"), WORDS(&page, "Red", "Rødt"),
                                  WORDS(&page, "Ready to transfer", "Klart til overføring"), WORDS(&page, "Sent", "Sendt") };

    head(&page, out, STR("Bilag"), false, true);
    html_element(&page.html, "h1", NULL, STR("Bilag"));
    stamp(&page, whole);
    html_begin(&page.html, "table");
    heads(&page, words, COUNT(words), ~1u);
    leave(&page, out);
}

static void index_row(const struct voice *voice, const struct whole_status *whole, const struct venue_status *venue,
                      struct strbuf *out)
{
    struct page page = { .voice = voice };
    struct html *html = &page.html;
    const uint64_t counts[] = { venue->red, venue->states[DOC_WAITING], venue->states[DOC_SENT] };
    char file[STATUS_PAGE_SIZE];

    (void)whole;
    html_take(html, out, table_open, COUNT(table_open));
    html_begin(html, "tr");
    html_begin(html, "td");
    html_begin(html, "a");
    if (venue_is_red(venue))
        html_class(html, "red");
    html_file(html, "href", str_of(status_page_name(venue->id, file)));
    html_text(html, venue->name);
    html_end(html);
    html_end(html);
    for (size_t i = 0; i < COUNT(counts); i++) {
        html_begin(html, "td");
        html_class(html, "n");
        html_say(html, "%" PRIu64, counts[i]);
        html_end(html);
    }
    html_end(html);
    leave(&page, out);
}

static void index_end(const struct voice *voice, const struct whole_status *whole, struct strbuf *out)
{
    struct page page = { .voice = voice };

    html_take(&page.html, out, table_open, COUNT(table_open));
    html_end_to(&page.html, COUNT(opened));
    stages(&page, whole);
    fleet(&page, whole);
    whole_facts(&page, whole);
    close_page(&page, out);
}

const struct status_form status_index = { "index", index_begin, index_row, index_end };

const char *status_page_name(struct str venue, char to[STATUS_PAGE_SIZE])
{
    (void)snprintf(to, STATUS_PAGE_SIZE, STATUS_PAGES_VENUE "%.*s.html", TEXT(venue));
    return to;
}
