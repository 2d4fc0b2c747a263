/* status.c - gathers what there is to tell and hands it, venue by venue, to a form (status.h). */
#include "bilag/show/status.h"
#include "bilag/show/style.h"
#include "shell.h"
#include "status_pages.h"

#include "poweroffice/refdata.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RELAX_EVERY = 50 };               /* venues */

struct telling {
    struct shell *shell;
    struct context context;
    struct books *books;
    struct refstore *refs;
    struct whole_status whole;
    const struct status_form *form;
    struct strbuf out;
    FILE *file;
    struct arena arena;                  /* of one venue */
    int32_t from, to;
};

static enum err print(struct telling *telling, struct str text)
{
    return text.len && fwrite(text.bytes, 1, text.len, telling->file) != text.len ? ERR_SYSTEM : ERR_OK;
}

static enum err flush(struct telling *telling)
{
    enum err err = telling->out.failed ? ERR_MEMORY : print(telling, strbuf_str(&telling->out));

    strbuf_reset(&telling->out);
    return err;
}

/* Those left out first, then those of the configuration, in order. */
static struct venue_status venue_at(const struct config *config, size_t i)
{
    if (i < config->fault_count)
        return (struct venue_status){ .id = config->fault_venues[i], .name = config->fault_venues[i],
                                      .fault = config->faults[i].text };
    return (struct venue_status){ .id = config->venues[i - config->fault_count].id,
                                  .venue = &config->venues[i - config->fault_count] };
}

static enum err look(struct telling *telling, size_t i, struct venue_status *ret_status)
{
    *ret_status = venue_at(telling->shell->config, i);
    arena_reset(&telling->arena);
    return overview_venue(&telling->context, telling->books, telling->refs, telling->from, telling->to, &telling->arena,
                          &telling->whole, ret_status);
}

static enum err tell_venue(struct telling *telling, size_t i, struct venue_status *status, struct strbuf *out)
{
    enum err err = look(telling, i, status);

    if (i % RELAX_EVERY == RELAX_EVERY - 1)
        books_relax(telling->books);
    if (err)
        return err;
    overview_count(&telling->whole, status);
    telling->form->venue(&telling->shell->voice, &telling->whole, status, out);
    return out->failed ? ERR_MEMORY : ERR_OK;
}

static enum err tell_in_order(struct telling *telling, size_t count, const char *only)
{
    struct venue_status status;
    enum err err = ERR_OK;

    for (size_t i = 0; i < count && !err; i++) {
        if (only && !str_equal(venue_at(telling->shell->config, i).id, str_of(only)))
            continue;
        err = tell_venue(telling, i, &status, &telling->out);
        if (!err)
            err = flush(telling);
    }
    return err;
}

/* For people: what is red stands first; what is not is kept until all of that is told. */
static enum err tell_red_first(struct telling *telling, size_t count)
{
    struct strbuf one, others;
    enum err err = ERR_OK;

    strbuf_init(&one, STATUS_BYTES);
    strbuf_init(&others, STATUS_BYTES);
    for (size_t i = 0; i < count && !err; i++) {
        struct venue_status status;

        strbuf_reset(&one);
        err = tell_venue(telling, i, &status, &one);
        if (err || (telling->whole.only_red && !venue_is_red(&status)))
            continue;
        strbuf_add(venue_is_red(&status) ? &telling->out : &others, strbuf_str(&one));
        err = flush(telling);
    }
    if (!err && others.failed)
        err = ERR_MEMORY;
    if (!err)
        err = print(telling, strbuf_str(&others));
    strbuf_free(&one);
    strbuf_free(&others);
    return err;
}

static enum err tell_all(struct telling *telling, const char *only)
{
    const struct config *config = telling->shell->config;
    size_t count = config->fault_count + config->venue_count;
    bool for_people = telling->form == &status_text || telling->form == &status_html;
    enum err err;

    telling->form->begin(&telling->shell->voice, &telling->whole, &telling->out);
    err = flush(telling);
    if (!err)
        err = for_people && !only ? tell_red_first(telling, count) : tell_in_order(telling, count, only);
    if (err)
        return err;
    telling->form->end(&telling->shell->voice, &telling->whole, &telling->out);
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

/* --- a folder of pages --- */

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum err put_page(struct telling *telling, const char *folder, const char *name, struct strbuf *page)
{
    enum err err = page->failed ? ERR_MEMORY : status_pages_put(folder, name, strbuf_str(page), &telling->context.fault);

    strbuf_reset(page);
    return err;
}

/* Each venue's own page; its row goes into the overview, what is red first. */
static enum err put_venues(struct telling *telling, const char *folder, struct strbuf *others)
{
    const struct config *config = telling->shell->config;
    struct strbuf page;
    enum err err = ERR_OK;

