/* status.c - gathers what there is to tell and hands it, venue by venue, to a form (status.h). */
#include "bilag/show/status.h"

#include "poweroffice/refdata.h"
#include "bilag/read/refusals.h"
#include "domain/setup.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { DAYS_WITH_Z = 14, STAGE_PATIENCE_MS = 1000, VENUES_REFUSING_MAX = 1000, REFUSALS_BYTES = 512 * 1024 * 1024 };

static int by_proof_day(const struct day_proof *days, size_t count, int32_t day)
{
    for (size_t i = count; i-- > 0;)     /* documents come by day: it is the last one or new */
        if (days[i].day == day)
            return (int)i;
    return -1;
}

static enum err add(struct money *to, struct money amount)
{
    return money_add(*to, amount, to);
}

/* An order that PowerOffice makes an øre or two more or less: in its books, not in the till's (docs/rules.md section 4). */
bool status_has_rounding(const struct book_doc *doc)
{
    int64_t off = doc->status.total.ore - doc->draft.total.ore, most = (int64_t)doc->draft.order_line_count;

    return doc->draft.doc.kind == DOC_ORDER && doc->status.has_total && doc->state == DOC_SENT && off && off <= most &&
           off >= -most;
}

enum err status_prove(const struct book_list *list, struct arena *arena, struct day_proof **ret_days, size_t *ret_count)
{
    struct day_proof *days = arena_array(arena, list->count ? list->count : 1, sizeof *days);
    size_t count = 0;

    if (!days)
        return ERR_MEMORY;
    for (size_t i = 0; i < list->count; i++) {
        const struct draft *draft = &list->docs[i].draft;
        struct money parts = { 0 };
        struct day_proof *proof;
        int at = by_proof_day(days, count, draft->doc.day);

        if (draft->doc.kind != DOC_VOUCHER && !status_has_rounding(&list->docs[i]))
            continue;                    /* the voucher's draft counts its part's orders */
        proof = &days[at < 0 ? count++ : (size_t)at];
        if (at < 0)
            *proof = (struct day_proof){ .day = draft->doc.day };
        if (draft->doc.kind != DOC_VOUCHER) {
            if (add(&proof->rounding, list->docs[i].status.total) ||
                money_subtract(proof->rounding, draft->total, &proof->rounding))
                return ERR_RANGE;
            continue;
        }
        if (add(&proof->lines, draft->lines_total) || add(&proof->voucher, draft->voucher_total) ||
            add(&proof->orders, draft->orders_total) || add(&proof->manual, draft->manual_total) ||
            add(&proof->computed_vat, draft->computed_vat) || add(&proof->till_vat, draft->till_vat) ||
            add(&parts, proof->voucher) || add(&parts, proof->orders) || add(&parts, proof->manual) ||
            money_subtract(proof->lines, parts, &proof->difference))
            return ERR_RANGE;
        proof->has_till_vat |= draft->has_till_vat;
    }
    *ret_days = days;
    *ret_count = count;
    return ERR_OK;
}

enum err status_z(struct books *books, struct str venue, struct day_proof *day)
{
    uint64_t count = 0;
    enum err err = books_z_total(books, venue, day->day, &day->z, &count);

    day->has_z = !err && count > 0;
    return err;
}

static enum err note_refusal(struct shell *shell, struct whole_status *whole, const struct refusal *refusal)
{
    size_t i = 0;

    whole->refused_total++;
    while (i < whole->refused_count && !str_equal(whole->refused[i].venue, refusal->venue))
        i++;
    if (i == VENUES_REFUSING_MAX)
        return ERR_OK;
    if (i == whole->refused_count)
        whole->refused[whole->refused_count++].venue = arena_copy(&shell->arena, refusal->venue);
    whole->refused[i].count++;
    whole->refused[i].last_ms = refusal->time_ms;
    whole->refused[i].last_reason = arena_copy(&shell->arena, refusal->reason);
    return arena_failed(&shell->arena) ? ERR_MEMORY : ERR_OK;
}

/* What was taken in since is not worth looking at. */
static enum err count_refused(struct shell *shell, struct whole_status *whole, struct fault *fault)
{
    struct refusals refusals;
    struct arena arena;
    enum err err;

