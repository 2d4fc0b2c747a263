#include "newcomers.h"

#include <string.h>

static bool who(int fd, struct sockaddr_storage *ret_from)
{
    socklen_t len = sizeof *ret_from;

    memset(ret_from, 0, sizeof *ret_from);
    return getpeername(fd, (struct sockaddr *)ret_from, &len) == 0;
}

/* It may have ended, and its number be another connection's. */
static void shut(const struct newcomer *newcomer)
{
    struct sockaddr_storage now;

    if (who(newcomer->fd, &now) && memcmp(&now, &newcomer->from, sizeof now) == 0)
        (void)shutdown(newcomer->fd, SHUT_RDWR);
}

/* Those that left, and those that had their time, give their places back. */
static void tidy(struct newcomers *newcomers, int64_t before_ms)
{
    size_t kept = 0;

    for (size_t i = 0; i < newcomers->count; i++)
        if (newcomers->at[i].fd >= 0 && newcomers->at[i].at_ms > before_ms)
            newcomers->at[kept++] = newcomers->at[i];
    newcomers->count = kept;
}

bool newcomers_came(struct newcomers *newcomers, int fd, int64_t now_ms, int64_t handshake_ms)
{
    struct newcomer comes = { .fd = fd, .at_ms = now_ms };
    bool full;

    if (!who(fd, &comes.from))
        return false;                    /* gone again */
    if (newcomers->count == NEWCOMERS_MAX)
        tidy(newcomers, now_ms - handshake_ms);
    full = newcomers->count == NEWCOMERS_MAX;
    if (full) {
        shut(&newcomers->at[0]);
        newcomers->at[0].fd = -1;
        tidy(newcomers, now_ms - handshake_ms);
    }
    newcomers->at[newcomers->count++] = comes;
    return full;
}

void newcomers_left(struct newcomers *newcomers, int fd)
{
    for (size_t i = 0; i < newcomers->count; i++)
        if (newcomers->at[i].fd == fd)
            newcomers->at[i].fd = -1;
}
