/* Goal: a forgotten name is in no record of the mapper any more, all else is there byte for byte; what comes again with the name is the
 * same event, and a person who was never forgotten is told from everybody as before. */
#include "table_rig.h"

#include "mapper/judge.h"
#include "mapper/rename.h"

#define HEAD(seq) "\"register\":\"K1\",\"seq\":" seq ",\"kind\":\"receipt\","
#define NOON "\"time\":\"2026-11-20T12:00:00+01:00\","
#define SOLD(text, sum) "\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":" sum ",\"text\":\"" text "\"}],"
#define CARD(sum) "\"payments\":[{\"type\":\"card\",\"amount\":" sum "}],"
#define WHO(customer, staff) "\"customer\":\"" customer "\",\"staff\":\"" staff "\""

static const struct str venues[] = { { "v", 1 } };

static struct pseudonyms *opened(const struct rig *rig)
{
    struct fault fault = { "" };
    struct pseudonyms *pseudonyms;

    if (pseudonyms_open(str_of(rig->folder.path), 0, &pseudonyms, &fault))
        fail_msg("%s", fault.text);
    return pseudonyms;
}

/* How many records it is taken out of. */
static uint64_t forget(struct rig *rig, struct pseudonyms *pseudonyms, enum person person, const char *name)
{
    char pseudonym[PSEUDONYM_SIZE];
    struct renaming renaming = { .person = person, .name = str_of(name), .venues = venues, .venue_count = 1 };
    uint64_t renamed;

    pseudonym_of(pseudonyms, person, str_of(name), pseudonym);
    renaming.pseudonym = str_of(pseudonym);
    NEEDED(rename_all(rig->store, &renaming, &rig->build_arena, &renamed));
    return renamed;
}

struct searched { const char *name; uint64_t records, found; unsigned table; };

static enum err record_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct searched *searched = context;

    (void)txn;
    (void)key;
    searched->records++;
    searched->found += memmem(value.bytes, value.len, searched->name, strlen(searched->name)) != NULL;
    return ERR_OK;
}

static enum err search_work(struct txn *txn, void *context)
{
    struct searched *searched = context;
    enum err err = ERR_OK;

    for (searched->table = 0; searched->table < TABLE_COUNT && !err; searched->table++)
        err = store_walk(txn, searched->table, STR_NONE, STR_NONE, record_seen, searched);
    return err;
}

static struct searched search(struct rig *rig, const char *name)
{
    struct searched searched = { .name = name };

    NEEDED(store_read(rig->store, search_work, &searched));
    return searched;
}

/* As the stage's own check has it: every content is what its hash says. */
static void is_whole(const struct rig *rig)
{
    char said[4096] = "";
    struct storecheck check = { .out = fmemopen(said, sizeof said, "w") };
    struct fault fault = { "" };
    char state[400];

    (void)snprintf(state, sizeof state, "%s/mapper", rig->folder.path);
    assert_int_equal(symlink("state", state), 0);
    check.state_dir = str_of(rig->folder.path);
    arena_init(&check.arena, STORECHECK_RECORD_BYTES);
    NEEDED(mapper_judge_run(&check, &fault));
    (void)fclose(check.out);
    arena_free(&check.arena);
    if (check.damaged || !check.records)
        fail_msg("%s", said);
}

/* Receipts, a contested content and the draft that lists it; all of one person, and of another. */
static void sell(struct rig *rig)
{
    rig_event(rig, "%s", HEAD("1") NOON SOLD("Suppe", "100") CARD("100") WHO("Ola", "Kari"));
    rig_event(rig, "%s", HEAD("2") NOON SOLD("Suppe", "200") CARD("200") WHO("Per", "Anne"));
    rig_event(rig, "%s", HEAD("1") NOON SOLD("Suppe", "150") CARD("150") WHO("Ola", "Kari"));
    rig_event(rig, "%s", HEAD("3") NOON SOLD("Suppe", "300") "\"payments\":[{\"type\":\"credit\",\"amount\":300}],"
              WHO("Ola", "Kari"));
    (void)rig_look(rig);
}

