#include "record.h"

#include "base/fields.h"

#include <string.h>

enum { TEXT_MAX = 4096, PROBLEM_BYTES_MAX = 1 << 20 };

static const struct { const char *text; int lane; } works[WORK_COUNT] = {
#define X(name, text, lane) [name] = { text, lane },
    WORKS(X)
#undef X
};

static const char *const events[DOC_STEP_COUNT] = {
#define X(name, text) [name] = text,
    DOC_STEPS(X)
#undef X
};

const char *work_text(enum work work)
{
    ensure((unsigned)work < WORK_COUNT);
    return works[work].text;
}

int work_lane(enum work work)
{
    ensure((unsigned)work < WORK_COUNT);
    return works[work].lane;
}

const char *doc_step_text(enum doc_step event)
{
    ensure((unsigned)event < DOC_STEP_COUNT);
    return events[event];
}

static const struct field_row record_rows[] = {
    FIELD_MAX(record, state, DOC_STATE_COUNT - 1),
    FIELD_MAX(record, work, WORK_COUNT - 1),
    FIELD(record, next_ms),
    FIELD(record, claimed),
    FIELD(record, owner.instance),
    FIELD(record, owner.boot),
    FIELD_MAX(record, venue, TEXT_MAX),
    FIELD_MAX(record, client_id, TEXT_MAX),
    FIELD_MAX(record, company, TEXT_MAX),
    FIELD(record, day),
    FIELD(record, revision),
    FIELD_BYTES(record, draft, DRAFT_BYTES_MAX),
    FIELD_BYTES(record, problems, PROBLEM_BYTES_MAX),
    FIELD(record, sealed),
    FIELD(record, automatic),
    FIELD(record, transfer),
    FIELD_BYTES(record, body, 2 * DRAFT_BYTES_MAX),
    FIELD(record, upto),
    FIELD(record, credit_ordered),
    FIELD_MAX(record, id, TEXT_MAX),
    FIELD(record, number),
    FIELD(record, has_total),
    FIELD(record, total),
    FIELD(record, first_ms),
    FIELD(record, since_ms),
    FIELD(record, sealed_ms),
    FIELD(record, sent_ms),
    FIELD(record, attempts),
    FIELD(record, lookups),
    FIELD(record, refusals),
    FIELD_MAX(record, words, TEXT_MAX),
    FIELD_MAX(record, accepted, TEXT_MAX),
    FIELD_MAX(record, old_ids, TEXT_MAX),
    FIELD(record, invoice_no),
    FIELD(record, round),
    FIELD(record, facts),
    FIELD_LATER(record, asked, 0, NIL_SAID, 0),
    FIELD_LATER(record, invoice_day, 0, NIL_SAID, 0),
    FIELD_LATER(record, decided, 0, NIL_SAID, 0),
    FIELD_MAX(record, books, TEXT_MAX),
    FIELD(record, asks),
    FIELD_LATER(record, pdf, PDF_REFUSED, NIL_SAID, PDF_NONE),
    FIELD_LATER(record, closed_ms, 0, NIL_SAID, 0),
};
static const struct fields record_fields = FIELDS(record, record_rows, 39, NULL);

void record_encode(const struct record *record, struct strbuf *out)
{
    fields_write(&record_fields, record, out);
}

enum err record_decode(struct str bytes, struct record *ret_record)
{
    struct record record;

    if (fields_read(&record_fields, bytes, NULL, &record))
        return ERR_STORE_DAMAGED;
    *ret_record = record;
    return ERR_OK;
}

enum err record_copy(struct arena *arena, const struct record *from, struct record *ret_record)
{
    struct record record = *from;

    fields_copy(&record_fields, arena, &record);
    if (arena_failed(arena))
        return ERR_MEMORY;
    *ret_record = record;
    return ERR_OK;
}

bool list_has(struct str list, struct str text)
{
    while (list.len) {
        const char *comma;
        size_t len;

        for (; list.len && *list.bytes == ' '; list.len--)
            list.bytes++;
        comma = memchr(list.bytes, ',', list.len);
        len = comma ? (size_t)(comma - list.bytes) : list.len;

        if (str_equal((struct str){ list.bytes, len }, text))
            return true;
        list.bytes += len + (comma ? 1 : 0);
        list.len -= len + (comma ? 1 : 0);
    }
    return false;
}

