#include "notices_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "base/killpoint.h"

enum { MATTER_FORM = 1, NOTICE_FORM = 1, LETTER_FORM = 1, RECORD_BYTES = LETTER_BYTES_MAX + 8192, ADDRESS_BYTES = 512,
       KEY_BYTES = NAME_BYTES + 1 + 8 };
const char *const notices_tables[NOTICES_TABLES] = {
    [MATTERS] = "matters",               /* id -> struct told */
    [NOTICES] = "notices",               /* recipient, 0, number -> struct notice */
    [LETTERS] = "letters",               /* recipient -> struct letter */
    [NUMBERS] = "numbers",               /* "next", "summary" */
};

struct notices { struct store *store; };

static const struct field_row told_rows[] = {
    FIELD_IS(MATTER_FORM),
    FIELD_MAX(told, matter.kind, MATTER_KIND_COUNT - 1),
    FIELD(told, matter.day),
    FIELD_MAX(told, matter.venue, NAME_BYTES),
    FIELD_MAX(told, matter.company, NAME_BYTES),
    FIELD_MAX(told, matter.en, MATTER_TEXT_MAX),
    FIELD_MAX(told, matter.nb, MATTER_TEXT_MAX),
    FIELD(told, since_ms),
};
const struct fields notices_told_fields = FIELDS(told, told_rows, COUNT(told_rows), NULL);

static const struct field_row notice_rows[] = {
    FIELD_IS(NOTICE_FORM),
    FIELD_MAX(notice, what, NOTICE_WHATS - 1),
    FIELD_MAX(notice, kind, MATTER_KIND_COUNT - 1),
    FIELD(notice, day),
    FIELD(notice, time_ms),
    FIELD(notice, since_ms),
    FIELD_MAX(notice, matter, MATTER_ID_MAX),
    FIELD_MAX(notice, venue, NAME_BYTES),
    FIELD_MAX(notice, company, NAME_BYTES),
    FIELD_MAX(notice, text, NOTICE_TEXT_MAX),
};
const struct fields notices_notice_fields = FIELDS(notice, notice_rows, COUNT(notice_rows), NULL);

static const struct field_row letter_rows[] = {
    FIELD_IS(LETTER_FORM),
    FIELD_MAX(letter, id, LETTER_ID_SIZE),
    FIELD_MAX(letter, to, ADDRESS_BYTES),
    FIELD(letter, made_ms),
    FIELD(letter, next_ms),
    FIELD(letter, upto),
    FIELD(letter, notices),
    FIELD(letter, tries),
    FIELD_MAX(letter, words, LETTER_WORDS_MAX),
    FIELD_MAX(letter, body, LETTER_BYTES_MAX),
};
const struct fields notices_letter_fields = FIELDS(letter, letter_rows, COUNT(letter_rows), NULL);

enum err notices_open(struct str state_dir, struct notices **ret_notices, struct fault *fault)
{
    struct notices *notices = calloc(1, sizeof *notices);
    struct strbuf folder;
    enum err err;

    if (!notices)
        return fault_set(fault, ERR_MEMORY, "no memory for the notices");
    strbuf_init(&folder, 4096);
    strbuf_format(&folder, STR_FMT "/watch", STR_ARG(state_dir));
    err = folder.failed ? fault_set(fault, ERR_CONFIG, "state_dir is too long")
                        : store_open(strbuf_str(&folder), notices_tables, COUNT(notices_tables), NOTICES_LAYOUT, 0,
                                     &notices->store, fault);
    strbuf_free(&folder);
    if (err) {
        notices_close(notices);
        return err;
    }
    *ret_notices = notices;
    return ERR_OK;
}

void notices_close(struct notices *notices)
{
    if (!notices)
        return;
    store_close(notices->store);
    free(notices);
}

/* --- records --- */

static enum err put(struct txn *txn, unsigned table, struct str key, const struct fields *fields, const void *object)
{
    struct strbuf bytes;
    enum err err;

    strbuf_init(&bytes, RECORD_BYTES);
    fields_write(fields, object, &bytes);
    err = bytes.failed ? ERR_MEMORY : store_put(txn, table, key, strbuf_str(&bytes));
    strbuf_free(&bytes);
    return err;
}

