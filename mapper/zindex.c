#include "zindex.h"

#include "base/fields.h"

#include <stdlib.h>
#include <string.h>

enum { MARKS_MAX = 100000 };
static const uint64_t sign = UINT64_C(1) << 63;

static const struct field_row mark_rows[] = {
    FIELD(zmark, number),
    FIELD(zmark, day),
    FIELD(zmark, ranged),
    FIELD(zmark, first),
    FIELD(zmark, last),
    FIELD(zmark, has_total),
    FIELD(zmark, total),
};
static const struct fields mark_fields = FIELDS(zmark, mark_rows, COUNT(mark_rows), NULL);

static void register_key(struct key *key, struct str venue, struct str reg)
{
    key_init(key);
    key_name(key, venue);
    key_name(key, reg);
}

static void mark_of(const struct event *event, struct zmark *mark)
{
    const struct z_report *z = &event->z;

    *mark = (struct zmark){ .series = event->series, .seq = event->seq, .number = z->number, .day = z->business_day,
                            .time = event->time, .ranged = z->has_range,
                            .has_range = z->has_range && z->first_seq <= z->last_seq, .first = z->first_seq,
                            .last = z->last_seq, .has_total = z->has_grand_total, .total = z->grand_total };
}

static void mark_key(struct key *key, const struct event *z, const struct zmark *mark)
{
    register_key(key, z->venue, z->reg);
    key_u64(key, UINT64_MAX);
    key_u64(key, mark->has_range ? mark->last : 0);
    key_u64(key, (uint64_t)mark->time ^ sign);
    key_u32(key, mark->series);
    key_u64(key, mark->seq);
}

enum err zindex_drop(struct txn *txn, const struct event *z)
{
    struct zmark mark;
    struct key key;
    enum err err;

    mark_of(z, &mark);
    mark_key(&key, z, &mark);
    err = store_delete(txn, TABLE_ZS, key_str(&key));
    if (err != ERR_NOT_FOUND)
        return err;
    register_key(&key, z->venue, z->reg);
    key_u64(&key, z->z.number);          /* kept by an older program */
    err = store_delete(txn, TABLE_ZS, key_str(&key));
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err zindex_put(struct txn *txn, const struct event *z)
{
    struct strbuf out;
    struct zmark mark;
    struct key key;
    enum err err;

    mark_of(z, &mark);
    mark_key(&key, z, &mark);
    strbuf_init(&out, 128);
    fields_write(&mark_fields, &mark, &out);
    err = out.failed ? ERR_MEMORY : store_put(txn, TABLE_ZS, key_str(&key), strbuf_str(&out));
    strbuf_free(&out);
    return err;
}

/* Behind the register in the key. ERR_NOT_FOUND: kept by an older program. */
static enum err mark_read(struct str key, size_t at, struct str value, struct zmark *mark)
{
    struct reader in;
    uint64_t marker, last, time;

    if (!key_take_u64(key, &at, &marker))
        return ERR_STORE_DAMAGED;
    if (at == key.len)
        return ERR_NOT_FOUND;
    if (!key_take_u64(key, &at, &last) || !key_take_u64(key, &at, &time) || !key_take_u32(key, &at, &mark->series) ||
        !key_take_u64(key, &at, &mark->seq))
        return ERR_STORE_DAMAGED;
    mark->time = (int64_t)(time ^ sign);
    reader_init(&in, value);
    fields_take(&mark_fields, &in, NULL, mark);
    mark->has_range = mark->ranged && mark->first <= mark->last;
    return reader_done(&in) ? ERR_STORE_DAMAGED : ERR_OK;
}

struct walk { struct str venue, reg; size_t at; zmark_visit visit; void *context; };

/* An older program's entry names the event. */
static enum err mark_of_event(struct txn *txn, const struct walk *walk, struct str value, struct zmark *mark)
{
    struct event event;
    struct known known;
    uint32_t series;
    uint64_t seq;
    size_t at = 0;
    enum err err;

    if (!key_take_u32(value, &at, &series) || !key_take_u64(value, &at, &seq))
        return ERR_STORE_DAMAGED;
    err = known_event(txn, walk->venue, walk->reg, series, seq, receipt_arena(), &known, &event);
    if (!err && event.kind != EVENT_Z_REPORT)
        return ERR_NOT_FOUND;
    if (!err)
        mark_of(&event, mark);
    return err;
}

static enum err walk_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    const struct walk *walk = context;
    struct zmark mark = { 0 };
    enum err err = mark_read(key, walk->at, value, &mark);

    if (err == ERR_NOT_FOUND)
        err = mark_of_event(txn, walk, value, &mark);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;          /* trimmed */
    return walk->visit(&mark, walk->context);
}

enum err zindex_walk(struct txn *txn, struct str venue, struct str reg, zmark_visit visit, void *context)
{
    struct walk walk = { venue, reg, 0, visit, context };
    struct key key;

    register_key(&key, venue, reg);
    walk.at = key.len;
    return store_walk(txn, TABLE_ZS, key_str(&key), key_str(&key), walk_seen, &walk);
}

struct load { struct arena *arena; struct zmark *marks; size_t count, room; };

static enum err load_seen(const struct zmark *mark, void *context)
{
    struct load *load = context;

    if (load->count == load->room) {
        size_t room = load->room ? load->room * 2 : 64;
        struct zmark *marks = room > MARKS_MAX ? NULL : arena_array(load->arena, room, sizeof *marks);

        if (!marks)
            return ERR_MEMORY;
        if (load->count)
            memcpy(marks, load->marks, load->count * sizeof *marks);
        load->marks = marks;
        load->room = room;
    }
    load->marks[load->count++] = *mark;
    return ERR_OK;
}

int zmark_compare(const void *a, const void *b)
{
    const struct zmark *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    if (x->series != y->series)
        return x->series < y->series ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

bool zmark_holds(const struct zmark *mark, uint64_t seq)
{
    return mark->has_range && mark->first <= seq && seq <= mark->last;
}

enum err zindex_load(struct txn *txn, struct str venue, struct str reg, struct arena *arena, struct zmark **ret_marks,
                     size_t *ret_count)
{
    struct load load = { .arena = arena };
    size_t kept = 0;
    enum err err = zindex_walk(txn, venue, reg, load_seen, &load);

    if (err)
        return err;
    if (load.count)
        qsort(load.marks, load.count, sizeof *load.marks, zmark_compare);
    for (size_t i = 0; i < load.count; i++)                  /* one that came again after the programs were changed */
        if (kept == 0 || zmark_compare(&load.marks[kept - 1], &load.marks[i]) != 0)
            load.marks[kept++] = load.marks[i];
    *ret_marks = load.marks;
    *ret_count = kept;
    return ERR_OK;
}

struct over { size_t at; uint64_t to; zmark_visit visit; void *context; };

static enum err over_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    const struct over *over = context;
    struct zmark mark = { 0 };
    enum err err = mark_read(key, over->at, value, &mark);

    (void)txn;
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    return mark.has_range && mark.first <= over->to ? over->visit(&mark, over->context) : ERR_OK;
}

enum err zindex_over(struct txn *txn, struct str venue, struct str reg, uint64_t from, uint64_t to, zmark_visit visit,
                     void *context)
{
    struct over over = { .to = to, .visit = visit, .context = context };
    struct key prefix, start;

    register_key(&prefix, venue, reg);
    over.at = prefix.len;
    key_u64(&prefix, UINT64_MAX);
    start = prefix;
    key_u64(&start, from);
    return store_walk(txn, TABLE_ZS, key_str(&prefix), key_str(&start), over_seen, &over);
}
