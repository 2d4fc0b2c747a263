#include "manual_done.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "domain/audit.h"
#include "takeback.h"

enum { NAME_HEX = MANUAL_NAME_SIZE - 1 };

static void mix(crypto_generichash_state *state, struct str text)
{
    uint64_t len = text.len;

    (void)crypto_generichash_update(state, (const unsigned char *)&len, sizeof len);
    (void)crypto_generichash_update(state, (const unsigned char *)(text.bytes ? text.bytes : ""), text.len);
}

const char *manual_name(const struct manual_entry *entry, char buffer[MANUAL_NAME_SIZE])
{
    uint8_t hash[crypto_generichash_BYTES_MIN];
    char amount[32];
    crypto_generichash_state state;

    (void)snprintf(amount, sizeof amount, "%s%" PRId64, entry->unknown ? "?" : "", entry->amount.ore);
    (void)crypto_generichash_init(&state, NULL, 0, sizeof hash);
    mix(&state, entry->doc);
    mix(&state, str_of(manual_kind(entry->kind)->name));
    mix(&state, entry->receipt);
    mix(&state, entry->what);
    mix(&state, entry->paid_with);
    mix(&state, str_of(amount));
    (void)crypto_generichash_final(&state, hash, sizeof hash);
    (void)sodium_bin2hex(buffer, MANUAL_NAME_SIZE, hash, NAME_HEX / 2);
    return buffer;
}

struct str manual_detail(const struct manual_entry *entry, struct arena *arena)
{
    char name[MANUAL_NAME_SIZE], amount[MONEY_TEXT_SIZE];

    return arena_format(arena, "%s %s %s", manual_name(entry, name), manual_kind(entry->kind)->name,
                        entry->unknown ? "?" : money_kroner(entry->amount, amount));
}

struct ticking { struct manual_list *list; struct taken_back taken_back; };

static enum err decision_seen(const struct decision *decision, void *context)
{
    struct ticking *ticking = context;
    struct manual_list *list = ticking->list;
    char name[MANUAL_NAME_SIZE];

    if (!str_equal(decision->verb, STR(MANUAL_VERB)) || taken_back_has(&ticking->taken_back, decision->number))
        return ERR_OK;
    for (size_t i = 0; i < list->count; i++) {
        struct manual_entry *entry = &list->at[i];

        if (entry->done.number || !str_equal(entry->doc, decision->subject) ||
            !str_starts(decision->detail, str_of(manual_name(entry, name))))
            continue;
        entry->done = (struct manual_done){ decision->number, decision->time_ms, arena_copy(list->arena, decision->who),
                                            arena_copy(list->arena, decision->reason) };
        break;
    }
    return arena_failed(list->arena) ? ERR_MEMORY : ERR_OK;
}

enum err manual_done_load(const struct config *config, struct manual_list *list, struct fault *fault)
{
    static const char *const verbs[] = { MANUAL_VERB };
    const struct audit_wish wish = { verbs, COUNT(verbs), STR_NONE };
    struct ticking ticking = { .list = list };
    struct audit *audit;
    enum err err = list->count ? audit_open_there(config->state_dir, &audit, fault) : ERR_NOT_FOUND;

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = taken_back_load(audit, MANUAL_VERB, list->arena, &ticking.taken_back);
    if (!err)
        err = audit_read_of(audit, &wish, decision_seen, &ticking);
    audit_close(audit);
    return err;
}
