/* settlement.c - the page that is attached to a voucher, for a person: before it is sent, or where it was not taken. */
#include "bilag/read/books.h"
#include "pdf/settlement_page.h"
#include "shell.h"

#include <errno.h>
#include <string.h>

enum { PDF_BYTES_MAX = 8 * 1024 * 1024 };

static int load(struct shell *shell, const char *name, struct book_doc *ret_doc)
{
    struct fault fault = { "" };
    struct books *books;
    struct doc doc;
    enum err err;

    if (doc_parse(str_of(name), &doc) || doc.kind != DOC_VOUCHER)
        return complain(shell, EXIT_USAGE, in_words(shell, "%s is no voucher's name; they look like oslo-grill/2026-11-20/1",
                                                    "%s er ikke navnet på et bilag; de ser ut som oslo-grill/2026-11-20/1"), name);
    err = books_open(shell->config, &books, &fault);
    if (!err) {
        err = books_doc(books, str_of(name), &shell->arena, ret_doc);
        books_close(books);
    }
    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_USAGE, in_words(shell, "there is no document %s; `bilag status` shows those there are",
                                                    "dokumentet %s finnes ikke; `bilag status` viser dem som finnes"), name);
    return err ? complain_err(shell, err, &fault) : EXIT_FINE;
}

static bool write_all(const char *path, struct str bytes)
{
    FILE *file = fopen(path, "wb");
    bool fine = file && fwrite(bytes.bytes, 1, bytes.len, file) == bytes.len;

    return file && fclose(file) == 0 && fine;
}

static int settlement_run(struct shell *shell, const struct args *args)
{
    const char *path = args_value(args, "pdf");
    struct fault fault = { "" };
    struct book_doc doc;
    struct strbuf pdf;
    enum err err;
    int code;

    if (args->word_count != 1 || !path)
        return complain(shell, EXIT_USAGE, "%s", in_words(shell, "a voucher and --pdf FILE are needed",
                                                          "et bilag og --pdf FIL må oppgis"));
    code = load(shell, args->words[0], &doc);
    if (code)
        return code;
    strbuf_init(&pdf, PDF_BYTES_MAX);
    err = settlement_page(&doc.draft, &pdf, &fault);
    if (err)
        code = complain_err(shell, err, &fault);
    else if (!write_all(path, strbuf_str(&pdf)))
        code = complain(shell, EXIT_RED, in_words(shell, "%s cannot be written: %s", "%s kan ikke skrives: %s"), path,
                        strerror(errno));
    strbuf_free(&pdf);
    return code;
}

static const struct option options[] = { { "pdf", "FILE", "where to" }, { NULL, NULL, NULL } };

const struct cmd cmd_settlement = {
    "settlement", "DOCUMENT --pdf FILE", "a voucher's day as a page: sums, registers, Z reports, what was left out", options,
    settlement_run,
};