enum err notices_number(struct txn *txn, struct str name, int64_t *ret_number)
{
    struct reader in;
    struct str value;
    enum err err = store_get(txn, NUMBERS, name, &value);

    if (err)
        return err;
    reader_init(&in, value);
    *ret_number = take_int(&in);
    return in.failed ? ERR_STORE_DAMAGED : ERR_OK;
}

static enum err number_put(struct txn *txn, struct str name, int64_t number)
{
    struct strbuf bytes;
    enum err err;

    strbuf_init(&bytes, 16);
    wire_int(&bytes, number);
    err = bytes.failed ? ERR_MEMORY : store_put(txn, NUMBERS, name, strbuf_str(&bytes));
    strbuf_free(&bytes);
    return err;
}

/* Of a recipient's notices; number UINT64_MAX: what all begin with. */
struct notice_key { char bytes[KEY_BYTES]; size_t len; };

static struct notice_key key_of(struct str recipient, uint64_t number)
{
    struct notice_key key = { .len = recipient.len + 1 };

    ensure(recipient.len <= NAME_BYTES);
    memcpy(key.bytes, recipient.bytes, recipient.len);
    key.bytes[recipient.len] = '\0';
    if (number != UINT64_MAX)
        for (int shift = 56; shift >= 0; shift -= 8)
            key.bytes[key.len++] = (char)(number >> shift);
    return key;
}

bool notices_key_take(struct str key, struct str *ret_recipient, uint64_t *ret_number)
{
    const char *end = key.len ? memchr(key.bytes, '\0', key.len) : NULL;

    if (!end || key.bytes + key.len - end != 9)
        return false;
    *ret_recipient = (struct str){ key.bytes, (size_t)(end - key.bytes) };
    *ret_number = 0;
    for (size_t i = 1; i < 9; i++)
        *ret_number = *ret_number << 8 | (unsigned char)end[i];
    return true;
}

/* --- settling --- */

static bool is_by_day(uint32_t kind)
{
    return kind == MATTER_MISSING_DAY || kind == MATTER_OPEN_DAY;
}

/* The next number, for whoever gets the notice. */
static enum err add_notice(struct txn *txn, const struct watch_recipient *recipient, const struct notice *notice)
{
    int64_t next = 0;
    enum err err = notices_number(txn, STR("next"), &next);
    struct notice_key key;

    if (err && err != ERR_NOT_FOUND)
        return err;
    key = key_of(recipient->name, (uint64_t)next);
    err = put(txn, NOTICES, (struct str){ key.bytes, key.len }, &notices_notice_fields, notice);
    return err ? err : number_put(txn, STR("next"), next + 1);
}

static enum err tell(struct txn *txn, const struct settling *settling, const struct matter *matter, enum notice_what what,
                     int64_t since_ms)
{
    const struct config *config = settling->config;
    struct notice notice = { .what = what, .kind = matter->kind, .day = matter->day, .time_ms = settling->now_ms,
                             .since_ms = since_ms, .matter = matter->id, .venue = matter->venue, .company = matter->company };
    enum err err = ERR_OK;

    for (size_t i = 0; i < config->watch.recipient_count && !err; i++) {
        const struct watch_recipient *recipient = &config->watch.recipients[i];
        struct str language = recipient->language.len ? recipient->language : config->language;

        if (!matter_concerns(recipient, matter->company))
            continue;
        notice.text = str_equal(language, STR("nb")) ? matter->nb : matter->en;
        err = add_notice(txn, recipient, &notice);
    }
    return err;
}

struct ended { struct ended *next; struct told told; };
struct comparing {
    const struct settling *settling;
    struct arena arena;
    struct ended *ended, *forgotten;
    bool *known;                         /* of those that were found: it was told before */
    uint64_t open;
};

static enum err compare_one(struct txn *txn, struct str key, struct str value, void *context)
{
    struct comparing *comparing = context;
    const struct settling *settling = comparing->settling;
    const struct matter *found = matters_find(settling->found, key);
    struct ended *ended, **list;
    struct told told = { .since_ms = 0 };

