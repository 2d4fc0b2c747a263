/* sender.h - what uploader and invoicer have in common: verdicts in, documents in PowerOffice out.
 *
 * A sender keeps each document's send status (docs.h), seals a revision in the transaction that records the
 * intent to send it, and ends every request in one of the outcomes of docs/design.md section 5. A kind of document
 * gives its ops: how its request is built, how an answer is read, how it is found again after a lost answer.
 * Order     one document of a venue at a time, the oldest business day first; venues take turns.
 * Promise   whatever crashes and whenever, a document has its effect in PowerOffice once: a request leaves
 *           only after the intent is on disk, and one without an answer is looked up before it leaves again.
 */
#ifndef BILAG_SENDER_SENDER_H
#define BILAG_SENDER_SENDER_H

#include "base/json.h"
#include "poweroffice/poweroffice.h"
#include "record.h"
#include "poweroffice/refdata.h"

/* One document at work. Views live until the op returns; ref and links are NULL in ops that read answers, and ref
 * may be in later_prepare() and later_call(): nothing was read. */
struct task {
    struct str doc;
    const struct record *record;
    const struct draft *draft;
    const struct venue *venue;            /* NULL: not configured any more */
    const struct refdata *ref;
    struct refstore *links;
    const struct sender_settings *settings;
    struct arena *arena;
};

/* What PowerOffice has of a document. */
struct sent { char id[64]; int64_t number; bool has_total; struct money total;
              bool invoiced; };           /* by somebody, already */

/* A search for a document, call by call; step and page are the ops' own, from 0 and 1. */
enum { LOOK_NOTE_SIZE = 160, LOOK_PAGE_SIZE = 5000, LOOK_PAGES_MAX = 200, WATCH_KEYS = 3 };
struct lookup {
    int step, page, page_size;            /* page_size: LOOK_PAGE_SIZE at first, else as PowerOffice says */
    struct next_page next;                /* of the answer that is being read */
    struct sent found;
    char note[LOOK_NOTE_SIZE];
    char missing[256];                    /* privileges that the key lacks, comma between, as far as is known */
};
enum look {
    LOOK_MORE,                            /* ask lookup_path() again: the op has moved step or page */
    LOOK_FOUND,                           /* found is filled in */
    LOOK_DIFFERS,                         /* found, but not what was sent: note says how */
    LOOK_ABSENT,                          /* not to be seen, now */
    LOOK_LATER                            /* no telling: ask again from the start, later */
};

enum reversal { REVERSAL_UNSAID, REVERSAL_DONE, REVERSAL_NOT };

struct taken;
struct taken_list;

struct sender_ops {
    const char *stage;                    /* "uploader": also the folder in state_dir and the socket's name */
    const char *about;
    enum doc_kind kind;
    unsigned ref_bits;                    /* REF_...: what it reads of a client's books */
    const char *post_path;
    const char *send_right;               /* the privilege that posting needs */
    struct str lookup_right;              /* without this privilege there is no looking up; empty: none */

    /* The request, the same bytes for the same draft and books for ever. ERR_NOT_FOUND: the books lack
     * something that the draft names (a verdict will say what). ERR_RANGE: it does not add up. */
    enum err (*build)(const struct task *task, struct strbuf *body);
    /* A 2xx answer. false: it does not say what was made. */
    bool (*read_sent)(const struct task *task, struct str json, struct sent *ret_sent);
    /* Problems that a sent document goes on to carry. */
    void (*judge_sent)(const struct task *task, const struct sent *sent, struct problems *problems,
                       struct arena *arena);
    void (*lookup_path)(const struct task *task, const struct lookup *lookup, struct strbuf *path);
    /* json is empty for a 204, and for statuses that are answers as well (404). */
    enum look (*lookup_read)(const struct task *task, struct lookup *lookup, long status, struct str json,
                             bool last_page);
    void (*reverse_path)(const struct task *task, struct strbuf *path);          /* NULL: cannot be reversed */
    /* What later_call() for WORK_UNDOING, WORK_CHECK and WORK_TWIN was answered with (2xx, 400, 404): is it taken back? UNSAID: it does
     * not say, as whatever is no answer of PowerOffice's own about this document. */
    enum reversal (*read_reversal)(const struct record *record, long status, struct str json);
    /* What a person may have done in a client's books since a moment to documents of this kind (taken.h), list by list from
     * step 0. path: of the list's step and page. next: the step after one that was read, or that was refused; -1: no more,
     * and -2: it may not be read. row: false: it says nothing. keys: the ids under which rows may be about the document, how
     * many. by: by what the document was taken back, for people; NULL: it was not. is_twin: whether the name of a
     * reference's row (taken.h) is another document's, which stands. whole: the lists have all that stands: what is in none does not. */
    void (*watch_path)(const struct taken_list *list, struct strbuf *path);
    int (*watch_next)(int step, bool refused);
    bool (*watch_row)(int step, struct str row, struct taken *taken);
    int (*watch_keys)(const struct record *record, char keys[WATCH_KEYS][64]);
    const char *(*watch_by)(const struct record *record, const struct taken_list *list);
    bool (*watch_is_twin)(const struct record *record, const struct taken_list *list, const char *name);
    bool watch_whole;
    /* The second lane: which work follows when it is sent, and how to do it. */
    enum work (*after_sent)(const struct task *task, const struct sent *sent);
    /* What a request will say that must be on disk before it leaves (record.h: invoice_day). NULL: nothing. */
    void (*later_prepare)(const struct task *task, enum work work, int64_t now_ms, struct record *record);
    void (*later_call)(const struct task *task, enum work work, enum call_method *ret_method, struct strbuf *path,
                       struct strbuf *body);
    /* The settlement of a sent document as a PDF, whole request; NULL: this kind has none. ret_type: its Content-Type. */
    enum err (*pdf_call)(const struct task *task, struct strbuf *path, struct strbuf *body, struct str *ret_type,
                         struct fault *fault);
    /* Changes the record (number, work, problems ...) by the answer to what was asked. A record to be asked
     * again has its next_ms set already; another may be set. */
    void (*later_read)(const struct task *task, enum work asked, const struct answer *answer, struct str json,
                       int64_t now_ms, struct record *record);
};

/* Nothing of ours on this page: LOOK_MORE (the next one), LOOK_ABSENT (it was the last), LOOK_LATER (so many pages that
 * the list was not seen to its end: nothing is known). */
enum look lookup_turn(struct lookup *lookup, bool last_page, size_t rows);

int sender_main(const struct sender_ops *ops, int argc, char **argv);

#endif
