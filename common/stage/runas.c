#include "runas.h"

#include "base/folder.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err find(struct str name, uid_t *ret_uid, struct fault *fault)
{
    char text[64];
    const struct passwd *user = str_copy(name, text, sizeof text) ? getpwnam(text) : NULL;

    if (!user)
        return fault_set(fault, ERR_CONFIG, "bilag.yaml: run_as: there is no user " STR_FMT "; systemd-sysusers makes both, or "
                         "take the section away: then one user runs all programs", STR_ARG(name));
    *ret_uid = user->pw_uid;
    return ERR_OK;
}

static enum err find_both(const struct config *config, uid_t *ret_stages, uid_t *ret_keys, struct fault *fault)
{
    enum err err = find(config->run_as_stages, ret_stages, fault);

    if (!err)
        err = find(config->run_as_keys, ret_keys, fault);
    if (!err && *ret_stages == *ret_keys)
        err = fault_set(fault, ERR_CONFIG, "bilag.yaml: run_as: both are the same user; name two, or take the section away");
    return err;
}

static void share(uid_t stages, uid_t keys)
{
    folder_share(geteuid() == keys ? stages : keys);
    (void)umask(007);
}

enum err runas_stage(const struct config *config, struct fault *fault)
{
    struct str wanted = config->holds_keys ? config->run_as_keys : config->run_as_stages;
    uid_t stages, keys;
    enum err err;

    if (!config->run_as_keys.len)
        return ERR_OK;
    err = find_both(config, &stages, &keys, fault);
    if (err)
        return err;
    if (geteuid() != (config->holds_keys ? keys : stages))
        return fault_set(fault, ERR_CONFIG, "this program runs as uid %u, and bilag.yaml (run_as) wants the user " STR_FMT
                         " for it; start it as that one", (unsigned)geteuid(), STR_ARG(wanted));
    share(stages, keys);
    return ERR_OK;
}

enum err runas_command(const struct config *config, struct fault *fault)
{
    uid_t stages, keys;
    enum err err;

    if (!config->run_as_keys.len || geteuid() == 0)
        return ERR_OK;
    err = find_both(config, &stages, &keys, fault);
    if (err)
        return err;
    if (geteuid() != stages && geteuid() != keys)
        return fault_set(fault, ERR_CONFIG, "run this as " STR_FMT " (sudo -u " STR_FMT " bilag ...), or as " STR_FMT
                         " where it asks PowerOffice", STR_ARG(config->run_as_stages), STR_ARG(config->run_as_stages),
                         STR_ARG(config->run_as_keys));
    share(stages, keys);
    return ERR_OK;
}
