/* Opens a store in PostgreSQL and does what the lines on its input say; one line of output each.
 * usage: tool_engine CONNINFO REPLICAS FOLDER      (a store named "store" of the state folder FOLDER)
 * put KEY VALUE | get KEY | new KEY VALUE (refused if it is there): "fine", the value, or what went wrong */
#include "base/store_engine.h"

#include "base/clock.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THINGS, WORD_SIZE = 64 };
static struct { char verb[WORD_SIZE], key[WORD_SIZE], value[WORD_SIZE]; } line;

static enum err put_work(struct txn *txn, void *context)
{
    (void)context;
    return strcmp(line.verb, "new") == 0 ? store_put_new(txn, THINGS, str_of(line.key), str_of(line.value))
                                         : store_put(txn, THINGS, str_of(line.key), str_of(line.value));
}

static enum err get_work(struct txn *txn, void *context)
{
    struct str value;
    enum err err = store_get(txn, THINGS, str_of(line.key), &value);

    (void)context;
    return err ? err : str_copy(value, line.value, sizeof line.value) ? ERR_OK : ERR_TOO_LONG;
}

static void serve(struct store *store)
{
    char text[3 * WORD_SIZE];

    while (fgets(text, sizeof text, stdin)) {
        bool gets;
        int64_t began_ms = clock_steady_ms();
        enum err err;

        memset(&line, 0, sizeof line);
        if (sscanf(text, "%63s %63s %63s", line.verb, line.key, line.value) < 2)
            continue;
        gets = strcmp(line.verb, "get") == 0;
        err = gets ? store_read(store, get_work, NULL) : store_write(store, put_work, NULL);
        (void)printf("%s%s after %" PRId64 " ms\n", err ? err_text(err) : gets ? line.value : "fine",
                     store_broken() ? ", broken" : "", clock_steady_ms() - began_ms);
        (void)fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    static const char *const tables[] = { "things" };
    struct store_engine engine;
    struct fault fault = { "" };
    struct store *store;
    char folder[512];
    sigset_t mask;
    enum err err;

    if (argc != 4)
        return 2;
    engine = (struct store_engine){ argv[1], (unsigned)atoi(argv[2]), argv[3] };
    (void)sigemptyset(&mask);             /* as a stage: it is told to stop, and looks when it can */
    (void)sigaddset(&mask, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &mask, NULL);
    (void)snprintf(folder, sizeof folder, "%s/store", argv[3]);
    err = store_engine_use(&engine, &fault);
    if (!err)
        err = store_open(str_of(folder), tables, 1, 1, 0, &store, &fault);
    (void)printf("%s\n", err ? fault.text : "open");
    (void)fflush(stdout);
    if (err)
        return 1;
    serve(store);
    store_close(store);
    return 0;
}
