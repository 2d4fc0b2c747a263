#include "audit.h"

#include "audit_index.h"

#include "base/clock.h"
#include "base/fields.h"

#include <stdlib.h>
#include <string.h>

enum { LAYOUT = 1, TEXT_MAX = 4096 };
enum { DECISIONS };
static const char *const tables[] = { "decisions" };

struct audit { struct store *store; uint64_t seen; struct strbuf folder; };

static enum err open_trail(struct str state_dir, unsigned flags, struct audit **ret_audit, struct fault *fault)
{
    struct audit *audit = calloc(1, sizeof *audit);
    enum err err;

    if (!audit)
        return fault_set(fault, ERR_MEMORY, "no memory for the audit trail");
    strbuf_init(&audit->folder, 4096);
    strbuf_format(&audit->folder, STR_FMT "/audit", STR_ARG(state_dir));
    err = audit->folder.failed ? fault_set(fault, ERR_CONFIG, "state_dir is too long")
                               : store_open(strbuf_str(&audit->folder), tables, COUNT(tables), LAYOUT, flags, &audit->store,
                                            fault);
    if (err) {
        strbuf_free(&audit->folder);
        free(audit);
        return err;
    }
    audit->seen = UINT64_MAX;
    *ret_audit = audit;
    return ERR_OK;
}

enum err audit_open(struct str state_dir, struct audit **ret_audit, struct fault *fault)
{
    return open_trail(state_dir, 0, ret_audit, fault);
}

enum err audit_open_there(struct str state_dir, struct audit **ret_audit, struct fault *fault)
{
    return open_trail(state_dir, STORE_READ_ONLY, ret_audit, fault);
}

void audit_close(struct audit *audit)
{
    if (!audit)
        return;
    store_close(audit->store);
    strbuf_free(&audit->folder);
    free(audit);
}

static const struct field_row decision_rows[] = {
    FIELD(decision, time_ms),
    FIELD_MAX(decision, who, TEXT_MAX),
    FIELD_MAX(decision, verb, TEXT_MAX),
    FIELD_MAX(decision, subject, TEXT_MAX),
    FIELD_MAX(decision, detail, TEXT_MAX),
    FIELD_MAX(decision, reason, TEXT_MAX),
};
static const struct fields decision_fields = FIELDS(decision, decision_rows, COUNT(decision_rows), NULL);

bool decision_undoes(const struct decision *decision, uint64_t *ret_number, struct str *ret_detail)
{
    struct str left = decision->detail;
    uint64_t number = 0;

    if (!str_starts(decision->verb, STR(UNDO_PREFIX)))
        return false;
    for (; left.len && *left.bytes >= '0' && *left.bytes <= '9'; left.bytes++, left.len--) {
        if (number > UINT64_MAX / 10 - 1)
            return false;
        number = number * 10 + (uint64_t)(*left.bytes - '0');
    }
    if (number == 0 || (left.len && *left.bytes != ' '))
        return false;
    *ret_number = number;
    *ret_detail = left.len ? (struct str){ left.bytes + 1, left.len - 1 } : STR_NONE;
    return true;
}

bool decision_resends_on(const struct decision *decision, int32_t *ret_day, uint32_t *ret_revision)
{
    enum { DAY_LETTERS = 10 };
    struct str detail = decision->detail, left;
    uint64_t revision = 0;
    int32_t day;

    if (!str_equal(decision->verb, STR("resend-on")) || detail.len < DAY_LETTERS + 2 || detail.bytes[DAY_LETTERS] != ' ' ||
        day_parse((struct str){ detail.bytes, DAY_LETTERS }, &day))
        return false;
    left = (struct str){ detail.bytes + DAY_LETTERS + 1, detail.len - DAY_LETTERS - 1 };
    for (size_t i = 0; i < left.len; i++) {
        if (left.bytes[i] < '0' || left.bytes[i] > '9' || revision > UINT32_MAX)
            return false;
        revision = revision * 10 + (uint64_t)(left.bytes[i] - '0');
    }
    if (revision > UINT32_MAX)
        return false;
    *ret_day = day;
    *ret_revision = (uint32_t)revision;
    return true;
}

