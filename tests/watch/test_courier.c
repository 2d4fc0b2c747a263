/* Goal: a letter reaches a mail server, a webhook or a command, with what the receiver needs to know it again; who does not take it is
 * told of in words, without a secret; no letter has two answers. */
#include "watch/courier.h"

#include "tests/temporary.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define BODY "{\"what\":\"begin\"}"

static struct courier *courier;
static struct { size_t count; bool taken; char words[COURIER_WORDS_MAX], who[64]; } ended;
static char heard[65536], folder[64];

static void done(void *context, struct str recipient, bool taken, const char *words)
{
    (void)context;
    ended.count++;
    ended.taken = taken;
    (void)snprintf(ended.words, sizeof ended.words, "%s", words);
    (void)snprintf(ended.who, sizeof ended.who, STR_FMT, STR_ARG(recipient));
}

/* --- somebody who listens: takes one connection, answers each line as the table says, and hands over what it heard --- */

struct script { const char *starts, *answer; };      /* the first row is said at once, if it has no start */

static const char *answer_to(const struct script *script, const char *line)
{
    for (; script->answer; script++)
        if (script->starts && strncmp(line, script->starts, strlen(script->starts)) == 0)
            return script->answer;
    return "";
}

static void serve(int listener, int out, const struct script *script)
{
    FILE *peer = fdopen(accept(listener, NULL, NULL), "r+");
    char line[4096], body[64] = "";

    (void)setvbuf(peer, NULL, _IONBF, 0);
    if (!script->starts)
        (void)fputs(script->answer, peer);
    while (fgets(line, sizeof line, peer)) {
        const char *answer = answer_to(script, line);

        if (strncmp(answer, "HTTP", 4) == 0)
            (void)strncat(line, body, fread(body, 1, strlen(BODY), peer));
        if (write(out, line, strlen(line)) < 0)
            break;
        (void)fseek(peer, 0, SEEK_CUR);
        (void)fputs(answer, peer);
        if (strncmp(answer, "HTTP", 4) == 0 || strncmp(answer, "221", 3) == 0)
            break;
    }
    (void)fclose(peer);
}

struct listener { pid_t pid; int port, heard; };

static struct listener listen_as(const struct script *script)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0), ends[2];
    struct listener listener;

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    (void)fflush(NULL);
    listener = (struct listener){ fork(), ntohs(address.sin_port), ends[0] };
    if (listener.pid == 0) {
        serve(fd, ends[1], script);
        _exit(0);
    }
    (void)close(fd);
    (void)close(ends[1]);
    return listener;
}

static void hear(struct listener listener)
{
    size_t len = 0;
    ssize_t part;

    while (len < sizeof heard - 1 && (part = read(listener.heard, heard + len, sizeof heard - 1 - len)) > 0)
        len += (size_t)part;
    heard[len] = '\0';
    (void)close(listener.heard);
    assert_int_equal(waitpid(listener.pid, NULL, 0), listener.pid);
}

/* Sends one letter and waits until it has its answer. */
static void bring(const struct watch_settings *watch, const struct watch_recipient *recipient)
{
    memset(&ended, 0, sizeof ended);
    assert_int_equal(courier_start(courier, watch, recipient, STR("letter-1"), STR(BODY)), ERR_OK);
    assert_true(courier_has(courier, recipient->name) && !courier_has(courier, STR("somebody else")));
    assert_int_equal(courier_under_way(courier), 1);
    while (!ended.count) {
        struct pollfd none;

        assert_true(courier_wait(courier, &none, 0, courier_runs_commands(courier) ? 5 : 1000) >= 0);
        courier_turn(courier);
    }
    assert_int_equal(ended.count, 1);
    assert_int_equal(courier_under_way(courier), 0);
}

static void heard_says(const char *words)
{
    if (!strstr(heard, words))
        fail_msg("\"%s\" is not in:\n%s", words, heard);
}

/* --- webhook --- */

static void to_webhook(const char *answer)
{
    const struct script script[] = { { "\r\n", answer }, { NULL, NULL } };
    struct listener listener = listen_as(script);
    struct watch_recipient office = { .name = STR("office"), .secret = STR("Jefe") };
    struct watch_settings watch = { 0 };
    char url[64];

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/bilag", listener.port);
    office.webhook = str_of(url);
    bring(&watch, &office);
    hear(listener);
    assert_string_equal(ended.who, "office");
}

