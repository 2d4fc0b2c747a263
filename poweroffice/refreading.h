/* refreading.h - one reading of a client's reference data: what is asked for, a page at a time, until it is put in one piece.
 *
 * Of lists that have a last-changed filter (docs/poweroffice-api.md) only what changed can be asked for; it is laid over what is kept.
 * A list that PowerOffice refuses in that form is asked for whole, and the reading says so.
 * One at a time per client on this machine: a lease says so to the other processes. It is short and renewed, so that a killed
 * process holds nobody up. A few clients at once.
 * Ownership  a reading belongs to its list and is dead after `ended` was told of it, which is before whoever asked.
 */
#ifndef BILAG_POWEROFFICE_REFREADING_H
#define BILAG_POWEROFFICE_REFREADING_H

#include "refbuild.h"
#include "refreader.h"

enum { REFREADINGS_MAX = 8, REFREADING_PARTS = 10,
       REF_HAS_FILTER = REF_ACCOUNTS | REF_DEPARTMENTS | REF_PROJECTS | REF_PRODUCTS | REF_CUSTOMERS };

/* What is asked for. changed: of `want`, and of REF_HAS_FILTER, what is asked for only as far as it changed since then. */
struct refreading_wish { unsigned want, changed; int64_t since_ms; int priority; };

struct refreading {
    struct refreading *next;
    char client_id[64], venue_id[65];
    unsigned want, failed;                /* REF_...; failed: of what was wanted */
    unsigned changed;                     /* of what was wanted: read as far as it changed */
    bool unfiltered;                      /* the filter was refused */
    int64_t began_ms;                     /* wall clock */
    bool refused, broken;                 /* the key; something else than a right that lacks */
    bool closed;                          /* not even what any token may read is answered */

    int priority;                         /* from here on for refreading.c alone */
    int64_t since_ms;
    int64_t renew_ms;                     /* its lease */
    size_t waiting;
    struct refreadings *readings;
    struct refbuild build;
    struct refreading_part { struct refreading *reading; const struct source *source; bool filtered; int page, page_size; }
        parts[REFREADING_PARTS];
    refreader_done done;
    void *context;
};

/* What came of it: ERR_OK, ERR_REFUSED (the key), ERR_NETWORK, or what putting it gave. */
typedef void (*refreading_ended)(void *owner, const struct refreading *reading, enum err err);

struct refreadings {
    struct poweroffice *po;
    struct refreading *first;
    size_t under_way;
    refreading_ended ended;
    void *owner;
};

/* Those under way end without a word; before poweroffice_close(), which drops their calls unanswered. */
void refreadings_close(struct refreadings *readings);
/* Of this client, by this process; NULL: none. */
struct refreading *refreadings_of(const struct refreadings *readings, struct str client_id);
/* ERR_BUSY: it is read already, here or by another process, or as many as can be are. done may be NULL. */
USED enum err refreading_begin(struct refreadings *readings, const struct venue *venue, const struct refreading_wish *wish,
                               refreader_done done, void *context);
/* In every turn. A failure is no harm: two processes then read the same. */
void refreading_renew(struct refreadings *readings, struct refreading *reading);

#endif
