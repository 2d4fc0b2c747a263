/* tokens.c - who may write whose sales: making, listing and revoking bearer tokens and CURVE keys (domain/doors.h). */
#include "shell.h"

#include "bilag/act/token_make.h"
#include "stage/stagekeys.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

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

/* What a till must have: shown when the trail has it, and only then. */
struct shown { char text[DOOR_TEXT_SIZE], public[CURVE_TEXT_SIZE], secret[CURVE_TEXT_SIZE]; };

/* --zeromq KEY: the till's own public key; --zeromq new: a pair is made here, and its secret half kept nowhere. */
static int take_key(struct shell *shell, const char *key, struct shown *shown)
{
    unsigned char bytes[CURVE_BYTES];

    if (strcmp(key, "new") == 0)
        return zmq_curve_keypair(shown->public, shown->secret) == 0 ? EXIT_FINE : complain_err(shell, ERR_SYSTEM, NULL);
    if (!str_copy(str_of(key), shown->public, sizeof shown->public) || strlen(key) != CURVE_TEXT_SIZE - 1 ||
        !zmq_z85_decode(bytes, shown->public))
        return complain(shell, EXIT_USAGE, "--zeromq: a public CURVE key of %d letters (Z85), or new for a pair that is made "
                        "here", CURVE_TEXT_SIZE - 1);
    return EXIT_FINE;
}

/* The key that ingest shows over TCP; without it a till cannot know to whom it speaks. */
static int server_key(struct shell *shell, char ret_key[CURVE_TEXT_SIZE])
{
    struct stagekeys *keys;
    struct fault fault = { "" };
    enum err err = stagekeys_open(shell->config->state_dir, stage_kind_text(KIND_INGEST), &keys, &fault);

    if (err)
        return complain_err(shell, err, &fault);
    (void)str_copy(str_of(stagekeys_public(keys, KIND_INGEST)), ret_key, CURVE_TEXT_SIZE);
    stagekeys_close(keys);
    return EXIT_FINE;
}

static void show_key(struct shell *shell, uint64_t number, const char *server, const struct shown *shown)
{
    (void)fprintf(stderr, in_words(shell,
                                   "Token %" PRIu64 ", a key for ZeroMQ. A secret key is shown this once and kept nowhere:\n",
                                   "Token %" PRIu64 ", en nøkkel for ZeroMQ. En hemmelig nøkkel vises bare denne ene gangen og "
                                   "lagres ikke:\n"), number);
    (void)printf("%s %s\n%s %s\n", "server", server, "public", shown->public);      /* a file for programs */
    if (shown->secret[0])
        (void)printf("%s %s\n", "secret", shown->secret);
}

static void show_token(struct shell *shell, uint64_t number, const struct shown *shown)
{
    (void)fprintf(stderr, in_words(shell, "Token %" PRIu64 ". It is shown this once; what is kept opens nothing:\n",
                                   "Token %" PRIu64 ". Det vises bare denne ene gangen; det som lagres, åpner ingenting:\n"),
                  number);
    (void)printf("%s\n", shown->text);
}

static int add_known(struct shell *shell, struct doors *doors, const struct scopes *scopes, struct str about,
                     struct shown *shown, uint64_t *ret_number)
{
    struct context context = shell_context(shell);
    enum err err = token_make(&context, doors, scopes->at, scopes->count, about, str_of(shown->public), shown->text,
            ret_number);

    if (err == ERR_EXISTS)
        return complain(shell, EXIT_RED, "%s", context.fault.text);
    return err ? complain_err(shell, err, &context.fault) : EXIT_FINE;
}

static int add(struct shell *shell, const struct args *args, struct doors *doors)
{
    const char *about = args_value(args, "about"), *key = args_value(args, "zeromq");
    struct scopes scopes = { NULL, 0 };
    struct shown shown = { .text = "" };
    char server[CURVE_TEXT_SIZE] = "";
    uint64_t number;
    int code = take_scopes(shell, args, &scopes);

    if (code == EXIT_FINE && key)
        code = take_key(shell, key, &shown);
    if (code == EXIT_FINE && key)
        code = server_key(shell, server);
    if (code == EXIT_FINE)
        code = add_known(shell, doors, &scopes, str_of(about ? about : ""), &shown, &number);
    if (code == EXIT_FINE && key)
        show_key(shell, number, server, &shown);
    else if (code == EXIT_FINE)
        show_token(shell, number, &shown);
    sodium_memzero(&shown, sizeof shown);
    return code;
}

static int revoke(struct shell *shell, const struct args *args, struct doors *doors)
{
    const char *reason = args_value(args, "reason");
    struct context context = shell_context(shell);
    char *end = NULL;
    uint64_t number = args->word_count == 2 ? strtoull(args->words[1], &end, 10) : 0, decision;
    enum err err;

    if (!number || *end || !reason)
        return complain(shell, EXIT_USAGE, "revoke NUMBER --reason TEXT; bilag tokens list has the numbers");
    err = token_revoke(&context, doors, number, str_of(reason), &decision);
    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_RED, "there is no token %" PRIu64 "; bilag tokens list has them", number);
    if (err)
        return complain_err(shell, err, &context.fault);
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
    struct str scopes = door_scopes_text(&shell->arena, token->scopes, token->scope_count);

    listing->count++;
    (void)printf("%5" PRIu64 "  %.*s%s%.*s%s\n       %s %s", token->number, TEXT(scopes), token->about.len ? "  " : "",
                 TEXT(token->about), token->curve ? "  (ZeroMQ)" : "", in_words(shell, "made", "laget"),
                 time_text_utc(token->made_ms, made));
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
    { "zeromq", "KEY", "add: for ZeroMQ over TCP, whoever has this public CURVE key; or new, for a pair that is made here" },
    { "about", "TEXT", "add: who has it" },
    { "reason", "TEXT", "revoke: why; kept in the audit trail" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_tokens = {
    "tokens",
    "add --venue VENUE [VENUE ...] [--zeromq KEY] [--about TEXT]\nadd --company NUMBER [--zeromq KEY] [--about "
    "TEXT]\nlist\nrevoke NUMBER --reason TEXT",
    "who may send whose sales over HTTP and ZeroMQ", options, tokens_run,
};
