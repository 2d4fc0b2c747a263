/* Goal: the indexes say what the records say, after every change: who is next in a venue, what is due later, who is
 * at it, what is held, how many there are; the trail keeps its order; another opener sees the same. */
#include "sender/docs.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[64];

static int make(void **unused)
{
    (void)unused;
    return temporary_folder("docs", folder, sizeof folder) ? 0 : -1;
}

static int drop(void **unused)
{
    (void)unused;
    return temporary_remove(folder);
}

static struct docs *opened(unsigned flags)
{
    struct docs *docs = NULL;

    assert_int_equal(docs_open(str_of(folder), "uploader", flags, &docs, NULL), ERR_OK);
    return docs;
}

struct put { const char *doc; struct record record; const char *fact; };

static enum err put_work(struct txn *txn, void *context)
{
    struct put *put = context;
    struct record was, now = put->record;
    struct arena arena;
    enum err err, known;

    arena_init(&arena, 1 << 20);
    known = docs_load(txn, str_of(put->doc), &arena, &was);
    now.facts = known ? 0 : was.facts;
    err = put->fact ? docs_note(txn, str_of(put->doc), &now, 7, str_of(put->fact), STR("detail"), true) : ERR_OK;
    if (!err)
        err = docs_save(txn, str_of(put->doc), known ? NULL : &was, &now);
    arena_free(&arena);
    return err;
}

static void put(struct docs *docs, const char *doc, struct record record, const char *fact)
{
    struct put put = { doc, record, fact };

    put.record.venue = (struct str){ doc, strcspn(doc, "/") };
    put.record.client_id = STR("c1");
    assert_int_equal(store_write(docs_store(docs), put_work, &put), ERR_OK);
}

struct seen { char docs[8][DOC_ID_SIZE]; size_t count; const char *venue, *company, *books; int64_t until; const char *after; };

static enum err see(struct txn *txn, const struct doc_due *due, void *context)
{
    struct seen *seen = context;

    (void)txn;
    assert_true(seen->count < COUNT(seen->docs));
    assert_true(str_copy(due->doc, seen->docs[seen->count++], DOC_ID_SIZE));
    return ERR_OK;
}

static enum err first_work(struct txn *txn, void *context)
{
    struct seen *seen = context;
    struct doc_due due;
    enum err err = docs_first_due(txn, str_of(seen->venue), str_of(seen->company ? seen->company : ""),
                                  str_of(seen->books ? seen->books : ""), &due);

    return err ? err : see(txn, &due, seen);
}

static enum err later_work(struct txn *txn, void *context)
{
    return docs_later(txn, ((struct seen *)context)->until, see, context);
}

static enum err claims_work(struct txn *txn, void *context)
{
    return docs_claims(txn, see, context);
}

static enum err held_work(struct txn *txn, void *context)
{
    return docs_held(txn, STR("c1"), str_of(((struct seen *)context)->after), see, context);
}

static struct seen look(struct docs *docs, enum err (*work)(struct txn *txn, void *context), struct seen ask)
{
    enum err err = store_read(docs_store(docs), work, &ask);

    assert_true(err == ERR_OK || err == ERR_NOT_FOUND);
    return ask;
}

static const char *first(struct docs *docs, const char *venue)
{
    static struct seen seen;

    seen = look(docs, first_work, (struct seen){ .venue = venue });
    return seen.count ? seen.docs[0] : "";
}

static const char *first_in_books(struct docs *docs, const char *venue, const char *books)
{
    static struct seen seen;

    seen = look(docs, first_work, (struct seen){ .venue = venue, .company = "c", .books = books });
    return seen.count ? seen.docs[0] : "";
}

