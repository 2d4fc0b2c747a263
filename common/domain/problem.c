#include "problem.h"

#include "base/utf8.h"
#include "problem_texts.h"

#include <string.h>

enum { PICKED_BYTES = 4096 };

static const struct { struct str code; unsigned ways; } codes[PROBLEM_COUNT] = {
#define X(name, text, ways) [name] = { { text, sizeof(text) - 1 }, ways },
    PROBLEMS(X)
#undef X
};

static const char *const way_texts[WAY_COUNT] = {
#define X(name, text) [name##_PLACE] = text,
    WAYS(X)
#undef X
};

_Static_assert((int)PROBLEMS_MAX > (int)PROBLEM_COUNT, "problems_add() relies on room for every code");

const char *problem_code_text(enum problem_code code)
{
    ensure((unsigned)code < PROBLEM_COUNT);
    return codes[code].code.bytes;
}

bool problem_code_parse(struct str text, enum problem_code *ret_code)
{
    for (size_t i = 0; i < COUNT(codes); i++) {
        if (!str_equal(codes[i].code, text))
            continue;
        *ret_code = (enum problem_code)i;
        return true;
    }
    return false;
}

unsigned problem_ways(enum problem_code code)
{
    ensure((unsigned)code < PROBLEM_COUNT);
    return codes[code].ways;
}

bool problem_acceptable(enum problem_code code)
{
    return problem_ways(code) & WAY_ACCEPT;
}

const char *way_text(enum way_place place)
{
    ensure((unsigned)place < WAY_COUNT);
    return way_texts[place];
}

static uint64_t count_sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void problems_drop(struct problems *problems, size_t index)
{
    problems->count--;
    for (size_t i = index; i < problems->count; i++)
        problems->at[i] = problems->at[i + 1];
}

/* The last one of a code that has several; SIZE_MAX if each code is there once only. */
static size_t problems_last_repeated(const struct problems *problems, enum problem_code code)
{
    size_t last = SIZE_MAX, seen = 0;

    for (size_t i = 0; i < problems->count; i++)
        if (problems->at[i].code == code) {
            last = i;
            seen++;
        }
    return seen > 1 ? last : SIZE_MAX;
}

/* Full, and the newcomer's code is not there: another code's last entry is counted in the one before it. */
static void problems_make_room(struct problems *problems)
{
    bool made = false;

    for (size_t i = problems->count; i-- > 0 && !made;) {
        enum problem_code code = problems->at[i].code;
        size_t last = problems_last_repeated(problems, code);
        uint64_t count;

        if (last == SIZE_MAX)
            continue;
        count = problems->at[last].count;
        problems_drop(problems, last);
        for (size_t k = last; k-- > 0 && !made;) {
            if (problems->at[k].code != code)
                continue;
            problems->at[k].count = count_sum(problems->at[k].count, count);
            made = true;
        }
    }
    ensure(made);
}

static bool same_args(const struct problem *a, const struct problem *b)
{
    for (size_t i = 0; i < PROBLEM_ARGS; i++)
        if (!str_equal(a->arg[i], b->arg[i]))
            return false;
    return true;
}

void problems_add(struct problems *problems, const struct problem *problem)
{
    struct problem *same_code = NULL, *to;

    ensure((unsigned)problem->code < PROBLEM_COUNT);
    for (size_t i = 0; i < problems->count; i++) {
        struct problem *at = &problems->at[i];

        if (at->code != problem->code)
            continue;
        same_code = at;
        if (same_args(at, problem))
            break;
    }
    if (same_code && (problems->count == PROBLEMS_MAX || same_args(same_code, problem))) {
        same_code->count = count_sum(same_code->count, problem->count ? problem->count : 1);
        return;
    }
    if (problems->count == PROBLEMS_MAX)
        problems_make_room(problems);
    to = &problems->at[problems->count++];
    *to = *problem;
    if (to->count == 0)
        to->count = 1;
}

bool problems_have(const struct problems *problems, enum problem_code code)
{
    for (size_t i = 0; i < problems->count; i++)
        if (problems->at[i].code == code)
            return true;
    return false;
}

void problems_remove(struct problems *problems, enum problem_code code)
{
    for (size_t i = problems->count; i-- > 0;)
        if (problems->at[i].code == code)
            problems_drop(problems, i);
}

const char *problems_codes(const struct problems *problems, char buffer[PROBLEM_CODES_SIZE])
{
    bool said[PROBLEM_COUNT] = { false };
    size_t len = 0;

    buffer[0] = '\0';
    for (size_t i = 0; i < problems->count; i++) {
        struct str code = codes[problems->at[i].code].code;

        if (said[problems->at[i].code] || len + code.len + 2 > PROBLEM_CODES_SIZE)
            continue;
        said[problems->at[i].code] = true;
        if (len)
            buffer[len++] = ',';
        memcpy(buffer + len, code.bytes, code.len + 1);
        len += code.len;
    }
    return buffer;
}

/* "{1:receipt is|receipts are}": which of the two words goes with the numbers of the argument, "80" or "7-9, 11". */
static struct str word_for(struct str numbers, struct str words)
{
    const char *bar = memchr(words.bytes, '|', words.len);
    size_t one = bar ? (size_t)(bar - words.bytes) : words.len;

