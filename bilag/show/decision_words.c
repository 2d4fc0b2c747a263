#include "decision_words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bilag/read/manual.h"
#include "catalogue.h"
#include "domain/problem.h"

/* What may be accepted, as a heading has it; the whole sentence stands with the document (domain/problem_texts.c). */
static const struct { enum problem_code code; const char *words; } accepted[] = {
    { PROBLEM_SEQUENCE_GAP, "receipts are missing" },
    { PROBLEM_Z_DIFFERS, "Z report and receipts differ" },
    { PROBLEM_Z_MISSING, "there is no Z report" },
    { PROBLEM_GRAND_TOTAL_BROKEN, "the running total does not fit" },
    { PROBLEM_TOTAL_DIFFERS, "PowerOffice has another total" },
    { PROBLEM_VAT_ZERO, "sold without VAT" },
    { PROBLEM_Z_GAP, "receipts in no Z report" },
    { PROBLEM_Z_OVERLAP, "receipts in two Z reports" },
    { PROBLEM_CLOCK_JUMP, "the till's clock was wrong" },
};

static struct str problem_words(struct str detail, struct arena *arena)
{
    enum problem_code code;

    (void)arena;
    for (size_t i = 0; i < COUNT(accepted) && problem_code_parse(detail, &code); i++)
        if (accepted[i].code == code)
            return str_of(catalogue_words(accepted[i].words));
    return detail;
}

static struct str nothing(struct str detail, struct arena *arena)
{
    (void)detail;
    (void)arena;
    return STR_NONE;
}

static bool is_number(struct str text, int64_t *ret_number)
{
    char digits[24], *end;

    if (!str_copy(text, digits, sizeof digits) || !text.len)
        return false;
    *ret_number = strtoll(digits, &end, 10);
    return !*end;
}

static struct str amount_words(struct str detail, struct arena *arena)
{
    char text[MONEY_TEXT_SIZE];
    int64_t ore;

    if (!is_number(detail, &ore))
        return detail;
    return arena_format(arena, catalogue_words("amount %s kr"), money_kroner((struct money){ ore }, text));
}

/* "2026-11-20 3": the revision that was seen is behind the day. */
static struct str day_words(struct str detail, struct arena *arena)
{
    const char *blank = detail.len ? memchr(detail.bytes, ' ', detail.len) : NULL;

    (void)arena;
    return (struct str){ detail.bytes, blank ? (size_t)(blank - detail.bytes) : detail.len };
}

/* "10001 (was 10002)" */
static struct str customer_words(struct str detail, struct arena *arena)
{
    const char *was = detail.len ? memmem(detail.bytes, detail.len, " (was ", 6) : NULL;
    size_t len = was ? (size_t)(was - detail.bytes) : detail.len;

    if (!was)
        return arena_format(arena, catalogue_words("customer %.*s"), STR_ARG(detail));
    return arena_format(arena, catalogue_words("customer %.*s, before that %.*s"), (int)len, detail.bytes,
                        (int)(detail.len - len - 7), was + 6);
}

static struct str with_amount(const struct manual_kind_row *row, struct str amount, struct arena *arena)
{
    return arena_format(arena, "%s, " STR_FMT " kr", catalogue_words(row->en), STR_ARG(amount));
}

/* "4f2a1c invoice 125,00" */
static struct str manual_words(struct str detail, struct arena *arena)
{
    const char *kind = detail.len ? memchr(detail.bytes, ' ', detail.len) : NULL;
    const char *amount = kind ? memchr(kind + 1, ' ', detail.len - (size_t)(kind + 1 - detail.bytes)) : NULL;

    for (int i = 0; amount && i < MANUAL_KIND_COUNT; i++) {
        const struct manual_kind_row *row = manual_kind((enum manual_kind)i);
        struct str rest = { amount + 1, detail.len - (size_t)(amount + 1 - detail.bytes) };

        if (str_equal((struct str){ kind + 1, (size_t)(amount - kind - 1) }, str_of(row->name)))
            return str_equal(rest, STR("?")) ? str_of(catalogue_words(row->en)) : with_amount(row, rest, arena);
    }
    return detail;
}

/* "company 912345678, oslo", "company 912345678 client 1234567", "company 912345678, like oslo" */
static struct str company_words(struct str detail, struct arena *arena)
{
    static const struct { const char *word, *said; } words[] = {
        { "company ", "company" }, { "like ", "like" }, { "client ", "client" },
    };
    struct str text = STR_NONE;

    while (detail.len) {
        struct str one = { detail.bytes, 0 }, said;

        while (one.len < detail.len && detail.bytes[one.len] != ',' &&
               !(one.len && str_starts((struct str){ detail.bytes + one.len, detail.len - one.len }, STR(" client "))))
            one.len++;
        said = one;
        for (size_t i = 0; i < COUNT(words); i++)
            if (str_starts(one, str_of(words[i].word)))
                said = arena_format(arena, "%s %.*s", catalogue_words(words[i].said), (int)(one.len - strlen(words[i].word)),
                                    one.bytes + strlen(words[i].word));
        text = arena_format(arena, STR_FMT "%s" STR_FMT, STR_ARG(text), text.len ? ", " : "", STR_ARG(said));
        detail = (struct str){ detail.bytes + one.len, detail.len - one.len };
        while (detail.len && (detail.bytes[0] == ',' || detail.bytes[0] == ' '))
            detail = (struct str){ detail.bytes + 1, detail.len - 1 };
    }
    return text;
}

static struct str person_words(struct str detail, struct arena *arena)
{
    (void)arena;
    return str_equal(detail, STR("customer")) ? str_of(catalogue_words("a customer"))
         : str_equal(detail, STR("staff")) ? str_of(catalogue_words("an employee")) : detail;
}

static const struct { const char *verb; struct str (*words)(struct str detail, struct arena *arena); } rows[] = {
    { "accept", problem_words },          { "by-hand", nothing },              { "resend-on", day_words },
    { "leave-out", amount_words },        { "choose", nothing },               { "restarted", nothing },
    { "manual-done", manual_words },      { "connect", customer_words },       { "disconnect", customer_words },
    { "dismiss-refused", nothing },       { "retry-refused", nothing },        { "dismiss-parked", nothing },
    { "venue-new", company_words },       { "venue-key", nothing },            { "venue-key-refused", nothing },
    { "new-client", company_words },      { "token-add", company_words },      { "forget", person_words },
    { "business-days", nothing },
};

static struct str words_of(struct str verb, struct str detail, struct arena *arena)
{
    for (size_t i = 0; i < COUNT(rows) && detail.len; i++)
        if (str_equal(verb, str_of(rows[i].verb)))
            return rows[i].words(detail, arena);
    return detail;
}

struct str decision_detail_words(const struct decision *decision, struct arena *arena)
{
    const size_t undo = sizeof UNDO_PREFIX - 1;
    struct str words;
    uint64_t number;

    if (!decision_undoes(decision, &number, &words))
        return words_of(decision->verb, decision->detail, arena);
    words = words_of((struct str){ decision->verb.bytes + undo, decision->verb.len - undo }, words, arena);
    return arena_format(arena, catalogue_words("decision %" PRIu64 "%s%.*s"), number, words.len ? ": " : "", STR_ARG(words));
}
