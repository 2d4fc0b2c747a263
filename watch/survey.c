#include "survey.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "bilag/show/voice.h"
#include "poweroffice/refdata.h"
#include "saying.h"

enum { ARENA_BYTES = 1 << 28, STAGE_PATIENCE_MS = 500, LASTING_MAX = 512, DAY_S = 86400, WORDS_MAX = 600 };

/* --- what passes by itself is told only when it has held for a while --- */

struct lasting { struct held { char id[128]; int64_t since_ms, seen_ms; } held[LASTING_MAX]; size_t count; };

enum err lasting_open(struct lasting **ret_lasting)
{
    *ret_lasting = calloc(1, sizeof **ret_lasting);
    return *ret_lasting ? ERR_OK : ERR_MEMORY;
}

void lasting_close(struct lasting *lasting)
{
    free(lasting);
}

/* It holds at this look; has it for long enough? What was not seen at the look before begins anew (lasting_sweep()). */
static bool lasts(const struct survey *survey, struct str id)
{
    struct lasting *lasting = survey->lasting;
    int64_t patience_ms = (int64_t)survey->config.watch.patience_s * 1000;
    size_t i = 0;

    while (i < lasting->count && !str_equal(str_of(lasting->held[i].id), id))
        i++;
    if (i == LASTING_MAX || id.len >= sizeof lasting->held[0].id)
        return true;                     /* told too early rather than never */
    if (i == lasting->count) {
        lasting->count++;
        (void)snprintf(lasting->held[i].id, sizeof lasting->held[i].id, STR_FMT, STR_ARG(id));
        lasting->held[i].since_ms = survey->now_ms;
    }
    lasting->held[i].seen_ms = survey->now_ms;
    return survey->now_ms - lasting->held[i].since_ms >= patience_ms;
}

static void lasting_sweep(struct survey *survey)
{
    struct lasting *lasting = survey->lasting;

    for (size_t i = lasting->count; i-- > 0;)
        if (lasting->held[i].seen_ms != survey->now_ms)
            lasting->held[i] = lasting->held[--lasting->count];
}

/* --- the installation --- */

static enum err found_of_all(struct survey *survey, struct saying *saying, enum matter_kind kind)
{
    return saying_found(saying, &survey->matters, (struct matter){ .kind = kind, .day = DAY_ALWAYS });
}

/* What passes by itself: told when it lasts. */
static enum err found_for_now(struct survey *survey, struct saying *saying, enum matter_kind kind)
{
    bool young = !lasts(survey, strbuf_str(&saying->id));

    return saying_found(saying, &survey->matters, (struct matter){ .kind = kind, .day = DAY_ALWAYS, .young = young });
}

static enum err look_at_stage(struct survey *survey, const struct stage_state *stage)
{
    struct saying saying;
    char name[64];
    enum err err = ERR_OK;

    (void)snprintf(name, sizeof name, "%s-%d", stage->stage, stage->instance);
    if (!stage->up) {
        saying_begin(&saying, MATTER_STAGE_DOWN, str_of(name));
        saying_en(&saying, "bilag-%s %d does not answer: look at its unit and its log's last line (systemctl status "
                           "bilag-%s@%d).",
                  stage->stage, stage->instance, stage->stage, stage->instance);
        saying_nb(&saying, "bilag-%s %d svarer ikke: se på enheten og den siste linjen i loggen (systemctl status "
                           "bilag-%s@%d).",
                  stage->stage, stage->instance, stage->stage, stage->instance);
        err = found_for_now(survey, &saying, MATTER_STAGE_DOWN);
    }
    if (!err && stage->up && stage->has_lag && stage->lag > survey->config.watch.lag_max) {
        saying_begin(&saying, MATTER_STAGE_BEHIND, str_of(name));
        saying_en(&saying, "bilag-%s %d is far behind what has come (more than %" PRId32 "): see whether it catches up "
                  "(bilag status), and whether the disk keeps up.", stage->stage, stage->instance,
                      survey->config.watch.lag_max);
        saying_nb(&saying, "bilag-%s %d ligger langt etter det som har kommet (mer enn %" PRId32 "): se om den tar det igjen "
                  "(bilag status), og om disken henger med.", stage->stage, stage->instance, survey->config.watch.lag_max);
        err = found_for_now(survey, &saying, MATTER_STAGE_BEHIND);
    }
    return err;
}

static enum err look_into_stage(struct survey *survey, const struct stage_state *stage)
{
    struct saying saying;
    char name[64];
    enum err err = ERR_OK;