    whole->refused = arena_array(&shell->arena, VENUES_REFUSING_MAX, sizeof *whole->refused);
    if (!whole->refused)
        return ERR_MEMORY;
    arena_init(&arena, REFUSALS_BYTES);
    err = refusals_load(shell->config, 0, &arena, &refusals, fault);
    for (size_t i = 0; !err && i < refusals.count; i++)
        if (!refusal_is_settled(&refusals.at[i]))
            err = note_refusal(shell, whole, &refusals.at[i]);
    arena_free(&arena);
    return err;
}

static enum err gather_whole(struct shell *shell, struct books *books, struct whole_status *whole, struct fault *fault)
{
    enum err err = stages_ask(shell->config, STAGE_PATIENCE_MS, &shell->arena, &whole->stages, &whole->stage_count);

    whole->config = shell->config;
    whole->now_ms = clock_now_ms();
    if (!err)
        err = books_backlog(books, &whole->backlog);
    if (!err)
        err = count_refused(shell, whole, fault);
    for (size_t i = 0; !err && i < whole->stage_count; i++)
        whole->outage |= whole->stages[i].outage;
    if (!err && whole->backlog.documents)
        whole->takes_ms = (int64_t)whole->backlog.documents * 1000 / shell->config->requests_per_second + 1000;
    if (whole->takes_ms && !whole->outage)
        whole->through_ms = whole->now_ms + whole->takes_ms;
    return err;
}

/* What PowerOffice last said of the venue's key. */
static enum err connection(struct refstore *refs, struct arena *arena, struct venue_status *status)
{
    struct refdata data;
    enum err err;

    status->connected = status->venue->client_key.len ? CONNECTED_UNKNOWN : CONNECTED_NO;
    if (!refs || status->connected == CONNECTED_NO)
        return ERR_OK;
    err = refdata_load(refs, status->venue->client_id, arena, &data);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    status->login_fault = data.login_fault;
    status->missing_privileges = data.missing_privileges;
    if (data.login_fault.len)
        status->connected = CONNECTED_NO;
    else if (data.have & REF_PRIVILEGES)
        status->connected = CONNECTED_YES;
    return ERR_OK;
}

struct telling {
    struct shell *shell;
    struct books *books;
    struct refstore *refs;
    struct whole_status whole;
    const struct status_form *form;
    struct strbuf out;
    FILE *file;
    struct arena arena;                  /* of one venue */
    int32_t from, to;
};

static enum err flush(struct telling *telling)
{
    struct str text = strbuf_str(&telling->out);

    if (telling->out.failed)
        return ERR_MEMORY;
    if (text.len && fwrite(text.bytes, 1, text.len, telling->file) != text.len)
        return ERR_SYSTEM;
    strbuf_reset(&telling->out);
    return ERR_OK;
}

static void count_docs(struct whole_status *whole, const struct venue_status *status)
{
    whole->venues++;
    whole->venues_out += status->venue == NULL;
    for (size_t i = 0; i < status->list.count; i++) {
        const struct book_doc *doc = &status->list.docs[i];

        if (book_doc_is_empty(doc))
            continue;
        whole->states[doc->state]++;
        whole->red += book_doc_is_red(doc);
        whole->warned += doc->state == DOC_OPEN && doc->draft.problems.count > 0;
    }
}

static enum err tell_venue(struct telling *telling, struct venue_status *status)
{
    enum err err = ERR_OK;

    arena_reset(&telling->arena);
    if (status->venue) {
        status->name = status->venue->name;
        status->company = status->venue->company;
        status->transfer_allowed = setup_transfer_allowed(telling->shell->config, status->venue);
        err = connection(telling->refs, &telling->arena, status);
    }
    if (!err)
        err = books_venue(telling->books, status->id, telling->from, telling->to, &telling->arena, &status->list);
    if (!err)
        err = status_prove(&status->list, &telling->arena, &status->days, &status->day_count);
    for (size_t i = status->day_count; !err && i-- > 0 && (telling->whole.one_venue || status->day_count - i <= DAYS_WITH_Z);)
        err = status_z(telling->books, status->id, &status->days[i]);
    if (err)
        return err;
    for (size_t i = 0; i < telling->whole.refused_count; i++)
        if (str_equal(telling->whole.refused[i].venue, status->id))
            status->refused = telling->whole.refused[i].count;
    count_docs(&telling->whole, status);
    telling->form->venue(telling->shell, &telling->whole, status, &telling->out);
    return flush(telling);
}

static enum err tell_all(struct telling *telling, const char *only)
{
    const struct config *config = telling->shell->config;
    enum err err;

