#include "store_fault.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FOLDERS_MAX = 16, FOLDER_BYTES = 512, EXIT_AGAIN = 111 };

static char folders[FOLDERS_MAX][FOLDER_BYTES];
/* Ready to be written by a signal handler, which may format nothing. */
static char sentence[FOLDERS_MAX * FOLDER_BYTES + 256];
static size_t sentence_len;

static void cannot_be_read(int signal)
{
    (void)signal;
    if (write(STDERR_FILENO, sentence, sentence_len) < 0)
        _exit(EXIT_AGAIN);
    _exit(EXIT_AGAIN);
}

static void say(void)
{
    int len = snprintf(sentence, sizeof sentence, "level=error what=\"a store cannot be read\" why=\"its file is cut off, "
                       "or its disk fails; bilag fsck says which of these it is, and what to do:");

    for (size_t i = 0; i < FOLDERS_MAX && len > 0; i++)
        if (folders[i][0])
            len += snprintf(sentence + len, sizeof sentence - (size_t)len, " %s", folders[i]);
    if (len > 0)
        len += snprintf(sentence + len, sizeof sentence - (size_t)len, "\"\n");
    sentence_len = len > 0 && (size_t)len < sizeof sentence ? (size_t)len : 0;
}

void store_fault_watch(const char *folder)
{
    struct sigaction action = { .sa_handler = cannot_be_read };

    for (size_t i = 0; i < FOLDERS_MAX; i++)
        if (!folders[i][0]) {
            (void)str_copy(str_of(folder), folders[i], sizeof folders[i]);
            break;
        }
    say();
    (void)sigaction(SIGBUS, &action, NULL);                  /* refused: the process ends without the sentence */
}

void store_fault_forget(const char *folder)
{
    for (size_t i = 0; i < FOLDERS_MAX; i++)
        if (strcmp(folders[i], folder) == 0) {
            folders[i][0] = '\0';
            break;
        }
    say();
}
