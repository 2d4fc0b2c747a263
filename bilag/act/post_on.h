/* post_on.h - a voucher is posted on another day than its own, because that is locked or wrong (docs/rules.md section 8). */
#ifndef BILAG_BILAG_ACT_POST_ON_H
#define BILAG_BILAG_ACT_POST_ON_H

#include "bilag/read/books.h"
#include "bilag/read/context.h"

/* Why not on that day, as far as is known; NULL: it can be. */
const char *post_on_objection(struct context *context, const struct book_doc *doc, int32_t day);

/* The decision, whoever makes it: of what is held "post-on", of what PowerOffice refused "resend-on" (domain/audit.h). */
struct post_on { const char *verb; struct str detail; };
struct post_on post_on_decision(const struct book_doc *doc, int32_t day, struct arena *arena);

#endif
