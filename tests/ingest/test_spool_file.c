#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "ingest/spool_file.h"

static const char text[] = "first line of the file\nsecond line, which was read\nthird line\n";
enum { READ = 51 };                          /* the first two lines */

/* Goal: a file is the one that was read only if nothing of what was read is different. */
static void judged(void **unused)
{
    static const struct { const char *why; size_t at; const char *put; off_t size; enum position_verdict verdict; } rows[] = {
        { "untouched",           0, "",         -1,   POSITION_SAME },
        { "grown",              62, "fourth\n", -1,   POSITION_SAME },
        { "what is not read",   52, "THIRD",    -1,   POSITION_SAME },
        { "cut where it was read to", 0, "",    READ, POSITION_SAME },
        { "shorter",             0, "",         READ - 1, POSITION_TRUNCATED },
        { "empty",               0, "",         0,    POSITION_TRUNCATED },
        { "other beginning",     0, "F",        -1,   POSITION_REWRITTEN },
        { "other last line",    45, "X",        -1,   POSITION_REWRITTEN },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char path[] = "/tmp/bilag-spool-XXXXXX", bytes[POSITION_BYTES];
        struct position position = { .offset = READ, .line = 2 }, back;
        enum position_verdict verdict;
        struct stat st;
        int fd = mkstemp(path);

        assert_true(fd >= 0 && unlink(path) == 0);
        assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
        assert_int_equal(fstat(fd, &st), 0);
        position.device = (uint64_t)st.st_dev;
        position.inode = (uint64_t)st.st_ino;
        assert_int_equal(position_head(&position, fd), ERR_OK);
        print_of((struct str){ text + 23, READ - 1 - 23 }, &position.tail);
        position_encode(&position, bytes);
        assert_int_equal(position_decode((struct str){ bytes, sizeof bytes }, &back), ERR_OK);
        assert_memory_equal(&back, &position, sizeof back);
        assert_int_equal(pwrite(fd, rows[i].put, strlen(rows[i].put), (off_t)rows[i].at), strlen(rows[i].put));
        if (rows[i].size >= 0)
            assert_int_equal(ftruncate(fd, rows[i].size), 0);
        assert_int_equal(fstat(fd, &st), 0);
        assert_int_equal(position_judge(&back, fd, &st, &verdict), ERR_OK);
        if (verdict != rows[i].verdict)
            fail_msg("%s: %d", rows[i].why, (int)verdict);
        back.inode++;
        assert_int_equal(position_judge(&back, fd, &st, &verdict), ERR_OK);
        assert_int_equal(verdict, POSITION_REPLACED);
        back.offset = 0;
        assert_int_equal(position_judge(&back, fd, &st, &verdict), ERR_OK);
        assert_int_equal(verdict, POSITION_SAME);
        (void)close(fd);
    }
    assert_int_equal(position_decode(STR("short"), &(struct position){ 0 }), ERR_STORE_DAMAGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(judged) };

    return cmocka_run_group_tests_name("spool_file", tests, NULL, NULL);
}