    (void)snprintf(name, sizeof name, "%s-%d", stage->stage, stage->instance);
    if (stage->refused.len) {
        saying_begin(&saying, MATTER_RELOAD_REFUSED, str_of(name));
        saying_en(&saying, "bilag-%s %d keeps its former configuration. Mend it and reload: ", stage->stage, stage->instance);
        saying_nb(&saying, "bilag-%s %d beholder det forrige oppsettet. Rett det og last på nytt: ", stage->stage,
                  stage->instance);
        saying_foreign(&saying, stage->refused);
        err = found_of_all(survey, &saying, MATTER_RELOAD_REFUSED);
    }
    if (!err && stage->damaged_days) {
        saying_begin(&saying, MATTER_DAMAGED, str_of(name));
        saying_en(&saying, "bilag-%s %d cannot read %" PRId64 " of its days: run bilag fsck, and put back a backup (bilag "
                                                              "restore).",
                  stage->stage, stage->instance, stage->damaged_days);
        saying_nb(&saying, "bilag-%s %d kan ikke lese %" PRId64 " av dagene sine: kjør bilag fsck, og legg tilbake en "
                  "sikkerhetskopi (bilag restore).", stage->stage, stage->instance, stage->damaged_days);
        err = found_of_all(survey, &saying, MATTER_DAMAGED);
    }
    return err;
}

static enum err look_at_poweroffice(struct survey *survey)
{
    int64_t waited_ms = survey->whole.backlog.documents ? survey->now_ms - survey->whole.backlog.oldest_ms : 0;
    bool old = waited_ms > (int64_t)survey->config.watch.backlog_minutes * 60000;
    struct saying saying;
    enum err err = ERR_OK;

    if (survey->whole.outage) {
        saying_begin(&saying, MATTER_OUTAGE, STR("poweroffice"));
        saying_en(&saying, "PowerOffice does not answer. What is due waits, and goes by itself when it is back.");
        saying_nb(&saying, "PowerOffice svarer ikke. Det som skal sendes, venter og sendes automatisk når PowerOffice "
                           "svarer igjen.");
        err = found_for_now(survey, &saying, MATTER_OUTAGE);
    }
    if (!err && old && !survey->whole.outage) {
        saying_begin(&saying, MATTER_BACKLOG, STR("poweroffice"));
        saying_en(&saying, "Documents are due, and the oldest (%s) has waited for more than %" PRId32 " minutes: look at "
                                                                                                      "uploader and "
                  "invoicer (bilag status).", survey->whole.backlog.oldest, survey->config.watch.backlog_minutes);
        saying_nb(&saying, "Dokumenter skal sendes, og det eldste (%s) har ventet i mer enn %" PRId32 " minutter: se på "
                                                                                                      "uploader og "
                  "invoicer (bilag status).", survey->whole.backlog.oldest, survey->config.watch.backlog_minutes);
        err = found_of_all(survey, &saying, MATTER_BACKLOG);
    }
    return err;
}

static enum err look_at_disk(struct survey *survey)
{
    struct saying saying;
    struct statvfs disk;
    char path[1024];

    if (!str_copy(survey->config.state_dir, path, sizeof path) || statvfs(path, &disk) != 0 || !disk.f_blocks)
        return ERR_OK;                   /* who cannot say it has other troubles, which are told */
    if ((uint64_t)disk.f_bavail * 100 / disk.f_blocks >= (uint64_t)survey->config.watch.disk_free_percent)
        return ERR_OK;
    saying_begin(&saying, MATTER_DISK, STR("state"));
    saying_en(&saying, "Less than %" PRId32 " percent of the stores' disk is free: make room, before sales can no longer be "
                                            "taken in. ",
              survey->config.watch.disk_free_percent);
    saying_nb(&saying, "Under %" PRId32 " prosent av disken med lagrene er ledig: gjør plass, før det ikke lenger kan tas "
                                        "imot salg. ",
              survey->config.watch.disk_free_percent);
    saying_foreign(&saying, survey->config.state_dir);
    return found_of_all(survey, &saying, MATTER_DISK);
}

/* A machine that is started anew, and an upgrade of one after the other, pass by themselves. */
static enum err look_at_fleet(struct survey *survey)
{
    size_t first = survey->matters.count;
    enum err err = survey_fleet(&survey->matters, &survey->whole.fleet);

