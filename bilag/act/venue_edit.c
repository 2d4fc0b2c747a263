#include "venue_edit.h"

#include "base/form.h"
#include "base/wholefile.h"
#include "decide.h"
#include "domain/siblings.h"
#include "domain/venue_file.h"
#include "yamledit.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PERMISSIONS = 0644, STAMP_BYTES = 16, DETAIL_BYTES = 1500, FRESH_BYTES = 512 * 1024 * 1024 };

static const char *const sections[] = { SECTION_VAT, SECTION_PRODUCTS, SECTION_PAYMENTS };

/* --- the file as it is --- */

static void stamp_of(struct str text, char stamp[VENUE_STAMP_SIZE])
{
    unsigned char hash[STAMP_BYTES];

    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)text.bytes, text.len, NULL, 0);
    (void)sodium_bin2hex(stamp, VENUE_STAMP_SIZE, hash, sizeof hash);
}

/* Its zone is another venue's of the same name, or opened. */
static enum err take_zone(struct venue_edit *edit)
{
    const struct config *config = edit->context->config;

    for (size_t i = 0; i < config->venue_count && !edit->now.zone; i++)
        if (str_equal(config->venues[i].zone_name, edit->now.zone_name))
            edit->now.zone = config->venues[i].zone;
    if (edit->now.zone)
        return ERR_OK;
    if (zone_open(edit->now.zone_name, &edit->zone, &edit->context->fault))
        return ERR_CONFIG;
    edit->now.zone = edit->zone;
    return ERR_OK;
}

/* What is not in the file: whose books the key opens, if it is there. */
static void take_key(struct venue_edit *edit, struct venue *venue)
{
    const struct venue *served = config_venue(edit->context->config, edit->id);

    edit->served = served != NULL;
    venue->client_key = served ? served->client_key : STR_NONE;
    venue->client_id = served ? served->client_id : STR_NONE;
}

static bool is_there(struct context *context, struct str id)
{
    struct str path = arena_format(context->arena, STR_FMT "/venues/" STR_FMT ".yaml", STR_ARG(context->config->dir),
                                   STR_ARG(id));

    return path.bytes && access(path.bytes, F_OK) == 0;
}

enum err venue_edit_open(struct context *context, struct str id, struct venue_edit *ret_edit)
{
    struct venue_edit *edit = ret_edit;
    enum err err;

    *edit = (struct venue_edit){ .context = context };
    if (!str_is_name(id) || !is_there(context, id))
        return ERR_NOT_FOUND;
    edit->id = arena_copy(context->arena, id);
    err = venue_broken_read(context, edit->id, &edit->text, &edit->now, &edit->broken, &edit->broken_count);
    if (err)
        return err;
    stamp_of(edit->text, edit->stamp);
    take_key(edit, &edit->now);
    err = take_zone(edit);
    if (!err)
        edit->today = venue_business_day(&edit->now, clock_now_ms() / 1000);
    return err;
}

struct str venue_edit_text(const struct venue_edit *edit, const struct venue_place *place)
{
    const struct venue_broken *broken = venue_broken_at(edit->broken, edit->broken_count, place);

    return broken ? broken->is : venue_place_text(&edit->now, place, edit->today, edit->context->arena);
}

const struct venue *venue_edit_before(const struct venue_edit *edit)
{
    return edit->broken_count ? &edit->wanted : &edit->now;
}

void venue_edit_close(struct venue_edit *edit)
{
    zone_close(edit->zone);
    arena_free(&edit->fresh.arena);
    edit->zone = NULL;
}

/* --- what is said --- */

struct judging {
    struct venue_edit *edit;
    const struct venue_said *said; size_t said_count;
    struct yamledit *edits; size_t edit_count;
    bool *dropped;                       /* of the changes: said wrongly, and named so */
};

static const char *section_of(struct str name)
{
    for (size_t i = 0; i < COUNT(sections); i++)
        if (str_equal(name, str_of(sections[i])))
            return sections[i];
    return NULL;
}

