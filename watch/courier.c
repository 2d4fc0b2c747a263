#include "courier.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/clock.h"
#include "base/form.h"

enum { WAIT_FDS_MAX = 256, ANSWER_MAX = 65536, ADDRESS_SIZE = 512 };

struct trip {
    struct courier *courier;
    char recipient[80];
    char *body;
    size_t len, read, heard;             /* read: of the body by a mail server; heard: of its answer */
    CURL *easy;                          /* NULL: a command */
    struct curl_slist *headers, *to;
    char why[CURL_ERROR_SIZE];
    bool is_mail;
    pid_t pid;
    int64_t until_ms;                    /* steady */
};

struct courier {
    CURLM *multi;
    courier_done done;
    void *context;
    struct trip *trips[COURIER_UNDER_WAY_MAX];
    size_t count;
};

enum err courier_open(courier_done done, void *context, struct courier **ret_courier)
{
    struct courier *courier = calloc(1, sizeof *courier);

    if (!courier)
        return ERR_MEMORY;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || !(courier->multi = curl_multi_init())) {
        free(courier);
        return ERR_SYSTEM;
    }
    courier->done = done;
    courier->context = context;
    *ret_courier = courier;
    return ERR_OK;
}

static void trip_free(struct trip *trip)
{
    if (trip->easy) {
        (void)curl_multi_remove_handle(trip->courier->multi, trip->easy);
        curl_easy_cleanup(trip->easy);
    }
    curl_slist_free_all(trip->headers);
    curl_slist_free_all(trip->to);
    free(trip->body);
    free(trip);
}

/* A command's group, so that what it started ends as well. */
static void kill_command(const struct trip *trip)
{
    if (trip->pid > 0) {
        (void)kill(-trip->pid, SIGKILL);
        while (waitpid(trip->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
}

void courier_close(struct courier *courier)
{
    if (!courier)
        return;
    for (size_t i = 0; i < courier->count; i++) {
        kill_command(courier->trips[i]);
        trip_free(courier->trips[i]);
    }
    (void)curl_multi_cleanup(courier->multi);
    curl_global_cleanup();
    free(courier);
}

bool courier_has(const struct courier *courier, struct str recipient)
{
    for (size_t i = 0; i < courier->count; i++)
        if (str_equal(str_of(courier->trips[i]->recipient), recipient))
            return true;
    return false;
}

size_t courier_under_way(const struct courier *courier)
{
    return courier->count;
}

bool courier_runs_commands(const struct courier *courier)
{
    for (size_t i = 0; i < courier->count; i++)
        if (courier->trips[i]->pid)
            return true;
    return false;
}

void courier_sign(struct str secret, struct str body, char ret_signature[COURIER_SIGNATURE_SIZE])
{
    crypto_auth_hmacsha256_state state;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];

    (void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret.bytes, secret.len);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.bytes, body.len);
    (void)crypto_auth_hmacsha256_final(&state, mac);
    sodium_memzero(&state, sizeof state);
    memcpy(ret_signature, "sha256=", 7);
    (void)sodium_bin2hex(ret_signature + 7, COURIER_SIGNATURE_SIZE - 7, mac, sizeof mac);
}

/* --- over the network --- */

static size_t hear(char *bytes, size_t size, size_t count, void *context)
{
    struct trip *trip = context;

    (void)bytes;
    trip->heard += size * count;
    return trip->heard > ANSWER_MAX ? 0 : size * count;
}

static size_t say(char *bytes, size_t size, size_t count, void *context)
{
    struct trip *trip = context;
    size_t room = size * count, left = trip->len - trip->read, len = left < room ? left : room;

    memcpy(bytes, trip->body + trip->read, len);
    trip->read += len;
    return len;
}

static bool add(struct curl_slist **list, const char *line)
{
    struct curl_slist *more = curl_slist_append(*list, line);

    if (more)
        *list = more;
    return more != NULL;
}

#define SET(option, value) (code = code ? code : curl_easy_setopt(trip->easy, option, value))

static CURLcode set_common(struct trip *trip, const char *protocols)
{
    CURLcode code = CURLE_OK;

    SET(CURLOPT_PROTOCOLS_STR, protocols);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L);
    SET(CURLOPT_FRESH_CONNECT, 1L);
    SET(CURLOPT_FORBID_REUSE, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)COURIER_CONNECT_MS);
    SET(CURLOPT_TIMEOUT_MS, (long)COURIER_WAIT_MS);
    SET(CURLOPT_WRITEFUNCTION, hear);
    SET(CURLOPT_WRITEDATA, trip);
    SET(CURLOPT_ERRORBUFFER, trip->why);
    SET(CURLOPT_PRIVATE, trip);
    return code;
}

