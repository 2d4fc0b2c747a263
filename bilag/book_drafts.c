/* book_drafts.c - the half of books.h that reads the mapper's store. */
#include "books_inside.h"

#include "mapper/tables.h"

#include <stdlib.h>

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
