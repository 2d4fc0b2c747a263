/* Goal: of what a person fills in only what differs is changed in the venue's file; each fault has its place; nothing
 * wrong, and nothing
 * of a file that is another by now, is written. */
#include "bilag/act/venue_edit.h"
#include "domain/audit.h"
#include "domain/venue_file.h"

#include "tests/common/domain/config_folder.h"

enum { SAID_MAX = 8 };

static struct folder folder;

#define SAID(s, e, k, v) { { s, sizeof s - 1 }, { e, sizeof e - 1 }, { k, sizeof k - 1 }, { v, sizeof v - 1 } }

struct given { struct config *config; struct arena arena; struct context context; struct venue_edit edit; };

static void opened(struct given *given, const char *id)
{
    given->config = folder_load(&folder);
    arena_init(&given->arena, 64u << 20);
    given->context = (struct context){ .config = given->config, .arena = &given->arena, .who = STR("kari") };
    if (venue_edit_open(&given->context, str_of(id), &given->edit))
        fail_msg("%s", given->context.fault.text);
}

static void closed(struct given *given)
{
    venue_edit_close(&given->edit);
    arena_free(&given->arena);
    config_free(given->config);
}

static size_t said_count(const struct venue_said *said)
{
    size_t count = 0;

    while (count < SAID_MAX && said[count].key.len)
        count++;
    return count;
}

