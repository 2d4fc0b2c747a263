#include "config.h"

#include "base/form.h"
#include "base/secret.h"
#include "base/store_engine.h"
#include "form_rows.h"
#include "siblings.h"
#include "venue_file.h"
#include "watch_file.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CONFIG_BYTES_MAX = 256 * 1024 * 1024, VENUES_MAX = 20000 };

/* ---- the fields of bilag.yaml ---- */

static FORM_PARSE(parse_listen)
{
    const char *colon = text.len && text.bytes ? memrchr(text.bytes, ':', text.len) : NULL;
    size_t digits = colon ? (size_t)(text.bytes + text.len - colon - 1) : 0;
    struct str port = { colon ? colon + 1 : NULL, digits };
    int32_t number = 0;
    static const struct field ports = { .min = 1, .max = 65535 };

    if (text.len == 0) {
        *(struct str *)to = STR_NONE;
        return ERR_OK;
    }
    if (!colon || colon == text.bytes || digits == 0 || digits > 5)
        return form_fault(form, node, "is no address to listen on; write host and port, such as 127.0.0.1:7420");
    if (form_number(form, node, port, &ports, &number))
        return form_fault(form, node, "has no port after the colon; write 1 to 65535, as in 127.0.0.1:7420");
    return form_words(form, node, text, field, to);
}

static enum err read_names(struct form *form, const yaml_node_t *node, const struct field *field, void *to)
{
    struct config *config = to;

    (void)field;
    return form_texts(form, node, true, &config->http_names, &config->http_name_count);
}

static enum err read_console_names(struct form *form, const yaml_node_t *node, const struct field *field, void *to)
{
    struct console_settings *console = to;

    (void)field;
    return form_texts(form, node, true, &console->names, &console->name_count);
}

#define NUMBER(type, name, preset_, min_, max_, meaning_) \
    { #name, offsetof(struct type, name), .parse = form_number, .preset = #preset_, .min = (min_), .max = (max_), \
      .meaning = meaning_ },
#define STAGE(name, preset, min, max, meaning)  NUMBER(stage_counts, name, preset, min, max, meaning)
#define INGEST(name, preset, min, max, meaning) NUMBER(ingest_settings, name, preset, min, max, meaning)
#define SENDER(name, preset, min, max, meaning) NUMBER(sender_settings, name, preset, min, max, meaning)
#define MAPPER(name, preset, min, max, meaning) NUMBER(mapper_settings, name, preset, min, max, meaning)
#define CONSOLE(name, preset, min, max, meaning) NUMBER(console_settings, name, preset, min, max, meaning)
static const struct field stage_fields[] = { STAGE_COUNTS(STAGE) };
static const struct field ingest_limit_fields[] = { INGEST_SETTINGS(INGEST) };
static const struct field sender_fields[] = {
    SENDER_SETTINGS(SENDER)
    { "order_split", offsetof(struct sender_settings, order_split), .parse = form_bool, .preset = "false",
      .meaning = "split order lines without a net in whole øre in two" },
};
static const struct field mapper_fields[] = { MAPPER_SETTINGS(MAPPER) };

#define AT(member) offsetof(struct config, member)
#define APPLICATION(name, index, meaning_) \
    { name, AT(application_keys[index]), .read = secret_field, .meaning = meaning_ }
static const struct field application_fields[EXTENSION_COUNT] = {
    APPLICATION("quickorder", 0, "key of the main extension, {file: keys/NAME} or {credential: NAME}"),
    APPLICATION("add-on-1", 1, "instead of the one built in"), APPLICATION("add-on-2", 2, "instead of the one built in"),
    APPLICATION("add-on-3", 3, "instead of the one built in"), APPLICATION("add-on-4", 4, "instead of the one built in"),
    APPLICATION("add-on-5", 5, "instead of the one built in"), APPLICATION("add-on-6", 6, "instead of the one built in"),
    APPLICATION("add-on-7", 7, "instead of the one built in"), APPLICATION("add-on-8", 8, "instead of the one built in"),
    APPLICATION("add-on-9", 9, "instead of the one built in"),
};

