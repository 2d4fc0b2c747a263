#include "parked.h"

#include "takeback.h"

#include "domain/audit.h"
#include "domain/event_canonical.h"
#include "mapper/tables.h"

#include <stdlib.h>

enum { VENUES_MAX = 10000, EVENT_ARENA_BYTES = 8 * 1024 * 1024 };

struct seen_to { struct str venue; uint64_t place; };

struct loading {
    const struct config *config;
    struct arena *arena, event;          /* event: one at a time */
    struct parked_venue *list;
    size_t count;
    struct seen_to *decided;
    size_t decided_count;
    struct taken_back taken_back;
};

static uint64_t seen_to_place(const struct loading *loading, struct str venue)
{
    for (size_t i = 0; i < loading->decided_count; i++)
        if (str_equal(loading->decided[i].venue, venue))
            return loading->decided[i].place;
    return 0;
}

/* Keys begin with the venue: its events follow one another. NULL: more venues than are listed, or no memory. */
static struct parked_venue *row_of(struct loading *loading, struct str venue)
{
    struct parked_venue *row = loading->count ? &loading->list[loading->count - 1] : NULL;

    if (row && str_equal(row->venue, venue))
        return row;
    if (loading->count == VENUES_MAX)
        return NULL;
    row = &loading->list[loading->count++];
    *row = (struct parked_venue){ .venue = arena_copy(loading->arena, venue), .sum_known = true, .first_s = INT64_MAX,
                                  .is_set_up = config_venue(loading->config, venue) != NULL };
    return row->venue.bytes ? row : NULL;
}

static void add_sum(struct parked_venue *row, const struct event *event)
{
    row->receipts++;
    for (size_t i = 0; i < event->line_count; i++)
        row->sum_known = row->sum_known && money_add(row->sum, event->lines[i].gross, &row->sum) == ERR_OK;
}

static enum err event_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct loading *loading = context;
    struct parked_venue *row;
    struct event event;
    struct str venue;
    uint64_t place;
    size_t at = 0;
    enum err err;

    (void)txn;
    if (!key_take_name(key, &at, &venue) || !key_take_u64(key, &at, &place))
        return ERR_STORE_DAMAGED;
    row = row_of(loading, venue);
    if (!row)
        return loading->count == VENUES_MAX ? ERR_STOP : ERR_MEMORY;
    arena_reset(&loading->event);
    err = event_decode(value, &loading->event, &event);
    if (err)
        return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
    row->events++;
    row->seen_to += place <= seen_to_place(loading, venue);
    row->last_place = place;
    row->first_s = event.time < row->first_s ? event.time : row->first_s;
    row->last_s = event.time > row->last_s ? event.time : row->last_s;
    if (event.kind == EVENT_RECEIPT)
        add_sum(row, &event);
    return ERR_OK;
}

static enum err walk_events(struct txn *txn, void *context)
{
    struct loading *loading = context;

    loading->count = 0;
    return store_walk(txn, TABLE_PARKED, STR_NONE, STR_NONE, event_seen, loading);
}

/* The latest decision about a venue counts. */
static enum err decision_seen(const struct decision *decision, void *context)
{
    struct loading *loading = context;
    struct str detail;
    size_t at = 0;

    if (!str_equal(decision->verb, STR(PARKED_VERB)) || taken_back_has(&loading->taken_back, decision->number))
        return ERR_OK;
    while (at < loading->decided_count && !str_equal(loading->decided[at].venue, decision->subject))
        at++;
    if (at == VENUES_MAX)
        return ERR_OK;
    if (at == loading->decided_count)
        loading->decided[loading->decided_count++].venue = arena_copy(loading->arena, decision->subject);
    detail = arena_copy(loading->arena, decision->detail);
    if (arena_failed(loading->arena))
        return ERR_MEMORY;
    loading->decided[at].place = strtoull(detail.bytes, NULL, 10);
    return ERR_OK;
}

static enum err read_decisions(struct loading *loading, struct fault *fault)
{
    static const char *const verbs[] = { PARKED_VERB };
    const struct audit_wish wish = { verbs, COUNT(verbs), STR_NONE };
    struct audit *audit;
    enum err err = audit_open_there(loading->config->state_dir, &audit, fault);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = taken_back_load(audit, PARKED_VERB, loading->arena, &loading->taken_back);
    if (!err)
        err = audit_read_of(audit, &wish, decision_seen, loading);
    audit_close(audit);
    return err;
}

enum err parked_load(const struct config *config, struct arena *arena, struct parked *ret_parked, struct fault *fault)
{
    struct loading loading = { .config = config, .arena = arena };
    struct str folder = arena_format(arena, STR_FMT "/mapper", STR_ARG(config->state_dir));
    struct store *store = NULL;
    enum err err;

    loading.list = arena_array(arena, VENUES_MAX, sizeof *loading.list);
    loading.decided = arena_array(arena, VENUES_MAX, sizeof *loading.decided);
    if (!loading.list || !loading.decided || !folder.bytes)
        return ERR_MEMORY;
    err = store_open(folder, mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, STORE_READ_ONLY, &store, fault);
    if (err && err != ERR_NOT_FOUND)
        return err;
    arena_init(&loading.event, EVENT_ARENA_BYTES);
    err = store ? read_decisions(&loading, fault) : ERR_OK;
    if (!err && store)
        err = store_read(store, walk_events, &loading);
    arena_free(&loading.event);
    store_close(store);
    if (!err)
        *ret_parked = (struct parked){ loading.list, loading.count };
    return err;
}

bool parked_is_red(const struct parked_venue *parked)
{
    return parked->events > parked->seen_to;
}

const struct parked_venue *parked_of(const struct parked *parked, struct str venue)
{
    for (size_t i = 0; i < parked->count; i++)
        if (str_equal(parked->at[i].venue, venue))
            return &parked->at[i];
    return NULL;
}
