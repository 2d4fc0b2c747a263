/* stage.h - the one skeleton of all processes: settings, log, signals, sockets, loop, status, readiness.
 *
 * A stage gives its ops and is only its transformation. The skeleton
 *   - reads --config DIR, --instance N, --help, --version; loads the configuration;
 *   - takes RUN_DIR/<stage>-<N>.lock (flock; another holder: exit 111), and where machines share the stores its lease
 *     (base/lease.h), which it keeps, and ends with 111 when that is over;
 *   - calls ops.open, says ready (log, systemd), loops, and on SIGTERM or SIGINT leaves the loop,
 *     calls ops.close and exits 0, after at most STOP_WAIT_MS in which ops.busy says that something is under
 *     way; SIGHUP loads the configuration again (a bad one changes nothing and
 *     is logged) and calls ops.reload; SIGUSR1 writes the status dump to RUN_DIR/<stage>-<N>.status.json;
 *   - says a few times in WatchdogSec= to systemd that it still turns, if asked;
 *   - answers a status request on RUN_DIR/status-<stage>-<N>.ipc (ROUTER; any message gets the JSON); "reload" does what SIGHUP
 *     does as well, after the answer.
 * Exit  0 told to stop; 100 cannot run as configured; 111 restart me later.
 *
 * The loop: wait (poll, or the wait a stage brings, such as curl's), drain each socket, up to
 * LINK_DRAIN_MAX messages each, so that none starves, then ops.turn. ZeroMQ's descriptors are
 * edge-triggered: the skeleton does not wait while a socket still has something.
 */
#ifndef BILAG_STAGE_STAGE_H
#define BILAG_STAGE_STAGE_H

#include "domain/config.h"
#include "base/err.h"

#include <poll.h>

struct stage;
struct link;                              /* one ZeroMQ socket */

#define STAGE_RELOAD "reload"

enum { FRAMES_MAX = 8, LINK_DRAIN_MAX = 256, MESSAGE_BYTES_MAX = 64 * 1024 * 1024, STOP_WAIT_MS = 3000 };

/* Frames of one message; views, dead after the handler returns. A ROUTER's first frame is the peer. */
struct frames {
    struct str part[FRAMES_MAX];
    size_t count;
    const char *key;                      /* the sender's public key (Z85), proved; NULL: this socket has none */
};

typedef enum err (*link_handler)(struct stage *stage, void *state, struct link *link,
                                 const struct frames *frames);
typedef enum err (*watch_handler)(struct stage *stage, void *state, int fd);

struct stage_ops {
    const char *name;                     /* "mapper": the program is bilag-mapper */
    const char *about;                    /* one line for --help */
    const void *context;                  /* the stage's own: stage_context() */
    bool tells;                           /* it tells people: with the secrets of the section watch: */
    bool holds_keys;                      /* it talks to PowerOffice: the configuration comes with the keys */
    enum err (*open)(struct stage *stage, void **ret_state, struct fault *fault);
    void     (*close)(struct stage *stage, void *state);
    enum err (*reload)(struct stage *stage, void *state);    /* the new one is stage_config() already */
    enum err (*turn)(struct stage *stage, void *state);      /* after every wait */
    bool     (*busy)(const void *state);  /* asked when told to stop: an answer is about to come; may be NULL */
    void     (*status)(struct stage *stage, void *state, struct strbuf *json);   /* `,"name":value`... */
};

/* Runs the process; main() returns what this returns. Handlers' and turn's errors: ERR_OK and ERR_FORMAT
 * (bad message: counted, logged, dropped) go on; ERR_CONFIG ends with 100; all others end with 111. */
int stage_main(const struct stage_ops *ops, int argc, char **argv);

const struct config *stage_config(const struct stage *stage);
const char   *stage_name(const struct stage *stage);         /* ops.name */
int           stage_instance(const struct stage *stage);
const void   *stage_context(const struct stage *stage);      /* ops.context */
struct arena *stage_arena(struct stage *stage);              /* emptied after every handler and turn */
bool          stage_stopping(const struct stage *stage);     /* SIGTERM came: take nothing new */
/* Takes no more messages from PULL links until released: for a stage whose next one is not up, so that
 * work waits in the sockets rather than in memory. Turns, watches, signals and status go on. */
void          stage_pause(struct stage *stage, bool paused);

/* Time, through the stage so that tests can move it. */
int64_t stage_now_ms(const struct stage *stage);             /* wall clock */
int64_t stage_steady_ms(const struct stage *stage);
/* The next turn happens at the latest then (steady ms); the earliest wish since the last turn counts. */
void    stage_wake_at(struct stage *stage, int64_t steady_ms);

/* What SIGHUP does, in the next turn: from within. */
void    stage_reload_soon(struct stage *stage);

void    stage_counter_add(struct stage *stage, const char *name, int64_t by);    /* name: a literal */
void    stage_counter_set(struct stage *stage, const char *name, int64_t value);

/* A descriptor to wait for beside the sockets (level-triggered, readable). */
USED enum err stage_watch(struct stage *stage, int fd, watch_handler handler);
/* Another way to wait: fds are poll's, revents are to be filled; called instead of poll(). */
typedef int (*stage_wait)(void *context, struct pollfd *fds, size_t count, int timeout_ms);
void    stage_set_wait(struct stage *stage, stage_wait wait, void *context);

#include "link.h"

#endif
