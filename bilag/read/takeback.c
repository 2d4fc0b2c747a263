#include "takeback.h"

#include "domain/register.h"
#include "mapper/choice.h"
#include "mapper/refold.h"
#include "mapper/removal.h"
#include "mapper/tables.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 512 * 1024 * 1024 };

struct judging { const struct decision *decision; struct fold fold; };

static enum err judge_work(struct txn *txn, void *context)
{
    struct judging *judging = context;
    const struct decision *decision = judging->decision;
    struct receipt_name name;
    struct event identity;
    enum err err = receipt_parse(decision->subject, judging->fold.arena, &name);

    if (err)
        return err;
    identity = (struct event){ .venue = name.venue, .reg = name.reg, .series = name.series, .seq = name.seq };
    if (str_equal(decision->verb, STR("leave-out")))
        return removal_may_be_put_back(txn, &(struct removal){ .name = name }, decision->number, judging->fold.arena);
    if (!str_equal(decision->verb, STR("restarted")))
        return choice_may_be_taken_back(txn, &judging->fold, &identity, decision->number);
    return refold_may_not_restart(txn, &judging->fold, name.venue, register_base(name.reg),
                                  strtoull(decision->detail.bytes, NULL, 10));
}

enum err takeback_judge(const struct config *config, const struct decision *decision, struct fault *fault)
{
    struct arena arena;
    struct judging judging = { decision, { .config = config, .arena = &arena } };
    struct store *store;
    struct str folder;
    enum err err;

    arena_init(&arena, ARENA_BYTES);
    folder = arena_format(&arena, STR_FMT "/mapper", STR_ARG(config->state_dir));
    err = folder.bytes ? store_open(folder, mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, STORE_READ_ONLY, &store, fault)
                       : ERR_MEMORY;
    if (!err) {
        err = store_read(store, judge_work, &judging);
        store_close(store);
    }
    arena_free(&arena);
    return err;
}

static enum err decision_seen(const struct decision *decision, void *context)
{
    struct taken_back *list = context;
    struct str detail;
    uint64_t number;

    if (!decision_undoes(decision, &number, &detail) ||
        !str_equal((struct str){ decision->verb.bytes + strlen(UNDO_PREFIX), decision->verb.len - strlen(UNDO_PREFIX) },
                   list->verb))
        return ERR_OK;
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 16;
        uint64_t *numbers = arena_array(list->arena, room, sizeof *numbers);

        if (!numbers)
            return ERR_MEMORY;
        if (list->count)
            memcpy(numbers, list->numbers, list->count * sizeof *numbers);
        list->numbers = numbers;
        list->room = room;
    }
    list->numbers[list->count++] = number;
    return ERR_OK;
}

enum err taken_back_load(struct audit *audit, const char *verb, struct arena *arena, struct taken_back *ret_list)
{
    struct str undo = arena_format(arena, UNDO_PREFIX "%s", verb);
    const struct audit_wish wish = { &undo.bytes, 1, STR_NONE };

    *ret_list = (struct taken_back){ .arena = arena, .verb = str_of(verb) };
    return undo.bytes ? audit_read_of(audit, &wish, decision_seen, ret_list) : ERR_MEMORY;
}

bool taken_back_has(const struct taken_back *list, uint64_t number)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->numbers[i] == number)
            return true;
    return false;
}
