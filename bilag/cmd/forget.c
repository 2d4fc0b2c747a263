/* forget.c - bilag forget: a customer's or an employee's name gives way to a pseudonym, while nothing runs (keep/forget.h). */
#include "bilag/keep/forget.h"
#include "bilag/keep/restore.h"
#include "shell.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option forget_options[] = {
    { "venue", "VENUE", "whose customer (of its company, so at all the company's venues), or whose employee" },
    { "customer", "NAME", "the customer as the till says it" },
    { "staff", "NAME", "or the employee as the till says it" },
    { "reason", "TEXT", "why; kept in the audit trail, so without the name" },
    { "yes", NULL, "without asking" },
    { NULL, NULL, NULL },
};

static int wrong(const struct shell *shell, const char *en, const char *nb)
{
    return complain(shell, EXIT_USAGE, "%s", in_words(shell, en, nb));
}

/* Letters of either size alike, Norwegian ones (of two bytes, the first 0xc3) too. */
static int folded(const char *text, size_t at)
{
    int c = (unsigned char)text[at];

    if (at && (unsigned char)text[at - 1] == 0xc3 && c >= 0x80 && c <= 0x9e)
        return c + 0x20;
    return c < 0x80 ? tolower(c) : c;
}

static bool is_of_word(char c)
{
    return (unsigned char)c >= 0x80 || isalnum((unsigned char)c);
}

/* As words of their own: employee 14 is not named by 2014. */
static bool names_person(const char *reason, struct str name)
{
    size_t len = strlen(reason);

    for (size_t at = 0; at + name.len <= len; at++) {
        size_t same = 0;

        while (same < name.len && folded(reason + at, same) == folded(name.bytes, same))
            same++;
        if (same == name.len && !(at && is_of_word(reason[at - 1])) && !is_of_word(reason[at + same]))
            return true;
    }
    return false;
}

/* What root makes is root's: the stages could not open it. */
static int judge_user(const struct shell *shell)
{
    char path[1024];
    struct stat st;

    (void)snprintf(path, sizeof path, "%.*s", TEXT(shell->config->state_dir));
    if (geteuid() != 0 || stat(path, &st) != 0 || st.st_uid == 0)
        return EXIT_FINE;
    return complain(shell, EXIT_RED, in_words(shell, "run it as the user that %s belongs to (sudo -u), not as root",
                                              "kjør den som brukeren som %s tilhører (sudo -u), ikke som root"), path);
}

static int take_arguments(struct shell *shell, const struct args *args, struct forget *forget)
{
    const char *customer = args_value(args, "customer"), *staff = args_value(args, "staff");
    const char *reason = args_value(args, "reason");

    forget->venue = shell_venue(shell, args_value(args, "venue"));
    if (!forget->venue)
        return EXIT_USAGE;
    if (args->word_count || !customer == !staff)
        return wrong(shell, "say who: --customer NAME, or --staff NAME", "si hvem: --customer NAVN, eller --staff NAVN");
    forget->person = staff ? PERSON_STAFF : PERSON_CUSTOMER;
    forget->name = str_of(staff ? staff : customer);
    if (forget->name.len == 0 || forget->name.len > EVENT_TEXT_MAX)
        return wrong(shell, "that is nobody's name", "det er ikke noe navn");
    if (!reason || !reason[strspn(reason, " \t\r\n")])
        return wrong(shell, "--reason \"why\" is needed: it is kept in the audit trail",
                     "--reason \"hvorfor\" må oppgis: den lagres i revisjonssporet");
    if (names_person(reason, forget->name))
        return wrong(shell, "the reason names the person, and is kept for good: say it without the name",
                     "begrunnelsen navngir personen, og lagres for alltid: si det uten navnet");
    return judge_user(shell);
}

/* What was kept beside the stores by restore and move has the name too. */
static void tell_former(const struct shell *shell)
{
    char path[1024];
    const struct dirent *entry;
    DIR *dir;

    (void)snprintf(path, sizeof path, "%.*s", TEXT(shell->config->state_dir));
    dir = opendir(path);
    while (dir && (entry = readdir(dir)) != NULL) {
        char moved[1400];

        (void)snprintf(moved, sizeof moved, "%s/%s/data.mdb.moved", path, entry->d_name);
        if (strncmp(entry->d_name, "before-restore", strlen("before-restore")) == 0)
            (void)printf(in_words(shell, "Former stores still have it: remove %s/%s.\n",
                                  "Tidligere lagre har det fremdeles: fjern %s/%s.\n"), path, entry->d_name);
        else if (access(moved, F_OK) == 0)
            (void)printf(in_words(shell, "A former store still has it: remove %s.\n",
                                  "Et tidligere lager har det fremdeles: fjern %s.\n"), moved);
    }
    if (dir)
        (void)closedir(dir);
}