    (void)txn;
    if (fields_read(&notices_told_fields, value, NULL, &told))
        return ERR_STORE_DAMAGED;
    comparing->open++;
    if (found) {
        comparing->known[found - settling->found->at] = true;
        return ERR_OK;
    }
    if (settling->partial)
        return ERR_OK;
    list = is_by_day(told.matter.kind) && told.matter.day < settling->forget ? &comparing->forgotten : &comparing->ended;
    if (list == &comparing->ended && told.matter.day != DAY_ALWAYS && told.matter.day < settling->from)
        return ERR_OK;                   /* it was not looked at */
    ended = arena_alloc(&comparing->arena, sizeof *ended);
    if (!ended)
        return ERR_MEMORY;
    fields_copy(&notices_told_fields, &comparing->arena, &told);
    told.matter.id = arena_copy(&comparing->arena, key);
    *ended = (struct ended){ *list, told };
    *list = ended;
    comparing->open--;
    return arena_failed(&comparing->arena) ? ERR_MEMORY : ERR_OK;
}

static enum err end_matters(struct txn *txn, struct settling *settling, const struct comparing *comparing)
{
    enum err err = ERR_OK;

    for (const struct ended *ended = comparing->forgotten; ended && !err; ended = ended->next)
        err = store_delete(txn, MATTERS, ended->told.matter.id);
    for (const struct ended *ended = comparing->ended; ended && !err; ended = ended->next) {
        err = store_delete(txn, MATTERS, ended->told.matter.id);
        if (!err)
            err = tell(txn, settling, &ended->told.matter, NOTICE_END, ended->told.since_ms);
        settling->ret_ended++;
    }
    return err;
}

static enum err begin_matters(struct txn *txn, struct settling *settling, const struct comparing *comparing)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < settling->found->count && !err; i++) {
        const struct told told = { settling->found->at[i], settling->now_ms };

        if (comparing->known[i] || settling->found->at[i].young)
            continue;
        err = put(txn, MATTERS, told.matter.id, &notices_told_fields, &told);
        if (!err)
            err = tell(txn, settling, &told.matter, NOTICE_BEGIN, settling->now_ms);
        settling->ret_began++;
    }
    return err;
}

static enum err add_summaries(struct txn *txn, const struct settling *settling)
{
    const struct config *config = settling->config;
    struct notice notice = { .what = NOTICE_SUMMARY, .day = settling->summary_day, .time_ms = settling->now_ms };
    enum err err = ERR_OK;

    if (!settling->summary)
        return ERR_OK;
    for (size_t i = 0; i < config->watch.recipient_count && !err; i++) {
        notice.text = settling->summary(&config->watch.recipients[i], settling->context);
        if (notice.text.len)
            err = add_notice(txn, &config->watch.recipients[i], &notice);
    }
    return err ? err : number_put(txn, STR("summary"), settling->summary_day);
}

static enum err settle_work(struct txn *txn, void *context)
{
    struct settling *settling = context;
    struct comparing comparing = { .settling = settling };
    enum err err;

    settling->ret_began = settling->ret_ended = 0;
    arena_init(&comparing.arena, (size_t)1 << 28);
    comparing.known = arena_array(&comparing.arena, settling->found->count ? settling->found->count : 1, sizeof(bool));
    err = comparing.known ? store_walk(txn, MATTERS, STR_NONE, STR_NONE, compare_one, &comparing) : ERR_MEMORY;
    if (!err)
        err = end_matters(txn, settling, &comparing);
    if (!err)
        err = begin_matters(txn, settling, &comparing);
    if (!err)
        err = add_summaries(txn, settling);
    settling->ret_open = comparing.open + settling->ret_began;
    arena_free(&comparing.arena);
    return err;
}

enum err notices_settle(struct notices *notices, struct settling *settling)
{
    enum err err;

    KILLPOINT("watch.before-settle");
    err = store_write(notices->store, settle_work, settling);
    KILLPOINT("watch.settled");
    return err;
}

struct asking_number { struct str name; int64_t number; };

static enum err number_work(struct txn *txn, void *context)
{
    struct asking_number *asking = context;

    return notices_number(txn, asking->name, &asking->number);
}

