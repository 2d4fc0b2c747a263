/* intake.h - the group of events that the next commit makes durable, whoever sent them.
 *
 * Delivery    what one sender wants one answer for: a request, a message, a file. It counts what became
 *             of its events as they are committed; delivery_undecided() until all of it is, refused lines too.
 *             `failed` says that a commit failed and its events are not stored: the sender must be told
 *             to send again, and told nothing else.
 * Refused     an event that is not taken is noted with its line and reason: in the delivery for the
 *             answer, and in the log's table of refusals.
 * Forbidden   a line of a venue that the delivery's token does not open is named in the answer and kept nowhere.
 * Parked      a well-formed event of a venue that is not set up, or whose file is wrong, is taken like any other: the
 *             mapper keeps it until the venue is there. It is counted, so that the sender can be told.
 * Told        what was refused or parked is one log line a second, however much it is.
 * Full        adding commits by itself when the group is full; the owner commits the rest when it has
 *             taken what had arrived. Nothing is acknowledged before.
 * Bounds      batch_events and INTAKE_BYTES to a group, DELIVERY_REJECTS_MAX lines named in one answer.
 */
#ifndef BILAG_INGEST_INTAKE_H
#define BILAG_INGEST_INTAKE_H

#include "base/histogram.h"
#include "domain/config.h"
#include "domain/doors.h"
#include "eventlog.h"

enum { INTAKE_BYTES = 4 * 1024 * 1024, DELIVERY_REJECTS_MAX = 1000 };

enum event_form { FORM_JSON, FORM_MSGPACK, FORM_CANONICAL };

struct reject { uint64_t line; char *reason; bool forbidden; };

struct delivery {
    char source[300];                    /* "http", "zmq", "spool/evening.ndjson" */
    bool guarded;                        /* it came by a way on which only a token opens a venue */
    const struct door_token *token;      /* guarded: what it may write; NULL: nothing */
    uint64_t forbidden;                  /* of rejected: lines of venues that the token does not open */
    uint64_t accepted, duplicates, conflicts, parked, rejected;      /* conflicts and parked ones are accepted too */
    struct reject *rejects;              /* the first DELIVERY_REJECTS_MAX */
    size_t reject_count;
    size_t waiting;                      /* events not yet committed */
    size_t keeping;                      /* refused lines not yet committed, which stand in `rejected` already */
    bool failed;
};
/* Something of it is not committed, so nothing is answered. */
bool delivery_undecided(const struct delivery *delivery);

void delivery_init(struct delivery *delivery, const char *kind, struct str name);
/* Also takes it out of the group, so that the answer is lost but not the events. */
struct intake;
void delivery_free(struct delivery *delivery, struct intake *intake);

struct intake_counts {
    uint64_t accepted, duplicates, conflicts, parked, rejected, forbidden, commits, failures, trimmed, bytes;
    struct histogram acknowledged;       /* from the till's time of it to the commit that lets it be acknowledged */
};

USED enum err intake_open(struct eventlog *log, const struct config *config, struct intake **ret_intake);
void intake_close(struct intake *intake);                    /* NULL is fine; what is not committed is gone */
void intake_config(struct intake *intake, const struct config *config);

/* One event. ERR_OK: it is in the group or was refused; another error: a commit that had to come first
 * failed, and the event was not taken. */
USED enum err intake_add(struct intake *intake, struct delivery *delivery, enum event_form form, uint64_t line,
                         struct str bytes);
/* Refuses without looking: a line too long, bytes that are no list of events. */
USED enum err intake_refuse(struct intake *intake, struct delivery *delivery, uint64_t line, struct str bytes,
                            const char *reason);
/* A line that its sender found to be no event, with the sender's reason. */
USED enum err intake_refuse_for(struct intake *intake, struct delivery *delivery, uint64_t line, struct str bytes,
                                struct str reason);
/* A fact that becomes true with the events added so far (eventlog.h). Copied. */
USED enum err intake_mark(struct intake *intake, struct str key, struct str value);

/* What the group holds that is not committed: 0 is nothing. */
size_t intake_pending(const struct intake *intake);
/* Of how many deliveries that is. */
size_t intake_deliveries(const struct intake *intake);
/* ERR_OK: durable, and counted in its deliveries. Else all its deliveries have failed. */
USED enum err intake_commit(struct intake *intake, int64_t now_ms);
const struct intake_counts *intake_counts(const struct intake *intake);
/* Logs what was refused and parked since it last did, at most once a second. Gives when to call again; INT64_MAX:
 * there is nothing to tell. */
int64_t intake_tell(struct intake *intake, int64_t steady_ms);

#endif
