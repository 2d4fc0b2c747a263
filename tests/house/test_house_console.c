/* Goal: what a bookkeeper presses in the browser takes effect in the stages as the command's own decisions do, is in the trail with
 * her name, and what cannot be done is answered with why; the pages show what the stages hold. */
#include "house_rig.h"

#include "stage/ingestclient.h"

#define main console_main
#include "console/main.c"
#undef main

#define PASSWORD "en god og lang setning"

enum { COOKIE_SIZE = 256 };

static pid_t console;
static int port;
static char cookie[COOKIE_SIZE], page[HOUSE_TEXT];

static const char venue[] =
    "venue: oslo-grill\nname: Oslo Grill\ntimezone: Europe/Oslo\ncompany: \"912345678\"\nclient_key: {file: keys/shared}\n"
    "department: \"10\"\nauto_transfer: false\nauto_invoice: false\nclose: clock\nquiet_seconds: 1\nvat: " HOUSE_VAT "\n"
    "product_types: {food: {account: 3000, product: MAT}, gift_card: {account: 2901}}\n"
    "payment_types: {card: {account: 1570}, cash: {account: 1900}, gift_card: {transfer: false}, credit: {transfer: false}}\n";

/* --- the browser --- */

static int asks(const char *request)
{
    house_ask(port, request, strlen(request), page, sizeof page);
    return strncmp(page, "HTTP/1.1 ", 9) == 0 ? atoi(page + 9) : 0;
}

static void as_expected(const char *path, int is, int status, const char *says)
{
    const char *text = strstr(page, "<main");

    if (is != status || !strstr(page, says))
        fail_msg("%s: %d instead of %d, or not \"%s\"\n%s", path, is, status, says, text ? text : page);
}

static void get(const char *path, int status, const char *says)
{
    char request[2048];

    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: bilag=%s\r\n"
                   "Connection: close\r\n\r\n", path, port, cookie);
    as_expected(path, asks(request), status, says);
}

static void post(const char *path, const char *body, int status, const char *says)
{
    char request[8192];

    (void)snprintf(request, sizeof request, "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: bilag=%s\r\n"
                   "Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
                   path, port, cookie, strlen(body), body);
    as_expected(path, asks(request), status, says);
}

/* The value of the page's first field of this name that begins so. */
static const char *field(const char *name, const char *begins)
{
    static char values[4][400];
    static size_t turn;
    char wanted[64];

    (void)snprintf(wanted, sizeof wanted, "name=\"%s\"", name);
    for (const char *at = strstr(page, wanted); at; at = strstr(at + 1, wanted)) {
        const char *value = strstr(at, "value=\"");

        if (!value || strncmp(value + 7, begins, strlen(begins)) != 0)
            continue;
        turn = (turn + 1) % COUNT(values);
        assert_true(str_copy((struct str){ value + 7, strcspn(value + 7, "\"") }, values[turn], sizeof values[turn]));
        return values[turn];
    }
    fail_msg("no field %s %s\n%s", name, begins, strstr(page, "<main"));
    return "";
}

static void sign_in(const char *name)
{
    char body[200];
    const char *at;

    cookie[0] = '\0';
    (void)snprintf(body, sizeof body, "name=%s&password=en+god+og+lang+setning", name);
    post("/sign-in", body, 303, "bilag=");
    at = strstr(page, "bilag=") + 6;
    (void)str_copy((struct str){ at, strcspn(at, ";") }, cookie, sizeof cookie);
}

/* --- the house with a console --- */

