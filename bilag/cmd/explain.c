/* explain.c - where a figure comes from, and where a receipt went: voucher -> receipts, line -> receipts,
 * order -> receipt, receipt -> voucher, order or manual; with the mapping, the trail and what people decided. */
#include "domain/audit.h"
#include "bilag/read/arrivals.h"
#include "bilag/read/books.h"
#include "bilag/read/receipts.h"
#include "bilag/show/decision_words.h"
#include "bilag/show/dimensions.h"
#include "bilag/show/invoice_date.h"
#include "bilag/show/status.h"
#include "sender/record.h"
#include "requests.h"
#include "shell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct explaining {
    struct shell *shell;
    struct books *books;
    struct receipts *receipts;           /* NULL: nothing was folded yet */
};

/* Several may stand in one printf. */
static const char *amount_text(struct money amount)
{
    static char texts[4][MONEY_TEXT_SIZE];
    static size_t next;

    next = (next + 1) % COUNT(texts);
    return money_kroner(amount, texts[next]);
}

/* --- what stands beside every document --- */

static void show_head(const struct explaining *explaining, const struct venue *venue, const struct book_doc *doc)
{
    const struct shell *shell = explaining->shell;
    const struct draft *draft = &doc->draft;
    char when[32];

    (void)printf("%s%.*s%s  %s  %s%s%s  %s", paint(shell, BOLD), TEXT(doc->id), paint(shell, PLAIN),
                 catalogue_words(draft->doc.kind == DOC_ORDER ? "order" : "voucher"),
                 paint(shell, book_doc_is_red(doc) ? RED : doc->state == DOC_SENT ? GREEN : YELLOW),
                 doc_state_text(doc->state), paint(shell, PLAIN), amount_text(draft->total));
    if (doc->status.number)
        shell_say("  number %" PRId64 " in PowerOffice", doc->status.number);
    if (doc->status.sent_ms)
        shell_say("  sent %s", time_text_local(venue, doc->status.sent_ms, when));
    shell_say("\n  business day %s", day_text(draft->doc.day, when));
    if (draft->doc.kind == DOC_VOUCHER)
        shell_say(", part %" PRIu32 ", posted on %s, SAF-T batch %.*s", draft->doc.part, day_text(draft->post_on, when),
                  TEXT(draft->batch_id));
    shell_say("\n  reference %.*s, company %.*s, revision %" PRIu32 ", mapping %.*s%s\n", TEXT(draft->reference),
              TEXT(draft->company), draft->revision, TEXT(draft->mapping_hash),
              !venue || str_equal(draft->mapping_hash, venue->mapping_hash) ? ""
                  : catalogue_words(doc->status.sealed ? " (the set-up is another one now)" : " (to be mapped again)"));
}

/* Nothing is said of what was never to have one. */
static void show_pdf(const struct shell *shell, const struct book_doc *doc)
{
    if (doc->status.pdf == PDF_THERE)
        (void)printf("  %s\n", in_words(shell, "its settlement is attached to it in PowerOffice as a PDF",
                                        "dagsoppgjøret er lagt ved bilaget i PowerOffice som PDF"));
    else if (doc->status.pdf == PDF_DUE)
        (void)printf("  %s%s%.*s\n", in_words(shell, "its settlement will be attached as a PDF; that is tried until it is done",
                                              "dagsoppgjøret legges ved bilaget som PDF; det prøves til det er gjort"),
                     doc->status.words.len ? ": " : "", TEXT(doc->status.words));
    else if (doc->status.pdf == PDF_REFUSED)
        (void)printf(in_words(shell, "  its settlement was not taken as a PDF; to try again: bilag resend %.*s --reason TEXT\n",
                              "  dagsoppgjøret ble ikke tatt imot som PDF; prøv igjen: bilag resend %.*s --reason TEKST\n"),
                     TEXT(doc->id));
}

