/* api_operate.c - for who operates: the stages and the quota, what was refused or is parked; and for everybody what was decided. */
#include "api.h"
#include "api_routes.h"

#include <inttypes.h>

#include "base/json.h"
#include "bilag/act/undo.h"
#include "bilag/read/parked.h"
#include "bilag/read/refusals.h"
#include "bilag/show/catalogue.h"
#include "bilag/show/status.h"
#include "decisions.h"
#include "poweroffice/requests.h"
#include "seen.h"

enum { REASON_BYTES = 4096 };

/* --- refused, parked --- */

static const char *const standing[REFUSAL_STATE_COUNT] = {
    [REFUSAL_NO_EVENT] = "no-event", [REFUSAL_CUT] = "cut", [REFUSAL_NO_VENUE] = "no-venue",
    [REFUSAL_WAITS] = "waits", [REFUSAL_OTHERS] = "others", [REFUSAL_READY] = "ready",
    [REFUSAL_TAKEN] = "taken", [REFUSAL_REPLACED] = "replaced", [REFUSAL_DISMISSED] = "dismissed",
};

static void tell_refusal(struct view *view, struct strbuf *out, const struct refusal *refusal)
{
    struct refusal_decision dismissal = refusal_dismissal(refusal, &view->arena);
    struct strbuf reason;

    strbuf_init(&reason, REASON_BYTES);
    catalogue_said(refusal->reason, &reason);
    json_open(out, NULL, '{');
    json_put_time(out, "time", refusal->time_ms);
    json_put_str(out, "venue", refusal->venue);
    json_put_str(out, "source", refusal->source);
    json_put_uint(out, "line", refusal->line);
    if (refusal->token && view->user.all_companies)
        json_put_uint(out, "token", refusal->token);
    json_put_str(out, "reason", strbuf_str(&reason));
    json_put_str(out, "stands", str_of(standing[refusal->state]));
    json_put_bool(out, "settled", refusal_is_settled(refusal));
    json_put_str(out, "subject", dismissal.subject);
    json_put_str(out, "so_far", dismissal.detail);
    json_close(out, '}');
    strbuf_free(&reason);
}

static void tell_parked(struct view *view, struct strbuf *out, const struct parked *parked)
{
    json_open(out, "parked", '[');
    for (size_t i = 0; i < parked->count; i++) {
        if (!refused_is_seen(view, parked->at[i].venue))
            continue;
        json_open(out, NULL, '{');
        parked_json(out, &parked->at[i]);
        json_put_str(out, "so_far", arena_format(&view->arena, "%" PRIu64, parked->at[i].last_place));
        json_put_bool(out, "red", parked_is_red(&parked->at[i]));
        json_close(out, '}');
    }
    json_close(out, ']');
}

void api_refused(struct view *view)
{
    struct refusals refusals;
    struct parked parked;
    struct api_page page;
    struct strbuf *out;
    enum err err;

    if (!api_page_take(view, &page))
        return;
    err = refusals_load(&view->config, 0, &view->arena, &refusals, &view->context.fault);
    if (!err)
        err = parked_load(&view->config, &view->arena, &parked, &view->context.fault);
    if (err) {
        view_fail(view, err);
        return;
    }
    out = api_begin(view);
    json_open(out, "refused", '[');
    for (size_t i = refusals.count; i-- > 0;)                /* the latest first */
        if (refusal_is_seen(view, &refusals.at[i]) && api_page_has(&page))
            tell_refusal(view, out, &refusals.at[i]);
    json_close(out, ']');
    api_page_tell(view, &page);
    tell_parked(view, out, &parked);
    json_put_uint(out, "seen", seen_now(view));
    api_end(view);
}

/* --- the stages --- */

/* What may name another company's venue, day, document or file is not there for who does not see all of them. */
static void leave_names_out(struct whole_status *whole)
{
    whole->backlog.oldest[0] = '\0';
    for (size_t i = 0; i < whole->stage_count; i++)
        whole->stages[i].refused = whole->stages[i].untold = whole->stages[i].damaged_day = STR_NONE;
}

