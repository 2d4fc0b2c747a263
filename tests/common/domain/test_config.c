/* Goal: a configuration is read whole or not at all; every mistake is named with file, line, key and mend;
 * one venue's mistake stops no other. */
#include "config_folder.h"

#include "base/form.h"

#include <inttypes.h>
#include <time.h>

static void a_good_folder_is_read_to_the_letter(void **unused)
{
    struct folder folder;
    struct config *config;
    const struct venue *venue;
    char path[128];

    (void)unused;
    folder_make(&folder);
    config = folder_load(&folder);
    assert_int_equal(config->fault_count, 0);
    assert_int_equal(config->venue_count, 1);
    (void)snprintf(path, sizeof path, "%s/state", folder.path);
    assert_string_equal(config->state_dir.bytes, path);
    assert_string_equal(config->run_dir.bytes, "/run/bilag-test");
    (void)snprintf(path, sizeof path, "%s/spool", folder.path);
    assert_string_equal(config->spool.bytes, path);
    assert_string_equal(config->api_url.bytes, "http://127.0.0.1:1/v2");          /* no slash at the end */
    assert_string_equal(config->http_listen.bytes, "127.0.0.1:7420");
    assert_string_equal(config->subscription_key.bytes, "sub-key");
    assert_string_equal(config->application_keys[0].bytes, "app-key");
    assert_string_equal(config->application_keys[1].bytes, "4f6e4b5b-42b3-4fad-a56f-2599ea8fbd44");
    assert_string_equal(config->application_keys[9].bytes, "fa02f52c-b813-47d1-94d7-ca5c8f774a78");
    assert_string_equal(config->language.bytes, "en");
    assert_int_equal(config->stages.ingest * 10000 + config->stages.mapper * 1000 + config->stages.validator * 100 +
                     config->stages.uploader * 10 + config->stages.invoicer, 12345);
    assert_int_equal(config->sender.in_flight_max, 8);

    venue = config_venue(config, STR("oslo-grill"));
    assert_non_null(venue);
    assert_null(config_venue(config, STR("oslo")));
    assert_string_equal(venue->name.bytes, "Oslo Grill, Aker Brygge");
    assert_string_equal(venue->file.bytes, "venues/oslo-grill.yaml");
    assert_string_equal(venue->zone_name.bytes, "Europe/Oslo");
    assert_string_equal(venue->currency.bytes, "NOK");
    assert_string_equal(venue->company.bytes, "912345678");
    assert_string_equal(venue->client_key.bytes, "oslo-grill");
    /* BLAKE2b of "oslo-grill", 32 bytes: the first 8 in hex; also `b2sum -l 256`. */
    assert_string_equal(venue->client_id.bytes, "15ddc94d1706a0df");
    assert_int_equal(venue->extension, EXTENSION_MAIN);
    assert_int_equal(venue->close, CLOSE_Z_REPORT);
    assert_int_equal(venue->quiet_seconds, 5);
    assert_int_equal(venue->register_count, 2);
    assert_string_equal(venue->registers[1].bytes, "K2");
    assert_int_equal(venue->cutoff_count, 1);
    assert_int_equal(venue->cutoffs[0].seconds, 18000);
    assert_string_equal(venue_department(venue, 20000).bytes, "10");
    assert_true(venue_switch(&venue->auto_transfer, 0) && venue_switch(&venue->auto_invoice, DAY_ALWAYS));
    assert_false(venue_switch(&venue->send_invoice, INT32_MAX));
    assert_string_equal(venue_vat(venue, 1500, 0)->code.bytes, "31");
    assert_null(venue_vat(venue, 1200, 0));
    assert_int_equal(venue_vat_class(venue, VAT_NONE, 0)->rate, 0);
    assert_int_equal(venue_product(venue, STR("food"), 0)->reduced_account, 3001);
    assert_string_equal(venue_product(venue, STR("food"), 0)->reduced_product.bytes, "MAT-TA");
    assert_true(venue_product(venue, STR("beer"), 0)->alcohol && !venue_product(venue, STR("food"), 0)->alcohol);
    assert_null(venue_product(venue, STR("foo"), 0));
    assert_null(venue_product(venue, STR("foods"), 0));
    assert_true(venue_payment(venue, STR("cash"), 0)->transfer);
    assert_false(venue_payment(venue, STR("credit"), 0)->transfer);
    assert_int_equal(venue_payment(venue, STR("credit"), 0)->account, 0);
    assert_string_equal(venue->saft.locations[0].bytes, "Aker Brygge");
    assert_string_equal(venue->saft.article_groups[1].code.bytes, "04010");
    assert_string_equal(venue->saft.payment_codes[0].word.bytes, "cash");
    assert_false(venue->saft.sequence);
    config_free(config);
    config_free(NULL);
    folder_remove(&folder);
}