static const struct field poweroffice_fields[] = {
    { "token_url", AT(token_url), .parse = form_url, .preset = "https://goapi.poweroffice.net/OAuth/Token",
      .meaning = "where tokens come from" },
    { "api_url", AT(api_url), .parse = form_url, .preset = "https://goapi.poweroffice.net/v2",
      .meaning = "where everything else goes" },
    { "subscription_key", AT(subscription_key), .read = secret_field,
      .meaning = "{file: keys/NAME} or {credential: NAME}" },
    { "subscription_key_secondary", AT(subscription_key_secondary), .read = secret_field,
      .meaning = "the subscription's other key, tried where the first is refused; keys are changed without a stop" },
    { "contact", AT(contact), .parse = form_mail, .preset = "",
      .meaning = "e-mail address of who runs this, told to PowerOffice with every request" },
    { "onboarding_return", AT(onboarding_return), .parse = form_url_or_none, .preset = "",
      .meaning = "where PowerOffice sends the browser back to (whitelisted there); blank: to `bilag venues connect` itself" },
    { "requests_per_second", AT(requests_per_second), .parse = form_number, .preset = "10", .min = 1, .max = 10000,
      .meaning = "quota of the subscription key, all venues and tokens together" },
    { "application_keys", .fields = application_fields, .field_count = COUNT(application_fields) },
};

static const struct field ingest_fields[] = {
    { "http", AT(http_listen), .parse = parse_listen, .max = 255, .preset = "",
      .meaning = "address for POST /v1/events, such as 127.0.0.1:7420" },
    { "certificate", AT(certificate), .parse = form_path, .max = 1024, .preset = "",
      .meaning = "PEM file of the address's TLS chain; none: plain HTTP" },
    { "certificate_key", AT(certificate_key), .parse = form_path, .max = 1024, .preset = "",
      .meaning = "PEM file of the certificate's key" },
    { "names", .read = read_names, .meaning = "names by which tills reach the address, as [a.example]" },
    { "zeromq", AT(zeromq_listen), .parse = parse_listen, .max = 255, .preset = "",
      .meaning = "address for batches over ZeroMQ with CURVE keys, such as 0.0.0.0:7421; further instances: the next ports" },
    { "spool", AT(spool), .parse = form_path, .max = 1024, .preset = "", .meaning = "folder of NDJSON files to take in" },
};

static const struct field run_as_fields[] = {
    { "stages", AT(run_as_stages), .parse = form_name_or_none, .preset = "",
      .meaning = "user of ingest, mapper, validator, console and the command; none: one user runs all programs" },
    { "keys", AT(run_as_keys), .parse = form_name_or_none, .preset = "",
      .meaning = "user of uploader and invoicer, who alone may read the keys of PowerOffice; of the same group" },
};

/* bilag.yaml is read by all programs and copied about: it holds no secret that opens every store. */
static FORM_PARSE(parse_postgresql)
{
    enum err err = form_words(form, node, text, field, to);

    if (!err && text.len && memmem(text.bytes, text.len, "password=", 9))
        return form_fault(form, node, "a password does not stand in bilag.yaml; write passfile=/PATH, or let the server know "
                          "the programs by their user");
    return err;
}

static const struct field state_fields[] = {
    { "postgresql", AT(postgresql), .parse = parse_postgresql, .max = 1000, .preset = "",
      .meaning = "server that keeps the stores, in libpq's words: host=a,b dbname=bilag; none: they lie in state_dir" },
    { "replicas", AT(replicas), .parse = form_number, .preset = "2", .min = 1, .max = 2,
      .meaning = "machines that have what is acknowledged, with PostgreSQL; 1: a primary alone may acknowledge" },
};

