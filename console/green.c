#include "green.h"

#include "bilag/read/setup_judge.h"
#include "poweroffice/privilege.h"
#include "poweroffice/right_books.h"

enum { PROBLEM_BYTES = 8192 };

static void fault(struct green *green, struct str text)
{
    if (green->count < GREEN_FAULTS_MAX)
        green->faults[green->count++] = text;
}

/* That there is no key is said for itself, and that nothing goes follows from the others. */
static void judge_files(const struct green_wish *wish, struct green *green)
{
    for (size_t i = 0; i < wish->finding_count; i++)
        if (wish->findings[i].severity == SEVERITY_FAULT && wish->findings[i].code != FINDING_TRANSFER_REFUSED &&
            wish->findings[i].code != FINDING_CLIENT_KEY)
            fault(green, wish->findings[i].text);
}

static bool is_fresh(const struct ref_summary *summary, unsigned part)
{
    for (unsigned i = 0; i < REF_BITS; i++)
        if (part == 1u << i)
            return summary->part_read_ms[i] && clock_now_ms() - summary->part_read_ms[i] <= GREEN_AGE_MS;
    return false;
}

/* A list that the key has no right to is as old as it is: that the right lacks is what PowerOffice says of it. */
static bool all_fresh(const struct ref_summary *summary, bool orders)
{
    static const struct { unsigned part, right; } lists[] = {
        { REF_ACCOUNTS, NEED_VOUCHER | NEED_ORDER }, { REF_VAT_CODES, NEED_VOUCHER | NEED_ORDER },
        { REF_DATES, NEED_VOUCHER | NEED_ORDER },    { REF_DEPARTMENTS, NEED_DEPARTMENT },
        { REF_PRODUCTS, NEED_ORDER },
    };

    if (!is_fresh(summary, REF_PRIVILEGES))
        return false;
    for (size_t i = 0; i < COUNT(lists); i++)
        if ((lists[i].part != REF_PRODUCTS || orders) && !is_fresh(summary, lists[i].part) &&
            !(summary->rights_lacking & lists[i].right))
            return false;
    return true;
}

static const char *unknown(const struct view *view, const struct green_wish *wish, const struct ref_summary *summary,
                           bool *ret_old)
{
    *ret_old = false;
    if (!wish->venue->client_id.len)
        return SAY(view, "It cannot be switched on before the venue is connected to PowerOffice.",
                   "Den kan ikke slås på før salgsstedet er koblet til PowerOffice.");
    if (summary->login_refused)
        return SAY(view, "It cannot be switched on while PowerOffice refuses the venue's key.",
                   "Den kan ikke slås på mens PowerOffice avviser nøkkelen til salgsstedet.");
    if (all_fresh(summary, wish->orders))
        return NULL;
    *ret_old = true;
    return SAY(view, "It can be switched on only when PowerOffice was asked within the hour and nothing is wrong. It is being "
                     "asked "
                     "now: try once more in a moment.",
               "Den kan bare slås på når PowerOffice er spurt den siste timen og alt er i orden. Det spørres nå: prøv en gang til "
               "om et øyeblikk.");
}

/* Each as the sentence of a held document. */
static enum err judge_books(struct view *view, const struct green_wish *wish, struct refstore *store, struct green *green)
{
    struct problems problems = { .count = 0 };
    struct str kept = STR_NONE;
    struct strbuf text;
    enum err err = ERR_OK;

    if (!str_equal(wish->books->company, wish->venue->company))
        err = right_books_of(store, wish->venue->company, &view->arena, &kept);
    if (!err || err == ERR_NOT_FOUND)
        err = setup_judge(wish->venue, wish->books, kept, &view->arena, &problems);
    for (size_t i = 0; !err && i < problems.count; i++) {
        strbuf_init(&text, PROBLEM_BYTES);
        problem_write_for(&problems.at[i], view->config.language, view->config.wording, &text);
        fault(green, arena_copy(&view->arena, strbuf_str(&text)));
        strbuf_free(&text);
    }
    return err;
}

enum err green_judge(struct view *view, const struct green_wish *wish, struct green *ret_green)
{
    struct ref_summary summary = { .have = 0 };
    struct refstore *store = NULL;
    enum err err = refstore_open(view->config.state_dir, STORE_READ_ONLY, &store, &view->context.fault);

    *ret_green = (struct green){ .count = 0 };
    judge_files(wish, ret_green);
    if (!err && wish->venue->client_id.len)
        err = refdata_summary(store, wish->venue->client_id, &summary);
    if (!err || err == ERR_NOT_FOUND) {
        err = ERR_OK;
        ret_green->unknown = unknown(view, wish, &summary, &ret_green->old);
    }
    if (!err && !ret_green->unknown)
        err = judge_books(view, wish, store, ret_green);
    refstore_close(store);
    return err;
}