/* The console's address is a name of the console without being said twice. */
static void the_address_is_one_of_the_names(void **unused)
{
    static const struct { const char *text; size_t count; const char *last; } rows[] = {
        { "console: {names: [a.example.no]}\n", 1, "a.example.no" },
        { "console: {address: https://bilag.example.no}\n", 1, "bilag.example.no" },
        { "console: {names: [a.example.no], address: https://bilag.example.no:8443}\n", 2, "bilag.example.no" },
        { "console: {address: http://127.0.0.1:7430}\n", 1, "127.0.0.1" },
    };
    struct folder folder;

    (void)unused;
    folder_make(&folder);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config *config = NULL;
        struct fault fault = { "" };

        folder_write(&folder, "bilag.yaml", rows[i].text, strlen(rows[i].text), 0644);
        if (config_load(str_of(folder.path), &config, &fault))
            fail_msg("%s", fault.text);
        assert_int_equal(config->console.name_count, rows[i].count);
        assert_true(str_equal(config->console.names[rows[i].count - 1], str_of(rows[i].last)));
        config_free(config);
    }
    folder_remove(&folder);
}

struct number_row { const char *section, *key; int32_t preset, min, max; size_t offset; };

#define ROW(section, name, preset, min, max) \
    { #section, #name, preset, min, max, offsetof(struct config, section.name) },
#define STAGE(name, preset, min, max, meaning)  ROW(stages, name, preset, min, max)
#define SENDER(name, preset, min, max, meaning) ROW(sender, name, preset, min, max)
#define MAPPER(name, preset, min, max, meaning) ROW(mapper, name, preset, min, max)
#define INGEST(name, preset, min, max, meaning) \
    { "ingest_limits", #name, preset, min, max, offsetof(struct config, ingest.name) },
static const struct number_row number_settings[] = {
    STAGE_COUNTS(STAGE) INGEST_SETTINGS(INGEST) SENDER_SETTINGS(SENDER) MAPPER_SETTINGS(MAPPER)
    { NULL, "retention_days", 400, 1, 36500, offsetof(struct config, retention_days) },
    { NULL, "requests_days", 90, 1, 3650, offsetof(struct config, requests_days) },
    { NULL, "refused_days", 400, 7, 36500, offsetof(struct config, refused_days) },
    { NULL, "partitions", 16, 1, 256, offsetof(struct config, partitions) },
    { "state", "replicas", 2, 1, 2, offsetof(struct config, replicas) },
    { "poweroffice", "requests_per_second", 10, 1, 10000, offsetof(struct config, requests_per_second) },
};

/* The row's key with a value; what else must be said for the value to be possible at all. */
static size_t number_file(const struct number_row *row, int64_t value, char text[256])
{
    const char *with = strcmp(row->key, "retry_max_ms") == 0 ? ", retry_first_ms: 10"
                     : strcmp(row->key, "retry_first_ms") == 0 ? ", retry_max_ms: 3600000" : "";
    int len = row->section ? snprintf(text, 256, "%s: {%s: %" PRId64 "%s}\n", row->section, row->key, value, with)
                           : snprintf(text, 256, "%s: %" PRId64 "\n", row->key, value);

    return (size_t)len;
}

static void number_try(const struct folder *folder, const struct number_row *row, int64_t said, int64_t want, bool fine)
{
    struct config *config = NULL;
    struct fault fault = { "" };
    enum err err = config_load(str_of(folder->path), &config, &fault);
    int32_t value;

    if (err != (fine ? ERR_OK : ERR_CONFIG))
        fail_msg("%s %" PRId64 ": %s %s", row->key, said, err_text(err), fault.text);
    if (err) {
        assert_non_null(strstr(fault.text, row->key));
        assert_non_null(strstr(fault.text, "bilag.yaml:1: "));
        return;
    }
    memcpy(&value, (const char *)config + row->offset, sizeof value);
    if (value != want)
        fail_msg("%s: %" PRId32 " instead of %" PRId64, row->key, value, want);
    config_free(config);
}

/* Every row of config_rows.h: its preset, both bounds, and one beyond each. */
static void number_rows(void **unused)
{
    struct folder folder;

    (void)unused;
    folder_make(&folder);
    for (size_t i = 0; i < COUNT(number_settings); i++) {
        const struct number_row *row = &number_settings[i];
        const int64_t values[] = { row->min, row->max, (int64_t)row->min - 1, (int64_t)row->max + 1 };
        char text[256];

        folder_write(&folder, "bilag.yaml", "language: nb\n", 13, 0644);
        number_try(&folder, row, row->preset, row->preset, true);
        for (size_t v = 0; v < COUNT(values); v++) {
            folder_write(&folder, "bilag.yaml", text, number_file(row, values[v], text), 0644);
            number_try(&folder, row, values[v], values[v], v < 2);
        }
    }
    folder_remove(&folder);
}

/* What a wrong bilag.yaml must say: everything in `says`. Nothing is loaded. */
static void wrong_root_table(void **unused)
{
    static const struct { const char *from, *to, *says[3]; } rows[] = {
        { "state_dir: state", "statedir: state", { "bilag.yaml:1: statedir", "did you mean state_dir?" } },
        { "state_dir: state", "state: {postgresql: \"host=a password=x\"}", { "bilag.yaml:1: state.postgresql", "passfile=" } },
        { "state_dir: state", "console: {address: http://bilag.example.no}", { "bilag.yaml:1: console.address", "write https://" } },
        { "state_dir: state", "console: {address: https://bilag.example.no/konsoll}", { "bilag.yaml:1: console.address", "root of a name" } },
        { "state_dir: state", "state: {replicas: 3}", { "bilag.yaml:1: state.replicas", "from 1 to 2" } },
        { "  requests_per_second: 10", "  request_per_second: 10",
          { "bilag.yaml:7: poweroffice.request_per_second", "requests_per_second?" } },
        { "  requests_per_second: 10", "  requests_per_second: ten", { ":7:", "\"ten\"", "from 1 to 10000" } },
        { "  requests_per_second: 10", "  requests_per_second: 1.5", { ":7:", "whole number" } },
        { "  requests_per_second: 10", "  requests_per_second: 99999999999999999999", { ":7:", "whole number" } },
        { "  requests_per_second: 10", "  requests_per_second: [10]", { ":7:", "one value belongs here" } },
        { "  requests_per_second: 10", "  requests_per_second: -", { ":7:", "not YAML" } },
        { "run_dir: /run/bilag-test", "run_dir: \"\"", { ":2: run_dir", "blank" } },
        { "run_dir: /run/bilag-test", "state_dir: x", { ":2: ", "stands here twice" } },
        { "{file: keys/subscription}", "abc-secret-abc", { ":6: poweroffice.subscription_key", "not written here" } },
        { "{file: keys/subscription}", "{file: keys/none}", { ":6:", "keys/none cannot be read", "install -m 600" } },
        { "{file: keys/subscription}", "{file: keys/subscription, credential: x}", { ":6:", "once" } },
        { "{file: keys/subscription}", "{}", { ":6:", "say where the key is" } },
        { "{file: keys/subscription}", "{credential: sub}", { ":6:", "LoadCredential=sub" } },
        { "{file: keys/subscription}", "{fil: keys/subscription}", { ":6:", "did you mean file?" } },
        { "token_url: http://127.0.0.1:1/OAuth/Token", "token_url: goapi.poweroffice.net",
          { ":4: poweroffice.token_url", "https://" } },
        { "token_url: http://127.0.0.1:1/OAuth/Token", "token_url: http://user:pass@host/", { ":4:", "address" } },
        { "token_url: http://127.0.0.1:1/OAuth/Token", "token_url: http://example.com/Token", { ":4:", "write https://" } },
        { "token_url: http://127.0.0.1:1/OAuth/Token", "token_url: http://127.0.0.1.example.com/T", { ":4:", "write https://" } },
        { "token_url: http://127.0.0.1:1/OAuth/Token", "token_url: http://localhost.example.com/T", { ":4:", "write https://" } },
        { "token_url: http://127.0.0.1:1/OAuth/Token", "token_url: http://[::1].example.com/T", { ":4:", "write https://" } },
        { "token_url: http://127.0.0.1:1/OAuth/Token", "token_url: http://128.0.0.1/T", { ":4:", "write https://" } },
        { "127.0.0.1:7420", "\"7420\"", { ":11: ingest.http", "host and port" } },
        { "127.0.0.1:7420", "127.0.0.1:74200", { ":11: ingest.http", "1 to 65535" } },
        { "127.0.0.1:7420", "127.0.0.1:0", { ":11: ingest.http" } },
        { "stages: {", "stages: {scanner: 1, ", { ":12: stages.scanner", "unknown key" } },
        { "stages: {ingest: 1, mapper: 2, validator: 3, uploader: 4, invoicer: 5}", "stages: 5", { ":12: stages", "keys" } },
        { "  in_flight_max: 8", "  retry_first_ms: 5000\n  retry_max_ms: 4000", { ":14: sender", "retry_max_ms" } },
        { "token_url: http://127.0.0.1:1/OAuth/Token", "token_url: https://goapi.poweroffice.net/Demo/OAuth/Token",
          { "demo", "both of the same" } },
        { "state_dir: state", "language: no", { ":1: language", "\"no\"", "en, nb" } },
        { "state_dir: state", "state_dir: [", { "bilag.yaml:", "not YAML" } },
        { "state_dir: state", "\tstate_dir: state", { "bilag.yaml:1: not YAML" } },
        { "state_dir: state", "- state_dir", { "bilag.yaml:", "not YAML" } },
        { "  in_flight_max: 8\n", "  in_flight_max: 8\n---\nlanguage: nb\n", { "bilag.yaml:15:", "second document" } },
        { "state_dir: state", "[a, b]: state", { ":1:", "no word" } },
        { "state_dir: state", "state_dir: \"a\\nb\"", { ":1: state_dir", "one line" } },
        { "state_dir: state", "state_dir: &a [*a]", { ":1: state_dir", "one value" } },
    };
    struct folder folder;

    (void)unused;
    folder_make(&folder);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config *config = NULL;
        struct fault fault = { "" };
        enum err err;

        folder_root(&folder, rows[i].from, rows[i].to);
        err = config_load(str_of(folder.path), &config, &fault);
        if (err != ERR_CONFIG || config)
            fail_msg("%s: %s", rows[i].to, err_text(err));
        for (size_t j = 0; j < COUNT(rows[i].says) && rows[i].says[j]; j++)
            if (!strstr(fault.text, rows[i].says[j]))
                fail_msg("%s: \"%s\" is not in: %s", rows[i].to, rows[i].says[j], fault.text);
        assert_null(strstr(fault.text, "secret"));           /* a key written in the wrong place */
    }
    folder_remove(&folder);
}

/* The same for a venue, which is left out and named while its neighbour stays. */
static void wrong_venue_table(void **unused)
{
#define NORWEGIAN "\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8"
#define NORWEGIAN_100 NORWEGIAN NORWEGIAN NORWEGIAN NORWEGIAN NORWEGIAN NORWEGIAN NORWEGIAN NORWEGIAN NORWEGIAN NORWEGIAN
    static const struct { const char *from, *to, *says[3]; } rows[] = {
        { "venue: oslo-grill", "venue: bergen-grill", { ":1: venue", "bergen-grill", "make them the same" } },
        { "venue: oslo-grill\n", "", { ":1: venue: is missing" } },
        { "company: \"912345678\"\n", "", { "company: is missing", "organisation number" } },
        { "\"912345678\"", "91234567", { ":6: company", "nine digits" } },
        { "\"912345678\"", "912 345 678", { ":6: company", "without blanks" } },
        { "NOK", "kr", { ":5: currency", "NOK" } },
        { "Europe/Oslo", "Europe/Olso", { ":3: timezone", "Europe/Oslo" } },
        { "05:00", "5", { ":4: business_day_start", "\"5\"", "time of day" } },
        { "05:00", "24:00", { ":4: business_day_start" } },
        { "05:00", "05:60", { ":4: business_day_start" } },
        { "05:00", "[{valid_from: 2026-12-01}]", { ":4: business_day_start[1].value", "is missing" } },
        { "extension: quickorder", "extension: add-on-10", { ":7: extension", "add-on-9" } },
        { "auto_transfer: true", "auto_transfer: yes", { ":10: auto_transfer", "\"yes\"", "true or false" } },
        { "auto_transfer: true", "auto_transfer: [true]", { ":10: auto_transfer[1]", "valid_from" } },
        { "auto_transfer: true", "auto_transfer: [{valid_from: 2026-13-01, value: true}]",
          { "auto_transfer[1].valid_from", "2026-12-01" } },
        { "auto_transfer: true", "auto_transfer: [{value: true}, {value: false}]", { "auto_transfer", "same day" } },
        { "close: z_report", "close: zreport", { ":13: close", "z_report, clock" } },
        { "close: z_report", "quiet_seconds: -1", { ":13: quiet_seconds", "0 to 86400" } },
        { "close: z_report", "order_split: maybe", { ":13: order_split", "write true or false" } },
        { "[K1, K2]", "[K1, K1]", { ":14: registers[2]", "twice" } },
        { "[K1, K2]", "[K 1]", { ":14: registers[1]", "A-Z" } },
        { "[K1, K2]", "{K1: 1}", { ":14: registers", "[K1, K2]" } },
        { "{rate: 25, code: \"3\"}", "{rate: 250, code: \"3\"}", { ":16: vat.normal.rate", "percent" } },
        { "{rate: 25, code: \"3\"}", "{rate: 25}", { ":16: vat.normal.code", "is missing" } },
        { "{rate: 25, code: \"3\"}", "{rate: 25, code: \"\"}", { ":16: vat.normal.code" } },
        { "{rate: 25, code: \"3\"}", "{rate: 15, code: \"3\"}", { "vat", "normal and reduced", "same rate" } },
        { "{rate: 25, code: \"3\"}", "[{rate: 25, code: \"3\"}, {valid_from: 2027-01-01, rate: 15, code: \"3\"}]",
          { "vat", "same rate" } },
        { "{account: 3000,", "{acount: 3000,", { ":20: product_types.food.acount", "did you mean account?" } },
        { "{account: 3000,", "{account: 3000.0,", { ":20: product_types.food.account", "such as 3000" } },
        { "{account: 3000,", "{account: 0,", { ":20: product_types.food.account" } },
        { "{account: 3000,", "{account: 123456789,", { ":20: product_types.food.account" } },
        { "{account: 3000,", "{account: -3000,", { ":20: product_types.food.account" } },
        { "  food:  ", "  \"fo\\tod\":  ", { ":20: product_types.", "is no name" } },
        { "  food:  ", "  \" food\":  ", { ":20: product_types. food", "is no name" } },
        { "  beer:  ", "  food:  ", { ":21: product_types.food", "twice" } },
        { "alcohol: true", "alcohol: 1", { ":21: product_types.beer.alcohol", "true or false" } },
        { "  credit:    {transfer: false}", "  credit:    3000", { ":27: payment_types.credit", "account" } },
        { "  credit:    {transfer: false}", "  credit:    [{transfer: false}, {transfer: true}]", { "credit", "same day" } },
        { "  locations: [Aker Brygge]", "  location: x", { ":29: saft.location", "locations?" } },
        { "{12001: cash}", "{12001: [cash]}", { ":31: saft.payment_codes.12001", "one word" } },
        { "{12001: cash}", "[cash]", { ":31: saft.payment_codes", "codes" } },
        { "{file: keys/oslo-grill}", "{file: keys/nobody}", { ":8: client_key", "install -m 600" } },
        { "department: \"10\"", "departement: \"10\"", { ":9: departement", "did you mean department?" } },
        { "department: \"10\"", "<<: {name: x}", { ":9: <<", "unknown key" } },
        { "name: Oslo Grill, Aker Brygge", "name: \"\\xff\\n\"", { ":2: name" } },
        { "name: Oslo Grill, Aker Brygge", "name: " NORWEGIAN_100 "o", { ":2: name", "1 to 100" } },
        { "name: Oslo Grill, Aker Brygge", "name: \"Oslo\\LGrill\"", { ":2: name", "on one line" } },
        { "name: Oslo Grill, Aker Brygge", "name: \"Oslo\\u202eGrill\"", { ":2: name", "on one line" } },
        { "account: 1570", "account: 1570, name: " NORWEGIAN_100, { "payment_types.card.name", "write at most 60 characters" } },
    };
    struct folder folder;

    (void)unused;
    folder_make(&folder);
    folder_venue(&folder, "bergen-grill", "", "");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config *config;

        folder_venue(&folder, "oslo-grill", rows[i].from, rows[i].to);
        config = folder_load(&folder);
        if (config->fault_count != 1 || config->venue_count != 1)
            fail_msg("%s: %zu faults", rows[i].to, config->fault_count);
        assert_string_equal(config->venues[0].id.bytes, "bergen-grill");
        assert_string_equal(config->fault_venues[0].bytes, "oslo-grill");
        assert_true(str_starts(str_of(config->faults[0].text), STR("venues/oslo-grill.yaml:")));
        for (size_t j = 0; j < COUNT(rows[i].says) && rows[i].says[j]; j++)
            if (!strstr(config->faults[0].text, rows[i].says[j]))
                fail_msg("%s: \"%s\" is not in: %s", rows[i].to, rows[i].says[j], config->faults[0].text);
        config_free(config);
    }
    folder_remove(&folder);
}

