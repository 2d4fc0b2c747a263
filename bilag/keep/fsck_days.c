/* fsck_days.c - what no store shows by itself: vouchers that no till's receipts are behind, days that nobody closes. */
#include "fsck_days.h"

#include "fsck.h"
#include "bilag/read/books.h"

enum { NAMES_BYTES = 16 * 1024 * 1024 };

/* How far a voucher without a receipt behind it has come, and what takes it back. The first row that fits. */
static const struct row {
    bool known, sealed;
    unsigned states;
    const char *why, *mend;
} rows[] = {
    { true, true, 1u << DOC_SENT, "it was sent, and no store has an event of its day",
      "Look at it (bilag explain) and find out who made it. Nothing of a till is behind it: bilag reverse takes it back in "
      "PowerOffice." },
    { true, true, 1u << DOC_REVERSED | 1u << DOC_BY_HAND, NULL, NULL },      /* a person has ended it */
    { true, true, UINT32_MAX, "it is being sent, and no store has an event of its day",
      "Find out who made it. When it is sent (bilag status), bilag reverse takes it back in PowerOffice." },
    { true, false, 1u << DOC_BY_HAND, NULL, NULL },
    { true, false, UINT32_MAX, "it waits at bilag-uploader, and no store has an event of its day",
      "Find out who made it, and do not transfer it. Stop all stages and restore a backup from before (bilag restore); or leave "
      "it: it is not sent without automatic transfer or somebody's word." },
    { false, false, UINT32_MAX, "the mapper has drafted it, and no store has an event of its day",
      "Stop all stages and move the folder mapper away: it is built again from the event log, which has nothing of this day." },
};

static const struct row *row_of(const struct book_doc *doc)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].known == doc->status.known && rows[i].sealed == doc->status.sealed && (rows[i].states & 1u << doc->state))
            return &rows[i];
    return NULL;
}

const char *fsck_days_mend(struct str why)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].why && str_equal(why, str_of(rows[i].why)))
            return rows[i].mend;
    return NULL;
}

static enum err judge_doc(struct books *books, struct storecheck *check, const struct book_doc *doc, struct str language)
{
    const struct row *row = row_of(doc);
    bool nothing;
    enum err err = books_nothing_behind(books, &doc->draft, &check->arena, &nothing);
    char why[PROBLEM_TEXT_MAX];
    struct strbuf out;

    check->records++;
    if (!err && nothing && row && row->why)
        storecheck_damaged(check, doc->id, row->why);
    for (size_t i = 0; !err && i < doc->draft.problems.count; i++) {
        if (doc->draft.problems.at[i].code != PROBLEM_DAY_OPEN)
            continue;
        strbuf_init(&out, sizeof why);
        problem_write(&doc->draft.problems.at[i], language, &out);
        (void)str_copy(strbuf_str(&out), why, sizeof why);
        strbuf_free(&out);
        storecheck_damaged(check, doc->id, why);
    }
    return err;
}

static enum err judge_venue(struct books *books, struct storecheck *check, struct str venue, struct str language)
{
    struct book_list list;
    enum err err = books_venue(books, venue, INT32_MIN, INT32_MAX, &check->arena, &list);

    for (size_t i = 0; !err && i < list.count; i++)
        err = judge_doc(books, check, &list.docs[i], language);
    arena_reset(&check->arena);
    books_relax(books);
    return err;
}

enum err fsck_days_run(const struct config *config, struct storecheck *check, struct fault *fault)
{
    struct config here = *config;
    struct books *books;
    struct arena names_arena;
    struct str *names;
    size_t count;
    enum err err;

    here.state_dir = check->state_dir;
    err = books_open(&here, &books, fault);
    if (err)
        return err;
    arena_init(&names_arena, NAMES_BYTES);
    check->table = "documents";
    err = books_names(books, &names_arena, &names, &count);
    for (size_t i = 0; !err && i < count; i++)
        err = judge_venue(books, check, names[i], config->language);
    arena_free(&names_arena);
    books_close(books);
    return err;
}
