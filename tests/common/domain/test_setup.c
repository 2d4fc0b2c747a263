/* Goal: every fault of a set-up is found, with a mend, in both languages, and a good set-up has none; a fault
 * keeps automatic transfer off for the venue that has it, and for no other. */
#include "config_folder.h"

#include "domain/setup.h"
#include "domain/setup_texts.h"

enum { FINDINGS_BYTES = 1 << 20 };

static const struct finding *finding_of(const struct finding *findings, size_t count, enum finding_code code)
{
    for (size_t i = 0; i < count; i++)
        if (findings[i].code == code)
            return &findings[i];
    return NULL;
}

/* The findings of oslo-grill are these codes and no others; one that is a fault refuses automatic transfer. */
static void findings_expect(const struct folder *folder, const char *why, const enum finding_code *codes, size_t wanted,
                            const char *says)
{
    struct config *config = folder_load(folder);
    const struct venue *venue = config_venue(config, STR("oslo-grill"));
    struct finding *findings = NULL;
    struct arena arena;
    size_t count = 0;
    bool fault = false, said = !says;

    if (!venue)
        fail_msg("%s: %s", why, config->faults[0].text);
    arena_init(&arena, FINDINGS_BYTES);
    assert_int_equal(setup_check(config, STR("oslo-grill"), &arena, &findings, &count), ERR_OK);
    for (size_t i = 0; i < count; i++) {
        bool expected = findings[i].code == FINDING_TRANSFER_REFUSED;

        fault |= findings[i].severity == SEVERITY_FAULT;
        for (size_t j = 0; j < wanted; j++)
            expected |= findings[i].code == codes[j];
        if (!expected)
            fail_msg("%s: unexpected %s: " STR_FMT, why, finding_code_text(findings[i].code), STR_ARG(findings[i].text));
        said |= says && (strstr(findings[i].text.bytes, says) || strstr(findings[i].mend.bytes, says));
        assert_true(findings[i].mend.len > 10);
    }
    for (size_t j = 0; j < wanted; j++)
        if (!finding_of(findings, count, codes[j]))
            fail_msg("%s: %s is not found", why, finding_code_text(codes[j]));
    if (!said)
        fail_msg("%s: nothing says %s", why, says);
    assert_int_equal(setup_transfer_allowed(config, venue), !fault);
    assert_int_equal(finding_of(findings, count, FINDING_TRANSFER_REFUSED) != NULL, fault);
    arena_free(&arena);
    config_free(config);
}