/* What is wanted: the good file with one text replaced; the same file: nothing changes. */
static void changed_table(void **unused)
{
    static const struct { const char *why; struct venue_said said[SAID_MAX]; size_t changes; const char *from,
        *to; } rows[] = {
        { "nothing said", { SAID("", "", "", "") }, 0, "", "" },
        { "said as it is", { SAID("", "", "name", " Oslo Grill, Aker Brygge "), SAID("", "", "business_day_start", "05:00"),
          SAID("", "", "begins", "2026-01-01"), SAID("", "", "close", "z_report"), SAID("", "", "registers", "K1, K2"),
          SAID("", "", "auto_transfer", "1"), SAID("vat", "normal", "rate", "25"),
          SAID("payment_types", "credit", "transfer", "0") }, 0, "", "" },
        { "an account", { SAID("product_types", "food", "account", "3005") }, 1, "account: 3000", "account: 3005" },
        { "a box, the last counts", { SAID("", "", "auto_transfer", "1"), SAID("", "", "auto_transfer", "0") }, 1,
          "auto_transfer: true", "auto_transfer: false" },
        { "registers", { SAID("", "", "registers", "K1,, K3 ") }, 1, "[K1, K2]", "[\"K1\", \"K3\"]" },
        { "a rate", { SAID("vat", "reduced", "rate", "11.11") }, 1, "rate: 15", "rate: 11.11" },
        { "by the clock", { SAID("", "", "close", "clock") }, 1, "close: z_report", "close: clock" },
        { "a new type", { SAID("payment_types", "+0", "type", "vipps"), SAID("payment_types", "+0", "account", "1580"),
          SAID("payment_types", "+0", "transfer", "1") }, 1, "  credit:    {transfer: false}\n",
          "  credit:    {transfer: false}\n  vipps: {account: 1580}\n" },
        { "one that is left out", { SAID("payment_types", "+0", "type", "app"), SAID("payment_types", "+0", "transfer",
            "0") }, 1,
          "  credit:    {transfer: false}\n", "  credit:    {transfer: false}\n  app: {transfer: false}\n" },
        { "an account from a day", { SAID("product_types", "food", "account", "3005"), SAID("", "", "from", "2032-01-01") },
          1,
          "food:      {account: 3000, reduced_account: 3001, product: MAT, reduced_product: MAT-TA}",
          "food:      [{account: 3000, reduced_account: 3001, product: \"MAT\", reduced_product: \"MAT-TA\"}, "
          "{valid_from: 2032-01-01, account: 3005, reduced_account: 3001, product: \"MAT\", reduced_product: \"MAT-TA\"}]" },
        { "a type gone", { SAID("product_types", "beer", "gone", "1"), SAID("product_types", "beer", "account", "x") }, 1,
          "  beer:      {account: 3010, product: OL, alcohol: true}\n", "" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct given given;
        char *wanted = *rows[i].from ? replaced(good_venue, rows[i].from, rows[i].to) : strdup(good_venue);

        opened(&given, "oslo-grill");
        assert_int_equal(venue_edit_judge(&given.edit, rows[i].said, said_count(rows[i].said)), ERR_OK);
        if (given.edit.fault_count || given.edit.change_count != rows[i].changes ||
            !str_equal(given.edit.wanted_text, str_of(wanted)))
            fail_msg("%s: %zu faults, %zu changes, %.*s\n%.*s", rows[i].why, given.edit.fault_count, given.edit.change_count,
                     STR_ARG(given.edit.faults[0].text), STR_ARG(given.edit.wanted_text));
        closed(&given);
        free(wanted);
    }
}

/* 40 letters that the browser lets pass, and 80 bytes that no reader takes. */
#define FIVE "æøåæø"
#define LONG_CODE FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE

static void faults_table(void **unused)
{
    static const struct { const char *why; struct venue_said said[SAID_MAX]; size_t faults;
        const char *section, *entry, *key, *says; } rows[] = {
        { "no account", { SAID("product_types", "food", "account", "x") },
          1, "product_types", "food", "account", "is no account" },
        { "two of them", { SAID("product_types", "food", "account", "x"), SAID("", "", "begins", "soon") },
          2, NULL, "", "begins", "date" },
        { "the bank", { SAID("payment_types", "card", "account", "1920") },
          1, "payment_types", "card", "account", "bank account 1920" },
        { "a blank account", { SAID("product_types", "food", "account", "") },
          1, "product_types", "food", "account", "no account" },
        { "twice", { SAID("payment_types", "credit", "transfer", "1"), SAID("payment_types", "credit", "account", "1500") },
          1, NULL, "", "auto_invoice", "booked twice" },
        { "a register", { SAID("", "", "registers", "K1, a b") }, 1, NULL, "", "registers", "cannot be used" },
        { "there already", { SAID("product_types", "+1", "type", "food") }, 1, "product_types", "+1", "type", "already" },
        { "no type", { SAID("product_types", "+1", "type", "a\nb") }, 1, "product_types", "+1", "type", "no type" },
        { "a new one's account", { SAID("product_types", "+1", "type", "cake"), SAID("product_types", "+1", "account", "x") },
          1, "product_types", "+1", "account", "is no account" },
        { "a new one without", { SAID("product_types", "+1", "type", "cake") },
          1, "product_types", "cake", "account", "no account" },
        { "alcohol", { SAID("product_types", "beer", "reduced_account", "3011") },
          1, "product_types", "beer", "reduced_account", "alcohol" },
        { "a code of many bytes", { SAID("product_types", "food", "product", LONG_CODE) },
          1, "product_types", "food", "product", "each æ, ø and å counts as two" },
        { "a type of many bytes", { SAID("product_types", "+1", "type", LONG_CODE) },
          1, "product_types", "+1", "type", "each æ, ø and å counts as two" },
        { "blanks alone", { SAID("product_types", "food", "name", "\xc2\xa0 \xe2\x80\x89\xc2\xa0") },
          1, "product_types", "food", "name", "blanks alone" },
        { "a code of blanks", { SAID("product_types", "food", "product", "\xc2\xa0") },
          1, "product_types", "food", "product", "blanks alone" },
        { "from no day", { SAID("", "", "from", "soon"), SAID("", "", "name", "x") }, 1, NULL, "", "from", "no day" },
        { "from a day, no account", { SAID("", "", "from", "2032-01-01"), SAID("product_types", "food", "account", "x") },
          1, "product_types", "food", "account", "is no account" },
        { "from a day, two wrong of three", { SAID("", "", "from", "2032-01-01"), SAID("product_types", "food", "account", "x"),
                                              SAID("product_types", "food", "product", LONG_CODE),
                                              SAID("product_types", "food", "name", "Mat") },
          2, "product_types", "food", "product", "each æ, ø and å counts as two" },
        { "from a day, one wrong of three", { SAID("", "", "from", "2032-01-01"), SAID("product_types", "food", "account", "x"),
                                              SAID("product_types", "food", "product", "MAT2"),
                                              SAID("product_types", "food", "name", "Mat") },
          1, "product_types", "food", "account", "is no account" },
        { "one rate, two classes", { SAID("vat", "reduced", "rate", "25") }, 1, NULL, "", NULL, "same rate" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct given given;
        const struct venue_fault *found = NULL;

        opened(&given, "oslo-grill");
        assert_int_equal(venue_edit_judge(&given.edit, rows[i].said, said_count(rows[i].said)), ERR_OK);
        for (size_t f = 0; f < given.edit.fault_count; f++) {
            const struct venue_place *place = &given.edit.faults[f].place;

            if (str_equal(str_of(place->section), str_of(rows[i].section)) && str_equal(place->entry,
                str_of(rows[i].entry)) &&
                str_equal(str_of(place->key), str_of(rows[i].key)) && strstr(given.edit.faults[f].text.bytes, rows[i].says))
                found = &given.edit.faults[f];
        }
        if (given.edit.fault_count != rows[i].faults || !found)
            fail_msg("%s: %zu faults, the first: %s/%.*s/%s %.*s", rows[i].why, given.edit.fault_count,
                     given.edit.faults[0].place.section ? given.edit.faults[0].place.section : "",
                     STR_ARG(given.edit.faults[0].place.entry), given.edit.faults[0].place.key ?
                         given.edit.faults[0].place.key : "",
                     STR_ARG(given.edit.faults[0].text));
        closed(&given);
    }
}

/* Goal: single values that are none are shown as they stand, each with its fault at its place, and nothing but them is: said otherwise,
 * the file is right and the rest of it as it was. */
static void broken_table(void **unused)
{
    static const struct { const char *why, *good, *bad; struct venue_said mended[2]; const char *is, *says; size_t broken;
    } rows[] = {
        { "an account", "account: 3000", "account: 30x0", { SAID("product_types", "food", "account", "3000") },
          "30x0", "is no account", 1 },
        { "a day", "begins: 2026-01-01", "begins: soon", { SAID("", "", "begins", "2026-01-01") }, "soon", "date", 1 },
        { "a rate", "rate: 15", "rate: many", { SAID("vat", "reduced", "rate", "15") }, "many", "", 1 },
        { "a switch", "auto_transfer: true", "auto_transfer: maybe", { SAID("", "", "auto_transfer", "1") }, "maybe", "true", 1 },
        { "how a day ends", "close: z_report", "close: never", { SAID("", "", "close", "z_report") }, "never", "z_report", 1 },
        { "a time", "business_day_start: 05:00", "business_day_start: noon",
          { SAID("", "", "business_day_start", "05:00") }, "noon", "", 1 },
        { "two", "account: 3000, reduced_account: 3001", "account: 30x0, reduced_account: x",
          { SAID("product_types", "food", "account", "3000"), SAID("product_types", "food", "reduced_account", "3001") },
          "30x0", "is no account", 2 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct venue_said *said = &rows[i].mended[0];
        const struct venue_place place = { said->section.len ? said->section.bytes : NULL, said->entry, said->key.bytes };
        char *bad = replaced(good_venue, rows[i].good, rows[i].bad), *bad_id = replaced(bad, "venue: oslo-grill", "venue: d");
        const struct venue_fault *first;
        struct given given;

        folder_write(&folder, "venues/d.yaml", bad_id, strlen(bad_id), 0644);
        opened(&given, "d");
        assert_int_equal(venue_edit_judge(&given.edit, NULL, 0), ERR_OK);
        first = &given.edit.faults[0];
        if (given.edit.broken_count != rows[i].broken || given.edit.fault_count < rows[i].broken || given.edit.change_count ||
            !venue_same(first->place.key, place.key) || !str_equal(first->place.entry, place.entry) ||
            !strstr(first->text.bytes, rows[i].says) || !str_equal(venue_edit_text(&given.edit, &place), str_of(rows[i].is)))
            fail_msg("%s: %zu broken, %zu faults: " STR_FMT, rows[i].why, given.edit.broken_count, given.edit.fault_count,
                     STR_ARG(first->text));
        assert_int_equal(venue_edit_judge(&given.edit, said, rows[i].broken), ERR_OK);
        for (size_t f = 0; f < given.edit.fault_count; f++)
            if (venue_broken_at(given.edit.broken, given.edit.broken_count, &given.edit.faults[f].place))
                fail_msg("%s: " STR_FMT, rows[i].why, STR_ARG(given.edit.faults[f].text));
        if (given.edit.change_count != rows[i].broken || strstr(given.edit.wanted_text.bytes, rows[i].is))
            fail_msg("%s: " STR_FMT, rows[i].why, STR_ARG(given.edit.wanted_text));
        closed(&given);
        free(bad);
        free(bad_id);
    }
    folder_write(&folder, "venues/d.yaml", "", 0, 0644);
}

/* What no form shows cannot be mended there: it is refused as before, with the reader's fault. */
static void not_to_be_opened(void **unused)
{
    static const char *const rows[][2] = {
        { "account: 3000", "acount: 3000" }, { "name: Oslo Grill, Aker Brygge", "nam: Oslo Grill" }, { "product_types:", "product_types: [" },
        { "food:      {", "food:      [{valid_from: 2020-01-01, account: x}, {" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *bad = replaced(good_venue, rows[i][0], rows[i][1]), *bad_id = replaced(bad, "venue: oslo-grill", "venue: d");
        struct given given = { .config = NULL };

        folder_write(&folder, "venues/d.yaml", bad_id, strlen(bad_id), 0644);
        given.config = folder_load(&folder);
        arena_init(&given.arena, 64u << 20);
        given.context = (struct context){ .config = given.config, .arena = &given.arena, .who = STR("kari") };
        assert_int_equal(venue_edit_open(&given.context, STR("d"), &given.edit), ERR_CONFIG);
        assert_non_null(strstr(given.context.fault.text, "venues/d.yaml:"));
        closed(&given);
        free(bad);
        free(bad_id);
    }
    folder_write(&folder, "venues/d.yaml", "", 0, 0644);
}

/* Goal: in a file with dates, what was stays as it was each day, what changes comes behind it from its day, and what cannot be told so is
 * refused or left as it is planned. */
static void by_dates(void **unused)
{
#define FOOD "food: [{account: 3000, product: A}, {valid_from: 2020-03-01, account: 3002, reduced_account: 3003, product: B, project: P}]\n"
#define FOOD_WAS "food: [{account: 3000, product: \"A\"}, {valid_from: 2020-03-01, account: 3002, reduced_account: 3003, " \
                 "product: \"B\", project: \"P\"}, "
#define BEER "  beer: [{account: 3010}, {valid_from: 2999-01-01, account: 3011}]\n"
    static const char text[] = "venue: d\nname: D\ncompany: \"912345678\"\ndepartment: \"20\"\n"
        "client_key: {file: keys/oslo-grill}\n"
        "vat:\n  normal: {rate: 25, code: \"3\"}\n  reduced: {rate: 15, code: \"31\"}\n  none: {rate: 0, code: \"0\"}\n"
        "product_types:\n  " FOOD BEER "payment_types:\n  card: {account: 1570}\n  cash: {account: 1900}\n";
    static const struct { const char *why; struct venue_said said[SAID_MAX]; const char *has, *fault; } rows[] = {
        { "no day",                { SAID("product_types", "food", "account", "3005") }, "  " FOOD, "this has dates" },
        { "before the last",       { SAID("product_types", "food", "account", "3005"), SAID("", "", "from", "2019-01-01") },
          "  " FOOD, "this changes on 2020-03-01 already" },
        { "on the last's day",     { SAID("product_types", "food", "account", "3005"), SAID("", "", "from", "2020-03-01") },
          "  " FOOD, "this changes on 2020-03-01 already" },
        { "the day after it",      { SAID("product_types", "food", "account", "3005"), SAID("", "", "from", "2020-03-02") },
          FOOD_WAS "{valid_from: 2020-03-02, account: 3005, reduced_account: 3003, product: \"B\", project: \"P\"}]\n", NULL },
        { "two values, once",      { SAID("product_types", "food", "account", "3005"),
                                     SAID("product_types", "food", "product", "C"), SAID("", "", "from", "2031-01-01") },
          FOOD_WAS "{valid_from: 2031-01-01, account: 3005, reduced_account: 3003, product: \"C\", project: \"P\"}]\n", NULL },
        { "what is planned",       { SAID("product_types", "beer", "account", "3012"), SAID("", "", "from", "2031-01-01") },
          BEER, NULL },
        { "gone from no day",      { SAID("product_types", "food", "gone", "1") }, "product_types:\n  beer", NULL },
        { "gone, with a day",      { SAID("product_types", "food", "gone", "1"), SAID("", "", "from", "2019-01-01") },
          "product_types:\n  beer", NULL },
        { "new, with a day",       { SAID("product_types", "+0", "type", "wine"), SAID("product_types", "+0", "account", "3020"),
                                     SAID("", "", "from", "2019-01-01") }, BEER "  wine: {account: 3020}\n", NULL },
        { "a VAT code",            { SAID("vat", "normal", "code", "33"), SAID("", "", "from", "2031-01-01") },
          "normal: [{rate: 25, code: \"3\"}, {valid_from: 2031-01-01, rate: 25, code: \"33\"}]\n", NULL },
        { "a payment type's switch", { SAID("payment_types", "cash", "transfer", "0"), SAID("", "", "from", "2031-01-01") },
          "cash: [{account: 1900}, {valid_from: 2031-01-01, account: 1900, transfer: false}]\n", NULL },
        { "what is the venue's has no day", { SAID("", "", "name", "E"), SAID("", "", "from", "2031-01-01") }, "name: \"E\"\n", NULL },
    };

    (void)unused;
    folder_write(&folder, "venues/d.yaml", text, sizeof text - 1, 0644);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct given given;

        opened(&given, "d");
        assert_int_equal(venue_edit_judge(&given.edit, rows[i].said, said_count(rows[i].said)), ERR_OK);
        if (given.edit.fault_count != (rows[i].fault != NULL) ||
            (rows[i].fault && !strstr(given.edit.faults[0].text.bytes, rows[i].fault)) ||
            !strstr(given.edit.wanted_text.bytes, rows[i].has))
            fail_msg("%s: %zu faults: " STR_FMT "\n" STR_FMT, rows[i].why, given.edit.fault_count,
                     STR_ARG(given.edit.faults[0].text), STR_ARG(given.edit.wanted_text));
        closed(&given);
    }
    folder_write(&folder, "venues/d.yaml", "", 0, 0644);
}

/* A venue like another: what it says itself takes the place of the other's entry, whole, in a section that it did not
 * have. */
static void like_another(void **unused)
{
    static const char text[] = "venue: b\nlike: oslo-grill\nname: B\ncompany: \"912345678\"\ndepartment: \"20\"\n"
                               "client_key: {file: keys/oslo-grill}\n";
    const struct venue_said said[] = { SAID("product_types", "food", "account", "3005"),
                                       SAID("product_types", "food", "reduced_account", "3006"), SAID("", "", "name", "B "
                                                            "2") };
    struct given given;

    (void)unused;
    folder_write(&folder, "venues/b.yaml", text, sizeof text - 1, 0644);
    opened(&given, "b");
    assert_int_equal(venue_edit_judge(&given.edit, said, COUNT(said)), ERR_OK);
    assert_int_equal(given.edit.fault_count, 0);
    assert_int_equal(given.edit.change_count, 3);
    assert_non_null(strstr(given.edit.wanted_text.bytes, "product_types:\n  food: {account: 3005, reduced_account: 3006, "
                           "product: \"MAT\", reduced_product: \"MAT-TA\"}\n"));
    assert_non_null(strstr(given.edit.wanted_text.bytes, "name: \"B 2\"\n"));
    assert_int_equal(given.edit.wanted.product_count, 3);
    closed(&given);
    folder_write(&folder, "venues/b.yaml", "", 0, 0644);
}

/* An entry that is written whole: each wrong field of it is named, and once; the rest of what is said is looked at as well. */
static void faults_of_like_another(void **unused)
{
    static const char text[] = "venue: b\nlike: oslo-grill\nname: B\ncompany: \"912345678\"\ndepartment: \"20\"\n"
                               "client_key: {file: keys/oslo-grill}\n";
    const struct venue_said said[] = {
        SAID("product_types", "food", "name", "Mat"), SAID("product_types", "food", "account", "x"),
        SAID("product_types", "food", "product", LONG_CODE), SAID("product_types", "beer", "account", "y"),
    };
    static const struct { const char *entry, *key; } wrong[] = {
        { "food", "account" }, { "food", "product" }, { "beer", "account" },
    };
    struct given given;

    (void)unused;
    folder_write(&folder, "venues/b.yaml", text, sizeof text - 1, 0644);
    opened(&given, "b");
    assert_int_equal(venue_edit_judge(&given.edit, said, COUNT(said)), ERR_OK);
    assert_int_equal(given.edit.fault_count, COUNT(wrong));
    for (size_t i = 0; i < COUNT(wrong); i++) {
        size_t named = 0;

        for (size_t f = 0; f < given.edit.fault_count; f++)
            named += str_equal(given.edit.faults[f].place.entry, str_of(wrong[i].entry)) &&
                     str_equal(str_of(given.edit.faults[f].place.key), str_of(wrong[i].key));
        assert_int_equal(named, 1);
    }
    closed(&given);
    folder_write(&folder, "venues/b.yaml", "", 0, 0644);
}

/* What the form does not show is not lost where an entry is written whole. */
static void what_no_form_shows_goes_along(void **unused)
{
    static const char text[] = "venue: b\nlike: oslo-grill\nname: B\ndepartment: \"20\"\nclient_key: {file: keys/oslo-grill}\n"
        "product_types:\n  food: {account: 3000, project: P7, location: \"\"}\npayment_types:\n  card: {account: 1570, location: L1}\n";
    const struct venue_said said[] = { SAID("product_types", "food", "account", "3005"),
                                       SAID("payment_types", "card", "account", "1571") };
    struct given given;

    (void)unused;
    folder_write(&folder, "venues/b.yaml", text, sizeof text - 1, 0644);
    opened(&given, "b");
    assert_int_equal(venue_edit_judge(&given.edit, said, COUNT(said)), ERR_OK);
    if (given.edit.fault_count)
        fail_msg("%s: " STR_FMT, given.edit.faults[0].place.key, STR_ARG(given.edit.faults[0].text));
    assert_non_null(strstr(given.edit.wanted_text.bytes, "food: {account: 3005, project: \"P7\", location: \"\"}\n"));
    assert_non_null(strstr(given.edit.wanted_text.bytes, "card: {account: 1571, location: \"L1\"}\n"));
    closed(&given);
    folder_write(&folder, "venues/b.yaml", "", 0, 0644);
}

static bool is_written(const char *section, struct str key)
{
    char text[64];

    for (size_t i = 0; i < venue_fields_kept_count; i++)
        if (strcmp(venue_fields_kept[i].section, section) == 0 && str_equal(str_of(venue_fields_kept[i].key), key))
            return true;
    return str_equal(key, STR("valid_from")) || (str_copy(key, text, sizeof text) && venue_field_of(section, text));
}

/* The reader's own rows say what an entry can have. */
static void every_key_of_an_entry_is_written(void **unused)
{
    static const char *const sections[] = { SECTION_VAT, SECTION_PRODUCTS, SECTION_PAYMENTS };
    struct strbuf help;

    (void)unused;
    strbuf_init(&help, 1 << 20);
    venue_file_help(&help);
    strbuf_char(&help, '\0');
    assert_false(help.failed);
    for (size_t s = 0; s < COUNT(sections); s++) {
        char prefix[64];
        size_t keys = 0;

        (void)snprintf(prefix, sizeof prefix, "  %s.NAME.", sections[s]);
        for (const char *at = strstr(help.bytes, prefix); at; at = strstr(at, prefix), keys++) {
            at += strlen(prefix);
            if (!is_written(sections[s], (struct str){ at, strcspn(at, " ") }))
                fail_msg("%s: %.20s would be lost", sections[s], at);
        }
        assert_true(keys > 1);
    }
    strbuf_free(&help);
}

static enum err last_detail(const struct decision *decision, void *context)
{
    return str_copy(decision->detail, context, 200) ? ERR_OK : ERR_TOO_LONG;
}

/* The trail says from which day. */
static void saved_from_a_day(void)
{
    const struct venue_said said[] = { SAID("payment_types", "card", "account", "1571"), SAID("", "", "from", "2032-01-01"),
                                       SAID("", "", "name", "Grill") };
    const struct audit_wish wish = { NULL, 0, STR("oslo-grill") };
    char detail[200] = "";
    struct given given;
    struct audit *audit;
    struct fault fault;
    uint64_t number;

    opened(&given, "oslo-grill");
    assert_int_equal(venue_edit_judge(&given.edit, said, COUNT(said)), ERR_OK);
    assert_int_equal(venue_edit_save(&given.edit, STR("why"), &number), ERR_OK);
    assert_int_equal(audit_open_there(given.config->state_dir, &audit, &fault), ERR_OK);
    assert_int_equal(audit_read_of(audit, &wish, last_detail, detail), ERR_OK);
    audit_close(audit);
    closed(&given);
    assert_non_null(strstr(detail, "payment_types.card.account 1570 -> 1571 from 2032-01-01"));
    assert_non_null(strstr(detail, "-> Grill"));
    assert_null(strstr(detail, "Grill from"));
}

static void saved_once(void **unused)
{
    const struct venue_said first[] = { SAID("product_types", "food", "account", "3005") };
    const struct venue_said second[] = { SAID("product_types", "food", "account", "3007"), SAID("", "", "auto_transfer",
        "0") };
    struct given given, late;
    uint64_t number = 0;

    (void)unused;
    opened(&given, "oslo-grill");
    opened(&late, "oslo-grill");
    assert_int_equal(venue_edit_judge(&given.edit, first, COUNT(first)), ERR_OK);
    assert_int_equal(venue_edit_judge(&late.edit, second, COUNT(second)), ERR_OK);
    assert_false(venue_edit_turns_on(&late.edit, "auto_transfer"));
    assert_int_equal(venue_edit_save(&given.edit, STR("why"), &number), ERR_OK);
    assert_int_equal(number, 1);
    assert_int_equal(venue_edit_save(&late.edit, STR("why"), &number), ERR_BUSY);
    closed(&late);
    closed(&given);
    opened(&given, "oslo-grill");
    assert_non_null(strstr(given.edit.text.bytes, "account: 3005"));
    assert_int_equal(given.edit.now.products[1].account, 3005);
    closed(&given);
    assert_int_equal(venue_edit_open(&given.context, STR("../bilag"), &given.edit), ERR_NOT_FOUND);
    saved_from_a_day();
}

static int make(void **unused)
{
    (void)unused;
    folder_make(&folder);
    return 0;
}

static int drop(void **unused)
{
    (void)unused;
    folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changed_table), cmocka_unit_test(faults_table), cmocka_unit_test(broken_table),
        cmocka_unit_test(not_to_be_opened), cmocka_unit_test(like_another),
        cmocka_unit_test(faults_of_like_another), cmocka_unit_test(by_dates),
        cmocka_unit_test(what_no_form_shows_goes_along), cmocka_unit_test(every_key_of_an_entry_is_written),
        cmocka_unit_test(saved_once),
    };

    return cmocka_run_group_tests(tests, make, drop);
}
