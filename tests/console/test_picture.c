/* Goal: whatever of a venue needs a person is in the picture, however old it is; a venue that cannot be read is red and keeps nobody
 * else from his row; what was known before the configuration was read again is known after it. */
#include "console/picture.h"
#include "tests/common/domain/config_folder.h"

#include "sender/docs.h"

enum { LONG_MS = 60000 };

static struct folder folder;

/* The configuration as the folder has it now. */
static struct config *loaded(void)
{
    struct config *config = folder_load(&folder);

    assert_true(config->venue_count > 0);
    return config;
}

static struct str state_dir(char path[128])
{
    (void)snprintf(path, 128, "%s/state", folder.path);
    return str_of(path);
}

static void no_venue(const char *file)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/venues/%s", folder.path, file);
    assert_int_equal(unlink(path), 0);
}

/* --- documents at the uploader --- */

struct making { struct str venue; int32_t ago; enum doc_state state; struct strbuf bytes; struct docs *docs; };

static enum err put_record(struct txn *txn, void *context)
{
    const struct making *making = context;
    int32_t today = (int32_t)(clock_now_ms() / 86400000);
    const struct record record = { .state = making->state, .work = WORK_NONE, .venue = making->venue,
                                   .client_id = making->venue, .company = STR("912345678"), .day = today - making->ago,
                                   .revision = 1, .draft = strbuf_str(&making->bytes) };
    char id[64], day[16];

    (void)snprintf(id, sizeof id, STR_FMT "/%s/1", STR_ARG(making->venue), day_text(record.day, day));
    return docs_save(txn, str_of(id), NULL, &record);
}

/* One that is held or waits, so many days old. */
static void put(struct str venue, int32_t ago, enum doc_state state)
{
    static struct voucher_line lines[] = { { .account = 1920, .amount = { 100 } }, { .account = 3000, .amount = { -100 } } };
    struct making making = { .venue = venue, .ago = ago, .state = state };
    const struct draft draft = { .doc = { .kind = DOC_VOUCHER, .venue = venue, .part = 1,
                                          .day = (int32_t)(clock_now_ms() / 86400000) - ago },
                                 .phase = DRAFT_CLOSED, .revision = 1, .currency = STR("NOK"), .lines = lines,
                                 .line_count = 2 };
    struct fault fault = { "" };
    char path[128];

    strbuf_init(&making.bytes, DRAFT_BYTES_MAX);
    draft_encode(&draft, &making.bytes);
    assert_false(making.bytes.failed);
    assert_int_equal(docs_open(state_dir(path), "uploader", STORE_VOLATILE, &making.docs, &fault), ERR_OK);
    assert_int_equal(store_write(docs_store(making.docs), put_record, &making), ERR_OK);
    docs_close(making.docs);
    strbuf_free(&making.bytes);
}

static enum err put_damage(struct txn *txn, void *context)
{
    return store_put(txn, DOCS, *(const struct str *)context, STR("no record"));
}

static enum err take_damage(struct txn *txn, void *context)
{
    return store_delete(txn, DOCS, *(const struct str *)context);
}

static void damage(struct str doc, enum err (*work)(struct txn *txn, void *context))
{
    struct docs *docs;
    struct fault fault = { "" };
    char path[128];

    assert_int_equal(docs_open(state_dir(path), "uploader", STORE_VOLATILE, &docs, &fault), ERR_OK);
    assert_int_equal(store_write(docs_store(docs), work, &doc), ERR_OK);
    docs_close(docs);
}

static int set_up(void **state)
{
    static const char *const ids[] = { "a", "b", "c" };
    char path[128];
    struct picture *picture;

    folder_make(&folder);
    no_venue("oslo-grill.yaml");
    for (size_t i = 0; i < COUNT(ids); i++)
        folder_venue(&folder, ids[i], "", "");
    (void)state_dir(path);
    if (mkdir(path, 0700) || picture_open(&picture))
        return -1;
    *state = picture;
    return 0;
}

static int take_down(void **state)
{
    picture_close(*state);
    folder_remove(&folder);
    return 0;
}

static const struct picture_row *row_of(const struct picture_row *rows, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(rows[i].id, str_of(id)) && !rows[i].fault.len)
            return &rows[i];
    fail_msg("no row %s", id);
    return NULL;
}

static const struct picture_row *taken(struct picture *picture, const struct config *config, int64_t budget_ms, const char *id)
{
    const struct picture_row *rows;
    size_t count;

    assert_int_equal(picture_take(picture, config, budget_ms, &rows, &count), ERR_OK);
    return row_of(rows, count, id);
}

/* --- what is asked --- */