static void one_venue_table(void **unused)
{
    static const struct { const char *why, *from, *to; enum finding_code codes[2]; size_t count; const char *says; } rows[] = {
        { "a good one", "", "", { 0 }, 0, NULL },
        { "nobody said when it begins", "begins: 2026-01-01\n", "", { FINDING_BEGINS }, 1, "venues/oslo-grill.yaml" },
        { "nor did who made it like another", "begins: 2026-01-01", "begins: \"\"", { FINDING_BEGINS }, 1, "begins: 2026-12-01" },
        { "no client key", "client_key: {file: keys/oslo-grill}\n", "", { FINDING_CLIENT_KEY }, 1, "bilag venues connect" },
        { "blank account", "{account: 3010,", "{account: ,", { FINDING_PRODUCT_ACCOUNT }, 1, "product_types: {beer: {account" },
        { "no account", "{account: 3010, product", "{product", { FINDING_PRODUCT_ACCOUNT }, 1, "\"beer\"" },
        { "a later entry without account", "beer:      {account: 3010, product: OL, alcohol: true}",
          "beer: [{account: 3010, product: OL}, {product: OL, valid_from: 2026-12-01}]",
          { FINDING_PRODUCT_ACCOUNT, FINDING_REDUCED_ACCOUNT }, 2, NULL },
        { "no reduced account", "reduced_account: 3001, product: MAT, reduced_product: MAT-TA", "product: MAT",
          { FINDING_REDUCED_ACCOUNT }, 1, "product_types: {food: {reduced_account: 3001}}" },
        { "a blank reduced account", "reduced_account: 3001", "reduced_account: ", { FINDING_REDUCED_ACCOUNT }, 1, "\"food\"" },
        { "no reduced account from a day on", "food:      {account: 3000, reduced_account: 3001, product: MAT, reduced_product: MAT-TA}",
          "food: [{account: 3000, reduced_account: 3001, product: MAT, reduced_product: T}, {account: 3005, product: MAT, "
          "valid_from: 2026-12-01}]", { FINDING_REDUCED_ACCOUNT }, 1, NULL },
        { "alcohol by mistake not marked", ", alcohol: true", "", { FINDING_REDUCED_ACCOUNT }, 1, "\"beer\"" },
        { "what is no sale needs no reduced account", "  gift_card: {account: 2901, product: GAVEKORT}\n",
          "  gift_card: {account: 2901, product: GAVEKORT}\n  rounding: {account: 7740, product: R}\n", { 0 }, 0, NULL },
        { "payment without account", "cash:      {account: 1900}", "cash: {}", { FINDING_PAYMENT_ACCOUNT }, 1, "\"cash\"" },
        { "payment left out needs none", "cash:      {account: 1900}", "cash: {transfer: false}", { 0 }, 0, NULL },
        { "bank account, first", "1570", "1920", { FINDING_BANK_ACCOUNT }, 1, "1920" },
        { "bank account, last", "1570", "1929", { FINDING_BANK_ACCOUNT }, 1, "\"card\"" },
        { "just below", "1570", "1919", { 0 }, 0, NULL },
        { "just above", "1570", "1930", { 0 }, 0, NULL },
        { "bank account, but nothing is posted", "{account: 1570}", "{account: 1920, transfer: false}", { 0 }, 0, NULL },
        { "alcohol at the reduced rate", "product: OL,", "product: OL, reduced_account: 3011, reduced_product: R,",
          { FINDING_ALCOHOL_REDUCED }, 1, "3011" },
        { "alcohol with a reduced product", "product: OL,", "product: OL, reduced_product: OL-R,",
          { FINDING_ALCOHOL_REDUCED }, 1, "OL-R" },
        { "food is never free of VAT", "reduced_account: 3001, product: MAT", "vat_free: true, reduced_account: 3001, product: MAT",
          { FINDING_VAT_FREE }, 1, "\"food\"" },
        { "a venue that is not registered has one class",
          "vat:\n  normal:  {rate: 25, code: \"3\"}\n  reduced: {rate: 15, code: \"31\"}\n", "vat_registered: false\nvat:\n", { 0 }, 0,
          NULL },
        { "double entry", "{transfer: false}", "{account: 1500}", { FINDING_DOUBLE_ENTRY }, 1, "transfer: false" },
        { "credit transferred, no invoicing", "auto_invoice: true", "auto_invoice: false", { 0 }, 0, NULL },
        { "double entry from a day on", "{transfer: false}",
          "[{transfer: false}, {account: 1500, valid_from: 2027-01-01}]", { FINDING_DOUBLE_ENTRY }, 1, "2027-01-01" },
        { "VAT class", "  reduced: {rate: 15, code: \"31\"}\n", "", { FINDING_VAT_CLASS }, 1,
          "vat: {reduced: {rate: 15, code: \"31\"}}" },
        { "VAT class", "  normal:  {", "  high:  {", { FINDING_VAT_CLASS }, 1, "\"normal\"" },
        { "VAT class", "  none:    {rate: 0, code: \"0\"}\n", "", { FINDING_VAT_CLASS }, 1, "\"none\"" },
        { "no product code", "product: OL, ", "", { FINDING_PRODUCT_CODE }, 1, "product_types: {beer: {product: CODE}}" },
        { "no reduced product code", ", reduced_product: MAT-TA", "", { FINDING_REDUCED_PRODUCT_CODE }, 1, "\"food\"" },
        { "no payment type credit", "  credit:    {transfer: false}\n", "", { FINDING_CREDIT }, 1, NULL },
        { "gift cards on two accounts", "gift_card: {account: 2901, transfer", "gift_card: {account: 2902, transfer",
          { FINDING_GIFT_CARD_ACCOUNTS }, 1, "2902" },
        { "gift cards not transferred", "gift_card: {account: 2901, transfer: true}", "gift_card: {transfer: false}",
          { 0 }, 0, NULL },
        { "gift cards as income", "gift_card: {account: 2901, product: GAVEKORT}\npayment_types:\n  cash:      {account: 1900}\n"
          "  card:      {account: 1570}\n  gift_card: {account: 2901",
          "gift_card: {account: 3900, product: GAVEKORT}\npayment_types:\n  card: {account: 1570}\n"
          "  cash: {account: 1900}\n  gift_card: {account: 3900", { FINDING_GIFT_CARD_LIABILITY }, 1, "3900" },
        { "gift cards as an asset", "gift_card: {account: 2901, product: GAVEKORT}\npayment_types:\n  cash:      {account: 1900}\n"
          "  card:      {account: 1570}\n  gift_card: {account: 2901",
          "gift_card: {account: 1580, product: GAVEKORT}\npayment_types:\n  card: {account: 1570}\n"
          "  cash: {account: 1900}\n  gift_card: {account: 1580", { FINDING_GIFT_CARD_LIABILITY }, 1, "1580" },
        { "another business day", "05:00", "\"06:30\"", { FINDING_BUSINESS_DAY }, 1, "06:30" },
        { "a SAF-T word nobody knows", "\"04010\": beer", "\"04010\": wine", { FINDING_SAFT_WORD }, 1, "04010" },
        { "a SAF-T payment nobody knows", "{12001: cash}", "{12001: vipps}", { FINDING_SAFT_WORD }, 1, "payment_types" },
        { "two at once", "1570}\n  gift_card: {account: 2901", "1925}\n  gift_card: {account: ",
          { FINDING_BANK_ACCOUNT, FINDING_PAYMENT_ACCOUNT }, 2, NULL },
    };
    struct folder folder;

    (void)unused;
    folder_make(&folder);
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strcmp(rows[i].why, "credit transferred, no invoicing") == 0) {
            char *text = replaced(good_venue, rows[i].from, rows[i].to);
            char *credit = replaced(text, "{transfer: false}", "{account: 1500}");

            folder_write(&folder, "venues/oslo-grill.yaml", credit, strlen(credit), 0644);
            free(credit);
            free(text);
        } else {
            folder_venue(&folder, "oslo-grill", rows[i].from, rows[i].to);
        }
        findings_expect(&folder, rows[i].why, rows[i].codes, rows[i].count, rows[i].says);
    }
    folder_remove(&folder);
}

