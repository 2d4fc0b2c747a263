/* book_drafts.c - the half of books.h that reads the mapper's store. */
#include "books_inside.h"

#include "mapper/tables.h"

#include <stdlib.h>

enum { Z_BYTES = 16 * 1024 * 1024 };

struct book_drafts { struct store *store; };

enum err book_drafts_open(const struct config *config, struct book_drafts **ret_drafts, struct fault *fault)
{
    struct book_drafts *drafts = calloc(1, sizeof *drafts);
    struct strbuf folder;
    enum err err;

    if (!drafts)
        return ERR_MEMORY;
    strbuf_init(&folder, 4096);
    strbuf_format(&folder, STR_FMT "/mapper", STR_ARG(config->state_dir));
    err = folder.failed ? ERR_MEMORY : store_open(strbuf_str(&folder), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT,
                                                  STORE_READ_ONLY, &drafts->store, fault);
    strbuf_free(&folder);
    if (err && err != ERR_NOT_FOUND) {
        free(drafts);
        return err;
    }
    *ret_drafts = drafts;
    return ERR_OK;
}

void book_drafts_close(struct book_drafts *drafts)
{
    if (!drafts)
        return;
    store_close(drafts->store);
    free(drafts);
}

struct collecting { struct str prefix; struct book_rows *rows; };

static enum err draft_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct collecting *collecting = context;
    struct book_row *row = book_row_of(collecting->rows, key);

    (void)txn;
    if (!row)
        return ERR_MEMORY;
    row->draft = arena_copy(collecting->rows->arena, value);
    return row->draft.bytes ? ERR_OK : ERR_MEMORY;
}

static enum err collect_work(struct txn *txn, void *context)
{
    struct collecting *collecting = context;

    return store_walk(txn, TABLE_DRAFTS, collecting->prefix, collecting->prefix, draft_seen, collecting);
}

enum err book_drafts_collect(struct book_drafts *drafts, struct str prefix, struct book_rows *rows)
{
    struct collecting collecting = { prefix, rows };

    return drafts->store ? store_read(drafts->store, collect_work, &collecting) : ERR_OK;
}

struct z_total { struct str venue; int32_t day; struct arena arena; struct money total; uint64_t count; };

static enum err z_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct z_total *sum = context;
    struct event event;
    struct known known;
    enum err err;

    (void)place;
    arena_reset(&sum->arena);
    err = known_event(txn, sum->venue, effect->reg, effect->series, effect->seq, &sum->arena, &known, &event);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    for (size_t i = 0; !err && i < event.z.sales_by_vat_count; i++)
        err = money_add(sum->total, event.z.sales_by_vat[i].amount, &sum->total);
    sum->count++;
    return err;
}

static enum err z_work(struct txn *txn, void *context)
{
    struct z_total *sum = context;

    return effect_walk(txn, sum->venue, sum->day, EFFECT_Z, 0, UINT64_MAX, z_seen, sum);
}

enum err book_drafts_z_total(struct book_drafts *drafts, struct str venue, int32_t day, struct money *ret_total,
                             uint64_t *ret_count)
{
    struct z_total sum = { .venue = venue, .day = day };
    enum err err;

    arena_init(&sum.arena, Z_BYTES);
    err = drafts->store ? store_read(drafts->store, z_work, &sum) : ERR_OK;
    arena_free(&sum.arena);
    if (!err) {
        *ret_total = sum.total;
        *ret_count = sum.count;
    }
    return err;
}
