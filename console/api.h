/* api.h - the console for programs: /api/v1, JSON for JSON, in the name of a user whose token it shows (docs/api.md, docs/api.yaml).
 *
 * Rights     those of the pages, from the same table (rights.h); nothing is opened by a cookie.
 * Answers    an object; what is refused is {"error", "message", "what_to_do"} with the status that fits. Amounts are whole øre, as
 *            in `bilag status --json`.
 * Lists      that grow come in pages of at most API_LIMIT_MAX; what there are few of (a month's days, settings, users) comes whole.
 */
#ifndef BILAG_CONSOLE_API_H
#define BILAG_CONSOLE_API_H

#include "base/json_write.h"
#include "routes.h"

enum { API_LIMIT_PRESET = 50, API_LIMIT_MAX = 200, API_DAYS_MAX = 366 };

/* Whether the path is one of the interface's, or the figures for monitoring: a token opens it, and no cookie. */
bool api_is_asked(struct str path);
/* Who shows this token; ERR_NOT_FOUND: nobody. */
USED enum err api_find_user(struct view *view);
/* Answers what may not be run; what may has its body in the view's fields. route: as route_of() gave it. */
void api_judge(struct view *view, const struct route *route, bool known);
/* What the view has become, as it is sent. */
void api_answer(struct view *view);

/* The object of the answer is open, to be written into. */
struct strbuf *api_begin(struct view *view);
void api_end(struct view *view);

/* from and to, both included, so many days before to if from is not said; false: answered. */
bool api_period(struct view *view, int32_t last, int32_t days, int32_t *ret_from, int32_t *ret_to);
/* The body by these rows (body.h), into the view's fields; false: answered. */
bool api_body_take(struct view *view, const struct body_member *rows, size_t count);
/* An open object that says what is refused, for who says more of it. */
struct strbuf *api_refuse(struct view *view, unsigned status, const char *sentence);
/* The acts that there are, as a member of the answer. */
void api_tell_acts(struct view *view, struct strbuf *out);
/* A token's text, this once. */
void api_tell_token(struct view *view, uint64_t number, const char *text);

/* A switch of the query: 1, true, 0, false; false: answered. */
bool api_switch(struct view *view, const char *name, bool *ret_on);

/* The document of that name in the query, of the path's venue; false: answered. */
bool api_asked_doc(struct view *view, const char *name, struct book_doc *ret_doc);

/* A number of the query, from 1 to max; false: answered. */
bool api_number(struct view *view, const char *name, uint64_t preset, uint64_t max, uint64_t *ret_number);

/* Which of a list's rows are asked for; ?page= and ?limit=. */
struct api_page { uint64_t page, limit, total; };
/* False: answered. */
bool api_page_take(struct view *view, struct api_page *ret_page);
/* Counts a row; whether it is on the page. */
bool api_page_has(struct api_page *page);
/* "page", "limit", "total", into the answer. */
void api_page_tell(struct view *view, const struct api_page *page);

/* "decisions": what people decided about this, a member of an open object. */
USED enum err api_tell_decisions(struct view *view, struct strbuf *out, struct str subject);

/* Members of an open object: a text if there is one, a time if it is one. */
void api_text(struct strbuf *out, const char *name, struct str value);
void api_time(struct strbuf *out, const char *name, int64_t time_ms);

#endif
