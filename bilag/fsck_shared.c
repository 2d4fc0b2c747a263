/* fsck_shared.c - the stores that all stages share: PowerOffice's reference data with the customers' connections, and
 * the audit trail. */
#include "fsck_inside.h"

#include "audit.h"
#include "refstore.h"

#include <string.h>
#include <sys/stat.h>

static const char bad_key[] = "its key is not of the form it must have";
static const char bad_value[] = "it cannot be decoded";

static struct refstore *judged;

/* Key: client and list; list 0 is the head, with which all the others are loaded. */
static const char *judge_refdata(struct fsck *fsck, struct txn *txn, struct str key, struct str value)
{
    struct refdata data;
    struct str client;
    uint32_t list;
    size_t at = 0;

    (void)txn;
    if (!key_take_name(key, &at, &client) || !key_take_u32(key, &at, &list))
        return bad_key;
    if (list == 0 && refdata_load(judged, client, &fsck->arena, &data))
        return "it, or a list that belongs to it, cannot be decoded";
    return value.len ? NULL : bad_value;
}

static const char *judge_link(struct fsck *fsck, struct txn *txn, struct str key, struct str value)
{
    struct str company, till_customer;
    int64_t number;
    size_t at = 0;

    (void)fsck;
    (void)txn;
    if (!key_take_name(key, &at, &company) || !key_take_name(key, &at, &till_customer) || at != key.len)
        return bad_key;
    if (value.len != sizeof number)
        return bad_value;
    memcpy(&number, value.bytes, sizeof number);
    return number > 0 ? NULL : "the customer's number is not one";
}

static const char *judge_version(struct fsck *fsck, struct txn *txn, struct str key, struct str value)
{
    (void)fsck;
    (void)txn;
    return key.len && value.len == sizeof(uint64_t) ? NULL : bad_value;
}

static enum err judge_all(struct txn *txn, void *context)
{
    struct fsck *fsck = context;
    enum err err = fsck_walk(fsck, txn, TABLE_REFDATA, "refdata", judge_refdata);

    if (!err)
        err = fsck_walk(fsck, txn, TABLE_LINKS, "links", judge_link);
    return err ? err : fsck_walk(fsck, txn, TABLE_VERSIONS, "versions", judge_version);
}

enum err fsck_poweroffice(struct fsck *fsck, struct fault *fault)
{
    enum err err = refstore_open(fsck->state_dir, STORE_READ_ONLY, &judged, fault);

    if (err)
        return err;
    err = fsck->open_only ? ERR_OK : store_read(judged->store, judge_all, fsck);
    refstore_close(judged);
    return err;
}

struct decisions { struct fsck *fsck; uint64_t next; };

static enum err decision_seen(const struct decision *decision, void *context)
{
    struct decisions *decisions = context;

    for (; decisions->next < decision->number; decisions->next++)
        fsck_damaged(decisions->fsck, STR_NONE, "a decision is missing: numbers rise by one");
    decisions->next = decision->number + 1;
    decisions->fsck->records++;
    return ERR_OK;
}

/* A damaged one ends the reading; it goes on behind it. */
static enum err judge_decisions(struct fsck *fsck, struct audit *audit)
{
    struct decisions decisions = { fsck, 1 };
    enum err err;

    fsck->table = "decisions";
    for (;;) {
        err = audit_read(audit, decisions.next, decision_seen, &decisions);
        if (err != ERR_STORE_DAMAGED || fsck->damaged > FSCK_SHOWN_MAX)
            return err == ERR_STORE_DAMAGED ? ERR_OK : err;
        fsck_damaged(fsck, STR_NONE, bad_value);
        decisions.next++;
    }
}

/* The trail has no way to be opened read-only; opening writes nothing into one that is there. */
enum err fsck_audit(struct fsck *fsck, struct fault *fault)
{
    struct audit *audit;
    struct stat there;
    struct str path = arena_format(&fsck->arena, STR_FMT "/audit/data.mdb", STR_ARG(fsck->state_dir));
    enum err err;

    if (!path.bytes || stat(path.bytes, &there) != 0)
        return ERR_NOT_FOUND;
    err = audit_open(fsck->state_dir, &audit, fault);
    if (err)
        return err;
    err = fsck->open_only ? ERR_OK : judge_decisions(fsck, audit);
    audit_close(audit);
    return err;
}
