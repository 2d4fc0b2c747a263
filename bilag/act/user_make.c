#include "user_make.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "decide.h"

enum { COMPANIES_TOLD = 20 };

/* The words of a comma's list, one by one, without blanks around them; false: no more. */
static bool next_word(struct str *rest, struct str *ret_word)
{
    struct str word = { rest->bytes, 0 };

    if (!rest->len)
        return false;
    while (word.len < rest->len && rest->bytes[word.len] != ',')
        word.len++;
    *rest = (struct str){ rest->bytes + word.len + (word.len < rest->len), rest->len - word.len - (word.len < rest->len) };
    while (word.len && word.bytes[0] == ' ')
        word = (struct str){ word.bytes + 1, word.len - 1 };
    while (word.len && word.bytes[word.len - 1] == ' ')
        word.len--;
    *ret_word = word;
    return true;
}

struct str user_companies_text(const struct context *context, const struct user *user)
{
    struct str text = user->all_companies ? STR("all companies") : STR("");

    for (size_t i = 0; i < user->company_count && i < COMPANIES_TOLD; i++)
        text = arena_format(context->arena, STR_FMT "%s" STR_FMT, STR_ARG(text), i ? ", " : "",
                STR_ARG(user->companies[i].number));
    return user->company_count > COMPANIES_TOLD ? arena_format(context->arena, STR_FMT ", ...", STR_ARG(text)) : text;
}

/* --- what is wished --- */

static enum err refuse(struct context *context, enum err err, const char *text)
{
    return fault_set(&context->fault, err, "%s", text);
}

static enum err take_roles(struct context *context, struct str text, struct user *user)
{
    struct str rest = text, word;

    while (next_word(&rest, &word)) {
        uint32_t role = user_role_parse(word);

        if (!role)
            return fault_set(&context->fault, ERR_FORMAT, context_words(context,
                             "there is no role " STR_FMT "; roles are reads, decides, sets-up, operates",
                             "rollen " STR_FMT " finnes ikke; roller er reads, decides, sets-up, operates"), STR_ARG(word));
        user->roles |= role;
    }
    user->roles |= ROLE_READS;
    return ERR_OK;
}

static enum err take_companies(struct context *context, const struct user_wish *wish, struct user *user)
{
    struct str rest = wish->companies, word;

    user->all_companies = wish->all_companies;
    if (!rest.len == !user->all_companies)
        return refuse(context, ERR_FORMAT, context_words(context,
                      "say whose books: one or several organisation numbers with commas< (--company NUMBER[,NUMBER...])|>, or all "
                      "companies< (--all-companies)|>",
                      "si hvem sitt regnskap: ett eller flere organisasjonsnumre med komma< (--company NUMMER[,NUMMER...])|>, "
                      "eller "
                      "alle firmaer< (--all-companies)|>"));
    user->companies = arena_array(context->arena, 1 + rest.len / 2, sizeof *user->companies);
    if (!user->companies)
        return ERR_MEMORY;
    while (next_word(&rest, &word)) {
        if (!str_is_name(word) || user->company_count == USER_COMPANIES_MAX)
            return fault_set(&context->fault, ERR_FORMAT, context_words(context, STR_FMT " is no organisation number",
                             STR_FMT " er ikke et organisasjonsnummer"), STR_ARG(word));
        user->companies[user->company_count++].number = word;
    }
    return ERR_OK;
}

enum err user_judge(struct context *context, const struct user_wish *wish, struct user *ret_user)
{
    struct user *user = ret_user;
    enum err err;

