/* Goal: a token opens what it was made for and nothing else, until it is revoked; what rests in the store opens nothing. */
#include "domain/doors.h"
#include "tests/on_engine.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NEEDED(call) assert_int_equal((call), ERR_OK)

static char folder[64];

static struct doors *opened(void)
{
    struct fault fault = { "" };
    struct doors *doors;

    NEEDED(doors_open(str_of(folder), 0, &doors, &fault));
    return doors;
}

static struct config *companies(struct venue venues[2])
{
    static struct config config;

    memset(venues, 0, 2 * sizeof *venues);
    venues[0].id = STR("bar");
    venues[0].company = STR("912345678");
    venues[1].id = STR("grill");
    venues[1].company = STR("987654321");
    config.venues = venues;
    config.venue_count = 2;
    return &config;
}

static void opens_its_own(void **unused)
{
    static const struct { const char *why, *venue; bool by_venue, by_company; } rows[] = {
        { "its own", "bar", true, true },
        { "another company's", "grill", false, false },
        { "a venue that is not set up yet", "later", true, false },
        { "a name that begins alike", "ba", false, false },
    };
    const struct door_scope venues[] = { { false, STR("bar") }, { false, STR("later") } };
    const struct door_scope company[] = { { true, STR("912345678") } };
    struct venue set_up[2];
    struct config *config = companies(set_up);
    const struct door_token *a, *b;
    struct doors *doors = opened();
    char text_a[DOOR_TEXT_SIZE], text_b[DOOR_TEXT_SIZE];
    uint64_t number_a, number_b;

    (void)unused;
    NEEDED(doors_add(doors, venues, 2, STR("till"), 1000, text_a, &number_a));
    NEEDED(doors_add(doors, company, 1, STR("back office"), 1000, text_b, &number_b));
    assert_int_not_equal(number_a, number_b);
    assert_string_not_equal(text_a, text_b);
    NEEDED(doors_judge(doors, str_of(text_a), 2000, &a));
    NEEDED(doors_judge(doors, str_of(text_b), 2000, &b));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (door_opens(a, config, str_of(rows[i].venue)) != rows[i].by_venue ||
            door_opens(b, config, str_of(rows[i].venue)) != rows[i].by_company)
            fail_msg("%s", rows[i].why);
    doors_close(doors);
}

static void others_are_none(void **unused)
{
    const struct door_scope scope = { false, STR("bar") };
    struct doors *doors = opened();
    const struct door_token *token = NULL;
    char text[DOOR_TEXT_SIZE];
    uint64_t number;

    (void)unused;
    NEEDED(doors_add(doors, &scope, 1, STR("till"), 1000, text, &number));
    assert_int_equal(doors_judge(doors, STR_NONE, 2000, &token), ERR_NOT_FOUND);
    assert_int_equal(doors_judge(doors, STR("bilag_"), 2000, &token), ERR_NOT_FOUND);
    assert_int_equal(doors_judge(doors, (struct str){ text, strlen(text) - 1 }, 2000, &token), ERR_NOT_FOUND);
    text[10] ^= 1;
    assert_int_equal(doors_judge(doors, str_of(text), 2000, &token), ERR_NOT_FOUND);
    assert_null(token);
    doors_close(doors);
}

/* A number that was given is the next token's, or nobody's; what will be refused is refused before it is given. */
static void numbers_are_given_first(void **unused)
{
    static const char key[] = "aq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
    static char long_about[500];
    const struct door_scope scope = { false, STR("bar") };
    struct doors *doors = opened(), *other = opened();
    char text[DOOR_TEXT_SIZE];
    uint64_t first, second, third, made;

    (void)unused;
    memset(long_about, 'a', sizeof long_about);
    NEEDED(doors_next(doors, 1, STR("till"), STR_NONE, &first));
    NEEDED(doors_next(other, 1, STR("till"), str_of(key), &second));
    assert_true(second == first + 1);
    NEEDED(doors_add_key(other, &scope, 1, STR("till"), 1000, str_of(key), &made));
    assert_true(made == second);
    NEEDED(doors_add(doors, &scope, 1, STR("till"), 1000, text, &made));
    assert_true(made == first);
    assert_int_equal(doors_next(doors, 1, STR("till"), str_of(key), &third), ERR_EXISTS);
    assert_int_equal(doors_next(doors, 1, (struct str){ long_about, sizeof long_about }, STR_NONE, &third), ERR_TOO_LONG);
    assert_int_equal(doors_next(doors, DOOR_SCOPES_MAX + 1, STR("till"), STR_NONE, &third), ERR_TOO_LONG);
    NEEDED(doors_next(doors, 1, STR("till"), STR_NONE, &third));
    doors_close(doors);                  /* it ended there: the number is in the trail, and no other token's */
    doors = opened();
    NEEDED(doors_add(doors, &scope, 1, STR("till"), 1000, text, &made));
    assert_true(third == second + 1 && made == third + 1);
    doors_close(other);
    doors_close(doors);
}