static void say(void *unused, const struct advice *advice)
{
    (void)unused;
    (void)printf("    %.*s\n", TEXT(advice->sentence));
}

static void show_problems(const struct shell *shell, const struct book_doc *doc)
{
    for (size_t i = 0; i < doc->draft.problems.count; i++) {
        struct strbuf text;

        strbuf_init(&text, 8 * PROBLEM_TEXT_MAX);
        problem_write(&doc->draft.problems.at[i], shell->config->language, &text);
        (void)printf("  %s!%s %.*s [%s]\n", paint(shell, RED), paint(shell, PLAIN), TEXT(strbuf_str(&text)),
                     problem_code_text(doc->draft.problems.at[i].code));
        strbuf_free(&text);
    }
    status_advise(&shell->voice, doc, say, NULL);
}

struct deciding { const struct venue *venue; struct str subject; struct arena *arena; bool shown; };

static enum err decision_seen(const struct decision *decision, void *context)
{
    struct deciding *deciding = context;
    struct str words;
    char when[32];

    if (!str_equal(decision->subject, deciding->subject))
        return ERR_OK;
    if (!deciding->shown)
        shell_say("decisions\n");
    deciding->shown = true;
    words = decision_detail_words(decision, deciding->arena);
    shell_say("  %s  %.*s: %.*s%s%.*s, because %.*s\n", time_text_local(deciding->venue, decision->time_ms, when),
              TEXT(decision->who), TEXT(decision->verb), words.len ? " " : "", TEXT(words), TEXT(decision->reason));
    return ERR_OK;
}

static enum err show_decisions(const struct explaining *explaining, const struct venue *venue, struct str subject)
{
    struct deciding deciding = { venue, subject, &explaining->shell->arena, false };
    struct fault fault;
    struct audit *audit;
    enum err err = audit_open(explaining->shell->config->state_dir, &audit, &fault);

    if (err)
        return err;
    err = audit_read(audit, 1, decision_seen, &deciding);
    audit_close(audit);
    return err;
}

static enum err show_trail(const struct explaining *explaining, const struct book_doc *doc)
{
    const struct venue *venue = config_venue(explaining->shell->config, doc->draft.doc.venue);
    struct trail_fact *facts;
    size_t count;
    char when[32];
    enum err err = books_trail(explaining->books, &doc->draft.doc, &explaining->shell->arena, &facts, &count);

    if (!err && count)
        shell_say("trail\n");
    for (size_t i = 0; !err && i < count; i++)
        shell_say("  %s  %.*s, revision %" PRIu32 "%s%.*s\n", time_text_local(venue, facts[i].time_ms, when),
                  TEXT(facts[i].what), facts[i].revision, facts[i].detail.len ? ": " : "", TEXT(facts[i].detail));
    return err ? err : show_decisions(explaining, venue, doc->id);
}

/* --- vouchers --- */