static void no_types_at_all(void **unused)
{
    static const enum finding_code codes[] = { FINDING_TYPES_MISSING, FINDING_CREDIT, FINDING_BEGINS };
    char *text = replaced(good_venue, strstr(good_venue, "product_types:"), "");
    struct folder folder;

    (void)unused;
    folder_make(&folder);
    folder_write(&folder, "venues/oslo-grill.yaml", text, strlen(text), 0644);
    findings_expect(&folder, "no types", codes, COUNT(codes), "payment_types");
    findings_expect(&folder, "no types", codes, COUNT(codes), "product_types");
    free(text);
    folder_remove(&folder);
}

/* Two venues, oslo-grill and the other, both changed from the good one. Key "same" is oslo-grill's own. */
static void two_venues_table(void **unused)
{
    static const struct {
        const char *why, *own_department, *company, *extension, *key, *department;
        enum finding_code codes[2];
        size_t count;
        const char *says;
    } rows[] = {
        { "strangers", "\"10\"", "987654321", "quickorder", "other", "\"10\"", { 0 }, 0, NULL },
        { "one key, own departments", "\"10\"", "912345678", "quickorder", "same", "\"20\"", { 0 }, 0, NULL },
        { "one key, one department", "\"10\"", "912345678", "quickorder", "same", "\"10\"", { FINDING_CLIENT_SHARED }, 1,
          "the same department 10" },
        { "one key, no departments", "\"\"", "912345678", "quickorder", "same", "\"\"", { FINDING_CLIENT_SHARED }, 1,
          "no department" },
        { "one key, mine has none", "\"\"", "912345678", "quickorder", "same", "\"20\"", { FINDING_DEPARTMENT }, 1, "other" },
        { "one key, the other has none", "\"10\"", "912345678", "quickorder", "same", "\"\"", { 0 }, 0, NULL },
        { "one key, departments meet later", "\"10\"", "912345678", "quickorder", "same",
          "[{value: \"20\"}, {valid_from: 2027-01-01, value: \"10\"}]", { FINDING_CLIENT_SHARED }, 1, "department 10" },
        { "one key, two companies", "\"10\"", "987654321", "quickorder", "same", "\"10\"",
          { FINDING_CLIENT_OTHER_COMPANY }, 1, "987654321" },
        { "one key, two extensions", "\"10\"", "912345678", "add-on-1", "same", "\"20\"",
          { FINDING_CLIENT_OTHER_EXTENSION }, 1, "add-on-1" },
        { "an extension twice", "\"10\"", "912345678", "quickorder", "other", "\"20\"", { FINDING_EXTENSION_TWICE }, 1,
          "quickorder" },
        { "own extensions", "\"10\"", "912345678", "add-on-1", "other", "\"20\"", { 0 }, 0, NULL },
        { "own extensions, mine has no department", "\"\"", "912345678", "add-on-1", "other", "\"20\"",
          { FINDING_DEPARTMENT }, 1, "912345678" },
    };
    struct folder folder;

    (void)unused;
    folder_make(&folder);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char to[512];

        (void)snprintf(to, sizeof to, "department: %s", rows[i].own_department);
        folder_venue(&folder, "oslo-grill", "department: \"10\"", to);
        (void)snprintf(to, sizeof to, "company: \"%s\"\nextension: %s\nclient_key: {file: keys/%s}\ndepartment: %s\n",
                       rows[i].company, rows[i].extension, strcmp(rows[i].key, "same") == 0 ? "oslo-grill" : "other",
                       rows[i].department);
        folder_venue(&folder, "other", "company: \"912345678\"\nextension: quickorder\nclient_key: {file: keys/other}\n"
                     "department: \"10\"\n", to);
        findings_expect(&folder, rows[i].why, rows[i].codes, rows[i].count, rows[i].says);
    }
    folder_remove(&folder);
}

