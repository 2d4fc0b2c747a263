#include "folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 1024, UID_OF_OTHERS = 65534 };

static bool shared, own_users;
static uid_t other_user;

/* systemd's PrivateUsers= shows every user but ours and root as nobody. */
static bool in_a_namespace(void)
{
    unsigned inside = 0, outside = 0, count = 0;
    FILE *map = fopen("/proc/self/uid_map", "re");
    bool whole = map && fscanf(map, "%u %u %u", &inside, &outside, &count) == 3 && count == UINT32_MAX;

    if (map)
        (void)fclose(map);
    return map && !whole;
}

void folder_share(uid_t other)
{
    shared = true;
    other_user = other;
    own_users = in_a_namespace();
}

bool folder_shared(void)
{
    return shared;
}

mode_t folder_mode(void)
{
    return shared ? 0770 : 0700;
}

mode_t file_mode(void)
{
    return shared ? 0660 : 0600;
}

enum whose folder_owner(uid_t uid)
{
    if (uid == geteuid())
        return OWNER_ME;
    if (uid == 0)
        return OWNER_ROOT;
    return shared && (uid == other_user || (own_users && uid == UID_OF_OTHERS)) ? OWNER_OTHER : OWNER_STRANGER;
}

enum err folder_make(struct str folder, struct fault *fault)
{
    char path[PATH_BYTES];

    if (!str_copy(folder, path, sizeof path))
        return fault_set(fault, ERR_CONFIG, "the folder name " STR_FMT " is too long", STR_ARG(folder));
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, folder_mode()) != 0 && errno != EEXIST)
            return fault_set(fault, ERR_STORE_IO, "cannot make the folder %s: %s", path, strerror(errno));
        *slash = '/';
    }
    if (mkdir(path, folder_mode()) != 0 && errno != EEXIST)
        return fault_set(fault, ERR_STORE_IO, "cannot make the folder %s: %s", path, strerror(errno));
    return ERR_OK;
}

enum err folder_judge(const char *path, const char *name, enum folder_rule rule, struct fault *fault)
{
    mode_t others = rule == FOLDER_SEEN_BY_OWNER ? 077 : 022;
    struct stat st;
    bool ours;

    if (stat(path, &st) != 0)
        return fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s: the folder %s cannot be used: %s", name, path,
                         strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return fault_set(fault, ERR_CONFIG, "%s: %s is no folder; move it away", name, path);
    if (folder_owner(st.st_uid) == OWNER_STRANGER)
        return fault_set(fault, ERR_CONFIG, "%s: the folder %s belongs to another user (uid %u), this runs as uid %u; run it "
                         "as that user, or choose another folder", name, path, (unsigned)st.st_uid, (unsigned)geteuid());
    ours = shared && st.st_gid == getegid();
    if (shared && (!ours || (st.st_mode & 0770) != 0770 || (st.st_mode & others & 07)))
        return fault_set(fault, ERR_CONFIG, "%s: the folder %s has mode %04o and group %u, and two users work in it; "
                         "chgrp %u %s; chmod 770 %s", name, path, (unsigned)(st.st_mode & 07777), (unsigned)st.st_gid,
                         (unsigned)getegid(), path, path);
    if (!shared && (st.st_mode & others))
        return fault_set(fault, ERR_CONFIG, "%s: the folder %s has mode %04o, so that others could change what stands in it; "
                         "chmod 700 %s", name, path, (unsigned)(st.st_mode & 07777), path);
    return ERR_OK;
}
