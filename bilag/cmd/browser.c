#include "browser.h"

#include "base/clean.h"
#include "base/clock.h"
#include "bilag/show/ending.h"
#include "poweroffice/onboarding.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <poll.h>
#include <sodium.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STATE_BYTES = 16, STATE_SIZE = 2 * STATE_BYTES + 1, ADDRESS_MAX = 4096, PATIENCE_MS = 15 * 60 * 1000, READ_MS = 2000 };

struct returning {
    struct shell *shell;
    char state[STATE_SIZE], token[2048], status[64];
    int listener;                         /* -1: the person pastes */
};

static int listen_here(char *redirect, size_t size, const char *state)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) || listen(fd, 8) ||
        getsockname(fd, (struct sockaddr *)&address, &len)) {
        if (fd >= 0)
            (void)close(fd);
        return -1;
    }
    (void)snprintf(redirect, size, "http://localhost:%u/connected?state=%s", (unsigned)ntohs(address.sin_port), state);
    return fd;
}

static int hex_of(char digit)
{
    return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
         : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* A member of the address's query, decoded. False: it is not there, or too long. */
static bool query_member(const char *query, const char *name, char *to, size_t size)
{
    size_t len = strlen(name), at = 0;

    while (query && *query) {
        const char *value = query + len + 1;

        if (strncmp(query, name, len) == 0 && query[len] == '=') {
            for (; *value && *value != '&' && *value != ' ' && *value != '#'; value++) {
                bool escaped = *value == '%' && hex_of(value[1]) >= 0 && hex_of(value[2]) >= 0;

                if (at + 1 == size)
                    return false;
                to[at++] = escaped ? (char)(hex_of(value[1]) * 16 + hex_of(value[2])) : *value;
                value += escaped ? 2 : 0;
            }
            to[at] = '\0';
            return at > 0;
        }
        query = strchr(query, '&');
        query += query != NULL;
    }
    return false;
}

/* Whoever does not know the state knows nothing of this connection: another page's request, or somebody else's address. */
static bool take_address(struct returning *returning, const char *address)
{
    const char *query = strchr(address, '?');
    char state[STATE_SIZE] = "";

    query += query != NULL;
    if (!query_member(query, "state", state, sizeof state) || strlen(state) != STATE_SIZE - 1 ||
        sodium_memcmp(state, returning->state, STATE_SIZE - 1) != 0)
        return false;
    if (!query_member(query, "token", returning->token, sizeof returning->token))
        (void)query_member(query, "onboarding_token", returning->token, sizeof returning->token);
    (void)query_member(query, "status", returning->status, sizeof returning->status);
    return true;
}

static bool serve(struct returning *returning)
{
    static const char form[] = "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
                               "Connection: close\r\nContent-Length: %zu\r\n\r\n%s";
    char request[ADDRESS_MAX], answer[1024];
    struct pollfd wait = { .events = POLLIN };
    bool fine = false;
    const char *words;
    ssize_t len = 0;
    int answer_len;

    wait.fd = accept4(returning->listener, NULL, NULL, SOCK_CLOEXEC);
    if (wait.fd < 0)
        return false;
    if (poll(&wait, 1, READ_MS) == 1)
        len = read(wait.fd, request, sizeof request - 1);
    request[len > 0 ? len : 0] = '\0';
    request[strcspn(request, "\r\n")] = '\0';
    if (strncmp(request, "GET /connected?", 15) == 0)
        fine = take_address(returning, request);
    words = fine ? in_words(returning->shell, "Bilag has it. You can close this window.\n",
                            "Bilag har fått det. Du kan lukke vinduet.\n")
                 : in_words(returning->shell, "This is not the connection that Bilag waits for.\n",
                            "Dette er ikke tilkoblingen som Bilag venter på.\n");
    answer_len = snprintf(answer, sizeof answer, form, fine ? "200 OK" : "400 Bad Request", strlen(words), words);
    (void)!write(wait.fd, answer, (size_t)answer_len);
    (void)close(wait.fd);
    sodium_memzero(request, sizeof request);
    return fine;
}

/* 1: it came; 0: go on waiting; -1: nothing more can come that way. */
static int pasted(struct returning *returning)
{
    char line[ADDRESS_MAX];

    if (!fgets(line, sizeof line, stdin))
        return -1;
    line[strcspn(line, "\r\n ")] = '\0';
    if (!line[0])
        return 0;
    if (take_address(returning, line)) {
        sodium_memzero(line, sizeof line);
        return 1;
    }
    (void)printf("%s\n", in_words(returning->shell,
                                  "That address is not of this connection; paste the one that the browser ended at.",
                                  "Den adressen hører ikke til denne tilkoblingen; lim inn den nettleseren endte på."));
    return 0;
}

static bool wait_for_return(struct returning *returning)
{
    int64_t until_ms = clock_steady_ms() + PATIENCE_MS, left_ms;
    struct pollfd waits[2] = { { .fd = returning->listener, .events = POLLIN }, { .fd = STDIN_FILENO, .events = POLLIN } };

    while ((left_ms = until_ms - clock_steady_ms()) > 0 && (waits[0].fd >= 0 || waits[1].fd >= 0)) {
        if (poll(waits, COUNT(waits), (int)left_ms) <= 0)
            continue;
        if (waits[0].fd >= 0 && waits[0].revents && serve(returning))
            return true;
        if (waits[1].fd >= 0 && waits[1].revents) {
            int came = pasted(returning);

            if (came > 0)
                return true;
            if (came < 0)
                waits[1].fd = -1;
        }
    }
    return false;
}

static int say_ending(struct shell *shell, char *status)
{
    const struct ending *ending = ending_of(status);

    if (ending)
        return complain(shell, EXIT_RED, in_words(shell, "not connected: %s", "ikke tilkoblet: %s"),
                        in_words(shell, ending->en, ending->nb));
    clean_text(status);
    return complain(shell, EXIT_RED, in_words(shell, "not connected: PowerOffice sent the browser back without a token (%s)",
                                              "ikke tilkoblet: PowerOffice sendte nettleseren tilbake uten nøkkel (%s)"),
                    status[0] ? status : "?");
}

static void say_where(const struct returning *returning, const char *address)
{
    const struct shell *shell = returning->shell;

    (void)printf("%s\n\n  %s\n\n", in_words(shell, "Open this in a browser, as an administrator of the company in PowerOffice:",
                                            "Åpne denne i en nettleser, som administrator for firmaet i PowerOffice:"), address);
    (void)printf("%s\n", returning->listener >= 0
                     ? in_words(shell, "Waiting for it to come back. If the browser is elsewhere: paste the address "
                                       "that it ends at.",
                                "Venter på at den kommer tilbake. Er nettleseren på en annen maskin: lim inn "
                                "adressen den ender på.")
                     : in_words(shell, "Then paste the address that it ends at.", "Lim så inn adressen den ender på."));
    (void)fflush(stdout);
    (void)setvbuf(stdin, NULL, _IONBF, 0);       /* what a pipe brought at once is not hidden from poll() */
}

static int finalize(struct shell *shell, struct returning *returning, struct str company, char *key, size_t size)
{
    struct onboarded onboarded = { .key = "" };
    struct fault fault = { "" };
    enum err err;
    int code;

    if (!returning->token[0] || (returning->status[0] && strcmp(returning->status, "Success") != 0))
        return say_ending(shell, returning->status);
    err = onboarding_end(shell->config, str_of(returning->token), company, &onboarded, &fault);
    code = err ? complain_err(shell, err, &fault) : str_copy(str_of(onboarded.key), key, size) ? EXIT_FINE : EXIT_RED;
    sodium_memzero(&onboarded, sizeof onboarded);
    return code;
}

int browser_key(struct shell *shell, int extension, struct str company, char *key, size_t size)
{
    struct returning returning = { .shell = shell, .listener = -1 };
    unsigned char random[STATE_BYTES];
    char redirect[1200], address[1024];
    struct str elsewhere = shell->config->onboarding_return;
    struct fault fault = { "" };
    enum err err;
    int code;

    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(returning.state, sizeof returning.state, random, sizeof random);
    if (elsewhere.len)
        (void)snprintf(redirect, sizeof redirect, STR_FMT "%cstate=%s", STR_ARG(elsewhere),
                       memchr(elsewhere.bytes, '?', elsewhere.len) ? '&' : '?', returning.state);
    else if ((returning.listener = listen_here(redirect, sizeof redirect, returning.state)) < 0)
        return complain(shell, EXIT_RED, "no address of this machine can be listened on");
    err = onboarding_begin(shell->config, extension, company, str_of(redirect), address, &fault);
    if (err) {
        code = complain_err(shell, err, &fault);
    } else {
        say_where(&returning, address);
        code = wait_for_return(&returning)
                   ? finalize(shell, &returning, company, key, size)
                   : complain(shell, EXIT_RED, "%s", in_words(shell, "the browser did not come back; try again",
                                                              "nettleseren kom ikke tilbake; prøv igjen"));
    }
    if (returning.listener >= 0)
        (void)close(returning.listener);
    sodium_memzero(&returning, sizeof returning);
    return code;
}