/* Two people make one at once, and the later number comes first: each opens once it is made, and is shut once it is revoked. */
static void made_in_another_order(void **unused)
{
    const struct door_scope scope = { false, STR("bar") };
    struct doors *doors = opened(), *other = opened(), *ingest = opened();
    char early[DOOR_TEXT_SIZE], late[DOOR_TEXT_SIZE];
    const struct door_token *token;
    uint64_t number, early_number, late_number;

    (void)unused;
    NEEDED(doors_next(doors, 1, STR("till"), STR_NONE, &early_number));
    NEEDED(doors_next(other, 1, STR("till"), STR_NONE, &late_number));
    assert_true(late_number > early_number);
    NEEDED(doors_add(other, &scope, 1, STR("till"), 1000, late, &number));
    NEEDED(doors_judge(ingest, str_of(late), 2000, &token));
    NEEDED(doors_add(doors, &scope, 1, STR("till"), 1000, early, &number));
    NEEDED(doors_judge(ingest, str_of(early), 2000, &token));
    NEEDED(doors_judge(ingest, str_of(late), 2000, &token));
    NEEDED(doors_revoke(doors, late_number, 3000));
    assert_int_equal(doors_judge(ingest, str_of(late), 4000, &token), ERR_NOT_FOUND);
    NEEDED(doors_judge(ingest, str_of(early), 4000, &token));
    NEEDED(doors_revoke(doors, early_number, 3000));
    assert_int_equal(doors_judge(ingest, str_of(early), 4000, &token), ERR_NOT_FOUND);
    doors_close(doors);
    doors_close(other);
    doors_close(ingest);
}

/* A public CURVE key is no bearer token, whatever is put before it, nor a token's text a key. */
static void keys_are_no_tokens(void **unused)
{
    static const char key[] = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
    const struct door_scope scope = { false, STR("bar") };
    struct doors *doors = opened(), *again;
    const struct door_token *token = NULL;
    char text[DOOR_TEXT_SIZE], curve[64] = "curve ";
    uint64_t number, number_key;
    struct str with_prefix = { curve, 7 + sizeof key - 1 };

    (void)unused;
    memcpy(curve + 7, key, sizeof key);
    NEEDED(doors_add(doors, &scope, 1, STR("till"), 1000, text, &number));
    NEEDED(doors_add_key(doors, &scope, 1, STR("till"), 1000, str_of(key), &number_key));
    assert_int_equal(doors_add_key(doors, &scope, 1, STR("till"), 1000, str_of(key), &number), ERR_EXISTS);
    assert_int_equal(doors_judge(doors, str_of(key), 2000, &token), ERR_NOT_FOUND);
    assert_int_equal(doors_judge(doors, with_prefix, 2000, &token), ERR_NOT_FOUND);
    assert_int_equal(doors_judge_key(doors, str_of(text), 2000, &token), ERR_NOT_FOUND);
    NEEDED(doors_judge_key(doors, str_of(key), 2000, &token));
    assert_true(token->number == number_key && token->curve);
    again = opened();                    /* as another process reads it */
    NEEDED(doors_judge_key(again, str_of(key), 2000, &token));
    assert_true(token->number == number_key && token->curve);
    NEEDED(doors_revoke(doors, number_key, 3000));
    assert_int_equal(doors_judge_key(again, str_of(key), 4000, &token), ERR_NOT_FOUND);
    doors_close(again);
    doors_close(doors);
}