    for (size_t i = first; i < survey->matters.count; i++)
        survey->matters.at[i].young = !lasts(survey, survey->matters.at[i].id);
    return err;
}

/* Of a venue that may be nobody's. */
static struct matter of_venue(const struct survey *survey, enum matter_kind kind, struct str id)
{
    const struct venue *venue = config_venue(&survey->config, id);

    return (struct matter){ .kind = kind, .day = DAY_ALWAYS, .venue = venue ? id : STR_NONE,
                            .company = venue ? venue->company : STR_NONE };
}

static enum err look_at_refused(struct survey *survey, const struct refused *refused)
{
    struct saying saying;

    /* Of venues that are nobody's, one matter: their names may be garbage, as many as there are lines. */
    saying_begin(&saying, MATTER_REFUSED, config_venue(&survey->config, refused->venue) ? refused->venue : STR("-"));
    saying_en(&saying, "Lines from a till were not taken in (bilag refused list). ");
    saying_nb(&saying, "Linjer fra en kasse ble ikke tatt inn (bilag refused list). ");
    saying_foreign(&saying, refused->venue);
    saying_both(&saying, ": ");
    saying_foreign(&saying, refused->last_reason);
    return saying_found(&saying, &survey->matters, of_venue(survey, MATTER_REFUSED, refused->venue));
}

static enum err look_at_parked(struct survey *survey, const struct parked_venue *parked)
{
    struct saying saying;
    const struct matter matter = of_venue(survey, MATTER_PARKED, parked->venue);

    if (!parked_is_red(parked) || parked->is_set_up)
        return ERR_OK;
    saying_begin(&saying, MATTER_PARKED, parked->venue);
    saying_en(&saying, "Sales of a venue that is not set up, or whose file is wrong, are parked: set it up (bilag check), "
                       "and they are "
              "taken in. ");
    saying_nb(&saying, "Salg fra et salgssted som ikke er satt opp, eller der filen er feil, er parkert: sett det opp "
                       "(bilag check), så "
              "tas de inn. ");
    saying_foreign(&saying, parked->venue);
    return saying_found(&saying, &survey->matters, matter);
}

static enum err look_at_whole(struct survey *survey, struct books *books, struct fault *fault)
{
    struct context context = { .config = &survey->config, .arena = &survey->arena, .patience_ms = STAGE_PATIENCE_MS };
    const struct whole_status *whole = &survey->whole;
    enum err err = overview_whole(&context, books, &survey->whole);

    if (err)
        return fault_set(fault, err, "%s", context.fault.text);
    for (size_t i = 0; i < whole->stage_count && !err; i++) {
        err = look_at_stage(survey, &whole->stages[i]);
        if (!err)
            err = look_into_stage(survey, &whole->stages[i]);
    }
    for (size_t i = 0; i < whole->refused_count && !err; i++)
        err = look_at_refused(survey, &whole->refused[i]);
    for (size_t i = 0; i < whole->parked.count && !err; i++)
        err = look_at_parked(survey, &whole->parked.at[i]);
    if (!err)
        err = look_at_fleet(survey);
    if (!err)
        err = look_at_poweroffice(survey);
    return err ? err : look_at_disk(survey);
}

/* --- a venue --- */

static enum err look_at_document(struct survey *survey, const struct venue_status *status, const struct book_doc *doc)
{
    struct matter matter = { .kind = MATTER_RED_DOCUMENT, .day = doc->draft.doc.day, .venue = status->id,
                             .company = status->company };
    const struct problems *problems = &doc->draft.problems;
    const char *state = doc_state_text(doc->state);
    struct saying saying;
    char day[16];

    saying_begin(&saying, MATTER_RED_DOCUMENT, doc->id);
    saying_foreign(&saying, status->name);
    saying_both(&saying, ", %s, ", day_text(doc->draft.doc.day, day));
    saying_foreign(&saying, doc->id);
    saying_both(&saying, " (%s): ", state);
    for (size_t i = 0; i < problems->count && i < 3; i++) {
        strbuf_add(&saying.text[0], i ? STR(" ") : STR_NONE);
        strbuf_add(&saying.text[1], i ? STR(" ") : STR_NONE);
        problem_write(&problems->at[i], STR("en"), &saying.text[0]);
        problem_write(&problems->at[i], STR("nb"), &saying.text[1]);
    }
    if (!problems->count)
        saying_foreign(&saying, doc->status.words);
    saying_en(&saying, " What can be done: bilag status --venue " STR_FMT ", or its page in the console.", STR_ARG(status->id));
    saying_nb(&saying, " Hva som kan gjøres: bilag status --venue " STR_FMT ", eller siden i konsollen.", STR_ARG(status->id));
    return saying_found(&saying, &survey->matters, matter);
}