enum err notices_summary_day(struct notices *notices, int32_t *ret_day)
{
    struct asking_number asking = { .name = STR("summary") };
    enum err err = store_read(notices->store, number_work, &asking);

    if (!err)
        *ret_day = (int32_t)asking.number;
    return err;
}

/* --- letters --- */

struct reading {
    struct str recipient;
    struct arena *arena;
    struct letter letter;
    struct notice *at;
    size_t count, max;
    uint64_t all;
    int64_t oldest_ms;
};

static enum err letter_work(struct txn *txn, void *context)
{
    struct reading *reading = context;
    struct str value;
    enum err err = store_get(txn, LETTERS, reading->recipient, &value);

    if (err)
        return err;
    if (fields_read(&notices_letter_fields, value, reading->arena, &reading->letter))
        return ERR_STORE_DAMAGED;
    fields_copy(&notices_letter_fields, reading->arena, &reading->letter);
    return arena_failed(reading->arena) ? ERR_MEMORY : ERR_OK;
}

enum err notices_letter(struct notices *notices, struct str recipient, struct arena *arena, struct letter *ret_letter)
{
    struct reading reading = { .recipient = recipient, .arena = arena };
    enum err err = store_read(notices->store, letter_work, &reading);

    if (!err)
        *ret_letter = reading.letter;
    return err;
}

static enum err take_notice(struct txn *txn, struct str key, struct str value, void *context)
{
    struct reading *reading = context;
    struct notice notice = { .number = 0 };
    struct str recipient;
    uint64_t number;

    (void)txn;
    if (!notices_key_take(key, &recipient, &number) || fields_read(&notices_notice_fields, value, NULL, &notice))
        return ERR_STORE_DAMAGED;
    notice.number = number;              /* the key's; what has no row is emptied */
    if (!reading->all++)
        reading->oldest_ms = notice.time_ms;
    if (!reading->at)
        return ERR_OK;
    if (reading->count == reading->max)
        return ERR_STOP;
    fields_copy(&notices_notice_fields, reading->arena, &notice);
    reading->at[reading->count++] = notice;
    return arena_failed(reading->arena) ? ERR_MEMORY : ERR_OK;
}

static enum err waiting_work(struct txn *txn, void *context)
{
    struct reading *reading = context;
    const struct notice_key prefix = key_of(reading->recipient, UINT64_MAX);

    reading->count = 0;
    reading->all = 0;
    reading->oldest_ms = 0;
    return store_walk(txn, NOTICES, (struct str){ prefix.bytes, prefix.len }, STR_NONE, take_notice, reading);
}

enum err notices_waiting(struct notices *notices, struct str recipient, size_t max, struct arena *arena,
                         struct notice **ret_notices, size_t *ret_count)
{
    struct reading reading = { .recipient = recipient, .arena = arena, .max = max };
    enum err err;

    reading.at = arena_array(arena, max ? max : 1, sizeof *reading.at);
    err = reading.at ? store_read(notices->store, waiting_work, &reading) : ERR_MEMORY;
    if (!err) {
        *ret_notices = reading.at;
        *ret_count = reading.count;
    }
    return err;
}

enum err notices_count(struct notices *notices, struct str recipient, uint64_t *ret_count, int64_t *ret_oldest_ms)
{
    struct reading reading = { .recipient = recipient };
    enum err err = store_read(notices->store, waiting_work, &reading);

    if (!err) {
        *ret_count = reading.all;
        *ret_oldest_ms = reading.oldest_ms;
    }
    return err;
}

struct writing { struct str recipient; const struct letter *letter; };

static enum err put_letter_work(struct txn *txn, void *context)
{
    const struct writing *writing = context;

    return put(txn, LETTERS, writing->recipient, &notices_letter_fields, writing->letter);
}

enum err notices_put_letter(struct notices *notices, struct str recipient, const struct letter *letter)
{
    struct writing writing = { recipient, letter };

    return store_write(notices->store, put_letter_work, &writing);
}

static enum err taken_work(struct txn *txn, void *context)
{
    const struct writing *writing = context;
    const struct notice_key prefix = key_of(writing->recipient, UINT64_MAX);
    struct notice_key key = prefix;
    struct str found, value, recipient;
    uint64_t number;
    enum err err = store_delete(txn, LETTERS, writing->recipient);