void record_problems(const struct record *record, struct problems *ret_problems)
{
    struct reader in;

    *ret_problems = (struct problems){ .count = 0 };
    if (!record->problems.len)
        return;
    reader_init(&in, record->problems);
    problems_decode(&in, ret_problems);
    if (in.failed)
        ret_problems->count = 0;
    for (size_t i = 0; i < ret_problems->count;) {
        enum problem_code code = ret_problems->at[i].code;

        if (record->state == DOC_SENT && list_has(record->accepted, str_of(problem_code_text(code))))
            problems_remove(ret_problems, code);
        else
            i++;
    }
}

enum err record_set_problems(struct record *record, struct arena *arena, const struct problems *problems)
{
    struct strbuf bytes;
    struct str kept;

    strbuf_init(&bytes, PROBLEM_BYTES_MAX);
    problems_encode(problems, &bytes);
    kept = arena_copy(arena, strbuf_str(&bytes));
    if (bytes.failed || arena_failed(arena)) {
        strbuf_free(&bytes);
        return ERR_MEMORY;
    }
    strbuf_free(&bytes);
    record->problems = kept;
    return ERR_OK;
}

#define IN(state) (1u << (state))
#define UNSEALED (IN(DOC_OPEN) | IN(DOC_HELD) | IN(DOC_WAITING) | IN(DOC_QUEUED))
#define UNASKED (IN(DOC_OPEN) | IN(DOC_HELD) | IN(DOC_WAITING))     /* no request of it is under way, or about to be */
#define ANEW (UNSEALED | IN(DOC_FAILED) | IN(DOC_REVERSED))

/* The whole life of a document. The first row that fits decides; what fits none changes nothing.
 * Rows about verdicts hold for documents that are open for a new draft only (record_open_for()). */
