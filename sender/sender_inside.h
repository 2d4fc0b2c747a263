/* sender_inside.h - what the parts of a sender share; nobody outside sender/ includes it. */
#ifndef BILAG_SENDER_SENDER_INSIDE_H
#define BILAG_SENDER_SENDER_INSIDE_H

#include "domain/audit.h"
#include "docs.h"
#include "base/histogram.h"
#include "base/killpoint.h"
#include "owner.h"
#include "poweroffice/refreader.h"
#include "poweroffice/right_books.h"
#include "sender.h"
#include "taken.h"

enum {
    SLOTS_MAX = 1024, INBOX_MAX = 256, INBOX_BYTES_MAX = 8 * 1024 * 1024, SENDER_ARENA_BYTES = 40 * 1024 * 1024,
    REFRESH_MS = 200, TAKEOVER_MS = 1000, RELAX_MS = 5000, TEND_MS = 250, LEASE_MS = 60000, POINT_SIZE = 48,
    FACTS_IN_A_ROW = 4                    /* of a failure that comes again and again: the trail must not fill with it */
};

/* X(name, text): where a test can stop the process dead, as "<stage>.<text>". */
#define POINTS(X) \
    X(POINT_BEFORE_SEAL, "before-seal") X(POINT_AFTER_SEAL, "after-seal") \
    X(POINT_BEFORE_SEND, "before-send") X(POINT_AFTER_SEND, "after-send") \
    X(POINT_BEFORE_ANSWER, "before-answer-commit") X(POINT_AFTER_ANSWER, "after-answer-commit") \
    X(POINT_BEFORE_SEAL_TOLD, "before-seal-told") X(POINT_BEFORE_VERDICT, "before-verdict-commit") \
    X(POINT_AFTER_VERDICT, "after-verdict-commit") X(POINT_BEFORE_DECISION, "before-decision-commit") \
    X(POINT_AFTER_DECISION, "after-decision-commit") X(POINT_BEFORE_TAKEOVER, "before-takeover-commit") \
    X(POINT_AFTER_TAKEOVER, "after-takeover-commit")
#define X(name, text) name,
enum point { POINTS(X) POINT_COUNT };
#undef X

/* A venue's place in the round. */
enum turn_state { TURN_LOOK, TURN_IDLE, TURN_BUSY, TURN_WAIT };
struct turn { enum turn_state state; int64_t wait_ms; size_t client; };

/* A PowerOffice client: whose key is refused waits with all its venues. */
struct sender_client {
    char id[32];
    const struct venue *venue;            /* any of its venues: it has the key */
    int64_t suspended_ms;                 /* no request before; 0: none */
    uint32_t logins;                      /* refusals of the key in a row */
    uint64_t version;                     /* of its reference data, as last seen */
    bool needed;                          /* it has documents: its reference data is kept read */
    unsigned wants;                       /* which parts of it: the stage's, and what its venues name beside */
    unsigned mend;                        /* parts of it that held documents wait for (refreader.h) */
    bool contradicted;                    /* it refused something: to be read again as soon as may be */
    int64_t watch_ms;                     /* wall clock: what was done there is not looked for before (watch.c) */
    unsigned watch_failures;              /* in a row, of looking for it */
    bool rejudge;
    char after[DOC_ID_SIZE];              /* rejudging: done up to this document */
};

/* A seal that this process told its machine's mappers again: the row that it wrote, and until when it is another machine's. */
enum { SENDER_TOLD_MAX = 256 };
struct seal_told { char doc[DOC_ID_SIZE]; int64_t next_ms, until_ms; };

struct sender;

/* One request under way, or a search made of several. */
struct slot {
    struct sender *sender;
    bool busy, again;                     /* again: its next call is to be made in the next turn */
    bool lost;                            /* the answer could not be stored: to be looked up */
    enum work work;
    size_t turn;                          /* SIZE_MAX: second lane */
    size_t client;
    int64_t since_ms;                     /* steady */
    struct lookup lookup;
    enum work asked;                      /* second lane: what the request was for */
    char doc[DOC_ID_SIZE];
};

