#include "venue_field.h"

#include "base/json_write.h"
#include "domain/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { YAML_BYTES = 65536 };

#define TOP(key, kind_, member, max, list, en, nb) \
    { NULL, key, FIELD_##kind_, offsetof(struct venue, member), max, NULL, list, en, nb },
#define SECTION_OF_vat SECTION_VAT
#define SECTION_OF_product SECTION_PRODUCTS
#define SECTION_OF_payment SECTION_PAYMENTS
#define ENTRY(of, key_, member, kind_, max_, preset_, hashed, list_, en_, nb_, meaning, meaning_nb) \
    { SECTION_OF_##of, key_, FIELD_##kind_, offsetof(struct of##_entry, member), max_, preset_, list_, en_, nb_ },

const struct venue_field venue_fields_shown[] = {
    VENUE_ROWS_SHOWN(TOP) VAT_ROWS_SHOWN(ENTRY) PRODUCT_ROWS_SHOWN(ENTRY) PAYMENT_ROWS_SHOWN(ENTRY)
};
const size_t venue_fields_shown_count = COUNT(venue_fields_shown);

const struct venue_field venue_fields_kept[] = { PRODUCT_ROWS_KEPT(ENTRY) PAYMENT_ROWS_KEPT(ENTRY) };
const size_t venue_fields_kept_count = COUNT(venue_fields_kept);

bool venue_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

const struct venue_field *venue_field_of(const char *section, const char *key)
{
    for (size_t i = 0; i < COUNT(venue_fields_shown); i++)
        if (venue_same(venue_fields_shown[i].section, section) && venue_same(venue_fields_shown[i].key, key))
            return &venue_fields_shown[i];
    return NULL;
}

/* --- entries --- */

struct rows { const char *at; size_t count, size, name_at, valid_at; };

static struct rows rows_of(const struct venue *venue, const char *section)
{
    if (venue_same(section, SECTION_VAT))
        return (struct rows){ (const char *)venue->vat, venue->vat_count, sizeof *venue->vat,
                              offsetof(struct vat_entry, name), offsetof(struct vat_entry, valid_from) };
    if (venue_same(section, SECTION_PRODUCTS))
        return (struct rows){ (const char *)venue->products, venue->product_count, sizeof *venue->products,
                              offsetof(struct product_entry, name), offsetof(struct product_entry, valid_from) };
    if (venue_same(section, SECTION_PAYMENTS))
        return (struct rows){ (const char *)venue->payments, venue->payment_count, sizeof *venue->payments,
                              offsetof(struct payment_entry, name), offsetof(struct payment_entry, valid_from) };
    return (struct rows){ NULL, 0, 0, 0, 0 };
}

static struct str name_at(const struct rows *rows, size_t index)
{
    struct str name;

    memcpy(&name, rows->at + index * rows->size + rows->name_at, sizeof name);
    return name;
}

static int32_t valid_at(const struct rows *rows, size_t index)
{
    int32_t day;

    memcpy(&day, rows->at + index * rows->size + rows->valid_at, sizeof day);
    return day;
}

size_t venue_entry_count(const struct venue *venue, const char *section)
{
    return rows_of(venue, section).count;
}

struct str venue_entry_name(const struct venue *venue, const char *section, size_t index)
{
    struct rows rows = rows_of(venue, section);

    ensure(index < rows.count);
    return name_at(&rows, index);
}

/* The one that holds on the day, else the first; NULL: there is none of that name. Sorted by name and day. */
static const char *entry_on(const struct venue *venue, const char *section, struct str entry, int32_t day)
{
    struct rows rows = rows_of(venue, section);
    const char *found = NULL;

    for (size_t i = 0; i < rows.count; i++)
        if (str_equal(name_at(&rows, i), entry) && (!found || valid_at(&rows, i) <= day))
            found = rows.at + i * rows.size;
    return found;
}

bool venue_has_entry(const struct venue *venue, const char *section, struct str entry)
{
    return entry_on(venue, section, entry, DAY_ALWAYS) != NULL;
}

/* --- by dates --- */

static bool entry_is_dated(const struct venue *venue, const char *section, struct str entry)
{
    struct rows rows = rows_of(venue, section);

    for (size_t i = 0; i < rows.count; i++)
        if (str_equal(name_at(&rows, i), entry) && valid_at(&rows, i) != DAY_ALWAYS)
            return true;
    return false;
}

int32_t venue_entry_day(const struct venue *venue, const char *section, size_t index)
{
    struct rows rows = rows_of(venue, section);

    ensure(index < rows.count);
    return valid_at(&rows, index);
}

int32_t venue_entry_changes_after(const struct venue *venue, const char *section, struct str entry, int32_t day)
{
    struct rows rows = rows_of(venue, section);

    for (size_t i = 0; i < rows.count; i++)
        if (str_equal(name_at(&rows, i), entry) && valid_at(&rows, i) > day)
            return valid_at(&rows, i);
    return DAY_ALWAYS;
}

static bool bools_are_dated(const struct bools *bools)
{
    for (size_t i = 0; i < bools->count; i++)
        if (bools->rows[i].valid_from != DAY_ALWAYS)
            return true;
    return false;
}

static const struct bools *switch_of(const struct venue *venue, const struct venue_field *field)
{
    return (const struct bools *)(const void *)((const char *)venue + field->at);
}

bool venue_place_is_dated(const struct venue *venue, const struct venue_place *place)
{
    const struct venue_field *field;

    if (place->section)
        return entry_is_dated(venue, place->section, place->entry);
    field = venue_field_of(NULL, place->key);
    if (field && field->kind == FIELD_SWITCH)
        return bools_are_dated(switch_of(venue, field));
    if (venue_same(place->key, "department"))
        return venue->department_count > 1 || (venue->department_count && venue->departments[0].valid_from != DAY_ALWAYS);
    return venue_same(place->key, "business_day_start") && venue->cutoff_count > 1;
}

/* --- as a text --- */

static struct str switch_text(bool on)
{
    return on ? STR("1") : STR("0");
}

static struct str names_text(const struct venue *venue, struct arena *arena)
{
    struct str text = STR_NONE;

    for (size_t i = 0; i < venue->register_count; i++)
        text = arena_format(arena, STR_FMT "%s" STR_FMT, STR_ARG(text), i ? ", " : "", STR_ARG(venue->registers[i]));
    return text;
}

static struct str top_text(const struct venue *venue, const struct venue_field *field, int32_t day, struct arena *arena)
{
    char text[16];

    if (field->kind == FIELD_SWITCH)
        return switch_text(venue_switch(switch_of(venue, field), day));
    if (venue_same(field->key, "name"))
        return venue->name;
    if (venue_same(field->key, "department"))
        return venue_department(venue, day);
    if (field->kind == FIELD_CLOSE)
        return venue->close == CLOSE_CLOCK ? STR("clock") : STR("z_report");
    if (field->kind == FIELD_DAY)
        return venue->begins == DAY_ALWAYS ? STR_NONE : arena_copy(arena, str_of(day_text(venue->begins, text)));
    if (field->kind == FIELD_NAMES)
        return names_text(venue, arena);
    for (size_t i = venue->cutoff_count; i-- > 0;)
        if (i == 0 || venue->cutoffs[i].valid_from <= day)
            return arena_format(arena, "%02" PRId32 ":%02" PRId32, venue->cutoffs[i].seconds / 3600,
                                venue->cutoffs[i].seconds / 60 % 60);
    return STR_NONE;
}

static struct str entry_text(const char *entry, const struct venue_field *field, struct arena *arena)
{
    char text[16];
    int64_t account;
    int32_t rate;
    struct str words;
    bool on;

    switch (field->kind) {
    case FIELD_ACCOUNT:
        memcpy(&account, entry + field->at, sizeof account);
        return account ? arena_format(arena, "%" PRId64, account) : STR_NONE;
    case FIELD_RATE:
        memcpy(&rate, entry + field->at, sizeof rate);
        return arena_copy(arena, str_of(rate_text(rate, text)));
    case FIELD_SWITCH:
        memcpy(&on, entry + field->at, sizeof on);
        return switch_text(on);
    default:
        memcpy(&words, entry + field->at, sizeof words);
        return words;
    }
}

struct str venue_place_text(const struct venue *venue, const struct venue_place *place, int32_t day, struct arena *arena)
{
    const struct venue_field *field = venue_field_of(place->section, place->key);

    if (!field)
        return STR_NONE;
    return place->section ? venue_entry_text(venue, field, place->entry, day, arena) : top_text(venue, field, day, arena);
}

struct str venue_entry_text(const struct venue *venue, const struct venue_field *field, struct str entry, int32_t day,
                            struct arena *arena)
{
    const char *found = entry_on(venue, field->section, entry, day);

    return found ? entry_text(found, field, arena) : STR_NONE;
}

/* --- as YAML --- */


/* "K1, K2" -> ["K1", "K2"] */
static void names_yaml(struct strbuf *out, struct str text)
{
    size_t count = 0;

    strbuf_char(out, '[');
    while (text.len) {
        const char *comma = memchr(text.bytes, ',', text.len);
        struct str one = { text.bytes, comma ? (size_t)(comma - text.bytes) : text.len };

        text = comma ? (struct str){ comma + 1, text.len - one.len - 1 } : STR_NONE;
        while (one.len && one.bytes[0] == ' ')
            one = (struct str){ one.bytes + 1, one.len - 1 };
        while (one.len && one.bytes[one.len - 1] == ' ')
            one.len--;
        if (!one.len)
            continue;
        strbuf_add(out, count++ ? STR(", ") : STR_NONE);
        json_quote(out, one);
    }
    strbuf_char(out, ']');
}

static bool is_number(struct str text)
{
    bool fine = text.len > 0 && text.len < 20;

    for (size_t i = 0; fine && i < text.len; i++)
        fine = (text.bytes[i] >= '0' && text.bytes[i] <= '9') || (i && (text.bytes[i] == '.' || text.bytes[i] == '-'));
    return fine;
}

struct str venue_field_yaml(const struct venue_field *field, struct str text, struct arena *arena)
{
    bool plain = (field->kind == FIELD_ACCOUNT || field->kind == FIELD_RATE || field->kind == FIELD_DAY) && is_number(text);
    struct strbuf out;
    struct str copy;

    if (field->kind == FIELD_SWITCH)
        return str_equal(text, STR("1")) ? STR("true") : STR("false");
    strbuf_init(&out, YAML_BYTES);
    if (field->kind == FIELD_NAMES)
        names_yaml(&out, text);
    else if (plain || (field->kind == FIELD_CLOSE && str_is_name(text)))
        strbuf_add(&out, text);
    else
        json_quote(&out, text);
    copy = out.failed ? STR_NONE : arena_copy(arena, strbuf_str(&out));
    strbuf_free(&out);
    return copy;
}
