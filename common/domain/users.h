/* users.h - who may look into the books and decide about them, in STATE_DIR/users (docs/design.md section 11).
 *
 * `bilag users` makes and removes them, the console asks. Of a password is kept what argon2id makes of it (libsodium), which
 * opens nothing. A user is of companies, or of all, and has roles; who sees a venue is decided by its company.
 * Guessing    users_judge() takes as long for a name that nobody has as for a wrong password.
 * Ownership   what is handed out lives in the arena.
 * Durability  ERR_OK: on disk.
 * Errors      the store's; ERR_NOT_FOUND: no such user, or not this password.
 */
#ifndef BILAG_DOMAIN_USERS_H
#define BILAG_DOMAIN_USERS_H

#include "config.h"
#include "base/store.h"

enum { USER_PASSWORD_MIN = 12, USER_PASSWORD_MAX = 256, USER_COMPANIES_MAX = 1000, USER_HASH_MAX = 128 };

/* What a person may do beside looking, which everybody may: bits. X(name, bit, word) */
#define USER_ROLES(X) \
    X(ROLE_READS, 1, "reads")                                /* looks */ \
    X(ROLE_DECIDES, 2, "decides")                            /* transfers, and decides about documents */ \
    X(ROLE_SETS_UP, 4, "sets-up")                            /* changes set-ups, connects customers */ \
    X(ROLE_OPERATES, 8, "operates")                          /* sees to processes, refused and parked sales */

#define X(name, bit, word) name = bit,
enum user_role { USER_ROLES(X) ROLE_ALL = 15 };
#undef X

struct user {
    struct str name;                      /* as it signs in: str_is_name() */
    struct str title;                     /* as people call the person; empty: the name */
    struct str language;                  /* "en" or "nb" */
    uint32_t roles;                       /* bits */
    bool all_companies;
    struct user_company { struct str number; } *companies; size_t company_count;
    int64_t changed_ms;                   /* sessions that began before it are over */
    struct str hash;                      /* of the password: crypto_pwhash_str() */
};

struct users;
USED enum err users_open(struct str state_dir, unsigned flags, struct users **ret_users, struct fault *fault);
void users_close(struct users *users);                        /* NULL is fine */

/* The hash of a password, into the arena: what `struct user` keeps. It takes a tenth of a second and 32 MB. ERR_MEMORY. */
USED enum err user_hash(struct str password, struct arena *arena, struct str *ret_hash);
/* ERR_EXISTS: there is one of that name. */
USED enum err users_add(struct users *users, const struct user *user);
/* The record of that name is this one from now on. ERR_NOT_FOUND: there is none of that name. */
USED enum err users_change(struct users *users, const struct user *user);
USED enum err users_remove(struct users *users, struct str name);
USED enum err users_find(struct users *users, struct str name, struct arena *arena, struct user *ret_user);
typedef enum err (*user_visit)(const struct user *user, void *context);
USED enum err users_list(struct users *users, user_visit visit, void *context);
/* Who has this name and this password. */
USED enum err users_judge(struct users *users, struct str name, struct str password, struct arena *arena,
                          struct user *ret_user);

bool user_sees(const struct user *user, struct str company);
struct str user_title(const struct user *user);
/* "decides" -> its bit; 0: there is no such role. */
uint32_t user_role_parse(struct str word);
/* "decides, sets-up" */
struct str user_roles_text(uint32_t roles, struct arena *arena);

/* Each table there is, in one transaction: for who judges the store. */
typedef enum err (*user_table_visit)(struct txn *txn, unsigned table, const char *name, void *context);
USED enum err users_tables(struct users *users, user_table_visit visit, void *context);

#endif
