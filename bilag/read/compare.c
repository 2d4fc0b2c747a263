#include "compare.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SCRATCH_BYTES = 1 << 26, NEAR_DAYS = 7, CELLS_FIRST = 32, SMALL_ORE = 100, COSTS_FROM = 4000, COSTS_TO = 7999,
       VAT_FROM = 2700, VAT_TO = 2799 };

/* Which of ours. */
enum which { NOT_SENT, SENT, ALL };

/* The sums of a day, of both sides. */
struct cell_sum {
    int64_t account;
    struct str vat_code, department;
    int32_t rate;
    struct money ours, theirs;
    bool told;                           /* equal, or its cause is found */
};
struct cell_sums { struct cell_sum *at; size_t count, room; struct arena *arena; };

struct comparing {
    const struct compare_input *input;
    struct arena *arena, scratch;        /* scratch: of one guess */
    struct comparison found;
    struct cell_sums sums;
    const struct compare_day *day;
};

/* --- rows of the tables --- */

#define X(name, code, en, nb) { code, en, nb },
static const struct { const char *code, *en, *nb; } causes[] = { DIFFERENCE_CAUSES(X) };
#undef X

const char *difference_code(enum difference_cause cause)
{
    return causes[cause].code;
}

void difference_say(enum difference_cause cause, struct str about, bool norwegian, struct strbuf *out)
{
    const char *text = norwegian ? causes[cause].nb : causes[cause].en, *hole = strstr(text, "{0}");

    if (!hole) {
        strbuf_add(out, str_of(text));
        return;
    }
    strbuf_add(out, (struct str){ text, (size_t)(hole - text) });
    strbuf_add(out, about);
    strbuf_add(out, str_of(hole + 3));
}

/* Room for one more. NULL: out of memory. */
static void *grown(struct arena *arena, void *at, size_t count, size_t *room, size_t size)
{
    size_t more = *room ? 2 * *room : CELLS_FIRST;
    void *larger;

    if (count < *room)
        return at;
    larger = arena_array(arena, more, size);
    if (larger && count)
        memcpy(larger, at, count * size);
    if (larger)
        *room = more;
    return larger;
}

enum err postings_add(struct postings *list, struct arena *arena, const struct posting *posting)
{
    struct posting *at = grown(arena, list->at, list->count, &list->room, sizeof *at);

    if (!at)
        return ERR_MEMORY;
    list->at = at;
    at[list->count++] = *posting;
    return ERR_OK;
}

/* --- sums --- */

static enum err count_in(struct cell_sums *sums, const struct posting *posting, bool theirs)
{
    struct cell_sum *cell = NULL;
    struct money *side;

    for (size_t i = 0; i < sums->count && !cell; i++)
        if (sums->at[i].account == posting->account && str_equal(sums->at[i].vat_code, posting->vat_code) &&
            str_equal(sums->at[i].department, posting->department))
            cell = &sums->at[i];
    if (!cell) {
        struct cell_sum *more = grown(sums->arena, sums->at, sums->count, &sums->room, sizeof *more);

        if (!more)
            return ERR_MEMORY;
        sums->at = more;
        cell = &more[sums->count++];
        *cell = (struct cell_sum){ .account = posting->account, .vat_code = posting->vat_code,
                                   .department = posting->department };
    }
    if (posting->rate)
        cell->rate = posting->rate;
    side = theirs ? &cell->theirs : &cell->ours;
    return money_add(*side, posting->amount, side);
}

static bool is_of(const struct posting *posting, enum which which)
{
    return which == ALL || posting->sent == (which == SENT);
}

static enum err count_days(struct cell_sums *sums, const struct postings *list, int32_t from, int32_t to, enum which which,
                           bool theirs)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < list->count; i++)
        if (list->at[i].day >= from && list->at[i].day <= to && is_of(&list->at[i], which))
            err = count_in(sums, &list->at[i], theirs);
    return err;
}

static bool any_on(const struct postings *list, int32_t day, enum which which)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].day == day && is_of(&list->at[i], which))
            return true;
    return false;
}

static int64_t gap(const struct cell_sum *cell)
{
    return cell->theirs.ore - cell->ours.ore;
}

