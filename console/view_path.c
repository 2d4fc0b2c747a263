#include "view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "domain/doc.h"
#include "seen.h"

struct str view_venue_path(struct view *view, struct str venue, const char *rest)
{
    struct strbuf path;
    struct str copy;

    strbuf_init(&path, 4096);
    strbuf_add(&path, STR("/venues/"));
    url_add(&path, venue);
    strbuf_add(&path, str_of(rest));
    copy = arena_copy(&view->arena, strbuf_str(&path));
    strbuf_free(&path);
    return copy;
}

struct str view_day_path(struct view *view, const struct book_doc *doc)
{
    char day[16], rest[64];

    (void)snprintf(rest, sizeof rest, "/days/%s", day_text(doc->draft.doc.day, day));
    return view_venue_path(view, doc->draft.doc.venue, rest);
}

struct str view_doc_path(struct view *view, const struct book_doc *doc)
{
    char day[16], rest[64];

    if (doc->draft.doc.kind == DOC_VOUCHER)
        return view_day_path(view, doc);
    (void)day_text(doc->draft.doc.day, day);
    (void)snprintf(rest, sizeof rest, "/orders?from=%s&to=%s", day, day);
    return view_venue_path(view, doc->draft.doc.venue, rest);
}

struct str view_receipt_path(struct view *view, struct str venue, struct str receipt)
{
    struct strbuf rest;
    struct str path;

    strbuf_init(&rest, 4096);
    strbuf_add(&rest, STR("/receipt?name="));
    url_add(&rest, receipt);
    strbuf_char(&rest, '\0');
    path = rest.failed ? STR_NONE : view_venue_path(view, venue, rest.bytes);
    strbuf_free(&rest);
    return path;
}

struct str view_seen(struct view *view, const struct book_doc *doc)
{
    return arena_format(&view->arena, STR_FMT "@%" PRIu32 ".%" PRIu32 ".%" PRIu64, STR_ARG(doc->id), doc->status.revision,
                        doc->draft.revision, seen_now(view));
}