static enum err look_at_connection(struct survey *survey, const struct venue_status *status)
{
    const struct matter matter = { .kind = status->fault ? MATTER_VENUE_OUT : MATTER_KEY_REFUSED, .day = DAY_ALWAYS,
                                   .venue = status->id, .company = status->company };
    struct saying saying;

    if (!status->fault && !status->login_fault.len)
        return ERR_OK;
    saying_begin(&saying, (enum matter_kind)matter.kind, status->id);
    saying_foreign(&saying, status->name);
    if (status->fault) {
        saying_en(&saying, ": its file cannot be used, so nothing of it is booked. ");
        saying_nb(&saying, ": filen kan ikke brukes, så ingenting derfra bokføres. ");
        saying_foreign(&saying, str_of(status->fault));
    } else {
        saying_en(&saying, ": PowerOffice refuses the key, so nothing of it is sent (bilag venues connect " STR_FMT "). ",
                  STR_ARG(status->id));
        saying_nb(&saying, ": PowerOffice avviser nøkkelen, så ingenting derfra sendes (bilag venues connect " STR_FMT "). ",
                  STR_ARG(status->id));
        saying_foreign(&saying, status->login_fault);
    }
    return saying_found(&saying, &survey->matters, matter);
}

static bool is_there(const struct book_list *list, int32_t day, const struct book_doc **ret_open)
{
    bool any = false;

    *ret_open = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const struct book_doc *doc = &list->docs[i];

        if (doc->draft.doc.day != day)
            continue;
        any = true;
        if (doc->draft.doc.kind == DOC_VOUCHER && doc->draft.phase == DRAFT_OPEN && doc->state == DOC_OPEN &&
            !book_doc_is_empty(doc))
            *ret_open = doc;
    }
    return any;
}

/* Told at the venue's hour on the date after, and not before the business day is over. */
static bool is_due(const struct venue *venue, int32_t day, int64_t now_ms)
{
    int64_t start, end, by = zone_utc(venue->zone, day + 1, venue->expected_by);

    venue_day_span(venue, day, &start, &end);
    return now_ms / 1000 >= (by > end ? by : end);
}

static enum err look_at_day(struct matters *matters, const struct venue *venue, int32_t day, const struct book_doc *open)
{
    enum matter_kind kind = open ? MATTER_OPEN_DAY : MATTER_MISSING_DAY;
    struct matter matter = { .kind = kind, .day = day, .venue = venue->id, .company = venue->company };
    struct saying saying;
    char text[16];

    saying_begin(&saying, kind, venue->id);
    strbuf_format(&saying.id, "/%s", day_text(day, text));
    saying_foreign(&saying, venue->name);
    if (open) {
        saying_en(&saying, ", %s: the day has sales and is not closed: a Z report or receipts are missing. Let the till "
                           "send them; bilag "
                  "status --venue " STR_FMT " names what is missing.", text, STR_ARG(venue->id));
        saying_nb(&saying, ", %s: dagen har salg og er ikke avsluttet: en Z-rapport eller kvitteringer mangler. La kassen "
                           "sende dem; "
                  "bilag status --venue " STR_FMT " nevner hva som mangler.", text, STR_ARG(venue->id));
    } else {
        saying_en(&saying, ", %s: nothing has come of this day. Was it open? Then let the till send. Closed on purpose: "
                           "write the day "
                  "under closed: in venues/" STR_FMT ".yaml and reload.", text, STR_ARG(venue->id));
        saying_nb(&saying, ", %s: ingenting har kommet for denne dagen. Var det åpent, må kassen sende. Var det stengt med "
                           "vilje: skriv "
                  "dagen under closed: i venues/" STR_FMT ".yaml og last på nytt.", text, STR_ARG(venue->id));
    }
    return saying_found(&saying, matters, matter);
}