struct append { struct str value; uint64_t number; };

static enum err last_number(struct txn *txn, uint64_t *ret_number)
{
    struct str last, value;
    struct key end;
    size_t at = 0;
    enum err err;

    key_init(&end);
    key_u64(&end, UINT64_MAX);
    *ret_number = 0;
    err = store_floor(txn, DECISIONS, STR_NONE, key_str(&end), &last, &value);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (!err && (!key_take_u64(last, &at, ret_number) || *ret_number == UINT64_MAX))
        return ERR_STORE_DAMAGED;        /* the next would be number 0 */
    return err;
}

static enum err append_work(struct txn *txn, void *context)
{
    struct append *append = context;
    uint64_t last;
    struct key key;
    enum err err = last_number(txn, &last);

    if (err)
        return err;
    append->number = last + 1;
    key_init(&key);
    key_u64(&key, append->number);
    return store_append(txn, DECISIONS, key_str(&key), append->value);
}

enum err audit_append(struct audit *audit, const struct decision *decision, uint64_t *ret_number)
{
    const struct str texts[] = { decision->who, decision->verb, decision->subject, decision->detail,
                                 decision->reason };
    struct append append = { STR_NONE, 0 };
    struct strbuf value;
    enum err err;

    for (size_t i = 0; i < COUNT(texts); i++)
        if (texts[i].len > TEXT_MAX)
            return ERR_TOO_LONG;
    strbuf_init(&value, COUNT(texts) * (TEXT_MAX + 8) + 64);
    fields_write(&decision_fields, decision, &value);
    append.value = strbuf_str(&value);
    err = value.failed ? ERR_MEMORY : store_write(audit->store, append_work, &append);
    strbuf_free(&value);
    if (!err)
        *ret_number = append.number;
    return err;
}

static enum err last_work(struct txn *txn, void *context)
{
    return last_number(txn, context);
}

enum err audit_last(struct audit *audit, uint64_t *ret_number)
{
    return store_read(audit->store, last_work, ret_number);
}

bool audit_changed(struct audit *audit)
{
    uint64_t now = store_generation(audit->store);
    bool changed = now != audit->seen;

    audit->seen = now;
    return changed;
}

struct reading { uint64_t from; audit_visit visit; void *context; };

static enum err row_decision(struct str key, struct str value, struct decision *ret_decision)
{
    size_t at = 0;

    if (fields_read(&decision_fields, value, NULL, ret_decision) || !key_take_u64(key, &at, &ret_decision->number))
        return ERR_STORE_DAMAGED;
    return ERR_OK;
}

static enum err visit_row(struct txn *txn, struct str key, struct str value, void *context)
{
    struct reading *reading = context;
    struct decision decision;
    enum err err = row_decision(key, value, &decision);

    (void)txn;
    return err ? err : reading->visit(&decision, reading->context);
}

static enum err read_work(struct txn *txn, void *context)
{
    struct reading *reading = context;
    struct key from;

    key_init(&from);
    if (reading->from)                   /* 0: what stands before all numbers is damaged, and is met */
        key_u64(&from, reading->from);
    return store_walk(txn, DECISIONS, STR_NONE, key_str(&from), visit_row, reading);
}

enum err audit_read(struct audit *audit, uint64_t from, audit_visit visit, void *context)
{
    struct reading reading = { from, visit, context };

    return store_read(audit->store, read_work, &reading);
}

struct reading_of { struct reading reading; struct str folder; const struct audit_wish *wish; };

static bool is_wished(const struct audit_wish *wish, const struct decision *decision)
{
    bool fits = !wish->verb_count;

    for (size_t i = 0; i < wish->verb_count; i++)
        fits |= str_equal(decision->verb, str_of(wish->verbs[i]));
    return fits && (!wish->subject.len || str_equal(decision->subject, wish->subject));
}

