/* status.h - the forms in which the overview (read/overview.h) is told.
 *
 * A form is a row of functions; each writes to `out`, which the caller empties after every call, so that no form
 * holds more than one venue. Amounts in øre, except in the texts for people.
 */
#ifndef BILAG_BILAG_SHOW_STATUS_H
#define BILAG_BILAG_SHOW_STATUS_H

#include "bilag/read/overview.h"
#include "voice.h"

enum { STATUS_BYTES = 1 << 30 };

struct status_form {
    const char *name;
    void (*begin)(const struct voice *voice, const struct whole_status *whole, struct strbuf *out);
    void (*venue)(const struct voice *voice, const struct whole_status *whole, const struct venue_status *venue,
                  struct strbuf *out);
    void (*end)(const struct voice *voice, const struct whole_status *whole, struct strbuf *out);
};

extern const struct status_form status_text, status_json, status_html, status_prometheus;

/* A folder of pages: the overview (a form, status_index), a page a venue, which changes when the venue does, and the stamp that
 * they show, which says when all of it was looked at. */
#define STATUS_PAGES_INDEX "index.html"
#define STATUS_PAGES_STAMP "stamp.html"
#define STATUS_PAGES_SHEET "style.css"
#define STATUS_PAGES_VENUE "venue-"
enum { STATUS_PAGE_SIZE = 96 };
extern const struct status_form status_index;
void status_page_venue(const struct voice *voice, const struct venue_status *venue, struct strbuf *out);
void status_page_stamp(const struct voice *voice, const struct whole_status *whole, struct strbuf *out);
const char *status_page_name(struct str venue, char to[STATUS_PAGE_SIZE]);

/* The members of an object that is open, the same wherever it is told: an item of a draft's manual list; a document; a day's
 * proof; a venue's parked sales; the stages and what waits to be sent. */
void manual_item_json(struct strbuf *out, const struct manual_item *item);
void document_json(const struct voice *voice, struct strbuf *out, const struct book_doc *doc);
void proof_json(struct strbuf *out, const struct day_proof *proof);
void parked_json(struct strbuf *out, const struct parked_venue *parked);
void whole_json(struct strbuf *out, const struct whole_status *whole);

/* What a person can do about the document, a call for each: a sentence, in it what it is for, and the command as it is typed
 * (empty for PowerOffice's own words). Texts live for the call. */
enum { ADVICE_MAX = 2000 };
struct advice { const char *way; const struct problem *problem; struct str sentence, lead, command; };   /* problem or NULL */
typedef void (*advice_say)(void *context, const struct advice *advice);
void status_advise(const struct voice *voice, const struct book_doc *doc, advice_say say, void *context);
/* The same for all documents of these days that have the problem of the first. */
void status_advise_many(const struct voice *voice, const struct book_doc *first, int32_t from, int32_t to, advice_say say,
                        void *context);

#endif
