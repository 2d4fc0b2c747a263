#include "audit_index.h"

#include <stdlib.h>
#include <string.h>

enum { VERBS_MAX = 250, VERB_SIZE = 32, NOT_THERE = 0, NOT_KNOWN = 255, FOLDER_SIZE = 4096,
       GAP_MAX = 1 << 20 };              /* numbers rise by one: one that is far beyond the others is none */

/* By number: the place of its verb in names, plus one; a hash of its subject. */
static struct {
    char folder[FOLDER_SIZE];
    uint8_t *codes;
    uint32_t *subjects;
    size_t count, room;                  /* numbers below count were read */
    uint64_t last;
    int64_t last_ms;
    char names[VERBS_MAX][VERB_SIZE];
    size_t name_count;
    uint64_t read;
} remembered;

static size_t place_of(struct str verb)
{
    size_t at = 0;

    while (at < remembered.name_count && !str_equal(str_of(remembered.names[at]), verb))
        at++;
    return at;
}

/* A verb that is too long, or one too many, is looked at by everybody. */
static uint8_t code_of(struct str verb)
{
    size_t at = place_of(verb);

    if (at < remembered.name_count)
        return (uint8_t)(at + 1);
    if (at == VERBS_MAX || !str_copy(verb, remembered.names[at], VERB_SIZE))
        return NOT_KNOWN;
    remembered.name_count++;
    return (uint8_t)(at + 1);
}

/* FNV-1a: what has the same is looked at, and is another one then. */
static uint32_t hash_of(struct str text)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.bytes[i]) * 16777619u;
    return hash;
}

static enum err make_room(uint64_t number)
{
    size_t room = remembered.room ? remembered.room : 1024;
    uint8_t *codes;
    uint32_t *subjects;

    while (room <= number)
        room *= 2;
    if (room == remembered.room)
        return ERR_OK;
    subjects = realloc(remembered.subjects, room * sizeof *subjects);
    if (!subjects)
        return ERR_MEMORY;
    remembered.subjects = subjects;
    codes = realloc(remembered.codes, room);
    if (!codes)
        return ERR_MEMORY;
    memset(codes + remembered.room, NOT_THERE, room - remembered.room);
    remembered.codes = codes;
    remembered.room = room;
    return ERR_OK;
}

static enum err decision_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    audit_row *row = context;
    struct decision decision;
    enum err err = (*row)(key, value, &decision);

    (void)txn;
    if (!err && decision.number - remembered.last > GAP_MAX)
        err = ERR_STORE_DAMAGED;
    if (!err)
        err = make_room(decision.number);
    if (err)
        return err;
    remembered.codes[decision.number] = code_of(decision.verb);
    remembered.subjects[decision.number] = hash_of(decision.subject);
    remembered.count = decision.number + 1;
    remembered.last = decision.number;
    remembered.last_ms = decision.time_ms;
    remembered.read++;
    return ERR_OK;
}

static void number_key(struct key *key, uint64_t number)
{
    key_init(key);
    key_u64(key, number);
}

/* The last one that was read is still there, as it was. */
static bool is_the_same(struct txn *txn, unsigned table, struct str folder, audit_row row)
{
    struct decision decision;
    struct str value;
    struct key key;

    if (!str_equal(str_of(remembered.folder), folder))
        return false;
    number_key(&key, remembered.last);
    return !remembered.last || (store_get(txn, table, key_str(&key), &value) == ERR_OK &&
                                row(key_str(&key), value, &decision) == ERR_OK && decision.time_ms == remembered.last_ms);
}

void audit_index_forget(void)
{
    if (remembered.codes)
        memset(remembered.codes, NOT_THERE, remembered.room);
    remembered.count = 0;
    remembered.last = 0;
}

enum err audit_index_read(struct txn *txn, unsigned table, struct str folder, audit_row row)
{
    struct key from;

    if (!is_the_same(txn, table, folder, row)) {
        audit_index_forget();
        if (!str_copy(folder, remembered.folder, sizeof remembered.folder))
            return ERR_TOO_LONG;
    }
    number_key(&from, remembered.last + 1);
    return store_walk(txn, table, STR_NONE, key_str(&from), decision_seen, &row);
}

uint64_t audit_index_next(uint64_t from, const struct audit_wish *wish)
{
    bool wanted[NOT_KNOWN + 1] = { [NOT_KNOWN] = true };
    uint32_t subject = hash_of(wish->subject);

    for (size_t i = 0; i < wish->verb_count; i++)
        if (place_of(str_of(wish->verbs[i])) < remembered.name_count)
            wanted[place_of(str_of(wish->verbs[i])) + 1] = true;
    for (uint64_t number = from; number < remembered.count; number++) {
        uint8_t code = remembered.codes[number];

        if (code != NOT_THERE && (!wish->verb_count || wanted[code]) &&
            (!wish->subject.len || remembered.subjects[number] == subject))
            return number;
    }
    return 0;
}

uint64_t audit_index_read_count(void)
{
    return remembered.read;
}
