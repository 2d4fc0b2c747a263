/* poweroffice_inside.h - what poweroffice.c, client.c, login.c and keyless.c share; nobody else includes it. */
#ifndef BILAG_POWEROFFICE_POWEROFFICE_INSIDE_H
#define BILAG_POWEROFFICE_POWEROFFICE_INSIDE_H

#include "transport.h"
#include "limiter.h"
#include "outcome.h"
#include "poweroffice.h"
#include "requests.h"
#include "refdata.h"
#include "tokens.h"

enum { PRIORITY_SALES, PRIORITY_ASKED, PRIORITY_IDLE, PRIORITIES };
enum { ASKED_EVERY = 8, TOOK_MAX = 16, CALLS_MAX = 20000, CALL_BYTES_MAX = 24 * 1024 * 1024, URL_MAX = 2000,
       CALL_TYPE_MAX = 128, KEYLESS_BODY_MAX = 8192, CALL_TRIES = 4, LOGIN_TRIES = 3,
       LEASE_SPARE_MS = 2000, LEASE_LOOK_MS = 50 };

/* Which of the subscription's keys. */
enum subscription { SUBSCRIPTION_FIRST, SUBSCRIPTION_SECOND };

/* One call, from being asked for to being answered. */
struct pending {
    struct pending *next;
    struct client *client;
    enum call_method method;
    struct str path, body, type, doc;
    size_t bytes;
    int priority, tries;
    bool renewed;                         /* 401 or 403 was answered by one new token already */
    bool other_tried;                     /* ... and with the subscription's other key */
    enum subscription used;               /* which key it went out with, or is to go out with (other_tried) */
    struct pending *about;                /* it asks why that one was refused; that one's answer is in `refused` */
    struct answer refused;
    struct str token;                     /* the one it went out with; wiped */
    int64_t not_before_ms, asked_ms, started_us;
    answered done;
    void *context;
};

struct queue { struct pending *first, **end; };

/* A PowerOffice client with calls; it is gone when they are. Clients form a ring and take turns. */
struct client {
    struct client *next, *before;
    struct poweroffice *po;
    char id[64];
    struct str key;                       /* secret */
    int extension;
    struct queue queues[PRIORITIES];
    struct pending *under_way;            /* list */
    unsigned holds;                       /* callbacks that still use it */
    bool login_under_way, answered_well;
    int login_tries;
    bool login_other_tried;               /* as pending's, for the token */
    enum subscription login_used;
    int64_t login_not_before_ms, login_sent_us;
    struct token_lock token_lock;         /* key: secret */
};

/* The call that is no client's (keyless.c). */
struct keyless {
    const char *path;
    struct strbuf body;                   /* wiped */
    bool under_way, other_tried;
    enum subscription used;
    int64_t asked_ms;
    answered done;                        /* NULL: none waits */
    void *context;
};

struct poweroffice {
    struct stage *stage;                  /* NULL: alone, see poweroffice_open_alone() */
    const struct config *alone;
    int64_t alone_wake_ms;
    struct quota quota;
    struct refstore *refstore;
    struct requests *requests;            /* NULL: alone, nothing is kept */
    struct limiter limiter;
    int64_t taken_us;                     /* when the request that is being started was taken from the quota */
    int64_t took_us[TOOK_MAX];            /* the latest answers, round and round */
    size_t took_next;
    struct transport *transport;
    struct client *ring;                  /* whose turn is next */
    size_t waiting, waiting_bytes, urgent;                   /* urgent: waiting, of priority 0 */
    unsigned passed_by;                   /* sales that left since somebody was asked for */
    struct asker *asker;                  /* NULL: by itself; else through the uploader, and above only the stores are used */
    enum subscription subscription;       /* the key in use: accepted last, or not tried yet */
    struct keyless keyless;
};

const struct config *po_config(const struct poweroffice *po);
void    po_wake_at(struct poweroffice *po, int64_t steady_ms);
/* Back-off of a try, with a part of chance so that those who failed together do not return together. */
int64_t po_back_off_ms(const struct poweroffice *po, int tries);
void    po_throttled(struct poweroffice *po, const struct http_reply *reply);
/* Every reply, before anything else is done about it: what it says about the way there. */
void    po_answered(struct poweroffice *po, const struct http_reply *reply);
/* What came instead of what was asked for, in PowerOffice's words or in ours. */
void    po_tell_why(struct answer *answer, const struct http_reply *reply);
/* The key itself is refused: remembered for the validator until an answer shows otherwise. */
void    po_login_refused(struct client *client, const struct answer *answer);
struct str po_subscription_key(const struct poweroffice *po, enum subscription subscription);
/* The other one, if there is another. */
bool    po_other_subscription(const struct poweroffice *po, enum subscription used, enum subscription *ret_other);
/* An answer that is not about keys came to a request with this one. */
void    po_subscription_accepted(struct poweroffice *po, enum subscription used);
/* Ends a call that waits in no queue any more. */
void    po_end(struct pending *pending, const struct answer *answer);

/* client.c */
struct client *client_of(struct poweroffice *po, const struct venue *venue);           /* NULL: no memory */
void client_leave_if_idle(struct client *client);
void client_enqueue(struct client *client, struct pending *pending);
void client_put_back(struct client *client, struct pending *pending);                  /* it is next again */
struct pending *client_next(struct client *client, int priority, int64_t steady_ms);   /* NULL: none may go yet */
struct pending *client_take(struct client *client, int priority);
void client_fail_all(struct client *client, const struct answer *answer);
void client_started(struct client *client, struct pending *pending);
void client_ended(struct client *client, struct pending *pending);
void client_free_all(struct poweroffice *po);
void pending_free(struct pending *pending);

/* login.c: true if the client's next call may go out with *ret_token; otherwise a token fetch may be due. */
enum login { LOGIN_READY, LOGIN_DUE, LOGIN_WAIT };
enum login login_state(struct client *client, struct token *ret_token);
USED enum err login_start(struct client *client);

/* keyless.c: it goes where no sale waits, or when it has waited for a second. */
bool keyless_is_next(struct poweroffice *po);
USED enum err keyless_start(struct poweroffice *po);
void keyless_free(struct poweroffice *po);

#endif