static void the_oldest_day_of_a_venue_is_first(void **unused)
{
    struct docs *docs = opened(0);

    (void)unused;
    put(docs, "v/2026-11-21/1", (struct record){ .state = DOC_QUEUED, .work = WORK_SEND, .day = 21 }, NULL);
    put(docs, "v/2026-11-20/1", (struct record){ .state = DOC_QUEUED, .work = WORK_SEND, .day = 20 }, NULL);
    put(docs, "v2/2026-11-01/1", (struct record){ .state = DOC_QUEUED, .work = WORK_SEND, .day = 1 }, NULL);
    assert_string_equal(first(docs, "v"), "v/2026-11-20/1");
    assert_string_equal(first(docs, "v2"), "v2/2026-11-01/1");
    assert_string_equal(first(docs, "w"), "");
    put(docs, "v3/2026-11-01/1", (struct record){ .state = DOC_SENDING, .work = WORK_LOOKUP, .day = 1, .company = STR("c"),
                                                  .books = STR("former") }, NULL);
    put(docs, "v3/2026-11-02/1", (struct record){ .state = DOC_QUEUED, .work = WORK_SEND, .day = 2, .company = STR("c") },
        NULL);
    assert_string_equal(first_in_books(docs, "v3", ""), "v3/2026-11-01/1");
    assert_string_equal(first_in_books(docs, "v3", "former"), "v3/2026-11-01/1");
    assert_string_equal(first_in_books(docs, "v3", "new"), "v3/2026-11-02/1");       /* owed to former books: holds up nobody */
    put(docs, "v/2026-11-20/1", (struct record){ .state = DOC_FAILED, .day = 20 }, NULL);      /* red holds up nobody */
    assert_string_equal(first(docs, "v"), "v/2026-11-21/1");
    put(docs, "v/2026-11-19/1", (struct record){ .state = DOC_SENT, .work = WORK_REVERSE, .day = 19 }, NULL);
    assert_string_equal(first(docs, "v"), "v/2026-11-19/1");
    docs_close(docs);
}

static void what_another_company_is_owed_holds_nobody_up(void **unused)
{
    struct docs *docs = opened(0);
    struct seen seen;

    (void)unused;
    put(docs, "c/2026-11-20/1", (struct record){ .state = DOC_QUEUED, .work = WORK_SEND, .day = 20,
                                                 .company = STR("912345678") }, NULL);
    put(docs, "c/2026-11-21/1", (struct record){ .state = DOC_QUEUED, .work = WORK_SEND, .day = 21,
                                                 .company = STR("987654321") }, NULL);
    seen = look(docs, first_work, (struct seen){ .venue = "c", .company = "987654321" });
    assert_string_equal(seen.docs[0], "c/2026-11-21/1");
    seen = look(docs, first_work, (struct seen){ .venue = "c", .company = "912345678" });
    assert_string_equal(seen.docs[0], "c/2026-11-20/1");
    assert_int_equal(look(docs, first_work, (struct seen){ .venue = "c", .company = "911111111" }).count, 0);
    docs_close(docs);
}

static void later_claims_and_held_follow_the_record(void **unused)
{
    struct docs *docs = opened(0);
    struct seen seen;

    (void)unused;
    put(docs, "v/a", (struct record){ .state = DOC_SENT, .work = WORK_NUMBER, .next_ms = 500 }, NULL);
    put(docs, "v/b", (struct record){ .state = DOC_REVERSED, .work = WORK_TELL, .next_ms = 100 }, NULL);
    seen = look(docs, later_work, (struct seen){ .until = 499 });
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.docs[0], "v/b");
    put(docs, "v/b", (struct record){ .state = DOC_REVERSED, .work = WORK_TELL, .next_ms = 900 }, NULL);
    seen = look(docs, later_work, (struct seen){ .until = 1000 });
    assert_int_equal(seen.count, 2);
    assert_string_equal(seen.docs[0], "v/a");

    put(docs, "v/c", (struct record){ .state = DOC_SENDING, .work = WORK_SEND, .claimed = true }, NULL);
    assert_int_equal(look(docs, claims_work, (struct seen){ .count = 0 }).count, 1);
    put(docs, "v/c", (struct record){ .state = DOC_SENT }, NULL);
    assert_int_equal(look(docs, claims_work, (struct seen){ .count = 0 }).count, 0);

    put(docs, "v/d", (struct record){ .state = DOC_HELD }, NULL);
    put(docs, "v/e", (struct record){ .state = DOC_HELD }, NULL);
    put(docs, "v/f", (struct record){ .state = DOC_HELD, .sealed = true, .work = WORK_SEND }, NULL);   /* by a refused key */
    assert_int_equal(look(docs, held_work, (struct seen){ .after = "" }).count, 2);
    seen = look(docs, held_work, (struct seen){ .after = "v/d" });
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.docs[0], "v/e");
    docs_close(docs);
}