/* libcurl copies strings; what would name a secret is wiped. */
static bool set_mail(struct trip *trip, const struct watch_settings *watch, const struct watch_recipient *recipient)
{
    char url[ADDRESS_SIZE], from[ADDRESS_SIZE], to[ADDRESS_SIZE], password[1024] = "", user[256] = "", trust[ADDRESS_SIZE] = "";
    bool secure = str_starts(watch->smtp, STR("smtps://")), fits;
    size_t scheme = secure ? 8 : 7;
    bool here = form_is_this_machine((struct str){ watch->smtp.bytes + scheme, watch->smtp.len - scheme });
    CURLcode code = set_common(trip, "smtp,smtps");

    (void)snprintf(from, sizeof from, "<" STR_FMT ">", STR_ARG(watch->from));
    (void)snprintf(to, sizeof to, "<" STR_FMT ">", STR_ARG(recipient->mail));
    fits = str_copy(watch->smtp, url, sizeof url) && str_copy(watch->smtp_user, user, sizeof user) &&
           str_copy(watch->smtp_password, password, sizeof password) && str_copy(watch->smtp_trust, trust, sizeof trust) &&
           add(&trip->to, to);
    SET(CURLOPT_URL, url);
    SET(CURLOPT_USE_SSL, secure || !here ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
    if (*trust)
        SET(CURLOPT_CAINFO, trust);
    SET(CURLOPT_MAIL_FROM, from);
    SET(CURLOPT_MAIL_RCPT, trip->to);
    SET(CURLOPT_UPLOAD, 1L);
    SET(CURLOPT_READFUNCTION, say);
    SET(CURLOPT_READDATA, trip);
    SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)trip->len);
    if (*user) {
        SET(CURLOPT_USERNAME, user);
        SET(CURLOPT_PASSWORD, password);
    }
    sodium_memzero(password, sizeof password);
    return fits && code == CURLE_OK;
}

static bool set_webhook(struct trip *trip, const struct watch_recipient *recipient, struct str id)
{
    char url[ADDRESS_SIZE], line[ADDRESS_SIZE], signature[COURIER_SIGNATURE_SIZE];
    CURLcode code = set_common(trip, "http,https");
    bool fits = str_copy(recipient->webhook, url, sizeof url);

    courier_sign(recipient->secret, (struct str){ trip->body, trip->len }, signature);
    (void)snprintf(line, sizeof line, "Bilag-Signature: %s", signature);
    fits = fits && add(&trip->headers, line);
    (void)snprintf(line, sizeof line, "Bilag-Message: " STR_FMT, STR_ARG(id));
    fits = fits && add(&trip->headers, line) && add(&trip->headers, "Content-Type: application/json") &&
           add(&trip->headers, "Expect:");
    SET(CURLOPT_URL, url);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_USERAGENT, "Bilag/" BILAG_VERSION);
    SET(CURLOPT_HTTPHEADER, trip->headers);
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)trip->len);
    SET(CURLOPT_POSTFIELDS, trip->body);
    return fits && code == CURLE_OK;
}
#undef SET

static enum err start_transfer(struct trip *trip, const struct watch_settings *watch, const struct watch_recipient *recipient,
                               struct str id)
{
    trip->easy = curl_easy_init();
    trip->is_mail = recipient->mail.len > 0;
    if (!trip->easy || !(trip->is_mail ? set_mail(trip, watch, recipient) : set_webhook(trip, recipient, id)))
        return ERR_MEMORY;
    return curl_multi_add_handle(trip->courier->multi, trip->easy) == CURLM_OK ? ERR_OK : ERR_MEMORY;
}

/* --- a command --- */