static struct str trimmed(struct str text)
{
    while (text.len && (text.bytes[0] == ' ' || text.bytes[0] == '\t' || text.bytes[0] == '\n' || text.bytes[0] == '\r'))
        text = (struct str){ text.bytes + 1, text.len - 1 };
    while (text.len && strchr(" \t\r\n", text.bytes[text.len - 1]))
        text.len--;
    return text;
}

static bool said(const struct judging *judging, const char *section, struct str entry, const char *key, struct str *ret_value)
{
    for (size_t i = judging->said_count; i-- > 0;) {
        const struct venue_said *at = &judging->said[i];

        if (str_equal(at->key, str_of(key)) && str_equal(at->section, str_of(section)) && str_equal(at->entry, entry)) {
            *ret_value = trimmed(at->value);
            return true;
        }
    }
    return false;
}

static bool is_of(const struct venue_change *change, const struct venue_place *place)
{
    return str_equal(str_of(change->place.section), str_of(place->section)) && str_equal(change->place.entry, place->entry);
}

/* What was said wrongly, and is named: an entry that is written whole keeps what it had. */
static bool is_dropped(const struct judging *judging, const struct venue_place *place)
{
    for (size_t i = 0; i < judging->edit->change_count; i++) {
        const struct venue_change *change = &judging->edit->changes[i];

        if (judging->dropped[i] && is_of(change, place) && str_equal(str_of(change->place.key), str_of(place->key)))
            return true;
    }
    return false;
}

static void fault_add(struct venue_edit *edit, struct venue_place place, struct str text, struct str mend)
{
    if (edit->fault_count < VENUE_FAULTS_MAX)
        edit->faults[edit->fault_count++] = (struct venue_fault){ place, arena_copy(edit->context->arena, text), mend };
}

static void change_add(struct venue_edit *edit, struct venue_change change)
{
    edit->changes[edit->change_count++] = change;
}

static void compare_field(struct judging *judging, const struct venue_field *field, struct str entry)
{
    struct venue_edit *edit = judging->edit;
    struct venue_place place = { field->section, entry, field->key };
    struct str value, was;

    if (!said(judging, field->section, entry, field->key, &value))
        return;
    was = venue_edit_text(edit, &place);
    if (!str_equal(was, value))
        change_add(edit, (struct venue_change){ .place = place, .was = was, .becomes = value });
}

static void compare_entry(struct judging *judging, const char *section, struct str entry)
{
    struct venue_edit *edit = judging->edit;
    struct str value;

    if (venue_entry_changes_after(&edit->now, section, entry, edit->today) != DAY_ALWAYS)
        return;                          /* what is planned stands in the file */
    if (said(judging, section, entry, "gone", &value) && str_equal(value, STR("1"))) {
        change_add(edit, (struct venue_change){ .place = { section, entry, NULL }, .gone = true });
        return;
    }
    for (size_t i = 0; i < venue_fields_shown_count; i++)
        if (venue_fields_shown[i].section && strcmp(venue_fields_shown[i].section, section) == 0)
            compare_field(judging, &venue_fields_shown[i], entry);
}

/* A change that is to hold from a day comes behind all that the entry has; one of an entry with dates must say its day. */
static void judge_day(struct judging *judging, size_t at)
{
    struct venue_edit *edit = judging->edit;
    struct context *context = edit->context;
    const struct venue_change *change = &edit->changes[at];
    const struct venue_place *place = &change->place, whole = { place->section, place->entry, NULL };
    size_t before = edit->fault_count;
    char last[16];
    int32_t later;

    if (!place->section || change->added || change->gone)
        return;
    later = edit->from == DAY_ALWAYS ? DAY_ALWAYS : venue_entry_changes_after(&edit->now, place->section, place->entry,
                                                                             edit->from - 1);
    if (edit->from == DAY_ALWAYS && venue_place_is_dated(&edit->now, &whole))
        fault_add(edit, *place, str_of(context_words(context, "this has dates: say from which day the change holds",
                                                     "denne har datoer: si fra hvilken dag endringen gjelder")), STR_NONE);
    else if (later != DAY_ALWAYS)
        fault_add(edit, *place,
                  arena_format(context->arena, context_words(context, "this changes on %s already: say a later day",
                                                             "denne endres alt %s: si en senere dag"), day_text(later, last)),
                  STR_NONE);
    judging->dropped[at] = edit->fault_count > before;
}

