#include "asking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "base/secret.h"
#include "bilag/act/key_drop.h"
#include "journey.h"
#include "poweroffice/asker.h"
#include "poweroffice/errand.h"
#include "poweroffice/onboarding.h"

enum { ROWS = 64, LOOK_MS = 50, READ_WAIT_MS = 120000, ARENA_BYTES = 64 * 1024 * 1024 };

/* What one needs while it is under way; its own configuration, for the console's may be read again meanwhile, with its venue alone:
 * of ten thousand, nobody waits for the others. */
struct work {
    struct arena arena;
    struct config *config;
    struct context context;
    struct key_giving *giving;           /* ASKING_KEY, ASKING_TOKEN */
    struct asker *asker;                 /* ASKING_READ, ASKING_PAGE */
    char state[JOURNEY_STATE_SIZE];        /* ASKING_PAGE */
    struct errand_answer said;
    bool came;
    int64_t until_ms;
};

struct row { struct asked_for told; char venue[65]; struct work *work; };

struct askings { struct stage *stage; struct reload *reload; struct journeys *journeys; struct row rows[ROWS]; };

enum err askings_open(struct stage *stage, struct reload *reload, struct journeys *journeys, struct askings **ret_askings)
{
    struct askings *askings = calloc(1, sizeof *askings);

    if (!askings)
        return ERR_MEMORY;
    askings->stage = stage;
    askings->reload = reload;
    askings->journeys = journeys;
    *ret_askings = askings;
    return ERR_OK;
}

static void work_free(struct row *row)
{
    struct work *work = row->work;

    if (!work)
        return;
    key_giving_free(work->giving);
    asker_close(work->asker);
    config_free(work->config);
    arena_free(&work->arena);
    free(work);
    row->work = NULL;
}

void askings_close(struct askings *askings)
{
    for (size_t i = 0; askings && i < ROWS; i++)
        work_free(&askings->rows[i]);
    free(askings);
}

/* --- its end -------------------------------------------------------------------------------------------------- */

static bool gives(const struct row *row)
{
    return row->told.kind == ASKING_KEY || row->told.kind == ASKING_TOKEN;
}

static void end(struct askings *askings, struct row *row, enum err err, const char *words)
{
    static const char *const whats[] = {
        [ASKING_KEY] = "a key was given", [ASKING_READ] = "PowerOffice was asked",
        [ASKING_PAGE] = "PowerOffice was asked for its page", [ASKING_TOKEN] = "PowerOffice's pages gave a token",
    };

    row->told.over = true;
    row->told.err = err;
    row->told.ended_ms = stage_now_ms(askings->stage);
    (void)snprintf(row->told.words, sizeof row->told.words, "%s", err ? words[0] ? words : err_text(err) : "");
    log_fact("venue=%s what=\"%s\" outcome=\"%s\" why=\"%s\"", row->venue, whats[row->told.kind], err_text(err),
             row->told.words);
    work_free(row);
}

/* --- reading -------------------------------------------------------------------------------------------------- */

static enum err begin_reading(struct row *row, struct str mark)
{
    struct work *work = row->work;
    struct errand errand = { .kind = ERRAND_READ };
    enum err err;

    row->told.kind = ASKING_READ;
    work->until_ms = clock_steady_ms() + READ_WAIT_MS;
    if (!str_copy(str_of(row->venue), errand.venue, sizeof errand.venue) ||
        !str_copy(mark, errand.client, sizeof errand.client))
        return ERR_TOO_LONG;
    err = asker_begin(work->config, &work->asker, &work->context.fault);
    return err ? err : asker_ask(work->asker, &errand, &work->said, &work->came);
}

