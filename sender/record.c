#include "record.h"

#include "base/wire.h"

#include <string.h>

enum { RECORD_FIELDS = 39, TEXT_MAX = 4096, PROBLEM_BYTES_MAX = 1 << 20 };

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

void record_encode(const struct record *r, struct strbuf *out)
{
    wire_array(out, RECORD_FIELDS);
    wire_uint(out, r->state);
    wire_uint(out, r->work);
    wire_int(out, r->next_ms);
    wire_bool(out, r->claimed);
    wire_int(out, r->owner.instance);
    wire_uint(out, r->owner.boot);
    wire_str(out, r->venue);
    wire_str(out, r->client_id);
    wire_str(out, r->company);
    wire_int(out, r->day);
    wire_uint(out, r->revision);
    wire_bin(out, r->draft);
    wire_bin(out, r->problems);
    wire_bool(out, r->sealed);
    wire_bool(out, r->automatic);
    wire_bool(out, r->transfer);
    wire_bin(out, r->body);
    wire_uint(out, r->upto);
    wire_bool(out, r->credit_ordered);
    wire_str(out, r->id);
    wire_int(out, r->number);
    wire_bool(out, r->has_total);
    wire_money(out, r->total);
    wire_int(out, r->first_ms);
    wire_int(out, r->since_ms);
    wire_int(out, r->sealed_ms);
    wire_int(out, r->sent_ms);
    wire_uint(out, r->attempts);
    wire_uint(out, r->lookups);
    wire_uint(out, r->refusals);
    wire_str(out, r->words);
    wire_str(out, r->accepted);
    wire_str(out, r->old_ids);
    wire_int(out, r->invoice_no);
    wire_uint(out, r->round);
    wire_uint(out, r->facts);
    if (r->asked)
        wire_bool(out, true);
    else
        wire_nil(out);                    /* as records of before this field have it */
    if (r->invoice_day)
        wire_int(out, r->invoice_day);
    else
        wire_nil(out);
    wire_nil(out);                        /* kept free, so that a field can be added in place */
}

static uint32_t take_u32(struct reader *in)
{
    uint64_t value = take_uint(in);

    if (value > UINT32_MAX)
        in->failed = true;
    return (uint32_t)value;
}

static int32_t take_i32(struct reader *in)
{
    int64_t value = take_int(in);

    if (value > INT32_MAX || value < INT32_MIN)
        in->failed = true;
    return (int32_t)value;
}

static unsigned take_below(struct reader *in, unsigned bound)
{
    uint64_t value = take_uint(in);

    if (value >= bound)
        in->failed = true;
    return in->failed ? 0 : (unsigned)value;
}

static void take_head(struct reader *in, struct record *r)
{
    r->state = (enum doc_state)take_below(in, DOC_STATE_COUNT);
    r->work = (enum work)take_below(in, WORK_COUNT);
    r->next_ms = take_int(in);
    r->claimed = take_bool(in);
    r->owner.instance = take_i32(in);
    r->owner.boot = take_uint(in);
    r->venue = take_str(in, TEXT_MAX);
    r->client_id = take_str(in, TEXT_MAX);
    r->company = take_str(in, TEXT_MAX);
    r->day = take_i32(in);
    r->revision = take_u32(in);
    r->draft = take_bin(in, DRAFT_BYTES_MAX);
    r->problems = take_bin(in, PROBLEM_BYTES_MAX);
    r->sealed = take_bool(in);
    r->automatic = take_bool(in);
    r->transfer = take_bool(in);
    r->body = take_bin(in, 2 * DRAFT_BYTES_MAX);
    r->upto = take_uint(in);
    r->credit_ordered = take_bool(in);
}

enum err record_decode(struct str bytes, struct record *ret_record)
{
    struct record r = { .state = DOC_OPEN };
    struct reader in;

    reader_init(&in, bytes);
    if (take_array(&in, RECORD_FIELDS) != RECORD_FIELDS)
        return ERR_STORE_DAMAGED;
    take_head(&in, &r);
    r.id = take_str(&in, TEXT_MAX);
    r.number = take_int(&in);
    r.has_total = take_bool(&in);
    r.total = take_money(&in);
    r.first_ms = take_int(&in);
    r.since_ms = take_int(&in);
    r.sealed_ms = take_int(&in);
    r.sent_ms = take_int(&in);
    r.attempts = take_u32(&in);
    r.lookups = take_u32(&in);
    r.refusals = take_u32(&in);
    r.words = take_str(&in, TEXT_MAX);
    r.accepted = take_str(&in, TEXT_MAX);
    r.old_ids = take_str(&in, TEXT_MAX);
    r.invoice_no = take_int(&in);
    r.round = take_u32(&in);
    r.facts = take_u32(&in);
    r.asked = !take_nil(&in) && take_bool(&in);
    r.invoice_day = take_nil(&in) ? 0 : take_i32(&in);
    (void)take_any(&in);
    if (reader_done(&in))
        return ERR_STORE_DAMAGED;
    *ret_record = r;
    return ERR_OK;
}

enum err record_copy(struct arena *arena, const struct record *from, struct record *ret_record)
{
    struct record r = *from;
    struct str *texts[] = { &r.venue, &r.client_id, &r.company, &r.draft, &r.problems, &r.body,
                            &r.id, &r.words, &r.accepted, &r.old_ids };

    for (size_t i = 0; i < COUNT(texts); i++)
        *texts[i] = arena_copy(arena, *texts[i]);
    if (arena_failed(arena))
        return ERR_MEMORY;
    *ret_record = r;
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
    { STEP_REVERSE,       IN(DOC_SENT),     WORK_COUNT,    DOC_SENT,     WORK_REVERSE },
    { STEP_UNDO_ASKED,    IN(DOC_SENT),     WORK_REVERSE,  DOC_SENT,     WORK_UNDOING },
    { STEP_UNDO_AGAIN,    IN(DOC_SENT),     WORK_UNDOING,  DOC_SENT,     WORK_REVERSE },
    { STEP_REVERSED,      IN(DOC_SENT),     WORK_UNDOING,  DOC_REVERSED, WORK_TELL },
    { STEP_KEPT,          IN(DOC_SENT),     WORK_UNDOING,  DOC_SENT,     WORK_NONE },

    { STEP_BY_HAND,       UNASKED,          WORK_NONE,     DOC_BY_HAND,  WORK_NONE },
    { STEP_BY_HAND,       IN(DOC_HELD),     WORK_SEND,     DOC_BY_HAND,  WORK_NONE },   /* the key was refused */
    { STEP_BY_HAND,       IN(DOC_FAILED),   WORK_NONE,     DOC_BY_HAND,  WORK_NONE },
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
