#include "fsck.h"

#include "fsck_days.h"
#include "fsck_shared.h"
#include "base/storecheck.h"
#include "console/session.h"
#include "ingest/eventlog_judge.h"
#include "mapper/judge.h"
#include "sender/docs_judge.h"
#include "watch/notices_judge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_BYTES = 4096 };

static const struct judge {
    const char *store;
    storecheck_run run;
    const char *mend;
} judges[FSCK_JUDGED] = {
    { "ingest", eventlog_judge_run,
      "Stop all stages and restore a backup (bilag restore); then have everything since then delivered again: import the "
      "tills' SAF-T files, put the spool files back. What is in the log already changes nothing." },
    { "mapper", mapper_judge_run,
      "Stop all stages and move this folder away: the mapper builds it again from the event log, and what was sent stays "
      "sent, because the senders know it. Or restore a backup (bilag restore)." },
    { "uploader", docs_judge_uploader,
      "Stop all stages and restore a backup (bilag restore). Without one, move this folder and the folder mapper away: "
      "every voucher is built and offered again under its own reference, and those that PowerOffice has are found there, "
      "not posted twice. A day that was sent in several parts comes back red, to be compared by a person." },
    { "invoicer", docs_judge_invoicer,
      "Stop all stages and restore a backup (bilag restore). Without one, move this folder and the folder mapper away: "
      "every order is built and offered again under its own reference, and those that PowerOffice has are found there, "
      "not made twice." },
    { "poweroffice", fsck_poweroffice,
      "Stop all stages and move this folder away: the reference data is read again. The customers' connections are lost: "
      "`bilag audit` lists each that was made; connect them again (bilag customers import), or restore a backup." },
    { "audit", fsck_audit,
      "Stop all stages and restore a backup (bilag restore): decisions cannot be built from anything else." },
    { "doors", fsck_doors,
      "Stop all stages and restore a backup (bilag restore), or move this folder away: no token opens anything then, and "
      "each till gets a new one (bilag tokens add)." },
    { "users", fsck_users,
      "Stop the console and restore a backup (bilag restore), or move this folder away: nobody can sign in then, and each "
      "person is added again (bilag users add)." },
    { "pseudonyms", fsck_pseudonyms,
      "Stop all stages and restore a backup (bilag restore), or move this folder away: a receipt of a person who was forgotten is a "
      "conflict then, if a till sends it again." },
    { "watch", notices_judge,
      "Stop the watch and move this folder away: what is wrong then is told once more, and what had ended meanwhile is told to nobody." },
    { "console", sessions_judge, "Stop the console and move this folder away: everybody signs in again." },
};

const char *const fsck_stores[FSCK_STORES] = { "ingest", "mapper", "uploader", "invoicer", "poweroffice", "audit", "doors",
                                              "users", "pseudonyms" };

/* --- in the child ------------------------------------------------------------------------------------------ */

static const struct config *days_config;                     /* of the judge of days, which needs one; in the child its copy */

static enum err judge_days(struct storecheck *check, struct fault *fault)
{
    return fsck_days_run(days_config, check, fault);
}

static void child(const struct judge *judge, struct str state_dir, bool open_only, int fd)
{
    struct storecheck check = { .state_dir = state_dir, .open_only = open_only, .out = fdopen(fd, "we") };
    struct fault fault = { "" };
    enum err err;

    if (!check.out)
        _exit(3);
    arena_init(&check.arena, STORECHECK_RECORD_BYTES);
    err = judge->run(&check, &fault);
    if (err == ERR_NOT_FOUND) {
        (void)fprintf(check.out, "-\n");
    } else if (err == ERR_CONFIG) {
        (void)fprintf(check.out, "!%s\n", fault.text);
    } else {
        check.table = NULL;
        if (err)
            storecheck_damaged(&check, STR_NONE, fault.text[0] ? fault.text : err_text(err));
        (void)fprintf(check.out, "=%" PRIu64 " %" PRIu64 "\n", check.records, check.damaged);
    }
    (void)fflush(check.out);
    _exit(0);
}

