/* Rows of the stores that programs share (the audit trail, the doors' tokens, the console's users, what was begun to be forgotten), as a
 * disk may give them back. Each row as in fuzz_rows.c, its table by shared.h; all of one input are of one store. The judges of `bilag
 * fsck` read them, and then who uses them: what was read is found, and is the same when it is written again. */
#include "fuzz.h"

#include "bilag/keep/fsck_shared.h"
#include "domain/audit.h"
#include "domain/doors.h"
#include "domain/pseudonym.h"
#include "domain/user_tokens.h"
#include "shared.h"
#include "tests/temporary.h"

#include <sys/mman.h>
#include <unistd.h>

enum { ROWS_MAX = 8 };
struct rows { struct fuzz_row at[ROWS_MAX]; size_t count; enum fuzz_shared_store store; };

static char folder[40];
static FILE *nowhere;
static struct fault fault;

/* No disk is waited for, ours or LMDB's: nothing here is to last. */
int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

int fsync(int fd)
{
    (void)fd;
    return 0;
}

int msync(void *from, size_t len, int flags)
{
    (void)from;
    (void)len;
    (void)flags;
    return 0;
}

static enum err put(struct txn *txn, void *context)
{
    const struct rows *rows = context;
    enum err err = ERR_OK;

    for (size_t i = 0; i < rows->count && !err; i++)
        err = store_put(txn, rows->at[i].table, rows->at[i].key, rows->at[i].value);
    return err;
}

static enum err put_all(struct rows *rows)
{
    const struct fuzz_shared *shared = &fuzz_shared[rows->store];
    struct store *store;
    char path[64];
    enum err err;

    (void)snprintf(path, sizeof path, "%s/%s", folder, shared->name);
    MUST(store_open(str_of(path), shared->tables, shared->count, 1, STORE_VOLATILE, &store, &fault) == ERR_OK);
    err = store_write(store, put, rows);
    store_close(store);
    return err;
}

/* --- the audit trail --- */

struct seen { uint64_t count, last; size_t subject_len; char subject[5000]; };

static enum err decision_seen(const struct decision *decision, void *context)
{
    struct seen *seen = context;
    struct str detail;
    uint64_t number;
    uint32_t revision;
    int32_t day;

    MUST(decision->number > seen->last || !seen->count);
    MUST(!decision_undoes(decision, &number, &detail) || number > 0);
    (void)decision_resends_on(decision, &day, &revision);
    seen->last = decision->number;
    if (!seen->count++ && str_copy(decision->subject, seen->subject, sizeof seen->subject))
        seen->subject_len = decision->subject.len;           /* a NUL may be in it */
    return ERR_OK;
}

static void read_audit(void)
{
    struct audit_wish wish = { NULL, 0, STR_NONE };
    struct seen all = { 0 }, found = { 0 };
    struct audit *audit;
    uint64_t last = 0, renamed = 0;

    if (audit_open(str_of(folder), &audit, &fault))
        return;
    if (audit_read(audit, 0, decision_seen, &all) == ERR_OK && all.count) {
        MUST(audit_last(audit, &last) == ERR_OK && last == all.last);
        if (audit_read_of(audit, &wish, decision_seen, &found) == ERR_OK)
            MUST(found.count == all.count || all.count == 1 + found.count);      /* number 0 is none */
        wish.subject = (struct str){ all.subject, all.subject_len };
        if (wish.subject.len && !str_equal(wish.subject, STR("9/forgotten-1"))) {
            MUST(audit_rename(audit, wish.subject, STR("9/forgotten-1"), &renamed) == ERR_OK && renamed >= 1);
            found = (struct seen){ 0 };
            if (audit_read_of(audit, &wish, decision_seen, &found) == ERR_OK)
                MUST(found.count == 0);
        }
    }
    audit_close(audit);
}

/* --- the doors --- */

static enum err door_seen(const struct door_token *token, void *context)
{
    const struct config none = { .venue_count = 0 };
    uint64_t *number = context;

    *number = *number ? *number : token->number;
    for (size_t i = 0; i < token->scope_count; i++)
        (void)door_opens(token, &none, token->scopes[i].name);
    (void)door_by_company(token);
    return ERR_OK;
}

static void read_doors(void)
{
    const struct door_scope scope = { false, STR("bar") };
    const struct door_token *token;
    char text[DOOR_TEXT_SIZE];
    uint64_t number = 0, made = 0;
    struct doors *doors;

    if (doors_open(str_of(folder), 0, &doors, &fault))
        return;
    if (doors_list(doors, door_seen, &number) == ERR_OK && doors_add(doors, &scope, 1, STR("x"), 5, text, &made) == ERR_OK) {
        MUST(made > 0);
        if (doors_judge(doors, str_of(text), 6, &token) == ERR_OK)
            MUST(token->number == made && token->scope_count == 1);
        MUST(doors_judge(doors, STR("bilag_x"), 6, &token) != ERR_OK);
    }
    if (number && doors_revoke(doors, number, 7) == ERR_OK)
        MUST(doors_revoke(doors, number, 8) == ERR_EXISTS);
    if (made && doors_judge(doors, str_of(text), 9, &token) == ERR_OK)           /* looks again, at those it knows */
        MUST(token->number == made);
    doors_close(doors);
}

/* --- the users --- */

struct users_seen { struct users *users; struct arena arena; char name[100]; };

