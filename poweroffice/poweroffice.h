/* poweroffice.h - the API client that uploader and invoicer share (docs/poweroffice-api.md, docs/design.md section 5).
 *
 * A call is queued per PowerOffice client (client_id), waits for a token and for the shared quota, goes out
 * over libcurl's multi interface inside the stage's own loop and ends in exactly one answered() - or, when
 * the process ends first, in none: what was about to be sent is on disk by then, the caller saw to it.
 * Fairness    clients take turns; within a client, calls go in the order they were asked for. Sales go before what somebody
 *             asks, who gets every eighth request when there are always some; idle-hour reads come last.
 * Quota       GCRA in LMDB (RUN_DIR: quota.h says why there), one bucket per subscription key for every process; token
 *             calls count. 429 makes all processes of the key wait.
 * Tokens      kept in the same store until 60 s (or a tenth of their life) before expiry; shared by processes;
 *             one fetch at a time per client. 401/403: new token once, the call once more, then OUTCOME_LOGIN.
 * Subscription its other key, where there is one, is tried once wherever the one in use is refused; the one that was
 *             accepted last is in use. Both share one bucket. A document's 403 is looked into before it is answered:
 *             `closed` where not even what any key may read is answered.
 * Reads       retried here (RFC: GETs are safe) on passing faults; writes are never repeated here: the
 *             caller decides by the outcome.
 * Ownership   call's strings are copied; answer's are dead after answered() returns.
 * Secrets     keys and tokens never reach a log, a fault or an answer.
 */
#ifndef BILAG_POWEROFFICE_POWEROFFICE_H
#define BILAG_POWEROFFICE_POWEROFFICE_H

#include "stage/stage.h"

enum outcome { OUTCOME_DONE, OUTCOME_THROTTLED, OUTCOME_PASSING, OUTCOME_UNKNOWN, OUTCOME_LOGIN, OUTCOME_REFUSED };
enum call_method { CALL_GET, CALL_POST, CALL_PUT };

struct poweroffice;
struct refstore;

struct call {
    const struct venue *venue;            /* whose client key and extension */
    enum call_method method;
    struct str path;                      /* "/Vouchers/CashJournals?x=y", encoded, without the base */
    struct str body;                      /* JSON, or what type says; or empty */
    struct str type;                      /* Content-Type of the body; empty: JSON */
    int priority;                         /* 0 first: writes and lookups; 1: reference data in idle hours */
    bool asked;                           /* for somebody who has no keys: sales go first */
    struct str doc;                       /* for the log */
};

/* `said`: there is one, however short this page is; number and size as its link says, 0: it does not. */
struct next_page { bool said; int number, size; };

struct answer {
    enum outcome outcome;
    long status;                          /* HTTP status; 0: none came */
    struct str body;
    struct str location;                  /* Location header */
    bool last_page;                       /* of a paged list */
    struct next_page next;                /* ... as its header names it */
    bool closed;                          /* 403, and the same for everything: no right lacks, the subscription takes nothing */
    bool subscription_refused;            /* 401 of the gateway, also to who asks for a token: no client's key is at fault */
    char title[128], detail[512];         /* PowerOffice's own words, or ours when there was no answer */
    int64_t took_ms;
};

typedef void (*answered)(void *context, const struct answer *answer);

USED enum err poweroffice_open(struct stage *stage, struct poweroffice **ret_po, struct fault *fault);
void poweroffice_close(struct poweroffice *po);
void poweroffice_reload(struct poweroffice *po);              /* configuration has changed */
/* ERR_REFUSED: a write, and the key does not open, or is not known to open, the books of the venue's company
 * (right_books.h). ERR_BUSY: too much waits. ERR_TOO_LONG: the address. */
USED enum err poweroffice_call(struct poweroffice *po, const struct call *call, answered done, void *context);
/* Onboarding (onboarding.h): the subscription key alone, no client's. path: a literal; the body is copied, and wiped. Sent once: what
 * became of one whose answer was lost is not known (OUTCOME_UNKNOWN). ERR_BUSY: one is under way. */
USED enum err poweroffice_onboard(struct poweroffice *po, const char *path, struct str body, answered done, void *context);
size_t poweroffice_waiting(const struct poweroffice *po);     /* queued and in flight */
void poweroffice_turn(struct poweroffice *po);                /* from ops.turn: start what may start */
struct refstore *poweroffice_refstore(struct poweroffice *po);         /* open for writing; lent */

/* Without a stage (`bilag`, tests): the configuration must outlive it, and poweroffice_run() takes the place of the
 * stage's loop: it returns when nothing waits any more, or at until_steady_ms. */
USED enum err poweroffice_open_alone(const struct config *config, struct poweroffice **ret_po, struct fault *fault);
void poweroffice_run(struct poweroffice *po, int64_t until_steady_ms);
/* The same without keys: reads alone, through the uploader (asker.h). The asker is the caller's, and outlives it. */
struct asker;
USED enum err poweroffice_open_asking(const struct config *config, struct asker *asker, struct poweroffice **ret_po,
                                      struct fault *fault);

#endif