static void take_day(struct judging *judging)
{
    struct venue_edit *edit = judging->edit;
    struct venue_place place = { NULL, STR_NONE, "from" };
    struct str text;

    edit->from = DAY_ALWAYS;
    if (said(judging, NULL, STR_NONE, "from", &text) && text.len && day_parse(text, &edit->from)) {
        edit->from = DAY_ALWAYS;
        fault_add(edit, place, str_of(context_words(edit->context, "this is no day; write one such as 2027-01-01",
                                                    "dette er ingen dag; skriv en som 2027-01-01")), STR_NONE);
    }
}

static void compare_known(struct judging *judging)
{
    const struct venue *now = &judging->edit->now;

    for (size_t i = 0; i < venue_fields_shown_count; i++) {
        const struct venue_field *field = &venue_fields_shown[i];

        if (!field->section && !venue_place_is_dated(now, &(struct venue_place){ NULL, STR_NONE, field->key }))
            compare_field(judging, field, STR_NONE);
    }
    for (size_t s = 0; s < COUNT(sections); s++)
        for (size_t i = 0; i < venue_entry_count(now, sections[s]); i++)
            if (!i || !str_equal(venue_entry_name(now, sections[s], i), venue_entry_name(now, sections[s], i - 1)))
                compare_entry(judging, sections[s], venue_entry_name(now, sections[s], i));
}

static bool is_added(const struct venue_edit *edit, const char *section, struct str type)
{
    for (size_t i = 0; i < edit->change_count; i++)
        if (edit->changes[i].added && strcmp(edit->changes[i].place.section, section) == 0 &&
            str_equal(edit->changes[i].becomes, type))
            return true;
    return false;
}

/* A row of the form with a type that the venue does not have yet. place.entry: the row's name in the form. */
static void compare_new(struct judging *judging)
{
    struct venue_edit *edit = judging->edit;
    const char *nb = "den finnes allerede";

    for (size_t i = 0; i < judging->said_count; i++) {
        const struct venue_said *at = &judging->said[i];
        const char *section = section_of(at->section);
        struct venue_place place = { section, at->entry, "type" };
        struct str type = trimmed(at->value);

        if (!section || !type.len || !str_equal(at->key, STR("type")))
            continue;
        if (venue_has_entry(&edit->now, section, type) || is_added(edit, section, type))
            fault_add(edit, place, str_of(context_words(edit->context, "it is there already", nb)), STR_NONE);
        else if (!str_is_word(type))
            fault_add(edit, place, str_of(context_words(edit->context,
                      "this is no type: 1 to 64 letters, of which each æ, ø and å counts as two, on one line",
                      "dette er ingen type: 1 til 64 bokstaver, der hver æ, ø og å teller som to, på én linje")), STR_NONE);
        else
            change_add(edit, (struct venue_change){ .place = place, .becomes = type, .added = true });
    }
}

/* --- as YAML --- */

static void add_pair(struct arena *arena, const struct venue_field *field, struct str value, struct str *text)
{
    *text = arena_format(arena, STR_FMT "%s%s: " STR_FMT, STR_ARG(*text), text->len > 1 ? ", " : "", field->key,
                         STR_ARG(venue_field_yaml(field, value, arena)));
}

/* "{account: 3000, product: MAT}": of a new entry what is said; of one that is known all of it, what no form shows as well, as it is on
 * `day`, with what is said in its place (kept: nothing is). from: the day it holds from. */
struct entry_wish { const char *section; struct str entry, known_as; int32_t day, from; bool kept; };

static void add_day(const struct entry_wish *wish, struct arena *arena, struct str *text)
{
    char day[16];

    if (wish->from != DAY_ALWAYS)
        *text = arena_format(arena, STR_FMT "valid_from: %s", STR_ARG(*text), day_text(wish->from, day));
}

static struct str whole_entry(const struct judging *judging, const struct entry_wish *wish)
{
    const struct venue_edit *edit = judging->edit;
    struct arena *arena = edit->context->arena;
    struct str text = STR("{"), known_as = wish->known_as;