/* That the key is refused is kept with the books, and told from there: it was asked all the same. */
static void end_reading(struct askings *askings, struct row *row)
{
    const struct errand_answer *said = &row->work->said;

    KILLPOINT("ask.answered");
    if (said->refusal != ERRAND_TAKEN)
        end(askings, row, ERR_REFUSED, errand_refusal_words(said->refusal));
    else if (said->answer.outcome == OUTCOME_DONE || said->answer.outcome == OUTCOME_LOGIN)
        end(askings, row, ERR_OK, "");
    else
        end(askings, row, ERR_NETWORK, "PowerOffice did not answer, or not all that was asked; try again in a moment");
}

static void end_page(struct askings *askings, struct row *row)
{
    struct work *work = row->work;
    const char *address = work->said.address;
    enum err err = key_errand_err(&work->context, &work->said);

    if (!err && !onboarding_is_address(str_of(address)))
        err = fault_set(&work->context.fault, ERR_NETWORK, "%s", fault_words(errand_refusal_words(ERRAND_NO_PAGE)));
    if (!err)
        journeys_ready(askings->journeys, work->state, address);
    end(askings, row, err, work->context.fault.text);
}

static void read_on(struct askings *askings, struct row *row)
{
    struct work *work = row->work;

    asker_run(work->asker, 0);
    if (work->came)
        (row->told.kind == ASKING_PAGE ? end_page : end_reading)(askings, row);
    else if (asker_state(work->asker) == ASKER_LOST)
        end(askings, row, ERR_NOT_FOUND, asker_trouble(work->asker));
    else if (clock_steady_ms() >= work->until_ms)
        end(askings, row, ERR_NETWORK, "PowerOffice did not answer in time; try again in a moment");
}

/* --- giving a key --------------------------------------------------------------------------------------------- */

static void give_on(struct askings *askings, struct row *row)
{
    struct work *work = row->work;
    enum err err;

    if (!key_giving_run(work->giving, 0))
        return;
    err = key_giving_err(work->giving);
    if (!err) {
        log_fact("venue=%s what=\"a key was given\" outcome=\"%s\"", row->venue, err_text(ERR_OK));
        reload_begin(askings->reload);   /* stages that leave a venue out for want of its key take it in */
        err = begin_reading(row, key_giving_mark(work->giving));
    }
    if (err)
        end(askings, row, err, work->context.fault.text);
}

int64_t askings_turn(struct askings *askings)
{
    bool any = false;

    for (size_t i = 0; i < ROWS; i++) {
        struct row *row = &askings->rows[i];

        if (row->work)
            (gives(row) ? give_on : read_on)(askings, row);
        any |= row->work != NULL;
    }
    return any ? clock_steady_ms() + LOOK_MS : INT64_MAX;
}

/* --- its beginning -------------------------------------------------------------------------------------------- */

static struct row *row_of(const struct askings *askings, struct str venue)
{
    for (size_t i = 0; i < ROWS; i++)
        if (str_equal(str_of(askings->rows[i].venue), venue))
            return (struct row *)(uintptr_t)&askings->rows[i];
    return NULL;
}

/* The venue's own, or the one that is over for longest. */
static struct row *room(struct askings *askings, struct str venue)
{
    struct row *row = row_of(askings, venue);

    for (size_t i = 0; !row && i < ROWS; i++)
        if (!askings->rows[i].venue[0])
            return &askings->rows[i];
    for (size_t i = 0; i < ROWS && !row_of(askings, venue); i++)
        if (!askings->rows[i].work && (!row || askings->rows[i].told.ended_ms < row->told.ended_ms))
            row = &askings->rows[i];
    return row;
}

static enum err may_begin(const struct askings *askings, struct str venue)
{
    const struct row *row = row_of(askings, venue);
    size_t under_way = 0;

    for (size_t i = 0; i < ROWS; i++)
        under_way += askings->rows[i].work != NULL;
    return row && row->work ? ERR_EXISTS : under_way >= ASKINGS_MAX ? ERR_BUSY : ERR_OK;
}