/* Only at the same time must a rate name one class: it may move from one to another on a day. */
static void a_rate_may_move_between_classes(void **unused)
{
    static const struct { const char *from, *to; } rows[] = {
        { "{rate: 15, code: \"31\"}", "[{rate: 15, code: \"31\"}, {valid_from: 2027-01-01, rate: 25, code: \"31\"}]\n"
          "  normal: [{rate: 25, code: \"3\"}, {valid_from: 2027-01-01, rate: 26, code: \"3\"}]" },
        { "{rate: 15, code: \"31\"}", "{valid_from: 2027-01-01, rate: 12, code: \"31\"}\n"
          "  normal: [{rate: 12, code: \"3\"}, {valid_from: 2026-06-01, rate: 25, code: \"3\"}]" },
    };
    struct folder folder;

    (void)unused;
    folder_make(&folder);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *without = replaced(good_venue, "  normal:  {rate: 25, code: \"3\"}\n", "");
        char *text = replaced(without, rows[i].from, rows[i].to);
        struct config *config;

        folder_write(&folder, "venues/oslo-grill.yaml", text, strlen(text), 0644);
        config = folder_load(&folder);
        if (config->fault_count)
            fail_msg("%s", config->faults[0].text);
        config_free(config);
        free(without);
        free(text);
    }
    folder_remove(&folder);
}

