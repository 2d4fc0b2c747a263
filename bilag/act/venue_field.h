/* venue_field.h - the settings of a venue's file that people change in a form, one row each: as a text that is filled in,
 * and as YAML.
 *
 * A place    names one: the section (NULL: the file's top), the entry in it (a product type, ...), the key.
 * Dated      what is written by dates (valid_from) has no one value: it is shown, and changed in the file.
 * Switches   are "1" or "0".
 */
#ifndef BILAG_BILAG_ACT_VENUE_FIELD_H
#define BILAG_BILAG_ACT_VENUE_FIELD_H

#include "domain/config.h"
#include "domain/mapping_rows.h"

struct venue_place { const char *section; struct str entry; const char *key; };

enum venue_field_kind { FIELD_WORDS, FIELD_CODE, FIELD_ACCOUNT, FIELD_RATE, FIELD_SWITCH, FIELD_DAY, FIELD_TIME,
    FIELD_NAMES, FIELD_CLOSE, FIELD_OWN_CODE, FIELD_NAME };

struct venue_field {
    const char *section, *key;
    enum venue_field_kind kind;
    size_t at;                           /* in the entry, or in the venue */
    int32_t max;                         /* as its file's reader has it, in letters or bytes; 0: no bound of its own */
    const char *preset;                  /* of an entry's switch, "true" or "false" */
    const char *list;                    /* of which of PowerOffice's codes a form lets choose; NULL: none */
    const char *en, *nb;                 /* what a form calls it */
};

/* All of them, the entries' in the order in which they are written. */
extern const struct venue_field venue_fields_shown[];
extern const size_t venue_fields_shown_count;

/* Those of entries that no form shows: they go along where an entry is written whole. An own code may be said to be none: then it
 * has bytes, and no length. */
extern const struct venue_field venue_fields_kept[];
extern const size_t venue_fields_kept_count;

/* The same section, or the same key; NULL is only NULL. */
bool venue_same(const char *a, const char *b);
/* NULL: it is not one that is changed in a form. */
const struct venue_field *venue_field_of(const char *section, const char *key);

/* The entries of a section: their count, and the name of one; the same name comes once for each date. */
size_t venue_entry_count(const struct venue *venue, const char *section);
struct str venue_entry_name(const struct venue *venue, const char *section, size_t index);
bool venue_has_entry(const struct venue *venue, const char *section, struct str entry);

/* The day from which the row at `index` holds; DAY_ALWAYS: from ever. */
int32_t venue_entry_day(const struct venue *venue, const char *section, size_t index);
/* A day behind this one on which the entry changes; DAY_ALWAYS: there is none. */
int32_t venue_entry_changes_after(const struct venue *venue, const char *section, struct str entry, int32_t day);

/* Of an entry (key NULL), or of a setting at the top. */
bool venue_place_is_dated(const struct venue *venue, const struct venue_place *place);
/* Its value; of what is dated, that of the day. In the arena, or a view of the venue. Empty: blank, or there is no such
 * entry. */
struct str venue_place_text(const struct venue *venue, const struct venue_place *place, int32_t day, struct arena *arena);
/* The same of a field of an entry, shown or kept. */
struct str venue_entry_text(const struct venue *venue, const struct venue_field *field, struct str entry, int32_t day,
                            struct arena *arena);
/* As it is written into the file, on one line. */
struct str venue_field_yaml(const struct venue_field *field, struct str text, struct arena *arena);

#endif
