#include "codelist.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "value.h"

enum { CODES_MAX = 200000, CODES_BYTES_MAX = 24 * 1024 * 1024, SLOTS_FIRST = 1024 };

struct codelist {
    const struct venue *venue;
    struct arena arena;
    struct code **slots;
    size_t slot_count, count;
    unsigned char key[crypto_shorthash_KEYBYTES];        /* ids come from outside: no crafted collisions */
};

/* Official lists 04 and 12 in our words. 04001 and 04002 are withdrawals: no sale, so left unmapped. */
static const struct { int32_t predefined; struct str word; } words[] = {
    { 4003, { "goods", 5 } },       { 4004, { "treatment", 9 } },      { 4005, { "haircut", 7 } },
    { 4006, { "food", 4 } },        { 4007, { "beer", 4 } },           { 4008, { "wine", 4 } },
    { 4009, { "liquor", 6 } },      { 4010, { "alcopops", 8 } },       { 4011, { "soft_drink", 10 } },
    { 4012, { "drink", 5 } },       { 4013, { "tobacco", 7 } },        { 4014, { "goods", 5 } },
    { 4015, { "entrance", 8 } },    { 4016, { "entrance", 8 } },       { 4017, { "cloakroom", 9 } },
    { 4018, { "cloakroom", 9 } },   { 4019, { "accommodation", 13 } }, { 4020, { "accommodation", 13 } },
    { 4021, { "accommodation", 13 } }, { 4999, { "other", 5 } },
    { 12001, { "cash", 4 } },       { 12002, { "card", 4 } },          { 12003, { "card", 4 } },
    { 12004, { "bank", 4 } },       { 12005, { "gift_card", 9 } },     { 12006, { "credit", 6 } },
    { 12007, { "loyalty", 7 } },    { 12008, { "bottle_deposit", 14 } }, { 12009, { "cheque", 6 } },
    { 12010, { "credit_note", 11 } }, { 12011, { "vipps", 5 } },       { 12999, { "other", 5 } },
};

/* Standard VAT codes of output VAT. Code 33 kept its number through three rates. */
static const struct { struct str standard; const char *from; int32_t rate; } rates[] = {
    { { "3", 1 }, "2005-01-01", 2500 },   { { "31", 2 }, "2012-01-01", 1500 },
    { { "32", 2 }, "2005-01-01", 1111 },  { { "33", 2 }, "2021-10-01", 1200 },
    { { "33", 2 }, "2020-04-01", 600 },   { { "33", 2 }, "2018-01-01", 1200 },
    { { "33", 2 }, "2016-01-01", 1000 },  { { "33", 2 }, "2005-01-01", 800 },
    { { "5", 1 }, "0001-01-01", 0 },      { { "51", 2 }, "0001-01-01", 0 },
    { { "52", 2 }, "0001-01-01", 0 },     { { "6", 1 }, "0001-01-01", 0 },
    { { "7", 1 }, "0001-01-01", 0 },      { { "0", 1 }, "0001-01-01", 0 },
};

enum err codelist_new(const struct venue *venue, struct codelist **ret_list)
{
    struct codelist *list;

    if (sodium_init() < 0)
        return ERR_SYSTEM;
    list = calloc(1, sizeof *list);
    if (!list)
        return ERR_MEMORY;
    list->venue = venue;
    list->slot_count = SLOTS_FIRST;
    list->slots = calloc(list->slot_count, sizeof(struct code *));
    if (!list->slots) {
        free(list);
        return ERR_MEMORY;
    }
    arena_init(&list->arena, CODES_BYTES_MAX);
    crypto_shorthash_keygen(list->key);
    *ret_list = list;
    return ERR_OK;
}

void codelist_free(struct codelist *list)
{
    if (!list)
        return;
    arena_free(&list->arena);
    free(list->slots);
    free(list);
}

static struct code **slot_of(struct codelist *list, struct code **slots, size_t slot_count, enum code_type type,
                             struct str id)
{
    uint64_t hash;
    size_t at;

    (void)crypto_shorthash((unsigned char *)&hash, (const unsigned char *)(id.bytes ? id.bytes : ""), id.len,
                           list->key);
    at = (size_t)(hash ^ ((uint64_t)type * UINT64_C(0x9e3779b97f4a7c15))) & (slot_count - 1);
    while (slots[at] && (slots[at]->type != type || !str_equal(slots[at]->id, id)))
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static enum err grow(struct codelist *list)
{
    size_t slot_count = list->slot_count * 2;
    struct code **slots = calloc(slot_count, sizeof(struct code *));

    if (!slots)
        return ERR_MEMORY;
    for (size_t i = 0; i < list->slot_count; i++)
        if (list->slots[i])
            *slot_of(list, slots, slot_count, list->slots[i]->type, list->slots[i]->id) = list->slots[i];
    free(list->slots);
    list->slots = slots;
    list->slot_count = slot_count;
    return ERR_OK;
}

static struct code *enter(struct codelist *list, enum code_type type, struct str id)
{
    struct code **slot = slot_of(list, list->slots, list->slot_count, type, id);
    struct code *code = *slot;