/* Goal: a red document is red, and one that waits waits, of whatever day it is. */
static void of_whatever_day(void **state)
{
    static const int32_t ages[] = { 0, 34, 36, 60, 400, 4000 };
    struct config *config = loaded();
    const struct picture_row *row;

    for (size_t i = 0; i < COUNT(ages); i++)
        put(STR("a"), ages[i], DOC_HELD);
    put(STR("b"), 50, DOC_WAITING);
    row = taken(*state, config, LONG_MS, "a");
    assert_int_equal(row->red, COUNT(ages));
    assert_true(picture_row_is_red(row));
    assert_int_equal(picture_row_rank(row), 0);
    assert_int_equal(row->states[DOC_HELD], COUNT(ages));
    assert_true(str_starts(row->first_red, STR("a/20")));
    row = taken(*state, config, LONG_MS, "b");
    assert_int_equal(row->states[DOC_WAITING], 1);
    assert_int_equal(row->oldest_waiting, (int32_t)(clock_now_ms() / 86400000) - 50);
    assert_int_equal(picture_row_rank(row), 1);
    assert_int_equal(picture_row_rank(taken(*state, config, LONG_MS, "c")), 2);
    config_free(config);
}

/* Goal: what cannot be read is red, nothing is counted of it, the others are told; mended, it is as the others. */
static void unreadable(void **state)
{
    struct config *config = loaded();
    const struct picture_row *row;

    put(STR("a"), 3, DOC_HELD);
    put(STR("b"), 3, DOC_HELD);
    put(STR("c"), 3, DOC_HELD);
    assert_int_equal(taken(*state, config, LONG_MS, "b")->red, 1);
    damage(STR("b/2026-01-01/1"), put_damage);
    picture_reload(*state);
    row = taken(*state, config, LONG_MS, "b");
    assert_int_equal(row->unreadable, ERR_STORE_DAMAGED);
    assert_true(picture_row_is_red(row));
    assert_int_equal(row->red, 0);
    assert_int_equal(row->first_red.len, 0);
    assert_int_equal(picture_unseen(*state), 0);
    assert_int_equal(taken(*state, config, LONG_MS, "a")->red, 1);
    assert_int_equal(taken(*state, config, LONG_MS, "c")->red, 1);
    damage(STR("b/2026-01-01/1"), take_damage);
    picture_reload(*state);
    row = taken(*state, config, LONG_MS, "b");
    assert_int_equal(row->unreadable, ERR_OK);
    assert_int_equal(row->red, 1);
    config_free(config);
}

/* Goal: after the configuration was read again, what is known of a venue stays until it is looked at, a new one is looked at first,
 * and one that is gone is not told. */
static void carried(void **state)
{
    struct config *before, *after;
    const struct picture_row *rows, *row;
    int64_t looked_ms;
    size_t count;

    put(STR("b"), 60, DOC_HELD);
    put(STR("c"), 60, DOC_HELD);
    no_venue("c.yaml");
    before = loaded();
    looked_ms = taken(*state, before, LONG_MS, "b")->looked_ms;
    no_venue("a.yaml");
    folder_venue(&folder, "c", "", "");
    after = loaded();
    picture_reload(*state);
    assert_int_equal(picture_take(*state, after, 0, &rows, &count), ERR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(picture_unseen(*state), 0);
    row = row_of(rows, count, "b");
    assert_int_equal(row->looked_ms, looked_ms);
    assert_int_equal(row->red, 1);
    assert_true(str_starts(row->first_red, STR("b/")));
    assert_int_equal(row_of(rows, count, "c")->red, 1);
    assert_true(picture_turn(*state, after, 0) < INT64_MAX);            /* what was carried is looked at, asked for or not */
    config_free(before);
    config_free(after);
}

/* Goal: a file that is passed over beside a venue's own counts none of its documents once more. */
static void same_name(void **state)
{
    struct config *config;
    const struct picture_row *rows;
    size_t count;

    folder_write(&folder, "venues/b.yml", "venue: b\n", 9, 0644);
    config = loaded();
    put(STR("b"), 3, DOC_HELD);
    assert_int_equal(picture_take(*state, config, LONG_MS, &rows, &count), ERR_OK);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        bool of_b = str_equal(rows[i].id, STR("b"));

        assert_int_equal(rows[i].red, of_b && !rows[i].fault.len);
        assert_int_equal(picture_row_is_red(&rows[i]), of_b);
    }
    config_free(config);
}

/* Goal: a row that somebody looks at all the time keeps no other from being looked at. */
static void each_in_turn(void **state)
{
    struct config *config = loaded();
    const struct picture_row *rows, *told;
    size_t count;

    put(STR("c"), 3, DOC_HELD);
    assert_int_equal(picture_take(*state, config, 0, &rows, &count), ERR_OK);
    told = row_of(rows, count, "b");
    assert_int_equal(picture_refresh(*state, config, &told, 1), ERR_OK);
    assert_int_equal(taken(*state, config, 0, "c")->red, 1);
    assert_int_equal(picture_unseen(*state), 0);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(of_whatever_day, set_up, take_down),
        cmocka_unit_test_setup_teardown(unreadable, set_up, take_down),
        cmocka_unit_test_setup_teardown(carried, set_up, take_down),
        cmocka_unit_test_setup_teardown(same_name, set_up, take_down),
        cmocka_unit_test_setup_teardown(each_in_turn, set_up, take_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
