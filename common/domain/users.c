#include "users_inside.h"

#include "base/fields.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { LAYOUT = 1, TEXT_MAX = 200, WORD_MAX = 64, RECORD_BYTES = 1 << 20, USER_FORM = 1 };
/* Three passes over 32 MB: what a person does not notice, and who guesses pays for each guess. */
enum { HASH_PASSES = 3, HASH_BYTES = 32 << 20 };
static const char *const tables[USER_TABLES] = {
    [USER_TABLE] = "users",               /* name -> user */
    [USER_TOKENS] = "tokens",             /* keyed hash of a token's text -> token (user_tokens.h) */
    [USER_META] = "meta",                 /* "key" -> what the hashes are keyed with; "last" -> the last token's number */
};

static const struct field_row company_rows[] = { FIELD_MAX(user_company, number, WORD_MAX) };
static const struct fields company_fields = FIELDS(user_company, company_rows, 1, NULL);

static bool holds(const void *object)
{
    const struct user *user = object;

    return str_is_name(user->name) && (user->roles & ~(uint32_t)ROLE_ALL) == 0;
}

static const struct field_row user_rows[] = {
    FIELD_IS(USER_FORM),
    FIELD_MAX(user, name, WORD_MAX),
    FIELD_MAX(user, title, TEXT_MAX),
    FIELD_MAX(user, language, WORD_MAX),
    FIELD(user, roles),
    FIELD(user, all_companies),
    FIELD_MANY(user, companies, company_count, USER_COMPANIES_MAX, &company_fields),
    FIELD(user, changed_ms),
    FIELD_MAX(user, hash, USER_HASH_MAX),
};
static const struct fields user_fields = FIELDS(user, user_rows, 9, holds);

enum err users_open(struct str state_dir, unsigned flags, struct users **ret_users, struct fault *fault)
{
    struct users *users = sodium_init() < 0 ? NULL : calloc(1, sizeof *users);
    struct strbuf folder;
    enum err err;

    if (!users)
        return fault_set(fault, ERR_MEMORY, "no memory for the users");
    strbuf_init(&folder, 4096);
    strbuf_format(&folder, STR_FMT "/users", STR_ARG(state_dir));
    err = folder.failed ? fault_set(fault, ERR_CONFIG, "state_dir is too long")
                        : store_open(strbuf_str(&folder), tables, COUNT(tables), LAYOUT, flags, &users->store, fault);
    strbuf_free(&folder);
    if (err) {
        users_close(users);
        return err;
    }
    *ret_users = users;
    return ERR_OK;
}

void users_close(struct users *users)
{
    if (!users)
        return;
    store_close(users->store);
    free(users);
}

/* --- passwords --- */

enum err user_hash(struct str password, struct arena *arena, struct str *ret_hash)
{
    char text[crypto_pwhash_STRBYTES];

    _Static_assert(crypto_pwhash_STRBYTES <= USER_HASH_MAX, "a hash fits its field");
    if (crypto_pwhash_str(text, password.bytes, password.len, HASH_PASSES, HASH_BYTES) != 0)
        return ERR_MEMORY;
    *ret_hash = arena_copy(arena, str_of(text));
    return ret_hash->bytes ? ERR_OK : ERR_MEMORY;
}

static bool fits(struct str hash, struct str password)
{
    char text[USER_HASH_MAX + 1];

    return password.len <= USER_PASSWORD_MAX && str_copy(hash, text, sizeof text) &&
           crypto_pwhash_str_verify(text, password.bytes ? password.bytes : "", password.len) == 0;
}

/* --- records --- */

static struct str name_key(struct str name, struct key *key)
{
    key_init(key);
    key_name(key, name);
    return key_str(key);
}

struct adding_user { struct str name, bytes; };

static enum err add_work(struct txn *txn, void *context)
{
    const struct adding_user *adding = context;
    struct key key;

    return store_put_new(txn, USER_TABLE, name_key(adding->name, &key), adding->bytes);
}

static enum err change_work(struct txn *txn, void *context)
{
    const struct adding_user *adding = context;
    struct str value;
    struct key key;
    enum err err = store_get(txn, USER_TABLE, name_key(adding->name, &key), &value);

    return err ? err : store_put(txn, USER_TABLE, name_key(adding->name, &key), adding->bytes);
}

static enum err write_user(struct users *users, const struct user *user,
                           enum err (*work)(struct txn *txn, void *context))
{
    struct strbuf bytes;
    struct adding_user adding = { .name = user->name };
    enum err err;

    ensure(holds(user));
    if (user->title.len > TEXT_MAX || user->company_count > USER_COMPANIES_MAX)
        return ERR_TOO_LONG;
    strbuf_init(&bytes, RECORD_BYTES);
    fields_write(&user_fields, user, &bytes);
    adding.bytes = strbuf_str(&bytes);
    err = bytes.failed ? ERR_MEMORY : store_write(users->store, work, &adding);
    strbuf_free(&bytes);
    return err;
}

