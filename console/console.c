#include "console.h"

#include <stdlib.h>

#include "asking.h"
#include "base/log.h"
#include "journey.h"
#include "picture.h"
#include "serve.h"

enum { HEAD_WAIT_MS = 10000, BODY_WAIT_MS = 20000, ADDRESS_CONNECTIONS = 32 };

struct session_limits console_limits(const struct console *console)
{
    const struct console_settings *settings = &stage_config(console->stage)->console;

    return (struct session_limits){ .age_ms = (int64_t)settings->session_minutes * 60000,
                                    .idle_ms = (int64_t)settings->idle_minutes * 60000 };
}

bool console_is_secure(const struct console *console)
{
    return server_has_tls(console->server) || stage_config(console->stage)->console.behind_proxy;
}

static enum err on_http(struct stage *stage, void *state, int fd)
{
    struct console *console = state;

    (void)stage;
    (void)fd;
    server_run(console->server);
    return ERR_OK;
}

void console_close(struct stage *stage, void *state)
{
    struct console *console = state;

    (void)stage;
    server_close(console->server);
    askings_close(console->askings);
    journeys_close(console->journeys);
    picture_close(console->picture);
    guesses_close(console->guesses);
    sessions_close(console->sessions);
    users_close(console->users);
    free(console);
}

static enum err open_door(struct console *console, struct fault *fault)
{
    struct stage *stage = console->stage;
    const struct config *config = stage_config(stage);
    const struct server_wish wish = {
        .section = "console", .listen = config->console.listen,
        .folder = arena_format(stage_arena(stage), STR_FMT "/console", STR_ARG(config->state_dir)),
        .certificate = config->console.certificate, .certificate_key = config->console.certificate_key,
        .address_connections = ADDRESS_CONNECTIONS,
        .handle = serve_handle, .completed = serve_completed, .context = console,
    };
    enum err err = wish.folder.bytes ? server_open(stage, &wish, &console->server, fault) : ERR_MEMORY;

    return err ? err : stage_watch(stage, server_fd(console->server), on_http);
}

enum err console_open(struct stage *stage, void **ret_state, struct fault *fault)
{
    const struct config *config = stage_config(stage);
    struct console *console;
    enum err err;

    if (!config->console.on)
        return fault_set(fault, ERR_CONFIG, "bilag.yaml has no section console: so nobody may look into the books with a "
                                            "browser; "
                         "write one (console: {}), add a user (bilag users add), and start this again");
    console = calloc(1, sizeof *console);
    if (!console)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    console->stage = stage;
    reload_open(&console->reload, stage);
    err = users_open(config->state_dir, 0, &console->users, fault);
    if (!err)
        err = sessions_open(config->state_dir, &console->sessions, fault);
    if (!err)
        err = guesses_open(&console->guesses);
    if (!err)
        err = picture_open(&console->picture);
    if (!err)
        err = journeys_open(&console->journeys);
    if (!err)
        err = askings_open(stage, &console->reload, console->journeys, &console->askings);
    if (!err)
        err = open_door(console, fault);
    if (err) {
        console_close(stage, console);
        return err;
    }
    *ret_state = console;
    return ERR_OK;
}

enum err console_reload(struct stage *stage, void *state)
{
    struct console *console = state;
    const struct console_settings *settings = &stage_config(stage)->console;

    server_reload(console->server, settings->certificate, settings->certificate_key);
    picture_reload(console->picture);
    return settings->on ? ERR_OK : ERR_CONFIG;           /* taken away: nobody may look in any more */
}

enum err console_turn(struct stage *stage, void *state)
{
    struct console *console = state;

    server_turn(console->server, HEAD_WAIT_MS, BODY_WAIT_MS);
    stage_wake_at(stage, askings_turn(console->askings));
    stage_wake_at(stage, reload_turn(&console->reload));
    stage_wake_at(stage, picture_turn(console->picture, stage_config(stage), stage_steady_ms(stage)));
    return ERR_OK;
}

void console_status(struct stage *stage, void *state, struct strbuf *json)
{
    struct console *console = state;

    (void)stage;
    server_status(console->server, json);
}