static void folders_and_names_that_are_wrong(void **unused)
{
    struct folder folder;
    struct config *config = NULL;
    struct fault fault;
    char path[128];

    (void)unused;
    folder_make(&folder);
    folder_write(&folder, "venues/oslo.yml", "x", 1, 0644);
    folder_write(&folder, "venues/.hidden.yaml", "x", 1, 0644);
    folder_write(&folder, "venues/notes.txt", "x", 1, 0644);
    folder_write(&folder, "venues/oslo grill.yaml", "x", 1, 0644);
    folder_write(&folder, "venues/a.yaml", "", 0, 0644);
    folder_venue(&folder, "a-b", "", "");
    folder_venue(&folder, "Z", "", "");
    config = folder_load(&folder);
    assert_int_equal(config->fault_count, 3);
    assert_non_null(strstr(config->faults[0].text, "venues/a.yaml:1: is empty"));
    assert_non_null(strstr(config->faults[1].text, "oslo grill.yaml: the file's name is the venue's id"));
    assert_non_null(strstr(config->faults[2].text, "rename it to oslo.yaml"));
    assert_int_equal(config->venue_count, 3);
    assert_string_equal(config->venues[0].id.bytes, "Z");    /* sorted by bytes, so that config_venue() finds them */
    assert_string_equal(config->venues[2].id.bytes, "oslo-grill");
    for (size_t i = 0; i < 3; i++)
        assert_ptr_equal(config_venue(config, config->venues[i].id), &config->venues[i]);
    assert_int_equal(config->zone_count, 1);                 /* one zone for all three */
    config_free(config);

    (void)snprintf(path, sizeof path, "%s/bilag.yaml", folder.path);
    assert_int_equal(unlink(path), 0);
    config = NULL;
    assert_int_equal(config_load(str_of(folder.path), &config, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "bilag.yaml: cannot be read"));
    assert_int_equal(config_load(STR(""), &config, &fault), ERR_CONFIG);
    assert_int_equal(mkdir(path, 0755), 0);                  /* a folder of that name */
    assert_int_equal(config_load(str_of(folder.path), &config, &fault), ERR_CONFIG);
    assert_null(config);
    folder_remove(&folder);
}

