#include "compare.h"

#include "base/clean.h"
#include "base/json_write.h"
#include "bilag/read/books.h"
#include "bilag/read/online.h"
#include "bilag/read/posted.h"
#include "bilag/show/csv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { AROUND_DAYS = 7,       /* what was posted on another day is found so far around the period */
       FILE_MAX = 1 << 26, PAGE_SIZE = 5000, PAGES_MAX = 1000, LEFT_MAX = 64, PARTS_MAX = 1000,
       OUT_BYTES = 1 << 28 };

struct beside_books {
    struct shell *shell;
    const struct venue *venue;
    struct book_list list;               /* all of the venue: a day may be posted on any other */
    int32_t from, to;
    struct posted_filter filter;
    struct compare_input input;
    struct compare_day *days;
    struct comparison found;
    struct strbuf out;
};

static bool counts(const struct book_doc *doc)
{
    return doc->draft.doc.kind == DOC_VOUCHER && !book_doc_is_empty(doc);
}

/* Whether it stands in PowerOffice by Bilag, or is on its way there. PowerOffice's own word goes before what is kept: a person may
 * have reversed it a minute ago. */
static bool stands(const struct beside_books *work, const struct book_doc *doc)
{
    const struct posted_filter *filter = &work->filter;

    if ((doc->state != DOC_SENT && doc->state != DOC_SENDING && doc->state != DOC_QUEUED) ||
        problems_have(&doc->draft.problems, PROBLEM_REVERSED_ELSEWHERE))
        return false;
    for (size_t i = 0; i < filter->own_count; i++)
        if (str_equal(filter->own[i].reference, doc->draft.reference))
            return filter->own[i].standing || !filter->own[i].undone;
    return true;
}

/* --- what is ours --- */

static enum err add_left(struct compare_day *day, struct compare_left *left, struct str what, struct money amount)
{
    if (!amount.ore)
        return ERR_OK;
    for (size_t i = 0; i < day->left_count; i++)
        if (str_equal(left[i].what, what))
            return money_add(left[i].amount, amount, &left[i].amount);
    if (day->left_count < LEFT_MAX)
        left[day->left_count++] = (struct compare_left){ what, amount };
    return ERR_OK;
}

static enum err add_lines(struct beside_books *work, const struct draft *draft, bool sent)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < draft->line_count; i++) {
        const struct voucher_line *line = &draft->lines[i];
        struct posting posting = { .day = draft->post_on, .account = line->account, .department = line->department,
                                   .vat_code = line->vat_code.len ? line->vat_code : STR("0"),
                                   .rate = line->sold ? line->rate : 0, .amount = line->amount, .sent = sent };

        err = postings_add(&work->input.ours, &work->shell->arena, &posting);
    }
    return err;
}

/* One day of ours: postings part by part, and what the vouchers leave out. */
static enum err add_day(struct beside_books *work, int32_t date, struct compare_day *day)
{
    struct arena *arena = &work->shell->arena;
    struct compare_left *left = arena_array(arena, LEFT_MAX, sizeof *left);
    size_t *ends = arena_array(arena, PARTS_MAX, sizeof *ends);
    enum err err = left && ends ? ERR_OK : ERR_MEMORY;

    *day = (struct compare_day){ .day = date, .left = left, .part_ends = ends };
    for (size_t i = 0; !err && i < work->list.count; i++) {
        const struct book_doc *doc = &work->list.docs[i];
        const struct draft *draft = &doc->draft;

        if (!counts(doc) || draft->post_on != date)
            continue;
        day->sent |= stands(work, doc);
        err = add_lines(work, draft, stands(work, doc));
        if (!err)
            err = add_left(day, left, STR("orders"), draft->orders_total);
        for (size_t k = 0; !err && k < draft->manual_count; k++)
            if (!draft->manual[k].movement)
                err = add_left(day, left, draft->manual[k].left ? draft->manual[k].receipt : draft->manual[k].what,
                               draft->manual[k].amount);
        if (day->part_count < PARTS_MAX)
            ends[day->part_count++] = work->input.ours.count;
    }
    return err;
}

static bool posted_on(const struct beside_books *work, int32_t date)
{
    for (size_t i = 0; i < work->list.count; i++)
        if (counts(&work->list.docs[i]) && work->list.docs[i].draft.post_on == date)
            return true;
    for (size_t i = 0; i < work->input.theirs.count; i++)
        if (work->input.theirs.at[i].day == date)
            return true;
    return false;
}

