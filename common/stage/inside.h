/* inside.h - what stage.c and link.c share; nobody else includes it. */
#ifndef BILAG_STAGE_INSIDE_H
#define BILAG_STAGE_INSIDE_H

#include "stage.h"

enum { LINKS_MAX = 80, WATCHES_MAX = 8, COUNTERS_MAX = 48 };

struct link {
    struct stage *stage;
    void *socket;
    int type, fd, peers;
    link_handler handler;
    const char *domain;                   /* with keys: peers.h */
    bool outside;                         /* over TCP; messages bring their sender's key */
};

struct stage {
    const struct stage_ops *ops;
    void *state, *zmq;
    struct config *config;
    char config_dir[512];
    bool ask_alive;                      /* --alive */
    int instance, lock_fd, signal_fd, exit_code;
    bool stopping, paused;
    struct fault refused;                 /* why the configuration was not taken when it was last read; empty: it was */
    int64_t stop_by_ms;                   /* steady; 0: not told to stop */
    int64_t started_ms, wake_ms, reload_ms;           /* reload_ms 0: no reload is owed */
    int64_t marks_ms;                     /* when the marks of keys are looked at again (steady) */
    int64_t watchdog_ms, alive_ms;        /* how often the supervisor wants to hear of us (0: it does not), and when it did */
    struct arena arena;
    struct link links[LINKS_MAX];
    size_t link_count;
    struct { int fd; watch_handler handler; } watches[WATCHES_MAX];
    size_t watch_count;
    struct { const char *name; int64_t value; } counters[COUNTERS_MAX];
    size_t counter_count;
    stage_wait wait;
    void *wait_context;
    struct peers *peers;                  /* keys, and who may send: peers.h */
    link_admit admit;                     /* who may come in from outside; NULL: nobody */
};

bool     link_paused(const struct link *link);
bool     link_readable(const struct link *link);
USED enum err link_drain(struct stage *stage, struct link *link);
void     link_close_all(struct stage *stage);

#endif
