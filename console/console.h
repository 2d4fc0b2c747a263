/* console.h - the console's process: what its requests share. */
#ifndef BILAG_CONSOLE_CONSOLE_H
#define BILAG_CONSOLE_CONSOLE_H

#include "domain/users.h"
#include "door/server.h"
#include "guesses.h"
#include "reload.h"
#include "session.h"
#include "stage/stage.h"

struct askings;
struct journeys;
struct picture;

struct console {
    struct stage *stage;
    struct server *server;
    struct users *users;
    struct sessions *sessions;
    struct guesses *guesses;
    struct picture *picture;             /* all venues at a glance (picture.h) */
    struct askings *askings;             /* what the uploader asks PowerOffice for (asking.h) */
    struct journeys *journeys;                 /* who was sent to PowerOffice's own (journey.h) */
    struct reload reload;                /* the stages are told of what was saved */
};

/* stage_ops. */
USED enum err console_open(struct stage *stage, void **ret_state, struct fault *fault);
void console_close(struct stage *stage, void *state);
USED enum err console_reload(struct stage *stage, void *state);
USED enum err console_turn(struct stage *stage, void *state);
void console_status(struct stage *stage, void *state, struct strbuf *json);

/* Of the settings. */
struct session_limits console_limits(const struct console *console);
/* Cookies travel by TLS only. */
bool console_is_secure(const struct console *console);

#endif
