#include "chosen.h"

#include <stdlib.h>

#include "bilag/read/customers.h"
#include "bilag/show/catalogue.h"

enum { LOOK_BUDGET_MS = 20 };

static int by_rank(const void *a, const void *b)
{
    const struct picture_row *x = *(const struct picture_row *const *)a, *y = *(const struct picture_row *const *)b;
    int order = picture_row_rank(x) - picture_row_rank(y);

    if (!order)
        order = str_compare(x->name, y->name);
    return order ? order : str_compare(x->id, y->id);
}

/* A venue whose file is wrong has no company that could be known: who sees all companies sees it. */
static bool sees(const struct view *view, const struct picture_row *row)
{
    return row->fault.len ? view->user.all_companies : user_sees(&view->user, row->company);
}

static bool matches(const struct picture_row *row, struct str search)
{
    return !search.len || customer_name_matches(row->name, search) || customer_name_matches(row->id, search) ||
           str_starts(row->company, search);
}

enum err chosen_take(struct view *view, struct str search, bool only_red, struct chosen *ret_chosen)
{
    struct chosen chosen = { .view = view };
    const struct picture_row *rows;
    size_t count;
    enum err err = picture_take(view->console->picture, &view->config, LOOK_BUDGET_MS, &rows, &count);

    if (err)
        return err;
    chosen.rows = arena_array(&view->arena, count ? count : 1, sizeof *chosen.rows);
    chosen.all = arena_array(&view->arena, count ? count : 1, sizeof *chosen.all);
    if (!chosen.rows || !chosen.all)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        if (!sees(view, &rows[i]))
            continue;
        chosen.all[chosen.all_count++] = &rows[i];
        if (matches(&rows[i], search) && (!only_red || picture_row_is_red(&rows[i])))
            chosen.rows[chosen.count++] = &rows[i];
    }
    qsort(chosen.rows, chosen.count, sizeof *chosen.rows, by_rank);
    *ret_chosen = chosen;
    return ERR_OK;
}

enum err chosen_look(struct chosen *chosen, size_t from, size_t upto)
{
    enum err err = picture_refresh(chosen->view->console->picture, &chosen->view->config, chosen->rows + from, upto - from);

    if (err)
        return err;
    chosen->oldest_ms = INT64_MAX;
    for (size_t i = 0; i < chosen->all_count; i++) {
        const struct picture_row *row = chosen->all[i];

        chosen->red += picture_row_is_red(row);
        chosen->waiting += row->states[DOC_WAITING] > 0;
        chosen->unseen += !row->looked_ms;
        chosen->unreadable += row->unreadable != ERR_OK;
        if (row->looked_ms < chosen->oldest_ms)
            chosen->oldest_ms = row->looked_ms;
    }
    return ERR_OK;
}

bool chosen_is_whole(const struct chosen *chosen)
{
    return !chosen->unseen && !chosen->unreadable;
}

struct str chosen_why_unreadable(struct view *view, const struct picture_row *row)
{
    const char *why = catalogue_words(err_text(row->unreadable));

    return arena_format(&view->arena, SAY(view, "not everything of it can be read (%s): nothing here says that it is in order; "
                                          "whoever runs Bilag mends the store",
                                          "ikke alt om det kan leses (%s): ingenting her sier at det er i orden; den som drifter "
                                          "Bilag, retter lageret"), why);
}
