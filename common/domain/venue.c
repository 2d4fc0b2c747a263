/* venue.c - the questions about venues that config.h lists. */
#include "venue.h"

#include "mapping.h"
#include "base/keymarks.h"

#include <sodium.h>
#include <string.h>

/* ---- entries valid on a day: the last of the name that has begun ---- */

const struct vat_entry *venue_vat(const struct venue *venue, int32_t rate, int32_t day)
{
    for (size_t i = 0; i < venue->vat_count; i++) {
        const struct vat_entry *entry = &venue->vat[i];
        bool over = i + 1 < venue->vat_count && str_equal(entry[1].name, entry->name) && entry[1].valid_from <= day;

        if (entry->rate == rate && entry->valid_from <= day && !over)
            return entry;
    }
    return NULL;
}

const struct vat_entry *venue_vat_class(const struct venue *venue, enum vat_class class_, int32_t day)
{
    const struct vat_entry *found = NULL;

    for (size_t i = 0; i < venue->vat_count; i++)
        if (venue->vat[i].class_ == class_ && venue->vat[i].valid_from <= day)
            found = &venue->vat[i];
    return found;
}

/* One search for both tables: how many rows come at or before (name, day). */
#define ROWS_UNTIL(rows, count, wanted, day, ret_index) \
    do { \
        size_t low_ = 0, high_ = (count); \
        while (low_ < high_) { \
            size_t middle_ = low_ + (high_ - low_) / 2; \
            int order_ = str_compare((rows)[middle_].name, (wanted)); \
            if (order_ < 0 || (order_ == 0 && (rows)[middle_].valid_from <= (day))) \
                low_ = middle_ + 1; \
            else \
                high_ = middle_; \
        } \
        (ret_index) = low_; \
    } while (0)

const struct product_entry *venue_product(const struct venue *venue, struct str type, int32_t day)
{
    size_t until;

    ROWS_UNTIL(venue->products, venue->product_count, type, day, until);
    return until && str_equal(venue->products[until - 1].name, type) ? &venue->products[until - 1] : NULL;
}

const struct payment_entry *venue_payment(const struct venue *venue, struct str type, int32_t day)
{
    size_t until;

    ROWS_UNTIL(venue->payments, venue->payment_count, type, day, until);
    return until && str_equal(venue->payments[until - 1].name, type) ? &venue->payments[until - 1] : NULL;
}

struct str venue_title(const struct venue *venue, bool sold, struct str type, int32_t day)
{
    const struct product_entry *product = sold ? venue_product(venue, type, day) : NULL;
    const struct payment_entry *payment = sold ? NULL : venue_payment(venue, type, day);
    struct str title = product ? product->title : payment ? payment->title : STR_NONE;

    return title.len ? title : type;
}

bool venue_is_closed(const struct venue *venue, int32_t day)
{
    enum weekday weekday = (enum weekday)(((int64_t)day % 7 + 10) % 7);     /* 1970-01-01 was a Thursday */

    for (size_t i = 0; i < venue->closed_count; i++) {
        const struct closed_days *closed = &venue->closed[i];

        if (closed->weekday == weekday || (closed->weekday == WEEKDAY_NONE && day >= closed->from && day <= closed->to))
            return true;
    }
    return false;
}

bool venue_switch(const struct bools *bools, int32_t day)
{
    bool value = false;

    for (size_t i = 0; i < bools->count && bools->rows[i].valid_from <= day; i++)
        value = bools->rows[i].value;
    return value;
}

bool venue_order_split(const struct venue *venue, const struct sender_settings *settings)
{
    return venue && venue->order_split != SPLIT_UNSAID ? venue->order_split == SPLIT_YES : settings->order_split;
}

static struct str text_on(const struct dated_text *rows, size_t count, int32_t day)
{
    struct str text = STR_NONE;

    for (size_t i = 0; i < count && rows[i].valid_from <= day; i++)
        text = rows[i].value;
    return text;
}

struct str venue_department(const struct venue *venue, int32_t day)
{
    return text_on(venue->departments, venue->department_count, day);
}

struct str venue_project(const struct venue *venue, bool sold, struct str type, int32_t day)
{
    const struct product_entry *product = sold ? venue_product(venue, type, day) : NULL;
    const struct payment_entry *payment = sold ? NULL : venue_payment(venue, type, day);
    struct str own = product ? product->project : payment ? payment->project : STR_NONE;

    return own.bytes ? own : text_on(venue->projects, venue->project_count, day);
}