static void start_console(void)
{
    char config[64], text[2048], more[2200];
    char *argv[] = { "bilag-console", "--config", config, NULL };
    time_t end = house_end();

    port = house.port + 9000;            /* no other house has it: each begins at a number of its own */
    (void)house_read("bilag.yaml", text, sizeof text);
    (void)snprintf(more, sizeof more, "%sconsole: {http: \"127.0.0.1:%d\"}\n", text, port);
    house_file("bilag.yaml", more);
    (void)str_copy(str_of(house.folder.path), config, sizeof config);
    (void)fflush(NULL);
    console = fork();
    if (console == 0) {
        house_into("console.log", STDERR_FILENO);
        exit(console_main(3, argv));
    }
    while (asks("GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n") != 200) {
        if (time(NULL) > end || waitpid(console, NULL, WNOHANG) != 0)
            fail_msg("no console; %s", house.folder.path);
        house_pause();
    }
}

static int start(void **unused)
{
    (void)unused;
    house_make(NULL);
    house_sandbox("clients", "{\"client_key\":\"" HOUSE_KEY "\",\"lock_date\":\"2026-11-10\"}");
    house_file("venues/oslo-grill.yaml", venue);
    assert_int_equal(house_bilag_from(PASSWORD "\n", "users add kari --company 912345678 --role decides,sets-up"), 0);
    assert_int_equal(house_bilag_from(PASSWORD "\n", "users add drift --all-companies --language nb --role "
                                      "decides,sets-up,operates"), 0);
    assert_int_equal(house_bilag_from(PASSWORD "\n", "users add ola --company 912345678"), 0);
    start_console();
    house_start_all();
    return 0;
}

static int stop(void **unused)
{
    int how;

    (void)unused;
    assert_int_equal(kill(console, SIGTERM), 0);
    assert_int_equal(waitpid(console, &how, 0), console);
    house_end_all();
    return WIFEXITED(how) && WEXITSTATUS(how) == 0 ? 0 : -1;
}

static void sales(void **unused)
{
    struct strbuf body;

    (void)unused;
    strbuf_init(&body, 1 << 16);
    house_sale(&body, "2026-11-09", 1, "food", 10000, "card");
    house_sale(&body, "2026-11-12", 2, "food", 100, "odd");
    house_sale(&body, "2026-11-12", 3, "food", 200, "card");
    house_sale(&body, "2026-11-20", 4, "food", 12500, "card");
    house_sale(&body, "2026-11-20", 5, "food", 2500, "card");
    house_sale(&body, "2026-11-20", 6, "food", 5000, "gift_card");
    house_sale(&body, "2026-11-20", 7, "food", 7500, "credit");
    strbuf_add(&body, STR("{\"v\":1,\"venue\":\"nowhere\",\"register\":\"K1\",\"seq\":1,\"kind\":\"receipt\","
                          "\"time\":\"2026-11-22T18:00:00+01:00\",\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":500}],"
                          "\"payments\":[{\"type\":\"card\",\"amount\":500}]}\n"));
    house_import(house_text(&body));
    (void)house_bilag_from("{not json\n", "import -");
    strbuf_free(&body);
    house_until("status --red", "payment-type-unmapped");
    house_until("status --red", "period-locked");
    house_until("status --json", "\"state\":\"waiting\"");
}

/* Goal: transfer is pressed, and the day is in PowerOffice; the receipts behind its lines make its sum. */
static void transferred(void **unused)
{
    char body[600];

    (void)unused;
    sign_in("kari");
    get("/", 200, "Oslo Grill");
    get("/venues/oslo-grill/days/2026-11-20", 200, "150,00");
    (void)snprintf(body, sizeof body, "token=%s&document=%s&back=/venues/oslo-grill", field("token", ""),
                   field("document", "oslo-grill/2026-11-20/1@"));
    post("/venues/oslo-grill/transfer", body, 303, "Location: /venues/oslo-grill?said=");
    house_until("status --json", "\"state\":\"sent\"");
    post("/venues/oslo-grill/transfer", body, 409, "has decided about oslo-grill/2026-11-20/1 since you saw it: transfer");
    get("/venues/oslo-grill/days/2026-11-20/1/lines/1", 200, "Together 150,00 kr, the line is 150,00 kr.");
    assert_non_null(strstr(page, "K1/4"));
    assert_null(strstr(page, "K1/6"));
    get("/venues/oslo-grill/days/2026-11-20/1/lines/9", 404, "There is no such line.");
    get("/venues/oslo-grill/days/2026-11-20/7/lines/1", 404, "");
    get("/venues/oslo-grill/days/2026-11-20/1/settlement.pdf", 200, "%PDF-");
    get("/venues/oslo-grill/vouchers.csv?from=2026-11-01&to=2026-11-30", 200, "1570");
}

