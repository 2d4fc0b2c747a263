/* users.c - who may sign in to the console: making, listing and removing users (domain/users.h). */
#include "shell.h"

#include "bilag/act/user_make.h"
#include "bilag/act/user_token_make.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { PASSWORD_SIZE = USER_PASSWORD_MAX + 3 };

/* --- the password, from a terminal without echo, from standard input, or from a file --- */

static bool read_line(FILE *from, char text[PASSWORD_SIZE])
{
    size_t len;

    if (!fgets(text, PASSWORD_SIZE, from))
        return false;
    len = strcspn(text, "\r\n");
    text[len] = '\0';
    return true;
}

static bool ask_terminal(const struct shell *shell, char text[PASSWORD_SIZE])
{
    struct termios before, silent;
    bool known = tcgetattr(STDIN_FILENO, &before) == 0, fine;

    (void)fprintf(stderr, "%s: ", in_words(shell, "Password", "Passord"));
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    if (known)
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    fine = read_line(stdin, text);
    if (known)
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    (void)fprintf(stderr, "\n");
    return fine;
}

static int take_password(struct shell *shell, const struct args *args, char text[PASSWORD_SIZE])
{
    const char *path = args_value(args, "password-file");
    FILE *file = path ? fopen(path, "re") : NULL;
    struct context context = shell_context(shell);
    bool fine;

    if (path && !file)
        return complain(shell, EXIT_RED, in_words(shell, "%s cannot be read: %s", "%s kan ikke leses: "
                                                                                  "%s"), path, strerror(errno));
    fine = file ? read_line(file, text) : isatty(STDIN_FILENO) ? ask_terminal(shell, text) : read_line(stdin, text);
    if (file)
        (void)fclose(file);
    if (!fine)
        text[0] = '\0';
    return password_judge(&context, str_of(text)) ? complain(shell, EXIT_USAGE, "%s", context.fault.text) : EXIT_FINE;
}

/* --- add --- */

static int refused(struct shell *shell, const struct context *context, enum err err)
{
    if (err == ERR_FORMAT || err == ERR_EXISTS)
        return complain(shell, err == ERR_FORMAT ? EXIT_USAGE : EXIT_RED, "%s", context->fault.text);
    return complain_err(shell, err, &context->fault);
}

static struct user_wish wish_of(const struct shell *shell, const struct args *args)
{
    const char *language = args_value(args, "language"), *roles = args_value(args, "role");

    return (struct user_wish){
        .name = args->word_count == 2 ? str_of(args->words[1]) : STR_NONE, .title = str_of(args_value(args, "title")),
        .language = language ? str_of(language) : shell->config->language, .roles = str_of(roles ? roles : "reads"),
        .companies = str_of(args_value(args, "company")), .all_companies = args_has(args, "all-companies"),
    };
}

static int add(struct shell *shell, const struct args *args, struct users *users)
{
    const struct user_wish wish = wish_of(shell, args);
    struct context context = shell_context(shell);
    char password[PASSWORD_SIZE];
    uint64_t number;
    struct user user, there;
    enum err err = user_judge(&context, &wish, &user);
    int code;

    if (!err && users_find(users, user.name, &shell->arena, &there) == ERR_OK)       /* before a password is asked for */
        err = user_make(&context, users, &user, STR_NONE, &number);
    if (err)
        return refused(shell, &context, err);
    code = take_password(shell, args, password);
    if (!code)
        err = user_make(&context, users, &user, str_of(password), &number);
    sodium_memzero(password, sizeof password);
    if (code || err)
        return code ? code : refused(shell, &context, err);
    (void)printf(in_words(shell, "%.*s can sign in to the console.\n", "%.*s kan logge inn i konsollen.\n"), TEXT(user.name));
    return EXIT_FINE;
}

/* --- remove, list --- */

static int remove_one(struct shell *shell, const struct args *args, struct users *users)
{
    const char *reason = args_value(args, "reason");
    struct str name = args->word_count == 2 ? str_of(args->words[1]) : STR_NONE;
    struct context context = shell_context(shell);
    uint64_t number;
    enum err err = user_unmake(&context, users, name, str_of(reason ? reason : ""), &number);

    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_USAGE, in_words(shell, "there is no user %.*s; bilag users list has them",
                                                    "brukeren %.*s finnes ikke; bilag users list viser dem"), TEXT(name));
    if (err)
        return complain_err(shell, err, &context.fault);
    (void)printf(in_words(shell, "%.*s can sign in no more, and is signed out.\n",
                          "%.*s kan ikke logge inn lenger, og er logget ut.\n"), TEXT(name));
    return EXIT_FINE;
}

struct listing { struct shell *shell; struct context context; size_t count; };

static enum err listed(const struct user *user, void *context)
{
    struct listing *listing = context;
    struct arena *arena = &listing->shell->arena;
    char when[32];

    listing->count++;
    (void)printf("%-16.*s %s  %.*s; %.*s%s%.*s; %s %s\n", TEXT(user->name), str_equal(user->language, STR("nb")) ? "nb" : "en",
                 TEXT(user_roles_text(user->roles, arena)), TEXT(user_companies_text(&listing->context, user)),
                 user->title.len ? "; " : "",
                 TEXT(user->title), in_words(listing->shell, "made", "laget"), time_text_utc(user->changed_ms, when));
    return ERR_OK;
}

