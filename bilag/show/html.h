/* html.h - pages, escaped by construction: whoever writes one has elements, attributes and texts, and no way to write markup.
 *
 * Texts      are cleaned (base/clean.h) and escaped, in elements and in attributes alike.
 * Names      of elements and attributes are literals of ours; attributes that would run something, or carry style, are refused.
 * Links      lead into this console, or to a page beside this one, and nowhere else: html_link(), html_file().
 * Elements   end in the order in which they began; html_end() knows which.
 */
#ifndef BILAG_BILAG_SHOW_HTML_H
#define BILAG_BILAG_SHOW_HTML_H

#include "base/money.h"
#include "base/str.h"

enum { HTML_DEPTH_MAX = 32 };

struct html { struct strbuf out; const char *open[HTML_DEPTH_MAX]; size_t depth;
              bool in_tag, asks; };        /* asks: it has something to fill in, choose or tick */

void html_init(struct html *html, size_t limit);
void html_free(struct html *html);
/* Goes on with a page whose first part was written elsewhere, where these elements are open; out is lent, and handed back. */
void html_take(struct html *html, struct strbuf *out, const char *const *open, size_t depth);
void html_give(struct html *html, struct strbuf *out);

void html_begin(struct html *html, const char *element);
void html_end(struct html *html);
void html_end_to(struct html *html, size_t depth);           /* ends what began since it was so deep */
void html_single(struct html *html, const char *element);    /* one that holds nothing: input, meta */
/* Of the element that began last, before anything is in it. */
void html_attr(struct html *html, const char *name, struct str value);
void html_class(struct html *html, const char *words);
void html_link(struct html *html, const char *name, struct str path);        /* href, action: a path of ours */
/* href: an address that was judged elsewhere (https, or of this machine), never one that a stranger wrote. */
void html_elsewhere(struct html *html, struct str address);
void html_file(struct html *html, const char *name, struct str file);        /* href, src: a file beside the page */
void html_text(struct html *html, struct str text);
/* A sheet or a script of the program's own, as it is: a literal, never made of what came from anywhere. */
void html_sheet(struct html *html, const char *sheet);
void html_script(struct html *html, const char *script);
/* 'sha256-...', as a policy names such a literal; it ends with it. */
enum { HTML_HASH_SIZE = 64 };
const char *html_hash(const char *literal, char to[HTML_HASH_SIZE]);
void html_say(struct html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A whole element; class_ may be NULL. */
void html_element(struct html *html, const char *element, const char *class_, struct str text);
void html_words(struct html *html, const char *element, const char *class_, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void html_money(struct html *html, const char *element, const char *class_, struct money amount);

/* A piece of a path or of a query: what has a meaning there is percent-encoded. */
void url_add(struct strbuf *out, struct str text);
/* "a=b&c=d": the next pair, decoded into the arena; false: no more, or (fine false) no such form. */
bool url_pair(struct str *rest, struct arena *arena, struct str *ret_name, struct str *ret_value, bool *fine);

#endif
