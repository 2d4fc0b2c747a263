/* Goal: keys are read only from guarded files, fault or not they are never shown, and each fault ends with the
 * command that mends it. */
#include "tests/common/domain/config_folder.h"

static void key_files_table(void **unused)
{
    static const struct { const char *why, *text; mode_t mode; const char *says; } rows[] = {
        { "as it should be",     "key-1234", 0600, NULL },
        { "read only",           "key-1234\n", 0400, NULL },
        { "blanks around",       " \tkey-1234 \r\n\n", 0600, NULL },
        { "others may read",     "key-1234", 0604, "chmod 600" },
        { "the group may read",  "key-1234", 0640, "chmod 600" },
        { "readable for all",    "key-1234", 0644, "mode 0644" },
        { "may be run",          "key-1234", 0700, "chmod 600" },
        { "set-uid",             "key-1234", 04600, "chmod 600" },
        { "empty",               "", 0600, "is empty" },
        { "blanks only",         " \n", 0600, "is empty" },
        { "two words",           "key 1234", 0600, "one word" },
        { "two lines",           "key-1234\nkey-5678", 0600, "one word" },
        { "not ASCII",           "key-12\xc3\xb8" "34", 0600, "ASCII" },
        { "a control character", "key-\x01" "1234", 0600, "ASCII" },
    };
    struct folder folder;
    struct config *config = NULL;
    struct fault fault;
    char *text = malloc(700), path[128];

    (void)unused;
    folder_make(&folder);
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum err err;

        folder_write(&folder, "keys/subscription", rows[i].text, strlen(rows[i].text), rows[i].mode);
        err = config_load(str_of(folder.path), &config, &fault);
        if (err != (rows[i].says ? ERR_CONFIG : ERR_OK))
            fail_msg("%s: %s", rows[i].why, err ? fault.text : "was taken");
        if (err) {
            if (!strstr(fault.text, rows[i].says) || !strstr(fault.text, "keys/subscription"))
                fail_msg("%s: %s", rows[i].why, fault.text);
            assert_null(strstr(fault.text, "1234"));         /* never shown */
            continue;
        }
        assert_string_equal(config->subscription_key.bytes, "key-1234");
        config_free(config);
    }
    assert_non_null(text);
    memset(text, 'k', 700);
    folder_write(&folder, "keys/subscription", text, 512, 0600);
    config_free(folder_load(&folder));
    folder_write(&folder, "keys/subscription", text, 513, 0600);
    assert_int_equal(config_load(str_of(folder.path), &config, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "longer than 512"));
    free(text);
    folder_write(&folder, "keys/subscription", "key-1234", 8, 0600);
    (void)snprintf(path, sizeof path, "%s/keys/subscription", folder.path);
    if (geteuid() == 0) {                /* only root can make a file that is another's */
        assert_int_equal(chown(path, 65534, 65534), 0);
        assert_int_equal(config_load(str_of(folder.path), &config, &fault), ERR_CONFIG);
        assert_non_null(
            strstr(fault.text, "belongs to another user (uid 65534), this runs as uid 0; run it as the user that "));
        assert_null(strstr(fault.text, "chown"));            /* to whom: only the operator knows */
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(config_load(str_of(folder.path), &config, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "install -m 600 /dev/stdin"));
    assert_int_equal(symlink("subscription", path), 0);      /* there, and cannot be opened */
    assert_int_equal(config_load(str_of(folder.path), &config, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "let it belong to the user"));
    assert_null(strstr(fault.text, "/dev/stdin"));            /* that would empty it */
    folder_root(&folder, "{file: keys/subscription}", "{file: keys}");
    assert_int_equal(config_load(str_of(folder.path), &config, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "no plain file"));
    folder_root(&folder, "{file: keys/subscription}", "{file: /dev/null}");
    assert_int_equal(config_load(str_of(folder.path), &config, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "no plain file"));
    folder_remove(&folder);
}

static void credentials_come_from_systemd_s_folder(void **unused)
{
    struct folder folder;
    struct config *config;
    char path[128];

    (void)unused;
    folder_make(&folder);
    folder_root(&folder, "{file: keys/subscription}", "{credential: sub}");
    folder_write(&folder, "keys/sub", "from-systemd", 12, 0440);
    (void)snprintf(path, sizeof path, "%s/keys", folder.path);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", path, 1), 0);
    config = folder_load(&folder);
    assert_string_equal(config->subscription_key.bytes, "from-systemd");
    config_free(config);
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    folder_remove(&folder);
}

static void built_in_keys_can_be_replaced(void **unused)
{
    struct folder folder;
    struct config *config;

    (void)unused;
    folder_make(&folder);
    folder_root(&folder, "quickorder: {file: keys/quickorder}",
                "quickorder: {file: keys/quickorder}\n    add-on-3: {file: keys/subscription}");
    config = folder_load(&folder);
    assert_string_equal(config->application_keys[3].bytes, "sub-key");
    assert_string_equal(config->application_keys[4].bytes, "97b982b7-10e1-4e85-b5dc-204df9f45484");
    config_free(config);
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_files_table),
        cmocka_unit_test(credentials_come_from_systemd_s_folder),
        cmocka_unit_test(built_in_keys_can_be_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