static void the_name_is_gone(void **unused)
{
    struct pseudonyms *pseudonyms;
    struct searched before;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    pseudonyms = opened(&rig);
    sell(&rig);
    before = search(&rig, "Kari");
    assert_int_equal(before.found, 3);   /* two receipts, one contested */
    assert_int_equal(search(&rig, "Ola").found, 5);          /* the order's draft, too, and the voucher that names the order */
    assert_int_equal(forget(&rig, pseudonyms, PERSON_STAFF, "Kari"), 3);
    assert_int_equal(forget(&rig, pseudonyms, PERSON_CUSTOMER, "Ola"), 5);
    assert_int_equal(forget(&rig, pseudonyms, PERSON_CUSTOMER, "Ola"), 0);
    assert_int_equal(search(&rig, "Kari").found, 0);
    assert_int_equal(search(&rig, "Ola").found, 0);
    assert_int_equal(search(&rig, "Kari").records, before.records);
    assert_true(search(&rig, "Anne").found == 1 && search(&rig, "Per").found == 1);
    is_whole(&rig);
    pseudonyms_close(pseudonyms);
    rig_free(&rig);
}

struct looked { size_t events, drafts, due, contested; };

static enum err look(const struct named *named, void *context)
{
    struct looked *looked = context;

    looked->events += named->event != NULL;
    looked->drafts += named->draft != NULL;
    looked->due += named->event && named->due;
    looked->contested += named->contested;
    return ERR_OK;
}

static void who_only_looks_changes_nothing(void **unused)
{
    struct renaming renaming = { .person = PERSON_CUSTOMER, .name = STR("Ola"), .pseudonym = STR("Ola"), .venues = venues,
                                 .venue_count = 1 };
    struct looked looked = { 0 };
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    sell(&rig);
    NEEDED(rename_look(rig.store, &renaming, &rig.build_arena, look, &looked));
    assert_true(looked.events == 3 && looked.drafts == 2 && looked.due == 3 && looked.contested == 1);
    assert_int_equal(search(&rig, "Ola").found, 5);
    rig_free(&rig);
}

/* What comes again with the name: as if it had never been forgotten. */
static void what_comes_again(void **unused)
{
    static const struct { const char *why, *first, *again; bool forgotten, conflict; } rows[] = {
        { "the same bytes", HEAD("1") NOON SOLD("Suppe", "100") CARD("100") WHO("Ola", "Kari"),
          HEAD("1") NOON SOLD("Suppe", "100") CARD("100") WHO("Ola", "Kari"), true, false },
        { "another text", HEAD("1") NOON SOLD("Suppe", "100") CARD("100") WHO("Ola", "Kari"),
          HEAD("1") NOON SOLD("Soup", "100") CARD("100") WHO("Ola", "Kari"), true, false },
        { "another customer", HEAD("1") NOON SOLD("Suppe", "100") CARD("100") WHO("Ola", "Kari"),
          HEAD("1") NOON SOLD("Suppe", "100") CARD("100") WHO("Per", "Kari"), true, true },
        { "another sum", HEAD("1") NOON SOLD("Suppe", "100") CARD("100") WHO("Ola", "Kari"),
          HEAD("1") NOON SOLD("Suppe", "120") CARD("120") WHO("Ola", "Kari"), true, true },
        { "nobody was forgotten", HEAD("1") NOON SOLD("Suppe", "100") CARD("100") WHO("Ola", "Kari"),
          HEAD("1") NOON SOLD("Soup", "100") CARD("100") WHO("Ola", "Kari"), false, false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pseudonyms *pseudonyms;
        struct rig rig;

        rig_make(&rig);
        pseudonyms = opened(&rig);
        rig.pseudonyms = pseudonyms;
        rig_event(&rig, "%s", rows[i].first);
        (void)rig_look(&rig);
        if (rows[i].forgotten) {
            (void)forget(&rig, pseudonyms, PERSON_CUSTOMER, "Ola");
            (void)forget(&rig, pseudonyms, PERSON_STAFF, "Kari");
        }
        rig_event(&rig, "%s", rows[i].again);
        (void)rig_look(&rig);
        if (rig_has_problem(rig_draft(&rig, "v/2026-11-20/1"), PROBLEM_RECEIPT_CONFLICT) != rows[i].conflict)
            fail_msg("%s: %s", rows[i].why, rows[i].conflict ? "is one" : "is no conflict");
        if (rows[i].forgotten && (search(&rig, "Ola").found || search(&rig, "Kari").found))
            fail_msg("%s: the name is back", rows[i].why);
        pseudonyms_close(pseudonyms);
        rig_free(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_is_gone), cmocka_unit_test(who_only_looks_changes_nothing),
        cmocka_unit_test(what_comes_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
