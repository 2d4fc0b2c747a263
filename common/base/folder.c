#include "folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

enum err folder_make(struct str folder, struct fault *fault)
{
    char path[PATH_BYTES];

    if (!str_copy(folder, path, sizeof path))
        return fault_set(fault, ERR_CONFIG, "the folder name " STR_FMT " is too long", STR_ARG(folder));
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return fault_set(fault, ERR_STORE_IO, "cannot make the folder %s: %s", path, strerror(errno));
        *slash = '/';
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return fault_set(fault, ERR_STORE_IO, "cannot make the folder %s: %s", path, strerror(errno));
    return ERR_OK;
}

enum err folder_judge(const char *path, const char *name, enum folder_rule rule, struct fault *fault)
{
    mode_t others = rule == FOLDER_SEEN_BY_OWNER ? 077 : 022;
    struct stat st;

    if (stat(path, &st) != 0)
        return fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s: the folder %s cannot be used: %s", name, path,
                         strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return fault_set(fault, ERR_CONFIG, "%s: %s is no folder; move it away", name, path);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return fault_set(fault, ERR_CONFIG, "%s: the folder %s belongs to another user (uid %u), this runs as uid %u; run it "
                         "as that user, or choose another folder", name, path, (unsigned)st.st_uid, (unsigned)geteuid());
    if (st.st_mode & others)
        return fault_set(fault, ERR_CONFIG, "%s: the folder %s has mode %04o, so that others could change what stands in it; "
                         "chmod 700 %s", name, path, (unsigned)(st.st_mode & 07777), path);
    return ERR_OK;
}