    ensure(bar != NULL);
    for (size_t i = 0; i < numbers.len; i++)
        if (numbers.bytes[i] < '0' || numbers.bytes[i] > '9')
            return (struct str){ bar + 1, words.len - one - 1 };
    return (struct str){ words.bytes, one };
}

/* What stands between the braces, and whether it is empty. percent: "{1%}". */
struct place { struct str value; bool percent; };

static struct place place_of(const struct problem *problem, struct str name, char number[24])
{
    struct place place = { STR_NONE, false };
    uint64_t count = problem->count;
    size_t at = 24;

    if (str_equal(name, STR("first"))) {
        place.value = problem->first;
    } else if (str_equal(name, STR("count"))) {
        do
            number[--at] = (char)('0' + count % 10);
        while (count /= 10);
        place.value = (struct str){ number + at, 24 - at };
    } else {
        ensure(name.len >= 1 && name.bytes[0] >= '0' && name.bytes[0] < '0' + PROBLEM_ARGS);
        place.value = problem->arg[name.bytes[0] - '0'];
        if (name.len > 2 && name.bytes[1] == ':')
            place.value = word_for(place.value, (struct str){ name.bytes + 2, name.len - 2 });
        place.percent = name.len == 2 && name.bytes[1] == '%' && place.value.len > 0 &&
                        place.value.bytes[place.value.len - 1] != '%';
    }
    return place;
}

static struct str name_at(const char *brace)
{
    struct str name = { brace + 1, 0 };

    while (name.bytes[name.len] != '}')
        name.len++;
    return name;
}

/* Is anything empty between this '[' and its ']'? Brackets do not nest. */
static bool part_is_empty(const struct problem *problem, const char *bracket)
{
    char number[24];

    for (const char *at = bracket; *at != ']'; at++)
        if (*at == '{' && place_of(problem, name_at(at), number).value.len == 0)
            return true;
    return false;
}

static void fill_in(const struct problem *problem, const char *text, struct strbuf *out)
{
    for (const char *at = text; *at; at++) {
        if (*at == '[' && part_is_empty(problem, at)) {
            while (*at != ']')
                at++;
        } else if (*at == '{') {
            char number[24];
            struct str name = name_at(at);
            struct place place = place_of(problem, name, number);

            strbuf_add(out, place.value.len ? place.value : STR("?"));
            if (place.percent)
                strbuf_add(out, STR(" %"));
            at = name.bytes + name.len;
        } else if (*at != '[' && *at != ']') {
            strbuf_char(out, *at);
        }
    }
}

void problem_write_for(const struct problem *problem, struct str language, enum wording wording, struct strbuf *out)
{
    const struct problem_text *text = &problem_texts[problem->code];
    struct strbuf picked;

    ensure((unsigned)problem->code < PROBLEM_COUNT);
    strbuf_init(&picked, PICKED_BYTES);
    wording_pick(str_equal(language, STR("nb")) ? text->nb : text->en, wording, language, &picked);
    strbuf_char(&picked, '\0');
    ensure(!picked.failed);
    fill_in(problem, picked.bytes, out);
    strbuf_free(&picked);
}

void problem_write(const struct problem *problem, struct str language, struct strbuf *out)
{
    problem_write_for(problem, language, WORDING_COMMAND, out);
}

/* A problem is an array: code, first, count, and its arguments up to the last that is not empty. */
void problems_encode(const struct problems *problems, struct strbuf *out)
{
    wire_array(out, problems->count);
    for (size_t i = 0; i < problems->count; i++) {
        const struct problem *problem = &problems->at[i];
        size_t args = PROBLEM_ARGS;

        while (args && problem->arg[args - 1].len == 0)
            args--;
        wire_array(out, 3 + args);
        wire_str(out, codes[problem->code].code);
        wire_str(out, utf8_cut(problem->first, PROBLEM_TEXT_MAX));             /* what a reader will take */
        wire_uint(out, problem->count);
        for (size_t k = 0; k < args; k++)
            wire_str(out, utf8_cut(problem->arg[k], PROBLEM_TEXT_MAX));
    }
}

void problems_decode(struct reader *in, struct problems *ret_problems)
{
    struct problems problems = { .count = take_array(in, PROBLEMS_MAX) };

    for (size_t i = 0; i < problems.count && !in->failed; i++) {
        struct problem *problem = &problems.at[i];
        size_t parts = take_array(in, 3 + PROBLEM_ARGS);

        if (parts < 3 || !problem_code_parse(take_str(in, 64), &problem->code))
            in->failed = true;
        problem->first = take_str(in, PROBLEM_TEXT_MAX);
        problem->count = take_uint(in);
        for (size_t k = 3; k < parts; k++)
            problem->arg[k - 3] = take_str(in, PROBLEM_TEXT_MAX);
        if (problem->count == 0)
            in->failed = true;
    }
    if (in->failed)
        problems = (struct problems){ .count = 0 };
    *ret_problems = problems;
}