/* Of the days around the period only the postings: they may be found in it, and it in them. */
static enum err gather_ours(struct beside_books *work)
{
    enum err err = ERR_OK;

    work->days = arena_array(&work->shell->arena, (size_t)(work->to - work->from) + 1, sizeof *work->days);
    if (!work->days)
        return ERR_MEMORY;
    for (int32_t date = work->from - AROUND_DAYS; !err && date <= work->to + AROUND_DAYS; date++) {
        bool within = date >= work->from && date <= work->to;
        struct compare_day beside;

        if (posted_on(work, date))
            err = add_day(work, date, within ? &work->days[work->input.day_count++] : &beside);
    }
    work->input.days = work->days;
    return err;
}

/* --- whose what was posted is --- */

/* Vouchers of all venues of the same books: what Bilag sent for another one is nobody's posting by hand either. */
static enum err add_own(struct beside_books *work, const struct book_list *list)
{
    struct arena *arena = &work->shell->arena;
    struct posted_filter *filter = &work->filter;
    struct posted_own *own = arena_array(arena, filter->own_count + list->count + 1, sizeof *own);

    if (!own)
        return ERR_MEMORY;
    if (filter->own_count)
        (void)memcpy(own, filter->own, filter->own_count * sizeof *own);
    filter->own = own;
    for (size_t i = 0; i < list->count; i++)
        if (list->docs[i].draft.doc.kind == DOC_VOUCHER)
            own[filter->own_count++] = (struct posted_own){ .reference = arena_copy(arena, list->docs[i].draft.reference),
                                                            .number = list->docs[i].status.number,
                                                            .day = list->docs[i].draft.post_on };
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}

static enum err read_books(struct beside_books *work, struct books *books)
{
    const struct config *config = work->shell->config;
    struct arena scratch;
    enum err err = books_venue(books, work->venue->id, INT32_MIN, INT32_MAX, &work->shell->arena, &work->list);

    if (!err)
        err = add_own(work, &work->list);
    arena_init(&scratch, OUT_BYTES);
    for (size_t i = 0; !err && i < config->venue_count; i++) {
        struct book_list others;

        if (&config->venues[i] == work->venue || !str_equal(config->venues[i].company, work->venue->company))
            continue;
        arena_reset(&scratch);
        err = books_venue(books, config->venues[i].id, INT32_MIN, INT32_MAX, &scratch, &others);
        if (!err)
            err = add_own(work, &others);
    }
    arena_free(&scratch);
    return err;
}

static enum err make_filter(struct beside_books *work)
{
    const struct venue *venue = work->venue;
    int64_t *sales = arena_array(&work->shell->arena, 2 * venue->product_count + 1, sizeof *sales);
    struct posted_filter *filter = &work->filter;

    if (!sales)
        return ERR_MEMORY;
    for (size_t i = 0; i < venue->product_count; i++) {
        sales[filter->sales_count++] = venue->products[i].account;
        sales[filter->sales_count++] = venue->products[i].reduced_account;
    }
    filter->sales = sales;
    filter->department = venue_department(venue, work->to);
    return ERR_OK;
}

static int64_t account_of(const struct venue *venue, struct str type, int32_t day)
{
    const struct product_entry *product = venue_product(venue, type, day);

    return product ? product->account : 0;
}

/* --- what is theirs --- */

static int read_csv(struct beside_books *work, const char *path)
{
    struct shell *shell = work->shell;
    char *bytes = malloc(FILE_MAX + 1);
    FILE *file = fopen(path, "re");
    struct fault fault = { "" };
    size_t len = 0;
    bool failed;
    enum err err;

    if (!file || !bytes) {
        free(bytes);
        if (file)
            (void)fclose(file);
        return complain(shell, EXIT_USAGE, "%s cannot be read: %m", path);
    }
    len = fread(bytes, 1, FILE_MAX + 1, file);
    failed = ferror(file) || len > FILE_MAX;
    (void)fclose(file);
    err = failed ? ERR_TOO_LONG : posted_csv((struct str){ bytes, len }, &work->filter, &shell->arena, &work->input.theirs,
                                             &fault);
    free(bytes);
    if (failed)
        return complain(shell, EXIT_USAGE, "%s cannot be read, or is larger than %d MB", path, FILE_MAX >> 20);
    if (err == ERR_FORMAT)
        return complain(shell, EXIT_USAGE, "%s %s", path, fault.text);
    return err ? complain_err(shell, err, &fault) : EXIT_FINE;
}