enum err survey_days(struct matters *matters, const struct venue *venue, const struct book_list *list, int32_t from,
                     int64_t now_ms)
{
    int32_t today = venue_business_day(venue, now_ms / 1000), first = venue->begins;
    enum err err = ERR_OK;

    if (first == DAY_ALWAYS && !list->count)
        return ERR_OK;                   /* nobody has said that it is in use, and nothing has come of it yet */
    for (size_t i = 0; i < list->count && venue->begins == DAY_ALWAYS; i++)
        first = i == 0 || list->docs[i].draft.doc.day < first ? list->docs[i].draft.doc.day : first;
    if (first < today - MISSED_DAYS)
        first = today - MISSED_DAYS;
    for (int32_t day = first > from ? first : from; day < today && !err; day++) {
        const struct book_doc *open;
        bool there = is_there(list, day, &open);

        if ((!there && venue_is_closed(venue, day)) || (there && !open) || !is_due(venue, day, now_ms))
            continue;
        err = look_at_day(matters, venue, day, open);
    }
    return err;
}

void survey_let_pass(const struct survey *survey, size_t first)
{
    int32_t today = (int32_t)(survey->now_ms / 1000 / DAY_S);

    for (size_t i = first; i < survey->matters.count; i++) {
        struct matter *matter = &survey->matters.at[i];

        if (matter->kind == MATTER_OPEN_DAY && matter->day >= today - WATCH_DAYS)
            matter->young = !lasts(survey, matter->id);
    }
}

int32_t vat_term_end(int32_t day)
{
    int32_t year, month, date;

    day_to_civil(day, &year, &month, &date);
    month += month % 2;
    return month == 12 ? day_of_civil(year + 1, 1, 1) - 1 : day_of_civil(year, month + 1, 1) - 1;
}

int32_t vat_term_due(int32_t term_end)
{
    int32_t year, month, date;

    day_to_civil(term_end, &year, &month, &date);
    if (month == 6)
        return day_of_civil(year, 8, 31);
    return month + 2 > 12 ? day_of_civil(year + 1, month - 10, 10) : day_of_civil(year, month + 2, 10);
}

/* A voucher that should stand in the books and does not. */
static bool is_unposted(const struct venue *venue, const struct book_doc *doc)
{
    return doc->draft.doc.kind == DOC_VOUCHER && !book_doc_is_empty(doc) && doc->draft.doc.day >= venue->begins &&
           doc->state != DOC_SENT && doc->state != DOC_BY_HAND && doc->state != DOC_REVERSED;
}

enum err survey_lock(struct matters *matters, const struct venue *venue, const struct book_list *list, int32_t lock_date,
                     int32_t lock_days, int64_t now_ms)
{
    int32_t today = venue_business_day(venue, now_ms / 1000), first = INT32_MAX, term;
    struct matter matter = { .kind = MATTER_LOCK, .venue = venue->id, .company = venue->company };
    struct saying saying;
    char text[3][16];

    for (size_t i = 0; i < list->count; i++)
        if (is_unposted(venue, &list->docs[i]) && list->docs[i].draft.doc.day > lock_date &&
            list->docs[i].draft.doc.day < first)
            first = list->docs[i].draft.doc.day;
    if (first == INT32_MAX)
        return ERR_OK;
    term = vat_term_end(first);
    if (today <= term || today < vat_term_due(term) - lock_days)
        return ERR_OK;
    matter.day = first;
    saying_begin(&saying, MATTER_LOCK, venue->id);
    strbuf_format(&saying.id, "/%s", day_text(term, text[0]));
    saying_foreign(&saying, venue->name);
    saying_en(&saying, ": days from %s on are not posted, and the VAT return of the term to %s is due on %s: post them "
                       "before the books "
              "are locked.", day_text(first, text[1]), text[0], day_text(vat_term_due(term), text[2]));
    saying_nb(&saying, ": dager fra %s er ikke bokført, og mva-meldingen for terminen til %s har frist %s: før dem før "
                       "regnskapet "
              "låses.", text[1], text[0], text[2]);
    return saying_found(&saying, matters, matter);
}

static enum err count(struct survey *survey, const struct venue_status *status)
{
    struct survey_row *row = &survey->rows[survey->row_count++];

    *row = (struct survey_row){ .id = arena_copy(&survey->arena, status->id), .name = arena_copy(&survey->arena, status->name),
                                .company = arena_copy(&survey->arena, status->company), .waiting = status->states[DOC_WAITING],
                                .red = status->red };
    for (size_t i = 0; i < status->list.count; i++)
        row->sent += status->list.docs[i].status.sent_ms > survey->now_ms - DAY_S * (int64_t)1000;
    return arena_failed(&survey->arena) ? ERR_MEMORY : ERR_OK;
}

