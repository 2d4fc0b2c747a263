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
#include "poweroffice/requests.h"
#include "seen.h"

enum { REASON_BYTES = 4096, PIECE = 200 };

/* --- refused, parked --- */

/* What names no venue that is set up has no company: who sees all companies sees it. */
static bool sees(const struct view *view, struct str id)
{
    const struct venue *venue = config_venue(&view->config, id);

    return view->user.all_companies || (venue && user_sees(&view->user, venue->company));
}

static const char *const standing[REFUSAL_STATE_COUNT] = {
    [REFUSAL_NO_EVENT] = "no-event", [REFUSAL_CUT] = "cut", [REFUSAL_NO_VENUE] = "no-venue", [REFUSAL_READY] = "ready",
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
        if (!sees(view, parked->at[i].venue))
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
        if (sees(view, refusals.at[i].venue) && api_page_has(&page))
            tell_refusal(view, out, &refusals.at[i]);
    json_close(out, ']');
    api_page_tell(view, &page);
    tell_parked(view, out, &parked);
    json_put_uint(out, "seen", seen_now(view));
    api_end(view);
}

/* --- the stages --- */

void api_status(struct view *view)
{
    struct whole_status whole = { .config = &view->config };
    struct books *books;
    struct strbuf *out;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (!err) {
        err = overview_whole(&view->context, books, &whole);
        books_close(books);
    }
    if (err) {
        view_fail(view, err);
        return;
    }
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

/* Read from its end, a piece at a time, until there are as many as are asked for: a trail grows for years. */
struct trail {
    struct view *view;
    struct str subject;
    struct decision *at; uint64_t told, limit;               /* the latest first */
    struct decision piece[PIECE]; size_t found;              /* of this piece, the earliest first */
    uint64_t until;                      /* what is not told yet ends here; 0: nothing */
};

static enum err seen(const struct decision *decision, void *context)
{
    struct trail *trail = context;
    struct arena *arena = &trail->view->arena;
    struct decision *to;

    if (decision->number > trail->until)
        return ERR_STOP;
    if (!audit_is_seen(trail->view, decision->subject) ||
        (trail->subject.len && !str_starts(decision->subject, trail->subject)))
        return ERR_OK;
    to = &trail->piece[trail->found++];
    *to = *decision;
    to->who = arena_copy(arena, decision->who);
    to->verb = arena_copy(arena, decision->verb);
    to->subject = arena_copy(arena, decision->subject);
    to->detail = arena_copy(arena, decision->detail);
    to->reason = arena_copy(arena, decision->reason);
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}

static enum err read_back(struct trail *trail, struct audit *audit)
{
    enum err err = ERR_OK;

    while (!err && trail->until && trail->told < trail->limit) {
        uint64_t from = trail->until > PIECE ? trail->until - PIECE + 1 : 1;

        trail->found = 0;
        err = audit_read(audit, from, seen, trail);
        trail->until = from - 1;
        while (!err && trail->found && trail->told < trail->limit) {
            trail->at[trail->told++] = trail->piece[--trail->found];
            if (trail->told == trail->limit)
                trail->until = trail->at[trail->told - 1].number - 1;
        }
    }
    return err;
}

/* From before the decision of ?before= back. */
static enum err gather(struct trail *trail, uint64_t before)
{
    struct audit *audit;
    enum err err = audit_open_there(trail->view->config.state_dir, &audit, &trail->view->context.fault);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = audit_last(audit, &trail->until);
    if (trail->until >= before)
        trail->until = before - 1;
    if (!err)
        err = read_back(trail, audit);
    audit_close(audit);
    return err;
}

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
    json_put_bool(out, "can_be_taken_back", undo_is_known(decision->verb) && user_may(&view->user, ACT_DECIDE));
    json_close(out, '}');
}

void api_audit(struct view *view)
{
    struct trail *trail = arena_alloc(&view->arena, sizeof *trail);
    struct api_page page;
    struct strbuf *out;
    uint64_t before;
    enum err err;

    if (!api_page_take(view, &page) || !api_number(view, "before", INT64_MAX, INT64_MAX, &before))
        return;
    if (trail)
        *trail = (struct trail){ .view = view, .subject = view_query(view, "q"), .limit = page.limit,
                                 .at = arena_array(&view->arena, page.limit, sizeof *trail->at) };
    err = trail && trail->at ? gather(trail, before) : ERR_MEMORY;
    if (err) {
        view_fail(view, err);
        return;
    }
    out = api_begin(view);
    json_open(out, "decisions", '[');
    for (uint64_t i = 0; i < trail->told; i++)
        tell_decision(view, out, &trail->at[i]);
    json_close(out, ']');
    json_put_uint(out, "limit", page.limit);
    if (trail->until)
        json_put_uint(out, "before", trail->until + 1);
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