/* Goal: what is by hand is listed with its sums, and ticked off once with what was done. */
static void by_hand(void **unused)
{
    static const char list[] = "/venues/oslo-grill/manual?from=2026-11-01&to=2026-11-30";
    char body[600], item[100];

    (void)unused;
    get("/venues/oslo-grill/manual?from=2026-11-30&to=2026-11-01", 400, "A period is a year at most");
    get(list, 200, "order K1-7");
    assert_non_null(strstr(page, "gift card used"));
    (void)snprintf(item, sizeof item, "%s", field("item", ""));
    (void)snprintf(body, sizeof body, "token=%s&item=%s&from=2026-11-01&to=2026-11-30&reason=", field("token", ""), item);
    post("/venues/oslo-grill/manual", body, 400, "Say the number of the invoice");
    (void)strcat(body, "invoice+77");
    post("/venues/oslo-grill/manual", body, 303, "said=");
    post("/venues/oslo-grill/manual", body, 409, "it is ticked off already, by kari");
    get(list, 200, "kari (console), invoice 77");
    (void)snprintf(body, sizeof body, "token=%s&item=none&from=2026-11-01&to=2026-11-30&reason=x", field("token", ""));
    post("/venues/oslo-grill/manual", body, 409, "not on the list any more");
}

/* Goal: a locked day is posted on another one that is open; a receipt is left out and put back; each as the command would. */
static void decided(void **unused)
{
    char body[900], seen[400], token[200];
    const char *at;

    (void)unused;
    get("/venues/oslo-grill/days/2026-11-09", 200, "2026-11-10");
    (void)snprintf(token, sizeof token, "%s", field("token", ""));
    (void)snprintf(seen, sizeof seen, "%s", field("document", "oslo-grill/2026-11-09/1@"));
    (void)snprintf(body, sizeof body, "token=%s&document=%s&deed=post-on&reason=late&day=soon", token, seen);
    post("/decide", body, 400, "A day such as 2026-11-20 is needed.");
    (void)snprintf(body, sizeof body, "token=%s&document=%s&deed=post-on&reason=late&day=2026-11-10", token, seen);
    post("/decide", body, 409, "is locked as well");
    (void)snprintf(body, sizeof body, "token=%s&document=%s&deed=accept&reason=late&code=none", token, seen);
    post("/decide", body, 400, "Which problem?");
    (void)snprintf(body, sizeof body, "token=%s&document=%s&deed=resend&reason=late", token, seen);
    post("/decide", body, 409, "");
    (void)snprintf(body, sizeof body, "token=%s&document=%s&deed=post-on&reason=late&day=2026-11-12", token, seen);
    post("/decide", body, 303, "said=");
    house_until("explain oslo-grill/2026-11-09/1", "posted on 2026-11-12");
    (void)snprintf(body, sizeof body, "token=%s&receipt=nonsense&reason=test", token);
    post("/leave-out", body, 404, "There is no such receipt.");
    (void)snprintf(body, sizeof body, "token=%s&receipt=oslo-grill/K1/99&reason=test", token);
    post("/leave-out", body, 409, "");
    (void)snprintf(body, sizeof body, "token=%s&receipt=oslo-grill/K1/2&reason=+", token);
    post("/leave-out", body, 400, "Say why");
    (void)snprintf(body, sizeof body, "token=%s&receipt=oslo-grill/K1/2&reason=a+test", token);
    post("/leave-out", body, 303, "said=");
    house_until("manual --venue oslo-grill --from 2026-11-12 --to 2026-11-12", "K1/2");
    get("/venues/oslo-grill/manual?from=2026-11-12&to=2026-11-12", 200, "K1/2");
    get("/audit", 200, "receipt left out");
    at = field("number", "");
    (void)snprintf(body, sizeof body, "token=%s&number=%s&reason=+", token, at);
    post("/undo", body, 400, "Say why");
    (void)snprintf(body, sizeof body, "token=%s&number=%s&reason=no+test", token, at);
    post("/undo", body, 303, "said=");
    post("/undo", body, 409, "");
    (void)snprintf(body, sizeof body, "token=%s&number=9999&reason=x", token);
    post("/undo", body, 404, "There is no such decision.");
    house_until("manual --venue oslo-grill --from 2026-11-12 --to 2026-11-12", "nothing is to be");
    assert_int_equal(house_bilag("audit oslo-grill"), 0);
    assert_non_null(strstr(house.out, "kari"));
}

