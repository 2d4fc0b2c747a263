/* Goal: a program without keys knows which there are, and never has one; where they are another user's, it knows what the program
 * that holds them wrote, and hears when that changes. */
#include "tests/common/domain/config_folder.h"

#include "base/keymarks.h"
#include "base/vault.h"

#include <sodium.h>

static const char mark_of_oslo[] = "15ddc94d1706a0df";       /* of the key "oslo-grill" */

static struct config *load_without(const struct folder *folder)
{
    struct config *config = NULL;
    struct fault fault = { "" };

    if (config_load_without_keys(str_of(folder->path), &config, &fault))
        fail_msg("%s", fault.text);
    return config;
}

static bool is(struct str text, const char *wanted)
{
    return str_equal(text, str_of(wanted));
}

static void marks_stand_for_keys(void **unused)
{
    struct folder folder;
    struct config *with, *without;
    struct fault fault;

    (void)unused;
    folder_make(&folder);
    with = folder_load(&folder);
    without = load_without(&folder);
    assert_true(with->holds_keys && !without->holds_keys);
    assert_true(is(with->venues[0].client_key, "oslo-grill") && is(with->venues[0].client_id, mark_of_oslo));
    assert_true(is(without->venues[0].client_key, mark_of_oslo) && is(without->venues[0].client_id, mark_of_oslo));
    assert_true(str_equal(with->venues[0].mapping_hash, without->venues[0].mapping_hash));
    assert_true(without->subscription_key.len == 16 && !is(without->subscription_key, "sub-key"));
    assert_true(without->application_keys[0].len == 16 && without->subscription_key_secondary.len == 0);
    assert_false(without->marks.missed || config_marks_changed(without));
    config_free(with);
    config_free(without);
    folder_write(&folder, "keys/subscription", "a key", 5, 0644);        /* what is wrong with a key is told as ever */
    assert_int_equal(config_load_without_keys(str_of(folder.path), &without, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "chmod 600"));
    folder_remove(&folder);
}

/* Root may read everything, so it is not root here. */
static void become_another(const struct folder *folder, bool another)
{
    char path[128];

    if (geteuid() == 0 && another) {
        assert_int_equal(chmod(folder->path, 0755), 0);
        (void)snprintf(path, sizeof path, "%s/keys", folder->path);
        assert_int_equal(chmod(path, 0700), 0);
        assert_int_equal(seteuid(65534), 0);
    } else if (getuid() == 0 && !another) {
        assert_int_equal(seteuid(0), 0);
    } else {
        (void)snprintf(path, sizeof path, "%s/keys", folder->path);
        assert_int_equal(chmod(path, another ? 0 : 0700), 0);
    }
}

static void keys_of_another_user(void **unused)
{
    struct folder folder;
    struct config *with, *without;
    struct fault fault;
    char path[128];

    (void)unused;
    folder_make(&folder);
    (void)snprintf(path, sizeof path, "%s/state", folder.path);
    assert_int_equal(mkdir(path, 0755), 0);
    become_another(&folder, true);
    without = load_without(&folder);                         /* nothing was told yet: nothing is known, and nothing is wrong */
    assert_int_equal(without->fault_count, 0);
    assert_true(without->venues[0].client_id.len == 0 && without->marks.file_missed && !config_marks_changed(without));
    become_another(&folder, false);
    with = folder_load(&folder);
    assert_int_equal(keymarks_write(&with->marks, with->state_dir, &fault), ERR_OK);
    (void)snprintf(path, sizeof path, "%s/state/key-marks", folder.path);
    assert_int_equal(chmod(path, 0644), 0);
    assert_true(config_marks_changed(without));
    config_free(without);
    become_another(&folder, true);
    without = load_without(&folder);
    assert_true(is(without->venues[0].client_id, mark_of_oslo) && without->subscription_key.len == 16);
    assert_false(config_marks_changed(without));
    assert_int_equal(config_load(str_of(folder.path), &with, &fault), ERR_CONFIG);       /* who needs the keys has none */
    become_another(&folder, false);
    config_free(with);
    config_free(without);
    folder_remove(&folder);
}