/* Its pages and its cookie are those of a whole name. */
static FORM_PARSE(parse_console_address)
{
    struct str *address = to;
    enum err err = form_url_or_none(form, node, text, field, to);
    size_t start = err ? 0 : str_starts(*address, STR("https://")) ? 8 : 7;

    for (size_t i = start; !err && i < address->len; i++)
        if (strchr("/?&", address->bytes[i]))
            return form_fault(form, node, "the console's pages begin at the root of a name; write https://NAME or "
                              "https://NAME:PORT");
    return err;
}

#define CONSOLE_AT(member) offsetof(struct console_settings, member)
static const struct field console_fields[] = {
    { "http", CONSOLE_AT(listen), .parse = parse_listen, .max = 255, .preset = "127.0.0.1:7430",
      .meaning = "address of the console" },
    { "certificate", CONSOLE_AT(certificate), .parse = form_path, .max = 1024, .preset = "",
      .meaning = "PEM file of the address's TLS chain; none: plain HTTP, on loopback only" },
    { "certificate_key", CONSOLE_AT(certificate_key), .parse = form_path, .max = 1024, .preset = "",
      .meaning = "PEM file of the certificate's key" },
    { "names", .read = read_console_names, .meaning = "names by which people reach the console, as [bilag.example.no]" },
    { "behind_proxy", CONSOLE_AT(behind_proxy), .parse = form_bool, .preset = "false",
      .meaning = "a proxy with TLS stands before it and says who asks in X-Forwarded-For" },
    { "address", CONSOLE_AT(address), .parse = parse_console_address, .preset = "",
      .meaning = "the console as browsers reach it, such as https://bilag.example.no; PowerOffice sends them back to its page "
                 "/connected (whitelisted there); blank: client keys are pasted" },
    CONSOLE_SETTINGS(CONSOLE)
};

#define SECTION(rows) .fields = rows, .field_count = COUNT(rows)
static const struct field config_fields[] = {
    { "state_dir", AT(state_dir), .parse = form_path, .min = 1, .max = 1024, .preset = "/var/lib/bilag",
      .meaning = "folder of the stores; a relative name counts from the configuration's folder" },
    { "run_dir", AT(run_dir), .parse = form_path, .min = 1, .max = 1024, .preset = "/run/bilag",
      .meaning = "folder of the sockets; a relative name counts from the configuration's folder" },
    { "language", AT(language), .parse = form_language, .preset = "en", .meaning = "of texts for people: en or nb" },
    { "retention_days", AT(retention_days), .parse = form_number, .preset = "400", .min = 1, .max = 36500,
      .meaning = "days that receipts are kept after they came" },
    { "requests_days", AT(requests_days), .parse = form_number, .preset = "90", .min = 1, .max = 3650,
      .meaning = "days that requests to PowerOffice and its answers are kept" },
    { "refused_days", AT(refused_days), .parse = form_number, .preset = "400", .min = 7, .max = 36500,
      .meaning = "days that lines which were not taken in are kept, whether anybody has seen to them or not" },
    { "partitions", AT(partitions), .parse = form_number, .preset = "16", .min = 1, .max = CONFIG_PARTITIONS_MAX,
      .meaning = "partitions of the log; fixed once it exists" },
    { "state", SECTION(state_fields) },
    { "run_as", SECTION(run_as_fields) },
    { "poweroffice", SECTION(poweroffice_fields) },
    { "ingest", SECTION(ingest_fields) },
    { "stages", AT(stages), SECTION(stage_fields) },
    { "ingest_limits", AT(ingest), SECTION(ingest_limit_fields) },
    { "sender", AT(sender), SECTION(sender_fields) },
    { "mapper", AT(mapper), SECTION(mapper_fields) },
    { "console", AT(console), SECTION(console_fields) },
    { "watch", AT(watch), SECTION(watch_fields) },
};

