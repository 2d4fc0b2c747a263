/* move.c - bilag move: all stores from folders into PostgreSQL, or back, while nothing runs. */
#include "base/store_engine.h"
#include "base/store_move.h"
#include "bilag/keep/restore.h"
#include "shell.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STORES_MAX = 64, PATH_SIZE = 1100 };

static const struct option move_options[] = {
    { "to", "PLACE", "postgresql:\"host=a,b dbname=bilag\", or folder" },
    { NULL, NULL, NULL },
};

struct moves { struct str folders[STORES_MAX]; const char *names[STORES_MAX]; size_t count; };

/* Each folder of the state folder that holds a store, or has held one. */
static void find_stores(struct shell *shell, struct moves *moves)
{
    char path[PATH_SIZE];
    const struct dirent *entry;
    DIR *dir;

    (void)snprintf(path, sizeof path, "%.*s", TEXT(shell->config->state_dir));
    dir = opendir(path);
    while (dir && (entry = readdir(dir)) && moves->count < STORES_MAX) {
        struct str folder = arena_format(&shell->arena, "%s/%s", path, entry->d_name);
        char file[PATH_SIZE + 64];
        bool holds = false;

        if (!folder.bytes || !str_is_name(str_of(entry->d_name)) || str_starts(str_of(entry->d_name), STR("before-restore")))
            continue;
        (void)snprintf(file, sizeof file, "%s/data.mdb", folder.bytes);
        holds |= access(file, F_OK) == 0;
        (void)snprintf(file, sizeof file, "%s/" STORE_ENGINE_MARK, folder.bytes);
        holds |= access(file, F_OK) == 0;
        if (!holds)
            continue;
        moves->names[moves->count] = folder.bytes + strlen(path) + 1;
        moves->folders[moves->count++] = folder;
    }
    if (dir)
        (void)closedir(dir);
}

/* All are copied and compared before the first is ended: until then the former place is the truth of all of them. */
static enum err move_all(struct moves *moves, enum store_way way, struct fault *fault)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < moves->count && !err; i++) {
        uint64_t records = 0;

        err = store_move_copy(moves->folders[i], way, &records, fault);
        if (err == ERR_NOT_FOUND) {
            shell_say("%-12s is there already\n", moves->names[i]);
            err = ERR_OK;
        } else if (!err) {
            shell_say("%-12s %10" PRIu64 " records copied, and each compared\n", moves->names[i], records);
        }
        (void)fflush(stdout);
    }
    for (size_t i = 0; i < moves->count && !err; i++)
        err = store_move_end(moves->folders[i], way, fault);
    return err;
}

/* ret_way; the engine is the one that the arguments and bilag.yaml name. */
static int choose(struct shell *shell, const char *to, enum store_way *ret_way)
{
    char conninfo[1024], root[1025];
    struct store_engine engine = { conninfo, (unsigned)shell->config->replicas, root };
    struct str said = shell->config->postgresql, wanted = str_of(to);
    struct fault fault = { "" };

    if (str_starts(wanted, STR("postgresql:")) && wanted.len > strlen("postgresql:")) {
        wanted = (struct str){ wanted.bytes + strlen("postgresql:"), wanted.len - strlen("postgresql:") };
        if (said.len && !str_equal(said, wanted))
            return complain(shell, EXIT_USAGE, "bilag.yaml names another server (state: postgresql:)");
        *ret_way = STORE_TO_ENGINE;
    } else if (strcmp(to, "folder") == 0) {
        if (said.len == 0)
            return complain(shell, EXIT_USAGE, "bilag.yaml does not say where the stores are (state: postgresql:)");
        wanted = said;
        *ret_way = STORE_TO_FOLDER;
    } else {
        return complain(shell, EXIT_USAGE, "--to postgresql:\"host=a,b dbname=bilag\", or --to folder");
    }
    if (!str_copy(wanted, conninfo, sizeof conninfo) || !str_copy(shell->config->state_dir, root, sizeof root))
        return complain(shell, EXIT_USAGE, "what stands behind --to is longer than 1,023 characters");
    return store_engine_use(&engine, &fault) ? complain(shell, EXIT_UNUSABLE, "%s", fault.text) : EXIT_FINE;
}

static int move_run(struct shell *shell, const struct args *args)
{
    const char *to = args_value(args, "to");
    struct moves *moves = arena_alloc(&shell->arena, sizeof *moves);
    struct fault fault = { "" };
    struct stage_locks locks;
    enum store_way way = STORE_TO_ENGINE;
    int code = choose(shell, to && args->word_count == 0 ? to : "", &way);
    enum err err;

    if (code)
        return code;
    if (!moves)
        return complain(shell, EXIT_RED, "out of memory");
    err = stage_locks_take(shell->config, &locks, &fault);   /* held to the end: nothing starts meanwhile */
    if (err)
        return complain_err(shell, err, &fault);
    err = stage_locks_take_others(shell->config, &locks, &fault);
    if (!err) {
        find_stores(shell, moves);
        err = move_all(moves, way, &fault);
    }
    stage_locks_give(&locks);
    if (err)
        return complain(shell, EXIT_RED, "%s; nothing is lost: mend it and give the same command again", fault.text);
    if (way == STORE_TO_ENGINE)
        shell_say("The stores lie in PostgreSQL. Write state: {postgresql: ...} into bilag.yaml and start the stages. What was "
                  "there is kept beside (data.mdb.moved): remove it when all is well.\n");
    else
        shell_say("The stores lie in their folders. Take state: postgresql: out of bilag.yaml and start the stages. What was "
                  "in PostgreSQL is kept there, closed: drop it when all is well.\n");
    return EXIT_FINE;
}

const struct cmd cmd_move = {
    "move", "--to PLACE", "all stores from their folders into PostgreSQL, or back; only while nothing runs", move_options, move_run,
};
