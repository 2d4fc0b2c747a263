/* Rows of a stage's store, keys and values as a disk may give them back: the judges of `bilag fsck` read them with the stages' own
 * decoders. Of each row, the first byte chooses the table, the second is the key's length, two more are the value's (at most what is
 * left): rows.h. All of one input are of one store, that of the first. */
#include "fuzz.h"

#include "ingest/eventlog_inside.h"
#include "ingest/eventlog_judge.h"
#include "mapper/judge.h"
#include "mapper/tables.h"
#include "rows.h"
#include "sender/docs.h"
#include "sender/docs_judge.h"
#include "tests/temporary.h"

enum { ROWS_MAX = 8 };
struct rows { struct fuzz_row at[ROWS_MAX]; size_t count; enum fuzz_store store; };

static char folder[40];
static FILE *nowhere;

static enum err put(struct txn *txn, void *context)
{
    const struct rows *rows = context;
    enum err err = ERR_OK;

    for (size_t i = 0; i < rows->count && !err; i++)
        err = store_put(txn, rows->at[i].table, rows->at[i].key, rows->at[i].value);
    return err;
}

static enum err take_away(struct txn *txn, void *context)
{
    const struct rows *rows = context;
    enum err err = ERR_OK;

    for (size_t i = 0; i < rows->count && !err; i++)
        err = store_delete(txn, rows->at[i].table, rows->at[i].key);
    return err == ERR_NOT_FOUND ? ERR_OK : err;              /* one of the same key went before it */
}

/* Opened, written and closed: a program opens a store once at a time. */
static enum err change(struct rows *rows, enum err (*work)(struct txn *, void *))
{
    enum fuzz_store which = rows->store;
    struct fault fault = { "" };
    struct eventlog *log = NULL;
    struct docs *docs = NULL;
    struct store *mapper = NULL;
    char path[64];
    enum err err;

    (void)snprintf(path, sizeof path, "%s/%s", folder, which == FUZZ_LOG ? "ingest" : "mapper");
    if (which == FUZZ_LOG)
        err = eventlog_open(str_of(path), 1, STORE_VOLATILE, &log, &fault);
    else if (which == FUZZ_DOCS)
        err = docs_open(str_of(folder), "uploader", STORE_VOLATILE, &docs, &fault);
    else
        err = store_open(str_of(path), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, STORE_VOLATILE, &mapper, &fault);
    if (err) {                           /* what says how the store is made is damaged: refused, with a sentence */
        MUST(fault.text[0]);
        return err;
    }
    err = store_write(log ? log->store : docs ? docs_store(docs) : mapper, work, rows);
    eventlog_close(log);
    docs_close(docs);
    store_close(mapper);
    return err;
}

static void judge(enum fuzz_store which)
{
    static const storecheck_run runs[] = { [FUZZ_MAPPER] = mapper_judge_run, [FUZZ_DOCS] = docs_judge_uploader,
                                           [FUZZ_LOG] = eventlog_judge_run };
    struct storecheck check = { .state_dir = str_of(folder), .out = nowhere };
    struct fault fault = { "" };

    arena_init(&check.arena, STORECHECK_RECORD_BYTES);
    if (runs[which](&check, &fault) == ERR_OK)
        MUST(check.records >= 1);
    arena_free(&check.arena);
}

static bool take_row(const uint8_t **bytes, size_t *len, struct rows *rows)
{
    struct fuzz_row *row = &rows->at[rows->count];
    enum fuzz_store store;

    if (!fuzz_row_take(bytes, len, FUZZ_TABLES, row))
        return false;
    store = row->table < TABLE_COUNT ? FUZZ_MAPPER : row->table < TABLE_COUNT + DOCS_TABLE_COUNT ? FUZZ_DOCS : FUZZ_LOG;
    row->table -= store == FUZZ_MAPPER ? 0u : store == FUZZ_DOCS ? TABLE_COUNT : TABLE_COUNT + DOCS_TABLE_COUNT;
    if (rows->count && store != rows->store)
        return false;
    rows->store = store;
    rows->count++;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct rows rows = { .count = 0 };

    while (len && rows.count < ROWS_MAX && take_row(&bytes, &len, &rows))
        ;
    if (!rows.count)
        return 0;
    if (!nowhere) {
        nowhere = fopen("/dev/null", "we");
        MUST(nowhere && temporary_folder("fuzz", folder, sizeof folder));
    }
    if (change(&rows, put) == ERR_OK) {
        judge(rows.store);
        if (change(&rows, take_away)) {
            MUST(temporary_remove(folder) == 0);
            MUST(temporary_folder("fuzz", folder, sizeof folder));
        }
    }
    return 0;
}