static void tell(const struct shell *shell, const struct forget *forget, const struct forgotten_counts *counts)
{
    (void)printf(in_words(shell, "forgotten: %s stands there now, in %" PRIu64 " events of the log, %" PRIu64 " of the "
                          "mapper's records, %" PRIu64 " documents and %" PRIu64 " decisions.\n",
                          "glemt: %s står der nå, i %" PRIu64 " hendelser i loggen, %" PRIu64 " av mapperens poster, %" PRIu64
                          " dokumenter og %" PRIu64 " beslutninger.\n"),
                 forget->pseudonym, counts->events, counts->contents, counts->documents, counts->decisions);
    if (counts->notices)
        (void)printf(in_words(shell, "%" PRIu64 " notices of bilag-watch that were not brought out yet say it, too.\n",
                              "%" PRIu64 " varsler fra bilag-watch som ikke er levert ennå, sier det også.\n"), counts->notices);
    if (counts->connection)
        (void)printf("%s\n", in_words(shell, "The connection with a customer in PowerOffice is taken away.",
                                      "Koblingen til en kunde i PowerOffice er fjernet."));
    if (shell->config->postgresql.len)
        (void)printf("%s\n", in_words(shell, "PostgreSQL has what was written over until the database's owner has run VACUUM "
                                      "FULL in it, and in archived logs and base backups until they are removed.",
                                      "PostgreSQL har det som ble overskrevet, til databasens eier har kjørt VACUUM FULL i den, "
                                      "og i arkiverte logger og kopier av basen til de fjernes."));
    (void)printf("%s\n", in_words(shell, "Backups, files that were imported or spooled, free texts, what tills keep and what "
                                  "PowerOffice has are not reached (docs/privacy.md). Start the stages.",
                                  "Sikkerhetskopier, filer som ble importert eller lagt i kø, fritekster, det kassene har "
                                  "og det PowerOffice har, nås ikke (docs/privacy.md). Start prosessene."));
    tell_former(shell);
}

static int decide_once(struct shell *shell, const struct args *args, struct forget *forget)
{
    struct str subject;
    uint64_t number;
    bool decided;
    enum err err = forget_begin(forget, &decided);
    int code;

    if (err)
        return complain_err(shell, err, &forget->context->fault);
    if (decided)
        return EXIT_FINE;
    subject = forget_subject(forget);
    code = shell_decide(shell, "forget", subject, str_of(person_text(forget->person)), str_of(args_value(args, "reason")),
                        &number);
    if (code == EXIT_FINE)
        (void)printf(in_words(shell, "decision %" PRIu64 ": forget %.*s\n", "beslutning %" PRIu64 ": forget %.*s\n"), number,
                     TEXT(subject));
    return code;
}

static int run_alone(struct shell *shell, const struct args *args, struct forget *forget)
{
    struct forgotten_counts counts;
    bool begun = false;
    enum err err = forget_judge(forget);
    int code;

    if (!err || err == ERR_NOT_FOUND) {
        bool nobody = err == ERR_NOT_FOUND;

        err = forget_was_begun(forget, &begun);
        if (!err && nobody && !begun)
            return complain(shell, EXIT_RED, "%s", in_words(shell, "nothing that is kept names that person there (any more)",
                                                            "ingenting som er lagret, navngir den personen der (lenger)"));
    }
    if (err)
        return complain_err(shell, err, &forget->context->fault);
    if (!begun && !shell_confirm(shell, args, in_words(shell, "The name cannot be had back. Do it?",
                                                       "Navnet kan ikke hentes tilbake. Utføre?")))
        return EXIT_USAGE;
    code = decide_once(shell, args, forget);
    if (code)
        return code;
    err = forget_do(forget, &counts);
    if (err)
        return complain(shell, EXIT_RED, in_words(shell, "%s. It is begun: mend that and give the same command again",
                                                  "%s. Det er begynt: rett det og gi samme kommando igjen"),
                        forget->context->fault.text);
    tell(shell, forget, &counts);
    return EXIT_FINE;
}

static int forget_run(struct shell *shell, const struct args *args)
{
    struct context context = shell_context(shell);
    struct forget forget = { .context = &context };
    struct fault fault = { "" };
    struct stage_locks locks;
    int code = take_arguments(shell, args, &forget);
    enum err err;

    if (code)
        return code;
    err = stage_locks_take(shell->config, &locks, &fault);   /* held to the end: nothing starts meanwhile */
    if (err)
        return complain_err(shell, err, &fault);
    err = stage_locks_take_others(shell->config, &locks, &fault);
    code = err ? complain_err(shell, err, &fault) : run_alone(shell, args, &forget);
    forget_close(&forget);
    stage_locks_give(&locks);
    return code;
}

const struct cmd cmd_forget = {
    "forget", "--venue VENUE --customer NAME | --staff NAME --reason TEXT",
    "a customer's or employee's name gives way to a pseudonym; only while nothing runs", forget_options, forget_run,
};
