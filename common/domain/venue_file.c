#include "venue_file.h"

#include "mapping_rows.h"
#include "event.h"
#include "form_rows.h"
#include "base/secret.h"
#include "venue.h"

#include <stdlib.h>
#include <string.h>

enum { ACCOUNT_MAX = 99999999 };

/* ---- values that only venues have ---- */

static FORM_PARSE(parse_account)
{
    int64_t account = 0;
    bool fine = text.len <= 8;

    (void)field;
    for (size_t i = 0; fine && i < text.len; i++) {
        fine = text.bytes[i] >= '0' && text.bytes[i] <= '9';
        account = account * 10 + (text.bytes[i] - '0');
    }
    if (!fine || account > ACCOUNT_MAX || (text.len && account == 0))
        return form_fault(form, node, "is no account; write its number in PowerOffice, such as 3000");
    *(int64_t *)to = account;            /* blank stays 0: `bilag check` and every draft say so */
    return ERR_OK;
}

static FORM_PARSE(parse_rate)
{
    (void)field;
    if (rate_parse(text, (int32_t *)to))
        return form_fault(form, node, "is no VAT rate; write it in percent, such as 25 or 11.11");
    return ERR_OK;
}

static FORM_PARSE(parse_company)
{
    bool fine = text.len == 9;

    for (size_t i = 0; fine && i < text.len; i++)
        fine = text.bytes[i] >= '0' && text.bytes[i] <= '9';
    if (!fine)
        return form_fault(form, node, "is no organisation number; write its nine digits without blanks, such as "
                          "\"912345678\"");
    return form_name(form, node, text, field, to);
}

static FORM_PARSE(parse_split)
{
    bool split = false;
    enum err err = form_bool(form, node, text, field, &split);

    if (!err)
        *(int *)to = split ? SPLIT_YES : SPLIT_NO;
    return err;
}

/* "" says none, where the venue has one; what is unsaid has no bytes at all. */
static FORM_PARSE(parse_own_code)
{
    enum err err = form_words(form, node, text, field, to);
    struct str *code = to;

    if (!err && !code->len)
        *code = (struct str){ "", 0 };
    return err;
}

/* Blank, as of a new venue that was made like another: nobody has said it yet. */
static FORM_PARSE(parse_begins)
{
    if (text.len)
        return form_date(form, node, text, field, to);
    *(int32_t *)to = DAY_ALWAYS;
    return ERR_OK;
}

static FORM_PARSE(parse_currency)
{
    bool fine = text.len == 3;

    for (size_t i = 0; fine && i < text.len; i++)
        fine = text.bytes[i] >= 'A' && text.bytes[i] <= 'Z';
    if (!fine)
        return form_fault(form, node, "is no currency; write three capital letters, such as NOK");
    return form_name(form, node, text, field, to);
}

/* ---- the fields of its rows ---- */

#define VALID_FROM(type) \
    { "valid_from", offsetof(type, valid_from), .parse = form_date, .meaning = "first business day it holds for" }

static const struct field bool_fields[] = {
    VALID_FROM(struct dated_bool),
    { "value", offsetof(struct dated_bool, value), .parse = form_bool, .required = true, .meaning = "true or false" },
};
static const struct field text_fields[] = {
    VALID_FROM(struct dated_text),
    { "value", offsetof(struct dated_text, value), .parse = form_words, .max = 64, .required = true,
      .meaning = "the code; \"\" for none" },
};
static const struct field cutoff_fields[] = {
    VALID_FROM(struct dated_cutoff),
    { "value", offsetof(struct dated_cutoff, seconds), .parse = form_cutoff, .required = true,
      .meaning = "a time of day, such as \"05:00\"" },
};