static void counts_and_the_oldest(void **unused)
{
    struct docs *docs = opened(0);
    struct docs_summary summary;

    (void)unused;
    put(docs, "v/1", (struct record){ .state = DOC_QUEUED, .work = WORK_SEND, .day = 3, .since_ms = 30 }, NULL);
    put(docs, "v/2", (struct record){ .state = DOC_QUEUED, .work = WORK_SEND, .day = 2, .since_ms = 40 }, NULL);
    put(docs, "w/1", (struct record){ .state = DOC_QUEUED, .work = WORK_SEND, .day = 9, .since_ms = 35 }, NULL);
    put(docs, "w/2", (struct record){ .state = DOC_OPEN }, NULL);
    put(docs, "w/2", (struct record){ .state = DOC_SENT }, NULL);
    docs_close(docs);
    docs = opened(STORE_READ_ONLY);
    assert_int_equal(docs_summarize(docs, &summary), ERR_OK);
    assert_int_equal(summary.states[DOC_QUEUED], 3);
    assert_int_equal(summary.states[DOC_OPEN], 0);
    assert_int_equal(summary.states[DOC_SENT], 1);
    assert_int_equal(summary.backlog, 3);
    assert_int_equal(summary.oldest_ms, 35);
    assert_string_equal(summary.oldest, "w/1");
    docs_close(docs);
}

struct facts { size_t count; bool fine; };

static enum err fact_seen(const struct fact *fact, void *context)
{
    static const char *const expected[] = { "held", "sealed", "sent" };
    struct facts *facts = context;

    facts->fine &= facts->count < 3 && str_equal(fact->what, str_of(expected[facts->count])) && fact->time_ms == 7 &&
                   fact->number == facts->count + 1 && str_equal(fact->draft, STR("draft")) &&
                   str_equal(fact->body, STR("{}")) && fact->revision == 4;
    facts->count++;
    return ERR_OK;
}

static enum err doc_seen(struct str doc, const struct record *record, void *context)
{
    (void)record;
    assert_true(str_starts(doc, STR("v/")));
    ++*(int *)context;
    return ERR_OK;
}

static void trail_and_walk(void **unused)
{
    static const char *const facts_put[] = { "held", "sealed", "sent" };
    struct docs *docs = opened(0);
    struct facts facts = { 0, true };
    int count = 0;

    (void)unused;
    for (size_t i = 0; i < COUNT(facts_put); i++)
        put(docs, "v/1", (struct record){ .state = DOC_OPEN, .draft = STR("draft"), .body = STR("{}"), .revision = 4 },
            facts_put[i]);
    put(docs, "v/10", (struct record){ .state = DOC_OPEN }, "other");
    put(docs, "w/1", (struct record){ .state = DOC_OPEN }, NULL);
    assert_int_equal(docs_trail(docs, STR("v/1"), fact_seen, &facts), ERR_OK);
    assert_int_equal(facts.count, 3);
    assert_true(facts.fine);
    assert_int_equal(docs_walk(docs, STR("v/"), doc_seen, &count), ERR_OK);
    assert_int_equal(count, 2);
    docs_close(docs);
}

enum { HEX_MAX = 400 };

static enum err hex_of(struct txn *txn, struct str key, struct str value, void *context)
{
    (void)txn;
    (void)key;
    (void)sodium_bin2hex(context, HEX_MAX, (const unsigned char *)value.bytes, value.len);
    return ERR_OK;
}