static void files_that_are_none(void **unused)
{
    static const struct { const char *text; mode_t mode; bool fine; } rows[] = {
        { "", 0640, true },                                  { "0123456789abcdef file:/x\n", 0600, true },
        { "0123456789abcdef file:/x", 0600, false },         { "0123456789abcde file:/x\n", 0600, false },
        { "0123456789abcdef\n", 0600, false },               { "0123456789abcdef0 x\n", 0600, false },
        { "0123456789abcdef file:/x\n", 0660, false },       { "\n", 0600, false },
    };
    struct folder folder;
    struct arena arena;
    struct fault fault;

    (void)unused;
    folder_make(&folder);
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct keymarks marks;

        keymarks_init(&marks, &arena);
        folder_write(&folder, "key-marks", rows[i].text, strlen(rows[i].text), rows[i].mode);
        if ((keymarks_read(&marks, str_of(folder.path), &fault) == ERR_OK) != rows[i].fine)
            fail_msg("row %zu", i);
        assert_true(!rows[i].fine || !rows[i].text[0] || is(keymarks_find(&marks, STR("file:/x")), "0123456789abcdef"));
    }
    arena_free(&arena);
    folder_remove(&folder);
}

/* Many, in any order, some twice: each is found, once in the file, and the same again is not written. */
static void many(void **unused)
{
    struct folder folder;
    struct arena arena;
    struct keymarks marks, again;
    struct fault fault;
    struct stat first, second;
    char path[128];

    (void)unused;
    folder_make(&folder);
    arena_init(&arena, 1 << 20);
    keymarks_init(&marks, &arena);
    keymarks_init(&again, &arena);
    for (int i = 0; i < 200; i++) {
        struct str place = arena_format(&arena, "file:/keys/%d", i * 7 % 100);

        assert_int_equal(keymarks_add(&marks, place, keymark_of(place, &arena)), ERR_OK);
    }
    assert_int_equal(keymarks_write(&marks, str_of(folder.path), &fault), ERR_OK);
    (void)snprintf(path, sizeof path, "%s/key-marks", folder.path);
    assert_int_equal(stat(path, &first), 0);
    assert_int_equal(keymarks_write(&marks, str_of(folder.path), &fault), ERR_OK);
    assert_true(stat(path, &second) == 0 && first.st_ino == second.st_ino && (first.st_mode & 07777) == 0640);
    assert_int_equal(keymarks_read(&again, str_of(folder.path), &fault), ERR_OK);
    assert_int_equal(again.count, 100);
    for (int i = 0; i < 100; i++) {
        struct str place = arena_format(&arena, "file:/keys/%d", i);

        assert_true(str_equal(keymarks_find(&again, place), keymark_of(place, &arena)));
    }
    assert_int_equal(keymarks_find(&again, STR("file:/keys/100")).len, 0);
    arena_free(&arena);
    folder_remove(&folder);
}

static void the_vault_keeps_what_it_is_given(void **unused)
{
    struct vault vault = { NULL };
    struct str kept[2000];
    char key[600];

    (void)unused;
    for (size_t i = 0; i < COUNT(kept); i++) {
        memset(key, 'a' + (int)(i % 26), sizeof key);
        kept[i] = vault_copy(&vault, (struct str){ key, 1 + i % 500 });
        assert_non_null(kept[i].bytes);
    }
    for (size_t i = 0; i < COUNT(kept); i++) {
        assert_true(kept[i].len == 1 + i % 500 && kept[i].bytes[kept[i].len] == '\0');
        for (size_t k = 0; k < kept[i].len; k++)
            assert_int_equal(kept[i].bytes[k], 'a' + (int)(i % 26));
    }
    assert_true(vault_copy(&vault, STR("")).bytes != NULL);
    assert_null(vault_copy(&vault, (struct str){ key, 1 << 20 }).bytes);
    vault_free(&vault);
    assert_null(vault.first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_stand_for_keys),
        cmocka_unit_test(keys_of_another_user),
        cmocka_unit_test(files_that_are_none),
        cmocka_unit_test(many),
        cmocka_unit_test(the_vault_keeps_what_it_is_given),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
