/* view_path.h - addresses of pages, of documents and of what of them is seen; all in the arena. */
#ifndef BILAG_CONSOLE_VIEW_PATH_H
#define BILAG_CONSOLE_VIEW_PATH_H

#include "view.h"

/* "/venues/<id><rest>" in the arena. */
struct str view_venue_path(struct view *view, struct str venue, const char *rest);
struct str view_day_path(struct view *view, const struct book_doc *doc);
/* The page that has the document: its day's, or the orders of its day. */
struct str view_doc_path(struct view *view, const struct book_doc *doc);
/* The page of a receipt: "K1/12". */
struct str view_receipt_path(struct view *view, struct str venue, struct str receipt);
/* "<document>@<what of it is seen>.<last decision>", in the arena: what is decided about is this and no other, and what nobody has decided
 * about since (seen.h), which a stage may not have taken up yet. */
struct str view_seen(struct view *view, const struct book_doc *doc);

#endif
