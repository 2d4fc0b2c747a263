#include "taken.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64 };

static uint64_t hash_of(struct str id)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < id.len; i++)
        hash = (hash ^ (unsigned char)id.bytes[i]) * 1099511628211u;
    return hash;
}

static enum err want_key(struct str id, struct taken_list *list)
{
    if (list->key_count == list->key_room) {
        size_t room = list->key_room ? 2 * list->key_room : FIRST_ROOM;
        struct taken_key *more = reallocarray(list->keys, room, sizeof *more);

        if (!more)
            return ERR_MEMORY;
        list->keys = more;
        list->key_room = room;
    }
    list->keys[list->key_count++] = (struct taken_key){ hash_of(id), 0 };
    list->sorted = false;
    return ERR_OK;
}

bool taken_can_be(const struct taken_list *list, const struct record *record)
{
    return (taken_concerns(record) || taken_is_busy(record)) &&
           (!list->books[0] || !record->books.len || str_equal(record->books, str_of(list->books)));
}

static bool reference_of(struct str doc, const struct record *record, char reference[REFERENCE_SIZE])
{
    struct doc parsed;

    if (!record->company.len || doc_parse(doc, &parsed))
        return false;
    doc_reference(&parsed, record->company, reference);
    return true;
}

enum err taken_want(const struct sender_ops *ops, struct str doc, const struct record *record, struct taken_list *list)
{
    char keys[WATCH_KEYS][64], reference[REFERENCE_SIZE];
    enum err err = ERR_OK;
    int count;

    if (!taken_can_be(list, record))
        return ERR_OK;
    count = ops->watch_keys(record, keys);
    for (int i = 0; !err && i < count; i++)
        err = want_key(str_of(keys[i]), list);
    if (!err && reference_of(doc, record, reference))
        err = want_key(str_of(reference), list);
    if (!list->oldest || record->day < list->oldest)
        list->oldest = record->day;
    return err;
}

static int by_hash(const void *a, const void *b)
{
    const struct taken_key *left = a, *right = b;

    return (left->hash > right->hash) - (left->hash < right->hash);
}

/* The first of those with this hash; key_count: none. */
static size_t first_key(const struct taken_list *list, uint64_t hash)
{
    size_t from = 0, to = list->key_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (list->keys[middle].hash < hash)
            from = middle + 1;
        else
            to = middle;
    }
    return from < list->key_count && list->keys[from].hash == hash ? from : list->key_count;
}

/* What says that it does not stand counts more than what says that it does, and what says by what more than what does not. */
static void merge(const struct taken *taken, struct taken *row)
{
    bool same = row->stands == taken->stands;
    struct money sum = taken->amount;

    if (taken->named) {
        if (!row->twin[0] && strcmp(row->by, taken->by) != 0)
            memcpy(row->twin, taken->by, sizeof row->twin);
        return;
    }
    if ((!same && !row->stands) || (same && money_add(row->amount, taken->amount, &sum)))
        return;
    if (!same || taken->by[0])
        *row = *taken;
    row->amount = sum;
}

static enum err put_row(struct taken_list *list, const struct taken *taken, struct taken_key *key)
{
    if (list->row_count == list->row_room) {
        size_t room = list->row_room ? 2 * list->row_room : FIRST_ROOM;
        struct taken *more = reallocarray(list->rows, room, sizeof *more);

        if (!more)
            return ERR_MEMORY;
        list->rows = more;
        list->row_room = room;
    }
    list->rows[list->row_count++] = *taken;
    key->at = list->row_count;
    return ERR_OK;
}

/* One more key, where it belongs. */
static enum err keep_key(struct taken_list *list, uint64_t hash, size_t *ret_at)
{
    size_t at = list->key_count;
    enum err err = want_key(STR_NONE, list);

    if (err)
        return err;
    for (; at > 0 && list->keys[at - 1].hash > hash; at--)
        list->keys[at] = list->keys[at - 1];
    list->keys[at] = (struct taken_key){ hash, 0 };
    list->sorted = true;
    *ret_at = at;
    return ERR_OK;
}

static enum err take_row(struct taken_list *list, const struct taken *taken)
{
    uint64_t hash = hash_of(str_of(taken->id));
    size_t at;
    enum err err;

    for (size_t i = first_key(list, hash); i < list->key_count && list->keys[i].hash == hash; i++) {
        struct taken *row = list->keys[i].at ? &list->rows[list->keys[i].at - 1] : NULL;

        if (!row)
            return put_row(list, taken, &list->keys[i]);
        if (strcmp(row->id, taken->id) == 0) {
            merge(taken, row);
            return ERR_OK;
        }
    }
    if (!taken->kept)
        return ERR_OK;                    /* not ours */
    err = keep_key(list, hash, &at);
    return err ? err : put_row(list, taken, &list->keys[at]);
}

/* What the row says of a reference. */
static enum err take_name(struct taken_list *list, const struct taken *taken)
{
    struct taken named = { .stands = true, .named = true };

