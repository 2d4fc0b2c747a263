/* Goal: a customer's name is in no document of a sender any more, nor in the rounds of its trail; states, indexes and other documents
 * stay as they are. */
#include "sender/docs_judge.h"
#include "sender/docs_rename.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { ORDERS = 450 };                   /* more than are changed in one transaction */

static const struct str venues[] = { { "oslo", 4 } };
static const struct renaming renaming = { .person = PERSON_CUSTOMER, .name = { "Ola Nordmann", 12 },
                                          .pseudonym = { "forgotten-1", 11 }, .venues = venues, .venue_count = 1 };
static char folder[64];
static struct arena arena;

static int start(void **unused)
{
    (void)unused;
    arena_init(&arena, 64 << 20);
    return temporary_folder("docsrename", folder, sizeof folder) ? 0 : -1;
}

static int stop(void **unused)
{
    (void)unused;
    arena_free(&arena);
    return temporary_remove(folder);
}

struct filling { const char *venue, *customer; uint64_t first, count; };

static struct str draft_of(const struct filling *filling, uint64_t seq)
{
    struct draft draft = { .doc = { .kind = DOC_ORDER, .venue = str_of(filling->venue), .day = 20000, .reg = STR("K1"),
                                    .seq = seq },
                           .phase = DRAFT_CLOSED, .revision = 1, .company = STR("912345678"), .client_id = STR("c1"),
                           .reference = STR("00000000-0000-0000-0000-000000000000"), .currency = STR("NOK"),
                           .customer = str_of(filling->customer), .order_no = STR("1"), .text = STR("Ola Nordmanns lunsj") };
    struct strbuf out;
    struct str bytes;

    strbuf_init(&out, 1 << 20);
    draft_encode(&draft, &out);
    bytes = arena_copy(&arena, strbuf_str(&out));
    strbuf_free(&out);
    return bytes;
}

static enum err fill_work(struct txn *txn, void *context)
{
    const struct filling *filling = context;
    enum err err = ERR_OK;

    for (uint64_t i = 0; i < filling->count && !err; i++) {
        struct record record = { .state = DOC_SENT, .venue = str_of(filling->venue), .client_id = STR("c1"), .day = 20000,
                                 .draft = draft_of(filling, filling->first + i), .revision = 1 };
        struct problems problems = { .count = 0 };
        char id[DOC_ID_SIZE];

        (void)snprintf(id, sizeof id, "%s/order/K1/%u", filling->venue, (unsigned)(filling->first + i));
        problems_add(&problems, &(struct problem){ PROBLEM_CUSTOMER_UNCONNECTED, { str_of(filling->customer) }, STR_NONE, 1 });
        err = record_set_problems(&record, &arena, &problems);
        if (!err)
            err = docs_note(txn, str_of(id), &record, 7, STR("round-ended"), STR_NONE, true);
        if (!err)
            err = docs_save(txn, str_of(id), NULL, &record);
    }
    return err;
}

static void fill(struct docs *docs, const char *venue, const char *customer, uint64_t first, uint64_t count)
{
    struct filling filling = { venue, customer, first, count };

    assert_int_equal(store_write(docs_store(docs), fill_work, &filling), ERR_OK);
}

struct searched { const char *name; uint64_t found; };

static enum err row_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct searched *searched = context;

    (void)txn;
    (void)key;
    searched->found += memmem(value.bytes, value.len, searched->name, strlen(searched->name)) != NULL;
    return ERR_OK;
}

static enum err search_work(struct txn *txn, void *context)
{
    enum err err = ERR_OK;

    for (unsigned table = 0; table < DOCS_TABLE_COUNT && !err; table++)
        err = store_walk(txn, table, STR_NONE, STR_NONE, row_seen, context);
    return err;
}

static uint64_t found(struct docs *docs, const char *name)
{
    struct searched searched = { name, 0 };

    assert_int_equal(store_read(docs_store(docs), search_work, &searched), ERR_OK);
    return searched.found;
}

static enum err doc_seen(struct str doc, const struct record *record, const struct draft *draft, void *context)
{
    assert_true(record->state == DOC_SENT && draft->doc.day == 20000 && str_starts(doc, STR("oslo/order/K1/")));
    ++*(uint64_t *)context;
    return ERR_OK;
}

static void is_whole(void)
{
    char said[4096] = "";
    struct storecheck check = { .state_dir = str_of(folder), .out = fmemopen(said, sizeof said, "w") };
    struct fault fault = { "" };

    arena_init(&check.arena, STORECHECK_RECORD_BYTES);
    assert_int_equal(docs_judge_invoicer(&check, &fault), ERR_OK);
    (void)fclose(check.out);
    arena_free(&check.arena);
    if (check.damaged || !check.records)
        fail_msg("%s", said);
}

static void the_name_is_gone(void **unused)
{
    struct docs_summary before, after;
    uint64_t named = 0, renamed;
    struct docs *docs;
    struct arena scratch;

    (void)unused;
    arena_init(&scratch, 64 << 20);
    assert_int_equal(docs_open(str_of(folder), "invoicer", 0, &docs, NULL), ERR_OK);
    fill(docs, "oslo", "Ola Nordmann", 1, ORDERS);
    fill(docs, "oslo", "Per", 1001, 3);
    fill(docs, "moss", "Ola Nordmann", 1, 1);
    assert_int_equal(docs_summarize(docs, &before), ERR_OK);
    assert_int_equal(docs_named(docs, &renaming, &scratch, doc_seen, &named), ERR_OK);
    assert_int_equal(named, ORDERS);
    assert_int_equal(docs_rename(docs, &renaming, &scratch, &renamed), ERR_OK);
    assert_int_equal(renamed, 2 * ORDERS);           /* the documents, and the rounds */
    assert_int_equal(found(docs, "forgotten-1"), 2 * ORDERS);
    assert_int_equal(docs_rename(docs, &renaming, &scratch, &renamed), ERR_OK);
    assert_int_equal(renamed, 0);
    named = 0;
    assert_int_equal(docs_named(docs, &renaming, &scratch, doc_seen, &named), ERR_OK);
    assert_int_equal(named, 0);
    assert_int_equal(found(docs, "Per"), 6);
    assert_int_equal(found(docs, "Ola Nordmanns lunsj"), 2 * (ORDERS + 4));        /* texts are not searched */
    assert_int_equal(docs_summarize(docs, &after), ERR_OK);
    assert_memory_equal(&before, &after, sizeof before);
    docs_close(docs);
    is_whole();
    arena_free(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(the_name_is_gone, start, stop) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
