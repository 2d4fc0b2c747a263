/* connect_page.h - what the page of a venue's connection to PowerOffice shares with other pages: asking it, and what came of that. */
#ifndef BILAG_CONSOLE_CONNECT_PAGE_H
#define BILAG_CONSOLE_CONNECT_PAGE_H

#include "green.h"
#include "setup_form.h"

/* The venue's books are read again from now on, if they are not already; what keeps it from beginning is told by asking_tell(). */
void asking_begin(struct view *view, struct str venue);
/* How the latest asking stands; nothing if there was none. While it is under way the page looks again by itself: always, or once the
 * button was pressed on it, for a form that is filled in must stay. */
void asking_tell(struct view *view, struct str venue, bool always);
/* The button; back: the page it is on. */
void asking_button(struct view *view, struct str venue, struct str back);

/* What was said in English, as far as the person's language has it: whole, or our sentence with PowerOffice's own words behind it. */
struct str connect_said(struct view *view, struct str words);
/* What PowerOffice says of the set-up as its file is, from what was read last; the form's books are read. */
USED enum err connect_green(struct setup_form *form, struct green *ret_green);

/* A venue on an add-on waits for QuickOrder: what to send them, and the button that ends it. rest: of the page's path. */
void connect_tell_add_on(struct view *view, const struct venue *venue, const char *rest);

/* Whether the venue of the path is there, and this person's; else it is answered. */
bool connect_is_own(struct view *view);
/* Why something was not begun, for the person. */
const char *connect_why_not(struct view *view, enum err err, const struct fault *fault);
/* What was not begun: the page says why. */
void connect_refuse(struct view *view, enum err err, const struct fault *fault);
/* journey_page.c: the way to PowerOffice's own pages, or why there is none. */
void journey_card(struct view *view, const struct venue *venue);

#endif