struct str venue_location(const struct venue *venue, bool sold, struct str type, int32_t day)
{
    const struct product_entry *product = sold ? venue_product(venue, type, day) : NULL;
    const struct payment_entry *payment = sold ? NULL : venue_payment(venue, type, day);
    struct str own = product ? product->location : payment ? payment->location : STR_NONE;

    return own.bytes ? own : text_on(venue->locations, venue->location_count, day);
}

static bool any_text(const struct dated_text *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].value.len)
            return true;
    return false;
}

bool venue_names_project(const struct venue *venue)
{
    bool named = any_text(venue->projects, venue->project_count);

    for (size_t i = 0; i < venue->product_count && !named; i++)
        named = venue->products[i].project.len > 0;
    for (size_t i = 0; i < venue->payment_count && !named; i++)
        named = venue->payments[i].project.len > 0;
    return named;
}

bool venue_names_location(const struct venue *venue)
{
    bool named = any_text(venue->locations, venue->location_count);

    for (size_t i = 0; i < venue->product_count && !named; i++)
        named = venue->products[i].location.len > 0;
    for (size_t i = 0; i < venue->payment_count && !named; i++)
        named = venue->payments[i].location.len > 0;
    return named;
}

/* ---- business days ---- */

/* A class begins on that day, or has another rate or code from then on. */
bool venue_vat_changes_on(const struct venue *venue, int32_t day)
{
    for (size_t i = 0; i < venue->vat_count; i++) {
        const struct vat_entry *entry = &venue->vat[i];

        if (entry->valid_from != day)
            continue;
        if (i == 0 || !str_equal(entry[-1].name, entry->name) || entry[-1].rate != entry->rate ||
            !str_equal(entry[-1].code, entry->code))
            return true;
    }
    return false;
}

/* VAT changes at midnight, and PowerOffice computes by the posting date: no business day spans a change. */
static int64_t day_start(const struct venue *venue, int32_t day)
{
    int32_t seconds = CUTOFF_PRESET;

    if (venue_vat_changes_on(venue, day))
        return zone_utc(venue->zone, day, 0);

    for (size_t i = 0; i < venue->cutoff_count && venue->cutoffs[i].valid_from <= day; i++)
        seconds = venue->cutoffs[i].seconds;
    return zone_utc(venue->zone, day, seconds);
}

void venue_day_span(const struct venue *venue, int32_t day, int64_t *ret_start, int64_t *ret_end)
{
    *ret_start = day_start(venue, day);
    *ret_end = day_start(venue, day + 1);
}

int32_t venue_business_day(const struct venue *venue, int64_t time)
{
    /* The calendar day or one beside it; two where a zone left a day out (Apia, 2011). */
    int64_t local = time + zone_offset(venue->zone, time);
    int64_t guess = local / 86400 - (local % 86400 < 0);
    int32_t day;

    if (guess > INT32_MAX - 4 || guess < INT32_MIN + 4)      /* no such date: nonsense, but never a crash */
        return guess > 0 ? INT32_MAX : INT32_MIN;
    day = (int32_t)guess;
    while (time < day_start(venue, day))
        day--;
    while (time >= day_start(venue, day + 1))
        day++;
    return day;
}

/* FNV-1a, 64 bit, folded: the place of events on disk depends on it, so it never changes. */
uint32_t venue_partition(struct str id, int32_t partitions)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    ensure(partitions > 0);
    for (size_t i = 0; i < id.len; i++)
        hash = (hash ^ (uint8_t)id.bytes[i]) * UINT64_C(1099511628211);
    return (uint32_t)((hash ^ hash >> 32) % (uint64_t)partitions);
}

/* ---- fingerprints ---- */

static struct str hex16(const uint8_t digest[32], struct arena *arena)
{
    char hex[17];

    return arena_copy(arena, str_of(sodium_bin2hex(hex, sizeof hex, digest, 8)));
}

/* With their length, so that "ab" + "c" is not "a" + "bc". */
static void hash_str(crypto_generichash_state *hash, struct str text)
{
    uint64_t len = text.len;

    (void)crypto_generichash_update(hash, (const uint8_t *)&len, sizeof len);
    if (text.len)
        (void)crypto_generichash_update(hash, (const uint8_t *)text.bytes, text.len);
}

static void hash_int(crypto_generichash_state *hash, int64_t number)
{
    (void)crypto_generichash_update(hash, (const uint8_t *)&number, sizeof number);
}

/* As ever where it is unsaid; "" says something: none. */
static void hash_said(crypto_generichash_state *hash, struct str what, struct str code)
{
    if (!code.bytes)
        return;
    hash_str(hash, what);
    hash_str(hash, code);
}

static void hash_added(void *hash, struct str key, struct str said)
{
    hash_said(hash, key, said);
}