    add_day(wish, arena, &text);
    for (size_t i = 0; i < venue_fields_shown_count; i++) {
        const struct venue_field *field = &venue_fields_shown[i];
        struct str value = STR_NONE;
        bool is_switch = field->kind == FIELD_SWITCH, preset = venue_same(field->preset, "true");

        struct venue_place place = { wish->section, wish->entry, field->key };

        if (!field->section || strcmp(field->section, wish->section) != 0)
            continue;
        if ((wish->kept || is_dropped(judging, &place) || !said(judging, wish->section, wish->entry, field->key, &value)) &&
            known_as.len)
            value = venue_entry_text(&edit->now, field, known_as, wish->day, arena);
        if (is_switch ? str_equal(value, STR("1")) != preset : value.len > 0)
            add_pair(arena, field, value, &text);
    }
    for (size_t i = 0; i < venue_fields_kept_count && known_as.len; i++) {
        const struct venue_field *field = &venue_fields_kept[i];
        struct str value = venue_entry_text(&edit->now, field, known_as, wish->day, arena);

        if (strcmp(field->section, wish->section) == 0 && value.bytes)
            add_pair(arena, field, value, &text);
    }
    return arena_format(arena, STR_FMT "}", STR_ARG(text));
}

/* "[{account: 3000}, {valid_from: 2027-01-01, account: 3010}]": what there was stays, and what changes comes behind it. */
static struct str dated_entry(const struct judging *judging, const char *section, struct str entry)
{
    const struct venue_edit *edit = judging->edit;
    struct arena *arena = edit->context->arena;
    struct entry_wish wish = { section, entry, entry, edit->today, edit->from, false };
    struct str text = STR("[");

    for (size_t i = 0; i < venue_entry_count(&edit->now, section); i++) {
        int32_t day = venue_entry_day(&edit->now, section, i);
        const struct entry_wish was = { section, entry, entry, day, day, true };

        if (str_equal(venue_entry_name(&edit->now, section, i), entry))
            text = arena_format(arena, STR_FMT STR_FMT ", ", STR_ARG(text), STR_ARG(whole_entry(judging, &was)));
    }
    return arena_format(arena, STR_FMT STR_FMT "]", STR_ARG(text), STR_ARG(whole_entry(judging, &wish)));
}

/* That of the place, or of its entry as a whole; it is no fault of what is taken away. */
static bool is_changed(const struct judging *judging, const struct venue_place *place, bool dropped)
{
    for (size_t i = 0; i < judging->edit->change_count; i++) {
        const struct venue_change *change = &judging->edit->changes[i];

        if (is_of(change, place) && (!judging->dropped[i] || dropped) && !change->added &&
            (change->gone || str_equal(str_of(change->place.key), str_of(place->key))))
            return true;
    }
    return false;
}

/* Its entry is written whole, with what was said or what there was. */
static bool is_whole(const struct judging *judging, const struct venue_place *place)
{
    for (size_t i = 0; i < judging->edit_count; i++) {
        const struct yamledit *at = &judging->edits[i];

        if (at->section && !at->key && venue_same(at->section, place->section) && str_equal(at->entry, place->entry))
            return true;
    }
    return false;
}

/* What is still no value does not keep the rest from being judged. */
static void edit_broken(struct judging *judging)
{
    for (size_t i = 0; i < judging->edit->broken_count; i++) {
        const struct venue_broken *broken = &judging->edit->broken[i];

        if (!is_changed(judging, &broken->place, false) && !is_whole(judging, &broken->place))
            judging->edits[judging->edit_count++] =
                (struct yamledit){ .section = broken->place.section, .entry = broken->place.entry, .key = broken->place.key,
                                   .value = broken->instead };
    }
}

static void faults_of_broken(struct judging *judging)
{
    for (size_t i = 0; i < judging->edit->broken_count; i++) {
        const struct venue_broken *broken = &judging->edit->broken[i];

        if (!is_changed(judging, &broken->place, true))
            fault_add(judging->edit, broken->place, broken->why, STR_NONE);
    }
}