/* Whether every sum of ours, times so many, is theirs. */
static bool times(const struct cell_sums *sums, int64_t factor)
{
    for (size_t i = 0; i < sums->count; i++)
        if (sums->at[i].ours.ore * factor != sums->at[i].theirs.ore)         /* bounded by MONEY_SUM_MAX */
            return false;
    return sums->count > 0;
}

/* Whether what is theirs on a day is ours of these days. */
static enum err is_ours_of(struct comparing *work, int32_t their_day, int32_t from, int32_t to, enum which which,
                           bool *ret_same)
{
    struct cell_sums sums = { .arena = &work->scratch };
    enum err err;

    arena_reset(&work->scratch);
    err = count_days(&sums, &work->input->ours, from, to, which, false);
    if (!err)
        err = count_days(&sums, &work->input->theirs, their_day, their_day, ALL, true);
    *ret_same = times(&sums, 1);
    return err;
}

/* --- telling --- */

static enum err tell(struct comparing *work, struct cell_sum *cell, enum difference_cause cause, struct str about)
{
    struct comparison *found = &work->found;
    struct difference *at = grown(work->arena, found->at, found->count, &found->room, sizeof *at);

    if (!at)
        return ERR_MEMORY;
    found->at = at;
    at[found->count++] = (struct difference){ work->day->day, cell->account, cell->vat_code, cell->department, cell->ours,
                                              cell->theirs, cause, about };
    cell->told = true;
    return ERR_OK;
}

static enum err tell_all(struct comparing *work, enum difference_cause cause, struct str about)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < work->sums.count; i++)
        if (!work->sums.at[i].told)
            err = tell(work, &work->sums.at[i], cause, about);
    return err;
}

static struct str day_about(struct comparing *work, int32_t day)
{
    char text[16];

    return arena_format(work->arena, "%s", day_text(day, text));
}

static struct str account_about(struct comparing *work, int64_t account)
{
    return arena_format(work->arena, "%" PRId64, account);
}

static struct str or_none(struct str text)
{
    return text.len ? text : STR("-");
}

/* --- causes of a whole day --- */

/* The day on which ours of this one was posted, but for days on which their own is. */
static enum err find_elsewhere(struct comparing *work, int32_t *ret_day, bool *ret_found)
{
    int32_t day = work->day->day;
    enum err err = ERR_OK;

    *ret_found = false;
    for (int32_t other = day - NEAR_DAYS; !err && !*ret_found && other <= day + NEAR_DAYS; other++) {
        bool its_own = true;

        if (other == day || !any_on(&work->input->theirs, other, ALL))
            continue;
        err = is_ours_of(work, other, other, other, NOT_SENT, &its_own);
        if (!err && !its_own)
            err = is_ours_of(work, other, day, day, NOT_SENT, ret_found);
        *ret_day = other;
    }
    return err;
}

/* Whether nothing else was posted in these days than on that one. */
static bool posted_only_on(const struct comparing *work, int32_t from, int32_t to, int32_t only)
{
    for (int32_t day = from; day <= to; day++)
        if (day != only && any_on(&work->input->theirs, day, ALL))
            return false;
    return any_on(&work->input->theirs, only, ALL);
}

/* A row of days that this one is in, posted on one that is in it or beside it. */
static enum err find_together(struct comparing *work, int32_t *ret_day, bool *ret_found)
{
    int32_t day = work->day->day;
    enum err err = ERR_OK;

    *ret_found = false;
    for (int32_t from = day - NEAR_DAYS; from <= day; from++)
        for (int32_t to = from < day ? day : day + 1; to <= from + NEAR_DAYS; to++)
            for (int32_t other = from - 1; other <= to + 1; other++) {
                if (err || *ret_found || !posted_only_on(work, from, to, other))
                    continue;
                err = is_ours_of(work, other, from, to, NOT_SENT, ret_found);
                *ret_day = other;
            }
    return err;
}

/* Whether ours without the last parts is theirs; *ret_part: the first that is missing. */
static enum err find_late(struct comparing *work, size_t *ret_part)
{
    const struct compare_day *day = work->day;
    enum err err = ERR_OK;

