/* status.c - gathers what there is to tell and hands it, venue by venue, to a form (status.h). */
#include "bilag/show/status.h"
#include "shell.h"

#include "poweroffice/refdata.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

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

static enum err tell_venue(struct telling *telling, struct venue_status *status)
{
    enum err err;

    arena_reset(&telling->arena);
    err = overview_venue(&telling->context, telling->books, telling->refs, telling->from, telling->to, &telling->arena,
                         &telling->whole, status);
    if (err)
        return err;
    telling->form->venue(&telling->shell->voice, &telling->whole, status, &telling->out);
    return flush(telling);
}

static enum err tell_all(struct telling *telling, const char *only)
{
    const struct config *config = telling->shell->config;
    enum err err;

    telling->form->begin(&telling->shell->voice, &telling->whole, &telling->out);
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

static int tell(struct telling *telling, const struct args *args)
{
    const char *only = args_value(args, "venue"), *html = args_value(args, "html");
    enum err err = overview_whole(&telling->context, telling->books, &telling->whole);

    telling->whole.one_venue = only != NULL;
    if (!err)
        err = refstore_open(telling->shell->config->state_dir, STORE_READ_ONLY, &telling->refs, &telling->context.fault);
    if (err && err != ERR_NOT_FOUND)
        return complain_err(telling->shell, err, &telling->context.fault);
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