static enum err begin(struct askings *askings, const struct asking_wish *wish, enum asking_kind kind, struct row **ret_row,
                      struct fault *fault)
{
    enum err err = may_begin(askings, wish->venue);
    struct row *row = err ? NULL : room(askings, wish->venue);
    struct work *work = row ? calloc(1, sizeof *work) : NULL;

    if (err || !work)
        return err ? err : ERR_MEMORY;
    *row = (struct row){ .told = { .kind = kind, .began_ms = stage_now_ms(askings->stage) }, .work = work };
    arena_init(&work->arena, ARENA_BYTES);
    err = str_copy(wish->venue, row->venue, sizeof row->venue) ? ERR_OK : ERR_TOO_LONG;
    if (!err)
        err = config_load_venue(stage_config(askings->stage)->dir, wish->venue, &work->config, fault);
    if (!err)
        work->config->console.on = false;
    work->context = (struct context){ .config = work->config, .arena = &work->arena,
                                      .who = arena_copy(&work->arena, wish->who) };
    *ret_row = row;
    return err;
}

/* What could not begin was not: the page says why. */
static enum err begun(struct askings *askings, struct row *row, enum err err, struct fault *fault)
{
    if (err && row) {
        if (!fault->text[0])
            *fault = row->work->context.fault;
        work_free(row);
        *row = (struct row){ .work = NULL };
    }
    if (!err)
        stage_wake_at(askings->stage, 0);
    return err;
}

enum err askings_give(struct askings *askings, const struct asking_wish *wish, struct str *key, struct str reason,
                      struct fault *fault)
{
    struct row *row = NULL;
    enum err err = begin(askings, wish, ASKING_KEY, &row, fault);

    if (!err)
        err = key_giving_begin(&row->work->context, wish->venue, key, reason, &row->work->giving);
    secret_wipe(key);
    return begun(askings, row, err, fault);
}

enum err askings_token(struct askings *askings, const struct asking_wish *wish, struct str *token, struct str reason,
                       struct fault *fault)
{
    struct row *row = NULL;
    enum err err = begin(askings, wish, ASKING_TOKEN, &row, fault);

    if (!err)
        err = key_giving_begin_token(&row->work->context, wish->venue, token, reason, &row->work->giving);
    secret_wipe(token);
    return begun(askings, row, err, fault);
}

static enum err begin_page(struct askings *askings, struct row *row, struct str session)
{
    struct str venue = str_of(row->venue);
    struct work *work = row->work;
    const char *state = journeys_begin(askings->journeys, session, venue, clock_steady_ms());
    struct errand errand;
    enum err err = key_pages_errand(&work->context, venue, state, &errand);

    work->until_ms = clock_steady_ms() + READ_WAIT_MS;
    ensure(str_copy(str_of(state), work->state, sizeof work->state));
    if (!err)
        err = asker_begin(work->config, &work->asker, &work->context.fault);
    return err ? err : asker_ask(work->asker, &errand, &work->said, &work->came);
}

enum err askings_page(struct askings *askings, const struct asking_wish *wish, struct str session, struct fault *fault)
{
    struct row *row = NULL;
    enum err err = begin(askings, wish, ASKING_PAGE, &row, fault);

    return begun(askings, row, err ? err : begin_page(askings, row, session), fault);
}

enum err askings_read(struct askings *askings, const struct asking_wish *wish, struct fault *fault)
{
    struct row *row = NULL;
    const struct venue *venue;
    enum err err = begin(askings, wish, ASKING_READ, &row, fault);

    if (!err) {
        venue = config_venue(row->work->config, wish->venue);
        err = venue && venue->client_id.len ? begin_reading(row, venue->client_id)
                                            : fault_set(fault, ERR_REFUSED, "the venue has no client key yet");
        KILLPOINT("ask.begun");
    }
    return begun(askings, row, err, fault);
}

const struct asked_for *askings_of(const struct askings *askings, struct str venue)
{
    const struct row *row = row_of(askings, venue);

    return row ? &row->told : NULL;
}
