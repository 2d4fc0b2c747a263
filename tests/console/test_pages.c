/* Goal: each page says what the stores hold, in both languages, to whoever may see it and to nobody else; what is pressed is
 * judged and stands in the audit trail with the person's name. The console runs in a child, over stores that a mapper's parts
 * have filled; no other stage runs. */
#include "tests/mapper/mapper_rig.h"

#include "bilag/read/overview.h"
#include "domain/audit.h"
#include "sender/docs.h"
#include "domain/user_tokens.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#define main console_main
#include "console/main.c"
#undef main

#define PASSWORD "en god og lang setning"
#define PASSWORD_TEXT "en+god+og+lang+setning"

enum { PAGE_MAX = 1 << 20, PATIENCE_S = 60 };

static struct rig rig;
static pid_t console;
static int port;
static char page[PAGE_MAX], cookie[256];
static struct { const char *name; char token[USER_TOKEN_SIZE]; } askers[] = {
    { "kari", "" }, { "ola", "" }, { "drift", "" }, { "other", "" }, { "", "" },
};

/* --- the console, over filled stores --- */

static int free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(close(fd), 0);
    return ntohs(address.sin_port);
}

static void fill(void)
{
    rig_sale(&rig, 1, "2026-11-20T12:00:00+01:00", "food", 10000, "card");
    rig_sale(&rig, 2, "2026-11-20T12:01:00+01:00", "beer", 5000, "cash");
    rig_sale(&rig, 3, "2026-11-20T12:02:00+01:00", "food", 2500, "credit");
    rig_sale(&rig, 4, "2026-11-21T12:00:00+01:00", "wine", 7700, "card");
    rig_sale(&rig, 5, "2026-11-23T12:00:00+01:00", "food", 4400, "card");
    rig_sale(&rig, 1, "2026-11-24T12:00:00+01:00", "food", 900, "card");         /* the number of another one */
    rig_event(&rig, "\"register\":\"K1\",\"seq\":9,\"kind\":\"cash_movement\",\"time\":\"2026-11-21T23:00:00+01:00\","
              "\"amount\":-20000,\"reason\":\"<b>bank</b>\"");
    (void)rig_look(&rig);
}

struct sending { struct str doc; enum doc_state state; struct docs *docs; struct str bytes; };

static enum err lend_draft(struct txn *txn, void *context)
{
    struct sending *sending = context;
    struct str bytes;
    enum err err = offer_draft(txn, sending->doc, &bytes);

    if (!err)
        sending->bytes = arena_copy(&rig.event_arena, bytes);
    return err;
}

static enum err put_record(struct txn *txn, void *context)
{
    const struct sending *sending = context;
    struct record record = { .state = sending->state, .venue = STR("v"), .client_id = STR("c1"), .company = STR("912345678"),
                             .draft = sending->bytes, .first_ms = 1, .since_ms = 1, .round = 1 };
    struct draft draft;

    NEEDED(draft_decode(sending->bytes, &rig.event_arena, &draft));
    record.day = draft.doc.day;
    record.revision = draft.revision;
    NEEDED(record_set_problems(&record, &rig.event_arena, &draft.problems));
    if (sending->state == DOC_SENT) {
        record.sealed = true;
        record.id = STR("5d2f8c0e-0000-4000-8000-000000000001");
        record.number = 1187;
        record.sent_ms = 1795400000000;
    }
    NEEDED(docs_note(txn, sending->doc, &record, 7, STR("sealed"), STR("detail"), true));
    return docs_save(txn, sending->doc, NULL, &record);
}

/* What the senders would have made of the drafts. */
static void send_all(const char *state_dir)
{
    static const struct { const char *doc, *stage; enum doc_state state; } rows[] = {
        { "v/2026-11-20/1", "uploader", DOC_SENT },   { "v/2026-11-21/1", "uploader", DOC_HELD },
        { "v/2026-11-23/1", "uploader", DOC_WAITING }, { "v/order/K1/3", "invoicer", DOC_HELD },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sending sending = { .doc = str_of(rows[i].doc), .state = rows[i].state };
        struct fault fault = { "" };

        NEEDED(store_read(rig.store, lend_draft, &sending));
        NEEDED(docs_open(str_of(state_dir), rows[i].stage, 0, &sending.docs, &fault));
        NEEDED(store_write(docs_store(sending.docs), put_record, &sending));
        docs_close(sending.docs);
    }
}

static void add_user(struct users *users, const char *name, const char *language, uint32_t roles, const char *company)
{
    struct user_company of = { str_of(company) };
    struct user user = { .name = str_of(name), .language = str_of(language), .roles = roles, .companies = &of,
                         .company_count = *company ? 1 : 0, .all_companies = !*company, .changed_ms = 1 };

    NEEDED(user_hash(STR(PASSWORD), &rig.event_arena, &user.hash));
    NEEDED(users_add(users, &user));
}

static void settle_in(void)
{
    char state[128], made[128], mapper[160], place[200];
    char *root;
    struct fault fault = { "" };
    struct users *users;
    uint64_t number;

    (void)snprintf(state, sizeof state, "%s/state", rig.folder.path);
    (void)snprintf(made, sizeof made, "%s/made", rig.folder.path);
    (void)snprintf(mapper, sizeof mapper, "%s/mapper", made);
    assert_int_equal(mkdir(made, 0700), 0);
    send_all(made);
    store_close(rig.store);
    rig.store = NULL;
    assert_int_equal(rename(state, mapper), 0);
    assert_int_equal(rename(made, state), 0);
    NEEDED(users_open(str_of(state), 0, &users, &fault));
    add_user(users, "kari", "en", ROLE_READS | ROLE_DECIDES | ROLE_SETS_UP, "912345678");
    add_user(users, "ola", "nb", ROLE_READS, "912345678");
    add_user(users, "drift", "en", ROLE_ALL, "");
    add_user(users, "other", "en", ROLE_ALL & ~ROLE_OPERATES, "987654321");
    for (size_t i = 0; i < COUNT(askers); i++)
        if (*askers[i].name)
            NEEDED(user_tokens_add(users, str_of(askers[i].name), STR("tests"), 1, askers[i].token, &number));
    users_close(users);
    (void)snprintf(place, sizeof place, "run_dir: %s/run\nconsole: {http: \"127.0.0.1:%d\"}\n", rig.folder.path, port);
    root = replaced(good_root, "run_dir: /run/bilag-test\n", place);
    folder_write(&rig.folder, "bilag.yaml", root, strlen(root), 0644);
    free(root);
    (void)snprintf(made, sizeof made, "%s/run", rig.folder.path);
    assert_int_equal(mkdir(made, 0700), 0);
}

