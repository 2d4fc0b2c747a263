/* setup_form.h - a venue's set-up as a form: what its file says, or what was filled in; every fault beside its field.
 *
 * A field is named "s/SECTION/ENTRY/KEY" after its place in the file (bilag/act/venue_field.h). A box has a hidden field of its name
 * before it, which says 0: of a name that comes twice the last counts. What is written by dates is shown, and not asked for.
 * Accounts and codes of PowerOffice are those that the stages read last: lists to choose from, and names beside the numbers.
 */
#ifndef BILAG_CONSOLE_SETUP_FORM_H
#define BILAG_CONSOLE_SETUP_FORM_H

#include "bilag/act/venue_edit.h"
#include "poweroffice/refdata.h"
#include "view.h"

struct setup_form {
    struct view *view;
    struct venue_edit *edit;
    bool filled_in;                      /* said counts, else the file */
    struct venue_said *said; size_t said_count;
    bool has_books;
    struct refdata books;                /* of the venue's client; none: nothing */
    struct venue suggested;              /* for a venue without types: from the books, or the usual VAT classes */
    size_t shown, faulty;                /* fields, and those of them with a fault */
};

/* setup_page.c: the venue of the path's first part as its file has it, also one that is left out; false: answered. Either way its
 * end follows. */
bool setup_open(struct view *view, struct venue_edit *edit);
void setup_close(struct venue_edit *edit);
/* What was judged, without faults and with a change; all stages read it. ERR_OK with the view answered: it has changed meanwhile. */
USED enum err setup_save(struct setup_form *form, uint64_t *ret_number);
/* api_setup.c: the answer to a program, of what was judged. */
void api_setup_judged(struct setup_form *form);

/* What of the request's fields are the form's. ERR_MEMORY. */
USED enum err setup_form_take(struct setup_form *form);
/* PowerOffice's books as they were read, and what is suggested of them to a venue that has nothing yet. */
USED enum err setup_form_books(struct setup_form *form);

void setup_form_show(struct setup_form *form);
/* The same as fields that are not seen: for the page that asks before it is saved. */
void setup_form_hide(struct setup_form *form);

/* "Sales account of food", in the person's words. */
struct str setup_place_words(const struct setup_form *form, const struct venue_place *place);
/* The name of a field alone, "Sales account". */
const char *setup_field_words(const struct setup_form *form, const struct venue_field *field);
/* What a switch or choice stands for: "on", "Z report"; else the value. */
struct str setup_value_words(const struct setup_form *form, const struct venue_place *place, struct str value);
/* "3000 Salg av mat": as the books call it, if they were read. */
struct str setup_account_words(const struct setup_form *form, struct str value);

#endif