static int list(struct shell *shell, struct users *users)
{
    struct listing listing = { shell, shell_context(shell), 0 };
    enum err err = users_list(users, listed, &listing);

    if (!err && !listing.count)
        (void)printf("%s\n", in_words(shell, "There is no user: nobody can sign in to the console. bilag users add NAME",
                                      "Det finnes ingen brukere: ingen kan logge inn i konsollen. bilag users add NAVN"));
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

/* --- tokens: what asks in a user's name --- */

static int token(struct shell *shell, const struct args *args, struct users *users)
{
    const char *about = args_value(args, "about");
    struct str name = args->word_count == 2 ? str_of(args->words[1]) : STR_NONE;
    struct context context = shell_context(shell);
    char text[USER_TOKEN_SIZE];
    uint64_t number;
    enum err err = user_token_make(&context, users, name, about ? str_of(about) : STR("bilag users token"), text, &number);

    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_USAGE, "%s", context.fault.text);
    if (err)
        return refused(shell, &context, err);
    (void)printf("%s\n", text);              /* alone on its line, for who pipes it */
    sodium_memzero(text, sizeof text);
    (void)fprintf(stderr, "%s\n", in_words(shell, "It is shown this once. It may what the user may, over /api/v1.",
                                           "Det vises bare denne ene gangen. Det kan det brukeren kan, over /api/v1."));
    return EXIT_FINE;
}

static enum err told(const struct user_token *token, void *context)
{
    struct listing *listing = context;
    char made[32], used[32];

    listing->count++;
    (void)printf("%-4" PRIu64 " %-16.*s %s %s, %s %s  %.*s\n", token->number, TEXT(token->user),
                 in_words(listing->shell, "made", "laget"), time_text_utc(token->made_ms, made),
                 in_words(listing->shell, "last used", "sist brukt"),
                 token->used_ms ? time_text_utc(token->used_ms, used) : in_words(listing->shell, "never", "aldri"),
                 TEXT(token->about));
    return ERR_OK;
}

static int tokens(struct shell *shell, const struct args *args, struct users *users)
{
    struct listing listing = { shell, shell_context(shell), 0 };
    enum err err = user_tokens_list(users, told, &listing);

    (void)args;
    if (!err && !listing.count)
        (void)printf("%s\n", in_words(shell, "No user has a token. bilag users token NAME",
                                      "Ingen brukere har token. bilag users token NAVN"));
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

static int revoke_token(struct shell *shell, const struct args *args, struct users *users)
{
    const char *reason = args_value(args, "reason");
    uint64_t number = args->word_count == 2 ? strtoull(args->words[1], NULL, 10) : 0, decision;
    struct context context = shell_context(shell);
    enum err err = user_token_revoke(&context, users, STR_NONE, number, str_of(reason ? reason : ""), &decision);

    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_USAGE, in_words(shell, "there is no such token; bilag users tokens lists them",
                                                    "tokenet finnes ikke; bilag users tokens viser dem"));
    if (err)
        return complain_err(shell, err, &context.fault);
    (void)printf(in_words(shell, "Token %" PRIu64 " opens nothing any more.\n", "Token %" PRIu64 " åpner ingenting lenger.\n"),
                 number);
    return EXIT_FINE;
}

static int users_run(struct shell *shell, const struct args *args)
{
    static const struct { const char *name; int (*run)(struct shell *, const struct args *, struct users *); } verbs[] = {
        { "add", add }, { "remove", remove_one }, { "token", token }, { "tokens", tokens }, { "revoke", revoke_token },
    };
    const char *verb = args->word_count ? args->words[0] : "list";
    struct fault fault = { "" };
    struct users *users;
    size_t at = 0;
    enum err err;
    int code;

    while (at < COUNT(verbs) && strcmp(verb, verbs[at].name) != 0)
        at++;
    if (at == COUNT(verbs) && strcmp(verb, "list") != 0)
        return complain(shell, EXIT_USAGE, "add, list, remove, token, tokens or revoke; see bilag users --help");
    err = users_open(shell->config->state_dir, 0, &users, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    code = at == COUNT(verbs) ? list(shell, users) : verbs[at].run(shell, args, users);
    users_close(users);
    return code;
}

static const struct option options[] = {
    { "company", "NUMBER", "add: whose books, an organisation number or several with commas" },
    { "all-companies", NULL, "add: everybody's books" },
    { "role", "ROLES", "add: reads, decides, sets-up, operates; several with commas" },
    { "title", "TEXT", "add: what people call the person" },
    { "language", "LANGUAGE", "add: en or nb" },
    { "password-file", "FILE", "add: the password is the file's first line; else it is asked for, or read from standard "
                               "input" },
    { "about", "TEXT", "token: what it is for" },
    { "reason", "TEXT", "remove, revoke: why; kept in the audit trail" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_users = {
    "users",
    "add NAME (--company NUMBER[,NUMBER...] | --all-companies) [--role ROLES]\nlist\nremove NAME [--reason TEXT]\n"
    "token NAME [--about TEXT]\ntokens\nrevoke NUMBER [--reason TEXT]",
    "who may sign in to the console, and what they may", options, users_run,
};