    *ret_part = 0;
    for (size_t part = 1; !err && !*ret_part && part < day->part_count; part++) {
        struct cell_sums sums = { .arena = &work->scratch };

        arena_reset(&work->scratch);
        for (size_t i = 0; !err && i < day->part_ends[part - 1]; i++)
            if (work->input->ours.at[i].day == day->day && !work->input->ours.at[i].sent)
                err = count_in(&sums, &work->input->ours.at[i], false);
        if (!err)
            err = count_days(&sums, &work->input->theirs, day->day, day->day, ALL, true);
        if (!err && times(&sums, 1))
            *ret_part = part + 1;
    }
    return err;
}

/* Days near by, not this one, that are not sent, whose sales are what was posted on this one: theirs is those days'. *ret_day:
 * the first of them. */
static enum err find_whose(struct comparing *work, int32_t *ret_day, bool *ret_found)
{
    int32_t day = work->day->day;
    enum err err = ERR_OK;

    *ret_found = false;
    for (int32_t from = day - NEAR_DAYS; from <= day + NEAR_DAYS; from++)
        for (int32_t to = from; !err && !*ret_found && to <= day + NEAR_DAYS && to <= from + NEAR_DAYS; to++) {
            bool its_own = false;

            if (from == day || !any_on(&work->input->ours, from, NOT_SENT))
                break;
            if (from == to)
                err = is_ours_of(work, from, from, from, NOT_SENT, &its_own);
            if (!err && !its_own)
                err = is_ours_of(work, day, from, to, NOT_SENT, ret_found);
            *ret_day = from;
        }
    return err;
}

/* The numbers of their vouchers of this day, each once. */
static struct str vouchers_about(struct comparing *work)
{
    const struct postings *theirs = &work->input->theirs;
    struct str list = STR_NONE;

    for (size_t i = 0; i < theirs->count; i++) {
        const struct posting *posting = &theirs->at[i];
        bool told = posting->day != work->day->day || !posting->voucher.len;

        for (size_t k = 0; k < i && !told; k++)
            told = theirs->at[k].day == posting->day && str_equal(theirs->at[k].voucher, posting->voucher);
        if (!told)
            list = arena_format(work->arena, STR_FMT "%s" STR_FMT, STR_ARG(list), list.len ? ", " : "",
                                STR_ARG(posting->voucher));
    }
    return or_none(list);
}

/* Something was posted on a day of which Bilag has sent something. */
static enum err beside_sent(struct comparing *work, bool ours)
{
    int32_t day = work->day->day, other = 0;
    bool found = false, same = false;
    enum err err = find_whose(work, &other, &found);

    if (!err && found)
        return ours ? ERR_OK : tell_all(work, DIFFERS_OF_DAY, day_about(work, other));
    for (enum which which = SENT; !err && !same && which <= ALL; which++)
        err = is_ours_of(work, day, day, day, which, &same);
    if (err || (ours && !same))
        return err;                      /* with what is not sent, the usual causes */
    return tell_all(work, same ? DIFFERS_BOTH : DIFFERS_BESIDES, vouchers_about(work));
}

/* What of ours was posted elsewhere, or not at all. */
static enum err ours_elsewhere(struct comparing *work)
{
    enum difference_cause cause = DIFFERS_OTHER_DAY;
    bool found = false;
    int32_t other = 0;
    size_t part = 0;
    enum err err;

    if (times(&work->sums, 2))
        return tell_all(work, DIFFERS_TWICE, STR_NONE);
    if (times(&work->sums, -1))
        return tell_all(work, DIFFERS_SIGN, STR_NONE);
    err = find_late(work, &part);
    if (!err && part)
        return tell_all(work, DIFFERS_LATE, arena_format(work->arena, "%zu", part));
    if (!err)
        err = find_elsewhere(work, &other, &found);
    if (!err && !found) {
        err = find_together(work, &other, &found);
        cause = DIFFERS_TOGETHER;
    }
    return err || !found ? err : tell_all(work, cause, day_about(work, other));
}

static enum err whole_day(struct comparing *work, bool ours, bool theirs)
{
    bool found = false, whole = times(&work->sums, 1);
    int32_t other = 0;
    enum err err = ERR_OK;

    for (size_t i = 0; i < work->sums.count; i++)
        work->sums.at[i].told = gap(&work->sums.at[i]) == 0;
    if (whole || (!ours && !theirs))
        return ERR_OK;
    if (theirs && work->day->sent)
        err = beside_sent(work, ours);
    if (!err && ours)
        err = ours_elsewhere(work);
    if (!err && !ours && !work->day->sent)
        err = find_whose(work, &other, &found);
    if (!err && found)
        err = tell_all(work, DIFFERS_OF_DAY, day_about(work, other));
    if (!err && (!ours || !theirs))
        err = tell_all(work, ours ? DIFFERS_NOT_POSTED : DIFFERS_NOT_OURS, STR_NONE);
    return err;
}