static enum err lock_date_of(struct refstore *refs, const struct venue *venue, struct arena *arena, int32_t *ret_lock)
{
    struct refdata data;
    enum err err = refs && venue->client_id.len ? refdata_of_client(refs, venue->client_id, arena, &data) : ERR_NOT_FOUND;

    *ret_lock = !err && data.has_lock_date ? data.lock_date : DAY_ALWAYS;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err look_at_venue(struct survey *survey, struct books *books, struct refstore *refs, struct venue_status *status,
                              struct fault *fault)
{
    struct context context = { .config = &survey->config, .arena = &survey->arena };
    size_t before = survey->matters.count;
    int32_t lock;
    enum err err = overview_venue(&context, books, refs, survey->from, INT32_MAX, &survey->venue_arena, &survey->whole, status);

    if (err)
        return fault_set(fault, err, "%s", context.fault.text);
    err = look_at_connection(survey, status);
    for (size_t i = 0; i < status->list.count && !err; i++)          /* a day that is not closed is a matter of its own */
        if (book_doc_is_red(&status->list.docs[i]) && !problems_have(&status->list.docs[i].draft.problems, PROBLEM_DAY_OPEN))
            err = look_at_document(survey, status, &status->list.docs[i]);
    if (!err && status->venue)
        err = survey_days(&survey->matters, status->venue, &status->list, survey->from, survey->now_ms);
    survey_let_pass(survey, before);
    if (!err && status->venue)
        err = lock_date_of(refs, status->venue, &survey->venue_arena, &lock);
    if (!err && status->venue)
        err = survey_lock(&survey->matters, status->venue, &status->list, lock, survey->config.watch.lock_days, survey->now_ms);
    return err ? err : count(survey, status);
}

static struct venue_status venue_at(const struct config *config, size_t i)
{
    if (i < config->venue_count)
        return (struct venue_status){ .id = config->venues[i].id, .venue = &config->venues[i] };
    i -= config->venue_count;
    return (struct venue_status){ .id = config->fault_venues[i], .name = config->fault_venues[i],
                                 .fault = config->faults[i].text };
}

/* --- the whole look --- */

enum err survey_begin(struct survey *survey, const struct config *config, struct lasting *lasting, bool all_days,
                      int64_t now_ms)
{
    size_t venues = config->venue_count + config->fault_count;

    *survey = (struct survey){ .config = *config, .lasting = lasting, .all_days = all_days, .now_ms = now_ms,
                               .from = all_days ? INT32_MIN : (int32_t)(now_ms / 1000 / DAY_S) - WATCH_DAYS };
    survey->config.watch.on = false;
    arena_init(&survey->arena, ARENA_BYTES);
    arena_init(&survey->venue_arena, ARENA_BYTES);
    survey->matters.arena = &survey->arena;
    survey->rows = arena_array(&survey->arena, venues ? venues : 1, sizeof *survey->rows);
    return survey->rows ? ERR_OK : ERR_MEMORY;
}

void survey_free(struct survey *survey)
{
    arena_free(&survey->arena);
    arena_free(&survey->venue_arena);
}

static enum err look_on(struct survey *survey, struct books *books, struct refstore *refs, int64_t until_ms,
                        struct fault *fault)
{
    size_t venues = survey->config.venue_count + survey->config.fault_count;
    enum err err = survey->whole_done ? ERR_OK : look_at_whole(survey, books, fault);

    survey->whole_done = !err;
    while (!err && survey->next < venues) {
        struct venue_status status = venue_at(&survey->config, survey->next);

        arena_reset(&survey->venue_arena);
        err = look_at_venue(survey, books, refs, &status, fault);
        survey->next++;
        if (clock_steady_ms() >= until_ms)
            break;
    }
    if (!err && survey->next == venues) {
        lasting_sweep(survey);
        matters_sort(&survey->matters);
        survey->done = true;
    }
    return err;
}

enum err survey_on(struct survey *survey, int64_t budget_ms, struct fault *fault)
{
    struct refstore *refs = NULL;
    struct books *books = NULL;
    enum err err = refstore_open(survey->config.state_dir, STORE_READ_ONLY, &refs, fault);

    if (err == ERR_NOT_FOUND)
        err = ERR_OK;
    if (!err)
        err = books_open(&survey->config, &books, fault);
    if (!err)
        err = look_on(survey, books, refs, clock_steady_ms() + budget_ms, fault);
    if (books)
        books_relax(books);
    books_close(books);
    refstore_close(refs);
    return err;
}
