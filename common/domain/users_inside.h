/* users_inside.h - the store of users.h, for the two files that keep what is in it. */
#ifndef BILAG_DOMAIN_USERS_INSIDE_H
#define BILAG_DOMAIN_USERS_INSIDE_H

#include "users.h"

enum user_table { USER_TABLE, USER_TOKENS, USER_META, USER_TABLES };

struct users {
    struct store *store;
    uint64_t given;                       /* by user_tokens_next(), for the next token; 0: none */
};

/* Within the transaction that removes the user: his tokens open nothing any more, also when another one gets his name. */
USED enum err user_tokens_forget(struct txn *txn, struct str user);

#endif