static void show_lines(struct shell *shell, const struct book_doc *doc)
{
    const struct draft *draft = &doc->draft;

    shell_say("lines\n");
    for (size_t i = 0; i < draft->line_count; i++) {
        const struct voucher_line *line = &draft->lines[i];
        struct str beside = dimensions_text(line, shell->config->language, &shell->arena);
        char account[24] = "BLANK";

        if (line->account)
            (void)snprintf(account, sizeof account, "%" PRId64, line->account);
        shell_say("  %2zu  %-6s VAT %-4.*s dept. %-4.*s %14s  %.*s%.*s\n", i + 1, account,
                  TEXT(line->vat_code.len ? line->vat_code : STR("BLANK")), TEXT(line->department),
                  amount_text(line->amount), TEXT(line->text),
                  TEXT(beside));
    }
    shell_say("the mapping that made them\n");
    for (size_t i = 0; i < draft->cell_count; i++) {
        const struct cell *cell = &draft->cells[i];
        char rate[16];

        shell_say("  %s %-16.*s %5s %% -> account %" PRId64 ", VAT code %.*s  %14s  (%" PRIu64 ", first %.*s)\n",
                  catalogue_words(cell->sold ? "sold" : "paid"), TEXT(cell->type), rate_text(cell->rate, rate), cell->account,
                  TEXT(cell->vat_code), amount_text(cell->amount), cell->count, TEXT(cell->first));
    }
    for (size_t i = 0; i < draft->manual_count; i++)
        shell_say("  manual %s %.*s %14s %.*s %.*s %.*s %.*s\n", draft->manual[i].movement ? catalogue_words("movement")
                  : catalogue_words(draft->manual[i].left ? "receipt left out," : "left out"),
                  TEXT(draft->manual[i].what), draft->manual[i].unknown ? catalogue_words("not known")
                                                                        : amount_text(draft->manual[i].amount),
                  TEXT(draft->manual[i].receipt),
                  TEXT(draft->manual[i].order), TEXT(draft->manual[i].customer), TEXT(draft->manual[i].paid_with));
    if (draft->manual_more)
        shell_say("  manual %" PRIu64 " more: bilag manual --venue %.*s\n", draft->manual_more, TEXT(draft->doc.venue));
    shell_say("  sales %s = voucher %s + orders %s + manual %s\n", amount_text(draft->lines_total),
              amount_text(draft->voucher_total), amount_text(draft->orders_total), amount_text(draft->manual_total));
}

/* A line of the list, and what it is sorted by: they come in the order in which they came. */
struct listed { struct str reg, text; uint64_t seq; };

struct listing {
    struct arena *arena;
    struct listed *at; size_t room;
    const struct venue *venue;
    const struct draft *draft;
    const struct voucher_line *line;     /* NULL: of the whole voucher */
    struct money sum;
    uint64_t shown;
};

static struct listed *next_listed(struct listing *listing)
{
    size_t room = listing->room ? 2 * listing->room : 64;
    struct listed *more;

    if (listing->shown < listing->room)
        return &listing->at[listing->shown];
    more = arena_array(listing->arena, room, sizeof *more);
    if (!more)
        return NULL;
    if (listing->shown)
        memcpy(more, listing->at, listing->shown * sizeof *more);
    listing->at = more;
    listing->room = room;
    return &more[listing->shown];
}