/* How the kinds of mapping_rows.h are read. */
#define READ_WORDS form_title
#define READ_CODE form_words
#define READ_OWN_CODE parse_own_code
#define READ_NAME form_name
#define READ_ACCOUNT parse_account
#define READ_RATE parse_rate
#define READ_SWITCH form_bool
enum { MUST_WORDS = 0, MUST_CODE = 0, MUST_OWN_CODE = 0, MUST_NAME = 1, MUST_ACCOUNT = 0, MUST_RATE = 1, MUST_SWITCH = 0 };
#define ENTRY_FIELD(of, key_, member, kind, max_, preset_, hashed, list, en, nb, meaning_, meaning_nb) \
    { key_, offsetof(struct of##_entry, member), .parse = READ_##kind, .max = max_, .preset = preset_, .required = MUST_##kind, \
      .meaning = meaning_ },

static const struct field vat_fields[] = { VAT_ROWS(ENTRY_FIELD) VALID_FROM(struct vat_entry) };
static const struct field product_fields[] = { PRODUCT_ROWS(ENTRY_FIELD) VALID_FROM(struct product_entry) };
static const struct field payment_fields[] = { PAYMENT_ROWS(ENTRY_FIELD) VALID_FROM(struct payment_entry) };

#define SHAPE(type, name_place, rows) { sizeof(type), offsetof(type, valid_from), name_place, rows, COUNT(rows) }
static const struct form_shape bool_shape = SHAPE(struct dated_bool, SIZE_MAX, bool_fields),
    text_shape = SHAPE(struct dated_text, SIZE_MAX, text_fields),
    cutoff_shape = SHAPE(struct dated_cutoff, SIZE_MAX, cutoff_fields),
    vat_shape = SHAPE(struct vat_entry, offsetof(struct vat_entry, name), vat_fields),
    product_shape = SHAPE(struct product_entry, offsetof(struct product_entry, name), product_fields),
    payment_shape = SHAPE(struct payment_entry, offsetof(struct payment_entry, name), payment_fields);

_Static_assert(sizeof(struct product_entry) <= FORM_ROW_BYTES_MAX, "rows are sorted through a buffer");

/* ---- the fields of a venue ---- */

#define READ(name) \
    static enum err name(struct form *form, const yaml_node_t *node, const struct field *field, void *to)

READ(read_switch)
{
    struct bools *bools = to;

    (void)field;
    return form_dated(form, node, &bool_shape, &bools->rows, &bools->count);
}

READ(read_departments)
{
    struct venue *venue = to;

    (void)field;
    return form_dated(form, node, &text_shape, &venue->departments, &venue->department_count);
}

READ(read_projects)
{
    struct venue *venue = to;

    (void)field;
    return form_dated(form, node, &text_shape, &venue->projects, &venue->project_count);
}

READ(read_venue_locations)
{
    struct venue *venue = to;

    (void)field;
    return form_dated(form, node, &text_shape, &venue->locations, &venue->location_count);
}

READ(read_cutoffs)
{
    struct venue *venue = to;

    (void)field;
    return form_dated(form, node, &cutoff_shape, &venue->cutoffs, &venue->cutoff_count);
}

static int vat_class_of(struct str name)
{
    static const struct { struct str name; enum vat_class class_; } known[] = {
        { { "normal", 6 }, VAT_NORMAL }, { { "reduced", 7 }, VAT_REDUCED }, { { "none", 4 }, VAT_NONE },
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (str_equal(name, known[i].name))
            return (int)known[i].class_;
    return VAT_OTHER;
}

READ(read_vat)
{
    struct venue *venue = to;
    enum err err = form_entries_over(form, node, &vat_shape, &venue->vat, &venue->vat_count);

    (void)field;
    for (size_t i = 0; i < venue->vat_count; i++)
        venue->vat[i].class_ = (enum vat_class)vat_class_of(venue->vat[i].name);
    /* A rate on a receipt names one class. Where two meet, one of them begins: ask on that day. */
    for (size_t i = 0; !err && i < venue->vat_count; i++) {
        const struct vat_entry *entry = &venue->vat[i];

        for (size_t j = 0; j < venue->vat_count; j++) {
            const struct vat_entry *other = &venue->vat[j];
            bool over = j + 1 < venue->vat_count && str_equal(other[1].name, other->name) &&
                        other[1].valid_from <= entry->valid_from;

            if (!str_equal(other->name, entry->name) && other->rate == entry->rate && !over &&
                other->valid_from <= entry->valid_from)
                return form_fault(form, node, STR_FMT " and " STR_FMT " have the same rate at the same time; a rate "
                                  "on a receipt must name one class", STR_ARG(entry->name), STR_ARG(other->name));
        }
    }
    return err;
}

READ(read_products)
{
    struct venue *venue = to;

    (void)field;
    return form_entries_over(form, node, &product_shape, &venue->products, &venue->product_count);
}

READ(read_payments)
{
    struct venue *venue = to;

    (void)field;
    return form_entries_over(form, node, &payment_shape, &venue->payments, &venue->payment_count);
}

/* "sunday", "2026-12-24" or "2026-07-01..2026-07-31" */
static bool closed_parse(struct str text, struct closed_days *closed)
{
    static const char *const names[] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" };
    enum { DATE_LEN = 10, RANGE_LEN = 2 * DATE_LEN + 2 };

    *closed = (struct closed_days){ .weekday = WEEKDAY_NONE };
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_equal(text, str_of(names[i])))
            closed->weekday = (enum weekday)i;
    if (closed->weekday != WEEKDAY_NONE)
        return true;
    if (text.len == RANGE_LEN && memcmp(text.bytes + DATE_LEN, "..", 2) == 0)
        return !day_parse((struct str){ text.bytes, DATE_LEN }, &closed->from) &&
               !day_parse((struct str){ text.bytes + DATE_LEN + 2, DATE_LEN }, &closed->to) && closed->from <= closed->to;
    if (day_parse(text, &closed->from))
        return false;
    closed->to = closed->from;
    return true;
}

READ(read_closed)
{
    struct venue *venue = to;
    struct str *texts = NULL;
    size_t count = 0;
    enum err err = form_texts(form, node, false, &texts, &count);

    (void)field;
    if (err)
        return err;
    venue->closed = arena_array(form->arena, count ? count : 1, sizeof *venue->closed);
    if (!venue->closed)
        return ERR_MEMORY;
    for (venue->closed_count = 0; venue->closed_count < count; venue->closed_count++)
        if (!closed_parse(texts[venue->closed_count], &venue->closed[venue->closed_count]))
            return form_fault(form, node, "\"" STR_FMT "\" is no day; write a weekday (sunday), a date (2026-12-24) or two "
                              "(2026-07-01..2026-07-31)", STR_ARG(texts[venue->closed_count]));
    return ERR_OK;
}

/* A list of texts, or one text alone. The field's min, max and `words` flag say which texts are fine. */
READ(read_registers)
{
    struct venue *venue = to;

    (void)field;
    return form_texts(form, node, true, &venue->registers, &venue->register_count);
}

READ(read_locations)
{
    struct venue *venue = to;

    (void)field;
    return form_texts(form, node, false, &venue->saft.locations, &venue->saft.location_count);
}

static int saft_word_compare(const void *a, const void *b)
{
    return str_compare(((const struct saft_word *)a)->code, ((const struct saft_word *)b)->code);
}

static enum err saft_words_read(struct form *form, const yaml_node_t *node, struct saft_word **ret_words,
                                size_t *ret_count)
{
    size_t count;
    struct saft_word *words;

    if (node->type != YAML_MAPPING_NODE)
        return form_fault(form, node, "codes belong here, as \"04004: food\"");
    count = form_pair_count(node);
    if (count > FORM_ROWS_MAX)
        return form_fault(form, node, "has more than %d entries; nobody needs that many", FORM_ROWS_MAX);
    words = arena_array(form->arena, count, sizeof *words);
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *value;
        struct str key, text;
        size_t before;
        enum err err = form_pair(form, node, i, &key, &value);

        if (err)
            return err;
        before = form_push(form, key);
        err = form_check_key(form, node, i, key);
        if (!err && (!words || !form_text(value, &text)))
            err = form_fault(form, value, "one word belongs here: a product type or payment type of this venue");
        if (!err)
            err = form_word(form, value, text, NULL, &words[i].word);
        if (err)
            return err;
        words[i].code = arena_copy(form->arena, key);
        form_pop(form, before);
    }
    if (count)
        qsort(words, count, sizeof *words, saft_word_compare);
    *ret_words = words;
    *ret_count = count;
    return ERR_OK;
}