struct bytes { unsigned table; char hex[HEX_MAX]; struct str put; struct key key; };

static enum err hex_work(struct txn *txn, void *context)
{
    struct bytes *bytes = context;

    return store_walk(txn, bytes->table, STR_NONE, STR_NONE, hex_of, bytes->hex);
}

static enum err keep_key(struct txn *txn, struct str key, struct str value, void *context)
{
    struct bytes *bytes = context;

    (void)txn;
    (void)value;
    key_init(&bytes->key);
    memcpy(bytes->key.bytes, key.bytes, key.len);
    bytes->key.len = key.len;
    return ERR_OK;
}

static enum err replace_work(struct txn *txn, void *context)
{
    struct bytes *bytes = context;
    enum err err = store_walk(txn, bytes->table, STR_NONE, STR_NONE, keep_key, bytes);

    return err ? err : store_put(txn, bytes->table, key_str(&bytes->key), bytes->put);
}

static enum err see_fact(const struct fact *fact, void *context)
{
    (void)context;
    assert_true(fact->number == 1 && fact->revision == 300);
    return ERR_OK;
}

static enum err read_due(struct docs *docs)
{
    struct seen ask = { .venue = "v" };

    return store_read(docs_store(docs), first_work, &ask);
}

static enum err read_fact(struct docs *docs)
{
    return docs_trail(docs, STR("v/2026-11-20/1"), see_fact, NULL);
}

/* Goal: the indexes' values and the trail's facts rest in the bytes that they always had; one that lacks a byte is none. */
static void same_bytes_as_ever(void **unused)
{
    static const struct record record = { .state = DOC_SENDING, .work = WORK_SEND, .day = 20777, .claimed = true,
                                          .next_ms = 1795172400000, .owner = { -3, UINT64_MAX }, .revision = 300,
                                          .draft = { "draft", 5 }, .body = { "{}", 2 } };
    static const struct { unsigned table; const char *hex; enum err (*read)(struct docs *docs); } rows[] = {
        { DUE, "95cf000001a1f89cfb80c3fdcfffffffffffffffff01", read_due },
        { CLAIMS, "95cf000001a1f89cfb80c3fdcfffffffffffffffff01", NULL },
        { TRAIL, "9607a67365616c6564a664657461696ccd012cc4056472616674c4027b7d", read_fact },
    };
    struct docs *docs = opened(0);

    (void)unused;
    put(docs, "v/2026-11-20/1", record, "sealed");
    for (size_t i = 0; i < COUNT(rows); i++) {
        char raw[HEX_MAX / 2];
        struct bytes bytes = { .table = rows[i].table, .put = { raw, 0 } };

        assert_int_equal(store_read(docs_store(docs), hex_work, &bytes), ERR_OK);
        assert_string_equal(bytes.hex, rows[i].hex);
        if (!rows[i].read)
            continue;
        assert_int_equal(rows[i].read(docs), ERR_OK);
        assert_int_equal(sodium_hex2bin((unsigned char *)raw, sizeof raw, bytes.hex, strlen(bytes.hex), NULL,
                                        &bytes.put.len, NULL), 0);
        while (bytes.put.len-- > 0) {
            assert_int_equal(store_write(docs_store(docs), replace_work, &bytes), ERR_OK);
            assert_int_equal(rows[i].read(docs), ERR_STORE_DAMAGED);
        }
    }
    docs_close(docs);
}

int main(void)
{
#define DOCS_TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)
    static const struct CMUnitTest tests[] = {
        DOCS_TEST(the_oldest_day_of_a_venue_is_first), DOCS_TEST(what_another_company_is_owed_holds_nobody_up),
        DOCS_TEST(later_claims_and_held_follow_the_record),
        DOCS_TEST(counts_and_the_oldest), DOCS_TEST(trail_and_walk), DOCS_TEST(same_bytes_as_ever),
    };

    return cmocka_run_group_tests_name("docs", tests, NULL, NULL);
}