static enum err visit_number(struct txn *txn, const struct reading_of *of, uint64_t number)
{
    struct decision decision;
    struct key key;
    struct str value;
    enum err err;

    key_init(&key);
    key_u64(&key, number);
    err = store_get(txn, DECISIONS, key_str(&key), &value);
    if (!err)
        err = row_decision(key_str(&key), value, &decision);
    return err || !is_wished(of->wish, &decision) ? err : of->reading.visit(&decision, of->reading.context);
}

static enum err read_of_work(struct txn *txn, void *context)
{
    const struct reading_of *of = context;
    enum err err = audit_index_read(txn, DECISIONS, of->folder, row_decision);

    for (uint64_t number = 1; !err && (number = audit_index_next(number, of->wish)) != 0; number++)
        err = visit_number(txn, of, number);
    return err == ERR_STOP ? ERR_OK : err;
}

enum err audit_read_of(struct audit *audit, const struct audit_wish *wish, audit_visit visit, void *context)
{
    struct reading_of of = { { 1, visit, context }, strbuf_str(&audit->folder), wish };

    return store_read(audit->store, read_of_work, &of);
}

/* --- a name goes ---------------------------------------------------------------------------------------------- */

enum { RENAMED_A_SLICE = 100 };

struct audit_naming { struct str from, to; uint64_t numbers[RENAMED_A_SLICE]; size_t count; };

static enum err named_row(struct txn *txn, struct str key, struct str value, void *context)
{
    struct audit_naming *naming = context;
    struct decision decision;
    size_t at = 0;

    (void)txn;
    if (fields_read(&decision_fields, value, NULL, &decision) || !key_take_u64(key, &at, &decision.number))
        return ERR_STORE_DAMAGED;
    if (!str_equal(decision.subject, naming->from))
        return ERR_OK;
    naming->numbers[naming->count++] = decision.number;
    return naming->count == RENAMED_A_SLICE ? ERR_STOP : ERR_OK;
}

static enum err rename_row(struct txn *txn, const struct audit_naming *naming, uint64_t number)
{
    struct decision decision;
    struct str value;
    struct strbuf out;
    struct key key;
    enum err err;

    key_init(&key);
    key_u64(&key, number);
    err = store_get(txn, DECISIONS, key_str(&key), &value);
    if (err)
        return err;
    if (fields_read(&decision_fields, value, NULL, &decision))
        return ERR_STORE_DAMAGED;
    decision.subject = naming->to;
    if (str_equal(decision.verb, STR("connect")) || str_equal(decision.verb, STR("disconnect")))
        decision.detail = STR_NONE;      /* the number in PowerOffice, which has the name */
    strbuf_init(&out, value.len + TEXT_MAX + 64);
    fields_write(&decision_fields, &decision, &out);
    err = out.failed ? ERR_MEMORY : store_put(txn, DECISIONS, key_str(&key), strbuf_str(&out));
    strbuf_free(&out);
    return err;
}

static enum err rename_work(struct txn *txn, void *context)
{
    struct audit_naming *naming = context;
    enum err err;

    naming->count = 0;
    err = store_walk(txn, DECISIONS, STR_NONE, STR_NONE, named_row, naming);
    for (size_t i = 0; i < naming->count && !err; i++)
        err = rename_row(txn, naming, naming->numbers[i]);
    return err;
}

enum err audit_rename(struct audit *audit, struct str from, struct str to, uint64_t *ret_renamed)
{
    struct audit_naming naming = { .from = from, .to = to };
    enum err err = to.len > TEXT_MAX ? ERR_TOO_LONG : ERR_OK;

    *ret_renamed = 0;
    audit_index_forget();
    do {
        if (!err)
            err = store_write(audit->store, rename_work, &naming);
        *ret_renamed += err ? 0 : naming.count;
    } while (!err && naming.count == RENAMED_A_SLICE);
    return err;
}