/* A venue that is like another has its entries whole: one of its own takes the place of the other's. */
static void edit_add(struct judging *judging, const struct venue_change *change)
{
    struct venue_edit *edit = judging->edit;
    const struct venue_field *field = venue_field_of(change->place.section, change->place.key);
    struct yamledit *to = &judging->edits[judging->edit_count];
    const char *section = change->place.section;
    struct str entry = change->place.entry;

    if (change->added)
        *to = (struct yamledit){ .section = section, .entry = change->becomes,
                                 .value = whole_entry(judging, &(struct entry_wish){ section, entry, STR_NONE, edit->today,
                                                                                     DAY_ALWAYS, false }) };
    else if (change->gone)
        *to = (struct yamledit){ .section = section, .entry = entry, .gone = true };
    else if (section && edit->from != DAY_ALWAYS)
        *to = (struct yamledit){ .section = section, .entry = entry, .value = dated_entry(judging, section, entry) };
    else if (section && edit->now.like.len)
        *to = (struct yamledit){ .section = section, .entry = entry,
                                 .value = whole_entry(judging, &(struct entry_wish){ section, entry, entry, edit->today,
                                                                                     DAY_ALWAYS, false }) };
    else
        *to = (struct yamledit){ .section = section, .entry = entry, .key = change->place.key,
                                 .value = venue_field_yaml(field, change->becomes, edit->context->arena) };
    for (size_t i = 0; i < judging->edit_count && to->section && !to->key && !to->gone; i++)
        if (judging->edits[i].section && strcmp(judging->edits[i].section, section) == 0 && !judging->edits[i].key &&
            str_equal(judging->edits[i].entry, to->entry))
            return;                      /* the whole of it is written already */
    judging->edit_count++;
}

static enum err apply(struct venue_edit *edit, struct str text, struct yamledit *edits, size_t count, struct str *ret_text)
{
    struct context *context = edit->context;
    struct str file = arena_format(context->arena, "venues/" STR_FMT ".yaml", STR_ARG(edit->id));
    struct strbuf out;
    enum err err;

    strbuf_init(&out, FORM_BYTES_MAX);
    err = yamledit(text, file, edits, count, &out, &context->fault);
    if (!err)
        *ret_text = arena_copy(context->arena, strbuf_str(&out));
    strbuf_free(&out);
    return !err && !ret_text->bytes ? ERR_MEMORY : err;
}

/* Does an entry go into the section as a whole? */
static bool is_filled(const struct judging *judging, const char *section)
{
    for (size_t i = 0; i < judging->edit_count; i++) {
        const struct yamledit *at = &judging->edits[i];

        if (at->section && strcmp(at->section, section) == 0 && !at->key && !at->gone)
            return true;
    }
    return false;
}

/* Sections that the file does not have are put in first, empty: entries go into them. */
static enum err with_sections(const struct judging *judging, struct str *ret_text)
{
    struct venue_edit *edit = judging->edit;
    struct context *context = edit->context;
    struct yamledit missing[COUNT(sections)];
    struct form form;
    size_t count = 0;
    enum err err = form_open_text(&form, edit->text, edit->now.file, context->config->dir, context->arena, &context->fault);

    if (err)
        return err;
    for (size_t s = 0; s < COUNT(sections); s++)
        if (is_filled(judging, sections[s]) && !form_find(&form, sections[s]))
            missing[count++] = (struct yamledit){ .key = sections[s], .value = STR("{}") };
    form_close(&form);
    *ret_text = edit->text;
    return count ? apply(edit, edit->text, missing, count, ret_text) : ERR_OK;
}

static enum err try_changes(struct judging *judging)
{
    struct venue_edit *edit = judging->edit;
    struct context *context = edit->context;
    struct str text;
    enum err err;

    judging->edit_count = 0;
    for (size_t i = 0; i < edit->change_count; i++)
        if (!judging->dropped[i])
            edit_add(judging, &edit->changes[i]);
    edit_broken(judging);
    err = with_sections(judging, &text);
    if (!err)
        err = apply(edit, text, judging->edits, judging->edit_count, &edit->wanted_text);
    return err ? err : venue_file_parse(edit->wanted_text, edit->id, context->config->dir, context->arena, &edit->wanted,
                                        &context->fault);
}