    strbuf_init(&page, STATUS_BYTES);
    for (size_t i = 0; i < config->fault_count + config->venue_count && !err; i++) {
        struct venue_status status;
        struct strbuf row;
        char name[STATUS_PAGE_SIZE];

        strbuf_init(&row, STATUS_BYTES);
        err = tell_venue(telling, i, &status, &row);
        if (!err) {
            status_page_venue(&telling->shell->voice, &status, &page);
            err = put_page(telling, folder, status_page_name(status.id, name), &page);
        }
        strbuf_add(venue_is_red(&status) ? &telling->out : others, strbuf_str(&row));
        strbuf_free(&row);
    }
    strbuf_free(&page);
    return err;
}

/* The stamp comes last: it says that all before it is true. */
static enum err put_all(struct telling *telling, const char *folder)
{
    const struct voice *voice = &telling->shell->voice;
    struct strbuf others, page;
    enum err err;

    strbuf_init(&others, STATUS_BYTES);
    strbuf_init(&page, STATUS_BYTES);
    telling->form = &status_index;
    telling->form->begin(voice, &telling->whole, &telling->out);
    err = put_venues(telling, folder, &others);
    strbuf_add(&telling->out, others.failed ? STR_NONE : strbuf_str(&others));
    telling->form->end(voice, &telling->whole, &telling->out);
    strbuf_add(&page, str_of(page_sheet));
    if (!err)
        err = others.failed ? ERR_MEMORY : put_page(telling, folder, STATUS_PAGES_SHEET, &page);
    if (!err)
        err = put_page(telling, folder, STATUS_PAGES_INDEX, &telling->out);
    if (!err)
        err = status_pages_sweep(folder, telling->shell->config, &telling->context.fault);
    status_page_stamp(voice, &telling->whole, &page);
    if (!err)
        err = put_page(telling, folder, STATUS_PAGES_STAMP, &page);
    strbuf_free(&page);
    strbuf_free(&others);
    return err;
}

static int to_folder(struct telling *telling, const char *only, const char *folder)
{
    enum err err;

    if (only)
        return complain(telling->shell, EXIT_USAGE, "a folder of pages holds all venues; --venue writes one into a file");
    err = put_all(telling, folder);
    return err ? complain_err(telling->shell, err, &telling->context.fault) : EXIT_FINE;
}

static int tell(struct telling *telling, const struct args *args)
{
    const char *only = args_value(args, "venue"), *html = args_value(args, "html");
    enum err err = overview_whole(&telling->context, telling->books, &telling->whole);

    telling->whole.one_venue = only != NULL;
    if (!err && only)
        whole_only(&telling->whole, str_of(only));
    if (!err)
        err = refstore_open(telling->shell->config->state_dir, STORE_READ_ONLY, &telling->refs, &telling->context.fault);
    if (err && err != ERR_NOT_FOUND)
        return complain_err(telling->shell, err, &telling->context.fault);
    if (html) {
        int code = is_folder(html) ? to_folder(telling, only, html) : to_file(telling, only, html);

        if (code)
            return code;
    } else {
        telling->file = stdout;
        err = tell_all(telling, only);
        if (err)
            return complain_err(telling->shell, err, NULL);
    }
    for (size_t i = 0; i < telling->whole.stage_count; i++)
        if (!telling->whole.stages[i].up || telling->whole.stages[i].refused.len || telling->whole.stages[i].untold.len)
            return EXIT_RED;
    return whole_red(&telling->whole) || telling->whole.venues_out ? EXIT_RED : EXIT_FINE;
}

static int status_run(struct shell *shell, const struct args *args)
{
    struct telling telling = { .shell = shell, .context = shell_context(shell), .form = &status_text };
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
    telling.whole.only_red = args_has(args, "red");
    telling.whole.brief = args_has(args, "brief");
    if ((telling.whole.only_red || telling.whole.brief) && telling.form != &status_text)
        return complain(shell, EXIT_USAGE, "--red and --brief are of the text; --json and the others hold everything");
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
    { "red", NULL, "only what needs a person" },
    { "brief", NULL, "a line a venue" },
    { "json", NULL, "everything, for programs; amounts in øre" },
    { "html", "FILE", "a page for a browser, put in place whole; of a folder: a page a venue" },
    { "prometheus", NULL, "figures for monitoring" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_status = {
    "status", "[--venue VENUE] [--from DATE] [--to DATE] [--red] [--brief] [--json | --html FILE | --prometheus]",
    "what is sent, what waits, what is red and what to do about it", options, status_run,
};