static void webhook(void **unused)
{
    char signed_as[17 + COURIER_SIGNATURE_SIZE];

    (void)unused;
    memcpy(signed_as, "Bilag-Signature: ", 17);
    courier_sign(STR("Jefe"), STR(BODY), signed_as + 17);
    to_webhook("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    assert_true(ended.taken);
    assert_string_equal(ended.words, "");
    heard_says("POST /bilag HTTP/1.1\r\n");
    heard_says("Bilag-Message: letter-1\r\n");
    heard_says(signed_as);
    heard_says("\r\n\r\n" BODY);
    to_webhook("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_false(ended.taken);
    assert_string_equal(ended.words, "it answered 500");
    to_webhook("HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_false(ended.taken);                       /* nobody is followed elsewhere */
    assert_string_equal(ended.words, "it answered 302");
}

/* --- mail --- */

static void to_mail(const struct script *script, const char *user)
{
    struct listener listener = listen_as(script);
    const struct watch_recipient kari = { .name = STR("kari"), .mail = STR("kari@example.no") };
    struct watch_settings watch = { .from = STR("bilag@example.no"), .smtp_user = str_of(user),
                                    .smtp_password = STR("geheim") };
    char url[64];

    (void)snprintf(url, sizeof url, "smtp://127.0.0.1:%d", listener.port);
    watch.smtp = str_of(url);
    bring(&watch, &kari);
    hear(listener);
}

static void mail(void **unused)
{
    static const struct script takes[] = {
        { NULL, "220 here\r\n" }, { "EHLO", "250 here\r\n" }, { "MAIL", "250 yes\r\n" }, { "RCPT", "250 yes\r\n" },
        { "DATA", "354 go on\r\n" }, { ".\r\n", "250 taken\r\n" }, { "QUIT", "221 bye\r\n" }, { NULL, NULL },
    }, nobody[] = {
        { NULL, "220 here\r\n" }, { "EHLO", "250 here\r\n" }, { "MAIL", "250 yes\r\n" }, { "RCPT", "550 no such user\r\n" },
        { "QUIT", "221 bye\r\n" }, { NULL, NULL },
    }, wrong[] = {
        { NULL, "220 here\r\n" }, { "EHLO", "250-here\r\n250 AUTH PLAIN\r\n" }, { "AUTH", "535 geheim is wrong\r\n" },
        { "QUIT", "221 bye\r\n" }, { NULL, NULL },
    };

    (void)unused;
    to_mail(takes, "");
    if (!ended.taken)
        fail_msg("%s", ended.words);
    heard_says("MAIL FROM:<bilag@example.no>");
    heard_says("RCPT TO:<kari@example.no>");
    heard_says(BODY "\r\n.\r\n");
    to_mail(nobody, "");
    assert_false(ended.taken);
    assert_non_null(strstr(ended.words, "(550)"));
    assert_null(strstr(heard, BODY));
    to_mail(wrong, "bilag");
    assert_false(ended.taken);
    assert_non_null(strstr(ended.words, "(535)"));
    assert_null(strstr(ended.words, "geheim"));
    assert_null(strstr(heard, BODY));
}

/* Goal: whoever is not there has his letter kept, with words. */
static void nobody_there(void **unused)
{
    const struct watch_recipient kari = { .name = STR("kari"), .mail = STR("kari@example.no") };
    const struct watch_recipient office = { .name = STR("office"), .webhook = STR("http://127.0.0.1:1/"), .secret = STR("x") };
    const struct watch_settings watch = { .from = STR("bilag@example.no"), .smtp = STR("smtps://127.0.0.1:1") };

    (void)unused;
    bring(&watch, &kari);
    assert_false(ended.taken);
    assert_true(ended.words[0]);
    bring(&watch, &office);
    assert_false(ended.taken);
    assert_true(ended.words[0]);
}

/* --- command --- */

static void to_command(const char *script, char path[128])
{
    struct watch_recipient page = { .name = STR("page") };
    struct watch_settings watch = { 0 };
    FILE *file;

    (void)snprintf(path, 128, "%s/page", folder);
    file = fopen(path, "we");
    (void)fprintf(file, "#!/bin/sh\n%s\n", script);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0700), 0);
    page.command = str_of(path);
    bring(&watch, &page);
}

static void command(void **unused)
{
    static const struct { const char *script, *words; } rows[] = {
        { "exit 3", "it exited with 3" },
        { "kill -9 $$", "it was ended by signal 9" },
        { "[ \"$BILAG_MESSAGE\" = letter-1 ] && [ \"$(cat)\" = '" BODY "' ] && [ -z \"$HOME\" ]", "" },
    };
    struct watch_recipient gone = { .name = STR("gone"), .command = STR("/nowhere/page") };
    struct watch_settings watch = { 0 };
    char path[128];

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        to_command(rows[i].script, path);
        assert_string_equal(ended.words, rows[i].words);
        assert_int_equal(ended.taken, !rows[i].words[0]);
    }
    bring(&watch, &gone);
    assert_false(ended.taken);
    assert_non_null(strstr(ended.words, "cannot be started"));
}

/* Goal: no more under way than may be; whoever is under way when the courier is closed has no answer, and its command ends. */
static void at_most(void **unused)
{
    struct watch_recipient page = { .name = STR("page"), .command = STR("/bin/cat") };
    struct watch_settings watch = { 0 };

    (void)unused;
    memset(&ended, 0, sizeof ended);
    for (int i = 0; i < COURIER_UNDER_WAY_MAX; i++)
        assert_int_equal(courier_start(courier, &watch, &page, STR("letter"), STR(BODY)), ERR_OK);
    assert_int_equal(courier_start(courier, &watch, &page, STR("letter"), STR(BODY)), ERR_BUSY);
    assert_int_equal(courier_under_way(courier), COURIER_UNDER_WAY_MAX);
    courier_close(courier);
    assert_int_equal(ended.count, 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    courier_close(NULL);
    assert_int_equal(courier_open(done, NULL, &courier), ERR_OK);
}

static int start(void **unused)
{
    (void)unused;
    if (!temporary_folder("courier", folder, sizeof folder))
        return -1;
    return courier_open(done, NULL, &courier) == ERR_OK ? 0 : -1;
}

static int stop(void **unused)
{
    (void)unused;
    courier_close(courier);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(webhook), cmocka_unit_test(mail), cmocka_unit_test(nobody_there),
        cmocka_unit_test(command), cmocka_unit_test(at_most),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