READ(read_article_groups)
{
    struct venue *venue = to;

    (void)field;
    return saft_words_read(form, node, &venue->saft.article_groups, &venue->saft.article_group_count);
}

READ(read_payment_codes)
{
    struct venue *venue = to;

    (void)field;
    return saft_words_read(form, node, &venue->saft.payment_codes, &venue->saft.payment_code_count);
}

static const char *const extension_words[] = {
    "quickorder", "add-on-1", "add-on-2", "add-on-3", "add-on-4", "add-on-5", "add-on-6", "add-on-7", "add-on-8",
    "add-on-9", NULL,
};
_Static_assert(COUNT(extension_words) == EXTENSION_COUNT + 1, "one word for each application key");

const char *extension_text(int extension)
{
    ensure(extension >= 0 && extension < EXTENSION_COUNT);
    return extension_words[extension];
}

static const char *const invoice_date_words[] = { [INVOICE_TODAY] = "today", [INVOICE_BUSINESS_DAY] = "business_day", NULL };
static const char *const close_words[] = { [CLOSE_Z_REPORT] = "z_report", [CLOSE_CLOCK] = "clock", NULL };

#define AT(member) offsetof(struct venue, member)
static const struct field saft_fields[] = {
    { "locations", .read = read_locations, .meaning = "names of the SAF-T file's locations that are this venue" },
    { "article_groups", .read = read_article_groups, .meaning = "SAF-T article code: product type" },
    { "payment_codes", .read = read_payment_codes, .meaning = "SAF-T payment code: payment type" },
    { "system_id", AT(saft.system_id), .parse = form_words, .max = 35,
      .meaning = "SystemID of the till's own SAF-T, on vouchers as SAF-T source id" },
    { "sequence", AT(saft.sequence), .parse = form_bool, .preset = "true",
      .meaning = "receipt numbers run without gaps per register" },
};