/* The add-ons' application keys, 1 to 9: the integration guide publishes them, so they are no secret. */
static const char *const add_on_keys[EXTENSION_COUNT] = {
    [1] = "4f6e4b5b-42b3-4fad-a56f-2599ea8fbd44", [2] = "da8860a2-dfe0-444d-905d-85762bcbc4db",
    [3] = "dc1711af-ece3-42b4-a167-20760243a7d5", [4] = "97b982b7-10e1-4e85-b5dc-204df9f45484",
    [5] = "72b85765-8757-490c-b105-f2c06347fdab", [6] = "4e19601a-9ea7-4ca1-91b4-5158e792d8d8",
    [7] = "814c555c-bef6-430d-aadc-7ef83ca02444", [8] = "cbdb5329-cdfe-4728-9d58-7113de86e743",
    [9] = "fa02f52c-b813-47d1-94d7-ca5c8f774a78",
};

/* PowerOffice's demo has the same keys' names and other books: one address of each is a mistake whatever the keys are. */
static bool is_demo(struct str url)
{
    static const struct str mark = { "/demo/", 6 };

    for (size_t i = 0; i + mark.len <= url.len; i++)
        if (strncasecmp(url.bytes + i, mark.bytes, mark.len) == 0)
            return true;
    return false;
}

/* ---- loading ---- */

/* Where the keys are only marked: state_dir first, for there stand the marks of those that are another user's. */
static enum err marks_load(struct config *config, struct form *form, struct fault *fault)
{
    struct config *peek;
    enum err err;

    if (config->holds_keys)
        return ERR_OK;
    peek = arena_alloc(&config->arena, sizeof *peek);
    if (!peek)
        return fault_set(fault, ERR_MEMORY, "no memory for the configuration");
    form->keys = FORM_KEYS_LATER;
    err = form_mapping(form, form_root(form), config_fields, COUNT(config_fields), peek);
    form->keys = FORM_KEYS_MARKED;
    return err ? err : keymarks_read(&config->marks, peek->state_dir, fault);
}

/* Whoever says where browsers reach the console need not say that name again. */
static void name_of_address(struct config *config)
{
    struct console_settings *console = &config->console;
    struct str address = console->address, *names;
    size_t start = str_starts(address, STR("https://")) ? 8 : 7, end = start;

    if (!address.len)
        return;
    while (end < address.len && address.bytes[end] != ':')
        end++;
    names = arena_alloc(&config->arena, (console->name_count + 1) * sizeof *names);
    if (!names)
        return;                           /* root_load() sees it */
    if (console->name_count)
        memcpy(names, console->names, console->name_count * sizeof *names);
    names[console->name_count++] = (struct str){ address.bytes + start, end - start };
    console->names = names;
}

static enum err root_load(struct config *config, struct fault *fault)
{
    struct str path = arena_format(&config->arena, STR_FMT "/bilag.yaml", STR_ARG(config->dir));
    struct form form;
    enum err err;

    if (arena_failed(&config->arena))
        return fault_set(fault, ERR_MEMORY, "no memory for the configuration");
    err = form_open(&form, path.bytes, STR("bilag.yaml"), config->dir, &config->arena, fault);
    if (err)
        return err;
    form.marks = &config->marks;
    form.vault = &config->vault;
    err = marks_load(config, &form, fault);
    if (!err)
        err = form_mapping(&form, form_root(&form), config_fields, COUNT(config_fields), config);
    if (!err && config->sender.retry_first_ms > config->sender.retry_max_ms)
        err = form_fault(&form, form_find(&form, "sender"), "sender: retry_first_ms is more than retry_max_ms; "
                         "write the smaller one first");
    if (!err && (config->run_as_stages.len > 0) != (config->run_as_keys.len > 0))
        err = form_fault(&form, form_find(&form, "run_as"), "run_as: stages and keys belong together; write both or none");
    if (!err && (config->certificate.len > 0) != (config->certificate_key.len > 0))
        err = form_fault(&form, form_find(&form, "ingest"), "ingest: certificate and certificate_key belong together; "
                         "write both or none");
    if (!err && (config->console.certificate.len > 0) != (config->console.certificate_key.len > 0))
        err = form_fault(&form, form_find(&form, "console"), "console: certificate and certificate_key belong together; "
                         "write both or none");
    config->console.on = !err && form_find(&form, "console") != NULL;
    config->watch.on = !err && form_find(&form, "watch") != NULL;
    if (config->watch.on && config->tells && !config->holds_keys)
        err = watch_read_secrets(&form, form_find(&form, "watch"), &config->watch);
    config->watch.on = !err && form_find(&form, "watch") != NULL;
    if (!err)
        err = watch_judge(&form, form_find(&form, "watch"), &config->watch);
    if (!err && is_demo(config->token_url) != is_demo(config->api_url))
        err = form_fault(&form, form_find(&form, "poweroffice"), "poweroffice: one of token_url and api_url is that of the "
                         "demo (/Demo/) and the other is not; write both of the same, and never mix their keys");
    form_close(&form);
    if (err)
        return err;
    for (size_t i = 1; i < EXTENSION_COUNT; i++)
        if (config->application_keys[i].len == 0)
            config->application_keys[i] = str_of(add_on_keys[i]);
    name_of_address(config);
    return arena_failed(&config->arena) ? fault_set(fault, ERR_MEMORY, "no memory for the configuration") : ERR_OK;
}

