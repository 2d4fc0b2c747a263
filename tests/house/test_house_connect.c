/* Goal: a venue's key is pasted or comes by the browser, is kept only where its books are the company's, and whoever must say or do
 * something more is told so: rights, another client, an add-on of which QuickOrder must know. No stage runs. */
#include "house_rig.h"

#define MOSS_KEY "22222222-2222-4222-8222-222222222222"
#define MOSS "{\"client_key\":\"" MOSS_KEY "\",\"name\":\"Moss AS\",\"org_no\":\"923456789\",\"accounts_changed\":[" \
             "{\"no\":1570},{\"no\":1900},{\"no\":3000},{\"no\":3010},{\"no\":2901}]"

static const char venue[] =
    "venue: moss\nname: Moss\ntimezone: Europe/Oslo\ncompany: \"923456789\"\nextension: add-on-2\nclient_key: {file: keys/moss}\n"
    "department: \"10\"\nauto_transfer: true\nauto_invoice: true\nclose: clock\nquiet_seconds: 1\nvat: " HOUSE_VAT "\n"
    "product_types: {food: {account: 3000, product: MAT}}\npayment_types: {card: {account: 1570}, credit: {transfer: false}}\n";

/* More in the file of the installation. */
static void config(const char *language, const char *more)
{
    static const char one[] = "quickorder: {file: keys/quickorder}";
    char text[2048], with[2400], *at;

    house_root(language);
    (void)house_read("bilag.yaml", text, sizeof text);
    at = strstr(text, one);
    assert_non_null(at);
    (void)snprintf(with, sizeof with, "%.*s%s, add-on-2: {file: keys/quickorder}}%s%s", (int)(at - text), text, one, more,
                   at + strlen(one) + 1);
    house_file("bilag.yaml", with);
}

static int start(void **unused)
{
    (void)unused;
    house_make(NULL);
    house_file("venues/moss.yaml", venue);
    config("en", "");
    house_sandbox("clients", MOSS "}");
    return 0;
}

static void says(int code, int wanted, const char *words)
{
    if (code != wanted || !(strstr(house.out, words) || strstr(house.err, words)))
        fail_msg("%d instead of %d, or not \"%s\"\n%s%s", code, wanted, words, house.out, house.err);
}

static void key_is(const char *key)
{
    char is[128];

    (void)house_read("keys/moss", is, sizeof is);
    is[strcspn(is, "\n")] = '\0';
    assert_string_equal(is, key);
}

/* Goal: what is no key is not stored, and where a key cannot be put is said. */
static void what_is_no_key(void **unused)
{
    static const struct house_row rows[] = {
        { "venues", 1, "left out" },
        { "venues connect", 2, "say list, setup" },
        { "venues connect a/b", 2, "a/b is no venue's name" },
        { "venues connect nobody", 100, "nobody.yaml" },
        { "venues connect moss", 2, "no key came on stdin" },
        { "venues connect moss --new-client", 2, "say why with --reason" },
        { "venues connect credential", 1, "put the key into that one" },
        { "venues connect keyless", 1, "client_key: {file: keys/keyless}" },
        { "venues connect wrong", 100, "wrong.yaml" },
        { "venues confirm oslo-grill", 1, "oslo-grill does not wait for an add-on" },
        { "venues confirm nobody", 2, "nobody" },
    };

    (void)unused;
    house_file("venues/credential.yaml", "venue: credential\ncompany: \"923456789\"\nclient_key: {credential: moss}\n");
    house_file("venues/keyless.yaml", "venue: keyless\ncompany: \"923456789\"\n");
    house_file("venues/wrong.yaml", "venue: [wrong\n");
    house_rows(rows, COUNT(rows));
    says(house_bilag_from("two words\n", "venues connect moss"), 2, "that is no client key");
    says(house_bilag_from("short\n", "venues connect moss"), 2, "that is no client key");
    says(house_bilag_from("two words\n", "venues connect moss"), 2, "add-on-2");      /* the step in PowerOffice */
    key_is("");
    for (size_t i = 0; i < 3; i++) {
        char path[128];

        (void)snprintf(path, sizeof path, "%s/venues/%s.yaml", house.folder.path,
                       (const char *const[]){ "credential", "keyless", "wrong" }[i]);
        assert_int_equal(unlink(path), 0);
    }
}

/* Goal: a key is tested at once, or is not believed: what PowerOffice refuses, or what opens others' books, leaves the former one in
 * its place. */
