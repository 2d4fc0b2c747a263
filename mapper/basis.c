#include "basis.h"

#include <stdlib.h>

static int register_order(const void *a, const void *b)
{
    return str_compare(((const struct basis_register *)a)->reg, ((const struct basis_register *)b)->reg);
}

static int z_order(const void *a, const void *b)
{
    const struct basis_z *x = a, *y = b;
    int order = str_compare(x->reg, y->reg);

    if (order == 0)
        order = (x->number > y->number) - (x->number < y->number);
    return order ? order : (x->first > y->first) - (x->first < y->first);
}

static enum err fill_registers(const struct build *build, struct draft *draft)
{
    const struct settlement *day = build->settlement;

    draft->registers = arena_array(build->arena, day->register_count, sizeof *draft->registers);
    if (!draft->registers)
        return ERR_MEMORY;
    for (size_t i = 0; i < day->register_count && draft->register_count < BASIS_REGISTERS_MAX; i++)
        draft->registers[draft->register_count++] = (struct basis_register){
            .reg = arena_copy(build->arena, day->registers[i].reg),
            .first = day->registers[i].first, .last = day->registers[i].last };
    qsort(draft->registers, draft->register_count, sizeof *draft->registers, register_order);
    return ERR_OK;
}

struct reading { const struct build *build; struct draft *draft; };

static enum err z_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct reading *reading = context;
    const struct build *build = reading->build;
    struct draft *draft = reading->draft;
    struct event z;
    struct known known;
    enum err err = known_event(txn, build->venue->id, effect->reg, effect->series, effect->seq, receipt_arena(), &known, &z);

    (void)place;
    if (err == ERR_NOT_FOUND)
        return ERR_OK;                   /* trimmed: an old day to which something came late */
    if (err || z.kind != EVENT_Z_REPORT)
        return err;
    draft->zs[draft->z_count++] = (struct basis_z){ .reg = arena_copy(build->arena, z.reg), .number = z.z.number,
                                                    .first = z.z.first_seq, .last = z.z.last_seq };
    return draft->z_count == BASIS_ZS_MAX ? ERR_STOP : ERR_OK;
}

static enum err fill_zs(const struct build *build, struct draft *draft)
{
    struct reading reading = { build, draft };
    uint64_t room = build->settlement->zs < BASIS_ZS_MAX ? build->settlement->zs : BASIS_ZS_MAX;
    enum err err;

    if (!room)
        return ERR_OK;
    draft->zs = arena_array(build->arena, BASIS_ZS_MAX, sizeof *draft->zs);
    if (!draft->zs)
        return ERR_MEMORY;
    err = effect_walk(build->txn, build->venue->id, build->day, EFFECT_Z, 0, UINT64_MAX, z_seen, &reading);
    qsort(draft->zs, draft->z_count, sizeof *draft->zs, z_order);
    return err;
}

enum err basis_fill(const struct build *build, struct draft *draft)
{
    enum err err = draft->line_count ? fill_registers(build, draft) : ERR_OK;

    return err || !draft->line_count ? err : fill_zs(build, draft);
}
