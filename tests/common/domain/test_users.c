/* Goal: who signs in is who was added, with the password that was given; a name that nobody has costs as much as a wrong
 * password; what rests does not hold the password. */
#include "domain/users.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>


#define NEEDED(call) assert_int_equal((call), ERR_OK)

static char folder[] = "/tmp/bilag-users-XXXXXX";
static struct arena arena;

static struct users *opened(void)
{
    struct fault fault = { "" };
    struct users *users;

    NEEDED(users_open(str_of(folder), 0, &users, &fault));
    return users;
}

static void add(struct users *users, const char *name, const char *password)
{
    struct user_company companies[] = { { STR("912345678") }, { STR("987654321") } };
    struct user user = { .name = str_of(name), .title = STR("Kari Nordmann"), .language = STR("nb"), .roles = ROLE_DECIDES,
                         .companies = companies, .company_count = 2, .changed_ms = 7 };

    NEEDED(user_hash(str_of(password), &arena, &user.hash));
    assert_null(memmem(user.hash.bytes, user.hash.len, password, strlen(password)));
    NEEDED(users_add(users, &user));
    assert_int_equal(users_add(users, &user), ERR_EXISTS);
}

static void who_signs_in(void **unused)
{
    static const struct { const char *name, *password; enum err err; } rows[] = {
        { "kari", "en god og lang setning", ERR_OK },
        { "kari", "en god og lang setnin", ERR_NOT_FOUND },
        { "kari", "", ERR_NOT_FOUND },
        { "Kari", "en god og lang setning", ERR_NOT_FOUND },
        { "nobody", "en god og lang setning", ERR_NOT_FOUND },
        { "../kari", "en god og lang setning", ERR_NOT_FOUND },
        { "", "", ERR_NOT_FOUND },
    };
    struct users *users = opened();
    struct user user;

    (void)unused;
    add(users, "kari", "en god og lang setning");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (users_judge(users, str_of(rows[i].name), str_of(rows[i].password), &arena, &user) != rows[i].err)
            fail_msg("%s, %s", rows[i].name, rows[i].password);
    NEEDED(users_find(users, STR("kari"), &arena, &user));
    assert_true(str_equal(user_title(&user), STR("Kari Nordmann")));
    assert_int_equal(user.roles, ROLE_DECIDES);
    assert_true(user_sees(&user, STR("912345678")) && user_sees(&user, STR("987654321")));
    assert_false(user_sees(&user, STR("91234567")));
    assert_false(user_sees(&user, STR("")));
    user.all_companies = true;
    assert_true(user_sees(&user, STR("1")));
    NEEDED(users_remove(users, STR("kari")));
    assert_int_equal(users_remove(users, STR("kari")), ERR_NOT_FOUND);
    assert_int_equal(users_judge(users, STR("kari"), STR("en god og lang setning"), &arena, &user), ERR_NOT_FOUND);
    users_close(users);
}

/* The processor's time, so that a busy machine changes nothing. */
static double cost(struct users *users, const char *name)
{
    struct user user;
    clock_t before = clock();

    for (int i = 0; i < 3; i++)
        assert_int_equal(users_judge(users, str_of(name), STR("wrong password"), &arena, &user), ERR_NOT_FOUND);
    return (double)(clock() - before);
}

static void nobody_costs_as_much(void **unused)
{
    struct users *users = opened();
    double known, unknown;

    (void)unused;
    add(users, "ola", "en god og lang setning");
    known = cost(users, "ola");
    unknown = cost(users, "nobody");
    assert_true(unknown > known / 3 && known > unknown / 3);
    users_close(users);
}

static void roles_have_words(void **unused)
{
    (void)unused;
    assert_int_equal(user_role_parse(STR("decides")), ROLE_DECIDES);
    assert_int_equal(user_role_parse(STR("sets-up")), ROLE_SETS_UP);
    assert_int_equal(user_role_parse(STR("root")), 0);
    assert_true(str_equal(user_roles_text(ROLE_READS | ROLE_OPERATES, &arena), STR("reads, operates")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_signs_in), cmocka_unit_test(nobody_costs_as_much), cmocka_unit_test(roles_have_words),
    };
    char remove[64];
    int failed;

    if (!mkdtemp(folder))
        return 1;
    arena_init(&arena, 1 << 24);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    (void)snprintf(remove, sizeof remove, "rm -rf %s", folder);
    return system(remove) ? 1 : failed;
}