/* Ten client keys in a company are fine, each with its extension; the eleventh is one too many. */
static void ten_extensions_at_most(void **unused)
{
    static const enum finding_code too_many[] = { FINDING_EXTENSIONS_TOO_MANY };
    struct folder folder;
    char id[32], to[256];

    (void)unused;
    folder_make(&folder);
    for (int i = 1; i <= 10; i++) {
        (void)snprintf(id, sizeof id, "venue-%d", i);
        (void)snprintf(to, sizeof to, "extension: add-on-%d\nclient_key: {file: keys/%s}\ndepartment: \"%d\"\n",
                       i < 10 ? i : 9, id, 10 + i);
        char from[256];
        (void)snprintf(from, sizeof from, "extension: quickorder\nclient_key: {file: keys/%s}\ndepartment: \"10\"\n", id);
        folder_venue(&folder, id, from, to);
        findings_expect(&folder, id, too_many, i == 10, NULL);
    }
    /* The same again with a shared key: then there is no ceiling. */
    (void)snprintf(to, sizeof to, "extension: add-on-9\nclient_key: {file: keys/venue-9}\ndepartment: \"99\"\n");
    folder_venue(&folder, "venue-10", "extension: quickorder\nclient_key: {file: keys/venue-10}\ndepartment: \"10\"\n", to);
    findings_expect(&folder, "shared", NULL, 0, NULL);
    folder_remove(&folder);
}