/* Goal: what people read is bound in letters, not in bytes: a hundred of two bytes each are no longer than "100 characters". */
static void a_hundred_letters(void **unused)
{
    struct folder folder;
    struct config *config;

    (void)unused;
    folder_make(&folder);
    folder_venue(&folder, "oslo-grill", "name: Oslo Grill, Aker Brygge", "name: " NORWEGIAN_100);
    config = folder_load(&folder);
    assert_int_equal(config->fault_count, 0);
    assert_int_equal(config->venues[0].name.len, 200);
    config_free(config);
    folder_remove(&folder);
}

static void a_reload_that_would_lose_a_venue_is_known(void **unused)
{
    struct folder folder;
    struct config *former, *fresh;
    struct fault fault = { "" };
    char path[128];

    (void)unused;
    folder_make(&folder);
    former = folder_load(&folder);
    folder_venue(&folder, "bergen", "NOK", "kr");            /* new and wrong: nothing is lost */
    fresh = folder_load(&folder);
    assert_int_equal(fresh->fault_count, 1);
    assert_int_equal(config_may_replace(former, fresh, &fault), ERR_OK);
    config_free(fresh);
    folder_venue(&folder, "oslo-grill", "NOK", "kr");        /* known and now wrong */
    fresh = folder_load(&folder);
    assert_int_equal(config_may_replace(former, fresh, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "venues/oslo-grill.yaml:5: currency"));
    config_free(fresh);
    (void)snprintf(path, sizeof path, "%s/venues/oslo-grill.yaml", folder.path);
    assert_int_equal(unlink(path), 0);                       /* taken away on purpose */
    fresh = folder_load(&folder);
    assert_int_equal(config_may_replace(former, fresh, &fault), ERR_OK);
    config_free(fresh);
    config_free(former);
    folder_remove(&folder);
}

