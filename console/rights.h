/* rights.h - who may do what: one table of acts and the roles that open them. Whose books, is user_sees() of domain/users.h. */
#ifndef BILAG_CONSOLE_RIGHTS_H
#define BILAG_CONSOLE_RIGHTS_H

#include "domain/users.h"

/*   act                roles that may */
#define CONSOLE_ACTS(X) \
    X(ACT_NONE,          0)                                      /* everybody, signed in or not */ \
    X(ACT_LOOK,          ROLE_READS | ROLE_DECIDES | ROLE_SETS_UP | ROLE_OPERATES) \
    X(ACT_TRANSFER,      ROLE_DECIDES) \
    X(ACT_DECIDE,        ROLE_DECIDES) \
    X(ACT_CONNECT,       ROLE_SETS_UP) \
    X(ACT_SET_UP,        ROLE_SETS_UP) \
    X(ACT_OPERATE,       ROLE_OPERATES) \
    X(ACT_UNDO,          ROLE_DECIDES | ROLE_OPERATES)           /* which decision is whose: undo_act() of decisions.h */

#define X(name, roles) name,
enum console_act { CONSOLE_ACTS(X) ACT_COUNT };
#undef X

bool user_may(const struct user *user, enum console_act act);

#endif
