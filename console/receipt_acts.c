/* receipt_acts.c - what is decided about receipts: left out of their day, one or many; which of two contents is right; that a
 * register
 * counts anew. */
#include "routes.h"
#include "seen.h"

#include "bilag/act/contested.h"
#include "bilag/act/leave_out.h"

/* --- choose, restarted --- */

/* The receipt of the form, if it is one of this person's venues; false: answered. To be closed either way. */
static bool open_form(struct view *view, struct contested *contested, struct str *ret_reason)
{
    struct str receipt = view_field(view, "receipt");
    struct receipt_name name;
    enum err err;

    *contested = (struct contested){ .context = NULL };
    if (receipt_parse(receipt, &view->arena, &name)) {
        view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "There is no such receipt.", "Bongen finnes ikke."));
        return false;
    }
    if (!view_venue_of(view, name.venue) || !view_has_reason(view, ret_reason) || !seen_still(view, receipt))
        return false;
    err = contested_open(&view->context, receipt, contested);
    if (err == ERR_REFUSED || err == ERR_NOT_FOUND || err == ERR_FORMAT)
        view_refuse(view, MHD_HTTP_CONFLICT, view_why(view, err));
    else if (err)
        view_fail(view, err);
    return err == ERR_OK;
}

static void answer(struct view *view, enum err err, uint64_t number)
{
    if (err == ERR_REFUSED || err == ERR_FORMAT || err == ERR_NOT_FOUND)
        view_refuse(view, MHD_HTTP_CONFLICT, view_why(view, err));
    else if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}

static void changed(struct view *view)
{
    view_refuse(view, MHD_HTTP_CONFLICT, SAY(view, "What came under this number has changed since you saw it: look at it "
                                                   "again.",
                                             "Det som er kommet under nummeret, er endret siden du så det: se på det igjen."));
}

void do_choose(struct view *view)
{
    struct contested contested;
    size_t which = (size_t)view_number(view_field(view, "which"));
    struct str reason;
    uint64_t number = 0;
    enum err err;

    if (open_form(view, &contested, &reason)) {
        err = contested_judge(&contested, which);
        if (!err && contested.contents[which - 1].place != view_number(view_field(view, "place"))) {
            changed(view);
        } else {
            if (!err)
                err = contested_choose(&contested, which, reason, &number);
            answer(view, err, number);
        }
    }
    contested_close(&contested);
}

static enum err counted(const struct placed *placed, void *context)
{
    (void)placed;
    (void)context;
    return ERR_OK;
}

void do_restarted(struct view *view)
{
    struct contested contested;
    struct new_run run;
    struct str reason;
    uint64_t number = 0;
    enum err err;

    if (open_form(view, &contested, &reason)) {
        err = contested_run(&contested, counted, NULL, &run);
        if (!err && run.place != view_number(view_field(view, "place"))) {
            changed(view);
        } else {
            if (!err)
                err = contested_begin(&contested, &run, reason, &number);
            answer(view, err, number);
        }
    }
    contested_close(&contested);
}

/* --- left out --- */

static bool is_chosen(const struct decision *decision, void *context)
{
    const struct view *view = context;

    for (size_t i = 0; i < view->field_count; i++)
        if (str_equal(view->fields[i].name, STR("receipt")) && str_equal(view->fields[i].value, decision->subject))
            return true;
    return false;
}

static bool is_receipt(const struct view *view, size_t field)
{
    return str_equal(view->fields[field].name, STR("receipt")) && view_is_first(view, field);
}

/* All are of venues that this person sees; false: answered. */
static bool are_seen(struct view *view, size_t *ret_count)
{
    struct receipt_name name;

    *ret_count = 0;
    for (size_t i = 0; i < view->field_count; i++) {
        if (!is_receipt(view, i))
            continue;
        if (receipt_parse(view->fields[i].value, &view->arena, &name)) {
            view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "There is no such receipt.", "Bongen finnes ikke."));
            return false;
        }
        if (!view_venue_of(view, name.venue))
            return false;
        ++*ret_count;
    }
    if (!*ret_count)
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "Nothing was chosen.", "Ingenting er valgt."));
    return *ret_count > 0;
}

/* All are judged before one is written down. */
static enum err leave_all(struct view *view, struct leave_out *leave, size_t count, struct str reason, uint64_t *ret_number)
{
    struct leaving *leavings = arena_array(&view->arena, count, sizeof *leavings);
    struct str amount = arena_copy(&view->arena, view_field(view, "amount"));
    enum err err = leavings ? ERR_OK : ERR_MEMORY;
    size_t at = 0;

    for (size_t i = 0; !err && i < view->field_count; i++)
        if (is_receipt(view, i))
            err = leave_out_judge(leave, view->fields[i].value, count == 1 && amount.len ? amount.bytes : NULL,
                    &leavings[at++]);
    for (size_t i = 0; !err && i < at; i++)
        err = leave_out_do(leave, &leavings[i], reason, ret_number);
    return err;
}

void do_leave_out(struct view *view)
{
    struct leave_out leave;
    struct str reason;
    uint64_t number = 0;
    size_t count;
    enum err err;

    if (!are_seen(view, &count) || !view_has_reason(view, &reason) || !seen_still_of(view, is_chosen, view))
        return;
    err = leave_out_open(&view->context, &leave);
    if (!err)
        err = leave_all(view, &leave, count, reason, &number);
    leave_out_close(&leave);
    answer(view, err, number);
}
