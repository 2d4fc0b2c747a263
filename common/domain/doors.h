/* doors.h - who may write whose sales: bearer tokens and CURVE keys, in STATE_DIR/doors, shared by all programs (docs/design.md section 10).
 *
 * A token opens venues, named one by one or by their company; `bilag tokens` makes and revokes them, ingest asks. Its text is
 * 32 random bytes, shown once; kept is a keyed hash (BLAKE2b, the key made with the store), so that what rests in the store or
 * a backup opens nothing. It may name a venue before that is set up.
 * Taken up    doors_judge() sees what another process changed, at the next call.
 * Ownership   a token that doors_judge() lent stays valid until doors_close(): who holds it sees it being revoked.
 * Durability  doors_add() and doors_revoke() returning ERR_OK: on disk. When a token was last used is written once a
 *             minute, and lost with a crash.
 * Errors      the store's; ERR_NOT_FOUND: no such number.
 */
#ifndef BILAG_DOMAIN_DOORS_H
#define BILAG_DOMAIN_DOORS_H

#include "config.h"
#include "base/store.h"

enum { DOOR_TEXT_SIZE = 64, DOOR_SCOPES_MAX = 4096, DOOR_HASH_BYTES = 32 };

struct door_scope { bool company; struct str name; };         /* else a venue */

struct door_token {
    uint64_t number;                      /* from 1; never given twice */
    struct str about;                     /* who has it, in a person's words */
    int64_t made_ms, revoked_ms, used_ms; /* wall clock; 0: not */
    struct door_scope *scopes;
    size_t scope_count;
    bool curve;                           /* a CURVE key over ZeroMQ; else a text over HTTP */
};

struct doors;
USED enum err doors_open(struct str state_dir, unsigned flags, struct doors **ret_doors, struct fault *fault);
void doors_close(struct doors *doors);                        /* NULL is fine */

/* The number of the token that these doors make next, kept as given: who makes one writes it into the audit trail before there is a
 * token, and none comes of that where it ends in between. key: of CURVE; else empty. ERR_TOO_LONG, ERR_EXISTS: as doors_add() and
 * doors_add_key() say, before anything is written down. */
USED enum err doors_next(struct doors *doors, size_t count, struct str about, struct str key, uint64_t *ret_number);
/* Makes one; its text goes to ret_text and nowhere else. */
USED enum err doors_add(struct doors *doors, const struct door_scope *scopes, size_t count, struct str about, int64_t now_ms,
                        char ret_text[DOOR_TEXT_SIZE], uint64_t *ret_number);
/* The same for who shows this public CURVE key (Z85): kept as a keyed hash too. ERR_EXISTS: it is known, revoked perhaps. */
USED enum err doors_add_key(struct doors *doors, const struct door_scope *scopes, size_t count, struct str about,
                            int64_t now_ms, struct str key, uint64_t *ret_number);
/* ERR_EXISTS: it is revoked already. */
USED enum err doors_revoke(struct doors *doors, uint64_t number, int64_t now_ms);
typedef enum err (*door_visit)(const struct door_token *token, void *context);
USED enum err doors_list(struct doors *doors, door_visit visit, void *context);

/* Each table there is, in one transaction: for who judges the store. */
typedef enum err (*door_table_visit)(struct txn *txn, unsigned table, const char *name, void *context);
USED enum err doors_tables(struct doors *doors, door_table_visit visit, void *context);

/* The token of that text. ERR_NOT_FOUND: there is none, or it is revoked. It counts as used now. */
USED enum err doors_judge(struct doors *doors, struct str text, int64_t now_ms, const struct door_token **ret_token);
/* The one of that public CURVE key, which ZeroMQ has proved; a key is no bearer token, nor the other way round. */
USED enum err doors_judge_key(struct doors *doors, struct str key, int64_t now_ms, const struct door_token **ret_token);
/* Whether it opens this venue now; companies are those of the configuration. */
bool door_opens(const struct door_token *token, const struct config *config, struct str venue);
/* Whether it did until it was revoked. */
bool door_names(const struct door_token *token, const struct config *config, struct str venue);
/* Whether it opens venues by their company. */
bool door_by_company(const struct door_token *token);
/* Sees what another process revoked; who holds a token asks before each piece of what it lets in. */
USED enum err doors_look(struct doors *doors);
/* Writes down what was used, a minute after the last time at the earliest. */
USED enum err doors_turn(struct doors *doors, int64_t now_ms);

#endif