    *user = (struct user){ .name = wish->name, .title = wish->title, .language = wish->language, .changed_ms = clock_now_ms() };
    if (!str_is_name(user->name))
        return refuse(context, ERR_FORMAT, context_words(context, "one name is needed, of letters, digits, . _ and -",
                                                         "ett navn må oppgis, av bokstaver, tall, . _ og -"));
    if (user->title.len && !str_is_word(user->title))
        return refuse(context, ERR_FORMAT, context_words(context, "the title< (--title)|> is a name as people write it",
                                                         "tittelen< (--title)|> skal være et navn slik folk skriver det"));
    if (!str_equal(user->language, STR("en")) && !str_equal(user->language, STR("nb")))
        return refuse(context, ERR_FORMAT, context_words(context, "the language< (--language)|> is en or nb",
                                                         "språket< (--language)|> er en eller nb"));
    err = take_roles(context, wish->roles, user);
    return err ? err : take_companies(context, wish, user);
}

enum err password_judge(struct context *context, struct str password)
{
    if (utf8_is_valid(password) && password.len >= USER_PASSWORD_MIN && password.len <= USER_PASSWORD_MAX)
        return ERR_OK;
    return fault_set(&context->fault, ERR_FORMAT, context_words(context, "a password of %d to %d characters is needed, on one "
                                                                         "line",
                     "et passord på %d til %d tegn må oppgis, på én linje"), USER_PASSWORD_MIN, USER_PASSWORD_MAX);
}

/* --- who may --- */

bool user_is_within(const struct user *maker, const struct user *user)
{
    if (user->all_companies)
        return maker->all_companies;
    for (size_t i = 0; i < user->company_count; i++)
        if (!user_sees(maker, user->companies[i].number))
            return false;
    return true;
}

enum err user_bounds(struct context *context, const struct user *maker, const struct user *user)
{
    bool whole = !maker || (maker->all_companies && (maker->roles & ROLE_OPERATES));

    if (whole)
        return ERR_OK;
    if (!user_is_within(maker, user))
        return refuse(context, ERR_REFUSED, context_words(context, "that user is of companies whose books you do not see",
                                                          "brukeren hører til firmaer du ikke har innsyn i"));
    if (user->roles & ~(maker->roles | ROLE_READS))
        return refuse(context, ERR_REFUSED, context_words(context, "that user has roles that you do not have yourself: who "
                                                                   "operates all "
                                                          "companies sees to it",
                                                          "brukeren har roller du ikke har selv: den som drifter alle firmaer, "
                                                          "ordner det"));
    return ERR_OK;
}

/* --- made, and unmade --- */

enum err user_make(struct context *context, struct users *users, const struct user *user, struct str password,
                   uint64_t *ret_number)
{
    struct user made = *user, there;
    enum err err = users_find(users, user->name, context->arena, &there);

    if (!err)
        return fault_set(&context->fault, ERR_EXISTS, context_words(context, "there is a user " STR_FMT " already: remove that "
                                                                                          "one "
                         "first< (bilag users remove)|>", "brukeren " STR_FMT " finnes alt: fjern den først< (bilag users remove)|>"),
                         STR_ARG(user->name));
    if (err != ERR_NOT_FOUND)
        return err;
    err = user_hash(password, context->arena, &made.hash);
    if (!err)
        err = decide(context, "user-add", made.name, arena_format(context->arena, STR_FMT "; " STR_FMT,
                     STR_ARG(user_roles_text(made.roles, context->arena)), STR_ARG(user_companies_text(context, &made))),
                     made.title, ret_number);
    return err ? err : users_add(users, &made);
}

enum err user_unmake(struct context *context, struct users *users, struct str name, struct str reason, uint64_t *ret_number)
{
    struct user user;
    enum err err = users_find(users, name, context->arena, &user);

    if (!err)
        err = decide(context, "user-remove", name, STR_NONE, reason, ret_number);
    return err ? err : users_remove(users, name);
}

enum err user_password(struct context *context, struct users *users, struct str name, struct str password, uint64_t *ret_number)
{
    struct user user;
    enum err err = users_find(users, name, context->arena, &user);

    if (!err)
        err = user_hash(password, context->arena, &user.hash);
    if (!err)
        err = decide(context, "user-password", name, STR_NONE, STR_NONE, ret_number);
    user.changed_ms = clock_now_ms();
    return err ? err : users_change(users, &user);
}
