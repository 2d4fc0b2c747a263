#include "venue_keep.h"

#include "mapping_rows.h"

#include <string.h>

/* Where texts stand in a row, and where rows of a venue do: of venues and of their entries all pointers are here, or a venue
 * points to where it was read (tests/common/domain/test_venue_keep.c looks for such). */
#define KEEPS_WORDS(type, member) offsetof(type, member),
#define KEEPS_CODE(type, member) offsetof(type, member),
#define KEEPS_OWN_CODE(type, member) offsetof(type, member),
#define KEEPS_NAME(type, member) offsetof(type, member),
#define KEEPS_ACCOUNT(type, member)
#define KEEPS_RATE(type, member)
#define KEEPS_SWITCH(type, member)
#define KEEPS(of, key, member, kind, max, preset, hashed, list, en, nb, meaning, meaning_nb) \
    KEEPS_##kind(struct of##_entry, member)

static const size_t vat_texts[] = { offsetof(struct vat_entry, name), VAT_ROWS(KEEPS) },
    product_texts[] = { offsetof(struct product_entry, name), PRODUCT_ROWS(KEEPS) },
    payment_texts[] = { offsetof(struct payment_entry, name), PAYMENT_ROWS(KEEPS) },
    dated_texts[] = { offsetof(struct dated_text, value) }, lone_texts[] = { 0 },
    saft_texts[] = { offsetof(struct saft_word, code), offsetof(struct saft_word, word) };

#define AT(member) offsetof(struct venue, member)
static const size_t venue_texts[] = {
    AT(id), AT(name), AT(file), AT(like), AT(zone_name), AT(currency), AT(company), AT(client_id), AT(saft.system_id),
    AT(mapping_hash),
};

struct rows { size_t at, count_at, size; const size_t *texts; size_t text_count; };
#define ROWS(member, count_member, texts) \
    { AT(member), AT(count_member), sizeof *((struct venue *)0)->member, texts, COUNT(texts) }
#define ROWS_OF_NUMBERS(member, count_member) { AT(member), AT(count_member), sizeof *((struct venue *)0)->member, NULL, 0 }
static const struct rows venue_rows[] = {
    ROWS(vat, vat_count, vat_texts),
    ROWS(products, product_count, product_texts),
    ROWS(payments, payment_count, payment_texts),
    ROWS(departments, department_count, dated_texts),
    ROWS(projects, project_count, dated_texts),
    ROWS(locations, location_count, dated_texts),
    ROWS(registers, register_count, lone_texts),
    ROWS(saft.locations, saft.location_count, lone_texts),
    ROWS(saft.article_groups, saft.article_group_count, saft_texts),
    ROWS(saft.payment_codes, saft.payment_code_count, saft_texts),
    ROWS_OF_NUMBERS(cutoffs, cutoff_count),
    ROWS_OF_NUMBERS(closed, closed_count),
    ROWS_OF_NUMBERS(auto_transfer.rows, auto_transfer.count),
    ROWS_OF_NUMBERS(auto_invoice.rows, auto_invoice.count),
    ROWS_OF_NUMBERS(send_invoice.rows, send_invoice.count),
};
#undef AT

_Static_assert(sizeof(struct venue) == 480,
               "a new text or list of a venue needs its row above, or it points to where it was read");

void shelf_free(struct shelf *shelf)
{
    places_free(&shelf->places);
}

/* No bytes stay none, and an empty text stays one: they say different things. */
static bool keep(struct shelf *shelf, struct str *bytes)
{
    struct str kept = places_name(&shelf->places, *bytes);

    if (!bytes->bytes)
        return true;
    if (!kept.bytes) {
        kept = arena_copy(shelf->arena, *bytes);
        if (!kept.bytes || !places_put(&shelf->places, kept, 0))
            return false;
    }
    *bytes = kept;
    return true;
}

static bool keep_rows(struct shelf *shelf, void *venue, const struct rows *rows)
{
    struct str whole = STR_NONE;
    char *at;
    size_t count;
    bool kept = true;

    memcpy(&at, (char *)venue + rows->at, sizeof at);
    memcpy(&count, (char *)venue + rows->count_at, sizeof count);
    for (size_t i = 0; kept && i < count; i++)
        for (size_t text = 0; kept && text < rows->text_count; text++)
            kept = keep(shelf, (struct str *)(at + i * rows->size + rows->texts[text]));
    if (count)
        whole = (struct str){ at, count * rows->size };
    kept = kept && keep(shelf, &whole);
    memcpy((char *)venue + rows->at, &whole.bytes, sizeof whole.bytes);
    return kept;
}

enum err venue_keep(struct venue *venue, struct shelf *shelf)
{
    bool marked = venue->client_key.bytes == venue->client_id.bytes, kept = true;

    for (size_t i = 0; kept && i < COUNT(venue_texts); i++)
        kept = keep(shelf, (struct str *)((char *)venue + venue_texts[i]));
    for (size_t i = 0; kept && i < COUNT(venue_rows); i++)
        kept = keep_rows(shelf, venue, &venue_rows[i]);
    if (marked)
        venue->client_key = venue->client_id;
    return kept ? ERR_OK : ERR_MEMORY;
}
