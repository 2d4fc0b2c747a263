/* requests.c - explain --requests: what was sent to PowerOffice for a document, and what it answered. */
#include "requests.h"

#include "base/clean.h"
#include "base/json.h"
#include "poweroffice/refdata.h"
#include "poweroffice/requests.h"

#include <inttypes.h>
#include <stdlib.h>

struct showing { struct shell *shell; struct str client; size_t count; };

static void show_body(const char *name, struct str object)
{
    struct strbuf text;
    struct str value;
    char *raw;

    if (!json_member(object, name, &value))
        return;
    raw = malloc(value.len + 1);
    strbuf_init(&text, 8u << 20);
    if (raw && json_text(value, raw, value.len + 1))
        strbuf_clean(&text, str_of(raw));
    (void)printf("  %-9s%.*s\n", name, TEXT(strbuf_str(&text)));
    strbuf_free(&text);
    free(raw);
}

static enum err line_seen(struct str line, void *context)
{
    struct showing *showing = context;
    char time[32], method[8], url[2400];
    int64_t status = 0, took_ms = 0;
    struct str object;

    if (json_check(line, &object) || !json_member_text(object, "time", time, sizeof time) ||
        !json_member_text(object, "method", method, sizeof method) || !json_member_text(object, "url", url, sizeof url))
        return ERR_OK;
    (void)json_member_int(object, "status", &status);
    (void)json_member_int(object, "ms", &took_ms);
    clean_text(url);
    (void)printf("%s  ClientId %.*s  %s %s  %s%" PRId64 "  %" PRId64 " ms\n", time,
                 TEXT(showing->client.len ? showing->client : STR("unknown")), method, url, status ? "status " : "no answer ",
                 status, took_ms);
    show_body("sent", object);
    show_body("answered", object);
    show_body("words", object);
    showing->count++;
    return ERR_OK;
}

int requests_show(struct shell *shell, const struct book_doc *doc)
{
    struct showing showing = { .shell = shell };
    struct fault fault = { "" };
    struct refstore *store;
    struct refdata data;
    enum err err = refstore_open(shell->config->state_dir, STORE_READ_ONLY, &store, &fault);

    if (!err) {
        if (!refdata_load(store, doc->draft.client_id, &shell->arena, &data))
            showing.client = data.client;
        refstore_close(store);
    }
    err = requests_walk(shell->config->state_dir, doc->id, line_seen, &showing);
    if (err)
        return complain_err(shell, err, NULL);
    if (!showing.count)
        (void)printf(in_words(shell, "nothing was sent for %.*s in the last %d days\n",
                              "ingenting er sendt for %.*s de siste %d dagene\n"), TEXT(doc->id), shell->config->requests_days);
    return EXIT_FINE;
}
