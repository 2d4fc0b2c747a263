#include "picture.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "poweroffice/refdata.h"

enum { FRESH_MS = 1000, WATCHED_MS = 60000, TURN_BUDGET_MS = 15, TURN_EVERY_MS = 100, VENUE_BYTES = 256 * 1024 * 1024,
       ROW_BYTES = 64 * 1024 * 1024 };

struct picture {
    struct picture_row *rows; size_t count;
    struct arena arena;                  /* of the rows' own texts */
    bool made;                           /* of the configuration as it is */
    size_t next;                         /* to be looked at: round and round */
    size_t unseen, due;                  /* not looked at: ever; since the configuration was read. They are, asked for or not */
    int64_t asked_ms;                    /* steady: when somebody looked last */
};

enum err picture_open(struct picture **ret_picture)
{
    struct picture *picture = calloc(1, sizeof *picture);

    if (!picture)
        return ERR_MEMORY;
    arena_init(&picture->arena, ROW_BYTES);
    *ret_picture = picture;
    return ERR_OK;
}

static void rows_free(struct picture_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)rows[i].first_red.bytes);
    free(rows);
}

void picture_close(struct picture *picture)
{
    if (!picture)
        return;
    rows_free(picture->rows, picture->count);
    arena_free(&picture->arena);
    free(picture);
}

void picture_reload(struct picture *picture)
{
    picture->made = false;
}

/* A file that is passed over may stand beside the venue's own: that row comes behind it. */
static int by_id(const void *a, const void *b)
{
    const struct picture_row *x = a, *y = b;
    int order = str_compare(x->id, y->id);

    return order ? order : (x->fault.len > 0) - (y->fault.len > 0);
}

/* The venues as they are set up, in order, none looked at; texts in the arena. NULL: out of memory. */
static struct picture_row *rows_of(const struct config *config, struct arena *arena)
{
    size_t count = config->venue_count + config->fault_count;
    struct picture_row *rows = calloc(count ? count : 1, sizeof *rows);

    if (!rows)
        return NULL;
    for (size_t i = 0; i < config->venue_count; i++) {
        const struct venue *venue = &config->venues[i];

        rows[i] = (struct picture_row){ .id = arena_copy(arena, venue->id), .name = arena_copy(arena, venue->name),
                                        .company = arena_copy(arena, venue->company), .due = true };
    }
    for (size_t i = 0; i < config->fault_count; i++)
        rows[config->venue_count + i] = (struct picture_row){ .id = arena_copy(arena, config->fault_venues[i]),
                                                              .name = arena_copy(arena, config->fault_venues[i]),
                                                              .fault = arena_copy(arena, str_of(config->faults[i].text)),
                                                              .due = true };
    if (arena_failed(arena)) {
        free(rows);
        return NULL;
    }
    qsort(rows, count, sizeof *rows, by_id);
    return rows;
}

/* What is known of the venue, until it is looked at. */
static void carry(struct picture_row *from, struct picture_row *to)
{
    struct picture_row carried = *from;

    from->first_red = STR_NONE;
    carried.id = to->id;
    carried.name = to->name;
    carried.company = to->company;
    carried.fault = to->fault;
    carried.due = true;
    *to = carried;
}

/* The venues as they are set up now; what was known of them before stays. */
static enum err make(struct picture *picture, const struct config *config)
{
    struct arena arena;
    struct picture_row *rows;

    arena_init(&arena, ROW_BYTES);
    rows = rows_of(config, &arena);
    if (!rows) {
        arena_free(&arena);
        return ERR_MEMORY;
    }
    picture->due = config->venue_count + config->fault_count;
    picture->unseen = 0;
    for (size_t i = 0; i < picture->due; i++) {
        struct picture_row *was = picture->count ? bsearch(&rows[i], picture->rows, picture->count, sizeof *rows, by_id) : NULL;

        if (was)
            carry(was, &rows[i]);
        picture->unseen += !rows[i].looked_ms;
    }
    rows_free(picture->rows, picture->count);
    arena_free(&picture->arena);
    picture->rows = rows;
    picture->count = picture->due;
    picture->arena = arena;
    picture->next = 0;
    picture->made = true;
    return ERR_OK;
}

static void keep(struct str *to, struct str text)
{
    char *copy = text.len ? malloc(text.len) : NULL;

    free((void *)(uintptr_t)to->bytes);
    if (copy)
        memcpy(copy, text.bytes, text.len);
    *to = (struct str){ copy, copy ? text.len : 0 };
}

static void note(struct picture_row *row, const struct venue_status *status)
{
    bool any = false;

    row->unreadable = ERR_OK;
    row->red = status->red;
    row->warned = status->warned;
    memcpy(row->states, status->states, sizeof row->states);
    memcpy(row->kinds, status->kinds, sizeof row->kinds);
    row->connected = status->connected;
    row->login_fault = status->login_fault.len > 0;
    row->awaits_add_on = status->awaits_add_on;
    row->oldest_waiting = 0;
    for (size_t i = 0; i < status->list.count; i++) {
        const struct book_doc *doc = &status->list.docs[i];

        if (book_doc_is_empty(doc))
            continue;
        if (doc->state == DOC_WAITING && !row->oldest_waiting)
            row->oldest_waiting = doc->draft.doc.day;
        if (any || !book_doc_is_red(doc))
            continue;
        any = true;
        keep(&row->first_red, doc->id);
    }
    if (!any)
        keep(&row->first_red, STR_NONE);
}

