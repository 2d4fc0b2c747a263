/* folder.h - folders that only their owner may write in.
 *
 * Errors      ERR_CONFIG: of another owner or mode, with the command that mends; ERR_STORE_IO: it cannot be made.
 */
#ifndef BILAG_BASE_FOLDER_H
#define BILAG_BASE_FOLDER_H

#include "err.h"

enum folder_rule { FOLDER_WRITTEN_BY_OWNER, FOLDER_SEEN_BY_OWNER };

/* Makes it, and those that it stands in, for their owner only; what is there already stays as it is. */
USED enum err folder_make(struct str folder, struct fault *fault);
/* Whether it is ours (or root's), and nobody else may write in it, or even look. name: "state_dir", for the sentence. */
USED enum err folder_judge(const char *path, const char *name, enum folder_rule rule, struct fault *fault);

#endif
