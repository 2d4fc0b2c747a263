#include "renaming.h"

#include "config.h"

#include <string.h>

bool renaming_concerns(const struct renaming *renaming, struct str venue)
{
    for (size_t i = 0; i < renaming->venue_count; i++)
        if (str_equal(renaming->venues[i], venue))
            return true;
    return false;
}

bool renaming_touches(const struct renaming *renaming, uint32_t partition, uint32_t partitions)
{
    for (size_t i = 0; i < renaming->venue_count; i++)
        if (venue_partition(renaming->venues[i], (int32_t)partitions) == partition)
            return true;
    return false;
}

bool renaming_may_be_in(const struct renaming *renaming, struct str bytes)
{
    return bytes.len && memmem(bytes.bytes, bytes.len, renaming->name.bytes, renaming->name.len) != NULL;
}

static bool rename_one(const struct renaming *renaming, struct str *name)
{
    if (!str_equal(*name, renaming->name))
        return false;
    *name = renaming->pseudonym;
    return true;
}

bool renaming_event(const struct renaming *renaming, struct event *event)
{
    return renaming_concerns(renaming, event->venue) &&
           rename_one(renaming, renaming->person == PERSON_STAFF ? &event->staff : &event->customer);
}

bool renaming_problems(const struct renaming *renaming, struct problems *problems)
{
    bool renamed = false;

    if (renaming->person != PERSON_CUSTOMER)
        return false;
    for (size_t i = 0; i < problems->count; i++)
        for (size_t arg = 0; arg < PROBLEM_ARGS; arg++)
            renamed |= (problems->at[i].code == PROBLEM_CUSTOMER_UNCONNECTED ||
                        problems->at[i].code == PROBLEM_CUSTOMER_UNKNOWN) && rename_one(renaming, &problems->at[i].arg[arg]);
    return renamed;
}

/* No document names an employee. */
bool renaming_draft(const struct renaming *renaming, struct draft *draft)
{
    bool renamed = false;

    if (renaming->person != PERSON_CUSTOMER || !renaming_concerns(renaming, draft->doc.venue))
        return false;
    renamed |= rename_one(renaming, &draft->customer);
    for (size_t i = 0; i < draft->manual_count; i++)
        renamed |= rename_one(renaming, &draft->manual[i].customer);
    for (size_t i = 0; i < draft->order_count; i++)
        renamed |= rename_one(renaming, &draft->orders[i].customer);
    return renaming_problems(renaming, &draft->problems) || renamed;
}
