#include "days.h"

enum err days_load(struct view *view, const struct venue *venue, int32_t from, int32_t to, struct day_list *days)
{
    enum err err;

    *days = (struct day_list){ .books = NULL };
    err = books_open(&view->config, &days->books, &view->context.fault);
    if (!err)
        err = books_venue(days->books, venue->id, from, to, &view->arena, &days->list);
    if (!err)
        err = status_prove(&days->list, &view->arena, &days->days, &days->count);
    for (size_t i = 0; !err && i < days->count; i++)
        err = status_z(days->books, venue->id, &days->days[i]);
    return err;
}

void days_close(struct day_list *days)
{
    books_close(days->books);
}
