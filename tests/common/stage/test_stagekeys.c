/* Goal: however many stages start at once for the first time, they agree on every key; what is no key, or could be somebody
 * else's, is refused with the command that mends. */
#include "stage/stagekeys.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>
#include <cmocka.h>

enum { AT_ONCE = 20, PATH_SIZE = 256 };

static char folder[32];

static void make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/bilag-keys-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[64];

    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static const char *path_of(const char *name)
{
    static char path[PATH_SIZE];

    (void)snprintf(path, sizeof path, "%s/keys/%s", folder, name);
    return path;
}

static struct stagekeys *keys_of(const char *stage)
{
    struct stagekeys *keys = NULL;
    struct fault fault = { "" };

    if (stagekeys_open(str_of(folder), stage, &keys, &fault))
        fail_msg("%s: %s", stage, fault.text);
    return keys;
}

/* Each child opens as one of the stages when the pipe is closed, and says all public keys. */
static void child(int gate, int out, enum stage_kind own)
{
    char byte, all[STAGE_KINDS * CURVE_TEXT_SIZE] = "";
    struct stagekeys *keys;

    (void)!read(gate, &byte, 1);
    if (stagekeys_open(str_of(folder), stage_kind_text(own), &keys, NULL))
        _exit(1);
    for (enum stage_kind kind = 0; kind < STAGE_KINDS; kind++)
        (void)strcat(all, stagekeys_public(keys, kind));
    _exit(write(out, all, sizeof all) == (ssize_t)sizeof all ? 0 : 1);
}

static void all_start_at_once(void **unused)
{
    char all[STAGE_KINDS * CURVE_TEXT_SIZE], first[sizeof all];
    int gate[2], out[2];

    (void)unused;
    make_folder();
    assert_int_equal(pipe(gate) | pipe(out), 0);
    for (int i = 0; i < AT_ONCE; i++)
        if (fork() == 0) {
            (void)close(gate[1]);
            child(gate[0], out[1], (enum stage_kind)(i % STAGE_KINDS));
        }
    (void)close(gate[0]);
    (void)close(gate[1]);
    for (int i = 0; i < AT_ONCE; i++) {
        int status;

        assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_int_equal(read(out[0], i ? all : first, sizeof all), sizeof all);
        if (i)
            assert_memory_equal(all, first, sizeof all);
    }
    (void)close(out[0]);
    (void)close(out[1]);
    remove_folder();
}

static void pairs_fit(void **unused)
{
    unsigned char bytes[CURVE_BYTES];

    (void)unused;
    make_folder();
    for (enum stage_kind kind = 0; kind < STAGE_KINDS; kind++) {
        struct stagekeys *keys = keys_of(stage_kind_text(kind));
        char public[CURVE_TEXT_SIZE];

        assert_int_equal(zmq_curve_public(public, stagekeys_secret(keys)), 0);
        assert_string_equal(public, stagekeys_public(keys, kind));
        assert_non_null(zmq_z85_decode(bytes, public));
        assert_int_equal(stagekeys_whose(keys, bytes), kind);
        bytes[7] ^= 1;
        assert_int_equal(stagekeys_whose(keys, bytes), STAGE_KINDS);
        stagekeys_close(keys);
    }
    assert_int_equal(stage_kind_of(STR("uploader")), KIND_UPLOADER);
    assert_int_equal(stage_kind_of(STR("sandbox")), STAGE_KINDS);
    remove_folder();
}

static void write_text(const char *name, const char *text)
{
    int fd = open(path_of(name), O_WRONLY | O_TRUNC | O_CLOEXEC);

    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
}

static void what_is_refused(void **unused)
{
    static const char other[] = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
    static const struct { const char *why, *name, *text; mode_t mode; const char *said; } rows[] = {
        { "folder",              "",                     NULL,   0750, "chmod 700" },
        { "secret key's mode",   "stage-mapper.secret",  NULL,   0644, "chmod 600" },
        { "public key's mode",   "stage-ingest.public",  NULL,   0664, "keys are made anew" },
        { "half a key",          "stage-mapper.secret",  "rq:r", 0600, "holds no key" },
        { "no letters of a key", "stage-uploader.public", "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~", 0644, "holds no key" },
        { "nothing",             "stage-uploader.public", "",    0644, "holds no key" },
        { "of another pair",     "stage-mapper.public",  other,  0644, "no pair" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct stagekeys *keys;
        struct fault fault = { "" };
        enum err err;

        make_folder();
        stagekeys_close(keys_of("mapper"));
        if (rows[i].text)
            write_text(rows[i].name, rows[i].text);
        assert_int_equal(chmod(path_of(rows[i].name), rows[i].mode), 0);
        err = stagekeys_open(str_of(folder), "mapper", &keys, &fault);
        if (err != ERR_CONFIG || !strstr(fault.text, rows[i].said))
            fail_msg("%s: %s, %s", rows[i].why, err_text(err), fault.text);
        remove_folder();
    }
}

/* A stage may be kept from reading the others' secret keys; a public one that is gone is made again of its own. */
static void only_the_own_secret_is_read(void **unused)
{
    struct stagekeys *keys;

    (void)unused;
    make_folder();
    stagekeys_close(keys_of("mapper"));
    write_text("stage-uploader.secret", "hidden");
    assert_int_equal(unlink(path_of("stage-mapper.public")), 0);
    keys = keys_of("mapper");
    stagekeys_close(keys);
    assert_int_equal(access(path_of("stage-mapper.public"), F_OK), 0);
    remove_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_start_at_once),
        cmocka_unit_test(pairs_fit),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(only_the_own_secret_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