static const struct field venue_fields[] = {
    { "venue", AT(id), .parse = form_name, .required = true, .meaning = "the venue's id, the file's name without .yaml" },
    { "like", AT(like), .parse = form_name,
      .meaning = "another venue of this folder, whose file says what this one does not" },
    { "name", AT(name), .parse = form_title, .min = 1, .max = 100, .meaning = "the venue's name, on vouchers" },
    { "timezone", AT(zone_name), .parse = form_words, .min = 1, .max = 64, .preset = "Europe/Oslo",
      .meaning = "IANA time zone" },
    { "business_day_start", .read = read_cutoffs, .preset = "05:00",
      .meaning = "when business days begin; a list of {valid_from, value} says changes" },
    { "currency", AT(currency), .parse = parse_currency, .preset = "NOK", .meaning = "currency of the till" },
    { "company", AT(company), .parse = parse_company, .required = true,
      .meaning = "organisation number, nine digits; venues with the same number share one PowerOffice client" },
    { "extension", AT(extension), .parse = form_choice, .words = extension_words, .preset = "quickorder",
      .meaning = "which application key" },
    { "client_key", AT(client_key), .read = secret_field, .meaning = "{file: keys/NAME} or {credential: NAME}" },
    { "department", .read = read_departments, .meaning = "department's code in PowerOffice; may be dated" },
    { "project", .read = read_projects,
      .meaning = "project's code in PowerOffice, of lines whose product or payment type says none; may be dated" },
    { "location", .read = read_venue_locations,
      .meaning = "location's code in PowerOffice, of lines whose product or payment type says none; may be dated" },
    { "auto_transfer", AT(auto_transfer), .read = read_switch, .preset = "false",
      .meaning = "send vouchers by itself; may be dated" },
    { "auto_invoice", AT(auto_invoice), .read = read_switch, .preset = "false",
      .meaning = "credit sales become sales orders; may be dated" },
    { "send_invoice", AT(send_invoice), .read = read_switch, .preset = "false",
      .meaning = "sales orders are invoiced at once; may be dated" },
    { "invoice_date", AT(invoice_date), .parse = form_choice, .words = invoice_date_words, .preset = "today",
      .meaning = "the date of invoices: today, or business_day where its period is open" },
    { "order_split", AT(order_split), .parse = parse_split,
      .meaning = "split order lines without a net in whole øre in two; unsaid: as sender.order_split says" },
    { "settlement_pdf", AT(settlement_pdf), .parse = form_bool, .preset = "true",
      .meaning = "the settlement is attached to its voucher as a PDF" },
    { "close", AT(close), .parse = form_choice, .words = close_words, .preset = "z_report",
      .meaning = "what ends a business day" },
    { "quiet_seconds", AT(quiet_seconds), .parse = form_number, .min = 0, .max = 86400,
      .meaning = "silence before a day is closed; unsaid 5 with z_report, 900 with clock" },
    { "registers", .read = read_registers, .meaning = "registers that must report every day, as [K1, K2]" },
    { "begins", AT(begins), .parse = parse_begins, .meaning = "first business day that is posted; earlier ones are only shown" },
    { "expected_by", AT(expected_by), .parse = form_cutoff, .preset = "10:00",
      .meaning = "when bilag-watch tells that a day is missing, on the date after it" },
    { "closed", .read = read_closed,
      .meaning = "days closed on purpose, as [sunday, 2026-12-24, 2026-07-01..2026-07-31]; none of them is missed" },
    { "vat_registered", AT(vat_registered), .parse = form_bool, .preset = "true",
      .meaning = "false: the venue is not registered for VAT and sells everything at 0 %" },
    { "vat", .read = read_vat, .meaning = "normal, reduced, none (and others): {rate, code}; may be dated" },
    { "product_types", .read = read_products, .meaning = "what is sold: accounts and product codes; may be dated" },
    { "payment_types", .read = read_payments, .meaning = "how it is paid: account, transfer; may be dated" },
    { "saft", .fields = saft_fields, .field_count = COUNT(saft_fields), .meaning = "how SAF-T files are read" },
};
#undef AT

