/* store_engine.h - which base keeps a store: LMDB in its folder, or PostgreSQL, where the installation says so.
 *
 * Without store_engine_use() everything lies in folders. With it, the stores whose folder is under `root` (the state folder) lie in
 * PostgreSQL, each in a schema named after the rest of its folder's name, so that every machine of an installation finds the same;
 * what is one machine's own (quota and leases in the run folder) stays in folders.
 */
#ifndef BILAG_BASE_STORE_ENGINE_H
#define BILAG_BASE_STORE_ENGINE_H

#include "store_base.h"

struct store_engine {
    const char *conninfo;                 /* as libpq has it: "host=a,b dbname=bilag" */
    unsigned replicas;                    /* on how many machines a commit must be; 1: a primary alone will do */
    const char *root;
};

enum { STORE_NAME_SIZE = 64 };

/* Before the first store is opened; NULL: folders again. What it points to is copied. */
USED enum err store_engine_use(const struct store_engine *engine, struct fault *fault);
const struct store_engine *store_engine(void);       /* NULL: none */
/* false: it lies in its folder. */
bool store_engine_name(struct str folder, char name[STORE_NAME_SIZE]);
/* Instead of that rule: for tests, whose folders are anywhere. */
void store_engine_name_by(bool (*rule)(struct str folder, char name[STORE_NAME_SIZE]));
const struct store_base *store_engine_base(struct str folder);

/* What lies in the folder says where the store's records are, so that a setting that was forgotten begins no empty store beside them:
 * in PostgreSQL, the file named STORE_ENGINE_MARK; in the folder, LMDB's file. ERR_CONFIG: not where bilag.yaml says. */
#define STORE_ENGINE_MARK "on-postgresql"
USED enum err store_engine_judge(struct str folder, bool in_engine, struct fault *fault);
/* The store's records are in PostgreSQL from now on. */
USED enum err store_engine_mark(struct str folder, struct fault *fault);

#endif