/* One request as it stands; the whole answer lies in page. False: nobody answers. */
static bool asks(const char *request)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t got = 0, len = strlen(request);
    ssize_t part;

    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, request, len, MSG_NOSIGNAL) == (ssize_t)len)
        while (got < sizeof page - 1 && (part = recv(fd, page + got, sizeof page - 1 - got, 0)) > 0)
            got += (size_t)part;
    page[got] = '\0';
    (void)close(fd);
    return got > 0;
}

static int status_of(void)
{
    return strncmp(page, "HTTP/1.1 ", 9) == 0 ? atoi(page + 9) : 0;
}

static int get(const char *path)
{
    char request[2048];

    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: bilag=%s\r\n"
                   "Connection: close\r\n\r\n", path, port, cookie);
    assert_true(asks(request));
    return status_of();
}

static int post(const char *path, const char *body)
{
    char request[8192];

    (void)snprintf(request, sizeof request, "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: bilag=%s\r\n"
                   "Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
                   path, port, cookie, strlen(body), body);
    assert_true(asks(request));
    return status_of();
}

static int begin(void **unused)
{
    char config[64];
    char *argv[] = { "bilag-console", "--config", config, NULL };
    time_t end = time(NULL) + PATIENCE_S;

    (void)unused;
    rig_make(&rig);
    fill();
    port = free_port();
    settle_in();
    (void)str_copy(str_of(rig.folder.path), config, sizeof config);
    (void)fflush(NULL);
    console = fork();
    if (console == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(99);
        exit(console_main(3, argv));
    }
    while (!asks("GET /style.css HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        if (time(NULL) > end || waitpid(console, NULL, WNOHANG) != 0)
            return -1;
        else
            (void)nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
    return 0;
}

static int end(void **unused)
{
    int how;

    (void)unused;
    assert_int_equal(kill(console, SIGTERM), 0);
    assert_int_equal(waitpid(console, &how, 0), console);
    rig_free(&rig);
    return WIFEXITED(how) && WEXITSTATUS(how) == 0 ? 0 : -1;
}

static void signed_in_as(const char *name)
{
    char body[200];
    const char *at;

    cookie[0] = '\0';
    (void)snprintf(body, sizeof body, "name=%s&password=en+god+og+lang+setning", name);
    assert_int_equal(post("/sign-in", body), 303);
    at = strstr(page, "bilag=");
    assert_non_null(at);
    (void)str_copy((struct str){ at + 6, strcspn(at + 6, ";") }, cookie, sizeof cookie);
}

/* The value of the first field of this name whose value begins so; static. */
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
    (void)fputs(page, stdout);
    fail_msg("no field %s %s", name, begins);
    return "";
}

/* --- what is seen --- */

static void pages(void **unused)
{
    static const struct { const char *who, *path; int status; const char *says; } rows[] = {
        { "", "/", 303, "/sign-in" },
        { "", "/sign-in", 200, "name=\"password\"" },
        { "", "/favicon.ico", 204, "" },
        { "", "/nowhere", 404, "There is no such page." },
        { "kari", "/", 200, "v" },
        { "kari", "/sign-in", 303, "" },
        { "kari", "/venues/v", 200, "November 2026" },
        { "kari", "/venues/v?month=2026-11", 200, "/venues/v/days/2026-11-20" },
        { "kari", "/venues/v/days/2026-11-20", 200, "1187" },
        { "kari", "/venues/v/days/2026-11-21", 200, "wine" },
        { "kari", "/venues/v/days/2026-11-22", 200, "" },
        { "kari", "/venues/v/days/yesterday", 404, "" },
        { "kari", "/venues/v/period?from=2026-11-01&to=2026-11-30", 200, "2026" },
        { "kari", "/venues/v/vouchers.csv?from=2026-11-01&to=2026-11-30", 200, "1570" },
        { "kari", "/venues/v/days/2026-11-20/1/settlement.pdf", 200, "%PDF-" },
        { "kari", "/venues/v/days/2026-11-20/7/settlement.pdf", 404, "" },
        { "kari", "/venues/v/orders", 200, "25,00" },
        { "kari", "/venues/v/customers", 200, "" },
        { "kari", "/venues/v/manual?from=2026-11-01&to=2026-11-30", 200, "&#60;b&#62;bank&#60;/b&#62;" },
        { "kari", "/audit", 200, "" },
        { "kari", "/refused", 403, "role" },
        { "kari", "/venues/v/setup", 200, "Sales account" },
        { "ola", "/venues/v/setup", 403, "Rollen" },
        { "drift", "/venues/v/setup", 200, "Product types" },
        { "other", "/venues/v/setup", 404, "not yours to see" },
        { "kari", "/venues/nobody/setup", 404, "" },
        { "kari", "/venues/nobody", 404, "not yours to see" },
        { "ola", "/", 200, "Logg ut" },
        { "ola", "/venues/v", 200, "november 2026" },
        { "ola", "/venues/v/days/2026-11-21", 200, "Varetypen" },
        { "ola", "/venues/v/period?from=2026-11-01&to=2026-11-30", 200, "" },
        { "ola", "/venues/v/orders", 200, "" },
        { "ola", "/venues/v/customers", 200, "" },
        { "ola", "/venues/v/manual?from=2026-11-01&to=2026-11-30", 200, "" },
        { "ola", "/audit", 200, "" },
        { "kari", "/venues/v/receipt", 200, "Find a receipt" },
        { "kari", "/venues/v/receipt?name=K1/2", 200, "50,00" },
        { "kari", "/venues/v/receipt?name=K1/1", 200, "K1/1 becomes K1~2/1" },
        { "ola", "/venues/v/receipt?name=K1/1", 200, "9,00" },
        { "kari", "/venues/v/receipt?name=K1/77", 404, "not known" },
        { "kari", "/venues/v/receipt?name=x", 400, "no receipt" },
        { "ola", "/venues/v/receipt?name=K1/3", 200, "Hvor den er" },
        { "kari", "/venues/v/many?deed=by-hand&from=2026-11-01&to=2026-11-30", 200, "v/2026-11-21/1" },
        { "kari", "/venues/v/many?deed=leave-out&problem=vat-unmapped&from=2026-11-01&to=2026-11-30", 200, "Nothing of these" },
        { "kari", "/venues/v/many?deed=transfer", 404, "" },
        { "kari", "/venues/v/many?deed=by-hand&from=2026-11-30&to=2026-11-01", 400, "" },
        { "ola", "/venues/v/many?deed=by-hand", 403, "" },
        { "kari", "/venues/v/requests?document=v/2026-11-20/1", 200, "Nothing was sent" },
        { "kari", "/venues/v/requests?document=v/2026-11-29/1", 404, "" },
        { "kari", "/venues/v/customers/import", 200, "textarea" },
        { "kari", "/new-venue", 200, "Short name" },
        { "kari", "/me", 200, "New password" },
        { "kari", "/users", 403, "role" },
        { "drift", "/refused", 200, "" },
        { "drift", "/operate", 200, "bilag-mapper 0" },
        { "drift", "/users", 200, "Password, 12" },
        { "drift", "/tokens", 200, "A new token" },
        { "other", "/venues/v/receipt?name=K1/2", 404, "" },
        { "other", "/venues/v/requests?document=v/2026-11-20/1", 404, "" },
        { "other", "/venues/v/many?deed=by-hand", 404, "" },
        { "other", "/venues/v/customers/import", 404, "" },
        { "other", "/", 200, "" },
        { "other", "/venues/v", 404, "not yours to see" },
        { "other", "/venues/v/days/2026-11-20", 404, "" },
        { "other", "/venues/v/vouchers.csv?from=2026-11-01&to=2026-11-30", 404, "" },
        { "other", "/venues/v/days/2026-11-20/1/settlement.pdf", 404, "" },
    };
    const char *who = "";
    size_t wrong = 0;

    (void)unused;
    cookie[0] = '\0';
    for (size_t i = 0; i < COUNT(rows); i++) {
        int status;

        if (strcmp(rows[i].who, who) != 0)
            signed_in_as(who = rows[i].who);
        status = get(rows[i].path);
        if (status == rows[i].status && (memmem(page, strlen(page), rows[i].says, strlen(rows[i].says))))
            continue;
        print_message("%s %s: %d, must be %d with %s\n%.2500s\n", rows[i].who, rows[i].path, status, rows[i].status,
                      rows[i].says, strstr(page, "<main") ? strstr(page, "<main") : page);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static void not_for_others(void **unused)
{
    static const struct { const char *request; int status; } rows[] = {
        { "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421 },
        { "PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 405 },
        { "POST /decide HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 403 },
        { "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n"
          "Connection: close\r\n\r\n", 403 },
        { "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nConnection: close\r\n\r\n%zz", 400 },
        { "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 19\r\nConnection: close\r\n\r\nname=%e6&password=x", 400 },
        { "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 26\r\nConnection: close\r\n\r\nname=kari&password=falsch!", 403 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_true(asks(rows[i].request));
        if (status_of() != rows[i].status)
            fail_msg("%s%.400s", rows[i].request, page);
    }
}

/* --- what is pressed --- */

struct found { const char *verb; size_t count; };

static enum err find(const struct decision *decision, void *context)
{
    struct found *found = context;

    if (str_equal(decision->verb, str_of(found->verb)) && str_equal(decision->who, STR("kari (console)")))
        found->count++;
    return ERR_OK;
}

static size_t decisions(const char *verb)
{
    char state[128];
    struct found found = { verb, 0 };
    struct audit *audit;

    (void)snprintf(state, sizeof state, "%s/state", rig.folder.path);
    if (audit_open_there(str_of(state), &audit, NULL))
        return 0;
    NEEDED(audit_read(audit, 1, find, &found));
    audit_close(audit);
    return found.count;
}

/* What was just done is told with a link to look again; only where nothing is typed or ticked the page does so by itself. */
static void told_after(const char *said)
{
    static const struct { const char *page, *again; bool by_itself; } rows[] = {
        { "/venues/v?", "/venues/v", true },                     { "/venues/v?month=2026-11&", "/venues/v?month=2026-11", true },
        { "/?", "/", false },                                    { "/venues/v/days/2026-11-23?", "/venues/v/days/2026-11-23", false },
        { "/venues/v/period?from=2026-11-01&", "/venues/v/period?from=2026-11-01", false },
    };
    char path[160], number[32], link[160];

    (void)str_copy((struct str){ said, strcspn(said, "\r") }, number, sizeof number);
    for (size_t i = 0; i < COUNT(rows); i++) {
        (void)snprintf(path, sizeof path, "%s%s", rows[i].page, number);
        assert_int_equal(get(path), 200);
        (void)snprintf(link, sizeof link, "<a href=\"%s\">Look again</a>", rows[i].again);
        if (!strstr(page, link) || (strstr(page, "\nRefresh: 2; url=/") != NULL) != rows[i].by_itself)
            fail_msg("%s: %s", path, page);
    }
}

static void pressed(void **unused)
{
    const char *token, *held;
    char body[1200];

    (void)unused;
    signed_in_as("kari");
    assert_int_equal(get("/venues/v/days/2026-11-21"), 200);
    token = field("token", "");
    held = field("document", "v/2026-11-21/1@");
    (void)snprintf(body, sizeof body, "token=%s&document=%s&deed=by-hand&reason=+", token, held);
    assert_int_equal(post("/decide", body), 400);            /* why? */
    (void)snprintf(body, sizeof body, "token=%s&document=%s&deed=nonsense&reason=r", token, held);
    assert_int_equal(post("/decide", body), 400);
    (void)snprintf(body, sizeof body, "token=%s&document=v/2026-11-21/1@9.9&deed=by-hand&reason=r", token);
    assert_int_equal(post("/decide", body), 409);            /* it was seen as it is not */
    (void)snprintf(body, sizeof body, "token=nonsense&document=%s&deed=by-hand&reason=r", held);
    assert_int_equal(post("/decide", body), 403);
    assert_int_equal(decisions("by-hand"), 0);
    (void)snprintf(body, sizeof body, "token=%s&document=%s&deed=by-hand&reason=typed+in&back=/venues/v", token, held);
    if (post("/decide", body) != 303)
        fail_msg("%s", strstr(page, "<main"));
    assert_non_null(strstr(page, "Location: /venues/v?said="));
    assert_int_equal(decisions("by-hand"), 1);
    told_after(strstr(page, "said="));
    assert_int_equal(get("/audit"), 200);
    assert_non_null(strstr(page, "typed in"));
    (void)snprintf(body, sizeof body, "token=%s&till_customer=kunde&number=x", token);
    assert_int_equal(post("/venues/v/customers", body), 400);
    (void)snprintf(body, sizeof body, "token=%s", token);
    assert_int_equal(post("/venues/v/transfer", body), 400);                 /* nothing was chosen */
    assert_int_equal(get("/venues/v/period?from=2026-11-01&to=2026-11-30"), 200);
    (void)snprintf(body, sizeof body, "token=%s&document=%s", token, field("document", "v/2026-11-23/1@"));
    if (post("/venues/v/transfer", body) != 303)
        fail_msg("%s", strstr(page, "<main"));
    assert_int_equal(decisions("transfer"), 1);
    (void)snprintf(body, sizeof body, "token=%s", token);
    assert_int_equal(post("/sign-out", body), 303);
    assert_int_equal(get("/"), 303);
}

/* Looked at, then saved: the file is as it was but for the account, and the trail says who. A wrong value is named, and so is who came
 * second. */
static void set_up(void **unused)
{
    char body[2000], file[4096], path[128], token[64], stamp[64];
    const char *at;
    FILE *stream;

    (void)unused;
    signed_in_as("kari");
    assert_int_equal(get("/venues/v/setup"), 200);
    (void)str_copy(str_of(field("token", "")), token, sizeof token);
    (void)str_copy(str_of(field("stamp", "")), stamp, sizeof stamp);
    (void)snprintf(body, sizeof body, "token=%s&stamp=%s&step=look&s/product_types/food/account=x", token, stamp);
    assert_int_equal(post("/venues/v/setup", body), 400);
    assert_non_null(strstr(page, "is no account"));
    (void)snprintf(body, sizeof body, "token=%s&stamp=%s&step=look&s///department=20&s///auto_transfer=0"
                   "&s/product_types/food/account=3005"
                   "&s/product_types/%%2B0/type=cake&s/product_types/%%2B0/account=3040&s/payment_types/cash/gone=1", token, stamp);
    if (post("/venues/v/setup", body) != 200)
        fail_msg("%s", strstr(page, "class=\"fault\""));
    assert_non_null(strstr(page, "3005"));
    assert_non_null(strstr(page, "built again"));
    at = strstr(body, "step=look");
    assert_non_null(at);
    memcpy(body + (at - body), "step=edit", 9);
    assert_int_equal(post("/venues/v/setup", body), 200);
    memcpy(body + (at - body), "step=save", 9);
    if (post("/venues/v/setup", body) != 303)
        fail_msg("%s", strstr(page, "<main"));
    assert_int_equal(decisions("venue-setup"), 1);
    assert_int_equal(post("/venues/v/setup", body), 409);
    (void)snprintf(path, sizeof path, "%s/venues/v.yaml", rig.folder.path);
    stream = fopen(path, "re");
    assert_non_null(stream);
    file[fread(file, 1, sizeof file - 1, stream)] = '\0';
    assert_int_equal(fclose(stream), 0);
    assert_non_null(strstr(file, "account: 3005"));
    assert_non_null(strstr(file, "cake: {account: 3040}"));
    (void)snprintf(body, sizeof body, "token=%s", token);
    assert_int_equal(post("/venues/v/setup/read", body), 303);
    assert_int_equal(decisions("read-books"), 1);
}

/* Each form of who operates, wrong and right: users, tokens, a venue that is new, one's own password. */
static void operated(void **unused)
{
    static const struct { const char *path, *body; int status; const char *says; } rows[] = {
        { "/users", "name=per&companies=912345678&language=nb&role=decides&password=" PASSWORD_TEXT, 303, "said=" },
        { "/users", "name=per&companies=912345678&language=nb&password=" PASSWORD_TEXT, 409, "already" },
        { "/users", "name=x&companies=&language=nb&password=" PASSWORD_TEXT, 400, "whose books" },
        { "/users", "name=x&all=1&language=nb&password=short", 400, "characters" },
        { "/users/remove", "name=per&made=1&reason=r", 409, "changed" },
        { "/users/remove", "name=nobody&made=1&reason=r", 404, "" },
        { "/tokens", "venues=&company=&about=a&seen=9999", 400, "whose sales" },
        { "/tokens", "venues=%3Cb%3E&about=a&seen=9999", 400, "&#60;b&#62;" },
        { "/tokens", "venues=v,later&about=a&seen=9999", 200, "bilag_" },
        { "/tokens", "venues=v&about=a&seen=0", 409, "decided" },
        { "/tokens/revoke", "number=7&reason=r", 404, "" },
        { "/tokens/revoke", "number=1&reason=r", 303, "" },
        { "/tokens/revoke", "number=1&reason=r", 409, "already" },
        { "/refused", "what=line&subject=x&so_far=1&reason=r&seen=9999", 404, "" },
        { "/refused", "what=parked&subject=x&so_far=1&reason=r&seen=9999", 404, "" },
        { "/new-venue", "id=v&company=912345678", 409, "already" },
        { "/new-venue", "id=ny&company=912345678", 400, "has a venue" },
        { "/new-venue", "id=ny&like=v&department=", 400, "own department" },
        { "/new-venue", "id=ny&like=nobody", 404, "" },
        { "/new-venue", "id=ny&company=999888777&name=Ny", 303, "/venues/ny/setup" },
        { "/choose", "receipt=v/K1/1&which=2&place=1&reason=r&seen=9999", 409, "is sent with the first content" },
        { "/choose", "receipt=v/K1/1&which=9&place=1&reason=r&seen=9999", 409, "first, second" },
        { "/restarted", "receipt=v/K1/1&place=1&reason=r&seen=9999", 409, "has changed since" },
        { "/choose", "receipt=v/K1/2&which=1&place=1&reason=r&seen=9999", 409, "nothing to decide" },
        { "/restarted", "receipt=v/K1/2&place=1&reason=r&seen=9999", 409, "nothing to decide" },
        { "/leave-out", "receipt=nonsense&reason=r&seen=9999", 404, "" },
        { "/leave-out", "reason=r&seen=9999", 400, "chosen" },
        { "/venues/v/customers/import", "step=look&rows=Hansen;x;y", 400, "" },
        { "/venues/v/customers/import", "step=look&rows=Hansen%3B10001%0AOlsen%3B10002", 200, "Connect them" },
        { "/venues/v/customers/import", "step=save&row=10001%3BHansen&row=10002%3BOlsen&reason=r&seen=9999", 303, "" },
        { "/venues/v/customers/disconnect", "till_customer=Hansen&number=10002&reason=r", 409, "10001" },
        { "/venues/v/customers/disconnect", "till_customer=Hansen&number=10001&reason=r", 303, "" },
        { "/me", "password=wrong+password&new=" PASSWORD_TEXT "&again=" PASSWORD_TEXT, 403, "not your password" },
        { "/me", "password=" PASSWORD_TEXT "&new=short&again=short", 400, "characters" },
        { "/me", "password=" PASSWORD_TEXT "&new=" PASSWORD_TEXT "2&again=" PASSWORD_TEXT "2", 303, "/sign-in" },
    };
    char body[1200], token[64];

    (void)unused;
    signed_in_as("drift");
    assert_int_equal(get("/users"), 200);
    (void)str_copy(str_of(field("token", "")), token, sizeof token);
    for (size_t i = 0; i < COUNT(rows); i++) {
        int status;

        (void)snprintf(body, sizeof body, "token=%s&%s", token, rows[i].body);
        status = post(rows[i].path, body);
        if (status != rows[i].status || !strstr(page, rows[i].says))
            fail_msg("%s %s: %d, must be %d with %s\n%.2500s", rows[i].path, rows[i].body, status, rows[i].status, rows[i].says,
                     strstr(page, "<main") ? strstr(page, "<main") : page);
    }
    assert_int_equal(get("/"), 303);                         /* all former sign-ins are over */
}

/* Goal: at a glance a venue stands as it does when all of it is read. */
static void at_a_glance(void **unused)
{
    char state[128];
    struct config *config;
    struct fault fault = { "" };
    struct arena arena;
    struct context context = { .arena = &arena };
    struct books *books;
    struct whole_status whole = { .config = NULL };
    struct venue_status all = { .id = STR("v") }, glance = { .id = STR("v") };

    (void)unused;
    (void)snprintf(state, sizeof state, "%s", rig.folder.path);
    NEEDED(config_load(str_of(state), &config, &fault));
    context.config = whole.config = config;
    arena_init(&arena, 64 << 20);
    NEEDED(books_open(config, &books, &fault));
    all.venue = glance.venue = config_venue(config, all.id);
    NEEDED(overview_venue(&context, books, NULL, INT32_MIN, INT32_MAX, &arena, &whole, &all));
    NEEDED(overview_glance(&context, books, NULL, INT32_MIN, INT32_MAX, &arena, &whole, &glance));
    assert_memory_equal(all.states, glance.states, sizeof all.states);
    assert_true(all.states[DOC_SENT] && all.red && all.red == glance.red && all.warned == glance.warned);
    assert_int_equal(all.list.count, glance.list.count);
    for (size_t i = 0; i < all.list.count; i++) {
        assert_true(str_equal(all.list.docs[i].id, glance.list.docs[i].id));
        assert_int_equal(all.list.docs[i].draft.doc.day, glance.list.docs[i].draft.doc.day);
        assert_int_equal(book_doc_is_red(&all.list.docs[i]), book_doc_is_red(&glance.list.docs[i]));
        assert_int_equal(book_doc_is_empty(&all.list.docs[i]), book_doc_is_empty(&glance.list.docs[i]));
    }
    books_close(books);
    arena_free(&arena);
    config_free(config);
}

/* --- programs --- */

static int ask_as(const char *who, const char *method, const char *path, const char *body)
{
    char request[8192], lines[300] = "";
    size_t at = 0;

    while (at < COUNT(askers) - 1 && strcmp(askers[at].name, who) != 0)
        at++;
    if (*body)
        (void)snprintf(lines, sizeof lines, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    (void)snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n%s"
                   "Connection: close\r\n\r\n%s", method, path, port, askers[at].token, lines, body);
    assert_true(asks(request));
    return status_of();
}

struct asked { const char *who, *method, *path, *body; int status; const char *says; };

static void ask_all(const struct asked *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int status = ask_as(rows[i].who, rows[i].method, rows[i].path, rows[i].body);
        const char *type = status < 400 && (strstr(rows[i].path, ".pdf") || strstr(rows[i].path, ".csv"))
                               ? "Content-Type: " : "Content-Type: application/json\r\n";

        if (status != rows[i].status || !strstr(page, rows[i].says) || !strstr(page, type))
            fail_msg("%s %s %s %s: %d\n%s", rows[i].who, rows[i].method, rows[i].path, rows[i].body, status, page);
    }
}

#define V1 "/api/v1"
/* Goal: a program is told what the pages tell, as JSON and with the same rights; tests/system/test_api.py holds all of it against
 * the description. */
static void told_to_programs(void **unused)
{
    static const struct asked rows[] = {
        { "", "GET", V1 "/venues", "", 401, "\"error\":\"unauthorized\"" },
        { "", "GET", "/api", "", 401, "WWW-Authenticate: Bearer" },
        { "kari", "GET", V1 "/nowhere", "", 404, "\"error\":\"not_found\"" },
        { "kari", "DELETE", V1 "/venues", "", 405, "Allow: GET, POST, PATCH" },
        { "kari", "GET", V1, "", 200, "\"act\":\"transfer\"" },
        { "kari", "GET", V1 "/me", "", 200, "\"about\":\"tests\"" },
        { "kari", "GET", V1 "/venues?q=v&limit=1", "", 200, "\"venue\":\"v\"" },
        { "other", "GET", V1 "/venues", "", 200, "\"venues\":[]" },
        { "kari", "GET", V1 "/venues?limit=0", "", 400, "limit: a number from 1 to 200" },
        { "ola", "GET", V1 "/venues?page=x", "", 400, "page: et tall fra 1 til 1000000" },
        { "kari", "GET", V1 "/venues?red=maybe", "", 400, "red: true or false" },
        { "kari", "GET", V1 "/venues/v/month?month=2026-11", "", 200, "\"business_day\":\"2026-11-20\",\"colour\":\"" },
        { "kari", "GET", V1 "/venues/v/month?month=november", "", 400, "a month such as" },
        { "other", "GET", V1 "/venues/v/month", "", 403, "not yours to see" },
        { "other", "GET", V1 "/venues/nobody/month", "", 403, "not yours to see" },
        { "drift", "GET", V1 "/venues/nobody/month", "", 404, "not yours to see" },
        { "kari", "GET", V1 "/venues/v/days/2026-11-20", "", 200, "\"voucher_no\":1187" },
        { "kari", "GET", V1 "/venues/v/days/2026-11-22", "", 200, "\"proof\":null" },
        { "kari", "GET", V1 "/venues/v/days/yesterday", "", 404, "no day" },
        { "kari", "GET", V1 "/venues/v/days/2026-11-20/1/settlement.pdf", "", 200, "%PDF-" },
        { "kari", "GET", V1 "/venues/v/days/2026-11-20/1/lines/1", "", 200, "\"receipt\":\"K1/" },
        { "kari", "GET", V1 "/venues/v/days/2026-11-20/1/lines/99", "", 404, "no such line" },
        { "kari", "GET", V1 "/venues/v/vouchers.csv?from=2026-11-01&to=2026-11-30", "", 200, "1570" },
        { "kari", "GET", V1 "/venues/v/documents?from=2026-11-01&to=2026-11-30&kind=order", "", 200, "\"total\":1" },
        { "kari", "GET", V1 "/venues/v/documents?from=2026-11-01&to=2026-11-30&red=1", "", 200, "\"state\":\"held\"" },
        { "kari", "GET", V1 "/venues/v/documents?kind=all", "", 400, "voucher or order" },
        { "kari", "GET", V1 "/venues/v/documents?from=2026-11-30&to=2026-11-01", "", 400, "a year at most" },
        { "kari", "GET", V1 "/venues/v/documents?from=then", "", 400, "a day such as" },
        { "kari", "GET", V1 "/venues/v/document?id=v/2026-11-20/1", "", 200, "\"history\":[{" },
        { "kari", "GET", V1 "/venues/v/document?id=v/2026-11-29/1", "", 404, "no such document" },
        { "kari", "GET", V1 "/venues/v/requests?document=v/2026-11-20/1", "", 200, "\"requests\":[]" },
        { "kari", "GET", V1 "/venues/v/receipt?name=K1/2", "", 200, "\"lines\":[{\"account\":" },
        { "kari", "GET", V1 "/venues/v/receipt?name=K1/1", "", 200, "\"becomes\":\"K1~2/1\"" },
        { "kari", "GET", V1 "/venues/v/receipt?name=K1/9", "", 200, "\"kind\":\"cash_movement\"" },
        { "kari", "GET", V1 "/venues/v/receipt?name=x", "", 400, "no receipt" },
        { "kari", "GET", V1 "/venues/v/customers", "", 200, "\"stands\":\"not-connected\"" },
        { "kari", "GET", V1 "/venues/v/manual?from=2026-11-01&to=2026-11-30", "", 200, "\"amount\":-20000" },
        { "kari", "GET", V1 "/venues/v/setup?choices=true", "", 200, "\"label\":\"Sales account\"" },
        { "ola", "GET", V1 "/venues/v/setup", "", 403, "\"error\":\"forbidden\"" },
        { "drift", "GET", V1 "/refused", "", 200, "\"parked\":[" },
        { "drift", "GET", V1 "/status", "", 200, "\"requests_per_second\":10" },
        { "ola", "GET", V1 "/stages", "", 200, "\"stage\":\"mapper\"" },
        { "drift", "GET", V1 "/not-in-use", "", 200, "\"venue\":\"ny\"" },
        { "drift", "GET", V1 "/users", "", 200, "\"name\":\"kari\"" },
        { "drift", "GET", V1 "/tokens", "", 200, "\"zeromq\":false" },
        { "drift", "GET", V1 "/audit?limit=2", "", 200, "\"decisions\":[" },
        { "ola", "GET", V1 "/users", "", 403, "Brukerens rolle" },
    };

    (void)unused;
    ask_all(rows, COUNT(rows));
}

/* Goal: what a program has done is judged, and written down, as what is pressed; a body is exact or refused. */
static void done_for_programs(void **unused)
{
    static const struct asked rows[] = {
        { "kari", "POST", V1 "/venues/v/acts", "{\"act\":\"read-books\"}", 200, "\"decision\":" },
        { "kari", "POST", V1 "/venues/v/acts", "", 415, "unsupported_media_type" },
        { "kari", "POST", V1 "/venues/v/acts", "[]", 400, "no JSON object" },
        { "kari", "POST", V1 "/venues/v/acts", "{\"act\":1}", 400, "act: it is not of the type" },
        { "kari", "POST", V1 "/venues/v/acts", "{\"act\":\"a\",\"act\":\"b\"}", 400, "act: it stands there twice" },
        { "kari", "POST", V1 "/venues/v/acts", "{\"x\":1}", 400, "x: there is no such member" },
        { "kari", "POST", V1 "/venues/v/acts", "{\"act\":\"x\"}", 400, "there is no such act" },
        { "kari", "POST", V1 "/venues/v/acts", "{\"act\":\"accept\"}", 400, "documents: this act needs it" },
        { "kari", "POST", V1 "/venues/v/acts", "{\"act\":\"read-books\",\"day\":\"x\"}", 400, "day: this act does not take it" },
        { "kari", "POST", V1 "/venues/v/acts", "{\"act\":\"transfer\",\"documents\":[\"w/2026-11-20/1@1.1\"]}", 400,
          "not of this venue" },
        { "kari", "POST", V1 "/venues/v/acts", "{\"act\":\"transfer\",\"documents\":[\"v/2026-11-23/1@9.9\"]}", 409, "\"now\":\"v/" },
        { "ola", "POST", V1 "/venues/v/acts", "{\"act\":\"transfer\",\"documents\":[\"v/2026-11-23/1@9.9\"]}", 403, "rolle" },
        { "other", "POST", V1 "/venues/v/acts", "{\"act\":\"read-books\"}", 403, "not yours to see" },
        { "kari", "POST", V1 "/acts", "{\"act\":\"undo\",\"decision\":999,\"reason\":\"x\"}", 404, "no such decision" },
        { "drift", "POST", V1 "/acts", "{\"act\":\"user-add\",\"name\":\"x\",\"password\":\"x\",\"language\":\"en\","
          "\"roles\":[\"rules\"]}", 400, "rules: there is no such role" },
        { "drift", "POST", V1 "/acts", "{\"act\":\"token-add\",\"venues\":[\"v\"],\"about\":\"x\",\"seen\":999}", 200,
          "\"token\":\"bilag_" },
        { "kari", "PATCH", V1 "/venues/v/setup", "{\"stamp\":\"x\",\"values\":[]}", 409, "\"error\":\"conflict\"" },
        { "kari", "PATCH", V1 "/venues/v/setup", "{\"stamp\":\"x\",\"values\":[{\"section\":\"\",\"entry\":\"\",\"key\":\"x\","
          "\"value\":\"\"}]}", 400, "no such setting here" },
    };
    static const char *const values[][2] = {
        { "{\"section\":\"\",\"entry\":\"\",\"key\":\"begins\",\"value\":\"soon\"}", "\"faults\":[{" },
        { "{\"section\":\"\",\"entry\":\"\",\"key\":\"name\",\"value\":\"Another\"}", "\"saved\":false" },
    };
    char stamp[64], body[400];
    const char *at;

    (void)unused;
    ask_all(rows, COUNT(rows));
    assert_int_equal(ask_as("kari", "GET", V1 "/venues/v/setup", ""), 200);
    at = strstr(page, "\"stamp\":\"");
    assert_non_null(at);
    (void)str_copy((struct str){ at + 9, strcspn(at + 9, "\"") }, stamp, sizeof stamp);
    for (size_t i = 0; i < COUNT(values); i++) {
        (void)snprintf(body, sizeof body, "{\"stamp\":\"%s\",\"only_judged\":true,\"values\":[%s]}", stamp, values[i][0]);
        (void)ask_as("kari", "PATCH", V1 "/venues/v/setup", body);
        if (!strstr(page, values[i][1]))
            fail_msg("%s\n%s", body, page);
    }
}

/* --- what is said twice, and what is too long --- */

/* Goal: what is chosen twice is decided about once; a decision that is about one document is not taken for several, of which one would
 * be done; what a person wrote too long is the person's to mend, and no failure of ours. */
static void said_twice(void **unused)
{
    char body[1200], about[1000], seen[100];
    const char *token;
    size_t before = decisions("transfer");

    (void)unused;
    signed_in_as("kari");
    assert_int_equal(get("/venues/v/period?from=2026-11-01&to=2026-11-30"), 200);
    token = field("token", "");
    (void)str_copy(str_of(field("document", "v/2026-11-23/1@")), seen, sizeof seen);
    (void)snprintf(body, sizeof body, "token=%s&document=%s&document=%s", token, seen, seen);
    assert_int_equal(post("/venues/v/transfer", body), 303);
    assert_int_equal(decisions("transfer"), before + 1);
    assert_int_equal(get("/venues/v/days/2026-11-23"), 200);         /* as it is seen now that it is decided about */
    (void)str_copy(str_of(field("document", "v/2026-11-23/1@")), seen, sizeof seen);
    assert_int_equal(get("/venues/v/days/2026-11-21"), 200);
    (void)snprintf(body, sizeof body, "token=%s&document=%s&document=%s&deed=post-on&day=2026-11-25&reason=r", token,
                   field("document", "v/2026-11-21/1@"), seen);
    assert_int_equal(post("/decide", body), 400);
    assert_non_null(strstr(page, "One voucher at a time"));
    memset(about, 'x', 401);
    about[401] = '\0';
    (void)snprintf(body, sizeof body, "{\"act\":\"token-add\",\"venues\":[\"v\"],\"about\":\"%s\",\"seen\":9999}", about);
    assert_int_equal(ask_as("drift", "POST", V1 "/acts", body), 400);
    assert_non_null(strstr(page, "a few words"));
}

/* --- a long trail --- */

/* So many decisions about a document of the venue, and about one of another company's. */
static void decide(size_t count)
{
    char state[128], detail[32];
    struct fault fault = { "" };
    struct audit *audit;
    uint64_t number;

    (void)snprintf(state, sizeof state, "%s/state", rig.folder.path);
    NEEDED(audit_open(str_of(state), &audit, &fault));
    for (size_t i = 1; i <= count; i++) {
        struct decision decision = { .time_ms = 1795400000000, .who = STR("ola"), .verb = STR("accept"), .reason = STR("seen"),
                                     .subject = STR("v/2026-11-20/1") };

        (void)snprintf(detail, sizeof detail, "detail-%zu.", i);
        decision.detail = str_of(detail);
        NEEDED(audit_append(audit, &decision, &number));
        decision.subject = STR("987654321/somebody");
        NEEDED(audit_append(audit, &decision, &number));
    }
    audit_close(audit);
}

/* The address of the link of that text. */
static const char *link_of(const char *text)
{
    static char address[300];
    const char *end = strstr(page, text), *at = end;

    while (at && at > page && strncmp(at, "href=\"", 6) != 0)
        at--;
    if (!end || at == page)
        fail_msg("no link %s\n%s", text, page);
    assert_true(str_copy((struct str){ at + 6, strcspn(at + 6, "\"") }, address, sizeof address));
    for (char *amp = strstr(address, "&#38;"); amp; amp = strstr(address, "&#38;"))
        memmove(amp + 1, amp + 5, strlen(amp + 5) + 1);
    return address;
}

/* Goal: every decision that a person may see can be come to, two hundred at a time, and the way on ends where there are no more. */
static void long_trail(void **unused)
{
    (void)unused;
    decide(450);
    signed_in_as("kari");
    assert_int_equal(get("/audit?q=v/2026-11-20"), 200);
    assert_non_null(strstr(page, "detail-450."));
    assert_non_null(strstr(page, "detail-251."));
    assert_null(strstr(page, "detail-250."));
    assert_null(strstr(page, "The latest ones"));
    assert_int_equal(get(link_of(">Earlier ones<")), 200);
    assert_non_null(strstr(page, "detail-250."));
    assert_non_null(strstr(page, "detail-51."));
    assert_null(strstr(page, "detail-450."));
    assert_null(strstr(page, "detail-50."));
    assert_int_equal(get(link_of(">Earlier ones<")), 200);
    assert_non_null(strstr(page, "detail-50."));
    assert_non_null(strstr(page, "detail-1."));
    assert_null(strstr(page, "Earlier ones"));
    assert_int_equal(get(link_of(">The latest ones<")), 200);
    assert_non_null(strstr(page, "detail-450."));
    assert_int_equal(get("/audit?before=no-number"), 200);
    assert_non_null(strstr(page, "detail-450."));
    signed_in_as("ola");
    assert_int_equal(get("/audit"), 200);
    assert_non_null(strstr(page, ">Tidligere<"));
    assert_null(strstr(page, "somebody"));
    assert_int_equal(ask_as("kari", "GET", V1 "/audit?q=v/2026-11-20&limit=200", ""), 200);
    assert_non_null(strstr(page, "\"detail\":\"detail-251.\""));
    assert_non_null(strstr(page, "\"before\":"));
}

/* --- what cannot be read --- */

static enum err put_damage(struct txn *txn, void *context)
{
    return *(const bool *)context ? store_put(txn, DOCS, STR("v/2026-01-01/1"), STR("no record"))
                                  : store_delete(txn, DOCS, STR("v/2026-01-01/1"));
}

static void damage(bool there)
{
    char state[128];
    struct fault fault = { "" };
    struct docs *docs;

    (void)snprintf(state, sizeof state, "%s/state", rig.folder.path);
    NEEDED(docs_open(str_of(state), "uploader", 0, &docs, &fault));
    NEEDED(store_write(docs_store(docs), put_damage, &there));
    docs_close(docs);
}

/* Until the overview, which looks at a venue once a second at most, says so. */
static void until_told(const char *says)
{
    time_t end = time(NULL) + PATIENCE_S;

    while (get("/") != 200 || !strstr(page, says))
        if (time(NULL) > end)
            fail_msg("never \"%s\"\n%s", says, page);
        else
            (void)nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
}

/* Goal: a venue of which a record is damaged is told as one that cannot be read, to people and to programs, and its figures are in
 * no sum; mended, it is told again. */
static void cannot_be_read(void **unused)
{
    static const struct asked rows[] = {
        { "kari", "GET", V1 "/venues", "", 200, "\"red\":1,\"waiting\":0,\"whole\":false,\"unreadable\":1," },
        { "kari", "GET", V1 "/venues", "", 200, "\"unreadable\":\"not everything of it can be read (the store is damaged)" },
        { "ola", "GET", V1 "/venues", "", 200, "\"unreadable\":\"ikke alt om det kan leses (lageret er skadet)" },
        { "other", "GET", V1 "/venues", "", 200, "\"whole\":true,\"unreadable\":0," },
    };

    (void)unused;
    signed_in_as("kari");
    damage(true);
    until_told("1 venue cannot be read");
    if (!strstr(page, "not everything of it can be read (the store is damaged)"))
        fail_msg("%s", page);
    ask_all(rows, COUNT(rows));
    assert_int_equal(ask_as("drift", "GET", "/metrics", ""), 200);
    assert_non_null(strstr(page, "\nbilag_venues_unreadable 1\n"));
    assert_non_null(strstr(page, "\nbilag_red_documents 0\n"));
    damage(false);
    until_told("see the first");
    assert_null(strstr(page, "cannot be read"));
    assert_int_equal(ask_as("kari", "GET", V1 "/venues", ""), 200);
    assert_non_null(strstr(page, "\"whole\":true,\"unreadable\":0,"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_a_glance), cmocka_unit_test(pages), cmocka_unit_test(not_for_others), cmocka_unit_test(set_up),
        cmocka_unit_test(pressed), cmocka_unit_test(operated), cmocka_unit_test(told_to_programs),
        cmocka_unit_test(done_for_programs), cmocka_unit_test(cannot_be_read), cmocka_unit_test(said_twice),
        cmocka_unit_test(long_trail),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