/* --- causes of sums --- */

/* What two sums, of which one has too much what the other has too little, tell. The first row that fits decides. */
static bool other_vat_code(const struct compare_input *input, const struct cell_sum *a, const struct cell_sum *b)
{
    (void)input;
    return a->account == b->account && !str_equal(a->vat_code, b->vat_code);
}

static bool other_department(const struct compare_input *input, const struct cell_sum *a, const struct cell_sum *b)
{
    (void)input;
    return a->account == b->account && !str_equal(a->department, b->department);
}

static bool tips(const struct compare_input *input, const struct cell_sum *a, const struct cell_sum *b)
{
    return input->tip_account && (a->account == input->tip_account || b->account == input->tip_account);
}

static bool gift_cards(const struct compare_input *input, const struct cell_sum *a, const struct cell_sum *b)
{
    return input->gift_account && (a->account == input->gift_account || b->account == input->gift_account);
}

static bool is_cost(const struct cell_sum *cell)
{
    return cell->ours.ore == 0 && cell->account >= COSTS_FROM && cell->account <= COSTS_TO;
}

static bool fee(const struct compare_input *input, const struct cell_sum *a, const struct cell_sum *b)
{
    return (is_cost(a) || is_cost(b)) && a->account != input->rounding_account && b->account != input->rounding_account;
}

/* A sum of ours that no account is set for. */
static bool unmapped(const struct compare_input *input, const struct cell_sum *a, const struct cell_sum *b)
{
    (void)input;
    return a->account == 0 || b->account == 0;
}

static bool rounding(const struct compare_input *input, const struct cell_sum *a, const struct cell_sum *b)
{
    int64_t size = llabs(gap(a));

    return size <= SMALL_ORE ||
           (input->rounding_account && (a->account == input->rounding_account || b->account == input->rounding_account));
}

static bool any_pair(const struct compare_input *input, const struct cell_sum *a, const struct cell_sum *b)
{
    (void)input;
    (void)a;
    (void)b;
    return true;
}

static const struct pair_row {
    enum difference_cause cause;
    bool (*fits)(const struct compare_input *input, const struct cell_sum *a, const struct cell_sum *b);
} pairs[] = {
    { DIFFERS_UNMAPPED, unmapped }, { DIFFERS_VAT_CODE, other_vat_code }, { DIFFERS_DEPARTMENT, other_department },
    { DIFFERS_TIPS, tips },         { DIFFERS_GIFT_CARDS, gift_cards },   { DIFFERS_FEE, fee },
    { DIFFERS_ROUNDING, rounding }, { DIFFERS_ACCOUNT, any_pair },
};

static struct str pair_about(struct comparing *work, enum difference_cause cause, const struct cell_sum *other)
{
    if (cause == DIFFERS_VAT_CODE)
        return or_none(other->vat_code);
    if (cause == DIFFERS_DEPARTMENT)
        return or_none(other->department);
    return account_about(work, other->account);
}

static enum err tell_pairs(struct comparing *work, const struct pair_row *row)
{
    struct cell_sums *sums = &work->sums;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < sums->count; i++)
        for (size_t k = i + 1; !err && !sums->at[i].told && k < sums->count; k++) {
            struct cell_sum *a = &sums->at[i], *b = &sums->at[k];

            if (b->told || gap(a) != -gap(b) || !row->fits(work->input, a, b))
                continue;
            err = tell(work, a, row->cause, pair_about(work, row->cause, b));
            if (!err)
                err = tell(work, b, row->cause, pair_about(work, row->cause, a));
        }
    return err;
}

/* What is left of a day may all be one thing that Bilag leaves out of its voucher: a credit sale that was posted too. */
static enum err tell_left_out(struct comparing *work)
{
    const struct compare_day *day = work->day;
    struct cell_sums *sums = &work->sums;
    int64_t debit = 0, rest = 0;

