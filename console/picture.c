#include "picture.h"

#include <stdlib.h>
#include <string.h>

#include "poweroffice/refdata.h"

enum { FRESH_MS = 1000, WATCHED_MS = 60000, TURN_BUDGET_MS = 15, TURN_EVERY_MS = 100, VENUE_BYTES = 256 * 1024 * 1024,
       ROW_BYTES = 64 * 1024 * 1024 };

struct picture {
    struct picture_row *rows; size_t count;
    struct arena arena;                  /* of the rows' own texts */
    bool made;
    size_t next;                         /* to be looked at: round and round */
    size_t unseen;                       /* not looked at yet: they are, whether or not somebody asks */
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

static void clear(struct picture *picture)
{
    for (size_t i = 0; i < picture->count; i++)
        free((void *)(uintptr_t)picture->rows[i].first_red.bytes);
    free(picture->rows);
    picture->rows = NULL;
    picture->count = picture->next = picture->unseen = 0;
    picture->made = false;
    arena_reset(&picture->arena);
}

void picture_close(struct picture *picture)
{
    if (!picture)
        return;
    clear(picture);
    arena_free(&picture->arena);
    free(picture);
}

void picture_reload(struct picture *picture)
{
    clear(picture);
}

static int by_id(const void *a, const void *b)
{
    return str_compare(((const struct picture_row *)a)->id, ((const struct picture_row *)b)->id);
}

/* The venues as they are set up, none looked at. */
static enum err make(struct picture *picture, const struct config *config)
{
    size_t count = config->venue_count + config->fault_count;
    struct picture_row *rows = calloc(count ? count : 1, sizeof *rows);

    if (!rows)
        return ERR_MEMORY;
    clear(picture);
    for (size_t i = 0; i < config->venue_count; i++) {
        const struct venue *venue = &config->venues[i];

        rows[i] = (struct picture_row){ .id = arena_copy(&picture->arena, venue->id),
                                        .name = arena_copy(&picture->arena, venue->name),
                                        .company = arena_copy(&picture->arena, venue->company) };
    }
    for (size_t i = 0; i < config->fault_count; i++)
        rows[config->venue_count + i] = (struct picture_row){ .id = arena_copy(&picture->arena, config->fault_venues[i]),
                                                              .name = arena_copy(&picture->arena, config->fault_venues[i]),
                                                              .fault = arena_copy(&picture->arena,
                                                                                  str_of(config->faults[i].text)) };
    if (arena_failed(&picture->arena)) {
        free(rows);
        return ERR_MEMORY;
    }
    qsort(rows, count, sizeof *rows, by_id);
    picture->rows = rows;
    picture->count = picture->unseen = count;
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

static enum err look(struct picture *picture, struct looking_at *at, struct picture_row *row)
{
    struct venue_status status = { .id = row->id, .venue = config_venue(at->context.config, row->id) };
    int32_t today = (int32_t)(clock_now_ms() / 86400000);
    enum err err;

    arena_reset(&at->arena);
    picture->unseen -= !row->looked_ms;
    row->looked_ms = clock_now_ms();
    if (!status.venue)
        return ERR_OK;
    row->automatic = venue_switch(&status.venue->auto_transfer, today);
    err = overview_glance(&at->context, at->books, at->refs, today - PICTURE_DAYS, today + 1, &at->arena, &at->whole, &status);
    if (!err)
        note(row, &status);
    return err;
}

static enum err look_on(struct picture *picture, const struct config *config, int64_t budget_ms)
{
    int64_t until_ms = clock_steady_ms() + budget_ms, now_ms = clock_now_ms();
    struct looking_at at = { .books = NULL };
    enum err err = look_begin(&at, config);

    for (size_t i = 0; !err && i < picture->count; i++) {
        struct picture_row *row = &picture->rows[picture->next];

        if (row->looked_ms && now_ms - row->looked_ms < FRESH_MS)
            break;                       /* the oldest is fresh */
        err = look(picture, &at, row);
        picture->next = (picture->next + 1) % picture->count;
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

bool picture_is_whole(const struct picture *picture)
{
    return picture->made && !picture->unseen;
}

enum err picture_refresh(struct picture *picture, const struct config *config, const struct picture_row *const *rows,
                         size_t count)
{
    struct looking_at at = { .books = NULL };
    int64_t now_ms = clock_now_ms();
    enum err err = look_begin(&at, config);

    for (size_t i = 0; !err && i < count; i++) {
        struct picture_row *row = &picture->rows[rows[i] - picture->rows];

        if (!row->looked_ms || now_ms - row->looked_ms >= FRESH_MS)
            err = look(picture, &at, row);
    }
    look_end(&at);
    return err;
}

/* Nobody looks, and everything has been looked at once. */
static bool is_at_rest(const struct picture *picture, int64_t now_ms)
{
    return !picture->unseen && (!picture->asked_ms || now_ms - picture->asked_ms > WATCHED_MS);
}

int64_t picture_turn(struct picture *picture, const struct config *config, int64_t now_ms)
{
    if ((!picture->made && make(picture, config)) || is_at_rest(picture, now_ms))
        return INT64_MAX;
    if (look_on(picture, config, TURN_BUDGET_MS))
        return INT64_MAX;                /* whoever asks next is told why */
    return now_ms + TURN_EVERY_MS;
}