/* Who holds a token that is revoked by another process finds it shut, and nobody gets it again. */
static void revoked_is_shut(void **unused)
{
    const struct door_scope scope = { false, STR("bar") };
    struct doors *doors = opened();
    struct venue set_up[2];
    struct config *config = companies(set_up);
    const struct door_token *token, *again;
    char text[DOOR_TEXT_SIZE];
    uint64_t number;

    (void)unused;
    NEEDED(doors_add(doors, &scope, 1, STR("till"), 1000, text, &number));
    NEEDED(doors_judge(doors, str_of(text), 2000, &token));
    assert_true(door_opens(token, config, STR("bar")));
    NEEDED(doors_revoke(doors, number, 3000));
    assert_int_equal(doors_revoke(doors, number, 4000), ERR_EXISTS);
    assert_int_equal(doors_revoke(doors, 999, 4000), ERR_NOT_FOUND);
    assert_int_equal(doors_judge(doors, str_of(text), 5000, &again), ERR_NOT_FOUND);
    assert_false(door_opens(token, config, STR("bar")));
    doors_close(doors);
}

struct seen { uint64_t number; int64_t used_ms; char about[32]; };

static enum err seen_one(const struct door_token *token, void *context)
{
    struct seen *seen = context;

    seen->number = token->number;
    seen->used_ms = token->used_ms;
    (void)str_copy(token->about, seen->about, sizeof seen->about);
    return ERR_OK;
}

static void last_use_is_kept(void **unused)
{
    const struct door_scope scope = { false, STR("bar") };
    struct doors *doors = opened();
    const struct door_token *token;
    struct seen seen = { 0 };
    char text[DOOR_TEXT_SIZE];
    uint64_t number;

    (void)unused;
    NEEDED(doors_add(doors, &scope, 1, STR("the last"), 1000, text, &number));
    NEEDED(doors_turn(doors, 65000));                        /* the minute begins without it */
    NEEDED(doors_judge(doors, str_of(text), 70000, &token));
    NEEDED(doors_turn(doors, 70000));                        /* the first use is told at once: "never used" would be wrong */
    NEEDED(doors_list(doors, seen_one, &seen));
    assert_int_equal(seen.number, number);
    assert_int_equal(seen.used_ms, 70000);
    assert_string_equal(seen.about, "the last");
    NEEDED(doors_judge(doors, str_of(text), 80000, &token));
    NEEDED(doors_turn(doors, 80000));                        /* not written twice a minute */
    NEEDED(doors_list(doors, seen_one, &seen));
    assert_int_equal(seen.used_ms, 70000);
    doors_close(doors);
}

/* The text stands nowhere in the store's file. */
static void nothing_to_steal(void **unused)
{
    const struct door_scope scope = { false, STR("bar") };
    struct doors *doors = opened();
    char text[DOOR_TEXT_SIZE], path[128], *bytes = NULL;
    size_t room = 0;
    ssize_t len;
    uint64_t number;
    FILE *file;

    (void)unused;
    NEEDED(doors_add(doors, &scope, 1, STR("till"), 1000, text, &number));
    doors_close(doors);
    SKIP_ON_ENGINE();
    (void)snprintf(path, sizeof path, "%s/doors/data.mdb", folder);
    file = fopen(path, "r");
    assert_non_null(file);
    bytes = malloc(room = 4 << 20);
    assert_non_null(bytes);
    len = (ssize_t)fread(bytes, 1, room, file);
    (void)fclose(file);
    assert_true(len > 4096);
    assert_null(memmem(bytes, (size_t)len, text + 6, 20));
    free(bytes);
}

static int make_folder(void **unused)
{
    (void)unused;
    return temporary_folder("doors", folder, sizeof folder) ? 0 : -1;
}

static int drop_folder(void **unused)
{
    (void)unused;
    return temporary_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_its_own), cmocka_unit_test(others_are_none), cmocka_unit_test(revoked_is_shut),
        cmocka_unit_test(numbers_are_given_first), cmocka_unit_test(made_in_another_order),
        cmocka_unit_test(keys_are_no_tokens), cmocka_unit_test(last_use_is_kept),
        cmocka_unit_test(nothing_to_steal),
    };

    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