static void pasted(void **unused)
{
    static const struct house_row asked[] = {
        { "venues list", 0, "connected" },
        { "status", 1, "bilag venues confirm moss" },
        { "venues confirm moss --reason 'they wrote'", 0, "moss: QuickOrder has its add-on" },
        { "venues confirm moss", 1, "moss does not wait for an add-on" },
        { "audit moss", 0, "venue-key-refused" },
        { "audit moss", 0, "they wrote" },
    };

    (void)unused;
    says(house_bilag_from("99999999-9999-4999-8999-999999999999\n", "venues connect moss"), 1, "PowerOffice refuses the key");
    house_sandbox("settings", "{\"down\":\"503\"}");
    says(house_bilag_from(MOSS_KEY "\n", "venues connect moss"), 1, "the key is stored and not tested");
    house_sandbox("settings", "{\"down\":\"off\"}");
    says(house_bilag_from(MOSS_KEY "\n", "venues connect moss --reason begin"), 0, "to the books of Moss AS");
    assert_non_null(strstr(house.out, "Send this to QuickOrder"));
    assert_non_null(strstr(house.out, "application key\n  " HOUSE_APP));
    assert_non_null(strstr(house.out, "Which business day is posted first?"));
    assert_null(strstr(house.out, MOSS_KEY));
    house_rows(asked, COUNT(asked));
    says(house_bilag_from("99999999-9999-4999-8999-999999999999\n", "venues connect moss"), 1, "the former key stays");
    says(house_bilag_from(HOUSE_KEY "\n", "venues connect moss"), 1, "opens the books of Grill AS");
    key_is(MOSS_KEY);
    says(house_bilag_from(MOSS_KEY "\n", "venues connect moss"), 0, "connected");
    assert_null(strstr(house.out, "Send this to QuickOrder"));
}

/* Goal: rights that lack are named, until they are granted. */
static void what_lacks(void **unused)
{
    (void)unused;
    house_sandbox("clients", MOSS ",\"privileges\":[\"GeneralLedgerAccount\",\"CommonServices\",\"Department\"]}");
    house_sandbox("settings", "{\"expire_tokens\":\"now\"}");
    says(house_bilag_from(MOSS_KEY "\n", "venues connect moss"), 1, "rights missing");
    assert_non_null(strstr(house.out, "CashVoucher"));
    assert_int_equal(house_bilag("venues list"), 0);
    assert_non_null(strstr(house.out, "rights missing"));
    house_sandbox("clients", MOSS ",\"privileges\":[\"GeneralLedgerAccount\",\"CommonServices\",\"Department\","
                  "\"CashVoucher_Full\",\"AccountTransaction\",\"SalesOrders_Full\",\"OutgoingInvoice\",\"Customer\",\"Product\","
                  "\"ReverseVoucher_Full\",\"VoucherDocumentation_Full\"]}");
    house_sandbox("settings", "{\"expire_tokens\":\"now\"}");
    says(house_bilag_from(MOSS_KEY "\n", "venues connect moss"), 0, "connected");
}

/* --- the browser --- */

static char back[2048];

/* Where PowerOffice's page sends the browser, in back; the command waits meanwhile. */
static void say_yes(void)
{
    time_t end = house_end();
    char ticket[128], path[256], *at;

    while (house_read("out", house.out, sizeof house.out), !(at = strstr(house.out, "ticket=")) || !strchr(at, '\n')) {
        if (time(NULL) > end)
            fail_msg("no address; %s", house.folder.path);
        house_pause();
    }
    (void)str_copy((struct str){ at, strcspn(at, "\n") }, ticket, sizeof ticket);
    (void)snprintf(path, sizeof path, "GET /_sandbox/onboarding?%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
                   ticket);
    house_ask(house.sandbox_port, path, strlen(path), house.out, sizeof house.out);
    at = strstr(house.out, "Location: ");
    assert_non_null(at);
    at += strlen("Location: ");
    (void)str_copy((struct str){ at, strcspn(at, "\r") }, back, sizeof back);
}

/* The browser follows; the whole answer of the command is in house.out. */
static void follow(const char *address)
{
    static const char here[] = "http://localhost:";
    char request[2400];

    assert_memory_equal(address, here, sizeof here - 1);
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n",
                   strchr(address + sizeof here - 1, '/'));
    house_ask(atoi(address + sizeof here - 1), request, strlen(request), house.out, sizeof house.out);
}

