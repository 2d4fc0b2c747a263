/* house_rig.h - the whole house in one test program: the five stages and the command run as forked children of the test, with
 * their own main functions, so that what they run is counted; PowerOffice is the sandbox's program.
 *
 * With BILAG_KEEP=1 its folder, whose name a failing test prints, is kept. Waits are for what commands say.
 */
#ifndef BILAG_TESTS_HOUSE_RIG_H
#define BILAG_TESTS_HOUSE_RIG_H

#include "tests/common/domain/config_folder.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#define main ingest_main
#include "ingest/main.c"
#undef main
#define main mapper_main
#include "mapper/main.c"
#undef main
#define main validator_main
#include "validator/main.c"
#undef main
#define main uploader_main
#include "uploader/main.c"
#undef main
#define main invoicer_main
#include "invoicer/main.c"
#undef main
#define main bilag_main
#include "bilag/main.c"
#undef main

enum { HOUSE_STAGES = 5, HOUSE_WAIT_S = 60, HOUSE_WORDS_MAX = 40, HOUSE_TEXT = 1 << 20 };

static const struct { const char *name; int (*main)(int argc, char **argv); } house_stages[HOUSE_STAGES] = {
    { "ingest", ingest_main },     { "mapper", mapper_main },     { "validator", validator_main },
    { "uploader", uploader_main }, { "invoicer", invoicer_main },
};

static struct house {
    struct folder folder;
    pid_t stages[HOUSE_STAGES], sandbox;
    int sandbox_port, port;
    int decision;                        /* the last one written down */
    char out[HOUSE_TEXT], err[HOUSE_TEXT];       /* of the last command */
} house;

HELPER void house_file(const char *name, const char *text)
{
    folder_write(&house.folder, name, text, strlen(text), 0600);
}

HELPER size_t house_read(const char *name, char *to, size_t size)
{
    char path[256];
    FILE *file;
    size_t len;

    (void)snprintf(path, sizeof path, "%s/%s", house.folder.path, name);
    file = fopen(path, "re");
    len = file ? fread(to, 1, size - 1, file) : 0;
    to[len] = '\0';
    if (file)
        (void)fclose(file);
    return len;
}

HELPER void house_into(const char *name, int fd)
{
    char path[256];
    int to;

    (void)snprintf(path, sizeof path, "%s/%s", house.folder.path, name);
    to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (to < 0 || dup2(to, fd) < 0)
        _exit(99);
}

/* Below those that connections are given by themselves. */
HELPER int house_free_port(void)
{
    for (int port = 12000 + (int)(getpid() % 9000); port < 32000; port++) {
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool free = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;

        (void)close(fd);
        if (free)
            return port;
    }
    fail_msg("no port is free");
    return 0;
}

HELPER void house_pause(void)
{
    (void)nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
}

static time_t house_end(void)
{
    return time(NULL) + HOUSE_WAIT_S;
}

static void house_start_sandbox(const char *companies, const char *const *faults)
{
    const char *bin = getenv("BILAG_BIN");
    char program[256], list[128], port_file[128], text[16];
    const char *argv[HOUSE_WORDS_MAX] = { program, "--listen", "127.0.0.1:0", "--port-file", port_file, "--companies", list,
                                          "--set", "rate_limit=1000000", "--set", "read_lag_ms=0", "--set", "send_ms=0" };
    size_t argc = 13;
    time_t end = house_end();

    house_file("companies.json", companies);
    (void)snprintf(program, sizeof program, "%s/bilag-sandbox", bin ? bin : "bin");
    (void)snprintf(list, sizeof list, "%s/companies.json", house.folder.path);
    (void)snprintf(port_file, sizeof port_file, "%s/port", house.folder.path);
    house.sandbox = fork();
    if (house.sandbox == 0) {
        house_into("sandbox.log", STDERR_FILENO);
        while (faults && *faults && argc < HOUSE_WORDS_MAX - 2) {
            argv[argc++] = "--set";
            argv[argc++] = *faults++;
        }
        (void)execv(program, (char *const *)(uintptr_t)argv);
        _exit(99);
    }
    while (!house_read("port", text, sizeof text)) {
        if (time(NULL) > end || waitpid(house.sandbox, NULL, WNOHANG) != 0)
            fail_msg("no sandbox: %s, %s", program, house.folder.path);
        house_pause();
    }
    house.sandbox_port = atoi(text);
}

