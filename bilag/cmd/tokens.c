/* tokens.c - who may write whose sales: making, listing and revoking bearer tokens (domain/doors.h). */
#include "shell.h"

#include "domain/doors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct scopes { struct door_scope *at; size_t count; };

/* A venue need not be set up yet: what comes for it waits until it is. */
static int take_scopes(struct shell *shell, const struct args *args, struct scopes *scopes)
{
    const char *venue = args_value(args, "venue"), *company = args_value(args, "company");
    size_t words = args->word_count - 1;                     /* after "add": further venues */

    scopes->at = arena_array(&shell->arena, words + 2, sizeof *scopes->at);
    if (!scopes->at)
        return complain_err(shell, ERR_MEMORY, NULL);
    if (company)
        scopes->at[scopes->count++] = (struct door_scope){ true, str_of(company) };
    if (venue)
        scopes->at[scopes->count++] = (struct door_scope){ false, str_of(venue) };
    for (size_t i = 0; venue && i < words; i++)
        scopes->at[scopes->count++] = (struct door_scope){ false, str_of(args->words[i + 1]) };
    if (!scopes->count || (words && !venue))
        return complain(shell, EXIT_USAGE, "say whose sales it may write: --venue VENUE [VENUE ...] or --company NUMBER");
    for (size_t i = 0; i < scopes->count; i++)
        if (!str_is_name(scopes->at[i].name))
            return complain(shell, EXIT_USAGE, "%.*s is no name of a %s", TEXT(scopes->at[i].name),
                            catalogue_words(scopes->at[i].company ? "company" : "venue"));
    return scopes->count > DOOR_SCOPES_MAX ? complain(shell, EXIT_USAGE, "%d venues at most", DOOR_SCOPES_MAX) : EXIT_FINE;
}

static struct str scopes_text(struct arena *arena, const struct door_scope *scopes, size_t count)
{
    struct str text = STR("");

    for (size_t i = 0; i < count && i < 20; i++)
        text = arena_format(arena, STR_FMT "%s%s" STR_FMT, STR_ARG(text), i ? ", " : "",
                            scopes[i].company ? "company " : "", STR_ARG(scopes[i].name));
    return count > 20 ? arena_format(arena, STR_FMT ", ... (%zu in all)", STR_ARG(text), count) : text;
}

/* Shown when the trail has it, and only then. */
static int add(struct shell *shell, const struct args *args, struct doors *doors)
{
    const char *about = args_value(args, "about");
    struct scopes scopes = { NULL, 0 };
    char text[DOOR_TEXT_SIZE];
    uint64_t number;
    int code = take_scopes(shell, args, &scopes);
    enum err err;

    if (code != EXIT_FINE)
        return code;
    err = doors_add(doors, scopes.at, scopes.count, str_of(about ? about : ""), clock_now_ms(), text, &number);
    if (err)
        return complain_err(shell, err, NULL);
    code = shell_decide(shell, "token-add", arena_format(&shell->arena, "token %" PRIu64, number),
                        scopes_text(&shell->arena, scopes.at, scopes.count), str_of(about ? about : ""), NULL);
    if (code != EXIT_FINE)
        return doors_revoke(doors, number, clock_now_ms()) ? EXIT_RED : code;
    (void)fprintf(stderr, in_words(shell, "Token %" PRIu64 ". It is shown this once; what is kept opens nothing:\n",
                                   "Token %" PRIu64 ". Det vises bare denne ene gangen; det som lagres, åpner ingenting:\n"),
                  number);
    (void)printf("%s\n", text);
    memset(text, 0, sizeof text);
    return EXIT_FINE;
}

static int revoke(struct shell *shell, const struct args *args, struct doors *doors)
{
    const char *reason = args_value(args, "reason");
    char *end = NULL;
    uint64_t number = args->word_count == 2 ? strtoull(args->words[1], &end, 10) : 0;
    enum err err;
    int code;

    if (!number || *end || !reason)
        return complain(shell, EXIT_USAGE, "revoke NUMBER --reason TEXT; bilag tokens list has the numbers");
    code = shell_decide(shell, "token-revoke", arena_format(&shell->arena, "token %" PRIu64, number), STR_NONE, str_of(reason),
                        NULL);
    if (code != EXIT_FINE)
        return code;
    err = doors_revoke(doors, number, clock_now_ms());
    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_RED, "there is no token %" PRIu64 "; bilag tokens list has them", number);
    if (err && err != ERR_EXISTS)
        return complain_err(shell, err, NULL);
    (void)printf(in_words(shell, "Token %" PRIu64 " opens nothing any more.\n", "Token %" PRIu64 " åpner ingenting lenger.\n"),
                 number);
    return EXIT_FINE;
}

struct listing { struct shell *shell; size_t count; };

static enum err listed(const struct door_token *token, void *context)
{
    struct listing *listing = context;
    struct shell *shell = listing->shell;
    char made[32], used[32], revoked[32];
    struct str scopes = scopes_text(&shell->arena, token->scopes, token->scope_count);

    listing->count++;
    (void)printf("%5" PRIu64 "  %.*s%s%.*s\n       %s %s", token->number, TEXT(scopes), token->about.len ? "  " : "",
                 TEXT(token->about), in_words(shell, "made", "laget"), time_text_utc(token->made_ms, made));
    if (token->used_ms)
        (void)printf(", %s %s", in_words(shell, "last used", "sist brukt"), time_text_utc(token->used_ms, used));
    else
        (void)printf(", %s", in_words(shell, "never used", "aldri brukt"));
    if (token->revoked_ms)
        (void)printf(", %s %s", in_words(shell, "REVOKED", "TRUKKET TILBAKE"), time_text_utc(token->revoked_ms, revoked));
    (void)printf("\n");
    return ERR_OK;
}

static int list(struct shell *shell, struct doors *doors)
{
    struct listing listing = { shell, 0 };
    enum err err = doors_list(doors, listed, &listing);

    if (!err && !listing.count)
        (void)printf("%s\n", in_words(shell,
                                      "There is no token: nobody can send sales over HTTP. bilag tokens add --venue VENUE",
                                      "Det finnes ingen tokener: ingen kan sende salg over HTTP. bilag tokens add --venue "
                                      "VENUE"));
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

static int tokens_run(struct shell *shell, const struct args *args)
{
    const char *verb = args->word_count ? args->words[0] : "list";
    struct fault fault = { "" };
    struct doors *doors;
    enum err err;
    int code;

    if (strcmp(verb, "add") != 0 && strcmp(verb, "revoke") != 0 && strcmp(verb, "list") != 0)
        return complain(shell, EXIT_USAGE, "add, list or revoke; see bilag tokens --help");
    err = doors_open(shell->config->state_dir, 0, &doors, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    code = strcmp(verb, "add") == 0 ? add(shell, args, doors)
         : strcmp(verb, "revoke") == 0 ? revoke(shell, args, doors) : list(shell, doors);
    doors_close(doors);
    return code;
}

static const struct option options[] = {
    { "venue", "VENUE", "add: whose sales it may write; further venues as words" },
    { "company", "NUMBER", "add: of all venues of this organisation number, also later ones" },
    { "about", "TEXT", "add: who has it" },
    { "reason", "TEXT", "revoke: why; kept in the audit trail" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_tokens = {
    "tokens",
    "add --venue VENUE [VENUE ...] [--about TEXT]\nadd --company NUMBER [--about TEXT]\nlist\nrevoke NUMBER --reason TEXT",
    "who may send whose sales over HTTP", options, tokens_run,
};