/* Goal: a running mapper that took up another number of partitions would pass over decisions and seals of its venues. */
static void a_reload_never_changes_what_is_fixed(void **unused)
{
    static const struct { const char *from, *to, *says; } rows[] = {
        { "in_flight_max: 8", "in_flight_max: 9", NULL },
        { "state_dir: state", "state_dir: elsewhere", "state_dir: cannot change" },
        { "state_dir: state", "state: {postgresql: host=a}\nstate_dir: state", "state: cannot change" },
        { "state_dir: state", "state: {replicas: 1}\nstate_dir: state", "state: cannot change" },
        { "/run/bilag-test", "/run/bilag-other", "run_dir: cannot change" },
        { "state_dir: state", "partitions: 8\nstate_dir: state", "partitions: cannot change" },
        { "state_dir: state", "partitions: 16\nstate_dir: state", NULL },
    };
    struct folder folder;
    struct config *former;

    (void)unused;
    folder_make(&folder);
    former = folder_load(&folder);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fault fault = { "" };
        struct config *fresh;
        enum err err;

        folder_root(&folder, rows[i].from, rows[i].to);
        fresh = folder_load(&folder);
        err = config_may_replace(former, fresh, &fault);
        if ((err != ERR_OK) != (rows[i].says != NULL) || (err && !strstr(fault.text, rows[i].says)))
            fail_msg("%s: %s, %s", rows[i].to, err_text(err), fault.text);
        config_free(fresh);
    }
    config_free(former);
    folder_remove(&folder);
}