HELPER void house_start(size_t stage)
{
    (void)fflush(NULL);
    house.stages[stage] = fork();
    if (house.stages[stage] == 0) {
        char config[64], log[32];
        char *argv[] = { (char *)(uintptr_t)house_stages[stage].name, "--config", config, NULL };

        (void)str_copy(str_of(house.folder.path), config, sizeof config);
        (void)snprintf(log, sizeof log, "%s.log", house_stages[stage].name);
        house_into(log, STDERR_FILENO);
        house_into("none", STDOUT_FILENO);
        exit(house_stages[stage].main(3, argv));
    }
    assert_true(house.stages[stage] > 0);
}

/* It ends by itself, and says that all is well. */
HELPER void house_stop(size_t stage)
{
    int how;

    if (!house.stages[stage])
        return;
    assert_int_equal(kill(house.stages[stage], SIGTERM), 0);
    assert_int_equal(waitpid(house.stages[stage], &how, 0), house.stages[stage]);
    house.stages[stage] = 0;
    if (!WIFEXITED(how) || WEXITSTATUS(how) != 0)
        fail_msg("%s ended with %d; %s", house_stages[stage].name, how, house.folder.path);
}

/* Words as in a shell: 'two words' are one. */
static int house_words(char *text, char **argv)
{
    int argc = 0;

    argv[argc++] = "bilag";
    while (*text && argc < HOUSE_WORDS_MAX - 1) {
        char end = ' ';

        if (*text == '\'')
            end = *text++;
        argv[argc++] = text;
        text += strcspn(text, end == ' ' ? " " : "'");
        if (*text)
            *text++ = '\0';
        text += strspn(text, " ");
    }
    argv[argc] = NULL;
    return argc;
}

/* Begins `bilag WORDS`, whose words are cut up; it reads from input. Its output goes into the files out and err. */
HELPER pid_t house_begin(char *line, int input)
{
    char *argv[HOUSE_WORDS_MAX];
    pid_t child;
    int argc;

    (void)fflush(NULL);
    child = fork();
    if (child == 0) {
        if (input < 0 || dup2(input, STDIN_FILENO) < 0)
            _exit(99);
        house_into("out", STDOUT_FILENO);
        house_into("err", STDERR_FILENO);
        argc = house_words(line, argv);
        exit(bilag_main(argc, argv));
    }
    assert_true(child > 0);
    return child;
}

/* Its exit code; what it said is in house.out and house.err. */
HELPER int house_ended(pid_t child, const char *command)
{
    time_t end = house_end();
    int how;

    while (waitpid(child, &how, WNOHANG) == 0) {
        if (time(NULL) > end)
            (void)kill(child, SIGKILL);
        (void)nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
    }
    (void)house_read("out", house.out, sizeof house.out);
    (void)house_read("err", house.err, sizeof house.err);
    if (!WIFEXITED(how))
        fail_msg("bilag %s: ended by signal %d; %s\n%s%s", command, how, house.folder.path, house.out, house.err);
    return WEXITSTATUS(how);
}

/* Runs `bilag WORDS`; its exit code. What it said is in house.out and house.err. */
__attribute__((format(printf, 2, 3))) HELPER int house_bilag_from(const char *input, const char *format, ...)
{
    char line[2048], in[128];
    pid_t child;
    va_list args;
    int fd;

    va_start(args, format);
    assert_true(vsnprintf(line, sizeof line, format, args) < (int)sizeof line);
    va_end(args);
    house_file("stdin", input);
    (void)snprintf(in, sizeof in, "%s/stdin", house.folder.path);
    fd = open(in, O_RDONLY | O_CLOEXEC);
    child = house_begin(line, fd);
    assert_int_equal(close(fd), 0);
    return house_ended(child, format);
}

#define house_bilag(...) house_bilag_from("", __VA_ARGS__)

/* Until a command says so. */
HELPER void house_until(const char *command, const char *says)
{
    time_t end = house_end();

    while ((void)house_bilag("%s", command), !strstr(house.out, says)) {
        if (time(NULL) > end)
            fail_msg("bilag %s never says \"%s\"; %s\n%s%s", command, says, house.folder.path, house.out, house.err);
        house_pause();
    }
}