static pid_t connect_begin(int input)
{
    char line[] = "venues connect moss --browser";

    house_file("out", "");
    return house_begin(line, input);
}

static int nothing_typed(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    return fd;
}

/* Goal: the key comes by itself, to whoever knows this connection's state and to nobody else. */
static void by_the_browser(void **unused)
{
    int fd = nothing_typed();
    pid_t child = connect_begin(fd);
    char forged[sizeof back], *at;

    (void)unused;
    say_yes();
    (void)memcpy(forged, back, sizeof forged);
    at = strstr(forged, "state=");
    assert_non_null(at);
    at[6] = at[6] == '0' ? '1' : '0';
    follow(forged);
    assert_non_null(strstr(house.out, " 400 "));
    (void)strcpy(strchr(forged, '?'), "");
    follow(forged);
    assert_non_null(strstr(house.out, " 400 "));
    follow(back);
    assert_non_null(strstr(house.out, "Bilag has it."));
    says(house_ended(child, "connect"), 0, "to the books of Moss AS");
    key_is(MOSS_KEY);
    assert_null(strstr(house.out, MOSS_KEY));
    assert_int_equal(close(fd), 0);
}

/* Goal: where the browser is elsewhere its last address is pasted; another one is not of this connection. */
static void pasted_address(void **unused)
{
    static const char wrong[] = "http://localhost/connected?state=abc&token=x\n\n";
    int ends[2];
    pid_t child;

    (void)unused;
    config("en", ", onboarding_return: \"https://pos.example.no/back?from=bilag\"");
    house_sandbox("settings", "{\"onboarding_parameter\":\"onboarding_token\"}");
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    child = connect_begin(ends[0]);
    say_yes();
    assert_memory_equal(back, "https://pos.example.no/back?from=bilag&state=", 45);
    assert_int_equal(write(ends[1], wrong, sizeof wrong - 1), sizeof wrong - 1);
    assert_int_equal(write(ends[1], back, strlen(back)), strlen(back));
    assert_int_equal(write(ends[1], "\n", 1), 1);
    assert_int_equal(shutdown(ends[1], SHUT_WR), 0);
    says(house_ended(child, "connect"), 0, "That address is not of this connection");
    assert_non_null(strstr(house.out, "connected"));
    assert_int_equal(close(ends[0]) | close(ends[1]), 0);
    config("en", "");
    house_sandbox("settings", "{\"onboarding_parameter\":\"token\"}");
}

/* Goal: a no in the browser is said in words that say what to do, and the former key stays. */
static void a_no(void **unused)
{
    static const struct { const char *answer, *words; } rows[] = {
        { "Canceled", "broken off" },           { "ClientNotFound", "organisation number" },
        { "NoClientAccess", "administrator" },  { "IntegrationBlocked", "blocked" },
    };
    int fd = nothing_typed();

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char set[100];
        pid_t child;

        (void)snprintf(set, sizeof set, "{\"onboarding_answer\":\"%s\"}", rows[i].answer);
        house_sandbox("settings", set);
        child = connect_begin(fd);
        say_yes();
        follow(back);
        says(house_ended(child, "connect"), 1, rows[i].words);
    }
    house_sandbox("settings", "{\"onboarding_answer\":\"Success\"}");
    key_is(MOSS_KEY);
    house_sandbox("settings", "{\"down\":\"503\"}");
    says(house_ended(connect_begin(fd), "connect"), 1, "503");
    house_sandbox("settings", "{\"down\":\"off\"}");
    assert_int_equal(close(fd), 0);
}

/* Goal: a company whose books are another client's from now on is moved by a person's word, which is in the trail. */
static void another_client(void **unused)
{
    (void)unused;
    says(house_bilag_from(HOUSE_KEY "\n", "venues connect moss --new-client --reason 'merged into Grill'"), 0,
         "to the books of Grill AS");
    key_is(HOUSE_KEY);
    assert_int_equal(house_bilag("audit moss"), 0);
    assert_non_null(strstr(house.out, "new-client"));
    assert_non_null(strstr(house.out, "merged into Grill"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_key), cmocka_unit_test(pasted),         cmocka_unit_test(what_lacks),
        cmocka_unit_test(by_the_browser), cmocka_unit_test(pasted_address), cmocka_unit_test(a_no),
        cmocka_unit_test(another_client),
    };

    return cmocka_run_group_tests_name("house_connect", tests, start, house_leave);
}
