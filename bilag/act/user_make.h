/* user_make.h - who may sign in to the console: made, given another password, removed; whoever asks, the command or the
 * console.
 *
 * In the trail first: whoever finds a user finds who made it. A crash between the two leaves the trail's line of what was to
 * be.
 * Bounds      the maker (NULL: the system's user, who may all) gives nobody more than he has: only companies that he sees, and
 * only
 *             his own roles, unless he operates all companies.
 * Sentences   of what is refused are in the context's fault. Passwords are in no sentence and no trail; whoever asks wipes
 * them.
 */
#ifndef BILAG_BILAG_ACT_USER_MAKE_H
#define BILAG_BILAG_ACT_USER_MAKE_H

#include "bilag/read/context.h"
#include "domain/users.h"

struct user_wish {
    struct str name, title, language, password;
    struct str roles, companies;         /* words with commas */
    bool all_companies;
};

/* ERR_FORMAT: the wish itself is wrong; but for the password. *ret_user lives in the context's arena. */
USED enum err user_judge(struct context *context, const struct user_wish *wish, struct user *ret_user);
/* ERR_FORMAT: it is too short, too long, or no text. */
USED enum err password_judge(struct context *context, struct str password);
/* Whether the maker may make or remove this one: ERR_REFUSED. */
USED enum err user_bounds(struct context *context, const struct user *maker, const struct user *user);
/* All of its books are the maker's to see. */
bool user_is_within(const struct user *maker, const struct user *user);

/* Of one that was judged. ERR_EXISTS: there is one of that name. */
USED enum err user_make(struct context *context, struct users *users, const struct user *user, struct str password,
                        uint64_t *ret_number);
/* It is signed out at once. ERR_NOT_FOUND. */
USED enum err user_unmake(struct context *context, struct users *users, struct str name, struct str reason,
        uint64_t *ret_number);
/* Its sign-ins so far are over. ERR_NOT_FOUND. */
USED enum err user_password(struct context *context, struct users *users, struct str name, struct str password,
                            uint64_t *ret_number);

/* "all companies", or their numbers: the first twenty. */
struct str user_companies_text(const struct context *context, const struct user *user);

#endif