/* An empty bilag.yaml and no venues are a configuration, all presets; `bilag check` says what is missing. */
static void nothing_said_gives_presets(void **unused)
{
    struct folder folder;
    struct config *config;
    char path[128];

    (void)unused;
    folder_make(&folder);
    folder_write(&folder, "bilag.yaml", "# nothing\n", 10, 0644);
    (void)snprintf(path, sizeof path, "rm -r %s/venues", folder.path);
    assert_int_equal(system(path), 0);
    config = folder_load(&folder);
    assert_int_equal(config->venue_count + config->fault_count, 0);
    assert_null(config_venue(config, STR("x")));
    assert_string_equal(config->state_dir.bytes, "/var/lib/bilag");
    assert_string_equal(config->run_dir.bytes, "/run/bilag");
    assert_string_equal(config->token_url.bytes, "https://goapi.poweroffice.net/OAuth/Token");
    assert_string_equal(config->api_url.bytes, "https://goapi.poweroffice.net/v2");
    assert_int_equal(config->http_listen.len + config->spool.len + config->subscription_key.len, 0);
    config_free(config);
    folder_remove(&folder);
}

/* Goal: who asks for one venue gets that one as it is among all, and reads no other's file, right or wrong. */
static void one_of_many(void **unused)
{
    struct folder folder;
    struct config *all, *one;
    struct fault fault;

    (void)unused;
    folder_make(&folder);
    folder_write(&folder, "venues/wrong.yaml", "name: []\n", 9, 0644);
    folder_write(&folder, "bilag.yaml.wrong", "name: []\n", 9, 0644);
    all = folder_load(&folder);
    assert_int_equal(all->fault_count, 1);
    assert_true(all->venue_count > 0);
    for (size_t i = 0; i < all->venue_count; i++) {
        const struct venue *venue = &all->venues[i];

        assert_int_equal(config_load_venue(str_of(folder.path), venue->id, &one, &fault), ERR_OK);
        assert_int_equal(one->venue_count, 1);
        assert_int_equal(one->fault_count, 0);
        assert_non_null(config_venue(one, venue->id));
        assert_true(str_equal(config_venue(one, venue->id)->company, venue->company));
        assert_true(str_equal(config_venue(one, venue->id)->client_id, venue->client_id));
        assert_true(str_equal(one->state_dir, all->state_dir));
        config_free(one);
    }
    assert_int_equal(config_load_venue(str_of(folder.path), STR("wrong"), &one, &fault), ERR_OK);
    assert_int_equal(one->venue_count, 0);
    assert_true(str_equal(one->fault_venues[0], STR("wrong")));
    assert_string_equal(one->faults[0].text, all->faults[0].text);
    config_free(one);
    assert_int_equal(config_load_venue(str_of(folder.path), STR("nowhere"), &one, &fault), ERR_OK);
    assert_int_equal(one->venue_count, 0);
    config_free(one);
    assert_int_equal(config_load_venue(str_of(folder.path), STR("../bilag"), &one, &fault), ERR_OK);
    assert_int_equal(one->venue_count + one->fault_count, 0);
    config_free(one);
    config_free(all);
    folder_write(&folder, "bilag.yaml", "nonsense: 1\n", 12, 0644);
    assert_int_equal(config_load_venue(str_of(folder.path), STR("wrong"), &one, &fault), ERR_CONFIG);
    folder_remove(&folder);
}

