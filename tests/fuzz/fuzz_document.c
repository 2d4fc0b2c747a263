/* Drafts, verdicts and seals, off a socket or out of a store. */
#include "fuzz.h"

#include "domain/draft.h"

enum { DOCUMENT_BYTES_MAX = 64 * 1024 * 1024 };

static void draft_stands(struct str text, struct arena *arena)
{
    struct draft draft, again;
    struct strbuf first, second;

    strbuf_init(&first, DOCUMENT_BYTES_MAX);
    strbuf_init(&second, DOCUMENT_BYTES_MAX);
    if (draft_decode(text, arena, &draft) == ERR_OK) {
        draft_encode(&draft, &first);
        MUST(draft_decode(strbuf_str(&first), arena, &again) == ERR_OK);
        draft_encode(&again, &second);
        MUST(str_equal(strbuf_str(&first), strbuf_str(&second)));
    }
    strbuf_free(&first);
    strbuf_free(&second);
}

static void verdict_stands(struct str text, struct arena *arena)
{
    struct verdict verdict;

    if (verdict_decode(text, &verdict) == ERR_OK)
        draft_stands(verdict.draft_bytes, arena);
}

static void seal_stands(struct str text)
{
    struct seal seal, again;
    struct strbuf out;

    if (seal_decode(text, &seal))
        return;
    strbuf_init(&out, DOCUMENT_BYTES_MAX);
    seal_encode(&seal, &out);
    MUST(seal_decode(strbuf_str(&out), &again) == ERR_OK);
    MUST(seal.revision == again.revision && seal.upto == again.upto && seal.decided == again.decided);
    strbuf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    unsigned which = fuzz_choice(&bytes, &len, 3);
    struct str text = { (const char *)bytes, len };
    struct arena arena;

    arena_init(&arena, FUZZ_ARENA_BYTES);
    if (which == 0)
        draft_stands(text, &arena);
    else if (which == 1)
        verdict_stands(text, &arena);
    else
        seal_stands(text);
    arena_free(&arena);
    return 0;
}
