/* folder.h - folders that only their owner may write in, or, where two users run the programs, they and nobody else.
 *
 * Shared      once it is said (folder_share()), what is made is for our group as well, and what either user owns is as good as ours,
 *             as long as its group is ours.
 * Errors      ERR_CONFIG: of another owner or mode, with the command that mends; ERR_STORE_IO: it cannot be made.
 */
#ifndef BILAG_BASE_FOLDER_H
#define BILAG_BASE_FOLDER_H

#include "err.h"

#include <sys/types.h>

/* The other user. Once, before the first folder or file is made. */
void   folder_share(uid_t other);
bool   folder_shared(void);
mode_t folder_mode(void);                /* 0700, or 0770 */
mode_t file_mode(void);                  /* 0600, or 0660 */
enum whose { OWNER_ROOT, OWNER_ME, OWNER_OTHER, OWNER_STRANGER };
enum whose folder_owner(uid_t uid);

enum folder_rule { FOLDER_WRITTEN_BY_OWNER, FOLDER_SEEN_BY_OWNER };

/* Makes it, and those that it stands in, for their owner only; what is there already stays as it is. */
USED enum err folder_make(struct str folder, struct fault *fault);
/* Whether it is ours (or root's), and nobody else may write in it, or even look. name: "state_dir", for the sentence. */
USED enum err folder_judge(const char *path, const char *name, enum folder_rule rule, struct fault *fault);

#endif