static void three_hundred_venues_are_small_and_share_their_zone(void **unused)
{
    struct folder folder;
    struct config *config;

    (void)unused;
    folder_make(&folder);
    for (int i = 0; i < 300; i++) {
        char id[32];

        (void)snprintf(id, sizeof id, "venue-%04d", i);
        folder_venue(&folder, id, "", "");
    }
    config = folder_load(&folder);
    assert_int_equal(config->venue_count, 301);
    assert_int_equal(config->zone_count, 1);
    assert_true(config->arena.used < 10 * 1024 * 1024);
    config_free(config);
    folder_remove(&folder);
}

static void help_names_every_setting(void **unused)
{
    static const char *const words[] = {
        "state_dir", "[preset: /var/lib/bilag]", "sender.answer_wait_ms", "(100 to 600000)", "[preset: 60000]",
        "poweroffice.application_keys.add-on-9", "business_day_start", "product_types.NAME.alcohol", "saft.sequence",
        "z_report | clock", "[must be said]",
    };
    struct strbuf out;

    (void)unused;
    strbuf_init(&out, 65536);
    config_help(&out);
    assert_false(out.failed);
    for (size_t i = 0; i < COUNT(words); i++)
        if (!strstr(out.bytes, words[i]))
            fail_msg("%s is not in the help", words[i]);
    strbuf_free(&out);
}

/* Good files with a few bytes changed, cut or doubled: a fault or a configuration, never a crash. */
static void broken_files_do_no_harm(void **unused)
{
    unsigned seed = (unsigned)time(NULL);
    struct folder folder;

    (void)unused;
    print_message("seed %u\n", seed);
    srand(seed);
    folder_make(&folder);
    for (int i = 0; i < 3000; i++) {
        static const char bytes[] = "{}[]:,-&*!|>'\"%@`#?\n\t ~\\\0\xff\xc3xyz019";
        bool root = i % 4 == 0;
        const char *good = root ? good_root : good_venue;
        size_t len = strlen(good);
        char *text = malloc(2 * len);
        struct config *config = NULL;
        struct fault fault = { "" };
        enum err err;

        assert_non_null(text);
        memcpy(text, good, len);
        for (int j = rand() % 6; j >= 0; j--)
            text[(size_t)rand() % len] = bytes[(size_t)rand() % (sizeof bytes - 1)];
        if (rand() % 5 == 0)
            len = (size_t)rand() % len;
        else if (rand() % 5 == 0) {
            size_t from = (size_t)rand() % len, more = (size_t)rand() % (len - from);

            memcpy(text + len, text + from, more);
            len += more;
        }
        folder_write(&folder, root ? "bilag.yaml" : "venues/oslo-grill.yaml", text, len, 0644);
        err = config_load(str_of(folder.path), &config, &fault);
        if (err && (err != ERR_CONFIG || !strstr(fault.text, "bilag.yaml")))
            fail_msg("%s: %s", err_text(err), fault.text);
        config_free(err ? NULL : config);
        if (root)
            folder_root(&folder, "", "");
        free(text);
    }
    folder_remove(&folder);
}

static void each_of_many_that_are_wrong_is_named(void **unused)
{
    enum { WRONG = 70 };
    struct folder folder;
    struct config *config;
    char id[16];

    (void)unused;
    folder_make(&folder);
    for (int i = 0; i < WRONG; i++) {
        (void)snprintf(id, sizeof id, "wrong-%02d", i);
        folder_venue(&folder, id, "close: z_report", "close: never");
    }
    config = folder_load(&folder);
    assert_int_equal(config->venue_count, 1);
    assert_int_equal(config->fault_count, WRONG);
    for (int i = 0; i < WRONG; i++) {
        (void)snprintf(id, sizeof id, "wrong-%02d", i);
        assert_true(str_equal(config->fault_venues[i], str_of(id)));
        assert_non_null(strstr(config->faults[i].text, id));
    }
    config_free(config);
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_folder_is_read_to_the_letter),
        cmocka_unit_test(the_address_is_one_of_the_names), cmocka_unit_test(number_rows),
        cmocka_unit_test(wrong_root_table),
        cmocka_unit_test(wrong_venue_table),
        cmocka_unit_test(a_rate_may_move_between_classes),
        cmocka_unit_test(folders_and_names_that_are_wrong),
        cmocka_unit_test(a_hundred_letters),
        cmocka_unit_test(a_reload_that_would_lose_a_venue_is_known),
        cmocka_unit_test(a_reload_never_changes_what_is_fixed),
        cmocka_unit_test(nothing_said_gives_presets),
        cmocka_unit_test(one_of_many), cmocka_unit_test(each_of_many_that_are_wrong_is_named),
        cmocka_unit_test(three_hundred_venues_are_small_and_share_their_zone),
        cmocka_unit_test(help_names_every_setting),
        cmocka_unit_test(broken_files_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
