/* eventlog.h - everything that was acknowledged, in order, for good.
 *
 * Place       (partition, offset) names one event for ever; offsets rise by one, from 0.
 * Durability  ERR_OK from eventlog_commit(): the whole batch (events, marks, refusals) survives a power
 *             cut. Any other answer: none of it was stored, and the log is as it was.
 * Identity    (venue, register, series, seq). The same identity with the same content is a duplicate and
 *             not stored again; with other content it is a conflict and stored, so that the mapper
 *             quarantines and reports it (docs/rules.md section 5, receipt-conflict).
 * Reading     from any offset, as often as wanted; it changes nothing and never holds up a commit.
 * Sharing     several processes may commit to and read one log. The number of partitions is fixed when
 *             the log is made.
 * Trimmed     eventlog_trim() takes the oldest events away, and with them what is known of their identities:
 *             one of those that comes again counts as new here and gets a new offset. That does no harm: the
 *             mapper keeps the numbers it has seen (mapper/seen.h), for good, and books none of them again.
 * Parked      events of venues that are not set up are events like all others: the log keeps them, the mapper parks
 *             them (mapper/tables.h), and nothing that is refused can push them out.
 * Forgotten   where a person's name was taken out of a stored event (eventlog_rename()) and a till sends that event again with the
 *             name, it is the same content: it is compared, and stored if it is another one, under the pseudonym.
 * Refused     what was not taken is kept with its reason, EVENTLOG_REFUSED_MAX of it. When there is more, the source
 *             with the most gives up its oldest, so that a flood from one pushes out nothing of another's. The same line of
 *             the same file, refused for the same reason once more, is not kept twice.
 * Ownership   events belong to the log. A batch from eventlog_peek() is read-only and is dead after
 *             the next call on the same log: decode or copy it first.
 * Units       offsets and counts in events, lengths in bytes, times in ms.
 * Errors      ERR_STORE_FULL, ERR_STORE_IO, ERR_STORE_DAMAGED, ERR_MEMORY. ret_ arguments are written
 *             only with ERR_OK.
 */
#ifndef BILAG_INGEST_EVENTLOG_H
#define BILAG_INGEST_EVENTLOG_H

#include "domain/event.h"
#include "domain/renaming.h"
#include "base/store.h"

enum { EVENTLOG_REFUSED_MAX = 10000, EVENTLOG_REFUSED_SLACK = 1000, EVENTLOG_REFUSED_BYTES = 16384,
       EVENTLOG_RECORD_BYTES = 65536 };

struct eventlog;

/* How an event came: its source, the number of the token it came with (domain/doors.h; 0: none was asked for), and when,
 * to the minute. */
struct eventlog_arrival { struct str source; uint64_t token; int64_t time_ms; };

enum eventlog_outcome { EVENTLOG_NEW, EVENTLOG_DUPLICATE, EVENTLOG_CONFLICT };

struct eventlog_entry {
    uint32_t partition;
    struct str identity;                 /* eventlog_identity() */
    struct str canonical;                /* event_encode() */
    struct event_hash hash;
    struct str source;                   /* as in struct eventlog_arrival */
    uint64_t token;
    bool parked;                         /* its venue is not set up here: the mapper keeps it until it is */
    enum eventlog_outcome outcome;       /* set by eventlog_commit() */
};

/* What was refused: kept, and listed by eventlog_refused(). */
struct eventlog_refusal {
    struct str source;                   /* "http", "zmq", "spool/FILE" */
    uint64_t line;                       /* in that source, from 1; 0: the whole of it */
    struct str venue;                    /* if known */
    struct str reason;
    struct str bytes;                    /* the first EVENTLOG_REFUSED_BYTES are kept */
    uint64_t token;                      /* as in struct eventlog_arrival; 0 also: a former version did not write it down */
};

/* A small fact of a source (how far a file is read) that becomes true with the batch. An empty value
 * takes the mark away. */
struct eventlog_mark { struct str key, value; };

struct eventlog_batch {
    struct eventlog_entry *entries;
    size_t entry_count;
    const struct eventlog_refusal *refusals;
    size_t refusal_count;
    const struct eventlog_mark *marks;
    size_t mark_count;
    int64_t now_ms;
    size_t trimmed;                      /* set: old refusals that had to go */
};

/* partitions: of the configuration; another number than the log has is ERR_CONFIG. With STORE_READ_ONLY
 * it is not looked at. */