static bool ends_with(struct str text, struct str end)
{
    return text.len > end.len && memcmp(text.bytes + text.len - end.len, end.bytes, end.len) == 0;
}

/* Hidden files are editors' and backup tools'; .yml is surely meant, so it becomes a fault. */
static int is_venue_file(const struct dirent *entry)
{
    struct str name = str_of(entry->d_name);

    return name.bytes[0] != '.' && (ends_with(name, STR(".yaml")) || ends_with(name, STR(".yml")));
}

static int by_file_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int by_id(const void *a, const void *b)
{
    return str_compare(((const struct venue *)a)->id, ((const struct venue *)b)->id);
}

/* Few are wrong: room for each venue's sentence would be half of what is held of a fleet. */
static enum err fault_add(struct config *config, struct str venue, const struct fault *wrong)
{
    if (config->fault_count == config->fault_room) {
        size_t room = config->fault_room ? 2 * config->fault_room : 16;
        struct fault *faults = arena_array(&config->arena, room, sizeof *faults);
        struct str *venues = arena_array(&config->arena, room, sizeof *venues);

        if (!faults || !venues)
            return ERR_MEMORY;
        if (config->fault_count) {
            memcpy(faults, config->faults, config->fault_count * sizeof *faults);
            memcpy(venues, config->fault_venues, config->fault_count * sizeof *venues);
        }
        config->faults = faults;
        config->fault_venues = venues;
        config->fault_room = room;
    }
    config->faults[config->fault_count] = *wrong;
    config->fault_venues[config->fault_count] = arena_copy(&config->arena, venue);
    config->fault_count++;
    return arena_failed(&config->arena) ? ERR_MEMORY : ERR_OK;
}

/* A venue that is wrong on its own is left out and named; only what the machine refuses stops everything. */
static enum err venue_add(struct config *config, struct shelf *shelf, struct str file_name, struct fault *fault)
{
    struct fault wrong = { "" };
    struct str id = file_name;
    enum err err;

    if (ends_with(file_name, STR(".yml"))) {
        id.len -= strlen(".yml");
        err = fault_set(&wrong, ERR_CONFIG, "venues/" STR_FMT ": is passed over; rename it to " STR_FMT ".yaml",
                        STR_ARG(file_name), STR_ARG(id));
    } else {
        id.len -= strlen(".yaml");
        err = venue_file_load(config, shelf, id, &config->venues[config->venue_count], &wrong);
    }
    if (!err) {
        config->venue_count++;
        return ERR_OK;
    }
    if (err == ERR_MEMORY || err == ERR_SYSTEM || arena_failed(&config->arena))
        return fault_set(fault, err == ERR_SYSTEM ? err : ERR_MEMORY, "%s", wrong.text);
    return fault_add(config, id, &wrong) ? fault_set(fault, ERR_MEMORY, "no memory for the configuration") : ERR_OK;
}

