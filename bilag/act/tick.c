#include "tick.h"

#include "decide.h"

const struct manual_entry *tick_find(const struct manual_list *list, struct str name)
{
    const struct manual_entry *found = NULL;
    char text[MANUAL_NAME_SIZE];

    for (size_t i = 0; i < list->count; i++)
        if (str_equal(str_of(manual_name(&list->at[i], text)), name) && (!found || found->done.number))
            found = &list->at[i];
    return found;
}

enum err tick_off(struct context *context, const struct manual_entry *entry, struct str reason, uint64_t *ret_number)
{
    if (entry->done.number)
        return fault_set(&context->fault, ERR_EXISTS,
                         context_words(context, "it is ticked off already, by " STR_FMT, "det er alt krysset av, av " STR_FMT),
                         STR_ARG(entry->done.who));
    return decide(context, MANUAL_VERB, entry->doc, manual_detail(entry, context->arena), reason, ret_number);
}
