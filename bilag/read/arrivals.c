#include "arrivals.h"

#include "domain/doors.h"

struct naming { uint64_t number; struct arena *arena; struct str about; };

static enum err token_seen(const struct door_token *token, void *context)
{
    struct naming *naming = context;

    if (token->number != naming->number)
        return ERR_OK;
    naming->about = arena_copy(naming->arena, token->about);
    return ERR_STOP;
}

static struct str about_token(const struct config *config, uint64_t number, struct arena *arena)
{
    struct naming naming = { number, arena, STR_NONE };
    struct fault fault;
    struct doors *doors;

    if (!number || doors_open(config->state_dir, STORE_READ_ONLY, &doors, &fault))
        return STR_NONE;
    if (doors_list(doors, token_seen, &naming))
        naming.about = STR_NONE;
    doors_close(doors);
    return naming.about;
}

enum err arrival_of(const struct config *config, struct str venue, uint64_t place, struct arena *arena,
                    struct arrival *ret_arrival)
{
    struct str folder = arena_format(arena, STR_FMT "/ingest", STR_ARG(config->state_dir));
    struct eventlog_arrival came;
    struct eventlog *log;
    struct fault fault;
    enum err err = folder.bytes && place ? eventlog_open(folder, config->partitions, STORE_READ_ONLY, &log, &fault)
                                         : ERR_NOT_FOUND;

    if (err)
        return err;
    err = eventlog_arrived(log, venue_partition(venue, config->partitions), place - 1, arena, &came);
    eventlog_close(log);
    if (!err)
        *ret_arrival = (struct arrival){ came, about_token(config, came.token, arena) };
    return err;
}
