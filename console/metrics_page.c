/* metrics_page.c - the figures of `bilag status --prometheus`, for a Prometheus that comes and asks for them with the token of a user
 * who operates and sees all companies. */
#include "routes.h"

#include <string.h>

#include "bilag/show/status.h"
#include "picture.h"

enum { LOOK_BUDGET_MS = 100, AGAIN_S = 5 };

static struct venue_status status_of(const struct view *view, const struct picture_row *row)
{
    struct venue_status status = { .id = row->id, .venue = row->fault.len ? NULL : config_venue(&view->config, row->id),
                                   .unreadable = row->unreadable != ERR_OK, .connected = row->connected, .red = row->red,
                                   .warned = row->warned };

    memcpy(status.states, row->states, sizeof status.states);
    memcpy(status.kinds, row->kinds, sizeof status.kinds);
    return status;
}

static void tell(struct view *view, struct whole_status *whole, const struct picture_row *rows, size_t count)
{
    struct strbuf *out = &view->html.out;

    strbuf_reset(out);
    view->type = "text/plain; version=0.0.4; charset=utf-8";
    status_prometheus.begin(&view->voice, whole, out);
    for (size_t i = 0; i < count; i++) {
        struct venue_status status = status_of(view, &rows[i]);

        if (!whole->looked_ms || rows[i].looked_ms < whole->looked_ms)
            whole->looked_ms = rows[i].looked_ms;
        overview_count(whole, &status);
        status_prometheus.venue(&view->voice, whole, &status, out);
    }
    status_prometheus.end(&view->voice, whole, out);
}

/* Half of the venues are no figure: a sum of them would fall after each start, and rise again. One that cannot be read keeps nobody
 * else's figures back: how many these are is a figure of its own. */
void page_metrics(struct view *view)
{
    struct whole_status whole = { .config = &view->config };
    struct picture *picture = view->console->picture;
    const struct picture_row *rows;
    size_t count;
    enum err err;

    if (!view->user.all_companies) {
        view_refuse(view, MHD_HTTP_FORBIDDEN, SAY(view, "These figures are of all companies, and the user sees some of them.",
                                                  "Disse tallene gjelder alle firmaer, og brukeren ser noen av dem."));
        return;
    }
    err = picture_take(picture, &view->config, LOOK_BUDGET_MS, &rows, &count);
    if (!err && picture_unseen(picture)) {
        view->retry_s = AGAIN_S;
        view_refuse(view, MHD_HTTP_SERVICE_UNAVAILABLE, SAY(view, "Not all venues have been looked at since the start.",
                                                            "Ikke alle salgssteder er sett på siden oppstarten."));
        return;
    }
    if (!err)
        err = overview_whole_alone(&view->context, &whole);
    if (err)
        view_fail(view, err);
    else
        tell(view, &whole, rows, count);
}