enum err users_add(struct users *users, const struct user *user)
{
    return write_user(users, user, add_work);
}

enum err users_change(struct users *users, const struct user *user)
{
    return write_user(users, user, change_work);
}

static enum err remove_work(struct txn *txn, void *context)
{
    const struct str *name = context;
    struct key key;
    enum err err = store_delete(txn, USER_TABLE, name_key(*name, &key));

    return err ? err : user_tokens_forget(txn, *name);
}

enum err users_remove(struct users *users, struct str name)
{
    return str_is_name(name) ? store_write(users->store, remove_work, &name) : ERR_NOT_FOUND;
}

struct finding_user { struct str name; struct arena *arena; struct user *user; };

static enum err find_work(struct txn *txn, void *context)
{
    struct finding_user *finding = context;
    struct str value;
    struct key key;
    enum err err = store_get(txn, USER_TABLE, name_key(finding->name, &key), &value);

    if (!err)
        value = arena_copy(finding->arena, value);           /* its texts are views into it */
    if (!err && !value.bytes)
        return ERR_MEMORY;
    if (!err)
        err = fields_read(&user_fields, value, finding->arena, finding->user);
    return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
}

enum err users_find(struct users *users, struct str name, struct arena *arena, struct user *ret_user)
{
    struct user user = { .roles = 0 };
    struct finding_user finding = { name, arena, &user };
    enum err err = str_is_name(name) ? store_read(users->store, find_work, &finding) : ERR_NOT_FOUND;

    if (!err)
        *ret_user = user;
    return err;
}

/* A hash that no password fits, as dear as the others. */
static const char nobody[] = "$argon2id$v=19$m=32768,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

enum err users_judge(struct users *users, struct str name, struct str password, struct arena *arena, struct user *ret_user)
{
    struct user user = { .hash = str_of(nobody) };
    enum err err = users_find(users, name, arena, &user);
    bool fitting;

    if (err && err != ERR_NOT_FOUND)
        return err;
    fitting = fits(user.hash, password);
    if (err || !fitting)
        return ERR_NOT_FOUND;
    *ret_user = user;
    return ERR_OK;
}

struct listing_users { user_visit visit; void *context; struct arena arena; };

static enum err user_listed(struct txn *txn, struct str key, struct str value, void *context)
{
    struct listing_users *listing = context;
    struct user user = { .roles = 0 };
    enum err err;

    (void)txn;
    (void)key;
    arena_reset(&listing->arena);
    err = fields_read(&user_fields, value, &listing->arena, &user);
    if (err)
        return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
    return listing->visit(&user, listing->context);
}

static enum err list_work(struct txn *txn, void *context)
{
    return store_walk(txn, USER_TABLE, STR_NONE, STR_NONE, user_listed, context);
}

enum err users_list(struct users *users, user_visit visit, void *context)
{
    struct listing_users listing = { .visit = visit, .context = context };
    enum err err;

    arena_init(&listing.arena, RECORD_BYTES);
    err = store_read(users->store, list_work, &listing);
    arena_free(&listing.arena);
    return err;
}

/* --- what they may --- */

bool user_sees(const struct user *user, struct str company)
{
    if (user->all_companies)
        return true;
    for (size_t i = 0; i < user->company_count; i++)
        if (str_equal(user->companies[i].number, company))
            return true;
    return false;
}

struct str user_title(const struct user *user)
{
    return user->title.len ? user->title : user->name;
}

static const struct { uint32_t bit; const char *word; } roles[] = {
#define X(name, bit, word) { bit, word },
    USER_ROLES(X)
#undef X
};

uint32_t user_role_parse(struct str word)
{
    for (size_t i = 0; i < COUNT(roles); i++)
        if (str_equal(str_of(roles[i].word), word))
            return roles[i].bit;
    return 0;
}

struct str user_roles_text(uint32_t bits, struct arena *arena)
{
    struct str text = STR("");

    for (size_t i = 0; i < COUNT(roles); i++)
        if (bits & roles[i].bit)
            text = arena_format(arena, STR_FMT "%s%s", STR_ARG(text), text.len ? ", " : "", roles[i].word);
    return text;
}

struct visiting_users { user_table_visit visit; void *context; };

static enum err tables_work(struct txn *txn, void *context)
{
    struct visiting_users *visiting = context;
    enum err err = ERR_OK;

    for (unsigned table = 0; table < USER_TABLES && !err; table++)
        err = visiting->visit(txn, table, tables[table], visiting->context);
    return err;
}

enum err users_tables(struct users *users, user_table_visit visit, void *context)
{
    struct visiting_users visiting = { visit, context };

    return store_read(users->store, tables_work, &visiting);
}
