/* May a person be forgotten now? What the law wants kept, and what is under way, says no (forget.h). */
#include "forget.h"

#include "bilag/read/books.h"
#include "bilag/read/refusals.h"
#include "domain/event_canonical.h"
#include "ingest/eventlog.h"
#include "mapper/fold.h"
#include "mapper/rename.h"
#include "poweroffice/refdata.h"
#include "sender/docs_rename.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 64 * 1024 * 1024, ID_SIZE = 200 };

/* A business day on which something of the person's was sold. */
struct sold_on { struct str venue; int32_t day; };

struct judging {
    struct forget *forget;
    struct arena arena;                  /* one record */
    uint64_t found;
    char latest[ID_SIZE];                /* the latest that the law wants kept */
    int32_t latest_day;
    char open[ID_SIZE];                  /* something that is under way, ... */
    const char *why;                     /* ... and what of it; NULL: nothing is */
    char due[ID_SIZE];                   /* a receipt whose day is not sealed: said where no document of the day is */
    struct sold_on *days;
    size_t day_count, day_room;
    uint64_t offsets[CONFIG_PARTITIONS_MAX];
};

int32_t forget_kept_until(int32_t day)
{
    int32_t year, month, date;

    day_to_civil(day, &year, &month, &date);
    return day_of_civil(year + FORGET_LEGAL_YEARS, 12, 31);
}

int32_t forget_booked_on(const struct draft *draft)
{
    return draft->post_on > draft->doc.day ? draft->post_on : draft->doc.day;
}

static const char *said(const struct judging *judging, const char *en, const char *nb)
{
    return strcmp(context_words(judging->forget->context, "en", "nb"), "nb") == 0 ? nb : en;
}

static void note_open(struct judging *judging, struct str what, const char *why)
{
    if (judging->why)
        return;
    (void)snprintf(judging->open, sizeof judging->open, STR_FMT, STR_ARG(what));
    judging->why = why;
}

static void note_kept(struct judging *judging, struct str what, int32_t day)
{
    if (judging->latest[0] && day <= judging->latest_day)
        return;
    (void)snprintf(judging->latest, sizeof judging->latest, STR_FMT, STR_ARG(what));
    judging->latest_day = day;
}

/* --- documents ------------------------------------------------------------------------------------------------ */

static void note_unsent(struct judging *judging, struct str doc, enum doc_state state)
{
    char what[ID_SIZE];

    (void)snprintf(what, sizeof what, STR_FMT " (%s)", STR_ARG(doc), doc_state_text(state));
    note_open(judging, str_of(what), said(judging, "it is not sent", "det er ikke sendt"));
}

static bool is_over(enum doc_state state)
{
    return state == DOC_SENT || state == DOC_REVERSED || state == DOC_BY_HAND;
}

static enum err doc_seen(struct str doc, const struct record *record, const struct draft *draft, void *context)
{
    struct judging *judging = context;

    judging->found++;
    note_kept(judging, doc, forget_booked_on(draft));
    if (!is_over(record->state))
        note_unsent(judging, doc, record->state);
    return ERR_OK;
}

static enum err judge_documents(struct judging *judging, const char *stage)
{
    struct context *context = judging->forget->context;
    struct docs *docs;
    enum err err = docs_open(context->config->state_dir, stage, STORE_READ_ONLY, &docs, &context->fault);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = docs_named(docs, &judging->forget->renaming, &judging->arena, doc_seen, judging);
    docs_close(docs);
    return err;
}

/* --- receipts ------------------------------------------------------------------------------------------------- */

static bool is_on_credit(const struct event *event)
{
    for (size_t i = 0; i < event->payment_count; i++)
        if (str_equal(event->payments[i].type, STR("credit")))
            return true;
    return false;
}

static enum err note_day(struct judging *judging, struct str venue, int32_t day)
{
    struct arena *arena = judging->forget->context->arena;

    for (size_t i = 0; i < judging->day_count; i++)
        if (judging->days[i].day == day && str_equal(judging->days[i].venue, venue))
            return ERR_OK;
    if (judging->day_count == judging->day_room) {
        size_t room = judging->day_room ? 2 * judging->day_room : 64;
        struct sold_on *days = arena_array(arena, room, sizeof *days);

        if (!days)
            return ERR_MEMORY;
        if (judging->day_count)
            memcpy(days, judging->days, judging->day_count * sizeof *days);
        judging->days = days;
        judging->day_room = room;
    }
    judging->days[judging->day_count++] = (struct sold_on){ arena_copy(arena, venue), day };
    return ERR_OK;
}

/* "oslo/K1/17" */
static struct str receipt_of(struct judging *judging, const struct event *event)
{
    struct str receipt = receipt_text(&judging->arena, event->reg, event->series, event->seq);

    return arena_format(&judging->arena, STR_FMT "/" STR_FMT, STR_ARG(event->venue), STR_ARG(receipt));
}

