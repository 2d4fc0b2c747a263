/* view_form.h - forms of a page, with their token and their fields; and what a form says back. */
#ifndef BILAG_CONSOLE_VIEW_FORM_H
#define BILAG_CONSOLE_VIEW_FORM_H

#include "view.h"

/* A form that posts to path, with its token; ends with view_form_end(). */
void view_form(struct view *view, const char *path, const char *class_);
/* The same, of which a file may be a field. */
void view_file_form(struct view *view, const char *path, const char *class_);
void view_hidden(struct view *view, const char *name, struct str value);
void view_button(struct view *view, const char *class_, const char *text);
/* The same, with what pressing it says. */
void view_button_of(struct view *view, const char *class_, const char *name, const char *value, const char *text);
/* A field with its label, of which attributes may follow; html_end() ends it. */
void view_input_begin(struct view *view, const char *name, const char *label, const char *type);
/* A field with its label; required: the browser asks for it, and who takes the form asks again. */
void view_input(struct view *view, const char *name, const char *label, const char *type, bool required);
/* "Why": every decision has a reason. */
void view_reason(struct view *view);
/* The reason that was written, without blanks before it; false: answered. */
bool view_has_reason(struct view *view, struct str *ret_reason);
void view_form_end(struct view *view);
/* A form that looks for something on path, with its field; html_end() ends it. */
void view_search(struct view *view, struct str path, const char *label, const char *name, struct str value);

/* Buttons of who sets up: the venue's books are read again in PowerOffice; QuickOrder has its add-on. back: the page it is on. */
void view_read_books(struct view *view, struct str venue, struct str back);
void view_confirm_add_on(struct view *view, struct str venue, struct str back);

/* Two days, in a form that is begun. */
void view_period_fields(struct view *view, int32_t from, int32_t to);
/* From which day to which, of this page ("/period") of the venue. */
void view_period_form(struct view *view, const struct venue *venue, const char *page, int32_t from, int32_t to);
/* The box red=1 of a form that is begun. */
void view_only_red(struct view *view, bool on);

#endif