static int read_page(struct beside_books *work, struct online *online, int page, struct posted_rows *rows, size_t *ret_rows)
{
    struct shell *shell = work->shell;
    char from[16], to[16];
    struct online_answer answer;
    struct str path = arena_format(&shell->arena, "/AccountTransactions?fromDate=%s&toDate=%s&PageNumber=%d&PageSize=%d",
                                   day_text(work->from - AROUND_DAYS, from), day_text(work->to + AROUND_DAYS, to), page,
                                   PAGE_SIZE);
    enum err err = online_call(online, work->venue, CALL_GET, path, STR_NONE, &answer);

    if (err)
        return complain(shell, EXIT_RED, "PowerOffice could not be asked at %.*s (%s)", TEXT(shell->config->api_url),
                        online_why(online, err));
    if (!answer.status)                  /* none came */
        return complain(shell, EXIT_RED, "PowerOffice could not be asked at %.*s (%s)", TEXT(shell->config->api_url),
                        answer.words.bytes);
    if (answer.status < 200 || answer.status > 299)
        return complain(shell, EXIT_RED, "PowerOffice does not give what was posted (%ld %.*s); it wants the right to read "
                        "account transactions. A CSV file of it will do too: bilag export ... --compare FILE.csv",
                        answer.status, TEXT(answer.words));
    err = posted_page(answer.body, &shell->arena, rows, ret_rows);
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

static int ask_poweroffice(struct beside_books *work)
{
    struct shell *shell = work->shell;
    struct fault fault = { "" };
    struct posted_rows rows = { 0 };
    struct refdata data;
    struct online *online;
    size_t count = PAGE_SIZE;
    int code = EXIT_FINE;
    enum err err = shell_online(shell, ONLINE_READS, &online, &fault);

    if (err)
        return complain_err(shell, err, &fault);
    if (work->filter.department.len &&
        refdata_load(online_refstore(online), work->venue->client_id, &shell->arena, &data) == ERR_OK) {
        const struct ref_department *department = refdata_department(&data, work->filter.department);

        work->filter.department_id = department ? department->id : 0;
    }
    for (int page = 1; code == EXIT_FINE && count == PAGE_SIZE && page <= PAGES_MAX; page++)
        code = read_page(work, online, page, &rows, &count);
    online_close(online);
    if (code != EXIT_FINE)
        return code;
    err = posted_judge(&rows, &work->filter, &shell->arena, &work->input.theirs);
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

/* --- telling --- */

static void say_cause(const struct beside_books *work, const struct difference *row, struct strbuf *out)
{
    struct strbuf text;

    strbuf_init(&text, 4096);
    difference_say(row->cause, row->about, str_equal(work->shell->config->language, STR("nb")), &text);
    strbuf_clean(out, strbuf_str(&text));
    strbuf_free(&text);
}

static bool differs_on(const struct beside_books *work, int32_t day)
{
    for (size_t i = 0; i < work->found.count; i++)
        if (work->found.at[i].day == day)
            return true;
    return false;
}

static void text_row(struct beside_books *work, const struct difference *row)
{
    struct strbuf *out = &work->out;
    char amount[3][MONEY_TEXT_SIZE];

    strbuf_format(out, "  %8" PRId64 "  %-5.*s %-6.*s %14s %14s %14s  ", row->account, TEXT(row->vat_code),
                  TEXT(row->department), money_kroner(row->ours, amount[0]), money_kroner(row->theirs, amount[1]),
                  money_kroner((struct money){ row->theirs.ore - row->ours.ore }, amount[2]));
    say_cause(work, row, out);
    strbuf_char(out, '\n');
}

static void text_all(struct beside_books *work)
{
    const struct shell *shell = work->shell;
    struct strbuf *out = &work->out;
    size_t same = 0;
    char when[16];

    for (size_t i = 0; i < work->input.day_count; i++) {
        int32_t day = work->input.days[i].day;

        same += !differs_on(work, day);
        strbuf_format(out, "%s  %s\n", day_text(day, when),
                      differs_on(work, day) ? in_words(shell, "differs", "avviker")
                      : work->input.days[i].sent ? in_words(shell, "sent by Bilag", "sendt av Bilag")
                                                 : in_words(shell, "the same", "likt"));
        if (differs_on(work, day))
            strbuf_format(out, "  %8s  %-5s %-6s %14s %14s %14s  %s\n", in_words(shell, "account", "konto"),
                          in_words(shell, "VAT", "mva."), in_words(shell, "dept.", "avd."), "Bilag",
                          in_words(shell, "posted", "ført"), in_words(shell, "difference", "differanse"),
                          in_words(shell, "likely cause", "sannsynlig årsak"));
        for (size_t k = 0; k < work->found.count; k++)
            if (work->found.at[k].day == day)
                text_row(work, &work->found.at[k]);
    }
    strbuf_format(out, in_words(shell, "%zu days compared, %zu without a difference\n",
                                "%zu dager sammenlignet, %zu uten avvik\n"), work->input.day_count, same);
}

static void csv_all(struct beside_books *work)
{
    struct strbuf *out = &work->out;
    char when[16];

    strbuf_format(out, CSV_BEGIN "day;account;vat_code;department;bilag;posted;difference;cause;sentence\n");
    for (size_t i = 0; i < work->found.count; i++) {
        const struct difference *row = &work->found.at[i];
        struct strbuf text;

        strbuf_format(out, "%s;%" PRId64 ";", day_text(row->day, when), row->account);
        csv_text(out, row->vat_code, ';');
        csv_text(out, row->department, ';');
        csv_money(out, row->ours, ';');
        csv_money(out, row->theirs, ';');
        csv_money(out, (struct money){ row->theirs.ore - row->ours.ore }, ';');
        strbuf_format(out, "%s;", difference_code(row->cause));
        strbuf_init(&text, 4096);
        say_cause(work, row, &text);
        csv_text(out, strbuf_str(&text), '\n');
        strbuf_free(&text);
    }
}

static void json_all(struct beside_books *work)
{
    struct strbuf *out = &work->out;

    json_open(out, NULL, '{');
    json_open(out, "days", '[');
    for (size_t i = 0; i < work->input.day_count; i++) {
        json_open(out, NULL, '{');
        json_put_day(out, "day", work->input.days[i].day);
        json_put_bool(out, "sent", work->input.days[i].sent);
        json_put_bool(out, "differs", differs_on(work, work->input.days[i].day));
        json_close(out, '}');
    }
    json_close(out, ']');
    json_open(out, "differences", '[');
    for (size_t i = 0; i < work->found.count; i++) {
        const struct difference *row = &work->found.at[i];

        json_open(out, NULL, '{');
        json_put_day(out, "day", row->day);
        json_put_int(out, "account", row->account);
        json_put_str(out, "vat_code", row->vat_code);
        json_put_str(out, "department", row->department);
        json_put_int(out, "bilag", row->ours.ore);
        json_put_int(out, "posted", row->theirs.ore);
        json_put_str(out, "cause", str_of(difference_code(row->cause)));
        json_put_str(out, "about", row->about);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
    strbuf_char(out, '\n');
}

static int tell(struct beside_books *work, const struct args *args)
{
    strbuf_init(&work->out, OUT_BYTES);
    (args_has(args, "csv") ? csv_all : args_has(args, "json") ? json_all : text_all)(work);
    if (work->out.failed)
        return complain_err(work->shell, ERR_MEMORY, NULL);
    (void)fwrite(work->out.bytes, 1, work->out.len, stdout);
    strbuf_free(&work->out);
    return work->found.count ? EXIT_RED : EXIT_FINE;
}

static int lay_beside(struct beside_books *work, const struct args *args)
{
    const struct venue *venue = work->venue;
    int code = EXIT_FINE;
    enum err err;

    for (size_t i = 0; code == EXIT_FINE && i < args->word_count; i++)
        code = read_csv(work, args->words[i]);
    if (code == EXIT_FINE && !args->word_count)
        code = ask_poweroffice(work);
    if (code != EXIT_FINE)
        return code;
    work->input.tip_account = account_of(venue, STR("tip"), work->to);
    work->input.gift_account = account_of(venue, STR("gift_card"), work->to);
    work->input.rounding_account = account_of(venue, STR("rounding"), work->to);
    err = gather_ours(work);
    if (!err)
        err = compare(&work->input, &work->shell->arena, &work->found);
    return err ? complain_err(work->shell, err, NULL) : tell(work, args);
}

int compare_days(struct shell *shell, const struct args *args, const struct venue *venue, int32_t from, int32_t to)
{
    struct beside_books work = { .shell = shell, .venue = venue, .from = from, .to = to };
    struct fault fault = { "" };
    struct books *books;
    enum err err = books_open(shell->config, &books, &fault);

    if (!err) {
        err = read_books(&work, books);
        books_close(books);
    }
    if (!err)
        err = make_filter(&work);
    return err ? complain_err(shell, err, &fault) : lay_beside(&work, args);
}