struct house_row { const char *command; int code; const char *says; };

/* Each exits with its code and says its words, on stdout or stderr. @ in a command is the number of the last decision. */
HELPER void house_rows(const struct house_row *rows, size_t count)
{
    size_t wrong = 0;

    for (size_t i = 0; i < count; i++) {
        const char *number = strchr(rows[i].command, '@');
        size_t before = number ? (size_t)(number - rows[i].command) : 0;
        int code = number ? house_bilag("%.*s%d%s", (int)before, rows[i].command, house.decision, number + 1)
                          : house_bilag("%s", rows[i].command);

        number = strstr(house.out, "decision ");
        if (number)
            house.decision = atoi(number + strlen("decision "));
        if (code == rows[i].code && (strstr(house.out, rows[i].says) || strstr(house.err, rows[i].says)))
            continue;
        print_message("bilag %s: %d instead of %d, not \"%s\"\n%.1500s\n%.500s\n", rows[i].command, code, rows[i].code,
                      rows[i].says, house.out, house.err);
        wrong++;
    }
    if (wrong)
        fail_msg("%zu commands say another thing; %s", wrong, house.folder.path);
}

/* One request to whoever listens on the port, as it stands; the whole answer. "": nobody answers. */
HELPER void house_ask(int port, const char *request, size_t len, char *answer, size_t size)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t got = 0;
    ssize_t part;

    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && send(fd, request, len, MSG_NOSIGNAL) == (ssize_t)len)
        while (got < size - 1 && (part = recv(fd, answer + got, size - 1 - got, 0)) > 0)
            got += (size_t)part;
    answer[got] = '\0';
    (void)close(fd);
}

HELPER void house_http(const char *request, size_t len, char *answer, size_t size)
{
    house_ask(house.port, request, len, answer, size);
}

/* The sandbox's own side (/_sandbox/PATH): what it has, or with a body what it is to do; the answer is in house.out. */
HELPER void house_sandbox(const char *path, const char *body)
{
    char request[4096];
    int len = snprintf(request, sizeof request, "%s /_sandbox/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", body ? "POST" : "GET", path,
                       body ? strlen(body) : 0, body ? body : "");

    assert_true(len > 0 && len < (int)sizeof request);
    house_ask(house.sandbox_port, request, (size_t)len, house.out, sizeof house.out);
    if (strncmp(house.out, "HTTP/1.1 2", 10) != 0)
        fail_msg("/_sandbox/%s: %.500s", path, house.out);
}

#define HOUSE_KEY "11111111-1111-4111-8111-111111111111"
#define HOUSE_APP "4f6e4b5b-42b3-4fad-a56f-2599ea8fbd44"
#define HOUSE_VAT "{normal: {rate: 25, code: \"3\"}, reduced: {rate: 15, code: \"31\"}, none: {rate: 0, code: \"0\"}}"

static const char house_companies[] =
    "{\"subscription_keys\":[\"sub-key\"],\"application_keys\":[\"" HOUSE_APP "\"],\"clients\":[{\"client_key\":\"" HOUSE_KEY "\","
    "\"name\":\"Grill AS\",\"org_no\":\"912345678\",\"accounts_changed\":[{\"no\":1570},{\"no\":1900},{\"no\":3000},{\"no\":3010},"
    "{\"no\":2901}],\"departments\":[{\"code\":\"10\",\"name\":\"Bar\"},{\"code\":\"20\",\"name\":\"Fjord\"}],\"products\":[{\"code\":\"MAT\",\"name\":\"Mat\","
    "\"account\":3000},{\"code\":\"OL\",\"name\":\"Ol\",\"account\":3010}],\"customers\":[{\"no\":10001,\"name\":\"Lunsj AS\",\"invoice_fee\":false},"
    "{\"no\":10002,\"name\":\"Annen AS\",\"invoice_fee\":false}]}]}";

static const char house_yaml[] =
    "state_dir: %s/state\nrun_dir: %s/r\nlanguage: %s\n"
    "poweroffice: {token_url: \"http://127.0.0.1:%d/OAuth/Token\", api_url: \"http://127.0.0.1:%d/v2\","
    " subscription_key: {file: keys/subscription}, application_keys: {quickorder: {file: keys/quickorder}},"
    " requests_per_second: 10000}\n"
    "ingest: {http: \"127.0.0.1:%d\", spool: %s/spool}\n"
    "sender: {retry_first_ms: 50, retry_max_ms: 1000, lookup_wait_ms: 50, answer_wait_ms: 5000}\n"
    "mapper: {preview_ms: 200, resend_ms: 500}\n";