USED enum err eventlog_open(struct str folder, int32_t partitions, unsigned flags, struct eventlog **ret_log,
                            struct fault *fault);
void eventlog_close(struct eventlog *log);                   /* NULL is fine */
/* For comparing what comes with what was renamed; lent. NULL: nobody was. */
void eventlog_use_pseudonyms(struct eventlog *log, const struct pseudonyms *pseudonyms);
uint32_t eventlog_partitions(const struct eventlog *log);

void eventlog_identity(const struct event *event, struct key *ret_key);

USED enum err eventlog_commit(struct eventlog *log, struct eventlog_batch *batch);

/* Up to count_max events and about batch_bytes (at least one event) of one partition from an offset on. */
struct eventlog_piece {
    uint64_t first;
    size_t count;                        /* 0: nothing there yet, or trimmed */
    uint64_t begin;                      /* the first offset there is from `first` on: more than first if what was
                                            asked for is trimmed */
    uint64_t end;                        /* the partition's next offset */
    struct str record;                   /* msgpack array of `count` canonical events */
};
USED enum err eventlog_peek(struct eventlog *log, uint32_t partition, uint64_t from, size_t count_max,
                            size_t batch_bytes, struct eventlog_piece *ret_piece);

/* Changes with every commit of any process. */
uint64_t eventlog_generation(struct eventlog *log);
/* The next offset of a partition. */
USED enum err eventlog_end(struct eventlog *log, uint32_t partition, uint64_t *ret_end);

/* Takes the oldest events of one partition away, as far as they were appended before `before_day` (by UTC) and
 * are below an offset; a little more than events_max at a time. What the log appended on which day is known from
 * the program on that wrote it down: what is older counts as of the first such day. A clock that was set back does
 * not make events older than they are. The disk's room is used again by what comes next. */
struct eventlog_trim {
    uint32_t partition;
    int32_t before_day;
    uint64_t below;
    size_t events_max;
    size_t trimmed;                      /* set: events taken away */
    bool more;                           /* set: call again for the rest */
};
USED enum err eventlog_trim(struct eventlog *log, struct eventlog_trim *trim);

/* Every event of one identity: usually one, more if there is a conflict. ERR_NOT_FOUND: there never was one, or it
 * is trimmed. */
typedef enum err (*eventlog_visit)(uint32_t partition, uint64_t offset, struct str canonical, void *context);
USED enum err eventlog_find(struct eventlog *log, const struct event *identity, eventlog_visit visit,
                            void *context);

/* How the event of a place came; the source is put into the arena. ERR_NOT_FOUND: that was not written down then. */
USED enum err eventlog_arrived(struct eventlog *log, uint32_t partition, uint64_t offset, struct arena *arena,
                               struct eventlog_arrival *ret_arrival);

/* Marks whose key begins with prefix. */
typedef enum err (*eventlog_mark_visit)(struct str key, struct str value, void *context);
USED enum err eventlog_marks(struct eventlog *log, struct str prefix, eventlog_mark_visit visit,
                             void *context);

/* What was refused since `from_ms`, oldest first. */
typedef enum err (*eventlog_refusal_visit)(int64_t time_ms, const struct eventlog_refusal *refusal,
                                           void *context);
USED enum err eventlog_refused(struct eventlog *log, int64_t from_ms, eventlog_refusal_visit visit,
                               void *context);

/* Every event that names the person, in order of partition and place. */
USED enum err eventlog_named(struct eventlog *log, const struct renaming *renaming, eventlog_visit visit, void *context);
/* Every such event says the pseudonym from here on, at its place. Only while no other process has the log open: it would know
 * the former contents. A little at a time; a part of it done is no harm, and it may be done again. */
USED enum err eventlog_rename(struct eventlog *log, const struct renaming *renaming, uint64_t *ret_renamed);
/* Whether a refused line may name the person: the name is one of its texts, however the text is written (JSON's escapes, msgpack), or
 * stands behind its field without quotes. */
bool eventlog_refusal_names(const struct eventlog_refusal *refusal, const struct renaming *renaming);
/* Those lines go: nobody needs them any more. */
USED enum err eventlog_refused_forget(struct eventlog *log, const struct renaming *renaming);
/* Refused lines from before that moment go. */
USED enum err eventlog_refused_expire(struct eventlog *log, int64_t before_ms, uint64_t *ret_expired);

void eventlog_relax(struct eventlog *log);           /* store_relax_if_many() */

#endif
