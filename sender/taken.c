#include "taken.h"

#include <stdlib.h>
#include <string.h>

/* Of several rows about one document, one may say by what. */
static enum err taken_add(struct taken_list *list, const struct taken *taken)
{
    for (size_t i = 0; i < list->count && !taken->stands; i++)
        if (strcmp(list->at[i].id, taken->id) == 0) {
            if (taken->by[0])
                list->at[i] = *taken;
            return ERR_OK;
        }
    if (list->count == TAKEN_MAX)
        return ERR_TOO_LONG;
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 16;
        struct taken *more = reallocarray(list->at, room, sizeof *more);

        if (!more)
            return ERR_MEMORY;
        list->at = more;
        list->room = room;
    }
    list->at[list->count++] = *taken;
    return ERR_OK;
}

enum err taken_page(const struct sender_ops *ops, int step, struct str body, struct taken_list *list)
{
    struct str array = STR_NONE, row;
    struct taken taken;
    enum err err = ERR_OK;
    size_t at = 0;

    if (!body.len)
        return ERR_OK;
    if (json_check(body, &array) || (json_is_object(array) && !json_member(array, "value", &array)) || !json_is_array(array))
        return ERR_FORMAT;
    while (!err && json_item(array, &at, &row)) {
        taken = (struct taken){ .stands = false };
        if (ops->watch_row(step, row, &taken))
            err = taken_add(list, &taken);
    }
    return err;
}

void taken_free(struct taken_list *list)
{
    free(list->at);
    *list = (struct taken_list){ .at = NULL };
}

const struct taken *taken_find(const struct taken_list *list, struct str id)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_equal(str_of(list->at[i].id), id))
            return &list->at[i];
    return NULL;
}

bool taken_concerns(const struct record *record)
{
    struct problems problems;

    record_problems(record, &problems);
    return record->state == DOC_SENT && (record->work == WORK_NONE || record->work == WORK_PDF) && record->id.len &&
           !problems_have(&problems, PROBLEM_REVERSED_ELSEWHERE);
}
