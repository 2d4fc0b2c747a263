/* fsck_shared.c - the stores that all stages share: PowerOffice's reference data with the customers' connections, and
 * the audit trail. */
#include "fsck_shared.h"

#include "base/store_engine.h"
#include "domain/audit.h"
#include "domain/doors.h"
#include "domain/pseudonym.h"
#include "domain/user_tokens.h"
#include "poweroffice/refstore.h"

#include <string.h>
#include <sys/stat.h>

static const char bad_key[] = "its key is not of the form it must have";
static const char bad_value[] = "it cannot be decoded";

static struct refstore *judged;

/* Key: client and list; list 0 is the head, with which all the others are loaded. */
static const char *judge_refdata(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct refdata data;
    struct str client;
    uint32_t list;
    size_t at = 0;

    (void)txn;
    if (!key_take_name(key, &at, &client) || !key_take_u32(key, &at, &list))
        return bad_key;
    if (list == 0 && refdata_load(judged, client, &check->arena, &data))
        return "it, or a list that belongs to it, cannot be decoded";
    return value.len ? NULL : bad_value;
}

static const char *judge_link(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str company, till_customer;
    int64_t number;
    size_t at = 0;

    (void)check;
    (void)txn;
    if (!key_take_name(key, &at, &company) || !key_take_name(key, &at, &till_customer) || at != key.len)
        return bad_key;
    if (value.len < sizeof number || value.len > sizeof number + CUSTOMER_REFERENCE_MAX)
        return bad_value;
    memcpy(&number, value.bytes, sizeof number);
    return number > 0 ? NULL : "the customer's number is not one";
}

/* Company and client, each kept for the other. */
static const char *judge_pair(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct key back;
    struct str name, other;
    uint32_t side;
    size_t at = 0;

    (void)check;
    if (!key_take_u32(key, &at, &side) || (side != 1 && side != 2) || !key_take_name(key, &at, &name) || at != key.len)
        return bad_key;
    key_init(&back);
    key_u32(&back, 3 - side);
    key_name(&back, value);
    if (back.failed || store_get(txn, TABLE_BOOKS, key_str(&back), &other) || !str_equal(other, name))
        return "a company and its client do not name each other";
    return NULL;
}

static const char *judge_version(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    (void)check;
    (void)txn;
    return key.len && value.len == sizeof(uint64_t) ? NULL : bad_value;
}

static enum err judge_all(struct txn *txn, void *context)
{
    struct storecheck *check = context;
    enum err err = storecheck_walk(check, txn, TABLE_REFDATA, "refdata", judge_refdata);

    if (!err)
        err = storecheck_walk(check, txn, TABLE_LINKS, "links", judge_link);
    if (!err)
        err = storecheck_walk(check, txn, TABLE_BOOKS, "books", judge_pair);
    return err ? err : storecheck_walk(check, txn, TABLE_VERSIONS, "versions", judge_version);
}

enum err fsck_poweroffice(struct storecheck *check, struct fault *fault)
{
    enum err err = refstore_open(check->state_dir, STORE_READ_ONLY, &judged, fault);

    if (err)
        return err;
    err = check->open_only ? ERR_OK : store_read(judged->store, judge_all, check);
    refstore_close(judged);
    return err;
}

static enum err token_seen(const struct door_token *token, void *context)
{
    struct storecheck *check = context;

    if (token->number == 0 || token->made_ms <= 0)
        storecheck_damaged(check, STR_NONE, bad_value);
    return ERR_OK;
}

static enum err door_table(struct txn *txn, unsigned table, const char *name, void *context)
{
    return storecheck_walk(context, txn, table, name, storecheck_any);
}

enum err fsck_doors(struct storecheck *check, struct fault *fault)
{
    struct doors *doors;
    enum err err = doors_open(check->state_dir, STORE_READ_ONLY, &doors, fault);

    if (err)
        return err;
    err = check->open_only ? ERR_OK : doors_tables(doors, door_table, check);
    check->table = "tokens";
    if (!err && !check->open_only)
        err = doors_list(doors, token_seen, check);
    if (err == ERR_STORE_DAMAGED)
        storecheck_damaged(check, STR_NONE, bad_value);
    doors_close(doors);
    return err == ERR_STORE_DAMAGED ? ERR_OK : err;
}