static int by_number(const void *a, const void *b)
{
    const struct listed *x = a, *y = b;
    int order = str_compare(x->reg, y->reg);

    return order ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

static enum err sale_seen(const struct sale *sale, void *context)
{
    struct listing *listing = context;
    struct listed *listed;
    struct money amount = { 0 }, paid;
    char when[32];
    enum err err = ERR_OK;

    if (listing->line)
        err = sale_amount(sale, listing->draft, listing->line, &amount);
    else if (!receipt_sums(sale->event, &amount, &paid) && sale->taken_back)
        err = money_negate(amount, &amount);
    if (err || (listing->line && amount.ore == 0))
        return err;
    listed = next_listed(listing);
    if (!listed)
        return ERR_MEMORY;
    listed->reg = arena_copy(listing->arena, sale->event->reg);
    listed->seq = sale->event->seq;
    listed->text = arena_format(listing->arena, "  %-16.*s %s  %14s%s%.*s%s", TEXT(sale->name),
                                 time_text_local(listing->venue, sale->event->time * 1000, when), amount_text(amount),
                                 sale->taken_back ? catalogue_words("  taken back by ") : "",
                                 TEXT(sale->taken_back ? sale->by : STR_NONE),
                                 sale->broken ? catalogue_words("  does not add up: booked nowhere") : "");
    if (!listed->text.bytes || !listed->reg.bytes)
        return ERR_MEMORY;
    listing->shown++;
    return money_add(listing->sum, amount, &listing->sum);
}

static enum err show_receipts(const struct explaining *explaining, const struct venue *venue, const struct draft *draft,
                              const struct voucher_line *line)
{
    struct listing listing = { .arena = &explaining->shell->arena, .venue = venue, .draft = draft, .line = line };
    uint64_t trimmed = 0;
    enum err err;

    if (!venue || !explaining->receipts) {
        shell_say("its receipts cannot be shown: %s\n", venue ? catalogue_words("nothing is kept of them")
                                                              : catalogue_words("the venue is not in the configuration"));
        return ERR_OK;
    }
    shell_say("receipts\n");
    err = receipts_of(explaining->receipts, venue, draft, sale_seen, &listing, &trimmed);
    if (err)
        return err;
    if (listing.shown)
        qsort(listing.at, listing.shown, sizeof *listing.at, by_number);
    for (size_t i = 0; i < listing.shown; i++)
        (void)printf(STR_FMT "\n", STR_ARG(listing.at[i].text));
    shell_say(listing.shown == 1 ? "  %" PRIu64 " receipt, together %s\n" : "  %" PRIu64 " receipts, together %s\n",
              listing.shown, amount_text(listing.sum));
    if (trimmed)
        shell_say("  %" PRIu64 " of its receipts are older than retention_days and no longer kept one by one\n", trimmed);
    else if (line && listing.sum.ore != line->amount.ore)
        shell_say("  the line says %s: a switch was turned since, and the shares are shown with today's switches\n",
                  amount_text(line->amount));
    return ERR_OK;
}

static enum err explain_line(const struct explaining *explaining, const struct book_doc *doc, size_t number)
{
    const struct venue *venue = config_venue(explaining->shell->config, doc->draft.doc.venue);
    const struct voucher_line *line = &doc->draft.lines[number - 1];

    enum err err;

    show_head(explaining, venue, doc);
    show_problems(explaining->shell, doc);
    shell_say("line %zu: account %" PRId64 ", VAT code %.*s, %s  %.*s\n", number, line->account, TEXT(line->vat_code),
              amount_text(line->amount), TEXT(line->text));
    err = show_receipts(explaining, venue, &doc->draft, line);
    return err ? err : show_trail(explaining, doc);
}

static enum err explain_voucher(const struct explaining *explaining, const struct book_doc *doc)
{
    const struct venue *venue = config_venue(explaining->shell->config, doc->draft.doc.venue);
    enum err err;

    show_head(explaining, venue, doc);
    show_pdf(explaining->shell, doc);
    show_problems(explaining->shell, doc);
    show_lines(explaining->shell, doc);
    err = show_receipts(explaining, venue, &doc->draft, NULL);
    return err ? err : show_trail(explaining, doc);
}

/* --- orders --- */

static enum err explain_order(const struct explaining *explaining, const struct book_doc *doc)
{
    const struct draft *draft = &doc->draft;

    show_head(explaining, config_venue(explaining->shell->config, draft->doc.venue), doc);
    shell_say("  receipt %.*s/%.*s/%" PRIu64 ", order %.*s, customer %.*s\n", TEXT(draft->doc.venue),
              TEXT(draft->doc.reg), draft->doc.seq, TEXT(draft->order_no), TEXT(draft->customer));
    if (doc->status.has_total)
        shell_say("  PowerOffice's total %s%s\n", amount_text(doc->status.total),
                  status_has_rounding(doc) ? catalogue_words(": its rounding, nothing to do") : "");
    if (doc->status.invoice_day) {
        char day[16], said[INVOICE_DATE_SAID_SIZE];
        bool other = invoice_date_said(draft->doc.day, doc->status.invoice_day, explaining->shell->config->language, said);

        shell_say("  invoice dated %s%s%s\n", day_text(doc->status.invoice_day, day), other ? ": " : "", other ? said : "");
    }
    show_problems(explaining->shell, doc);
    shell_say("lines\n");
    for (size_t i = 0; i < draft->order_line_count; i++) {
        const struct order_line *line = &draft->order_lines[i];
        char rate[16];

        shell_say("  %2zu  product %-10.*s account %-6" PRId64 " VAT %5s %% %14s of %s  %.*s\n", i + 1,
                  TEXT(line->product.len ? line->product : STR("BLANK")), line->account, rate_text(line->rate, rate),
                  amount_text(line->share), amount_text(line->gross), TEXT(line->text));
    }
    return show_trail(explaining, doc);
}

/* --- receipts --- */

static void show_content(const struct event *event)
{
    char rate[16];

    for (size_t i = 0; i < event->line_count; i++)
        shell_say("  sold %-16.*s %5s %% %14s  %.*s\n", TEXT(event->lines[i].product_type),
                  rate_text(event->lines[i].vat, rate), amount_text(event->lines[i].gross),
                  TEXT(event->lines[i].text));
    for (size_t i = 0; i < event->payment_count; i++)
        shell_say("  paid %-16.*s         %14s\n", TEXT(event->payments[i].type), amount_text(event->payments[i].amount));
    if (event->kind == EVENT_CASH_MOVEMENT)
        shell_say("  %14s  %.*s: never transferred, listed under manual\n", amount_text(event->amount),
                  TEXT(event->reason));
    if (event->kind == EVENT_VOID)
        shell_say("  takes back %.*s/%" PRIu64 "\n", TEXT(event->voids.reg), event->voids.seq);
}

/* What else came under its number, each with its own time and day. */
static void show_others(const struct shell *shell, const struct venue *venue, const struct receipt_fate *fate)
{
    char when[32], day[16];

    for (size_t i = 0; i < fate->other_count; i++) {
        const struct other_content *other = &fate->others[i];

        shell_say("%s%s%s, %s of %s, business day %s: %s\n", other->open ? paint(shell, RED) : "",
                  catalogue_words(other->open ? "another content under this number" : "another content, decided"),
                  other->open ? paint(shell, PLAIN) : "", catalogue_words(event_kind_text(other->event.kind)),
                  time_text_local(venue, other->event.time * 1000, when), day_text(other->day, day),
                  catalogue_words(other->open ? "booked nowhere" : "not booked"));
        show_content(&other->event);
    }
    if (fate->conflicts)
        shell_say("  `bilag choose` says which one is right; `bilag restarted`, that the register counts anew\n");
}

static void show_receipt(const struct shell *shell, const struct venue *venue, struct str name,
                         const struct receipt_fate *fate)
{
    const struct event *event = &fate->event;
    char when[32], day[16];

    shell_say("%s%.*s%s  %s of %s, business day %s\n", paint(shell, BOLD), TEXT(name), paint(shell, PLAIN),
              catalogue_words(event_kind_text(event->kind)), time_text_local(venue, event->time * 1000, when),
              day_text(fate->day, day));
    show_content(event);
    if (fate->out)
        shell_say("  left out by decision %" PRIu64 ": it stands under manual, and in no voucher and no order\n", fate->out);
    if (fate->voided)
        shell_say("  taken back by %.*s, on business day %s\n", TEXT(fate->void_name), day_text(fate->void_day, when));
    if (event->kind == EVENT_RECEIPT && !fate->booked && !fate->out)
        shell_say("  %slines and payments differ%s: it is booked nowhere, and its day is held\n", paint(shell, RED),
                  paint(shell, PLAIN));
    show_others(shell, venue, fate);
}

/* Into which lines of the voucher it went, and what was left out of it. */
static enum err show_shares(const struct explaining *explaining, const struct venue *venue, struct str name,
                            const struct receipt_fate *fate, const struct book_doc *doc)
{
    struct sale sale = { .name = name, .event = &fate->event };
    enum err err = receipts_shares(&fate->event, venue, &doc->draft, &explaining->shell->arena, &sale.shares);

    if (err == ERR_REFUSED) {
        shell_say("    no share of its lines can be worked out: problem share-undefined\n");
        return ERR_OK;
    }
    for (size_t i = 0; !err && i < doc->draft.line_count; i++) {
        const struct voucher_line *line = &doc->draft.lines[i];
        struct money amount;

        err = sale_amount(&sale, &doc->draft, line, &amount);
        if (!err && amount.ore)
            shell_say("    line %2zu  account %" PRId64 ", VAT code %.*s  %14s\n", i + 1, line->account,
                      TEXT(line->vat_code), amount_text(amount));
    }
    for (size_t i = 0; !err && i < sale.shares.left_out_count; i++) {
        const struct left_out *left = &sale.shares.left_out[i];
        bool order = doc->draft.credit_ordered && str_equal(left->type, STR("credit"));

        if (left->total.ore)
            (void)printf("    %s  %.*s  %14s\n", catalogue_words(order ? "to its order" : "manual, not transferred"),
                         TEXT(left->type),
                         amount_text(left->total));
    }
    if (!err && sale.shares.gift_total.ore)
        shell_say("    manual, not transferred  gift cards sold  %14s\n", amount_text(sale.shares.gift_total));
    return err;
}

static enum err show_voucher_of(const struct explaining *explaining, const struct venue *venue, struct str name,
                                const struct receipt_fate *fate)
{
    struct book_list list;
    enum err err = books_venue(explaining->books, venue->id, fate->day, fate->day, &explaining->shell->arena, &list);
    bool found = false;

    for (size_t i = 0; !err && i < list.count; i++) {
        const struct book_doc *doc = &list.docs[i];
        const struct draft *draft = &doc->draft;

        if (draft->doc.kind == DOC_ORDER && draft->doc.seq == fate->event.seq &&
            str_equal(draft->doc.reg, fate->event.reg))
            show_head(explaining, venue, doc);
        if (draft->doc.kind != DOC_VOUCHER || fate->place <= draft->from || fate->place > draft->upto)
            continue;
        found = true;
        show_head(explaining, venue, doc);
        if (fate->booked && !fate->out)
            err = show_shares(explaining, venue, name, fate, doc);
    }
    if (!err && !found)
        shell_say("  not yet in a voucher: its day is being built\n");
    return err;
}

static void show_arrival(struct shell *shell, const struct venue *venue, uint64_t place)
{
    struct arrival arrival;
    char when[32];

    if (arrival_of(shell->config, venue->id, place, &shell->arena, &arrival))
        return;
    shell_say("  came %s by %.*s", time_text_local(venue, arrival.came.time_ms, when), TEXT(arrival.came.source));
    if (arrival.came.token)
        shell_say(", token %" PRIu64 "%s%.*s%s", arrival.came.token, arrival.token_about.len ? " (" : "",
                  TEXT(arrival.token_about), arrival.token_about.len ? ")" : "");
    (void)printf("\n");
}

static int explain_receipt(const struct explaining *explaining, const struct doc *as_order, struct str name)
{
    struct shell *shell = explaining->shell;
    const struct venue *venue = config_venue(shell->config, as_order->venue);
    struct receipt_fate fate;
    enum err err = ERR_NOT_FOUND;

    if (!venue)
        return complain(shell, EXIT_USAGE, "there is no venue %.*s", TEXT(as_order->venue));
    if (explaining->receipts)
        err = receipts_find(explaining->receipts, venue->id, as_order->reg, SERIES_RECEIPTS, as_order->seq,
                            &shell->arena, &fate);
    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_RED, "receipt %.*s is not known: it never came, ingest refused it (bilag refused "
                        "list), or it is older than retention_days (%d)", TEXT(name), shell->config->retention_days);
    if (err)
        return complain_err(shell, err, NULL);
    show_receipt(shell, venue, name, &fate);
    show_arrival(shell, venue, fate.place);
    if (fate.event.kind == EVENT_RECEIPT || fate.event.kind == EVENT_VOID)
        err = show_voucher_of(explaining, venue, name, &fate);
    if (!err)
        err = show_decisions(explaining, venue, name);
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

/* --- the command --- */

/* "DOCUMENT:3" -> the document, 3. No name has a colon in it. */
static struct str split_line(const char *word, size_t *ret_line)
{
    const char *colon = strchr(word, ':');

    *ret_line = colon ? (size_t)strtoull(colon + 1, NULL, 10) : 0;
    return colon ? (struct str){ word, (size_t)(colon - word) } : str_of(word);
}

static int explain_document(const struct explaining *explaining, struct str id, size_t line)
{
    struct shell *shell = explaining->shell;
    struct book_doc doc;
    enum err err = books_doc(explaining->books, id, &shell->arena, &doc);

    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_RED, "there is no document %.*s; `bilag status` shows those there are", TEXT(id));
    if (!err && line > doc.draft.line_count)
        return complain(shell, EXIT_USAGE, "%.*s has %zu lines", TEXT(id), doc.draft.line_count);
    if (!err)
        err = line                              ? explain_line(explaining, &doc, line)
              : doc.draft.doc.kind == DOC_ORDER ? explain_order(explaining, &doc)
                                                : explain_voucher(explaining, &doc);
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

static int explain(const struct explaining *explaining, const char *word)
{
    const char *slash = strchr(word, '/');
    struct str as_order;
    struct doc doc;
    size_t line;
    struct str id = split_line(word, &line);

    if (doc_parse(id, &doc) == ERR_OK)
        return explain_document(explaining, id, line);
    as_order = slash ? arena_format(&explaining->shell->arena, "%.*s/order%s", (int)(slash - word), word, slash) : STR_NONE;
    if (as_order.len && doc_parse(as_order, &doc) == ERR_OK)
        return explain_receipt(explaining, &doc, str_of(word));
    return complain(explaining->shell, EXIT_USAGE, "%s is neither a document (oslo-grill/2026-11-20/1, oslo-grill/order/"
                    "K1/6), nor a line of one (oslo-grill/2026-11-20/1:3), nor a receipt (oslo-grill/K1/12)", word);
}

static int explain_requests(const struct explaining *explaining, const char *name)
{
    struct shell *shell = explaining->shell;
    struct book_doc doc;
    enum err err = books_doc(explaining->books, str_of(name), &shell->arena, &doc);

    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_USAGE, in_words(shell, "there is no document %s; `bilag status` shows those there are",
                                                    "dokumentet %s finnes ikke; `bilag status` viser dem som finnes"), name);
    return err ? complain_err(shell, err, NULL) : requests_show(shell, &doc);
}

static int explain_run(struct shell *shell, const struct args *args)
{
    struct explaining explaining = { .shell = shell };
    struct fault fault = { "" };
    enum err err;
    int code;

    if (args->word_count != 1)
        return complain(shell, EXIT_USAGE, "one document, line or receipt; see bilag explain --help");
    err = books_open(shell->config, &explaining.books, &fault);
    if (!err)
        err = receipts_open(shell->config, &explaining.receipts, &fault);
    if (err && err != ERR_NOT_FOUND) {
        books_close(explaining.books);
        return complain_err(shell, err, &fault);
    }
    code = args_has(args, "requests") ? explain_requests(&explaining, args->words[0]) : explain(&explaining, args->words[0]);
    receipts_close(explaining.receipts);
    books_close(explaining.books);
    return code;
}

static const struct option options[] = {
    { "requests", NULL, "a document's requests to PowerOffice and its answers, for its support" }, { NULL, NULL, NULL },
};

const struct cmd cmd_explain = {
    "explain", "DOCUMENT [--requests]\nDOCUMENT:LINE\nRECEIPT  (venue/register/number)",
    "a voucher's receipts, a line's receipts, or what became of a receipt", options, explain_run,
};
