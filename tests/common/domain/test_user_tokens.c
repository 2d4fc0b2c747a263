/* Goal: a token's text opens what its user may, from the next call on until it is revoked or the user is gone; what rests does not
 * hold the text; numbers are never given twice. */
#include "domain/user_tokens.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#define NEEDED(call) assert_int_equal((call), ERR_OK)

static char folder[] = "/tmp/bilag-user-tokens-XXXXXX";
static struct arena arena;
static struct users *users;

static void add_user(const char *name)
{
    const struct user user = { .name = str_of(name), .language = STR("nb"), .roles = ROLE_DECIDES, .all_companies = true,
                               .changed_ms = 7, .hash = STR("$argon2id$") };

    NEEDED(users_add(users, &user));
}

static enum err judged(const char *text, int64_t now_ms, struct user_token *ret_token)
{
    return user_tokens_judge(users, str_of(text), now_ms, &arena, ret_token);
}

static enum err rests(struct txn *txn, struct str key, struct str value, void *context)
{
    const char *text = context;

    (void)txn;
    assert_null(memmem(key.bytes, key.len, text, strlen(text)));
    assert_null(memmem(value.bytes, value.len, text, strlen(text)));
    return ERR_OK;
}

static enum err table_rests(struct txn *txn, unsigned table, const char *name, void *context)
{
    (void)name;
    return store_walk(txn, table, STR_NONE, STR_NONE, rests, context);
}

static void made_used_revoked(void **unused)
{
    char first[USER_TOKEN_SIZE], second[USER_TOKEN_SIZE];
    struct user_token token;
    uint64_t number;

    (void)unused;
    assert_int_equal(judged("bilag_user_x", 1, &token), ERR_NOT_FOUND);      /* none was ever made */
    assert_int_equal(user_tokens_add(users, STR("kari"), STR("x"), 5, first, &number), ERR_NOT_FOUND);
    add_user("kari");
    add_user("ola");
    NEEDED(user_tokens_add(users, STR("kari"), STR("back office"), 5, first, &number));
    assert_int_equal(number, 1);
    NEEDED(user_tokens_add(users, STR("ola"), STR("x"), 6, second, &number));
    assert_int_equal(number, 2);
    NEEDED(users_tables(users, table_rests, first));
    NEEDED(judged(first, 70000, &token));
    assert_true(str_equal(token.user, STR("kari")) && str_equal(token.about, STR("back office")));
    NEEDED(judged(first, 70001, &token));                    /* written once a minute */
    assert_int_equal(token.used_ms, 70000);
    NEEDED(judged(second, 70000, &token));
    assert_true(str_equal(token.user, STR("ola")));
    assert_int_equal(judged("", 1, &token), ERR_NOT_FOUND);
    first[20] ^= 1;
    assert_int_equal(judged(first, 1, &token), ERR_NOT_FOUND);
    first[20] ^= 1;
    assert_int_equal(user_tokens_revoke(users, STR("ola"), 1), ERR_NOT_FOUND);           /* another's */
    assert_int_equal(user_tokens_revoke(users, STR_NONE, 0), ERR_NOT_FOUND);
    NEEDED(user_tokens_revoke(users, STR_NONE, 1));
    assert_int_equal(judged(first, 1, &token), ERR_NOT_FOUND);
    NEEDED(judged(second, 70000, &token));
}

/* Who is removed leaves nothing that opens, whoever gets the name afterwards; and the number is not given again. */
static void gone_with_the_user(void **unused)
{
    char text[USER_TOKEN_SIZE], again[USER_TOKEN_SIZE];
    struct user_token token;
    uint64_t number, later;

    (void)unused;
    add_user("per");
    NEEDED(user_tokens_add(users, STR("per"), STR("x"), 5, text, &number));
    NEEDED(users_remove(users, STR("per")));
    assert_int_equal(judged(text, 1, &token), ERR_NOT_FOUND);
    add_user("per");
    assert_int_equal(judged(text, 1, &token), ERR_NOT_FOUND);
    NEEDED(user_tokens_add(users, STR("per"), STR("x"), 5, again, &later));
    assert_int_equal(later, number + 1);
}

/* A number that was given is the next token's, or nobody's; what will be refused is refused before it is given. */
static void numbers_are_given_first(void **unused)
{
    char text[USER_TOKEN_SIZE], about[USER_TOKEN_ABOUT_MAX + 1];
    uint64_t given, again, number;

    (void)unused;
    memset(about, 'a', sizeof about);
    assert_int_equal(user_tokens_next(users, STR("nobody"), STR("x"), &given), ERR_NOT_FOUND);
    add_user("first");
    assert_int_equal(user_tokens_next(users, STR("first"), (struct str){ about, sizeof about }, &given), ERR_TOO_LONG);
    NEEDED(user_tokens_next(users, STR("first"), STR("x"), &given));
    NEEDED(user_tokens_next(users, STR("first"), STR("x"), &again));
    assert_int_equal(again, given + 1);
    NEEDED(user_tokens_add(users, STR("first"), STR("x"), 5, text, &number));
    assert_int_equal(number, again);
    NEEDED(user_tokens_add(users, STR("first"), STR("x"), 5, text, &number));
    assert_int_equal(number, again + 1);
    for (int i = 2; i < USER_TOKENS_MAX; i++)
        NEEDED(user_tokens_add(users, STR("first"), STR("x"), 5, text, &number));
    assert_int_equal(user_tokens_next(users, STR("first"), STR("x"), &given), ERR_EXISTS);
}

static void bounded(void **unused)
{
    char text[USER_TOKEN_SIZE], about[USER_TOKEN_ABOUT_MAX + 1];
    uint64_t number;

    (void)unused;
    add_user("many");
    memset(about, 'a', sizeof about);
    assert_int_equal(user_tokens_add(users, STR("many"), (struct str){ about, sizeof about }, 5, text, &number), ERR_TOO_LONG);
    for (int i = 0; i < USER_TOKENS_MAX; i++)
        NEEDED(user_tokens_add(users, STR("many"), STR("x"), 5, text, &number));
    assert_int_equal(user_tokens_add(users, STR("many"), STR("x"), 5, text, &number), ERR_EXISTS);
    NEEDED(user_tokens_revoke(users, STR("many"), number));
    NEEDED(user_tokens_add(users, STR("many"), STR("x"), 5, text, &number));
}

/* When it was used cannot be noted on a full disk: that shuts nobody out. */
static void used_on_a_full_disk(void **unused)
{
    const struct rlimit full = { 4096, RLIM_INFINITY }, free = { RLIM_INFINITY, RLIM_INFINITY };
    char text[USER_TOKEN_SIZE];
    struct user_token token;
    uint64_t number;
    enum err err;

    (void)unused;
    add_user("late");
    NEEDED(user_tokens_add(users, STR("late"), STR("x"), 5, text, &number));
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    err = judged(text, 70000, &token);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &free), 0);
    NEEDED(err);
    assert_true(str_equal(token.user, STR("late")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_used_revoked),
        cmocka_unit_test(gone_with_the_user),
        cmocka_unit_test(used_on_a_full_disk),
        cmocka_unit_test(numbers_are_given_first), cmocka_unit_test(bounded),
    };
    struct fault fault = { "" };
    char command[80];
    int failed;

    arena_init(&arena, 1 << 20);
    if (!mkdtemp(folder) || users_open(str_of(folder), 0, &users, &fault))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    users_close(users);
    arena_free(&arena);
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? failed : 1;                /* NOLINT(cert-env33-c) */
}
