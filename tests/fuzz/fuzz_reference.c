/* PowerOffice's lists: their pages as they come, and what of them rests in the store. */
#include "fuzz.h"

#include "poweroffice/refbuild.h"

static void page(unsigned which, struct str text)
{
    struct refbuild build;
    size_t items;
    enum err err;

    refbuild_init(&build);
    if (which < REFLISTS)
        err = refbuild_page(&build, reflists[which].bit, text, &items);
    else if (which == REFLISTS)
        err = refbuild_client(&build, text);
    else if (which == REFLISTS + 1)
        err = refbuild_lock_date(&build, text);
    else
        err = refbuild_conversion_date(&build, text);
    MUST(err == ERR_OK || err == ERR_FORMAT || err == ERR_MEMORY);          /* as refbuild.h says */
    (void)refbuild_done(&build, 0, 1);
    refbuild_free(&build);
}

static void stored(unsigned which, struct str text)
{
    struct refdata data = { 0 }, again = { 0 };
    struct strbuf first, second;
    struct arena arena;

    arena_init(&arena, FUZZ_ARENA_BYTES);
    strbuf_init(&first, FUZZ_ARENA_BYTES);
    strbuf_init(&second, FUZZ_ARENA_BYTES);
    if (reflist_decode(&reflists[which], text, &arena, &data) == ERR_OK) {
        reflist_encode(&reflists[which], &data, &first);
        MUST(reflist_decode(&reflists[which], strbuf_str(&first), &arena, &again) == ERR_OK);
        reflist_encode(&reflists[which], &again, &second);
        MUST(first.len == second.len);       /* equal codes may change places */
    }
    strbuf_free(&first);
    strbuf_free(&second);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    unsigned which = fuzz_choice(&bytes, &len, 2 * REFLISTS + 3);
    struct str text = { (const char *)bytes, len };

    if (which < REFLISTS + 3)
        page(which, text);
    else
        stored(which - REFLISTS - 3, text);
    return 0;
}
