/* Goal: who may sign in to the console and which till may write sales is said by an operator, is in the audit trail, and a wrong
 * word of his makes nobody's door. No stage runs. */
#include "house_rig.h"
#include "tests/on_engine.h"

#define PASSWORD "en god og lang setning"

static int start(void **unused)
{
    (void)unused;
    house_make(NULL);
    return 0;
}

static void says(int code, int wanted, const char *words)
{
    if (code != wanted || !(strstr(house.out, words) || strstr(house.err, words)))
        fail_msg("%d instead of %d, or not \"%s\"\n%s%s", code, wanted, words, house.out, house.err);
}

/* Goal: whatever is missing or wrong is named, and makes no user. */
static void what_makes_no_user(void **unused)
{
    static const struct house_row rows[] = {
        { "users", 0, "There is no user" },
        { "users make kari", 2, "add, list, remove, token" },
        { "users add", 2, "one name is needed" },
        { "users add a/b --all-companies", 2, "one name is needed" },
        { "users add kari", 2, "say whose books" },
        { "users add kari --all-companies --company 912345678", 2, "say whose books" },
        { "users add kari --company 912345678,a/b", 2, "a/b is no organisation number" },
        { "users add kari --all-companies --role reads,rules", 2, "there is no role rules" },
        { "users add kari --all-companies --language de", 2, "(--language) is en or nb" },
        { "users add kari --all-companies --password-file /nowhere/word", 1, "/nowhere/word cannot be read" },
        { "users add kari --all-companies", 2, "a password of 12 to 256 characters" },
        { "users remove kari", 2, "there is no user kari" },
        { "users list", 0, "There is no user" },
        { "audit", 0, "" },
    };

    (void)unused;
    house_rows(rows, COUNT(rows));
    assert_null(strstr(house.out, "user-add"));
    says(house_bilag_from("short\n", "users add kari --all-companies"), 2, "a password of 12 to 256");
    says(house_bilag_from("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\n", "users add kari --all-companies"), 2,
         "a password of 12 to 256");
}

/* Goal: a user has the roles, books and language that were said, is in the trail, is there once and is gone when removed; no word
 * of the password is kept. */
static void users(void **unused)
{
    static const struct house_row rows[] = {
        { "users list", 0, "kari             en  reads, decides; 912345678, 923456789; Kari N" },
        { "users", 0, "ola              nb  reads; all companies" },
        { "audit", 0, "user-add" },
        { "users tokens", 0, "No user has a token" },
        { "users token nobody", 2, "there is no such user" },
        { "users token kari --about 'the back office'", 0, "bilag_user_" },
        { "users token kari --about ''", 2, "say what the token is for" },
        { "users tokens", 0, "last used never  the back office" },
        { "users revoke 2 --reason x", 2, "there is no such token" },
        { "users revoke 1 --reason 'not needed'", 0, "Token 1 opens nothing any more." },
        { "users tokens", 0, "No user has a token" },
        { "users token kari", 0, "It is shown this once." },
        { "audit", 0, "user-token-revoke kari token 1" },
        { "users remove kari --reason 'has another post'", 0, "kari can sign in no more, and is signed out." },
        { "users remove kari", 2, "there is no user kari" },
        { "audit", 0, "has another post" },
        { "users list", 0, "ola" },
    };
    char path[160], bytes[1 << 16];
    size_t len;

    (void)unused;
    says(house_bilag_from(PASSWORD "\n", "users add kari --company 912345678,923456789 --role decides --title 'Kari N'"), 0,
         "kari can sign in to the console.");
    says(house_bilag_from(PASSWORD "\n", "users add kari --all-companies"), 1, "there is a user kari already");
    house_file("word", PASSWORD "\r\nsecond line\n");
    (void)snprintf(path, sizeof path, "%s/word", house.folder.path);
    says(house_bilag("users add ola --all-companies --language nb --password-file %s", path), 0, "ola can sign in");
    house_rows(rows, COUNT(rows));
    assert_null(strstr(house.out, "kari"));
    SKIP_ON_ENGINE();
    len = house_read("state/users/data.mdb", bytes, sizeof bytes);
    assert_true(len > 4096);
    for (size_t at = 0; at + sizeof PASSWORD < len; at++)
        assert_memory_not_equal(bytes + at, PASSWORD, sizeof PASSWORD - 1);
}

/* Goal: a token is one venue's or one company's, shown once, listed without what opens, and opens nothing when it is revoked. */
static void tokens(void **unused)
{
    static const struct house_row rows[] = {
        { "tokens", 0, "There is no token" },
        { "tokens make", 2, "add, list or revoke" },
        { "tokens add", 2, "" },
        { "tokens add --company 912345678 --about 'the back office'", 0, "It is shown this once" },
        { "tokens add --venue oslo-grill bergen --about 'two tills'", 0, "Token 2" },
        { "tokens add --venue oslo-grill --zeromq short", 2, "a public CURVE key of 40 letters" },
        { "tokens add --venue oslo-grill --zeromq rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", 0, "a key for ZeroMQ" },
        { "tokens add --venue oslo-grill --zeromq rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", 1, "this key is known already" },
        { "tokens add --venue oslo-grill --zeromq new", 0, "secret " },
        { "tokens list", 0, "company 912345678  the back office" },
        { "tokens list", 0, "oslo-grill, bergen  two tills" },
        { "tokens list", 0, "(ZeroMQ)" },
        { "tokens revoke 2", 2, "revoke NUMBER --reason TEXT" },
        { "tokens revoke two --reason lost", 2, "revoke NUMBER --reason TEXT" },
        { "tokens revoke 99 --reason lost", 1, "there is no token 99" },
        { "tokens revoke 2 --reason 'the till was stolen'", 0, "Token 2 opens nothing any more." },
        { "tokens list", 0, "REVOKED" },
        { "audit", 0, "the till was stolen" },
    };

    (void)unused;
    house_rows(rows, COUNT(rows));
}

/* Goal: the same in Norwegian. */
static void in_norwegian(void **unused)
{
    static const struct house_row rows[] = {
        { "users add a/b", 2, "ett navn må oppgis" },
        { "users add per --role reder --all-companies", 2, "rollen reder finnes ikke" },
        { "users add per", 2, "si hvem sitt regnskap" },
        { "users add per --all-companies", 2, "et passord på 12 til 256 tegn" },
        { "users remove ola", 0, "ola kan ikke logge inn lenger" },
        { "users", 0, "Det finnes ingen brukere" },
        { "tokens list", 0, "aldri brukt" },
        { "tokens revoke 1 --reason byttet", 0, "Token 1 åpner ingenting lenger." },
    };

    (void)unused;
    house_root("nb");
    house_rows(rows, COUNT(rows));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_makes_no_user), cmocka_unit_test(users), cmocka_unit_test(tokens), cmocka_unit_test(in_norwegian),
    };

    return cmocka_run_group_tests_name("house_people", tests, start, house_leave);
}