/* Nothing is counted of it, so that nobody takes a part for the whole. */
static void note_unreadable(struct picture_row *row, enum err why)
{
    struct venue_status nothing = { .id = row->id };

    if (row->unreadable != why)
        log_fact("level=error venue=" STR_FMT " what=\"not everything of it can be read\" why=\"%s\"", STR_ARG(row->id),
                 err_text(why));
    note(row, &nothing);
    row->unreadable = why;
}

/* What looking needs, opened once for many. */
struct looking_at {
    struct context context;
    struct arena arena, once;            /* of the venue that is looked at; of all of them */
    struct books *books;
    struct refstore *refs;
    struct whole_status whole;
};

static enum err look_begin(struct looking_at *at, const struct config *config)
{
    enum err err;

    at->context = (struct context){ .config = config, .arena = &at->once };
    arena_init(&at->arena, VENUE_BYTES);
    arena_init(&at->once, VENUE_BYTES);
    at->whole = (struct whole_status){ .config = config };
    err = refstore_open(config->state_dir, STORE_READ_ONLY, &at->refs, &at->context.fault);
    if (err == ERR_NOT_FOUND)
        err = ERR_OK;
    else if (err)
        at->refs = NULL;
    if (!err)
        err = addons_load(&at->context, &at->whole.addons);
    at->context.arena = &at->arena;
    return err ? err : books_open(config, &at->books, &at->context.fault);
}

static void look_end(struct looking_at *at)
{
    books_close(at->books);
    refstore_close(at->refs);
    arena_free(&at->arena);
    arena_free(&at->once);
}

static void look(struct picture *picture, struct looking_at *at, struct picture_row *row)
{
    struct venue_status status = { .id = row->id, .venue = row->fault.len ? NULL : config_venue(at->context.config, row->id) };
    enum err err;

    arena_reset(&at->arena);
    picture->unseen -= !row->looked_ms;
    picture->due -= row->due;
    row->due = false;
    row->looked_ms = clock_now_ms();
    row->steady_ms = clock_steady_ms();
    if (!status.venue)
        return;
    row->automatic = venue_switch(&status.venue->auto_transfer, venue_business_day(status.venue, clock_now_ms() / 1000));
    err = overview_glance(&at->context, at->books, at->refs, INT32_MIN, INT32_MAX, &at->arena, &at->whole, &status);
    if (err)
        note_unreadable(row, err);
    else
        note(row, &status);
}

static bool is_fresh(const struct picture_row *row, int64_t steady_ms)
{
    return !row->due && steady_ms - row->steady_ms < FRESH_MS;
}

/* From the one whose turn it is: one that nobody has looked at ever, as long as there is one; else one that is not fresh. NULL: all
 * are. */
static struct picture_row *choose_next(struct picture *picture)
{
    int64_t steady_ms = clock_steady_ms();

    for (size_t i = 0; i < picture->count; i++) {
        size_t at = (picture->next + i) % picture->count;
        struct picture_row *row = &picture->rows[at];

        if (picture->unseen ? row->looked_ms != 0 : is_fresh(row, steady_ms))
            continue;
        picture->next = (at + 1) % picture->count;
        return row;
    }
    return NULL;
}

static enum err look_on(struct picture *picture, const struct config *config, int64_t budget_ms)
{
    int64_t until_ms = clock_steady_ms() + budget_ms;
    struct looking_at at = { .books = NULL };
    enum err err = look_begin(&at, config);
    struct picture_row *row;

    for (size_t i = 0; !err && i < picture->count && (row = choose_next(picture)) != NULL; i++) {
        look(picture, &at, row);
        if (clock_steady_ms() >= until_ms)
            break;
    }
    look_end(&at);
    return err;
}

enum err picture_take(struct picture *picture, const struct config *config, int64_t budget_ms,
                      const struct picture_row **ret_rows, size_t *ret_count)
{
    enum err err = picture->made ? ERR_OK : make(picture, config);

    picture->asked_ms = clock_steady_ms();
    if (!err && picture->count)
        err = look_on(picture, config, budget_ms);
    *ret_rows = picture->rows;
    *ret_count = picture->count;
    return err;
}

size_t picture_unseen(const struct picture *picture)
{
    return picture->made ? picture->unseen : SIZE_MAX;
}

enum err picture_refresh(struct picture *picture, const struct config *config, const struct picture_row *const *rows,
                         size_t count)
{
    struct looking_at at = { .books = NULL };
    int64_t steady_ms = clock_steady_ms();
    enum err err = look_begin(&at, config);

    for (size_t i = 0; !err && i < count; i++) {
        struct picture_row *row = &picture->rows[rows[i] - picture->rows];

        if (!is_fresh(row, steady_ms))
            look(picture, &at, row);
    }
    look_end(&at);
    return err;
}

bool picture_row_is_red(const struct picture_row *row)
{
    return row->red || row->fault.len || row->unreadable || row->login_fault || row->connected == CONNECTED_NO;
}

int picture_row_rank(const struct picture_row *row)
{
    return picture_row_is_red(row) ? 0 : row->states[DOC_WAITING] ? 1 : 2;
}

/* Nobody looks, and everything has been looked at once. */
static bool is_at_rest(const struct picture *picture, int64_t now_ms)
{
    return !picture->unseen && !picture->due && (!picture->asked_ms || now_ms - picture->asked_ms > WATCHED_MS);
}

int64_t picture_turn(struct picture *picture, const struct config *config, int64_t now_ms)
{
    if ((!picture->made && make(picture, config)) || is_at_rest(picture, now_ms))
        return INT64_MAX;
    if (look_on(picture, config, TURN_BUDGET_MS))
        return INT64_MAX;                /* whoever asks next is told why */
    return now_ms + TURN_EVERY_MS;
}