/* Goal: a till's customer is connected to one of PowerOffice's, and stands so where he is to be invoiced. */
static void connected(void **unused)
{
    char body[400], token[200];

    (void)unused;
    get("/venues/oslo-grill/customers", 200, "customer");
    (void)snprintf(token, sizeof token, "%s", field("token", ""));
    (void)snprintf(body, sizeof body, "token=%s&till_customer=kunde&number=ten", token);
    post("/venues/oslo-grill/customers", body, 400, "such as 10001");
    (void)snprintf(body, sizeof body, "token=%s&till_customer=kunde&number=10001", token);
    post("/venues/oslo-grill/customers", body, 303, "said=");
    get("/venues/oslo-grill/manual?from=2026-11-20&to=2026-11-20", 200, "customer kunde (10001 in PowerOffice)");
    get("/venues/oslo-grill/orders", 200, "");
}

/* Goal: refused lines and parked sales are an operator's, in his language; whoever only reads presses nothing. */
/* Until the page says it; loaded again, as a browser does by itself. */
static void comes_to_say(const char *path, const char *says)
{
    time_t end = house_end();

    for (;;) {
        get(path, 200, "");
        if (strstr(page, says))
            return;
        if (time(NULL) > end)
            fail_msg("%s: never \"%s\"\n%s", path, says, strstr(page, "<main"));
        house_pause();
    }
}

/* Goal: PowerOffice is asked through the uploader, and a client key that is pasted is in use, or is told to be refused. */
static void keyed_by_kari(void **unused)
{
    char body[400], token[200];

    (void)unused;
    sign_in("kari");
    get("/venues/oslo-grill/connect", 200, "client key");
    (void)snprintf(token, sizeof token, "%s", field("token", ""));
    (void)snprintf(body, sizeof body, "token=%s&back=/venues/oslo-grill/connect", token);
    post("/venues/oslo-grill/connect/ask", body, 303, "");
    comes_to_say("/venues/oslo-grill/connect", "and has answered");
    (void)snprintf(body, sizeof body, "token=%s&seen=%s&key=no+key", token, field("seen", ""));
    post("/venues/oslo-grill/connect", body, 400, "");
    get("/venues/oslo-grill/connect", 200, "");
    (void)snprintf(body, sizeof body, "token=%s&seen=%s&key=00000000-0000-4000-8000-000000000009", token, field("seen", ""));
    post("/venues/oslo-grill/connect", body, 303, "");
    comes_to_say("/venues/oslo-grill/connect", "is not in use");
    (void)snprintf(body, sizeof body, "token=%s&seen=%s&key=" HOUSE_KEY, token, field("seen", ""));
    post("/venues/oslo-grill/connect", body, 303, "");
    comes_to_say("/venues/oslo-grill/connect", "Connected to the books of");
    comes_to_say("/venues/oslo-grill/connect", "and has answered");
    get("/venues/oslo-grill/setup", 200, "Ask PowerOffice now");
}

static char bearer[100];