    if (!taken->reference[0])
        return ERR_OK;
    ensure(str_copy(str_of(taken->reference), named.id, sizeof named.id));
    memcpy(named.by, taken->name, sizeof named.by);
    return take_row(list, &named);
}

static enum err take_page(const struct sender_ops *ops, struct str body, struct taken_list *list, size_t *ret_rows)
{
    struct str array = STR_NONE, row;
    struct taken taken;
    enum err err = ERR_OK;
    size_t at = 0;

    *ret_rows = 0;
    if (!body.len)
        return ERR_OK;
    if (json_check(body, &array) || !json_list(array, &array))
        return ERR_FORMAT;
    if (!list->sorted && list->key_count)
        qsort(list->keys, list->key_count, sizeof *list->keys, by_hash);
    list->sorted = true;
    while (!err && json_item(array, &at, &row)) {
        ++*ret_rows;
        taken = (struct taken){ .stands = false };
        if (ops->watch_row(list->step, row, &taken))
            err = take_row(list, &taken);
        if (!err)
            err = take_name(list, &taken);
    }
    return err;
}

static void go_to(struct taken_list *list, int step)
{
    list->step = step;
    list->page = 1;
    list->page_size = LOOK_PAGE_SIZE;
}

void taken_begin(struct taken_list *list, int64_t since_ms, int64_t began_ms)
{
    *list = (struct taken_list){ .since_ms = since_ms, .began_ms = began_ms };
    go_to(list, 0);
}

void taken_free(struct taken_list *list)
{
    free(list->keys);
    free(list->rows);
    *list = (struct taken_list){ .step = WATCH_END };
}

/* Without the header, a full page has a next one; a page without rows is the last, whatever is said. */
static bool has_next(const struct taken_answer *answer, const struct taken_list *list, size_t rows)
{
    return rows && (answer->next.said || (!answer->last_page && rows >= (size_t)list->page_size));
}

enum err taken_answer(const struct sender_ops *ops, const struct taken_answer *answer, struct taken_list *list)
{
    bool refused = answer->outcome == OUTCOME_LOGIN || answer->outcome == OUTCOME_REFUSED;
    size_t rows = 0;
    enum err err;

    list->pages++;
    if (!refused && answer->outcome != OUTCOME_DONE)
        return ERR_NETWORK;
    err = refused ? ERR_OK : take_page(ops, answer->body, list, &rows);
    if (err)
        return err;
    if (refused || !has_next(answer, list, rows)) {
        go_to(list, ops->watch_next(list->step, refused));
        return list->step == WATCH_DENIED ? ERR_REFUSED : ERR_OK;
    }
    list->page = answer->next.number > list->page ? answer->next.number : list->page + 1;
    list->page_size = answer->next.size ? answer->next.size : list->page_size;
    return list->pages < TAKEN_PAGES_MAX ? ERR_OK : ERR_TOO_LONG;
}

const struct taken *taken_find(const struct taken_list *list, struct str id)
{
    uint64_t hash = hash_of(id);

    for (size_t i = first_key(list, hash); i < list->key_count && list->keys[i].hash == hash; i++)
        if (list->keys[i].at && str_equal(str_of(list->rows[list->keys[i].at - 1].id), id))
            return &list->rows[list->keys[i].at - 1];
    return NULL;
}

const char *taken_twin(const struct sender_ops *ops, struct str doc, const struct record *record, const struct taken_list *list)
{
    char reference[REFERENCE_SIZE];
    const struct taken *row = reference_of(doc, record, reference) ? taken_find(list, str_of(reference)) : NULL;

    if (!row || !row->named)
        return NULL;
    if (ops->watch_is_twin(record, list, row->by))
        return row->by;
    return row->twin[0] && ops->watch_is_twin(record, list, row->twin) ? row->twin : NULL;
}

bool taken_twin_news(const struct sender_ops *ops, struct str doc, const struct record *record, const struct taken_list *list,
                     struct str *ret_twin)
{
    const char *twin = taken_twin(ops, doc, record, list);
    struct problems problems;

    record_problems(record, &problems);
    *ret_twin = twin ? str_of(twin) : STR_NONE;
    for (size_t i = 0; i < problems.count; i++) {
        if (problems.at[i].code != PROBLEM_POSTED_TWICE)
            continue;
        if (!twin && !ops->watch_whole)   /* the list has what changed lately: it may well stand there still */
            *ret_twin = problems.at[i].arg[1];
        return !twin || !ops->watch_whole;
    }
    return twin != NULL;
}

static bool is_unknown_yet(const struct record *record)
{
    struct problems problems;

    record_problems(record, &problems);
    return record->state == DOC_SENT && record->id.len && !problems_have(&problems, PROBLEM_REVERSED_ELSEWHERE);
}

bool taken_concerns(const struct record *record)
{
    return (record->work == WORK_NONE || record->work == WORK_PDF) && is_unknown_yet(record);
}

bool taken_is_busy(const struct record *record)
{
    return (record->work == WORK_NUMBER || record->work == WORK_INVOICE || record->work == WORK_INVOICED) &&
           is_unknown_yet(record);
}