/* PowerOffice cannot be reached at all: one request probes, and all go on when it comes through. */
struct outage { bool on; uint32_t silent, tries; int64_t until_ms; };    /* silent: requests without answer in a row */

struct sender {
    const struct sender_ops *ops;
    struct stage *stage;
    struct docs *docs;
    struct audit *audit;
    struct refstore *ref;
    struct refreader *reader;
    struct poweroffice *po;
    struct keydrop *drop;                 /* ... and takes no keys */
    struct errands *errands;              /* NULL: another process asks for who has no keys */
    struct owners *owners;
    struct link *in, *validators, *mappers[64];
    int mapper_count, validator_count;
    char points[POINT_COUNT][POINT_SIZE];

    struct arena arena;                   /* of one document at work */
    struct { struct strbuf bytes; size_t ends[INBOX_MAX], count; } inbox;

    struct turn *turns;                   /* as config's venues */
    size_t turn_count, turn_next;
    struct sender_client *clients;
    size_t client_count, tend_first;
    struct slot *slots;
    size_t slot_count, busy;
    struct outage outage;
    struct histogram posted;              /* from a document's closing until it was sent */

    struct watching *watchings;           /* watch.c */
    size_t watch_first;
    int64_t watch_ms;                     /* steady: not before */

    int instances;                        /* of this stage, as configured */
    bool decide_again;
    uint64_t docs_seen, ref_seen;         /* generations */
    int64_t refresh_ms, takeover_ms, relax_ms, store_wait_ms, later_ms, versions_ms, again_ms,
            tend_ms, counted_ms;          /* steady: not before */
    struct seal_told told[SENDER_TOLD_MAX];    /* the last ones */
    size_t told_count;
    bool rejudging;                       /* some client's documents are to be judged again */
    bool store_told;                      /* that the store is full */
    enum err fatal;                       /* of a callback: ends the process in the next turn */
    int64_t finished, window_ms, rate_milli;          /* for the estimate: finished per 1000 s */
};

#define SENDER_POINT(sender, point) KILLPOINT((sender)->points[point])

/* inbox.c: verdicts */
enum err inbox_take(struct stage *stage, void *state, struct link *link, const struct frames *frames);
USED enum err inbox_flush(struct sender *sender);
/* turns.c: who is next */
USED enum err turns_open(struct sender *sender);
void turns_close(struct sender *sender);
void turns_look(struct sender *sender, struct str venue);
USED enum err turns_run(struct sender *sender);
struct slot *slot_take(struct sender *sender, struct str doc, enum work work, size_t turn, size_t client);
void slot_free(struct slot *slot);
int64_t back_off_ms(const struct sender *sender, uint32_t tries);
int64_t pace_ms(const struct sender *sender, uint32_t tries);            /* the same; 0 in an outage, which sets the pace */
void outage_note(struct sender *sender, const struct answer *answer);
bool outage_holds(const struct sender *sender);              /* nothing may go out now, not even the request that tries again */
void client_suspend(struct sender *sender, size_t client);
void client_fine(struct sender *sender, size_t client);
void client_accepted(struct sender *sender, size_t client);                /* its books have changed: perhaps its key is */
int64_t clients_again_ms(const struct sender *sender);
void client_acted(struct sender *sender, struct str venue);                /* a person decided something there */
void client_asked(struct sender *sender, struct str venue);                /* a person wants its books read again */
void client_contradicted(struct sender *sender, size_t client);           /* its books are not as we know them */
/* work.c: one document through one piece of work */
struct job {
    struct sender *sender;
    struct str doc;
    struct record was, now;               /* as it stands in the store; as it shall be */
    struct draft draft;
    struct task task;
    struct str what, detail;              /* the fact for the trail; what empty: none */
    bool keep;                            /* ... with draft and body */
};
/* Everything in sender->arena, which is emptied first. */
USED enum err job_load(struct sender *sender, struct str doc, struct job *ret_job);
/* ERR_BUSY: somebody changed the document meanwhile; nothing is done. */
USED enum err job_commit(struct job *job);
/* Moves, and makes the event the fact. Our own tables must allow it. */
void job_move(struct job *job, enum doc_step event, int64_t next_ms);
void job_words(struct job *job, const struct answer *answer);
void job_problem(struct job *job, const struct problem *problem);        /* adds one */
void job_no_problems(struct job *job);
USED enum err job_claim(struct job *job);
/* What PowerOffice has of it, and what follows from that. */
void job_sent(struct job *job, const struct sent *sent);
/* Loads, lets apply() change the document by the answer, commits; again if somebody else was faster. apply()
 * answers false if there is nothing to commit (the search goes on). Frees the slot unless it does. */