    while (!err) {
        key = key_of(writing->recipient, writing->letter->upto);
        err = store_floor(txn, NOTICES, (struct str){ prefix.bytes, prefix.len }, (struct str){ key.bytes, key.len }, &found,
                          &value);
        if (err)
            break;
        if (!notices_key_take(found, &recipient, &number))
            return ERR_STORE_DAMAGED;
        key = key_of(writing->recipient, number);
        err = store_delete(txn, NOTICES, (struct str){ key.bytes, key.len });
    }
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err notices_taken(struct notices *notices, struct str recipient, const struct letter *letter)
{
    struct writing writing = { recipient, letter };

    return store_write(notices->store, taken_work, &writing);
}

/* --- recipients that are gone --- */

struct purging {
    const struct config *config;
    struct arena arena;
    struct gone { struct gone *next; struct str key; } *gone;
    bool letters;
};

static bool is_there(const struct config *config, struct str name)
{
    for (size_t i = 0; i < config->watch.recipient_count; i++)
        if (str_equal(config->watch.recipients[i].name, name))
            return true;
    return false;
}

static enum err purge_one(struct txn *txn, struct str key, struct str value, void *context)
{
    struct purging *purging = context;
    struct str name = key;
    struct gone *gone;
    uint64_t number;

    (void)txn;
    (void)value;
    if (!purging->letters && !notices_key_take(key, &name, &number))
        return ERR_STORE_DAMAGED;
    if (is_there(purging->config, name))
        return ERR_OK;
    gone = arena_alloc(&purging->arena, sizeof *gone);
    if (!gone)
        return ERR_MEMORY;
    *gone = (struct gone){ purging->gone, arena_copy(&purging->arena, key) };
    purging->gone = gone;
    return arena_failed(&purging->arena) ? ERR_MEMORY : ERR_OK;
}

struct keeping { const struct config *config; uint64_t dropped; };

static enum err purge_table(struct txn *txn, unsigned table, struct keeping *keeping)
{
    struct purging purging = { .config = keeping->config, .letters = table == LETTERS };
    enum err err;

    arena_init(&purging.arena, (size_t)1 << 28);
    err = store_walk(txn, table, STR_NONE, STR_NONE, purge_one, &purging);
    for (const struct gone *gone = purging.gone; gone && !err; gone = gone->next) {
        err = store_delete(txn, table, gone->key);
        keeping->dropped += table == NOTICES;
    }
    arena_free(&purging.arena);
    return err;
}

static enum err keep_work(struct txn *txn, void *context)
{
    struct keeping *keeping = context;
    enum err err;

    keeping->dropped = 0;
    err = purge_table(txn, NOTICES, keeping);
    return err ? err : purge_table(txn, LETTERS, keeping);
}

enum err notices_keep_only(struct notices *notices, const struct config *config, uint64_t *ret_dropped)
{
    struct keeping keeping = { config, 0 };
    enum err err = store_write(notices->store, keep_work, &keeping);

    if (!err)
        *ret_dropped = keeping.dropped;
    return err;
}

/* --- a name goes --- */

struct naming {
    const struct renaming *renaming;
    struct str name;                     /* as sentences have it: cleaned */
    struct arena arena;
    struct named { struct named *next; struct str key, value; } *named;
    uint64_t renamed;
};

static enum err named_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct naming *naming = context;
    struct named *named;

    (void)txn;
    if (!memmem(value.bytes, value.len, naming->name.bytes, naming->name.len))
        return ERR_OK;
    named = arena_alloc(&naming->arena, sizeof *named);
    if (!named)
        return ERR_MEMORY;
    *named = (struct named){ naming->named, arena_copy(&naming->arena, key), arena_copy(&naming->arena, value) };
    naming->named = named;
    return arena_failed(&naming->arena) ? ERR_MEMORY : ERR_OK;
}

static bool ends_with(const struct strbuf *text, struct str end)
{
    return text->len >= end.len && memcmp(text->bytes + text->len - end.len, end.bytes, end.len) == 0;
}

