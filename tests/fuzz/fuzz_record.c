/* A sender's record of a document; whatever it says, every step moves it or leaves it as it was. */
#include "fuzz.h"

#include "sender/record.h"

static void steps(const struct record *record, struct arena *arena)
{
    for (int step = 0; step < DOC_STEP_COUNT; step++) {
        struct record moved;

        if (record_copy(arena, record, &moved) == ERR_OK && record_move(&moved, (enum doc_step)step, 1) == ERR_REFUSED)
            MUST(moved.state == record->state && moved.work == record->work);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct record record, again;
    struct problems problems, kept, none = { .count = 0 };
    struct strbuf out;
    struct arena arena;

    if (record_decode((struct str){ (const char *)bytes, len }, &record))
        return 0;
    arena_init(&arena, FUZZ_ARENA_BYTES);
    strbuf_init(&out, FUZZ_ARENA_BYTES);
    record_encode(&record, &out);
    MUST(record_decode(strbuf_str(&out), &again) == ERR_OK);
    MUST(again.state == record.state && again.work == record.work && str_equal(again.body, record.body) &&
         str_equal(again.draft, record.draft) && again.decided == record.decided);
    record_problems(&record, &problems);
    if (record_set_problems(&again, &arena, &problems) == ERR_OK) {
        record_problems(&again, &kept);
        MUST(kept.count <= problems.count);
    }
    MUST(record_set_problems(&again, &arena, &none) == ERR_OK);
    record_problems(&again, &kept);
    MUST(kept.count == 0);
    for (size_t i = 0; i < problems.count; i++)
        MUST(record.state != DOC_SENT || !list_has(record.accepted, str_of(problem_code_text(problems.at[i].code))));
    MUST(!record_open_for(&record, record.revision) || !record.sealed);
    MUST(record.revision == UINT32_MAX || !record_open_for(&record, record.revision + 1) || !record.sealed ||
         record.work == WORK_TELL);
    steps(&record, &arena);
    strbuf_free(&out);
    arena_free(&arena);
    return 0;
}
