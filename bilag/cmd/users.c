/* users.c - who may sign in to the console: making, listing and removing users (domain/users.h). */
#include "shell.h"

#include "base/utf8.h"
#include "domain/users.h"

#include <errno.h>
#include <sodium.h>
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
    bool fine;

    if (path && !file)
        return complain(shell, EXIT_RED, in_words(shell, "%s cannot be read: %s", "%s kan ikke leses: "
                                                                                  "%s"), path, strerror(errno));
    fine = file ? read_line(file, text) : isatty(STDIN_FILENO) ? ask_terminal(shell, text) : read_line(stdin, text);
    if (file)
        (void)fclose(file);
    if (!fine)
        text[0] = '\0';
    if (!utf8_is_valid(str_of(text)) || strlen(text) > USER_PASSWORD_MAX || strlen(text) < USER_PASSWORD_MIN)
        return complain(shell, EXIT_USAGE, in_words(shell, "a password of %d to %d characters is needed, on one line",
                                                    "et passord på %d til %d tegn må oppgis, på én linje"), USER_PASSWORD_MIN,
                        USER_PASSWORD_MAX);
    return EXIT_FINE;
}

/* --- add --- */

/* The words of a comma's list, one by one; false: no more. */
static bool next_word(struct str *rest, struct str *ret_word)
{
    size_t len = 0;

    if (!rest->len)
        return false;
    while (len < rest->len && rest->bytes[len] != ',')
        len++;
    *ret_word = (struct str){ rest->bytes, len };
    len += len < rest->len;
    *rest = (struct str){ rest->bytes + len, rest->len - len };
    return true;
}

static int take_roles(struct shell *shell, const char *text, struct user *user)
{
    struct str rest = str_of(text ? text : "reads"), word;

    while (next_word(&rest, &word)) {
        uint32_t role = user_role_parse(word);

        if (!role)
            return complain(shell, EXIT_USAGE, in_words(shell, "there is no role %.*s; roles are reads, decides, sets-up, "
                                                               "operates",
                                                        "rollen %.*s finnes ikke; roller er reads, decides, sets-up, operates"),
                            TEXT(word));
        user->roles |= role;
    }
    user->roles |= ROLE_READS;
    return EXIT_FINE;
}

static int take_companies(struct shell *shell, const struct args *args, struct user *user)
{
    const char *text = args_value(args, "company");
    struct str rest = str_of(text ? text : ""), word;
    size_t room = 1 + rest.len / 2;

    user->all_companies = args_has(args, "all-companies");
    if (!rest.len == !user->all_companies)
        return complain(shell, EXIT_USAGE, "%s", in_words(shell, "say whose books: --company NUMBER[,NUMBER...] or "
                                                                 "--all-companies",
                                                          "si hvem sitt regnskap: --company NUMMER[,NUMMER...] eller "
                                                          "--all-companies"));
    user->companies = arena_array(&shell->arena, room, sizeof *user->companies);
    if (!user->companies)
        return complain_err(shell, ERR_MEMORY, NULL);
    while (next_word(&rest, &word)) {
        if (!str_is_name(word) || user->company_count == USER_COMPANIES_MAX)
            return complain(shell, EXIT_USAGE, in_words(shell, "%.*s is no organisation number",
                                                        "%.*s er ikke et organisasjonsnummer"), TEXT(word));
        user->companies[user->company_count++].number = word;
    }
    return EXIT_FINE;
}

static struct str companies_text(struct arena *arena, const struct user *user)
{
    struct str text = user->all_companies ? STR("all companies") : STR("");

    for (size_t i = 0; i < user->company_count && i < 20; i++)
        text = arena_format(arena, STR_FMT "%s" STR_FMT, STR_ARG(text), i ? ", " : "", STR_ARG(user->companies[i].number));
    return user->company_count > 20 ? arena_format(arena, STR_FMT ", ...", STR_ARG(text)) : text;
}

static int take_user(struct shell *shell, const struct args *args, struct user *user)
{
    const char *language = args_value(args, "language"), *title = args_value(args, "title");
    int code;

    *user = (struct user){ .name = args->word_count == 2 ? str_of(args->words[1]) : STR_NONE,
                           .title = str_of(title ? title : ""), .changed_ms = clock_now_ms(),
                           .language = language ? str_of(language) : shell->config->language };
    if (!str_is_name(user->name))
        return complain(shell, EXIT_USAGE, "%s", in_words(shell, "one name is needed, of letters, digits, . _ and -",
                                                          "ett navn må oppgis, av bokstaver, tall, . _ og -"));
    if (title && !str_is_word(user->title))
        return complain(shell, EXIT_USAGE, "%s", in_words(shell, "--title wants a name as people write it",
                                                          "--title skal være et navn slik folk skriver det"));
    if (!str_equal(user->language, STR("en")) && !str_equal(user->language, STR("nb")))
        return complain(shell, EXIT_USAGE, "%s", in_words(shell, "--language wants en or nb", "--language skal være en eller "
                                                                                              "nb"));
    code = take_roles(shell, args_value(args, "role"), user);
    return code ? code : take_companies(shell, args, user);
}

