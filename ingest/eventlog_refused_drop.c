/* Refused lines that go: those that name a person who is forgotten, and old ones (eventlog.h). */
#include "eventlog_inside.h"

#include <stdio.h>
#include <string.h>

enum { DROPS_A_SLICE = 500 };

struct dropping {
    const struct renaming *renaming;     /* NULL: what is older than before_ms */
    int64_t before_ms;
    struct { char bytes[REFUSED_KEY_BYTES]; } keys[DROPS_A_SLICE];
    size_t count;
    uint64_t dropped;
};

/* --- does a line say the name? --- */

static size_t utf8_of(uint32_t code, char out[4])
{
    static const unsigned char heads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

    for (size_t i = len; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(heads[len] | code);
    return len;
}

/* Four hexadecimal digits behind "\u". */
static bool take_unit(struct str *rest, uint32_t *ret_unit)
{
    *ret_unit = 0;
    if (rest->len < 6 || rest->bytes[0] != '\\' || rest->bytes[1] != 'u')
        return false;
    for (size_t i = 2; i < 6; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *at = memchr(digits, rest->bytes[i] | 0x20, sizeof digits - 1);

        if (!at)
            return false;
        *ret_unit = *ret_unit << 4 | (uint32_t)(at - digits);
    }
    *rest = (struct str){ rest->bytes + 6, rest->len - 6 };
    return true;
}

/* One letter of a JSON string, or a byte of it. */
static size_t take_letter(struct str *rest, char out[4])
{
    static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *escape = rest->len > 1 && rest->bytes[0] == '\\' ? memchr(escapes, rest->bytes[1], sizeof escapes - 1) : NULL;
    uint32_t unit, low;

    if (take_unit(rest, &unit)) {
        if (unit >= 0xd800 && unit < 0xdc00 && take_unit(rest, &low))
            unit = 0x10000 + ((unit - 0xd800) << 10) + ((low - 0xdc00) & 0x3ff);
        return utf8_of(unit, out);
    }
    out[0] = escape ? meant[escape - escapes] : rest->bytes[0];
    *rest = (struct str){ rest->bytes + (escape ? 2 : 1), rest->len - (escape ? 2 : 1) };
    return 1;
}

/* A JSON string, from behind its first quote. */
static bool is_quoted(struct str rest, struct str name)
{
    char letter[4];

    while (name.len && rest.len && rest.bytes[0] != '"') {
        size_t len = take_letter(&rest, letter);

        if (len > name.len || memcmp(letter, name.bytes, len) != 0)
            return false;
        name = (struct str){ name.bytes + len, name.len - len };
    }
    return !name.len && rest.len && rest.bytes[0] == '"';
}

/* A msgpack string of the name's length, from its head: what comes over ZeroMQ. */
static bool is_packed(struct str rest, struct str name)
{
    size_t len = name.len, head = len < 32 ? 1 : len < 256 ? 2 : 3;
    const unsigned char heads[][3] = { { (unsigned char)(0xa0 | (len & 31)) }, { 0xd9, (unsigned char)len },
                                       { 0xda, (unsigned char)(len >> 8), (unsigned char)len } };

    return rest.len >= head + len && memcmp(rest.bytes, heads[head - 1], head) == 0 &&
           memcmp(rest.bytes + head, name.bytes, len) == 0;
}

/* `"staff": 14`: a till that says a number where a text belongs is refused for that. */
static bool is_said_bare(struct str rest, enum person person, struct str name)
{
    char field[16];
    size_t len = (size_t)snprintf(field, sizeof field, "%s\"", person_text(person)), at = len;

    if (rest.len <= len || memcmp(rest.bytes, field, len) != 0)
        return false;
    while (at < rest.len && memchr(" \t:", rest.bytes[at], 4))
        at++;
    return rest.len - at >= name.len && memcmp(rest.bytes + at, name.bytes, name.len) == 0 &&
           (rest.len - at == name.len || memchr(" \t\r\n,}]", rest.bytes[at + name.len], 7));
}

static bool says(struct str bytes, const struct renaming *renaming)
{
    for (size_t i = 0; i < bytes.len; i++) {
        struct str rest = { bytes.bytes + i, bytes.len - i }, behind = { rest.bytes + 1, rest.len - 1 };

        if (*rest.bytes == '"' ? is_quoted(behind, renaming->name) || is_said_bare(behind, renaming->person, renaming->name)
                               : is_packed(rest, renaming->name))
            return true;
    }
    return false;
}

bool eventlog_refusal_names(const struct eventlog_refusal *refusal, const struct renaming *renaming)
{
    if (!renaming->name.len || (refusal->venue.len && !renaming_concerns(renaming, refusal->venue)))
        return false;
    return says(refusal->bytes, renaming) || says(refusal->reason, renaming);
}

/* --- what goes --- */

/* What is damaged is no line that somebody can put right: it goes with those of its time, and where the name stands in what is left. */
static bool names(const struct dropping *dropping, const struct eventlog_refusal *refusal, struct str value)
{
    return refusal ? eventlog_refusal_names(refusal, dropping->renaming) : renaming_may_be_in(dropping->renaming, value);
}

static enum err row_seen(struct str key, const struct eventlog_refusal *refusal, struct str value, void *context)
{
    struct dropping *dropping = context;
    uint64_t time_ms;
    size_t at = 0;

    if (!dropping->renaming && key_take_u64(key, &at, &time_ms) && (int64_t)time_ms >= dropping->before_ms)
        return ERR_STOP;                 /* they stand in the order in which they came */
    if (dropping->renaming && !names(dropping, refusal, value))
        return ERR_OK;
    memcpy(dropping->keys[dropping->count++].bytes, key.bytes, REFUSED_KEY_BYTES);
    return dropping->count == DROPS_A_SLICE ? ERR_STOP : ERR_OK;
}

static enum err drop_work(struct txn *txn, void *context)
{
    struct dropping *dropping = context;
    enum err err;

    dropping->count = 0;
    err = eventlog_refused_rows(txn, row_seen, dropping);
    for (size_t i = 0; i < dropping->count && !err; i++)
        err = store_delete(txn, LOG_REFUSED, (struct str){ dropping->keys[i].bytes, REFUSED_KEY_BYTES });
    return err;
}

static enum err drop_all(struct eventlog *log, struct dropping *dropping)
{
    enum err err;

    do {
        err = store_write(log->store, drop_work, dropping);
        dropping->dropped += err ? 0 : dropping->count;
    } while (!err && dropping->count == DROPS_A_SLICE);
    return err;
}

enum err eventlog_refused_forget(struct eventlog *log, const struct renaming *renaming)
{
    struct dropping dropping = { .renaming = renaming };

    return drop_all(log, &dropping);
}

enum err eventlog_refused_expire(struct eventlog *log, int64_t before_ms, uint64_t *ret_expired)
{
    struct dropping dropping = { .before_ms = before_ms };
    enum err err = drop_all(log, &dropping);

    *ret_expired = dropping.dropped;
    return err;
}