/* What was there when hashes began stays at its place, so that what is sealed stays what it was. */
static void hash_mapping(crypto_generichash_state *hash, const struct venue *venue)
{
    hash_int(hash, (int64_t)venue->vat_count);
    for (size_t i = 0; i < venue->vat_count; i++) {
        hash_str(hash, venue->vat[i].name);
        hash_int(hash, venue->vat[i].rate);
        hash_str(hash, venue->vat[i].code);
        hash_int(hash, venue->vat[i].valid_from);
        mapping_each_said(mapping_vat_rows, mapping_vat_row_count, &venue->vat[i], hash_added, hash);
    }
    hash_int(hash, (int64_t)venue->product_count);
    for (size_t i = 0; i < venue->product_count; i++) {
        hash_str(hash, venue->products[i].name);
        hash_int(hash, venue->products[i].account);
        hash_int(hash, venue->products[i].reduced_account);
        hash_str(hash, venue->products[i].product);
        hash_str(hash, venue->products[i].reduced_product);
        hash_int(hash, venue->products[i].alcohol + 2 * venue->products[i].vat_free);   /* as ever where it is unsaid */
        hash_int(hash, venue->products[i].valid_from);
        if (venue->products[i].title.len)          /* as ever where it is unsaid */
            hash_str(hash, venue->products[i].title);
        hash_said(hash, STR("project"), venue->products[i].project);
        hash_said(hash, STR("location"), venue->products[i].location);
        mapping_each_said(mapping_product_rows, mapping_product_row_count, &venue->products[i], hash_added, hash);
    }
    hash_int(hash, (int64_t)venue->payment_count);
    for (size_t i = 0; i < venue->payment_count; i++) {
        hash_str(hash, venue->payments[i].name);
        hash_int(hash, venue->payments[i].account);
        hash_int(hash, venue->payments[i].transfer);
        hash_int(hash, venue->payments[i].valid_from);
        if (venue->payments[i].title.len)          /* as ever where it is unsaid */
            hash_str(hash, venue->payments[i].title);
        hash_said(hash, STR("project"), venue->payments[i].project);
        hash_said(hash, STR("location"), venue->payments[i].location);
        mapping_each_said(mapping_payment_rows, mapping_payment_row_count, &venue->payments[i], hash_added, hash);
    }
}

/* As ever where there are none. */
static void hash_texts(crypto_generichash_state *hash, struct str what, const struct dated_text *rows, size_t count)
{
    if (!count)
        return;
    hash_str(hash, what);
    hash_int(hash, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        hash_str(hash, rows[i].value);
        hash_int(hash, rows[i].valid_from);
    }
}

static void hash_dated(crypto_generichash_state *hash, const struct venue *venue)
{
    hash_int(hash, (int64_t)venue->cutoff_count);
    for (size_t i = 0; i < venue->cutoff_count; i++) {
        hash_int(hash, venue->cutoffs[i].seconds);
        hash_int(hash, venue->cutoffs[i].valid_from);
    }
    hash_int(hash, (int64_t)venue->department_count);
    for (size_t i = 0; i < venue->department_count; i++) {
        hash_str(hash, venue->departments[i].value);
        hash_int(hash, venue->departments[i].valid_from);
    }
    hash_int(hash, (int64_t)venue->auto_invoice.count);
    for (size_t i = 0; i < venue->auto_invoice.count; i++) {
        hash_int(hash, venue->auto_invoice.rows[i].value);
        hash_int(hash, venue->auto_invoice.rows[i].valid_from);
    }
    hash_texts(hash, STR("project"), venue->projects, venue->project_count);
    hash_texts(hash, STR("location"), venue->locations, venue->location_count);
}

struct str venue_client_id(struct str key, struct arena *arena)
{
    return keymark_of(key, arena);
}

enum err venue_fingerprint(struct venue *venue, bool marked, struct arena *arena)
{
    crypto_generichash_state hash;
    uint8_t digest[32];

    (void)crypto_generichash_init(&hash, NULL, 0, sizeof digest);
    hash_str(&hash, venue->id);
    hash_str(&hash, venue->name);
    hash_str(&hash, venue->zone_name);
    hash_str(&hash, venue->currency);
    hash_str(&hash, venue->company);
    hash_dated(&hash, venue);
    hash_mapping(&hash, venue);
    if (!venue->vat_registered)
        hash_str(&hash, STR("vat_registered: false"));
    (void)crypto_generichash_final(&hash, digest, sizeof digest);
    venue->mapping_hash = hex16(digest, arena);
    if (venue->client_key.len)
        venue->client_id = marked ? venue->client_key : venue_client_id(venue->client_key, arena);
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}