/* In the trail first: whoever finds a user finds who made it. */
static int add(struct shell *shell, const struct args *args, struct users *users)
{
    char password[PASSWORD_SIZE];
    struct user user, there;
    int code = take_user(shell, args, &user);
    enum err err;

    if (code)
        return code;
    err = users_find(users, user.name, &shell->arena, &there);
    if (err != ERR_NOT_FOUND)
        return err ? complain_err(shell, err, NULL)
                   : complain(shell, EXIT_RED, in_words(shell, "there is a user %.*s already: bilag users remove %.*s first",
                                                        "brukeren %.*s finnes alt: først bilag users remove %.*s"),
                              TEXT(user.name), TEXT(user.name));
    code = take_password(shell, args, password);
    err = code ? ERR_OK : user_hash(str_of(password), &shell->arena, &user.hash);
    sodium_memzero(password, sizeof password);
    if (code || err)
        return code ? code : complain_err(shell, err, NULL);
    code = shell_decide(shell, "user-add", user.name, arena_format(&shell->arena, STR_FMT "; " STR_FMT,
                        STR_ARG(user_roles_text(user.roles, &shell->arena)), STR_ARG(companies_text(&shell->arena, &user))),
                        user.title, NULL);
    if (code)
        return code;
    err = users_add(users, &user);
    if (err)
        return complain_err(shell, err, NULL);
    (void)printf(in_words(shell, "%.*s can sign in to the console.\n", "%.*s kan logge inn i konsollen.\n"), TEXT(user.name));
    return EXIT_FINE;
}

/* --- remove, list --- */

static int remove_one(struct shell *shell, const struct args *args, struct users *users)
{
    const char *reason = args_value(args, "reason");
    struct str name = args->word_count == 2 ? str_of(args->words[1]) : STR_NONE;
    struct user user;
    enum err err = users_find(users, name, &shell->arena, &user);
    int code;

    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_USAGE, in_words(shell, "there is no user %.*s; bilag users list has them",
                                                    "brukeren %.*s finnes ikke; bilag users list viser dem"), TEXT(name));
    code = err ? complain_err(shell, err, NULL)
               : shell_decide(shell, "user-remove", name, STR_NONE, str_of(reason ? reason : ""), NULL);
    if (code)
        return code;
    err = users_remove(users, name);
    if (err)
        return complain_err(shell, err, NULL);
    (void)printf(in_words(shell, "%.*s can sign in no more, and is signed out.\n", "%.*s kan ikke logge inn lenger, og er "
                                                                                   "logget "
                          "ut.\n"), TEXT(name));
    return EXIT_FINE;
}

struct listing { struct shell *shell; size_t count; };

static enum err listed(const struct user *user, void *context)
{
    struct listing *listing = context;
    struct arena *arena = &listing->shell->arena;
    char when[32];

    listing->count++;
    (void)printf("%-16.*s %s  %.*s; %.*s%s%.*s; %s %s\n", TEXT(user->name), str_equal(user->language, STR("nb")) ? "nb" : "en",
                 TEXT(user_roles_text(user->roles, arena)), TEXT(companies_text(arena, user)), user->title.len ? "; " : "",
                 TEXT(user->title), in_words(listing->shell, "made", "laget"), time_text_utc(user->changed_ms, when));
    return ERR_OK;
}

static int list(struct shell *shell, struct users *users)
{
    struct listing listing = { shell, 0 };
    enum err err = users_list(users, listed, &listing);

    if (!err && !listing.count)
        (void)printf("%s\n", in_words(shell, "There is no user: nobody can sign in to the console. bilag users add NAME",
                                      "Det finnes ingen brukere: ingen kan logge inn i konsollen. bilag users add NAVN"));
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

static int users_run(struct shell *shell, const struct args *args)
{
    static const struct { const char *name; int (*run)(struct shell *, const struct args *, struct users *); } verbs[] = {
        { "add", add }, { "remove", remove_one },
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
        return complain(shell, EXIT_USAGE, "add, list or remove; see bilag users --help");
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
    { "reason", "TEXT", "remove: why; kept in the audit trail" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_users = {
    "users",
    "add NAME (--company NUMBER[,NUMBER...] | --all-companies) [--role ROLES]\nlist\nremove NAME [--reason TEXT]",
    "who may sign in to the console, and what they may", options, users_run,
};