/* --- what is wrong with it --- */

/* Where in the fault's sentence its path ends: behind "venues/oslo.yaml:12: product_types.food.account: ". NULL: another
 * path. */
static const char *behind_path(const char *sentence, struct str path)
{
    const char *at = strstr(sentence, ": ");

    if (!at || strncmp(at + 2, path.bytes, path.len) != 0)
        return NULL;
    at += 2 + path.len;
    return *at == ':' || *at == '.' || *at == '[' ? at : NULL;
}

/* "account: is no account" behind the dot of an entry's path: its key, and the words. Gives the place that it named. */
static struct venue_place name_fault(struct venue_edit *edit, const struct venue_change *change, const char *rest)
{
    struct venue_place place = change->place;
    const char *colon = strstr(rest, ": ");

    if (*rest == '[' && strchr(rest, ']'))
        rest = strchr(rest, ']') + 1;    /* which of its dates */
    for (size_t i = 0; *rest == '.' && i < venue_fields_shown_count; i++) {
        const struct venue_field *field = &venue_fields_shown[i];

        if (field->section && strcmp(field->section, place.section) == 0 &&
            strncmp(rest + 1, field->key, strlen(field->key)) == 0 && rest[1 + strlen(field->key)] == ':')
            place.key = field->key;
    }
    fault_add(edit, place, str_of(colon ? colon + 2 : rest + 1), STR_NONE);
    return place;
}

/* The change of that field; if there is none, all of its entry. */
static void drop(struct judging *judging, struct venue_place place)
{
    struct venue_edit *edit = judging->edit;
    bool of_field = false;

    for (int whole = 0; whole < 2 && !of_field; whole++)
        for (size_t i = 0; i < edit->change_count; i++)
            if (!judging->dropped[i] && is_of(&edit->changes[i], &place) &&
                (whole || str_equal(str_of(edit->changes[i].place.key), str_of(place.key))))
                judging->dropped[i] = of_field = true;
}

/* The change that the reader's fault is about is named and dropped, so that the next is found. */
static bool drop_faulty(struct judging *judging)
{
    struct venue_edit *edit = judging->edit;

    for (size_t i = 0; i < edit->change_count; i++) {
        const struct venue_change *change = &edit->changes[i];
        const struct venue_place *place = &change->place;
        struct str entry = change->added ? change->becomes : place->entry;
        bool whole = change->added || change->gone || (place->section && (edit->now.like.len || edit->from != DAY_ALWAYS));
        struct str path = !place->section ? str_of(place->key)
                          : arena_format(edit->context->arena, "%s." STR_FMT "%s%s", place->section, STR_ARG(entry),
                                         whole ? "" : ".", whole ? "" : place->key);
        const char *rest = judging->dropped[i] || !path.bytes ? NULL : behind_path(edit->context->fault.text, path);

        if (!rest)
            continue;
        drop(judging, name_fault(edit, change, rest));
        return true;
    }
    return false;
}

/* Said of all of it: the sentence without the file's name and line, which nobody sees here. */
static void whole_fault(struct venue_edit *edit)
{
    const char *at = strstr(edit->context->fault.text, ": ");

    fault_add(edit, (struct venue_place){ NULL, STR_NONE, NULL }, str_of(at ? at + 2 : edit->context->fault.text), STR_NONE);
}

static enum err read_changes(struct judging *judging)
{
    struct venue_edit *edit = judging->edit;
    enum err err = try_changes(judging);

    while (err == ERR_CONFIG && drop_faulty(judging))
        err = try_changes(judging);
    if (err != ERR_CONFIG)
        return err;
    whole_fault(edit);
    edit->wanted = edit->now;
    edit->wanted_text = edit->text;
    return ERR_OK;
}

