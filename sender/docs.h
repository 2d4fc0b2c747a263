/* docs.h - the send status of documents: LMDB in STATE_DIR/<stage>, shared by all instances of the stage.
 *
 * Reading   docs_open(..., STORE_READ_ONLY, ...) serves `bilag`, while the stage runs or not; every call is
 *           one consistent picture, given as copies in the arena or as views for the time of a visit().
 * Writing   only in store_write(docs_store(docs), ...): docs_load(), change, docs_save(), docs_note(). The
 *           indexes (what is due, what is held, who is at it, how many) are kept by docs_save() alone.
 * Trail     every fact about a document, in order, for good; a round that was undone keeps its draft and the
 *           request that was sent.
 * Order     documents in byte order of their id; due ones by venue, business day, id.
 */
#ifndef BILAG_SENDER_DOCS_H
#define BILAG_SENDER_DOCS_H

#include "record.h"
#include "base/store.h"

enum docs_table { DOCS, DUE, LATER, CLAIMS, HELD, TRAIL, META, DOCS_TABLE_COUNT };

struct docs;
USED enum err docs_open(struct str state_dir, const char *stage, unsigned flags, struct docs **ret_docs,
                        struct fault *fault);                /* stage: "uploader" or "invoicer" */
void docs_close(struct docs *docs);                          /* NULL is fine */
struct store *docs_store(struct docs *docs);

/* Reading: each call is a transaction of its own. ERR_NOT_FOUND. */
USED enum err docs_get(struct docs *docs, struct str doc, struct arena *arena, struct record *ret_record);
typedef enum err (*docs_visit)(struct str doc, const struct record *record, void *context);
/* Those whose id starts with prefix ("oslo-grill/": a venue's). visit() may answer ERR_STOP. */
USED enum err docs_walk(struct docs *docs, struct str prefix, docs_visit visit, void *context);

struct fact {
    uint32_t number;                      /* 1, 2, ... */
    int64_t time_ms;
    struct str what;                      /* an event's word, or a decision's: see record.h */
    struct str detail;                    /* PowerOffice's words, a number, who and why, ... */
    uint32_t revision;
    struct str draft, body;               /* of the round that ended with this fact; else empty */
};
/* A row of TRAIL; texts and bytes are views. ERR_STORE_DAMAGED. */
USED enum err docs_fact_read(struct str key, struct str value, struct str *ret_doc, struct fact *ret_fact);
typedef enum err (*fact_visit)(const struct fact *fact, void *context);
USED enum err docs_trail(struct docs *docs, struct str doc, fact_visit visit, void *context);

struct docs_summary {
    uint64_t states[DOC_STATE_COUNT];
    uint64_t backlog;                     /* due to be sent, looked up or reversed */
    int64_t oldest_ms;                    /* the longest in its state among them, by since_ms; 0: none */
    char oldest[DOC_ID_SIZE];
};
/* The oldest is the first due document of all venues: one walk over venues, not over documents. */
USED enum err docs_summarize(struct docs *docs, struct docs_summary *ret_summary);

/* Writing, and reading within a transaction. */
USED enum err docs_load(struct txn *txn, struct str doc, struct arena *arena, struct record *ret_record);
/* `was` is what docs_load() gave, as it was then; NULL for a new document. */
USED enum err docs_save(struct txn *txn, struct str doc, const struct record *was, const struct record *now);
/* Adds to the trail and counts it in the record; save the record afterwards. keep: with draft and body. */
USED enum err docs_note(struct txn *txn, struct str doc, struct record *record, int64_t now_ms, struct str what,
                        struct str detail, bool keep);

/* An entry of DUE, and of CLAIMS (where only doc and owner are set). */
struct doc_due {
    struct str venue, doc;                /* views */
    int32_t day;
    int64_t next_ms;
    bool claimed;
    struct owner owner;
    enum work work;
};
/* The venue's first due document of that company's books; company empty: of any. ERR_NOT_FOUND. */
USED enum err docs_first_due(struct txn *txn, struct str venue, struct str company, struct str books,
                             struct doc_due *ret_due);
typedef enum err (*due_visit)(struct txn *txn, const struct doc_due *due, void *context);
USED enum err docs_claims(struct txn *txn, due_visit visit, void *context);
/* Second-lane documents whose time has come, earliest first; only doc and next_ms are set. */
USED enum err docs_later(struct txn *txn, int64_t until_ms, due_visit visit, void *context);
/* Held, unsealed documents of a client, and refused ones that may be explained, after `after` (a document id; empty: from the start). */
USED enum err docs_held(struct txn *txn, struct str client_id, struct str after, due_visit visit, void *context);

/* Puts a fact of the trail down, or in the place of the one with its number. */
USED enum err docs_fact_put(struct txn *txn, struct str doc, const struct fact *fact);

/* Numbers kept beside the documents, such as the place in the audit trail. 0 if never put. */
USED enum err docs_number(struct txn *txn, const char *name, uint64_t *ret_value);
USED enum err docs_set_number(struct txn *txn, const char *name, uint64_t value);

#endif