static void program_asks(const char *method, const char *path, const char *body, int status, const char *says)
{
    char request[4096];

    (void)snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
                   "Connection: close\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", method, path, port,
                   bearer, strlen(body), body);
    as_expected(path, asks(request), status, says);
}

/* Goal: a program that shows a person's token reads what the pages show, and does what she may. */
static void programs(void **unused)
{
    static const char *const readings[] = {
        "/api/v1", "/api/v1/me", "/api/v1/venues?q=oslo&red=1", "/api/v1/venues/oslo-grill/month?month=2026-11",
        "/api/v1/venues/oslo-grill/days/2026-11-20", "/api/v1/venues/oslo-grill/days/2026-11-20/1/lines/1",
        "/api/v1/venues/oslo-grill/documents?from=2026-11-01&to=2026-11-30", "/api/v1/venues/oslo-grill/receipt?name=K1/4",
        "/api/v1/venues/oslo-grill/document?id=oslo-grill/2026-11-20/1", "/api/v1/venues/oslo-grill/customers",
        "/api/v1/venues/oslo-grill/requests?document=oslo-grill/2026-11-20/1", "/api/v1/venues/oslo-grill/setup",
        "/api/v1/venues/oslo-grill/manual?from=2026-11-01&to=2026-11-30", "/api/v1/refused", "/api/v1/status", "/api/v1/stages",
        "/api/v1/not-in-use", "/api/v1/audit", "/api/v1/users", "/api/v1/tokens", "/api/v1/venues/oslo-grill/connection",
    };
    char body[400];
    const char *at;

    (void)unused;
    sign_in("drift");
    get("/me", 200, "");
    (void)snprintf(body, sizeof body, "token=%s&seen=%s&about=a+test&password=en+god+og+lang+setning", field("token", ""),
                   field("seen", ""));
    post("/me/tokens", body, 200, "<code");
    at = strstr(strstr(page, "<code"), ">") + 1;
    (void)str_copy((struct str){ at, strcspn(at, "<") }, bearer, sizeof bearer);
    for (size_t i = 0; i < COUNT(readings); i++)
        program_asks("GET", readings[i], "", 200, "");
    program_asks("GET", "/metrics", "", 200, "");
    assert_int_equal(house_bilag("forget --venue oslo-grill --customer kunde --reason asked --yes"), 1);  /* all run */
    program_asks("GET", "/api/v1/venues/oslo-grill/documents?from=yesterday", "", 400, "");
    program_asks("POST", "/api/v1/venues/oslo-grill/acts", "{\"act\":\"read-books\"}", 200, "decision");
    program_asks("POST", "/api/v1/venues/oslo-grill/acts", "{\"act\":7}", 400, "");
    program_asks("POST", "/api/v1/venues/oslo-grill/acts", "{\"act\":\"give-key\",\"key\":\"x\",\"seen\":99999}", 400,
                 "klientnøkkel");
    program_asks("POST", "/api/v1/venues/nowhere/acts", "{\"act\":\"ask\"}", 404, "");
    program_asks("POST", "/api/v1/venues/oslo-grill/customers/look",
                 "{\"connections\":[{\"till_customer\":\"kunde\",\"number\":10001},{\"till_customer\":\"x\",\"number\":1}]}", 200,
                 "\"stands\":\"connected\"");
    program_asks("POST", "/api/v1/acts", "{\"act\":\"undo\",\"decision\":9999,\"reason\":\"x\"}", 404, "");
}

/* As a former program refused it: a sale, and the reason of then. */
static void keep_refused(uint64_t line, const char *text)
{
    const struct ingest_item item = { line, str_of(text), STR("oslo-grill is not set up here") };
    struct ingestclient *client;
    struct ingest_answer answer;
    struct fault fault;
    struct arena arena;
    char run[128];

    arena_init(&arena, 1 << 20);
    (void)snprintf(run, sizeof run, "%s/r", house.folder.path);
    assert_int_equal(ingestclient_open(str_of(run), 1, &client, &fault), ERR_OK);
    assert_int_equal(ingestclient_send(client, STR("kept.ndjson"), &item, 1, 10000, &arena, &answer, &fault), ERR_OK);
    assert_int_equal(answer.rejected, 1);
    ingestclient_close(client);
    arena_free(&arena);
}