/* Where it stands in quotes of either language, at most `max` bytes of it all; whether it stood there. */
static bool rename_text(struct naming *naming, struct str *text, size_t max)
{
    static const struct { struct str open, close; } quotes[] = { { { "\"", 1 }, { "\"", 1 } }, { { "«", 2 }, { "»", 2 } } };
    struct str rest = *text, name = naming->name;
    struct strbuf out;
    bool renamed = false;

    strbuf_init(&out, max + PSEUDONYM_SIZE);
    while (rest.len && out.len < max) {
        bool here = false;

        for (size_t i = 0; i < COUNT(quotes) && !here && str_starts(rest, name); i++)
            here = ends_with(&out, quotes[i].open) &&
                   str_starts((struct str){ rest.bytes + name.len, rest.len - name.len }, quotes[i].close);
        if (here)
            strbuf_add(&out, naming->renaming->pseudonym);
        else
            strbuf_char(&out, *rest.bytes);
        rest = (struct str){ rest.bytes + (here ? name.len : 1), rest.len - (here ? name.len : 1) };
        renamed |= here;
    }
    while (out.len > max || (rest.len && out.len && ((unsigned char)out.bytes[out.len - 1] & 0xc0) == 0x80))
        out.len--;                       /* between characters */
    if (renamed)
        *text = arena_copy(&naming->arena, strbuf_str(&out));
    strbuf_free(&out);
    return renamed;
}

static bool is_theirs(const struct naming *naming, struct str venue)
{
    return !venue.len || renaming_concerns(naming->renaming, venue);         /* a summary is of several venues */
}

static enum err rename_told(struct txn *txn, struct naming *naming, const struct named *named)
{
    struct told told = { .since_ms = 0 };
    bool en, nb;

    if (fields_read(&notices_told_fields, named->value, NULL, &told))
        return ERR_STORE_DAMAGED;
    if (!is_theirs(naming, told.matter.venue))
        return ERR_OK;
    en = rename_text(naming, &told.matter.en, MATTER_TEXT_MAX);
    nb = rename_text(naming, &told.matter.nb, MATTER_TEXT_MAX);
    naming->renamed += en || nb;
    return en || nb ? put(txn, MATTERS, named->key, &notices_told_fields, &told) : ERR_OK;
}

static enum err rename_notice(struct txn *txn, struct naming *naming, const struct named *named)
{
    struct notice notice = { .number = 0 };
    struct str recipient;
    uint64_t number;
    enum err err;

    if (fields_read(&notices_notice_fields, named->value, NULL, &notice) || !notices_key_take(named->key, &recipient, &number))
        return ERR_STORE_DAMAGED;
    if (!is_theirs(naming, notice.venue) || !rename_text(naming, &notice.text, NOTICE_TEXT_MAX))
        return ERR_OK;
    naming->renamed++;
    err = put(txn, NOTICES, named->key, &notices_notice_fields, &notice);
    if (!err)
        err = store_delete(txn, LETTERS, recipient);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err rename_work(struct txn *txn, void *context)
{
    static const unsigned named_in[] = { MATTERS, NOTICES };
    struct naming *naming = context;
    enum err err = ERR_OK;

    naming->renamed = 0;
    for (size_t i = 0; i < COUNT(named_in) && !err; i++) {
        naming->named = NULL;
        err = store_walk(txn, named_in[i], STR_NONE, STR_NONE, named_seen, naming);
        for (const struct named *named = naming->named; named && !err; named = named->next)
            err = named_in[i] == MATTERS ? rename_told(txn, naming, named) : rename_notice(txn, naming, named);
    }
    return err;
}

enum err notices_rename(struct notices *notices, const struct renaming *renaming, uint64_t *ret_renamed)
{
    struct naming naming = { .renaming = renaming };
    struct strbuf name;
    enum err err;

    arena_init(&naming.arena, (size_t)1 << 28);
    strbuf_init(&name, 4 * EVENT_TEXT_MAX);
    strbuf_clean(&name, renaming->name);
    naming.name = strbuf_str(&name);
    err = name.failed ? ERR_MEMORY : naming.name.len ? store_write(notices->store, rename_work, &naming) : ERR_OK;
    strbuf_free(&name);
    arena_free(&naming.arena);
    if (!err)
        *ret_renamed = naming.renamed;
    return err;
}
