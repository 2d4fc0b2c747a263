/* store.c - backup, restore, fsck: the stores as a whole. */
#include "bilag/keep/fsck.h"
#include "bilag/keep/restore.h"
#include "shell.h"
#include "bilag/keep/snapshot.h"

#include <inttypes.h>
#include <string.h>

static const struct option no_options[] = { { NULL, NULL, NULL } };

static const char of_engine[] =
    "the stores lie in PostgreSQL: back them up with its own tools (pg_basebackup, pg_dump), as docs/operator.md says";

/* --- backup ------------------------------------------------------------------------------------------------ */

static int backup_run(struct shell *shell, const struct args *args)
{
    struct snapshot_part parts[FSCK_STORES];
    struct fault fault = { "" };
    const char *folder = args->word_count == 1 ? args->words[0] : NULL;
    int64_t began_ms = clock_steady_ms(), took_ms;
    enum err err;

    if (!folder)
        return complain(shell, EXIT_USAGE, "say where to: a folder that is empty or not there yet");
    if (shell->config->postgresql.len)
        return complain(shell, EXIT_UNUSABLE, "%s", catalogue_words(of_engine));
    err = fsck_versions(shell->config->state_dir, &fault);   /* a copy is worth what its program can make of it */
    if (!err)
        err = backup_folder(folder, &fault);
    if (!err)
        err = snapshot_take(shell->config->state_dir, str_of(folder), fsck_stores, FSCK_STORES, parts, &fault);
    if (!err)
        err = manifest_write(folder, parts, FSCK_STORES, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    for (size_t i = 0; i < FSCK_STORES; i++)
        if (parts[i].there)
            shell_say("%-12s %10" PRIu64 " records %6" PRIu64 ".%" PRIu64 " MB\n", parts[i].name, parts[i].records,
                      parts[i].bytes / 1000000, parts[i].bytes / 100000 % 10);
        else
            shell_say("%-12s not there yet\n", parts[i].name);
    took_ms = clock_steady_ms() - began_ms;
    shell_say("All as of one moment, in %s, after %" PRId64 ".%" PRId64 " s. Keys and configuration are not in it.\n", folder,
              took_ms / 1000, took_ms / 100 % 10);
    return EXIT_FINE;
}

const struct cmd cmd_backup = {
    "backup", "DIR", "a copy of all stores as of one moment, while the stages run", no_options, backup_run,
};

/* --- fsck -------------------------------------------------------------------------------------------------- */

static void show_damage(const char *store, struct str table, struct str record, struct str why, void *context)
{
    const struct shell *shell = context;
    struct strbuf said;

    strbuf_init(&said, 4096);
    catalogue_said(why, &said);
    shell_say("  %sdamaged%s  %s%s%.*s%s%.*s: %.*s\n", paint(shell, RED), paint(shell, PLAIN), store,
              table.len ? catalogue_words(", table ") : "", TEXT(table), record.len ? catalogue_words(", record ") : "",
              TEXT(record), TEXT(strbuf_str(&said)));
    strbuf_free(&said);
}

/* Says how each store is. EXIT_RED: one is damaged or could not be judged; EXIT_UNUSABLE: one is of another version. */
static int judge_all(struct shell *shell, struct str folder, bool mends)
{
    struct fault fault = { "" };
    int code = EXIT_FINE;

    for (size_t i = 0; i < FSCK_JUDGED; i++) {
        struct fsck_result result;
        enum err err = fsck_store(folder, i, show_damage, shell, &result, &fault);

        if (err) {
            (void)complain_err(shell, err, &fault);
            code = EXIT_RED;
        } else if (!result.there) {
            shell_say("%-12s not there\n", result.store);
        } else if (result.other[0]) {
            shell_say("%-12s %sof another version%s\n  %s\n", result.store, paint(shell, RED), paint(shell, PLAIN),
                      result.other);
            code = code == EXIT_RED ? EXIT_RED : EXIT_UNUSABLE;
        } else if (result.damaged == 0) {
            shell_say("%-12s %s%10" PRIu64 " records, fine%s\n", result.store, paint(shell, GREEN), result.records,
                      paint(shell, PLAIN));
        } else {
            shell_say("%-12s %s%10" PRIu64 " damaged%s\n", result.store, paint(shell, RED), result.damaged,
                      paint(shell, PLAIN));
            if (mends)
                shell_say("  what to do: %s\n", catalogue_words(result.mend));
            code = EXIT_RED;
        }
        (void)fflush(stdout);
    }
    return code;
}

/* A document's own sentence; its mend, where the sentence does not say it. */
static void show_day(const char *store, struct str table, struct str record, struct str why, void *context)
{
    const struct shell *shell = context;
    const char *mend = fsck_days_mend(why);
    struct strbuf said;

    (void)store;
    (void)table;
    strbuf_init(&said, 4096);
    catalogue_said(why, &said);
    shell_say("  %sred%s  %.*s: %.*s\n", paint(shell, RED), paint(shell, PLAIN), TEXT(record), TEXT(strbuf_str(&said)));
    if (mend)
        shell_say("  what to do: %s\n", catalogue_words(mend));
    strbuf_free(&said);
}

/* What no store shows by itself, asked only of whole ones: EXIT_RED, if something is found. */
static int judge_days(struct shell *shell, struct str folder)
{
    struct fault fault = { "" };
    struct fsck_result result;
    enum err err = fsck_days(shell->config, folder, show_day, shell, &result, &fault);

    if (err || result.other[0])
        return complain_err(shell, err ? err : ERR_CONFIG, &fault);
    if (result.damaged) {
        shell_say("%-12s %s%10" PRIu64 " to look at%s\n", result.store, paint(shell, RED), result.damaged, paint(shell, PLAIN));
        return EXIT_RED;
    }
    shell_say("%-12s %s%10" PRIu64 " documents, each with receipts behind it, each day closed in time%s\n", result.store,
              paint(shell, GREEN), result.records, paint(shell, PLAIN));
    return EXIT_FINE;
}

static int fsck_run(struct shell *shell, const struct args *args)
{
    int code;
    struct str folder = args->word_count ? str_of(args->words[0]) : shell->config->state_dir;

    if (args->word_count > 1)
        return complain(shell, EXIT_USAGE, "one folder at most");
    (void)printf("%.*s\n", TEXT(folder));
    code = judge_all(shell, folder, true);
    return code == EXIT_FINE ? judge_days(shell, folder) : code;
}

const struct cmd cmd_fsck = {
    "fsck", "[DIR]", "is every record of every store whole, and has every voucher receipts behind it? DIR: of a backup", no_options, fsck_run,
};

/* --- restore ----------------------------------------------------------------------------------------------- */

static int restore_run(struct shell *shell, const struct args *args)
{
    const char *folder = args->word_count == 1 ? args->words[0] : NULL;
    struct fault fault = { "" };
    struct stage_locks locks;
    char aside[1024];
    bool parts[FSCK_STORES];
    enum err err;
    int code;

    if (!folder)
        return complain(shell, EXIT_USAGE, "say from where: a folder that bilag backup made");
    if (shell->config->postgresql.len)
        return complain(shell, EXIT_UNUSABLE, "%s", catalogue_words(of_engine));
    err = manifest_read(folder, fsck_stores, FSCK_STORES, parts, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    err = stage_locks_take(shell->config, &locks, &fault);   /* held to the end: no stage starts meanwhile */
    if (err)
        return complain_err(shell, err, &fault);
    code = judge_all(shell, str_of(folder), false);
    if (code != EXIT_FINE)
        (void)complain(shell, code, "this backup is %s; nothing was changed",
                       catalogue_words(code == EXIT_RED ? "damaged" : "of another version"));
    if (code == EXIT_FINE) {
        err = restore_stores(folder, shell->config->state_dir, fsck_stores, parts, FSCK_STORES, aside, &fault);
        if (err)
            code = complain_err(shell, err, &fault);
    }
    stage_locks_give(&locks);
    if (code == EXIT_FINE)
        shell_say("Restored from %s. What was there before is in %s: remove it when all is well.\n"
                  "Start the stages. Then have everything since the backup delivered again - the tills' SAF-T files "
                  "(bilag import), the spool files -: what is known already changes nothing, and what PowerOffice has "
                  "already is found by its reference.\n", folder, aside);
    return code;
}

const struct cmd cmd_restore = {
    "restore", "DIR", "all stores from a backup; only while no stage runs", no_options, restore_run,
};