/* What another page or file mends, or is the consequence of another fault. */
static const struct { enum finding_code code; const char *section, *key; bool named; } places[] = {
    { FINDING_TYPES_MISSING, NULL, NULL, true },
    { FINDING_PRODUCT_ACCOUNT, SECTION_PRODUCTS, "account", true },
    { FINDING_REDUCED_ACCOUNT, SECTION_PRODUCTS, "reduced_account", true },
    { FINDING_PAYMENT_ACCOUNT, SECTION_PAYMENTS, "account", true },
    { FINDING_BANK_ACCOUNT, SECTION_PAYMENTS, "account", true },
    { FINDING_ALCOHOL_REDUCED, SECTION_PRODUCTS, "reduced_account", true },
    { FINDING_VAT_FREE, SECTION_PRODUCTS, "vat_free", true },
    { FINDING_DOUBLE_ENTRY, NULL, "auto_invoice", false },
    { FINDING_VAT_CLASS, SECTION_VAT, NULL, true },
    { FINDING_PRODUCT_CODE, SECTION_PRODUCTS, "product", true },
    { FINDING_REDUCED_PRODUCT_CODE, SECTION_PRODUCTS, "reduced_product", true },
    { FINDING_CREDIT, SECTION_PAYMENTS, NULL, false },
    { FINDING_GIFT_CARD_ACCOUNTS, SECTION_PAYMENTS, NULL, false },
    { FINDING_GIFT_CARD_LIABILITY, SECTION_PAYMENTS, NULL, false },
    { FINDING_CLIENT_SHARED, NULL, "department", false },
    { FINDING_DEPARTMENT, NULL, "department", false },
    { FINDING_BUSINESS_DAY, NULL, "business_day_start", false },
    { FINDING_BEGINS, NULL, "begins", false },
};

static struct venue_place finding_place(const struct finding *finding)
{
    for (size_t i = 0; i < COUNT(places); i++)
        if (places[i].code == finding->code)
            return (struct venue_place){ finding->code == FINDING_TYPES_MISSING ?
                section_of(finding->about) : places[i].section,
                                         places[i].named ? finding->about : STR_NONE, places[i].key };
    return (struct venue_place){ NULL, STR_NONE, NULL };
}

static bool is_placed(enum finding_code code)
{
    for (size_t i = 0; i < COUNT(places); i++)
        if (places[i].code == code)
            return true;
    return false;
}

/* The configuration as it would be: the same but for this venue, which may be new in it. */
static enum err make_fresh(struct venue_edit *edit)
{
    const struct config *config = edit->context->config;
    struct config *fresh = &edit->fresh;
    size_t at = 0;

    arena_free(&fresh->arena);
    *fresh = *config;
    arena_init(&fresh->arena, FRESH_BYTES);
    fresh->fault_count = 0;              /* of others: they are no matter here */
    fresh->venues = arena_array(&fresh->arena, config->venue_count + 1, sizeof *fresh->venues);
    if (!fresh->venues)
        return ERR_MEMORY;
    while (at < config->venue_count && str_compare(config->venues[at].id, edit->id) < 0)
        at++;
    if (at)
        memcpy(fresh->venues, config->venues, at * sizeof *fresh->venues);
    fresh->venues[at] = edit->wanted;
    if (config->venue_count > at + edit->served)
        memcpy(fresh->venues + at + 1, config->venues + at + edit->served,
               (config->venue_count - at - edit->served) * sizeof *fresh->venues);
    fresh->venue_count = config->venue_count + !edit->served;
    return siblings_index(fresh);
}

static enum err check(struct venue_edit *edit)
{
    enum err err = make_fresh(edit);

    if (!err)
        err = setup_check(&edit->fresh, edit->id, edit->context->arena, &edit->findings, &edit->finding_count);
    for (size_t i = 0; !err && i < edit->finding_count; i++) {
        const struct finding *finding = &edit->findings[i];

        if (finding->severity == SEVERITY_FAULT && is_placed(finding->code))
            fault_add(edit, finding_place(finding), finding->text, finding->mend);
    }
    return err;
}

enum err venue_edit_judge(struct venue_edit *edit, const struct venue_said *said_, size_t count)
{
    struct judging judging = { .edit = edit, .said = said_, .said_count = count };
    struct arena *arena = edit->context->arena;
    size_t room = count + venue_fields_shown_count;
    enum err err;