    for (size_t i = 0; i < sums->count; i++) {
        int64_t more = sums->at[i].told ? 0 : gap(&sums->at[i]);

        debit += more > 0 ? more : 0;
        rest += more;
    }
    for (size_t i = 0; debit && rest == 0 && i < day->left_count; i++)
        if (day->left[i].amount.ore == debit)
            return tell_all(work, DIFFERS_LEFT_OUT, day->left[i].what);
    return ERR_OK;
}

/* Sales posted net, and the VAT that went elsewhere. */
static enum err tell_net(struct comparing *work)
{
    enum err err = ERR_OK;
    bool any = false;

    for (size_t i = 0; !err && i < work->sums.count; i++) {
        struct cell_sum *cell = &work->sums.at[i];
        int64_t net = cell->ours.ore - money_vat_of_gross(cell->ours, cell->rate).ore;

        if (cell->told || !cell->rate || llabs(cell->theirs.ore - net) > 1 || !cell->theirs.ore)
            continue;
        any = true;
        err = tell(work, cell, DIFFERS_NET, STR_NONE);
    }
    for (size_t i = 0; !err && any && i < work->sums.count; i++)
        if (!work->sums.at[i].told && !work->sums.at[i].ours.ore && work->sums.at[i].account >= VAT_FROM &&
            work->sums.at[i].account <= VAT_TO)
            err = tell(work, &work->sums.at[i], DIFFERS_NET, STR_NONE);
    return err;
}

static enum err tell_singles(struct comparing *work)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < work->sums.count; i++) {
        struct cell_sum *cell = &work->sums.at[i];

        if (cell->told)
            continue;
        if (cell->account == 0)
            err = tell(work, cell, DIFFERS_UNMAPPED, or_none(STR_NONE));
        else if (llabs(gap(cell)) <= SMALL_ORE ||
                 (work->input->rounding_account && cell->account == work->input->rounding_account))
            err = tell(work, cell, DIFFERS_ROUNDING, STR_NONE);
        else
            err = tell(work, cell, DIFFERS_UNEXPLAINED, STR_NONE);
    }
    return err;
}

static int by_account(const void *a, const void *b)
{
    const struct cell_sum *x = a, *y = b;
    int order = (x->account > y->account) - (x->account < y->account);

    if (!order)
        order = str_compare(x->vat_code, y->vat_code);
    return order ? order : str_compare(x->department, y->department);
}

static int difference_order(const void *a, const void *b)
{
    const struct difference *x = a, *y = b;
    int order = (x->day > y->day) - (x->day < y->day);

    if (!order)
        order = (x->account > y->account) - (x->account < y->account);
    if (!order)
        order = str_compare(x->vat_code, y->vat_code);
    return order ? order : str_compare(x->department, y->department);
}

static enum err compare_one(struct comparing *work)
{
    int32_t day = work->day->day;
    struct cell_sums *sums = &work->sums;
    enum err err;

    *sums = (struct cell_sums){ .arena = work->arena };
    err = count_days(sums, &work->input->ours, day, day, NOT_SENT, false);
    if (!err)
        err = count_days(sums, &work->input->theirs, day, day, ALL, true);
    if (err)
        return err;
    if (sums->count > 1)
        qsort(sums->at, sums->count, sizeof *sums->at, by_account);
    err = whole_day(work, any_on(&work->input->ours, day, NOT_SENT), any_on(&work->input->theirs, day, ALL));
    if (!err)
        err = tell_net(work);
    for (size_t i = 0; !err && i < COUNT(pairs) - 1; i++)
        err = tell_pairs(work, &pairs[i]);
    if (!err)
        err = tell_left_out(work);
    if (!err)
        err = tell_pairs(work, &pairs[COUNT(pairs) - 1]);    /* any two: only where nothing better explains them */
    return err ? err : tell_singles(work);
}

enum err compare(const struct compare_input *input, struct arena *arena, struct comparison *ret_comparison)
{
    struct comparing work = { .input = input, .arena = arena };
    enum err err = ERR_OK;

    arena_init(&work.scratch, SCRATCH_BYTES);
    for (size_t i = 0; !err && i < input->day_count; i++) {
        work.day = &input->days[i];
        err = compare_one(&work);
    }
    arena_free(&work.scratch);
    if (!err && work.found.count > 1)
        qsort(work.found.at, work.found.count, sizeof *work.found.at, difference_order);
    if (!err)
        *ret_comparison = work.found;
    return err;
}
