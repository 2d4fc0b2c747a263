/* Numbers mostly rise: what is above all that a register had needs no look-up of its own, and the interval that it makes longer
 * is written once, when the batch ends. */
#include "fold_inside.h"

#include <string.h>

#include "run.h"
#include "seen.h"

/* A register of the batch. `last` is of the highest interval that was seen; unless `any`, nothing was. */
struct rising {
    struct str venue, reg;
    uint32_t series;
    uint32_t run;                        /* 0: not looked for yet */
    uint64_t run_began, first, last;
    bool known, any, changed;
};

static size_t place_of(struct str venue, struct str reg, uint32_t series)
{
    uint32_t hash = series;

    for (size_t i = 0; i < venue.len; i++)
        hash = hash * 31 + (uint8_t)venue.bytes[i];
    for (size_t i = 0; i < reg.len; i++)
        hash = hash * 31 + (uint8_t)reg.bytes[i];
    return (hash ^ hash >> 16) % FOLD_RISING;
}

static enum err write_out(struct folding *work, struct rising *rising)
{
    bool changed = rising->changed;

    rising->changed = rising->known = false;
    return changed ? seen_rise(work->txn, rising->venue, rising->reg, rising->series, rising->first, rising->last) : ERR_OK;
}

/* One of a place at a time: whoever else has it is written out. */
static enum err find(struct folding *work, struct str venue, struct str reg, uint32_t series, struct rising **ret_rising)
{
    struct rising **at = &work->rising[place_of(venue, reg, series)];
    enum err err = ERR_OK;

    *ret_rising = *at;
    if (*at && (*at)->series == series && str_equal((*at)->reg, reg) && str_equal((*at)->venue, venue))
        return ERR_OK;
    if (!*at)
        *at = arena_alloc(work->fold->arena, sizeof **at);
    else
        err = write_out(work, *at);
    if (!*at)
        return ERR_MEMORY;
    **at = (struct rising){ .venue = venue, .reg = reg, .series = series };
    *ret_rising = *at;
    return err;
}

enum err fold_is_above(struct folding *work, const struct event *event, bool *ret_above)
{
    struct rising *rising;
    enum err err;

    *ret_above = false;
    if (!work->in_order)
        return ERR_OK;
    err = find(work, event->venue, event->reg, event->series, &rising);
    if (!err && !rising->known) {
        err = seen_highest(work->txn, event->venue, event->reg, event->series, &rising->first, &rising->last);
        rising->any = !err;
        if (err == ERR_NOT_FOUND)
            err = ERR_OK;
        rising->known = !err;
    }
    if (err)
        return err;
    *ret_above = !rising->any || event->seq > rising->last;
    return *ret_above ? ERR_OK : write_out(work, rising);    /* the store is asked, and may change it */
}

enum err fold_add_number(struct folding *work, const struct event *event)
{
    struct rising *rising;
    enum err err;

    if (!work->in_order)
        return seen_add(work->txn, event->venue, event->reg, event->series, event->seq);
    err = find(work, event->venue, event->reg, event->series, &rising);
    if (err || !rising->known)
        return err ? err : seen_add(work->txn, event->venue, event->reg, event->series, event->seq);
    ensure(!rising->any || event->seq > rising->last);       /* who is not above has had it written out */
    if (rising->any && rising->last + 1 != event->seq) {
        err = write_out(work, rising);
        rising->any = false;
    }
    if (!rising->any)
        rising->first = event->seq;
    rising->last = event->seq;
    rising->known = rising->any = rising->changed = true;
    return err;
}

enum err fold_run_at(struct folding *work, const struct event *event, uint64_t place, uint32_t *ret_run)
{
    struct rising *rising;
    enum err err;

    if (!work->in_order)
        return run_at(work->txn, event->venue, event->reg, place, ret_run);
    err = find(work, event->venue, event->reg, event->series, &rising);
    if (!err && !rising->run)
        err = run_last(work->txn, event->venue, event->reg, &rising->run_began, &rising->run);
    if (err || place < rising->run_began)
        return err ? err : run_at(work->txn, event->venue, event->reg, place, ret_run);
    *ret_run = rising->run;
    return ERR_OK;
}

enum err fold_write_numbers(struct folding *work)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < FOLD_RISING; i++)
        if (work->rising[i])
            err = write_out(work, work->rising[i]);
    return err;
}
