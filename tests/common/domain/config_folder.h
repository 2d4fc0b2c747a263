/* config_folder.h - a configuration folder for tests: made, changed by replacing text in good files, and
 * taken away again. */
#ifndef BILAG_TESTS_CONFIG_FOLDER_H
#define BILAG_TESTS_CONFIG_FOLDER_H

#include "domain/config.h"
#include "tests/temporary.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HELPER static __attribute__((unused))

struct folder { char path[64]; };

static const char good_root[] =
    "state_dir: state\n"
    "run_dir: /run/bilag-test\n"
    "poweroffice:\n"
    "  token_url: http://127.0.0.1:1/OAuth/Token\n"
    "  api_url: http://127.0.0.1:1/v2/\n"
    "  subscription_key: {file: keys/subscription}\n"
    "  requests_per_second: 10\n"
    "  contact: drift@example.no\n"
    "  application_keys:\n"
    "    quickorder: {file: keys/quickorder}\n"
    "ingest: {http: 127.0.0.1:7420, spool: spool}\n"
    "stages: {ingest: 1, mapper: 2, validator: 3, uploader: 4, invoicer: 5}\n"
    "sender:\n"
    "  in_flight_max: 8\n";

static const char good_venue[] =
    "venue: oslo-grill\n"
    "name: Oslo Grill, Aker Brygge\n"
    "timezone: Europe/Oslo\n"
    "business_day_start: 05:00\n"
    "currency: NOK\n"
    "company: \"912345678\"\n"
    "extension: quickorder\n"
    "client_key: {file: keys/oslo-grill}\n"
    "department: \"10\"\n"
    "auto_transfer: true\n"
    "auto_invoice: true\n"
    "send_invoice: false\n"
    "close: z_report\n"
    "registers: [K1, K2]\n"
    "vat:\n"
    "  normal:  {rate: 25, code: \"3\"}\n"
    "  reduced: {rate: 15, code: \"31\"}\n"
    "  none:    {rate: 0, code: \"0\"}\n"
    "product_types:\n"
    "  food:      {account: 3000, reduced_account: 3001, product: MAT, reduced_product: MAT-TA}\n"
    "  beer:      {account: 3010, product: OL, alcohol: true}\n"
    "  gift_card: {account: 2901, product: GAVEKORT}\n"
    "payment_types:\n"
    "  cash:      {account: 1900}\n"
    "  card:      {account: 1570}\n"
    "  gift_card: {account: 2901, transfer: true}\n"
    "  credit:    {transfer: false}\n"
    "saft:\n"
    "  locations: [Aker Brygge]\n"
    "  article_groups: {\"04004\": food, \"04010\": beer}\n"
    "  payment_codes: {12001: cash}\n"
    "  sequence: false\n"
    "begins: 2026-01-01\n";

HELPER void folder_write(const struct folder *folder, const char *name, const char *text, size_t len, mode_t mode)
{
    char path[256];
    int fd;

    (void)snprintf(path, sizeof path, "%s/%s", folder->path, name);
    (void)unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(write(fd, text, len), len);
    assert_int_equal(close(fd), 0);
}

/* `text` with the first `from` replaced by `to`; the caller frees it. */
HELPER char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    size_t size = strlen(text) + strlen(to) + 1;
    char *result = malloc(size);

    if (!at)
        fail_msg("\"%s\" is not in the good file", from);
    assert_non_null(result);
    assert_true(snprintf(result, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) >= 0);
    return result;
}

HELPER void folder_venue(const struct folder *folder, const char *id, const char *from, const char *to)
{
    char name[128], key[128], venue[128], *named, *renamed, *text;

    (void)snprintf(name, sizeof name, "venues/%s.yaml", id);
    (void)snprintf(key, sizeof key, "keys/%s", id);
    (void)snprintf(venue, sizeof venue, "venue: %s", id);
    named = replaced(good_venue, "venue: oslo-grill", venue);
    renamed = replaced(named, "keys/oslo-grill", key);
    text = replaced(renamed, from, to);
    folder_write(folder, name, text, strlen(text), 0644);
    folder_write(folder, key, id, strlen(id), 0600);
    free(named);
    free(renamed);
    free(text);
}

HELPER void folder_root(const struct folder *folder, const char *from, const char *to)
{
    char *text = replaced(good_root, from, to);

    folder_write(folder, "bilag.yaml", text, strlen(text), 0644);
    free(text);
}

HELPER void folder_make(struct folder *folder)
{
    char path[128];

    assert_true(temporary_folder("config", folder->path, sizeof folder->path));
    (void)snprintf(path, sizeof path, "%s/venues", folder->path);
    assert_int_equal(mkdir(path, 0755), 0);
    (void)snprintf(path, sizeof path, "%s/keys", folder->path);
    assert_int_equal(mkdir(path, 0700), 0);
    folder_root(folder, "", "");
    folder_venue(folder, "oslo-grill", "", "");
    folder_write(folder, "keys/subscription", "sub-key\n", 8, 0600);
    folder_write(folder, "keys/quickorder", "  app-key\r\n", 11, 0400);
}

HELPER void folder_remove(const struct folder *folder)
{
    assert_int_equal(temporary_remove(folder->path), 0);
}

HELPER struct config *folder_load(const struct folder *folder)
{
    struct config *config = NULL;
    struct fault fault;

    if (config_load(str_of(folder->path), &config, &fault))
        fail_msg("%s", fault.text);
    return config;
}

#endif