static enum err named_seen(const struct named *named, void *context)
{
    struct judging *judging = context;
    const struct event *event = named->event;
    char text[DOC_ID_SIZE];
    struct str what;

    judging->found++;
    if (!event) {
        note_kept(judging, doc_text(&named->draft->doc, text), forget_booked_on(named->draft));
        return ERR_OK;
    }
    what = receipt_of(judging, event);
    if (judging->forget->person == PERSON_CUSTOMER && is_on_credit(event))
        note_kept(judging, what, named->day);
    if (named->parked)
        note_open(judging, what, said(judging, "it is parked", "den er parkert"));
    else if (named->contested)
        note_open(judging, what, said(judging, "another content came under its number, and nobody has said which is right",
                                      "et annet innhold kom under nummeret, og ingen har sagt hvilket som er riktig"));
    else if (named->due && !judging->due[0])
        (void)snprintf(judging->due, sizeof judging->due, STR_FMT, STR_ARG(what));
    return named->parked ? ERR_OK : note_day(judging, event->venue, named->day);
}

static enum err judge_mapper(struct judging *judging)
{
    struct context *context = judging->forget->context;
    struct str folder = arena_format(context->arena, STR_FMT "/mapper", STR_ARG(context->config->state_dir));
    struct store *store;
    enum err err = store_open(folder, mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, STORE_READ_ONLY, &store, &context->fault);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = rename_look(store, &judging->forget->renaming, &judging->arena, named_seen, judging);
    for (int32_t p = 0; p < context->config->partitions && !err; p++)
        err = fold_offset(store, (uint32_t)p, &judging->offsets[p]);
    store_close(store);
    return err;
}

/* A day that is wholly sealed may still be on its way. */
static enum err judge_days(struct judging *judging)
{
    struct context *context = judging->forget->context;
    struct books *books;
    enum err err = books_open(context->config, &books, &context->fault);

    if (err)
        return err;
    for (size_t i = 0; i < judging->day_count && !err; i++) {
        const struct sold_on *sold = &judging->days[i];
        struct book_list list;

        arena_reset(&judging->arena);
        err = books_venue(books, sold->venue, sold->day, sold->day, &judging->arena, &list);
        for (size_t k = 0; !err && k < list.count; k++)
            if (!book_doc_is_empty(&list.docs[k]) && !is_over(list.docs[k].state))
                note_unsent(judging, list.docs[k].id, list.docs[k].state);
    }
    books_close(books);
    return err;
}

/* --- the log -------------------------------------------------------------------------------------------------- */

static enum err event_seen(uint32_t partition, uint64_t offset, struct str canonical, void *context)
{
    struct judging *judging = context;
    struct event event;
    struct str what;

    judging->found++;
    if (offset < judging->offsets[partition])
        return ERR_OK;
    arena_reset(&judging->arena);
    what = event_decode(canonical, &judging->arena, &event) ? judging->forget->venue->id : receipt_of(judging, &event);
    note_open(judging, what, said(judging, "the mapper has not booked it yet: start the stages and wait for it",
                                  "mapperen har ikke bokført den ennå: start prosessene og vent på den"));
    return ERR_OK;
}

static enum err judge_log(struct judging *judging)
{
    struct context *context = judging->forget->context;
    struct str folder = arena_format(context->arena, STR_FMT "/ingest", STR_ARG(context->config->state_dir));
    struct eventlog *log;
    enum err err = eventlog_open(folder, context->config->partitions, STORE_READ_ONLY, &log, &context->fault);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = eventlog_named(log, &judging->forget->renaming, event_seen, judging);
    eventlog_close(log);
    return err;
}

/* "spool/sales.ndjson:17", "http:1" as `bilag refused list` has it. */
static struct str line_of(const struct judging *judging, const struct refusal *refusal)
{
    struct str what = arena_format(judging->forget->context->arena, STR_FMT ":%" PRIu64, STR_ARG(refusal->source),
                                   refusal->line);

    return what.bytes ? what : refusal->source;
}

static enum err judge_refused(struct judging *judging)
{
    struct context *context = judging->forget->context;
    struct refusals refusals;
    enum err err = refusals_load(context->config, 0, context->arena, &refusals, &context->fault);

    for (size_t i = 0; !err && i < refusals.count; i++) {
        const struct refusal *refusal = &refusals.at[i];
        const struct eventlog_refusal row = { .venue = refusal->venue, .reason = refusal->reason,
                                              .bytes = refusal->bytes };

        if (!eventlog_refusal_names(&row, &judging->forget->renaming))
            continue;
        judging->found++;
        if (!refusal_is_settled(refusal))
            note_open(judging, line_of(judging, refusal),
                      said(judging, "a refused line names the person: have it sent as it should be, or dismiss it "
                           "(bilag refused)",
                           "en avvist linje navngir personen: få den sendt slik den skal være, eller avvis den "
                           "(bilag refused)"));
    }
    return err;
}