static const char house_venue[] =
    "venue: oslo-grill\nname: Oslo Grill\ntimezone: Europe/Oslo\ncompany: \"912345678\"\nclient_key: {file: keys/shared}\n"
    "department: \"10\"\nauto_transfer: true\nauto_invoice: true\nclose: clock\nquiet_seconds: 1\nvat: " HOUSE_VAT "\n"
    "product_types: {food: {account: 3000, product: MAT}, beer: {account: 3010, product: OL, alcohol: true}}\n"
    "payment_types: {card: {account: 1570}, cash: {account: 1900}, credit: {transfer: false}}\n";

HELPER void house_root(const char *language)
{
    char text[2048];
    const char *path = house.folder.path;

    (void)snprintf(text, sizeof text, house_yaml, path, path, language, house.sandbox_port, house.sandbox_port,
                   house.port, path);
    house_file("bilag.yaml", text);
}

/* A house with one venue and all of PowerOffice's books that it needs; faults: the sandbox's, as --set NAME=VALUE, or NULL. */
HELPER void house_make(const char *const *faults)
{
    char path[128];

    folder_make(&house.folder);
    assert_int_equal(setenv("BILAG_CONFIG", house.folder.path, 1), 0);
    (void)snprintf(path, sizeof path, "%s/spool", house.folder.path);
    assert_int_equal(mkdir(path, 0700), 0);
    house.port = house_free_port();
    house_start_sandbox(house_companies, faults);
    house_file("keys/subscription", "sub-key\n");
    house_file("keys/quickorder", HOUSE_APP "\n");
    house_file("keys/shared", HOUSE_KEY "\n");
    house_file("venues/oslo-grill.yaml", house_venue);
    house_root("en");
}

/* All stages, and waits until they are up. */
HELPER void house_start_all(void)
{
    for (size_t i = 0; i < HOUSE_STAGES; i++)
        house_start(i);
    for (size_t i = 0; i < HOUSE_STAGES; i++) {
        char up[64];

        (void)snprintf(up, sizeof up, "%s 0 up", house_stages[i].name);
        house_until("status", up);
    }
}

HELPER void house_stop_all(void)
{
    for (size_t i = HOUSE_STAGES; i-- > 0;)
        house_stop(i);
}

HELPER void house_end_all(void)
{
    house_stop_all();
    assert_int_equal(kill(house.sandbox, SIGTERM), 0);
    assert_int_equal(waitpid(house.sandbox, NULL, 0), house.sandbox);
    folder_remove(&house.folder);
}

/* Of a group of tests: the house is left as it was found. */
HELPER int house_leave(void **unused)
{
    (void)unused;
    house_end_all();
    return 0;
}

HELPER void house_sale(struct strbuf *out, const char *day, int seq, const char *type, int64_t gross, const char *paid)
{
    strbuf_format(out, "{\"v\":1,\"venue\":\"oslo-grill\",\"register\":\"K1\",\"seq\":%d,\"kind\":\"receipt\","
                  "\"time\":\"%sT18:00:%02d+01:00\",\"customer\":\"kunde\",\"staff\":\"14\",\"lines\":[{\"product_type\":\"%s\","
                  "\"vat\":25,\"gross\":%" PRId64 ",\"text\":\"Burger\"}],\"payments\":[{\"type\":\"%s\",\"amount\":%" PRId64 "}]}\n",
                  seq, day, seq % 60, type, gross, paid, gross);
}

HELPER const char *house_text(struct strbuf *out)
{
    assert_false(out->failed);
    return out->bytes;
}

HELPER void house_import(const char *lines)
{
    (void)house_bilag_from(lines, "import -");
    if (!strstr(house.out, " 0 refused"))
        fail_msg("%s%s", house.out, house.err);
}

/* The same; the next ones go into an empty text. */
HELPER void house_import_all(struct strbuf *lines)
{
    house_import(house_text(lines));
    strbuf_reset(lines);
}

#endif
