/* Which run of its register an event is of (docs/rules.md section 8). */
#include "fold_inside.h"

#include "domain/event_books.h"
#include "domain/event_canonical.h"
#include "run.h"
#include "seen.h"

/* What an event is to a run of its register: nothing, another content of something there, or something there. */
enum kinship { KIN_NONE, KIN_OTHER_CONTENT, KIN_SAME };

/* Its number was seen, and its content is no longer kept: it is of that run if it is older than what came after it. */
static enum err kin_of_trimmed(struct folding *work, const struct one *one, const struct event *identity, uint32_t run,
                               enum kinship *ret_kinship)
{
    int64_t ended;
    bool seen;
    enum err err = run_began(work->txn, one->said.venue, one->said.reg, run + 1, &ended);

    if (err || one->said.time >= ended)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = fold_write_numbers(work);
    if (!err)
        err = seen_has(work->txn, identity->venue, identity->reg, identity->series, identity->seq, &seen);
    if (!err && seen)
        *ret_kinship = KIN_OTHER_CONTENT;
    return err;
}

static enum err kin_of(struct folding *work, const struct one *one, uint32_t run, enum kinship *ret_kinship)
{
    struct arena *arena = work->fold->arena;
    struct event identity = { .venue = one->said.venue, .reg = run_name(arena, one->said.reg, run),
                              .series = one->said.series, .seq = one->said.seq };
    struct known known;
    struct event there;
    bool same = false;
    enum err err = fold_is_known(work, one, &identity, &same);

    *ret_kinship = same ? KIN_SAME : KIN_NONE;
    if (err || same)
        return err;
    err = known_get(work->txn, identity.venue, identity.reg, identity.series, identity.seq, &known);
    if (err == ERR_NOT_FOUND)
        return kin_of_trimmed(work, one, &identity, run, ret_kinship);
    if (!err)
        err = event_decode(known.bytes, arena, &there);
    if (err)
        return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
    if (event_same_for_books(&there, &one->said))
        *ret_kinship = KIN_SAME;
    else if (there.kind == one->said.kind && there.time == one->said.time)
        *ret_kinship = KIN_OTHER_CONTENT;
    return ERR_OK;
}

static enum err other_content_of(struct folding *work, const struct one *one, uint32_t run, uint32_t *ret_run)
{
    bool first;
    enum err err = run_begins_at(work->txn, one->said.venue, one->said.reg, one->known.place, &first);

    if (!err && !first)
        *ret_run = run;
    return err;
}

/* An import that comes again finds its run by content: the earlier one of which it is an event, or where another content
 * has its number and moment. The event that a person named as the first of a run is of that run. */
static enum err find_run(struct folding *work, const struct one *one, uint32_t last, uint32_t *ret_run)
{
    uint32_t other = 0;

    *ret_run = last;
    if (last == 1)
        return ERR_OK;
    for (uint32_t run = 1; run <= last; run++) {
        enum kinship kinship = KIN_NONE;
        enum err err = kin_of(work, one, run, &kinship);

        if (err)
            return err;
        if (kinship == KIN_SAME) {
            *ret_run = run;
            return ERR_OK;
        }
        if (kinship == KIN_OTHER_CONTENT && !other)
            other = run;
    }
    return other ? other_content_of(work, one, other, ret_run) : ERR_OK;
}

/* From here on its register is named with its run. */
enum err fold_name_run(struct folding *work, struct one *one)
{
    uint32_t last, run;
    enum err err;

    if (one->name_had.len)
        return run_adopt(work->txn, &one->event, one->name_had, one->known.place, work->fold->arena);
    err = fold_run_at(work, &one->said, one->known.place, &last);
    if (!err)
        err = find_run(work, one, last, &run);
    return err ? err : run_adopt(work->txn, &one->event, run_name(work->fold->arena, one->said.reg, run),
                                 one->known.place, work->fold->arena);
}