static enum err user_seen(const struct user *user, void *context)
{
    struct users_seen *seen = context;

    MUST(str_is_name(user->name) && user->company_count <= USER_COMPANIES_MAX);
    (void)user_sees(user, STR("912345678"));
    (void)user_roles_text(user->roles, &seen->arena);
    if (!seen->name[0])
        MUST(str_copy(user->name, seen->name, sizeof seen->name));
    return ERR_OK;
}

static enum err token_seen(const struct user_token *token, void *context)
{
    (void)token;
    (void)context;
    return ERR_OK;
}

/* What is read of a user says the same when it is written again. */
static void change_user(struct users_seen *seen, struct str name)
{
    struct user was, now;
    char text[USER_TOKEN_SIZE];
    struct user_token token;
    uint64_t number;

    if (users_find(seen->users, name, &seen->arena, &was) || !str_equal(was.name, name))
        return;
    MUST(users_change(seen->users, &was) == ERR_OK && users_find(seen->users, name, &seen->arena, &now) == ERR_OK);
    MUST(str_equal(was.title, now.title) && was.roles == now.roles && was.company_count == now.company_count &&
         str_equal(was.hash, now.hash) && was.all_companies == now.all_companies && was.changed_ms == now.changed_ms);
    if (user_tokens_add(seen->users, name, STR("x"), 5, text, &number) == ERR_OK) {
        MUST(user_tokens_judge(seen->users, str_of(text), 6, &seen->arena, &token) == ERR_OK && token.number == number);
        if (user_tokens_revoke(seen->users, name, number) == ERR_OK)
            MUST(user_tokens_judge(seen->users, str_of(text), 7, &seen->arena, &token) == ERR_NOT_FOUND);
    }
    if (users_remove(seen->users, name) == ERR_OK)
        MUST(users_find(seen->users, name, &seen->arena, &now) == ERR_NOT_FOUND);
}

static void read_users(void)
{
    struct users_seen seen = { .name = "" };

    if (users_open(str_of(folder), 0, &seen.users, &fault))
        return;
    arena_init(&seen.arena, FUZZ_ARENA_BYTES);
    if (users_list(seen.users, user_seen, &seen) == ERR_OK && seen.name[0])
        change_user(&seen, str_of(seen.name));
    if (user_tokens_list(seen.users, token_seen, NULL))
        seen.name[0] = '\0';
    users_close(seen.users);
    arena_free(&seen.arena);
}

/* --- what was begun to be forgotten --- */

static enum err begun_seen(struct str scope, struct str pseudonym, void *context)
{
    (void)scope;
    (void)pseudonym;
    ++*(size_t *)context;
    return ERR_OK;
}

static void read_pseudonyms(void)
{
    struct pseudonyms *pseudonyms;
    uint64_t since = 0;
    size_t count = 0, more = 0;

    if (pseudonyms_open(str_of(folder), 0, &pseudonyms, &fault))
        return;
    if (pseudonyms_begun(pseudonyms, begun_seen, &count) == ERR_OK &&
        pseudonyms_begin(pseudonyms, STR("a-new-one"), STR("forgotten-1"), 7, &since) == ERR_OK) {
        MUST(pseudonyms_begun(pseudonyms, begun_seen, &more) == ERR_OK && more >= 1 && more <= count + 1);
        MUST(pseudonyms_end(pseudonyms, STR("a-new-one"), STR("forgotten-1")) == ERR_OK);
    }
    pseudonyms_close(pseudonyms);
}

/* --- an input --- */

static const struct { storecheck_run judge; void (*read)(void); } readers[FUZZ_SHARED_STORES] = {
    [FUZZ_AUDIT] = { fsck_audit, read_audit }, [FUZZ_DOORS] = { fsck_doors, read_doors },
    [FUZZ_USERS] = { fsck_users, read_users }, [FUZZ_PSEUDONYMS] = { fsck_pseudonyms, read_pseudonyms },
};

static void judge(enum fuzz_shared_store which)
{
    struct storecheck check = { .state_dir = str_of(folder), .out = nowhere };

    arena_init(&check.arena, STORECHECK_RECORD_BYTES);
    if (readers[which].judge(&check, &fault) == ERR_OK)
        MUST(check.records + check.damaged >= 1);
    arena_free(&check.arena);
}

static bool take_row(const uint8_t **bytes, size_t *len, struct rows *rows)
{
    struct fuzz_row *row = &rows->at[rows->count];
    unsigned store = 0;

    if (!fuzz_row_take(bytes, len, FUZZ_SHARED_TABLES, row))
        return false;
    for (; row->table >= fuzz_shared[store].count; store++)
        row->table -= fuzz_shared[store].count;
    if (rows->count && store != rows->store)
        return false;
    rows->store = (enum fuzz_shared_store)store;
    rows->count++;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct rows rows = { .count = 0 };

    while (len && rows.count < ROWS_MAX && take_row(&bytes, &len, &rows))
        ;
    if (!rows.count)
        return 0;
    if (!nowhere)
        nowhere = fopen("/dev/null", "we");
    MUST(nowhere && temporary_folder("fuzz", folder, sizeof folder));
    if (put_all(&rows) == ERR_OK) {
        judge(rows.store);
        readers[rows.store].read();
    }
    MUST(temporary_remove(folder) == 0);
    return 0;
}