static enum err judge_connection(struct judging *judging)
{
    struct context *context = judging->forget->context;
    struct refstore *store;
    int64_t number;
    enum err err;

    if (judging->forget->person != PERSON_CUSTOMER)
        return ERR_OK;
    err = refstore_open(context->config->state_dir, STORE_READ_ONLY, &store, &context->fault);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = customer_link_get(store, judging->forget->scope, judging->forget->name, &number);
    refstore_close(store);
    judging->found += !err;
    return err == ERR_NOT_FOUND || err == ERR_TOO_LONG ? ERR_OK : err;
}

/* --- all of it ------------------------------------------------------------------------------------------------ */

static enum err find_venues(struct forget *forget)
{
    const struct config *config = forget->context->config;
    struct str *venues = arena_array(forget->context->arena, config->venue_count, sizeof *venues);

    if (!venues)
        return ERR_MEMORY;
    forget->renaming = (struct renaming){ .person = forget->person, .name = forget->name, .venues = venues };
    forget->renaming.pseudonym = forget->name;       /* until there is one: who only looks changes nothing */
    for (size_t i = 0; i < config->venue_count; i++)
        if (forget->person == PERSON_CUSTOMER ? str_equal(config->venues[i].company, forget->venue->company)
                                              : str_equal(config->venues[i].id, forget->venue->id))
            venues[forget->renaming.venue_count++] = config->venues[i].id;
    forget->scope = forget->person == PERSON_CUSTOMER ? forget->venue->company : forget->venue->id;
    return ERR_OK;
}

static enum err judge_all(struct judging *judging)
{
    enum err err = judge_documents(judging, "uploader");

    if (!err)
        err = judge_documents(judging, "invoicer");
    if (!err)
        err = judge_mapper(judging);
    if (!err)
        err = judge_days(judging);
    if (!err && judging->due[0])
        note_open(judging, str_of(judging->due), said(judging, "its day is not sent", "dagen den hører til, er ikke sendt"));
    if (!err)
        err = judge_log(judging);
    if (!err)
        err = judge_refused(judging);
    return err ? err : judge_connection(judging);
}

static enum err refuse(const struct judging *judging)
{
    struct context *context = judging->forget->context;
    int32_t until = judging->latest[0] ? forget_kept_until(judging->latest_day) : INT32_MIN;
    char last[16], free_from[16];

    if (until != INT32_MIN && (int32_t)(clock_now_ms() / 86400000) <= until)
        return fault_set(&context->fault, ERR_REFUSED,
                         context_words(context, "%s names this customer and documents the books: it must be kept until %s "
                                       "(bokføringsloven section 13, five years after the end of the business year). From %s on the "
                                       "customer can be forgotten",
                                       "%s navngir denne kunden og dokumenterer regnskapet: det må oppbevares til og med %s "
                                       "(bokføringsloven § 13, fem år etter regnskapsårets slutt). Fra %s kan kunden glemmes"),
                         judging->latest, day_text(until, last), day_text(until + 1, free_from));
    if (judging->why)
        return fault_set(&context->fault, ERR_REFUSED,
                         context_words(context, "not yet: %s: %s", "ikke ennå: %s: %s"), judging->open, judging->why);
    return judging->found ? ERR_OK : ERR_NOT_FOUND;
}

/* A customer is the company's: a venue that is left out is of a company that nobody knows. */
static enum err judge_venue_files(const struct forget *forget)
{
    const struct config *config = forget->context->config;

    if (forget->person != PERSON_CUSTOMER || !config->fault_count)
        return ERR_OK;
    return fault_set(&forget->context->fault, ERR_REFUSED,
                     context_words(forget->context, "not yet: venues/" STR_FMT ".yaml is wrong, so nobody knows whether the "
                                   "customer is that venue's, too: put it right (bilag check)",
                                   "ikke ennå: venues/" STR_FMT ".yaml er feil, så ingen vet om kunden også er det stedets: "
                                   "rett den (bilag check)"), STR_ARG(config->fault_venues[0]));
}

/* Under another pseudonym nothing that a till sends again would be known. */
static enum err judge_name(const struct forget *forget)
{
    if (!pseudonym_is(forget->name))
        return ERR_OK;
    return fault_set(&forget->context->fault, ERR_REFUSED,
                     context_words(forget->context, STR_FMT " is a pseudonym already: that person is forgotten",
                                   STR_FMT " er allerede et pseudonym: den personen er glemt"), STR_ARG(forget->name));
}

enum err forget_judge(struct forget *forget)
{
    struct judging judging = { .forget = forget };
    enum err err = judge_name(forget);

    if (!err)
        err = judge_venue_files(forget);
    if (!err)
        err = find_venues(forget);

    arena_init(&judging.arena, ARENA_BYTES);
    if (!err)
        err = judge_all(&judging);
    arena_free(&judging.arena);
    if (!err)
        return refuse(&judging);
    return forget->context->fault.text[0] ? err : fault_set(&forget->context->fault, err, "%s", err_text(err));
}