    if (code)
        return code;
    if (list->count == CODES_MAX)
        return NULL;
    if (2 * (list->count + 1) > list->slot_count) {
        if (grow(list))
            return NULL;
        slot = slot_of(list, list->slots, list->slot_count, type, id);
    }
    code = arena_alloc(&list->arena, sizeof *code);
    if (!code)
        return NULL;
    *code = (struct code){ .type = type, .id = arena_copy(&list->arena, id) };
    if (!code->id.bytes)
        return NULL;
    *slot = code;
    list->count++;
    return code;
}

/* "04006" and "4006" are the same predefined code; anything else than a number is none. */
static int32_t code_number(struct str text)
{
    int32_t number = 0;

    if (text.len == 0 || text.len > 6)
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return 0;
        number = number * 10 + (text.bytes[i] - '0');
    }
    return number;
}

static struct str venue_word(const struct saft_word *rows, size_t count, const struct code *code)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(rows[i].code, code->id))
            return rows[i].word;
    for (size_t i = 0; i < count; i++)
        if (code->predefined && code_number(rows[i].code) == code->predefined)
            return rows[i].word;
    return STR_NONE;
}

/* The venue's own word for the id, then for the predefined code, then the official list, then the id. */
static enum err find_word(struct codelist *list, struct code *code)
{
    const struct venue *venue = list->venue;
    bool group = code->type == CODE_GROUP;

    if (code->type != CODE_GROUP && code->type != CODE_PAYMENT)
        return ERR_OK;
    code->word = group ? venue_word(venue->saft.article_groups, venue->saft.article_group_count, code)
                       : venue_word(venue->saft.payment_codes, venue->saft.payment_code_count, code);
    for (size_t i = 0; !code->word.len && i < COUNT(words); i++)
        if (words[i].predefined == code->predefined && code->predefined / 1000 == (group ? 4 : 12))
            code->word = words[i].word;
    code->known = code->word.len > 0;
    if (!code->known)
        code->word = value_name(code->id, &list->arena);
    return code->word.len ? ERR_OK : ERR_MEMORY;
}

enum err codelist_put_basic(struct codelist *list, struct str type, struct str id, struct str predefined,
                            struct str text)
{
    int32_t number = code_number(type);
    struct code *code;

    if (number != CODE_GROUP && number != CODE_LINE && (number < CODE_RAISE || number > CODE_EVENT))
        return ERR_OK;
    code = enter(list, (enum code_type)number, id);
    if (!code)
        return ERR_MEMORY;
    code->predefined = code_number(predefined);
    code->text = arena_copy(&list->arena, text);
    return code->text.bytes ? find_word(list, code) : ERR_MEMORY;
}

static enum err put_pair(struct codelist *list, enum code_type type, struct str id, struct str group,
                         struct str text)
{
    struct code *code = enter(list, type, id);

    if (!code)
        return ERR_MEMORY;
    code->group = arena_copy(&list->arena, group);
    code->text = arena_copy(&list->arena, text);
    return arena_failed(&list->arena) ? ERR_MEMORY : ERR_OK;
}

enum err codelist_put_article(struct codelist *list, struct str id, struct str group, struct str text)
{
    return put_pair(list, CODE_ARTICLE, id, group, text);
}

enum err codelist_put_vat(struct codelist *list, struct str id, struct str standard)
{
    return put_pair(list, CODE_VAT, id, standard, STR_NONE);
}

const struct code *codelist_find(struct codelist *list, enum code_type type, struct str id)
{
    struct code *code = *slot_of(list, list->slots, list->slot_count, type, id);

    if (code)
        return code;
    code = enter(list, type, id);
    if (!code)
        return NULL;
    /* A till that uses the official codes themselves need not explain them. */
    code->predefined = code_number(id) / 1000 == (int32_t)type ? code_number(id) : 0;
    return find_word(list, code) ? NULL : code;
}

const struct code *codelist_article(struct codelist *list, struct str id)
{
    return id.len ? *slot_of(list, list->slots, list->slot_count, CODE_ARTICLE, id) : NULL;
}

enum err codelist_rate(struct codelist *list, struct str id, int32_t day, int32_t *ret_rate)
{
    const struct code *code = *slot_of(list, list->slots, list->slot_count, CODE_VAT, id);
    int32_t from;

    for (size_t i = 0; code && i < COUNT(rates); i++) {
        if (!str_equal(rates[i].standard, code->group) || day_parse(str_of(rates[i].from), &from) || day < from)
            continue;
        *ret_rate = rates[i].rate;
        return ERR_OK;
    }
    return ERR_NOT_FOUND;
}

static bool holds(struct str text, const char *word)
{
    size_t len = strlen(word);

    for (size_t at = 0; at + len <= text.len; at++)
        if (strncasecmp(text.bytes + at, word, len) == 0)
            return true;
    return false;
}

bool code_says_gift(const struct code *code)
{
    static const char *const marks[] = { "gavekort", "gift card", "giftcard", "gift_card", "gift token" };

    if (!code)
        return false;
    if (code->type != CODE_ARTICLE && (holds(code->id, "gift") || holds(code->text, "gift")))
        return true;
    for (size_t i = 0; i < COUNT(marks); i++)
        if (holds(code->id, marks[i]) || holds(code->text, marks[i]))
            return true;
    return str_equal(code->word, STR("gift_card"));
}

bool code_is_tip(const struct code *code)
{
    if (!code || code->predefined)
        return code && code->predefined == 10001;
    return holds(code->id, "tips") || holds(code->text, "tips") || holds(code->text, "drikkepenger");
}