/* ---- the whole file ---- */

static enum err zone_share(struct config *config, struct form *form, struct venue *venue)
{
    struct fault fault;
    enum err err;

    for (size_t i = 0; i < config->venue_count && !venue->zone; i++)
        if (str_equal(config->venues[i].zone_name, venue->zone_name))
            venue->zone = config->venues[i].zone;
    if (venue->zone)
        return ERR_OK;
    err = zone_open(venue->zone_name, &venue->zone, &fault);
    if (err == ERR_MEMORY || err == ERR_SYSTEM)
        return fault_set(form->fault, err, "%s", fault.text);
    if (err)
        return form_fault(form, form_find(form, "timezone"), "timezone: %s", fault.text);
    config->zones[config->zone_count++] = venue->zone;
    return ERR_OK;
}

/* Days before the first dated cut-off begin at the preset. */
static enum err cutoffs_complete(struct form *form, struct venue *venue)
{
    struct dated_cutoff *rows;

    if (venue->cutoff_count && venue->cutoffs[0].valid_from == DAY_ALWAYS)
        return ERR_OK;
    rows = arena_array(form->arena, venue->cutoff_count + 1, sizeof *rows);
    if (!rows)
        return form_fault(form, NULL, "memory");
    rows[0] = (struct dated_cutoff){ CUTOFF_PRESET, DAY_ALWAYS };
    if (venue->cutoff_count)
        memcpy(rows + 1, venue->cutoffs, venue->cutoff_count * sizeof *rows);
    venue->cutoffs = rows;
    venue->cutoff_count++;
    return ERR_OK;
}

static enum err venue_complete(struct config *config, struct form *form, struct str id, struct venue *venue)
{
    enum err err;