typedef bool (*job_apply)(struct job *job, struct slot *slot, const struct answer *answer);
void job_settle(struct slot *slot, const struct answer *answer, job_apply apply);
USED enum err work_start(struct sender *sender, struct slot *slot);
USED enum err work_again(struct sender *sender);
/* Whether the venue's key opens the books that the document was made for. What is asked elsewhere finds nothing, and what
 * is posted elsewhere is somebody else's. */
bool job_right_books(const struct job *job);
/* Its venue belongs to another company now, or its company, by a person's word, to other books: nothing of it is sent any more,
 * whatever was tried, until the former ones are its own again. A key that leads elsewhere by mistake is not meant. */
bool is_owed_elsewhere(struct sender *sender, const struct record *record);
void work_call(struct slot *slot, const struct job *job, enum call_method method, struct str path, struct str body,
               answered done);
void work_call_typed(struct slot *slot, const struct job *job, enum call_method method, struct str path, struct str body,
                     struct str type, answered done);
/* send.c, find.c, undo.c, later.c: start() with the job loaded; ERR_OK: started, or put off and committed. */
USED enum err send_start(struct slot *slot, struct job *job);
USED enum err find_start(struct slot *slot, struct job *job);
USED enum err find_more(struct slot *slot, struct job *job);
USED enum err undo_start(struct slot *slot, struct job *job);
void undo_looked(struct job *job, const struct answer *answer, struct str json);         /* WORK_UNDOING */
USED enum err later_run(struct sender *sender);
/* attach.c: what is sent and rests goes on to its PDF, if one is due; every commit asks. */
void attach_rest(struct record *record);
USED enum err attach_start(struct job *job, size_t client);
/* watch.c */
USED enum err watch_run(struct sender *sender);
void watch_close(struct sender *sender);
void watch_looked(struct job *job, const struct answer *answer, struct str json);        /* WORK_CHECK */

/* twin.c */
/* Takes it down, or has the twin asked for itself; the caller commits. */
void twin_note(struct job *job, struct str twin);
void twin_looked(struct job *job, const struct answer *answer, struct str json);         /* WORK_TWIN */
void send_tell(struct sender *sender, struct str doc, const struct record *record, bool reversed);
/* heard: what the draft asked with; 0: it did not. */
void send_tell_behind(struct sender *sender, struct str doc, const struct record *record, uint64_t heard);
/* add_on.c: a venue on an add-on waits until a person says that QuickOrder has it. */
bool add_on_is_about(const struct decision *decision);
USED enum err add_on_decided(struct txn *txn, const struct decision *decision);
/* Adds what keeps a closed draft from going. */
USED enum err add_on_judge(struct txn *txn, const struct sender *sender, const struct draft *draft, struct problems *problems);
/* Holds what was queued and is not sealed, and commits. */
USED enum err add_on_hold(struct job *job, bool *ret_held);
/* decide.c, takeover.c, rejudge.c */
USED enum err decide_run(struct sender *sender);
USED enum err takeover_run(struct sender *sender);
USED enum err rejudge_run(struct sender *sender);
void rejudge_all(struct sender *sender);
void rejudge_send(struct sender *sender, struct str draft);     /* lost if no validator is up: it comes again */

#endif
