#include "start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/base/json.h"
#include "sandbox/base/text.h"
#include "sandbox/books/document.h"
#include "sandbox/http/server.h"

static int complain(int code, const char *about, const char *what, const char *why)
{
    (void)fprintf(stderr, "stage=sandbox %s=\"%s\" wrong=\"%s\"\n", about, what, why);
    return code;
}

static cJSON *file_read(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t length = 0;
    cJSON *tree = NULL;

    if (!file)
        return NULL;
    if (getdelim(&text, &length, EOF, file) > 0)
        tree = json_parse(text, strlen(text));
    (void)fclose(file);
    free(text);
    return tree;
}

int start_companies(struct sandbox *box, const char *path)
{
    cJSON *companies;
    char *why = NULL;
    int code = 0;

    if (!path)
        return 0;
    companies = file_read(path);
    if (!companies)
        return complain(EXIT_CONFIGURATION, "companies", path, "not a readable JSON file");
    if (!registry_load(&box->registry, companies, &why))
        code = complain(EXIT_CONFIGURATION, "companies", path, why);
    free(why);
    cJSON_Delete(companies);
    return code;
}

int start_ledger(struct sandbox *box, const char *folder)
{
    const char *why;

    if (!folder)
        return 0;
    if (!journal_open(folder, &box->journal, &why))
        return complain(EXIT_LATER, "ledger", folder, why);
    if (!documents_replay(box))
        return complain(EXIT_CONFIGURATION, "ledger", folder, "a record cannot be read");
    return 0;
}

/* Written beside and renamed, so that who waits for the file never reads half a number. */
static int port_tell(const struct sandbox *box, const char *path)
{
    char *beside;
    FILE *file;
    bool good;

    if (!path)
        return 0;
    beside = text_print("%s.new", path);
    file = fopen(beside, "w");
    good = file && fprintf(file, "%u\n", box->port) > 0;
    good = file && fclose(file) == 0 && good && rename(beside, path) == 0;
    free(beside);
    return good ? 0 : complain(EXIT_LATER, "port-file", path, strerror(errno));
}

int start_serving(struct sandbox *box, const struct options *options)
{
    struct server *server;
    const char *why;
    int code;

    if (!server_open(options->listen, box, &server, &why))
        return complain(EXIT_LATER, "listen", options->listen, why);
    code = port_tell(box, options->port_file);
    if (!code) {
        (void)fprintf(stderr, "stage=sandbox ready port=%u\n", box->port);
        code = server_run(server) ? 0 : EXIT_LATER;
    }
    server_close(server);
    return code;
}
