/* view.h - one request of a person, who asks, and the answer as it is made.
 *
 * A page has a head with where one is and may go (view_begin()), is written with html.h, and is ended by the console. What is
 * done (POST) is answered with where to look next (view_go()), or with why it was not done (view_refuse()).
 * Language    of the person who is signed in; else of the browser's wish, else of the configuration.
 * Ownership   everything lives as long as the request.
 */
#ifndef BILAG_CONSOLE_VIEW_H
#define BILAG_CONSOLE_VIEW_H

#include <microhttpd.h>

#include "bilag/act/decide.h"
#include "bilag/read/books.h"
#include "bilag/show/voice.h"
#include "body.h"
#include "console.h"
#include "bilag/show/html.h"
#include "rights.h"
#include "session.h"

enum { VIEW_PARTS_MAX = 4, VIEW_FIELDS_MAX = 8000, VIEW_BODY_MAX = 256 * 1024, VIEW_STRANGER_MAX = 4096,
       VIEW_PAGE_MAX = 16 * 1024 * 1024, VIEW_PERIOD_DAYS_MAX = 366 };

struct view {
    struct console *console;
    struct MHD_Connection *connection;
    struct arena arena;
    struct config config;                /* the stage's, in the language of the person */
    struct context context;
    struct voice voice;

    struct str method, path, cookie, address;
    struct strbuf body;
    bool too_long, judged;
    struct str parts[VIEW_PARTS_MAX];    /* of the path, where the route has {} */
    struct view_field *fields; size_t field_count;           /* of the body */
    enum err asked;                      /* ERR_OK: somebody is signed in; ERR_NOT_FOUND: nobody; else it is not known */
    bool signed_in;
    struct user user;
    struct session session;
    char form_token[SESSION_TEXT_SIZE];

    bool api;                            /* a program asks, in JSON and with a token of the user (api.h) */
    struct str sentence;                 /* api: why it was refused; what a page would show around it is left away */
    uint64_t decision;                   /* api: what was written down */
    struct str now;                      /* api: what is seen now of that which has changed */
    uint64_t members;                    /* api: bits of the body's that were there (body.h) */

    unsigned status;                     /* 0: none yet */
    const char *type;                    /* NULL: a page */
    struct str location, set_cookie, file_name;
    int64_t retry_s;
    bool has_last; uint64_t last_decision;       /* the last one there was when the page asked first (seen.h) */
    struct str again;                    /* the page changes in a moment: when to look again, and where ("2; url=...") */
    struct str later;                    /* the same for what was just done: by itself only if the page asks for nothing */
    struct html html;
};

/* One of the two, in the language of the person. */
#define SAY(view, en, nb) voice_words(&(view)->voice, en, nb)

/* Whether the body's field is there for the first time with this value: what is chosen twice is decided about once. */
bool view_is_first(const struct view *view, size_t field);
/* A field of the body (POST), or of the query; empty if it is not there. */
struct str view_field(const struct view *view, const char *name);
struct str view_query(struct view *view, const char *name);
/* A whole number of a field or of the path, in digits; 0: it is none. */
uint64_t view_number(struct str text);
/* A day of the query; the preset if it is not there or none. */
int32_t view_day(struct view *view, const char *name, int32_t preset);

/* The venue of the path's first part, if there is one that this person sees; else it is answered (404) and NULL. */
const struct venue *view_venue(struct view *view);
const struct venue *view_venue_of(struct view *view, struct str id);
/* Answers that there is none, or that it is not this person's to see: which of the two is not told. */
void view_no_venue(struct view *view);
/* A document that this person sees; false: answered. */
bool view_doc(struct view *view, struct str id, struct book_doc *ret_doc);
/* What the path names, "{venue}/{day}/{part}/{line}": a day; the voucher of a part; one of its lines. False: answered. */
bool view_path_day(struct view *view, int32_t *ret_day);
bool view_path_doc(struct view *view, struct book_doc *ret_doc);
bool view_path_line(struct view *view, struct book_doc *ret_doc, const struct voucher_line **ret_line);
/* from and to of the query, both included: a year at most; else so many days until today at the venue. False: answered. */
bool view_period(struct view *view, const struct venue *venue, int32_t days, int32_t *ret_from, int32_t *ret_to);

/* The page's head; title is said first. */
void view_begin(struct view *view, const char *title, const struct venue *venue);
/* The same, with the venue's name behind the title. */
void view_begin_of(struct view *view, const char *title, const struct venue *venue);
/* Instead of what was begun: a page with one sentence. */
void view_refuse(struct view *view, unsigned status, const char *sentence);
void view_fail(struct view *view, enum err err);
/* See path (303). */
void view_go(struct view *view, struct str path);

/* Back to the page that it was pressed on (the form's `back`), with that query: "asked=1". */
void view_back(struct view *view, const char *query);
/* The same; it tells the decision. */
void view_done(struct view *view, uint64_t number);
/* The same on a page of ours. */
void view_done_on(struct view *view, struct str path, uint64_t number);

/* Why what was pressed was not done, said first to who has the page read aloud. */
void view_alert(struct view *view, const char *why);
/* What stands in the context's fault, in the arena; else what the error means. */
const char *view_why(struct view *view, enum err err);

/* A table's first row; numbers: bits of the columns that have numbers. */
void view_heads(struct view *view, const char *const *words, size_t count, unsigned numbers);
/* Begins a cell; where there is no room for columns, its name stands beside it. */
void view_cell(struct view *view, const char *name);

/* A link of ours in a line of its own, or in the text. */
void view_link(struct view *view, struct str path, const char *text);
void view_link_line(struct view *view, struct str path, const char *text);

#include "view_form.h"
#include "view_path.h"
#include "view_words.h"

#endif