/* --- in the parent ----------------------------------------------------------------------------------------- */

struct listening { struct fsck_result *result; fsck_told told; void *context; bool ended; };

static struct str until_tab(char **at)
{
    struct str part = { *at, strcspn(*at, "\t\n") };

    *at += part.len + ((*at)[part.len] != '\0');
    return part;
}

static void listen_line(struct listening *listening, char *line)
{
    struct fsck_result *result = listening->result;
    struct str table, record, why;

    if (line[0] == '-' || line[0] == '=' || line[0] == '!') {
        listening->ended = true;
        result->there = line[0] != '-';
        if (line[0] == '!')
            (void)snprintf(result->other, sizeof result->other, "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
        if (line[0] == '=' && sscanf(line, "=%" SCNu64 " %" SCNu64, &result->records, &result->damaged) != 2)
            listening->ended = false;
        return;
    }
    table = until_tab(&line);
    record = until_tab(&line);
    why = until_tab(&line);
    result->damaged++;
    listening->told(result->store, table, record, why, listening->context);
}

static void listen_all(struct listening *listening, int fd)
{
    char line[LINE_BYTES];
    FILE *in = fdopen(fd, "re");

    while (in && fgets(line, sizeof line, in))
        listen_line(listening, line);
    if (in)
        (void)fclose(in);
    else
        (void)close(fd);
}

static void reaped(struct listening *listening, pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (listening->ended && WIFEXITED(status))
        return;
    listening->result->there = true;
    listening->result->damaged++;
    listening->told(listening->result->store, STR_NONE, STR_NONE,
                    STR("the file itself is damaged or cut off: reading it breaks off"), listening->context);
}

/* The listening's result is emptied first. */
static enum err judge_apart(const struct judge *judge, struct str state_dir, bool open_only,
                            struct listening *listening, struct fault *fault)
{
    int ends[2];
    pid_t pid;

    *listening->result = (struct fsck_result){ .store = judge->store, .mend = judge->mend };
    if (pipe(ends) != 0)
        return fault_set(fault, ERR_SYSTEM, "no pipe: %s", strerror(errno));
    (void)fflush(stdout);
    (void)fflush(stderr);
    pid = fork();
    if (pid < 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        return fault_set(fault, ERR_SYSTEM, "no further process: %s", strerror(errno));
    }
    if (pid == 0) {
        (void)close(ends[0]);
        child(judge, state_dir, open_only, ends[1]);
    }
    (void)close(ends[1]);
    listen_all(listening, ends[0]);
    reaped(listening, pid);
    return ERR_OK;
}

enum err fsck_store(struct str state_dir, size_t which, fsck_told told, void *context, struct fsck_result *ret_result,
                    struct fault *fault)
{
    struct listening listening = { ret_result, told, context, false };

    return judge_apart(&judges[which], state_dir, false, &listening, fault);
}

enum err fsck_days(const struct config *config, struct str state_dir, fsck_told told, void *context,
                   struct fsck_result *ret_result, struct fault *fault)
{
    static const struct judge judge = { "days", judge_days, NULL };
    struct listening listening = { ret_result, told, context, false };

    days_config = config;
    return judge_apart(&judge, state_dir, false, &listening, fault);
}

static void pass_over(const char *store, struct str table, struct str record, struct str why, void *context)
{
    (void)store;
    (void)table;
    (void)record;
    (void)why;
    (void)context;
}

enum err fsck_versions(struct str state_dir, struct fault *fault)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < FSCK_JUDGED && !err; i++) {
        struct fsck_result result;
        struct listening listening = { &result, pass_over, NULL, false };

        err = judge_apart(&judges[i], state_dir, true, &listening, fault);
        if (!err && result.other[0])
            err = fault_set(fault, ERR_CONFIG, "%s", result.other);
    }
    return err;
}
