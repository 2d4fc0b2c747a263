#include "partitions.h"

#include "base/lease.h"

#include <stdio.h>
#include <stdlib.h>

enum { TRY_EVERY_MS = 200 };

struct partitions { struct partition at[PARTITIONS_MAX]; size_t count; int64_t try_ms; size_t turn; bool leave; };

enum err partitions_open(const char *folder, int32_t count, struct partitions **ret_partitions, struct fault *fault)
{
    struct partitions *partitions = calloc(1, sizeof *partitions);

    if (!partitions)
        return ERR_MEMORY;
    ensure(count > 0 && count <= PARTITIONS_MAX);
    partitions->count = (size_t)count;
    for (size_t i = 0; i < partitions->count; i++) {
        char name[32];
        enum err err;

        (void)snprintf(name, sizeof name, "partition-%02zu", i);
        partitions->at[i].number = (uint32_t)i;
        err = lease_thing_open(folder, name, &partitions->at[i].thing, fault);
        if (err) {
            partitions->count = i;
            partitions_close(partitions);
            return err;
        }
    }
    *ret_partitions = partitions;
    return ERR_OK;
}

void partitions_close(struct partitions *partitions)
{
    for (size_t i = 0; partitions && i < partitions->count; i++) {
        free(partitions->at[i].waiting);
        strbuf_free(&partitions->at[i].heard);
        lease_thing_close(partitions->at[i].thing);
    }
    free(partitions);
}

void partitions_wanted(struct partitions *partitions, int instance, int instances)
{
    for (size_t i = 0; i < partitions->count; i++)
        partitions->at[i].wanted = (int)(i % (size_t)instances) == instance;
    partitions->try_ms = 0;
}

void partitions_leave(struct partitions *partitions, bool leave)
{
    partitions->leave = leave;
}

struct partition *partitions_lost(struct partitions *partitions)
{
    for (size_t i = 0; i < partitions->count; i++) {
        struct partition *partition = &partitions->at[i];

        if (!partition->held || (partition->wanted && !partitions->leave))
            continue;
        partition->held = false;
        lease_drop(partition->thing);
        return partition;
    }
    return NULL;
}

static void try_all(struct partitions *partitions)
{
    struct lease_thing *wanted[PARTITIONS_MAX];

    for (size_t i = 0; i < partitions->count; i++)
        wanted[i] = partitions->at[i].wanted ? partitions->at[i].thing : NULL;
    (void)lease_win(wanted, partitions->count);
}

struct partition *partitions_won(struct partitions *partitions, int64_t now_ms)
{
    if (now_ms < partitions->try_ms)
        return NULL;
    if (partitions->turn == 0 && !partitions->leave)
        try_all(partitions);
    for (; partitions->turn < partitions->count; partitions->turn++) {
        struct partition *partition = &partitions->at[partitions->turn];

        if (!partition->wanted || partition->held || !lease_thing_held(partition->thing))
            continue;
        partition->held = true;
        partitions->turn++;
        return partition;
    }
    partitions->turn = 0;
    partitions->try_ms = now_ms + TRY_EVERY_MS;
    return NULL;
}

struct partition *partitions_mine(struct partitions *partitions, uint32_t number)
{
    return number < partitions->count && partitions->at[number].held ? &partitions->at[number] : NULL;
}

size_t partitions_count(const struct partitions *partitions)
{
    size_t held = 0;

    for (size_t i = 0; i < partitions->count; i++)
        held += partitions->at[i].held;
    return held;
}

uint64_t partitions_lag(const struct partitions *partitions)
{
    uint64_t lag = 0;

    for (size_t i = 0; i < partitions->count; i++)
        lag += partitions->at[i].held ? partitions->at[i].lag : 0;
    return lag;
}

/* --- what waits --- */

struct waiting *partition_waiting(const struct partition *partition, struct str venue)
{
    for (size_t i = 0; i < partition->waiting_count; i++)
        if (str_equal(str_of(partition->waiting[i].venue), venue))
            return &partition->waiting[i];
    return NULL;
}

struct waiting *partition_wait(struct partition *partition, struct str venue)
{
    struct waiting *waiting = partition_waiting(partition, venue);

    if (waiting)
        return waiting;
    if (partition->waiting_count == partition->waiting_room) {
        size_t room = partition->waiting_room ? partition->waiting_room * 2 : 16;
        struct waiting *bigger = realloc(partition->waiting, room * sizeof *bigger);

        if (!bigger)
            return NULL;
        partition->waiting = bigger;
        partition->waiting_room = room;
    }
    waiting = &partition->waiting[partition->waiting_count];
    *waiting = (struct waiting){ .number = 0 };
    ensure(str_copy(venue, waiting->venue, sizeof waiting->venue));
    partition->waiting_count++;
    return waiting;
}

bool partition_waited(struct partition *partition)
{
    bool asked = false;
    size_t kept = 0;

    for (size_t i = 0; i < partition->waiting_count; i++)
        if (partition->waiting[i].number)
            partition->waiting[kept++] = partition->waiting[i];
        else
            asked |= partition->waiting[i].asks != 0;
    partition->waiting_count = kept;
    return asked;
}

uint64_t partition_audit_place(const struct partition *partition, struct str venue, uint64_t next)
{
    uint64_t place = next;

    for (size_t i = 0; i < partition->waiting_count; i++) {
        const struct waiting *waiting = &partition->waiting[i];

        if (waiting->number && waiting->number < place && !str_equal(str_of(waiting->venue), venue))
            place = waiting->number;
    }
    return place;
}

bool partition_has_decided(const struct partition *partition, struct str venue)
{
    return !partition->undecided && !partition_waiting(partition, venue);
}