static void whole_set_up_table(void **unused)
{
    static const struct { const char *why, *from, *to; enum finding_code codes[2]; size_t count; const char *says; } rows[] = {
        { "no subscription key", "  subscription_key: {file: keys/subscription}\n", "", { FINDING_SUBSCRIPTION_KEY }, 1,
          "keys/subscription" },
        { "no application key", "  application_keys:\n    quickorder: {file: keys/quickorder}\n", "",
          { FINDING_APPLICATION_KEY }, 1, "keys/quickorder" },
        { "this machine", "http://127.0.0.1:1/v2/", "http://localhost:8080/v2", { 0 }, 0, NULL },
        { "as it should be", "http://127.0.0.1:1/v2/", "https://example.com/v2", { 0 }, 0, NULL },
    };
    struct folder folder;

    (void)unused;
    folder_make(&folder);
    for (size_t i = 0; i < COUNT(rows); i++) {
        folder_root(&folder, rows[i].from, rows[i].to);
        findings_expect(&folder, rows[i].why, rows[i].codes, rows[i].count, rows[i].says);
    }
    folder_remove(&folder);
}

static void a_wrong_file_is_named_and_stops_no_other(void **unused)
{
    struct folder folder;
    struct config *config;
    struct finding *findings = NULL;
    struct arena arena;
    size_t count = 0;

    (void)unused;
    folder_make(&folder);
    folder_venue(&folder, "bergen", "{account: 3010", "{acount: 3010");
    config = folder_load(&folder);
    arena_init(&arena, FINDINGS_BYTES);
    assert_int_equal(setup_check(config, STR_NONE, &arena, &findings, &count), ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(findings[0].code, FINDING_FILE_WRONG);
    assert_int_equal(findings[0].severity, SEVERITY_FAULT);
    assert_true(str_equal(findings[0].venue, STR("bergen")));
    assert_non_null(strstr(findings[0].text.bytes, "venues/bergen.yaml:21: product_types.beer.acount"));
    assert_true(setup_transfer_allowed(config, config_venue(config, STR("oslo-grill"))));
    assert_int_equal(setup_check(config, STR("oslo-grill"), &arena, &findings, &count), ERR_OK);
    assert_int_equal(count, 0);
    arena_free(&arena);
    config_free(config);
    folder_remove(&folder);
}

/* What is switched on and waits is named; with nothing on nothing waits, but setup_transfer_allowed() still says no. */
static void what_waits_for_the_mend_is_named(void **unused)
{
    static const struct { const char *transfer, *invoice, *says; } rows[] = {
        { "auto_transfer: true", "auto_invoice: true", "(auto_transfer, auto_invoice)" },
        { "auto_transfer: true", "auto_invoice: false", "(auto_transfer)" },
        { "auto_transfer: false", "auto_invoice: true", "(auto_invoice)" },
        { "auto_transfer: false", "auto_invoice: [{value: false}, {valid_from: 2026-12-01, value: true}]", "(auto_invoice)" },
    };
    static const enum finding_code codes[] = { FINDING_BANK_ACCOUNT, FINDING_TRANSFER_REFUSED };
    struct folder folder;

    (void)unused;
    folder_make(&folder);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = replaced(good_venue, "1570", "1920"), *turned = replaced(text, "auto_transfer: true", rows[i].transfer);
        char *both = replaced(turned, "auto_invoice: true", rows[i].invoice);

        folder_write(&folder, "venues/oslo-grill.yaml", both, strlen(both), 0644);
        findings_expect(&folder, rows[i].says, codes, COUNT(codes), rows[i].says);
        free(both);
        free(turned);
        free(text);
    }
    folder_remove(&folder);
}