static const struct move {
    enum doc_step event;
    unsigned from;
    enum work during;                     /* WORK_COUNT: any */
    enum doc_state to;
    enum work work;
} moves[] = {
    { STEP_PREVIEW,       ANEW,             WORK_COUNT,    DOC_OPEN,     WORK_NONE },
    { STEP_PROBLEMS,      ANEW,             WORK_COUNT,    DOC_HELD,     WORK_NONE },
    { STEP_READY,         ANEW,             WORK_COUNT,    DOC_WAITING,  WORK_NONE },
    { STEP_READY_AUTO,    ANEW,             WORK_COUNT,    DOC_QUEUED,   WORK_SEND },

    { STEP_CLAIM,         IN(DOC_QUEUED),   WORK_SEND,     DOC_SENDING,  WORK_SEND },
    { STEP_CLAIM,         IN(DOC_HELD),     WORK_SEND,     DOC_SENDING,  WORK_SEND },   /* login: tried again */
    { STEP_CLAIM,         IN(DOC_SENDING),  WORK_LOOKUP,   DOC_SENDING,  WORK_LOOKUP },
    { STEP_CLAIM,         IN(DOC_SENT),     WORK_REVERSE,  DOC_SENT,     WORK_REVERSE },

    { STEP_DONE,          IN(DOC_SENDING),  WORK_COUNT,    DOC_SENT,     WORK_NONE },
    { STEP_NOT_PROCESSED, IN(DOC_SENDING),  WORK_SEND,     DOC_QUEUED,   WORK_SEND },
    { STEP_NOT_PROCESSED, IN(DOC_SENDING),  WORK_LOOKUP,   DOC_SENDING,  WORK_LOOKUP },
    { STEP_NOT_PROCESSED, IN(DOC_SENT),     WORK_REVERSE,  DOC_SENT,     WORK_REVERSE },
    { STEP_UNKNOWN,       IN(DOC_SENDING),  WORK_COUNT,    DOC_SENDING,  WORK_LOOKUP },
    { STEP_UNKNOWN,       IN(DOC_SENT),     WORK_REVERSE,  DOC_SENT,     WORK_UNDOING },
    { STEP_LOGIN,         IN(DOC_SENDING),  WORK_SEND,     DOC_HELD,     WORK_SEND },
    { STEP_LOGIN,         IN(DOC_SENDING),  WORK_LOOKUP,   DOC_SENDING,  WORK_LOOKUP },
    { STEP_LOGIN,         IN(DOC_SENT),     WORK_REVERSE,  DOC_SENT,     WORK_REVERSE },
    { STEP_REFUSED,       IN(DOC_SENDING),  WORK_COUNT,    DOC_FAILED,   WORK_NONE },
    { STEP_DOUBTED,       IN(DOC_SENDING),  WORK_SEND,     DOC_SENDING,  WORK_LOOKUP },
    { STEP_FOUND,         IN(DOC_SENDING),  WORK_LOOKUP,   DOC_SENT,     WORK_NONE },
    { STEP_DIFFERS,       IN(DOC_SENDING),  WORK_LOOKUP,   DOC_FAILED,   WORK_NONE },
    { STEP_NOT_FOUND,     IN(DOC_SENDING),  WORK_LOOKUP,   DOC_SENDING,  WORK_LOOKUP },
    { STEP_ABSENT,        IN(DOC_SENDING),  WORK_LOOKUP,   DOC_QUEUED,   WORK_SEND },

    { STEP_TRANSFER,      IN(DOC_WAITING),  WORK_COUNT,    DOC_QUEUED,   WORK_SEND },
    { STEP_RESEND,        IN(DOC_FAILED),   WORK_NONE,     DOC_FAILED,   WORK_TELL },   /* built again first */
    { STEP_RESEND,        IN(DOC_QUEUED),   WORK_SEND,     DOC_QUEUED,   WORK_SEND },   /* at once */
    { STEP_RESEND,        IN(DOC_HELD),     WORK_SEND,     DOC_QUEUED,   WORK_SEND },
    { STEP_RESEND,        IN(DOC_SENT),     WORK_NONE,     DOC_REVERSED, WORK_TELL },   /* taken back by a person there */
    { STEP_RESEND,        IN(DOC_REVERSED), WORK_NONE,     DOC_REVERSED, WORK_TELL },   /* ... and left so until now */
    { STEP_LEAVE,         IN(DOC_SENT),     WORK_NONE,     DOC_REVERSED, WORK_NONE },
    { STEP_REVERSE,       IN(DOC_SENT),     WORK_COUNT,    DOC_SENT,     WORK_REVERSE },
    { STEP_UNDO_ASKED,    IN(DOC_SENT),     WORK_REVERSE,  DOC_SENT,     WORK_UNDOING },
    { STEP_UNDO_AGAIN,    IN(DOC_SENT),     WORK_UNDOING,  DOC_SENT,     WORK_REVERSE },
    { STEP_REVERSED,      IN(DOC_SENT),     WORK_UNDOING,  DOC_REVERSED, WORK_TELL },
    { STEP_KEPT,          IN(DOC_SENT),     WORK_UNDOING,  DOC_SENT,     WORK_NONE },

    { STEP_BY_HAND,       UNASKED,          WORK_NONE,     DOC_BY_HAND,  WORK_NONE },
    { STEP_BY_HAND,       IN(DOC_HELD),     WORK_SEND,     DOC_BY_HAND,  WORK_NONE },   /* the key was refused */
    { STEP_BY_HAND,       IN(DOC_FAILED),   WORK_NONE,     DOC_BY_HAND,  WORK_NONE },
    { STEP_BY_HAND,       IN(DOC_SENT),     WORK_NONE,     DOC_BY_HAND,  WORK_NONE },   /* taken back there, and entered */
    { STEP_UNDO_BY_HAND,  IN(DOC_BY_HAND),  WORK_NONE,     DOC_OPEN,     WORK_TELL },   /* built again first */
};

bool record_open_for(const struct record *record, uint32_t revision)
{
    if (!record->sealed)
        return true;
    return record->work == WORK_TELL && revision > record->revision;
}

enum err record_move(struct record *record, enum doc_step event, int64_t now_ms)
{
    for (size_t i = 0; i < COUNT(moves); i++) {
        const struct move *move = &moves[i];

        if (move->event != event || !(move->from & IN(record->state)) ||
            (move->during != WORK_COUNT && move->during != record->work))
            continue;
        if (move->to != record->state)
            record->since_ms = now_ms;
        record->state = move->to;
        record->work = move->work;
        record->claimed = false;
        return ERR_OK;
    }
    return ERR_REFUSED;
}