static enum err venues_room(struct config *config, size_t count, struct fault *fault)
{
    config->venues = arena_array(&config->arena, count, sizeof *config->venues);
    config->zones = arena_array(&config->arena, count, sizeof(struct zone *));
    return arena_failed(&config->arena) ? fault_set(fault, ERR_MEMORY, "no memory for %zu venues", count) : ERR_OK;
}

static enum err venue_load_one(struct config *config, struct str id, struct fault *fault)
{
    struct str file = arena_format(&config->arena, STR_FMT ".yaml", STR_ARG(id));
    struct shelf shelf = { .arena = &config->arena };
    enum err err = venues_room(config, 1, fault);

    if (!err && str_is_name(id))
        err = file.bytes ? venue_add(config, &shelf, file, fault)
                         : fault_set(fault, ERR_MEMORY, "no memory for the configuration");
    shelf_free(&shelf);
    if (!err && siblings_index(config))
        err = fault_set(fault, ERR_MEMORY, "no memory for the configuration");
    return err;
}

static enum err venues_load(struct config *config, struct fault *fault)
{
    struct str folder = arena_format(&config->arena, STR_FMT "/venues", STR_ARG(config->dir));
    struct shelf shelf = { .arena = &config->arena };
    struct dirent **files = NULL;
    int count = folder.bytes ? scandir(folder.bytes, &files, is_venue_file, by_file_name) : 0;
    enum err err;

    if (count < 0 && errno != ENOENT)
        return fault_set(fault, err_of_errno(errno, ERR_CONFIG),
                         "venues: the folder cannot be read (%s); it must be readable: %s", strerror(errno),
                         folder.bytes);
    if (count > VENUES_MAX)
        err = fault_set(fault, ERR_CONFIG, "venues: has more than %d files; run a second server", VENUES_MAX);
    else
        err = venues_room(config, count > 0 ? (size_t)count : 0, fault);
    for (int i = 0; i < count; i++) {
        if (!err)
            err = venue_add(config, &shelf, str_of(files[i]->d_name), fault);
        free(files[i]);
    }
    free(files);
    shelf_free(&shelf);
    if (!err && config->venue_count)
        qsort(config->venues, config->venue_count, sizeof *config->venues, by_id);
    if (!err && siblings_index(config))
        err = fault_set(fault, ERR_MEMORY, "no memory for %zu venues", config->venue_count);
    return err;
}

/* only: of this venue alone; NULL: of all. */
struct loading { bool holds_keys, tells; const struct str *only; };

static enum err load(struct str dir, struct loading what, struct config **ret_config, struct fault *fault)
{
    struct config *config;
    enum err err;

    if (sodium_init() < 0)
        return fault_set(fault, ERR_SYSTEM, "libsodium does not start; install it again");
    while (dir.len > 1 && dir.bytes[dir.len - 1] == '/')
        dir.len--;
    if (dir.len == 0 || memchr(dir.bytes, '\0', dir.len))
        return fault_set(fault, ERR_CONFIG, "no folder for the configuration is named; say --config DIR");
    config = calloc(1, sizeof *config);
    if (!config)
        return fault_set(fault, ERR_MEMORY, "no memory for the configuration");
    arena_init(&config->arena, CONFIG_BYTES_MAX);
    config->dir = arena_copy(&config->arena, dir);
    config->holds_keys = what.holds_keys;
    config->tells = what.tells;
    keymarks_init(&config->marks, &config->arena);
    err = root_load(config, fault);
    if (!err)
        err = what.only ? venue_load_one(config, *what.only, fault) : venues_load(config, fault);
    if (err) {
        config_free(config);
        return err;
    }
    *ret_config = config;
    return ERR_OK;
}

enum err config_load(struct str dir, struct config **ret_config, struct fault *fault)
{
    return load(dir, (struct loading){ true, true, NULL }, ret_config, fault);
}

enum err config_load_without_keys(struct str dir, struct config **ret_config, struct fault *fault)
{
    return load(dir, (struct loading){ false, false, NULL }, ret_config, fault);
}