static void what_is_off_is_not_refused(void **unused)
{
    struct folder folder;
    struct config *config;
    struct finding *findings = NULL;
    struct arena arena;
    size_t count = 0;
    char *text = replaced(good_venue, "1570", "1920"), *half = replaced(text, "auto_transfer: true", "auto_transfer: false");
    char *off = replaced(half, "auto_invoice: true", "auto_invoice: false");

    (void)unused;
    folder_make(&folder);
    folder_write(&folder, "venues/oslo-grill.yaml", off, strlen(off), 0644);
    config = folder_load(&folder);
    arena_init(&arena, FINDINGS_BYTES);
    assert_int_equal(setup_check(config, STR_NONE, &arena, &findings, &count), ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(findings[0].code, FINDING_BANK_ACCOUNT);
    assert_false(setup_transfer_allowed(config, &config->venues[0]));
    arena_free(&arena);
    /* Too little room for the findings is an error, not half a list. */
    arena_init(&arena, 64);
    assert_int_equal(setup_check(config, STR_NONE, &arena, &findings, &count), ERR_MEMORY);
    arena_free(&arena);
    config_free(config);
    free(text);
    free(half);
    free(off);
    folder_remove(&folder);
}

static void no_venues_is_said(void **unused)
{
    struct folder folder;
    struct config *config;
    struct finding *findings = NULL;
    struct arena arena;
    size_t count = 0;
    char path[128];

    (void)unused;
    folder_make(&folder);
    (void)snprintf(path, sizeof path, "%s/venues/oslo-grill.yaml", folder.path);
    assert_int_equal(unlink(path), 0);
    config = folder_load(&folder);
    arena_init(&arena, FINDINGS_BYTES);
    assert_int_equal(setup_check(config, STR_NONE, &arena, &findings, &count), ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(findings[0].code, FINDING_NO_VENUES);
    assert_int_equal(findings[0].severity, SEVERITY_FAULT);
    assert_non_null(strstr(findings[0].mend.bytes, "NAME.yaml"));
    assert_int_equal(findings[0].venue.len, 0);
    arena_free(&arena);
    config_free(config);
    folder_remove(&folder);
}

static void norwegian_where_it_is_asked_for(void **unused)
{
    struct folder folder;

    (void)unused;
    folder_make(&folder);
    folder_root(&folder, "state_dir: state", "language: nb");
    folder_venue(&folder, "oslo-grill", "1570", "1920");
    findings_expect(&folder, "nb", (const enum finding_code[]){ FINDING_BANK_ACCOUNT }, 1,
                    "Betalingsmåten «card» føres rett på bankkonto 1920.");
    folder_remove(&folder);
}

static void file_copy(const struct folder *folder, const char *name)
{
    char from[128], text[8192];
    FILE *file;
    size_t len;

    (void)snprintf(from, sizeof from, "deploy/config-example/%s", name);
    file = fopen(from, "r");
    if (!file)
        fail_msg("%s cannot be read; tests run in the project's folder", from);
    len = fread(text, 1, sizeof text, file);
    assert_true(len > 0 && len < sizeof text);
    assert_int_equal(fclose(file), 0);
    folder_write(folder, name, text, len, 0644);
}

/* What newcomers copy: complete, and nothing to find fault with once its keys are there. */
static void the_example_is_a_good_set_up(void **unused)
{
    static const enum finding_code codes[] = { FINDING_BEGINS };         /* whoever takes it over is asked */
    struct folder folder;

    (void)unused;
    folder_make(&folder);            /* with keys of the names that the example uses */
    file_copy(&folder, "bilag.yaml");
    file_copy(&folder, "venues/oslo-grill.yaml");
    findings_expect(&folder, "the example", codes, 1, NULL);
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_venue_table),
        cmocka_unit_test(no_types_at_all),
        cmocka_unit_test(two_venues_table),
        cmocka_unit_test(ten_extensions_at_most),
        cmocka_unit_test(whole_set_up_table),
        cmocka_unit_test(a_wrong_file_is_named_and_stops_no_other),
        cmocka_unit_test(what_waits_for_the_mend_is_named),
        cmocka_unit_test(what_is_off_is_not_refused),
        cmocka_unit_test(no_venues_is_said),
        cmocka_unit_test(norwegian_where_it_is_asked_for),
        cmocka_unit_test(the_example_is_a_good_set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
