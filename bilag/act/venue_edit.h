/* venue_edit.h - a venue's file changed from what a person fills in: judged as `bilag check` judges it, shown, then written whole.
 *
 * What is said   one text for each place of a form (venue_field.h). Only what differs from the file is changed in it; comments,
 *                order and all else stay (yamledit.h). Of one place said twice the last counts, as a form's boxes have it.
 * Judging        the reader of the file says what is no value; then setup_check() over the whole configuration with this venue as it
 *                would be. A fault that a form can mend refuses it, each with its place; notes refuse nothing.
 * Broken         a single value that the reader does not take is shown as it stands, and refused until it is said otherwise
 *                (venue_broken.h).
 * Two persons    the stamp names the file as it was shown: of another file nothing is changed (ERR_BUSY).
 * Durability     ERR_OK from venue_edit_save(): the audit trail has who changed what, and then the file is on disk. A crash between
 *                the two leaves the file as it was, and the trail's line of what was to be.
 * Ownership      everything lives in the context's arena until venue_edit_close().
 */
#ifndef BILAG_BILAG_ACT_VENUE_EDIT_H
#define BILAG_BILAG_ACT_VENUE_EDIT_H

#include "bilag/read/context.h"
#include "domain/setup.h"
#include "venue_broken.h"
#include "venue_field.h"

/* In the audit trail: subject the venue, detail what changed. */
#define VENUE_SETUP_VERB "venue-setup"

enum { VENUE_STAMP_SIZE = 33, VENUE_FAULTS_MAX = 100 };

/* section, entry and key as in a place; key "type" names an entry that is new (entry: any name of the form), "gone" takes one away.
 * "from" at the top is the business day from which what changes of types and VAT codes holds; blank: from ever, as the file has it. */
struct venue_said { struct str section, entry, key, value; };

struct venue_change { struct venue_place place; struct str was, becomes; bool added, gone; };
struct venue_fault { struct venue_place place; struct str text, mend; };     /* place without key: of the section, or of all */

struct venue_edit {
    struct context *context;
    struct str id, text;                  /* the file, as it is */
    char stamp[VENUE_STAMP_SIZE];
    bool served;                          /* the configuration has it; else it is left out, perhaps for want of its key */
    struct venue now;                     /* as the file says it */
    struct venue_broken *broken; size_t broken_count;        /* what of it is no value; now has another there */
    int32_t today;
    /* of venue_edit_judge() */
    int32_t from;                         /* from which changed entries hold; DAY_ALWAYS: unsaid */
    struct venue wanted;
    struct str wanted_text;
    struct venue_change *changes; size_t change_count;
    struct venue_fault *faults; size_t fault_count;          /* they refuse it */
    struct finding *findings; size_t finding_count;          /* all that check says of it then, notes as well */
    struct config fresh;                  /* the configuration as it would be */
    struct zone *zone;
};

/* ERR_NOT_FOUND: there is no such file. ERR_CONFIG: it cannot be read; the context's fault says where. */
USED enum err venue_edit_open(struct context *context, struct str id, struct venue_edit *ret_edit);
void venue_edit_close(struct venue_edit *edit);              /* a zeroed one is fine */

/* What the file says there today, be it a value or not. */
struct str venue_edit_text(const struct venue_edit *edit, const struct venue_place *place);

/* What the change is a change of; of a file with broken values that cannot be told: nothing moves. */
const struct venue *venue_edit_before(const struct venue_edit *edit);

/* Those of what is broken, and is not said otherwise, come first. ERR_OK: changes, faults, findings and wanted are there, whether it is right or not. */
USED enum err venue_edit_judge(struct venue_edit *edit, const struct venue_said *said, size_t count);
/* What was judged, without faults and with a change. ERR_BUSY: the file is another by now, and nothing is written. */
USED enum err venue_edit_save(struct venue_edit *edit, struct str reason, uint64_t *ret_number);

/* A switch that was off today would be on. */
bool venue_edit_turns_on(const struct venue_edit *edit, const char *key);

#endif