/* The letter as a file without a name, from its beginning: no pipe can fill. */
static int body_file(const struct trip *trip)
{
    int fd = memfd_create("letter", MFD_CLOEXEC);
    size_t at = 0;

    while (fd >= 0 && at < trip->len) {
        ssize_t n = write(fd, trip->body + at, trip->len - at);

        if (n < 0 && errno != EINTR) {
            (void)close(fd);
            return -1;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0 && lseek(fd, 0, SEEK_SET) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static int spawn(const char *path, int in, char *message, pid_t *ret_pid)
{
    char search[] = "PATH=/usr/local/bin:/usr/bin:/bin";
    char *argv[] = { (char *)(uintptr_t)path, NULL }, *env[] = { search, message, NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    int rc;

    (void)sigemptyset(&none);
    (void)sigfillset(&usual);
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    rc = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    rc = rc ? rc : posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    rc = rc ? rc : posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    rc = rc ? rc : posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    rc = rc ? rc : posix_spawnattr_setflags(&attributes,
                                            POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    rc = rc ? rc : posix_spawnattr_setpgroup(&attributes, 0);
    rc = rc ? rc : posix_spawnattr_setsigmask(&attributes, &none);
    rc = rc ? rc : posix_spawnattr_setsigdefault(&attributes, &usual);
    rc = rc ? rc : posix_spawn(ret_pid, path, &actions, &attributes, argv, env);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return rc;
}

static enum err start_command(struct trip *trip, const struct watch_recipient *recipient, struct str id)
{
    char path[1100], message[64];
    int in = body_file(trip), rc;

    if (in < 0)
        return ERR_SYSTEM;
    (void)snprintf(message, sizeof message, "BILAG_MESSAGE=" STR_FMT, STR_ARG(id));
    rc = str_copy(recipient->command, path, sizeof path) ? spawn(path, in, message, &trip->pid) : ENAMETOOLONG;
    (void)close(in);
    trip->until_ms = clock_steady_ms() + COURIER_WAIT_MS;
    if (!rc)
        return ERR_OK;
    trip->pid = -1;                      /* told at the next turn, as any other failure */
    (void)snprintf(trip->why, sizeof trip->why, "it cannot be started: %s", strerror(rc));
    return ERR_OK;
}

enum err courier_start(struct courier *courier, const struct watch_settings *watch, const struct watch_recipient *recipient,
                       struct str id, struct str body)
{
    struct trip *trip;
    enum err err;

    if (courier->count == COURIER_UNDER_WAY_MAX)
        return ERR_BUSY;
    trip = calloc(1, sizeof *trip);
    if (!trip)
        return ERR_MEMORY;
    trip->courier = courier;
    trip->body = malloc(body.len + 1);
    trip->len = body.len;
    if (!trip->body || !str_copy(recipient->name, trip->recipient, sizeof trip->recipient)) {
        trip_free(trip);
        return ERR_MEMORY;
    }
    memcpy(trip->body, body.bytes, body.len);
    err = recipient->command.len ? start_command(trip, recipient, id) : start_transfer(trip, watch, recipient, id);
    if (err) {
        trip_free(trip);
        return err;
    }
    courier->trips[courier->count++] = trip;
    return ERR_OK;
}

/* --- ends --- */

static void end(struct courier *courier, struct trip *trip, bool taken, const char *why)
{
    char words[COURIER_WORDS_MAX];

    (void)snprintf(words, sizeof words, "%s", taken ? "" : why);
    clean_text(words);
    for (size_t i = 0; i < courier->count; i++)
        if (courier->trips[i] == trip)
            courier->trips[i--] = courier->trips[--courier->count];
    courier->done(courier->context, str_of(trip->recipient), taken, words);
    trip_free(trip);
}

static void transfer_end(struct courier *courier, CURL *easy, CURLcode code)
{
    struct trip *trip = NULL;
    long status = 0;
    char why[CURL_ERROR_SIZE + 64];
    bool taken;

    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &trip);
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    taken = code == CURLE_OK && (trip->is_mail || (status >= 200 && status < 300));
    if (code == CURLE_OK)
        (void)snprintf(why, sizeof why, "it answered %ld", status);
    else if (status)
        (void)snprintf(why, sizeof why, "%s (%ld)", trip->why[0] ? trip->why : curl_easy_strerror(code), status);
    else
        (void)snprintf(why, sizeof why, "%s", trip->why[0] ? trip->why : curl_easy_strerror(code));
    end(courier, trip, taken, why);
}

static void command_turn(struct courier *courier, struct trip *trip)
{
    char why[128];
    int how = 0;

    if (trip->pid < 0) {
        end(courier, trip, false, trip->why);
        return;
    }
    if (waitpid(trip->pid, &how, WNOHANG) == trip->pid) {
        trip->pid = 0;
        (void)snprintf(why, sizeof why, WIFEXITED(how) ? "it exited with %d" : "it was ended by signal %d",
                       WIFEXITED(how) ? WEXITSTATUS(how) : WTERMSIG(how));
        end(courier, trip, WIFEXITED(how) && WEXITSTATUS(how) == 0, why);
    } else if (clock_steady_ms() >= trip->until_ms) {
        kill_command(trip);
        trip->pid = 0;
        end(courier, trip, false, "it did not end in time and was killed");
    }
}

void courier_turn(struct courier *courier)
{
    CURLMsg *message;
    int left;

    (void)curl_multi_perform(courier->multi, &left);
    while ((message = curl_multi_info_read(courier->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            transfer_end(courier, message->easy_handle, message->data.result);
    for (size_t i = courier->count; i-- > 0;)
        if (i < courier->count && courier->trips[i]->pid)
            command_turn(courier, courier->trips[i]);
}

int courier_wait(void *context, struct pollfd *fds, size_t count, int timeout_ms)
{
    struct courier *courier = context;
    struct curl_waitfd waits[WAIT_FDS_MAX];
    int ready = 0;

    ensure(count <= WAIT_FDS_MAX);
    for (size_t i = 0; i < count; i++)
        waits[i] = (struct curl_waitfd){ .fd = fds[i].fd, .events = CURL_WAIT_POLLIN };
    if (curl_multi_poll(courier->multi, waits, (unsigned)count, timeout_ms, &ready) != CURLM_OK)
        return -1;
    for (size_t i = 0; i < count; i++)
        fds[i].revents = waits[i].revents ? POLLIN : 0;
    return ready;
}
