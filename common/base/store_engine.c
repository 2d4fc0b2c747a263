#include "store_engine.h"

#include "folder.h"
#include "pg_link.h"
#include "store_pg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 1024 };

static struct { struct store_engine engine; char conninfo[TEXT_MAX], root[TEXT_MAX]; bool used; } chosen;

static bool name_under_root(struct str folder, char name[STORE_NAME_SIZE])
{
    struct str root = str_of(chosen.root), rest;

    if (root.len == 0 || !str_starts(folder, root) || folder.len <= root.len + 1 || folder.bytes[root.len] != '/')
        return false;
    rest = (struct str){ folder.bytes + root.len + 1, folder.len - root.len - 1 };
    return str_is_name(rest) && str_copy(rest, name, STORE_NAME_SIZE);
}

static bool (*name_by)(struct str folder, char name[STORE_NAME_SIZE]) = name_under_root;

enum err store_engine_use(const struct store_engine *engine, struct fault *fault)
{
    chosen.used = false;
    if (!engine)
        return ERR_OK;
#ifndef HAVE_POSTGRESQL
    return fault_set(fault, ERR_CONFIG, "this program was built without PostgreSQL: build it with libpq-dev installed");
#endif
    if (!str_copy(str_of(engine->conninfo), chosen.conninfo, sizeof chosen.conninfo) ||
        !str_copy(str_of(engine->root), chosen.root, sizeof chosen.root))
        return fault_set(fault, ERR_CONFIG, "state: postgresql: is longer than 1,023 characters");
    chosen.engine = (struct store_engine){ chosen.conninfo, engine->replicas, chosen.root };
    chosen.used = true;
    return ERR_OK;
}

const struct store_engine *store_engine(void)
{
    return chosen.used ? &chosen.engine : NULL;
}

void store_engine_name_by(bool (*rule)(struct str folder, char name[STORE_NAME_SIZE]))
{
    name_by = rule;
}

bool store_engine_name(struct str folder, char name[STORE_NAME_SIZE])
{
    return chosen.used && name_by(folder, name);
}

static bool lies_there(struct str folder, const char *name)
{
    char path[TEXT_MAX];

    return snprintf(path, sizeof path, STR_FMT "/%s", STR_ARG(folder), name) < (int)sizeof path && access(path, F_OK) == 0;
}

enum err store_engine_judge(struct str folder, bool in_engine, struct fault *fault)
{
    if (in_engine && lies_there(folder, "data.mdb"))
        return fault_set(fault, ERR_CONFIG, STR_FMT " holds records of its own (data.mdb), and bilag.yaml says that they lie "
                         "in PostgreSQL: bilag move --to postgresql", STR_ARG(folder));
    if (!in_engine && lies_there(folder, STORE_ENGINE_MARK))
        return fault_set(fault, ERR_CONFIG, "the records of " STR_FMT " lie in PostgreSQL, and bilag.yaml does not say so: "
                         "write state: {postgresql: ...}, or bilag move --to folder", STR_ARG(folder));
    return ERR_OK;
}

#ifdef HAVE_POSTGRESQL
enum err store_engine_mark(struct str folder, struct fault *fault)
{
    char path[TEXT_MAX];
    int fd = -1;

    if (snprintf(path, sizeof path, STR_FMT "/" STORE_ENGINE_MARK, STR_ARG(folder)) < (int)sizeof path)
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, file_mode());
    if (fd < 0 || fsync(fd) != 0 || close(fd) != 0)
        return fault_set(fault, ERR_STORE_IO, "cannot write in the folder " STR_FMT ": %s", STR_ARG(folder), strerror(errno));
    return ERR_OK;
}
#endif

const struct store_base *store_engine_base(struct str folder)
{
#ifdef HAVE_POSTGRESQL
    char name[STORE_NAME_SIZE];

    if (store_engine_name(folder, name))
        return &store_pg;
#endif
    (void)folder;
    return &store_lmdb;
}