static enum err user_seen(const struct user *user, void *context)
{
    struct storecheck *check = context;

    if (user->changed_ms <= 0 || user->hash.len == 0)
        storecheck_damaged(check, STR_NONE, bad_value);
    return ERR_OK;
}

static enum err user_token_seen(const struct user_token *token, void *context)
{
    struct storecheck *check = context;

    if (!token->number || !str_is_name(token->user))
        storecheck_damaged(check, STR_NONE, bad_value);
    return ERR_OK;
}

static enum err user_table(struct txn *txn, unsigned table, const char *name, void *context)
{
    return storecheck_walk(context, txn, table, name, storecheck_any);
}

enum err fsck_users(struct storecheck *check, struct fault *fault)
{
    struct users *users;
    enum err err = users_open(check->state_dir, STORE_READ_ONLY, &users, fault);

    if (err)
        return err;
    err = check->open_only ? ERR_OK : users_tables(users, user_table, check);
    check->table = "users";
    if (!err && !check->open_only)
        err = users_list(users, user_seen, check);
    if (!err && !check->open_only)
        err = user_tokens_list(users, user_token_seen, check);
    if (err == ERR_STORE_DAMAGED)
        storecheck_damaged(check, STR_NONE, bad_value);
    users_close(users);
    return err == ERR_STORE_DAMAGED ? ERR_OK : err;
}

struct decisions { struct storecheck *check; uint64_t next; };

static enum err decision_seen(const struct decision *decision, void *context)
{
    struct decisions *decisions = context;

    if (!decision->number)
        storecheck_damaged(decisions->check, STR_NONE, "numbers begin with 1");
    for (int said = 0; decisions->next < decision->number && said <= STORECHECK_SHOWN_MAX; said++, decisions->next++)
        storecheck_damaged(decisions->check, STR_NONE, "a decision is missing: numbers rise by one");
    decisions->next = decision->number + 1;
    decisions->check->records++;
    return ERR_OK;
}

/* A damaged one ends the reading; it goes on behind it. */
static enum err judge_decisions(struct storecheck *check, struct audit *audit)
{
    struct decisions decisions = { check, 1 };
    enum err err;

    check->table = "decisions";
    for (;;) {
        err = audit_read(audit, decisions.next == 1 ? 0 : decisions.next, decision_seen, &decisions);
        if (err != ERR_STORE_DAMAGED || check->damaged > STORECHECK_SHOWN_MAX)
            return err == ERR_STORE_DAMAGED ? ERR_OK : err;
        storecheck_damaged(check, STR_NONE, bad_value);
        decisions.next++;
    }
}

/* The trail has no way to be opened read-only; opening writes nothing into one that is there. */
enum err fsck_audit(struct storecheck *check, struct fault *fault)
{
    char name[STORE_NAME_SIZE];
    struct audit *audit;
    struct stat there;
    struct str path = arena_format(&check->arena, STR_FMT "/audit/data.mdb", STR_ARG(check->state_dir));
    enum err err;

    if (!path.bytes || (!store_engine_name((struct str){ path.bytes, path.len - strlen("/data.mdb") }, name) &&
                        stat(path.bytes, &there) != 0))
        return ERR_NOT_FOUND;
    err = audit_open(check->state_dir, &audit, fault);
    if (err)
        return err;
    err = check->open_only ? ERR_OK : judge_decisions(check, audit);
    audit_close(audit);
    return err;
}

static enum err pseudonym_table(struct txn *txn, unsigned table, const char *name, void *context)
{
    return storecheck_walk(context, txn, table, name, storecheck_any);
}

enum err fsck_pseudonyms(struct storecheck *check, struct fault *fault)
{
    struct pseudonyms *pseudonyms;
    enum err err = pseudonyms_open(check->state_dir, STORE_READ_ONLY, &pseudonyms, fault);

    if (err || !pseudonyms)
        return err ? err : ERR_NOT_FOUND;
    err = check->open_only ? ERR_OK : pseudonyms_tables(pseudonyms, pseudonym_table, check);
    pseudonyms_close(pseudonyms);
    return err;
}