    telling->form->begin(telling->shell, &telling->whole, &telling->out);
    err = flush(telling);
    for (size_t i = 0; i < config->fault_count && !err; i++) {
        struct venue_status status = { .id = config->fault_venues[i], .name = config->fault_venues[i],
                                       .fault = config->faults[i].text };

        if (!only || str_equal(status.id, str_of(only)))
            err = tell_venue(telling, &status);
    }
    for (size_t i = 0; i < config->venue_count && !err; i++) {
        struct venue_status status = { .id = config->venues[i].id, .venue = &config->venues[i] };

        if (!only || str_equal(status.id, str_of(only)))
            err = tell_venue(telling, &status);
    }
    if (err)
        return err;
    telling->form->end(telling->shell, &telling->whole, &telling->out);
    return flush(telling);
}

/* A file is written aside and renamed, so that a reader never sees half of it. */
static int to_file(struct telling *telling, const char *only, const char *path)
{
    struct str aside = arena_format(&telling->shell->arena, "%s.new", path);
    enum err err;

    telling->file = aside.bytes ? fopen(aside.bytes, "we") : NULL;
    if (!telling->file)
        return complain(telling->shell, EXIT_RED, "cannot write %s.new: %s", path, strerror(errno));
    err = tell_all(telling, only);
    if (fclose(telling->file) != 0 && !err)
        err = ERR_SYSTEM;
    if (err || rename(aside.bytes, path) != 0) {
        (void)unlink(aside.bytes);
        return complain(telling->shell, EXIT_RED, "cannot write %s: %s", path, err ? err_text(err) : strerror(errno));
    }
    return EXIT_FINE;
}

static int tell(struct telling *telling, const struct args *args)
{
    struct fault fault = { "" };
    const char *only = args_value(args, "venue"), *html = args_value(args, "html");
    enum err err = gather_whole(telling->shell, telling->books, &telling->whole, &fault);

    telling->whole.one_venue = only != NULL;
    if (!err)
        err = refstore_open(telling->shell->config->state_dir, STORE_READ_ONLY, &telling->refs, &fault);
    if (err && err != ERR_NOT_FOUND)
        return complain_err(telling->shell, err, &fault);
    if (html) {
        int code = to_file(telling, only, html);

        if (code)
            return code;
    } else {
        telling->file = stdout;
        err = tell_all(telling, only);
        if (err)
            return complain_err(telling->shell, err, NULL);
    }
    for (size_t i = 0; i < telling->whole.stage_count; i++)
        if (!telling->whole.stages[i].up)
            return EXIT_RED;
    return telling->whole.red || telling->whole.venues_out ? EXIT_RED : EXIT_FINE;
}

static int status_run(struct shell *shell, const struct args *args)
{
    struct telling telling = { .shell = shell, .form = &status_text };
    struct fault fault = { "" };
    enum err err;
    int code;

    if (args_has(args, "json"))
        telling.form = &status_json;
    if (args_has(args, "prometheus"))
        telling.form = &status_prometheus;
    if (args_has(args, "html"))
        telling.form = &status_html;
    if (args_has(args, "json") + args_has(args, "prometheus") + args_has(args, "html") > 1)
        return complain(shell, EXIT_USAGE, "one of --json, --html and --prometheus at a time");
    if (!shell_day(shell, args, "from", INT32_MIN, &telling.from) ||
        !shell_day(shell, args, "to", INT32_MAX, &telling.to))
        return EXIT_USAGE;
    if (args_has(args, "venue") && !config_venue(shell->config, str_of(args_value(args, "venue"))) &&
        !shell_venue(shell, args_value(args, "venue")))
        return EXIT_USAGE;
    err = books_open(shell->config, &telling.books, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    arena_init(&telling.arena, STATUS_BYTES);
    strbuf_init(&telling.out, STATUS_BYTES);
    code = tell(&telling, args);
    strbuf_free(&telling.out);
    arena_free(&telling.arena);
    refstore_close(telling.refs);
    books_close(telling.books);
    return code;
}

static const struct option options[] = {
    { "venue", "VENUE", "only this venue" },
    { "from", "DATE", "only business days from this one on" },
    { "to", "DATE", "only business days up to this one" },
    { "json", NULL, "everything, for programs; amounts in øre" },
    { "html", "FILE", "a page for a browser, put in place whole" },
    { "prometheus", NULL, "figures for monitoring" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_status = {
    "status", "[--venue VENUE] [--from DATE] [--to DATE] [--json | --html FILE | --prometheus]",
    "what is sent, what waits, what is red and what to do about it", options, status_run,
};