    edit->changes = arena_array(arena, room, sizeof *edit->changes);
    edit->faults = arena_array(arena, VENUE_FAULTS_MAX, sizeof *edit->faults);
    judging.edits = arena_array(arena, room + edit->broken_count, sizeof *judging.edits);
    judging.dropped = arena_array(arena, room, sizeof *judging.dropped);
    edit->change_count = edit->fault_count = 0;
    if (arena_failed(arena))
        return ERR_MEMORY;
    compare_known(&judging);
    faults_of_broken(&judging);
    take_day(&judging);
    compare_new(&judging);
    for (size_t i = 0; i < edit->change_count; i++)
        judge_day(&judging, i);
    err = read_changes(&judging);
    if (err)
        return err;
    take_key(edit, &edit->wanted);
    edit->wanted.zone = edit->now.zone;
    return check(edit);
}

bool venue_edit_turns_on(const struct venue_edit *edit, const char *key)
{
    struct venue_place place = { NULL, STR_NONE, key };
    struct arena *arena = edit->context->arena;

    return str_equal(venue_place_text(&edit->wanted, &place, edit->today, arena), STR("1")) &&
           !str_equal(venue_place_text(&edit->now, &place, edit->today, arena), STR("1"));
}

/* --- written down, then done --- */

/* "product_types.food.account 3000 -> 3005; ...", as much as there is room for. */
static struct str detail_of(const struct venue_edit *edit)
{
    struct arena *arena = edit->context->arena;
    struct str text = STR_NONE;

    for (size_t i = 0; i < edit->change_count; i++) {
        const struct venue_change *change = &edit->changes[i];
        const struct venue_place *place = &change->place;
        char day[16];
        struct str where = !place->section ? str_of(place->key)
                           : arena_format(arena, "%s." STR_FMT "%s%s", place->section,
                                          STR_ARG(change->added ? change->becomes : place->entry),
                                          change->added || change->gone ? "" : ".",
                                          change->added || change->gone ? "" : place->key);
        const char *since = place->section && edit->from != DAY_ALWAYS ? day_text(edit->from, day) : "";
        struct str one = change->added || change->gone
                             ? arena_format(arena, STR_FMT " %s", STR_ARG(where), change->added ? "new" : "taken away")
                             : arena_format(arena, STR_FMT " " STR_FMT " -> " STR_FMT "%s%s", STR_ARG(where),
                                            STR_ARG(change->was), STR_ARG(change->becomes), *since ? " from " : "", since);

        if (text.len + one.len > DETAIL_BYTES)
            return arena_format(arena, STR_FMT "; and %zu more", STR_ARG(text), edit->change_count - i);
        text = arena_format(arena, STR_FMT "%s" STR_FMT, STR_ARG(text), i ? "; " : "", STR_ARG(one));
    }
    return text;
}

/* Read again just before it is written: an editor on the server may have been faster. */
static enum err still_the_same(const struct venue_edit *edit)
{
    struct context *context = edit->context;
    struct str path = arena_format(context->arena, STR_FMT "/venues/" STR_FMT ".yaml", STR_ARG(context->config->dir),
                                   STR_ARG(edit->id)), text;
    char stamp[VENUE_STAMP_SIZE];
    enum err err = path.bytes ? form_load(path.bytes, edit->now.file, &text, &context->fault) : ERR_MEMORY;

    if (err)
        return err;
    stamp_of(text, stamp);
    form_free(&text);
    return strcmp(stamp, edit->stamp) == 0 ? ERR_OK : ERR_BUSY;
}

enum err venue_edit_save(struct venue_edit *edit, struct str reason, uint64_t *ret_number)
{
    struct context *context = edit->context;
    struct str path = arena_format(context->arena, STR_FMT "/venues/" STR_FMT ".yaml", STR_ARG(context->config->dir),
                                   STR_ARG(edit->id));
    struct str detail = detail_of(edit);
    enum err err;

    ensure(edit->fault_count == 0);
    ensure(edit->change_count > 0);
    if (!path.bytes || !detail.bytes)
        return ERR_MEMORY;
    err = still_the_same(edit);
    if (!err)
        err = decide(context, VENUE_SETUP_VERB, edit->id, detail, reason, ret_number);
    return err ? err : wholefile_write(path.bytes, edit->wanted_text, PERMISSIONS, WHOLEFILE_REPLACE, &context->fault);
}