/* Goal: a refused line whose cause is gone is taken in, once. */
static void taken_in_again(void **unused)
{
    struct strbuf sale;
    char body[600];

    (void)unused;
    strbuf_init(&sale, 4096);
    house_sale(&sale, "2026-11-23", 8, "food", 4200, "card");
    keep_refused(1, house_text(&sale));
    strbuf_free(&sale);
    sign_in("drift");
    get("/refused", 200, "kan tas inn nå");
    (void)snprintf(body, sizeof body, "token=%s&what=line&subject=import/kept.ndjson+line+1&so_far=%s&seen=%s&reason=",
                   field("token", ""), field("so_far", ""), field("seen", ""));
    post("/refused/retry", body, 400, "");
    (void)strcat(body, "satt+opp");
    post("/refused/retry", body, 303, "said=");
    post("/refused/retry", body, 404, "");
    house_until("explain oslo-grill/K1/8", "42,00");
    assert_int_equal(house_bilag("refused retry"), 1);       /* the one that is none is left */
    assert_non_null(strstr(house.out, "0 taken in"));
}

/* Goal: what a set-up would change is shown whole before it is saved, and nothing is saved by looking. */
static void shown_before(void **unused)
{
    char body[1200];

    (void)unused;
    sign_in("kari");
    get("/venues/oslo-grill/setup", 200, "Show what changes");
    (void)snprintf(body, sizeof body, "token=%s&stamp=%s&step=look&s/product_types/%%2B0/type=vin"
                   "&s/product_types/%%2B0/account=3010&s/payment_types/%%2B0/type=app&s/payment_types/%%2B0/account=1571"
                   "&s/payment_types/%%2B0/transfer=1&s/vat/normal/code=33", field("token", ""), field("stamp", ""));
    post("/venues/oslo-grill/setup", body, 200, "VAT code 33");
    assert_non_null(strstr(page, "vin: Sales account"));
    assert_non_null(strstr(page, "app: Account"));
    get("/venues/oslo-grill/setup", 200, "");
    assert_string_equal(field("s/vat/normal/code", ""), "3");
}

static void each_by_right(void **unused)
{
    char body[400];

    (void)unused;
    get("/refused", 403, "");
    sign_in("drift");
    get("/refused", 200, "Avviste linjer");
    assert_non_null(strstr(page, "nowhere"));
    assert_non_null(strstr(page, "1 bong på 5,00 kr"));
    assert_non_null(strstr(page, "ingen hendelse"));
    get("/venues/oslo-grill/days/2026-11-20/1/lines/1", 200, "Til sammen 150,00 kr, linjen er 150,00 kr.");
    get("/venues/oslo-grill/manual?from=2026-11-01&to=2026-11-30", 200, "kari (console), invoice 77");
    sign_in("ola");
    get("/venues/oslo-grill/manual?from=2026-11-01&to=2026-11-30", 200, "order K1-7");
    assert_null(strstr(page, "name=\"item\""));
    get("/venues/oslo-grill/days/2026-11-12", 200, "");
    (void)snprintf(body, sizeof body, "token=%s&receipt=oslo-grill/K1/2&reason=a+test", field("token", ""));
    post("/leave-out", body, 403, "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(sales),   cmocka_unit_test(transferred), cmocka_unit_test(by_hand),
        cmocka_unit_test(decided), cmocka_unit_test(connected),   cmocka_unit_test(each_by_right),
        cmocka_unit_test(keyed_by_kari), cmocka_unit_test(programs), cmocka_unit_test(taken_in_again),
        cmocka_unit_test(shown_before),
    };

    return cmocka_run_group_tests_name("house_console", tests, start, stop);
}
