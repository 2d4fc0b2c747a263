#include "killpoint.h"

#ifdef BILAG_KILLPOINTS
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void note(const char *file, const char *name)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    char line[128];
    int len = snprintf(line, sizeof line, "%s\n", name);

    if (fd >= 0) {
        if (write(fd, line, (size_t)len) != len)
            (void)fprintf(stderr, "killpoint=%s could not be noted\n", name);
        (void)close(fd);
    }
}

void killpoint_pass(const char *name)
{
    static unsigned long passed;
    const char *told = getenv("BILAG_KILLPOINT");
    const char *list = getenv("BILAG_KILLPOINT_LIST");
    const char *colon = told ? strrchr(told, ':') : NULL;

    if (list)
        note(list, name);
    if (!colon || strlen(name) != (size_t)(colon - told) || strncmp(told, name, strlen(name)) != 0)
        return;
    if (++passed == strtoul(colon + 1, NULL, 10))
        (void)kill(getpid(), SIGKILL);
}
#else
typedef int killpoint_is_empty_here;     /* ISO C wants something in a file */
#endif