    if (!str_equal(venue->id, id))
        return form_fault(form, form_find(form, "venue"), "venue: is " STR_FMT ", but the file is named " STR_FMT
                          ".yaml; make them the same", STR_ARG(venue->id), STR_ARG(id));
    if (venue->name.len == 0)
        venue->name = venue->id;
    if (venue->quiet_seconds < 0)
        venue->quiet_seconds = venue->close == CLOSE_CLOCK ? 900 : 5;
    err = zone_share(config, form, venue);
    if (!err)
        err = cutoffs_complete(form, venue);
    if (!err)
        err = venue_fingerprint(venue, form->keys == FORM_KEYS_MARKED, form->arena);
    return err;
}

static enum err id_judge(struct str id, struct str file, struct fault *fault)
{
    if (str_is_name(id))
        return ERR_OK;
    return fault_set(fault, ERR_CONFIG, STR_FMT ": the file's name is the venue's id; rename it to 1 to 64 of the "
                     "characters A-Z a-z 0-9 . _ - and .yaml", STR_ARG(file));
}

/* What is one venue's own is never another's: who it is, its registers and locations, its place in PowerOffice, its key;
 * and no switch is on because another's is. */
static void forget_own(struct venue *venue)
{
    venue->id = venue->like = venue->name = venue->client_key = venue->client_id = STR_NONE;
    venue->begins = DAY_ALWAYS;
    venue->extension = EXTENSION_MAIN;
    venue->departments = venue->projects = venue->locations = NULL;
    venue->project_count = venue->location_count = 0;
    venue->auto_transfer = venue->auto_invoice = venue->send_invoice = (struct bools){ NULL, 0 };
    venue->closed = NULL;
    venue->closed_count = 0;
    venue->registers = venue->saft.locations = NULL;
    venue->department_count = venue->register_count = venue->saft.location_count = 0;
}

/* The other's file, read into the venue. Faults name that file; its key is not looked at. */
static enum err read_like(struct form *form, const yaml_node_t *node, struct str like, struct venue *venue)
{
    struct str file = arena_format(form->arena, "venues/" STR_FMT ".yaml", STR_ARG(like));
    struct str path = arena_format(form->arena, STR_FMT "/" STR_FMT, STR_ARG(form->dir), STR_ARG(file));
    struct form other;
    enum err err;

    if (!str_is_name(like))
        return form_fault(form, node, "like: is no venue's name; write that of a file in venues/, without .yaml");
    if (!path.bytes || !file.bytes)
        return fault_set(form->fault, ERR_MEMORY, "no memory for " STR_FMT, STR_ARG(form->file));
    err = form_open(&other, path.bytes, file, form->dir, form->arena, form->fault);
    if (err)
        return err;
    other.keys = FORM_KEYS_LATER;
    if (!form_root(&other))
        err = form_fault(&other, NULL, "is empty, and " STR_FMT " is to be like it", STR_ARG(form->file));
    else if (form_find(&other, "like"))
        err = form_fault(form, node, "like: " STR_FMT " is itself like another; name that one", STR_ARG(like));
    else
        err = form_mapping(&other, form_root(&other), venue_fields, COUNT(venue_fields), venue);
    form_close(&other);
    secret_wipe(&venue->client_key);
    if (!err)
        forget_own(venue);
    return err;
}

/* The whole of it, or what differs from the venue that it is like. */
static enum err settings_read(struct form *form, struct venue *venue)
{
    const yaml_node_t *node = form_find(form, "like");
    struct str like;
    enum err err;

    if (!form_root(form))
        return form_fault(form, NULL, "is empty; write the venue's settings into it");
    if (!node || !form_text(node, &like) || !like.len)
        return form_mapping(form, form_root(form), venue_fields, COUNT(venue_fields), venue);
    err = read_like(form, node, like, venue);
    if (!err)
        err = form_mapping_over(form, form_root(form), venue_fields, COUNT(venue_fields), venue);
    if (!err && !venue->id.len)
        err = form_fault(form, form_root(form), "venue: is missing; write it: the venue's id, the file's name without .yaml");
    return err;
}