enum err config_load_venue(struct str dir, struct str venue, struct config **ret_config, struct fault *fault)
{
    return load(dir, (struct loading){ false, false, &venue }, ret_config, fault);
}

enum err config_load_to_tell(struct str dir, struct config **ret_config, struct fault *fault)
{
    return load(dir, (struct loading){ false, true, NULL }, ret_config, fault);
}

bool config_marks_changed(const struct config *config)
{
    return config->marks.missed && keymarks_changed(&config->marks, config->state_dir);
}

void config_free(struct config *config)
{
    if (!config)
        return;
    watch_settings_close(&config->watch);
    vault_free(&config->vault);
    for (size_t i = 0; i < config->zone_count; i++)
        zone_close(config->zones[i]);
    arena_free(&config->arena);
    free(config);
}

const struct venue *config_venue(const struct config *config, struct str id)
{
    struct venue wanted = { .id = id };

    if (config->venue_count == 0)
        return NULL;
    return bsearch(&wanted, config->venues, config->venue_count, sizeof *config->venues, by_id);
}

/* Stores, sockets and the log's partitions are opened once, at the start. */
static enum err fixed_differs(const char *what, struct fault *fault)
{
    return fault_set(fault, ERR_CONFIG, "bilag.yaml: %s: cannot change while programs run; set it back, or stop all of them "
                     "first", what);
}

enum err config_may_replace(const struct config *former, const struct config *fresh, struct fault *fault)
{
    for (size_t i = 0; i < fresh->fault_count; i++)
        if (config_venue(former, fresh->fault_venues[i]))
            return fault_set(fault, ERR_CONFIG, "%s", fresh->faults[i].text);
    if (!str_equal(former->state_dir, fresh->state_dir))
        return fixed_differs("state_dir", fault);
    if (!str_equal(former->postgresql, fresh->postgresql) || former->replicas != fresh->replicas)
        return fixed_differs("state", fault);
    if (!str_equal(former->run_dir, fresh->run_dir))
        return fixed_differs("run_dir", fault);
    if (!str_equal(former->run_as_stages, fresh->run_as_stages) || !str_equal(former->run_as_keys, fresh->run_as_keys))
        return fixed_differs("run_as", fault);
    return former->partitions == fresh->partitions ? ERR_OK : fixed_differs("partitions", fault);
}

enum err config_stores(const struct config *config, struct fault *fault)
{
    char conninfo[1024], root[1025];
    struct store_engine engine = { conninfo, (unsigned)config->replicas, root };

    if (config->postgresql.len == 0)
        return store_engine_use(NULL, fault);
    if (!str_copy(config->postgresql, conninfo, sizeof conninfo) || !str_copy(config->state_dir, root, sizeof root))
        return fault_set(fault, ERR_CONFIG, "state: postgresql: is longer than 1,023 characters");
    return store_engine_use(&engine, fault);
}

void config_help(struct strbuf *out)
{
    strbuf_add(out, STR("DIR/bilag.yaml\n"));
    form_help(out, "", config_fields, COUNT(config_fields));
    watch_file_help(out);
    strbuf_add(out, STR("\nDIR/venues/VENUE.yaml\n"));
    venue_file_help(out);
}

void config_mark(const struct config *config, char ret_mark[CONFIG_MARK_SIZE])
{
    crypto_generichash_state hash;
    uint8_t digest[32];

    (void)crypto_generichash_init(&hash, NULL, 0, sizeof digest);
    for (size_t i = 0; i < config->venue_count; i++) {
        const struct venue *venue = &config->venues[i];

        (void)crypto_generichash_update(&hash, (const uint8_t *)venue->id.bytes, venue->id.len);
        (void)crypto_generichash_update(&hash, (const uint8_t *)venue->mapping_hash.bytes, venue->mapping_hash.len);
    }
    (void)crypto_generichash_final(&hash, digest, sizeof digest);
    (void)sodium_bin2hex(ret_mark, CONFIG_MARK_SIZE, digest, (CONFIG_MARK_SIZE - 1) / 2);
}
