/* Goal: a venue on an add-on is asked for once, waits until a person confirms that very extension, and is as it was where its key
 * came to nothing. */
#include "bilag/act/add_on.h"
#include "bilag/read/addons.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static char folder[64];
static struct arena arena;
static struct config config;

static struct context context_now(void)
{
    return (struct context){ .config = &config, .arena = &arena };
}

static int make(void **unused)
{
    (void)unused;
    if (!temporary_folder("add-on", folder, sizeof folder))
        return -1;
    arena_init(&arena, 1 << 20);
    config = (struct config){ .state_dir = str_of(folder), .language = STR("en") };
    return 0;
}

static int drop(void **unused)
{
    (void)unused;
    arena_free(&arena);
    return temporary_remove(folder);
}

static bool waits(void)
{
    struct context context = context_now();
    struct addons addons;

    assert_int_equal(addons_load(&context, &addons), ERR_OK);
    return addons_has(&addons, STR("oslo"));
}

/* Letters, one a step: a, A ask for add-on 1 or 2, m for the main extension; d drop, c confirm add-on 1, x confirm in vain. */
static void step(char letter, bool *asked)
{
    struct context context = context_now();
    int extension = letter == 'm' ? EXTENSION_MAIN : letter == 'A' ? EXTENSION_MAIN + 2 : EXTENSION_MAIN + 1;

    switch (letter) {
    case 'd':
        assert_int_equal(add_on_drop(&context, STR("oslo"), extension), ERR_OK);
        break;
    case 'c':
        assert_int_equal(add_on_confirm(&context, STR("oslo"), extension, STR("done"), NULL), ERR_OK);
        break;
    case 'x':
        assert_int_equal(add_on_confirm(&context, STR("oslo"), extension, STR("done"), NULL), ERR_NOT_FOUND);
        break;
    default:
        assert_int_equal(add_on_ask(&context, STR("oslo"), extension, asked), ERR_OK);
    }
}

static void walks(void **unused)
{
    static const struct { const char *why, *steps; bool asked, waits; } rows[] = {
        { "the main extension waits for nobody", "m", false, false },
        { "an add-on does", "a", true, true },
        { "and is asked for once", "aa", false, true },
        { "until a person says so", "ac", true, false },
        { "which is not said twice", "acx", true, false },
        { "a new key for it is not asked for again", "aca", false, false },
        { "another add-on is", "acA", true, true },
        { "a key that came to nothing: as it was", "ad", true, false },
        { "and nothing is confirmed by it", "ada", true, true },
        { "nobody asked: there is nothing to confirm", "x", false, false },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        bool asked = false;

        assert_int_equal(drop(unused) || make(unused), 0);
        for (const char *at = rows[i].steps; *at; at++)
            step(*at, &asked);
        if (asked != rows[i].asked || waits() != rows[i].waits)
            fail_msg("%s: asked %d, waits %d", rows[i].why, asked, waits());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(walks, make, drop) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