/* Of an open form, which is closed. */
static enum err venue_read(struct config *config, struct form *form, struct str id, struct venue *ret_venue)
{
    struct venue venue = { .quiet_seconds = -1, .begins = DAY_ALWAYS, .file = form->file };
    enum err err = settings_read(form, &venue);

    if (!err)
        err = venue_complete(config, form, id, &venue);
    form_close(form);
    if (err) {
        secret_wipe(&venue.client_key);
        return err;
    }
    *ret_venue = venue;
    return ERR_OK;
}

static enum err load_into(struct config *config, struct arena *arena, struct str id, struct venue *ret_venue,
                          struct fault *fault)
{
    struct form form;
    struct str file = arena_format(arena, "venues/" STR_FMT ".yaml", STR_ARG(id));
    struct str path = arena_format(arena, STR_FMT "/" STR_FMT, STR_ARG(config->dir), STR_ARG(file));
    enum err err;

    if (arena_failed(arena))
        return fault_set(fault, ERR_MEMORY, "no memory for venue " STR_FMT, STR_ARG(id));
    err = id_judge(id, file, fault);
    if (!err)
        err = form_open(&form, path.bytes, file, config->dir, arena, fault);
    if (err)
        return err;
    form.keys = config->holds_keys ? FORM_KEYS_READ : FORM_KEYS_MARKED;
    form.marks = &config->marks;
    form.vault = &config->vault;
    return venue_read(config, &form, id, ret_venue);
}

enum err venue_file_load(struct config *config, struct shelf *shelf, struct str id, struct venue *ret_venue,
                         struct fault *fault)
{
    struct arena reading;
    enum err err;

    arena_init(&reading, config->arena.limit);
    err = load_into(config, &reading, id, ret_venue, fault);
    if (!err && venue_keep(ret_venue, shelf))
        err = fault_set(fault, ERR_MEMORY, "no memory for venue " STR_FMT, STR_ARG(id));
    arena_free(&reading);
    return err;
}

/* The zone is opened for its name only: a venue that is not part of a configuration has none. */
enum err venue_file_parse(struct str text, struct str id, struct str dir, struct arena *arena, struct venue *ret_venue,
                          struct fault *fault)
{
    struct zone *zones[1] = { NULL };
    struct config alone = { .zones = zones };
    struct str file = arena_format(arena, "venues/" STR_FMT ".yaml", STR_ARG(id));
    struct form form;
    enum err err = arena_failed(arena) ? fault_set(fault, ERR_MEMORY, "no memory for venue " STR_FMT, STR_ARG(id))
                                       : id_judge(id, file, fault);

    if (!err)
        err = form_open_text(&form, text, file, dir, arena, fault);
    if (err)
        return err;
    form.keys = FORM_KEYS_LATER;
    err = venue_read(&alone, &form, id, ret_venue);
    zone_close(zones[0]);
    if (!err)
        ret_venue->zone = NULL;
    return err;
}

void venue_file_help(struct strbuf *out)
{
    static const struct { const char *prefix; const struct form_shape *shape; } parts[] = {
        { "vat.NAME.", &vat_shape }, { "product_types.NAME.", &product_shape }, { "payment_types.NAME.", &payment_shape },
    };

    form_help(out, "", venue_fields, COUNT(venue_fields));
    for (size_t i = 0; i < COUNT(parts); i++)
        form_help(out, parts[i].prefix, parts[i].shape->fields, parts[i].shape->field_count);
}

const struct field *venue_file_field(const char *section, const char *key)
{
    static const struct { const char *section; const struct field *fields; size_t count; } tables[] = {
        { "", venue_fields, COUNT(venue_fields) },           { "vat", vat_fields, COUNT(vat_fields) },
        { "product_types", product_fields, COUNT(product_fields) },
        { "payment_types", payment_fields, COUNT(payment_fields) },
    };

    for (size_t i = 0; i < COUNT(tables); i++)
        for (size_t k = 0; k < tables[i].count && strcmp(tables[i].section, section ? section : "") == 0; k++)
            if (strcmp(tables[i].fields[k].key, key) == 0)
                return &tables[i].fields[k];
    return NULL;
}