void api_status(struct view *view)
{
    struct whole_status whole = { .config = &view->config };
    struct strbuf *out;
    enum err err = overview_whole_alone(&view->context, &whole);

    if (err) {
        view_fail(view, err);
        return;
    }
    if (!view->user.all_companies)
        leave_names_out(&whole);
    out = api_begin(view);
    whole_json(out, &whole);
    json_put_int(out, "requests_per_second", view->config.requests_per_second);
    api_time(out, "next_look_at", whole_earliest(&whole, STR("next_look_at")) * 1000);
    api_time(out, "next_key_at", whole_earliest(&whole, STR("next_key_at")) * 1000);
    api_end(view);
}

/* What of it everybody sees on the overview: whether it runs, and what waits. */
void api_stages(struct view *view)
{
    struct stage_state *stages;
    size_t count;
    enum err err = stages_ask(&view->config, view->context.patience_ms, &view->arena, &stages, &count);
    bool outage = false;
    struct strbuf *out;

    if (err) {
        view_fail(view, err);
        return;
    }
    out = api_begin(view);
    json_open(out, "stages", '[');
    for (size_t i = 0; i < count; i++) {
        json_open(out, NULL, '{');
        json_put_str(out, "stage", str_of(stages[i].stage));
        json_put_int(out, "instance", stages[i].instance);
        json_put_bool(out, "up", stages[i].up);
        json_close(out, '}');
        outage |= stages[i].outage;
    }
    json_close(out, ']');
    json_put_bool(out, "outage", outage);
    api_end(view);
}

/* --- the audit trail --- */

static void tell_decision(struct view *view, struct strbuf *out, const struct decision *decision)
{
    json_open(out, NULL, '{');
    json_put_uint(out, "decision", decision->number);
    json_put_time(out, "at", decision->time_ms);
    json_put_str(out, "by", decision->who);
    json_put_str(out, "act", decision->verb);
    json_put_str(out, "subject", decision->subject);
    json_put_str(out, "detail", decision->detail);
    json_put_str(out, "reason", decision->reason);
    json_put_bool(out, "can_be_taken_back", undo_is_known(decision->verb) && user_may(&view->user, undo_act(decision->verb)));
    json_close(out, '}');
}

void api_audit(struct view *view)
{
    struct decisions decisions;
    struct api_page page;
    struct strbuf *out;
    uint64_t before;
    enum err err;

    if (!api_page_take(view, &page) || !api_number(view, "before", INT64_MAX, INT64_MAX, &before))
        return;
    err = decisions_take(view, view_query(view, "q"), before, page.limit, &decisions);
    if (err) {
        view_fail(view, err);
        return;
    }
    out = api_begin(view);
    json_open(out, "decisions", '[');
    for (uint64_t i = 0; i < decisions.count; i++)
        tell_decision(view, out, &decisions.at[i]);
    json_close(out, ']');
    json_put_uint(out, "limit", page.limit);
    if (decisions.before)
        json_put_uint(out, "before", decisions.before);
    api_end(view);
}

/* --- what went to PowerOffice for a document --- */

struct asking { struct strbuf *out; struct arena *arena; struct api_page page; };

/* As it is kept: a line is an object, the same as `bilag explain --requests` prints. */
static enum err line_seen(struct str line, void *context)
{
    struct asking *asking = context;
    struct str object;

    if (json_check(line, &object) || !json_is_object(object) || !api_page_has(&asking->page))
        return ERR_OK;
    json_put_number(asking->out, NULL, arena_copy(asking->arena, object).bytes);
    return ERR_OK;
}

void api_requests(struct view *view)
{
    struct asking asking = { .arena = &view->arena };
    struct book_doc doc;
    enum err err;

    if (!api_page_take(view, &asking.page) || !api_asked_doc(view, "document", &doc))
        return;
    asking.out = api_begin(view);
    json_put_str(asking.out, "document", doc.id);
    json_open(asking.out, "requests", '[');
    err = requests_walk(view->config.state_dir, doc.id, line_seen, &asking);
    json_close(asking.out, ']');
    api_page_tell(view, &asking.page);
    if (err)
        view_fail(view, err);
    else
        api_end(view);
}
